//! What a request takes of the permits besides its own bytes.

use longmen_engine::ledger::{Batch, Command};

use super::in_flight::InFlight;
use super::post::Post;
use super::request::Request;
use super::sizes::{LEG_BALANCE, MADE_LEGS, ORIGINAL, RESULT, cost, one};

/// What a request takes: its transactions, and the bytes of its answer, estimated from above. A posted transaction's result
/// has `result` bytes in the caller's protocol.
pub(crate) fn price(request: &Request, result: usize) -> InFlight {
    match request {
        Request::Post(post) => price_of_post(post, result),
        Request::Hello(_) | Request::Ping => one(RESULT),
        Request::Question(question, _) => question.price(),
        Request::Command(Command::OpenSubjects { subjects, .. }) => {
            cost(subjects.len(), subjects.len() * RESULT)
        }
        Request::Command(Command::OpenAccounts(accounts)) => cost(accounts.len(), accounts.len() * RESULT),
        Request::Command(_) => one(RESULT),
    }
}

fn price_of_post(post: &Post, result: usize) -> InFlight {
    let count = post.batch.transactions.len();
    let balances = if post.batch.want_balances { post.batch.legs.len() * LEG_BALANCE } else { 0 };
    // Nearly all posts are payments alone, and pay nothing for the question.
    let made = if post.batch.actions().is_empty() { 0 } else { price_of_made(&post.batch) };
    cost(count, count * result + balances + post.places.len() * ORIGINAL + made)
}

/// Bytes of the legs that rules make.
#[cold]
fn price_of_made(batch: &Batch) -> usize {
    batch.actions().iter().filter(|action| action.makes_legs()).count() * MADE_LEGS
}
