//! An account as the audit computes it.

use super::fault::{BookFault, Checked, RecordPlace};
use super::states::Lets;
use crate::ledger::{
    AccountId, AccountState, Changed, Date, EntityId, Held, LINK_EVERY, OpenedEntry, Position, Posting, Side,
    SubjectId,
};

/// No cap on the natural balance.
const NO_LIMIT: i64 = i64::MAX;

/// The books of one account, in two cache lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    /// Debit-positive.
    pub(super) balance: i128,
    /// Debit turnover of `day`.
    day_debit: i128,
    /// Its newest record; none before it is opened.
    pub(super) last: Position,
    frozen: i64,
    withholding: i64,
    overdraft_limit: i64,
    credit_limit: i64,
    /// The newest leg: frame, transaction, step.
    leg_frame: u64,
    leg: (u32, u16),
    day: Date,
    subject: SubjectId,
    /// Its line of the trial balance.
    pub(super) line: u32,
    /// The entity and currency it must balance in; none off the balance sheet.
    pub(super) unit: Option<u16>,
    pub(super) entity: EntityId,
    /// What its states let through.
    pub(super) lets: Lets,
    /// Postings since the last link.
    since_link: u8,
    normal: Side,
    may_go_negative: bool,
    /// Whether it has limits per transaction or day, which lie beside it.
    limited: bool,
    /// Whether what is used of a day limit is counted: with limits, and after they were taken off.
    counted: bool,
}

const _: () = assert!(size_of::<Account>() == 128, "an account is two cache lines");

/// How a transaction spends a hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    pub(super) judicial: bool,
    pub(super) forced: bool,
    /// What holds before it set aside.
    pub(super) before: i128,
}

/// What an account had before a transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    balance: i128,
    frozen: i64,
    /// The transaction's date, and its debit turnover.
    pub(super) date: Date,
    used: i128,
}

impl Account {
    /// The place of an account that is not open yet.
    pub(super) const VACANT: Account = Account {
        balance: 0,
        day_debit: 0,
        last: Position::NONE,
        frozen: 0,
        withholding: 0,
        overdraft_limit: 0,
        credit_limit: NO_LIMIT,
        leg_frame: 0,
        leg: (0, 0),
        day: Date::FIRST,
        subject: SubjectId(0),
        line: 0,
        unit: None,
        entity: EntityId(0),
        lets: Lets::ALL,
        since_link: 0,
        normal: Side::Debit,
        may_go_negative: false,
        limited: false,
        counted: false,
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

    pub(super) fn frozen(&self) -> i64 {
        self.frozen
    }

    pub(super) fn may_go_negative(&self) -> bool {
        self.may_go_negative
    }

    /// Turns a debit-positive amount into a natural one.
    pub(super) fn natural(&self, signed: i128) -> i128 {
        self.normal.natural(signed)
    }

    /// What it has before a transaction of this date.
    #[inline]
    pub(super) fn before(&self, date: Date) -> Before {
        let used = if self.day == date { self.day_debit } else { 0 };
        Before { balance: self.balance, frozen: self.frozen, date, used }
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

    /// Takes a posting that moves the balance by `amount`. Tells whether it is to carry a link.
    #[inline]
    pub(super) fn post(&mut self, posting: &Posting, at: Position, amount: i128) -> Checked<bool> {
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
        if self.day != posting.date {
            (self.day, self.day_debit) = (posting.date, 0);
        }
        self.day_debit += posting.movement.turnover().0;
        let links = u64::from(self.since_link) + 1 == LINK_EVERY;
        self.since_link = if links { 0 } else { self.since_link + 1 };
        Ok(links)
    }

    /// Takes new limits and controls, which must be fit for it.
    pub(super) fn change(&mut self, changed: &Changed<'_>, at: Position) -> Checked {
        let (account, place) = (changed.account, RecordPlace::entry(at));
        self.follow(account, changed.previous, at)?;
        place.check(changed.frozen == self.frozen, || BookFault::Frozen {
            account,
            said: changed.frozen,
            frozen: self.frozen,
        })?;
        let floor = self.floor();
        self.withholding = changed.withholding;
        self.overdraft_limit = changed.overdraft_limit.0;
        self.credit_limit = changed.credit_limit.map_or(NO_LIMIT, |limit| limit.0);
        self.limited = changed.transaction_limit.is_some() || changed.day_limit.is_some();
        self.counted = self.limited || self.counted && !changed.hot;
        let wrong = self.contradiction(changed, floor);
        wrong.map_or(Ok(()), |why| Err(place.flaw(BookFault::Changed { account, why })))?;
        self.lets = Lets::of(changed.account_state, changed.payment_state);
        Ok(())
    }

    /// Why a change cannot be, when its amounts were taken in; `floor` was under the available amount before.
    fn contradiction(&self, changed: &Changed<'_>, floor: i128) -> Option<&'static str> {
        let limits = [changed.credit_limit, changed.transaction_limit, changed.day_limit];
        let amounts = limits.into_iter().flatten().map(|limit| limit.0);
        let negative = amounts.chain([self.withholding, self.overdraft_limit]).any(|amount| amount < 0);
        let empty = self.balance == 0 && self.frozen == 0 && self.withholding == 0;
        let closes = changed.account_state == AccountState::Closed;
        let short = self.floor() > floor && !self.may_go_negative && self.available(self.balance) < 0;
        let findings = [
            (self.lets.nothing(), "which is closed"),
            (negative, "to a limit or reserve below zero"),
            (closes && !empty, "to closed, and it is not empty"),
            (short, "to a reserve or overdraft limit that leaves less than nothing available"),
            (changed.hot && self.limited, "to hot, and it has limits per transaction or day"),
        ];
        findings.into_iter().find(|(found, _)| *found).map(|(_, why)| why)
    }

    /// Takes a move of a hold.
    pub(super) fn hold(&mut self, held: &Held, at: Position) -> Checked {
        let (account, place) = (held.account, RecordPlace::entry(at));
        self.follow(account, held.previous, at)?;
        let (before, moved, after) = (self.frozen, held.moved, held.frozen_after);
        let amount = moved.signed(held.amount);
        let follows = before.checked_add(amount) == Some(after) && after >= 0;
        place.check(follows, || BookFault::FrozenMove { account, before, amount, after })?;
        self.frozen = after;
        Ok(())
    }

    #[inline]
    fn follow(&mut self, account: AccountId, previous: Position, at: Position) -> Checked {
        let last = self.last;
        RecordPlace::entry(at).check(previous == last, || BookFault::Chain { account, previous, last })?;
        self.last = at;
        Ok(())
    }

    /// How much of the natural balance is not available, whatever is frozen.
    fn floor(&self) -> i128 {
        i128::from(self.withholding) - i128::from(self.overdraft_limit)
    }

    fn available(&self, balance: i128) -> i128 {
        self.normal.natural(balance) - i128::from(self.frozen) - self.floor()
    }

    /// Whether there is anything that [`Account::check_funds`] could find.
    #[inline]
    pub(super) fn is_bounded(&self) -> bool {
        !self.may_go_negative || self.credit_limit != NO_LIMIT || self.counted
    }

    /// Whether a whole transaction could bring the account from what it had before to this balance and what is frozen
    /// now: what takes out leaves nothing below zero, what puts in stays within the limit.
    #[inline]
    pub(super) fn check_funds(
        &self,
        account: AccountId,
        before: &Before,
        balance: i128,
    ) -> Result<(), BookFault> {
        let natural = self.normal.natural(balance);
        let more = natural - self.normal.natural(before.balance);
        let freed = i128::from(before.frozen) - i128::from(self.frozen);
        let available = self.available(balance);
        if more + freed < 0 && !self.may_go_negative && available < 0 {
            return Err(BookFault::Funds { account, available });
        }
        let limit = self.credit_limit;
        if more > 0 && limit != NO_LIMIT && natural > i128::from(limit) {
            return Err(BookFault::CreditLimit { account, natural, limit });
        }
        Ok(())
    }

    /// Whether a transaction that spends a hold could take what it did: the money was there, behind what others have set
    /// aside before it.
    pub(super) fn check_spent(
        &self,
        account: AccountId,
        before: &Before,
        spent: &Spent,
    ) -> Result<(), BookFault> {
        let natural = self.normal.natural(self.balance);
        let takes = natural < self.normal.natural(before.balance);
        if !takes || self.may_go_negative || spent.forced && !spent.judicial {
            return Ok(());
        }
        let set_aside = if spent.forced { 0 } else { spent.before + i128::from(self.withholding) };
        let available = natural + i128::from(self.overdraft_limit) - set_aside;
        if available < 0 { Err(BookFault::Funds { account, available }) } else { Ok(()) }
    }

    /// Whether the account has, or had, limits that [`super::limits::Limits::check`] must look at.
    #[inline]
    pub(super) fn is_counted(&self) -> bool {
        self.counted
    }

    /// What a transaction took, debit-positive, and the debits of its date before it.
    pub(super) fn taken(&self, before: &Before) -> (i128, i128) {
        (self.balance - before.balance, before.used)
    }

    /// The date of its newest posting, and the debits of that.
    pub(super) fn day(&self) -> (Date, i128) {
        (self.day, self.day_debit)
    }
}

impl Before {
    /// The same, where the balance has come to this.
    pub(super) fn with_balance(self, balance: i128) -> Before {
        Before { balance, ..self }
    }
}
