//! Every kind of wrong record, alone in books that are otherwise good.

use longmen_engine::audit::{BookFault, CameAgain, RecordPlace, VerifyError};
use longmen_engine::ledger::{
    AccountId, ActionCode, Admin, Amount, ClientId, Date, EntityId, Entry, LineId, Movement, Named,
    OpenedEntry, Outcome, Placement, Position, Rejection, SubjectClass, SubjectId, SubjectOpening,
    TransactionId, TransactionKey, UnitId, YearStart, notes::TextIds,
};

use crate::good::{
    BANK, CAPPED, Credit, Debit, HOT, MAY1, MAY2, MEMO, OTHER, OTHER_USER, PEER, USD_BANK, USD_USER, USER,
    changed, good_books, open, opened,
};
use crate::planted::{
    Leg, Planted, PlantedFrame, audited, check_found, currency, date, head, section_of, written,
};

const LAST: u64 = 4;

/// Plants something, makes chains and balances right again, and looks for the one fault.
#[track_caller]
fn check(plant: impl FnOnce(&mut Planted), record: RecordPlace, fault: &BookFault) {
    check_in(LAST, plant, record, fault);
}

#[track_caller]
fn check_in(frame: u64, plant: impl FnOnce(&mut Planted), record: RecordPlace, fault: &BookFault) {
    let mut books = good_books();
    books.frames.truncate(usize::try_from(frame).unwrap());
    plant(&mut books);
    books.chain();
    check_found(&books.bodies(), frame, record, fault);
}

/// Plants something in the bytes after the chains were made.
#[track_caller]
fn check_forged(forge: impl FnOnce(&mut Planted), record: RecordPlace, fault: &BookFault) {
    let mut books = good_books();
    forge(&mut books);
    check_found(&books.bodies(), LAST, record, fault);
}

pub(crate) fn entry(account: u64, place: u32) -> RecordPlace {
    RecordPlace::Entry { section: u16::try_from(section_of(account)).unwrap(), slot: place * 8 }
}

/// The books are good with this in them.
#[track_caller]
fn check_good(plant: impl FnOnce(&mut Planted)) {
    let mut books = good_books();
    plant(&mut books);
    books.chain();
    if let Err(error) = audited(&written(&books.bodies())) {
        panic!("{error}");
    }
}

#[test]
fn chains() {
    let (account, last) = (AccountId(BANK), Position { frame: 3, slot: 0, section: 0 });
    for previous in [
        Position::NONE,
        Position { slot: 8, ..last },
        Position { section: 1, ..last },
        Position { frame: 2, ..last },
    ] {
        let fault = BookFault::Chain { account, previous, last };
        check_forged(|books| books.posting(BANK).previous = previous, entry(BANK, 0), &fault);
    }
    let account = AccountId(77);
    let fault = BookFault::NotOpened { account };
    check(|books| books.post(40, MAY2, &[(1, 77, Debit, 1), (2, USER, Credit, 1)]), entry(77, 1), &fault);
    check(
        |books| books.last().entries[1].push(Entry::Changed(changed(0, MAY2))),
        entry(0, 1),
        &BookFault::NotOpened { account: AccountId(0) },
    );
    let fault = BookFault::OpenedTwice { account: AccountId(USER) };
    check(|books| open(books, opened(USER, 0, Credit)), entry(USER, 1), &fault);
    let before_opening = |books: &mut Planted| {
        books.post(40, MAY2, &[(1, 11, Debit, 1), (2, USER, Credit, 1)]);
        open(books, OpenedEntry { may_go_negative: true, ..opened(11, 0, Credit) });
    };
    check(before_opening, entry(11, 1), &BookFault::NotOpened { account: AccountId(11) });
    check_good(|books| {
        open(books, opened(11, 0, Credit));
        books.post(40, MAY2, &[(1, BANK, Debit, 1), (2, 11, Credit, 1)]);
    });
}

#[test]
fn account_ids_are_dense() {
    let gap = |account: u64| BookFault::AccountGap { account: AccountId(account) };
    check(|books| open(books, opened(12, 0, Credit)), RecordPlace::Frame, &gap(12));
    check(|books| open(books, opened(1 << 40, 0, Credit)), entry(0, 1), &gap(1 << 40));
    check(|books| open(books, opened(0, 0, Credit)), entry(0, 1), &gap(0));
    check_good(|books| {
        [14, 12, 13, 11].into_iter().for_each(|account| open(books, opened(account, 0, Credit)));
    });
}

#[test]
fn lines_and_units_are_numbered_in_turn() {
    let new_one = currency("EUR");
    let new = || OpenedEntry { currency: new_one, ..opened(11, 0, Credit) };
    check_good(|books| open(books, new()));
    let number = |books: &mut Planted, change: &dyn Fn(&mut Placement)| {
        open(books, new());
        let entry = books.last().entries[section_of(11)].last_mut().unwrap();
        let Entry::Opened(opened) = entry else { panic!("{entry:?}") };
        change(&mut opened.placement);
    };
    let order = |what, number| BookFault::NumberOrder { what, number };
    let (line, unit) = ("line", "entity and currency");
    check(|books| number(books, &|at| at.line = LineId(255)), RecordPlace::Frame, &order(line, 255));
    check(|books| number(books, &|at| at.unit = Some(UnitId(77))), RecordPlace::Frame, &order(unit, 77));
}

#[test]
fn before_and_amount_make_after() {
    let account = AccountId(BANK);
    let fault = |before, amount, after| BookFault::Balance { account, before, amount, after };
    check_forged(|books| books.posting(BANK).balance_after += 1, entry(BANK, 0), &fault(2049, 5, 2055));
    check_forged(
        |books| books.posting(BANK).balance_after = i128::MIN,
        entry(BANK, 0),
        &fault(2049, 5, i128::MIN),
    );
    let other_amount = |books: &mut Planted| {
        let leg = Movement::Leg { transaction: 0, step: 1, side: Debit, amount: Amount(i64::MIN) };
        books.posting(BANK).movement = leg;
    };
    check_forged(other_amount, entry(BANK, 0), &fault(2049, i128::from(i64::MIN), 2054));
    let fault = BookFault::Frozen { account, said: 3, frozen: 0 };
    check_forged(|books| books.posting(BANK).frozen_after = 3, entry(BANK, 0), &fault);
    let fault = BookFault::Subject { account, found: SubjectId(0), subject: SubjectId(1) };
    check(|books| books.posting(BANK).subject = SubjectId(0), entry(BANK, 0), &fault);
}

/// The hot legs of a frame: 5 debit and 9 credit, of two transactions.
fn hot_legs(books: &mut Planted) {
    books.post(40, MAY2, &[(1, USER, Debit, 9), (2, HOT, Credit, 9)]);
    books.post(41, MAY2, &[(1, HOT, Debit, 5), (2, USER, Credit, 5)]);
}

#[test]
fn merged_entries_are_the_sums_of_their_legs() {
    let account = AccountId(HOT);
    let merged = |entries: &[(u32, i128, i128)]| {
        let entries = entries.to_vec();
        move |books: &mut Planted| {
            hot_legs(books);
            entries.iter().for_each(|(count, debit, credit)| books.merge(HOT, MAY2, *count, *debit, *credit));
        }
    };
    check_good(merged(&[(2, 5, 9)]));
    check_good(merged(&[(1, 0, 9), (1, 5, 0)]));
    let total =
        |debit, credit, debits, credits| BookFault::MergedTotal { account, debit, credit, debits, credits };
    check(merged(&[(2, 6, 10)]), entry(HOT, 3), &total(6, 10, 5, 9));
    check(merged(&[(2, 0, 4)]), entry(HOT, 3), &total(0, 4, 5, 9));
    check(merged(&[(2, 5, 10)]), entry(HOT, 3), &total(5, 10, 5, 9));
    check(merged(&[(1, 5, 0), (1, 0, 9)]), entry(HOT, 3), &total(5, 0, 0, 9));
    let extreme = |books: &mut Planted| {
        merged(&[(2, 5, 9)])(books);
        books.chain();
        books.posting(HOT).movement = Movement::Merged { count: 2, debit: i128::MIN, credit: i128::MAX };
    };
    check_forged(extreme, entry(HOT, 3), &total(i128::MIN, i128::MAX, 5, 9));
    let count = |count, left| BookFault::MergedCount { account, count, left };
    check(merged(&[(3, 5, 9)]), entry(HOT, 3), &count(3, 2));
    check(merged(&[(0, 0, 0), (2, 5, 9)]), entry(HOT, 3), &count(0, 2));
    check(|books| books.merge(HOT, MAY2, 1, 0, 9), entry(HOT, 1), &count(1, 0));
    check(hot_legs, RecordPlace::Head(1), &BookFault::Unmerged { account, left: 2 });
    check(merged(&[(1, 0, 9)]), RecordPlace::Head(2), &BookFault::Unmerged { account, left: 1 });
    let unknown = |books: &mut Planted| {
        books.hot.push(99);
        books.post(40, MAY2, &[(1, USER, Debit, 9), (2, 99, Credit, 9)]);
    };
    check(unknown, RecordPlace::Head(1), &BookFault::Unmerged { account: AccountId(99), left: 1 });
}

#[test]
fn transactions_balance_by_entity_and_currency() {
    let unbalanced = |code: &str, entity, net| BookFault::Unbalanced {
        entity: EntityId(entity),
        currency: currency(code),
        net,
    };
    // Two transactions each time, so that the frame as a whole balances.
    let pair = |one: &[Leg], other: &[Leg]| {
        let (one, other) = (one.to_vec(), other.to_vec());
        move |books: &mut Planted| {
            books.post(40, MAY2, &one);
            books.post(41, MAY2, &other);
        }
    };
    let amounts =
        pair(&[(1, BANK, Debit, 6), (2, USER, Credit, 5)], &[(1, BANK, Debit, 5), (2, USER, Credit, 6)]);
    check(amounts, RecordPlace::Head(1), &unbalanced("CNY", 0, 1));
    let currencies = pair(
        &[(1, BANK, Debit, 5), (2, USD_USER, Credit, 5)],
        &[(1, USD_BANK, Debit, 5), (2, USER, Credit, 5)],
    );
    check(currencies, RecordPlace::Head(1), &unbalanced("CNY", 0, 5));
    let second_unit = pair(
        &[(1, BANK, Debit, 5), (2, USER, Credit, 5), (3, USD_BANK, Debit, 4)],
        &[(1, BANK, Debit, 5), (2, USER, Credit, 5), (3, USD_USER, Credit, 4)],
    );
    check(second_unit, RecordPlace::Head(1), &unbalanced("USD", 0, 4));
    let single_sided = pair(&[(1, BANK, Debit, 5)], &[(1, USER, Credit, 5)]);
    check(single_sided, RecordPlace::Head(1), &unbalanced("CNY", 0, 5));
    let hot = |books: &mut Planted| {
        books.post(40, MAY2, &[(1, BANK, Debit, 6), (2, HOT, Credit, 5)]);
        books.post(41, MAY2, &[(1, BANK, Debit, 5), (2, HOT, Credit, 6)]);
        books.merge(HOT, MAY2, 2, 0, 11);
    };
    check(hot, RecordPlace::Head(1), &unbalanced("CNY", 0, 1));
    // The other entity still has its first date, so both are posted on it.
    let entities = |books: &mut Planted| {
        books.post(40, MAY1, &[(1, BANK, Debit, 5), (2, OTHER_USER, Credit, 5)]);
        books.post(41, MAY1, &[(1, OTHER, Debit, 5), (2, USER, Credit, 5)]);
        books.merge(HOT, MAY1, 5, 260, 480);
    };
    let in_day_one = |books: &mut Planted| {
        books.last().entries[1].retain(|entry| entry.account() != AccountId(HOT));
        entities(books);
    };
    check_in(2, in_day_one, RecordPlace::Head(12), &unbalanced("CNY", 0, 5));
}

#[test]
fn off_balance_is_single_entry_and_apart() {
    check_good(|books| books.post(40, MAY2, &[(1, MEMO, Credit, 7)]));
    let mixed = [(1, BANK, Debit, 5), (2, USER, Credit, 5), (3, MEMO, Debit, 5)];
    check(|books| books.post(40, MAY2, &mixed), RecordPlace::Head(1), &BookFault::MixedOffBalance);
}

#[test]
fn heads_and_legs_agree() {
    let transfer = [(1, BANK, Debit, 5), (2, USER, Credit, 5)];
    let legs = |said, found| BookFault::Legs { said, found };
    let said = |count: u16| {
        move |books: &mut Planted| {
            books.post(40, MAY2, &transfer);
            books.last().heads[1].head.legs = count;
        }
    };
    check(said(3), RecordPlace::Head(1), &legs(3, 2));
    check(said(1), RecordPlace::Head(1), &legs(1, 2));
    check(|books| books.post(40, MAY2, &[]), RecordPlace::Head(1), &BookFault::NoLegs);
    let no_head = |books: &mut Planted| {
        books.post(40, MAY2, &transfer);
        books.last().heads.truncate(1);
    };
    check(no_head, entry(BANK, 1), &BookFault::NoHead { ordinal: 1, heads: 1 });
    for outcome in [Outcome::Refused(Rejection::InsufficientFunds), Outcome::Cancelled] {
        let account = AccountId(BANK);
        let planted = |books: &mut Planted| books.plant(head(40, outcome, date(MAY2), 2), &transfer);
        check(planted, entry(BANK, 1), &BookFault::NotPosted { ordinal: 1, account });
        let account = AccountId(HOT);
        let hot = [(1, HOT, Debit, 5), (2, HOT, Credit, 5)];
        let planted = |books: &mut Planted| {
            books.plant(head(40, outcome, date(MAY2), 2), &hot);
            books.merge(HOT, MAY2, 2, 5, 5);
        };
        check(planted, RecordPlace::Head(1), &BookFault::NotPosted { ordinal: 1, account });
    }
}

#[test]
fn a_head_names_the_entity_of_its_first_account() {
    let fault = |said, found| BookFault::HeadEntity { said: EntityId(said), found: EntityId(found) };
    // Both entities have the same date here; transaction 7 has accounts of both.
    for ordinal in [2, 7] {
        let plant = |books: &mut Planted| books.last().heads[ordinal].head.entity = EntityId(1);
        let record = RecordPlace::Head(u32::try_from(ordinal).unwrap());
        check_in(2, plant, record, &fault(1, 0));
    }
}

#[test]
fn a_leg_is_there_once() {
    let fault = |account, step| BookFault::LegOrder { account: AccountId(account), ordinal: 1, step };
    let twice = [(1, BANK, Debit, 10), (2, USER, Credit, 5), (2, USER, Credit, 5)];
    check(|books| books.post(40, MAY2, &twice), entry(USER, 2), &fault(USER, 2));
    let backwards = [(3, BANK, Debit, 5), (2, BANK, Debit, 5), (4, USER, Credit, 10)];
    check(|books| books.post(40, MAY2, &backwards), entry(BANK, 2), &fault(BANK, 2));
    let hot = |books: &mut Planted| {
        books.post(40, MAY2, &[(1, BANK, Debit, 10), (2, HOT, Credit, 5), (2, HOT, Credit, 5)]);
        books.merge(HOT, MAY2, 2, 0, 10);
    };
    check(hot, entry(HOT, 1), &fault(HOT, 2));
    // On an account that cools down inside the frame, merged and in an entry of its own.
    let both = |books: &mut Planted| {
        books.post(40, MAY2, &[(1, BANK, Debit, 10), (2, HOT, Credit, 5), (3, USER, Credit, 5)]);
        books.merge(HOT, MAY2, 1, 0, 5);
        books.hot.clear();
        books.post(41, MAY2, &[(2, HOT, Credit, 5)]);
        let Some(Entry::Posting(leg)) = books.last().entries[1].last_mut() else { panic!() };
        leg.movement = Movement::Leg { transaction: 1, step: 2, side: Credit, amount: Amount(5) };
    };
    let behind_merged = RecordPlace::Entry { section: 1, slot: 8 + 8 + 13 };
    check(both, behind_merged, &fault(HOT, 2));
    let earlier_transaction = |books: &mut Planted| {
        books.post(40, MAY2, &[(1, BANK, Debit, 5), (2, USER, Credit, 5)]);
        books.last().entries.iter_mut().for_each(|entries| entries.reverse());
    };
    check(
        earlier_transaction,
        entry(BANK, 1),
        &BookFault::LegOrder { account: AccountId(BANK), ordinal: 0, step: 1 },
    );
}

#[test]
fn each_id_has_one_head() {
    let twice = |ordinal: u32, frame: u64, id: u128| BookFault::IdTwice {
        client: ClientId(1),
        id: TransactionId(id),
        frame,
        ordinal,
    };
    let transfer = [(1, BANK, Debit, 5), (2, USER, Credit, 5)];
    check(|books| books.post(31, MAY2, &transfer), RecordPlace::Head(1), &twice(0, 4, 31));
    check(|books| books.post(8, MAY2, &transfer), RecordPlace::Head(1), &twice(7, 2, 8));
    let refused = Outcome::Refused(Rejection::PaymentState);
    check(|books| books.plant(head(7, refused, date(MAY2), 2), &[]), RecordPlace::Head(1), &twice(6, 2, 7));
    check_good(|books| {
        books.last().admin.push(Admin::Client { id: ClientId(2), name: "other".into() });
        let mut other = head(31, Outcome::Cancelled, date(MAY2), 0);
        other.head.client = ClientId(2);
        books.plant(other, &[]);
    });
}

/// No ledger forgets an id within an hour; later it may come again, as often as it likes.
#[test]
fn an_id_that_was_forgotten_may_come_again() {
    const HOUR: i64 = 3_600_000_000;
    let transfer = [(1, BANK, Debit, 5), (2, USER, Credit, 5)];
    let bodies = |apart_us: i64| {
        let mut books = good_books();
        books.frames.push(PlantedFrame::default());
        books.post(31, MAY2, &transfer);
        books.frames.push(PlantedFrame::default());
        books.post(31, MAY2, &transfer);
        books.chain();
        let mut bodies = books.bodies();
        let first_us = bodies[3].time_us;
        bodies[4].time_us = first_us + apart_us;
        bodies[5].time_us = first_us + 2 * apart_us;
        bodies
    };
    let came = |before: u64, after_us| {
        let place = |frame| longmen_engine::ledger::RecordPlace { frame, ordinal: 0 };
        let (client, id) = (ClientId(1), TransactionId(31));
        CameAgain { client, id, first: place(before), again: place(before + 1), after_us }
    };
    let found = audited(&written(&bodies(HOUR + 1))).unwrap().came_again;
    assert_eq!(found, [came(4, HOUR + 1), came(5, HOUR + 1)]);
    let fault = BookFault::IdTwice { client: ClientId(1), id: TransactionId(31), frame: 4, ordinal: 0 };
    check_found(&bodies(HOUR), 5, RecordPlace::Head(0), &fault);
    assert_eq!(audited(&written(&good_books().bodies())).unwrap().came_again, []);
}

/// A text beside an id is the one that the id stands for: in a record's tail, of what it names, and of a hold.
#[test]
fn texts_are_those_of_their_ids() {
    let of_text = |text: &str| TransactionId::of_text(text).0;
    let texts = |own, named| {
        let mut notes = Vec::new();
        TextIds { own, named }.write(&mut notes);
        notes
    };
    let refused = Outcome::Refused(Rejection::PaymentState);
    let fault = |text: &str| BookFault::TextId { text: text.into() };
    let plant = |id: u128, outcome, notes: Vec<u8>| {
        move |books: &mut Planted| {
            let mut planted = head(id, outcome, date(MAY2), 0);
            planted.notes = notes.clone();
            books.plant(planted, &[]);
        }
    };
    for outcome in [refused, Outcome::Cancelled] {
        check_good(plant(of_text("order-1"), outcome, texts("order-1", "")));
        check(plant(7_000, outcome, texts("order-1", "")), RecordPlace::Head(1), &fault("order-1"));
        check(
            plant(of_text("order-2"), outcome, texts("order-1", "")),
            RecordPlace::Head(1),
            &fault("order-1"),
        );
    }
    // It names nothing, so no text can be that of what it names.
    check(plant(of_text("a"), refused, texts("a", "b")), RecordPlace::Head(1), &fault("b"));
    let strange = |books: &mut Planted| {
        plant(of_text("a"), refused, [texts("a", ""), vec![18, 1, 0, b'x']].concat())(books);
    };
    check(strange, RecordPlace::Head(1), &BookFault::Unreadable);
    let naming = |text: &'static str| {
        move |books: &mut Planted| {
            let mut planted = head(7_000, refused, date(MAY2), 0);
            planted.head.action = ActionCode::Unfreeze;
            let key = TransactionKey { client: ClientId(1), id: TransactionId::of_text("hold-1") };
            planted.named = Some(Named { key, ..Named::default() });
            TextIds { own: "", named: text }.write(&mut planted.notes);
            books.plant(planted, &[]);
        }
    };
    check_good(naming("hold-1"));
    check(naming("hold-2"), RecordPlace::Head(1), &fault("hold-2"));
}

/// What is wrong with a transaction names it as its client does.
#[test]
fn findings_name_the_transaction_by_its_text() {
    let mut books = good_books();
    let mut planted = head(TransactionId::of_text("order-17").0, Outcome::Posted, date(MAY2), 2);
    TextIds { own: "order-17", named: "" }.write(&mut planted.notes);
    books.plant(planted, &[(1, BANK, Debit, 5), (2, USER, Credit, 6)]);
    books.chain();
    let Err(VerifyError::Books(found)) = audited(&written(&books.bodies())) else { panic!() };
    let told =
        format!("transaction 1, id `order-17` ({:032x}) of client 1", TransactionId::of_text("order-17").0);
    assert!(found.to_string().contains(&told), "{found}");
}

#[test]
fn entries_are_dated_as_their_heads_on_open_dates() {
    let legs = [(1, BANK, Debit, 5), (2, USER, Credit, 5)];
    let closed = |on: &str, current: &str| BookFault::ClosedDate {
        entity: EntityId(0),
        date: date(on),
        current: date(current),
    };
    check(|books| books.post(40, MAY1, &legs), RecordPlace::Head(1), &closed(MAY1, MAY2));
    check(|books| books.post(40, "2018-05-03", &legs), RecordPlace::Head(1), &closed("2018-05-03", MAY2));
    // Inside a frame dates do not go back either.
    check_in(3, |books| books.post(40, MAY1, &legs), RecordPlace::Head(4), &closed(MAY1, MAY2));
    // Both dates were open in this frame: only the head tells which it is.
    let account = AccountId(BANK);
    let fault = BookFault::EntryDate { account, date: date(MAY1), head: date(MAY2) };
    check_in(3, |books| books.posting(BANK).date = date(MAY1), entry(BANK, 0), &fault);
    let hot = |books: &mut Planted| {
        hot_legs(books);
        books.merge(HOT, MAY1, 2, 5, 9);
    };
    let fault = BookFault::EntryDate { account: AccountId(HOT), date: date(MAY1), head: date(MAY2) };
    check(hot, entry(HOT, 3), &fault);
    // The other entity has not closed its day.
    let over_two =
        [(1, BANK, Debit, 5), (2, USER, Credit, 5), (3, OTHER, Debit, 5), (4, OTHER_USER, Credit, 5)];
    let fault = BookFault::ClosedDate { entity: EntityId(1), date: date(MAY2), current: date(MAY1) };
    check(|books| books.post(40, MAY2, &over_two), entry(OTHER_USER, 2), &fault);
    let strange = |books: &mut Planted| books.last().heads[0].head.entity = EntityId(9);
    check(strange, RecordPlace::Head(0), &BookFault::UnknownEntity { entity: EntityId(9) });
}

#[test]
fn nobody_spends_what_is_not_there() {
    let funds = |account, available| BookFault::Funds { account: AccountId(account), available };
    let pays = |account: u64, amount: i64| {
        move |books: &mut Planted| {
            books.post(40, MAY2, &[(1, account, Debit, amount), (2, BANK, Credit, amount)]);
        }
    };
    let user = 1003;
    check_good(pays(USER, user));
    check(pays(USER, user + 1), entry(USER, 1), &funds(USER, -1));
    let peer = 811;
    check_good(pays(PEER, peer + 50));
    check(pays(PEER, peer + 51), entry(PEER, 1), &funds(PEER, -1));
    let controlled = |withholding, amount| {
        move |books: &mut Planted| {
            let change = longmen_engine::ledger::Changed { withholding, ..changed(USER, MAY2) };
            books.last().entries[1].push(Entry::Changed(change));
            pays(USER, amount)(books);
        }
    };
    check_good(controlled(8, user - 8));
    let after_change = RecordPlace::Entry { section: 1, slot: 20 };
    check(controlled(9, user - 8), after_change, &funds(USER, -1));
    let hot = |amount: i64| {
        move |books: &mut Planted| {
            books.post(40, MAY2, &[(1, HOT, Debit, amount), (2, USER, Credit, amount)]);
            books.post(41, MAY2, &[(1, BANK, Debit, 1), (2, HOT, Credit, 1)]);
            books.merge(HOT, MAY2, 2, amount.into(), 1);
        }
    };
    check_good(hot(231));
    check(hot(232), entry(HOT, 2), &funds(HOT, -1));
    // What takes out counts as a whole; so does what ends below where it began.
    let net =
        [(1, USER, Credit, 5), (2, USER, Debit, user + 6), (3, BANK, Debit, user + 6), (4, BANK, Credit, 5)];
    check(|books| books.post(40, MAY2, &net), entry(USER, 1), &funds(USER, -1));
}

#[test]
fn limits_hold() {
    let fault = |natural| BookFault::CreditLimit { account: AccountId(CAPPED), natural, limit: 500 };
    let takes = |amount: i64| {
        move |books: &mut Planted| {
            books.post(40, MAY2, &[(1, BANK, Debit, amount), (2, CAPPED, Credit, amount)]);
        }
    };
    check_good(takes(491));
    check(takes(492), entry(CAPPED, 1), &fault(501));
    let lowered = |books: &mut Planted| {
        let change = longmen_engine::ledger::Changed { overdraft_limit: Amount(7), ..changed(PEER, MAY2) };
        books.last().entries[0].push(Entry::Changed(change));
        books.post(40, MAY2, &[(1, PEER, Debit, 819), (2, BANK, Credit, 819)]);
    };
    let place = RecordPlace::Entry { section: 0, slot: 20 };
    check(lowered, place, &BookFault::Funds { account: AccountId(PEER), available: -1 });
}

#[test]
fn names_come_in_order() {
    let admin = |record: Admin| move |books: &mut Planted| books.last().admin.push(record);
    let opening = |code: &str| SubjectOpening::new(code, "subject", SubjectClass::Asset, Debit, true);
    let order = |what, found, expected| BookFault::IdOrder { what, found, expected };
    let first = RecordPlace::Admin(0);
    let entity = |id| Admin::Entity {
        id: EntityId(id),
        code: "YY".into(),
        start: Date::FIRST,
        year_starts: YearStart::JANUARY,
    };
    check(admin(entity(1)), first, &order("entity", 1, 2));
    check(admin(entity(3)), first, &order("entity", 3, 2));
    let subject =
        |id, entity| Admin::Subject { id: SubjectId(id), entity: EntityId(entity), opening: opening("1002") };
    check(admin(subject(4, 0)), first, &order("subject", 4, 5));
    check(admin(subject(5, 7)), first, &BookFault::UnknownEntity { entity: EntityId(7) });
    let close = |entity, closed: &str, next: &str| Admin::DateClosed {
        entity: EntityId(entity),
        closed: date(closed),
        next: date(next),
    };
    check(admin(close(7, MAY2, "2018-05-03")), first, &BookFault::UnknownEntity { entity: EntityId(7) });
    for (closed, next) in [(MAY1, "2018-05-03"), (MAY2, MAY2), (MAY2, MAY1), ("2018-05-03", "2018-05-04")] {
        let fault = BookFault::DateClosing { closed: date(closed), next: date(next), current: date(MAY2) };
        check(admin(close(0, closed, next)), first, &fault);
    }
    check_good(|books| books.close(1, MAY1, "2018-06-01"));
}

#[test]
fn accounts_fit_their_subjects() {
    let check_opening = |entry: OpenedEntry<'static>, why| {
        let (account, subject) = (entry.account, entry.subject);
        let place = RecordPlace::Entry { section: 0, slot: 8 };
        check(|books| open(books, entry), place, &BookFault::Opening { account, subject, why });
    };
    let new = opened(11, 0, Credit);
    let unit = |unit| Placement { unit, ..new.placement };
    check_opening(opened(11, 99, Credit), "which was never opened");
    check_opening(OpenedEntry { entity: EntityId(1), ..new }, "which belongs to another entity");
    check_opening(opened(11, 4, Credit), "which is no leaf");
    check_opening(opened(11, 0, Debit), "whose normal side is the other");
    check_opening(opened(11, 2, Debit), "which is off the balance sheet, and it is not");
    check_opening(
        OpenedEntry { placement: unit(None), ..new },
        "which is on the balance sheet, and it is not",
    );
    check_good(|books| open(books, OpenedEntry { placement: unit(Some(UnitId(7))), ..new }));
}

#[test]
fn a_frame_without_records_passes() {
    check_good(|books| books.frames.push(PlantedFrame::default()));
}
