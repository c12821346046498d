//! A caller's stream of requests: many are under way at once, and answers come as they are durable, not in the order of the
//! requests.

mod questions;

use std::sync::Arc;
use std::time::{Duration, Instant};

use longmen_engine::ledger::{
    Acting, Answer as EngineAnswer, ClientId, Command, Posted, RecordPlace, Rejection,
};
use longmen_engine::{Meter, Replies, Reply};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use super::Service;
use super::admission::Admission;
use super::answer::{Answer, Answered, Outcome, Welcome};
use super::caller::Caller;
use super::cancel::Cancel;
use super::fault::Fault;
use super::in_flight::InFlight;
use super::origin::Origin;
use super::originals;
use super::pending::{Pending, Purpose, Waiting};
use super::permits::SessionPermits;
use super::post::Post;
use super::price::price;
use super::question::{Question, Step, Told};
use super::recording::Recording;
use super::request::{Hello, Request};
use super::sizes::cost_of_original;
use super::unanswered::Unanswered;

/// Who the other side is.
#[derive(Debug)]
enum Standing {
    /// Nobody yet.
    Stranger,
    /// It proved its name; the engine is asked for its number. It may be asked what it may do.
    Announced(Option<Admission>),
    /// A client.
    Known(Caller),
}

/// A caller's stream of requests. Beside each, its face keeps a `T` until it is answered.
pub(crate) struct Session<'a, T> {
    service: &'a Service,
    engine: longmen_engine::Session,
    replies: UnboundedReceiver<Replies>,
    /// Where the caller comes from.
    origin: Origin,
    standing: Standing,
    permits: SessionPermits<'a>,
    pending: Pending<T>,
    /// What goes to the engine as one, with the next [`flush`](Session::flush).
    gathered: Vec<(u64, Command)>,
    reading: JoinSet<(u64, FromLog)>,
    /// How long the requests took that are being answered.
    ages: Vec<Duration>,
    /// What the access log is told, where there is one.
    recording: Option<Box<Recording>>,
    /// The name that was given with a wrong token, that nobody has, or that another's certificate was shown for.
    failed_login: Option<Box<str>>,
}

/// What has become ready for a session.
pub(crate) enum Ready {
    /// Answers of the engine, all that became durable together.
    Replies(Replies),
    /// What was read from the log for the request of this tag.
    Log(u64, FromLog),
    /// The engine is gone.
    Ended,
}

/// What was read from the log.
pub(crate) enum FromLog {
    /// The originals of a post.
    Originals(Result<Box<Post>, Unanswered>),
    /// What an answer to a post tells of legs that rules made.
    Legs(Box<(Posted, Vec<(u32, Fault)>)>),
    /// What a question goes on with.
    Question(Step<Told>),
}

impl<'a, T> Session<'a, T> {
    pub(crate) fn open(service: &'a Service, origin: Origin) -> Session<'a, T> {
        let (engine, replies) = service.intake.open_session();
        Session {
            service,
            engine,
            replies,
            recording: Recording::by(service.recorder.as_ref()),
            origin,
            standing: Standing::Stranger,
            permits: SessionPermits::new(&service.load.permits, service.limits.session),
            pending: Pending::default(),
            gathered: Vec::new(),
            reading: JoinSet::new(),
            ages: Vec::new(),
            failed_login: None,
        }
    }

    /// Who asks; `None` before the hello.
    pub(crate) fn caller(&self) -> Option<&Caller> {
        if let Standing::Known(caller) = &self.standing { Some(caller) } else { None }
    }

    /// Whether a hello is being decided. Nothing else is to be taken in meanwhile.
    pub(crate) fn is_announced(&self) -> bool {
        matches!(self.standing, Standing::Announced(_))
    }

    /// The name of a hello that was refused.
    pub(crate) fn failed_login(&self) -> Option<&str> {
        self.failed_login.as_deref()
    }

    /// Whether nothing waits for the engine or the log.
    pub(crate) fn is_answered(&self) -> bool {
        self.pending.is_empty()
    }

    /// Takes permits for a request that has begun to come in, if there are any.
    pub(crate) fn admit(&mut self, cost: InFlight) -> bool {
        self.permits.try_take(cost)
    }

    /// Whether so much is under way on all sessions that others may soon find nothing left.
    pub(crate) fn is_short(&self) -> bool {
        self.permits.is_short()
    }

    /// Whether the next request is better left where it is until more of what is under way was read.
    pub(crate) fn is_full(&self) -> bool {
        self.permits.is_full()
    }

    /// Notes that the caller read so many bytes of its answers.
    pub(crate) fn note_read(&mut self, bytes: u64) {
        self.permits.note_read(bytes);
    }

    /// Gives back the permits of requests that were answered, or never came in.
    pub(crate) fn give_back(&mut self, cost: InFlight) {
        self.permits.give_back(cost);
    }

    /// Requests that are taken in from here on came at `now`.
    pub(crate) fn is_now(&mut self, now: Instant) {
        self.pending.is_now(now);
    }

    /// Takes in a request that holds `cost` already; its answer, where that is known at once. A posted transaction's result
    /// has `result` bytes in the caller's protocol.
    pub(crate) fn take(
        &mut self,
        ticket: T,
        mut cost: InFlight,
        request: Request,
        result: usize,
    ) -> Option<Answered<T>> {
        if let Err(rejection) = self.permit(&request) {
            let outcome = Err(self.refuse(&request, rejection));
            return Some(Answered { ticket, cost, outcome });
        }
        let extra = price(&request, result);
        if !self.permits.try_take(extra) {
            return Some(Answered { ticket, cost, outcome: Err(Rejection::Busy.into()) });
        }
        cost.transactions += extra.transactions;
        cost.bytes += extra.bytes;
        let (purpose, command) = match request {
            Request::Post(mut post) if post.batch.names_others() => {
                let keys = originals::named_by(&mut post);
                (Purpose::Originals(Box::new(post)), Command::Locate(keys))
            }
            Request::Post(post) => (Purpose::Post(post.faults), Command::Post(post.batch)),
            Request::Command(command) => (purpose_of(&command), command),
            Request::Question(question, reason) => return self.begin((ticket, cost), question, reason),
            Request::Ping => return Some(Answered { ticket, cost, outcome: Ok(Answer::Done) }),
            Request::Hello(hello) => match self.announce(hello) {
                Ok(asked) => asked,
                Err(why) => return Some(Answered { ticket, cost, outcome: Err(why) }),
            },
        };
        self.ask(Waiting { ticket, cost, purpose }, command);
        None
    }

    /// Sends to the engine what was taken in, as one, and to the access log what was answered.
    pub(crate) fn flush(&mut self, sent: Instant) {
        if let Some(recording) = &mut self.recording {
            recording.send();
        }
        if !self.gathered.is_empty() {
            let gathered = std::mem::take(&mut self.gathered);
            self.engine.submit_at(self.client(), self.acting(), gathered, sent);
        }
    }

    fn flush_now(&mut self) {
        if let Some(recording) = &mut self.recording {
            recording.send();
        }
        if !self.gathered.is_empty() {
            self.flush(Instant::now());
        }
    }

    /// What is ready next. Dropping the future loses nothing.
    pub(crate) async fn ready(&mut self) -> Ready {
        tokio::select! {
            biased;
            replies = self.replies.recv() => replies.map_or(Ready::Ended, Ready::Replies),
            Some(ready) = next_read(&mut self.reading) => ready,
        }
    }

    /// What was read from the log next; `None`: nothing is being read.
    #[cfg(feature = "fuzz")]
    pub(crate) async fn ready_from_log(&mut self) -> Option<Ready> {
        next_read(&mut self.reading).await
    }

    /// Takes in what is ready, and hands out each request that is answered by it. Whether the engine is still there.
    pub(crate) fn deliver(&mut self, ready: Ready, answered: impl FnMut(Answered<T>)) -> bool {
        match ready {
            Ready::Replies(replies) => self.take_replies(replies, answered),
            Ready::Log(tag, found) => {
                self.take_read(tag, found).into_iter().for_each(answered);
                self.flush_now();
            }
            Ready::Ended => return false,
        }
        true
    }

    fn take_replies(&mut self, Replies { made, replies }: Replies, answered: impl FnMut(Answered<T>)) {
        let begun = Instant::now();
        let service = self.service;
        let meters = service.intake.meters();
        meters.note_time(Meter::ToSession, begun - made);
        let replies = replies.into_iter().filter_map(|Reply { tag, answer }| {
            let (since, waiting) = self.pending.take(tag);
            self.ages.push(begun - since);
            self.take_reply(waiting, answer)
        });
        replies.for_each(answered);
        meters.note_since(Meter::Encode, begun);
        meters.note_times(Meter::Request, self.ages.drain(..));
        self.flush_now();
    }

    /// The number of who asks; nobody's, as long as it says hello.
    fn client(&self) -> ClientId {
        self.caller().map_or(ClientId::default(), |caller| caller.client)
    }

    /// Who acts for the caller; `None`: itself, and it may do everything.
    fn acting(&self) -> Option<&Arc<Acting>> {
        Some(self.caller()?.admission.as_ref()?.last_acting())
    }

    /// Whether the caller may do anything by now, and that. What a transaction or a command is about the engine knows, and
    /// judges.
    #[inline]
    fn permit(&mut self, request: &Request) -> Result<(), Rejection> {
        let Standing::Known(Caller { admission: Some(admission), .. }) = &mut self.standing else {
            return Ok(());
        };
        let acting = admission.acting(self.pending.now())?;
        match request {
            // Whoever may do something may propose it: the engine knows what.
            Request::Question(Question::Propose(_), _) => Ok(()),
            Request::Question(question, reason) => {
                let operation = question.operation();
                if !acting.permissions.may(operation) {
                    Err(Rejection::Forbidden)
                } else if reason.is_none() && admission.demands_reason(operation) {
                    Err(Rejection::ReasonRequired)
                } else {
                    Ok(())
                }
            }
            Request::Hello(_) | Request::Ping | Request::Command(_) | Request::Post(_) => Ok(()),
        }
    }

    fn ask(&mut self, waiting: Waiting<T>, command: Command) {
        let tag = self.pending.add(waiting);
        self.gathered.push((tag, command));
    }

    fn announce(&mut self, hello: Hello) -> Result<(Purpose, Command), Unanswered> {
        let admitted = self.service.admit(&hello, &self.origin);
        if let Some(recording) = &mut self.recording {
            let is_proof = self.service.is_proof(&self.origin);
            let access = self.service.access.as_ref().map(|access| Arc::clone(&access.borrow()));
            let token = hello.token.as_deref().filter(|_| admitted.is_err());
            let owner = access.as_deref().zip(token).and_then(|(access, token)| access.owner(token));
            recording.announced(&hello, &admitted, (&self.origin, is_proof), owner);
        }
        match admitted {
            Ok(admission) => self.standing = Standing::Announced(admission),
            Err(rejection) => {
                self.failed_login = Some(hello.name);
                return Err(rejection.into());
            }
        }
        Ok((Purpose::Hello, Command::Hello { name: hello.name }))
    }

    fn take_reply(&mut self, waiting: Waiting<T>, answer: EngineAnswer) -> Option<Answered<T>> {
        let Waiting { ticket, cost, purpose } = waiting;
        let outcome = match (purpose, answer) {
            (Purpose::Post(faults), EngineAnswer::Posted(posted)) if posted.lacks_legs() => {
                return self.read_legs((ticket, cost), posted, faults);
            }
            (Purpose::Post(faults), EngineAnswer::Posted(posted)) => Ok(Answer::Posted(posted, faults)),
            (Purpose::Question(running), answer) => return self.step(ticket, cost, running.bring(answer)),
            (Purpose::Hello, answer) => self.welcome(answer),
            (Purpose::Originals(mut post), EngineAnswer::Located(places)) => {
                originals::locate(&mut post, &places);
                let purpose = Purpose::Reading { cancels: false };
                return self.read_originals(Waiting { ticket, cost, purpose }, post);
            }
            (Purpose::Cancel(cancel), EngineAnswer::Located(places)) => {
                return self.cancel_try((ticket, cost), &cancel, places);
            }
            (Purpose::Cancel(_) | Purpose::CancelTry, EngineAnswer::Posted(posted)) => {
                Ok(Answer::Cancelled(posted))
            }
            (_, EngineAnswer::Rejected(rejection)) => Err(rejection.into()),
            (Purpose::Command, EngineAnswer::Done) => Ok(Answer::Done),
            (Purpose::Command, EngineAnswer::Opened(results)) => Ok(Answer::Opened(results)),
            (Purpose::Command, EngineAnswer::NotCarried(currency)) => Ok(Answer::NotCarried(currency)),
            (purpose, answer) => unreachable!("{purpose:?} is not answered by {answer:?}"),
        };
        Some(Answered { ticket, cost, outcome })
    }

    fn welcome(&mut self, answer: EngineAnswer) -> Outcome {
        let standing = std::mem::replace(&mut self.standing, Standing::Stranger);
        if let Some(recording) = &mut self.recording {
            recording.welcomed(&answer);
        }
        match answer {
            EngineAnswer::Welcome { client } => {
                let Standing::Announced(admission) = standing else {
                    unreachable!("only who was announced is welcomed")
                };
                self.standing = Standing::Known(Caller { client, admission });
                Ok(Answer::Welcome(Welcome {
                    client,
                    request_bytes: self.service.limits.request_bytes,
                    session: self.service.limits.session,
                    window: self.service.intake.window(),
                }))
            }
            EngineAnswer::Rejected(rejection) => {
                // Whatever else may be wrong with a name was seen where it was read.
                let why = (rejection == Rejection::Malformed).then_some("name: begins or ends with a blank");
                Err(Unanswered::Rejected(rejection, why.map(Into::into)))
            }
            answer => unreachable!("a hello is not answered by {answer:?}"),
        }
    }

    /// Cancels a try that stands by a transaction of its own.
    fn cancel_try(
        &mut self,
        (ticket, mut cost): (T, InFlight),
        cancel: &Cancel,
        places: Vec<Option<RecordPlace>>,
    ) -> Option<Answered<T>> {
        let extra = cost_of_original();
        if !self.permits.try_take(extra) {
            return Some(Answered { ticket, cost, outcome: Err(Rejection::Busy.into()) });
        }
        cost.bytes += extra.bytes;
        let post = originals::cancel_of_try(self.client(), cancel, places);
        self.read_originals(Waiting { ticket, cost, purpose: Purpose::Reading { cancels: true } }, post)
    }

    fn read_originals(&mut self, waiting: Waiting<T>, post: Box<Post>) -> Option<Answered<T>> {
        let tag = self.pending.add(waiting);
        let log = self.service.log.clone();
        self.reading.spawn(async move {
            let read = log.look_up(|history| originals::attach(history, post));
            (tag, FromLog::Originals(read.await))
        });
        None
    }

    fn take_read(&mut self, tag: u64, found: FromLog) -> Option<Answered<T>> {
        let (_, Waiting { ticket, cost, purpose }) = self.pending.take(tag);
        match found {
            FromLog::Question(step) => self.step(ticket, cost, step),
            FromLog::Legs(read) => {
                let (posted, faults) = *read;
                Some(Answered { ticket, cost, outcome: Ok(Answer::Posted(posted, faults)) })
            }
            FromLog::Originals(Err(why)) => Some(Answered { ticket, cost, outcome: Err(why) }),
            FromLog::Originals(Ok(post)) => {
                let Post { batch, faults, .. } = *post;
                let cancels = matches!(purpose, Purpose::Reading { cancels: true });
                let purpose = if cancels { Purpose::CancelTry } else { Purpose::Post(faults) };
                self.ask(Waiting { ticket, cost, purpose }, Command::Post(batch));
                None
            }
        }
    }
}

fn purpose_of(command: &Command) -> Purpose {
    match command {
        Command::Cancel { id, time, text_id } => {
            Purpose::Cancel(Box::new(Cancel { id: *id, time: *time, text_id: text_id.clone() }))
        }
        _ => Purpose::Command,
    }
}

/// A panic on a thread that reads the log is a bug: it goes on here.
async fn next_read(reading: &mut JoinSet<(u64, FromLog)>) -> Option<Ready> {
    loop {
        match reading.join_next().await? {
            Ok((tag, found)) => return Some(Ready::Log(tag, found)),
            Err(error) => {
                if let Ok(panic) = error.try_into_panic() {
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
}
