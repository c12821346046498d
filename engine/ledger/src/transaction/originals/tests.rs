use crate::ids::RecordPlace;
use crate::money::amount::{Amount, Side};
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::transaction::originals::*;

const KEY: TransactionKey = TransactionKey { client: ClientId(1), id: TransactionId(7) };
const BY: TransactionKey = TransactionKey { client: ClientId(1), id: TransactionId(8) };
const THEN: TransactionKey = TransactionKey { client: ClientId(1), id: TransactionId(9) };

fn legs(legs: &[(u64, i64)]) -> Vec<Leg> {
    let currency = Currency::from_code("CNY").unwrap();
    let legs = (1..).zip(legs).map(|(step, (account, signed))| Leg {
        account: AccountId(*account),
        amount: Amount(signed.abs()),
        currency,
        step,
        side: if *signed > 0 { Side::Debit } else { Side::Credit },
    });
    legs.collect()
}

fn original(action: ActionCode, moved: &[(u64, i64)]) -> Original {
    let place = RecordPlace { frame: 3, ordinal: 0 };
    let (kind, legs, date) = ("payment".into(), legs(moved), Date::FIRST);
    Original {
        place,
        action,
        done: true,
        date,
        kind,
        charged: None,
        legs,
        holds: Vec::new(),
        names: None,
        refunded: None,
    }
}

/// No clearing accounts, and all accounts in one unit but those from 90 on.
fn refund(originals: &Originals, paid: &Original, back: &[(u64, i64)]) -> Option<Rejection> {
    originals.refuse_refund(KEY, Some(paid), &legs(back), &[], |account| account.0 >= 90)
}

fn reversal(originals: &Originals, key: TransactionKey, undone: Option<&Original>) -> Option<Rejection> {
    originals.refuse_reversal(key, undone, &[], |account| account.0 >= 90)
}

/// A payer (1) pays 100, of which a merchant (2) gets 99 and the house (3) a fee of 1; then refunds, the last of them in
/// question.
#[test]
fn refunds_together_stay_within_the_original() {
    #[track_caller]
    fn check(refunds: &[&[(u64, i64)]], expect: Option<Rejection>) {
        let paid = original(ActionCode::Post, &[(1, 100), (2, -99), (3, -1)]);
        let mut originals = Originals::default();
        let (last, before) = refunds.split_last().unwrap();
        for back in before {
            assert_eq!(refund(&originals, &paid, back), None, "{refunds:?}");
            originals.take(ActionCode::Refund, BY, KEY, movements(&legs(back)));
        }
        assert_eq!(refund(&originals, &paid, last), expect, "{refunds:?}");
    }
    let exceeded = Some(Rejection::RefundExceeded);
    check(&[&[(2, 99), (3, 1), (1, -100)]], None);
    // The house keeps its fee, and the merchant gives back all that the payer paid; or the payer bears it.
    check(&[&[(2, 100), (1, -100)]], None);
    check(&[&[(2, 99), (1, -99)]], None);
    // The merchant gives back all of it, and gets the fee.
    check(&[&[(2, 100), (1, -100), (3, 1), (2, -1)]], None);
    check(&[&[(2, 100), (1, -100)], &[(3, 1), (2, -1)]], None);
    check(&[&[(2, 101), (1, -101)]], exceeded);
    check(&[&[(2, 60), (1, -60)], &[(2, 40), (1, -40)]], None);
    check(&[&[(2, 60), (1, -60)], &[(2, 41), (1, -41)]], exceeded);
    // To and from accounts that had no part in it, or got something.
    check(&[&[(9, 10), (1, -10)]], exceeded);
    check(&[&[(2, 10), (8, -10)]], exceeded);
    check(&[&[(2, 10), (3, -10)]], exceeded);
    check(&[&[(2, 10), (1, -10), (91, 5), (92, -5)]], exceeded);
    // By way of one that keeps nothing.
    check(&[&[(2, 10), (9, -10), (9, 10), (1, -10)]], None);
    // What was given back too much is taken back, before or after; in all within what the original moved.
    check(&[&[(2, 60), (1, -60)], &[(1, 20), (2, -20)], &[(2, 60), (1, -60)]], None);
    check(&[&[(2, 60), (1, -60)], &[(1, 20), (2, -20)], &[(2, 61), (1, -61)]], exceeded);
    check(&[&[(1, 50), (2, -50)], &[(2, 150), (1, -150)]], None);
    check(&[&[(1, 50), (2, -50)], &[(2, 151), (1, -151)]], exceeded);
    check(&[&[(1, 99), (2, -99)], &[(1, 1), (2, -1)]], exceeded);
    check(&[&[(1, 50), (2, -50)], &[(3, 1), (1, -1)]], exceeded);
}

/// Accounts 91 and 92 are of another entity: a payer (1) pays 100 to the house (2), whose sister (91) pays a merchant (92).
#[test]
fn refunds_go_one_way_in_all_entities() {
    #[track_caller]
    fn check(refunds: &[&[(u64, i64)]], expect: Option<Rejection>) {
        let paid = original(ActionCode::Post, &[(1, 100), (2, -100), (91, 100), (92, -100)]);
        let mut originals = Originals::default();
        let (last, before) = refunds.split_last().unwrap();
        for back in before {
            assert_eq!(refund(&originals, &paid, back), None, "{refunds:?}");
            originals.take(ActionCode::Refund, BY, KEY, movements(&legs(back)));
        }
        assert_eq!(refund(&originals, &paid, last), expect, "{refunds:?}");
    }
    let exceeded = Some(Rejection::RefundExceeded);
    let (back, on) = ([(2, 10), (1, -10)], [(1, 10), (2, -10)]);
    let (back_there, on_there) = ([(92, 10), (91, -10)], [(91, 10), (92, -10)]);
    let both = |one: &[(u64, i64)], other: &[(u64, i64)]| [one, other].concat();
    check(&[&both(&back, &back_there)], None);
    check(&[&both(&on, &on_there)], None);
    // Who paid gets his money back, and who was paid keeps it and gets more.
    check(&[&both(&back, &on_there)], exceeded);
    check(&[&both(&on, &back_there)], exceeded);
    check(&[&back, &on_there], exceeded);
    check(&[&on_there, &back], exceeded);
    // In one entity alone, and set right there.
    check(&[&back, &back_there], None);
    check(&[&on_there, &back_there, &back], None);
    check(&[&on_there, &both(&back, &back_there)], None);
}

/// In books that are older than the rule, what goes less both ways is good.
#[test]
fn refunds_that_went_both_ways_may_be_set_right() {
    let paid = original(ActionCode::Post, &[(1, 100), (2, -100), (91, 100), (92, -100)]);
    let mut originals = Originals::default();
    let both_ways = legs(&[(2, 10), (1, -10), (91, 30), (92, -30)]);
    originals.take(ActionCode::Refund, BY, KEY, movements(&both_ways));
    let exceeded = Some(Rejection::RefundExceeded);
    assert_eq!(refund(&originals, &paid, &[(2, 5), (1, -5)]), exceeded);
    assert_eq!(refund(&originals, &paid, &[(91, 5), (92, -5)]), exceeded);
    assert_eq!(refund(&originals, &paid, &[(92, 30), (91, -30)]), None);
    assert_eq!(refund(&originals, &paid, &[(1, 10), (2, -10)]), None);
}

/// An account (4) by way of which the house refunds: it may get ahead or stay behind, by no more than was paid.
#[test]
fn a_clearing_account_gets_no_further_ahead_than_the_original() {
    #[track_caller]
    fn check(back: &[(u64, i64)], expect: Option<Rejection>) {
        let paid = original(ActionCode::Post, &[(1, 100), (2, -99), (3, -1)]);
        let clearing = [AccountId(4), AccountId(5)];
        let unit = |_| 0;
        let refused = Originals::default().refuse_refund(KEY, Some(&paid), &legs(back), &clearing, unit);
        assert_eq!(refused, expect, "{back:?}");
    }
    let exceeded = Some(Rejection::RefundExceeded);
    check(&[(2, 100), (4, -100)], None);
    check(&[(2, 101), (4, -101)], exceeded);
    check(&[(4, 100), (1, -100)], None);
    check(&[(4, 101), (1, -101)], exceeded);
    check(&[(2, 60), (5, -60), (4, 70), (1, -70)], None);
    check(&[(4, 100), (5, -100)], None);
    check(&[(4, 101), (5, -101)], exceeded);
    check(&[(2, 10), (6, -10)], exceeded);
}

/// Single entry: what was issued is received again, and the other way round.
#[test]
fn what_is_off_the_balance_sheet_is_given_back_too() {
    let issued = original(ActionCode::Post, &[(1, -30)]);
    let received = original(ActionCode::Post, &[(1, 30)]);
    let originals = Originals::default();
    for (paid, sign) in [(&issued, 1), (&received, -1)] {
        assert_eq!(refund(&originals, paid, &[(1, 30 * sign)]), None);
        assert_eq!(refund(&originals, paid, &[(1, 31 * sign)]), Some(Rejection::RefundExceeded));
    }
}

#[test]
fn what_was_reversed_confirmed_or_cancelled_is_so_once() {
    let posted = original(ActionCode::Post, &[(1, 5), (2, -5)]);
    let tried = original(ActionCode::Try, &[(1, 5), (2, -5)]);
    let mut originals = Originals::default();
    assert_eq!(reversal(&originals, KEY, Some(&posted)), None);
    assert_eq!(reversal(&originals, KEY, Some(&tried)), Some(Rejection::UnknownOriginal));
    assert_eq!(reversal(&originals, KEY, None), Some(Rejection::UnknownOriginal));
    assert_eq!(originals.refuse_second_step(KEY, Some(&tried)), None);
    assert_eq!(originals.refuse_second_step(KEY, Some(&posted)), Some(Rejection::UnknownOriginal));
    originals.take(ActionCode::Reverse, BY, KEY, std::iter::empty());
    assert_eq!(reversal(&originals, KEY, Some(&posted)), Some(Rejection::AlreadyReversed));
    let mut originals = Originals::default();
    originals.take(ActionCode::Confirm, BY, KEY, std::iter::empty());
    assert_eq!(originals.refuse_second_step(KEY, Some(&tried)), Some(Rejection::AlreadyPosted));
    let mut originals = Originals::default();
    originals.take(ActionCode::CancelTry, BY, KEY, std::iter::empty());
    assert_eq!(originals.refuse_second_step(KEY, Some(&tried)), Some(Rejection::Cancelled));
}

#[test]
fn reversing_a_refund_makes_room_for_another() {
    let paid = original(ActionCode::Post, &[(1, 100), (2, -100)]);
    let back: &[(u64, i64)] = &[(2, 100), (1, -100)];
    let mut originals = Originals::default();
    originals.take(ActionCode::Refund, BY, KEY, movements(&legs(back)));
    assert_eq!(reversal(&originals, KEY, Some(&paid)), Some(Rejection::RefundExceeded));
    assert_eq!(refund(&originals, &paid, back), Some(Rejection::RefundExceeded));
    let given = Original { refunded: Some(paid.clone().into()), ..original(ActionCode::Refund, back) };
    assert_eq!(reversal(&originals, BY, Some(&given)), None);
    originals.take(
        ActionCode::Reverse,
        TransactionKey::default(),
        BY,
        movements(&legs(&[(2, -100), (1, 100)])),
    );
    assert_eq!(refund(&originals, &paid, back), None);
    assert_eq!(reversal(&originals, KEY, Some(&paid)), None);
}

/// The reversal of a refund is held against what the others give without it.
#[test]
fn a_refund_that_makes_room_for_others_is_not_reversed() {
    #[track_caller]
    fn check(first: &[(u64, i64)], second: &[(u64, i64)], undone: bool, expect: Option<Rejection>) {
        let paid = original(ActionCode::Post, &[(1, 100), (2, -100)]);
        let mut originals = Originals::default();
        originals.take(ActionCode::Refund, BY, KEY, movements(&legs(first)));
        originals.take(ActionCode::Refund, THEN, KEY, movements(&legs(second)));
        if undone {
            assert_eq!(reversal(&originals, KEY, Some(&paid)), None);
            originals.take(ActionCode::Reverse, TransactionKey::default(), KEY, std::iter::empty());
        }
        let first = Original { refunded: Some(paid.into()), ..original(ActionCode::Refund, first) };
        assert_eq!(reversal(&originals, BY, Some(&first)), expect);
    }
    let exceeded = Some(Rejection::RefundExceeded);
    check(&[(1, 50), (2, -50)], &[(2, 150), (1, -150)], false, exceeded);
    check(&[(1, 50), (2, -50)], &[(2, 100), (1, -100)], false, None);
    check(&[(2, 50), (1, -50)], &[(2, 50), (1, -50)], false, None);
    // Together they give nothing, and their original was reversed: neither goes alone.
    check(&[(1, 50), (2, -50)], &[(2, 50), (1, -50)], true, exceeded);
    // In books that are older than the rule: less is better than more, and more is not.
    check(&[(2, 100), (1, -100)], &[(2, 150), (1, -150)], false, None);
    check(&[(1, 100), (2, -100)], &[(2, 250), (1, -250)], false, exceeded);
}
