//! Figures of practice, to the cent.

use longmen_interest::{AccountInterest, DayBalances, Due, DueKind, Part, Period, Role, Rounding, explain};
use longmen_ledger::{Amount, Date};

use crate::written::{Method, Written, cny, day, deposit, loan, terms};

const ACCOUNT: &str = "LM/U1/CNY";

/// Moves with the day from which they count; the first days of I1.
const I1: [(&str, &str); 3] =
    [("2024-03-21", "10000.00"), ("2024-04-15", "5000.00"), ("2024-05-10", "-8000.00")];

fn moves(texts: &[(&str, &str)]) -> Vec<(Date, Amount)> {
    texts.iter().map(|(from, amount)| (day(from), cny().parse_amount(amount).unwrap())).collect()
}

/// The product (积数), the interest before rounding, and the interest of each side of an account from one day to another, which
/// does not count: of an account that is closed then, and as it is explained, which must be the same.
#[track_caller]
fn figures(written: &Written, from: &str, to: &str, texts: &[(&str, &str)]) -> Vec<[String; 3]> {
    let product = Written { settles: "close".to_owned(), ..written.clone() }.read();
    let (terms, from, to) = (terms(&product), day(from), day(to));
    let mut account = AccountInterest::open(&terms, from, 0, None).unwrap();
    for (day, amount) in moves(texts) {
        account.enter(day, amount).unwrap();
    }
    assert_eq!(account.advance(&terms, ACCOUNT, to.previous().unwrap()).unwrap(), []);
    let held = DayBalances::of(from, 0, moves(texts)).unwrap();
    let period = Period { from, to: to.previous().unwrap() };
    let explained = explain(&terms, period, &held).unwrap();
    let closed = account.clone().close(&terms, ACCOUNT, to).unwrap();
    let mut found = Vec::new();
    for one in explained {
        assert_eq!(one.exact, account.earned(&terms, one.part).unwrap());
        let paid = closed.iter().filter(|due| is_payment(due, one.part)).map(|due| i128::from(due.amount.0));
        assert_eq!(paid.sum::<i128>(), one.minimum.map_or(one.rounded, |minimum| minimum.0.into()));
        let product = account.segments(one.part).product().unwrap();
        let exact = one.exact.print(cny(), 5).unwrap();
        found.push([cny().print(product), exact, cny().print(one.rounded)]);
    }
    found
}

fn is_payment(due: &Due, part: Part) -> bool {
    match part {
        Part::Balance => due.kind == DueKind::Capitalise,
        Part::Overdraft => due.kind == DueKind::ChargeOverdraft,
    }
}

fn with(change: impl FnOnce(&mut Written)) -> Written {
    let mut written = deposit();
    change(&mut written);
    written
}

fn at_rate(day_count: &'static str, rate: &'static str) -> Written {
    with(|written| written.interest = Method::of(day_count, &[("2000-01-01", rate)]))
}

fn tiered(tiering: &'static str) -> Written {
    with(|written| {
        let tiers = vec![(0, "0.002"), (1_000_000, "0.005"), (5_000_000, "0.010")];
        written.interest.rates = vec![(day("2000-01-01"), tiers)];
        written.interest.tiering = tiering;
    })
}

#[test]
fn figures_of_practice_hold_to_the_cent() {
    #[track_caller]
    fn check(id: &str, written: &Written, from: &str, to: &str, texts: &[(&str, &str)], expect: [&str; 3]) {
        assert_eq!(figures(written, from, to, texts), [expect.map(str::to_owned)], "{id}");
    }
    let quarter = ("2024-03-21", "2024-06-21");
    let flat = |id, written: &Written, balance, expect| {
        check(id, written, quarter.0, quarter.1, &[(quarter.0, balance)], expect);
    };
    let whole = with(|written| written.interest.base = "whole-units");
    check("I1", &deposit(), quarter.0, quarter.1, &I1, ["919000.00", "5.10556", "5.11"]);
    let by_365 = at_rate("ACT/365F", "0.0020");
    check("I1 /365", &by_365, quarter.0, quarter.1, &I1, ["919000.00", "5.03562", "5.04"]);
    let at_35 = at_rate("ACT/360", "0.35%");
    check("I1 0.35 %", &at_35, quarter.0, quarter.1, &I1, ["919000.00", "8.93472", "8.93"]);
    flat("I2 exact", &deposit(), "1007.99", ["92735.08", "0.51519", "0.52"]);
    flat("I2 whole", &whole, "1007.99", ["92644.00", "0.51469", "0.51"]);
    let changed = with(|written| {
        written.interest = Method::of("ACT/360", &[("2024-01-01", "0.25%"), ("2024-05-01", "0.20%")]);
    });
    flat("I3", &changed, "10000.00", ["920000.00", "5.68056", "5.68"]);
    let month = [("2024-06-01", "80000.00")];
    let (slices, reached) = (tiered("slices"), tiered("whole"));
    check("I4 分段", &slices, "2024-06-01", "2024-07-01", &month, ["2400000.00", "43.33333", "43.33"]);
    check("I4 靠档", &reached, "2024-06-01", "2024-07-01", &month, ["2400000.00", "66.66667", "66.67"]);
    let week = [("2024-06-01", "49999.99")];
    check("I4 below", &reached, "2024-06-01", "2024-06-08", &week, ["349999.93", "4.86111", "4.86"]);
    let week = [("2024-06-01", "50000.00")];
    check("I4 at", &reached, "2024-06-01", "2024-06-08", &week, ["350000.00", "9.72222", "9.72"]);
    flat("I9 4.49", &deposit(), "4.49", ["413.08", "0.00229", "0.00"]);
    flat("I9 9.00", &deposit(), "9.00", ["828.00", "0.00460", "0.00"]);
    flat("I9 10.00", &deposit(), "10.00", ["920.00", "0.00511", "0.01"]);
    check("I11", &deposit(), "2024-03-21", "2024-05-10", &I1, ["625000.00", "3.47222", "3.47"]);
}

#[test]
fn day_counts_of_practice_hold_to_the_cent() {
    #[track_caller]
    fn check(id: &str, day_count: &'static str, from: &str, to: &str, days: i128, interest: &str) {
        let found = figures(&loan(day_count), from, to, &[(from, "100000.00")]);
        let product = cny().print(days * 10_000_000);
        assert_eq!((&*found[0][0], &*found[0][2]), (&*product, interest), "{id} {day_count}");
    }
    let half = |day_count, days, interest| {
        check("I8", day_count, "2024-01-15", "2024-07-15", days, interest);
    };
    half("ACT/360", 182, "2199.17");
    half("ACT/365F", 182, "2169.04");
    half("30/360 US", 180, "2175.00");
    half("30E/360", 180, "2175.00");
    // All of it in a leap year.
    half("ACT/ACT ISDA", 182, "2163.11");
    let march = |day_count, days, interest| {
        check("I8a", day_count, "2024-02-29", "2024-03-31", days, interest);
    };
    march("ACT/360", 31, "374.58");
    march("ACT/365F", 31, "369.45");
    march("30/360 US", 30, "362.50");
    march("30E/360", 31, "374.58");
    let year = |day_count, days, interest| {
        check("I8b", day_count, "2024-02-29", "2025-02-28", days, interest);
    };
    year("ACT/360", 365, "4410.42");
    year("ACT/365F", 365, "4350.00");
    year("30/360 US", 360, "4350.00");
    year("30E/360", 359, "4337.92");
    check("I8c", "ACT/ACT ISDA", "2023-12-01", "2024-03-01", 91, "1082.57");
}

/// I1a: the parts make the whole.
#[test]
fn accruals_of_month_ends_make_the_quarter() {
    let product = with(|written| written.accrues = "month-end").read();
    let terms = terms(&product);
    let mut account = AccountInterest::open(&terms, day("2024-03-21"), 0, None).unwrap();
    for (day, amount) in moves(&I1) {
        account.enter(day, amount).unwrap();
    }
    let rows = [
        ("2024-03-31", 110_000, &[(DueKind::Accrue, 61)][..]),
        ("2024-04-30", 490_000, &[(DueKind::Accrue, 211)]),
        ("2024-05-31", 779_000, &[(DueKind::Accrue, 161)]),
        ("2024-06-20", 0, &[(DueKind::Accrue, 78), (DueKind::Capitalise, 511)]),
    ];
    for (to, product, expect) in rows {
        let dues = account.advance(&terms, ACCOUNT, day(to)).unwrap();
        let found: Vec<_> = dues.iter().map(|due| (due.kind, due.amount.0)).collect();
        assert_eq!(found, expect, "{to}");
        assert_eq!(account.segments(Part::Balance).product().unwrap(), product * 100, "{to}");
    }
    assert_eq!(account.paid(Part::Balance), 511);
    assert_eq!(account.accrued(Part::Balance), 0);
}

/// The entry of I1, `D 2231 / C` the account, value 06-21; from then on it earns itself.
#[test]
fn what_is_capitalised_earns_from_its_value_date() {
    let product = deposit().read();
    let terms = terms(&product);
    let mut account = AccountInterest::open(&terms, day("2024-03-21"), 0, None).unwrap();
    for (day, amount) in moves(&I1) {
        account.enter(day, amount).unwrap();
    }
    // It stops behind the settlement, so that nothing is folded without it.
    let dues = account.advance(&terms, ACCOUNT, day("2024-09-20")).unwrap();
    assert_eq!(account.next_day(), day("2024-06-21"));
    let [accrual, payment] = &dues[..] else { panic!("{dues:?}") };
    assert_eq!((accrual.debit, accrual.credit), (Role::Expense, Role::Payable));
    assert_eq!((payment.debit, payment.credit), (Role::Payable, Role::Account));
    assert_eq!((payment.amount, payment.date), (Amount(511), day("2024-06-21")));
    assert_eq!(accrual.date, day("2024-06-20"));
    assert_eq!(payment.key, "interest|LM/U1/CNY|P|2024-03-21/2024-06-20|capitalise");
    assert_eq!(accrual.key, "interest|LM/U1/CNY|P|2024-03-21/2024-06-20|accrue");
    assert_eq!([Role::Payable, Role::Account].map(|role| product.account(role)), [Some("2231"), None]);
    account.enter(payment.date, payment.amount).unwrap();
    account.advance(&terms, ACCOUNT, day("2024-09-19")).unwrap();
    assert_eq!(account.segments(Part::Balance).product().unwrap(), 700_511 * 91);
}

/// I5: value 05-01, booked 05-20.
#[test]
fn back_value_inside_the_open_period_adds_amount_times_days() {
    let product = deposit().read();
    let terms = terms(&product);
    // Booked, it would be 10 000 x 92 + 5 000 x 32 = 1 080 000, and 6.00.
    let start = day("2024-03-21");
    let mut account = AccountInterest::open(&terms, start, 1_000_000, None).unwrap();
    account.advance(&terms, ACCOUNT, day("2024-05-19")).unwrap();
    let held = DayBalances::of(start, 1_000_000, []).unwrap();
    let before = account.segments(Part::Balance).product().unwrap();
    let moved = (day("2024-05-01"), Amount(500_000));
    assert_eq!(account.back_value(&terms, ACCOUNT, &[moved], &held).unwrap(), []);
    assert_eq!(account.segments(Part::Balance).product().unwrap() - before, 500_000 * 19);
    let dues = account.advance(&terms, ACCOUNT, day("2024-06-20")).unwrap();
    // 920 000 + 5 000 x 51.
    assert_eq!(dues[1].amount, Amount(653));
}

/// I6: booked 03-25, value 03-10, in a quarter that was paid at 0.25 %.
#[test]
fn back_value_across_a_paid_period_is_an_adjustment_of_its_own() {
    let changed = with(|written| {
        written.interest = Method::of("ACT/360", &[("2023-01-01", "0.25%"), ("2024-03-21", "0.20%")]);
    });
    let product = changed.read();
    let terms = terms(&product);
    let start = day("2023-12-21");
    let mut account = AccountInterest::open(&terms, start, 0, None).unwrap();
    assert_eq!(account.advance(&terms, ACCOUNT, day("2024-03-24")).unwrap(), []);
    let moved = [(day("2024-03-10"), Amount(500_000))];
    assert_eq!(account.history_from(&terms, moved[0].0), start);
    let held = DayBalances::of(start, 0, []).unwrap();
    let dues = account.back_value(&terms, ACCOUNT, &moved, &held).unwrap();
    let [adjustment] = &dues[..] else { panic!("{dues:?}") };
    assert_eq!((adjustment.kind, adjustment.amount), (DueKind::Adjust, Amount(38)));
    assert_eq!((adjustment.debit, adjustment.credit), (Role::Expense, Role::Account));
    assert_eq!(adjustment.date, day("2024-03-25"));
    assert_eq!(adjustment.key, "interest|LM/U1/CNY|P|2023-12-21/2024-03-20|adjust-1");
    assert_eq!(account.segments(Part::Balance).product().unwrap(), 2_000_000);
    assert_eq!(account.paid(Part::Balance), 0);
    // Its reversal takes the same back.
    let held = DayBalances::of(start, 0, moved).unwrap();
    let back = [(day("2024-03-10"), Amount(-500_000))];
    let dues = account.back_value(&terms, ACCOUNT, &back, &held).unwrap();
    assert_eq!((dues[0].amount, dues[0].debit, dues[0].credit), (Amount(38), Role::Account, Role::Expense));
    assert_eq!(dues[0].key, "interest|LM/U1/CNY|P|2023-12-21/2024-03-20|adjust-2");
    assert_eq!(account.segments(Part::Balance).product().unwrap(), 0);
}

/// I7: 0.05 % a day on what is overdrawn.
#[test]
fn an_overdraft_has_products_of_its_own() {
    let texts = [("2024-03-21", "-500.00"), ("2024-03-28", "1500.00")];
    for day_rate in ["0.05%/day", "5‱/day", "18.25%"] {
        let written =
            with(|written| written.overdraft = Some(Method::of("ACT/365F", &[("2000-01-01", day_rate)])));
        let found = figures(&written, "2024-03-21", "2024-04-17", &texts);
        let expect = [["20000.00", "0.11111", "0.11"], ["3500.00", "1.75000", "1.75"]];
        assert_eq!(found, expect.map(|row| row.map(str::to_owned)), "{day_rate}");
    }
    // Without rules for it, what is overdrawn earns and costs nothing.
    let found = figures(&deposit(), "2024-03-21", "2024-04-17", &texts);
    assert_eq!(found, [["20000.00", "0.11111", "0.11"].map(str::to_owned)]);
}

/// I10: 100 days of 9.00, 27.00 and 45.00 at 0.20 % are 0.005, 0.015 and 0.025, exactly.
#[test]
fn halves_are_rounded_by_the_rule_of_the_product() {
    #[track_caller]
    fn check(balance: &str, half_up: &str, half_even: &str) {
        for (rounding, expect) in [("half-up", half_up), ("half-even", half_even)] {
            let written = with(|written| written.interest.rounding = rounding);
            let found = figures(&written, "2024-01-01", "2024-04-10", &[("2024-01-01", balance)]);
            assert_eq!(found[0][2], expect, "{balance} {rounding}");
        }
    }
    check("9.00", "0.01", "0.00");
    check("27.00", "0.02", "0.02");
    check("45.00", "0.03", "0.02");
}

#[test]
fn an_explanation_has_the_rows_that_an_accountant_would_write() {
    let product = tiered("slices").read();
    let terms = terms(&product);
    let period = Period { from: day("2024-03-21"), to: day("2024-06-20") };
    let held = DayBalances::of(period.from, 0, moves(&I1)).unwrap();
    let explained = explain(&terms, period, &held).unwrap();
    let [one] = &explained[..] else { panic!("{explained:?}") };
    let rows: Vec<_> = one
        .rows
        .iter()
        .map(|row| {
            format!(
                "{}..{} {} {} {} {} {}",
                row.from, row.to, row.days, row.balance, row.counted, row.tier, row.product
            )
        })
        .collect();
    let expect = [
        "2024-03-21..2024-04-14 25 1000000 1000000 0 25000000",
        "2024-04-15..2024-05-09 25 1500000 1000000 0 25000000",
        "2024-04-15..2024-05-09 25 1500000 500000 1 12500000",
        "2024-05-10..2024-06-20 42 700000 700000 0 29400000",
    ];
    assert_eq!(rows, expect);
    let sums: Vec<_> = one
        .sums
        .iter()
        .map(|sum| {
            let (product, interest) = (sum.product.print(cny(), 2), sum.interest.print(cny(), 5));
            format!("{} {} {} {}", sum.rate, sum.year, product.unwrap(), interest.unwrap())
        })
        .collect();
    assert_eq!(sums, ["0.2% 360 794000.00 4.41111", "0.5% 360 125000.00 1.73611"]);
    assert_eq!((one.rounding, one.rounded, one.minimum), (Rounding::HalfUp, 615, None));
    let short = DayBalances::of(day("2024-03-22"), 0, []).unwrap();
    assert!(explain(&terms, period, &short).is_err());
}
