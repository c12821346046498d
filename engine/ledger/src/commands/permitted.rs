//! What a command asks of the permissions of its caller.

use crate::access::operation::Operation;
use crate::access::permissions::Permissions;
use crate::account::change::{AccountChange, AttributeChange, Scope};
use crate::account::{AccountOpening, AccountRef, Owner};
use crate::commands::command::Command;
use crate::money::amount::Amount;
use crate::rejection::Rejection;
use crate::state::books::Books;

/// How far the caller may go with a command.
///
/// # Errors
/// `forbidden` where it may not do it at all, `needs_approval` where it takes a second principal. Of an account that is not
/// there, only who may do it everywhere learns so.
pub(super) fn permitted(
    command: &Command,
    permissions: &Permissions,
    books: &Books,
) -> Result<Scope, Rejection> {
    let may = |operation, entity: &str| {
        judge(permissions.may_in(operation, entity, None, 0), || {
            permissions.needs_approval(operation, entity, None)
        })
    };
    let may_at = |operation, account: &AccountRef| may_on(operation, account, permissions, books);
    match command {
        Command::OpenEntity { code, .. } => may(Operation::OpenEntity, code),
        Command::OpenSubjects { entity, .. } => may(Operation::OpenSubjects, entity),
        Command::OpenAccounts(openings) => {
            let may_open = |opening: &AccountOpening| {
                // What an account is opened with takes the right to give it that afterwards. A customer's account that may go
                // negative lends without a limit.
                let lends = opening.overdraft_limit > Amount(0)
                    || opening.may_go_negative
                        && (opening.owner != Owner::Internal || opening.customer.is_some());
                let given = [
                    Some(Operation::OpenAccounts),
                    lends.then_some(Operation::SetLimits),
                    lends.then_some(Operation::RaiseLimits),
                    opening.customer.is_some().then_some(Operation::MapCustomer),
                    opening.hot.then_some(Operation::SetHot),
                ];
                let (entity, currency) = (&opening.key.entity, opening.key.currency);
                given.into_iter().flatten().try_fold(Scope::default(), |_, operation| {
                    // An opening cannot be proposed: it is opened without, and the limit is proposed.
                    let by_two = permissions.needs_approval(operation, entity, Some((currency, 0)));
                    judge(permissions.may_in(operation, entity, Some(currency), 0) && !by_two, || false)
                })
            };
            openings.iter().try_fold(Scope::default(), |_, opening| may_open(opening))
        }
        Command::Change(asked) => {
            let AccountChange { account, change, .. } = &**asked;
            match change {
            // A stop takes effect at once, whoever must approve its release.
            AttributeChange::States { .. } => may_at(Operation::SetState, account).or_else(|beyond| {
                may_at(Operation::StopAccount, account).map(|_| Scope { beyond: Some(beyond) })
            }),
            AttributeChange::Limits { .. } => {
                may_at(Operation::SetLimits, account)?;
                Ok(Scope { beyond: may_at(Operation::RaiseLimits, account).err() })
            }
            _ => may_at(operation_of(*change), account),
        }}
        Command::CloseDay { entity, forced: false, .. } => may(Operation::CloseDay, entity),
        Command::CloseDay { entity, forced: true, .. } => may(Operation::ForcedCloseDay, entity),
        Command::MapCustomer { account, .. } => {
            may_at(Operation::MapCustomer, account)?;
            // It lends to the customer from then on, without a limit.
            if is_unlimited(account, books) {
                may_at(Operation::SetLimits, account)?;
                may_at(Operation::RaiseLimits, account)?;
            }
            Ok(Scope::default())
        }
        Command::MapType { entity, .. } => may(Operation::MapType, entity),
        Command::SetBookingMode { entity, .. } => may(Operation::SetBookingMode, entity),
        Command::SetFeeRules { entity, .. } => may(Operation::SetFeeRules, entity),
        // Transactions are judged as a round comes to them.
        Command::Post(_) | Command::Cancel { .. } => Ok(Scope::default()),
        // Judged where it is known what is proposed.
        Command::Propose { .. } | Command::Withdraw { .. } => Ok(Scope::default()),
        Command::Approve { .. } | Command::Reject { .. } => judge(permissions.may(Operation::Approve), || false),
        Command::ChangeAccess { .. } => {
            judge(permissions.may_everywhere(Operation::ChangeAccess), || {
                permissions.needs_approval(Operation::ChangeAccess, "", None)
            })
        }
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
        | Command::FeeRules { .. }
        | Command::Proposals(_)
        | Command::Status => Ok(Scope::default()),
    }
}

fn judge(may: bool, needs_approval: impl Fn() -> bool) -> Result<Scope, Rejection> {
    match may {
        false => Err(Rejection::Forbidden),
        true if needs_approval() => Err(Rejection::NeedsApproval),
        true => Ok(Scope::default()),
    }
}

pub(super) fn operation_of(change: AttributeChange) -> Operation {
    match change {
        AttributeChange::States { .. } => Operation::SetState,
        AttributeChange::Hot(_) => Operation::SetHot,
        AttributeChange::Reserve(_) => Operation::SetReserve,
        AttributeChange::Limits { .. } => Operation::SetLimits,
    }
}

/// Whether an account may go below zero without a limit.
fn is_unlimited(account: &AccountRef, books: &Books) -> bool {
    let found = books.find(account).ok().and_then(|account| books.catalog.account(account));
    found.is_some_and(|account| account.may_go_negative)
}

fn may_on(
    operation: Operation,
    account: &AccountRef,
    permissions: &Permissions,
    books: &Books,
) -> Result<Scope, Rejection> {
    let Some(descriptor) = books.find(account).ok().and_then(|account| books.descriptor(account)) else {
        return judge(permissions.may_everywhere(operation), || false);
    };
    let (entity, currency) = (books.catalog.entity_code(descriptor.entity), descriptor.currency);
    judge(permissions.may_in(operation, entity, Some(currency), 0), || {
        permissions.needs_approval(operation, entity, Some((currency, 0)))
    })
}
