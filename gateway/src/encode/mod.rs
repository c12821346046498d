//! Answers into bytes.

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

pub(crate) use answer::{DiskStatus, GatewayStatus, write_answer, write_welcome};
pub(crate) use compact::{write_compact_posted, write_compact_refusal};
pub(crate) use history::write_transaction;
pub(crate) use holds::write_holds;
use longmen_client::OK;
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

/// The start of an answer whose payload comes next.
fn write_ok(out: &mut Vec<u8>) -> Pack<'_> {
    let mut pack = Pack(out);
    pack.array(2);
    pack.text(OK);
    pack
}
