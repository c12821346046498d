//! Frames and the bodies of requests: nothing that a client sends makes the decoder panic or ask for more memory than was
//! sent, and what is decoded from one form is the same when it is written in another.

use longmen_client::{
    CompactLeg, CompactSettings, CompactTransaction, Format, MAX_REQUEST, Note, Operation, PREFIX_BYTES,
    Side, read_prefix, write_transactions,
};
use longmen_engine::ledger::{Batch, Draft, Transaction, TransactionId, notes};
use longmen_gateway::fuzz::decode;

use crate::books::every_request;

/// Takes an input: a byte for the operation and the form, and a body; or, from 0xF0 on, a stream of frames.
pub fn run(data: &[u8]) {
    let Some((&first, body)) = data.split_first() else { return };
    if first >= 0xF0 {
        return frames(body);
    }
    let format = if first & 0x80 == 0 { Format::MessagePack } else { Format::Compact };
    let operation = Operation::ALL[usize::from(first & 0x7F) % Operation::ALL.len()];
    check(operation, format, body);
}

/// Cuts a stream into frames as a session does.
fn frames(mut stream: &[u8]) {
    while let Ok(Some(prefix)) = read_prefix(stream, MAX_REQUEST) {
        assert!(prefix.total >= PREFIX_BYTES, "a frame has room for its header");
        let Some((frame, rest)) = stream.split_at_checked(prefix.total) else { return };
        let operation = Operation::from_number(prefix.header.operation);
        let format = Format::from_number(prefix.header.format);
        if let (Some(operation), Some(format)) = (operation, format) {
            check(operation, format, &frame[PREFIX_BYTES..]);
        }
        stream = rest;
    }
}

fn check(operation: Operation, format: Format, body: &[u8]) {
    let Ok(decoded) = decode(operation, format, body) else { return };
    // A request's permits are what keeps memory bounded; none asks for more than a session may have.
    assert!(decoded.price.transactions >= 1 && decoded.price.bytes < 1 << 32, "{:?}", decoded.price);
    let Some((batch, faults)) = decoded.post else { return };
    assert!(faults.is_sorted_by_key(|(index, _)| *index), "faults stand in the order of their transactions");
    assert!(faults.iter().all(|(index, _)| (*index as usize) < batch.transactions.len()));
    for one in &batch.transactions {
        let own = batch.texts(one).own;
        assert!(own.is_empty() || TransactionId::of_text(own) == one.id, "a text is that of its id");
    }
    written_again(&batch);
}

/// Writes what can be written in the compact form, and reads it again: the same transaction is the same in both.
fn written_again(batch: &Batch) {
    let plain = |one: &&Transaction| {
        one.shape.is_none() && batch.action(one).is_none() && one.accounting_date.is_none() && one.time != 0
    };
    let named_by_key = |one: &Transaction| {
        batch
            .keys
            .iter()
            .any(|(leg, _)| batch.legs(one).as_ptr_range().contains(&&raw const batch.legs[*leg as usize]))
    };
    for one in batch.transactions.iter().filter(plain).filter(|one| !named_by_key(one)) {
        let legs: Vec<CompactLeg> = batch.legs(one).iter().map(compact_leg).collect();
        let texts: Vec<(Note, &str)> =
            notes::read(batch.notes(one)).map(|(note, text)| (compact_note(note), text)).collect();
        let value_date = one.value_date.map(longmen_engine::ledger::Date::days);
        let transaction = CompactTransaction { id: one.id.0, value_date, legs: &legs, notes: &texts };
        let mut body = Vec::new();
        write_transactions(
            &mut body,
            CompactSettings { want_balances: false, time: one.time },
            &[transaction],
        );
        let again = decode(Operation::Post, Format::Compact, &body).expect("what was decoded can be written");
        let (again, faults) = again.post.expect("a post is a post");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(again.legs(&again.transactions[0]), batch.legs(one));
        // A compact post has no texts of ids.
        let notes = batch.notes(one);
        let notes = &notes[..notes.len() - batch.texts(one).written()];
        assert_eq!(again.notes(&again.transactions[0]), notes);
        assert_eq!(drafted(&again.transactions[0]), drafted(one));
        assert_eq!(again.transactions[0].content, one.content, "the content does not depend on the form");
    }
}

fn drafted(one: &Transaction) -> Draft {
    Draft { id: one.id, time: one.time, value_date: one.value_date, accounting_date: one.accounting_date }
}

fn compact_leg(leg: &longmen_engine::ledger::Leg) -> CompactLeg {
    let side = match leg.side {
        longmen_engine::ledger::Side::Debit => Side::Debit,
        longmen_engine::ledger::Side::Credit => Side::Credit,
    };
    CompactLeg {
        account: leg.account.0,
        amount: leg.amount.0,
        currency: leg.currency.numeric(),
        step: leg.step,
        side,
    }
}

fn compact_note(note: notes::Note) -> Note {
    match note {
        notes::Note::Kind => Note::Kind,
        notes::Note::Reference => Note::Reference,
        notes::Note::Tags => Note::Tags,
        notes::Note::Operator => Note::Operator,
        notes::Note::Approval => Note::Approval,
        notes::Note::Reason => Note::Reason,
        notes::Note::Visibility => Note::Visibility,
        notes::Note::Counterparty => Note::Counterparty,
        notes::Note::Principal
        | notes::Note::OnBehalf
        | notes::Note::Proposal
        | notes::Note::Approver
        | notes::Note::FeeRule
        | notes::Note::Gross
        | notes::Note::FeeFile => {
            unreachable!("no client gives a {note:?}")
        }
    }
}

/// Every request alone, and all of them in one stream.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let all = every_request();
    let lacks = |wanted: &&Operation| !all.iter().any(|asked| asked.operation == **wanted);
    let lacking: Vec<_> = Operation::ALL.iter().filter(lacks).collect();
    assert_eq!(lacking, [&Operation::Hello], "there is a seed of every other operation");
    let one = |asked: &crate::books::SentRequest| {
        let index =
            Operation::ALL.iter().position(|known| *known == asked.operation).expect("all are listed");
        let index = u8::try_from(index).expect("there are few operations");
        let format = if asked.format == Format::Compact { 0x80 } else { 0 };
        [&[format | index], &asked.body[..]].concat()
    };
    let stream = all.iter().zip(1..).take(6).flat_map(|(asked, tag)| asked.frame(tag));
    let stream = std::iter::once(0xF0).chain(stream).collect();
    all.iter().map(one).chain([stream]).collect()
}
