//! `longmen desk breaks`

use std::path::PathBuf;

use longmen_reconciliation::{Class, Finding};
use longmen_reconciliation_store::{Break, BreakFilter, BreakState};
use longmen_terminal::Table;
use serde_json::{Value, json};

use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::reconciling::Channel;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen desk breaks --desk desk --class short")]
pub(crate) struct Args {
    /// Only those of this channel
    #[arg(long, value_name = "FILE")]
    channel: Option<PathBuf>,
    /// Only those of this class, such as short or amount_differs
    #[arg(long, value_name = "CLASS", value_parser = class)]
    class: Option<Class>,
    /// Those that have ended as well
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let channel = args.channel.as_deref().map(Channel::read).transpose()?;
    let filter = BreakFilter {
        channel: channel.map(|channel| channel.desk_name()).transpose()?,
        class: args.class,
        with_resolved: args.all,
    };
    let reader = args.desk.read()?;
    let breaks = reader.breaks(&filter).map_err(failed)?;
    let orphaned = reader.orphaned().map_err(failed)?;
    let told = json!({
        "breaks": breaks.iter().map(to_json).collect::<Vec<_>>(),
        "orphaned": orphaned.iter().map(|one| one.id.0).collect::<Vec<_>>(),
    });
    args.output.show(&told, |_| {
        let mut page = Page::from(table(&breaks));
        for one in &orphaned {
            page.line(format_args!(
                "handling {} of {} was made for what is no longer so: `longmen desk undo {}`",
                one.id, one.break_id, one.id
            ));
        }
        page
    })?;
    Ok(Conclusion::Held)
}

fn table(breaks: &[Break]) -> Table {
    let mut table = Table::new(&[
        "=break",
        "class",
        "kind",
        "=number",
        "since",
        "state",
        ">books",
        ">file",
        ">fee lacks",
    ]);
    for one in breaks {
        let finding = &one.finding;
        let code = one.currency.code();
        let gross = |side: &Option<longmen_reconciliation::Transaction>| {
            side.as_ref().map_or(String::new(), |one| money(code, one.gross.0.into()))
        };
        let either = finding.book.as_ref().or(finding.file.as_ref());
        let suspense = if one.is_in_suspense { ", booked" } else { "" };
        table.row([
            one.id.to_string(),
            finding.class.name().to_owned(),
            either.map_or("", |one| one.kind.name()).to_owned(),
            finding.merchant_number().to_owned(),
            one.since.to_string(),
            format!("{}{suspense}", state(one)),
            gross(&finding.book),
            gross(&finding.file),
            money(code, finding.lack().fee),
        ]);
    }
    table
}

/// How far it has come, and how it ended.
pub(super) fn state(found: &Break) -> String {
    match found.state {
        BreakState::Resolved(end) => format!("{}: {}", found.state.name(), end.name()),
        state => state.name().to_owned(),
    }
}

pub(super) fn to_json(found: &Break) -> Value {
    let Finding { class, fate, book, file, days, explains } = &found.finding;
    let side = |side: &Option<longmen_reconciliation::Transaction>| {
        side.as_ref().map(|one| {
            json!({
                "reference": one.reference, "line": one.line, "gross": one.gross.0, "fee": one.fee.0,
                "state": one.state.name(),
            })
        })
    };
    json!({
        "break": found.id.as_str(), "channel": found.channel.as_str(), "currency": found.currency.code(),
        "merchant_number": found.finding.merchant_number(), "class": class.name(), "fate": fate.name(), "days": days,
        "since": found.since.to_string(), "state": state(found), "is_in_suspense": found.is_in_suspense,
        "explains": explains, "book": side(book), "file": side(file),
    })
}

fn class(text: &str) -> Result<Class, String> {
    text.parse().map_err(|_| {
        "one of matched, fee_differs, amount_differs, state_differs, long, short, pending, duplicate_in_file, duplicate_in_book"
            .to_owned()
    })
}
