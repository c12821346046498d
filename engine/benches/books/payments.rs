//! Batches that are the same in every run: two-leg transfers, between customers or all on one hot account, and a mix of
//! the shape that payments have.

use longmen_engine::ledger::notes::{self, Note, TextIds};
use longmen_engine::ledger::{
    AccountId, Amount, Batch, Currency, Draft, Leg, PostResult, Posted, Rejection, Side, TransactionId,
};

use super::{CUSTOMERS, House, OPENED};

/// Transactions of a batch.
pub(crate) const BATCH: u32 = 1_024;
/// Merchants are the first of the accounts.
const MERCHANTS: u64 = 1_000;
/// One payment out of a balance in so many is short of funds, which is one in fifty of all transactions.
const SHORT_IN: u64 = 17;
/// One payout in so many transactions of the hot account.
const PAYOUT_IN: u32 = 50;

/// An endless stream of batches, a second apart.
#[derive(Clone)]
pub(crate) struct Payments {
    random: u64,
    id: u128,
    time: u32,
    currency: Currency,
}

impl Payments {
    pub(crate) fn new() -> Payments {
        let currency = Currency::from_code("CNY").expect("CNY is a currency");
        Payments { random: 1, id: 0, time: OPENED, currency }
    }

    /// Transfers between customers, drawn uniformly.
    pub(crate) fn transfers(&mut self) -> Batch {
        self.batch(|this, _, batch| {
            let legs = this.transfer();
            this.push(batch, &legs, "");
        })
    }

    /// As many transfers, each a request of its own.
    pub(crate) fn singles(&mut self) -> Vec<Batch> {
        self.time += 1;
        let mut single = || {
            let (legs, mut batch) = (self.transfer(), Batch::default());
            self.push(&mut batch, &legs, "");
            batch
        };
        (0..BATCH).map(|_| single()).collect()
    }

    /// The same, each under an id that was given as a text of 20 bytes.
    pub(crate) fn singles_with_text_ids(&mut self) -> Vec<Batch> {
        let mut singles = self.singles();
        let first = self.id - u128::from(BATCH);
        for (n, batch) in (first..).zip(&mut singles) {
            let text = format!("order-{n:014}");
            batch.transactions[0].id = TransactionId::of_text(&text);
            batch.keep_texts(TextIds { own: &text, named: "" });
        }
        singles
    }

    /// In turn a payment out of a balance (3 legs), a payment by card (5 legs) and a transfer (2 legs): 3.3 legs, the
    /// hot fee account in two of three, one in fifty short of funds, merchants that differ in how busy they are.
    pub(crate) fn mix(&mut self) -> Batch {
        self.batch(|this, n, batch| match n % 3 {
            0 => {
                let legs = this.balance_payment();
                this.push(batch, &legs, "balance_payment");
            }
            1 => {
                let legs = this.card_payment();
                this.push(batch, &legs, "card_payment");
            }
            _ => {
                let legs = this.transfer();
                this.push(batch, &legs, "transfer");
            }
        })
    }

    /// Every transaction on the hot account: payments in, a few payouts that need its funds and find them.
    pub(crate) fn hot(&mut self) -> Batch {
        self.batch(|this, n, batch| {
            let customer = this.below(CUSTOMERS) + 1;
            let (amount, to_hot) = if n % PAYOUT_IN == PAYOUT_IN - 1 { (1_000, false) } else { (100, true) };
            let (from, to) =
                if to_hot { (customer, of_house(House::Fees)) } else { (of_house(House::Fees), customer) };
            let legs = [this.leg(1, from, Side::Debit, amount), this.leg(2, to, Side::Credit, amount)];
            this.push(batch, &legs, "");
        })
    }

    fn batch(&mut self, mut add: impl FnMut(&mut Payments, u32, &mut Batch)) -> Batch {
        self.time += 1;
        let mut batch = Batch::default();
        (0..BATCH).for_each(|n| add(self, n, &mut batch));
        batch
    }

    fn push(&mut self, batch: &mut Batch, legs: &[Leg], kind: &str) {
        self.id += 1;
        let mut notes = Vec::new();
        notes::write(&mut notes, Note::Kind, kind);
        // Spread as the ids of many clients are.
        let id = TransactionId(self.id.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        batch.push(Draft { id, time: self.time, ..Draft::default() }, legs, &notes);
    }

    fn transfer(&mut self) -> [Leg; 2] {
        let debit = self.below(CUSTOMERS);
        let credit = (debit + 1 + self.below(CUSTOMERS - 1)) % CUSTOMERS;
        let leg = |step, account, side| self.leg(step, account + 1, side, 100);
        [leg(1, debit, Side::Debit), leg(2, credit, Side::Credit)]
    }

    fn balance_payment(&mut self) -> [Leg; 3] {
        let is_short = self.below(SHORT_IN) == 0;
        let customer = MERCHANTS + self.below(CUSTOMERS - MERCHANTS) + 1;
        let payer = if is_short { of_house(House::Poor) } else { customer };
        let merchant = self.merchant();
        [
            self.leg(1, payer, Side::Debit, 1_000),
            self.leg(2, merchant, Side::Credit, 994),
            self.leg(3, of_house(House::Fees), Side::Credit, 6),
        ]
    }

    fn card_payment(&mut self) -> [Leg; 5] {
        let merchant = self.merchant();
        [
            self.leg(1, of_house(House::Channel), Side::Debit, 1_000),
            self.leg(2, merchant, Side::Credit, 994),
            self.leg(3, of_house(House::Fees), Side::Credit, 6),
            self.leg(4, of_house(House::Costs), Side::Debit, 2),
            self.leg(5, of_house(House::Payable), Side::Credit, 2),
        ]
    }

    fn merchant(&mut self) -> u64 {
        let (one, other) = (self.below(MERCHANTS), self.below(MERCHANTS));
        one * other / MERCHANTS + 1
    }

    fn leg(&self, step: u16, account: u64, side: Side, amount: i64) -> Leg {
        Leg { account: AccountId(account), amount: Amount(amount), currency: self.currency, step, side }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % bound
    }
}

fn of_house(account: House) -> u64 {
    CUSTOMERS + account as u64
}

/// Panics unless a batch came out as it must, so that nothing is measured that went wrong.
pub(crate) fn check(posted: &Posted, may_be_short: bool) {
    let as_it_must = |result: &PostResult| match result.rejection {
        None => true,
        Some(rejection) => may_be_short && rejection == Rejection::InsufficientFunds,
    };
    assert!(posted.results.iter().all(as_it_must), "an unexpected refusal");
}

/// The same of all that were asked for one by one.
pub(crate) fn check_singles(posted: &[Posted]) {
    assert_eq!(posted.len(), BATCH as usize, "each is answered");
    posted.iter().for_each(|one| check(one, false));
}
