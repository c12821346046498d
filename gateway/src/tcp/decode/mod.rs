//! Bodies of requests into the engine's own types: parsed once, here, into what cannot be wrong.

mod action;
mod asking;
mod change;
mod charge;
mod compact;
mod current;
mod opening;
mod page;
mod post;
mod proposal;
mod question;
mod question_body;
mod reader;
#[cfg(test)]
mod tests;
mod value;
#[cfg(test)]
mod widths;

use longmen_client::{Format, Header, Operation};
use longmen_engine::ledger::Command;

use crate::service::{Fault, Hello, Question, RESULT, Request};
pub(crate) use asking::Asking;
use question_body::read_question;
use reader::{Reader, read_fields};
use value::{GivenId, opened, required, shown, transaction_id};

/// Bytes of a client's name.
const MAX_NAME: usize = 64;
/// Bytes of a token.
const MAX_TOKEN: usize = 512;
/// Bytes of one result in a compact answer.
const COMPACT_RESULT: usize = 16;

/// Reads the body of a request.
pub(crate) fn read_request(
    operation: Operation,
    format: Format,
    body: &[u8],
    asking: Asking,
) -> Result<Request, Fault> {
    match format {
        Format::Compact if operation == Operation::Post => {
            compact::read_compact_post(body).map(Request::Post)
        }
        Format::Compact => Err(Fault::new("this operation has no compact form")),
        Format::MessagePack => {
            let mut reader = Reader::new(if body.is_empty() { &[0xC0] } else { body });
            let asked = read_body(operation, &mut reader, asking)?;
            if reader.is_at_end() { Ok(asked) } else { Err(Fault::new("goes on behind its end")) }
        }
    }
}

/// The format in which a request is answered: its own, where the operation has it.
pub(crate) fn answer_format(header: Header) -> Format {
    let is_post = header.operation == Operation::Post.number();
    if is_post && header.format == Format::Compact as u8 { Format::Compact } else { Format::MessagePack }
}

/// Bytes that the result of one transaction stays below in an answer of this format.
pub(crate) fn result_bytes(format: Format) -> usize {
    match format {
        Format::Compact => COMPACT_RESULT,
        Format::MessagePack => RESULT,
    }
}

fn read_body(operation: Operation, reader: &mut Reader<'_>, asking: Asking) -> Result<Request, Fault> {
    Ok(match operation {
        Operation::Post => Request::Post(post::read_post(reader, asking)?),
        Operation::Hello => Request::Hello(read_hello(reader)?),
        Operation::Ping => {
            read_fields(reader, &[], |_, _| Ok(()))?;
            Request::Ping
        }
        Operation::OpenEntity => Request::Command(opening::read_open_entity(reader)?),
        Operation::OpenSubjects => Request::Command(opening::read_open_subjects(reader)?),
        Operation::OpenAccounts => Request::Command(opening::read_open_accounts(reader)?),
        Operation::SetState => Request::Command(change::read_set_state(reader)?),
        Operation::SetHot => Request::Command(change::read_set_hot(reader)?),
        Operation::CloseDay => Request::Command(change::read_close_day(reader)?),
        Operation::SetReserve => Request::Command(change::read_set_reserve(reader)?),
        Operation::SetLimits => Request::Command(change::read_set_limits(reader)?),
        Operation::MapCustomer => Request::Command(change::read_map_customer(reader)?),
        Operation::MapType => Request::Command(change::read_map_type(reader)?),
        Operation::SetBookingMode => Request::Command(change::read_set_booking_mode(reader)?),
        Operation::SetFeeRules => Request::Command(change::read_set_fee_rules(reader)?),
        Operation::ChangeAccess => Request::Command(change::read_change_access(reader)?),
        Operation::Cancel => Request::Command(read_cancel(reader)?),
        Operation::Propose => {
            Request::Question(Question::Propose(proposal::read_propose(reader, asking)?), None)
        }
        Operation::Approve => Request::Question(Question::Approve(proposal::read_approve(reader)?), None),
        Operation::Reject => Request::Command(proposal::read_reject(reader)?),
        Operation::Withdraw => Request::Command(proposal::read_withdraw(reader)?),
        Operation::Proposals => {
            read_question(reader, |body| proposal::read_proposals(body).map(Question::Proposals))?
        }
        Operation::Balance => {
            read_question(reader, |body| current::read_balance(body).map(Question::Balance))?
        }
        Operation::Accounts => {
            read_question(reader, |body| current::read_accounts(body).map(Question::Accounts))?
        }
        Operation::Customer => {
            read_question(reader, |body| current::read_customer(body).map(Question::Customer))?
        }
        Operation::Holds => read_question(reader, |body| current::read_holds(body).map(Question::Holds))?,
        Operation::TrialBalance => {
            read_question(reader, |body| current::read_trial_balance(body).map(Question::TrialBalance))?
        }
        Operation::Chart => read_question(reader, |body| current::read_chart(body).map(Question::Chart))?,
        Operation::FeeRules => {
            read_question(reader, |body| current::read_fee_rules(body).map(Question::FeeRules))?
        }
        Operation::Status => read_question(reader, |body| current::read_status(body).map(Question::Status))?,
        Operation::Transaction => {
            read_question(reader, |body| current::read_transaction(body).map(Question::Transaction))?
        }
        Operation::Statement => {
            read_question(reader, |body| question::read_statement(body).map(Question::Statement))?
        }
        Operation::BalanceAt => {
            read_question(reader, |body| question::read_balance_at(body).map(Question::BalanceAt))?
        }
        Operation::Entry => read_question(reader, |body| question::read_entry(body).map(Question::Entry))?,
        Operation::Register => {
            read_question(reader, |body| question::read_register(body).map(Question::Register))?
        }
        Operation::Find => read_question(reader, |body| question::read_find(body).map(Question::Find))?,
        Operation::GeneralLedger => {
            read_question(reader, |body| question::read_general_ledger(body).map(Question::GeneralLedger))?
        }
    })
}

fn read_hello(reader: &mut Reader<'_>) -> Result<Hello, Fault> {
    let (mut name, mut token, mut on_behalf) = (None, None, None);
    read_fields(reader, &["name", "token", "on_behalf"], |index, reader| {
        match index {
            0 => name = Some(shown(reader.text(MAX_NAME)?)?),
            1 => token = Some(reader.text(MAX_TOKEN)?.into()),
            _ => on_behalf = Some(opened(reader.text(MAX_NAME)?)?.into()),
        }
        Ok(())
    })?;
    let name = required(name.filter(|name| !name.is_empty()), "name")?;
    Ok(Hello { name: name.into(), token, on_behalf })
}

fn read_cancel(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut given, mut time) = (None, 0);
    read_fields(reader, &["id", "time"], |index, reader| {
        match index {
            0 => given = Some(transaction_id(reader)?),
            _ => time = reader.integer()?,
        }
        Ok(())
    })?;
    let GivenId { id, text } = required(given, "id")?;
    Ok(Command::Cancel { id, time, text_id: text.into() })
}
