//! The questions of a session: begun, carried on by what the engine and the log say, and recorded when they are answered.

use std::sync::Arc;

use longmen_access_log::{Outcome, Record};
use longmen_engine::ledger::{Posted, Rejection};

use super::{FromLog, Session};
use crate::service::answer::{Answer, Answered};
use crate::service::fault::Fault;
use crate::service::in_flight::InFlight;
use crate::service::pending::{Purpose, Waiting};
use crate::service::question::{Context, Question, Step, Told};
use crate::service::request::Request;
use crate::service::unanswered::Unanswered;

impl<T> Session<'_, T> {
    /// Begins to answer a question, where what comes of it can be recorded.
    pub(super) fn begin(
        &mut self,
        (ticket, cost): (T, InFlight),
        question: Question,
        reason: Option<Box<str>>,
    ) -> Option<Answered<T>> {
        let record = match &self.recording {
            None => None,
            Some(recording) => match recording.begin(question.operation(), question.subject(), reason) {
                Ok(record) => record,
                Err(why) => return Some(Answered { ticket, cost, outcome: Err(why) }),
            },
        };
        let (load, log) = (Arc::clone(&self.service.load), self.service.log.clone());
        let acting = self.acting().cloned();
        let running = question.begin(Context::new((self.client(), acting), cost, load, log), record);
        self.step(ticket, cost, running.go_on())
    }

    /// Refuses a request before it is looked into. That a question was asked in vain is recorded too.
    #[cold]
    pub(super) fn refuse(&mut self, request: &Request, rejection: Rejection) -> Unanswered {
        let (Request::Question(question, reason), Some(recording)) = (request, &mut self.recording) else {
            return rejection.into();
        };
        match recording.begin(question.operation(), question.subject(), reason.clone()) {
            Ok(record) => {
                if let Some(record) = record {
                    recording.keep(Record { outcome: Outcome::Refused(rejection), ..*record });
                }
                rejection.into()
            }
            Err(why) => why,
        }
    }

    pub(super) fn step(&mut self, ticket: T, cost: InFlight, step: Step<Told>) -> Option<Answered<T>> {
        match step {
            Step::Ask(command, running) => {
                self.ask(Waiting { ticket, cost, purpose: Purpose::Question(running) }, command);
                None
            }
            Step::Read(running) => {
                let tag = self.pending.add(Waiting { ticket, cost, purpose: Purpose::LookUp });
                let after_the_log = running.after_the_log();
                self.reading.spawn(async move { (tag, FromLog::Question(after_the_log.await)) });
                None
            }
            Step::Answered(Told { outcome, record }) => {
                if let (Some(record), Some(recording)) = (record, &mut self.recording) {
                    recording.keep(*record);
                }
                Some(Answered { ticket, cost, outcome: outcome.map(Answer::Question) })
            }
        }
    }

    /// What was posted before has its legs in its record.
    #[cold]
    pub(super) fn read_legs(
        &mut self,
        (ticket, cost): (T, InFlight),
        posted: Posted,
        faults: Vec<(u32, Fault)>,
    ) -> Option<Answered<T>> {
        let tag = self.pending.add(Waiting { ticket, cost, purpose: Purpose::LookUp });
        let log = self.service.log.clone();
        self.reading.spawn(async move {
            let mut read = posted.clone();
            let read = log.look_up(|history| history.give_made_legs(&mut read).map(|()| read)).await;
            // What was posted beside them is done: where the log cannot be read, the answer lacks their legs alone.
            (tag, FromLog::Legs(Box::new((read.unwrap_or(posted), faults))))
        });
        None
    }
}
