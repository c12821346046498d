//! The legs of each kind of transaction.

use longmen_engine::ledger::Side;
use rand::Rng;
use rand::rngs::SmallRng;

use super::{Expect, Ids, Kind, Mix, Payer, Request};
use crate::plan::Leg;

/// The merchant's fee: 0.60 %.
fn fee(amount: i64) -> i64 {
    part(amount, 6)
}

/// What the channel costs: 0.20 %.
fn channel_fee(amount: i64) -> i64 {
    part(amount, 2)
}

/// So many thousandths of an amount, half a minor unit rounded up, at least one. By hand, since the product with a decimal
/// takes twenty times the instructions, and they would be taken from the node that shares the processor.
fn part(amount: i64, thousandths: i64) -> i64 {
    ((amount * thousandths + 500) / 1_000).max(1)
}

fn debit(account: u32, amount: i64) -> Leg {
    Leg { account, amount, side: Side::Debit }
}

fn credit(account: u32, amount: i64) -> Leg {
    Leg { account, amount, side: Side::Credit }
}

impl Mix {
    /// Adds a transaction that stands alone.
    pub(super) fn single(&self, kind: Kind, rng: &mut SmallRng, ids: &mut Ids, request: &mut Request) {
        let house = &self.house;
        let amount = self.amounts.choose(rng);
        match kind {
            Kind::BalancePayment => {
                let Payer { account, expect } = self.payer(rng);
                let legs = self.to_merchant(account, amount, rng);
                request.push(ids.next(), kind, expect, &legs);
            }
            Kind::CardPayment => {
                let channel = &house.channels[self.channels.choose(rng)];
                let [pays, merchant, income] = self.to_merchant(channel.clearing, amount, rng);
                let cost = channel_fee(amount);
                let legs = [pays, merchant, income, debit(channel.cost, cost), credit(channel.payable, cost)];
                request.push(ids.next(), kind, self.unless_cancelled(rng), &legs);
            }
            Kind::TopUp => {
                let channel = &house.channels[self.channels.choose(rng)];
                let cost = channel_fee(amount);
                let legs = [
                    debit(channel.clearing, amount),
                    credit(self.customer(rng), amount),
                    debit(house.fee_expense, cost),
                    credit(channel.fee_payable, cost),
                ];
                request.push(ids.next(), kind, self.unless_cancelled(rng), &legs);
            }
            Kind::EscrowConfirm => {
                let legs = self.to_merchant(house.escrow, amount, rng);
                request.push(ids.next(), kind, self.unless_cancelled(rng), &legs);
            }
            Kind::Refund => {
                let given_back = fee(amount);
                let legs = [
                    debit(self.merchant(rng), amount - given_back),
                    debit(house.fee_income, given_back),
                    credit(self.customer(rng), amount),
                ];
                request.push(ids.next(), kind, self.unless_cancelled(rng), &legs);
            }
            Kind::ProfitSplit => self.profit_split(amount, rng, ids, request),
            _ => self.two_legs(kind, amount, rng, ids, request),
        }
    }

    /// Spending on credit, and beside it the single off-balance entry of the credit used.
    pub(super) fn credit_spend(&self, rng: &mut SmallRng, ids: &mut Ids, request: &mut Request) {
        let amount = self.amounts.choose(rng);
        let loan = self.house.loans[rng.random_range(0..self.house.loans.len())];
        let legs = self.to_merchant(loan, amount, rng);
        request.push(ids.next(), Kind::CreditSpend, Expect::Posted, &legs);
        let memo = [debit(self.house.credit_memo, amount)];
        request.push(ids.next(), Kind::CreditMemo, Expect::Posted, &memo);
    }

    /// A merchant's balance made payable, and paid out.
    pub(super) fn settlement(&self, rng: &mut SmallRng, ids: &mut Ids, request: &mut Request) {
        let amount = self.amounts.choose(rng);
        let payable = self.house.settlement;
        let settle = [debit(self.merchant(rng), amount), credit(payable, amount)];
        request.push(ids.next(), Kind::Settlement, Expect::Posted, &settle);
        let pay_out = [debit(payable, amount), credit(self.house.bank, amount)];
        request.push(ids.next(), Kind::Payout, Expect::Posted, &pay_out);
    }

    fn to_merchant(&self, payer: u32, amount: i64, rng: &mut SmallRng) -> [Leg; 3] {
        let fee = fee(amount);
        [debit(payer, amount), credit(self.merchant(rng), amount - fee), credit(self.house.fee_income, fee)]
    }

    fn profit_split(&self, amount: i64, rng: &mut SmallRng, ids: &mut Ids, request: &mut Request) {
        let shares: i64 = rng.random_range(3..=9);
        let amount = amount.max(shares);
        let mut legs = [debit(self.house.escrow, amount); 10];
        let mut rest = amount;
        let mut used = 1;
        for left in (1..=shares).rev() {
            let part = rest / left;
            legs[used] = credit(self.merchant(rng), part);
            used += 1;
            rest -= part;
        }
        request.push(ids.next(), Kind::ProfitSplit, self.unless_cancelled(rng), &legs[..used]);
    }

    fn two_legs(&self, kind: Kind, amount: i64, rng: &mut SmallRng, ids: &mut Ids, request: &mut Request) {
        let house = &self.house;
        if kind == Kind::PacketClaim {
            let legs = [debit(house.red_packets, amount), credit(self.customer(rng), amount)];
            return request.push(ids.next(), kind, self.unless_cancelled(rng), &legs);
        }
        let Payer { account, expect } = self.payer(rng);
        let payee = match kind {
            Kind::EscrowPay => house.escrow,
            Kind::PacketSend => house.red_packets,
            Kind::Withholding => house.lender,
            _ => self.customer(rng),
        };
        request.push(ids.next(), kind, expect, &[debit(account, amount), credit(payee, amount)]);
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::prelude::ToPrimitive;
    use rust_decimal::{Decimal, RoundingStrategy};

    use super::*;

    #[test]
    fn parts_are_what_decimals_make_of_them() {
        for thousandths in [2, 6] {
            let rate = Decimal::new(thousandths, 3);
            for amount in (1..=10_000).chain([99_999, 250_000, 4_999_917, 5_000_000]) {
                let exact = Decimal::from(amount) * rate;
                let rounded = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
                assert_eq!(part(amount, thousandths), rounded.to_i64().unwrap().max(1), "{amount}");
            }
        }
    }
}
