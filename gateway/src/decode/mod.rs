//! Bodies of requests into the engine's own types: parsed once, here, into what cannot be wrong.

mod change;
mod compact;
mod deed;
mod fault;
mod opening;
mod post;
mod question;
mod reader;
#[cfg(test)]
mod tests;
mod value;

use longmen_client::{Format, Header, MAX_LIST, Operation};
use longmen_engine::ledger::{AccountId, ClientId, Command, MAX_BATCH, RecordPlace, TransactionId};

pub(crate) use fault::Fault;
pub(crate) use post::Post;
pub(crate) use question::{EntryAsked, FindAsked, LedgerAsked, Question, RegisterAsked, RegisterEnd};
use reader::{Reader, read_elements, read_fields};
use value::{GivenId, account, entity, hold_name, place, required, transaction_id};

/// Bytes of a client's name.
const MAX_NAME: usize = 64;
/// Bytes of a token.
const MAX_TOKEN: usize = 512;
/// Lines of a page where the request does not say.
const DEFAULT_PAGE: u32 = 50;

/// What a client asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Who it says it is.
    Hello(Hello),
    /// Nothing but an answer.
    Ping,
    /// Something that the engine answers as it is.
    Command(Command),
    /// A post, with what is malformed in which transaction.
    Post(Post),
    /// About the past.
    Question(Question),
    /// A transaction.
    Transaction(Which),
}

/// Which transaction is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// The client's own of this id.
    Id(TransactionId),
    /// The one whose record lies there, whoever's it is.
    Place(RecordPlace),
}

/// A hello.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) name: Box<str>,
    pub(crate) token: Option<Box<str>>,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asking {
    /// The client whose ids are meant where a request names no other.
    pub(crate) client: ClientId,
}

/// Reads the body of a request.
pub(crate) fn read_request(
    operation: Operation,
    format: Format,
    body: &[u8],
    asking: Asking,
) -> Result<Asked, Fault> {
    match format {
        Format::Compact if operation == Operation::Post => compact::read_compact_post(body).map(Asked::Post),
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

fn read_body(operation: Operation, reader: &mut Reader<'_>, asking: Asking) -> Result<Asked, Fault> {
    let command = match operation {
        Operation::Hello => return read_hello(reader).map(Asked::Hello),
        Operation::Ping => return read_fields(reader, &[], |_, _| Ok(())).map(|()| Asked::Ping),
        Operation::Post => return post::read_post(reader, asking).map(Asked::Post),
        Operation::Statement => return question::read_statement(reader).map(Asked::Question),
        Operation::BalanceAt => return question::read_balance_at(reader).map(Asked::Question),
        Operation::Entry => return question::read_entry(reader).map(Asked::Question),
        Operation::Register => return question::read_register(reader).map(Asked::Question),
        Operation::Find => return question::read_find(reader).map(Asked::Question),
        Operation::GeneralLedger => return question::read_ledger(reader).map(Asked::Question),
        Operation::Transaction => return read_transaction(reader).map(Asked::Transaction),
        Operation::Status => read_fields(reader, &[], |_, _| Ok(())).map(|()| Command::Status),
        Operation::OpenEntity => opening::read_open_entity(reader),
        Operation::OpenSubjects => opening::read_open_subjects(reader),
        Operation::OpenAccounts => opening::read_open_accounts(reader),
        Operation::SetState => change::read_set_state(reader),
        Operation::SetHot => change::read_set_hot(reader),
        Operation::CloseDay => change::read_close_day(reader),
        Operation::SetReserve => change::read_set_reserve(reader),
        Operation::SetLimits => change::read_set_limits(reader),
        Operation::MapCustomer => change::read_map_customer(reader),
        Operation::MapType => change::read_map_type(reader),
        Operation::Cancel => read_cancel(reader),
        Operation::Balance => read_balance(reader),
        Operation::Accounts => read_list(reader),
        Operation::TrialBalance => read_trial_balance(reader),
        Operation::Customer => read_customer(reader),
        Operation::Chart => read_chart(reader),
        Operation::Holds => read_holds(reader),
    };
    command.map(Asked::Command)
}

fn read_hello(reader: &mut Reader<'_>) -> Result<Hello, Fault> {
    let (mut name, mut token) = (None, None);
    read_fields(reader, &["name", "token"], |index, reader| {
        match index {
            0 => name = Some(reader.text(MAX_NAME)?),
            _ => token = Some(reader.text(MAX_TOKEN)?.into()),
        }
        Ok(())
    })?;
    let name = required(name.filter(|name| !name.is_empty()), "name")?;
    Ok(Hello { name: name.into(), token })
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

fn read_balance(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let mut accounts = None;
    read_fields(reader, &["accounts"], |_, reader| {
        accounts = Some(read_elements(reader, MAX_BATCH, account)?);
        Ok(())
    })?;
    required(accounts, "accounts").map(Command::Balances)
}

fn read_list(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut after, mut limit) = (AccountId::NONE, DEFAULT_PAGE);
    read_fields(reader, &["after", "limit"], |index, reader| {
        match index {
            0 => after = AccountId(reader.integer()?),
            _ => limit = page_limit(reader)?,
        }
        Ok(())
    })?;
    Ok(Command::ListAccounts { after, limit })
}

fn page_limit(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    let limit = reader.integer()?;
    if (1..=MAX_LIST).contains(&limit) { Ok(limit) } else { Err(Fault::new("out of range")) }
}

fn read_transaction(reader: &mut Reader<'_>) -> Result<Which, Fault> {
    let (mut id, mut at) = (None, None);
    read_fields(reader, &["id", "place"], |index, reader| {
        match index {
            0 => id = Some(transaction_id(reader)?.id),
            _ => at = Some(place(reader)?),
        }
        Ok(())
    })?;
    match (id, at) {
        (Some(id), None) => Ok(Which::Id(id)),
        (None, Some(place)) => Ok(Which::Place(place)),
        _ => Err(Fault::new("needs one of id and place")),
    }
}

fn read_trial_balance(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let mut of = Box::default();
    read_fields(reader, &["entity"], |_, reader| {
        of = reader.text(32)?.into();
        Ok(())
    })?;
    Ok(Command::TrialBalance { entity: of })
}

fn read_chart(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let mut of = None;
    read_fields(reader, &["entity"], |_, reader| {
        of = Some(entity(reader)?);
        Ok(())
    })?;
    Ok(Command::Chart { entity: required(of, "entity")? })
}

fn read_customer(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut customer) = (None, None);
    read_fields(reader, &["entity", "customer"], |index, reader| {
        match index {
            0 => of = Some(entity(reader)?),
            _ => customer = Some(change::read_customer(reader)?),
        }
        Ok(())
    })?;
    Ok(Command::Customer { entity: required(of, "entity")?, customer: required(customer, "customer")? })
}

fn read_holds(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut after, mut limit) = (None, None, DEFAULT_PAGE);
    read_fields(reader, &["account", "after", "limit"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            1 => after = Some(hold_name(reader)?),
            _ => limit = page_limit(reader)?,
        }
        Ok(())
    })?;
    Ok(Command::Holds { account: of, after, limit })
}
