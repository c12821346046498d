//! `docs/FEES.md`: its file is one, and its figures are what comes out.

use longmen_fees::{Asked, RuleFile};
use longmen_ledger::{Currency, Date};

use crate::rules::shown;

const PAGE: &str = include_str!("../../../../docs/FEES.md");

#[test]
fn every_row_of_the_page_is_what_comes_out() {
    let (_, rest) = PAGE.split_once("```toml\n").unwrap();
    let file = RuleFile::parse(rest.split_once("```").unwrap().0).unwrap();
    let (_, table) = PAGE.split_once("| type | channel | amount |").unwrap();
    let cny = Currency::from_code("CNY").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [kind, channel, amount, before, refund, legs] = cells[..] else { panic!("{row}") };
        let minor = |text: &str| cny.parse_amount(text).unwrap();
        let date = Date::parse("2026-12-01").unwrap();
        let rule = file.rule(&Asked { kind, channel, merchant: "", currency: cny, date }).unwrap();
        let payment = rule.payment(minor(amount)).unwrap();
        let found = match refund {
            "" => shown(cny, payment.legs()),
            _ => shown(cny, payment.refund(minor(refund), minor(before)).unwrap().legs()),
        };
        assert_eq!(found, legs, "{row}");
        count += 1;
    }
    assert_eq!(count, 16);
}
