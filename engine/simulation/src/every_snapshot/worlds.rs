//! The small worlds: a few accounts on two shards, and requests whose order matters.

use crate::script::{Act, Ask, NOW, Spec, Tx, TxLeg};

/// With two shards, odd accounts live in the first and even ones in the second.
pub(super) const CHART: [Spec; 4] = [
    Spec { may_go_negative: true, ..Spec::new(0, "1001") },
    Spec::new(0, "2001"),
    Spec::new(0, "2001"),
    Spec::new(0, "2001"),
];
pub(super) const HOT: u64 = 4;
const BANK: u64 = 1;
const A: u64 = 2;
const B: u64 = 3;

/// Requests in their order of arrival.
pub(super) struct World {
    pub(super) name: &'static str,
    pub(super) asks: Vec<Ask>,
}

/// All worlds. In each, A has 10 and nobody else has anything.
pub(super) fn worlds() -> Vec<World> {
    let across = post(transfer(1, A, B, 6));
    vec![
        World {
            name: "across the shards, into and out of the hot account, one sent twice",
            asks: vec![
                across.clone(),
                post(transfer(2, B, HOT, 5)),
                across,
                post(transfer(3, HOT, A, 4)),
                post(transfer(4, A, B, 9)),
            ],
        },
        World {
            name: "a hold, consumed in part, and a change of limits",
            asks: vec![
                post(freeze(1, A, 7, None)),
                post(transfer(2, A, B, 3)),
                Ask::SetReserve { account: B, amount: 1 },
                post(Tx {
                    act: Act::Consume { hold: 1, amount: 4, authority: "", forced: false },
                    ..transfer(3, A, B, 4)
                }),
                post(transfer(4, B, A, 7)),
            ],
        },
        World {
            name: "a reversal, asked for twice",
            asks: vec![
                post(transfer(1, A, B, 6)),
                post(Tx { act: Act::Reverse { original: 1, forced: false }, ..Tx::new(2, Vec::new()) }),
                post(transfer(3, A, HOT, 8)),
                post(Tx { act: Act::Reverse { original: 1, forced: false }, ..Tx::new(4, Vec::new()) }),
            ],
        },
        World {
            name: "a hold that expires, and money that waits for it",
            asks: vec![
                post(freeze(1, A, 7, Some(NOW + 10))),
                post(transfer(2, A, B, 9)),
                Ask::Wait { until: NOW + 20 },
                post(transfer(3, A, B, 9)),
            ],
        },
    ]
}

/// What brings the money in, before all others.
pub(super) fn money() -> Ask {
    post(transfer(100, BANK, A, 10))
}

fn post(tx: Tx) -> Ask {
    Ask::Post { txs: vec![tx], balances: true }
}

fn freeze(id: u128, account: u64, amount: i64, expires: Option<u32>) -> Tx {
    let act = Act::Freeze { account, amount, currency: "CNY", judicial: false, authority: "", expires };
    Tx { act, ..Tx::new(id, Vec::new()) }
}

fn transfer(id: u128, from: u64, to: u64, amount: i64) -> Tx {
    let leg = |step, account, debit| TxLeg { account, named: false, step, debit, amount, currency: "CNY" };
    Tx::new(id, vec![leg(1, from, true), leg(2, to, false)])
}
