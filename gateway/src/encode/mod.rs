//! Answers into bytes.

mod accounts;
mod answer;
mod compact;
mod history;
mod holds;
mod ledger;
mod pack;
mod page;
mod register;
#[cfg(test)]
mod tests;

pub(crate) use accounts::KnownAccounts;
pub(crate) use answer::{DiskStatus, GatewayStatus, write_answer, write_welcome};
pub(crate) use compact::{write_compact_posted, write_compact_refusal};
use longmen_client::OK;
use longmen_engine::ledger::TransactionId;
use pack::Pack;
pub(crate) use page::{Page, write_page};

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

/// The start of an answer whose payload comes next.
fn write_ok(out: &mut Vec<u8>) -> Pack<'_> {
    let mut pack = Pack(out);
    pack.array(2);
    pack.text(OK);
    pack
}
