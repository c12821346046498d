//! What the gates of a transaction's hot accounts say to it, all together.

use super::super::gate::Passage;
use super::super::row::{Verdict, first_of};
use super::super::states::Touch;
use super::super::transaction::Leg;
use super::forming::{card_of, net_at_first};
use super::{Card, Gate};

/// Asks the gates of a transaction's hot accounts: what holds it back for certain, and whether it must wait.
pub(super) fn ask_gates(gates: &mut [Option<Gate>], cards: &[Card], legs: &[Leg]) -> (Verdict, bool) {
    let (mut verdict, mut waits) = (None, false);
    for (index, leg) in legs.iter().enumerate() {
        let Some(gate) = gate_of(gates, cards, leg) else { continue };
        verdict = first_of(verdict, gate.admits(Touch::of_leg(leg.side, leg.amount), leg.step));
        let Some(net) = net_at_first(legs, index) else { continue };
        match gate.passage(net) {
            Passage::Free => {}
            Passage::Refused(rejection) => verdict = first_of(verdict, Some((rejection, leg.step))),
            Passage::Later => waits = true,
        }
    }
    (verdict, waits)
}

/// Closes the gates behind a transaction that waits, but those that let it pass in every case. A gate that refuses it
/// now must refuse it in the next round too, whatever the money is that arrives after it.
pub(super) fn close_gates(gates: &mut [Option<Gate>], cards: &[Card], legs: &[Leg]) {
    for (index, leg) in legs.iter().enumerate() {
        let Some(gate) = gate_of(gates, cards, leg) else { continue };
        let Some(net) = net_at_first(legs, index) else { continue };
        if gate.passage(net) != Passage::Free {
            gate.close();
        }
    }
}

/// Counts a transaction among the open ones at the gates of its hot accounts.
pub(super) fn hold_gates(gates: &mut [Option<Gate>], cards: &[Card], legs: &[Leg], touched: &mut Vec<usize>) {
    for (index, leg) in legs.iter().enumerate() {
        let Some(place) = card_of(cards, leg).and_then(Card::gate) else { continue };
        let Some(net) = net_at_first(legs, index) else { continue };
        let gate = gates[place].as_mut().expect("a card names a gate that is there");
        gate.hold(net);
        touched.push(place);
    }
}

pub(super) fn gate_of<'g>(gates: &'g mut [Option<Gate>], cards: &[Card], leg: &Leg) -> Option<&'g mut Gate> {
    gates[card_of(cards, leg)?.gate()?].as_mut()
}
