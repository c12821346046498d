//! One connection of a run.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use longmen_client::{
    AnswerFrame, CancelRequest, ClientError, Connection, Operation, Posted, Receiver, Sender, TransactionId,
};
use slab::Slab;

use super::{Answered, DriverSettings, Heard, Pacing, SessionEnd, Shared};
use longmen_engine::ledger::Rejection;

use crate::encode::{Encoder, Placed, read_answer};
use crate::error::LoadError;
use crate::pace::{Alarms, Schedule};
use crate::plan::{Expect, Request, Stream};
use crate::setup::now_seconds;

/// How long the last answers may take.
const DRAIN: Duration = Duration::from_secs(30);
/// How long a connection of a closed loop holds back after the node said that it is busy.
const BACK_OFF: Duration = Duration::from_millis(1);
/// Where the timer of a closed loop points when there is nothing to wait for.
const FAR: Duration = Duration::from_secs(3_600);

/// What is under way.
#[derive(Clone, Debug)]
pub enum Sent {
    /// Transactions.
    Post(Request),
    /// A cancel of this id, which no transaction has had yet.
    Cancel(u128),
}

impl Sent {
    /// The same, where transactions whose cancel the node did not take on are to be posted.
    fn without_cancels(self, not_cancelled: &HashSet<u128>) -> Sent {
        match self {
            Sent::Post(mut request) if !not_cancelled.is_empty() => {
                request.expect_posted(not_cancelled);
                Sent::Post(request)
            }
            other => other,
        }
    }
}

/// What has no answer, and when it was due.
pub struct Unanswered {
    /// When it was due.
    pub due: Instant,
    /// What it is.
    pub sent: Sent,
}

struct Pending {
    tag: u64,
    due: Instant,
    sent: Sent,
}

/// One connection, its stream of transactions, and what is under way on it.
pub(super) struct Session {
    sender: Sender,
    receiver: Receiver,
    stream: Stream,
    shared: Rc<RefCell<Shared>>,
    settings: DriverSettings,
    schedule: Option<Schedule>,
    alarms: Alarms,
    number: usize,
    paused_until: Option<Instant>,
    stop_at: Instant,
    pending: Slab<Pending>,
    posts_under_way: usize,
    serial: u64,
    spare: Vec<Request>,
    placed: Vec<Placed>,
    /// Ids whose cancel the node did not take on.
    not_cancelled: HashSet<u128>,
}

impl Session {
    /// The connection with this number of a run; its open loop is out of step with the others'.
    pub(super) fn new(
        connection: Connection,
        stream: Stream,
        shared: Rc<RefCell<Shared>>,
        settings: DriverSettings,
        number: u32,
        alarms: Alarms,
    ) -> Session {
        let (sender, receiver) = connection.split();
        let (due_from, (_, stop_at)) = (shared.borrow().due_from, shared.borrow().window);
        let schedule = match settings.pacing {
            Pacing::Closed { .. } => None,
            Pacing::Open { rate } => {
                let batch = f64::from(u32::try_from(settings.batch).unwrap_or(u32::MAX));
                let phase = Duration::from_secs_f64(batch / rate) * number;
                let interval = Duration::from_secs_f64(f64::from(settings.connections) / rate);
                Some(Schedule::new(due_from, phase, interval))
            }
        };
        Session {
            sender,
            receiver,
            stream,
            shared,
            settings,
            schedule,
            alarms,
            number: usize::try_from(number).expect("a number of a connection fits"),
            paused_until: None,
            stop_at,
            pending: Slab::new(),
            posts_under_way: 0,
            serial: 0,
            spare: Vec::new(),
            placed: Vec::new(),
            not_cancelled: HashSet::new(),
        }
    }

    /// Runs until its time is over and all is answered, or the connection breaks.
    pub(super) async fn run(mut self, accounts: &[u64]) -> SessionEnd {
        let mut encoder = Encoder::new(self.settings.encoding, accounts);
        let result = self.pump(&mut encoder).await;
        let mut pending: Vec<Pending> = self.pending.into_iter().map(|(_, pending)| pending).collect();
        pending.sort_unstable_by_key(|pending| pending.tag >> 32);
        let not_cancelled = self.not_cancelled;
        let unanswered = pending
            .into_iter()
            .map(|Pending { due, sent, .. }| Unanswered { due, sent: sent.without_cancels(&not_cancelled) })
            .collect();
        SessionEnd { result, unanswered }
    }

    async fn pump(&mut self, encoder: &mut Encoder<'_>) -> Result<(), LoadError> {
        loop {
            self.produce(encoder)?;
            let stopped = self.is_stopped(Instant::now());
            if stopped && self.pending.is_empty() {
                return Ok(());
            }
            let wake = self.wake_at(stopped);
            // Answers first: what they make due goes out in the same write.
            tokio::select! {
                biased;
                answer = self.receiver.next() => {
                    let answer = answer?;
                    let slot = usize::try_from(answer.tag() & 0xFFFF_FFFF).unwrap_or(usize::MAX);
                    if self.pending.get(slot).is_none_or(|pending| pending.tag != answer.tag()) {
                        return Err(ClientError::Lacks { what: "a tag that was asked with" }.into());
                    }
                    let pending = self.pending.remove(slot);
                    match pending.sent {
                        Sent::Cancel(id) => {
                            let lost = settle_cancel(&self.shared, &answer)?;
                            if lost {
                                self.not_cancelled.insert(id);
                            }
                        }
                        Sent::Post(request) => {
                            let refused = read_answer(self.settings.encoding, &answer, &mut self.placed)?;
                            self.posts_under_way -= 1;
                            self.settle(request, pending.due, refused);
                        }
                    }
                }
                flushed = self.sender.flush(), if self.sender.queued_bytes() > 0 => flushed?,
                () = self.alarms.wait_until(self.number, wake) => {
                    if stopped && Instant::now() >= self.stop_at + DRAIN {
                        let requests = self.pending.len();
                        return Err(LoadError::Unanswered { requests, seconds: DRAIN.as_secs() });
                    }
                }
            }
        }
    }

    fn is_stopped(&self, now: Instant) -> bool {
        now >= self.stop_at || self.shared.borrow().remaining == 0
    }

    /// When there is something to do even if no answer comes.
    fn wake_at(&self, stopped: bool) -> Instant {
        if stopped {
            return self.stop_at + DRAIN;
        }
        let next = match &self.schedule {
            Some(schedule) => schedule.due(),
            None => self.paused_until.unwrap_or_else(|| Instant::now() + FAR),
        };
        next.min(self.stop_at)
    }

    /// Queues what is due.
    fn produce(&mut self, encoder: &mut Encoder<'_>) -> Result<(), ClientError> {
        loop {
            let now = Instant::now();
            if self.is_stopped(now) {
                return Ok(());
            }
            let due = match (self.settings.pacing, &self.schedule) {
                (Pacing::Closed { depth }, _) => {
                    let paused = self.paused_until.is_some_and(|until| now < until);
                    if self.posts_under_way >= depth || paused {
                        return Ok(());
                    }
                    self.paused_until = None;
                    now
                }
                (Pacing::Open { .. }, Some(schedule)) => {
                    let due = schedule.due();
                    if due > now {
                        return Ok(());
                    }
                    due
                }
                (Pacing::Open { .. }, None) => unreachable!("an open loop has a schedule"),
            };
            self.send_next(encoder, due)?;
        }
    }

    fn send_next(&mut self, encoder: &mut Encoder<'_>, due: Instant) -> Result<(), ClientError> {
        let mut request = self.spare.pop().unwrap_or_default();
        request.clear();
        let remaining = usize::try_from(self.shared.borrow().remaining).unwrap_or(usize::MAX);
        self.stream.fill(&mut request, self.settings.batch.min(remaining));
        let count = u64::try_from(request.len()).expect("a length fits");
        let mut shared = self.shared.borrow_mut();
        shared.remaining = shared.remaining.saturating_sub(count);
        drop(shared);
        if let Some(schedule) = &mut self.schedule {
            schedule.advance(count);
        }
        let time = now_seconds();
        for index in 0..request.len() {
            let planned = request.planned()[index];
            if planned.cancelled_first() {
                let tag = self.place(due, Sent::Cancel(planned.id));
                let body = CancelRequest { id: TransactionId::Number(planned.id), time: Some(time) };
                self.sender.queue(tag, Operation::Cancel, &body)?;
            }
        }
        let tag = self.next_tag();
        encoder.queue(&mut self.sender, tag, time, &request)?;
        self.posts_under_way += 1;
        self.place(due, Sent::Post(request));
        Ok(())
    }

    /// The tag that the next call of [`Session::place`] gives.
    fn next_tag(&self) -> u64 {
        let slot = self.pending.vacant_key();
        (self.serial + 1) << 32 | u64::try_from(slot).expect("an index fits")
    }

    fn place(&mut self, due: Instant, sent: Sent) -> u64 {
        let tag = self.next_tag();
        self.serial += 1;
        self.pending.insert(Pending { tag, due, sent });
        tag
    }

    /// Takes the answer to a post, which is in `placed`, into the books.
    fn settle(&mut self, request: Request, due: Instant, refused: Option<Rejection>) {
        let now = Instant::now();
        let mut shared = self.shared.borrow_mut();
        shared.answer_came_at(now);
        let Shared { books, latencies, timeline, slow, window: (from, to), heard, .. } = &mut *shared;
        if *from <= due && due < *to {
            latencies.record(now - due);
            if let Some(timeline) = timeline {
                timeline.record(due, now - due);
            }
            if let Some(slow) = slow {
                slow.record(due, now - due);
            }
        }
        if let Some(rejection) = refused {
            books.record_refused(&request, rejection);
            if rejection.may_retry() {
                self.paused_until = Some(now + BACK_OFF);
            }
        } else if self.placed.len() != request.len() {
            books.complain(|| format!("{} results for {} transactions", self.placed.len(), request.len()));
        } else if self.not_cancelled.is_empty() {
            books.record(&request, self.placed.iter().map(|one| one.outcome));
        } else {
            for ((planned, legs), one) in request.iter().zip(&self.placed) {
                let posted = self.not_cancelled.contains(&planned.id);
                let expect = if posted { Expect::Posted } else { planned.expect };
                books.record_one(&planned.expecting(expect), legs, one.outcome);
            }
        }
        match heard {
            // What was refused for want of room or time is no result, and is not asked again.
            Heard::Kept(all) if refused.is_none() && self.placed.iter().any(Placed::is_result) => {
                all.push(Answered { request, placed: std::mem::take(&mut self.placed) });
            }
            Heard::Told(tell) => {
                let answered = Answered { request, placed: std::mem::take(&mut self.placed) };
                if let Some(Answered { request, placed }) = tell(due, now, answered) {
                    self.placed = placed;
                    self.spare.push(request);
                }
            }
            Heard::Kept(_) | Heard::Forgotten => self.spare.push(request),
        }
    }
}

/// Whether the node was too busy to take a cancel on; anything else but a cancel is a complaint.
fn settle_cancel(shared: &RefCell<Shared>, answer: &AnswerFrame<'_>) -> Result<bool, ClientError> {
    let said = match answer.payload::<Posted>() {
        Ok(posted) => posted.results.first().map(|result| result.outcome.clone()),
        Err(ClientError::Refused(refusal)) if refusal.may_retry() => return Ok(true),
        Err(ClientError::Refused(refusal)) => Some(refusal.code),
        Err(other) => return Err(other),
    };
    let said = said.as_deref();
    if Rejection::ALL.into_iter().any(|code| code.may_retry() && said == Some(code.code())) {
        return Ok(true);
    }
    if said != Some("cancelled") {
        shared.borrow_mut().books.complain(|| format!("the cancel of an unseen id was answered {said:?}"));
    }
    Ok(false)
}
