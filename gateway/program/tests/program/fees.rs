//! `longmen fee`: what amounts come to by the file of `docs/FEES.md`.

use std::fs;

use crate::longmen::{Ran, longmen};

/// Runs `longmen fee` with a line in which `{}` is a file with this text.
fn fee(text: &str, line: &str) -> Ran {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("fees.toml");
    fs::write(&path, text).unwrap();
    let words = line.split(' ').map(|word| word.replace("{}", path.to_str().unwrap()));
    let words: Vec<String> = words.collect();
    longmen(&[&["fee"], &words.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat())
}

/// The file that the page has.
fn file() -> String {
    let page = include_str!("../../../../docs/FEES.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn a_quote_shows_legs_and_how_each_figure_came_to_be() {
    let quote = "quote {} --type card_pay --channel wechat --amount 1000.00 --currency CNY --date 2026-12-01";
    let ran = fee(&file(), quote);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // The page shows it: every word of that is here, in its order.
    let page = include_str!("../../../../docs/FEES.md");
    let (_, shown) = page.split_once("--date 2026-12-01\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let words = |text: &str| -> Vec<String> {
        text.split_whitespace().filter(|word| !word.starts_with('─')).map(str::to_owned).collect()
    };
    assert_eq!(words(&ran.out), words(shown));
    let json = fee(&file(), &format!("{quote} --json")).json();
    assert_eq!((&json["rule"], &json["fees"]), (&"card payments by WeChat".into(), &600.into()));
    let legs: Vec<String> = json["legs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| format!("{} {} {}", leg["side"], leg["account"], leg["amount"]))
        .collect();
    assert_eq!(legs[..2], ["\"debit\" \"payer\" 100000", "\"credit\" \"payee\" 99400"]);
    assert_eq!(json["figures"][0]["how"], "1000.00 x 0.6% = 6.00; 6.00 less tax");
    let ran = fee(&file(), &format!("{quote} --refund 250.00 --refunded-before 100.00"));
    for words in [
        "a refund of 250.00 of 1000.00 CNY",
        "248.50",
        "6.00 x 350.00 / 1000.00 = 2.10, less 0.60 given back before",
    ] {
        assert!(ran.code == Some(0) && ran.out.contains(words), "{words}: {ran:?}");
    }
    // Today, some rule holds.
    let ran = fee(&file(), "quote {} --type card_pay --amount 1.00 --currency CNY");
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn what_cannot_be_quoted_is_told() {
    for (line, code, words) in [
        ("--type card --amount 1.00 --currency CNY", 1, "refused: no_rule: no rule is for this type"),
        ("--type card_pay --amount 1.00 --currency USD", 1, "refused: no_rule"),
        ("--type card_pay --amount 1.00 --currency CNY --date 2025-12-31", 1, "refused: no_rule"),
        (
            "--type card_pay --amount 1.00 --currency CNY --refund 1.01",
            1,
            "refused: refund_above_amount: refunds are more than the amount",
        ),
        ("--type card_pay --amount 1.001 --currency CNY", 2, "--amount 1.001: CNY has 2 decimals"),
        ("--type card_pay --amount 0 --currency CNY", 2, "--amount 0: an amount is above zero"),
        ("--type card_pay --amount x --currency CNY", 2, "not a decimal number"),
        ("--type card_pay --amount 1.00 --currency cny", 2, "`cny` is no currency: write CNY"),
        ("--type card_pay --amount 1.00 --currency CNY --refund 0", 2, "--refund 0: an amount is above zero"),
        (
            "--type card_pay --amount 1.00 --currency CNY --refund 1.00 --refunded-before -1",
            2,
            "--refunded-before -1: an amount is not negative",
        ),
        ("--type card_pay --amount 1.00 --currency CNY --refunded-before 1.00", 2, "--refund"),
        ("--amount 1.00 --currency CNY", 2, "--type"),
    ] {
        let ran = fee(&file(), &format!("quote {{}} {line}"));
        assert_eq!(ran.code, Some(code), "{line}: {ran:?}");
        assert!(ran.out.contains(words) || ran.err.contains(words), "{words}: {ran:?}");
    }
    let json = fee(&file(), "quote {} --type card --amount 1.00 --currency CNY --json");
    assert_eq!((json.code, &json.json()["refused"]), (Some(1), &"no_rule".into()));
    let ran = longmen(&["fee", "rules", "/nowhere.toml"]);
    assert!(ran.code == Some(2) && ran.err.contains("cannot read /nowhere.toml"), "{ran:?}");
}

#[test]
fn a_file_is_checked_and_listed() {
    let ran = fee(&file(), "rules {}");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for words in ["card payments by WeChat", "wechat", "any", "2026-07-01", "half_up", "market place"] {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    let json = fee(&file(), "rules {} --json").json();
    assert_eq!(
        (&json["rules"][1]["channel"], &json["rules"][0]["channel"]),
        (&"wechat".into(), &serde_json::Value::Null)
    );
    for command in ["rules {}", "quote {} --type card_pay --amount 1.00 --currency CNY"] {
        let ran = fee(&file().replacen("0.6%", "0.6\u{1b}[2J%", 1), command);
        assert!(ran.code == Some(2) && !ran.err.contains('\u{1b}'), "{ran:?}");
        let ran = fee(&file().replacen("\"0.6%\"", "\"0,6%\"", 1), command);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(
            ran.err.contains("line 12, column 8: \"0,6%\" is not a rate: write 0.006 or 0.6%"),
            "{ran:?}"
        );
    }
}
