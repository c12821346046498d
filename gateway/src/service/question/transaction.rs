//! A transaction as the log has it.

use longmen_access_log::Subject;
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
    Own(TransactionId),
    /// The one of this id, of whichever client.
    Of(TransactionKey),
    /// The one whose record lies there, whoever's it is.
    Place(RecordPlace),
}

impl Ask for TransactionAsked {
    const OPERATION: Operation = Operation::Transaction;

    type Answer = (Box<TransactionRecord>, KnownAccounts);

    fn price(&self) -> InFlight {
        one(RECORD)
    }

    fn subject(&self) -> Subject {
        let (client, id) = match self {
            TransactionAsked::Own(id) => (None, Some(id)),
            TransactionAsked::Of(TransactionKey { client, id }) => (Some(client.to_string()), Some(id)),
            TransactionAsked::Place(RecordPlace { frame, ordinal }) => {
                return Subject::default().with("place", Some(format!("{frame}/{ordinal}")));
            }
        };
        Subject::default().with("id", id.map(|id| format!("{:032x}", id.0))).with("client", client)
    }

    fn told((_, accounts): &Self::Answer, subject: &mut Subject) -> usize {
        accounts.ids().for_each(|account| subject.tell(account));
        1
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let own = context.client();
        // Of another client, by its id or its place: that is to look for it.
        let all = [Self::OPERATION, Operation::Find];
        let finds_all = all.into_iter().all(|operation| context.may_everywhere(operation));
        // What is not its own a caller learns of only where it may see it.
        let unknown = match self {
            TransactionAsked::Place(_) if !finds_all => Rejection::Forbidden,
            TransactionAsked::Of(key) if key.client != own && !finds_all => Rejection::Forbidden,
            _ => Rejection::UnknownTransaction,
        };
        let RecordPlace { frame, ordinal } = match self {
            TransactionAsked::Place(place) => place,
            TransactionAsked::Own(id) => {
                context.locate(TransactionKey { client: own, id }).await?.ok_or(unknown)?
            }
            TransactionAsked::Of(key) => context.locate(key).await?.ok_or(unknown)?,
        };
        let found = context.look_up(move |history| history.transaction(frame, ordinal)).await?;
        let record = Box::new(found.ok_or(unknown)?);
        let needed = if record.client == own { &all[..1] } else { &all };
        let sees_all = needed.iter().all(|operation| context.may_everywhere(*operation));
        let tried = record.tried.iter().map(|leg| leg.account);
        let held = record.held.iter().map(|held| held.account);
        let legs = record.legs.iter().map(|leg| leg.account);
        let accounts = context.accounts_in(legs.chain(tried).chain(held)).await?;
        // All of it is told, so all of it must be the caller's to see.
        let is_seen = || {
            let sees = |account| needed.iter().all(|operation| context.may_see(*operation, account));
            !accounts.is_empty() && accounts.iter().all(sees)
        };
        // Of its own that moves nothing a caller learns everywhere.
        let is_own = record.client == own && accounts.is_empty();
        if !sees_all && !is_own && !is_seen() {
            return Err(Rejection::Forbidden.into());
        }
        Ok((record, KnownAccounts::of(accounts)))
    }
}
