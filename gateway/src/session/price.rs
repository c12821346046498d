//! What a request takes of the permits besides its own bytes.

use longmen_client::Format;
use longmen_engine::ledger::Command;

use crate::decode::{Asked, Question};
use crate::in_flight::InFlight;

/// Bytes of one result in a compact answer.
const COMPACT_RESULT: usize = 16;
/// Bytes that one result in MessagePack stays below.
const RESULT: usize = 160;
/// Bytes that a leg's balance stays below.
const LEG_BALANCE: usize = 40;
/// Bytes that an account stays below.
const ACCOUNT: usize = 640;
/// Bytes that nearly every line of a statement or register stays below, notes included.
const LINE: usize = 1_024;
/// Bytes that an original stays below: 512 legs of 24 bytes, and as many holds of 128.
const ORIGINAL: usize = 80 << 10;
/// Bytes that nearly every hold stays below, with the text that names it.
const HOLD: usize = 768;
/// Bytes that a node's status or most trial balances stay below.
const LARGE: usize = 128 << 10;
/// Bytes that a transaction's record stays below: 512 legs with their accounts.
const RECORD: usize = 192 << 10;

/// What a decoded request takes: its transactions, and the bytes of its answer, estimated from above.
pub(crate) fn price(asked: &Asked, format: Format) -> InFlight {
    let (transactions, bytes) = match asked {
        Asked::Hello(_) | Asked::Ping => (1, RESULT),
        Asked::Post(post) => {
            let count = post.batch.transactions.len();
            let result = if format == Format::Compact { COMPACT_RESULT } else { RESULT };
            let balances = if post.batch.want_balances { post.batch.legs.len() * LEG_BALANCE } else { 0 };
            (count, count * result + balances + post.places.len() * ORIGINAL)
        }
        Asked::Question(question) => (1, price_of_question(question)),
        Asked::Transaction(_) => (1, RECORD),
        Asked::Command(command) => match command {
            Command::OpenSubjects { subjects, .. } => (subjects.len(), subjects.len() * RESULT),
            Command::OpenAccounts(accounts) => (accounts.len(), accounts.len() * RESULT),
            Command::Balances(accounts) => (accounts.len(), accounts.len() * ACCOUNT),
            Command::ListAccounts { limit, .. } => {
                let limit = usize::try_from(*limit).expect("usize has at least 32 bits here");
                (limit, limit * ACCOUNT)
            }
            Command::Holds { limit, .. } => {
                let limit = usize::try_from(*limit).expect("usize has at least 32 bits here");
                (limit, limit * HOLD)
            }
            Command::TrialBalance { .. }
            | Command::Chart { .. }
            | Command::Status
            | Command::Customer { .. } => (1, LARGE),
            _ => (1, RESULT),
        },
    };
    InFlight { transactions: count(transactions.max(1)), bytes: count(bytes) }
}

fn price_of_question(question: &Question) -> usize {
    match question {
        Question::Statement(_, query) => LINE * query.limit + ACCOUNT,
        Question::Entry(_, asked) => LINE * asked.limit + ACCOUNT,
        Question::Register(asked) => LINE * asked.limit + ACCOUNT,
        Question::Find(asked) => LINE * asked.limit,
        Question::BalanceAt(..) => ACCOUNT,
        Question::Ledger(_) => LARGE,
    }
}

/// What the original of a cancelled try takes besides.
pub(crate) fn price_of_original() -> InFlight {
    InFlight { transactions: 0, bytes: count(ORIGINAL) }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).expect("usize has at most 64 bits here")
}
