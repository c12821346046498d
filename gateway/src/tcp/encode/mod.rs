//! Answers into bytes.

mod account;
mod accounts;
mod answer;
mod chart;
mod compact;
mod history;
mod holds;
mod ledger;
mod pack;
mod proposals;
mod question;
mod register;
mod status;
#[cfg(test)]
mod tests;

pub(crate) use answer::write_outcome;
use longmen_client::OK;
use longmen_engine::ledger::{Rejection, TransactionId};
use pack::Pack;

/// The status of an answer when the node failed at it: neither a result nor a refusal.
pub(crate) const FAILED: &str = "failed";

/// An answer that has no payload.
pub(crate) fn write_done(out: &mut Vec<u8>) {
    write_ok(out).nil();
}

/// An answer that says no.
pub(crate) fn write_refusal(out: &mut Vec<u8>, code: &str, message: Option<&str>) {
    let mut pack = Pack(out);
    pack.array(2 + usize::from(message.is_some()));
    pack.text(code);
    pack.nil();
    if let Some(message) = message {
        pack.text(message);
    }
}

/// An id as its 32 hexadecimal digits, and the text that it was given as; nil where it was a number.
fn write_id(pack: &mut Pack<'_>, name: &str, id: TransactionId, text: &str) {
    pack.name(name).text(&format!("{:032x}", id.0));
    write_text_id(pack.name("text_id"), text);
}

/// The text that an id was given as; nil where it was a number.
fn write_text_id(pack: &mut Pack<'_>, text: &str) {
    match text {
        "" => pack.nil(),
        text => pack.text(text),
    }
}

/// Where the next page begins; nil where there is none.
fn write_next(pack: &mut Pack<'_>, next: Option<&str>) {
    match next {
        Some(next) => pack.text(next),
        None => pack.nil(),
    }
}

/// The start of an answer whose payload comes next.
fn write_ok(out: &mut Vec<u8>) -> Pack<'_> {
    let mut pack = Pack(out);
    pack.array(2);
    pack.text(OK);
    pack
}

/// One of several results: a status and a payload of its own.
fn write_each<T>(
    pack: &mut Pack<'_>,
    result: &Result<T, Rejection>,
    payload: impl FnOnce(&mut Pack<'_>, &T),
) {
    match result {
        Ok(good) => payload(&mut write_ok(pack.0), good),
        Err(rejection) => write_refusal(pack.0, rejection.code(), None),
    }
}
