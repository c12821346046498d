//! Random rules against a naive model: fractions as they are learnt at school, and what must hold of every payment.

use longmen_fees::{Payment, RuleFile};
use longmen_ledger::Side;
use proptest::prelude::*;

use crate::rules::{file_of, minor, sum_of};

/// A fee, as a test draws it.
#[derive(Clone, Debug)]
struct Drawn {
    paid_by: &'static str,
    refund: &'static str,
    /// Hundredths of a percent.
    rate: u64,
    fixed: u64,
    minimum: Option<u64>,
    maximum: Option<u64>,
    tax: Option<(u64, &'static str)>,
}

const ROUNDINGS: [&str; 4] = ["half_up", "half_even", "up", "down"];

fn drawn() -> impl Strategy<Value = Drawn> {
    let bounds = (proptest::option::of(0_u64..50), proptest::option::of(50_u64..500));
    let tax = proptest::option::of((0_u64..2_000, prop_oneof![Just("inside"), Just("on_top")]));
    let words = (
        prop_oneof![Just("payee"), Just("payee"), Just("payer"), Just("house")],
        prop_oneof![Just("proportional"), Just("proportional"), Just("kept")],
    );
    (words, 0_u64..1_500, 0_u64..20, bounds, tax).prop_map(
        |((paid_by, refund), rate, fixed, (minimum, maximum), tax)| Drawn {
            paid_by,
            refund,
            rate,
            fixed,
            minimum,
            maximum,
            tax,
        },
    )
}

fn written(fees: &[Drawn], shares: &[u64]) -> String {
    let cents = |minor: u64| format!("{}.{:02}", minor / 100, minor % 100);
    let mut text = String::new();
    for (at, fee) in fees.iter().enumerate() {
        text += &format!("[[rule.fee]]\nname = \"f{at}\"\npaid_by = \"{}\"\nto = \"f{at}\"\n", fee.paid_by);
        text += &format!(
            "refund = \"{}\"\nrate = \"{}%\"\nfixed = \"{}\"\n",
            fee.refund,
            cents(fee.rate),
            cents(fee.fixed)
        );
        for (key, bound) in [("minimum", fee.minimum), ("maximum", fee.maximum)] {
            text += &bound.map(|bound| format!("{key} = \"{}\"\n", cents(bound))).unwrap_or_default();
        }
        if let Some((rate, place)) = fee.tax {
            text +=
                &format!("tax = {{ rate = \"{}%\", to = \"t{at}\", place = \"{place}\" }}\n", cents(rate));
        }
        if fee.paid_by == "house" {
            text += "cost = \"cost\"\n";
        }
    }
    for (at, share) in shares.iter().enumerate() {
        text += &format!("[[rule.share]]\nto = \"s{at}\"\nshare = \"{share}\"\n");
    }
    text
}

/// The whole number that a fraction is rounded to, by comparing it with every one near it.
fn rounded(rounding: &str, parts: i128, of: i128) -> i128 {
    let near = (parts / of)..=(parts / of + 1);
    let distance = |whole: &i128| (whole * of - parts).abs();
    match rounding {
        "down" => near.filter(|whole| whole * of <= parts).max(),
        "up" => near.filter(|whole| whole * of >= parts).min(),
        "half_up" => near.min_by_key(|whole| (distance(whole), -whole)),
        _ => near.min_by_key(|whole| (distance(whole), whole % 2)),
    }
    .unwrap()
}

/// What is paid for a fee, and what of it is tax.
fn naive_charge(fee: &Drawn, amount: i128, rounding: &str) -> (i128, i128) {
    let exact = i128::from(fee.fixed) * 10_000 + amount * i128::from(fee.rate);
    let mut charge = rounded(rounding, exact, 10_000);
    charge = charge.max(fee.minimum.map_or(charge, i128::from));
    charge = charge.min(fee.maximum.map_or(charge, i128::from));
    match fee.tax.map(|(rate, place)| (i128::from(rate), place)) {
        None => (charge, 0),
        Some((rate, "inside")) => (charge, rounded(rounding, charge * rate, 10_000 + rate)),
        Some((rate, _)) => {
            let tax = rounded(rounding, charge * rate, 10_000);
            (charge + tax, tax)
        }
    }
}

/// What went to an account, or came from it, on the side of who gets something of a payment.
fn got(payment: &Payment<'_>, account: &str) -> i128 {
    sum_of(payment.legs(), account, Side::Credit).into()
}

fn check_payment(
    file: &RuleFile,
    fees: &[Drawn],
    shares: &[u64],
    amount: u64,
    rounding: &str,
) -> Result<bool, TestCaseError> {
    let charges: Vec<(i128, i128)> =
        fees.iter().map(|fee| naive_charge(fee, amount.into(), rounding)).collect();
    let sum = |who: &str| -> i128 {
        fees.iter().zip(&charges).filter(|(fee, _)| fee.paid_by == who).map(|(_, (gross, _))| gross).sum()
    };
    let left = i128::from(amount) - sum("payee");
    let found = file.rules()[0].payment(minor(amount));
    let Ok(payment) = found else {
        prop_assert!(left < 0);
        prop_assert_eq!(found.unwrap_err().code(), "fee_above_amount");
        return Ok(false);
    };
    prop_assert_eq!(payment.fees(), sum("payee") + sum("payer"));
    prop_assert_eq!(
        i128::from(sum_of(payment.legs(), "payer", Side::Debit)),
        i128::from(amount) + sum("payer")
    );
    prop_assert_eq!(i128::from(sum_of(payment.legs(), "cost", Side::Debit)), sum("house"));
    for (at, (gross, tax)) in charges.iter().enumerate() {
        prop_assert_eq!(got(&payment, &format!("f{at}")), gross - tax);
        prop_assert_eq!(got(&payment, &format!("t{at}")), *tax);
    }
    if shares.is_empty() {
        prop_assert_eq!(got(&payment, "payee"), left);
    }
    let total: i128 = shares.iter().copied().map(i128::from).sum();
    for (at, share) in shares.iter().enumerate() {
        // Less than one minor unit from the exact share.
        let apart = got(&payment, &format!("s{at}")) * total - left * i128::from(*share);
        prop_assert!(apart.abs() < total, "s{} is {} of {} apart", at, apart, total);
    }
    prop_assert!(payment.legs().all(|leg| leg.amount.0 > 0));
    Ok(true)
}

/// Refunds at these cuts, and the rest: nothing is negative, nothing depends on the cuts, and in the end all has gone back
/// but what is kept, which those pay who got what was left.
fn check_refunds(
    payment: &Payment<'_>,
    fees: &[Drawn],
    amount: u64,
    cuts: &[u64],
) -> Result<(), TestCaseError> {
    let mut cuts: Vec<u64> = cuts.iter().map(|cut| cut % (amount + 1)).chain([0, amount]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut back: Vec<(String, Side, i64)> = Vec::new();
    for pair in cuts.windows(2) {
        let refund = payment.refund(minor(pair[1] - pair[0]), minor(pair[0])).unwrap();
        let to_here = payment.refund(minor(pair[1]), minor(0)).unwrap();
        for leg in refund.legs() {
            prop_assert!(leg.amount.0 > 0);
            match back.iter_mut().find(|(account, side, _)| *account == *leg.account && *side == leg.side) {
                Some((.., sum)) => *sum += leg.amount.0,
                None => back.push((leg.account.to_owned(), leg.side, leg.amount.0)),
            }
        }
        for (account, side, sum) in &back {
            prop_assert_eq!(
                sum_of(to_here.legs(), account, *side),
                *sum,
                "{} does not depend on cuts",
                account
            );
        }
    }
    let in_all = |account: &str, side| -> i64 {
        back.iter().filter(|(known, at, _)| known == account && *at == side).map(|(.., sum)| sum).sum()
    };
    for leg in payment.legs() {
        let fee = fees
            .iter()
            .enumerate()
            .find(|(at, _)| [format!("f{at}"), format!("t{at}")].contains(&leg.account.to_owned()));
        let gone = in_all(leg.account, leg.side.opposite());
        match fee {
            Some((_, fee)) if fee.refund == "kept" => prop_assert_eq!(gone, 0),
            Some(_) => prop_assert_eq!(gone, leg.amount.0),
            None if fees.iter().all(|fee| fee.refund != "kept") => prop_assert_eq!(gone, leg.amount.0),
            None => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(20), ..ProptestConfig::default() })]

    #[test]
    fn payments_and_refunds_as_the_model_has_them(
        fees in proptest::collection::vec(drawn(), 0..4),
        shares in proptest::collection::vec(1_u64..100, 0..5),
        amount in prop_oneof![1_u64..40, 1_u64..20_000, 1_u64..1_000_000_000_000],
        cuts in proptest::collection::vec(any::<u64>(), 0..6),
        rounding in 0_usize..4,
    ) {
        let rounding = ROUNDINGS[rounding];
        let file = file_of("CNY", rounding, &written(&fees, &shares));
        if check_payment(&file, &fees, &shares, amount, rounding)? {
            let payment = file.rules()[0].payment(minor(amount)).unwrap();
            check_refunds(&payment, &fees, amount, &cuts)?;
        }
    }

    /// Minor unit by minor unit, so that every step of every figure is seen.
    #[test]
    fn small_refunds_are_never_negative(
        fees in proptest::collection::vec(drawn(), 1..4),
        shares in proptest::collection::vec(1_u64..100, 0..5),
        amount in 60_u64..300,
        rounding in 0_usize..4,
    ) {
        let file = file_of("CNY", ROUNDINGS[rounding], &written(&fees, &shares));
        if let Ok(payment) = file.rules()[0].payment(minor(amount)) {
            check_refunds(&payment, &fees, amount, &(0..amount).collect::<Vec<_>>())?;
        }
    }

    /// Of a larger amount no fee is less, where the tariff has no bands of the whole amount.
    #[test]
    fn fees_grow_with_amounts(fee in drawn(), one in 1_u64..100_000, more in 0_u64..100_000, rounding in 0_usize..4) {
        let fee = Drawn { paid_by: "payer", ..fee };
        let file = file_of("CNY", ROUNDINGS[rounding], &written(&[fee], &[]));
        let fees = |amount| file.rules()[0].payment(minor(amount)).unwrap().fees();
        prop_assert!(fees(one) <= fees(one + more));
    }

    /// A fee that goes back by its rate: what has gone back is the rounded rate of what was refunded, and in the end the fee.
    #[test]
    fn by_rate_is_the_fee_on_what_was_refunded(
        rate in 0_u64..=10_000,
        maximum in proptest::option::of(1_u64..400),
        amount in 1_u64..400,
        rounding in 0_usize..4,
    ) {
        let rounding = ROUNDINGS[rounding];
        let fee = Drawn { paid_by: "payee", refund: "by_rate", rate, fixed: 0, minimum: None, maximum, tax: None };
        let text = written(&[fee], &[]).replace("fixed = \"0.00\"\n", "");
        let file = file_of("CNY", rounding, &text);
        let payment = file.rules()[0].payment(minor(amount)).unwrap();
        let mut given = 0;
        for before in 0..amount {
            let refund = payment.refund(minor(1), minor(before)).unwrap();
            given += sum_of(refund.legs(), "f0", Side::Debit);
            let exact = rounded(rounding, i128::from(before + 1) * i128::from(rate), 10_000);
            prop_assert_eq!(i128::from(given), exact.min(payment.fees()));
        }
        prop_assert_eq!(i128::from(given), payment.fees());
    }
}
