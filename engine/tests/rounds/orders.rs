//! The small worlds of the exhaustive test: seven requests each, with money such that their order matters.

use super::script::{Ask, Case, NOW, START, Spec, Tx, TxLeg};

/// With two shards, odd accounts live in the first and even ones in the second.
const CHART: [Spec; 5] = [
    Spec { may_go_negative: true, ..Spec::new(0, "1001") },
    Spec::new(0, "2001"),
    Spec::new(0, "2001"),
    Spec::new(0, "2001"),
    Spec::new(0, "2001"),
];
const BANK: u64 = 1;
const A: u64 = 2;
const B: u64 = 3;
const HOT: u64 = 4;
const C: u64 = 5;

/// Seven requests.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) asks: [Ask; 7],
    /// Orders of arrival that are hard: each is tried with every schedule.
    pub(crate) hard: &'static [[u8; 7]],
}

impl World {
    pub(crate) fn chart(&self) -> &'static [Spec] {
        &CHART
    }

    /// The requests that may arrive after these. A request that is sent twice is sent the first time first: the other
    /// order is the same with the two changing places.
    pub(crate) fn next(&self, arrived: &[u8]) -> Vec<u8> {
        let twin = |index: u8| {
            let ask = &self.asks[usize::from(index)];
            (0..index).find(|other| self.asks[usize::from(*other)] == *ask)
        };
        let may = |index: &u8| {
            !arrived.contains(index) && twin(*index).is_none_or(|first| arrived.contains(&first))
        };
        (0..7).filter(may).collect()
    }

    /// The case of an order of arrival. Its first request, with tag 0, brings the money in.
    pub(crate) fn case(&self, order: &[u8]) -> Case {
        let money = Ask::Post { txs: vec![transfer(100, BANK, A, 10)], balances: true };
        let mut asks = vec![(0, money)];
        asks.extend(
            order.iter().map(|index| (u64::from(*index) + 1, self.asks[usize::from(*index)].clone())),
        );
        Case { chart: &CHART, first: CHART.len() as u64, hot: vec![HOT], asks }
    }
}

/// All worlds. In each, A has 10 and nobody else has anything; 0 and 1 go across the shards, the money of 1 comes
/// from 0, 2 competes with 0 for A's money, and 3 takes from the hot account what 2 brings there.
pub(crate) fn worlds() -> Vec<World> {
    let posts = [
        post(transfer(1, A, B, 10)),
        post(transfer(2, B, A, 10)),
        post(transfer(3, A, HOT, 10)),
        post(transfer(4, HOT, C, 10)),
    ];
    let close_day = Ask::CloseDay { entity: 0, next: START + 1, carry: vec![], forced: None };
    let world = |name, [one, two, three]: [Ask; 3], hard| {
        let [p, q, r, s] = posts.clone();
        World { name, asks: [p, q, r, s, one, two, three], hard }
    };
    vec![
        world(
            "a stop on the hot account, and its payment sent twice",
            [state(HOT, 0), close_day.clone(), posts[3].clone()],
            &[[0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 6, 5, 4], [2, 0, 3, 6, 1, 5, 4], [3, 2, 6, 0, 1, 4, 5]],
        ),
        world(
            "a stop on an account of both transactions across shards, one of them sent twice",
            [state(B, 2), close_day, posts[0].clone()],
            &[[0, 1, 2, 3, 6, 4, 5], [1, 0, 6, 2, 3, 5, 4], [0, 5, 1, 2, 4, 3, 6]],
        ),
        world(
            "two payments out of the hot account, one of them sent twice, and money that comes too late",
            [post(transfer(5, HOT, A, 10)), post(transfer(6, BANK, HOT, 10)), posts[3].clone()],
            &[[0, 4, 5, 3, 6, 1, 2], [2, 3, 4, 6, 0, 1, 5]],
        ),
        world(
            "a cancel, a look at the accounts, and one payment with other content",
            [Ask::Cancel { id: 2, time: NOW }, Ask::Read(vec![A, B, HOT, C]), post(transfer(1, A, B, 5))],
            &[[0, 6, 1, 2, 3, 4, 5], [4, 0, 1, 5, 2, 3, 6]],
        ),
    ]
}

fn post(tx: Tx) -> Ask {
    Ask::Post { txs: vec![tx], balances: true }
}

fn state(account: u64, payment: u8) -> Ask {
    Ask::SetState { account, state: None, payment: Some(payment) }
}

fn transfer(id: u128, from: u64, to: u64, amount: i64) -> Tx {
    let leg = |step, account, debit| TxLeg { account, named: false, step, debit, amount, currency: "CNY" };
    Tx::new(id, vec![leg(1, from, true), leg(2, to, false)])
}
