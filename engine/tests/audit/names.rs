//! Faults of names, of the register, of links and of the figures of closed dates, each alone in good books.

use longmen_engine::audit::{AdminFault, BookFault, RecordPlace};
use longmen_engine::ledger::{
    AccountId, Admin, ClientId, EntityId, Entry, LineId, Link, OpenedEntry, OriginalState, Position,
    SubjectClass, SubjectId, SubjectOpening, TransactionKey, YearStart,
};

use crate::actions::check_good;
use crate::full::{BANK, NEW, OLD, USER, full_books};
use crate::good::{Credit, Debit, opened};
use crate::planted::{Planted, PlantedFrame, check_found, date};

/// An administrative record at the end of the last frame's.
#[track_caller]
fn check_admin(record: Admin, fault: impl Into<BookFault>) {
    let mut books = full_books();
    books.last().admin.push(record);
    check_found(&books.bodies(), 5, RecordPlace::Admin(0), &fault.into());
}

const LM: EntityId = EntityId(0);

#[test]
fn names_are_there_once() {
    let taken = |what, name: &str| AdminFault::NameTaken { what, name: name.into() };
    let client = |id, name: &str| Admin::Client { id: ClientId(id), name: name.into() };
    check_admin(client(2, "switch"), taken("client", "switch"));
    check_admin(client(3, "other"), BookFault::IdOrder { what: "client", found: 3, expected: 2 });
    check_admin(client(2, ""), AdminFault::BadRecord { what: "client", why: "has no name" });
    let entity = |code: &str| Admin::Entity {
        id: EntityId(1),
        code: code.into(),
        start: date(NEW),
        year_starts: YearStart::JANUARY,
    };
    check_admin(entity("LM"), taken("entity", "LM"));
    let subject = |code: &str| {
        let opening = SubjectOpening::new(code, "subject", SubjectClass::Asset, Debit, true);
        Admin::Subject { id: SubjectId(4), entity: LM, opening }
    };
    check_admin(subject("1001"), taken("subject", "1001"));
    let code = AdminFault::BadRecord { what: "subject", why: "has a code in no whole levels" };
    for wrong in ["100", "10011", "10a1", ""] {
        check_admin(subject(wrong), code.clone());
    }
    check_good(|books| books.last().admin.push(subject("1002")));
}

#[test]
fn subjects_fit_their_chart_since_there_are_rules() {
    let subject = |code: &str, class, leaf| Admin::Subject {
        id: SubjectId(4),
        entity: LM,
        opening: SubjectOpening::new(code, "subject", class, Credit, leaf),
    };
    let with = |version, record: Admin| {
        let mut books = full_books();
        books.last().admin.extend([Admin::Rules { version }, record]);
        books
    };
    let (liability, asset) = (SubjectClass::Liability, SubjectClass::Asset);
    for (code, class, leaf, why) in [
        ("0000", liability, true, "has a level of zeros alone"),
        ("220300", liability, true, "has a level of zeros alone"),
        ("22030101", liability, true, "stands below a leaf"),
        ("2203010101", liability, true, "stands below a leaf"),
        ("2203", liability, true, "is a leaf, and others stand below it"),
        ("2203", asset, false, "is of another class than its first level"),
        ("220302", asset, true, "is of another class than its first level"),
    ] {
        let record = subject(code, class, leaf);
        let fault = BookFault::Admin(AdminFault::BadRecord { what: "subject", why });
        check_found(&with(1, record.clone()).bodies(), 5, RecordPlace::Admin(1), &fault);
        check_good(|books| books.last().admin.push(record));
    }
    for good in [subject("2203", liability, false), subject("220302", liability, true)] {
        check_good(|books| books.last().admin.extend([Admin::Rules { version: 1 }, good]));
    }
    let what = AdminFault::BadRecord { what: "rules", why: "go back, or are those of a later ledger" };
    for version in [0, longmen_engine::ledger::RULES + 1] {
        check_admin(Admin::Rules { version }, what.clone());
    }
}

#[test]
fn accounts_have_names_of_their_own() {
    let open = |books: &mut Planted, entry: OpenedEntry<'static>| {
        books.open(OpenedEntry { number: "2", ..entry });
    };
    let new = opened(8, 0, Credit);
    let mut books = full_books();
    open(&mut books, new);
    books.chain();
    let fault = BookFault::KeyTwice { account: AccountId(8), first: AccountId(USER) };
    check_found(&books.bodies(), 5, books.newest(8), &fault);
    check_good(|books| open(books, OpenedEntry { kind: "cash", ..new }));
    check_good(|books| open(books, OpenedEntry { currency: crate::planted::currency("USD"), ..new }));
}

#[test]
fn subjects_are_valid_when_accounts_open() {
    let plant = |from: Option<&str>, to: Option<&str>| {
        let mut opening = SubjectOpening::new("1002", "subject", SubjectClass::Liability, Credit, true);
        (opening.valid_from, opening.valid_to) = (from.map(date), to.map(date));
        move |books: &mut Planted| {
            books.last().admin.push(Admin::Subject {
                id: SubjectId(4),
                entity: LM,
                opening: opening.clone(),
            });
            books.open(opened(8, 4, Credit));
        }
    };
    check_good(plant(Some(NEW), Some(NEW)));
    for (from, to) in [(Some("2019-01-02"), None), (None, Some(OLD))] {
        let mut books = full_books();
        plant(from, to)(&mut books);
        let (account, subject) = (AccountId(8), SubjectId(4));
        let fault = BookFault::Opening { account, subject, why: "which is not valid on the date" };
        check_found(&books.bodies(), 5, books.newest(8), &fault);
    }
    let mut books = full_books();
    books.open(opened(8, 0, Credit));
    let Some(Entry::Opened(entry)) = books.last().entries[1].last_mut() else { panic!() };
    entry.placement.line = LineId(0);
    let why = "and on a line that stands for something else";
    let fault = BookFault::Opening { account: AccountId(8), subject: SubjectId(0), why };
    check_found(&books.bodies(), 5, books.newest(8), &fault);
}

#[test]
fn the_register_says_who_and_what() {
    let tie = |entity, account, customer: &str| Admin::Customer {
        entity: EntityId(entity),
        account: AccountId(account),
        customer: customer.into(),
    };
    check_admin(tie(7, USER, "C"), BookFault::UnknownEntity { entity: EntityId(7) });
    check_admin(tie(0, 99, "C"), AdminFault::Tie { entity: LM, account: AccountId(99) });
    let why = "names nobody, or at too great length";
    check_admin(tie(0, USER, ""), AdminFault::BadRecord { what: "customer", why });
    let map = |subject, from: &str, kind: &str| Admin::Mapping {
        entity: LM,
        subject: SubjectId(subject),
        from: date(from),
        kind: kind.into(),
    };
    let bad = |why| AdminFault::BadRecord { what: "mapping", why };
    check_admin(map(9, NEW, "cash"), bad("leads to no leaf of its entity"));
    check_admin(map(0, OLD, "cash"), bad("begins on a date that is closed"));
    check_admin(map(0, NEW, &"x".repeat(65)), bad(why));
    check_good(|books| books.last().admin.push(map(0, NEW, "cash")));
    let register = |client, about: &str, notes: &[u8]| Admin::Registered {
        client: ClientId(client),
        command: "close_day".into(),
        about: about.into(),
        notes: notes.into(),
    };
    for client in [0, 2] {
        let unknown = AdminFault::UnknownClient { client: ClientId(client) };
        check_admin(register(client, "LM", &[]), unknown);
    }
    let empty = AdminFault::BadRecord { what: "register", why: "says not what was asked for" };
    check_admin(register(1, "", &[]), empty);
    check_admin(register(1, "LM", &[1, 9, 0]), BookFault::Unreadable);
    let closing = Admin::Closing { entity: LM, date: date(OLD), frame: 4 };
    check_admin(closing, AdminFault::OfSnapshots);
    let undone = Admin::Undone(TransactionKey::default(), OriginalState::default());
    check_admin(undone, AdminFault::OfSnapshots);
}

#[test]
fn clients_are_named_before_they_post() {
    let mut books = full_books();
    books.post(40, NEW, &[(1, BANK, Debit, 5), (2, USER, Credit, 5)]);
    books.last().heads[2].head.client = ClientId(2);
    books.chain();
    let fault = AdminFault::UnknownClient { client: ClientId(2) };
    check_found(&books.bodies(), 5, RecordPlace::Head(2), &fault.into());
}

/// Changes the administrative records of the frame that closes a date: four lines, then the close.
#[track_caller]
fn check_close(forge: impl FnOnce(&mut Vec<Admin>), record: u32, fault: AdminFault) {
    let mut books = full_books();
    books.frames.truncate(4);
    assert_eq!(books.last().admin.len(), 5);
    forge(&mut books.last().admin);
    check_found(&books.bodies(), 4, RecordPlace::Admin(record), &fault.into());
}

#[test]
fn figures_of_a_closed_date_are_those_of_its_entries() {
    let (line, on) = (LineId(0), date(OLD));
    let found = [0, 2400, 0];
    let figures = |said| AdminFault::LineFigures { line, date: on, said, found };
    let forge = |change: fn(&mut i128, &mut i128, &mut i128)| {
        move |admin: &mut Vec<Admin>| {
            let Admin::LineClosed { opening, debit, credit, .. } = &mut admin[0] else { panic!() };
            change(opening, debit, credit);
        }
    };
    check_close(forge(|opening, _, _| *opening += 1), 0, figures([1, 2400, 0]));
    check_close(forge(|_, debit, _| *debit += 1), 0, figures([0, 2401, 0]));
    check_close(forge(|_, _, credit| *credit += 1), 0, figures([0, 2400, 1]));
    check_close(|admin| drop(admin.remove(0)), 3, figures([0; 3]));
    let line_of = |admin: &mut Admin, id: u32| {
        let Admin::LineClosed { line, .. } = admin else { panic!() };
        *line = LineId(id);
    };
    check_close(|admin| line_of(&mut admin[1], 0), 1, AdminFault::LineTwice { line });
    check_close(|admin| line_of(&mut admin[1], 99), 1, AdminFault::UnknownLine { line: LineId(99) });
    let dated = |admin: &mut Vec<Admin>| {
        let Admin::LineClosed { date: on, .. } = &mut admin[0] else { panic!() };
        *on = date(NEW);
    };
    check_close(dated, 0, AdminFault::FiguresAlone { line, date: date(NEW) });
    check_close(|admin| drop(admin.pop()), 0, AdminFault::FiguresAlone { line, date: on });
    // The next date begins with what the one before left.
    check_good(|books| books.close(0, NEW, "2019-01-02"));
}

#[test]
fn every_256th_posting_is_a_link() {
    let books = || {
        let mut books = full_books();
        for frame in 0..5 {
            books.frames.push(PlantedFrame::default());
            for id in 0..130 {
                let id = 1000 * (frame + 1) + id;
                books.post(id, NEW, &[(1, BANK, Debit, 1), (2, USER, Credit, 1)]);
            }
        }
        books.chain();
        books
    };
    if let Err(error) = crate::planted::audited(&crate::planted::written(&books().bodies())) {
        panic!("{error}");
    }
    let mut linked = Vec::new();
    for (frame, planted) in (1..).zip(&books().frames) {
        let entries = planted.entries[0].iter().enumerate();
        linked.extend(entries.filter_map(|(at, entry)| match entry {
            Entry::Posting(posting) if posting.account == AccountId(BANK) => Some((frame, at, posting.link?)),
            _ => None,
        }));
    }
    assert_eq!(linked.len(), 2);
    let (frame, at, second) = linked[1];
    let forge = |link: Option<Link>, at: usize, due: bool| {
        let mut books = books();
        books.frames.truncate(frame);
        let Entry::Posting(posting) = &mut books.frames[frame - 1].entries[0][at] else { panic!() };
        posting.link = link;
        let slot = u32::try_from(at * 8).unwrap();
        let record = RecordPlace::Entry { section: 0, slot };
        let number = u64::try_from(frame).unwrap();
        check_found(&books.bodies(), number, record, &BookFault::Link { account: AccountId(BANK), due });
    };
    forge(None, at, true);
    forge(Some(Link { number: 1, ..second }), at, true);
    forge(Some(Link { near: Position::NONE, ..second }), at, true);
    forge(Some(Link { far: second.near, ..second }), at, true);
    forge(Some(second), at - 1, false);
}
