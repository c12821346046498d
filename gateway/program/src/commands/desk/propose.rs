//! What a desk would have booked, as the ledger is asked for it.

use longmen_client::{
    Action, Client, ClientError, Leg, Naming, Proposal, Proposing, Reverse, Side, Transaction, TransactionId,
};
use longmen_engine::ledger::Side as LedgerSide;
use longmen_reconciliation::{End, Entries, StepKind};
use longmen_reconciliation_store::{Draft, Handling, Settlement, Store};

use crate::account_name::AccountName;
use crate::desk_args::{failed, now_us};
use crate::failure::Failure;
use crate::id_name::IdName;

/// The type of what a desk books about a difference on the channel's account.
pub(super) const ADJUSTMENT: &str = "recon_adjust";
/// The type of what it books about one beside that account: fees, and what leaves suspense to a customer, gain or loss. A type of its own,
/// since a channel that is booked on one side needs a booking mode for the other.
pub(super) const TRANSFER: &str = "recon_transfer";
/// The type of what is booked when a channel pays.
pub(super) const SETTLEMENT: &str = "settlement";

/// Proposes a step, and notes the number of the proposal. Said again it is the same proposal. Where the ledger takes nothing of it, that is
/// noted as well: nothing is under way then, and another step may be tried.
pub(super) async fn propose(
    client: Client,
    store: &mut Store,
    handling: &Handling,
) -> Result<Handling, Failure> {
    match propose_as(client, &handling.transaction_text(), &transaction_of(handling)?).await {
        Ok(proposal) => {
            let number = proposal.proposal.to_string();
            store.proposed(handling.id, &number, proposal.client, now_us()).map_err(failed)
        }
        Err(Failure::Refused(refusal)) => {
            store.refused(handling.id, &refusal.code, now_us()).map_err(failed)?;
            Err(Failure::Refused(refusal))
        }
        Err(error) => Err(error),
    }
}

/// Proposes a settlement, and notes what came of that as [`propose`] does.
pub(super) async fn propose_settlement(
    client: Client,
    store: &mut Store,
    settlement: &Settlement,
) -> Result<Settlement, Failure> {
    match propose_as(client, &settlement.transaction_text(), &of_settlement(settlement)?).await {
        Ok(proposal) => {
            let number = proposal.proposal.to_string();
            store.settlement_proposed(settlement.id, &number, proposal.client, now_us()).map_err(failed)
        }
        Err(Failure::Refused(refusal)) => {
            store.settlement_refused(settlement.id, &refusal.code, now_us()).map_err(failed)?;
            Err(Failure::Refused(refusal))
        }
        Err(error) => Err(error),
    }
}

/// Proposes a transaction under the name that it has itself.
async fn propose_as(client: Client, name: &str, transaction: &Transaction) -> Result<Box<Proposal>, Failure> {
    let id = TransactionId::Text(proposal_text(name));
    let mut client = client.proposing(Proposing { id, expires_us: None, at_once: false });
    match client.post_one(transaction).await {
        Err(ClientError::Proposed(proposal)) => Ok(proposal),
        Err(error) => Err(Failure::of_change(error, "the proposal")),
        Ok(result) => Err(Failure::Usage(format!("{name} was {} and not proposed", result.outcome))),
    }
}

/// The text id of the proposal of a transaction.
pub(super) fn proposal_text(transaction: &str) -> String {
    format!("desk {transaction}")
}

fn transaction_of(handling: &Handling) -> Result<Transaction, Failure> {
    let draft = &handling.draft;
    let transaction = Transaction {
        time: seconds(handling.made_at_us),
        tags: Some(handling.tag().to_string()),
        ..Transaction::new(TransactionId::Text(handling.transaction_text()))
    };
    let transaction =
        transaction.kind(type_of(draft)).reference(handling.break_id.as_str()).reason(draft.reason.as_str());
    let original = || original(draft.original.as_deref().unwrap_or_default());
    Ok(match draft.kind {
        StepKind::Confirm => transaction.action(Action::Confirm(original()?)),
        StepKind::Cancel => transaction.action(Action::CancelTry(original()?)),
        // What is taken back is a desk's own, whoever proposed it.
        StepKind::Reverse | StepKind::Undo => transaction.action(Reverse::new(original()?)),
        StepKind::Adjust | StepKind::SuspenseIn | StepKind::SuspenseOut => {
            let entries = draft.entries.as_ref().map(legs_of).transpose()?.unwrap_or_default();
            Transaction { legs: entries, ..transaction }
        }
    })
}

/// The type of a step's transaction.
pub(super) fn type_of(draft: &Draft) -> &'static str {
    match (draft.kind, draft.ends) {
        (StepKind::SuspenseOut, Some(End::Claim)) => ADJUSTMENT,
        (StepKind::Adjust | StepKind::SuspenseOut, _) => TRANSFER,
        // What a reversal, confirm or cancel moves, its original says.
        (
            StepKind::SuspenseIn | StepKind::Confirm | StepKind::Cancel | StepKind::Reverse | StepKind::Undo,
            _,
        ) => ADJUSTMENT,
    }
}

fn of_settlement(settlement: &Settlement) -> Result<Transaction, Failure> {
    let transaction = Transaction {
        legs: legs_of(&settlement.entries)?,
        time: seconds(settlement.made_at_us),
        ..Transaction::new(TransactionId::Text(settlement.transaction_text()))
    };
    let reference = Settlement::reference_of(&settlement.channel, settlement.date);
    Ok(transaction.kind(SETTLEMENT).reference(&reference))
}

/// When it was made, as the ledger wants it: the same whenever it is sent.
fn seconds(made_at_us: i64) -> Option<u32> {
    u32::try_from(made_at_us / 1_000_000).ok()
}

/// The legs of entries.
fn legs_of(entries: &Entries) -> Result<Vec<Leg>, Failure> {
    let leg = |leg: &longmen_reconciliation::Leg| {
        let account: AccountName = leg.account.parse().map_err(Failure::Usage)?;
        let side = if leg.side == LedgerSide::Debit { Side::Debit } else { Side::Credit };
        let currency = Some(entries.currency().code().to_owned());
        Ok(Leg { account: account.0, side, amount: leg.amount.0.into(), currency, step: None })
    };
    entries.legs().iter().map(leg).collect()
}

/// What the books' side calls a transaction: the number of its client, and its id.
fn original(reference: &str) -> Result<Naming, Failure> {
    let wrong = || Failure::Usage(format!("`{reference}` names no transaction: CLIENT/ID"));
    let (client, id) = reference.split_once('/').ok_or_else(wrong)?;
    let (client, id) = (client.parse().map_err(|_| wrong())?, id.parse::<IdName>().map_err(|_| wrong())?);
    Ok(Naming::new(id.id()).client(client))
}
