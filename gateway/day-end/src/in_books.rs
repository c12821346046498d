//! What became of an id, as the books have it.

use longmen_client::{Client, FindRequest};
use longmen_ledger::Date;

use crate::error::NodeError;

/// Transactions of one page.
const PAGE: u32 = 50;

/// Whether a transaction with an id touched an entity on a date or behind it, whoever asked for it: `Some(true)` where one was posted,
/// `Some(false)` where all were refused.
pub(crate) async fn outcome_in_books(
    client: &mut Client,
    entity: &str,
    id: &str,
    from: Date,
) -> Result<Option<bool>, NodeError> {
    let (from, mut after, mut found) = (from.to_string(), None::<Box<str>>, None);
    loop {
        let request = FindRequest {
            entity: Some(entity),
            id: Some(id.into()),
            from: Some(&from),
            after: after.as_deref(),
            outcomes: Some("all"),
            limit: PAGE,
            ..FindRequest::default()
        };
        let page = client.find(&request).await?;
        for record in &page.transactions {
            found = Some(found.unwrap_or(false) || &*record.outcome == "posted");
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}
