//! Statements as tables and as CSV.

use std::fmt::Write;

use longmen_engine::ledger::Currency;
use longmen_terminal::Table;

use super::identity::is_on_debit_side;
use super::sheet::{Check, Kind, result_in_balances, result_of_period};
use super::{Book, Figures, Section};
use crate::money::money;
use crate::page::Page;

/// What stands beside the general ledger, for memo accounts.
const MEMO_NET: &str = "memo net 备忘净额";

/// One currency of a statement for people.
pub(crate) fn page(book: &Book, kind: Kind, checks: &[Check]) -> Page {
    let table = match kind {
        Kind::BalanceSheet => balance_sheet(book),
        Kind::Income => income_statement(book),
        _ => turnovers(book),
    };
    let mut page = Page::from(book.currency.clone());
    page.table(table);
    page.gap();
    checks.iter().for_each(|check| page.line(line_of(check, &book.currency)));
    page
}

fn line_of(check: &Check, currency: &str) -> String {
    let [left, right] = [check.left, check.right].map(|minor| money(currency, minor));
    match check.holds {
        true => format!("ok    {}  ({left})", check.says),
        false => format!("FAIL  {}: {left} and {right}", check.says),
    }
}

/// A balance in the column of its side.
fn columns(currency: &str, balance: i128) -> [String; 2] {
    let [debit, credit] = [balance.max(0), (-balance).max(0)];
    [debit, credit].map(|minor| if minor == 0 { String::new() } else { money(currency, minor) })
}

fn turnovers(book: &Book) -> Table {
    let heads = [
        "subject",
        "name",
        ">opening debit",
        ">opening credit",
        ">debit turnover",
        ">credit turnover",
        ">closing debit",
        ">closing credit",
    ];
    let mut table = Table::new(&heads);
    let row = |code: &str, name: &str, figures: &Figures| {
        let [opening_debit, opening_credit] = columns(&book.currency, figures.opening);
        let [closing_debit, closing_credit] = columns(&book.currency, figures.closing);
        let [debit, credit] = [figures.debit, figures.credit].map(|minor| money(&book.currency, minor));
        let [code, name] = [code, name].map(str::to_owned);
        [code, name, opening_debit, opening_credit, debit, credit, closing_debit, closing_credit]
    };
    for section in &book.sections {
        table.across([section.title]);
        for one in &section.rows {
            table.row(row(&one.subject, &one.name, &one.figures));
        }
        table.row(row("", "total", &section.total));
    }
    table.row(total_by_side(book));
    if let Some(memo) = &book.memo {
        table.row(row("", MEMO_NET, memo));
    }
    table
}

/// The totals of all rows on the balance sheet, each balance on its side.
fn total_by_side(book: &Book) -> [String; 8] {
    let rows = || {
        let sections = book.sections.iter().filter(|section| section.class != "off_balance");
        sections.flat_map(|section| &section.rows).map(|row| &row.figures)
    };
    let sum = |figure: &dyn Fn(&Figures) -> i128| money(&book.currency, rows().map(figure).sum());
    [
        String::new(),
        "total 表内合计".to_owned(),
        sum(&|row| row.opening.max(0)),
        sum(&|row| (-row.opening).max(0)),
        sum(&|row| row.debit),
        sum(&|row| row.credit),
        sum(&|row| row.closing.max(0)),
        sum(&|row| (-row.closing).max(0)),
    ]
}

/// A figure on the side of its class.
fn own(class: &str, debit_positive: i128) -> i128 {
    if is_on_debit_side(class) { debit_positive } else { -debit_positive }
}

fn balance_sheet(book: &Book) -> Table {
    let mut table = Table::new(&["subject", "name", ">opening", ">closing"]);
    let print = |minor| money(&book.currency, minor);
    let of = |class: &str| book.sections.iter().find(|section| section.class == class).cloned();
    let mut sums = [0; 2];
    for class in ["asset", "liability", "common", "equity"] {
        let Some(section) = of(class) else { continue };
        table.across([section.title]);
        for row in &section.rows {
            let [opening, closing] =
                [row.figures.opening, row.figures.closing].map(|figure| own(class, figure));
            table.row([&row.subject, &row.name, &print(opening), &print(closing)]);
        }
        let totals = [section.total.opening, section.total.closing].map(|figure| own(class, figure));
        table.row(["", "total", &print(totals[0]), &print(totals[1])]);
        if class != "asset" {
            sums = [sums[0] + totals[0], sums[1] + totals[1]];
        }
    }
    let opening = result_in_balances(book, |figures| figures.opening);
    let closing = result_in_balances(book, |figures| figures.closing);
    table.row(["", "result not carried forward 未结转损益", &print(opening), &print(closing)]);
    if let Some(memo) = &book.memo {
        let [opening, closing] = [memo.opening, memo.closing].map(|figure| own("memo", figure));
        table.row(["", MEMO_NET, &print(opening), &print(closing)]);
        sums = [sums[0] + opening, sums[1] + closing];
    }
    let words = "liabilities, common, equity and result 负债和权益合计";
    table.row(["", words, &print(sums[0] + opening), &print(sums[1] + closing)]);
    table
}

fn income_statement(book: &Book) -> Table {
    let mut table = Table::new(&["subject", "name", ">amount"]);
    let print = |minor| money(&book.currency, minor);
    for section in income_sections(book) {
        table.across([section.title]);
        for row in &section.rows {
            table.row([&row.subject, &row.name, &print(own(section.class, row.figures.result))]);
        }
        table.row(["", "total", &print(own(section.class, section.total.result))]);
    }
    table.row(["", "result 净利润", &print(result_of_period(book))]);
    table
}

fn income_sections(book: &Book) -> impl Iterator<Item = &Section> {
    book.sections.iter().filter(|section| matches!(section.class, "income" | "expense"))
}

/// Statements as CSV: one row a subject, amounts as decimals in the currency's unit, and the first and the last date that they
/// are about. Balances are debit-positive, as their heads say; those of a balance sheet and an income statement stand on the
/// side of their class.
pub(crate) fn csv(books: &[Book], kind: Kind, (from, to): (&str, &str)) -> String {
    let mut text = String::from("currency,class,subject,name,");
    text.push_str(match kind {
        Kind::Income => "amount,from,to\n",
        Kind::BalanceSheet => "opening,closing,from,to\n",
        _ => "opening_debit_positive,debit,credit,closing_debit_positive,from,to\n",
    });
    for book in books {
        let wanted = |section: &&Section| match kind {
            Kind::Income => matches!(section.class, "income" | "expense"),
            Kind::BalanceSheet => !matches!(section.class, "income" | "expense" | "off_balance"),
            _ => true,
        };
        for section in book.sections.iter().filter(wanted) {
            for row in &section.rows {
                let Figures { opening, debit, credit, closing, result } = row.figures;
                let figures = match kind {
                    Kind::Income => vec![own(section.class, result)],
                    Kind::BalanceSheet => vec![own(section.class, opening), own(section.class, closing)],
                    _ => vec![opening, debit, credit, closing],
                };
                let fields = [&book.currency, section.class, &row.subject, &row.name].map(field).join(",");
                text.push_str(&fields);
                for figure in figures {
                    write!(text, ",{}", decimal(&book.currency, figure))
                        .expect("writing to memory cannot fail");
                }
                writeln!(text, ",{from},{to}").expect("writing to memory cannot fail");
            }
        }
        if let Some(memo) = book.memo.filter(|_| kind != Kind::Income) {
            let figures = match kind {
                Kind::BalanceSheet => vec![own("memo", memo.opening), own("memo", memo.closing)],
                _ => vec![memo.opening, memo.debit, memo.credit, memo.closing],
            };
            let figures = figures.into_iter().map(|figure| decimal(&book.currency, figure));
            let figures = figures.collect::<Vec<_>>().join(",");
            writeln!(text, "{},memo,,memo net,{figures},{from},{to}", book.currency)
                .expect("writing to memory cannot fail");
        }
        if matches!(kind, Kind::Income | Kind::BalanceSheet) {
            writeln!(text, "{},{from},{to}", csv_result(book, kind)).expect("writing to memory cannot fail");
        }
    }
    text
}

fn csv_result(book: &Book, kind: Kind) -> String {
    let print = |minor| decimal(&book.currency, minor);
    match kind {
        Kind::Income => format!("{},result,,result,{}", book.currency, print(result_of_period(book))),
        _ => {
            let opening = print(result_in_balances(book, |figures| figures.opening));
            let closing = print(result_in_balances(book, |figures| figures.closing));
            format!("{},result,,result not carried forward,{opening},{closing}", book.currency)
        }
    }
}

/// A plain decimal number in the currency's unit.
fn decimal(currency: &str, minor: i128) -> String {
    Currency::from_code(currency).map_or_else(|| minor.to_string(), |currency| currency.print(minor))
}

/// A field of CSV, in quotes where it needs them.
fn field(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}
