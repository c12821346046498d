//! What a command asks of the permissions of its caller.

use crate::access::operation::Operation;
use crate::access::permissions::Permissions;
use crate::account::change::{AttributeChange, Scope};
use crate::account::{AccountOpening, AccountRef};
use crate::commands::Command;
use crate::money::amount::Amount;
use crate::state::books::Books;

/// How far the caller may go with a command; `None` where it may not do it at all. Of an account that is not there, only who
/// may do it everywhere learns so.
pub(super) fn permitted(command: &Command, permissions: &Permissions, books: &Books) -> Option<Scope> {
    let may = |operation, entity: &str| permissions.may_in(operation, entity, None, 0).then_some(Scope::Any);
    let may_at = |operation, account: &AccountRef| {
        let all = permissions.may_everywhere(operation);
        (all || may_on(operation, account, permissions, books)).then_some(Scope::Any)
    };
    match command {
        Command::OpenEntity { code, .. } => may(Operation::OpenEntity, code),
        Command::OpenSubjects { entity, .. } => may(Operation::OpenSubjects, entity),
        Command::OpenAccounts(openings) => {
            let may_open = |opening: &AccountOpening| {
                // What an account is opened with takes the right to give it that afterwards.
                let given = [
                    Some(Operation::OpenAccounts),
                    (opening.overdraft_limit > Amount(0)).then_some(Operation::SetLimits),
                    opening.customer.is_some().then_some(Operation::MapCustomer),
                    opening.hot.then_some(Operation::SetHot),
                ];
                let (entity, currency) = (&opening.key.entity, Some(opening.key.currency));
                given.into_iter().flatten().all(|operation| permissions.may_in(operation, entity, currency, 0))
            };
            openings.iter().all(may_open).then_some(Scope::Any)
        }
        Command::Change(asked) => {
            let may = may_at(operation_of(asked.change), &asked.account);
            match asked.change {
                AttributeChange::States { .. } => {
                    may.or_else(|| may_at(Operation::StopAccount, &asked.account).map(|_| Scope::Stops))
                }
                _ => may,
            }
        }
        Command::CloseDay { entity, forced: false, .. } => may(Operation::CloseDay, entity),
        Command::CloseDay { entity, forced: true, .. } => may(Operation::ForcedCloseDay, entity),
        Command::MapCustomer { account, .. } => may_at(Operation::MapCustomer, account),
        Command::MapType { entity, .. } => may(Operation::MapType, entity),
        // Transactions are judged as a round comes to them.
        Command::Post(_) | Command::Cancel { .. } => Some(Scope::Any),
        // A hello comes before any permission. What is only asked, and what answers of it may be shown, is judged where the
        // question is known that it is a part of.
        Command::Hello { .. }
        // The node's own.
        | Command::NoteAccess { .. }
        | Command::Balances(_)
        | Command::ListAccounts { .. }
        | Command::OwnAccounts { .. }
        | Command::Customer { .. }
        | Command::Holds { .. }
        | Command::Closings { .. }
        | Command::Locate(_)
        | Command::TrialBalance { .. }
        | Command::Chart { .. }
        | Command::Status => Some(Scope::Any),
    }
}

fn operation_of(change: AttributeChange) -> Operation {
    match change {
        AttributeChange::States { .. } => Operation::SetState,
        AttributeChange::Hot(_) => Operation::SetHot,
        AttributeChange::Reserve(_) => Operation::SetReserve,
        AttributeChange::Limits { .. } => Operation::SetLimits,
    }
}

fn may_on(operation: Operation, account: &AccountRef, permissions: &Permissions, books: &Books) -> bool {
    let Ok(account) = books.find(account) else { return false };
    let Some(descriptor) = books.descriptor(account) else { return false };
    let entity = books.catalog.entity_code(descriptor.entity);
    permissions.may_in(operation, entity, Some(descriptor.currency), 0)
}
