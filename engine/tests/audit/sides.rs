//! Sides that no booking mode asks for, and memo accounts that are more than a register, are found in the log alone.

use longmen_engine::audit::{AdminFault, BookFault, RecordPlace};
use longmen_engine::ledger::notes::{self, Note};
use longmen_engine::ledger::{
    AccountId, ActionCode, Admin, Amount, BookingMode, EntityId, Entry, Hold, HoldKind, HoldMove,
    OpenedEntry, Outcome, Owner, SubjectClass, SubjectId, SubjectOpening,
};

use crate::full::{hold, names};
use crate::good::{BANK, Credit, Debit, HOT, MAY1, MAY2, USER, changed, good_books, open, opened};
use crate::planted::{Leg, Planted, PlantedFrame, audited, check_found, date, head, section_of, written};

const MEMO: u64 = 11;
const REGISTER: u64 = 12;
const LM: EntityId = EntityId(0);
/// The frame behind the one in which the mode was set.
const LAST: u64 = 5;

fn memo(account: u64) -> OpenedEntry<'static> {
    OpenedEntry { owner: Owner::Internal, may_go_negative: true, ..opened(account, 5, Debit) }
}

fn mode(kind: &str, mode: BookingMode, from: &str) -> Admin {
    Admin::BookingMode { entity: LM, mode, from: date(from), kind: kind.into() }
}

/// Good books with two memo accounts, `top_up` booked single-double and `all` single.
fn books() -> Planted {
    let mut books = good_books();
    let opening = SubjectOpening::new("9101", "register", SubjectClass::Memo, Debit, true);
    let admin = &mut books.last().admin;
    admin.push(Admin::Subject { id: SubjectId(5), entity: LM, opening });
    admin.extend([
        mode("top_up", BookingMode::Double, "2018-05-04"),
        mode("top_up", BookingMode::SingleDouble, MAY2),
        mode("all", BookingMode::Single, MAY2),
    ]);
    open(&mut books, memo(MEMO));
    open(&mut books, memo(REGISTER));
    books.frames.push(PlantedFrame::default());
    books
}

fn post(books: &mut Planted, id: u128, kind: &str, legs: &[Leg]) {
    books.post(id, MAY2, legs);
    note(books, kind);
}

fn note(books: &mut Planted, kind: &str) {
    notes::write(&mut books.last().heads.last_mut().unwrap().notes, Note::Kind, kind);
}

#[track_caller]
fn check(plant: impl FnOnce(&mut Planted), record: RecordPlace, fault: &BookFault) {
    let mut books = books();
    plant(&mut books);
    books.chain();
    check_found(&books.bodies(), LAST, record, fault);
}

#[track_caller]
fn check_good(plant: impl FnOnce(&mut Planted)) {
    let mut books = books();
    plant(&mut books);
    books.chain();
    if let Err(error) = audited(&written(&books.bodies())) {
        panic!("{error}");
    }
}

#[test]
fn a_transaction_has_the_sides_of_its_mode() {
    use BookingMode::{Double, Single, SingleDouble};
    let with_memo = [(1, MEMO, Debit, 5), (2, USER, Credit, 5)];
    let without = [(1, BANK, Debit, 5), (2, USER, Credit, 5)];
    let both = [(1, MEMO, Debit, 5), (2, USER, Credit, 7), (3, BANK, Debit, 2)];
    let alone = [(1, MEMO, Debit, 5), (2, REGISTER, Credit, 5)];
    let hot = [(1, MEMO, Debit, 5), (2, HOT, Credit, 5)];
    let fault = |kind: &str, mode| BookFault::BookingMode { entity: LM, kind: kind.into(), mode };
    for (kind, legs, expect) in [
        ("top_up", &with_memo[..], None),
        ("top_up", &both, None),
        ("top_up", &without, Some(fault("top_up", SingleDouble))),
        ("top_up", &alone, Some(BookFault::MemoAlone { entity: LM })),
        ("all", &with_memo, None),
        ("all", &without, Some(fault("all", Single))),
        ("all", &both, Some(fault("all", Single))),
        ("", &with_memo, Some(fault("", Double))),
        ("transfer", &with_memo, Some(fault("transfer", Double))),
        ("transfer", &without, None),
    ] {
        match expect {
            None => check_good(|books| post(books, 40, kind, legs)),
            Some(fault) => check(|books| post(books, 40, kind, legs), RecordPlace::Head(0), &fault),
        }
    }
    // Hot legs count as others do.
    let merged = |kind: &'static str| {
        move |books: &mut Planted| {
            post(books, 40, kind, &hot);
            books.merge(HOT, MAY2, 1, 0, 5);
        }
    };
    check_good(merged("all"));
    check(merged(""), RecordPlace::Head(0), &fault("", Double));
    let tried = |kind: &'static str, legs: [Leg; 2]| {
        move |books: &mut Planted| {
            let mut planted = head(40, Outcome::Tried, date(MAY2), 2);
            planted.head.action = ActionCode::Try;
            books.plant(planted, &legs);
            note(books, kind);
        }
    };
    check_good(tried("top_up", with_memo));
    check(tried("top_up", without), RecordPlace::Head(0), &fault("top_up", SingleDouble));
}

/// In the frame that says how a type is booked nothing tells what stood behind that; in others one mode holds.
#[test]
fn in_the_frame_of_a_change_either_mode_may_hold() {
    let with_memo = [(1, MEMO, Debit, 5), (2, USER, Credit, 5)];
    let without = [(1, BANK, Debit, 5), (2, USER, Credit, 5)];
    check_good(|books| {
        post(books, 40, "top_up", &with_memo);
        post(books, 41, "top_up", &without);
        books.last().admin.push(mode("top_up", BookingMode::Double, MAY2));
        books.frames.push(PlantedFrame::default());
        post(books, 42, "top_up", &without);
        books.close(0, MAY2, "2018-05-03");
    });
    // What begins later holds later.
    let fault = BookFault::BookingMode { entity: LM, kind: "top_up".into(), mode: BookingMode::SingleDouble };
    let ahead = |books: &mut Planted| {
        books.last().admin.push(mode("top_up", BookingMode::Double, "2018-05-03"));
        post(books, 40, "top_up", &without);
    };
    check(ahead, RecordPlace::Head(0), &fault);
    // A mode is said of a date that is open, of a type that has a name, in an entity that is there.
    let bad = |why| AdminFault::BadRecord { what: "booking mode", why };
    let said = |record: Admin| move |books: &mut Planted| books.last().admin.push(record);
    let closed = bad("begins on a date that is closed").into();
    check(said(mode("top_up", BookingMode::Single, MAY1)), RecordPlace::Admin(0), &closed);
    let nameless = bad("names nobody, or at too great length").into();
    check(said(mode("", BookingMode::Single, MAY2)), RecordPlace::Admin(0), &nameless);
    let (entity, from) = (EntityId(7), date(MAY2));
    let unknown = Admin::BookingMode { entity, mode: BookingMode::Single, from, kind: "all".into() };
    check(said(unknown), RecordPlace::Admin(0), &BookFault::UnknownEntity { entity });
}

/// What undoes has the legs of its original, and a refund gives back on its accounts, whatever is booked how by then.
#[test]
fn what_was_booked_is_not_judged_again() {
    let top_up = [(1, MEMO, Debit, 5), (2, USER, Credit, 5)];
    let later = |action, legs: Vec<Leg>, clearing| {
        move |books: &mut Planted| {
            post(books, 40, "top_up", &top_up);
            books.frames.push(PlantedFrame::default());
            books.last().admin.push(mode("top_up", BookingMode::Double, MAY2));
            books.frames.push(PlantedFrame::default());
            let mut named = names((40, LAST, 0)).unwrap();
            named.clearing = clearing;
            books.action(41, MAY2, action, Some(named), &legs);
        }
    };
    check_good(later(ActionCode::Reverse, vec![(1, MEMO, Debit, -5), (2, USER, Credit, -5)], false));
    check_good(later(ActionCode::Refund, vec![(1, USER, Debit, 2), (2, MEMO, Credit, 2)], false));
    let mut books = books();
    later(ActionCode::Refund, vec![(1, USER, Debit, 2), (2, REGISTER, Credit, 2)], true)(&mut books);
    books.chain();
    let fault = longmen_engine::audit::ActionFault::Clearing;
    let fault = BookFault::Action { action: ActionCode::Refund, fault };
    check_found(&books.bodies(), LAST + 2, RecordPlace::Head(0), &fault);
}

#[test]
fn a_memo_account_is_a_register_and_no_more() {
    let (subject, account) = (SubjectId(5), AccountId(13));
    let why = "which is for memo, and it is somebody's or has limits";
    let fault = BookFault::Opening { account, subject, why };
    let edits: [fn(&mut OpenedEntry<'static>); 4] = [
        |entry| entry.owner = Owner::Customer,
        |entry| entry.may_go_negative = false,
        |entry| entry.overdraft_limit = Amount(1),
        |entry| entry.credit_limit = Some(Amount(1)),
    ];
    for edit in edits {
        let mut entry = memo(13);
        edit(&mut entry);
        check(|books| open(books, entry), crate::records::entry(13, 0), &fault);
    }
    let account = AccountId(MEMO);
    let why = "to limits or a reserve, and it is a memo account";
    let limited = longmen_engine::ledger::Changed { day_limit: Some(Amount(5)), ..changed(MEMO, MAY2) };
    let change = |books: &mut Planted| books.last().entries[section_of(MEMO)].push(Entry::Changed(limited));
    check(change, crate::records::entry(MEMO, 0), &BookFault::Changed { account, why });
    let held = |books: &mut Planted| {
        let of: Hold = hold(40, HoldKind::Business, 3);
        books.moves(MEMO, MAY2, HoldMove::Frozen, 3, of);
        books.action(40, MAY2, ActionCode::Freeze, None, &[]);
    };
    check(held, crate::records::entry(MEMO, 0), &BookFault::MemoHold { account });
    let customer = Admin::Customer { entity: LM, account, customer: "C-1".into() };
    let tie = AdminFault::Tie { entity: LM, account };
    check(|books| books.last().admin.push(customer), RecordPlace::Admin(0), &tie.into());
}
