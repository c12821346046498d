//! `longmen wal`

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use longmen_engine::audit::{FrameContents, describe_frame};
use longmen_engine::ledger::{Date, HoldMove};
use longmen_engine::witnesses_of;
use longmen_terminal::{Table, grouped};
use longmen_wal::{
    DirectoryStorage, FrameNumber, FrameSummary, Inspected, SegmentSummary, Witness, audit, inspect,
};
use serde_json::{Value, json};

use crate::data_directory::open_ledger;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

/// Look at the log of a data directory
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Example:
  longmen wal inspect books")]
pub(crate) enum Commands {
    /// List segments and frames as they are, damaged or not, and what snapshots and archives say of them
    ///
    /// Needs no node and no intact manifest; no node may be running on the directory. Ends with 1 if anything is
    /// unreadable; `longmen verify` tells whether that is damage.
    Inspect(Args),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen wal inspect books
  longmen wal inspect books --from 1000 --limit 20 --json")]
pub(crate) struct Args {
    /// The data directory
    #[arg(value_name = "DIR")]
    data: PathBuf,
    /// The first frame to list
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// How many frames at most [default: all]
    #[arg(long)]
    limit: Option<usize>,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(command: &Commands) -> Result<Conclusion, Failure> {
    let Commands::Inspect(args) = command;
    let storage = open_ledger(&args.data)?;
    let mut found = Vec::new();
    inspect(&storage, &mut |one| found.push(one)).map_err(Failure::node)?;
    let sound = found.iter().all(|one| match one {
        Inspected::Segment(_) => true,
        Inspected::Frame(frame) => frame.fault.is_none(),
        Inspected::Headless { .. } | Inspected::Unreadable { .. } => false,
    });
    let mut left = args.limit.unwrap_or(usize::MAX);
    found.retain(|one| match one {
        Inspected::Frame(frame) if frame.number.0 < args.from || left == 0 => false,
        Inspected::Frame(_) => {
            left -= 1;
            true
        }
        _ => true,
    });
    let contents = contents(&storage, &found);
    let witnesses = witnesses_of(&storage).map_err(Failure::node)?;
    let values = found.iter().map(|one| value(one, &contents)).chain(witnesses.iter().map(witness_value));
    args.output.show(&values.collect::<Vec<Value>>(), |_| {
        let mut page = table(&found, &contents);
        witnesses.iter().for_each(|witness| page.line(witness_line(witness)));
        page
    })?;
    Ok(Conclusion::of(sound))
}

/// What the frames that were found hold, by frame number.
type Contents = BTreeMap<FrameNumber, FrameContents>;

/// Reads what the frames that were found hold, up to the first damage: behind it only their outsides are shown.
fn contents(storage: &DirectoryStorage, found: &[Inspected]) -> Contents {
    let number = |one: &Inspected| match one {
        Inspected::Frame(frame) => Some(frame.number),
        _ => None,
    };
    let wanted: BTreeSet<FrameNumber> = found.iter().filter_map(number).collect();
    let mut contents = BTreeMap::new();
    // What ends the walk is in `found` as well, with its place.
    drop(audit(storage, &mut |view| {
        if wanted.contains(&view.number()) {
            contents.insert(view.number(), describe_frame(view));
        }
    }));
    contents
}

fn value(one: &Inspected, contents: &Contents) -> Value {
    match one {
        Inspected::Segment(segment) => json!({
            "segment": segment.number.0, "file": segment.file, "node": segment.node.to_string(),
            "epoch": segment.epoch.0, "bytes": segment.bytes,
        }),
        Inspected::Headless { file } => json!({ "headless": file }),
        Inspected::Unreadable { segment, offset, bytes } => {
            json!({ "unreadable": segment.0, "offset": offset, "bytes": bytes })
        }
        Inspected::Frame(frame) => json!({
            "frame": frame.number.0, "segment": frame.segment.0, "offset": frame.offset, "bytes": frame.bytes,
            "epoch": frame.epoch.0, "idle": frame.idle, "durable": frame.durable.0, "time_us": frame.time_us,
            "contents": contents.get(&frame.number).map(contents_value),
            "fault": frame.fault.as_ref().map(ToString::to_string),
        }),
    }
}

fn contents_value(contents: &FrameContents) -> Value {
    let merged = contents.merged.iter().map(|merged| {
        json!({
            "account": merged.account.0, "count": merged.count,
            "debit": merged.debit, "credit": merged.credit,
        })
    });
    let held = contents.held.iter().map(|held| {
        json!({
            "account": held.account.0,
            "hold": { "client": held.hold.client.0, "id": held.hold.id.0.to_string() },
            "move": held.moved.name(), "amount": held.amount, "remaining": held.remaining,
        })
    });
    json!({
        "posted": contents.posted, "tried": contents.tried, "refused": contents.refused,
        "cancelled": contents.cancelled, "actions": contents.actions, "postings": contents.postings,
        "merged": merged.collect::<Vec<_>>(), "held": held.collect::<Vec<_>>(), "opened": contents.opened,
        "changed": contents.changed, "admin": contents.admin, "unreadable": contents.unreadable,
    })
}

fn table(found: &[Inspected], contents: &Contents) -> Page {
    let mut page = Page::new();
    let mut frames = Frames::new();
    for one in found {
        let words = match one {
            Inspected::Frame(frame) => {
                frames.add(frame, contents.get(&frame.number));
                continue;
            }
            Inspected::Segment(segment) => segment_line(segment),
            Inspected::Headless { file } => format!("{file}: its header does not hold"),
            Inspected::Unreadable { segment, offset, bytes } => {
                format!("segment {segment}: {bytes} unreadable bytes at {offset}")
            }
        };
        frames.flush(&mut page);
        page.line(words);
    }
    frames.flush(&mut page);
    page
}

/// What a file beside the log says of it.
fn witness_value(Witness { file, says }: &Witness) -> Value {
    json!({
        "witness": file, "node": says.map(|says| says.node.to_string()), "durable": says.map(|says| says.durable.0),
    })
}

fn witness_line(Witness { file, says }: &Witness) -> String {
    match says {
        Some(says) => {
            format!("{file}: made when frames up to {} were durable, node {}", says.durable, says.node)
        }
        None => format!("{file}: its header does not hold; it shows only that there was a log"),
    }
}

fn segment_line(segment: &SegmentSummary) -> String {
    let SegmentSummary { file, node, epoch, bytes, .. } = segment;
    format!("{file}: {} bytes, epoch {epoch}, node {node}", grouped(*bytes))
}

/// Frames of one segment, until something else comes.
struct Frames {
    table: Table,
    count: usize,
}

impl Frames {
    fn new() -> Frames {
        let heads = [">frame", ">offset", ">bytes", ">durable", "time (UTC)", "holds"];
        Frames { table: Table::new(&heads), count: 0 }
    }

    fn add(&mut self, frame: &FrameSummary, contents: Option<&FrameContents>) {
        self.count += 1;
        let mut holds = contents.map(holds).unwrap_or_default();
        if frame.idle {
            holds.push_str("a mark");
        }
        if let Some(fault) = &frame.fault {
            holds.push_str(&format!(" FAULT: {fault}"));
        }
        self.table.row([
            frame.number.to_string(),
            grouped(frame.offset),
            grouped(frame.bytes),
            frame.durable.to_string(),
            time(frame.time_us),
            holds,
        ]);
    }

    fn flush(&mut self, page: &mut Page) {
        if self.count > 0 {
            page.table(std::mem::replace(self, Frames::new()).table);
            page.gap();
        }
    }
}

/// What a frame holds, without what it has none of.
fn holds(contents: &FrameContents) -> String {
    let merged_legs = contents.merged.iter().map(|merged| u64::from(merged.count)).sum::<u64>();
    let merged = u64::try_from(contents.merged.len()).expect("a length fits");
    let of_legs = format!("merged of {} legs", grouped(merged_legs));
    let moves = HoldMove::ALL.map(|moved| {
        let count = contents.held.iter().filter(|held| held.moved == moved).count();
        (moved.name(), u64::try_from(count).expect("a length fits"))
    });
    let held = format!("moves of holds{}", listed(moves));
    let done = format!("posted{}", listed(contents.actions.iter().map(|(what, count)| (*what, *count))));
    let admin =
        format!("administrative{}", listed(contents.admin.iter().map(|(what, count)| (*what, *count))));
    let counts = [
        (contents.posted, &*done),
        (contents.tried, "tried"),
        (contents.refused, "refused"),
        (contents.cancelled, "cancelled"),
        (contents.postings, "entries"),
        (merged, &of_legs),
        (contents.opened, "opened"),
        (contents.changed, "changed"),
        (u64::try_from(contents.held.len()).expect("a length fits"), &held),
        (contents.admin.values().sum(), &admin),
        (contents.unreadable, "UNREADABLE"),
    ];
    let there = counts.iter().filter(|(count, _)| *count > 0);
    there.map(|(count, what)| format!("{} {what}", grouped(*count))).collect::<Vec<_>>().join(", ")
}

/// How many there are of each, in brackets; nothing where there is none.
fn listed<'a>(counts: impl IntoIterator<Item = (&'a str, u64)>) -> String {
    let there = counts.into_iter().filter(|(_, count)| *count > 0);
    let words: Vec<String> = there.map(|(what, count)| format!("{} {what}", grouped(count))).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// A logged time, to the second.
fn time(time_us: i64) -> String {
    let seconds = time_us.div_euclid(1_000_000).rem_euclid(86_400);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{} {hours:02}:{minutes:02}:{:02}", Date::of_time_us(time_us), seconds % 60)
}

#[cfg(test)]
mod tests {
    use longmen_wal::{NodeId, Testimony};

    use super::*;

    #[test]
    fn logged_times_print_in_utc() {
        assert_eq!(time(0), "1970-01-01 00:00:00");
        assert_eq!(time(1_525_132_800_000_000 + 86_399_999_999), "2018-05-01 23:59:59");
    }

    #[test]
    fn a_witness_tells_what_it_knows() {
        let says = Testimony { node: NodeId(7), durable: FrameNumber(812) };
        let whole = Witness { file: "ids-1".into(), says: Some(says) };
        let line = witness_line(&whole);
        assert!(line.starts_with("ids-1: made when frames up to 812 were durable"), "{line}");
        let value = witness_value(&whole);
        assert_eq!((&value["witness"], &value["durable"]), (&"ids-1".into(), &812.into()));
        let broken = Witness { file: "snapshot-1".into(), says: None };
        assert!(witness_line(&broken).contains("does not hold"));
        assert!(witness_value(&broken)["durable"].is_null());
    }
}
