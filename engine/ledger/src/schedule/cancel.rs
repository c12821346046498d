//! Requests about transaction ids that post nothing: cancels and look-ups; and the first results of ids that come again.

use crate::answer::{Answer, PostResult};
use crate::idempotency::decided::{Decided, Known};
use crate::ids::{EntityId, RecordPlace, TransactionId, TransactionKey};
use crate::money::date::Date;
use crate::record::head::Outcome;
use crate::rejection::Rejection;
use crate::schedule::Coordinator;
use crate::schedule::jobs::{JobRef, Work};
use crate::schedule::open_round::Item;
use crate::state::gated_leg::LegRange;
use crate::transaction::originals::Fate;

impl Coordinator {
    pub(super) fn consider_cancel(&mut self, what: JobRef, id: TransactionId, time: u32) {
        let client = self.backlog.jobs.get(what.job).client;
        if id.0 == 0 {
            return self.refuse(what, Rejection::Malformed, 0);
        }
        let key = TransactionKey { client, id };
        match self.state.ids.look_up(key) {
            Some(Known::Pending) => self.backlog.deferred.push_back(what),
            Some(Known::Decided(Decided { outcome: Outcome::Tried, frame, ordinal, .. })) => {
                self.consider_cancel_of_try(what, key, RecordPlace { frame, ordinal });
            }
            Some(Known::Decided(decided)) => {
                let posted = decided.outcome == Outcome::Posted;
                let rejection = posted.then_some(Rejection::AlreadyPosted);
                let (frame, ordinal) = (decided.frame, decided.ordinal);
                self.finish(what, PostResult { rejection, step: 0, repeated: !posted, frame, ordinal });
            }
            None => match self
                .state
                .ids
                .outside_window(time, &self.state.settings)
                .or_else(|| self.no_room(what.job))
            {
                Some(rejection) => self.refuse(what, rejection, 0),
                None => {
                    let what = JobRef {
                        begun: Some(self.state.ids.begin(self.state.ids.known.hash(client, id), key)),
                        ..what
                    };
                    let entity = EntityId(0);
                    let date = Date::of_time_us(self.state.output.frame.time_us);
                    self.push_item(Item {
                        what,
                        verdict: None,
                        entity,
                        date,
                        hot: LegRange::NONE,
                        gates_know: true,
                    });
                }
            },
        }
    }

    /// A try is cancelled by a transaction of its own, which needs what the log has of it. So is one that was cancelled
    /// before: that transaction then has the first result of the cancel, with its place.
    fn consider_cancel_of_try(&mut self, what: JobRef, key: TransactionKey, place: RecordPlace) {
        if self.round.originals.contains(&key) {
            // A transaction of this round that is not decided yet confirms or cancels it.
            return self.backlog.deferred.push_back(what);
        }
        if self.state.originals.get(key).is_some_and(|state| state.fate == Fate::Confirmed) {
            let (rejection, RecordPlace { frame, ordinal }) = (Some(Rejection::AlreadyPosted), place);
            return self.finish(what, PostResult { rejection, frame, ordinal, ..PostResult::default() });
        }
        self.answer_job(what, Answer::Located(vec![Some(place)]));
    }

    pub(super) fn consider_locate(&mut self, what: JobRef) {
        let Work::Locate(keys) = &self.backlog.jobs.get(what.job).work else {
            unreachable!("only a look-up looks up")
        };
        let mut places = Vec::with_capacity(keys.len());
        for key in keys {
            places.push(match self.state.ids.look_up(*key) {
                Some(Known::Pending) => return self.backlog.deferred.push_back(what),
                Some(Known::Decided(Decided { frame, ordinal, .. })) => Some(RecordPlace { frame, ordinal }),
                None => None,
            });
        }
        self.answer_job(what, Answer::Located(places));
    }

    fn answer_job(&mut self, what: JobRef, answer: Answer) {
        let job = self.backlog.jobs.end(what.job);
        self.state.output.reply(job.reply_to, answer);
    }
}

/// The first result of an id, given again.
pub(super) fn repeat(decided: &Decided, content: u64) -> PostResult {
    let rejection = match decided.outcome {
        Outcome::Cancelled => Some(Rejection::Cancelled),
        _ if is_another(decided, content) => Some(Rejection::IdempotencyConflict),
        Outcome::Posted | Outcome::Tried => None,
        Outcome::Refused(rejection) => Some(rejection),
    };
    let first = rejection != Some(Rejection::IdempotencyConflict) && rejection != Some(Rejection::Cancelled);
    let step = if first { decided.step } else { 0 };
    PostResult { rejection, step, repeated: first, frame: decided.frame, ordinal: decided.ordinal }
}

/// Whether the transaction that has the id already is another.
fn is_another(decided: &Decided, content: u64) -> bool {
    fail_point!("ConflictNotCompared", |_| false);
    decided.content != content
}
