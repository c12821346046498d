//! `longmen reconcile-money`

use std::fs::File;
use std::path::{Path, PathBuf};

use longmen_channel_files as files;
use longmen_channel_files::{MoneyFormat, MoneyLine, MoneyStatement, TradeFormat, read_money, read_trades};
use longmen_engine::ledger::{Currency, Date};
use longmen_reconciliation::money::{
    BankLine, ChannelWord, Rules, Settlement, StatementHead, gaps, match_money,
};
use longmen_reconciliation::{Calendar, CalendarError, SettlementRule};

use super::channel_file::{money_format, money_profile, trade_format};
use crate::argument::date;
use crate::argument::said;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::reconciling::money_shown::{Shown, to_json, to_page};
use crate::reconciling::{Expected, read_calendar, read_expected, refused};

/// Compare what channels settled with the bank's statement (资金对账): what arrived, what is not there yet, and lines that nobody knows
///
/// What is expected comes as a CSV file with the columns channel, bill_date, currency, net and, if need be, reference, or from channels' files
/// themselves. The rule of a channel says when the bank has it: t+1 is the working day after, d+1 the day after. A line is matched by its
/// reference, then by amount and date, then as the sum of several days (a weekend in one line), or a day as the sum of several lines. Where
/// more than one answer is possible none is taken: it is ambiguous. Nothing is posted, and nothing is sent to a node.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "longmen reconcile-money [OPTIONS] --calendar FILE --rule RULE STATEMENT...",
    after_help = "\
The calendar is a CSV file with the columns date, kind and, if need be, name. A row `2024,year` says that all holidays and worked
weekends (调休) of 2024 are there, `2024-06-10,holiday` and `2024-05-11,working` are such days. A date of another year is refused.

Several statements of one account have to follow each other: each opens as the one before closed, and no number is missing.

Exit codes: 0 all that was due is there and nothing else, 1 something differs, 2 a file is wrong

Examples:
  longmen reconcile-money statement.xml --format camt053 --expected settled.csv --calendar 2024.csv --rule t+1
  longmen reconcile-money 0619.sta --format mt940 --trades wechat-trade=1900000100All2024-06-18.csv --calendar 2024.csv --rule t+1 \\
      --words wechat=TENPAY
  longmen reconcile-money icbc.xlsx --profile icbc.toml --payouts wechat-fundflow=fund.csv --calendar 2024.csv --rule wechat=d+0"
)]
pub(crate) struct Args {
    /// The bank's statements of one account, of one day or several
    #[arg(required = true)]
    statements: Vec<PathBuf>,
    /// Their format; see `longmen channel-file --help`
    #[arg(long, value_parser = money_format, required_unless_present = "profile", conflicts_with = "profile")]
    format: Option<MoneyFormat>,
    /// The profile of a table that the bank has for itself
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// The account that they must be of
    #[arg(long, value_name = "NUMBER", value_parser = said)]
    account: Option<String>,
    #[command(flatten)]
    sources: Sources,
    /// Holidays and worked weekends: a CSV file
    #[arg(long, value_name = "FILE")]
    calendar: PathBuf,
    /// When the bank has the money of a day: t+N working days, d+N days after; of one channel with its name before
    #[arg(long = "rule", value_name = "[CHANNEL=]RULE", value_parser = channel_rule, required = true)]
    rules: Vec<ChannelRule>,
    /// A text in the bank's lines by which a channel is known: such a line is of no other channel
    #[arg(long = "words", value_name = "CHANNEL=TEXT", value_parser = channel_word)]
    words: Vec<(String, String)>,
    /// By how many days a line may be before or behind the date on which it is due
    #[arg(long, value_name = "DAYS", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=10))]
    within: u32,
    /// Up to which date the statements go; the last of their dates without it
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    as_of: Option<Date>,
    /// Show every finding, not only the first 50, and with --json what agrees as well
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Sources {
    /// What channels settled: a CSV file
    #[arg(long, value_name = "FILE")]
    expected: Option<PathBuf>,
    /// A channel's file of transactions, whose net is expected; the channel is called by the first word of the format
    #[arg(long, value_name = "FORMAT=FILE", value_parser = trades_file)]
    trades: Vec<(TradeFormat, PathBuf)>,
    /// A channel's file of money, whose payouts (提现, 结算) are expected
    #[arg(long, value_name = "FORMAT=FILE", value_parser = payouts_file)]
    payouts: Vec<(MoneyFormat, PathBuf)>,
}

/// The rule of a channel; of all that have none of their own without a name.
#[derive(Clone, Debug)]
struct ChannelRule {
    channel: Option<String>,
    rule: SettlementRule,
}

/// The bank's statements, read.
struct Bank {
    currency: Currency,
    lines: Vec<BankLine>,
    heads: Vec<StatementHead>,
    last: Option<Date>,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let calendar = read_calendar(&args.calendar)?;
    let bank = read_bank(args)?;
    let as_of = args.as_of.or(bank.last).ok_or_else(|| {
        Failure::Usage("the statements have no date: --as-of says up to which date they go".to_owned())
    })?;
    let mut settlements = Vec::new();
    for expected in read_sources(args)? {
        settlements.push(settlement(args, &calendar, bank.currency, expected)?);
    }
    let words: Vec<ChannelWord> = args
        .words
        .iter()
        .map(|(channel, word)| ChannelWord { channel: channel.as_str().into(), word: word.as_str().into() })
        .collect();
    let rules = Rules { calendar: &calendar, as_of, within: args.within, words: &words };
    let compared = match_money(&rules, settlements, bank.lines)
        .map_err(|error| not_covered(&args.calendar, "a date by which something is late", &error))?;
    let gaps = gaps(bank.heads);
    let shown = Shown {
        currency: bank.currency.code(),
        as_of,
        compared: &compared,
        gaps: &gaps,
        statements: &args.statements,
        all: args.all,
    };
    args.output.show(&to_json(&shown), |_| to_page(&shown))?;
    Ok(Conclusion::of(compared.agrees() && gaps.is_empty()))
}

/// When it is due, by the rule of its channel.
fn settlement(
    args: &Args,
    calendar: &Calendar,
    currency: Currency,
    expected: Expected,
) -> Result<Settlement, Failure> {
    let Expected { channel, bill_date, currency: own, net, reference, place } = expected;
    if own != currency {
        let words = format!(
            "{place}: wrong_currency, currency: it is in {own}, and the bank's account in {currency}"
        );
        return Err(Failure::Usage(words));
    }
    let of = |name: Option<&str>| args.rules.iter().find(|rule| rule.channel.as_deref() == name);
    let rule = of(Some(&channel)).or_else(|| of(None)).ok_or_else(|| {
        Failure::Usage(format!("{place}: no_rule, channel: there is no --rule for `{channel}`"))
    })?;
    let due = rule.rule.due(bill_date, calendar);
    let due = due.map_err(|error| not_covered(&args.calendar, &place, &error))?;
    Ok(Settlement { due, bill_date, channel, reference, net, place })
}

fn not_covered(calendar: &Path, what: &str, error: &CalendarError) -> Failure {
    let (path, code) = (calendar.display(), error.code());
    Failure::Usage(format!(
        "{what}: {code}: by {path} {error}; a row such as `2024,year` says that a year is there as a whole"
    ))
}

fn read_bank(args: &Args) -> Result<Bank, Failure> {
    let profile = args.profile.as_deref().map(money_profile).transpose()?;
    let merchant = args.account.as_deref().map(Into::into);
    let expected = files::Expected { merchant, ..files::Expected::default() };
    let mut lines: Vec<BankLine> = Vec::new();
    let mut statements: Vec<MoneyStatement> = Vec::new();
    for (index, path) in args.statements.iter().enumerate() {
        let mut file = open(path)?;
        let mut take = |line: MoneyLine| lines.push(BankLine::of(index, &line));
        let statement = match (args.format, &profile) {
            (Some(format), _) => read_money(format, &mut file, &expected, &mut take),
            (_, Some(profile)) => files::read_table(profile, &mut file, &expected, &mut take),
            _ => unreachable!("the command line has a format or a profile"),
        };
        let statement = statement.map_err(|refusal| refused(path, refusal))?;
        if let Some(first) = statements.first() {
            if first.account != statement.account {
                let [this, that] = [&statement, first].map(|one| one.account.as_deref().unwrap_or_default());
                return Err(refused(
                    path,
                    format_args!("wrong_account: it is of `{this}`, and the first of `{that}`"),
                ));
            }
            if first.currency != statement.currency {
                let (this, that) = (statement.currency, first.currency);
                return Err(refused(
                    path,
                    format_args!("wrong_currency: it is in {this}, and the first in {that}"),
                ));
            }
        }
        statements.push(statement);
    }
    let place = |path: &PathBuf| path.display().to_string();
    let heads = args.statements.iter().zip(&statements);
    let heads = heads.filter_map(|(path, statement)| StatementHead::of(&place(path), statement)).collect();
    let last = statements.iter().filter_map(|statement| statement.dates).map(|(_, last)| last).max();
    let currency = statements.first().map(|statement| statement.currency);
    let currency = currency.expect("the command line has a statement");
    Ok(Bank { currency, lines, heads, last })
}

/// What is expected, from wherever the command line says.
fn read_sources(args: &Args) -> Result<Vec<Expected>, Failure> {
    let Sources { expected, trades, payouts } = &args.sources;
    let mut all = expected.as_deref().map(read_expected).transpose()?.unwrap_or_default();
    for (format, path) in trades {
        let received = read_trades(*format, &mut open(path)?, &files::Expected::default(), &mut |_| {});
        let received = received.map_err(|refusal| refused(path, refusal))?;
        let mut currencies: Vec<&str> = received.sums.keys().map(|(code, _)| *code).collect();
        currencies.dedup();
        for currency in currencies.into_iter().filter_map(Currency::from_code) {
            let no_date = || refused(path, "wrong_date: it does not say of which date it is");
            all.push(Expected {
                channel: channel_of(format.name()),
                bill_date: received.date.ok_or_else(no_date)?,
                currency,
                net: received.net(currency),
                reference: Box::default(),
                place: path.display().to_string().into(),
            });
        }
    }
    for (format, path) in payouts {
        all.extend(read_payouts(*format, path)?);
    }
    Ok(all)
}

/// What a channel paid out by its own file of money.
fn read_payouts(format: MoneyFormat, path: &Path) -> Result<Vec<Expected>, Failure> {
    let mut lines = Vec::new();
    let mut take = |line: MoneyLine| lines.push(line);
    let statement = read_money(format, &mut open(path)?, &files::Expected::default(), &mut take);
    let currency = statement.map_err(|refusal| refused(path, refusal))?.currency;
    let is_payout = |line: &MoneyLine| ["提现", "结算"].iter().any(|word| line.kind.contains(word));
    let payouts = lines.into_iter().filter(is_payout).map(|line| Expected {
        channel: channel_of(format.name()),
        bill_date: line.booked,
        currency,
        net: -i128::from(line.amount.0),
        reference: if line.merchant_number.is_empty() { line.number } else { line.merchant_number },
        place: format!("{}, line {}", path.display(), line.line).into(),
    });
    Ok(payouts.collect())
}

/// `wechat` of `wechat-trade`.
fn channel_of(format: &str) -> Box<str> {
    format.split('-').next().unwrap_or(format).into()
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))
}

fn trades_file(text: &str) -> Result<(TradeFormat, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("expected such as wechat-trade=FILE")?;
    Ok((trade_format(format)?, path.into()))
}

fn payouts_file(text: &str) -> Result<(MoneyFormat, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("expected such as wechat-fundflow=FILE")?;
    Ok((money_format(format)?, path.into()))
}

fn channel_rule(text: &str) -> Result<ChannelRule, String> {
    let (channel, rule) = text.split_once('=').map_or((None, text), |(channel, rule)| (Some(channel), rule));
    let channel = channel.map(said).transpose()?;
    Ok(ChannelRule { channel, rule: rule.parse().map_err(|error| format!("{error}"))? })
}

fn channel_word(text: &str) -> Result<(String, String), String> {
    let (channel, word) = text.split_once('=').ok_or("expected such as wechat=TENPAY")?;
    Ok((said(channel)?, said(word)?))
}
