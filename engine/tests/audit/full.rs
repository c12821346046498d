//! Books with every kind of record that is no plain posting: what the faults of actions, holds and closed dates are
//! planted in.

use longmen_engine::ledger::{
    AccountId, ActionCode, Admin, Amount, ClientId, EntityId, Entry, Held, Hold, HoldKind, HoldMove,
    HoldTerms, Named, OpenedEntry, Outcome, Position, RecordPlace, Rejection, SubjectClass, SubjectId,
    SubjectOpening, TransactionId, TransactionKey, YearStart, notes,
};

use crate::good::{Credit, Debit, changed, opened};
use crate::planted::{
    Leg, Planted, PlantedFrame, PlantedHead, audited, currency, date, head, section_of, written,
};

/// The last date of one year and the first of the next.
pub(crate) const OLD: &str = "2018-12-31";
pub(crate) const NEW: &str = "2019-01-01";

/// May go negative.
pub(crate) const BANK: u64 = 1;
pub(crate) const USER: u64 = 2;
pub(crate) const PEER: u64 = 3;
pub(crate) const SHOP: u64 = 4;
/// Income, and equity that it is carried forward to.
pub(crate) const FEE: u64 = 5;
pub(crate) const PROFIT: u64 = 6;
/// May take 300 a transaction and 500 a day.
pub(crate) const LIMITED: u64 = 7;

/// The transactions that others name.
pub(crate) const PURCHASE: (u128, u64, u32) = (3, 2, 2);
pub(crate) const CONSUMED: (u128, u64, u32) = (6, 2, 5);
pub(crate) const TRIED: (u128, u64, u32) = (7, 2, 6);
pub(crate) const TRIED_TOO: (u128, u64, u32) = (8, 2, 7);
pub(crate) const REFUSED: (u128, u64, u32) = (12, 2, 11);
/// A hold of the user, of which 120 remain at the end, and a court's, of which 30 do.
pub(crate) const HOLD: u128 = 4;
pub(crate) const COURT: u128 = 9;

pub(crate) fn key(id: u128) -> TransactionKey {
    TransactionKey { client: ClientId(1), id: TransactionId(id) }
}

/// What names a transaction at its place.
pub(crate) fn names((id, frame, ordinal): (u128, u64, u32)) -> Option<Named> {
    Some(Named { key: key(id), place: RecordPlace { frame, ordinal }, ..Named::default() })
}

/// The same, for a reversal on the opposite sides.
pub(crate) fn names_blue(original: (u128, u64, u32)) -> Option<Named> {
    names(original).map(|named| Named { blue: true, ..named })
}

/// What names a hold.
pub(crate) fn names_hold(id: u128) -> Option<Named> {
    Some(Named { key: key(id), ..Named::default() })
}

/// The head of an action on a date.
pub(crate) fn action_head(
    id: u128,
    on: &str,
    action: ActionCode,
    named: Option<Named>,
    legs: usize,
) -> PlantedHead {
    let outcome = if action == ActionCode::Try { Outcome::Tried } else { Outcome::Posted };
    let mut planted = head(id, outcome, date(on), legs);
    planted.head.action = action;
    planted.named = named;
    planted
}

/// A hold as it was opened.
pub(crate) fn hold(id: u128, kind: HoldKind, amount: i64) -> Hold {
    let terms = HoldTerms { kind, ..HoldTerms::default() };
    Hold { key: key(id), terms, amount, remaining: amount, expired: false }
}

impl Planted {
    /// Adds a move of a hold to the last frame, by the transaction that comes next.
    pub(crate) fn moves(&mut self, account: u64, on: &str, moved: HoldMove, amount: i64, hold: Hold) {
        let transaction = u32::try_from(self.last().heads.len()).unwrap();
        let transaction = (moved != HoldMove::Expired).then_some(transaction);
        let (account_id, previous, date) = (AccountId(account), Position::NONE, date(on));
        let frozen_after = 0;
        let held =
            Held { account: account_id, previous, transaction, moved, amount, hold, frozen_after, date };
        self.last().entries[section_of(account)].push(Entry::Held(held));
    }

    /// Adds a freeze.
    pub(crate) fn freeze(&mut self, account: u64, on: &str, hold: Hold) {
        let id = hold.key.id.0;
        self.moves(account, on, HoldMove::Frozen, hold.amount, hold);
        self.plant(action_head(id, on, ActionCode::Freeze, None, 0), &[]);
    }

    /// Adds an action with these legs.
    pub(crate) fn action(
        &mut self,
        id: u128,
        on: &str,
        action: ActionCode,
        named: Option<Named>,
        legs: &[Leg],
    ) {
        self.plant(action_head(id, on, action, named, legs.len()), legs);
    }

    /// The newest record of an account in the last frame.
    pub(crate) fn newest(&self, account: u64) -> longmen_engine::audit::RecordPlace {
        let entries = &self.frames.last().unwrap().entries[section_of(account)];
        let at = entries.iter().rposition(|entry| entry.account() == AccountId(account)).unwrap();
        let mut before = Vec::new();
        entries[..at].iter().for_each(|entry| crate::planted::write(entry, &mut before));
        let slot = u32::try_from(before.len() / 8).unwrap();
        longmen_engine::audit::RecordPlace::Entry {
            section: u16::try_from(section_of(account)).unwrap(),
            slot,
        }
    }
}

/// A hold with less remaining.
pub(crate) fn left(hold: Hold, remaining: i64) -> Hold {
    Hold { remaining, ..hold }
}

pub(crate) fn users_hold() -> Hold {
    hold(HOLD, HoldKind::Business, 200)
}

pub(crate) fn courts_hold() -> Hold {
    hold(COURT, HoldKind::Judicial, 30)
}

/// A hold of the peer that expires when the third frame is written.
fn brief_hold() -> Hold {
    let mut brief = hold(5, HoldKind::Control, 50);
    brief.terms.expires_us = Some(3);
    brief
}

fn subject(id: u32, code: &str, class: SubjectClass, normal: longmen_engine::ledger::Side) -> Admin {
    let opening = SubjectOpening::new(code, "subject", class, normal, true);
    Admin::Subject { id: SubjectId(id), entity: EntityId(0), opening }
}

fn open_books(books: &mut Planted) {
    let register = |command: &str, about: &str| {
        let mut reason = Vec::new();
        notes::write(&mut reason, notes::Note::Reason, "test");
        let (client, command, about) = (ClientId(1), command.into(), about.into());
        Admin::Registered { client, command, about, notes: reason.into() }
    };
    let (entity, account) = (EntityId(0), AccountId(USER));
    let from = date(OLD);
    books.last().admin = vec![
        Admin::Client { id: ClientId(1), name: "switch".into() },
        Admin::Entity { id: entity, code: "LM".into(), start: from, year_starts: YearStart::JANUARY },
        subject(0, "220301", SubjectClass::Liability, Credit),
        subject(1, "1001", SubjectClass::Asset, Debit),
        subject(2, "600101", SubjectClass::Income, Credit),
        subject(3, "310401", SubjectClass::Equity, Credit),
        register("map_type", "cash"),
        Admin::Mapping { entity, subject: SubjectId(0), from, kind: "cash".into() },
        Admin::Customer { entity, account, customer: "C-1".into() },
    ];
    books.open(OpenedEntry { may_go_negative: true, ..opened(BANK, 1, Debit) });
    for account in [USER, PEER, SHOP] {
        books.open(opened(account, 0, Credit));
    }
    books.open(opened(FEE, 2, Credit));
    books.open(opened(PROFIT, 3, Credit));
    books.open(opened(LIMITED, 0, Credit));
    let limits = longmen_engine::ledger::Changed {
        transaction_limit: Some(Amount(300)),
        day_limit: Some(Amount(500)),
        ..changed(LIMITED, OLD)
    };
    books.last().entries[section_of(LIMITED)].push(Entry::Changed(limits));
}

/// Transactions that the ones after them name.
fn originals(books: &mut Planted) {
    books.post(1, OLD, &[(1, BANK, Debit, 1000), (2, USER, Credit, 1000)]);
    books.post(2, OLD, &[(1, BANK, Debit, 500), (2, PEER, Credit, 500)]);
    books.post(PURCHASE.0, OLD, &[(1, USER, Debit, 100), (2, SHOP, Credit, 90), (3, FEE, Credit, 10)]);
    books.freeze(USER, OLD, users_hold());
    books.freeze(PEER, OLD, brief_hold());
    books.moves(USER, OLD, HoldMove::Consumed, 80, left(users_hold(), 120));
    let spend = [(1, USER, Debit, 80), (2, SHOP, Credit, 80)];
    books.action(CONSUMED.0, OLD, ActionCode::Consume, names_hold(HOLD), &spend);
    books.moves(USER, OLD, HoldMove::Frozen, 30, hold(TRIED.0, HoldKind::Try, 30));
    books.action(TRIED.0, OLD, ActionCode::Try, None, &[(1, USER, Debit, 30), (2, SHOP, Credit, 30)]);
    books.moves(PEER, OLD, HoldMove::Frozen, 20, hold(TRIED_TOO.0, HoldKind::Try, 20));
    books.action(TRIED_TOO.0, OLD, ActionCode::Try, None, &[(1, PEER, Debit, 20), (4, SHOP, Credit, 20)]);
    books.freeze(USER, OLD, courts_hold());
    books.post(10, OLD, &[(1, BANK, Debit, 900), (2, LIMITED, Credit, 900)]);
    books.post(11, OLD, &[(1, LIMITED, Debit, 300), (2, SHOP, Credit, 300)]);
    books.plant(head(REFUSED.0, Outcome::Refused(Rejection::InsufficientFunds), date(OLD), 2), &[]);
}

/// What is done about them within the year; then income is carried forward and the date is closed.
fn actions(books: &mut Planted) {
    books.moves(PEER, OLD, HoldMove::Expired, 50, left(brief_hold(), 0));
    books.moves(USER, OLD, HoldMove::Consumed, 30, left(hold(TRIED.0, HoldKind::Try, 30), 0));
    let confirmed = [(1, USER, Debit, 30), (2, SHOP, Credit, 30)];
    books.action(21, OLD, ActionCode::Confirm, names(TRIED), &confirmed);
    books.moves(PEER, OLD, HoldMove::Released, 20, left(hold(TRIED_TOO.0, HoldKind::Try, 20), 0));
    books.action(22, OLD, ActionCode::CancelTry, names(TRIED_TOO), &[]);
    let ordinal = u32::try_from(books.last().heads.len()).unwrap();
    books.action(
        23,
        OLD,
        ActionCode::Reverse,
        names(CONSUMED),
        &[(1, USER, Debit, -80), (2, SHOP, Credit, -80)],
    );
    books.moves(USER, OLD, HoldMove::Restored, 80, left(users_hold(), 200));
    let Some(Entry::Held(restored)) = books.last().entries[section_of(USER)].last_mut() else { panic!() };
    restored.transaction = Some(ordinal);
    books.action(
        24,
        OLD,
        ActionCode::Refund,
        names(PURCHASE),
        &[(1, SHOP, Debit, 40), (2, USER, Credit, 40)],
    );
    books.moves(USER, OLD, HoldMove::Released, 80, left(users_hold(), 120));
    books.action(25, OLD, ActionCode::Unfreeze, names_hold(HOLD), &[]);
    books.post(26, OLD, &[(1, LIMITED, Debit, 200), (2, SHOP, Credit, 200)]);
}

fn close(books: &mut Planted) {
    books.action(
        27,
        OLD,
        ActionCode::Reverse,
        names((24, 3, 3)),
        &[(1, SHOP, Debit, -40), (2, USER, Credit, -40)],
    );
    let mut carried = action_head(28, OLD, ActionCode::CarryForward, None, 2);
    carried.head.client = ClientId(0);
    books.plant(carried, &[(1, FEE, Debit, 10), (2, PROFIT, Credit, 10)]);
    books.close(0, OLD, NEW);
}

/// Five frames of good books with all kinds of records; the last is of a new year, and has room for faults.
pub(crate) fn full_books() -> Planted {
    let mut books = Planted::default();
    for fill in [open_books, originals, actions, close] {
        books.frames.push(PlantedFrame::default());
        fill(&mut books);
    }
    books.frames.push(PlantedFrame::default());
    books.action(
        31,
        NEW,
        ActionCode::Reverse,
        names_blue((21, 3, 0)),
        &[(1, USER, Credit, 30), (2, SHOP, Debit, 30)],
    );
    books.action(
        32,
        NEW,
        ActionCode::Refund,
        names(PURCHASE),
        &[(1, SHOP, Debit, 50), (2, USER, Credit, 50)],
    );
    books.chain();
    books
}

#[test]
fn full_books_pass() {
    let verified = audited(&written(&full_books().bodies())).unwrap();
    let counts = &verified.counts;
    assert_eq!((counts.posted, counts.tried, counts.held), (19, 2, 11));
    let first = &verified.subjects[0];
    assert_eq!((&*first.code, first.currency, first.balance), ("1001", currency("CNY"), 2400));
}
