//! `longmen wal`

use std::path::PathBuf;

use longmen_engine::ledger::Date;
use longmen_loadtest::table::{Table, grouped};
use longmen_wal::{DirectoryStorage, FrameSummary, Inspected, SectionSummary, SegmentSummary, inspect};
use serde_json::{Value, json};

use crate::failure::{Failure, Verdict};
use crate::output::Output;

/// Look at the log of a data directory
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Commands {
    /// List segments and frames as they are, damaged or not
    ///
    /// Needs no node and no intact manifest; no node may be running on the directory. Ends with 1 if anything is
    /// unreadable; `longmen verify` tells whether that is damage.
    Inspect(Args),
}

#[derive(Debug, clap::Args)]
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

pub(crate) fn run(command: &Commands) -> Result<Verdict, Failure> {
    let Commands::Inspect(args) = command;
    let storage = DirectoryStorage::open_read_only(&args.data).map_err(Failure::node)?;
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
    let values: Vec<Value> = found.iter().map(value).collect();
    args.output.show(&values, |_| table(&found))?;
    Ok(Verdict::of(sound))
}

fn value(one: &Inspected) -> Value {
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
            "sections": frame.sections.iter().map(section_value).collect::<Vec<_>>(),
            "fault": frame.fault.as_ref().map(ToString::to_string),
        }),
    }
}

fn section_value(section: &SectionSummary) -> Value {
    json!({
        "kind": section.kind, "name": kind_name(section.kind), "owner": section.owner,
        "records": section.records, "bytes": section.bytes,
    })
}

fn table(found: &[Inspected]) -> String {
    let mut text = String::new();
    let mut frames = Frames::new();
    for one in found {
        match one {
            Inspected::Segment(segment) => {
                frames.flush(&mut text);
                text.push_str(&segment_line(segment));
            }
            Inspected::Headless { file } => {
                frames.flush(&mut text);
                text.push_str(&format!("{file}: its header does not hold\n"));
            }
            Inspected::Unreadable { segment, offset, bytes } => {
                frames.flush(&mut text);
                text.push_str(&format!("segment {segment}: {bytes} unreadable bytes at {offset}\n"));
            }
            Inspected::Frame(frame) => frames.add(frame),
        }
    }
    frames.flush(&mut text);
    text.truncate(text.trim_end().len());
    text
}

fn segment_line(segment: &SegmentSummary) -> String {
    let SegmentSummary { file, node, epoch, bytes, .. } = segment;
    format!("{file}: {} bytes, epoch {epoch}, node {node}\n", grouped(*bytes))
}

/// Frames of one segment, until something else comes.
struct Frames {
    table: Table,
    count: usize,
}

impl Frames {
    fn new() -> Frames {
        let heads = [">frame", ">offset", ">bytes", ">durable", "time (UTC)", "sections"];
        Frames { table: Table::new(&heads), count: 0 }
    }

    fn add(&mut self, frame: &FrameSummary) {
        self.count += 1;
        let sections: Vec<String> = frame.sections.iter().map(section).collect();
        let mut sections = sections.join(", ");
        if frame.idle {
            sections.push_str("(mark)");
        }
        if let Some(fault) = &frame.fault {
            sections.push_str(&format!(" FAULT: {fault}"));
        }
        self.table.row([
            frame.number.to_string(),
            grouped(frame.offset),
            grouped(frame.bytes),
            frame.durable.to_string(),
            time(frame.time_us),
            sections,
        ]);
    }

    fn flush(&mut self, text: &mut String) {
        if self.count > 0 {
            text.push_str(&format!("{}\n\n", self.table));
            *self = Frames::new();
        }
    }
}

fn section(section: &SectionSummary) -> String {
    format!("{} {}", grouped(section.records.into()), kind_name(section.kind))
}

/// What a section of a frame's body holds.
fn kind_name(kind: u16) -> String {
    format!("kind {kind}")
}

/// A logged time, to the second.
fn time(time_us: i64) -> String {
    let seconds = time_us.div_euclid(1_000_000).rem_euclid(86_400);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{} {hours:02}:{minutes:02}:{:02}", Date::of_time_us(time_us), seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logged_times_print_in_utc() {
        assert_eq!(time(0), "1970-01-01 00:00:00");
        assert_eq!(time(1_525_132_800_000_000 + 86_399_999_999), "2018-05-01 23:59:59");
    }
}
