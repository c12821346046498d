//! What leads to a case.

use super::{BANK, CHART, OPEN, PAYEE, PAYER};
use crate::naive::Naive;
use crate::script::{Act, Ask, NewLimits, Tx, TxLeg};

/// What led to a case, and the transaction that is judged.
pub(super) struct Scene {
    pub(super) naive: Naive,
    pub(super) asks: Vec<Ask>,
    pub(super) tx: Tx,
}

impl Scene {
    pub(super) fn new(tx: Tx) -> Scene {
        let mut scene = Scene { naive: Naive::new(&CHART, OPEN, &[]), asks: Vec::new(), tx };
        scene.post(Tx::new(100, vec![leg(1, BANK, true, 100), leg(2, PAYER, false, 100)]));
        scene.post(Tx::new(101, vec![leg(1, BANK, true, 100), leg(2, PAYEE, false, 100)]));
        scene
    }

    pub(super) fn ask(&mut self, ask: Ask) {
        self.naive.ask(&ask);
        self.asks.push(ask);
    }

    pub(super) fn post(&mut self, tx: Tx) {
        self.ask(Ask::Post { txs: vec![tx], balances: false });
    }

    pub(super) fn act(&mut self, id: u128, act: Act) {
        self.post(Tx { act, ..Tx::new(id, vec![]) });
    }

    pub(super) fn limits(&mut self, limits: NewLimits) {
        self.ask(Ask::SetLimits { account: PAYER, limits });
    }

    pub(super) fn states(&mut self, account: u64, state: Option<u8>, payment: Option<u8>) {
        self.ask(Ask::SetState { account, state, payment });
    }
}

pub(super) fn leg(step: u16, account: u64, debit: bool, amount: i64) -> TxLeg {
    TxLeg { account, named: false, step, debit, amount, currency: "CNY" }
}

/// What takes 10 from the payer, for two others.
pub(super) fn legs() -> Vec<TxLeg> {
    vec![leg(1, PAYER, true, 10), leg(2, PAYEE, false, 6), leg(3, BANK, false, 4)]
}
