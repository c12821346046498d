//! `longmen status`

use longmen_client::{DamagedPlace, Status};
use longmen_loadtest::table::{Table, grouped};

use crate::failure::{Failure, Verdict};
use crate::moment::time;
use crate::output::Output;
use crate::reach::Reach;

/// Show how the node is
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen status
  longmen status --addr 10.0.0.5:7440 --token-file ops.token --json")]
pub(crate) struct Args {
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    let status = args.reach.connect().await?.status().await?;
    args.output.show(&status, table)?;
    Ok(Verdict::Held)
}

/// What is damaged, and how far the scrub has come.
fn show_disk(table: &mut Table, Status { damaged, scrub, .. }: &Status) {
    for DamagedPlace { file, offset, frame, what } in damaged {
        let place = |name, number: &Option<u64>| number.map(|number| format!(", {name} {number}"));
        let places = [place("offset", offset), place("frame", frame)].into_iter().flatten();
        table.row(["DAMAGED".into(), format!("{file}{}: {what}", places.collect::<String>())]);
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
