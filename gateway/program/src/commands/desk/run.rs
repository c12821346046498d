//! `longmen desk run`

use std::path::PathBuf;

use longmen_channel_files::{Expected, read_trades};
use longmen_client::Client;
use longmen_engine::ledger::Date;
use longmen_reconciliation::{Class, Fate, Rules, Transaction, compare};
use longmen_reconciliation_store::{
    Begun, BookSide, Digest, EndedTry, Person, Run, RunInputs, RunTotals, Store, StoredFile,
};
use longmen_terminal::{Table, grouped};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::day_file::day_file;
use super::reversed::take_in_reversed;
use crate::argument::date;
use crate::connect_args::AskArgs;
use crate::desk_args::{DeskArgs, failed, now_us, person};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::reconciling::{Channel, NodeBook};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The books are read from the node, as of the frame in which the date was closed, and compared with the file of the date that was imported
and with what waits from the day before. The same again is nothing new. Where a file was approved anew, its day is compared again, and
those behind it.

Exit codes: 0 both agree, 1 something differs, 2 a file is wrong

Example:
  longmen desk run --desk desk --channel wechat.toml --date 2024-06-18 --client ann")]
pub(crate) struct Args {
    /// The file of the channel
    #[arg(long, value_name = "FILE")]
    channel: PathBuf,
    /// The date of the books and of the file; it must be closed
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Date,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let channel = Channel::read(&args.channel)?;
    let by = person(args.ask_args.client())?;
    let mut store = args.desk.open()?;
    let file = day_file(store.read(), &channel, args.date)?;
    let mut client = args.ask_args.connect().await?;
    let Ran { run, stale, is_new, reversed } =
        compare_day(&mut client, &mut store, &channel, (&file, args.date), &by).await?;
    let mut told = to_json(&run, is_new, &stale);
    told["reversed"] = reversed.into();
    args.output.show(&told, |_| {
        let mut page = describe(&channel, &run, is_new, &stale);
        if reversed > 0 {
            page.line(format_args!(
                "{reversed} steps were reversed in the books, and count no more: what they were about is to be handled anew"
            ));
        }
        page
    })?;
    Ok(Conclusion::of(agrees(&run)))
}

/// What a comparison came to.
pub(crate) struct Ran {
    pub(crate) run: Run,
    /// Dates behind it that rest on it, and are to be compared again.
    pub(crate) stale: Vec<Date>,
    /// Whether the same was not compared before.
    pub(crate) is_new: bool,
    /// Steps that were reversed in the books without the desk.
    reversed: usize,
}

/// Compares the books of a closed date with a file of it.
pub(crate) async fn compare_day(
    client: &mut Client,
    store: &mut Store,
    channel: &Channel,
    (file, date): (&StoredFile, Date),
    by: &Person,
) -> Result<Ran, Failure> {
    let reversed = take_in_reversed(client, store, channel).await?;
    let book = NodeBook::read(client, channel, date).await?;
    let inputs = RunInputs {
        channel: channel.desk_name()?,
        rules: Rules { date, hang_days: channel.hang_days, fee_tolerance: channel.fee_tolerance },
        file: file.id,
        book: BookSide {
            digest: digest_of(&book),
            rows: book.rows.len() as u64,
            ledger: channel.entity.as_str().into(),
            frame: book.frame,
            closed: date,
        },
    };
    let rows = rows_of(store, channel, file)?;
    let (id, stale, is_new) = match store.begin_run(&inputs, &book.ended, by, now_us()).map_err(failed)? {
        Begun::Known(run) => (run.id, Vec::new(), false),
        Begun::Open(mut open) => {
            let hung = open.hung();
            let compared = compare(&inputs.rules, book.rows, rows, hung);
            for finding in &compared.findings {
                open.add(finding).map_err(failed)?;
            }
            let totals = [RunTotals::of(channel.currency, &compared)];
            let (id, stale) = open.finish(&totals).map_err(failed)?;
            (id, stale, true)
        }
    };
    let run = store.read().run(id).map_err(failed)?;
    Ok(Ran { run, stale, is_new, reversed })
}

/// Whether nothing differs.
pub(crate) fn agrees(run: &Run) -> bool {
    let mut found = run.totals.iter().flat_map(|totals| totals.classes.keys());
    found.all(|(class, fate)| *class == Class::Matched || *fate == Fate::Closed)
}

fn rows_of(store: &Store, channel: &Channel, file: &StoredFile) -> Result<Vec<Transaction>, Failure> {
    let mut source = store.read().open_file(file.id).map_err(failed)?;
    let expected =
        Expected { merchant: Some(file.key.merchant.as_str().into()), date: Some(file.key.date), sha1: None };
    let mut rows: Vec<Transaction> = Vec::new();
    read_trades(channel.format, &mut source, &expected, &mut |row| rows.push(Transaction::from(row)))
        .map_err(|refusal| Failure::Usage(format!("file {} is refused: {refusal}", file.id)))?;
    match rows.iter().find(|row| row.currency != channel.currency) {
        None => Ok(rows),
        Some(row) => Err(Failure::Usage(format!(
            "line {} of file {} is in {}, and the channel's accounts in {}",
            row.line,
            file.id,
            row.currency.code(),
            channel.currency.code()
        ))),
    }
}

/// Of the rows, in their order, and of the tries that ended.
fn digest_of(book: &NodeBook) -> Digest {
    let mut digest = Sha256::new();
    for row in &book.rows {
        let fields =
            [&*row.reference, row.kind.name(), &row.merchant_number, row.currency.code(), row.state.name()];
        for field in fields {
            digest.update((field.len() as u64).to_be_bytes());
            digest.update(field.as_bytes());
        }
        digest.update(row.gross.0.to_be_bytes());
        digest.update(row.fee.0.to_be_bytes());
    }
    for EndedTry { reference, is_confirmed } in &book.ended {
        digest.update((reference.len() as u64).to_be_bytes());
        digest.update(reference.as_bytes());
        digest.update([u8::from(*is_confirmed)]);
    }
    Digest(digest.finalize().into())
}

fn to_json(run: &Run, is_new: bool, stale: &[Date]) -> serde_json::Value {
    let totals = run.totals.iter().map(|totals| {
        let classes = totals.classes.iter().map(|((class, fate), sums)| {
            json!({"class": class.name(), "fate": fate.name(), "rows": sums.rows, "explains": sums.net})
        });
        json!({
            "currency": totals.currency.code(), "unmoved": totals.unmoved,
            "book": {"rows": totals.book.rows, "net": totals.book.net},
            "file": {"rows": totals.file.rows, "net": totals.file.net},
            "classes": classes.collect::<Vec<_>>(),
        })
    });
    json!({
        "run": run.id.0, "is_new": is_new, "date": run.inputs.rules.date.to_string(), "frame": run.inputs.book.frame,
        "file": run.inputs.file.0, "result": run.result.to_string(), "totals": totals.collect::<Vec<_>>(),
        "stale": stale.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn describe(channel: &Channel, run: &Run, is_new: bool, stale: &[Date]) -> Page {
    let mut page = Page::new();
    let again = if is_new { "" } else { "; the same was compared before" };
    page.line(format_args!(
        "{} on {}: run {} of file {}, the books as of frame {}{again}",
        channel.name, run.inputs.rules.date, run.id, run.inputs.file, run.inputs.book.frame
    ));
    for totals in &run.totals {
        let code = totals.currency.code();
        let mut table = Table::new(&["余额调节表", "", ">rows", ">net"]);
        table.row(["books", "", &grouped(totals.book.rows), &money(code, totals.book.net)]);
        for ((class, fate), sums) in &totals.classes {
            table.row([class.name(), fate.name(), &grouped(sums.rows), &money(code, sums.net)]);
        }
        table.row(["file", "", &grouped(totals.file.rows), &money(code, totals.file.net)]);
        page.table(table);
    }
    if !stale.is_empty() {
        let dates: Vec<String> = stale.iter().map(ToString::to_string).collect();
        page.line(format_args!("what rests on this day has changed: compare again {}", dates.join(", ")));
    }
    page
}
