//! Commands that can be proposed, as contents, and back.

use crate::account::AccountRef;
use crate::account::change::AccountChange;
use crate::batch::Batch;
use crate::commands::change_access::is_digest;
use crate::commands::command::Command;
use crate::contents::content::Content;
use crate::ids::AccountId;
use crate::rejection::Rejection;
use crate::state::books::Books;
use crate::state::descriptor::LegKinds;
use crate::tariff::MAX_FEE_RULES;

/// What a command comes to when it is proposed: its accounts are found now, and are those that it is done to.
///
/// # Errors
/// `malformed` where it is nothing that can be proposed, or more than one transaction; else what is wrong with it whatever may
/// happen until it is approved.
pub(super) fn content_of(command: Command, books: &Books) -> Result<Content, Rejection> {
    let find = |account: &AccountRef| books.find(account);
    Ok(match command {
        Command::Post(batch) => Content::Transaction(one_transaction(batch, books)?),
        Command::Change(asked) => {
            let AccountChange { account, change, currency, expected, notes } = *asked;
            let account = find(&account)?;
            let its = books.descriptor(account).map(|descriptor| descriptor.currency);
            if change.amounts().any(|amount| amount.0 < 0) {
                return Err(Rejection::InvalidAmount);
            }
            if currency.is_some() && currency != its {
                return Err(Rejection::CurrencyMismatch);
            }
            if let Some(rejection) = books.refuse_change(account, change) {
                return Err(rejection);
            }
            Content::Change { account, change, expected, notes }
        }
        Command::CloseDay { entity, next, carry_forward, forced, notes } => {
            books.catalog.entity(&entity).ok_or(Rejection::UnknownEntity)?;
            let carry_forward = carry_forward.iter().map(find).collect::<Result<Vec<AccountId>, _>>()?;
            Content::CloseDay { entity, next, carry_forward, forced, notes }
        }
        Command::MapCustomer { account, customer, notes } => {
            Content::MapCustomer { account: find(&account)?, customer, notes }
        }
        Command::MapType { entity, kind, subject, from, notes } => {
            books.catalog.entity(&entity).ok_or(Rejection::UnknownEntity)?;
            Content::MapType { entity, kind, subject, from, notes }
        }
        Command::SetBookingMode { entity, kind, mode, from, notes } => {
            books.catalog.entity(&entity).ok_or(Rejection::UnknownEntity)?;
            Content::BookingMode { entity, kind, mode, from, notes }
        }
        Command::SetFeeRules { entity, file, from, notes } => {
            books.catalog.entity(&entity).ok_or(Rejection::UnknownEntity)?;
            if file.len() > MAX_FEE_RULES {
                return Err(Rejection::Malformed);
            }
            Content::FeeRules { entity, file, from, notes }
        }
        Command::ChangeAccess { digest, .. } => match is_digest(&digest) {
            true => Content::Access { digest },
            false => return Err(Rejection::Malformed),
        },
        _ => return Err(Rejection::Malformed),
    })
}

fn one_transaction(mut batch: Batch, books: &Books) -> Result<Batch, Rejection> {
    let [transaction] = &batch.transactions[..] else { return Err(Rejection::Malformed) };
    // Whether a single entry is unbalanced its accounts tell.
    let unbalanced = transaction.shape == Some(Rejection::Unbalanced);
    if let Some(shape) = transaction.shape.filter(|shape| *shape != Rejection::Unbalanced) {
        return Err(shape);
    }
    batch.resolve(|key| books.catalog.find(key));
    batch.want_balances = false;
    let descriptors = batch.legs.iter().map(|leg| (leg, books.descriptor(leg.account)));
    let mut kinds = LegKinds::NONE;
    for (leg, descriptor) in descriptors {
        let descriptor = descriptor.ok_or(Rejection::UnknownAccount)?;
        if leg.currency != descriptor.currency {
            return Err(Rejection::CurrencyMismatch);
        }
        kinds |= descriptor.kind;
    }
    if unbalanced && kinds != LegKinds::OFF_BALANCE { Err(Rejection::Unbalanced) } else { Ok(batch) }
}

impl From<Content> for Command {
    fn from(content: Content) -> Command {
        match content {
            Content::Transaction(batch) => Command::Post(batch),
            Content::Change { account, change, expected, notes } => {
                let asked = AccountChange::new(AccountRef::Id(account), change);
                Command::Change(Box::new(AccountChange { expected, notes, ..asked }))
            }
            Content::CloseDay { entity, next, carry_forward, forced, notes } => {
                let carry_forward = carry_forward.into_iter().map(AccountRef::Id).collect();
                Command::CloseDay { entity, next, carry_forward, forced, notes }
            }
            Content::MapCustomer { account, customer, notes } => {
                Command::MapCustomer { account: AccountRef::Id(account), customer, notes }
            }
            Content::MapType { entity, kind, subject, from, notes } => {
                Command::MapType { entity, kind, subject, from, notes }
            }
            Content::BookingMode { entity, kind, mode, from, notes } => {
                Command::SetBookingMode { entity, kind, mode, from, notes }
            }
            Content::FeeRules { entity, file, from, notes } => {
                Command::SetFeeRules { entity, file, from, notes }
            }
            Content::Access { digest } => Command::ChangeAccess { digest, notes: Box::default() },
        }
    }
}
