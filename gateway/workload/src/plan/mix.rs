//! The payment mix: shares, legs, who is active, what is refused, repeated and cancelled.
//!
//! Left out until the ledger has holds: the withdrawal (freeze, consume, clear; 2.5 %) and freeze with unfreeze
//! (0.5 %). The other shares keep their proportions. Spending on credit is two transactions, because off-balance
//! entries never mix with others; so is settlement with payout.

mod chart;
mod shapes;

use longmen_engine::ledger::Rejection;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::population::Population;
use super::sampling::{Amounts, Weighted};
use super::{Expect, Ids, Kind, Request};

use chart::House;

/// Shares in percent of the whole mix, holds included.
const SHARES: [(Kind, f64); 12] = [
    (Kind::BalancePayment, 26.0),
    (Kind::CardPayment, 18.0),
    (Kind::TopUp, 12.0),
    (Kind::CreditSpend, 10.0),
    (Kind::EscrowPay, 7.0),
    (Kind::EscrowConfirm, 6.5),
    (Kind::Transfer, 4.0),
    (Kind::PacketSend, 1.0),
    (Kind::PacketClaim, 4.0),
    (Kind::Refund, 3.0),
    (Kind::Withholding, 2.0),
    (Kind::ProfitSplit, 2.0),
];
/// Settlement and payout, always one after the other.
const SETTLEMENT_SHARE: f64 = 1.5;
/// Of all transactions, those short of funds, refused by state, sent twice, and cancelled before they are seen.
const SHORT: f64 = 0.02;
const REFUSED_BY_STATE: f64 = 0.005;
const SENT_TWICE: f64 = 0.01;
const CANCELLED: f64 = 0.002;

/// What the streams of the mix share.
pub(super) struct Mix {
    house: House,
    kinds: Weighted,
    amounts: Amounts,
    customers: Weighted,
    merchants: Weighted,
    channels: Weighted,
    /// Of the transactions that a customer's balance pays, those whose payer is short, and those whose payer may
    /// not pay.
    short: f64,
    stopped: f64,
    /// Of the transactions that stand alone, those sent twice, and those cancelled before they are seen.
    twice: f64,
    cancelled: f64,
}

/// Who pays out of a balance, and what becomes of it.
struct Payer {
    account: u32,
    expect: Expect,
}

pub(super) fn plan(customers: usize, seed: u64) -> (Population, Mix) {
    let (population, house) = chart::open(customers);
    let mut weights: Vec<f64> = SHARES.iter().map(|(_, share)| *share).collect();
    weights.push(SETTLEMENT_SHARE);
    let total = weights.iter().sum::<f64>();
    let paid_by_balance: f64 =
        SHARES.iter().filter(|(kind, _)| paid_by_balance(*kind)).map(|(_, share)| share).sum();
    let in_pairs = share_of(Kind::CreditSpend) + SETTLEMENT_SHARE;
    let transactions = total + in_pairs;
    let scale = transactions / paid_by_balance;
    let alone = transactions / (total - in_pairs);
    let mix = Mix {
        kinds: Weighted::new(&weights),
        amounts: Amounts::new(&mut SmallRng::seed_from_u64(seed)),
        customers: Weighted::zipf(house.active.len(), 0.6),
        merchants: Weighted::zipf(house.merchants.len(), 0.99),
        channels: Weighted::zipf(house.channels.len(), 1.3),
        short: SHORT * scale,
        stopped: REFUSED_BY_STATE * scale,
        twice: SENT_TWICE * alone,
        cancelled: CANCELLED * alone,
        house,
    };
    (population, mix)
}

fn paid_by_balance(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::BalancePayment | Kind::EscrowPay | Kind::Transfer | Kind::PacketSend | Kind::Withholding
    )
}

fn share_of(kind: Kind) -> f64 {
    SHARES.iter().filter(|(one, _)| *one == kind).map(|(_, share)| share).sum()
}

impl Mix {
    /// Adds the next transaction, or the next two where they belong together or one is sent twice.
    pub(super) fn next(&self, rng: &mut SmallRng, ids: &mut Ids, request: &mut Request) {
        let kind = SHARES.get(self.kinds.choose(rng)).map_or(Kind::Settlement, |(kind, _)| *kind);
        match kind {
            Kind::CreditSpend => self.credit_spend(rng, ids, request),
            Kind::Settlement => self.settlement(rng, ids, request),
            _ => {
                self.single(kind, rng, ids, request);
                if rng.random_bool(self.twice) {
                    request.repeat_last();
                }
            }
        }
    }

    /// What a correct node answers to a transaction that nothing but a cancel can stop.
    fn unless_cancelled(&self, rng: &mut SmallRng) -> Expect {
        if rng.random_bool(self.cancelled) { Expect::Refused(Rejection::Cancelled) } else { Expect::Posted }
    }

    fn payer(&self, rng: &mut SmallRng) -> Payer {
        let dice: f64 = rng.random();
        if dice < self.short {
            let account = one_of(&self.house.poor, rng);
            return Payer { account, expect: Expect::Refused(Rejection::InsufficientFunds) };
        }
        if dice < self.short + self.stopped {
            let account = one_of(&self.house.stopped, rng);
            return Payer { account, expect: Expect::Refused(Rejection::PaymentState) };
        }
        Payer { account: self.customer(rng), expect: self.unless_cancelled(rng) }
    }

    fn customer(&self, rng: &mut SmallRng) -> u32 {
        self.house.active[self.customers.choose(rng)]
    }

    fn merchant(&self, rng: &mut SmallRng) -> u32 {
        self.house.merchants[self.merchants.choose(rng)]
    }
}

fn one_of(accounts: &[u32], rng: &mut SmallRng) -> u32 {
    accounts[rng.random_range(0..accounts.len())]
}
