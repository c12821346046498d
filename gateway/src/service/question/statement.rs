//! A page of an account's entries.

use longmen_access_log::Subject;
use longmen_engine::ledger::{AccountRef, AccountView, Operation};
use longmen_engine::{StatementPage, StatementQuery, StatementRange};

use super::context::{Ask, Context};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{ACCOUNT, LINE, one};
use crate::service::unanswered::Unanswered;

/// A page of an account's entries.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StatementAsked {
    pub(crate) account: AccountRef,
    pub(crate) query: StatementQuery,
}

impl Ask for StatementAsked {
    const OPERATION: Operation = Operation::Statement;

    type Answer = (Box<AccountView>, StatementPage);

    fn price(&self) -> InFlight {
        one(LINE * self.query.limit + ACCOUNT)
    }

    fn subject(&self) -> Subject {
        let (by, from, to) = match self.query.range {
            StatementRange::All => (None, None, None),
            StatementRange::Accounting { from, to } => {
                (Some("accounting"), Some(from.to_string()), Some(to.to_string()))
            }
            StatementRange::Time { from_us, to_us } => {
                (Some("time"), Some(from_us.to_string()), Some(to_us.to_string()))
            }
            StatementRange::Value { from, to } => {
                (Some("value"), Some(from.to_string()), Some(to.to_string()))
            }
        };
        Subject::of_accounts([&self.account])
            .with("by", by)
            .with("from", from)
            .with("to", to)
            .with("before", self.query.after.map(|cursor| cursor.to_string()))
            .with("limit", Some(self.query.limit.to_string()))
    }

    fn told((account, page): &Self::Answer, subject: &mut Subject) -> usize {
        subject.found(account);
        page.lines.len()
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let StatementAsked { account, query } = self;
        let account = context.account_for(Self::OPERATION, account).await?;
        context.look_up(move |history| history.statement(&account, &query).map(|page| (account, page))).await
    }
}
