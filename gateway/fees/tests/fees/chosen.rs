//! Which rule is for a transaction.

use longmen_fees::{Asked, RuleFile};
use longmen_ledger::{Currency, Date};

use crate::rules::asked;

#[test]
fn the_rule_that_says_most_and_began_last() {
    let mut text = String::new();
    for (name, kind, keys, currency, from) in [
        ("any", "pay", "", "CNY", "2026-01-01"),
        ("any later", "pay", "", "CNY", "2026-07-01"),
        ("wechat", "pay", "channel = \"wechat\"", "CNY", "2026-03-01"),
        ("shop", "pay", "merchant = \"shop\"", "CNY", "2026-02-01"),
        ("shop wechat", "pay", "channel = \"wechat\"\nmerchant = \"shop\"", "CNY", "2026-05-01"),
        ("dollars", "pay", "", "USD", "2026-01-01"),
        ("transfers", "transfer", "", "CNY", "2026-01-01"),
    ] {
        text += &format!(
            "[[rule]]\nname = \"{name}\"\ntype = \"{kind}\"\n{keys}\ncurrency = \"{currency}\"\nfrom = \"{from}\"\nrounding = \"up\"\n"
        );
    }
    let file = RuleFile::parse(&text).unwrap();
    for (kind, channel, merchant, currency, date, expect) in [
        ("pay", "", "", "CNY", "2025-12-31", None),
        ("pay", "", "", "CNY", "2026-01-01", Some("any")),
        ("pay", "", "", "CNY", "2026-06-30", Some("any")),
        ("pay", "", "", "CNY", "2026-07-01", Some("any later")),
        ("pay", "alipay", "", "CNY", "2026-07-01", Some("any later")),
        ("pay", "wechat", "", "CNY", "2026-02-28", Some("any")),
        ("pay", "wechat", "", "CNY", "2026-12-01", Some("wechat")),
        ("pay", "", "shop", "CNY", "2026-12-01", Some("shop")),
        ("pay", "alipay", "shop", "CNY", "2026-12-01", Some("shop")),
        ("pay", "wechat", "shop", "CNY", "2026-04-30", Some("shop")),
        ("pay", "wechat", "shop", "CNY", "2026-05-01", Some("shop wechat")),
        ("pay", "wechat", "other", "CNY", "2026-12-01", Some("wechat")),
        ("pay", "", "", "USD", "2026-12-01", Some("dollars")),
        ("pay", "wechat", "shop", "EUR", "2026-12-01", None),
        ("transfer", "wechat", "shop", "CNY", "2026-12-01", Some("transfers")),
        ("Pay", "", "", "CNY", "2026-12-01", None),
        ("", "", "", "CNY", "2026-12-01", None),
    ] {
        let currency = Currency::from_code(currency).unwrap();
        let asked = Asked { kind, channel, merchant, currency, date: Date::parse(date).unwrap() };
        let found = file.rule(&asked).map(|rule| rule.name());
        assert_eq!(found.ok(), expect, "{asked:?}");
    }
    assert!(RuleFile::parse("").unwrap().rule(&asked("pay")).is_err());
}
