//! `longmen channel-file`

use std::cell::Cell;
use std::fs::File;
use std::path::{Path, PathBuf};

use longmen_channel_files::{
    AnyProfile, Expected, MoneyFormat, MoneyLine, MoneyStatement, Profile, ProfileError, Received, Refusal,
    StatementRow, TradeFormat, TradeProfile, read_money, read_table,
};
use longmen_engine::ledger::{Currency, Date};
use longmen_terminal::{Progress, Table, grouped};
use serde_json::{Value, json};

use crate::argument::{date, said};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::reconciling::TradeFile;

/// Look into the file of a channel or a bank: whether it is whole, whose it is, and what it comes to (渠道对账文件)
///
/// A file is taken whole or refused whole, with line, column and reason: a sum of its footer that is not that of its rows, a balance
/// that does not follow, a row of another date or merchant, one that comes twice, an end that is missing. Nothing is sent to a node.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Formats of transactions (a row each, with its fee):
  wechat-trade          微信支付 交易账单 ALL, SUCCESS, REFUND; as it is or gzip
  alipay-trade          支付宝 业务明细; the zip as it is, or its CSV
  unionpay-zm           银联 商户 ZM; needs --date
Formats of money (a line for each movement, with balances):
  wechat-fundflow       微信支付 资金账单
  alipay-signcustomer   支付宝 账务明细
  camt053               ISO 20022 camt.053, versions 2 and later
  mt940                 SWIFT MT940
By a profile, of transactions or of money (docs/CHANNELS.md):
  --profile FILE.toml   a table that a bank or channel has for itself, as CSV, XLSX or lines of fixed fields; docs/profiles has
                        those of 银联 ACOM and ZME to begin with

Examples:
  longmen channel-file 1900000100All2024-06-18.csv --format wechat-trade --date 2024-06-18
  longmen channel-file statement.xml --format camt053 --rows
  longmen channel-file bank.xlsx --profile icbc.toml --json
  longmen channel-file IND24061800ACOM --profile unionpay-acom.toml --date 2024-06-18")]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
    /// Its format
    #[arg(long, value_parser = format, required_unless_present = "profile", conflicts_with = "profile")]
    format: Option<Format>,
    /// The profile of a file that a bank or channel has for itself: a table, or lines of fixed fields
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Whose file it must be: the merchant's number at the channel, or the account at the bank
    #[arg(long, value_name = "NUMBER", value_parser = said)]
    merchant: Option<String>,
    /// The date that it must be of
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Option<Date>,
    /// The SHA-1 of what is packed in it, in hexadecimal digits, where the channel gives one
    #[arg(long, value_name = "DIGITS", value_parser = said)]
    sha1: Option<String>,
    /// Show every row, too
    #[arg(long)]
    rows: bool,
    #[command(flatten)]
    output: Output,
}

/// A format that is built in.
#[derive(Clone, Copy, Debug)]
enum Format {
    Trades(TradeFormat),
    Money(MoneyFormat),
}

/// What a file is read by.
enum Known {
    Trades(TradeFile),
    Money(MoneyFormat),
    Table(Box<Profile>),
}

/// What a file holds, with its rows where they are shown.
enum Held {
    Trades(Received, Vec<StatementRow>),
    Money(MoneyStatement, Vec<MoneyLine>),
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let held = match read(args)? {
        Ok(held) => held,
        Err(refusal) => {
            args.output.show(&refused_json(&refusal), |_| refused_page(args, &refusal))?;
            return Ok(Conclusion::BadFile);
        }
    };
    match &held {
        Held::Trades(received, rows) => {
            args.output.show(&trades_json(received, rows), |_| trades_page(received, rows))?;
        }
        Held::Money(statement, lines) => {
            args.output.show(&money_json(statement, lines), |_| money_page(statement, lines))?;
        }
    }
    Ok(Conclusion::Held)
}

fn read(args: &Args) -> Result<Result<Held, Refusal>, Failure> {
    let mut file = File::open(&args.file)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", args.file.display())))?;
    let expected = Expected {
        merchant: args.merchant.as_deref().map(Into::into),
        date: args.date,
        sha1: args.sha1.as_deref().map(Into::into),
    };
    let known = match (args.format, &args.profile) {
        (Some(Format::Trades(format)), _) => Known::Trades(TradeFile::Format(format)),
        (Some(Format::Money(format)), _) => Known::Money(format),
        (None, Some(path)) => match profile(path, AnyProfile::parse)? {
            AnyProfile::Trades(profile) => Known::Trades(TradeFile::Profile(Box::new(profile))),
            AnyProfile::Money(profile) => Known::Table(Box::new(profile)),
        },
        (None, None) => unreachable!("the command line has a format or a profile"),
    };
    let counter = Counter { progress: Progress::counting("rows"), count: Cell::new(0) };
    let held = read_known(&known, &mut file, &expected, args.rows, &counter);
    counter.progress.finish();
    Ok(held)
}

/// Reads it, and keeps its rows where they are shown.
fn read_known(
    known: &Known,
    file: &mut File,
    expected: &Expected,
    keeps: bool,
    counter: &Counter,
) -> Result<Held, Refusal> {
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    let mut take_row = |row: StatementRow| {
        counter.add();
        rows.extend(keeps.then_some(row));
    };
    let mut take_line = |line: MoneyLine| {
        counter.add();
        lines.extend(keeps.then_some(line));
    };
    Ok(match known {
        Known::Trades(format) => {
            let received = format.read(file, expected, &mut take_row)?;
            Held::Trades(received, rows)
        }
        Known::Money(format) => {
            let statement = read_money(*format, file, expected, &mut take_line)?;
            Held::Money(statement, lines)
        }
        Known::Table(profile) => {
            let statement = read_table(profile, file, expected, &mut take_line)?;
            Held::Money(statement, lines)
        }
    })
}

/// Tells how far it has come.
struct Counter {
    progress: Progress,
    count: Cell<u64>,
}

impl Counter {
    fn add(&self) {
        let count = self.count.get() + 1;
        self.count.set(count);
        if count.is_multiple_of(65_536) {
            self.progress.at(count, String::new());
        }
    }
}

fn refused_json(refusal: &Refusal) -> Value {
    json!({
        "refused": refusal.code.name(), "line": refusal.line, "column": refusal.column, "reason": refusal.reason,
    })
}

fn refused_page(args: &Args, refusal: &Refusal) -> Page {
    let mut page = Page::new();
    page.line(format_args!("{} is refused: {refusal}", args.file.display()));
    page.line("Nothing of it is to be used.");
    page
}

/// The profile of a table of money.
pub(super) fn money_profile(path: &Path) -> Result<Profile, Failure> {
    profile(path, Profile::parse)
}

/// The profile of a table of transactions.
pub(super) fn trade_profile(path: &Path) -> Result<TradeProfile, Failure> {
    profile(path, TradeProfile::parse)
}

fn profile<T>(path: &Path, parse: fn(&str) -> Result<T, ProfileError>) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))?;
    parse(&text).map_err(|error| {
        let path = path.display();
        Failure::Usage(format!("{path}: {error}; docs/CHANNELS.md says what a profile has"))
    })
}

fn trades_page(received: &Received, rows: &[StatementRow]) -> Page {
    let mut page = Page::new();
    let whose = received.merchant.as_deref().unwrap_or("it does not say whose");
    let of = received.date.map_or("no date".to_owned(), |date| date.to_string());
    page.line(format_args!("whole: {whose}, {of}, {} rows", grouped(received.rows)));
    if received.unmoved > 0 {
        page.line(format_args!("{} of them moved no money: failed, or closed", grouped(received.unmoved)));
    }
    let mut table = Table::new(&["currency", "kind", "rows", "amount", "fee", "net"]);
    for ((currency, kind), sums) in &received.sums {
        table.row([
            (*currency).to_owned(),
            kind.name().to_owned(),
            grouped(sums.rows),
            money(currency, sums.gross),
            money(currency, sums.fee),
            money(currency, sums.gross - sums.fee),
        ]);
    }
    for currency in currencies(received) {
        let net = money(currency.code(), received.net(currency));
        table.row([currency.code(), "all", "", "", "", &net]);
    }
    page.table(table);
    if !rows.is_empty() {
        page.table(rows_table(rows));
    }
    page
}

fn rows_table(rows: &[StatementRow]) -> Table {
    let mut table = Table::new(&[
        "line",
        "kind",
        "state",
        "merchant's number",
        "channel's number",
        "amount",
        "fee",
        "time",
    ]);
    for row in rows {
        let code = row.currency.code();
        table.row([
            row.line.to_string(),
            row.kind.name().to_owned(),
            row.state.name().to_owned(),
            row.merchant_number.to_string(),
            row.channel_number.to_string(),
            money(code, row.gross.0.into()),
            money(code, row.fee.0.into()),
            row.time.map_or(String::new(), |time| time.strftime("%m-%d %H:%M:%S").to_string()),
        ]);
    }
    table
}

fn trades_json(received: &Received, rows: &[StatementRow]) -> Value {
    let sums = received.sums.iter().map(|((currency, kind), sums)| {
        json!({"currency": currency, "kind": kind.name(), "rows": sums.rows, "gross": sums.gross, "fee": sums.fee})
    });
    let nets =
        currencies(received).map(|currency| (currency.code().to_owned(), json!(received.net(currency))));
    let rows = rows.iter().map(|row| {
        json!({
            "line": row.line, "kind": row.kind.name(), "state": row.state.name(),
            "merchant_number": row.merchant_number, "order": row.order, "channel_number": row.channel_number,
            "gross": row.gross.0, "fee": row.fee.0, "currency": row.currency.code(),
            "time": row.time.map(|time| time.to_string()),
            "settle_date": row.settle_date.map(|date| date.to_string()),
        })
    });
    json!({
        "merchant": received.merchant, "date": received.date.map(|date| date.to_string()),
        "count": received.rows, "unmoved": received.unmoved, "sums": sums.collect::<Vec<_>>(),
        "net": nets.collect::<serde_json::Map<_, _>>(), "rows": rows.collect::<Vec<_>>(),
    })
}

/// The currencies of its sums, each once.
fn currencies(received: &Received) -> impl Iterator<Item = Currency> {
    let mut codes: Vec<&str> = received.sums.keys().map(|(code, _)| *code).collect();
    codes.dedup();
    codes.into_iter().filter_map(Currency::from_code)
}

fn money_page(statement: &MoneyStatement, lines: &[MoneyLine]) -> Page {
    let mut page = Page::new();
    let code = statement.currency.code();
    let balance = |balance: Option<i128>| balance.map_or("not said".to_owned(), |minor| money(code, minor));
    let whose = statement.account.as_deref().unwrap_or("it does not say whose");
    let of = match statement.dates {
        Some((first, last)) if first == last => first.to_string(),
        Some((first, last)) => format!("{first} to {last}"),
        None => "no date".to_owned(),
    };
    page.line(format_args!("whole: {whose}, {of}, {code}"));
    let mut table = Table::new(&["", "lines", "amount"]);
    table.row(["opening balance", "", &balance(statement.opening)]);
    for (name, (count, sum)) in [("in", statement.incoming), ("out", statement.outgoing)] {
        table.row([name, &grouped(count), &money(code, sum)]);
    }
    table.row(["closing balance", "", &balance(statement.closing)]);
    page.table(table);
    if !lines.is_empty() {
        let mut table = Table::new(&[
            "line",
            "booked",
            "amount",
            "balance",
            "number",
            "merchant's number",
            "kind",
            "remark",
        ]);
        for line in lines {
            table.row([
                line.line.to_string(),
                line.booked.to_string(),
                money(code, line.amount.0.into()),
                line.balance.map_or(String::new(), |minor| money(code, minor)),
                line.number.to_string(),
                line.merchant_number.to_string(),
                line.kind.to_string(),
                line.remark.to_string(),
            ]);
        }
        page.table(table);
    }
    page
}

fn money_json(statement: &MoneyStatement, lines: &[MoneyLine]) -> Value {
    let lines = lines.iter().map(|line| {
        json!({
            "line": line.line, "amount": line.amount.0, "booked": line.booked.to_string(),
            "time": line.time.map(|time| time.to_string()),
            "value_date": line.value_date.map(|date| date.to_string()), "number": line.number,
            "merchant_number": line.merchant_number, "kind": line.kind, "remark": line.remark, "balance": line.balance,
        })
    });
    let sums = |(count, sum): (u64, i128)| json!({"count": count, "amount": sum});
    json!({
        "account": statement.account, "currency": statement.currency.code(),
        "from": statement.dates.map(|(first, _)| first.to_string()),
        "to": statement.dates.map(|(_, last)| last.to_string()),
        "number": statement.number, "opening": statement.opening, "closing": statement.closing,
        "in": sums(statement.incoming), "out": sums(statement.outgoing), "rows": lines.collect::<Vec<_>>(),
    })
}

fn format(text: &str) -> Result<Format, String> {
    let trades = TradeFormat::ALL.iter().map(|format| (format.name(), Format::Trades(*format)));
    let money = MoneyFormat::ALL.iter().map(|format| (format.name(), Format::Money(*format)));
    named(trades.chain(money), text)
}

/// The format of a file of transactions, by its name.
pub(crate) fn trade_format(text: &str) -> Result<TradeFormat, String> {
    named(TradeFormat::ALL.iter().map(|format| (format.name(), *format)), text)
}

/// The format of a file of money, by its name.
pub(super) fn money_format(text: &str) -> Result<MoneyFormat, String> {
    named(MoneyFormat::ALL.iter().map(|format| (format.name(), *format)), text)
}

/// One of several, by its name.
fn named<T>(all: impl Iterator<Item = (&'static str, T)>, name: &str) -> Result<T, String> {
    let mut names = Vec::new();
    for (known, one) in all {
        if known == name {
            return Ok(one);
        }
        names.push(known);
    }
    Err(format!("there is {}", names.join(", ")))
}
