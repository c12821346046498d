//! The gate of a hot account (热点账户): what the coordinator must hold of it, so that its legs need no vote.
//!
//! A gate knows the balance with every decided transaction in it, and for the round being formed the sums that are
//! still open: of transactions admitted to it or waiting for a later one. From these it tells whether a leg passes
//! in every case, in no case, or only when the open ones are known. So nobody spends what is not there, nobody is
//! refused what the order of arrival allows, and outgoing legs are admitted as a group as long as their sum fits.

use crate::account::row::{Row, Verdict};
use crate::account::states::{Touch, refuse};
use crate::account::{AccountState, PaymentState};
use crate::hot::merge::{BookedLeg, Unmerged};
use crate::ids::AccountId;
use crate::money::amount::{Amount, Side};
use crate::money::date::Date;
use crate::rejection::Rejection;

/// What a gate says to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// It passes, whatever becomes of the open ones.
    Free,
    /// It does not pass, whatever becomes of them.
    Refused(Rejection),
    /// It depends on them: it goes first in a later round.
    Later,
}

/// The gate of one hot account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    pub account: AccountId,
    normal: Side,
    may_go_negative: bool,
    account_state: AccountState,
    payment_state: PaymentState,
    /// Frozen and withholding reserve less overdraft limit: the floor under the natural balance.
    floor: i128,
    credit_limit: i128,
    /// Natural balance with every decided transaction.
    decided: i128,
    /// Natural balance with every transaction whose record stands in the log.
    booked: i128,
    /// Sums of what is open in the round being formed.
    open: Open,
    /// Legs booked since the last merge, all of `date`.
    unmerged: Vec<BookedLeg>,
    date: Date,
    /// Legs booked since the gate was made.
    pub legs: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Open {
    outgoing: i128,
    incoming: i128,
    transactions: u32,
    /// A transaction waits whose passage depends on what is open: what comes after it must not overtake it.
    closed: bool,
}

impl Gate {
    /// The gate of an account, from its row.
    #[must_use]
    pub fn new(account: AccountId, row: &Row) -> Gate {
        let balance = row.normal().natural(row.balance);
        Gate {
            account,
            normal: row.normal(),
            may_go_negative: row.may_go_negative(),
            account_state: row.account_state,
            payment_state: row.payment_state,
            floor: balance - row.available(),
            credit_limit: if row.credit_limit == i64::MAX { i128::MAX } else { i128::from(row.credit_limit) },
            decided: balance,
            booked: balance,
            open: Open::default(),
            unmerged: Vec::new(),
            date: Date::FIRST,
            legs: 0,
        }
    }

    /// What the states say to a touch.
    #[inline]
    pub(crate) fn admits(&self, touch: Touch, step: u16) -> Verdict {
        if self.account_state == AccountState::Normal && self.payment_state == PaymentState::Normal {
            return None;
        }
        refuse(self.account_state, self.payment_state, touch).map(|rejection| (rejection, step))
    }

    /// What a leg moves the balance by, natural.
    #[inline]
    pub(crate) fn natural(&self, side: Side, amount: Amount) -> i128 {
        let amount = i128::from(amount.0);
        if side == self.normal { amount } else { -amount }
    }

    /// What funds and limits say to a net movement, natural.
    #[inline]
    pub(crate) fn passage(&self, natural: i128) -> Passage {
        if self.open.closed {
            return Passage::Later;
        }
        let (low, high) = (self.decided - self.open.outgoing, self.decided + self.open.incoming);
        if natural < 0 && !self.may_go_negative {
            if low + natural >= self.floor {
                return Passage::Free;
            }
            let never = high + natural < self.floor;
            return if never { Passage::Refused(Rejection::InsufficientFunds) } else { Passage::Later };
        }
        if natural > 0 && self.credit_limit != i128::MAX {
            if high + natural <= self.credit_limit {
                return Passage::Free;
            }
            let never = low + natural > self.credit_limit;
            return if never { Passage::Refused(Rejection::LimitExceeded) } else { Passage::Later };
        }
        Passage::Free
    }

    /// Whether no transaction of this round was held yet.
    #[inline]
    pub(crate) fn has_none_open(&self) -> bool {
        self.open.transactions == 0
    }

    /// Counts a transaction among the open ones of this round, with its net movement, natural.
    #[inline]
    pub(crate) fn hold(&mut self, natural: i128) {
        fail_point!("GateOpenSums", natural < 0, |_| self.open.transactions += 1);
        if natural < 0 {
            self.open.outgoing -= natural;
        } else {
            self.open.incoming += natural;
        }
        self.open.transactions += 1;
    }

    /// Lets nothing pass until the next round.
    pub(crate) fn close(&mut self) {
        self.open.closed = true;
    }

    /// Begins a round: nothing is open, all that came before is decided.
    pub(crate) fn begin_round(&mut self) {
        self.open = Open::default();
    }

    /// Counts a transaction that passed, with its net movement, natural.
    #[inline]
    pub(crate) fn decide(&mut self, natural: i128) {
        self.decided += natural;
    }

    /// Books a leg whose transaction's record is being written, and gives the natural balance after it.
    #[inline]
    pub(crate) fn book(&mut self, side: Side, amount: Amount, date: Date) -> i128 {
        assert!(
            self.unmerged.is_empty() || self.date == date,
            "a date is closed in a quiet round, after everything was merged"
        );
        self.date = date;
        self.unmerged.push(BookedLeg { side, amount });
        self.legs += 1;
        self.booked += self.natural(side, amount);
        self.booked
    }

    /// Takes what was booked since the last merge, for the batching actor.
    pub(crate) fn take_unmerged(&mut self) -> Option<Unmerged> {
        let legs = std::mem::take(&mut self.unmerged);
        (!legs.is_empty()).then_some(Unmerged { account: self.account, date: self.date, legs })
    }

    /// Takes over what its account has after a change, when everything is merged.
    pub(crate) fn renew(&mut self, row: &Row) {
        self.check(row);
        *self = Gate { legs: self.legs, ..Gate::new(self.account, row) };
    }

    /// Holds the gate against the row of its account, when everything is merged.
    ///
    /// # Panics
    /// If they differ: the gate would let pass what is not there.
    pub fn check(&self, row: &Row) {
        let balance = self.normal.natural(row.balance);
        let account = self.account;
        assert!(
            self.unmerged.is_empty(),
            "account {account}: everything is merged before the gate is checked"
        );
        assert_eq!(
            (self.decided, self.booked),
            (balance, balance),
            "account {account}: the gate has another balance"
        );
    }
}
