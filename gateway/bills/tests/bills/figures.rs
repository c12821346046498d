//! Figures that were reckoned by hand.

use std::collections::BTreeMap;

use longmen_bills::{
    AccountBills, BillState, Change, Effect, MovementKind, Part, PostingKind, Role, RowEntry, Target,
};
use longmen_ledger::{Amount, Currency, Date};

use crate::books::{Books, PLAN, cny, day, original, plan, plan_with};

const BILL: &str = "2024-05-05";

/// 100.00 and 200.00 in the cycle to 05-05, 50.00 on 05-20.
fn worked() -> Books {
    let mut books = Books::new(plan(PLAN), "2024-04-06");
    books.charge("2024-04-10", Part::Principal, 100_00).charge("2024-05-01", Part::Principal, 200_00);
    books.repay("2024-05-20", "r1", 50_00);
    books
}

fn state(books: &Books, at: &str) -> (BillState, i64) {
    let bill = books.bills.bill(day(BILL)).unwrap();
    (bill.state(day(at)).unwrap(), bill.open().unwrap())
}

#[test]
fn a_bill_that_is_paid_on_its_due_date() {
    let mut books = worked();
    books.repay("2024-05-25", "r2", 250_00).close_to(BILL);
    let stated = books.days[&day(BILL)].statement.unwrap();
    assert_eq!((stated.total, stated.minimum, stated.owed), (300_00, 30_00, 300_00));
    assert_eq!((stated.date, stated.due), (day(BILL), day("2024-05-25")));
    assert_eq!(state(&books, BILL), (BillState::Billed, 300_00));
    books.close_to("2024-05-20");
    assert_eq!(state(&books, "2024-05-20"), (BillState::PartlyPaid, 250_00));
    assert_eq!(books.bills.bill(day(BILL)).unwrap().minimum_open(), Ok(0));
    books.close_to("2024-06-10");
    assert_eq!(state(&books, "2024-06-10"), (BillState::Paid, 0));
    let changes: Vec<(Date, Change)> =
        books.days.iter().flat_map(|(date, told)| told.changes.iter().map(|one| (*date, *one))).collect();
    let change = |date, from, to| (day(date), Change { bill: day(BILL), from, to });
    assert_eq!(
        changes[..3],
        [
            change(BILL, BillState::Open, BillState::Billed),
            change("2024-05-20", BillState::Billed, BillState::PartlyPaid),
            change("2024-05-25", BillState::PartlyPaid, BillState::Paid),
        ]
    );
    assert_eq!(books.postings(), Vec::<String>::new());
}

#[test]
fn thirty_days_of_an_eighth_are_three_and_three_quarters() {
    let mut books = worked();
    books.close_to("2024-05-25");
    assert_eq!(state(&books, "2024-05-25"), (BillState::PartlyPaid, 250_00));
    books.close_to("2024-06-24");
    assert_eq!(state(&books, "2024-05-26"), (BillState::Overdue, 250_00));
    let accrued: Vec<i64> = books
        .days
        .values()
        .flat_map(|told| &told.postings)
        .filter(|one| one.kind == PostingKind::Accrue)
        .map(|one| one.amount.0)
        .collect();
    assert_eq!(accrued.len(), 30);
    assert_eq!(accrued[..4], [13, 12, 13, 12]);
    assert_eq!(accrued.iter().sum::<i64>(), 3_75);
    let first = &books.days[&day("2024-05-26")].postings[0];
    assert_eq!(first.key, "bill|LM/U1/CNY|2024-05-05|accrue|2024-05-26");
    assert_eq!((first.kind.legs(), first.value), (Some((Role::Receivable, Role::Income)), day("2024-05-26")));
    // The statement of 06-05 charges what was accrued by then: 11 days, 1.375.
    let charged = &books.days[&day("2024-06-05")].postings[1];
    assert_eq!((charged.kind, charged.amount), (PostingKind::Charge, Amount(1_38)));
    assert_eq!(charged.key, "bill|LM/U1/CNY|2024-05-05|charge|2024-06-05");
    assert_eq!(charged.kind.legs(), Some((Role::Credit, Role::Receivable)));
}

#[test]
fn each_rounding_of_one_day_and_of_thirty() {
    for (rounding, one, thirty) in
        [("half_up", 13, 3_75), ("half_even", 12, 3_75), ("up", 13, 3_75), ("down", 12, 3_75)]
    {
        let mut books = worked();
        let late = "on = \"principal\"\nrounding = ";
        books.plan = plan_with(&[(&format!("{late}\"half_up\""), &format!("{late}\"{rounding}\""))]);
        books.close_to("2024-05-26");
        let bill = books.bills.bill(day(BILL)).unwrap();
        let found = ["2024-05-25", "2024-05-26", "2024-06-24"].map(|to| bill.late_interest(day(to)).unwrap());
        assert_eq!(found, [0, one, thirty], "{rounding}");
    }
}

#[test]
fn late_interest_follows_what_is_open_by_value_date() {
    /// What is paid behind the bill of 300.00, with booking and value date, and interest at the end of 06-24.
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str, i64)], &'a [(&'a str, &'a str)], i64);
    let rows: &[Row<'_>] = &[
        ("nothing", &[], &[], 4_50),
        ("in full in time", &[("2024-05-25", "2024-05-25", 300_00)], &[], 0),
        ("the day after", &[("2024-05-26", "2024-05-26", 300_00)], &[], 0),
        ("two days after: one day", &[("2024-05-27", "2024-05-27", 300_00)], &[], 15),
        ("booked late, valued in time", &[("2024-06-10", "2024-05-25", 300_00)], &[], 0),
        ("booked late, valued later", &[("2024-06-10", "2024-06-05", 300_00)], &[], 1_50),
        ("valued ahead of its booking", &[("2024-05-25", "2024-05-28", 300_00)], &[], 30),
        (
            "in two steps",
            &[("2024-05-31", "2024-05-31", 100_00), ("2024-06-10", "2024-06-10", 200_00)],
            &[],
            75 + 1_00,
        ),
        ("in grace", &[("2024-05-28", "2024-05-28", 300_00)], &[("grace = 0", "grace = 3")], 0),
        (
            "behind grace: from the due date on",
            &[("2024-05-29", "2024-05-29", 300_00)],
            &[("grace = 0", "grace = 3")],
            45,
        ),
        ("in part in grace", &[("2024-05-28", "2024-05-28", 299_99)], &[("grace = 0", "grace = 3")], 30),
        (
            "minimum",
            &[("2024-05-27", "2024-05-27", 300_00)],
            &[("on = \"principal\"", "on = \"principal\"\nminimum = { CNY = \"1.00\" }")],
            1_00,
        ),
        (
            "no minimum of what is not late",
            &[("2024-05-25", "2024-05-25", 300_00)],
            &[("on = \"principal\"", "on = \"principal\"\nminimum = { CNY = \"1.00\" }")],
            0,
        ),
        (
            "minimum of another currency",
            &[("2024-05-27", "2024-05-27", 300_00)],
            &[("on = \"principal\"", "on = \"principal\"\nminimum = { JPY = \"100\" }")],
            15,
        ),
    ];
    for (what, payments, changes, expect) in rows {
        let mut books = Books::new(plan_with(changes), "2024-04-06");
        books.charge("2024-04-10", Part::Principal, 300_00);
        for (date, value, amount) in *payments {
            books.movement(date, value, "r", *amount, Effect::Repayment);
        }
        books.close_to("2024-06-24");
        let net: i64 = books
            .days
            .values()
            .flat_map(|told| &told.postings)
            .map(|one| match one.kind {
                PostingKind::Accrue => one.amount.0,
                PostingKind::ReturnAccrual => -one.amount.0,
                _ => 0,
            })
            .sum();
        assert_eq!(net, *expect, "{what}");
        assert_eq!(
            books.bills.bill(day(BILL)).unwrap().late_interest(day("2024-06-24")),
            Ok(*expect),
            "{what}"
        );
    }
}

#[test]
fn late_interest_on_the_principal_or_on_the_bill() {
    for (on, expect) in [("principal", 50), ("bill", 60)] {
        let mut books = Books::new(
            plan_with(&[("\"principal\"\nrounding", &format!("\"{on}\"\nrounding"))]),
            "2024-04-06",
        );
        books.charge("2024-04-10", Part::Principal, 100_00);
        books.charge("2024-04-10", Part::Fee, 15_00).charge("2024-04-11", Part::Interest, 5_00);
        books.close_to("2024-05-25");
        assert_eq!(books.bills.bill(day(BILL)).unwrap().late_interest(day("2024-06-04")), Ok(expect), "{on}");
    }
}

#[test]
fn interest_that_was_charged_too_much_is_given_back() {
    let mut books = Books::new(plan(PLAN), "2024-04-06");
    books.charge("2024-04-10", Part::Principal, 300_00);
    books.movement("2024-06-10", "2024-05-25", "r", 300_00, Effect::Repayment);
    books.close_to("2024-07-05");
    let charged: Vec<String> =
        books.postings().into_iter().filter(|one| !one.starts_with("accrue")).collect();
    assert_eq!(
        charged,
        ["charge 2024-06-05 165", "return_accrual 2024-06-10 225", "return_charge 2024-07-05 165"]
    );
    let back = PostingKind::ReturnCharge.legs();
    assert_eq!(back, Some((Role::Receivable, Role::Credit)));
}

#[test]
fn the_minimum_is_a_share_or_the_floor_and_never_above_the_bill() {
    for (spent, percent, expect) in [
        (300_00, "10%", 30_00),
        (100_00, "10%", 10_00),
        (99_99, "10%", 10_00),
        (100_05, "10%", 10_01),
        (100_04, "10%", 10_00),
        (9_99, "10%", 9_99),
        (10_00, "10%", 10_00),
        (300_00, "100%", 300_00),
        (300_00, "0%", 10_00),
    ] {
        let mut books = Books::new(plan_with(&[("10%", percent)]), "2024-04-06");
        books.charge("2024-04-10", Part::Principal, spent).close_to(BILL);
        assert_eq!(books.days[&day(BILL)].statement.unwrap().minimum, expect, "{spent} {percent}");
    }
}

/// Two bills, each with a fee, interest and principal.
fn two_bills(first: &str, order: &str) -> Books {
    let mut books = Books::new(
        plan_with(&[
            ("first = \"part\"", &format!("first = \"{first}\"")),
            (r#"["fee", "interest", "principal"]"#, order),
        ]),
        "2024-03-06",
    );
    for date in ["2024-03-10", "2024-04-10"] {
        books.charge(date, Part::Fee, 1_00).charge(date, Part::Interest, 2_00).charge(
            date,
            Part::Principal,
            30_00,
        );
    }
    books
}

#[test]
fn a_repayment_goes_by_the_order_of_the_plan() {
    use Part::{Fee, Interest, Principal};
    let usual = r#"["fee", "interest", "principal"]"#;
    let old = |part| Target::Bill(day("2024-04-05"), part);
    let new = |part| Target::Bill(day(BILL), part);
    for (first, order, amount, expect) in [
        ("part", usual, 1_50, vec![(old(Fee), 1_00), (new(Fee), 50)]),
        (
            "part",
            usual,
            6_00,
            vec![(old(Fee), 1_00), (new(Fee), 1_00), (old(Interest), 2_00), (new(Interest), 2_00)],
        ),
        ("bill", usual, 1_50, vec![(old(Fee), 1_00), (old(Interest), 50)]),
        ("bill", usual, 6_00, vec![(old(Fee), 1_00), (old(Interest), 2_00), (old(Principal), 3_00)]),
        ("bill", usual, 5_00, vec![(old(Fee), 1_00), (old(Interest), 2_00), (old(Principal), 2_00)]),
        (
            "bill",
            usual,
            33_01,
            vec![(old(Fee), 1_00), (old(Interest), 2_00), (old(Principal), 30_00), (new(Fee), 1)],
        ),
        (
            "part",
            r#"["principal", "interest", "fee"]"#,
            61_00,
            vec![(old(Principal), 30_00), (new(Principal), 30_00), (old(Interest), 1_00)],
        ),
        (
            "part",
            usual,
            70_00,
            vec![
                (old(Fee), 1_00),
                (new(Fee), 1_00),
                (old(Interest), 2_00),
                (new(Interest), 2_00),
                (old(Principal), 30_00),
                (new(Principal), 30_00),
                (Target::Credit, 4_00),
            ],
        ),
    ] {
        let mut books = two_bills(first, order);
        books.repay("2024-05-10", "r", amount).close_to("2024-05-10");
        let told = &books.days[&day("2024-05-10")].allocations;
        let found: Vec<(Target, i64)> = told.iter().map(|one| (one.target, one.amount)).collect();
        assert_eq!(found, expect, "{first} {order} {amount}");
        assert_eq!(books.bills.owed(), Ok(66_00 - amount));
    }
}

#[test]
fn what_is_paid_too_much_goes_against_the_next_bill() {
    let mut books = worked();
    books
        .repay("2024-05-21", "r2", 300_00)
        .charge("2024-05-22", Part::Principal, 80_00)
        .close_to("2024-05-22");
    assert_eq!(books.bills.credit(), Ok(50_00));
    books.close_to("2024-06-05");
    let told = &books.days[&day("2024-06-05")];
    let moved: Vec<_> = told.allocations.iter().map(|one| (&*one.id, one.target, one.amount)).collect();
    let next = Target::Bill(day("2024-06-05"), Part::Principal);
    assert_eq!(moved, [("r2", Target::Credit, -50_00), ("r2", next, 50_00)]);
    let stated = told.statement.unwrap();
    assert_eq!((stated.total, stated.owed, stated.minimum), (30_00, 30_00, 10_00));
    assert_eq!(books.bills.credit(), Ok(0));
}

#[test]
fn credit_above_the_next_bill_waits_on() {
    let mut books = Books::new(plan(PLAN), "2024-04-06");
    books.repay("2024-04-07", "r", 100_00).charge("2024-04-08", Part::Principal, 30_00).close_to(BILL);
    let stated = books.days[&day(BILL)].statement.unwrap();
    assert_eq!((stated.total, stated.minimum, stated.owed), (0, 0, -70_00));
    assert_eq!(state(&books, BILL), (BillState::Paid, 0));
    assert_eq!(books.bills.credit(), Ok(70_00));
}

#[test]
fn refunds_go_to_the_bill_of_their_original() {
    let spend = |date| Effect::Refund(original("s", date, MovementKind::Spend));
    // In the running cycle: less is stated.
    let mut books = worked();
    books.movement("2024-05-03", "2024-05-03", "back", 20_00, spend("2024-05-01")).close_to(BILL);
    assert_eq!(books.days[&day(BILL)].statement.unwrap().total, 280_00);
    assert_eq!(books.days[&day("2024-05-03")].allocations[0].target, Target::OpenCycle(Part::Principal));
    // Of a stated bill: that bill, though an older one is open.
    let mut books = two_bills("part", r#"["fee", "interest", "principal"]"#);
    books.movement("2024-05-10", "2024-05-10", "back", 30_00, spend("2024-04-10")).close_to("2024-05-10");
    let open = ["2024-04-05", BILL].map(|date| books.bills.bill(day(date)).unwrap().open().unwrap());
    assert_eq!(open, [33_00, 3_00]);
    // Of a fee: the fee; what was paid of it goes on as a repayment does, and then waits.
    let mut books = worked();
    books.charge("2024-05-02", Part::Fee, 6_00);
    books.movement(
        "2024-05-21",
        "2024-05-21",
        "back",
        6_00,
        Effect::Refund(original("f", "2024-05-02", MovementKind::Fee)),
    );
    books.repay("2024-05-22", "r2", 250_00);
    books.movement("2024-05-23", "2024-05-23", "back2", 7_00, spend("2024-05-01")).close_to("2024-05-23");
    let told = |date| {
        books.days[&day(date)].allocations.iter().map(|one| (one.target, one.amount)).collect::<Vec<_>>()
    };
    assert_eq!(told("2024-05-21"), [(Target::Bill(day(BILL), Part::Principal), 6_00)]);
    assert_eq!(told("2024-05-23"), [(Target::Credit, 7_00)]);
}

#[test]
fn a_reversed_repayment_opens_its_bill_again() {
    let mut books = worked();
    books.repay("2024-05-22", "r2", 260_00).close_to("2024-05-22");
    assert_eq!((state(&books, "2024-05-22"), books.bills.credit()), ((BillState::Paid, 0), Ok(10_00)));
    let back = Effect::Reversal(original("r2", "2024-05-22", MovementKind::Repayment));
    books.movement("2024-05-30", "2024-05-22", "x", 260_00, back).close_to("2024-05-30");
    assert_eq!((state(&books, "2024-05-30"), books.bills.credit()), ((BillState::Overdue, 250_00), Ok(0)));
    let told = &books.days[&day("2024-05-30")];
    let moved: Vec<_> = told.allocations.iter().map(|one| (&*one.id, one.target, one.amount)).collect();
    let of_bill = Target::Bill(day(BILL), Part::Principal);
    assert_eq!(moved, [("r2", Target::Credit, -10_00), ("r2", of_bill, -250_00)]);
    // 05-26 to 05-30, as if it had never been paid: 5 x 0.125.
    assert_eq!(told.postings[0].amount, Amount(63));
    assert_eq!(told.changes, [Change { bill: day(BILL), from: BillState::Paid, to: BillState::Overdue }]);
}

#[test]
fn what_was_settled_twice_for_some_days_is_not_below_nothing() {
    let mut books = Books::new(plan(PLAN), "2024-04-06");
    books.charge("2024-04-10", Part::Principal, 300_00).repay("2024-05-10", "a", 300_00);
    let back = Effect::Reversal(original("a", "2024-05-10", MovementKind::Repayment));
    books.movement("2024-05-30", "2024-05-30", "x", 300_00, back);
    books.movement("2024-06-01", "2024-05-20", "b", 290_00, Effect::Repayment).close_to("2024-06-02");
    // 10.00 from 05-30 on, four days.
    assert_eq!(books.bills.bill(day(BILL)).unwrap().late_interest(day("2024-06-02")), Ok(2));
}

#[test]
fn a_bill_that_is_paid_is_kept_until_its_interest_is_charged() {
    let mut books = Books::new(plan(PLAN), "2024-01-01");
    books
        .charge("2024-01-02", Part::Principal, 300_00)
        .repay("2024-04-20", "r", 300_00)
        .close_to("2024-04-20");
    assert_eq!(books.bills.bills().count(), 5);
    books.close_to("2024-05-05");
    assert_eq!((books.bills.bill(day("2024-01-05")), books.bills.bills().count()), (None, 4));
    // 04-06 to 04-19: 14 days of 0.15. What was before stood on the statement of 04-05.
    let last = books.postings().pop().unwrap();
    assert_eq!(last, "charge 2024-05-05 210");
}

#[test]
fn a_reversed_spend_takes_its_late_interest_with_it() {
    let mut books = worked();
    let back = Effect::Reversal(original("s", "2024-05-01", MovementKind::Spend));
    books.movement("2024-05-30", "2024-05-01", "x", 200_00, back).close_to("2024-06-04");
    assert_eq!(state(&books, "2024-06-04"), (BillState::Overdue, 50_00));
    // Ten days of 50.00, whatever 250.00 had accrued before.
    assert_eq!(books.bills.bill(day(BILL)).unwrap().late_interest(day("2024-06-04")), Ok(25));
    assert!(books.postings().contains(&"return_accrual 2024-05-30 37".to_owned()), "{:?}", books.postings());
}

#[test]
fn a_repayment_of_a_bill_that_is_kept_no_more_comes_back_as_a_debit() {
    let mut books = Books::new(plan(PLAN), "2024-01-01");
    books.charge("2024-01-02", Part::Fee, 10_00).repay("2024-01-10", "old", 10_00);
    let back = Effect::Reversal(original("old", "2024-01-10", MovementKind::Repayment));
    books.movement("2024-06-10", "2024-01-10", "x", 10_00, back).close_to("2024-06-10");
    assert_eq!(books.bills.bill(day("2024-01-05")), None);
    assert_eq!(books.bills.bills().count(), 4);
    let moved = &books.days[&day("2024-06-10")].allocations[0];
    assert_eq!((moved.target, moved.amount), (Target::OpenCycle(Part::Principal), -10_00));
    assert_eq!(books.bills.owed(), Ok(10_00));
}

#[test]
fn an_opening_is_principal_or_credit() {
    for (opening, expect) in [(0, 0), (500, 500), (-500, -500), (i64::MAX, i64::MAX)] {
        let bills = AccountBills::open(cny(), day("2024-01-01"), Amount(opening)).unwrap();
        assert_eq!(bills.owed(), Ok(expect));
    }
    let refused = AccountBills::open(cny(), day("2024-01-01"), Amount(i64::MIN)).unwrap_err();
    assert_eq!(refused.code(), "overflow");
}

#[test]
fn statement_and_due_dates() {
    for (statement, due, bill, expect) in [
        ("5", "{ day = 25 }", "2024-05-05", "2024-05-25"),
        ("25", "{ day = 5 }", "2024-12-25", "2025-01-05"),
        ("5", "{ day = 5 }", "2024-05-05", "2024-06-05"),
        ("28", "{ day = \"month_end\" }", "2024-02-28", "2024-02-29"),
        ("\"month_end\"", "{ day = \"month_end\" }", "2024-02-29", "2024-03-31"),
        ("\"month_end\"", "{ day = 1 }", "2023-02-28", "2023-03-01"),
        ("\"month_end\"", "{ days_after = 20 }", "2024-04-30", "2024-05-20"),
        ("1", "{ days_after = 60 }", "2024-01-01", "2024-03-01"),
    ] {
        let plan =
            plan_with(&[("statement = 5", &format!("statement = {statement}")), ("{ day = 25 }", due)]);
        assert!(plan.cycle().is_statement_date(day(bill)), "{statement} {bill}");
        assert_eq!(plan.cycle().due_date(day(bill)), Ok(day(expect)), "{statement} {due}");
        let year = (day("2024-01-01").days()..day("2025-01-01").days()).filter_map(Date::from_days);
        assert_eq!(year.filter(|date| plan.cycle().is_statement_date(*date)).count(), 12, "{statement}");
    }
}

#[test]
fn a_bill_that_does_not_agree_is_named() {
    let mut books = worked();
    books.charge("2024-05-10", Part::Principal, 70_00).close_to("2024-06-05");
    let check = |balances: &[(&str, i128)]| {
        let balances: BTreeMap<Date, i128> =
            balances.iter().map(|(date, balance)| (day(date), *balance)).collect();
        let found = books.bills.disagreements(&balances);
        found.iter().map(|one| (one.statement.to_string(), one.arisen)).collect::<Vec<_>>()
    };
    let none: Vec<(String, i128)> = Vec::new();
    assert_eq!(check(&[]), none);
    assert_eq!(check(&[(BILL, 300_00), ("2024-06-05", 320_00)]), none);
    assert_eq!(check(&[(BILL, 300_01), ("2024-06-05", 320_01)]), [(BILL.to_owned(), 1)]);
    assert_eq!(check(&[(BILL, 300_00), ("2024-06-05", 319_00)]), [("2024-06-05".to_owned(), -1_00)]);
    assert_eq!(
        check(&[(BILL, 299_00), ("2024-06-05", 320_00)]),
        [(BILL.to_owned(), -1_00), ("2024-06-05".to_owned(), 1_00)]
    );
    assert_eq!(check(&[("2024-06-05", -320_00)]), [("2024-06-05".to_owned(), -640_00)]);
}

#[test]
fn a_bill_is_explained_line_by_line() {
    let mut books = worked();
    books.charge("2024-05-02", Part::Fee, 1_00).repay("2024-06-01", "r2", 100_00).close_to("2024-06-10");
    let explained = books.bills.bill(day(BILL)).unwrap().explain(cny(), day("2024-06-10")).unwrap();
    let rows: Vec<String> = explained
        .rows
        .iter()
        .map(|row| {
            let what = match &row.entry {
                RowEntry::Charged => "charged",
                RowEntry::Settled(settled) => &settled.id,
            };
            format!("{} {what} {} {} {}", row.date, row.part, row.amount, row.open)
        })
        .collect();
    assert_eq!(
        rows,
        [
            "2024-05-05 charged fee 100 100",
            "2024-05-05 charged principal 30000 30100",
            "2024-05-20 r1 fee -100 30000",
            "2024-05-20 r1 principal -4900 25100",
            "2024-06-01 r2 principal -10000 15100",
        ]
    );
    let late: Vec<String> = explained
        .late
        .iter()
        .map(|row| {
            format!(
                "{} {} {} {} {}",
                row.span.from,
                row.span.to,
                row.span.days(),
                row.span.overdue,
                row.exact
            )
        })
        .collect();
    assert_eq!(late, ["2024-05-26 2024-05-31 6 25100 0.753", "2024-06-01 2024-06-10 10 15100 0.755"]);
    assert_eq!((&*explained.exact, explained.interest), ("1.508", 1_51));
}

#[test]
fn a_currency_without_decimals() {
    let jpy = Currency::from_code("JPY").unwrap();
    let mut books = Books::new(plan(PLAN), "2024-04-06");
    books.bills = AccountBills::open(jpy, day("2024-04-06"), Amount(0)).unwrap();
    books.charge("2024-04-10", Part::Principal, 30_003).close_to("2024-06-24");
    let bill = books.bills.bill(day(BILL)).unwrap();
    assert_eq!(bill.stated().unwrap().minimum, 3_000);
    // 30003 x 30 x 0.0005 = 450.045
    assert_eq!(bill.late_interest(day("2024-06-24")), Ok(450));
    assert_eq!(bill.explain(jpy, day("2024-06-24")).unwrap().exact, "450.045");
}

#[test]
fn what_is_stored_comes_back() {
    let mut books = two_bills("part", r#"["fee", "interest", "principal"]"#);
    books.repay("2024-05-10", "r", 7_00).repay("2024-05-27", "r2", 700_00).close_to("2024-06-24");
    let stored = serde_json::to_string(&books.bills).unwrap();
    assert_eq!(serde_json::from_str::<AccountBills>(&stored).unwrap(), books.bills);
    for (from, to) in [("\"currency\":156", "\"currency\":7"), ("\"next\":19899", "\"next\":4000000000")] {
        assert!(stored.contains(from), "{stored}");
        assert!(serde_json::from_str::<AccountBills>(&stored.replace(from, to)).is_err());
    }
}
