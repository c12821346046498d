//! Files of products: what is read, and every kind of what is not.

use longmen_interest::{DayCount, ProductError, ProductKind, Products, Refusal, Role, SettlementRule};
use longmen_ledger::Currency;
use strum::{VariantArray, VariantNames};

use crate::written::{Method, deposit};

const GOOD: &str = r#"
[[product]]
name = "活期"
kind = "deposit"
settles = "quarterly 20"
accrues = "daily"
reversals = "accounting-date"
pay_to = "2241"
[product.accounts]
expense = "6411"
payable = "2231"
receivable = "1132"
income = "6011"
[product.interest]
day_count = "ACT/360"
base = "whole-units"
balance = "average"
tiering = "slices"
rounding = "half-even"
remainder = "carry"
[[product.interest.rates]]
currency = "CNY"
from = "2024-01-01"
rate = "0.20%"
[[product.interest.rates]]
currency = "CNY"
from = "2024-07-01"
tiers = [{ from = "0", rate = "0.2%" }, { from = "10000", rate = "0.5%" }]
[product.overdraft]
day_count = "ACT/365F"
minimum = { CNY = "1.00" }
[[product.overdraft.rates]]
currency = "CNY"
from = "2024-01-01"
rate = "0.05%/day"
"#;

#[test]
fn every_key_is_read() {
    let products = Products::parse(GOOD).unwrap();
    let product = products.get("活期").unwrap();
    assert_eq!(product.kind(), ProductKind::Deposit);
    assert_eq!(product.settles(), SettlementRule::Quarterly { day: 20 });
    let roles = [Role::Expense, Role::Payable, Role::Receivable, Role::Income, Role::PayTo, Role::Account];
    let texts = [Some("6411"), Some("2231"), Some("1132"), Some("6011"), Some("2241"), None];
    assert_eq!(roles.map(|role| product.account(role)), texts);
    let currency = |code| Currency::from_code(code).unwrap();
    assert_eq!(product.terms(currency("CNY")).unwrap().currency(), currency("CNY"));
    assert!(product.terms(currency("USD")).is_none());
    assert!(products.get("定期").is_none());
    assert_eq!(products.all().count(), 1);
    assert_eq!(Products::parse("").unwrap().all().count(), 0);
}

#[test]
fn what_makes_no_sense_is_refused_by_its_key() {
    // Each replaces the first text by the second in the good file, and names the key that is told.
    let rows = [
        ("name = \"活期\"", "name = \"\"", "name"),
        ("name = \"活期\"", "name = \"  \"", "name"),
        ("name = \"活期\"", "name = \"a|b\"", "name"),
        ("name = \"活期\"", "name = \"a\\u200bb\"", "name"),
        (
            "name = \"活期\"",
            "name = \"01234567890123456789012345678901234567890123456789012345678901234\"",
            "name",
        ),
        ("kind = \"deposit\"", "kind = \"gift\"", "kind"),
        ("kind = \"deposit\"", "kind = \"loan\"", "overdraft"),
        ("\"quarterly 20\"", "\"quarterly 32\"", "settles"),
        ("\"quarterly 20\"", "\"weekly\"", "settles"),
        ("accrues = \"daily\"", "accrues = \"hourly\"", "accrues"),
        ("\"accounting-date\"", "\"never\"", "reversals"),
        ("pay_to = \"2241\"", "pay_to = \" \"", "pay_to"),
        ("expense = \"6411\"\n", "", "accounts.expense"),
        ("payable = \"2231\"\n", "", "accounts.payable"),
        ("receivable = \"1132\"\n", "", "accounts.receivable"),
        ("income = \"6011\"", "income = \"\"", "accounts.income"),
        ("income = \"6011\"", "income = \"6011\"\nbank = \"1002\"", "accounts.bank"),
        ("income = \"6011\"", "income = \"6011\"\naccount = \"1002\"", "accounts.account"),
        ("\"ACT/360\"", "\"act/360\"", "interest.day_count"),
        ("\"ACT/365F\"", "\"30/360\"", "overdraft.day_count"),
        ("\"whole-units\"", "\"tens\"", "interest.base"),
        ("\"average\"", "\"median\"", "interest.balance"),
        ("tiering = \"slices\"", "tiering = \"some\"", "interest.tiering"),
        ("tiering = \"slices\"\n", "", "interest.tiering"),
        ("[product.overdraft]\n", "[product.overdraft]\ntiering = \"slices\"\n", "overdraft.tiering"),
        ("[product.overdraft]\n", "[product.overdraft]\nbalance = \"average\"\n", "overdraft.balance"),
        ("\"half-even\"", "\"down\"", "interest.rounding"),
        ("\"carry\"", "\"keep\"", "interest.remainder"),
        ("day_count = \"ACT/360\"", "day_count = \"ACT/360\"\nminimum = { CNY = \"1\" }", "interest.minimum"),
        ("{ CNY = \"1.00\" }", "{ CNY = \"0.00\" }", "overdraft.minimum"),
        ("{ CNY = \"1.00\" }", "{ CNY = \"-1\" }", "overdraft.minimum"),
        ("{ CNY = \"1.00\" }", "{ CNY = \"1.001\" }", "overdraft.minimum"),
        ("{ CNY = \"1.00\" }", "{ USD = \"1.00\" }", "overdraft.minimum"),
        ("{ CNY = \"1.00\" }", "{ XXY = \"1.00\" }", "overdraft.minimum"),
        ("from = \"2024-07-01\"", "from = \"2024-01-01\"", "interest.rates"),
        ("from = \"2024-07-01\"", "from = \"2024-02-30\"", "interest.rates 2: from"),
        ("rate = \"0.20%\"", "rate = \"-0.20%\"", "interest.rates 1: rate"),
        ("rate = \"0.20%\"", "rate = \"many\"", "interest.rates 1: rate"),
        ("rate = \"0.20%\"", "rate = \"1001%\"", "interest.rates 1: rate"),
        ("rate = \"0.20%\"\n", "", "interest.rates 1: rate"),
        ("rate = \"0.05%/day\"", "rate = \"0.05%/hour\"", "overdraft.rates 1: rate"),
        ("from = \"10000\", rate = \"0.5%\"", "from = \"10000\", rate = \"x\"", "interest.rates 2: rate"),
        ("{ from = \"0\", ", "{ from = \"1\", ", "interest.rates 2: tiers"),
        ("from = \"10000\"", "from = \"0\"", "interest.rates 2: tiers"),
        ("from = \"10000\"", "from = \"10000.001\"", "interest.rates 2: tiers.from"),
        ("from = \"10000\"", "from = \"1e4\"", "interest.rates 2: tiers.from"),
    ];
    for (old, new, key) in rows {
        assert!(GOOD.contains(old), "{old}");
        let toml = GOOD.replacen(old, new, 1);
        match Products::parse(&toml) {
            Err(ProductError::Key { key: found, .. }) => assert_eq!(&*found, key, "{new}"),
            other => panic!("{new}: {other:?}"),
        }
    }
    let currency = GOOD.replacen("currency = \"CNY\"", "currency = \"USD\"", 1);
    assert_eq!(key_of(&currency), "overdraft.rates");
    let currency = GOOD.replacen("currency = \"CNY\"", "currency = \"XAU\"", 1);
    assert_eq!(key_of(&currency), "interest.rates 1: currency");
    assert_eq!(key_of(&format!("{GOOD}{GOOD}")), "name");
    let mut none = deposit();
    none.interest = Method { rates: Vec::new(), ..none.interest };
    let none = none.toml().replacen("day_count", "rates = []\nday_count", 1);
    assert_eq!(key_of(&none), "interest.rates");
    let mut isda = deposit();
    isda.interest = Method::of("ACT/ACT ISDA", &[("2024-01-01", "0.05%/day")]);
    assert_eq!(key_of(&isda.toml()), "interest.rates 1: rate");
}

fn key_of(toml: &str) -> String {
    match Products::parse(toml) {
        Err(ProductError::Key { key, .. }) => key.into(),
        other => panic!("{other:?}"),
    }
}

/// The chapter for the finance person shows a file that can be read, and tells every code.
#[test]
fn the_chapter_tells_what_is_so() {
    let chapter = include_str!("../../../../docs/INTEREST.md");
    let toml = chapter.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let products = Products::parse(toml).unwrap();
    assert!(products.get("活期").unwrap().terms(Currency::from_code("CNY").unwrap()).is_some());
    for code in Refusal::VARIANTS {
        assert!(chapter.contains(&format!("`{code}`")), "{code}");
    }
    for role in [Role::Expense, Role::Payable, Role::Receivable, Role::Income] {
        assert!(chapter.contains(&format!("`{role}`")), "{role}");
    }
    for day_count in DayCount::VARIANTS {
        assert!(chapter.contains(&format!("`{day_count}`")), "{day_count}");
    }
}

#[test]
fn what_is_no_file_of_products_is_refused() {
    let rows = [
        "product",
        "[product]\nname = \"P\"",
        "[[products]]\nname = \"P\"",
        &GOOD.replacen("name = \"活期\"\n", "", 1),
        &GOOD.replacen("settles", "settle", 1),
        &GOOD.replacen("rate = \"0.20%\"", "rate = 0.002", 1),
        &GOOD.replacen("[product.interest]", "[product.interest]\ncap = \"3%\"", 1),
        &GOOD.replacen("from = \"10000\"", "above = \"10000\"", 1),
        &GOOD.replacen("currency = \"CNY\"\n", "", 1),
    ];
    for toml in rows {
        assert!(matches!(Products::parse(toml), Err(ProductError::Toml(_))), "{toml}");
    }
}
