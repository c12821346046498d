//! `longmen-loadtest torture`

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use longmen_server::Launch;
use longmen_workload::setup::Target;

use super::{Attack, TOKENS, TortureReport, TortureSettings, torture, torture_own_node};
use crate::NODE;
use crate::report::{Origin, PrintArgs, Report};

const ABOUT: &str = "\
Let hostile clients loose on a node, and see that a good one is served

Half of the time each attack has its turn: lying lengths, garbage, hellos, half frames, nesting, extremes, duplicates,
flood, reconnects, slowloris, never reading, half hellos, idle sockets. In the other half all are at it at once, but for
the idle sockets, which would keep the rest out. Meanwhile a good client posts four transfers every 5 ms on one
connection, and connects anew twenty times a second.

It holds when every hostile thing got a coded answer or a closed connection, the good client never went longer than
--gap without a post that was taken, the node's memory stayed below --memory, the balances are what the answers said,
and the offline audit of the stopped node's books finds nothing. Slow clients and those that never read are dropped by
deadlines of 10 s: with turns shorter than that (--seconds below 300) that shows only when all are at it at once.";

/// Floods bring millions of transaction ids, which leave memory a million at a time.
const KNOWN_IDS: u32 = 1_000_000;

/// Let hostile clients loose on a node, and see that a good one is served
#[derive(clap::Args)]
#[command(long_about = ABOUT)]
pub struct TortureArgs {
    /// The node to torture; without it a node is started, stopped and audited. Use one whose books nobody needs
    #[arg(long, value_name = "HOST:PORT")]
    addr: Option<String>,
    /// A file with the token of the client `good`, where the node has tokens
    #[arg(long, value_name = "FILE", requires = "addr")]
    good_token_file: Option<PathBuf>,
    /// A file with the token of the client `hostile`, where the node has tokens
    #[arg(long, value_name = "FILE", requires = "addr")]
    hostile_token_file: Option<PathBuf>,
    /// The data directory of the node that is started; without it, a temporary one, kept only if something did not hold
    #[arg(long, value_name = "DIR", conflicts_with = "addr")]
    data: Option<PathBuf>,
    /// Shards of the node that is started
    #[arg(long, conflicts_with = "addr")]
    shards: Option<u16>,
    /// Seconds in all
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Only these attacks
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<Attack>,
    /// Sockets that say nothing, or half a hello, as far as the system allows so many files
    #[arg(long, default_value_t = 10_000)]
    sockets: usize,
    /// What the node may have resident of its own, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1_024)]
    memory: u64,
    /// How long the good client may go without a post that is taken, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 2_000)]
    gap: u64,
    #[command(flatten)]
    output: PrintArgs,
}

impl TortureArgs {
    /// Lets them loose; whether everything held.
    ///
    /// # Errors
    /// When the node cannot be started, reached or stopped, or a file not be written.
    pub async fn run(self) -> Result<bool, Box<dyn Error>> {
        let origin = Origin::here(self.data.as_deref().filter(|data| data.exists()))?;
        let settings = self.settings();
        let report = match &self.addr {
            Some(address) => {
                let good = target(address, "good", self.good_token_file.as_deref())?;
                let hostile = target(address, "hostile", self.hostile_token_file.as_deref())?;
                torture(&good, &hostile, None, &settings).await?
            }
            None => self.own_node(&settings).await?,
        };
        match self.output.prints_json() {
            true => writeln!(io::stdout(), "{}", origin.json(&report)?)?,
            false => print(&report)?,
        }
        self.output.write(&Report { origin, page: report.page() }, &report)?;
        Ok(report.held())
    }

    async fn own_node(&self, settings: &TortureSettings) -> Result<TortureReport, Box<dyn Error>> {
        let temporary = tempfile::tempdir()?;
        let data = self.data.clone().unwrap_or_else(|| temporary.path().join("books"));
        let tokens = temporary.path().join("tokens");
        std::fs::write(&tokens, TOKENS)?;
        let launch = Launch {
            shards: self.shards,
            tokens: Some(tokens),
            known_ids: Some(KNOWN_IDS),
            ..Launch::new(NODE, &data)
        };
        let report = torture_own_node(&launch, settings).await;
        let held = report.as_ref().is_ok_and(TortureReport::held);
        if !held && self.data.is_none() {
            writeln!(io::stderr(), "the data directory is kept: {}", temporary.keep().display())?;
        }
        Ok(report?)
    }

    fn settings(&self) -> TortureSettings {
        TortureSettings {
            time: Duration::from_secs(self.seconds),
            sockets: self.sockets,
            memory: self.memory << 20,
            longest_gap: Duration::from_millis(self.gap),
            attacks: if self.only.is_empty() { Attack::ALL.to_vec() } else { self.only.clone() },
        }
    }
}

fn target(address: &str, client: &str, token_file: Option<&Path>) -> io::Result<Target> {
    let token = token_file.map(std::fs::read_to_string).transpose()?;
    let token = token.map(|text| text.trim().to_owned());
    Ok(Target { address: address.to_owned(), client: client.to_owned(), token, tls: None })
}

fn print(report: &TortureReport) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}\n", report.table())?;
    report.wrong().try_for_each(|words| writeln!(out, "{words}"))?;
    writeln!(out, "{}", report.conclusion())
}
