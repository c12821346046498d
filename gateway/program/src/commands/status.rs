//! `longmen status`

use longmen_client::{DamagedPlace, Status};
use longmen_terminal::{Table, grouped};

use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::moment::time;
use crate::output::Output;

/// A node follows its machine's clock but for a jump of more than that.
const LARGEST_STEP_US: u64 = 1_800_000_000;

/// Show how the node is
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen status
  longmen status --addr 10.0.0.5:7440 --token-file ops.token --json")]
pub(crate) struct Args {
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let status = args.ask_args.connect().await?.status().await?;
    args.output.show(&status, table)?;
    Ok(Conclusion::Held)
}

/// Whether there is room, what is damaged, and how far the scrub has come.
fn show_disk(table: &mut Table, status: &Status) {
    if status.out_of_disk {
        table.across([
            "OUT OF DISK: what would write is refused as out_of_disk, and reads go on. Make room on the node's disk, and \
             it takes writes again by itself",
        ]);
    }
    let Status { damaged, damaged_more, damage_met, scrub, .. } = status;
    for DamagedPlace { file, offset, frame, what } in damaged {
        let place = |name, number: &Option<u64>| number.map(|number| format!(", {name} {number}"));
        let places = [place("offset", offset), place("frame", frame)].into_iter().flatten();
        table.across([format!("DAMAGED: {file}{}: {what}", places.collect::<String>())]);
    }
    for (name, figure) in
        [("damaged places beyond these", *damaged_more), ("damage was met so often", *damage_met)]
    {
        if figure > 0 {
            table.row([name, &grouped(figure)]);
        }
    }
    if scrub.rate == 0 {
        table.row(["scrub", "off"]);
        return;
    }
    table.row(["whole scrubs since the start", &grouped(scrub.passes)]);
    if !scrub.file.is_empty() {
        table.row(["  now reading", &format!("{} at {}", scrub.file, grouped(scrub.offset))]);
    }
}

/// That the machine's clock has jumped away from the node's.
fn show_clock(table: &mut Table, status: &Status) {
    let ahead_us = status.machine_us.saturating_sub(status.clock_us);
    if ahead_us.unsigned_abs() > LARGEST_STEP_US {
        let seconds = grouped(ahead_us.unsigned_abs() / 1_000_000);
        let side = if ahead_us > 0 { "ahead of" } else { "behind" };
        table.across([format!(
            "CLOCK: the machine's clock is {seconds} s {side} the node's, which goes on without it. Set it right; if it is \
             right now, start the node again, with --accept-time"
        )]);
    }
}

fn table(status: &Status) -> Table {
    let mut table = Table::new(&["", ">"]);
    table.row(["version", &status.version]);
    for (name, figure) in [
        ("newest durable frame", status.durable),
        ("frame being filled", status.open),
        ("shards", status.shards.into()),
        ("accounts", status.accounts),
        ("known transaction ids", status.known_ids),
        ("transactions decided", status.decided),
        ("  of them refused", status.refused),
        ("  over several shards", status.spanning),
        ("  put off to a later round", status.deferred),
        ("proposals that wait for somebody", status.open_proposals),
        ("rounds", status.rounds),
        ("connections", status.connections.into()),
        ("transactions in flight", status.in_flight_transactions),
        ("bytes in flight", status.in_flight_bytes),
    ] {
        table.row([name, &grouped(figure)]);
    }
    show_disk(&mut table, status);
    show_clock(&mut table, status);
    for (name, time_us) in [
        ("logged time", status.time_us),
        ("node's clock, when it last decided", status.clock_us),
        ("its machine's clock", status.machine_us),
    ] {
        table.row([name, &time(time_us)]);
    }
    for (account, legs) in &status.hot {
        table.row([format!("legs on hot account @{account}"), grouped(*legs)]);
    }
    for (entity, date) in &status.entities {
        table.row([format!("accounting date of {entity}"), date.to_string()]);
    }
    table
}

#[cfg(test)]
mod tests {
    use longmen_client::ScrubStatus;

    use super::*;

    #[test]
    fn damage_is_told_where_there_is_any() {
        let place = DamagedPlace { file: "MANIFEST".into(), offset: None, frame: None, what: "w".into() };
        let shown = |damaged: Vec<DamagedPlace>, damaged_more, damage_met| {
            let mut table = Table::new(&["", ">"]);
            let status = status(damaged, damaged_more, damage_met);
            show_disk(&mut table, &status);
            table.to_string()
        };
        let text = shown(vec![place], 1_234, 5_678);
        for words in ["DAMAGED", "MANIFEST: w", "1,234", "damage was met so often", "5,678"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let text = shown(Vec::new(), 0, 0);
        assert!(text.contains("scrub") && !text.to_lowercase().contains("damage"), "{text}");
    }

    #[test]
    fn a_full_disk_is_told() {
        for out_of_disk in [true, false] {
            let text = table(&Status { out_of_disk, ..status(vec![], 0, 0) }).to_string();
            assert_eq!(text.contains("OUT OF DISK"), out_of_disk, "{text}");
        }
    }

    #[test]
    fn a_clock_that_jumped_is_told() {
        for (machine_s, expect) in [
            (10_000, None),
            (11_800, None),
            (11_801, Some("is 1,801 s ahead of the node's")),
            (8_199, Some("is 1,801 s behind the node's")),
        ] {
            let clock = 10_000 * 1_000_000;
            let status =
                Status { clock_us: clock, machine_us: machine_s * 1_000_000, ..status(vec![], 0, 0) };
            let text = table(&status).to_string();
            assert_eq!(text.contains("CLOCK"), expect.is_some(), "{text}");
            assert!(text.contains(expect.unwrap_or("")), "{text}");
        }
    }

    fn status(damaged: Vec<DamagedPlace>, damaged_more: u64, damage_met: u64) -> Status {
        Status {
            version: "0".into(),
            durable: 0,
            open: 0,
            shards: 1,
            accounts: 0,
            decided: 0,
            refused: 0,
            rounds: 0,
            open_proposals: 2,
            deferred: 0,
            spanning: 0,
            known_ids: 0,
            time_us: 0,
            clock_us: 0,
            machine_us: 0,
            hot: Vec::new(),
            entities: Vec::new(),
            refund_days: None,
            refund_windows: Vec::new(),
            connections: 0,
            in_flight_transactions: 0,
            in_flight_bytes: 0,
            out_of_disk: false,
            damaged,
            damaged_more,
            damage_met,
            scrub: ScrubStatus::default(),
        }
    }
}
