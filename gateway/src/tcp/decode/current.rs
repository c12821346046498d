//! Questions about what is there now: accounts, holds, a chart, a transaction, the node.

use longmen_engine::ledger::{
    AccountFilter, AccountId, AccountState, ClientId, MAX_BATCH, PaymentState, TransactionKey,
};

use super::page::{DEFAULT_PAGE, MAX_CURSOR, NOT_A_CURSOR, page_limit};
use super::question_body::QuestionBody;
use super::reader::{Reader, read_elements};
use super::value::{
    MAX_CODE, MAX_NUMBER, account, customer_id, entity, hold_name, owned_by, place, required, state,
    transaction_id,
};
use crate::service::Fault;
use crate::service::question::accounts::{AccountsAsked, filters};
use crate::service::question::balance::BalanceAsked;
use crate::service::question::chart::ChartAsked;
use crate::service::question::customer::CustomerAsked;
use crate::service::question::fee_rules::FeeRulesAsked;
use crate::service::question::holds::HoldsAsked;
use crate::service::question::status::StatusAsked;
use crate::service::question::transaction::TransactionAsked;
use crate::service::question::trial_balance::TrialBalanceAsked;

pub(super) fn read_status(body: &mut QuestionBody<'_, '_>) -> Result<StatusAsked, Fault> {
    body.fields([], |_, _| Ok(())).map(|()| StatusAsked)
}

pub(super) fn read_balance(body: &mut QuestionBody<'_, '_>) -> Result<BalanceAsked, Fault> {
    let mut accounts = None;
    body.fields(["accounts"], |_, reader| {
        accounts = Some(read_elements(reader, MAX_BATCH, account)?);
        Ok(())
    })?;
    Ok(BalanceAsked { accounts: required(accounts, "accounts")? })
}

pub(super) fn read_accounts(body: &mut QuestionBody<'_, '_>) -> Result<AccountsAsked, Fault> {
    let (mut after, mut limit, mut filter) =
        (After::Account(0), DEFAULT_PAGE, Box::<AccountFilter>::default());
    body.fields(ACCOUNTS, |index, reader| {
        match index {
            0 => after = After::read(reader)?,
            1 => limit = page_limit(reader)?,
            2 => filter.entity = Some(entity(reader)?),
            3 => filter.subject = Some(subject_beginning(reader)?),
            4 => filter.owner = Some(owned_by(reader)?),
            5 => filter.states.account = Some(state(AccountState::from_number(reader.integer()?))?),
            6 => filter.states.payment = Some(state(PaymentState::from_number(reader.integer()?))?),
            7 => filter.number = Some(number_beginning(reader)?),
            _ => filter.customer = Some(customer_id(reader)?),
        }
        Ok(())
    })?;
    let after = after.account(&filter).map_err(|fault| fault.in_field("after"))?;
    Ok(AccountsAsked { after, limit, filter })
}

const ACCOUNTS: [&str; 9] = [
    "after",
    "limit",
    "entity",
    "subject",
    "owner",
    "account_state",
    "payment_state",
    "number_prefix",
    "customer",
];

/// Where a list of accounts goes on.
#[derive(Clone, Copy, Debug)]
enum After<'a> {
    Account(u64),
    Cursor(&'a str),
}

impl<'a> After<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<After<'a>, Fault> {
        match reader.is_at_text()? {
            true => reader.text(MAX_CURSOR).map(After::Cursor),
            false => reader.integer().map(After::Account),
        }
    }

    fn account(self, filter: &AccountFilter) -> Result<AccountId, Fault> {
        match self {
            After::Account(id) => Ok(AccountId(id)),
            After::Cursor(text) => {
                let place = filters(filter).place(text).and_then(|place| place.parse().ok());
                place.map(AccountId).ok_or(NOT_A_CURSOR)
            }
        }
    }
}

/// What the code of a subject begins with.
fn subject_beginning(reader: &mut Reader<'_>) -> Result<Box<str>, Fault> {
    let digits = reader.text(MAX_CODE)?;
    match !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(digits.into()),
        false => Err(Fault::new("not the digits that a subject's code begins with")),
    }
}

/// What an account number begins with.
fn number_beginning(reader: &mut Reader<'_>) -> Result<Box<str>, Fault> {
    match reader.text(MAX_NUMBER)? {
        "" => Err(Fault::new("is empty")),
        number => Ok(number.into()),
    }
}

pub(super) fn read_transaction(body: &mut QuestionBody<'_, '_>) -> Result<TransactionAsked, Fault> {
    let (mut id, mut at, mut of) = (None, None, None);
    body.fields(["id", "place", "client"], |index, reader| {
        match index {
            0 => id = Some(transaction_id(reader)?.id),
            1 => at = Some(place(reader)?),
            _ => of = Some(ClientId(reader.integer()?)),
        }
        Ok(())
    })?;
    match (id, at, of) {
        (Some(id), None, None) => Ok(TransactionAsked::Own(id)),
        (Some(id), None, Some(client)) => Ok(TransactionAsked::Of(TransactionKey { client, id })),
        (None, Some(place), None) => Ok(TransactionAsked::Place(place)),
        (None, Some(_), Some(_)) => Err(Fault::new("belongs to an id, and no place").in_field("client")),
        _ => Err(Fault::new("needs one of id and place")),
    }
}

pub(super) fn read_trial_balance(body: &mut QuestionBody<'_, '_>) -> Result<TrialBalanceAsked, Fault> {
    let mut of = Box::default();
    body.fields(["entity"], |_, reader| {
        of = reader.text(32)?.into();
        Ok(())
    })?;
    Ok(TrialBalanceAsked { entity: of })
}

pub(super) fn read_chart(body: &mut QuestionBody<'_, '_>) -> Result<ChartAsked, Fault> {
    let mut of = None;
    body.fields(["entity"], |_, reader| {
        of = Some(entity(reader)?);
        Ok(())
    })?;
    Ok(ChartAsked { entity: required(of, "entity")? })
}

pub(super) fn read_fee_rules(body: &mut QuestionBody<'_, '_>) -> Result<FeeRulesAsked, Fault> {
    let (mut of, mut before) = (None, 0);
    body.fields(["entity", "before"], |index, reader| {
        match index {
            0 => of = Some(entity(reader)?),
            _ => before = reader.integer()?,
        }
        Ok(())
    })?;
    Ok(FeeRulesAsked { entity: required(of, "entity")?, before })
}

pub(super) fn read_customer(body: &mut QuestionBody<'_, '_>) -> Result<CustomerAsked, Fault> {
    let (mut of, mut customer) = (None, None);
    body.fields(["entity", "customer"], |index, reader| {
        match index {
            0 => of = Some(entity(reader)?),
            _ => customer = Some(customer_id(reader)?),
        }
        Ok(())
    })?;
    Ok(CustomerAsked { entity: required(of, "entity")?, customer: required(customer, "customer")? })
}

pub(super) fn read_holds(body: &mut QuestionBody<'_, '_>) -> Result<HoldsAsked, Fault> {
    let (mut of, mut after, mut limit) = (None, None, DEFAULT_PAGE);
    body.fields(["account", "after", "limit"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            1 => after = Some(hold_name(reader)?),
            _ => limit = page_limit(reader)?,
        }
        Ok(())
    })?;
    Ok(HoldsAsked { account: of, after, limit })
}
