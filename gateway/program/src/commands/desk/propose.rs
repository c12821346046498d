//! A step about a difference, as the ledger is asked to do it.

use longmen_client::{
    Action, Client, ClientError, Leg, Naming, Proposing, Reverse, Side, Transaction, TransactionId,
};
use longmen_engine::ledger::Side as LedgerSide;
use longmen_reconciliation::{Entries, StepKind};
use longmen_reconciliation_store::{Handling, Store};

use crate::account_name::AccountName;
use crate::desk_args::{failed, now_us};
use crate::failure::Failure;
use crate::id_name::IdName;

/// The type of what a desk books.
pub(super) const ADJUSTMENT: &str = "recon_adjust";

/// Proposes a step, and notes the number of the proposal. Said again it is the same proposal. Where the ledger takes nothing of it, that is
/// noted as well: nothing is under way then, and another step may be tried.
pub(super) async fn propose(
    client: Client,
    store: &mut Store,
    handling: &Handling,
) -> Result<Handling, Failure> {
    let transaction = transaction_of(handling)?;
    match propose_as(client, &handling.transaction_text(), &transaction).await {
        Ok(number) => store.proposed(handling.id, &number.to_string(), now_us()).map_err(failed),
        Err(Failure::Refused(refusal)) => {
            store.refused(handling.id, &refusal.code, now_us()).map_err(failed)?;
            Err(Failure::Refused(refusal))
        }
        Err(error) => Err(error),
    }
}

/// Proposes a transaction under the name that it has itself; the number of the proposal.
pub(super) async fn propose_as(
    client: Client,
    name: &str,
    transaction: &Transaction,
) -> Result<u64, Failure> {
    let id = TransactionId::Text(format!("desk {name}"));
    let mut client = client.proposing(Proposing { id, expires_us: None, at_once: false });
    match client.post_one(transaction).await {
        Err(ClientError::Proposed(proposal)) => Ok(proposal.proposal),
        Err(error) => Err(Failure::of_change(error, "the proposal")),
        Ok(result) => Err(Failure::Usage(format!("{name} was {} and not proposed", result.outcome))),
    }
}

fn transaction_of(handling: &Handling) -> Result<Transaction, Failure> {
    let draft = &handling.draft;
    let time = u32::try_from(handling.made_at_us / 1_000_000).ok();
    let transaction =
        Transaction { time, ..Transaction::new(TransactionId::Text(handling.transaction_text())) }
            .kind(ADJUSTMENT)
            .reference(handling.break_id.as_str())
            .reason(draft.reason.as_str());
    let original = || original(draft.original.as_deref().unwrap_or_default());
    Ok(match draft.kind {
        StepKind::Confirm => transaction.action(Action::Confirm(original()?)),
        StepKind::Cancel => transaction.action(Action::CancelTry(original()?)),
        StepKind::Reverse => transaction.action(Reverse::new(original()?)),
        // What is taken back is this desk's own.
        StepKind::Undo => {
            let own = TransactionId::Text(draft.original.as_deref().unwrap_or_default().to_owned());
            transaction.action(Reverse::new(Naming::new(own)))
        }
        StepKind::Adjust | StepKind::SuspenseIn | StepKind::SuspenseOut => {
            let entries = draft.entries.as_ref().map(legs_of).transpose()?.unwrap_or_default();
            Transaction { legs: entries, ..transaction }
        }
    })
}

/// The legs of entries.
pub(super) fn legs_of(entries: &Entries) -> Result<Vec<Leg>, Failure> {
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
