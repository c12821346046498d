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
