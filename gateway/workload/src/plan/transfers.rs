//! Two-leg transfers between accounts drawn uniformly.

use longmen_engine::ledger::{Owner, Side, SubjectClass};
use rand::Rng;
use rand::rngs::SmallRng;

use super::population::{Population, SubjectPlan};
use super::{Expect, Ids, Kind, Leg, Request};

const SUBJECTS: [SubjectPlan; 2] = [
    SubjectPlan {
        code: "10020101",
        name: "银行存款-客户备付金存管户",
        class: SubjectClass::Asset,
        normal: Side::Debit,
    },
    SubjectPlan {
        code: "220301",
        name: "预收账款-平台充值-用户充值",
        class: SubjectClass::Liability,
        normal: Side::Credit,
    },
];

/// What every account starts with: far more than a run can drain at random.
const FUNDING: i64 = 10_000_000_000;

#[derive(Clone, Copy)]
pub(super) struct Transfers {
    accounts: u32,
}

pub(super) fn plan(customers: usize) -> (Population, Transfers) {
    let mut population = Population::new(&SUBJECTS);
    for number in 0..customers.max(2) {
        let account = population.open(format!("U{number}"), 1, Owner::Customer);
        population.account(account).funding = FUNDING;
    }
    let accounts = u32::try_from(customers.max(2)).expect("populations are far below 2^32");
    (population, Transfers { accounts })
}

impl Transfers {
    pub(super) fn next(&self, rng: &mut SmallRng, ids: &mut Ids, request: &mut Request) {
        let from = rng.random_range(0..self.accounts);
        let to = (from + rng.random_range(1..self.accounts)) % self.accounts;
        let amount = rng.random_range(1..=1_000);
        let legs = [
            Leg { account: 1 + from, amount, side: Side::Debit },
            Leg { account: 1 + to, amount, side: Side::Credit },
        ];
        request.push(ids.next(), Kind::Transfer, Expect::Posted, &legs);
    }
}
