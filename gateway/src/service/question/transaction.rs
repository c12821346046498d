//! A transaction as the log has it.

use longmen_engine::TransactionRecord;
use longmen_engine::ledger::{Operation, RecordPlace, Rejection, TransactionId, TransactionKey};

use super::context::{Ask, Context};
use super::known_accounts::KnownAccounts;
use crate::service::in_flight::InFlight;
use crate::service::sizes::{RECORD, one};
use crate::service::unanswered::Unanswered;

/// Which transaction is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransactionAsked {
    /// The caller's own of this id.
    Id(TransactionId),
    /// The one whose record lies there, whoever's it is.
    Place(RecordPlace),
}

impl Ask for TransactionAsked {
    const OPERATION: Operation = Operation::Transaction;

    type Answer = (Box<TransactionRecord>, KnownAccounts);

    fn price(&self) -> InFlight {
        one(RECORD)
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let sees_all = context.may_everywhere(Self::OPERATION);
        // What is not its own a caller learns of only where it may see it.
        let unknown = match self {
            TransactionAsked::Place(_) if !sees_all => Rejection::Forbidden,
            _ => Rejection::UnknownTransaction,
        };
        let RecordPlace { frame, ordinal } = match self {
            TransactionAsked::Place(place) => place,
            TransactionAsked::Id(id) => {
                context.locate(TransactionKey { client: context.client(), id }).await?.ok_or(unknown)?
            }
        };
        let found = context.look_up(move |history| history.transaction(frame, ordinal)).await?;
        let record = Box::new(found.ok_or(unknown)?);
        let tried = record.tried.iter().map(|leg| leg.account);
        let held = record.held.iter().map(|held| held.account);
        let legs = record.legs.iter().map(|leg| leg.account);
        let accounts = context.accounts_in(legs.chain(tried).chain(held)).await?;
        // All of it is told, so all of it must be the caller's to see.
        let is_seen = || {
            !accounts.is_empty() && accounts.iter().all(|account| context.may_see(Self::OPERATION, account))
        };
        // Of its own that moves nothing a caller learns everywhere.
        let is_own = record.client == context.client() && accounts.is_empty();
        if !sees_all && !is_own && !is_seen() {
            return Err(Rejection::Forbidden.into());
        }
        Ok((record, KnownAccounts::of(accounts)))
    }
}
