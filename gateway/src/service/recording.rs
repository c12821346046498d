//! What the access log is told of a session: who asks, what, and what comes of it. Nothing here waits: where a question could not
//! be recorded it is refused before it is answered.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use longmen_access_log::{Asker, NotNow, Operation, Outcome, Record, Recorder, Subject};
use longmen_engine::ledger::{self, Answer, Rejection};

use super::admission::Admission;
use super::origin::Origin;
use super::request::Hello;
use super::unanswered::Unanswered;

/// What the access log is told of a session.
#[derive(Debug)]
pub(super) struct Recording {
    recorder: Recorder,
    asker: Arc<Asker>,
    /// Records of what was answered since they were sent last.
    gathered: Vec<Record>,
}

impl Recording {
    /// By a recorder, if there is one.
    pub(super) fn by(recorder: Option<&Recorder>) -> Option<Box<Recording>> {
        let recorder = recorder?.clone();
        Some(Box::new(Recording { recorder, asker: Arc::default(), gathered: Vec::new() }))
    }

    /// Notes who says hello. One that is refused has a record already.
    pub(super) fn announced(
        &mut self,
        hello: &Hello,
        admitted: &Result<Option<Admission>, Rejection>,
        (origin, is_proof): (&Origin, bool),
        owner: Option<(&str, &str)>,
    ) {
        let (principal, token) = match admitted {
            Ok(Some(admission)) => {
                let (principal, token) = admission.principal();
                (Some(principal), token)
            }
            Ok(None) => (Some(&*hello.name).filter(|_| is_proof), None),
            // Whose the token is that was shown, though it let nobody in.
            Err(_) => owner.map_or((None, None), |(principal, token)| (Some(principal), Some(token))),
        };
        self.asker = Arc::new(Asker {
            principal: principal.map(Into::into),
            on_behalf: hello.on_behalf.clone(),
            client: hello.name.clone(),
            token: token.map(Into::into),
            from: origin.peer,
        });
        if let Err(rejection) = admitted {
            self.said_hello(Outcome::Refused(*rejection));
        }
    }

    /// Notes what the books said to a hello.
    pub(super) fn welcomed(&self, answer: &Answer) {
        self.said_hello(match answer {
            Answer::Rejected(rejection) => Outcome::Refused(*rejection),
            _ => Outcome::Told,
        });
    }

    fn said_hello(&self, outcome: Outcome) {
        let record = self.record(Operation::Hello, Subject::default());
        self.recorder.note(Record { outcome, time_us: now_us(), ..record });
    }

    /// The record of a question that begins. How the node is, which tells of no customer, is told without one where there is
    /// none: whoever mends the disk has to see it.
    ///
    /// # Errors
    /// Why it is not to be answered now.
    pub(super) fn begin(
        &self,
        operation: ledger::Operation,
        subject: Subject,
        reason: Option<Box<str>>,
    ) -> Result<Option<Box<Record>>, Unanswered> {
        let record = self.record(Operation::Question(operation), subject);
        let record = Box::new(Record { reason, ..record });
        match self.recorder.may_ask() {
            Ok(()) => Ok(Some(record)),
            Err(_) if operation == ledger::Operation::Status => {
                self.recorder.count();
                Ok(None)
            }
            Err(why) => Err(not_now(why)),
        }
    }

    /// Keeps a record that is done until it is [sent](Recording::send).
    pub(super) fn keep(&mut self, record: Record) {
        self.gathered.push(record.folded());
    }

    /// Sends the records of what was answered since: before its answers leave.
    #[inline]
    pub(super) fn send(&mut self) {
        if !self.gathered.is_empty() {
            self.send_gathered();
        }
    }

    fn send_gathered(&mut self) {
        let mut records = std::mem::take(&mut self.gathered);
        let time_us = now_us();
        records.iter_mut().for_each(|record| record.time_us = time_us);
        self.recorder.hand_in(records);
    }

    fn record(&self, operation: Operation, subject: Subject) -> Record {
        Record {
            asker: Arc::clone(&self.asker),
            time_us: 0,
            operation,
            weight: u64::try_from(subject.accounts.len().max(1)).expect("usize has at most 64 bits here"),
            subject,
            rows: 0,
            outcome: Outcome::Told,
            reason: None,
        }
    }
}

/// What a caller is told whose question could not be recorded.
#[cold]
fn not_now(why: NotNow) -> Unanswered {
    let (rejection, words) = match why {
        NotNow::Busy => (Rejection::Busy, "the access log is behind; ask again a little later"),
        NotNow::Full => (
            Rejection::OutOfDisk,
            "the disk of the access log is full, and no question is answered without a record",
        ),
        NotNow::Failed => (
            Rejection::Busy,
            "the access log cannot be written, and no question is answered without a record",
        ),
    };
    Unanswered::Rejected(rejection, Some(words.into()))
}

fn now_us() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
}
