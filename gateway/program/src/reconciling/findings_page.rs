//! What was found, for people: sums by class, and the statement that makes the file's net of the books' (余额调节表).

use std::collections::BTreeMap;

use longmen_engine::ledger::Date;
use longmen_reconciliation::{Finding, Found, Totals, Transaction};
use longmen_reconciliation_run::Compared;
use longmen_terminal::{Table, grouped};

use crate::money::money;
use crate::page::Page;

/// Differences that are shown where not all are asked for.
const SOME: usize = 50;
/// Differences that are shown at most: who wants more reads a file.
const MOST: usize = 10_000;

/// The first differences of each currency.
pub(crate) struct Shown {
    all: bool,
    findings: BTreeMap<&'static str, Vec<Finding>>,
}

impl Shown {
    /// None yet. `all` is whether all are asked for.
    pub(crate) fn new(all: bool) -> Shown {
        Shown { all, findings: BTreeMap::new() }
    }

    /// Takes what was found, if it is shown.
    pub(crate) fn take(&mut self, found: Found) {
        if !found.finding.is_told() {
            return;
        }
        let shown = self.findings.entry(found.currency_code()).or_default();
        if shown.len() < if self.all { MOST } else { SOME } {
            shown.push(found.finding);
        }
    }
}

/// What was compared, with the differences that are shown.
pub(crate) fn to_page(date: Date, compared: &Compared, shown: &Shown) -> Page {
    let mut page = Page::new();
    if compared.totals().is_empty() {
        page.line(format_args!("{date}: neither the books nor the file have anything"));
    }
    for (code, totals) in compared.totals() {
        page.line(format_args!(
            "{date} {code}: {} rows in the books, {} in the file",
            grouped(totals.book.rows),
            grouped(totals.file.rows)
        ));
        page.table(classes(code, totals));
        page.gap();
        page.line("What the books have, and what makes it the file's net (余额调节表):");
        page.table(statement(code, totals, shown));
        if totals.hung() > 0 {
            page.line(format_args!("{} wait for the next file", grouped(totals.hung())));
        }
    }
    page
}

fn classes(code: &str, totals: &Totals) -> Table {
    let mut table = Table::new(&["class", "", "rows", "explains"]);
    for ((class, fate), sums) in &totals.classes {
        table.row([class.name(), fate.name(), &grouped(sums.rows), &money(code, sums.net)]);
    }
    table
}

fn statement(code: &str, totals: &Totals, shown: &Shown) -> Table {
    let mut table = Table::new(&["number", "kind", "class", "", "books", "file", "explains"]);
    table.row(["net of the books", "", "", "", "", "", &money(code, totals.book.net)]);
    let findings = shown.findings.get(code).map_or(&[][..], Vec::as_slice);
    findings.iter().for_each(|finding| table.row(cells(code, finding)));
    let more = totals.told - findings.len() as u64;
    if more > 0 {
        // What agrees explains nothing: the differences make up all that the nets differ by.
        let explained: i128 = findings.iter().map(|finding| finding.explains).sum();
        let rest = totals.file.net - totals.book.net - explained;
        let remedy = if shown.all { "--breaks FILE" } else { "--all" };
        let words = format!("{} more: {remedy}", grouped(more));
        table.row([&*words, "", "", "", "", "", &money(code, rest)]);
    }
    table.row(["net of the file", "", "", "", "", "", &money(code, totals.file.net)]);
    table
}

fn cells(code: &str, finding: &Finding) -> [String; 7] {
    let either = finding.book.as_ref().or(finding.file.as_ref());
    let amounts = |side: &Option<Transaction>| {
        let amounts = |one: &Transaction| {
            format!("{} fee {}", money(code, one.gross.0.into()), money(code, one.fee.0.into()))
        };
        side.as_ref().map_or(String::new(), amounts)
    };
    [
        finding.merchant_number().to_owned(),
        either.map_or("", |one| one.kind.name()).to_owned(),
        finding.class.name().to_owned(),
        match finding.days {
            0 => finding.fate.name().to_owned(),
            days => format!("{}, {days} days", finding.fate.name()),
        },
        amounts(&finding.book),
        amounts(&finding.file),
        money(code, finding.explains),
    ]
}
