//! `longmen reconcile`

use std::path::PathBuf;

use longmen_channel_files::{Expected, TradeFormat};
use longmen_engine::ledger::Date;
use longmen_reconciliation::{Keep, Rules};
use longmen_reconciliation_run::{Compared, Settings, compare_rows};
use longmen_terminal::Progress;

use super::channel_file::{trade_format, trade_profile};
use crate::argument::{date, said};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::reconciling::{BreakFormat, FoundFiles, Shown, Sides, TradeFile, show_json, to_page};

/// Compare the books of a date with a channel's file, transaction by transaction and fee by fee (对账)
///
/// The books come as a CSV file with the columns transaction, kind, merchant_number, amount, fee, and if need be currency (CNY
/// without it) and state (done, pending, failed; done without it). Amounts have the merchant's signs: a payment's is positive, a
/// refund's negative, and so is the fee that is given back. A column that is not known is an error. What is on one side only waits for the next file (存疑): --hung-after
/// writes what waits, and --hung-before reads what the day before wrote. Nothing is posted, and nothing is sent to a node.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 both agree, 1 something differs, 2 a file is wrong

Examples:
  longmen reconcile book.csv 1900000100All2024-06-18.csv --format wechat-trade --date 2024-06-18 --hung-after hung-0618.csv
  longmen reconcile book.csv next.csv --format wechat-trade --date 2024-06-19 --hung-before hung-0618.csv --hung-after hung-0619.csv
  longmen reconcile book.csv next.csv --format wechat-trade --date 2024-06-19 --breaks breaks.parquet")]
pub(crate) struct Args {
    /// The books of the date: a CSV file
    book: PathBuf,
    /// The channel's file
    file: PathBuf,
    /// The format of the channel's file; see `longmen channel-file --help`
    #[arg(long, value_parser = trade_format, required_unless_present = "profile", conflicts_with = "profile")]
    format: Option<TradeFormat>,
    /// The profile of a file of transactions that is none of these (docs/CHANNELS.md)
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// The date of both
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Date,
    /// Whose file it must be: the merchant's number at the channel
    #[arg(long, value_name = "NUMBER", value_parser = said)]
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
    /// Write every difference as a table: .csv with decimal amounts, .parquet with whole minor units
    #[arg(long, value_name = "FILE", value_parser = breaks)]
    breaks: Option<Breaks>,
    /// Show every difference (10,000 on a page), not only the first 50; with --json and --breaks, what agrees as well
    #[arg(long)]
    all: bool,
    /// Where a day of more than 200,000 rows a side is compared, some 200 bytes a row and side; the system's directory for such files
    /// without it
    #[arg(long, value_name = "DIR")]
    temp: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Where differences are written, and how.
#[derive(Clone, Debug)]
struct Breaks {
    path: PathBuf,
    format: BreakFormat,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    if args.hung_before.is_some() && args.hung_before == args.hung_after {
        let words = "--hung-after is the file of --hung-before: what waits would count the day twice if this were run again";
        return Err(Failure::Usage(words.to_owned()));
    }
    // A place that cannot be written to is told before the work, and not after it.
    let breaks = args.breaks.as_ref().map(|Breaks { path, format }| (path.as_path(), *format));
    let mut files = FoundFiles::create(args.hung_after.as_deref(), breaks)?;
    let settings = Settings::new(args.temp.clone().unwrap_or_else(std::env::temp_dir));
    let compared = compare(args, &settings)?;
    let mut shown = Shown::new(args.all);
    if !args.output.json || !files.is_none() {
        write(&compared, &mut files, &mut shown)?;
    }
    files.finish()?;
    match args.output.json {
        true => show_json(args.date, &compared)?,
        false => args.output.show(&(), |()| to_page(args.date, &compared, &shown))?,
    }
    Ok(Conclusion::of(compared.agrees()))
}

/// Reads both sides and what waits, and compares them.
fn compare(args: &Args, settings: &Settings) -> Result<Compared, Failure> {
    let format = match (args.format, &args.profile) {
        (Some(format), _) => TradeFile::Format(format),
        (None, Some(path)) => TradeFile::Profile(Box::new(trade_profile(path)?)),
        (None, None) => unreachable!("the command line has a format or a profile"),
    };
    let sides = Sides {
        book: &args.book,
        file: &args.file,
        format,
        expected: Expected {
            merchant: args.merchant.as_deref().map(Into::into),
            date: Some(args.date),
            sha1: None,
        },
        hung: args.hung_before.as_deref(),
    };
    let rows = sides.read(settings)?;
    let rules = Rules { date: args.date, hang_days: args.hang_days, fee_tolerance: args.fee_tolerance };
    // A page has differences only.
    let keep = if args.all && (args.output.json || args.breaks.is_some()) { Keep::All } else { Keep::Told };
    let progress = Progress::new("compare", settings.parts.get().into());
    let compared = compare_rows(settings, &rules, keep, rows, &|done, _| {
        progress.at(done as u64, "parts".to_owned());
    });
    progress.finish();
    Ok(compared?)
}

/// Takes what was found to the files, and what is shown.
fn write(compared: &Compared, files: &mut FoundFiles, shown: &mut Shown) -> Result<(), Failure> {
    let progress = Progress::counting("write");
    for (count, found) in (0_u64..).zip(compared.findings()?) {
        if count.is_multiple_of(1 << 16) {
            progress.at(count, "findings".to_owned());
        }
        let found = found?;
        files.write(&found)?;
        shown.take(found);
    }
    progress.finish();
    Ok(())
}

fn breaks(text: &str) -> Result<Breaks, String> {
    let path = PathBuf::from(text);
    let format = BreakFormat::of(&path).ok_or("its name has to end in .csv or .parquet")?;
    Ok(Breaks { path, format })
}
