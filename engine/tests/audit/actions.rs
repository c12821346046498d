//! Every way in which a transaction that does more than post may not be what it says, alone in books that are
//! otherwise good.

use longmen_engine::audit::{ActionFault, BookFault, RecordPlace};
use longmen_engine::ledger::{
    AccountId, AccountState, ActionCode, Admin, Amount, Changed, ClientId, Counting, EntityId, Entry, Held,
    HoldKind, HoldMove, Movement, Named, Outcome, PaymentState, RULES, YearStart, notes,
};

use crate::full::{
    BANK, CONSUMED, COURT, FEE, HOLD, LIMITED, NEW, PEER, PROFIT, PURCHASE, REFUSED, SHOP, TRIED, TRIED_TOO,
    USER, action_head, courts_hold, full_books, hold, key, left, names, names_blue, names_hold, users_hold,
};
use crate::good::{Credit, Debit, changed};
use crate::planted::{
    Leg, Planted, PlantedFrame, audited, check_found, currency, date, head, section_of, written,
};

const LAST: u64 = 5;
/// The transaction that comes next in the last frame.
const NEXT: RecordPlace = RecordPlace::Head(2);

#[track_caller]
fn check(plant: impl FnOnce(&mut Planted), action: ActionCode, fault: ActionFault) {
    check_in(LAST, plant, NEXT, action, fault);
}

#[track_caller]
fn check_in(
    frame: u64,
    plant: impl FnOnce(&mut Planted),
    record: RecordPlace,
    action: ActionCode,
    fault: ActionFault,
) {
    let mut books = full_books();
    books.frames.truncate(usize::try_from(frame).unwrap());
    plant(&mut books);
    books.chain();
    check_found(&books.bodies(), frame, record, &BookFault::Action { action, fault });
}

#[track_caller]
pub(crate) fn check_good(plant: impl FnOnce(&mut Planted)) {
    let mut books = full_books();
    plant(&mut books);
    books.chain();
    if let Err(error) = audited(&written(&books.bodies())) {
        panic!("{error}");
    }
}

/// Adds an action to the last frame.
fn does(action: ActionCode, named: Option<Named>, legs: &'static [Leg]) -> impl Fn(&mut Planted) {
    move |books| books.action(40, NEW, action, named, legs)
}

fn forced(named: Option<Named>) -> Option<Named> {
    named.map(|named| Named { forced: true, ..named })
}

/// Adds a forced action with an approval.
fn approved(books: &mut Planted, action: ActionCode, named: Option<Named>, legs: &[Leg]) {
    let mut planted = action_head(40, NEW, action, forced(named), legs.len());
    notes::write(&mut planted.notes, notes::Note::Approval, "A-1");
    books.plant(planted, legs);
}

const TRANSFER: &[Leg] = &[(1, BANK, Debit, 5), (2, USER, Credit, 5)];

#[test]
fn heads_fit_what_they_do() {
    use ActionCode::{
        CancelTry, CarryForward, Confirm, Consume, Freeze, Post, Refund, Reverse, Try, Unfreeze,
    };
    let outcome = |action, outcome| {
        move |books: &mut Planted| {
            let mut planted = head(40, outcome, date(NEW), 2);
            planted.head.action = action;
            books.plant(planted, TRANSFER);
        }
    };
    check(outcome(Try, Outcome::Posted), Try, ActionFault::Outcome);
    check(outcome(Post, Outcome::Tried), Post, ActionFault::Outcome);
    check(|books| books.plant(action_cancelled(), &[]), Freeze, ActionFault::Outcome);
    for action in [Unfreeze, Consume, Reverse, Refund, Confirm, CancelTry] {
        check(does(action, None, &[]), action, ActionFault::NamesNone);
    }
    for action in [Post, Freeze, Try, CarryForward] {
        check(does(action, names(PURCHASE), &[]), action, ActionFault::NamesOther);
    }
    check(does(Consume, forced(names_hold(HOLD)), &[]), Consume, ActionFault::Forced);
    check(does(Reverse, forced(names(PURCHASE)), &[]), Reverse, ActionFault::Forced);
    check(|books| approved(books, Refund, names(PURCHASE), &[]), Refund, ActionFault::Forced);
    check(does(Refund, names_blue(PURCHASE), &[]), Refund, ActionFault::Blue);
    let own = |books: &mut Planted| {
        books.post(40, NEW, TRANSFER);
        books.last().heads[2].head.client = ClientId(0);
    };
    check(own, Post, ActionFault::Client);
    check(does(CarryForward, None, &[]), CarryForward, ActionFault::Client);
    for (action, named) in [(Freeze, None), (Unfreeze, names_hold(HOLD)), (CancelTry, names(TRIED_TOO))] {
        check(does(action, named, TRANSFER), action, ActionFault::HasLegs);
    }
}

fn action_cancelled() -> crate::planted::PlantedHead {
    let mut planted = head(40, Outcome::Cancelled, date(NEW), 0);
    planted.head.action = ActionCode::Freeze;
    planted
}

const UNDONE: &[Leg] = &[(1, BANK, Credit, 500), (2, PEER, Debit, 500)];

#[test]
fn originals_lie_where_they_are_named_and_can_be_undone() {
    use ActionCode::{CancelTry, Confirm, Refund, Reverse};
    let reverse = |original| does(Reverse, names_blue(original), UNDONE);
    check(reverse((2, 5, 0)), Reverse, ActionFault::NotBefore);
    check(reverse((2, 2, 0)), Reverse, ActionFault::NotThere);
    check(reverse((2, 3, 1)), Reverse, ActionFault::NotThere);
    check(reverse((2, 2, 99)), Reverse, ActionFault::NotThere);
    check(reverse((2, 0, 0)), Reverse, ActionFault::NotThere);
    // A refused one, a freeze, a try, a reversal, a cancel.
    for original in [REFUSED, (HOLD, 2, 3), TRIED, (23, 3, 2), (22, 3, 1)] {
        check(reverse(original), Reverse, ActionFault::NotUndoable);
    }
    for original in [REFUSED, (24, 3, 3), TRIED] {
        check(does(Refund, names(original), TRANSFER), Refund, ActionFault::NotUndoable);
    }
    check(does(Confirm, names(PURCHASE), TRANSFER), Confirm, ActionFault::NotUndoable);
    check(does(CancelTry, names(PURCHASE), &[]), CancelTry, ActionFault::NotUndoable);
    for original in [CONSUMED, (21, 3, 0), (24, 3, 3)] {
        check(reverse(original), Reverse, ActionFault::UndoneBefore);
    }
    check(does(Refund, names(CONSUMED), TRANSFER), Refund, ActionFault::UndoneBefore);
    for original in [TRIED, TRIED_TOO] {
        check(does(Confirm, names(original), TRANSFER), Confirm, ActionFault::UndoneBefore);
        check(does(CancelTry, names(original), &[]), CancelTry, ActionFault::UndoneBefore);
    }
    check(reverse(PURCHASE), Reverse, ActionFault::Refunded);
}

const GIVEN: (u128, u64, u32) = (2, 2, 1);

#[test]
fn reversals_have_the_legs_of_their_originals() {
    use ActionCode::Reverse;
    let blue = |legs| does(Reverse, names_blue(GIVEN), legs);
    let other = ActionFault::OtherLegs;
    check_good(blue(&[(1, BANK, Credit, 500), (2, PEER, Debit, 500)]));
    check(blue(&[(1, BANK, Credit, 499), (2, PEER, Debit, 499)]), Reverse, other);
    check(blue(&[(1, BANK, Credit, 500), (3, PEER, Debit, 500)]), Reverse, other);
    check(blue(&[(1, BANK, Credit, 500), (2, SHOP, Debit, 500)]), Reverse, other);
    check(blue(&[(1, BANK, Debit, 500), (2, PEER, Credit, 500)]), Reverse, other);
    let red = does(Reverse, names(GIVEN), &[(1, BANK, Debit, -500), (2, PEER, Credit, -500)]);
    check(red, Reverse, ActionFault::Style);
    // Within the year it is the other way round.
    let early = |books: &mut Planted| {
        let legs = [(1, BANK, Credit, 500), (2, PEER, Debit, 500)];
        books.action(40, crate::full::OLD, Reverse, names_blue(GIVEN), &legs);
    };
    check_in(3, early, RecordPlace::Head(6), Reverse, ActionFault::Style);
    // Of a consume the hold is there again, with all that was spent, and of others none.
    let without = |books: &mut Planted| {
        let of_it = |held: &Held| held.amount == 80 && held.hold.key == key(HOLD);
        books.last().entries[1].retain(|entry| !matches!(entry, Entry::Held(held) if of_it(held)));
    };
    check_in(3, without, RecordPlace::Head(2), Reverse, ActionFault::Holds);
    let less = |books: &mut Planted| {
        for entry in &mut books.last().entries[1] {
            if let Entry::Held(held) = entry
                && held.amount == 80
            {
                (held.amount, held.hold.remaining) = (70, if held.hold.remaining == 200 { 190 } else { 120 });
            }
        }
    };
    check_in(3, less, RecordPlace::Head(2), Reverse, ActionFault::Holds);
    let more = |books: &mut Planted| {
        books.moves(USER, NEW, HoldMove::Restored, 10, left(users_hold(), 130));
        books.action(40, NEW, Reverse, names_blue(GIVEN), UNDONE);
    };
    check(more, Reverse, ActionFault::Holds);
}

#[test]
fn what_is_forced_passes_funds_and_limits() {
    let legs = [(1, BANK, Credit, 900), (2, LIMITED, Debit, 900)];
    check_good(|books| approved(books, ActionCode::Reverse, names_blue((10, 2, 9)), &legs));
    let funds =
        |books: &mut Planted| books.action(40, NEW, ActionCode::Reverse, names_blue((10, 2, 9)), &legs);
    let mut books = full_books();
    funds(&mut books);
    books.chain();
    let fault = BookFault::Funds { account: AccountId(LIMITED), available: -500 };
    check_found(&books.bodies(), LAST, books.newest(LIMITED), &fault);
}

#[test]
fn refunds_give_back_no_more_than_there_was() {
    use ActionCode::Refund;
    let refund = |legs| does(Refund, names(PURCHASE), legs);
    check_good(refund(&[(1, SHOP, Debit, 50), (2, USER, Credit, 50)]));
    let account = AccountId(USER);
    let fault = ActionFault::RefundOfAccount { account, given: 101, taken: 100 };
    check(refund(&[(1, SHOP, Debit, 51), (2, USER, Credit, 51)]), Refund, fault);
    let fault = ActionFault::RefundInAll { currency: currency("CNY"), refunded: 101, moved: 100 };
    check(refund(&[(1, SHOP, Debit, 51), (2, PEER, Credit, 51)]), Refund, fault);
    let held = |books: &mut Planted| {
        books.moves(USER, NEW, HoldMove::Released, 10, left(users_hold(), 110));
        refund(&[(1, SHOP, Debit, 1), (2, USER, Credit, 1)])(books);
    };
    check(held, Refund, ActionFault::Holds);
}

/// Adds an action to the last frame, from which on the ledger judges by the rules that it says.
fn does_by_rules(action: ActionCode, named: Option<Named>, legs: &'static [Leg]) -> impl Fn(&mut Planted) {
    move |books| {
        books.last().admin.push(Admin::Rules { version: RULES });
        books.action(40, NEW, action, named, legs);
    }
}

#[test]
fn refunds_stay_within_their_original_since_there_is_a_rule_for_it() {
    use ActionCode::{Refund, Reverse};
    let good = |named, legs| check_good(does_by_rules(Refund, named, legs));
    let bad = |named, legs, by| {
        check(does_by_rules(Refund, named, legs), Refund, ActionFault::RefundOutside { by });
    };
    let purchase = names(PURCHASE);
    good(purchase, &[(1, SHOP, Debit, 50), (2, USER, Credit, 50)]);
    bad(purchase, &[(1, SHOP, Debit, 51), (2, USER, Credit, 51)], 2);
    // To one that had no part in it, or from him; and between those that got something. Older books may have had that.
    const ELSEWHERE: &[Leg] = &[(1, SHOP, Debit, 5), (2, PEER, Credit, 5)];
    bad(purchase, ELSEWHERE, 5);
    check_good(does(Refund, purchase, ELSEWHERE));
    bad(purchase, &[(1, PEER, Debit, 5), (2, USER, Credit, 5)], 5);
    bad(purchase, &[(1, SHOP, Debit, 5), (2, FEE, Credit, 5)], 5);
    // By way of clearing, as much as the original moved.
    let clearing = purchase.map(|named| Named { clearing: true, ..named });
    good(clearing, ELSEWHERE);
    bad(clearing, &[(1, BANK, Debit, 101), (2, PEER, Credit, 101)], 2);
    let none = does_by_rules(Refund, clearing, &[(1, SHOP, Debit, 5), (2, USER, Credit, 5)]);
    check(none, Refund, ActionFault::Clearing);
    let undone = names_blue(GIVEN).map(|named| Named { clearing: true, ..named });
    check(does(Reverse, undone, UNDONE), Reverse, ActionFault::Clearing);
    // The reversal of a refund: with 70 taken again the 150 of another were within, alone they are not.
    let reversed = |rules: bool| {
        move |books: &mut Planted| {
            if rules {
                books.last().admin.push(Admin::Rules { version: RULES });
            }
            books.action(40, NEW, Refund, names(PURCHASE), &[(1, SHOP, Credit, 70), (2, USER, Debit, 70)]);
            books.action(41, NEW, Refund, names(PURCHASE), &[(1, SHOP, Debit, 100), (2, USER, Credit, 100)]);
            books.frames.push(PlantedFrame::default());
            let legs = [(1, SHOP, Credit, -70), (2, USER, Debit, -70)];
            books.action(42, NEW, Reverse, names((40, LAST, 2)), &legs);
            for account in [SHOP, USER] {
                books.posting(account).counting = Counting::GivesBack;
            }
        }
    };
    check_good(reversed(false));
    let mut books = full_books();
    reversed(true)(&mut books);
    books.chain();
    let fault = BookFault::Action { action: Reverse, fault: ActionFault::RefundOutside { by: 100 } };
    check_found(&books.bodies(), LAST + 1, RecordPlace::Head(0), &fault);
}

#[test]
fn actions_move_the_holds_that_they_name() {
    use ActionCode::{Consume, Freeze, Post, Unfreeze};
    check(does(Freeze, None, &[]), Freeze, ActionFault::Holds);
    check(does(Unfreeze, names_hold(HOLD), &[]), Unfreeze, ActionFault::Holds);
    let moves = |moved, amount, hold: longmen_engine::ledger::Hold, action, named| {
        move |books: &mut Planted| {
            books.moves(USER, NEW, moved, amount, hold.clone());
            books.action(40, NEW, action, named, &[]);
        }
    };
    let other = moves(HoldMove::Frozen, 5, hold(41, HoldKind::Business, 5), Freeze, None);
    check(other, Freeze, ActionFault::Holds);
    let of_a_try = moves(HoldMove::Frozen, 5, hold(40, HoldKind::Try, 5), Freeze, None);
    check(of_a_try, Freeze, ActionFault::Holds);
    let another = moves(HoldMove::Released, 20, left(users_hold(), 100), Unfreeze, names_hold(COURT));
    check(another, Unfreeze, ActionFault::Holds);
    let consumes = moves(HoldMove::Consumed, 20, left(users_hold(), 100), Unfreeze, names_hold(HOLD));
    check(consumes, Unfreeze, ActionFault::Holds);
    check_good(moves(HoldMove::Released, 20, left(users_hold(), 100), Unfreeze, names_hold(HOLD)));
    let mut books = full_books();
    books.moves(USER, NEW, HoldMove::Released, 20, left(users_hold(), 100));
    books.post(40, NEW, TRANSFER);
    books.chain();
    let fault = BookFault::Action { action: Post, fault: ActionFault::Holds };
    // In front of the leg, a slot of nine units.
    let RecordPlace::Entry { section, slot } = books.newest(USER) else { panic!() };
    let record = RecordPlace::Entry { section, slot: slot - 12 };
    check_found(&books.bodies(), LAST, record, &fault);
    let spends = |amount: i64| {
        move |books: &mut Planted| {
            books.moves(USER, NEW, HoldMove::Consumed, 20, left(users_hold(), 100));
            let legs = [(1, USER, Debit, amount + 1), (2, SHOP, Credit, amount), (3, USER, Credit, 1)];
            books.action(40, NEW, Consume, names_hold(HOLD), &legs);
        }
    };
    check_good(spends(20));
    let account = AccountId(USER);
    check(spends(21), Consume, ActionFault::Spent { account, amount: 20, taken: 21 });
    let courts = |books: &mut Planted| {
        books.moves(USER, NEW, HoldMove::Consumed, 20, left(courts_hold(), 10));
        books.action(40, NEW, Consume, names_hold(HOLD), &[(1, USER, Debit, 20), (2, SHOP, Credit, 20)]);
    };
    check(courts, Consume, ActionFault::Holds);
}

#[test]
fn tries_hold_what_their_legs_take() {
    use ActionCode::Try;
    let tries = |amount: i64, legs: &'static [Leg]| {
        move |books: &mut Planted| {
            if amount > 0 {
                books.moves(USER, NEW, HoldMove::Frozen, amount, hold(40, HoldKind::Try, amount));
            }
            books.action(40, NEW, Try, None, legs);
        }
    };
    const LEGS: &[Leg] = &[(1, USER, Debit, 7), (2, SHOP, Credit, 5), (3, BANK, Credit, 2)];
    check_good(tries(7, LEGS));
    check(tries(6, LEGS), Try, ActionFault::Holds);
    check(tries(0, LEGS), Try, ActionFault::Holds);
    check(tries(0, &[(1, USER, Debit, 7), (2, SHOP, Credit, 6)]), Try, ActionFault::TryLegs);
    check(tries(0, &[(1, USER, Debit, -7), (2, SHOP, Credit, -7)]), Try, ActionFault::TryLegs);
    check(tries(0, &[(2, USER, Debit, 7), (2, SHOP, Credit, 7)]), Try, ActionFault::TryLegs);
    check(tries(0, &[(1, 99, Debit, 7), (2, SHOP, Credit, 7)]), Try, ActionFault::TryLegs);
    // What an account takes that needs no funds is not held.
    let free = |books: &mut Planted| {
        books.moves(BANK, NEW, HoldMove::Frozen, 5, hold(40, HoldKind::Try, 5));
        books.action(40, NEW, Try, None, &[(1, BANK, Credit, 5), (2, USER, Debit, 5)]);
    };
    check(free, Try, ActionFault::Holds);
}

/// Changes the amount of every leg of a transaction of the last frame, and what it moves of holds.
fn change_amounts(books: &mut Planted, ordinal: u32, by: i64) {
    for entry in books.last().entries.iter_mut().flatten() {
        match entry {
            Entry::Posting(posting) => match &mut posting.movement {
                Movement::Leg { transaction, amount, .. } if *transaction == ordinal => {
                    *amount = Amount(amount.0 + by);
                }
                _ => {}
            },
            Entry::Held(held) if held.transaction == Some(ordinal) => {
                held.amount += by;
                held.hold.remaining -= by;
            }
            _ => {}
        }
    }
}

#[test]
fn second_steps_do_all_of_the_try() {
    use ActionCode::{CancelTry, Confirm};
    let confirm = |books: &mut Planted| change_amounts(books, 0, -1);
    check_in(3, confirm, RecordPlace::Head(0), Confirm, ActionFault::OtherLegs);
    let less = |books: &mut Planted| {
        let entries = &mut books.last().entries[1];
        let consumed = |entry: &&mut Entry<'static>| matches!(entry, Entry::Held(held) if held.amount == 30);
        let Some(Entry::Held(held)) = entries.iter_mut().find(consumed) else { panic!() };
        (held.amount, held.hold.remaining) = (29, 1);
    };
    check_in(3, less, RecordPlace::Head(0), Confirm, ActionFault::Holds);
    let account = AccountId(PEER);
    let cancel = |books: &mut Planted| change_amounts(books, 1, -5);
    check_in(3, cancel, RecordPlace::Head(1), CancelTry, ActionFault::HoldLeft { account, remaining: 5 });
    let mut books = full_books();
    books.frames.truncate(3);
    books.last().heads[1].head.accounting_date = date(NEW);
    let (entity, current) = (EntityId(0), date(crate::full::OLD));
    let fault = BookFault::ClosedDate { entity, date: date(NEW), current };
    check_found(&books.bodies(), 3, RecordPlace::Head(1), &fault);
    let other = |books: &mut Planted| {
        books.last().heads[1].named = names(TRIED);
        books.last().heads[0].named = names(TRIED_TOO);
    };
    check_in(3, other, RecordPlace::Head(0), Confirm, ActionFault::OtherLegs);
}

#[test]
fn carrying_forward_leaves_nothing() {
    let carry = |legs: &'static [Leg]| {
        move |books: &mut Planted| {
            books.last().heads.truncate(2);
            books.post(39, NEW, &[(1, BANK, Debit, 7), (2, FEE, Credit, 7)]);
            let mut carried = action_head(40, NEW, ActionCode::CarryForward, None, legs.len());
            carried.head.client = ClientId(0);
            books.plant(carried, legs);
        }
    };
    check_good(carry(&[(1, FEE, Debit, 7), (2, PROFIT, Credit, 7)]));
    check_good(carry(&[(1, FEE, Debit, 3), (2, FEE, Debit, 4), (3, PROFIT, Credit, 7)]));
    let at = RecordPlace::Head(3);
    let (account, action) = (AccountId(FEE), ActionCode::CarryForward);
    let some = carry(&[(1, FEE, Debit, 6), (2, PROFIT, Credit, 6)]);
    check_in(LAST, some, at, action, ActionFault::NotCarried { account });
    let account = AccountId(USER);
    let other = carry(&[(1, USER, Debit, 7), (2, PROFIT, Credit, 7)]);
    check_in(LAST, other, at, action, ActionFault::NoResult { account });
}

#[test]
fn results_go_to_equity_and_common_accounts_since_there_are_rules() {
    let carry = |rules: bool, target: u64, states: (AccountState, PaymentState)| {
        move |books: &mut Planted| {
            books.last().heads.truncate(2);
            if rules {
                books.last().admin.push(Admin::Rules { version: 1 });
            }
            books.post(39, NEW, &[(1, BANK, Debit, 7), (2, FEE, Credit, 7)]);
            let (account_state, payment_state) = states;
            let changed = Changed { account_state, payment_state, ..changed(target, NEW) };
            books.last().entries[section_of(target)].push(Entry::Changed(changed));
            let legs = [(1, FEE, Debit, 7), (2, target, Credit, 7)];
            let mut carried = action_head(40, NEW, ActionCode::CarryForward, None, legs.len());
            carried.head.client = ClientId(0);
            books.plant(carried, &legs);
        }
    };
    let normal = (AccountState::Normal, PaymentState::Normal);
    check_good(carry(true, PROFIT, normal));
    check_good(carry(true, PROFIT, (AccountState::JudicialFreeze, PaymentState::Normal)));
    for target in [BANK, USER] {
        let account = AccountId(target);
        let (at, fault) = (RecordPlace::Head(3), ActionFault::Target { account });
        check_in(LAST, carry(true, target, normal), at, ActionCode::CarryForward, fault);
        check_good(carry(false, target, normal));
    }
    let stopped = (AccountState::Normal, PaymentState::Neither);
    check_good(carry(false, PROFIT, stopped));
    let mut books = full_books();
    carry(true, PROFIT, stopped)(&mut books);
    books.chain();
    let fault = BookFault::State { account: AccountId(PROFIT), what: "a credit" };
    check_found(&books.bodies(), LAST, books.newest(PROFIT), &fault);
}

/// 2018-12-31 and 2019-01-01 lie in one year of books that begin in July.
#[test]
fn the_style_of_a_reversal_follows_the_books_year() {
    let mut books = full_books();
    let years = |books: &mut Planted, month| {
        let Admin::Entity { year_starts, .. } = &mut books.frames[0].admin[1] else { panic!() };
        *year_starts = YearStart::from_month(month).unwrap();
    };
    years(&mut books, 7);
    let fault = BookFault::Action { action: ActionCode::Reverse, fault: ActionFault::Style };
    check_found(&books.bodies(), LAST, RecordPlace::Head(0), &fault);
    years(&mut books, 1);
    assert!(audited(&written(&books.bodies())).is_ok());
}
