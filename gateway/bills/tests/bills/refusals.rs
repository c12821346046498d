//! What is not taken, and that nothing changes then.

use longmen_bills::{AccountBills, Effect, Movement, MovementKind, Part};
use longmen_ledger::{Amount, Currency, Date};

use crate::books::{ACCOUNT, Books, PLAN, cny, day, original, plan, plan_with};

#[test]
fn each_refusal_has_its_code() {
    let refund = |kind| Effect::Refund(original("o", "2024-05-01", kind));
    let reversal = |kind| Effect::Reversal(original("o", "2024-05-01", kind));
    let max = i64::MAX;
    for (date, of, amount, effect, expect) in [
        ("2024-05-10", "2024-05-10", 1, Effect::Repayment, "not_the_next_date"),
        ("2024-05-12", "2024-05-12", 1, Effect::Repayment, "not_the_next_date"),
        ("2024-05-11", "2024-05-10", 1, Effect::Repayment, "other_date"),
        ("2024-05-11", "2024-05-11", 0, Effect::Repayment, "not_positive"),
        ("2024-05-11", "2024-05-11", -1, Effect::Charge(Part::Fee), "not_positive"),
        ("2024-05-11", "2024-05-11", 1, refund(MovementKind::Repayment), "not_refundable"),
        ("2024-05-11", "2024-05-11", 1, refund(MovementKind::Refund), "not_refundable"),
        ("2024-05-11", "2024-05-11", 1, refund(MovementKind::Reversal), "not_refundable"),
        ("2024-05-11", "2024-05-11", 1, reversal(MovementKind::Reversal), "not_reversible"),
        ("2024-05-11", "2024-05-11", max, Effect::Charge(Part::Principal), "overflow"),
        ("2024-05-11", "2024-05-11", max, reversal(MovementKind::Repayment), "overflow"),
    ] {
        let mut books = Books::new(plan(PLAN), "2024-05-06");
        books.charge("2024-05-06", Part::Principal, 1).close_to("2024-05-10");
        let before = books.bills.clone();
        let movement =
            Movement { id: "m".into(), date: day(of), value: day(of), amount: Amount(amount), effect };
        let found = books.bills.close(&books.plan, ACCOUNT, day(date), std::slice::from_ref(&movement));
        assert_eq!(found.unwrap_err().code(), expect, "{date} {movement:?}");
        assert_eq!(books.bills, before);
    }
}

#[test]
fn a_currency_needs_a_floor_and_a_date_a_calendar() {
    let last = |plan, currency, date: Date| {
        let bills = AccountBills::open(currency, date, Amount(1)).unwrap();
        bills.close(plan, ACCOUNT, date, &[]).map(|_| ()).map_err(|refusal| refusal.code())
    };
    let usual = plan(PLAN);
    assert_eq!(last(&usual, cny(), day("2024-05-05")), Ok(()));
    assert_eq!(last(&usual, Currency::from_code("USD").unwrap(), day("2024-05-05")), Err("no_floor"));
    assert_eq!(last(&usual, cny(), Date::LAST), Err("no_day_after"));
    let no_due = plan_with(&[("statement = 5", "statement = 28")]);
    assert_eq!(last(&no_due, cny(), day("9999-12-28")), Err("no_day_after"));
}

#[test]
fn the_largest_bill_is_exact_or_refused() {
    let bills = AccountBills::open(cny(), day("2024-05-05"), Amount(i64::MAX)).unwrap();
    let plan = plan_with(&[("rate = \"0.05%\"", "rate = \"100%\"")]);
    let (mut bills, told) = bills.close(&plan, ACCOUNT, day("2024-05-05"), &[]).unwrap();
    // A tenth of 92233720368547758.07, rounded half up.
    assert_eq!(told.statement.unwrap().minimum, 922_337_203_685_477_581);
    while bills.next_date() < day("2024-05-26") {
        bills = bills.close(&plan, ACCOUNT, bills.next_date(), &[]).unwrap().0;
    }
    let (bills, told) = bills.close(&plan, ACCOUNT, day("2024-05-26"), &[]).unwrap();
    assert_eq!(told.postings[0].amount, Amount(i64::MAX));
    let refused = bills.close(&plan, ACCOUNT, day("2024-05-27"), &[]);
    assert_eq!(refused.unwrap_err().code(), "overflow");
}
