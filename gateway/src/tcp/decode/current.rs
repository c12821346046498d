//! Questions about what is there now: accounts, holds, a chart, a transaction, the node.

use longmen_engine::ledger::{AccountId, MAX_BATCH};

use super::page::{DEFAULT_PAGE, page_limit};
use super::reader::{Reader, read_elements, read_fields};
use super::value::{account, customer_id, entity, hold_name, place, required, transaction_id};
use crate::service::Fault;
use crate::service::question::accounts::AccountsAsked;
use crate::service::question::balance::BalanceAsked;
use crate::service::question::chart::ChartAsked;
use crate::service::question::customer::CustomerAsked;
use crate::service::question::holds::HoldsAsked;
use crate::service::question::status::StatusAsked;
use crate::service::question::transaction::TransactionAsked;
use crate::service::question::trial_balance::TrialBalanceAsked;

pub(super) fn read_status(reader: &mut Reader<'_>) -> Result<StatusAsked, Fault> {
    read_fields(reader, &[], |_, _| Ok(())).map(|()| StatusAsked)
}

pub(super) fn read_balance(reader: &mut Reader<'_>) -> Result<BalanceAsked, Fault> {
    let mut accounts = None;
    read_fields(reader, &["accounts"], |_, reader| {
        accounts = Some(read_elements(reader, MAX_BATCH, account)?);
        Ok(())
    })?;
    Ok(BalanceAsked { accounts: required(accounts, "accounts")? })
}

pub(super) fn read_accounts(reader: &mut Reader<'_>) -> Result<AccountsAsked, Fault> {
    let (mut after, mut limit, mut of) = (AccountId::NONE, DEFAULT_PAGE, None);
    read_fields(reader, &["after", "limit", "entity"], |index, reader| {
        match index {
            0 => after = AccountId(reader.integer()?),
            1 => limit = page_limit(reader)?,
            _ => of = Some(entity(reader)?),
        }
        Ok(())
    })?;
    Ok(AccountsAsked { after, limit, entity: of })
}

pub(super) fn read_transaction(reader: &mut Reader<'_>) -> Result<TransactionAsked, Fault> {
    let (mut id, mut at) = (None, None);
    read_fields(reader, &["id", "place"], |index, reader| {
        match index {
            0 => id = Some(transaction_id(reader)?.id),
            _ => at = Some(place(reader)?),
        }
        Ok(())
    })?;
    match (id, at) {
        (Some(id), None) => Ok(TransactionAsked::Id(id)),
        (None, Some(place)) => Ok(TransactionAsked::Place(place)),
        _ => Err(Fault::new("needs one of id and place")),
    }
}

pub(super) fn read_trial_balance(reader: &mut Reader<'_>) -> Result<TrialBalanceAsked, Fault> {
    let mut of = Box::default();
    read_fields(reader, &["entity"], |_, reader| {
        of = reader.text(32)?.into();
        Ok(())
    })?;
    Ok(TrialBalanceAsked { entity: of })
}

pub(super) fn read_chart(reader: &mut Reader<'_>) -> Result<ChartAsked, Fault> {
    let mut of = None;
    read_fields(reader, &["entity"], |_, reader| {
        of = Some(entity(reader)?);
        Ok(())
    })?;
    Ok(ChartAsked { entity: required(of, "entity")? })
}

pub(super) fn read_customer(reader: &mut Reader<'_>) -> Result<CustomerAsked, Fault> {
    let (mut of, mut customer) = (None, None);
    read_fields(reader, &["entity", "customer"], |index, reader| {
        match index {
            0 => of = Some(entity(reader)?),
            _ => customer = Some(customer_id(reader)?),
        }
        Ok(())
    })?;
    Ok(CustomerAsked { entity: required(of, "entity")?, customer: required(customer, "customer")? })
}

pub(super) fn read_holds(reader: &mut Reader<'_>) -> Result<HoldsAsked, Fault> {
    let (mut of, mut after, mut limit) = (None, None, DEFAULT_PAGE);
    read_fields(reader, &["account", "after", "limit"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            1 => after = Some(hold_name(reader)?),
            _ => limit = page_limit(reader)?,
        }
        Ok(())
    })?;
    Ok(HoldsAsked { account: of, after, limit })
}
