//! What was booked about differences and reversed without the desk: by a reversal (冲正) of its own, which needs no desk.

use longmen_client::{Client, Named, StatementLine};
use longmen_reconciliation_store::{Booked, Handling, Reason, RunFilter, Store};

use crate::desk_args::{failed, person};
use crate::failure::Failure;
use crate::id_name::shown;
use crate::reconciling::{AccountLines, Channel};

/// Takes in which steps of a channel were reversed in the books: they no longer count, and what they were about is to be handled anew. Gives how
/// many. Each step has a leg on one of the accounts that are looked through, but for those that confirm, cancel or reverse what a client posted.
pub(super) async fn take_in_reversed(
    client: &mut Client,
    store: &mut Store,
    channel: &Channel,
) -> Result<usize, Failure> {
    let name = channel.desk_name()?;
    let posted = store.read().posted(&name).map_err(failed)?;
    let runs = RunFilter { channel: Some(name), ..RunFilter::default() };
    let first = store.read().runs(&runs).map_err(failed)?.iter().map(|run| run.inputs.rules.date).min();
    let (Some(first), false) = (first, posted.is_empty()) else { return Ok(0) };
    let mut found: Vec<Booked> = Vec::new();
    let accounts = &channel.accounts;
    for account in [&accounts.long_suspense, &accounts.short_suspense, &accounts.fee_payable] {
        let account = channel.account(account).map_err(Failure::Usage)?;
        let mut lines = AccountLines::from(account, first);
        while let Some(page) = lines.page(client).await? {
            for line in &page.lines {
                let Some(step) = posted.iter().find(|step| reverses(line, step)) else { continue };
                if !found.iter().any(|one| one.original.as_deref() == Some(&*step.transaction_name())) {
                    found.push(booked(channel, line, step)?);
                }
            }
        }
    }
    store.adopt(&found).map_err(failed)
}

/// What an entry reverses, if it is that of a reversal.
pub(super) fn reversed(line: &StatementLine) -> Option<&Named> {
    line.named.as_ref().filter(|_| &*line.action == "reverse")
}

/// Whether an entry takes a step back.
fn reverses(line: &StatementLine, step: &Handling) -> bool {
    reversed(line).is_some_and(|named| {
        let id = shown(&named.id, named.text_id.as_deref());
        format!("{}/{id}", named.client) == step.transaction_name()
    })
}

fn booked(channel: &Channel, line: &StatementLine, step: &Handling) -> Result<Booked, Failure> {
    let id = line.transaction.as_deref().unwrap_or_default();
    Ok(Booked {
        break_id: step.break_id.clone(),
        transaction: line.text_id.as_deref().unwrap_or(id).into(),
        client: line.client,
        tag: step.tag_of_undo(),
        reason: Reason::new("reversed in the books").expect("a short text"),
        original: Some(step.transaction_name().into()),
        entries: None,
        currency: channel.currency,
        maker: person(&format!("client {}", line.client))?,
        at_us: line.time_us,
        proposal: None,
    })
}
