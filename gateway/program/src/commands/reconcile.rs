//! `longmen reconcile`

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use longmen_channel_files::{Expected, TradeFormat, read_trades};
use longmen_engine::ledger::Date;
use longmen_reconciliation::{Class, Compared, Finding, Hung, Rules, Transaction, compare};
use longmen_terminal::{Table, grouped};
use serde_json::{Value, json};

use super::channel_file::{date, trade_format};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::reconciling::{read_book, read_hung, write_hung};

/// Differences that are shown, where not all are asked for.
const SHOWN: usize = 50;

/// Compare the books of a date with a channel's file, transaction by transaction and fee by fee (对账)
///
/// The books come as a CSV file with the columns transaction, kind, merchant_number, amount, fee, and if need be currency (CNY
/// without it) and state (done, pending, failed; done without it). Amounts have the merchant's signs: a payment's is positive, a
/// refund's negative, and so is the fee that is given back. What is on one side only waits for the next file (存疑): --hung-after
/// writes what waits, and --hung-before reads what the day before wrote. Nothing is posted, and nothing is sent to a node.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 both agree, 1 something differs, 2 a file is wrong

Examples:
  longmen reconcile book.csv 1900000100All2024-06-18.csv --format wechat-trade --date 2024-06-18 --hung-after hung-0618.csv
  longmen reconcile book.csv next.csv --format wechat-trade --date 2024-06-19 --hung-before hung-0618.csv --hung-after hung-0619.csv")]
pub(crate) struct Args {
    /// The books of the date: a CSV file
    book: PathBuf,
    /// The channel's file
    file: PathBuf,
    /// The format of the channel's file; see `longmen channel-file --help`
    #[arg(long, value_parser = trade_format)]
    format: TradeFormat,
    /// The date of both
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Date,
    /// Whose file it must be: the merchant's number at the channel
    #[arg(long, value_name = "NUMBER")]
    merchant: Option<String>,
    /// What waits from the day before, as that day's --hung-after wrote it
    #[arg(long, value_name = "FILE")]
    hung_before: Option<PathBuf>,
    /// Write what waits for the next file
    #[arg(long, value_name = "FILE")]
    hung_after: Option<PathBuf>,
    /// Files that something on one side only waits for
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=3))]
    hang_days: u32,
    /// Minor units that a fee may differ by and be adjusted without anybody
    #[arg(long, value_name = "N", default_value_t = 0)]
    fee_tolerance: u64,
    /// Show every difference, not only the first 50, and with --json what agrees as well
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    if args.hung_before.is_some() && args.hung_before == args.hung_after {
        let words = "--hung-after is the file of --hung-before: what waits would count the day twice if this were run again";
        return Err(Failure::Usage(words.to_owned()));
    }
    let mut source = File::open(&args.file)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", args.file.display())))?;
    let book = read_book(&args.book)?;
    let hung = args.hung_before.as_deref().map(read_hung).transpose()?.unwrap_or_default();
    let merchant = args.merchant.as_deref().map(Into::into);
    let expected = Expected { merchant, date: Some(args.date), sha1: None };
    let mut file = Vec::new();
    read_trades(args.format, &mut source, &expected, &mut |row| file.push(Transaction::from(&row))).map_err(
        |refusal| {
            Failure::Usage(format!("{} is refused: {refusal}; nothing was compared", args.file.display()))
        },
    )?;
    let rules = Rules { date: args.date, hang_days: args.hang_days, fee_tolerance: args.fee_tolerance };
    let compared = by_currency(&rules, book, file, hung);
    if let Some(path) = &args.hung_after {
        let waits: Vec<Hung> = compared.values().flat_map(|one| one.hung.iter().cloned()).collect();
        write_hung(path, &waits)?;
    }
    let shown = json!({
        "date": args.date.to_string(),
        "currencies": compared.iter().map(|(code, one)| to_json(code, one, args.all)).collect::<Vec<_>>(),
    });
    args.output.show(&shown, |_| to_page(args, &compared))?;
    Ok(Conclusion::of(compared.values().all(Compared::agrees)))
}

/// Each currency is compared by itself.
fn by_currency(
    rules: &Rules,
    book: Vec<Transaction>,
    file: Vec<Transaction>,
    hung: Vec<Hung>,
) -> BTreeMap<&'static str, Compared> {
    let mut sides: BTreeMap<&str, (Vec<_>, Vec<_>, Vec<_>)> = BTreeMap::new();
    book.into_iter().for_each(|one| sides.entry(one.currency.code()).or_default().0.push(one));
    file.into_iter().for_each(|one| sides.entry(one.currency.code()).or_default().1.push(one));
    hung.into_iter().for_each(|one| sides.entry(one.transaction.currency.code()).or_default().2.push(one));
    let compare = |(code, (book, file, hung))| (code, compare(rules, book, file, hung));
    sides.into_iter().map(compare).collect()
}

fn to_page(args: &Args, compared: &BTreeMap<&str, Compared>) -> Page {
    let mut page = Page::new();
    if compared.is_empty() {
        page.line(format_args!("{}: neither the books nor the file have anything", args.date));
    }
    for (code, one) in compared {
        page.line(format_args!(
            "{} {code}: {} rows in the books, {} in the file",
            args.date,
            grouped(one.book.rows),
            grouped(one.file.rows)
        ));
        page.table(classes(code, one));
        page.gap();
        page.line("What the books have, and what makes it the file's net (余额调节表):");
        page.table(statement(args, code, one));
        if !one.hung.is_empty() {
            page.line(format_args!("{} wait for the next file", grouped(one.hung.len() as u64)));
        }
    }
    page
}

fn classes(code: &str, compared: &Compared) -> Table {
    let mut table = Table::new(&["class", "", "rows", "explains"]);
    for ((class, fate), sums) in compared.by_class() {
        table.row([class.name(), fate.name(), &grouped(sums.rows), &money(code, sums.net)]);
    }
    table
}

fn statement(args: &Args, code: &str, compared: &Compared) -> Table {
    let mut table = Table::new(&["number", "kind", "class", "", "books", "file", "explains"]);
    table.row(["net of the books", "", "", "", "", "", &money(code, compared.book.net)]);
    let told: Vec<&Finding> = compared.findings.iter().filter(|finding| is_told(finding)).collect();
    let shown = if args.all { told.len() } else { SHOWN };
    for finding in told.iter().take(shown) {
        let either = finding.book.as_ref().or(finding.file.as_ref());
        let amounts = |side: &Option<Transaction>| {
            let amounts = |one: &Transaction| {
                format!("{} fee {}", money(code, one.gross.0.into()), money(code, one.fee.0.into()))
            };
            side.as_ref().map_or(String::new(), amounts)
        };
        table.row([
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
        ]);
    }
    if let Some(rest) = told.get(shown..).filter(|rest| !rest.is_empty()) {
        let sum = rest.iter().map(|finding| finding.explains).sum();
        let words = format!("{} more: --all", grouped(rest.len() as u64));
        table.row([&*words, "", "", "", "", "", &money(code, sum)]);
    }
    table.row(["net of the file", "", "", "", "", "", &money(code, compared.file.net)]);
    table
}

/// Whether a finding is a difference, or was one the day before.
fn is_told(finding: &Finding) -> bool {
    finding.class != Class::Matched || finding.days > 0
}

fn to_json(code: &str, compared: &Compared, all: bool) -> Value {
    let findings = compared.findings.iter().filter(|finding| all || is_told(finding)).map(|finding| {
        let side = |side: &Option<Transaction>| {
            side.as_ref().map(|one| {
                json!({
                    "reference": one.reference, "line": one.line, "gross": one.gross.0, "fee": one.fee.0,
                    "state": one.state.name(),
                })
            })
        };
        let either = finding.book.as_ref().or(finding.file.as_ref());
        json!({
            "merchant_number": finding.merchant_number(), "kind": either.map(|one| one.kind.name()),
            "class": finding.class.name(), "fate": finding.fate.name(), "days": finding.days,
            "explains": finding.explains, "book": side(&finding.book), "file": side(&finding.file),
        })
    });
    let classes = compared.by_class().into_iter().map(|((class, fate), sums)| {
        json!({"class": class.name(), "fate": fate.name(), "rows": sums.rows, "explains": sums.net})
    });
    json!({
        "currency": code, "agrees": compared.agrees(), "unmoved": compared.unmoved, "hung": compared.hung.len(),
        "book": {"rows": compared.book.rows, "net": compared.book.net},
        "file": {"rows": compared.file.rows, "net": compared.file.net},
        "classes": classes.collect::<Vec<_>>(), "findings": findings.collect::<Vec<_>>(),
    })
}
