//! What became of what was proposed: the ledger is asked by the transaction's own id, whoever proposed it.

use longmen_client::{Client, ClientError, TransactionId, TransactionRecord};

use super::proposals::proposals_where;
use super::propose::proposal_text;
use crate::commands::approve::find;
use crate::failure::Failure;

/// What was proposed, or is to be.
pub(super) struct Asked<'a> {
    /// Who drafted it: the name of a client.
    pub(super) maker: &'a str,
    /// The text id of its transaction.
    pub(super) transaction: String,
    /// The number of its proposal, and of its client, where they are known.
    pub(super) proposal: Option<u64>,
    pub(super) client: Option<u32>,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Became {
    /// It is in the books, as a transaction of this client.
    Posted { client: u32 },
    /// The ledger's code, or how its proposal ended.
    Refused(Box<str>),
    /// Nobody has decided about this proposal, of this client.
    Waits { proposal: u64, client: u32 },
    /// The ledger knows nothing of it, and who asks is its maker.
    Unsent,
    /// That cannot be told by who asks: somebody else drafted it, and sent nothing that may be seen.
    Unseen,
}

impl Asked<'_> {
    /// Asks the ledger; `is_it` tells the transaction from another one of the same id, of a database that was made again.
    pub(super) async fn became(
        &self,
        client: &mut Client,
        who: &str,
        is_it: &dyn Fn(&TransactionRecord) -> bool,
    ) -> Result<Became, Failure> {
        match self.ask(client, who, is_it).await {
            Err(Failure::Refused(refusal)) if &*refusal.code == "forbidden" && self.maker != who => {
                Ok(Became::Unseen)
            }
            asked => asked,
        }
    }

    async fn ask(
        &self,
        client: &mut Client,
        who: &str,
        is_it: &dyn Fn(&TransactionRecord) -> bool,
    ) -> Result<Became, Failure> {
        let (mut number, mut of) = (self.proposal, self.client);
        if number.is_none() && self.maker != who {
            // It may have been sent by a program that was ended before it could note that.
            let text = proposal_text(&self.transaction);
            let is_sent = |one: &longmen_client::Proposal| {
                one.text_id.as_deref() == Some(&*text) && *one.maker == *self.maker
            };
            let Some(sent) = proposals_where(client, false, &is_sent).await?.pop() else {
                return Ok(Became::Unseen);
            };
            (number, of) = (Some(sent.proposal), Some(sent.client));
        }
        let name = TransactionId::Text(self.transaction.clone());
        // What was done about it is said by its own id, whatever became of the proposal.
        let asked = match of {
            Some(of) => client.transaction_of(of, name).await,
            None => client.transaction(name).await,
        };
        match asked {
            Ok(record) if !is_it(&record) => return Ok(Became::Refused("idempotency_conflict".into())),
            Ok(record) if &*record.outcome == "posted" => {
                return Ok(Became::Posted { client: record.client });
            }
            Ok(record) => return Ok(Became::Refused(record.outcome)),
            Err(ClientError::Refused(refusal)) if &*refusal.code == "unknown_transaction" => {}
            Err(error) => return Err(error.into()),
        }
        let Some(number) = number else { return Ok(Became::Unsent) };
        let proposal = find(client, number).await?;
        Ok(match &*proposal.state {
            "rejected" | "withdrawn" | "expired" => Became::Refused(proposal.state),
            _ => Became::Waits { proposal: number, client: proposal.client },
        })
    }
}
