//! Files of rules that are wrong, in one line each, with its number.

use longmen_fees::RuleFile;

/// A rule, with a line for each key so that a test can name the line of what it changes.
const GOOD: &str = r#"[[rule]]
name = "r"
type = "t"
channel = "wechat"
merchant = "shop"
currency = "CNY"
from = "2026-01-01"
rounding = "half_up"
remainder_to = "rest"
[[rule.fee]]
name = "fee"
paid_by = "payee"
to = "income"
minimum = "0.01"
maximum = "5.00"
refund = "proportional"
bands = "whole"
tax = { rate = "6%", to = "vat", place = "inside" }
[[rule.fee.band]]
up_to = "10.00"
fixed = "0.05"
[[rule.fee.band]]
up_to = "20.00"
rate = "1%"
[[rule.fee.band]]
rate = "2%"
[[rule.share]]
to = "a"
share = "1"
[[rule.share]]
to = "b"
share = "2.5"
"#;

#[test]
fn what_is_wrong_is_told_in_one_line_with_its_number() {
    assert!(RuleFile::parse(GOOD).is_ok());
    for (was, is, expect) in [
        ("name = \"r\"", "name = \"\"", "line 2, column 8: \"\" is no name: 1 to 128 bytes"),
        ("name = \"r\"", "name = \"r \"", "line 2, column 8: \"r \" is no name"),
        ("name = \"fee\"", "name = \"a\\u001b[2J\"", "line 11, column 8: \"a\\u{1b}[2J\" is no name"),
        ("name = \"r\"\n", "", "line 1, column 1: missing field `name`"),
        ("type = \"t\"", "types = \"t\"", "line 3, column 1: unknown field `types`"),
        ("type = \"t\"", "type = 7", "line 3, column 8: invalid type: integer `7`"),
        ("channel = \"wechat\"", "channel = \"\"", "line 4, column 11: \"\" is no name"),
        ("\"CNY\"", "\"cny\"", "line 6, column 12: \"cny\" is no currency"),
        ("\"CNY\"", "\"XAU\"", "line 6, column 12: \"XAU\" is no currency"),
        ("2026-01-01", "2026-02-30", "line 7, column 8: \"2026-02-30\" is no date"),
        (
            "half_up",
            "half",
            "line 8, column 12: unknown variant `half`, expected one of `half_up`, `half_even`, `up`, `down`",
        ),
        ("\"payee\"", "\"shop\"", "line 12, column 11: unknown variant `shop`"),
        ("\"payee\"", "\"house\"", "line 10, column 1: what the house pays names an account of its own"),
        ("to = \"income\"", "to = \"income\"\ncost = \"c\"", "line 10, column 1: what the house pays names"),
        ("to = \"income\"", "to = \"payee\"", "line 13, column 6: \"payee\" gets nothing here"),
        ("to = \"income\"", "to = \"payer\"", "line 13, column 6: \"payer\" gets nothing here"),
        ("to = \"vat\"", "to = \"payee\"", "line 18, column 27: \"payee\" gets nothing here"),
        ("to = \"a\"", "to = \"payer\"", "line 28, column 6: \"payer\" gets nothing here"),
        (
            "remainder_to = \"rest\"",
            "remainder_to = \"payer\"",
            "line 9, column 16: \"payer\" gets nothing here",
        ),
        ("\"0.01\"", "\"5.01\"", "line 10, column 1: the minimum is above the maximum"),
        ("\"0.01\"", "\"0.001\"", "line 14, column 11: \"0.001\" is no amount of CNY: more decimal places"),
        ("\"0.01\"", "\"-0.01\"", "line 14, column 11: \"-0.01\" is no amount of CNY: below zero"),
        ("\"0.01\"", "0.01", "line 14, column 11: invalid type: floating point `0.01`"),
        ("refund = \"proportional\"\n", "", "line 10, column 1: missing field `refund`"),
        (
            "\"proportional\"",
            "\"by_rate\"",
            "line 10, column 1: `refund = \"by_rate\"` is for a fee with one rate alone",
        ),
        ("bands = \"whole\"", "bands = \"slices\"", "line 19, column 1: a slice has no fixed part"),
        ("bands = \"whole\"\n", "", "line 10, column 1: this fee has bands: say"),
        (
            "bands = \"whole\"",
            "bands = \"whole\"\nrate = \"1%\"",
            "line 10, column 1: this fee has a rate and bands",
        ),
        ("\"6%\"", "\"6 %\"", "line 18, column 16: \"6 %\" is not a rate: write 0.006 or 0.6%"),
        ("\"6%\"", "\"101%\"", "line 18, column 16: \"101%\" is above 100%"),
        (
            "\"6%\"",
            "\"0.00000000001\"",
            "line 18, column 16: \"0.00000000001\" is more than 10 decimal places",
        ),
        (
            "up_to = \"20.00\"",
            "up_to = \"10.00\"",
            "line 23, column 9: a band ends above the one before it: \"10.00\" does not",
        ),
        ("up_to = \"10.00\"", "up_to = \"0.00\"", "line 20, column 9: a band ends above the one before it"),
        ("up_to = \"20.00\"\n", "", "line 22, column 1: the last band has no `up_to`"),
        (
            "rate = \"2%\"",
            "up_to = \"30.00\"\nrate = \"2%\"",
            "line 25, column 1: the last band has no `up_to`",
        ),
        ("fixed = \"0.05\"\n", "", "line 19, column 1: this fee has no rate, no fixed part and no band"),
        ("share = \"1\"", "share = \"0\"", "line 29, column 9: \"0\" is no share"),
        ("share = \"1\"", "share = \"-1\"", "line 29, column 9: \"-1\" is no share"),
        ("share = \"1\"", "share = \"1000000.1\"", "line 29, column 9: \"1000000.1\" is no share"),
        ("share = \"1\"", "share = \"0.0000001\"", "line 29, column 9: \"0.0000001\" is no share"),
        ("share = \"1\"", "share = 1", "line 29, column 9: invalid type: integer `1`"),
        ("to = \"b\"", "to = \"a\"", "line 31, column 6: \"a\" has a share already"),
        ("[[rule]]", "[[rules]]", "line 10, column 3: invalid type: map, expected a sequence"),
        ("[[rule]]", "x = 1\n[[rule]]", "line 1, column 1: unknown field `x`"),
        ("to = \"a\"", "to = \"a", "line 28, column 8: "),
    ] {
        assert_eq!(GOOD.matches(was).count().min(1), 1, "{was} is in the rule");
        let text = GOOD.replacen(was, is, 1);
        let error = RuleFile::parse(&text).expect_err(is).to_string();
        assert!(error.starts_with(expect) && !error.contains('\n'), "{was} -> {is}: {error}");
    }
}

#[test]
fn what_is_wrong_between_parts_of_a_file() {
    let rule = |body: &str| {
        format!(
            "[[rule]]\nname = \"r\"\ntype = \"t\"\ncurrency = \"CNY\"\nfrom = \"2026-01-01\"\nrounding = \"up\"\n{body}"
        )
    };
    let fee = |lines: &str| format!("[[rule.fee]]\nname = \"f\"\npaid_by = \"payee\"\nto = \"i\"\n{lines}\n");
    let rated = |refund: &str| fee(&format!("rate = \"1%\"\nrefund = \"{refund}\""));
    let free = |count: usize| rule(&rated("kept").repeat(count));
    for (text, expect) in [
        (String::new(), None),
        (rule(""), None),
        (format!("\u{feff}{}", rule("")), None),
        (rule("") + &rule("").replace("\"t\"", "\"u\""), None),
        (rule("") + &rule(""), Some("line 7, column 1: the rule in line 1 has the same type")),
        (rule("remainder_to = \"x\"\n"), Some("line 7, column 16: `remainder_to` without shares")),
        (rule(&fee("refund = \"kept\"")), Some("line 7, column 1: this fee has no rate")),
        (
            rule(&fee("refund = \"kept\"\nbands = \"whole\"")),
            Some("line 7, column 1: this fee says what its bands are, and has none"),
        ),
        (rule(&rated("by_rate")), None),
        (rule(&(rated("by_rate") + &rated("kept"))), None),
        (rule(&(rated("by_rate") + &rated("by_rate").replace("payee", "payer"))), None),
        (
            rule(&(rated("proportional") + &rated("by_rate"))),
            Some("line 13, column 1: of several fees of the payee"),
        ),
        (
            rule(&(rated("by_rate") + &rated("by_rate"))),
            Some("line 7, column 1: of several fees of the payee"),
        ),
        (
            rule(&(rated("kept").replace("payee", "house") + "cost = \"payee\"\n")),
            Some("line 7, column 1: what the house pays names an account of its own"),
        ),
        (rule(&(rated("kept").replace("payee", "house") + "cost = \"expense\"\n")), None),
        (rule(&(rated("by_rate") + "fixed = \"1\"\n")), Some("line 7, column 1: `refund = \"by_rate\"`")),
        (rule(&(rated("by_rate") + "minimum = \"1\"\n")), Some("line 7, column 1: `refund = \"by_rate\"`")),
        (
            rule(&(rated("by_rate") + "tax = { rate = \"6%\", to = \"v\", place = \"on_top\" }\n")),
            Some("line 7, column 1: `refund = \"by_rate\"`"),
        ),
        (free(32), None),
        (free(33), Some("line 2, column 8: a rule has at most 32 fees and 256 shares")),
    ] {
        let found = RuleFile::parse(&text).map_err(|error| error.to_string());
        match (found, expect) {
            (Ok(_), None) => {}
            (Err(error), Some(expect)) => assert!(error.starts_with(expect), "{text}: {error}"),
            (found, expect) => panic!("{text}: {found:?}, expected {expect:?}"),
        }
    }
}

/// No text makes it panic, and what is wrong is told in one line.
#[test]
fn whatever_is_cut_or_put_in_is_told_in_one_line() {
    let mut seed = 11_u64;
    let mut next = |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % bound
    };
    let mut wrong = 0;
    for _ in 0..2_000 {
        let (at, end) = (next(GOOD.len()), next(GOOD.len()));
        let (at, end) = (at.min(end), at.max(end));
        let middle = ["", "\u{1b}", "\"", "[[rule]]\n", "\n", "手", "= 1", "9999999999999999999999"][next(8)];
        let text = format!("{}{middle}{}", &GOOD[..at], &GOOD[end..]);
        if let Err(error) = RuleFile::parse(&text) {
            wrong += 1;
            assert!(!error.to_string().contains(char::is_control), "{text}");
            assert!(error.line <= text.matches('\n').count() + 1, "{text}");
        }
    }
    assert!(wrong > 1_500, "{wrong}");
}
