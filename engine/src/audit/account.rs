//! An account as the audit computes it.

use super::fault::{BookFault, Checked, RecordPlace};
use crate::ledger::{AccountId, Changed, EntityId, Held, OpenedEntry, Position, Posting, Side, SubjectId};

/// No cap on the natural balance.
const NO_LIMIT: i64 = i64::MAX;

/// The books of one account, in one and a half cache lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    /// Debit-positive.
    pub(super) balance: i128,
    /// Its newest record; none before it is opened.
    pub(super) last: Position,
    frozen: i64,
    withholding: i64,
    overdraft_limit: i64,
    credit_limit: i64,
    /// The newest leg: frame, transaction, step.
    leg_frame: u64,
    leg: (u32, u16),
    pub(super) entity: EntityId,
    subject: SubjectId,
    /// Its line of the trial balance.
    pub(super) line: u32,
    /// The entity and currency it must balance in; none off the balance sheet.
    pub(super) unit: Option<u16>,
    normal: Side,
    may_go_negative: bool,
}

const _: () = assert!(size_of::<Account>() == 96, "an account is one and a half cache lines");

impl Account {
    /// The place of an account that is not open yet.
    pub(super) const VACANT: Account = Account {
        balance: 0,
        last: Position::NONE,
        frozen: 0,
        withholding: 0,
        overdraft_limit: 0,
        credit_limit: NO_LIMIT,
        leg_frame: 0,
        leg: (0, 0),
        entity: EntityId(0),
        subject: SubjectId(0),
        line: 0,
        unit: None,
        normal: Side::Debit,
        may_go_negative: false,
    };

    pub(super) fn open(opened: &OpenedEntry<'_>, at: Position, line: u32, unit: Option<u16>) -> Account {
        Account {
            last: at,
            overdraft_limit: opened.overdraft_limit.0,
            credit_limit: opened.credit_limit.map_or(NO_LIMIT, |limit| limit.0),
            entity: opened.entity,
            subject: opened.subject,
            line,
            unit,
            normal: opened.placement.normal,
            may_go_negative: opened.may_go_negative,
            ..Account::VACANT
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.last != Position::NONE
    }

    /// Whether the newest leg is of this transaction too.
    #[inline]
    pub(super) fn is_in(&self, frame: u64, ordinal: u32) -> bool {
        self.leg_frame == frame && self.leg.0 == ordinal
    }

    /// Takes note of a leg: each stands behind those of earlier transactions and steps, so none is there twice.
    #[inline]
    pub(super) fn take_leg(&mut self, id: AccountId, at: Position, ordinal: u32, step: u16) -> Checked {
        let follows = self.leg_frame != at.frame || self.leg < (ordinal, step);
        RecordPlace::entry(at).check(follows, || BookFault::LegOrder { account: id, ordinal, step })?;
        self.leg_frame = at.frame;
        self.leg = (ordinal, step);
        Ok(())
    }

    /// Takes a posting that moves the balance by `amount`.
    #[inline]
    pub(super) fn post(&mut self, posting: &Posting, at: Position, amount: i128) -> Checked {
        let account = posting.account;
        let place = RecordPlace::entry(at);
        self.follow(account, posting.previous, at)?;
        let (before, after) = (self.balance, posting.balance_after);
        place.check(before.checked_add(amount) == Some(after), || BookFault::Balance {
            account,
            before,
            amount,
            after,
        })?;
        place.check(posting.frozen_after == self.frozen, || BookFault::Frozen {
            account,
            said: posting.frozen_after,
            frozen: self.frozen,
        })?;
        place.check(posting.subject == self.subject, || BookFault::Subject {
            account,
            found: posting.subject,
            subject: self.subject,
        })?;
        self.balance = after;
        Ok(())
    }

    /// Takes new limits and controls.
    pub(super) fn change(&mut self, changed: &Changed<'_>, at: Position) -> Checked {
        self.follow(changed.account, changed.previous, at)?;
        self.frozen = changed.frozen;
        self.withholding = changed.withholding;
        self.overdraft_limit = changed.overdraft_limit.0;
        self.credit_limit = changed.credit_limit.map_or(NO_LIMIT, |limit| limit.0);
        Ok(())
    }

    /// Takes a move of a hold.
    pub(super) fn hold(&mut self, held: &Held, at: Position) -> Checked {
        self.follow(held.account, held.previous, at)?;
        self.frozen = held.frozen_after;
        Ok(())
    }

    #[inline]
    fn follow(&mut self, account: AccountId, previous: Position, at: Position) -> Checked {
        let last = self.last;
        RecordPlace::entry(at).check(previous == last, || BookFault::Chain { account, previous, last })?;
        self.last = at;
        Ok(())
    }

    /// Whether there is anything that [`Account::check_funds`] could find.
    #[inline]
    pub(super) fn is_bounded(&self) -> bool {
        !self.may_go_negative || self.credit_limit != NO_LIMIT
    }

    /// Whether a whole transaction could move the balance from `before` to `after`, both debit-positive: what takes
    /// out leaves nothing below zero, what puts in stays within the limit.
    #[inline]
    pub(super) fn check_funds(&self, account: AccountId, before: i128, after: i128) -> Result<(), BookFault> {
        let (before, natural) = (self.normal.natural(before), self.normal.natural(after));
        let available = natural - i128::from(self.frozen) - i128::from(self.withholding)
            + i128::from(self.overdraft_limit);
        if natural < before && !self.may_go_negative && available < 0 {
            return Err(BookFault::Funds { account, available });
        }
        let limit = self.credit_limit;
        if natural > before && limit != NO_LIMIT && natural > i128::from(limit) {
            return Err(BookFault::CreditLimit { account, natural, limit });
        }
        Ok(())
    }
}
