//! Bodies of requests into the engine's own types: parsed once, here, into what cannot be wrong.

mod compact;
mod fault;
mod opening;
mod post;
mod reader;
#[cfg(test)]
mod tests;
mod value;

use longmen_client::{Format, Header, MAX_LIST, Operation};
use longmen_engine::ledger::{
    AccountId, AccountRef, AccountState, Command, MAX_BATCH, PaymentState, Position, TransactionId,
};

pub(crate) use fault::Fault;
use post::Post;
use reader::{Reader, read_elements, read_fields};
use value::{account, date, entity, position, required, transaction_id};

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
    /// A page of an account's entries.
    Statement(StatementAsked),
    /// A transaction by its id.
    Transaction(TransactionId),
}

/// A hello.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) name: Box<str>,
    pub(crate) token: Option<Box<str>>,
}

/// A page of an account's entries.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StatementAsked {
    pub(crate) account: AccountRef,
    pub(crate) page: Page,
}

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) before: Option<Position>,
    pub(crate) limit: usize,
}

/// Reads the body of a request. `arrival` stands in for the time of what has none, in seconds since 1970.
pub(crate) fn read_request(
    operation: Operation,
    format: Format,
    body: &[u8],
    arrival: u32,
) -> Result<Asked, Fault> {
    match format {
        Format::Compact if operation == Operation::Post => {
            compact::read_compact_post(body, arrival).map(Asked::Post)
        }
        Format::Compact => Err(Fault::new("this operation has no compact form")),
        Format::MessagePack => {
            let mut reader = Reader::new(if body.is_empty() { &[0xC0] } else { body });
            let asked = read_body(operation, &mut reader, arrival)?;
            if reader.is_at_end() { Ok(asked) } else { Err(Fault::new("goes on behind its end")) }
        }
    }
}

/// The format in which a request is answered: its own, where the operation has it.
pub(crate) fn answer_format(header: Header) -> Format {
    let is_post = header.operation == Operation::Post.number();
    if is_post && header.format == Format::Compact as u8 { Format::Compact } else { Format::MessagePack }
}

fn read_body(operation: Operation, reader: &mut Reader<'_>, arrival: u32) -> Result<Asked, Fault> {
    let command = match operation {
        Operation::Hello => return read_hello(reader).map(Asked::Hello),
        Operation::Ping => return read_fields(reader, &[], |_, _| Ok(())).map(|()| Asked::Ping),
        Operation::Post => return post::read_post(reader, arrival).map(Asked::Post),
        Operation::Statement => return read_statement(reader).map(Asked::Statement),
        Operation::Transaction => return read_transaction(reader).map(Asked::Transaction),
        Operation::Status => read_fields(reader, &[], |_, _| Ok(())).map(|()| Command::Status),
        Operation::OpenEntity => opening::read_open_entity(reader),
        Operation::OpenSubjects => opening::read_open_subjects(reader),
        Operation::OpenAccounts => opening::read_open_accounts(reader),
        Operation::SetState => read_set_state(reader),
        Operation::SetHot => read_set_hot(reader),
        Operation::CloseDay => read_close_day(reader),
        Operation::Cancel => read_cancel(reader, arrival),
        Operation::Balance => read_balance(reader),
        Operation::Accounts => read_list(reader),
        Operation::TrialBalance => read_trial_balance(reader),
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

fn read_set_state(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut account_state, mut payment_state) = (None, None, None);
    read_fields(reader, &["account", "account_state", "payment_state"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            1 => account_state = Some(state(AccountState::from_number(reader.integer()?))?),
            _ => payment_state = Some(state(PaymentState::from_number(reader.integer()?))?),
        }
        Ok(())
    })?;
    Ok(Command::SetState { account: required(of, "account")?, account_state, payment_state })
}

fn state<T>(known: Option<T>) -> Result<T, Fault> {
    known.ok_or(Fault::new("not a state"))
}

fn read_set_hot(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut hot) = (None, None);
    read_fields(reader, &["account", "hot"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            _ => hot = Some(reader.flag()?),
        }
        Ok(())
    })?;
    Ok(Command::SetHot { account: required(of, "account")?, hot: required(hot, "hot")? })
}

fn read_close_day(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut next) = (None, None);
    read_fields(reader, &["entity", "next"], |index, reader| {
        match index {
            0 => of = Some(entity(reader)?),
            _ => next = Some(date(reader)?),
        }
        Ok(())
    })?;
    Ok(Command::CloseDay { entity: required(of, "entity")?, next: required(next, "next")? })
}

fn read_cancel(reader: &mut Reader<'_>, arrival: u32) -> Result<Command, Fault> {
    let (mut id, mut time) = (None, arrival);
    read_fields(reader, &["id", "time"], |index, reader| {
        match index {
            0 => id = Some(transaction_id(reader)?),
            _ => time = reader.integer()?,
        }
        Ok(())
    })?;
    Ok(Command::Cancel { id: required(id, "id")?, time })
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

fn read_statement(reader: &mut Reader<'_>) -> Result<StatementAsked, Fault> {
    let (mut of, mut before, mut limit) = (None, None, DEFAULT_PAGE);
    read_fields(reader, &["account", "before", "limit"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            1 => before = Some(position(reader)?),
            _ => limit = page_limit(reader)?,
        }
        Ok(())
    })?;
    let limit = usize::try_from(limit).expect("usize has at least 32 bits here");
    Ok(StatementAsked { account: required(of, "account")?, page: Page { before, limit } })
}

fn page_limit(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    let limit = reader.integer()?;
    if (1..=MAX_LIST).contains(&limit) { Ok(limit) } else { Err(Fault::new("out of range")) }
}

fn read_transaction(reader: &mut Reader<'_>) -> Result<TransactionId, Fault> {
    let mut id = None;
    read_fields(reader, &["id"], |_, reader| {
        id = Some(transaction_id(reader)?);
        Ok(())
    })?;
    required(id, "id")
}

fn read_trial_balance(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let mut of = Box::default();
    read_fields(reader, &["entity"], |_, reader| {
        of = reader.text(32)?.into();
        Ok(())
    })?;
    Ok(Command::TrialBalance { entity: of })
}
