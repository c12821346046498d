//! What an account's interest does at its edges, and what it refuses.

use longmen_interest::{AccountInterest, DayBalances, DueKind, Exact, Movement, Part, Refusal, Role};
use longmen_ledger::{Amount, Date};

use crate::written::{Method, Written, day, deposit, loan, terms};

const ACCOUNT: &str = "A";

fn opened(
    written: &Written,
    start: &str,
    opening: i128,
    test: impl FnOnce(&longmen_interest::Terms<'_>, AccountInterest),
) {
    let product = written.read();
    let terms = terms(&product);
    let account = AccountInterest::open(&terms, day(start), opening, None).unwrap();
    test(&terms, account);
}

/// Whatever is refused has changed nothing.
#[test]
fn what_cannot_be_reckoned_is_refused_and_changes_nothing() {
    opened(&deposit(), "2024-03-21", 1_000_000, |terms, mut account| {
        account.advance(terms, ACCOUNT, day("2024-05-10")).unwrap();
        account.enter(day("2024-05-20"), Amount(5)).unwrap();
        let before = account.clone();
        let held = |from: &str, opening| DayBalances::of(day(from), opening, []).unwrap();
        let good = held("2024-03-21", 1_000_000);
        let mut check = |refusal: Refusal, ask: &dyn Fn(&mut AccountInterest) -> Result<(), Refusal>| {
            assert_eq!(ask(&mut account), Err(refusal), "{}", refusal.code());
            assert_eq!(account, before, "{}", refusal.code());
        };
        let back = |account: &mut AccountInterest, from: &str, held: &DayBalances| {
            account.back_value(terms, ACCOUNT, &[(day(from), Amount(1))], held).map(|_| ())
        };
        check(Refusal::BackValued(day("2024-05-10")), &|account| account.enter(day("2024-05-10"), Amount(1)));
        check(Refusal::AlreadyFolded(day("2024-05-10")), &|account| {
            account.advance(terms, ACCOUNT, day("2024-05-10")).map(|_| ())
        });
        check(Refusal::NotFolded(day("2024-05-12")), &|account| {
            account.close(terms, ACCOUNT, day("2024-05-12")).map(|_| ())
        });
        check(Refusal::AlreadyFolded(day("2024-05-10")), &|account| {
            account.close(terms, ACCOUNT, day("2024-05-10")).map(|_| ())
        });
        check(Refusal::MovementsAhead(day("2024-05-20")), &|account| {
            account.close(terms, ACCOUNT, day("2024-05-11")).map(|_| ())
        });
        check(Refusal::NotBackValued(day("2024-05-11")), &|account| back(account, "2024-05-11", &good));
        check(Refusal::BeforeStart(day("2024-03-21")), &|account| back(account, "2024-03-20", &good));
        check(Refusal::HistoryMissing(day("2024-03-21")), &|account| {
            back(account, "2024-05-01", &held("2024-03-22", 1_000_000))
        });
        check(Refusal::HistoryDiffers, &|account| {
            back(account, "2024-05-01", &held("2024-03-21", 1_000_001))
        });
        // The same at the end, but not on the way.
        let other = [(day("2024-04-01"), Amount(1)), (day("2024-04-02"), Amount(-1))];
        let other = DayBalances::of(day("2024-03-21"), 1_000_000, other).unwrap();
        check(Refusal::HistoryDiffers, &|account| back(account, "2024-05-01", &other));
    });
}

#[test]
fn figures_beyond_their_bounds_are_refused() {
    let far = i128::MAX / 2;
    opened(&deposit(), "2024-03-21", far, |terms, mut account| {
        let before = account.clone();
        assert_eq!(account.advance(terms, ACCOUNT, day("2024-03-24")), Err(Refusal::Overflow));
        assert_eq!(account, before);
    });
    // The product fits, and its interest does not.
    opened(&deposit(), "2024-03-21", far / 100, |terms, mut account| {
        account.advance(terms, ACCOUNT, day("2024-04-21")).unwrap();
        assert_eq!(account.earned(terms, Part::Balance), Err(Refusal::Overflow));
        let before = account.clone();
        assert_eq!(account.advance(terms, ACCOUNT, day("2024-06-20")), Err(Refusal::Overflow));
        assert_eq!(account, before);
    });
    // The interest is exact, and no amount of a leg.
    let dear = Written { interest: Method::of("ACT/360", &[("2000-01-01", "1000%")]), ..deposit() };
    opened(&dear, "2024-03-21", i64::MAX.into(), |terms, mut account| {
        account.advance(terms, ACCOUNT, day("2024-06-19")).unwrap();
        assert!(account.earned(terms, Part::Balance).is_ok());
        assert_eq!(account.advance(terms, ACCOUNT, day("2024-06-20")), Err(Refusal::Overflow));
    });
    // The largest balance that a leg can make, for 50 years at 20 %, fits where years differ.
    let usual = Written {
        settles: "close".to_owned(),
        interest: Method::of("ACT/ACT ISDA", &[("1970-01-01", "20%")]),
        ..deposit()
    };
    opened(&usual, "1970-01-01", 1_000_000_000_000_000, |terms, mut account| {
        account.advance(terms, ACCOUNT, day("2019-12-31")).unwrap();
        assert_eq!(account.earned(terms, Part::Balance).unwrap().fraction(), (10_000_000_000_000_000, 1));
    });
}

#[test]
fn dates_without_rates_and_without_days_after_are_refused() {
    let late = Written { interest: Method::of("ACT/360", &[("2024-04-01", "0.2%")]), ..deposit() };
    opened(&late, "2024-03-21", 0, |terms, mut account| {
        // Nothing needs no rate.
        account.advance(terms, ACCOUNT, day("2024-03-25")).unwrap();
        account.enter(day("2024-03-26"), Amount(1)).unwrap();
        let refused = account.advance(terms, ACCOUNT, day("2024-04-02"));
        assert_eq!(refused, Err(Refusal::NoRate(day("2024-03-26"))));
    });
    opened(&deposit(), "9999-12-21", 100, |terms, mut account| {
        assert_eq!(account.advance(terms, ACCOUNT, Date::LAST), Err(Refusal::NoDayAfter(Date::LAST)));
        assert!(account.advance(terms, ACCOUNT, day("9999-12-30")).is_ok());
    });
}

#[test]
fn a_rate_that_is_gone_or_new_in_the_past_is_seen() {
    let two = |second| Written {
        interest: Method::of("ACT/360", &[("2000-01-01", "0.2%"), (second, "0.3%")]),
        ..deposit()
    };
    let [product, gone] = [two("2024-04-01"), two("2024-05-01")].map(|written| written.read());
    let terms_then = terms(&product);
    let mut account = AccountInterest::open(&terms_then, day("2024-03-21"), 100, None).unwrap();
    account.advance(&terms_then, ACCOUNT, day("2024-04-10")).unwrap();
    let terms_now = terms(&gone);
    assert_eq!(account.earned(&terms_now, Part::Balance), Err(Refusal::HistoryDiffers));
    let held = DayBalances::of(day("2024-03-21"), 100, []).unwrap();
    let moved = [(day("2024-04-05"), Amount(1))];
    assert_eq!(account.back_value(&terms_now, ACCOUNT, &moved, &held), Err(Refusal::HistoryDiffers));
}

#[test]
fn a_maturity_does_not_count_and_ends_the_account() {
    let product = Written { settles: "maturity".to_owned(), ..loan("ACT/365F") }.read();
    let terms = terms(&product);
    let start = day("2024-01-15");
    for wrong in [None, Some(start), Some(day("2024-01-14"))] {
        assert_eq!(AccountInterest::open(&terms, start, 0, wrong), Err(Refusal::Maturity));
    }
    let mut account = AccountInterest::open(&terms, start, 10_000_000, Some(day("2024-07-15"))).unwrap();
    let dues = account.advance(&terms, ACCOUNT, day("2024-12-31")).unwrap();
    let found: Vec<_> =
        dues.iter().map(|due| (due.kind, due.amount.0, due.debit, due.credit, due.date)).collect();
    let on = day("2024-07-15");
    let expect = [
        (DueKind::Accrue, 216_904, Role::Receivable, Role::Income, day("2024-07-14")),
        (DueKind::Capitalise, 216_904, Role::Account, Role::Receivable, on),
    ];
    assert_eq!(found, expect);
    assert!(account.has_ended());
    let ended = Refusal::Ended(day("2024-07-14"));
    assert_eq!(account.advance(&terms, ACCOUNT, day("2024-12-31")), Err(ended));
    assert_eq!(account.enter(day("2024-12-31"), Amount(1)), Err(ended));
    assert_eq!(account.close(&terms, ACCOUNT, on), Err(ended));
    // A movement of then still has its adjustment.
    let held = DayBalances::of(start, 10_000_000, []).unwrap();
    let dues =
        account.back_value(&terms, ACCOUNT, &[(day("2024-07-05"), Amount(-1_000_000))], &held).unwrap();
    assert_eq!((dues[0].kind, dues[0].amount), (DueKind::Adjust, Amount(1_192)));
    assert_eq!((dues[0].debit, dues[0].credit), (Role::Income, Role::Account));
    let product = deposit().read();
    let terms = crate::written::terms(&product);
    assert_eq!(AccountInterest::open(&terms, start, 0, Some(on)), Err(Refusal::Maturity));
}

#[test]
fn what_rounds_to_nothing_is_cleared_or_carried() {
    for (remainder, second) in [("clear", None), ("carry", Some(1))] {
        let mut written = deposit();
        written.interest.remainder = remainder;
        // 4.49: 0.00229 and 0.00459 are 0.00, and 0.00686 after three quarters is 0.01.
        opened(&written, "2024-03-21", 449, |terms, mut account| {
            assert_eq!(account.advance(terms, ACCOUNT, day("2024-06-20")).unwrap(), []);
            assert_eq!(account.carried(Part::Balance) == Exact::ZERO, remainder == "clear");
            let mut closed = account.clone();
            assert_eq!(closed.close(terms, ACCOUNT, day("2024-06-21")).unwrap(), []);
            assert_eq!(closed.carried(Part::Balance), Exact::ZERO);
            assert_eq!(account.advance(terms, ACCOUNT, day("2024-09-20")).unwrap(), []);
            let dues = account.advance(terms, ACCOUNT, day("2024-12-20")).unwrap();
            let paid = dues.iter().find(|due| due.kind == DueKind::Capitalise).map(|due| due.amount.0);
            assert_eq!(paid, second, "{remainder}");
            assert_eq!(account.carried(Part::Balance), Exact::ZERO);
        });
    }
}

#[test]
fn a_minimum_is_charged_where_anything_is() {
    let with_minimum = |minimum| {
        let mut written = deposit();
        written.settles = "monthly 31".to_owned();
        written.overdraft =
            Some(Method { minimum, ..Method::of("ACT/365F", &[("2000-01-01", "0.05%/day")]) });
        written
    };
    for (minimum, balance, charged) in
        [(100, -50_000, 775), (1_000, -50_000, 1_000), (1_000, -1, 1_000), (1_000, 0, 0), (1_000, 5, 0)]
    {
        opened(&with_minimum(minimum), "2024-03-01", balance, |terms, mut account| {
            let dues = account.advance(terms, ACCOUNT, day("2024-03-31")).unwrap();
            let overdraft: Vec<_> =
                dues.iter().map(|due| (due.kind, due.amount.0, due.debit, due.credit)).collect();
            let expect = [
                (DueKind::AccrueOverdraft, charged, Role::Receivable, Role::Income),
                (DueKind::ChargeOverdraft, charged, Role::Account, Role::Receivable),
            ];
            assert_eq!(overdraft, expect[..if charged > 0 { 2 } else { 0 }], "{minimum} {balance}");
        });
    }
}

#[test]
fn reversals_count_from_where_the_product_says() {
    let reversal = Movement {
        booked: day("2024-05-20"),
        value: day("2024-05-21"),
        amount: Amount(-100),
        reverses: Some(day("2024-05-01")),
    };
    let payment = Movement { reverses: None, ..reversal };
    for (rule, of_reversal) in [("value-date", "2024-05-01"), ("accounting-date", "2024-05-20")] {
        let product = Written { reversals: rule, ..deposit() }.read();
        assert_eq!(terms(&product).counts_from(&reversal), day(of_reversal));
        assert_eq!(terms(&product).counts_from(&payment), day("2024-05-21"));
        let start = day("2024-03-21");
        let held = DayBalances::of_movements(&terms(&product), start, 300, &[payment, reversal]).unwrap();
        assert_eq!(held.at(day("2024-05-20")), Some(200));
        assert_eq!(held.at(day("2024-05-21")), Some(100));
        assert_eq!(held.at(day("2024-05-19")), Some(if rule == "value-date" { 200 } else { 300 }));
        assert_eq!(held.at(day("2024-03-20")), None);
        let early = DayBalances::of_movements(&terms(&product), day("2024-05-21"), 0, &[payment, reversal]);
        assert_eq!(early, Err(Refusal::BeforeStart(day("2024-05-21"))));
    }
}

#[test]
fn closing_on_the_day_of_opening_or_behind_a_settlement_pays_nothing_more() {
    opened(&deposit(), "2024-03-21", 1_000_000, |terms, mut account| {
        assert_eq!(account.clone().close(terms, ACCOUNT, day("2024-03-21")).unwrap(), []);
        account.advance(terms, ACCOUNT, day("2024-06-20")).unwrap();
        assert_eq!(account.close(terms, ACCOUNT, day("2024-06-21")).unwrap(), []);
        assert!(account.has_ended());
        assert_eq!(account.paid(Part::Balance), 511);
    });
}

/// Interest goes to another account, and nothing into this one.
#[test]
fn interest_is_paid_to_the_account_that_the_product_names() {
    let written = Written { pay_to: Some("2241"), ..deposit() };
    let product = written.read();
    assert_eq!(product.account(Role::PayTo), Some("2241"));
    opened(&written, "2024-03-21", 1_000_000, |terms, mut account| {
        let dues = account.advance(terms, ACCOUNT, day("2024-09-20")).unwrap();
        let kinds: Vec<_> = dues.iter().map(|due| (due.kind, due.credit)).collect();
        let of_quarter = [(DueKind::Accrue, Role::Payable), (DueKind::Pay, Role::PayTo)];
        assert_eq!(kinds, [of_quarter, of_quarter].concat());
    });
}

/// A million of them are to be kept.
#[test]
fn an_account_is_small_when_it_is_written_down() {
    opened(&deposit(), "2024-03-21", 1_000_000, |terms, mut account| {
        account.advance(terms, ACCOUNT, day("2024-04-30")).unwrap();
        let bytes = rmp_serde::to_vec(&account).unwrap();
        assert!(bytes.len() <= 96, "{} bytes", bytes.len());
        assert!(size_of::<AccountInterest>() <= 320, "{}", size_of::<AccountInterest>());
        assert!(rmp_serde::from_slice::<AccountInterest>(&bytes[..bytes.len() - 1]).is_err());
    });
}
