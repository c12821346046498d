use super::*;
use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::transaction::notes::Note;

fn leg(step: u16, account: u64, side: Side, amount: i64, currency: &str) -> Leg {
    let currency = Currency::from_code(currency).unwrap();
    Leg { account: AccountId(account), amount: Amount(amount), currency, step, side }
}

const DRAFT: Draft = Draft { id: TransactionId(1), time: 0, value_date: None, accounting_date: None };

#[test]
fn shape_is_checked_in_order_of_precedence() {
    use Side::{Credit, Debit};
    #[track_caller]
    fn check(legs: &[(u16, Side, i64, &str)], expect: Option<Rejection>) {
        let legs: Vec<Leg> = legs.iter().map(|l| leg(l.0, u64::from(l.0), l.1, l.2, l.3)).collect();
        let mut batch = Batch::default();
        batch.push(DRAFT, &legs, &[]);
        assert_eq!(batch.transactions[0].shape, expect);
    }
    check(&[], Some(Rejection::Malformed));
    check(&[(1, Debit, 5, "CNY"), (2, Credit, 5, "CNY")], None);
    check(&[(1, Debit, 5, "CNY"), (1, Credit, 5, "CNY")], Some(Rejection::Malformed));
    check(&[(2, Debit, 5, "CNY"), (1, Credit, 5, "CNY")], Some(Rejection::Malformed));
    check(&[(1, Debit, 5, "CNY"), (2, Credit, 4, "CNY")], Some(Rejection::Unbalanced));
    check(&[(1, Debit, 5, "CNY"), (2, Credit, 5, "USD")], Some(Rejection::Unbalanced));
    check(&[(1, Debit, 0, "CNY"), (2, Credit, 0, "CNY")], Some(Rejection::InvalidAmount));
    check(&[(1, Debit, -5, "CNY"), (2, Credit, -5, "CNY")], Some(Rejection::InvalidAmount));
    check(&[(1, Debit, -5, "CNY"), (2, Credit, 5, "CNY")], Some(Rejection::Unbalanced));
    let max = i64::MAX;
    check(
        &[(1, Debit, max, "CNY"), (2, Debit, max, "CNY"), (3, Credit, max, "CNY"), (4, Credit, max, "CNY")],
        None,
    );
    check(&[(1, Debit, 5, "CNY"), (2, Debit, 7, "USD"), (3, Credit, 7, "USD"), (4, Credit, 5, "CNY")], None);
}

#[test]
fn content_tells_every_field_apart_and_ignores_id_and_time() {
    let base = [leg(1, 1, Side::Debit, 5, "CNY"), leg(2, 2, Side::Credit, 5, "CNY")];
    let content = |draft: Draft, legs: &[Leg], notes: &[u8]| {
        let mut batch = Batch::default();
        batch.push(draft, legs, notes);
        batch.transactions[0].content
    };
    let first = content(DRAFT, &base, &[]);
    assert_eq!(first, content(Draft { id: TransactionId(9), time: 77, ..Draft::default() }, &base, &[]));
    assert_ne!(first, content(Draft { value_date: Date::from_days(1), ..DRAFT }, &base, &[]));
    assert_ne!(first, content(DRAFT, &base, &[1, 1, 0, b'x']));
    for change in [
        |l: &mut Leg| l.account = AccountId(3),
        |l: &mut Leg| l.amount = Amount(6),
        |l: &mut Leg| l.side = l.side.opposite(),
        |l: &mut Leg| l.currency = Currency::from_code("USD").unwrap(),
        |l: &mut Leg| l.step = 0,
    ] {
        let mut legs = base;
        change(&mut legs[0]);
        assert_ne!(first, content(DRAFT, &legs, &[]));
    }
}

#[test]
fn texts_of_ids_are_kept_and_are_no_content() {
    let legs = [leg(1, 1, Side::Debit, 5, "CNY"), leg(2, 2, Side::Credit, 5, "CNY")];
    let note = [2, 1, 0, b'r'];
    let draft = Draft { id: TransactionId::of_text("order-17"), ..DRAFT };
    let (mut by_number, mut by_text) = (Batch::default(), Batch::default());
    for _ in 0..2 {
        by_number.push(draft, &legs, &note);
        by_text.push(draft, &legs, &note);
        by_text.keep_texts(TextIds { own: "order-17", named: "" });
    }
    by_text.push_with_shape(draft, &legs, &note, Some(Rejection::Malformed));
    by_text.keep_texts(TextIds { own: "order-17", named: "" });
    for (one, other) in by_number.transactions.iter().zip(&by_text.transactions) {
        assert_eq!(one.content, other.content);
        assert_eq!((by_number.texts(one).own, by_text.texts(other).own), ("", "order-17"));
        assert_eq!(notes::read(by_text.notes(other)).collect::<Vec<_>>(), [(Note::Reference, "r")]);
    }
    assert!(by_text.texts(&by_text.transactions[2]).is_empty());
}
