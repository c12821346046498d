//! The general ledger over ranges of dates, against figures worked out by hand and against the accounts' statements.

use std::collections::BTreeMap;

use longmen_client::{Client, GeneralLedger, GeneralLedgerRequest, RangeEnd, Side, StatementRequest};

use crate::node::TestNode;
use crate::year::live_through;

/// Opening, debit, credit, closing, in minor units and natural.
type Figures = [i128; 4];

async fn ledger(client: &mut Client, from: &str, to: &str) -> GeneralLedger {
    let request = GeneralLedgerRequest { entity: "YR", from: Some(from), to: Some(to) };
    client.general_ledger(&request).await.unwrap()
}

fn figures(ledger: &GeneralLedger) -> BTreeMap<(&str, &str), Figures> {
    let lines = ledger.lines.iter();
    lines
        .map(|line| {
            ((&*line.subject, &*line.currency), [line.opening, line.debit, line.credit, line.closing])
        })
        .collect()
}

#[track_caller]
fn check(ledger: &GeneralLedger, dates: &[&str], expect: &[((&str, &str), Figures)]) {
    assert_eq!(ledger.dates.iter().map(|date| &**date).collect::<Vec<_>>(), dates);
    let mut all = figures(ledger);
    for (line, figures) in expect {
        assert_eq!(all.remove(line), Some(*figures), "{line:?}");
    }
    assert!(all.values().all(|figures| *figures == [0; 4]), "the rest had nothing: {all:?}");
}

const BANK: (&str, &str) = ("10020101", "CNY");
const USERS: (&str, &str) = ("220301", "CNY");
const MERCHANTS: (&str, &str) = ("220302", "CNY");
const FEES: (&str, &str) = ("602101", "CNY");
const CHARGES: (&str, &str) = ("642101", "CNY");
const PROFIT: (&str, &str) = ("4103", "CNY");
const PAPERS: (&str, &str) = ("7101", "CNY");
const BANK_JPY: (&str, &str) = ("10020101", "JPY");
const USERS_JPY: (&str, &str) = ("220301", "JPY");

/// What is off the balance sheet, and in the other currency, after the first date.
const ASIDE: [((&str, &str), Figures); 3] =
    [(PAPERS, [700, 0, 0, 700]), (BANK_JPY, [500, 0, 0, 500]), (USERS_JPY, [500, 0, 0, 500])];

#[tokio::test]
async fn the_general_ledger_of_any_range_has_the_figures_worked_out_by_hand() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    live_through(&mut client).await;
    check_ranges(&mut client).await;
    let before = ledger(&mut client, "2026-01-01", "2027-12-31").await;
    let directory = node.stop().await;
    let node = TestNode::open(directory, longmen_gateway::Limits::default(), None).await;
    let mut client = node.client("ann").await;
    check_ranges(&mut client).await;
    let after = ledger(&mut client, "2026-01-01", "2027-12-31").await;
    assert_eq!((before.lines, before.dates), (after.lines, after.dates));
    node.stop().await;
}

async fn check_ranges(client: &mut Client) {
    let first = [
        (BANK, [0, 10_000, 0, 10_000]),
        (USERS, [0, 5_000, 10_000, 5_000]),
        (MERCHANTS, [0, 0, 4_970, 4_970]),
        (FEES, [0, 0, 30, 30]),
        (PAPERS, [0, 700, 0, 700]),
        (BANK_JPY, [0, 500, 0, 500]),
        (USERS_JPY, [0, 0, 500, 500]),
    ];
    check(&ledger(client, "2026-11-29", "2026-11-29").await, &["2026-11-29"], &first);
    // Red: the reversal takes back what it undoes on the same sides.
    let second = [
        (BANK, [10_000, 0, 2, 9_998]),
        (USERS, [5_000, -4_000, 0, 9_000]),
        (MERCHANTS, [4_970, 0, -3_976, 994]),
        (FEES, [30, 0, -24, 6]),
        (CHARGES, [0, 2, 0, 2]),
    ];
    let second = [&second[..], &ASIDE].concat();
    check(&ledger(client, "2026-11-30", "2026-11-30").await, &["2026-11-30"], &second);
    let november = [
        (BANK, [0, 10_000, 2, 9_998]),
        (USERS, [0, 1_000, 10_000, 9_000]),
        (MERCHANTS, [0, 0, 994, 994]),
        (FEES, [0, 0, 6, 6]),
        (CHARGES, [0, 2, 0, 2]),
        (PAPERS, [0, 700, 0, 700]),
        (BANK_JPY, [0, 500, 0, 500]),
        (USERS_JPY, [0, 0, 500, 500]),
    ];
    check(&ledger(client, "2026-11-01", "2026-11-30").await, &["2026-11-29", "2026-11-30"], &november);
    let december = [
        (BANK, [9_998, 0, 0, 9_998]),
        (USERS, [9_000, 2_000, 0, 7_000]),
        (MERCHANTS, [994, 0, 1_988, 2_982]),
        (FEES, [6, 18, 12, 0]),
        (CHARGES, [2, 0, 2, 0]),
        (PROFIT, [0, 0, 16, 16]),
    ];
    let december = [&december[..], &ASIDE].concat();
    let found = ledger(client, "2026-12-01", "2026-12-31").await;
    check(&found, &["2026-12-31"], &december);
    let carried: Vec<_> =
        found.lines.iter().filter(|line| line.carried_debit + line.carried_credit != 0).collect();
    let carried = carried.iter().map(|line| (&*line.subject, line.carried_debit, line.carried_credit));
    assert_eq!(carried.collect::<Vec<_>>(), [("4103", 0, 16), ("602101", 18, 0), ("642101", 0, 2)]);
    let current =
        [(BANK, [9_998, 100, 0, 10_098]), (USERS, [7_000, 0, 100, 7_100]), (MERCHANTS, [2_982, 0, 0, 2_982])];
    let current = [&current[..], &[(PROFIT, [16, 0, 0, 16])], &ASIDE].concat();
    check(&ledger(client, "2027-01-01", "2027-01-31").await, &["2027-01-01"], &current);
    let by_default = GeneralLedgerRequest { entity: "YR", from: None, to: None };
    check(&client.general_ledger(&by_default).await.unwrap(), &["2027-01-01"], &current);
    check_without_dates(client).await;
}

/// Ranges in which no accounting date lies have balances and no turnover.
async fn check_without_dates(client: &mut Client) {
    check(&ledger(client, "2020-01-01", "2026-11-28").await, &[], &[]);
    let between = ledger(client, "2026-12-01", "2026-12-30").await;
    let rest = [(BANK, [9_998, 0, 0, 9_998]), (USERS, [9_000, 0, 0, 9_000]), (MERCHANTS, [994, 0, 0, 994])];
    let results = [(FEES, [6, 0, 0, 6]), (CHARGES, [2, 0, 0, 2])];
    check(&between, &[], &[&rest[..], &results, &ASIDE].concat());
    let ahead = ledger(client, "2027-02-01", "2027-02-28").await;
    assert_eq!(figures(&ahead)[&USERS], [7_100, 0, 0, 7_100]);
}

#[tokio::test]
async fn figures_of_closed_dates_are_those_that_the_accounts_entries_add_up_to() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    live_through(&mut client).await;
    let ranges = [
        ("2026-11-29", "2026-11-29"),
        ("2026-11-30", "2026-11-30"),
        ("2026-12-31", "2026-12-31"),
        ("2026-11-01", "2026-11-30"),
        ("2026-01-01", "2026-12-31"),
        ("2026-11-30", "2027-01-01"),
    ];
    for (from, to) in ranges {
        let ledger = ledger(&mut client, from, to).await;
        let mut sums: BTreeMap<(String, String), Figures> = BTreeMap::new();
        for account in client.accounts(0, 1_000).await.unwrap() {
            let end = |date: &str| Some(RangeEnd::Date(date.into()));
            let request = StatementRequest {
                from: end(from),
                to: end(to),
                totals: true,
                ..StatementRequest::new(account.id, 1)
            };
            let range = client.statement_with(&request).await.unwrap().range;
            let shown = range.shown.unwrap();
            let sum = sums.entry((account.subject.to_string(), account.currency.to_string())).or_default();
            let figures = [range.opening, shown.debit, shown.credit, range.closing];
            sum.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
        }
        for line in &ledger.lines {
            let of_accounts = sums[&(line.subject.to_string(), line.currency.to_string())];
            assert_eq!(
                [line.opening, line.debit, line.credit, line.closing],
                of_accounts,
                "{from} {to} {line:?}"
            );
            let net = if line.normal == Side::Debit { 1 } else { -1 } * (line.debit - line.credit);
            assert_eq!(line.opening + net, line.closing, "{line:?}");
        }
    }
    node.stop().await;
}

#[tokio::test]
async fn what_is_no_range_or_entity_is_refused() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    live_through(&mut client).await;
    let mut refused = async |entity, from, to| {
        let asked = client.general_ledger(&GeneralLedgerRequest { entity, from, to }).await;
        asked.unwrap_err().refusal().unwrap().code.to_string()
    };
    assert_eq!(refused("NO", None, None).await, "unknown_entity");
    assert_eq!(refused("", None, None).await, "malformed");
    assert_eq!(refused("YR", Some("2026-11-30"), Some("2026-11-29")).await, "malformed");
    assert_eq!(refused("YR", Some("2026-11-31"), None).await, "malformed");
    node.stop().await;
}
