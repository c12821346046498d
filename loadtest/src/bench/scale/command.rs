//! `longmen-loadtest scale`

use std::error::Error;

use super::super::tables::{TablesArgs, tell};
use super::{ScaleSettings, ScaleTable, scale_table};

/// Measure how cost and speed go with a size: accounts, connections, known ids, what there is to recover, shards
///
/// Each table has a row for each size, with throughput and with the node's own processor time for each transaction, user
/// and system, of all its threads. As in `bench` everything is on, every load runs against a node of its own (`ids` loads
/// one node ever further), and at its end the node's books are held against the answers: wrong books end with 1.
///
/// At full size 100,000,000 known ids alone take some 2.5 GB of memory, their log and files 25 GB below --data. The limits leave
/// rows out from the top, --size makes all counts smaller.
#[derive(clap::Args)]
pub struct ScaleArgs {
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
    how: TablesArgs,
}

impl ScaleArgs {
    /// Makes the tables; whether the books held.
    ///
    /// # Errors
    /// When a node cannot be started, reached or stopped, or a file not be written.
    pub async fn run(self) -> Result<bool, Box<dyn Error>> {
        let origin = self.how.begin()?;
        let settings = self.settings();
        let mut sheets = Vec::new();
        let mut ended = Ok(());
        for table in &self.tables {
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
        let held = self.how.end(origin, &sheets)?;
        ended?;
        Ok(held)
    }

    fn settings(&self) -> ScaleSettings {
        ScaleSettings {
            bench: self.how.settings(),
            max_accounts: self.max_accounts,
            max_connections: self.max_connections,
            max_ids: self.max_ids,
            max_transfers: self.max_transfers,
        }
    }
}
