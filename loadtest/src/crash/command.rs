//! `longmen-loadtest crash`

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use longmen_server::Launch;
use longmen_terminal::{Table, grouped};
use longmen_workload::crash::{CrashSettings, Harness, Round};

use super::QuickRounds;
use crate::NODE;
use crate::report::{Origin, Page, PrintArgs, Remark, Report, Section};

/// Kill a node under load at random moments, restart it, and check everything it said before
#[derive(clap::Args)]
pub struct CrashArgs {
    /// How many times the node is killed
    #[arg(long, default_value_t = 10)]
    rounds: u32,
    /// What all random choices come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The data directory, which is kept; without it a temporary one, kept only if something did not hold
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Rounds as short as a start allows, over small books that are audited and begun anew every 50 rounds; only
    /// --rounds, --seed, --data and --json count beside it
    #[arg(long)]
    quick: bool,
    /// Connections that load the node
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=256))]
    connections: u32,
    /// Accounts of customers
    #[arg(long, default_value_t = 2_000)]
    accounts: usize,
    /// The longest time under load before a kill, in milliseconds
    #[arg(long, default_value_t = 500)]
    longest: u64,
    /// `--json` without a file prints each round as a line
    #[command(flatten)]
    output: PrintArgs,
}

/// What kills came to.
#[derive(Debug, Default, serde::Serialize)]
struct Kills {
    seed: u64,
    rounds: Vec<Round>,
    /// What the offline audit found, in words.
    damage: Vec<String>,
}

impl CrashArgs {
    /// Kills it; whether everything held.
    ///
    /// # Errors
    /// When the node cannot be started, reached or stopped, or a file not be written.
    pub async fn run(self) -> Result<bool, Box<dyn Error>> {
        let temporary = tempfile::tempdir()?;
        let data = self.data.clone().unwrap_or_else(|| temporary.path().to_owned());
        let origin = Origin::here(self.data.as_deref().filter(|data| data.exists()))?;
        let mut kills = Kills { seed: self.seed, ..Kills::default() };
        let ended = match self.quick {
            true => self.quick_rounds(&data, &mut kills).await,
            false => self.usual_rounds(&data, &mut kills).await,
        };
        let held = ended.is_ok() && kills.held();
        if !held {
            let kept = if self.data.is_some() { data } else { temporary.keep() };
            writeln!(io::stderr(), "seed {}; the data directory is kept: {}", self.seed, kept.display())?;
        }
        // What was done before something went wrong is told all the same.
        self.output.write(&Report { origin, page: kills.page() }, &kills)?;
        ended?;
        Ok(held)
    }

    async fn usual_rounds(&self, data: &Path, kills: &mut Kills) -> Result<(), Box<dyn Error>> {
        let settings = CrashSettings {
            rounds: self.rounds,
            seed: self.seed,
            connections: self.connections,
            accounts: self.accounts,
            longest: Duration::from_millis(self.longest),
            close_days: true,
        };
        let mut harness = Harness::start(settings, Launch::new(NODE, data)).await?;
        for _ in 0..self.rounds {
            kills.add(harness.round().await?, self)?;
            if !kills.held() {
                return Ok(());
            }
        }
        kills.damage.extend(harness.stop_and_verify()?);
        let mut err = io::stderr().lock();
        match kills.damage.first() {
            None => writeln!(err, "the offline audit of the data directory holds")?,
            Some(words) => writeln!(err, "the offline audit of the data directory does NOT hold: {words}")?,
        }
        Ok(())
    }

    async fn quick_rounds(&self, data: &Path, kills: &mut Kills) -> Result<(), Box<dyn Error>> {
        let settings = CrashSettings { rounds: self.rounds, seed: self.seed, ..QuickRounds::settings() };
        let mut quick = QuickRounds::new(settings, Launch::new(NODE, data));
        while let Some((round, _)) = quick.next().await? {
            kills.add(round, self)?;
            if !kills.held() {
                return Ok(());
            }
        }
        kills.damage = quick.damage().to_vec();
        let mut err = io::stderr().lock();
        kills
            .damage
            .iter()
            .try_for_each(|words| writeln!(err, "the offline audit does NOT hold: {words}"))?;
        Ok(())
    }
}

impl Kills {
    fn held(&self) -> bool {
        self.damage.is_empty() && self.rounds.iter().all(Round::held)
    }

    /// Tells a round as soon as it is over.
    fn add(&mut self, round: Round, args: &CrashArgs) -> io::Result<()> {
        print_round(args, &round)?;
        self.rounds.push(round);
        Ok(())
    }

    fn page(&self) -> Page {
        let rounds = self.rounds.iter();
        let wrong = rounds.flat_map(|round| {
            round.differences.iter().map(move |words| format!("round {}: {words}", round.round))
        });
        let audited = self.damage.iter().map(|words| format!("the offline audit: {words}"));
        let words = if self.held() { "Held over all kills." } else { "It did NOT hold." };
        Page {
            title: "kills under load".to_owned(),
            intro: "A node is killed (SIGKILL) under load at random moments and started again, often with another number of \
                    shards; everything it said before is asked again, and its books are compared."
                .to_owned(),
            conclusion: Remark::all(self.held(), words, &wrong.chain(audited).collect::<Vec<_>>()),
            sections: vec![Section::of_table("kills", "", &self.table())],
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&[
            ">round",
            ">shards",
            ">after",
            ">batch",
            ">killed after ms",
            ">answered",
            ">not",
            ">there",
            ">recovered in ms",
            "",
        ]);
        for round in &self.rounds {
            table.row([
                round.round.to_string(),
                round.shards.to_string(),
                round.shards_after.to_string(),
                round.batch.to_string(),
                round.killed_after_ms.to_string(),
                grouped(round.acknowledged),
                grouped(round.unanswered),
                grouped(round.unanswered_there),
                round.recovered_in_ms.to_string(),
                if round.held() { "held" } else { "DID NOT HOLD" }.to_owned(),
            ]);
        }
        table
    }
}

fn print_round(args: &CrashArgs, round: &Round) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if args.output.prints_json() {
        return writeln!(out, "{}", serde_json::to_string(round)?);
    }
    writeln!(
        out,
        "round {}/{}: {} shards, batches of {}, killed after {} ms with {} answered and {} not; {} shards recovered \
         in {} ms and had {} of those: {}",
        round.round,
        args.rounds,
        round.shards,
        round.batch,
        round.killed_after_ms,
        grouped(round.acknowledged),
        grouped(round.unanswered),
        round.shards_after,
        round.recovered_in_ms,
        grouped(round.unanswered_there),
        if round.held() { "held" } else { "DID NOT HOLD" },
    )?;
    for difference in &round.differences {
        writeln!(out, "  {difference}")?;
    }
    Ok(())
}
