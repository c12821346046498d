//! What goes back, refund by refund.

use longmen_fees::FeeRefusal;
use longmen_ledger::{Amount, Currency};

use crate::rules::{fee, file_of, pay, shown};

/// Each refund of a payment of 100.00, or of the amount that stands first, with its legs.
#[test]
fn fees_go_back_by_what_was_refunded_in_all() {
    let by = |refund: &str, lines: &str| {
        fee(lines).replace("refund = \"proportional\"", &format!("refund = \"{refund}\""))
    };
    let two = fee("rate = \"0.6%\"") + &fee("rate = \"0.3%\"").replace("income", "second");
    let kept = fee("rate = \"0.6%\"") + &by("kept", "fixed = \"1.00\"").replace("income", "fixed");
    for (body, amount, refunds) in [
        // The channel's day of docs/CHANNELS.md: 40.00 of an amount at 0.6 % gives 0.24 back.
        (
            by("proportional", "rate = \"0.6%\""),
            "100.00",
            vec![
                ("40.00", "C payer 40.00, D payee 39.76, D income 0.24"),
                ("60.00", "C payer 60.00, D payee 59.64, D income 0.36"),
            ],
        ),
        // 0.01 of a fee is not given back three times.
        (
            by("proportional", "rate = \"0.6%\""),
            "1.50",
            vec![
                ("0.50", "C payer 0.50, D payee 0.50"),
                ("0.50", "C payer 0.50, D payee 0.49, D income 0.01"),
                ("0.50", "C payer 0.50, D payee 0.50"),
            ],
        ),
        // By its rate: 0.75 x 0.6 % = 0.0045 is nothing, 1.50 x 0.6 % = 0.009 is 0.01.
        (
            by("by_rate", "rate = \"0.6%\""),
            "1.50",
            vec![
                ("0.75", "C payer 0.75, D payee 0.75"),
                ("0.75", "C payer 0.75, D payee 0.74, D income 0.01"),
            ],
        ),
        // At its maximum the rate gives all of it back before the end.
        (
            by("by_rate", "rate = \"0.6%\"\nmaximum = \"0.30\""),
            "100.00",
            vec![
                ("40.00", "C payer 40.00, D payee 39.76, D income 0.24"),
                ("30.00", "C payer 30.00, D payee 29.94, D income 0.06"),
                ("30.00", "C payer 30.00, D payee 30.00"),
            ],
        ),
        (
            by("kept", "rate = \"0.6%\""),
            "100.00",
            vec![("40.00", "C payer 40.00, D payee 40.00"), ("60.00", "C payer 60.00, D payee 60.00")],
        ),
        (
            by("proportional", "rate = \"0.6%\"\nminimum = \"1.00\""),
            "100.00",
            vec![
                ("33.33", "C payer 33.33, D payee 33.00, D income 0.33"),
                ("33.33", "C payer 33.33, D payee 32.99, D income 0.34"),
                ("33.34", "C payer 33.34, D payee 33.01, D income 0.33"),
            ],
        ),
        (two, "100.00", vec![("40.00", "C payer 40.00, D payee 39.64, D income 0.24, D second 0.12")]),
        // What is kept the payee pays.
        (
            kept,
            "100.00",
            vec![
                ("50.00", "C payer 50.00, D payee 49.70, D income 0.30"),
                ("50.00", "C payer 50.00, D payee 49.70, D income 0.30"),
            ],
        ),
        (
            by("proportional", "rate = \"10%\"\ntax = { rate = \"6%\", to = \"vat\", place = \"on_top\" }"),
            "106.00",
            vec![
                ("53.00", "C payer 53.00, D payee 47.38, D income 5.30, D vat 0.32"),
                ("53.00", "C payer 53.00, D payee 47.38, D income 5.30, D vat 0.32"),
            ],
        ),
        (
            by("proportional", "rate = \"1%\"").replace("\"payee\"", "\"payer\""),
            "100.00",
            vec![("40.00", "C payer 40.40, D payee 40.00, D income 0.40")],
        ),
        (
            by("proportional", "rate = \"0.2%\"\ncost = \"expense\"").replace("\"payee\"", "\"house\""),
            "100.00",
            vec![("40.00", "C payer 40.00, D payee 40.00, C expense 0.08, D income 0.08")],
        ),
        // The last part of 1:1:1 is what is left of it.
        (
            ["a", "b", "c"].map(|to| format!("[[rule.share]]\nto = \"{to}\"\nshare = \"1\"\n")).concat(),
            "100.00",
            vec![
                ("0.01", "C payer 0.01, D a 0.01"),
                ("0.01", "C payer 0.01, D b 0.01"),
                ("0.02", "C payer 0.02, D a 0.01, D c 0.01"),
                ("99.96", "C payer 99.96, D a 33.32, D b 33.32, D c 33.32"),
            ],
        ),
        // All of it was a fee, and a part of that is kept.
        (
            by("kept", "rate = \"100%\""),
            "1.00",
            vec![("0.40", "C payer 0.40, D payee 0.40"), ("0.60", "C payer 0.60, D payee 0.60")],
        ),
    ] {
        let file = file_of("CNY", "half_up", &body);
        let cny = Currency::from_code("CNY").unwrap();
        let payment = pay(&file, amount).unwrap();
        let mut before = Amount(0);
        for (refund, expect) in refunds {
            let refund = cny.parse_amount(refund).unwrap();
            let found = payment.refund(refund, before).unwrap();
            assert_eq!(shown(cny, found.legs()), expect, "{body} {amount}");
            before.0 += refund.0;
        }
    }
}

#[test]
fn no_more_is_refunded_than_was_paid() {
    let file = file_of("CNY", "half_up", &fee("rate = \"0.6%\""));
    let payment = pay(&file, "100.00").unwrap();
    let above = |refunded| Some(FeeRefusal::RefundAboveAmount { refunded, amount: Amount(10_000) });
    for (refund, before, expect) in [
        (10_000, 0, None),
        (1, 9_999, None),
        (10_001, 0, above(10_001)),
        (1, 10_000, above(10_001)),
        (i64::MAX, i64::MAX, above(i128::from(i64::MAX) * 2)),
        (0, 0, Some(FeeRefusal::NotPositive)),
        (-1, 0, Some(FeeRefusal::NotPositive)),
        (1, -1, Some(FeeRefusal::NotPositive)),
        (i64::MIN, i64::MIN, Some(FeeRefusal::NotPositive)),
    ] {
        assert_eq!(payment.refund(Amount(refund), Amount(before)).err(), expect, "{refund} {before}");
    }
}
