//! Answers, as the client library reads them: nothing that a node or an impostor sends makes it panic.

use longmen_client::{
    ANSWER_BIT, AnswerFrame, Approved, CONNECTION, Chart, ClientError, FoundTransactions, GeneralLedger,
    Header, Holds, MAX_ANSWER, MergedEntry, Operation, PREFIX_BYTES, PastBalance, Posted, Proposal,
    Proposals, Register, Statement, Status, TransactionRecord, TrialBalance, Welcome, read_prefix,
};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::books::{every_request, with_books};
use crate::conversation;

/// Takes an input: a stream of answers.
pub fn run(mut data: &[u8]) {
    while let Ok(Some(prefix)) = read_prefix(data, MAX_ANSWER) {
        let Some((frame, rest)) = data.split_at_checked(prefix.total) else { return };
        // Whether it can be read is the sender's affair.
        drop(read(prefix.header, &frame[PREFIX_BYTES..]));
        data = rest;
    }
}

/// Reads one answer as the client library does.
///
/// # Errors
/// [`ClientError`]; [`ClientError::Refused`] is a good answer.
pub fn read(header: Header, body: &[u8]) -> Result<(), ClientError> {
    let answer = AnswerFrame::new(header, body);
    if header.format == 1 {
        let compact = answer.compact()?;
        let results = compact.results().map(|one| u64::from(one.step)).sum::<u64>();
        let balances = compact.balances().map(|one| u64::from(one.step)).sum::<u64>();
        assert!(results.checked_add(balances).is_some());
        return Ok(());
    }
    let Some(operation) = answer.operation() else {
        assert!(header.operation == CONNECTION | ANSWER_BIT || answer.operation().is_none());
        return answer.done();
    };
    match operation {
        Operation::Hello => payload::<Welcome>(answer),
        Operation::Status => payload::<Status>(answer),
        Operation::Post | Operation::Cancel => payload::<Posted>(answer),
        Operation::Statement => payload::<Statement>(answer),
        Operation::Transaction => payload::<TransactionRecord>(answer),
        Operation::TrialBalance => payload::<TrialBalance>(answer),
        Operation::Holds => payload::<Holds>(answer),
        Operation::Chart => payload::<Chart>(answer),
        Operation::GeneralLedger => payload::<GeneralLedger>(answer),
        Operation::BalanceAt => payload::<PastBalance>(answer),
        Operation::Entry => payload::<MergedEntry>(answer),
        Operation::Register => payload::<Register>(answer),
        Operation::Find => payload::<FoundTransactions>(answer),
        Operation::Propose => payload::<Proposal>(answer),
        Operation::Approve => payload::<Approved>(answer),
        Operation::Proposals => payload::<Proposals>(answer),
        Operation::OpenEntity
        | Operation::OpenSubjects
        | Operation::OpenAccounts
        | Operation::Balance
        | Operation::Accounts
        | Operation::FeeRules
        | Operation::Customer => payload::<IgnoredAny>(answer),
        Operation::Ping
        | Operation::SetState
        | Operation::SetHot
        | Operation::CloseDay
        | Operation::SetReserve
        | Operation::SetLimits
        | Operation::MapCustomer
        | Operation::MapType
        | Operation::SetBookingMode
        | Operation::SetFeeRules
        | Operation::ChangeAccess
        | Operation::Reject
        | Operation::Withdraw => answer.done(),
    }
}

fn payload<T: DeserializeOwned>(answer: AnswerFrame<'_>) -> Result<(), ClientError> {
    answer.payload::<T>().map(drop)
}

/// What the node answers to each request of every kind, over the books of the story.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    with_books(|resting, runtime| {
        let sent = |asked: &crate::books::SentRequest| {
            let frames = [conversation::hello(), asked.frame(1)];
            conversation::converse_over(&mut resting.wake(), runtime, &frames).sent
        };
        every_request().iter().map(sent).collect()
    })
}
