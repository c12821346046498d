//! The legs of an account, page by page.

use longmen_client::{Client, RangeEnd, Statement, StatementRequest};
use longmen_engine::ledger::Date;

use crate::account_name::AccountName;
use crate::failure::Failure;

/// Lines of one page.
const PAGE: u32 = 1_000;

/// The legs of an account from a date on, the oldest first, also where entries are merged.
pub(crate) struct AccountLines {
    account: AccountName,
    from: Date,
    to: Option<Date>,
    /// Where the next page begins; `None` before the first.
    next: Option<Box<str>>,
    is_over: bool,
}

impl AccountLines {
    /// Those from a date on.
    pub(crate) fn from(account: AccountName, from: Date) -> AccountLines {
        AccountLines { account, from, to: None, next: None, is_over: false }
    }

    /// Those of one date.
    pub(crate) fn of(account: AccountName, date: Date) -> AccountLines {
        AccountLines { to: Some(date), ..AccountLines::from(account, date) }
    }

    /// The next page; `None` behind the last. The first is there even where nothing moved.
    ///
    /// # Errors
    /// Where the account is not there, or not to be seen.
    pub(crate) async fn page(&mut self, client: &mut Client) -> Result<Option<Statement>, Failure> {
        if self.is_over {
            return Ok(None);
        }
        let end = |date: Date| RangeEnd::Date(date.to_string().into());
        let request = StatementRequest {
            before: self.next.as_deref(),
            from: Some(end(self.from)),
            to: self.to.map(end),
            order: Some("oldest_first"),
            legs: true,
            ..StatementRequest::new(self.account.0.clone(), PAGE)
        };
        let page = client.statement_with(&request).await;
        let mut page = page.map_err(|error| Failure::about(error, &self.account))?;
        self.next = page.next.take();
        self.is_over = self.next.is_none();
        Ok(Some(page))
    }
}
