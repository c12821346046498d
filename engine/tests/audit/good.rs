//! Books without a fault, with something of everything: what the faults are planted in.

use longmen_engine::ledger::{
    AccountId, AccountState, Admin, Amount, Changed, ClientId, Date, EntityId, Entry, LineId, OpenedEntry,
    Outcome, Owner, PaymentState, Placement, Position, Rejection, Side, SubjectClass, SubjectId,
    SubjectOpening, UnitId, YearStart, notes,
};

use crate::planted::{Planted, PlantedFrame, currency, date, head, section_of, written};

pub(crate) const MAY1: &str = "2018-05-01";
pub(crate) const MAY2: &str = "2018-05-02";
pub(crate) use Side::{Credit, Debit};

/// What the accounts of [`good_books`] are for.
pub(crate) const BANK: u64 = 1;
pub(crate) const USER: u64 = 2;
/// May go 50 below zero.
pub(crate) const PEER: u64 = 3;
/// A hot merchant.
pub(crate) const HOT: u64 = 4;
/// Off the balance sheet.
pub(crate) const MEMO: u64 = 5;
/// Two accounts of the other entity; the first may go negative.
pub(crate) const OTHER: u64 = 6;
pub(crate) const OTHER_USER: u64 = 7;
/// Two accounts in dollars; the first may go negative.
pub(crate) const USD_BANK: u64 = 8;
pub(crate) const USD_USER: u64 = 9;
/// Its natural balance is capped at 500.
pub(crate) const CAPPED: u64 = 10;

pub(crate) fn opened(account: u64, subject: u32, normal: Side) -> OpenedEntry<'static> {
    OpenedEntry {
        account: AccountId(account),
        entity: EntityId(0),
        subject: SubjectId(subject),
        currency: currency("CNY"),
        owner: Owner::Customer,
        number: Box::leak(account.to_string().into_boxed_str()),
        kind: "",
        may_go_negative: false,
        hot: false,
        overdraft_limit: Amount(0),
        credit_limit: None,
        placement: Placement { line: LineId(0), unit: Some(UnitId(0)), normal },
    }
}

pub(crate) fn changed(account: u64, on: &str) -> Changed<'static> {
    Changed {
        account: AccountId(account),
        previous: Position::NONE,
        account_state: AccountState::Normal,
        payment_state: PaymentState::Normal,
        hot: account == HOT,
        overdraft_limit: Amount(0),
        credit_limit: None,
        frozen: 0,
        withholding: 0,
        transaction_limit: None,
        day_limit: None,
        client: ClientId(1),
        date: date(on),
        notes: &[],
    }
}

fn subject(id: u32, entity: u16, code: &str, class: SubjectClass, normal: Side, leaf: bool) -> Admin {
    let opening = SubjectOpening::new(code, &format!("subject {code}"), class, normal, leaf);
    Admin::Subject { id: SubjectId(id), entity: EntityId(entity), opening }
}

pub(crate) fn open(books: &mut Planted, entry: OpenedEntry<'static>) {
    books.open(entry);
}

fn names() -> Vec<Admin> {
    let start = date(MAY1);
    let (asset, liability, off) = (SubjectClass::Asset, SubjectClass::Liability, SubjectClass::OffBalance);
    vec![
        Admin::Client { id: ClientId(1), name: "switch".into() },
        Admin::Entity { id: EntityId(0), code: "LM".into(), start, year_starts: YearStart::JANUARY },
        Admin::Entity { id: EntityId(1), code: "XX".into(), start, year_starts: YearStart::JANUARY },
        subject(0, 0, "220301", liability, Credit, true),
        subject(1, 0, "1001", asset, Debit, true),
        subject(2, 0, "7001", off, Debit, true),
        subject(3, 1, "220301", liability, Credit, true),
        subject(4, 0, "2203", liability, Credit, false),
    ]
}

fn open_accounts(books: &mut Planted) {
    let other = |account| OpenedEntry { entity: EntityId(1), ..opened(account, 3, Credit) };
    let usd = |entry| OpenedEntry { currency: currency("USD"), ..entry };
    let free = |entry| OpenedEntry { may_go_negative: true, ..entry };
    let memo = Placement { line: LineId(0), unit: None, normal: Debit };
    open(books, free(opened(BANK, 1, Debit)));
    open(books, opened(USER, 0, Credit));
    open(books, OpenedEntry { overdraft_limit: Amount(50), ..opened(PEER, 0, Credit) });
    open(books, OpenedEntry { hot: true, ..opened(HOT, 0, Credit) });
    open(books, OpenedEntry { placement: memo, ..opened(MEMO, 2, Debit) });
    open(books, free(other(OTHER)));
    open(books, other(OTHER_USER));
    open(books, usd(free(opened(USD_BANK, 1, Debit))));
    open(books, usd(opened(USD_USER, 0, Credit)));
    open(books, OpenedEntry { credit_limit: Some(Amount(500)), ..opened(CAPPED, 0, Credit) });
}

/// A frame of ordinary work; user 2040 and 860, peer 1010, hot 220 at its end.
fn day_one(books: &mut Planted) {
    books.post(1, MAY1, &[(1, BANK, Debit, 1000), (2, USER, Credit, 1000)]);
    books.post(2, MAY1, &[(1, BANK, Debit, 1000), (2, PEER, Credit, 1000)]);
    books.post(3, MAY1, &[(1, USER, Debit, 100), (2, HOT, Credit, 100)]);
    books.post(4, MAY1, &[(1, PEER, Debit, 200), (2, HOT, Credit, 150), (5, USER, Credit, 50)]);
    let mut refused = head(5, Outcome::Refused(Rejection::InsufficientFunds), date(MAY1), 2);
    notes::write(&mut refused.notes, notes::Note::Kind, "transfer");
    books.plant(refused, &[]);
    books.post(6, MAY1, &[(1, HOT, Debit, 30), (2, USER, Credit, 30)]);
    books.plant(head(7, Outcome::Cancelled, Date::FIRST, 0), &[]);
    let over_two =
        [(1, USER, Debit, 10), (2, PEER, Credit, 10), (3, OTHER, Debit, 10), (4, OTHER_USER, Credit, 10)];
    books.post(8, MAY1, &over_two);
    books.post(9, MAY1, &[(1, MEMO, Debit, 77)]);
    let currencies =
        [(1, USD_BANK, Debit, 5), (2, USD_USER, Credit, 5), (3, USER, Debit, 1), (4, PEER, Credit, 1)];
    books.post(10, MAY1, &currencies);
    // Only the net effect of a transaction must be afforded: a bare account is passed through.
    let through = [
        (1, USD_USER, Debit, 100),
        (2, USD_BANK, Credit, 100),
        (3, USD_USER, Credit, 100),
        (4, USD_BANK, Debit, 100),
    ];
    books.post(11, MAY1, &through);
    books.post(
        12,
        MAY1,
        &[(1, HOT, Debit, 230), (2, HOT, Credit, 230), (3, BANK, Debit, 9), (4, CAPPED, Credit, 9)],
    );
    books.merge(HOT, MAY1, 5, 260, 480);
}

/// A frame with a change and a close of day in the middle: the hot account is merged before each.
fn two_dates(books: &mut Planted) {
    books.post(21, MAY1, &[(1, USER, Debit, 7), (2, HOT, Credit, 7)]);
    books.merge(HOT, MAY1, 1, 0, 7);
    books.last().entries[section_of(HOT)].push(Entry::Changed(changed(HOT, MAY1)));
    books.post(22, MAY1, &[(1, USER, Debit, 3), (2, HOT, Credit, 3)]);
    books.merge(HOT, MAY1, 1, 0, 3);
    books.close(0, MAY1, MAY2);
    books.post(23, MAY2, &[(1, USER, Debit, 1), (2, HOT, Credit, 1)]);
    books.post(24, MAY2, &[(1, BANK, Debit, 40), (2, USER, Credit, 40)]);
    books.merge(HOT, MAY2, 1, 0, 1);
}

/// Four frames of good books. The last has one transaction, bank to user, and room for faults.
pub(crate) fn good_books() -> Planted {
    let mut books = Planted { hot: vec![HOT], ..Planted::default() };
    books.frames.push(PlantedFrame { admin: names(), ..PlantedFrame::default() });
    open_accounts(&mut books);
    books.frames.push(PlantedFrame::default());
    day_one(&mut books);
    books.frames.push(PlantedFrame::default());
    two_dates(&mut books);
    books.frames.push(PlantedFrame::default());
    books.post(31, MAY2, &[(1, BANK, Debit, 5), (2, USER, Credit, 5)]);
    books.chain();
    books
}

#[test]
fn good_books_pass_with_their_totals() {
    let storage = written(&good_books().bodies());
    let mut frames = 0;
    let verified = longmen_engine::audit::verify(&storage, &mut |counts| frames = counts.frames).unwrap();
    assert_eq!(frames, 5, "the clean end adds a mark");
    assert!(verified.log.clean && verified.log.torn.is_none() && verified.log.last.0 == 5);
    let counts = &verified.counts;
    assert_eq!((counts.posted, counts.refused, counts.cancelled), (15, 1, 1));
    assert_eq!((counts.merged, counts.merged_legs, counts.opened, counts.changed), (4, 8, 10, 1));
    assert_eq!((counts.legs, counts.admin, counts.entries()), (30, 14, 45));
    let units: Vec<_> = verified
        .units
        .iter()
        .map(|unit| (&*unit.entity, unit.currency.code(), unit.debit_turnover, unit.debit_balance))
        .collect();
    assert_eq!(units, [("LM", "CNY", 2636, 2054), ("LM", "USD", 205, 5), ("XX", "CNY", 10, 10)]);
    assert!(verified.units.iter().all(|unit| unit.debit_turnover == unit.credit_turnover));
    assert!(verified.units.iter().all(|unit| unit.debit_balance == unit.credit_balance));
    let first: Vec<_> = verified
        .first_level
        .iter()
        .map(|total| (&*total.entity, &*total.code, total.currency.code(), total.accounts, total.balance))
        .collect();
    let expected = [
        ("LM", "1001", "CNY", 1, 2054),
        ("LM", "1001", "USD", 1, 5),
        ("LM", "2203", "CNY", 4, -2054),
        ("LM", "2203", "USD", 1, -5),
        ("LM", "7001", "CNY", 1, 77),
        ("XX", "2203", "CNY", 2, 0),
    ];
    assert_eq!(first, expected);
    assert_eq!((&*verified.first_level[2].name, &*verified.first_level[5].name), ("subject 2203", ""));
    assert_eq!(&*verified.subjects[2].code, "220301");
}
