//! What the gates of a transaction's hot accounts say to it, all together, and what they are told.

use crate::account::row::{Verdict, first_of};
use crate::account::states::Touch;
use crate::hot::gate::Passage;
use crate::schedule::Gate;
use crate::schedule::hot_legs::GatedLeg;
use crate::transaction::Leg;

/// Asks the gates of a transaction's hot accounts: what holds it back for certain, and whether it must wait.
#[inline]
pub(super) fn ask_gates(gates: &mut [Option<Gate>], hot: &[GatedLeg], legs: &[Leg]) -> (Verdict, bool) {
    let (mut verdict, mut waits) = (None, false);
    for one in hot {
        let (gate, leg) = (gate_at(gates, *one), one.of(legs));
        if let Some(refused) = gate.admits(Touch::of_leg(leg.side, leg.amount), leg.step) {
            verdict = first_of(verdict, Some(refused));
        }
        let Some(net) = one.net_at_first() else { continue };
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
pub(super) fn close_gates(gates: &mut [Option<Gate>], hot: &[GatedLeg]) {
    for one in hot {
        let gate = gate_at(gates, *one);
        if one.net_at_first().is_some_and(|net| gate.passage(net) != Passage::Free) {
            gate.close();
        }
    }
}

/// Counts a transaction among the open ones at the gates of its hot accounts.
#[inline]
pub(super) fn hold_gates(gates: &mut [Option<Gate>], hot: &[GatedLeg], touched: &mut Vec<usize>) {
    for one in hot {
        let Some(net) = one.net_at_first() else { continue };
        let gate = gate_at(gates, *one);
        if gate.has_none_open() {
            touched.push(one.gate());
        }
        gate.hold(net);
    }
}

/// Tells the gates of a transaction's hot accounts that it passed.
#[inline]
pub(super) fn tell_gates(gates: &mut [Option<Gate>], hot: &[GatedLeg]) {
    for one in hot {
        if let Some(net) = one.net_at_first() {
            gate_at(gates, *one).decide(net);
        }
    }
}

#[inline]
pub(super) fn gate_at(gates: &mut [Option<Gate>], hot: GatedLeg) -> &mut Gate {
    gates[hot.gate()].as_mut().expect("a descriptor names a gate that is there")
}
