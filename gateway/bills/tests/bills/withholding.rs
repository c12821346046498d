//! What a withholding takes (代扣).

use longmen_bills::{Part, Payer, PostingKind, ReserveFor, Role};
use longmen_ledger::Amount;

use crate::books::{ACCOUNT, Books, PLAN, day, plan};

#[test]
fn in_part_and_with_the_reserve_or_without() {
    use ReserveFor::{Another, ThisBill};
    // What is available is 120.00 - 50.00 in the first two.
    for (bill, available, reserve, reserve_for, released, taken, rest) in [
        (300_00, 70_00, 50_00, Another, 0, 70_00, 230_00),
        (300_00, 70_00, 50_00, ThisBill, 50_00, 120_00, 180_00),
        (300_00, 300_00, 0, Another, 0, 300_00, 0),
        (300_00, 1_000_00, 50_00, Another, 0, 300_00, 0),
        (300_00, 1_000_00, 50_00, ThisBill, 50_00, 300_00, 0),
        (300_00, 0, 50_00, ThisBill, 50_00, 50_00, 250_00),
        (300_00, 0, 50_00, Another, 0, 0, 300_00),
        (300_00, -20_00, 50_00, ThisBill, 50_00, 30_00, 270_00),
        (300_00, -60_00, 50_00, ThisBill, 50_00, 0, 300_00),
        (300_00, -1, 0, Another, 0, 0, 300_00),
        (0, 70_00, 50_00, ThisBill, 0, 0, 0),
        (1, i128::MAX / 2, 0, ThisBill, 0, 1, 0),
    ] {
        let mut books = Books::new(plan(PLAN), "2024-04-06");
        if bill > 0 {
            books.charge("2024-04-10", Part::Principal, bill);
        }
        books.close_to("2024-05-24");
        let payer = Payer { available, reserve: Amount(reserve), reserve_for };
        let found = books
            .bills
            .bill(day("2024-05-05"))
            .unwrap()
            .withhold(ACCOUNT, day("2024-05-25"), &payer)
            .unwrap();
        let what = format!("{bill} {available} {reserve} {reserve_for:?}");
        assert_eq!((found.taken, found.rest), (taken, rest), "{what}");
        assert_eq!(found.overdue_from, (rest > 0).then(|| day("2024-05-26")), "{what}");
        let expect = [(PostingKind::ReleaseReserve, released), (PostingKind::Withhold, taken)];
        let posted: Vec<_> = found.postings.iter().map(|one| (one.kind, one.amount.0)).collect();
        assert_eq!(
            posted,
            expect.into_iter().filter(|(_, amount)| *amount > 0).collect::<Vec<_>>(),
            "{what}"
        );
    }
}

#[test]
fn what_is_posted_has_its_accounts_and_a_key_of_its_day() {
    let mut books = Books::new(plan(PLAN), "2024-04-06");
    books.charge("2024-04-10", Part::Principal, 300_00).close_to("2024-05-24");
    let payer = Payer { available: 70_00, reserve: Amount(50_00), reserve_for: ReserveFor::ThisBill };
    let bill = books.bills.bill(day("2024-05-05")).unwrap();
    let found = bill.withhold(ACCOUNT, day("2024-05-25"), &payer).unwrap();
    let keys: Vec<&str> = found.postings.iter().map(|one| &*one.key).collect();
    assert_eq!(
        keys,
        [
            "bill|LM/U1/CNY|2024-05-05|release_reserve|2024-05-25",
            "bill|LM/U1/CNY|2024-05-05|withhold|2024-05-25",
        ]
    );
    assert_eq!(found.postings[0].kind.legs(), None);
    assert_eq!(found.postings[1].kind.legs(), Some((Role::Payer, Role::Credit)));
    // It comes back as a repayment, and what is left is overdue the day after the due date.
    books.repay("2024-05-25", "withheld", found.taken).close_to("2024-05-26");
    let bill = books.bills.bill(day("2024-05-05")).unwrap();
    assert_eq!((bill.open(), bill.late_interest(day("2024-05-26"))), (Ok(180_00), Ok(9)));
    // Of what is not stated nothing is taken.
    let running = books.bills.bills().last().unwrap();
    assert_eq!(running.withhold(ACCOUNT, day("2024-05-25"), &payer).unwrap().postings, []);
}

#[test]
fn what_is_too_large_is_refused() {
    let mut books = Books::new(plan(PLAN), "2024-04-06");
    books.charge("2024-04-10", Part::Principal, 300_00).close_to("2024-05-24");
    let payer = Payer { available: i128::MAX, reserve: Amount(1), reserve_for: ReserveFor::ThisBill };
    let found = books.bills.bill(day("2024-05-05")).unwrap().withhold(ACCOUNT, day("2024-05-25"), &payer);
    assert_eq!(found.unwrap_err().code(), "overflow");
}
