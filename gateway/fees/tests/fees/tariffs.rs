//! Files of rules as a ledger asks them: the same legs, with the accounts that the file names.

use std::sync::Arc;

use longmen_fees::{Asked, FeeLeg, FeeTariffs, Rule, RuleFile};
use longmen_ledger::{
    Amount, Currency, Date, PAYEE, PAYER, Rejection, Side, Tariff, TariffAsked, TariffLeg, TariffRole,
    Tariffs,
};

const ACCOUNTS: &str = r#"
[[account]]
role = "fee_income"
currency = "CNY"
number = "fee"
type = "income"

[[account]]
role = "output_vat"
currency = "CNY"
number = "vat"

[[account]]
role = "channel_cost"
currency = "CNY"
number = "cost"

[[account]]
role = "channel_payable"
currency = "CNY"
number = "payable"

[[account]]
role = "agent"
currency = "CNY"
number = "agent"
"#;

/// The rules of the page FEES.
fn documented() -> &'static str {
    let page = include_str!("../../../../docs/FEES.md");
    let (_, rest) = page.split_once("```toml\n").expect("the page has a file of rules");
    rest.split_once("```").expect("the file ends").0
}

fn file() -> String {
    format!("{ACCOUNTS}{}", documented())
}

fn read(text: &str) -> Option<Arc<dyn Tariff>> {
    FeeTariffs.read(text)
}

fn asked<'a>(kind: &'a str, channel: &'a str, amount: i64) -> TariffAsked<'a> {
    let currency = Currency::from_code("CNY").unwrap();
    let date = Date::parse("2026-12-01").unwrap();
    TariffAsked { kind, channel, merchant: "", currency, date, amount: Amount(amount) }
}

/// What a leg must be: the name in the rule, or the account that the file gives it.
fn is_of(made: &TariffLeg, leg: &FeeLeg<'_>) -> bool {
    let number = match leg.account {
        "fee_income" => "fee",
        "output_vat" => "vat",
        "channel_cost" => "cost",
        "channel_payable" => "payable",
        "agent" => "agent",
        party => {
            return made.who == TariffRole::Party(party.into())
                && (made.side, made.amount) == (leg.side, leg.amount);
        }
    };
    let is_account = matches!(&made.who, TariffRole::Account(account) if *account.number == *number);
    is_account && (made.side, made.amount) == (leg.side, leg.amount)
}

fn rule_of<'r>(file: &'r RuleFile, asked: &TariffAsked<'_>) -> &'r Rule {
    let &TariffAsked { kind, channel, merchant, currency, date, .. } = asked;
    file.rule(&Asked { kind, channel, merchant, currency, date }).unwrap()
}

#[test]
fn a_ledger_gets_the_legs_of_the_rules() {
    let (text, rules) = (file(), RuleFile::parse(&file()).unwrap());
    let tariff = read(&text).unwrap();
    let mut amount = 7_i64;
    for turn in 0..2_000 {
        amount = (amount * 48_271) % 2_147_483_647;
        let (kind, channel) =
            [("card_pay", ""), ("card_pay", "wechat"), ("transfer_out", ""), ("market_pay", "")][turn % 4];
        let gross = amount % 20_000_000 + 2;
        let asked = asked(kind, channel, gross);
        let made = tariff.charge(&asked).unwrap();
        assert_eq!(tariff.charge_by(made.rule, Amount(gross)), Ok(made.clone()));
        let rule = rule_of(&rules, &asked);
        assert_eq!(&*made.name, rule.name());
        let payment = rule.payment(Amount(gross)).unwrap();
        let legs: Vec<FeeLeg<'_>> = payment.legs().collect();
        assert_eq!(made.legs.len(), legs.len());
        assert!(made.legs.iter().zip(&legs).all(|(made, leg)| is_of(made, leg)), "{made:?} {legs:?}");
        // In parts, as it comes: each is the one of the rule, and all of them give back what was paid, or less by what is kept.
        let (mut before, mut paid_back) = (0, 0);
        while before < gross {
            let part = (gross / 3 + 1).min(gross - before);
            let back = tariff.refund_by(made.rule, Amount(gross), Amount(part), Amount(before)).unwrap();
            let refund = payment.refund(Amount(part), Amount(before)).unwrap();
            assert!(back.iter().zip(refund.legs()).all(|(made, leg)| is_of(made, &leg)));
            let payer = back.iter().find(|leg| leg.who == TariffRole::Party(PAYER.into())).unwrap();
            assert_eq!(payer.side, Side::Credit);
            (before, paid_back) = (before + part, paid_back + payer.amount.0);
        }
        assert_eq!(paid_back, gross, "no fee of the payer goes back by these rules");
    }
}

#[test]
fn the_parties_are_who_has_no_account_in_the_file() {
    let tariff = read(&file()).unwrap();
    for (kind, expect) in [
        ("card_pay", &[PAYER, PAYEE][..]),
        ("transfer_out", &[PAYER, PAYEE]),
        ("market_pay", &[PAYER, "shop", "delivery"]),
    ] {
        let made = tariff.charge(&asked(kind, "", 10_001)).unwrap();
        assert_eq!(made.parties.iter().map(|role| &**role).collect::<Vec<_>>(), expect, "{kind}");
    }
    assert_eq!(tariff.accounts().len(), 5);
}

#[test]
fn what_refuses_has_its_code() {
    let tariff = read(&file()).unwrap();
    let max = i64::MAX;
    assert_eq!(tariff.charge(&asked("other", "", 1)), Err(Rejection::NoRule));
    assert_eq!(tariff.charge(&asked("card_pay", "", 0)), Err(Rejection::InvalidAmount));
    assert_eq!(tariff.charge(&asked("transfer_out", "", max)), Err(Rejection::InvalidAmount));
    assert_eq!(tariff.charge_by(99, Amount(1)), Err(Rejection::NoRule));
    let refund = |rule, refund, before| tariff.refund_by(rule, Amount(100), Amount(refund), Amount(before));
    assert_eq!(refund(99, 1, 0), Err(Rejection::NoRule));
    assert_eq!(refund(0, 60, 41), Err(Rejection::RefundExceeded));
    let high = documented().replace("minimum = \"0.01\"", "minimum = \"2.00\"");
    let tariff = read(&format!("{ACCOUNTS}{high}")).unwrap();
    assert_eq!(tariff.charge(&asked("card_pay", "", 100)), Err(Rejection::FeeAboveAmount));
}

#[test]
fn a_ledger_takes_no_file_with_a_name_that_stands_for_no_account() {
    assert!(read(&file()).is_some());
    assert!(read(documented()).is_none());
    for (role, missing) in
        [("fee_income", "fee_income"), ("output_vat", "output_vat"), ("channel_cost", "channel_cost")]
    {
        let text = file().replace(&format!("role = \"{role}\""), "role = \"somebody\"");
        assert!(read(&text).is_none());
        let missing_of = RuleFile::parse(&text).unwrap().check_accounts().unwrap_err();
        assert_eq!(&*missing_of.role, missing);
        assert!(missing_of.to_string().contains("give it in an [[account]]"));
    }
    // Whoever has a share may be named with each transaction.
    assert!(read(&file().replace("role = \"agent\"", "role = \"nobody\"")).is_some());
    for (bad, words) in [
        (file().replace("role = \"agent\"", "role = \"payee\""), "is named with each transaction"),
        (
            file().replace("role = \"agent\"", "role = \"output_vat\""),
            "has an account in this currency already",
        ),
        (file().replace("number = \"agent\"", "number = \" \""), "is no name"),
        (file().replace("number = \"agent\"", "number = \"agent\"\nowner = \"x\""), "unknown field"),
    ] {
        let error = RuleFile::parse(&bad).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
