//! The accounting date (会计日) of an entity, as the node says it.

use longmen_client::Client;
use longmen_ledger::Date;

use crate::error::NodeError;
use crate::journal::date;

/// The accounting date of an entity, and the newest durable frame.
pub(crate) async fn accounting_date(client: &mut Client, entity: &str) -> Result<(Date, u64), NodeError> {
    let status = client.status().await?;
    let found = status.entities.iter().find(|(code, _)| **code == *entity);
    let (_, text) = found.ok_or_else(|| NodeError::NoEntity(entity.to_owned()))?;
    Ok((date("an accounting date", text)?, status.durable))
}

/// The clock of the node's machine, in seconds since 1970: what times of requests are held against.
pub(crate) async fn node_time(client: &mut Client) -> Result<u32, NodeError> {
    let status = client.status().await?;
    let seconds = status.machine_us.max(status.clock_us).div_euclid(1_000_000);
    u32::try_from(seconds).map_err(|_| NodeError::Answer { what: "a clock", text: seconds.to_string() })
}
