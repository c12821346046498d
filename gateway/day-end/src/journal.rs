//! The journal of an entity, from where it was read to.

use longmen_client::{Client, FindRequest, TransactionRecord};
use longmen_ledger::Date;
use longmen_reconciliation_store::JournalPlace;

use crate::error::NodeError;

/// The books of no entity begin before it, and the same question goes on for ever.
const FROM: &str = "1970-01-01";
/// Transactions of one page. Payments wait while a node writes a page down, so it is a small one.
const PAGE: u32 = 256;

/// Reads the journal behind a place up to a frame.
pub(crate) struct Journal<'a> {
    pub(crate) entity: &'a str,
    pub(crate) place: JournalPlace,
    /// The last that counts.
    pub(crate) frame: u64,
}

impl Journal<'_> {
    /// The next transactions; `None` at the end.
    pub(crate) async fn page(
        &mut self,
        client: &mut Client,
    ) -> Result<(Vec<TransactionRecord>, bool), NodeError> {
        let request = FindRequest {
            entity: Some(self.entity),
            from: Some(FROM),
            after: self.place.page.as_deref(),
            limit: PAGE,
            legs: true,
            ..FindRequest::default()
        };
        let page = client.find(&request).await?;
        let is_past = page.transactions.iter().any(|record| record.frame > self.frame);
        let mut records = page.transactions;
        records.retain(|one| (one.frame, one.ordinal) > self.place.last && one.frame <= self.frame);
        if let Some(last) = records.last() {
            self.place.last = (last.frame, last.ordinal);
        }
        let goes_on = page.next.filter(|_| !is_past);
        let is_last = goes_on.is_none();
        if let Some(next) = goes_on {
            self.place.page = Some(next.into());
        }
        Ok((records, is_last))
    }
}

/// Of a reversal the value date of what it reverses.
pub(crate) async fn reversed(
    client: &mut Client,
    record: &TransactionRecord,
) -> Result<Option<Date>, NodeError> {
    match record.named.as_ref().and_then(|named| named.place.as_deref()) {
        Some(place) if &*record.action == "reverse" => {
            let original = client.transaction_at(place).await?;
            date("a value date", &original.value_date).map(Some)
        }
        _ => Ok(None),
    }
}

/// A date of an answer.
pub(crate) fn date(what: &'static str, text: &str) -> Result<Date, NodeError> {
    Date::parse(text).ok_or_else(|| NodeError::Answer { what, text: text.to_owned() })
}
