//! Answers in MessagePack.

use longmen_client::Format;
use longmen_engine::ledger::{
    Currency, LegBalance, Made, MadeLegs, Opened, PostResult, Posted, Rejection, show_time,
};

use super::compact::{write_compact_posted, write_compact_refusal};
use super::pack::Pack;
use super::question::write_question;
use super::{FAILED, write_done, write_each, write_ok, write_refusal};
use crate::service::question::QuestionAnswer;
use crate::service::question::propose::Executed;
use crate::service::{Answer, Fault, Outcome, Unanswered, Welcome};

/// Where the payload of an answer begins that is ok: behind the array of two and the status.
const PAYLOAD: usize = 4;
/// A map of two fields.
const TWO_FIELDS: u8 = 0x82;

/// Writes what became of a request, in the format in which it is answered. Only posts are answered in the compact one.
pub(crate) fn write_outcome(out: &mut Vec<u8>, format: Format, outcome: &Outcome) {
    match (outcome, format) {
        (Ok(Answer::Posted(posted, _)), Format::Compact) => write_compact_posted(out, posted),
        (Err(Unanswered::Rejected(rejection, _)), Format::Compact) => write_compact_refusal(out, *rejection),
        (Ok(answer), _) => write_answer(out, answer),
        (Err(Unanswered::Rejected(rejection, why)), Format::MessagePack) => {
            write_refusal(out, rejection.code(), why.as_deref());
        }
        (Err(Unanswered::Failed(error)), _) => write_refusal(out, FAILED, Some(&error.to_string())),
    }
}

/// Writes an answer in MessagePack. Results are written from one place, which the compiler then takes in here.
fn write_answer(out: &mut Vec<u8>, answer: &Answer) {
    let (posted, good, faults) = match answer {
        Answer::Posted(posted, faults) => (posted, "posted", faults.as_slice()),
        Answer::Cancelled(posted) => (posted, "cancelled", &[][..]),
        Answer::Done => return write_done(out),
        Answer::NotCarried(currency) => return write_not_carried(out, *currency),
        Answer::Opened(results) => return write_opened(out, results),
        Answer::Question(answer) => match executed_by(answer) {
            Some(Executed::Posted(posted)) => (posted, "posted", &[][..]),
            Some(Executed::NotCarried(currency)) => return write_not_carried(out, *currency),
            _ => return write_question(out, answer),
        },
        Answer::Welcome(welcome) => return write_welcome(out, welcome),
    };
    let start = out.len();
    write_posted(out, posted, good, faults);
    if let Some(made) = &posted.made {
        add_made(out, start, made);
    }
}

/// What a proposal or an approval had done.
fn executed_by(answer: &QuestionAnswer) -> Option<&Executed> {
    match answer {
        QuestionAnswer::Propose(executed) | QuestionAnswer::Approve(executed) => Some(executed),
        _ => None,
    }
}

fn write_not_carried(out: &mut Vec<u8>, currency: Currency) {
    let message =
        format!("income or expense in {currency} has a balance, and no account was named to take it");
    write_refusal(out, Rejection::CurrencyMismatch.code(), Some(&message));
}

/// The answer to a hello that was accepted.
fn write_welcome(out: &mut Vec<u8>, welcome: &Welcome) {
    let mut pack = write_ok(out);
    pack.map(8);
    pack.name("client").unsigned(welcome.client.0);
    pack.name("version").text(env!("CARGO_PKG_VERSION"));
    pack.name("max_request").unsigned(welcome.request_bytes);
    pack.name("max_batch").unsigned(u32::try_from(longmen_client::MAX_BATCH).expect("8,192"));
    pack.name("in_flight_transactions").unsigned(welcome.session.transactions);
    pack.name("in_flight_bytes").unsigned(welcome.session.bytes);
    pack.name("window_back").unsigned(welcome.window.back);
    pack.name("window_ahead").unsigned(welcome.window.ahead);
}

fn write_opened(out: &mut Vec<u8>, results: &[Result<Opened, Rejection>]) {
    let mut pack = write_ok(out);
    pack.map(1);
    pack.name("results").array(results.len());
    for result in results {
        write_each(&mut pack, result, |pack, opened| {
            pack.map(2);
            pack.name("id").unsigned(opened.id);
            pack.name("existed").flag(opened.existed);
        });
    }
}

fn write_posted(out: &mut Vec<u8>, posted: &Posted, good: &str, faults: &[(u32, Fault)]) {
    let mut pack = write_ok(out);
    pack.map(2);
    pack.name("results").array(posted.results.len());
    let mut faults = faults.iter().peekable();
    for (index, result) in posted.results.iter().enumerate() {
        let fault = faults.next_if(|(at, _)| usize::try_from(*at) == Ok(index));
        // What a retry did before stands, whatever is wrong with the request that it came in.
        let message = match fault {
            Some((_, fault)) if !result.repeated => Some(fault.to_string()),
            _ => result.rejection.and_then(|rejection| explain(rejection, posted.clock_us)),
        };
        write_result(&mut pack, result, good, message.as_deref());
    }
    pack.name("balances").array(posted.balances.len());
    for balance in &posted.balances {
        write_leg_balance(&mut pack, balance);
    }
}

/// Adds the legs that rules made to an answer that begins here: a third field of its payload. Answers without any pay nothing for it.
#[cold]
#[inline(never)]
fn add_made(out: &mut Vec<u8>, start: usize, Made(made): &Made) {
    let payload = start + PAYLOAD;
    assert_eq!(out[payload], TWO_FIELDS, "results and balances");
    out[payload] = TWO_FIELDS + 1;
    let mut pack = Pack(out);
    pack.name("legs").array(made.iter().map(|made| made.legs.len()).sum());
    for MadeLegs { transaction, legs } in made {
        for leg in legs {
            pack.array(5);
            pack.unsigned(*transaction);
            pack.unsigned(leg.step);
            pack.unsigned(leg.account.0);
            pack.text(leg.side.name());
            pack.signed(leg.amount.0);
        }
    }
}

/// What a code does not say of itself: whose clock is asked to be right.
#[cold]
fn explain(rejection: Rejection, clock_us: i64) -> Option<String> {
    let what = match rejection {
        Rejection::TooOld => "its time is before the window of known ids",
        Rejection::TooNew => "its time is in the future",
        Rejection::TimeRequired => {
            "it has no time, and whether its id is new cannot be told: give the time at which it was sent first"
        }
        _ => return None,
    };
    Some(format!("{what}; the node's clock shows {} ({})", show_time(clock_us), clock_us / 1_000_000))
}

fn write_result(pack: &mut Pack<'_>, result: &PostResult, good: &str, message: Option<&str>) {
    pack.map(5 + u32::from(message.is_some()));
    pack.name("outcome").text(result.rejection.map_or(good, |rejection| rejection.code()));
    pack.name("step").unsigned(result.step);
    pack.name("repeated").flag(result.repeated);
    pack.name("frame").unsigned(result.frame);
    pack.name("ordinal").unsigned(result.ordinal);
    if let Some(message) = message {
        pack.name("message").text(message);
    }
}

fn write_leg_balance(pack: &mut Pack<'_>, balance: &LegBalance) {
    pack.array(4);
    pack.unsigned(balance.transaction);
    pack.unsigned(balance.step);
    pack.unsigned(balance.account.0);
    pack.wide(balance.balance);
}
