//! What is read from the log for a conversation, and what comes after it.

use longmen_client::{Format, Header};
use longmen_engine::HistoryError;
use longmen_engine::ledger::{Command, Rejection};

use super::Conversation;
use crate::decode::Post;
use crate::encode::{FAILED, write_page, write_refusal};
use crate::in_flight::InFlight;
use crate::session::inquiry::{Inquiry, Next};
use crate::session::lookup::{Found, Wanted, look_up};
use crate::session::pending::{Purpose, Waiting};

/// A place that nothing lies at is a slip of whoever asked; anything else is the node's.
fn code_of(error: &HistoryError) -> &'static str {
    match error {
        HistoryError::NotThere { .. } | HistoryError::NoFrame { .. } => Rejection::Malformed.code(),
        _ => FAILED,
    }
}

impl Conversation<'_> {
    /// Takes the next step of a question: what to ask the engine, or `None` where the answer is out or the log is read.
    pub(super) fn step(&mut self, header: Header, cost: InFlight, next: Next) -> Option<(Command, Purpose)> {
        match next {
            Next::Ask(command, inquiry) => return Some((command, Purpose::Inquiry(Box::new(inquiry)))),
            Next::LookUp(wanted) => self.start_lookup(header, cost, wanted),
            Next::Answer(page) => {
                self.outbox.push(header, Format::MessagePack, cost, |out| write_page(out, &page));
            }
            Next::Refuse(rejection) => self.refuse(header, cost, rejection, None),
        }
        None
    }

    pub(super) fn submit(&mut self, header: Header, cost: InFlight, next: Option<(Command, Purpose)>) {
        if let Some((command, purpose)) = next {
            let tag = self.pending.add(Waiting { header, cost, purpose });
            self.session.submit(self.client(), vec![(tag, command)]);
        }
    }

    pub(super) fn start_lookup(&mut self, header: Header, cost: InFlight, wanted: Wanted) {
        self.start(Waiting { header, cost, purpose: Purpose::LookUp }, wanted);
    }

    pub(in crate::session) fn start(&mut self, waiting: Waiting, wanted: Wanted) {
        let tag = self.pending.add(waiting);
        let (gate, history) = (self.shared.lookups.clone(), self.shared.history.clone());
        self.lookups.spawn(look_up(gate, history, tag, wanted));
    }

    /// Takes in what was looked up in the log.
    pub(in crate::session) fn take_found(&mut self, tag: u64, found: Found) {
        let Waiting { header, cost, purpose } = self.pending.take(tag);
        let found = match (purpose, found) {
            (Purpose::Reading { cancels }, Found::Originals(Ok(post))) => {
                let Post { batch, faults, .. } = *post;
                let purpose = if cancels { Purpose::CancelTry } else { Purpose::Post(faults) };
                let tag = self.pending.add(Waiting { header, cost, purpose });
                return self.session.submit(self.client(), vec![(tag, Command::Post(batch))]);
            }
            (_, Found::Page(Ok(Some(page)))) => {
                let next = self.step(header, cost, Inquiry::read(page));
                return self.submit(header, cost, next);
            }
            (_, found) => found,
        };
        self.outbox.push(header, Format::MessagePack, cost, |out| match &found {
            Found::Page(Ok(None)) => write_refusal(out, Rejection::UnknownTransaction.code(), None),
            Found::Page(Err(error)) | Found::Originals(Err(error)) => {
                write_refusal(out, code_of(error), Some(&error.to_string()));
            }
            Found::Page(Ok(Some(_))) | Found::Originals(Ok(_)) => {
                unreachable!("what was read for a next step is taken above")
            }
            Found::Abandoned => write_refusal(out, Rejection::ShuttingDown.code(), None),
        });
        self.take_leave();
    }
}
