use super::super::amount::{Amount, Side};
use super::super::date::Date;
use super::super::ids::RecordPlace;
use super::*;

const KEY: TransactionKey = TransactionKey { client: ClientId(1), id: TransactionId(7) };
const BY: TransactionKey = TransactionKey { client: ClientId(1), id: TransactionId(8) };

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

fn original(action: Action, moved: &[(u64, i64)]) -> Original {
    let place = RecordPlace { frame: 3, ordinal: 0 };
    let (kind, legs, date) = ("payment".into(), legs(moved), Date::FIRST);
    Original { place, action, done: true, date, kind, legs, holds: Vec::new(), names: None }
}

/// A payer (1) pays 100, of which a merchant (2) gets 99 and the house (3) a fee of 1; then refunds, the last of them in
/// question.
#[test]
fn refunds_together_give_back_no_more_than_the_original() {
    #[track_caller]
    fn check(refunds: &[&[(u64, i64)]], expect: Option<Rejection>) {
        let paid = original(Action::Post, &[(1, 100), (2, -99), (3, -1)]);
        let mut originals = Originals::default();
        let (last, before) = refunds.split_last().unwrap();
        for refund in before {
            originals.take(Action::Refund, BY, KEY, movements(&legs(refund)));
        }
        let currency = |_| Currency::from_code("CNY");
        assert_eq!(originals.refuse_refund(KEY, Some(&paid), &legs(last), currency), expect, "{refunds:?}");
    }
    let exceeded = Some(Rejection::RefundExceeded);
    check(&[&[(2, 99), (3, 1), (1, -100)]], None);
    check(&[&[(2, 100), (1, -100)]], None);
    check(&[&[(2, 101), (1, -101)]], exceeded);
    check(&[&[(2, 60), (1, -60)], &[(2, 40), (1, -40)]], None);
    check(&[&[(2, 60), (1, -60)], &[(2, 41), (1, -41)]], exceeded);
    check(&[&[(2, 60), (1, -60)], &[(9, 41), (1, -41)]], exceeded);
    check(&[&[(9, 60), (8, -60)], &[(2, 41), (7, -41)]], exceeded);
    check(&[&[(2, 60), (8, -60)], &[(2, 40), (1, -40)]], None);
}

#[test]
fn what_was_reversed_confirmed_or_cancelled_is_so_once() {
    let posted = original(Action::Post, &[(1, 5), (2, -5)]);
    let tried = original(Action::Try, &[(1, 5), (2, -5)]);
    let mut originals = Originals::default();
    assert_eq!(originals.refuse_reversal(KEY, Some(&posted)), None);
    assert_eq!(originals.refuse_reversal(KEY, Some(&tried)), Some(Rejection::UnknownOriginal));
    assert_eq!(originals.refuse_reversal(KEY, None), Some(Rejection::UnknownOriginal));
    assert_eq!(originals.refuse_second_step(KEY, Some(&tried)), None);
    assert_eq!(originals.refuse_second_step(KEY, Some(&posted)), Some(Rejection::UnknownOriginal));
    originals.take(Action::Reverse, BY, KEY, std::iter::empty());
    assert_eq!(originals.refuse_reversal(KEY, Some(&posted)), Some(Rejection::AlreadyReversed));
    let mut originals = Originals::default();
    originals.take(Action::Confirm, BY, KEY, std::iter::empty());
    assert_eq!(originals.refuse_second_step(KEY, Some(&tried)), Some(Rejection::AlreadyPosted));
    let mut originals = Originals::default();
    originals.take(Action::CancelTry, BY, KEY, std::iter::empty());
    assert_eq!(originals.refuse_second_step(KEY, Some(&tried)), Some(Rejection::Cancelled));
}

#[test]
fn reversing_a_refund_makes_room_for_another() {
    let paid = original(Action::Post, &[(1, 100), (2, -100)]);
    let back = legs(&[(2, 100), (1, -100)]);
    let again = legs(&[(2, -100), (1, 100)]);
    let currency = |_| Currency::from_code("CNY");
    let mut originals = Originals::default();
    originals.take(Action::Refund, BY, KEY, movements(&back));
    assert_eq!(originals.refuse_reversal(KEY, Some(&paid)), Some(Rejection::RefundExceeded));
    assert_eq!(originals.refuse_refund(KEY, Some(&paid), &back, currency), Some(Rejection::RefundExceeded));
    originals.take(Action::Reverse, TransactionKey::default(), BY, movements(&again));
    assert_eq!(originals.refuse_refund(KEY, Some(&paid), &back, currency), None);
    assert_eq!(originals.refuse_reversal(KEY, Some(&paid)), None);
}
