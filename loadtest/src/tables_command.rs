//! `longmen-loadtest scale` and `longmen-loadtest phases`: tables of figures without bars.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use longmen_loadtest::bench::phases::{PhaseLoad, phases};
use longmen_loadtest::bench::report::sheets_html;
use longmen_loadtest::bench::scale::{ScaleSettings, ScaleTable, scale_table};
use longmen_loadtest::bench::sheet::Sheet;
use longmen_loadtest::bench::{BenchSettings, Machine};

use crate::NODE;
use crate::bench_command::{part, seconds, tell_machine, unwritable, write_json};

/// Measure how cost and speed go with a size: accounts, connections, known ids, what there is to recover, shards
///
/// Each table has a row for each size, with throughput and with the node's own processor time for each transaction, user
/// and system, of all its threads. As in `bench` everything is on, every load runs against a node of its own (`ids` loads
/// one node ever further), and at its end the node's books are held against the answers: wrong books end with 1.
///
/// At full size 100,000,000 known ids alone take some 2.5 GB of memory, their log and files 25 GB below --data. The limits leave
/// rows out from the top, --size makes all counts smaller.
#[derive(clap::Args)]
pub(crate) struct ScaleArgs {
    /// Only these tables, in this order
    #[arg(
        long,
        value_name = "TABLE,TABLE",
        value_delimiter = ',',
        value_enum,
        default_value = "accounts,connections,ids,recovery,shards"
    )]
    tables: Vec<ScaleTable>,
    /// Leave out rows with more accounts
    #[arg(long, value_name = "COUNT", default_value_t = 10_000_000)]
    max_accounts: u64,
    /// Leave out rows with more connections
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    max_connections: u32,
    /// Leave out rows with more known ids
    #[arg(long, value_name = "COUNT", default_value_t = 100_000_000)]
    max_ids: u64,
    /// Leave out rows that recover more transfers; the one with snapshots has 20000000
    #[arg(long, value_name = "COUNT", default_value_t = 20_000_000)]
    max_transfers: u64,
    #[command(flatten)]
    how: HowArgs,
}

/// Split the time of a node under load: by stage and by thread, with waits, page faults, switches and bytes
///
/// Stages are timed by the node itself, for each read of a socket, round and frame, and never for a single transaction;
/// any node tells them on SIGUSR1. What threads used is the kernel's account of them. Each load runs against a node of its
/// own, whose books are held against the answers at the end.
#[derive(clap::Args)]
pub(crate) struct PhasesArgs {
    /// Only these loads, in this order
    #[arg(
        long,
        value_name = "LOAD,LOAD",
        value_delimiter = ',',
        value_enum,
        default_value = "transfers,singles,mix"
    )]
    loads: Vec<PhaseLoad>,
    #[command(flatten)]
    how: HowArgs,
}

/// What all tables are made with.
#[derive(clap::Args)]
struct HowArgs {
    /// Measure no load for longer than this, in seconds
    #[arg(long, value_parser = seconds)]
    seconds: Option<f64>,
    /// Accounts, ids and transfers, as a part of full size from above 0 to 1
    #[arg(long, default_value_t = 1.0, value_parser = part)]
    size: f64,
    /// Where the nodes' data directories are made, and removed again; without it, where temporary files go
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write everything as JSON here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a report with plots here
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Whether the books held.
pub(crate) async fn scale_command(args: ScaleArgs) -> Result<bool, Box<dyn Error>> {
    let machine = args.how.begin()?;
    let settings = ScaleSettings {
        bench: args.how.settings(),
        max_accounts: args.max_accounts,
        max_connections: args.max_connections,
        max_ids: args.max_ids,
        max_transfers: args.max_transfers,
    };
    let mut sheets = Vec::new();
    let mut ended = Ok(());
    for table in &args.tables {
        match scale_table(*table, &settings).await {
            Ok(sheet) => {
                tell(&sheet)?;
                sheets.push(sheet);
            }
            Err(error) => {
                ended = Err(error);
                break;
            }
        }
    }
    // What was measured before something went wrong is told all the same.
    let held = args.how.end(&machine, &sheets)?;
    ended?;
    Ok(held)
}

/// Whether the books held.
pub(crate) async fn phases_command(args: PhasesArgs) -> Result<bool, Box<dyn Error>> {
    let machine = args.how.begin()?;
    let sheets = phases(&args.how.settings(), &args.loads).await?;
    sheets.iter().try_for_each(tell)?;
    args.how.end(&machine, &sheets)
}

/// Prints a table as soon as it is there.
pub(crate) fn tell(sheet: &Sheet) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "\n{}: {}\n\n{}", sheet.name, sheet.title, sheet.table())?;
    sheet.remarks().try_for_each(|remark| writeln!(out, "{remark}"))
}

impl HowArgs {
    fn settings(&self) -> BenchSettings {
        BenchSettings {
            executable: None,
            subcommand: NODE,
            data: self.data.clone(),
            longest: self.seconds.map(Duration::from_secs_f64),
            size: self.size,
            full: true,
        }
    }

    fn begin(&self) -> Result<Machine, Box<dyn Error>> {
        tell_machine(self.data.as_deref())
    }

    /// Writes what is to be written; whether the books held.
    fn end(&self, machine: &Machine, sheets: &[Sheet]) -> Result<bool, Box<dyn Error>> {
        let held = sheets.iter().all(Sheet::books_held);
        if let Some(path) = &self.json {
            let tables: Vec<_> = sheets.iter().map(Sheet::json).collect();
            write_json(
                path,
                &serde_json::json!({ "machine": machine, "books_held": held, "tables": tables }),
            )?;
        }
        if let Some(path) = &self.html {
            fs::write(path, sheets_html(machine, sheets)).map_err(|error| unwritable(path, &error))?;
        }
        let words = if held { "held" } else { "WRONG, see above" };
        writeln!(io::stdout(), "\nBooks: {words}.")?;
        Ok(held)
    }
}
