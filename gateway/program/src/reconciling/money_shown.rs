//! What was found of money, as people and programs are shown it.

use std::path::PathBuf;

use longmen_engine::ledger::Date;
use longmen_reconciliation::money::{BankLine, Class, Compared, Finding, Gap, GapKind, Settlement};
use longmen_terminal::{Table, grouped};
use serde_json::{Value, json};

use crate::money::money;
use crate::page::Page;

/// Findings that are shown, where not all are asked for.
const SHOWN: usize = 50;

/// What is shown.
pub(crate) struct Shown<'a> {
    pub(crate) currency: &'static str,
    pub(crate) as_of: Date,
    pub(crate) compared: &'a Compared,
    pub(crate) gaps: &'a [Gap],
    pub(crate) statements: &'a [PathBuf],
    pub(crate) all: bool,
}

/// For people: first what is missing between the statements, since nothing in it can be found.
pub(crate) fn to_page(shown: &Shown<'_>) -> Page {
    let Compared { expected, bank, .. } = shown.compared;
    let code = shown.currency;
    let mut page = Page::new();
    for gap in shown.gaps {
        page.line(gap_words(code, gap));
    }
    page.line(format_args!(
        "{code} up to {}: {} settlements expected, {} lines at the bank",
        shown.as_of,
        grouped(expected.rows),
        grouped(bank.rows)
    ));
    let mut classes = Table::new(&["class", ">findings", ">explains"]);
    for (class, sums) in shown.compared.by_class() {
        classes.row([class.name(), &grouped(sums.rows), &money(code, sums.net)]);
    }
    page.table(classes);
    page.gap();
    page.line("What was expected, and what makes it the bank's lines:");
    page.table(findings(shown));
    page
}

fn findings(shown: &Shown<'_>) -> Table {
    let code = shown.currency;
    let mut table =
        Table::new(&["due", "channel", "bill dates", "class", ">expected", ">bank", "lines", ">explains"]);
    table.row(["net expected", "", "", "", "", "", "", &money(code, shown.compared.expected.net)]);
    let told: Vec<&Finding> = shown
        .compared
        .findings
        .iter()
        .filter(|finding| shown.all || finding.class != Class::Matched)
        .collect();
    let most = if shown.all { told.len() } else { SHOWN };
    for finding in told.iter().take(most) {
        table.row(row(shown, finding));
    }
    if let Some(rest) = told.get(most..).filter(|rest| !rest.is_empty()) {
        let sum = rest.iter().map(|finding| finding.explains).sum();
        let words = format!("{} more: --all", grouped(rest.len() as u64));
        table.row([&*words, "", "", "", "", "", "", &money(code, sum)]);
    }
    table.row(["net at the bank", "", "", "", "", "", "", &money(code, shown.compared.bank.net)]);
    table
}

fn row(shown: &Shown<'_>, finding: &Finding) -> [String; 8] {
    let Finding { class, settlements, lines, late, is_searched, explains } = finding;
    let code = shown.currency;
    let sum = |is_there: bool, sum: i128| if is_there { money(code, sum) } else { String::new() };
    let mut words = class.name().to_owned();
    if *late > 0 {
        words.push_str(&format!(", {late} working days late"));
    }
    if !is_searched {
        words.push_str(", too many sums to look at");
    }
    [
        settlements.last().map_or(String::new(), |one| one.due.to_string()),
        settlements.first().map_or(String::new(), |one| one.channel.to_string()),
        joined(settlements.iter().map(|one| one.bill_date.to_string())),
        words,
        sum(!settlements.is_empty(), settlements.iter().map(|one| one.net).sum()),
        sum(!lines.is_empty(), lines.iter().map(|line| line.amount).sum()),
        joined(lines.iter().map(|line| format!("{} of {}", number(line), line.booked))),
        money(code, *explains),
    ]
}

/// How a person finds a line: the bank's number, else where it stands.
fn number(line: &BankLine) -> String {
    if line.number.is_empty() { format!("line {}", line.line) } else { line.number.to_string() }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn gap_words(code: &str, gap: &Gap) -> String {
    let Gap { kind, before, after } = gap;
    let balance = |balance: Option<i128>| balance.map_or("nothing".to_owned(), |minor| money(code, minor));
    let number = |number: &Option<Box<str>>| number.as_deref().unwrap_or("none").to_owned();
    let why = match kind {
        GapKind::BalanceGap => {
            format!(
                "opens with {}, and the one before closes with {}",
                balance(after.opening),
                balance(before.closing)
            )
        }
        GapKind::NumberGap => {
            format!("is number {}, and the one before {}", number(&after.number), number(&before.number))
        }
        GapKind::DatesOverlap => {
            format!("begins on {}, and the one before ends on {}", after.dates.0, before.dates.1)
        }
    };
    format!("{}: {} {why} ({})", kind.name(), after.place, before.place)
}

/// For programs: amounts in minor units.
pub(crate) fn to_json(shown: &Shown<'_>) -> Value {
    let Compared { findings, expected, bank } = shown.compared;
    let findings = findings.iter().filter(|finding| shown.all || finding.class != Class::Matched);
    let finding = |finding: &Finding| {
        let line = |line: &BankLine| {
            json!({
                "statement": shown.statements.get(line.statement), "line": line.line,
                "booked": line.booked.to_string(), "amount": line.amount, "number": line.number, "words": line.words,
            })
        };
        json!({
            "class": finding.class.name(), "late": finding.late, "searched": finding.is_searched,
            "explains": finding.explains,
            "expected": finding.settlements.iter().map(settlement).collect::<Vec<_>>(),
            "bank": finding.lines.iter().map(line).collect::<Vec<_>>(),
        })
    };
    let classes = shown
        .compared
        .by_class()
        .into_iter()
        .map(|(class, sums)| json!({"class": class.name(), "findings": sums.rows, "explains": sums.net}));
    let gap = |gap: &Gap| {
        json!({
            "kind": gap.kind.name(), "before": gap.before.place, "after": gap.after.place,
            "closing": gap.before.closing, "opening": gap.after.opening,
        })
    };
    json!({
        "currency": shown.currency, "as_of": shown.as_of.to_string(),
        "agrees": shown.compared.agrees() && shown.gaps.is_empty(),
        "expected": {"rows": expected.rows, "net": expected.net}, "bank": {"rows": bank.rows, "net": bank.net},
        "gaps": shown.gaps.iter().map(gap).collect::<Vec<_>>(),
        "classes": classes.collect::<Vec<_>>(), "findings": findings.map(finding).collect::<Vec<_>>(),
    })
}

fn settlement(one: &Settlement) -> Value {
    json!({
        "channel": one.channel, "bill_date": one.bill_date.to_string(), "due": one.due.to_string(), "net": one.net,
        "reference": one.reference, "place": one.place,
    })
}
