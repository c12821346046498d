//! Faults of holds, states, limits and changes, each alone in books that are otherwise good.

use longmen_engine::audit::{ActionFault, BookFault, HoldFault, RecordPlace};
use longmen_engine::ledger::{
    AccountId, AccountState, ActionCode, Admin, Amount, Changed, ClientId, Counting, Entry, Hold, HoldKind,
    HoldMove, Named, PaymentState, RULES, TransactionKey, notes,
};

use crate::actions::check_good;
use crate::full::{
    BANK, COURT, FEE, HOLD, LIMITED, NEW, SHOP, USER, action_head, courts_hold, full_books, hold, key, left,
    names, names_blue, names_hold, users_hold,
};
use crate::good::{Credit, Debit, changed};
use crate::planted::{Leg, Planted, PlantedFrame, check_found, section_of};

/// The fault is found at the newest record of an account.
#[track_caller]
fn check(plant: impl FnOnce(&mut Planted), account: u64, fault: &BookFault) {
    let mut books = full_books();
    plant(&mut books);
    books.chain();
    check_found(&books.bodies(), 5, books.newest(account), fault);
}

fn moves(moved: HoldMove, amount: i64, hold: Hold) -> impl Fn(&mut Planted) {
    move |books| books.moves(USER, NEW, moved, amount, hold.clone())
}

#[test]
fn moves_of_holds_follow_each_other() {
    use HoldMove::{Consumed, Expired, Frozen, Released, Restored};
    #[track_caller]
    fn check_hold(moved: HoldMove, amount: i64, hold: Hold, fault: HoldFault) {
        let (account, key) = (AccountId(USER), hold.key);
        let fault = BookFault::Hold { account, hold: key, text_id: "".into(), fault };
        check(moves(moved, amount, hold), USER, &fault);
    }
    let held = users_hold;
    for moved in [Released, Consumed, Restored] {
        check_hold(moved, 5, left(hold(77, HoldKind::Business, 9), 4), HoldFault::Unknown);
    }
    check_hold(Frozen, 200, held(), HoldFault::OpenedTwice);
    let altered: [fn(&mut Hold); 4] = [
        |hold| hold.amount = 201,
        |hold| hold.terms.kind = HoldKind::Judicial,
        |hold| hold.terms.authority = "court".into(),
        |hold| hold.terms.expires_us = Some(9),
    ];
    for alter in altered {
        let mut hold = left(held(), 100);
        alter(&mut hold);
        check_hold(Released, 20, hold, HoldFault::Altered);
    }
    let mut misnamed = hold(77, HoldKind::Business, 9);
    misnamed.terms.text_id = "hold-1".into();
    check(moves(Frozen, 9, misnamed), USER, &BookFault::TextId { text: "hold-1".into() });
    check_hold(Released, 0, left(held(), 120), HoldFault::Amount { amount: 0 });
    check_hold(Restored, -20, left(held(), 100), HoldFault::Amount { amount: -20 });
    let remaining = |amount, after| HoldFault::Remaining { before: 120, amount, after, frozen: 200 };
    check_hold(Released, 20, left(held(), 99), remaining(20, 99));
    check_hold(Consumed, 121, left(held(), -1), remaining(121, -1));
    check_hold(Restored, 81, left(held(), 201), remaining(81, 201));
    check_hold(Expired, 120, left(held(), 0), HoldFault::NotDue { time_us: 5 });
    let mut later = hold(40, HoldKind::Control, 9);
    later.terms.expires_us = Some(6);
    let expires = |books: &mut Planted, by_itself: bool| {
        books.freeze(USER, NEW, later.clone());
        books.moves(USER, NEW, Expired, 9, left(later.clone(), 0));
        let Some(Entry::Held(expired)) = books.last().entries[section_of(USER)].last_mut() else { panic!() };
        expired.transaction = (!by_itself).then_some(2);
    };
    let fault =
        |fault| BookFault::Hold { account: AccountId(USER), hold: later.key, text_id: "".into(), fault };
    check(|books| expires(books, true), USER, &fault(HoldFault::NotDue { time_us: 5 }));
    check(|books| expires(books, false), USER, &fault(HoldFault::Mover));
    let alone = |books: &mut Planted| {
        books.moves(USER, NEW, Released, 20, left(held(), 100));
        let Some(Entry::Held(released)) = books.last().entries[section_of(USER)].last_mut() else { panic!() };
        released.transaction = None;
    };
    let fault = BookFault::Hold {
        account: AccountId(USER),
        hold: key(HOLD),
        text_id: "".into(),
        fault: HoldFault::Mover,
    };
    check(alone, USER, &fault);
}

#[test]
fn what_is_frozen_follows() {
    let forged = |forge: fn(&mut longmen_engine::ledger::Held), fault: BookFault| {
        let mut books = full_books();
        books.moves(USER, NEW, HoldMove::Released, 20, left(users_hold(), 100));
        books.action(40, NEW, ActionCode::Unfreeze, names_hold(HOLD), &[]);
        books.chain();
        let Some(Entry::Held(held)) = books.last().entries[section_of(USER)].last_mut() else { panic!() };
        forge(held);
        check_found(&books.bodies(), 5, books.newest(USER), &fault);
    };
    let account = AccountId(USER);
    let fault = |after| BookFault::FrozenMove { account, before: 150, amount: -20, after };
    forged(|held| held.frozen_after += 1, fault(131));
    forged(|held| held.frozen_after = -1, fault(-1));
    let mut books = full_books();
    let change = Changed { frozen: 0, ..changed(USER, NEW) };
    books.last().entries[section_of(USER)].push(Entry::Changed(change));
    books.chain();
    let Some(Entry::Changed(change)) = books.last().entries[section_of(USER)].last_mut() else { panic!() };
    change.frozen = 7;
    let fault = BookFault::Frozen { account, said: 7, frozen: 150 };
    check_found(&books.bodies(), 5, books.newest(USER), &fault);
}

#[test]
fn moves_of_holds_belong_to_what_was_done() {
    let account = AccountId(USER);
    let released = moves(HoldMove::Released, 20, left(users_hold(), 100));
    let fault = BookFault::NoHead { ordinal: 2, heads: 2 };
    check(&released, USER, &fault);
    let refused = |books: &mut Planted| {
        released(books);
        let mut refused = action_head(40, NEW, ActionCode::Unfreeze, names_hold(HOLD), 0);
        let rejection = longmen_engine::ledger::Rejection::FreezeExceeded;
        refused.head.outcome = longmen_engine::ledger::Outcome::Refused(rejection);
        books.plant(refused, &[]);
    };
    check(refused, USER, &BookFault::NotPosted { ordinal: 2, account });
}

#[test]
fn a_freeze_and_a_reserve_need_funds() {
    // The user has 1000 - 100 - 30 + 40 - 40 + 30 + 50 = 950 + ... see `full_books`, of which 150 are held.
    let mut books = full_books();
    let balance = -books.posting(USER).balance_after + 50;
    let free = i64::try_from(balance).unwrap() - 150;
    check_good(|books| books.freeze(USER, NEW, hold(40, HoldKind::Business, free)));
    let fault = BookFault::Funds { account: AccountId(USER), available: -1 };
    check(|books| books.freeze(USER, NEW, hold(40, HoldKind::Business, free + 1)), USER, &fault);
    let why = "to a reserve or overdraft limit that leaves less than nothing available";
    let reserve = |withholding| change(USER, Changed { withholding, ..changed(USER, NEW) });
    check_good(reserve(free));
    check(reserve(free + 1), USER, &BookFault::Changed { account: AccountId(USER), why });
}

fn change(account: u64, change: Changed<'static>) -> impl Fn(&mut Planted) {
    move |books| books.last().entries[section_of(account)].push(Entry::Changed(change))
}

#[test]
fn changes_are_such_as_an_account_can_take() {
    let fault = |account, why| BookFault::Changed { account: AccountId(account), why };
    let negative = "to a limit or reserve below zero";
    let base = || changed(USER, NEW);
    for wrong in [
        Changed { withholding: -1, ..base() },
        Changed { overdraft_limit: Amount(-1), ..base() },
        Changed { credit_limit: Some(Amount(-1)), ..base() },
        Changed { transaction_limit: Some(Amount(-1)), ..base() },
        Changed { day_limit: Some(Amount(-1)), ..base() },
    ] {
        check(change(USER, wrong), USER, &fault(USER, negative));
    }
    let hot = Changed { hot: true, day_limit: Some(Amount(1)), ..base() };
    let why = "to hot, and it has limits per transaction or day";
    check(change(USER, hot), USER, &fault(USER, why));
    let closed = |account| Changed { account_state: AccountState::Closed, ..changed(account, NEW) };
    check(change(USER, closed(USER)), USER, &fault(USER, "to closed, and it is not empty"));
    check_good(change(FEE, closed(FEE)));
    let again = |books: &mut Planted| {
        change(FEE, closed(FEE))(books);
        change(FEE, changed(FEE, NEW))(books);
    };
    check(again, FEE, &fault(FEE, "which is closed"));
    let old = change(USER, changed(USER, crate::full::OLD));
    let date = |text| crate::planted::date(text);
    let entity = longmen_engine::ledger::EntityId(0);
    let dated = BookFault::ClosedDate { entity, date: date(crate::full::OLD), current: date(NEW) };
    check(old, USER, &dated);
    let client = ClientId(2);
    let unknown = longmen_engine::audit::AdminFault::UnknownClient { client };
    check(change(USER, Changed { client, ..base() }), USER, &unknown.into());
}

/// What is done to the user.
type Act = Box<dyn Fn(&mut Planted)>;

#[test]
fn states_let_through_what_they_say() {
    use AccountState::{Closed, JudicialFreeze, LossReported, Normal};
    const CREDIT: &[Leg] = &[(1, BANK, Debit, 5), (2, USER, Credit, 5)];
    const DEBIT: &[Leg] = &[(1, USER, Debit, 5), (2, BANK, Credit, 5)];
    let posts = |legs: &'static [Leg]| move |books: &mut Planted| books.post(40, NEW, legs);
    let freeze = |books: &mut Planted| books.freeze(USER, NEW, hold(40, HoldKind::Business, 5));
    let unfreeze = |books: &mut Planted| {
        books.moves(USER, NEW, HoldMove::Released, 20, left(users_hold(), 100));
        books.action(40, NEW, ActionCode::Unfreeze, names_hold(HOLD), &[]);
    };
    let spend = |id: TransactionKey, forced: bool| {
        move |books: &mut Planted| {
            let hold = if id.id.0 == COURT { left(courts_hold(), 25) } else { left(users_hold(), 115) };
            books.moves(USER, NEW, HoldMove::Consumed, 5, hold);
            let named = Named { key: id, forced, ..Named::default() };
            let mut planted = action_head(40, NEW, ActionCode::Consume, Some(named), 2);
            notes::write(&mut planted.notes, notes::Note::Approval, "A-1");
            books.plant(planted, DEBIT);
        }
    };
    let doings: [(&str, Act); 7] = [
        ("a credit", Box::new(posts(CREDIT))),
        ("a debit", Box::new(posts(DEBIT))),
        ("a freeze", Box::new(freeze)),
        ("an unfreeze", Box::new(unfreeze)),
        ("a consume", Box::new(spend(key(HOLD), false))),
        ("a consume", Box::new(spend(key(HOLD), true))),
        ("a consume", Box::new(spend(key(COURT), false))),
    ];
    let check_row = |account_state, payments: &[u8], lets: [u8; 7]| {
        for payment in payments {
            let payment_state = PaymentState::from_number(*payment).unwrap();
            for ((what, doing), lets) in doings.iter().zip(lets) {
                let state = Changed { account_state, payment_state, ..changed(USER, NEW) };
                let plant = |books: &mut Planted| {
                    change(USER, state)(books);
                    doing(books);
                };
                if lets == 1 {
                    check_good(plant);
                } else {
                    let mut books = full_books();
                    plant(&mut books);
                    books.chain();
                    let fault = BookFault::State { account: AccountId(USER), what };
                    check_found(&books.bodies(), 5, place_behind_change(&books), &fault);
                }
            }
        }
    };
    check_row(Normal, &[1, 3], [1, 1, 1, 1, 1, 1, 1]);
    check_row(Normal, &[0], [1, 0, 1, 1, 0, 1, 0]);
    check_row(Normal, &[2], [0, 0, 1, 1, 0, 1, 0]);
    check_row(Normal, &[4], [0, 1, 1, 1, 1, 1, 1]);
    check_row(LossReported, &[0, 1, 2, 3, 4], [1, 0, 1, 1, 0, 1, 0]);
    check_row(JudicialFreeze, &[0, 1, 2, 3, 4], [1, 0, 1, 1, 0, 0, 1]);
    // A closed account is empty, so it can but receive.
    let closed = |books: &mut Planted| {
        change(FEE, Changed { account_state: Closed, ..changed(FEE, NEW) })(books);
        books.post(40, NEW, &[(1, BANK, Debit, 5), (2, FEE, Credit, 5)]);
    };
    check(closed, FEE, &BookFault::State { account: AccountId(FEE), what: "a credit" });
}

/// The record behind the change of the user's states.
fn place_behind_change(books: &Planted) -> RecordPlace {
    let entries = &books.frames[4].entries[1];
    let at = entries.iter().position(|entry| matches!(entry, Entry::Changed(_))).unwrap();
    let mut before = Vec::new();
    entries[..=at].iter().for_each(|entry| crate::planted::write(entry, &mut before));
    RecordPlace::Entry { section: 1, slot: u32::try_from(before.len() / 8).unwrap() }
}

#[test]
fn limits_of_transactions_and_dates_hold() {
    let pays = |amounts: &'static [i64]| {
        move |books: &mut Planted| {
            for (id, amount) in (40..).zip(amounts) {
                books.post(id, NEW, &[(1, LIMITED, Debit, *amount), (2, BANK, Credit, *amount)]);
            }
        }
    };
    let account = AccountId(LIMITED);
    let limited = |books: &mut Planted| {
        let (transaction_limit, day_limit) = (Some(Amount(200)), Some(Amount(350)));
        change(LIMITED, Changed { transaction_limit, day_limit, ..changed(LIMITED, NEW) })(books);
    };
    let after = |amounts: &'static [i64]| {
        move |books: &mut Planted| {
            limited(books);
            pays(amounts)(books);
        }
    };
    check_good(after(&[200, 150]));
    check(after(&[201]), LIMITED, &BookFault::TransactionLimit { account, taken: 201, limit: 200 });
    check(after(&[200, 151]), LIMITED, &BookFault::DayLimit { account, taken: 351, limit: 350 });
    // What the date took before there was a limit counts.
    let late = |books: &mut Planted| {
        pays(&[200])(books);
        limited(books);
        books.post(50, NEW, &[(1, LIMITED, Debit, 151), (2, BANK, Credit, 151)]);
    };
    check(late, LIMITED, &BookFault::DayLimit { account, taken: 351, limit: 350 });
    // What comes in counts not at all.
    check_good(|books| {
        limited(books);
        books.post(50, NEW, &[(1, BANK, Debit, 900), (2, LIMITED, Credit, 900)]);
    });
}

#[test]
fn amounts_are_negative_in_red_alone() {
    let account = AccountId(USER);
    let fault = |amount| BookFault::LegAmount { account, amount };
    let posts = |amount: i64| {
        move |books: &mut Planted| {
            books.post(40, NEW, &[(1, USER, Credit, amount), (2, SHOP, Debit, amount)]);
        }
    };
    check(posts(-5), USER, &fault(-5));
    check(posts(0), USER, &fault(0));
    let red = |books: &mut Planted| {
        let named = names((2, 2, 1));
        books.action(40, NEW, ActionCode::Reverse, named, &[(1, SHOP, Debit, 5), (2, USER, Credit, 5)]);
    };
    let fault = BookFault::LegAmount { account: AccountId(SHOP), amount: 5 };
    check(red, SHOP, &fault);
}

/// From here on the ledger judges by rules.
fn ruled(books: &mut Planted) {
    books.last().admin.push(Admin::Rules { version: RULES });
}

/// Adds a forced action with an approval, or one that is not forced.
fn plant(
    books: &mut Planted,
    id: u128,
    action: ActionCode,
    named: Option<Named>,
    forced: bool,
    legs: &[Leg],
) {
    let named = named.map(|named| Named { forced, ..named });
    let mut planted = action_head(id, NEW, action, named, legs.len());
    if forced {
        notes::write(&mut planted.notes, notes::Note::Approval, "A-1");
    }
    books.plant(planted, legs);
}

/// Spends some of a hold of the user, of which `remaining` is left then.
fn spend(books: &mut Planted, id: u128, amount: i64, hold: Hold, forced: bool) {
    let named = names_hold(hold.key.id.0);
    books.moves(USER, NEW, HoldMove::Consumed, amount, hold);
    let legs = [(1, USER, Debit, amount), (2, SHOP, Credit, amount)];
    plant(books, id, ActionCode::Consume, named, forced, &legs);
}

/// The spending is found by the move of the hold, in front of the leg.
#[track_caller]
fn check_spent(fill: impl Fn(&mut Planted), available: i128) {
    let mut books = full_books();
    fill(&mut books);
    books.chain();
    let RecordPlace::Entry { section, slot } = books.newest(USER) else { panic!() };
    let record = RecordPlace::Entry { section, slot: slot - 12 };
    let fault = BookFault::Funds { account: AccountId(USER), available };
    check_found(&books.bodies(), 5, record, &fault);
}

#[test]
fn a_hold_is_spent_where_the_money_is_there() {
    // The bank takes back the 1,000 that it paid in, by force, which leaves the user 50 below nothing.
    let drained = |rules: bool, forced: bool| {
        move |books: &mut Planted| {
            if rules {
                ruled(books);
            }
            let undone = [(1, BANK, Credit, 1000), (2, USER, Debit, 1000)];
            plant(books, 40, ActionCode::Reverse, names_blue((1, 2, 0)), true, &undone);
            spend(books, 41, 20, left(users_hold(), 100), forced);
        }
    };
    check_spent(drained(true, false), -70);
    check_good(drained(true, true));
    // An older ledger let it pass.
    check_good(drained(false, false));
}

#[test]
fn holds_before_another_have_the_money_first() {
    // Of the user's 950 are 150 held by older ones and 500 by a new one; then a court freezes more than there is.
    let seized = |amount: i64, forced: bool| {
        move |books: &mut Planted| {
            ruled(books);
            books.freeze(USER, NEW, hold(40, HoldKind::Business, 500));
            let court = hold(41, HoldKind::Judicial, 1000);
            books.freeze(USER, NEW, court.clone());
            spend(books, 42, amount, left(court, 1000 - amount), forced);
        }
    };
    check_good(seized(300, false));
    check_spent(seized(301, false), -1);
    // By force it passes the others by, and takes no more than there is.
    check_good(seized(950, true));
    check_spent(seized(951, true), -1);
    check_good(|books: &mut Planted| {
        seized(300, false)(books);
        spend(books, 43, 500, left(hold(40, HoldKind::Business, 500), 0), false);
    });
}

#[test]
fn day_limits_are_used_by_what_each_transaction_takes() {
    let pay = |books: &mut Planted, id, amount| {
        books.post(id, NEW, &[(1, LIMITED, Debit, amount), (2, SHOP, Credit, amount)]);
    };
    // 200 of 300 come back in the same transaction, and then in a frame of its own the next is undone.
    let undone = move |counting: Counting| {
        move |books: &mut Planted| {
            ruled(books);
            books.post(40, NEW, &[(1, BANK, Debit, 900), (2, LIMITED, Credit, 900)]);
            let legs = [(1, LIMITED, Debit, 300), (2, LIMITED, Credit, 200), (3, SHOP, Credit, 100)];
            books.post(41, NEW, &legs);
            let place = u32::try_from(books.last().heads.len()).unwrap();
            pay(books, 42, 300);
            books.frames.push(PlantedFrame::default());
            let legs = [(1, LIMITED, Debit, -300), (2, SHOP, Credit, -300)];
            plant(books, 43, ActionCode::Reverse, names((42, 5, place)), false, &legs);
            for account in [LIMITED, SHOP] {
                books.posting(account).counting = counting;
            }
        }
    };
    let paid = move |then: i64, counting: Counting| {
        move |books: &mut Planted| {
            undone(counting)(books);
            pay(books, 44, 300);
            pay(books, 45, then);
        }
    };
    check_good(paid(100, Counting::GivesBack));
    let mut books = full_books();
    paid(101, Counting::GivesBack)(&mut books);
    books.chain();
    let account = AccountId(LIMITED);
    let fault = BookFault::DayLimit { account, taken: 501, limit: 500 };
    check_found(&books.bodies(), 6, books.newest(LIMITED), &fault);
    let mut books = full_books();
    undone(Counting::Takes)(&mut books);
    books.chain();
    let fault = BookFault::Action { action: ActionCode::Reverse, fault: ActionFault::Counting };
    check_found(&books.bodies(), 6, RecordPlace::Head(0), &fault);
    for counting in [Counting::GivesBack, Counting::Nothing] {
        let other = |books: &mut Planted| {
            ruled(books);
            pay(books, 40, 5);
            books.posting(LIMITED).counting = counting;
        };
        check(other, LIMITED, &BookFault::Counting { account });
    }
}
