//! The journal (序时账) of a range of accounting dates. Closed dates take no entry, so what is read of them stays so.

use longmen_client::{Client, FindRequest, TransactionRecord};
use longmen_ledger::Date;

use crate::error::NodeError;

/// Transactions of one page.
const PAGE: u32 = 1_000;

/// What was posted on accounting dates of an entity, in the order of the books.
pub(super) struct DatesOfJournal<'a> {
    entity: &'a str,
    from: String,
    to: String,
    after: Option<Box<str>>,
    is_read: bool,
}

impl<'a> DatesOfJournal<'a> {
    pub(super) fn of(entity: &'a str, (from, to): (Date, Date)) -> DatesOfJournal<'a> {
        let is_read = from > to;
        DatesOfJournal { entity, from: from.to_string(), to: to.to_string(), after: None, is_read }
    }

    /// The next transactions, which may be none; `None` at the end.
    pub(super) async fn page(
        &mut self,
        client: &mut Client,
    ) -> Result<Option<Vec<TransactionRecord>>, NodeError> {
        if self.is_read {
            return Ok(None);
        }
        let request = FindRequest {
            entity: Some(self.entity),
            from: Some(&self.from),
            to: Some(&self.to),
            after: self.after.as_deref(),
            limit: PAGE,
            legs: true,
            ..FindRequest::default()
        };
        let page = client.find(&request).await?;
        self.is_read = page.next.is_none();
        self.after = page.next;
        Ok(Some(page.transactions))
    }
}
