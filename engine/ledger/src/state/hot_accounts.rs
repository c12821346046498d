//! The hot accounts (热点账户) of the ledger: their gates, what these say to a transaction all together, and which accounts
//! should be hot.

use std::collections::BTreeSet;

use crate::account::row::{Row, Verdict, first_of};
use crate::account::states::Touch;
use crate::answer::LegBalance;
use crate::hot::detector::HotAccountDetector;
use crate::hot::gate::{Gate, Passage};
use crate::hot::merge::Unmerged;
use crate::ids::AccountId;
use crate::money::date::Date;
use crate::state::books::Books;
use crate::state::descriptor::NO_GATE;
use crate::state::gated_leg::GatedLeg;
use crate::transaction::leg::Leg;

/// The gates, each at the place that its account's descriptor names, and the rates by which accounts become hot.
#[derive(Clone, Debug, Default)]
pub(crate) struct HotAccounts {
    gates: Vec<Option<Gate>>,
    pub(crate) detector: HotAccountDetector,
}

impl HotAccounts {
    pub(crate) fn add(&mut self, gate: Gate, books: &mut Books) {
        let place = self.gates.iter().position(Option::is_none).unwrap_or(self.gates.len());
        books.descriptor_mut(gate.account).gate = u16::try_from(place).expect("the hot set is capped");
        if place == self.gates.len() {
            self.gates.push(None);
        }
        self.gates[place] = Some(gate);
    }

    pub(crate) fn remove(&mut self, account: AccountId, books: &mut Books) -> Option<Gate> {
        let place = books.descriptor(account)?.gate()?;
        books.descriptor_mut(account).gate = NO_GATE;
        self.gates[place].take()
    }

    /// Lets the gate of a hot account know its row after a change, when everything is merged.
    pub(crate) fn renew(&mut self, account: AccountId, row: &Row, books: &Books) {
        let place = books.descriptor(account).and_then(|descriptor| descriptor.gate());
        if let Some(gate) = place.and_then(|place| self.gates[place].as_mut()) {
            gate.renew(row);
        }
    }

    pub(crate) fn gate_of(&self, account: AccountId, books: &Books) -> Option<&Gate> {
        self.gates[books.descriptor(account)?.gate()?].as_ref()
    }

    pub(crate) fn is_hot(&self, account: AccountId, books: &Books) -> bool {
        self.gate_of(account, books).is_some()
    }

    pub(crate) fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().flatten()
    }

    pub(crate) fn accounts(&self) -> BTreeSet<AccountId> {
        self.gates().map(|gate| gate.account).collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.gates().count()
    }

    /// Whether there was never a hot account since the node started.
    pub(crate) fn were_never(&self) -> bool {
        self.gates.is_empty()
    }

    /// Takes what was booked on hot accounts since the last merge.
    pub(crate) fn take_unmerged(&mut self) -> Vec<Unmerged> {
        self.gates.iter_mut().flatten().filter_map(Gate::take_unmerged).collect()
    }

    /// Begins a round at the gates that the last one touched.
    pub(crate) fn begin_round(&mut self, touched: impl Iterator<Item = usize>) {
        for gate in touched {
            self.gates[gate].iter_mut().for_each(Gate::begin_round);
        }
    }

    /// Asks the gates of a transaction's hot accounts: what holds it back for certain, and whether it must wait.
    #[inline]
    pub(crate) fn ask(&mut self, hot: &[GatedLeg], legs: &[Leg]) -> (Verdict, bool) {
        let (mut verdict, mut waits) = (None, false);
        for one in hot {
            let (gate, leg) = (self.gate_at(*one), one.of(legs));
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
    pub(crate) fn close(&mut self, hot: &[GatedLeg]) {
        for one in hot {
            let gate = self.gate_at(*one);
            if one.net_at_first().is_some_and(|net| gate.passage(net) != Passage::Free) {
                gate.close();
            }
        }
    }

    /// Counts a transaction among the open ones at the gates of its hot accounts.
    #[inline]
    pub(crate) fn hold(&mut self, hot: &[GatedLeg], touched: &mut Vec<usize>) {
        for one in hot {
            let Some(net) = one.net_at_first() else { continue };
            let gate = self.gate_at(*one);
            if gate.has_none_open() {
                touched.push(one.gate());
            }
            gate.hold(net);
        }
    }

    /// Tells the gates of a transaction's hot accounts that it passed.
    #[inline]
    pub(crate) fn tell(&mut self, hot: &[GatedLeg]) {
        for one in hot {
            if let Some(net) = one.net_at_first() {
                self.gate_at(*one).decide(net);
            }
        }
    }

    /// Books the legs on hot accounts of a transaction that passed, and gives the balances after them where they are
    /// wanted: for the transaction of this index.
    #[inline]
    pub(crate) fn book(
        &mut self,
        hot: &[GatedLeg],
        legs: &[Leg],
        date: Date,
        wanted: Option<u32>,
    ) -> Vec<LegBalance> {
        let mut balances = Vec::new();
        for one in hot {
            let leg = one.of(legs);
            let balance = self.gate_at(*one).book(leg.side, leg.amount, date);
            if let Some(transaction) = wanted {
                let (step, account) = (leg.step, leg.account);
                balances.push(LegBalance { transaction, step, account, balance });
            }
        }
        balances
    }

    /// The gate that a descriptor names.
    #[inline]
    pub(crate) fn at(&self, place: usize) -> &Gate {
        self.gates[place].as_ref().expect("a descriptor names a gate that is there")
    }

    #[inline]
    fn gate_at(&mut self, hot: GatedLeg) -> &mut Gate {
        self.gates[hot.gate()].as_mut().expect("a descriptor names a gate that is there")
    }
}
