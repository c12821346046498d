//! What amounts come to, figure by figure.

use longmen_fees::FeeRefusal;
use longmen_ledger::{Amount, Currency};

use crate::rules::{fee, file_of, pay, shown};

/// Tariffs, roundings and what the fee of an amount is, or the code of a refusal.
#[test]
fn every_tariff_at_its_edges() {
    let bands = |kind: &str, bands: &[&str]| {
        let bands = bands.iter().map(|band| format!("[[rule.fee.band]]\n{band}\n"));
        format!("bands = \"{kind}\"\n{}", bands.collect::<String>())
    };
    let slices = bands(
        "slices",
        &["up_to = \"1000.00\"\nrate = \"1%\"", "up_to = \"5000.00\"\nrate = \"0.5%\"", "rate = \"0.1%\""],
    );
    let whole = bands(
        "whole",
        &["up_to = \"1000.00\"\nrate = \"1%\"", "up_to = \"5000.00\"\nrate = \"0.5%\"", "rate = \"0.1%\""],
    );
    // A transfer to another bank (跨行转账).
    let transfer = format!(
        "maximum = \"50.00\"\n{}",
        bands(
            "whole",
            &[
                "up_to = \"2000.00\"\nfixed = \"2.00\"",
                "up_to = \"5000.00\"\nfixed = \"5.00\"",
                "up_to = \"10000.00\"\nfixed = \"10.00\"",
                "up_to = \"50000.00\"\nfixed = \"15.00\"",
                "rate = \"0.03%\"",
            ]
        )
    );
    let rate = "rate = \"0.6%\"";
    for (lines, rounding, amount, expect) in [
        (rate, "half_up", "100.00", "0.60"),
        (rate, "half_up", "0.01", "0.00"),
        (rate, "half_up", "0.83", "0.00"),
        (rate, "half_up", "0.84", "0.01"),
        (rate, "up", "0.01", "0.01"),
        (rate, "down", "1.66", "0.00"),
        (rate, "down", "1.67", "0.01"),
        // 2.50 x 0.6% = 0.015, in the middle of two.
        (rate, "half_up", "2.50", "0.02"),
        (rate, "half_even", "2.50", "0.02"),
        (rate, "up", "2.50", "0.02"),
        (rate, "down", "2.50", "0.01"),
        // 7.50 x 0.6% = 0.045
        (rate, "half_up", "7.50", "0.05"),
        (rate, "half_even", "7.50", "0.04"),
        ("rate = \"0.38%\"", "half_up", "19.95", "0.08"),
        ("rate = \"0\"", "up", "100.00", "0.00"),
        ("rate = \"100%\"", "half_up", "12.34", "12.34"),
        ("fixed = \"0.50\"", "half_up", "0.50", "0.50"),
        ("fixed = \"0.50\"", "half_up", "0.49", "fee_above_amount"),
        ("fixed = \"0.30\"\nrate = \"2.9%\"", "half_up", "10.00", "0.59"),
        ("rate = \"0.6%\"\nminimum = \"0.10\"", "half_up", "1.00", "0.10"),
        ("rate = \"0.6%\"\nminimum = \"0.10\"", "half_up", "16.67", "0.10"),
        ("rate = \"0.6%\"\nminimum = \"0.10\"", "half_up", "17.50", "0.11"),
        ("rate = \"0.6%\"\nminimum = \"0.10\"", "half_up", "0.09", "fee_above_amount"),
        ("rate = \"0.6%\"\nmaximum = \"26.00\"", "half_up", "4333.33", "26.00"),
        ("rate = \"0.6%\"\nmaximum = \"26.00\"", "half_up", "90000.00", "26.00"),
        ("rate = \"0.6%\"\nmaximum = \"0.00\"", "half_up", "90000.00", "0.00"),
        ("rate = \"0.6%\"\nminimum = \"1.00\"\nmaximum = \"1.00\"", "half_up", "500.00", "1.00"),
        (&slices, "half_up", "1000.00", "10.00"),
        (&slices, "half_up", "1000.01", "10.00"),
        (&slices, "half_up", "1001.00", "10.01"),
        (&slices, "half_up", "5000.00", "30.00"),
        (&slices, "half_up", "6000.00", "31.00"),
        (&slices, "half_up", "0.50", "0.01"),
        (&whole, "half_up", "1000.00", "10.00"),
        (&whole, "half_up", "1000.01", "5.00"),
        (&whole, "half_up", "5000.00", "25.00"),
        (&whole, "half_up", "5000.01", "5.00"),
        (&transfer, "half_up", "2000.00", "2.00"),
        (&transfer, "half_up", "2000.01", "5.00"),
        (&transfer, "half_up", "10000.00", "10.00"),
        (&transfer, "half_up", "50000.00", "15.00"),
        (&transfer, "half_up", "50000.01", "15.00"),
        (&transfer, "half_up", "100000.00", "30.00"),
        (&transfer, "half_up", "200000.00", "50.00"),
        (rate, "half_up", "0", "not_positive"),
        (rate, "half_up", "-1.00", "not_positive"),
        (rate, "half_up", "92233720368547758.07", "553402322211286.55"),
    ] {
        let file = file_of("CNY", rounding, &fee(lines));
        let found =
            pay(&file, amount).map(|payment| Currency::from_code("CNY").unwrap().print(payment.fees()));
        let found = found.unwrap_or_else(|refusal| refusal.code().to_owned());
        assert_eq!(found, expect, "{lines} {rounding} {amount}");
    }
}

/// Who pays, taxes, and several receivers: legs of whole rules.
#[test]
fn every_bearer_tax_and_split_has_its_legs() {
    let payee = |lines: &str| fee(&format!("rate = \"0.6%\"\n{lines}"));
    let on_top = "[[rule.fee]]\nname = \"service\"\npaid_by = \"payer\"\nto = \"income\"\nrate = \"1%\"\nrefund = \"kept\"\n";
    let house = "[[rule.fee]]\nname = \"channel\"\npaid_by = \"house\"\ncost = \"expense\"\nto = \"payable\"\nrate = \"0.2%\"\nrefund = \"proportional\"\n";
    let shares = |shares: &[(&str, &str)]| {
        let shares =
            shares.iter().map(|(to, share)| format!("[[rule.share]]\nto = \"{to}\"\nshare = \"{share}\"\n"));
        shares.collect::<String>()
    };
    for (currency, body, amount, expect) in [
        ("CNY", String::new(), "100.00", "D payer 100.00, C payee 100.00"),
        ("CNY", payee(""), "100.00", "D payer 100.00, C payee 99.40, C income 0.60"),
        ("CNY", payee(""), "0.50", "D payer 0.50, C payee 0.50"),
        ("JPY", payee(""), "1000", "D payer 1000, C payee 994, C income 6"),
        ("BHD", payee(""), "1.000", "D payer 1.000, C payee 0.994, C income 0.006"),
        ("CNY", on_top.to_owned(), "100.00", "D payer 101.00, C payee 100.00, C income 1.00"),
        // A top-up by way of UnionPay, whose cost is ours (充值).
        ("CNY", house.to_owned(), "100.00", "D payer 100.00, C payee 100.00, D expense 0.20, C payable 0.20"),
        (
            "CNY",
            payee("") + on_top + house,
            "100.00",
            "D payer 101.00, C payee 99.40, C income 1.60, D expense 0.20, C payable 0.20",
        ),
        (
            "CNY",
            fee("rate = \"10%\"\ntax = { rate = \"6%\", to = \"vat\", place = \"inside\" }"),
            "106.00",
            "D payer 106.00, C payee 95.40, C income 10.00, C vat 0.60",
        ),
        (
            "CNY",
            fee("rate = \"10%\"\ntax = { rate = \"6%\", to = \"vat\", place = \"on_top\" }"),
            "106.00",
            "D payer 106.00, C payee 94.76, C income 10.60, C vat 0.64",
        ),
        // The house has a fee of 0.6 % and pays tax out of it, 0.60 x 6 / 106 = 0.034.
        (
            "CNY",
            payee("tax = { rate = \"6%\", to = \"vat\", place = \"inside\" }"),
            "100.00",
            "D payer 100.00, C payee 99.40, C income 0.57, C vat 0.03",
        ),
        (
            "CNY",
            shares(&[("a", "1"), ("b", "1"), ("c", "1")]),
            "100.00",
            "D payer 100.00, C a 33.34, C b 33.33, C c 33.33",
        ),
        (
            "CNY",
            shares(&[("a", "70"), ("b", "20"), ("c", "10")]),
            "100.01",
            "D payer 100.01, C a 70.01, C b 20.00, C c 10.00",
        ),
        (
            "CNY",
            shares(&[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")]),
            "0.05",
            "D payer 0.05, C a 0.02, C b 0.01, C c 0.01, C d 0.01",
        ),
        ("CNY", shares(&[("a", "0.000001"), ("b", "1000000")]), "0.01", "D payer 0.01, C b 0.01"),
        ("CNY", shares(&[("a", "33.5"), ("b", "66.5")]), "1.00", "D payer 1.00, C a 0.34, C b 0.66"),
        (
            "CNY",
            format!("remainder_to = \"c\"\n{}", shares(&[("a", "1"), ("b", "1"), ("c", "1")])),
            "0.05",
            "D payer 0.05, C a 0.01, C b 0.01, C c 0.03",
        ),
        (
            "CNY",
            format!("remainder_to = \"rest\"\n{}", shares(&[("a", "1"), ("b", "1"), ("c", "1")])),
            "0.05",
            "D payer 0.05, C a 0.01, C b 0.01, C c 0.01, C rest 0.02",
        ),
        (
            "CNY",
            payee("") + &shares(&[("payee", "90"), ("agent", "10")]),
            "100.00",
            "D payer 100.00, C payee 89.46, C agent 9.94, C income 0.60",
        ),
    ] {
        let file = file_of(currency, "half_up", &body);
        let payment = pay(&file, amount).unwrap();
        assert_eq!(shown(Currency::from_code(currency).unwrap(), payment.legs()), expect, "{body}");
        assert_eq!(file.rules()[0].payment(Amount(0)), Err(FeeRefusal::NotPositive));
    }
}

#[test]
fn figures_tell_how_they_came_to_be() {
    let body = fee("rate = \"0.6%\"\ntax = { rate = \"6%\", to = \"vat\", place = \"inside\" }")
        + "[[rule.share]]\nto = \"shop\"\nshare = \"70\"\n[[rule.share]]\nto = \"agent\"\nshare = \"30\"\n";
    let file = file_of("CNY", "half_up", &body);
    let payment = pay(&file, "123.45").unwrap();
    let cny = Currency::from_code("CNY").unwrap();
    let rows = |explained: Vec<longmen_fees::Explained<'_>>| -> Vec<String> {
        let row = |row: longmen_fees::Explained<'_>| {
            format!("{} ({}) {}: {}", row.what, row.account, cny.print(row.amount.0.into()), row.how)
        };
        explained.into_iter().map(row).collect()
    };
    assert_eq!(
        rows(payment.explained()),
        [
            "fee (income) 0.70: 123.45 x 0.6% = 0.7407, half_up; 0.74 less tax",
            "tax in fee (vat) 0.04: 0.74 x 6% / (100% + 6%)",
            "share of shop (shop) 85.90: 122.71 x 70 / (70 + 30)",
            "share of agent (agent) 36.81: 122.71 x 30 / (70 + 30)",
        ]
    );
    let refund = payment.refund(Amount(4_000), Amount(2_000)).unwrap();
    assert_eq!(
        rows(refund.explained()),
        [
            "fee (income) 0.23: 0.74 x 60.00 / 123.45 = 0.36, less 0.12 given back before; less tax",
            "tax in fee (vat) 0.01: as much of the tax as 0.36 is of 0.74",
            "share of shop (shop) 27.83: 40.00 less fees given back",
            "share of agent (agent) 11.93: 40.00 less fees given back",
        ]
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let most = i64::MAX;
    let top = |rate: &str| {
        file_of(
            "CNY",
            "up",
            &format!(
                "[[rule.fee]]\nname = \"f\"\npaid_by = \"payer\"\nto = \"i\"\nrefund = \"kept\"\n{rate}\n"
            ),
        )
    };
    for (lines, amount, expect) in [
        ("rate = \"100%\"", most / 2, None),
        ("rate = \"100%\"", most / 2 + 1, Some(FeeRefusal::TooLarge)),
        ("rate = \"0.00000001%\"", most, Some(FeeRefusal::TooLarge)),
        ("rate = \"0%\"", most, None),
        ("fixed = \"92233720368547758.07\"\nrate = \"1%\"", 100, Some(FeeRefusal::TooLarge)),
        (
            "rate = \"100%\"\ntax = { rate = \"100%\", to = \"v\", place = \"on_top\" }",
            most,
            Some(FeeRefusal::TooLarge),
        ),
        ("rate = \"1%\"", i64::MIN, Some(FeeRefusal::NotPositive)),
    ] {
        assert_eq!(top(lines).rules()[0].payment(Amount(amount)).err(), expect, "{lines} {amount}");
    }
    let file = file_of("CNY", "half_up", &fee("fixed = \"1.00\""));
    assert_eq!(pay(&file, "0.99").err(), Some(FeeRefusal::FeeAboveAmount { fees: 100, amount: Amount(99) }));
}
