//! How a node serves, as its command line says it.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Args;
use longmen_engine::ledger::{AccountKey, Currency, RefundClearing, RefundWindows};
use longmen_engine::{NodeOptions, ScrubOptions};
use longmen_fees::FeeTariffs;
use longmen_wal::{LogOptions, WritePath};

use crate::access_log::AccessLogArgs;
use crate::tls::TlsArgs;

/// How a node serves.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// The data directory: a ledger's, or an empty one, or none yet, where a new ledger begins
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Where to listen; port 0 takes a free one. Beyond loopback a node needs TLS, and tokens or clients with
    /// certificates
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7440")]
    pub listen: SocketAddr,
    /// Shards that the accounts are spread over; may change from start to start
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub shards: u16,
    /// The file of tokens that `longmen token` makes; or one with a client's name and its token on each line
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,
    /// Who may do what: principals and their roles, in TOML. Read again when it has changed, as the tokens are
    #[arg(long, value_name = "FILE")]
    pub access: Option<PathBuf>,
    /// Take the access file of this digest at this start, though nobody can say whether its change takes a second principal: the
    /// copy of the one that held is gone from the data directory, or is another
    #[arg(long, value_name = "DIGEST", requires = "access")]
    pub accept_access: Option<String>,
    #[command(flatten)]
    pub access_log: AccessLogArgs,
    #[command(flatten)]
    pub tls: TlsArgs,
    /// Bytes of one segment of the log, at least 4 MiB
    #[arg(long, value_name = "BYTES")]
    pub segment_size: Option<u64>,
    /// Threads that the shards spread over; 0 shares the coordinator's, which is best on few cores
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub shard_threads: u16,
    /// Threads that the sessions of clients spread over; 0 shares the engine's, which is best on few cores [default: 1
    /// for every 4 cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub session_threads: Option<u16>,
    /// Take a snapshot after so many bytes of log, or twice the last one's size if that is more
    #[arg(long, value_name = "BYTES")]
    pub snapshot_bytes: Option<u64>,
    /// Transaction ids of one generation: the newest stay in memory, older ones go to a file each, which a start reads
    /// instead of the log [default: 1048576]
    #[arg(long, value_name = "IDS", value_parser = clap::value_parser!(u32).range(1_000..=16_777_216))]
    pub known_ids: Option<u32>,
    /// Read everything on disk again and again, so many bytes a second, to find damage before anybody asks for what is
    /// damaged; 0 does not
    #[arg(long, value_name = "BYTES", default_value_t = ScrubOptions::default().bytes_per_second)]
    pub scrub_rate: u64,
    /// Begin to read it again so many seconds after it was begun last, if it has ended
    #[arg(long, value_name = "SECONDS", default_value_t = ScrubOptions::default().every.as_secs())]
    pub scrub_every: u64,
    /// Take refunds for so many days after the original's accounting date
    #[arg(long, value_name = "DAYS", default_value_t = RefundWindows::default().days)]
    pub refund_days: u32,
    /// Take refunds of originals of this type for so many days; may be given more than once
    #[arg(long, value_name = "TYPE=DAYS", value_parser = parse_window)]
    pub refund_window: Vec<(Box<str>, u32)>,
    /// Let refunds of originals of this type go by way of this account too; may be given more than once
    #[arg(long, value_name = "TYPE=ACCOUNT", value_parser = parse_clearing)]
    pub refund_clearing: Vec<(Box<str>, AccountKey)>,
    /// Take the machine's clock for right, however far it is from the newest frame in the log
    #[arg(long)]
    pub accept_time: bool,
    /// How frames reach their file, for tests: direct, pwritev or map
    #[arg(long, hide = true, value_parser = parse_write_path)]
    pub write_path: Option<WritePath>,
    /// Say nothing but the address: for programs that start nodes of their own
    #[arg(long, hide = true)]
    pub quiet: bool,
}

impl ServeArgs {
    /// What the engine is told of it.
    pub(crate) fn node_options(&self) -> NodeOptions {
        let mut log = LogOptions::default();
        if let Some(bytes) = self.segment_size {
            log.segment_bytes = bytes;
        }
        if let Some(path) = self.write_path {
            log.write_path = path;
        }
        let usual = NodeOptions::default();
        NodeOptions {
            shards: self.shards,
            shard_threads: self.shard_threads,
            log,
            snapshot_bytes: self.snapshot_bytes.unwrap_or(usual.snapshot_bytes),
            known_ids: self.known_ids.map_or(usual.known_ids, |ids| ids as usize),
            scrub: ScrubOptions {
                bytes_per_second: self.scrub_rate,
                every: Duration::from_secs(self.scrub_every),
            },
            refund_windows: RefundWindows {
                days: self.refund_days,
                by_type: self.refund_window.iter().cloned().collect(),
            },
            refund_clearing: self.refund_clearing(),
            tariffs: Some(Arc::new(FeeTariffs)),
            accept_time: self.accept_time,
            ..usual
        }
    }

    pub(crate) fn session_threads(&self) -> usize {
        let cores = || available_parallelism().map_or(1, NonZeroUsize::get);
        self.session_threads.map_or_else(|| cores() / 4, usize::from)
    }

    fn refund_clearing(&self) -> RefundClearing {
        let mut clearing = RefundClearing::default();
        for (of_type, account) in &self.refund_clearing {
            clearing.by_type.entry(of_type.clone()).or_default().push(account.clone());
        }
        clearing
    }
}

fn parse_write_path(text: &str) -> Result<WritePath, String> {
    match text {
        "direct" => Ok(WritePath::Direct),
        "pwritev" => Ok(WritePath::Pwritev),
        "map" => Ok(WritePath::Map),
        other => Err(format!("`{other}` is none of direct, pwritev and map")),
    }
}

fn parse_window(text: &str) -> Result<(Box<str>, u32), String> {
    let (kind, days) = text.split_once('=').ok_or("give it as TYPE=DAYS, such as payment=180")?;
    let days = days.parse().map_err(|_| format!("`{days}` is no number of days"))?;
    Ok((kind.into(), days))
}

fn parse_clearing(text: &str) -> Result<(Box<str>, AccountKey), String> {
    let usual = "give it as TYPE=ENTITY/NUMBER/CURRENCY, such as payment=LM/clearing/CNY";
    let (of_type, account) = text.split_once('=').ok_or(usual)?;
    let parts: Vec<&str> = account.split('/').collect();
    let (entity, number, kind, currency) = match parts[..] {
        [entity, number, currency] => (entity, number, "", currency),
        [entity, number, kind, currency] => (entity, number, kind, currency),
        _ => return Err(usual.to_owned()),
    };
    let currency = Currency::from_code(currency).ok_or_else(|| format!("`{currency}` is no currency"))?;
    let key = AccountKey { entity: entity.into(), number: number.into(), kind: kind.into(), currency };
    Ok((of_type.into(), key))
}
