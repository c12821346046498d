//! `longmen status`

use longmen_client::{DamagedPlace, Status};
use longmen_terminal::{Table, grouped};

use crate::connect_args::ConnectArgs;
use crate::failure::{Failure, Verdict};
use crate::moment::time;
use crate::output::Output;

/// Show how the node is
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen status
  longmen status --addr 10.0.0.5:7440 --token-file ops.token --json")]
pub(crate) struct Args {
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    let status = args.connect_args.connect().await?.status().await?;
    args.output.show(&status, table)?;
    Ok(Verdict::Held)
}

/// What is damaged, and how far the scrub has come.
fn show_disk(table: &mut Table, status: &Status) {
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
        ("rounds", status.rounds),
        ("connections", status.connections.into()),
        ("transactions in flight", status.in_flight_transactions),
        ("bytes in flight", status.in_flight_bytes),
    ] {
        table.row([name, &grouped(figure)]);
    }
    show_disk(&mut table, status);
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
            deferred: 0,
            spanning: 0,
            known_ids: 0,
            time_us: 0,
            clock_us: 0,
            machine_us: 0,
            hot: Vec::new(),
            entities: Vec::new(),
            connections: 0,
            in_flight_transactions: 0,
            in_flight_bytes: 0,
            damaged,
            damaged_more,
            damage_met,
            scrub: ScrubStatus::default(),
        }
    }
}
