//! Transactions that are looked for, page by page.

use longmen_client::{Client, FindRequest, FoundTransactions};

use crate::failure::Failure;

/// Transactions of one page.
const PAGE: u32 = 1_000;

/// A search in the order of the log.
pub(crate) struct Search<'a> {
    request: FindRequest<'a>,
    /// Where the next page begins; `None` before the first.
    next: Option<Box<str>>,
    is_over: bool,
}

impl<'a> Search<'a> {
    /// What is looked for; pages are this search's own.
    pub(crate) fn of(request: FindRequest<'a>) -> Search<'a> {
        Search { request, next: None, is_over: false }
    }

    /// The next page, which may be empty and not the last; `None` behind the last.
    ///
    /// # Errors
    /// Where the node does not say.
    pub(crate) async fn page(&mut self, client: &mut Client) -> Result<Option<FoundTransactions>, Failure> {
        if self.is_over {
            return Ok(None);
        }
        let request = FindRequest { after: self.next.as_deref(), limit: PAGE, ..self.request.clone() };
        let mut page = client.find(&request).await?;
        self.next = page.next.take();
        self.is_over = self.next.is_none();
        Ok(Some(page))
    }
}
