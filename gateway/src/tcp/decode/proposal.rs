//! Proposals and what is decided about them.

use longmen_client::Operation;
use longmen_engine::ledger::notes::{self, Note};
use longmen_engine::ledger::{Command, ContentDigest, MAX_CONTENT, MAX_NOTES, ProposalsWanted};

use super::asking::Asking;
use super::page::{DEFAULT_PAGE, page_limit};
use super::question_body::QuestionBody;
use super::read_body;
use super::reader::{Reader, read_fields};
use super::value::{GivenId, account, opened, required, transaction_id};
use crate::service::question::approve::ApproveAsked;
use crate::service::question::proposals::ProposalsAsked;
use crate::service::question::propose::{Proposable, ProposeAsked};
use crate::service::{Fault, Request};

/// Bytes of what is proposed: it takes more on the wire than in the log.
const MAX_PROPOSED: usize = 4 * MAX_CONTENT;
/// Hexadecimal digits of a digest.
const DIGITS: usize = 64;
/// The most proposals of a page: each may have hundreds of legs.
const MOST: u32 = 100;

pub(super) fn read_propose(reader: &mut Reader<'_>, asking: Asking) -> Result<ProposeAsked, Fault> {
    let (mut given, mut operation, mut body, mut expires_us, mut at_once) = (None, None, None, None, false);
    read_fields(reader, &["id", "operation", "request", "expires_us", "at_once"], |index, reader| {
        match index {
            0 => given = Some(transaction_id(reader)?),
            1 => operation = Some(reader.integer()?),
            2 => body = Some(reader.binary(MAX_PROPOSED)?),
            3 => expires_us = Some(reader.integer()?),
            _ => at_once = reader.flag()?,
        }
        Ok(())
    })?;
    let GivenId { id, text } = required(given, "id")?;
    let operation = Operation::from_number(required(operation, "operation")?);
    let operation = operation.filter(|operation| operation.may_be_proposed());
    let operation = operation.ok_or(Fault::new("operation: is none that can be proposed"))?;
    let what = read_proposable(operation, required(body, "request")?, asking)?;
    Ok(ProposeAsked { id, text_id: text.into(), what, expires_us, at_once })
}

fn read_proposable(operation: Operation, body: &[u8], asking: Asking) -> Result<Proposable, Fault> {
    let mut reader = Reader::new(body);
    let request = read_body(operation, &mut reader, asking)?;
    if !reader.is_at_end() {
        return Err(Fault::new("request: goes on behind its end"));
    }
    match request {
        Request::Post(mut post) if post.batch.transactions.len() == 1 => match post.faults.pop() {
            Some((_, fault)) => Err(fault),
            None => Ok(Proposable::Post(Box::new(post))),
        },
        Request::Post(_) => Err(Fault::new("request: has another number of transactions than one")),
        Request::Command(command) => Ok(Proposable::Command(Box::new(command))),
        _ => Err(Fault::new("operation: is none that can be proposed")),
    }
}

pub(super) fn read_approve(reader: &mut Reader<'_>) -> Result<ApproveAsked, Fault> {
    let (mut number, mut digest, mut reason) = (None, None, "");
    read_fields(reader, &["proposal", "digest", "reason"], |index, reader| {
        match index {
            0 => number = Some(reader.integer()?),
            1 => digest = Some(read_digest(reader)?),
            _ => reason = reader.text(MAX_NOTES)?,
        }
        Ok(())
    })?;
    let (number, digest) = (required(number, "proposal")?, required(digest, "digest")?);
    Ok(ApproveAsked { number, digest, notes: notes_of(reason)? })
}

pub(super) fn read_reject(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (number, notes) = read_decision(reader)?;
    Ok(Command::Reject { number, notes })
}

pub(super) fn read_withdraw(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (number, notes) = read_decision(reader)?;
    Ok(Command::Withdraw { number, notes })
}

fn read_decision(reader: &mut Reader<'_>) -> Result<(u64, Box<[u8]>), Fault> {
    let (mut number, mut reason) = (None, "");
    read_fields(reader, &["proposal", "reason"], |index, reader| {
        match index {
            0 => number = Some(reader.integer()?),
            _ => reason = reader.text(MAX_NOTES)?,
        }
        Ok(())
    })?;
    Ok((required(number, "proposal")?, notes_of(reason)?))
}

pub(super) fn read_proposals(body: &mut QuestionBody<'_, '_>) -> Result<ProposalsAsked, Fault> {
    let mut wanted = ProposalsWanted { limit: DEFAULT_PAGE, ..ProposalsWanted::default() };
    body.fields(["after", "limit", "open", "account"], |index, reader| {
        match index {
            0 => wanted.after = reader.integer()?,
            1 => wanted.limit = page_limit(reader)?.min(MOST),
            2 => wanted.only_open = reader.flag()?,
            _ => wanted.account = Some(account(reader)?),
        }
        Ok(())
    })?;
    Ok(ProposalsAsked(wanted))
}

pub(super) fn read_digest(reader: &mut Reader<'_>) -> Result<ContentDigest, Fault> {
    let text = reader.text(DIGITS)?;
    let wrong = || Fault::new("is no digest of 64 hexadecimal digits");
    let mut digest = ContentDigest::default();
    if text.len() != DIGITS || !text.is_ascii() {
        return Err(wrong());
    }
    for (byte, at) in digest.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| wrong())?;
    }
    Ok(digest)
}

fn notes_of(reason: &str) -> Result<Box<[u8]>, Fault> {
    let mut bytes = Vec::new();
    notes::write(&mut bytes, Note::Reason, opened(reason)?);
    match bytes.len() {
        0..=MAX_NOTES => Ok(bytes.into()),
        many => Err(Fault::too_many("has more notes than are allowed, in bytes", many, MAX_NOTES)),
    }
}
