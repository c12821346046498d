//! A transaction as the log has it.

use longmen_engine::TransactionRecord;
use longmen_engine::ledger::{RecordPlace, Rejection, TransactionId, TransactionKey};

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
    type Answer = (Box<TransactionRecord>, KnownAccounts);

    fn price(&self) -> InFlight {
        one(RECORD)
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let unknown = Rejection::UnknownTransaction;
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
        Ok((record, KnownAccounts::of(accounts)))
    }
}
