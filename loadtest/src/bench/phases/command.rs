//! `longmen-loadtest phases`

use std::error::Error;

use super::super::tables::{TablesArgs, tell};
use super::{PhaseLoad, phases};

/// Split the time of a node under load: by stage and by thread, with waits, page faults, switches and bytes
///
/// Stages are timed by the node itself, for each read of a socket, round and frame, and never for a single transaction;
/// any node tells them on SIGUSR1. What threads used is the kernel's account of them. Each load runs against a node of its
/// own, whose books are held against the answers at the end.
#[derive(clap::Args)]
pub struct PhasesArgs {
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
    how: TablesArgs,
}

impl PhasesArgs {
    /// Makes the tables; whether the books held.
    ///
    /// # Errors
    /// When a node cannot be started, reached or stopped, or a file not be written.
    pub async fn run(self) -> Result<bool, Box<dyn Error>> {
        let origin = self.how.begin()?;
        let sheets = phases(&self.how.settings(), &self.loads).await?;
        sheets.iter().try_for_each(tell)?;
        self.how.end(origin, &sheets)
    }
}
