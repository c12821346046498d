//! Legs of a payment or a refund.

use longmen_ledger::{Amount, Side};

/// A leg: an account as the rule names it, a side and an amount above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FeeLeg<'r> {
    /// [`PAYER`](longmen_ledger::PAYER), [`PAYEE`](longmen_ledger::PAYEE), or the account that the rule names; which account of the books that is says whoever
    /// posts.
    pub account: &'r str,
    pub side: Side,
    /// In minor units.
    pub amount: Amount,
}

/// Legs as they are put together: none of zero, one for an account and a side.
#[derive(Debug, Default)]
pub(crate) struct Legs<'r>(Vec<FeeLeg<'r>>);

impl<'r> Legs<'r> {
    /// Adds to the leg of an account. The sum of all amounts of a payment fits, so that of a leg does.
    pub(crate) fn add(&mut self, account: &'r str, side: Side, amount: u64) {
        let amount = i64::try_from(amount).expect("the sum of a payment fits");
        let same = |leg: &&mut FeeLeg<'r>| leg.account == account && leg.side == side;
        match self.0.iter_mut().find(same) {
            _ if amount == 0 => {}
            Some(leg) => leg.amount.0 += amount,
            None => self.0.push(FeeLeg { account, side, amount: Amount(amount) }),
        }
    }

    /// All of them, of which debits are credits.
    pub(crate) fn balanced(self) -> Vec<FeeLeg<'r>> {
        let net: i128 = self.0.iter().map(|leg| leg.side.signed(leg.amount)).sum();
        assert_eq!(net, 0, "legs that a rule makes balance");
        self.0
    }
}
