//! Every transaction on one hot merchant account (热点账户): payments in, a few payouts that need its funds.

use longmen_engine::ledger::{Owner, Side, SubjectClass};
use rand::Rng;
use rand::rngs::SmallRng;

use super::population::{Population, SubjectPlan};
use super::{Expect, Ids, Kind, Leg, Request};

const SUBJECTS: [SubjectPlan; 3] = [
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
    SubjectPlan {
        code: "220302",
        name: "应付商户款-待结算",
        class: SubjectClass::Liability,
        normal: Side::Credit,
    },
];

const FUNDING: i64 = 10_000_000_000;
const MERCHANT: u32 = 1;
const FIRST_CUSTOMER: u32 = 2;
/// One payout in so many payments; it takes what about so many bring, so that the balance stays about level.
const PAYOUT_IN: u32 = 50;

#[derive(Clone, Copy)]
pub(super) struct Hot {
    customers: u32,
}

pub(super) fn plan(customers: usize) -> (Population, Hot) {
    let mut population = Population::new(&SUBJECTS);
    let merchant = population.open("M-hot", 2, Owner::Merchant);
    debug_assert_eq!(merchant, MERCHANT);
    population.account(merchant).hot = true;
    population.account(merchant).funding = FUNDING;
    for number in 0..customers.max(1) {
        let account = population.open(format!("U{number}"), 1, Owner::Customer);
        population.account(account).funding = FUNDING;
    }
    let customers = u32::try_from(customers.max(1)).expect("populations are far below 2^32");
    (population, Hot { customers })
}

impl Hot {
    pub(super) fn next(&self, rng: &mut SmallRng, ids: &mut Ids, request: &mut Request) {
        if rng.random_ratio(1, PAYOUT_IN) {
            let amount = rng.random_range(1..=1_000 * i64::from(PAYOUT_IN - 1));
            let legs = [
                Leg { account: MERCHANT, amount, side: Side::Debit },
                Leg { account: 0, amount, side: Side::Credit },
            ];
            request.push(ids.next(), Kind::Payout, Expect::Posted, &legs);
        } else {
            let payer = FIRST_CUSTOMER + rng.random_range(0..self.customers);
            let amount = rng.random_range(1..=1_000);
            let legs = [
                Leg { account: payer, amount, side: Side::Debit },
                Leg { account: MERCHANT, amount, side: Side::Credit },
            ];
            request.push(ids.next(), Kind::BalancePayment, Expect::Posted, &legs);
        }
    }
}
