//! The row of an account: everything a posting needs to know of it, in two cache lines.

use crate::account::cold_row::Limits;
use crate::account::registered::Account;
use crate::account::states::{Touch, refuse};
use crate::account::{AccountState, PaymentState};
use crate::ids::{AccountId, ClientId, LineId, Position, SubjectId};
use crate::money::amount::{Amount, Side};
use crate::money::date::Date;
use crate::record::contradiction::Contradiction;
use crate::record::entry::{Changed, Held, LINK_EVERY, OpenedEntry, Posting};
use crate::rejection::Rejection;

/// An account as its shard holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub struct Row {
    /// Debit-positive.
    pub balance: i128,
    /// Turnover of `day`: debits, credits.
    pub turnover: (i128, i128),
    /// The newest record of its chain.
    pub last: Position,
    /// The sum of open holds.
    pub frozen: i64,
    /// The withholding reserve.
    pub withholding: i64,
    /// How far the natural balance may go below zero.
    pub overdraft_limit: i64,
    /// The cap on the natural balance; `i64::MAX` for none.
    pub credit_limit: i64,
    /// Natural amount that a prepared transaction will take out. Volatile: never in the log or a snapshot.
    pub reserved: i128,
    /// The accounting date that `turnover` speaks of.
    pub day: Date,
    /// Its line of the general ledger.
    pub line: LineId,
    pub subject: SubjectId,
    pub account_state: AccountState,
    pub payment_state: PaymentState,
    pub(crate) flags: u8,
    /// Postings since the last link, or since the opening.
    pub(crate) since_link: u8,
}

const CREDIT: u8 = 1;
const MAY_GO_NEGATIVE: u8 = 2;
const HOT: u8 = 4;
const LIMITED: u8 = 8;
/// Limits were taken off: what is used of the date goes on being counted until the next.
const COUNTS: u8 = 16;

/// What holds a leg back, with the order of precedence it is judged by.
pub(crate) type Verdict = Option<(Rejection, u16)>;

/// The verdict that takes precedence: the earlier group, then the earlier step.
#[inline(always)]
pub(crate) fn first_of(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Some(a), Some(b)) => Some(first_refusal(a, b)),
        (one, None) => one,
        (None, other) => other,
    }
}

/// Of two. That is rare: where there is one at most, the question is a part of what asks it.
fn first_refusal(one: (Rejection, u16), other: (Rejection, u16)) -> (Rejection, u16) {
    if (other.0.group(), other.1) < (one.0.group(), one.1) { other } else { one }
}

impl Row {
    /// A place in the table whose account has not been opened yet.
    pub(crate) const VACANT: Row = Row {
        balance: 0,
        turnover: (0, 0),
        last: Position::NONE,
        frozen: 0,
        withholding: 0,
        overdraft_limit: 0,
        credit_limit: 0,
        reserved: 0,
        day: Date::FIRST,
        line: LineId(0),
        subject: SubjectId(0),
        account_state: AccountState::Closed,
        payment_state: PaymentState::Neither,
        flags: 0,
        since_link: 0,
    };

    /// The row of an account that has just been opened.
    #[must_use]
    pub fn open(opened: &OpenedEntry<'_>, at: Position) -> Row {
        let placement = opened.placement;
        let flag = |on: bool, bit: u8| if on { bit } else { 0 };
        Row {
            balance: 0,
            turnover: (0, 0),
            last: at,
            frozen: 0,
            withholding: 0,
            overdraft_limit: opened.overdraft_limit.0,
            credit_limit: opened.credit_limit.map_or(i64::MAX, |limit| limit.0),
            reserved: 0,
            day: Date::default(),
            line: placement.line,
            subject: opened.subject,
            account_state: AccountState::Normal,
            payment_state: PaymentState::Normal,
            flags: flag(placement.normal == Side::Credit, CREDIT)
                | flag(opened.may_go_negative, MAY_GO_NEGATIVE)
                | flag(opened.hot, HOT),
            since_link: 0,
        }
    }

    /// The subject's normal side.
    #[must_use]
    #[inline]
    pub fn normal(&self) -> Side {
        if self.flags & CREDIT == 0 { Side::Debit } else { Side::Credit }
    }

    /// Whether it may be the row of this account: of its line and subject, on its normal side.
    #[must_use]
    pub fn is_of(&self, account: &Account) -> bool {
        self.line == account.placement.line
            && self.subject == account.subject
            && self.normal() == account.placement.normal
    }

    /// Whether it may go below zero without limit.
    #[must_use]
    #[inline]
    pub fn may_go_negative(&self) -> bool {
        self.flags & MAY_GO_NEGATIVE != 0
    }

    /// Whether a batching actor posts to it.
    #[must_use]
    pub fn hot(&self) -> bool {
        self.flags & HOT != 0
    }

    /// Whether it has limits per transaction or day, which lie beside the row.
    #[must_use]
    #[inline]
    pub fn limited(&self) -> bool {
        self.flags & LIMITED != 0
    }

    /// Whether what is used of a day limit is counted: while it has limits, and on until the date ends on which they were
    /// taken off.
    #[must_use]
    #[inline]
    pub(crate) fn counts(&self) -> bool {
        self.flags & (LIMITED | COUNTS) != 0
    }

    /// From now on nothing is counted, if there are no limits.
    pub(crate) fn count_no_more(&mut self) {
        self.flags &= !COUNTS;
    }

    /// Whether the next posting carries a link.
    #[inline]
    pub(crate) fn link_is_due(&self) -> bool {
        u64::from(self.since_link) + 1 == LINK_EVERY
    }

    /// `balance - frozen - reserved - withholding reserve + overdraft limit`, natural. ACCOUNTING.md, "Available", has it in words.
    #[must_use]
    #[inline]
    pub fn available(&self) -> i128 {
        self.normal().natural(self.balance)
            - i128::from(self.frozen)
            - self.reserved
            - i128::from(self.withholding)
            + i128::from(self.overdraft_limit)
    }

    /// What its states say to a touch.
    #[inline]
    pub(crate) fn admits(&self, touch: Touch, step: u16) -> Verdict {
        if self.account_state == AccountState::Normal && self.payment_state == PaymentState::Normal {
            return None;
        }
        refuse(self.account_state, self.payment_state, touch).map(|rejection| (rejection, step))
    }

    /// What funds and limits say to a net movement (debit-positive) of which `freed` is no longer frozen; what is frozen
    /// more is negative.
    #[inline]
    pub(crate) fn affords(&self, net: i128, freed: i64, step: u16) -> Verdict {
        let natural = self.normal().natural(net);
        let change = natural + i128::from(freed);
        if change < 0 && !self.may_go_negative() {
            // A transaction that reserved something here has the account pinned, so no other may be looking at its funds.
            assert!(self.reserved == 0, "funds are judged beside a reservation");
            if self.available() + change < 0 {
                return Some((Rejection::InsufficientFunds, step));
            }
        }
        let capped = natural > 0 && self.credit_limit != i64::MAX;
        if capped && self.normal().natural(self.balance) + natural > i128::from(self.credit_limit) {
            return Some((Rejection::LimitExceeded, step));
        }
        None
    }

    /// Takes a posting into the row.
    ///
    /// # Panics
    /// If the posting does not follow from the row: before + amount = after and the chain's last record are
    /// invariants of the books, and a ledger that may be wrong stops.
    #[inline(always)]
    pub fn post(&mut self, posting: &Posting, at: Position) {
        if let Err(what) = self.take_posting(posting, at) {
            panic!("account {} at {at}: {what}", posting.account);
        }
    }

    /// Takes a posting into the row, if it follows from it. The same code runs live and in replay.
    ///
    /// # Errors
    /// [`Contradiction`]; the row is as it was.
    // Where a posting is made, little of it is left when this is a part of the making.
    #[inline(always)]
    pub(crate) fn take_posting(&mut self, posting: &Posting, at: Position) -> Result<(), Contradiction> {
        if self.balance.checked_add(posting.movement.signed()) != Some(posting.balance_after) {
            return Err(Contradiction::Balance { before: self.balance, after: posting.balance_after });
        }
        self.follow(posting.previous)?;
        if posting.link.is_some() != self.link_is_due() {
            return Err(Contradiction::Link);
        }
        // It counts round: after the posting that carries a link it is 0.
        self.since_link = self.since_link.wrapping_add(1);
        self.roll_to(posting.date);
        let (debit, credit) = posting.movement.turnover();
        self.balance = posting.balance_after;
        self.turnover.0 += debit;
        self.turnover.1 += credit;
        self.last = at;
        Ok(())
    }

    /// Takes a change of attributes into the row, if it follows from it.
    ///
    /// # Errors
    /// [`Contradiction`]; the row is as it was.
    pub(crate) fn take_change(&mut self, changed: &Changed<'_>, at: Position) -> Result<(), Contradiction> {
        self.follow(changed.previous)?;
        if changed.frozen != self.frozen {
            return Err(Contradiction::Frozen { before: self.frozen, after: changed.frozen });
        }
        self.account_state = changed.account_state;
        self.payment_state = changed.payment_state;
        self.overdraft_limit = changed.overdraft_limit.0;
        self.credit_limit = changed.credit_limit.map_or(i64::MAX, |limit| limit.0);
        self.withholding = changed.withholding;
        let limited = changed.transaction_limit.is_some() || changed.day_limit.is_some();
        let counts = !limited && self.counts() && !changed.hot;
        let flag = |on: bool, bit: u8| if on { bit } else { 0 };
        let flags = flag(changed.hot, HOT) | flag(limited, LIMITED) | flag(counts, COUNTS);
        self.flags = self.flags & !(HOT | LIMITED | COUNTS) | flags;
        self.last = at;
        Ok(())
    }

    /// Takes a change that was just made.
    ///
    /// # Panics
    /// If the change does not follow from the row.
    pub fn change(&mut self, changed: &Changed<'_>, at: Position) {
        if let Err(what) = self.take_change(changed, at) {
            panic!("account {} at {at}: {what}", changed.account);
        }
    }

    /// Takes a move of a hold into the row, if it follows from it.
    ///
    /// # Errors
    /// [`Contradiction`]; the row is as it was.
    pub(crate) fn take_hold(&mut self, held: &Held, at: Position) -> Result<(), Contradiction> {
        self.follow(held.previous)?;
        let after = self.frozen.checked_add(held.moved.signed(held.amount));
        if after != Some(held.frozen_after) || held.frozen_after < 0 {
            return Err(Contradiction::Frozen { before: self.frozen, after: held.frozen_after });
        }
        self.frozen = held.frozen_after;
        self.last = at;
        Ok(())
    }

    /// Takes a move that was just made.
    ///
    /// # Panics
    /// If the move does not follow from the row.
    pub fn hold(&mut self, held: &Held, at: Position) {
        if let Err(what) = self.take_hold(held, at) {
            panic!("account {} at {at}: {what}", held.account);
        }
    }

    #[inline]
    fn follow(&self, named: Position) -> Result<(), Contradiction> {
        if named == self.last { Ok(()) } else { Err(Contradiction::Chain { last: self.last, named }) }
    }

    /// The attributes of the row, as a change that changes nothing.
    #[must_use]
    pub(crate) fn attributes(&self, account: AccountId, limits: Limits) -> Changed<'static> {
        Changed {
            account,
            previous: self.last,
            account_state: self.account_state,
            payment_state: self.payment_state,
            hot: self.hot(),
            overdraft_limit: Amount(self.overdraft_limit),
            credit_limit: (self.credit_limit != i64::MAX).then_some(Amount(self.credit_limit)),
            frozen: self.frozen,
            withholding: self.withholding,
            transaction_limit: limits.transaction(),
            day_limit: limits.day(),
            client: ClientId(0),
            date: Date::FIRST,
            notes: &[],
        }
    }

    /// Begins the turnover of a new accounting date, on the first touch of that date (昨日余额).
    #[inline]
    pub(crate) fn roll_to(&mut self, date: Date) {
        if self.day != date {
            self.day = date;
            self.turnover = (0, 0);
        }
    }

    /// Whether the account may be closed: nothing in it, held or reserved.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.balance == 0 && self.frozen == 0 && self.reserved == 0 && self.withholding == 0
    }
}

const _: () = assert!(LINK_EVERY == 1 << u8::BITS, "the count since the last link counts round");

const _: () = assert!(size_of::<Row>() == 128, "a row is two cache lines");
