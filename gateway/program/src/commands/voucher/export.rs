//! `longmen voucher export`

use std::path::{Path, PathBuf};

use jiff::civil::Date as Day;
use longmen_day_end::vouchers::{Exported, Selection, export, select};
use longmen_vouchers::Format;
use strum::VariantArray as _;

use super::outcome::{SettingsArgs, books_date, of_run};
use super::plain_csv;
use crate::argument::said;
use crate::desk_args::DeskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::report::period::day;

/// Write vouchers to a file that the accounting system takes
///
/// The same vouchers and settings give the same bytes. The digest of the file is kept: other bytes for what waits for an answer or was accepted are
/// refused. What was rejected is written anew with --rejected, under its numbers. `--format csv` is for `longmen reconcile-accounts --our-vouchers`, and
/// changes no state.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen voucher export LM --date 2024-06-18 --desk desk --settings u8.toml --out 0618.txt
  longmen voucher export LM --date 2024-06-01 --to 2024-06-30 --desk desk --settings k3.toml \\
    --format k3_dbf --out june.dbf
  longmen voucher export LM --date 2024-06-18 --desk desk --settings u8.toml --rejected --out again.txt
  longmen voucher export LM --date 2024-06-18 --desk desk --settings u8.toml --format csv --out ours.csv")]
pub(crate) struct Args {
    /// Whose books
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    /// The accounting date, or the first
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: Day,
    /// The last date
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<Day>,
    /// The format, if it is another than the settings say: u8_text, k3_dbf, ..., or csv
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Option<FileFormat>,
    /// Only those that were rejected
    #[arg(long)]
    rejected: bool,
    /// Where the file goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    settings_args: SettingsArgs,
    #[command(flatten)]
    output: Output,
}

/// What is written.
#[derive(Clone, Copy, Debug)]
enum FileFormat {
    Theirs(Format),
    Plain,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let (from, to) = (books_date(args.date), books_date(args.to.unwrap_or(args.date)));
    let selection = Selection { entity: args.entity.clone(), from, to, rejected: args.rejected };
    let format = match args.format {
        Some(FileFormat::Plain) => return write_plain(args, &selection),
        Some(FileFormat::Theirs(format)) => Some(format),
        None => None,
    };
    let target = args.settings_args.read(format)?.target;
    let mut store = args.desk_args.open()?;
    let done = export(&mut store, &target, &selection, &args.out).map_err(of_run)?;
    show(args, target.format.name(), &done)
}

fn write_plain(args: &Args, selection: &Selection) -> Result<Conclusion, Failure> {
    let kept = select(&args.desk_args.read()?, selection).map_err(of_run)?;
    let failed = |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", args.out.display()));
    plain_csv::write(&args.out, &kept).map_err(|error| failed(&error))?;
    let digest = longmen_day_end::vouchers::digest_of(Path::new(&args.out)).map_err(of_run)?;
    let lines = kept.iter().map(|kept| kept.voucher.content.lines.len()).sum();
    show(args, "csv", &Exported { vouchers: kept.len(), lines, digest })
}

fn show(args: &Args, format: &str, done: &Exported) -> Result<Conclusion, Failure> {
    let Exported { vouchers, lines, digest } = done;
    let out = args.out.display();
    let value = serde_json::json!({
        "file": out.to_string(), "format": format, "vouchers": vouchers, "lines": lines, "sha256": digest,
    });
    args.output.show(&value, |_| {
        format!("{out}: {vouchers} vouchers of {lines} lines as {format}, SHA-256 {digest}")
    })?;
    Ok(Conclusion::Held)
}

fn format(text: &str) -> Result<FileFormat, String> {
    if text == "csv" {
        return Ok(FileFormat::Plain);
    }
    text.parse().map(FileFormat::Theirs).map_err(|_| {
        let names: Vec<&str> = Format::VARIANTS.iter().map(|format| format.name()).collect();
        format!("there is {}, csv", names.join(", "))
    })
}
