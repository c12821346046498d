//! Drives a workload against a node and measures what it answers.
//!
//! All connections live on one thread: the node is meant to have the other cores. Latency is counted from the moment
//! at which a request was *due*, so that a node that stalls is charged for every request that waited, whether it had
//! been sent or not.

mod session;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use longmen_client::Connection;
use longmen_terminal::{Progress, grouped};
use tokio::task::{JoinHandle, LocalSet};

use crate::books::{Books, Outcomes};
use crate::encode::{Encoding, Placed};
use crate::error::LoadError;
use crate::measure::{Latencies, Measured, milliseconds};
use crate::pace::{Alarms, STAY_AWAKE};
use crate::plan::{Plan, Request};
use crate::setup::{House, Target};
use crate::slow_requests::SlowRequests;
use crate::timeline::Timeline;

use session::Session;
pub use session::{Sent, Unanswered};

/// When requests are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pacing {
    /// Closed loop: this many are under way on each connection, and an answer sends the next.
    Closed {
        /// Requests under way on each connection.
        depth: usize,
    },
    /// Open loop: so many transactions a second over all connections, whatever the answers do.
    Open {
        /// Transactions a second.
        rate: f64,
    },
}

/// How a workload is driven.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DriverSettings {
    /// Connections.
    pub connections: u32,
    /// Transactions of one request.
    pub batch: usize,
    /// When requests are sent.
    pub pacing: Pacing,
    /// How they stand on the wire.
    pub encoding: Encoding,
    /// How long answers are only counted in the books, before the measured stretch begins.
    pub warm_up: Duration,
    /// How long the measured stretch is.
    pub time: Duration,
    /// How many transactions are sent at most, if that is limited.
    pub transactions: Option<u64>,
    /// Number of the first connection's stream: streams that were used before would repeat their ids.
    pub first_stream: u32,
    /// Whether slow requests of the measured stretch are kept one by one.
    pub keep_slow: bool,
}

impl DriverSettings {
    fn is_open(&self) -> bool {
        matches!(self.pacing, Pacing::Open { .. })
    }
}

/// What came of driving.
#[derive(Clone, Debug)]
pub struct Driven {
    /// The books, with every answer.
    pub books: Books,
    /// The measured stretch.
    pub measured: Measured,
    pub latencies: Latencies,
    /// How they went over time, in an open loop.
    pub timeline: Option<Timeline>,
    /// Those that were slow, if they are kept.
    pub slow: Option<SlowRequests>,
}

/// A request with the answers to its transactions.
#[derive(Clone, Debug)]
pub struct Answered {
    pub request: Request,
    /// What came of each of its transactions, and where that is in the log.
    pub placed: Vec<Placed>,
}

/// What the connections of one run share. They are on one thread and hold it only between awaits.
pub struct Shared {
    /// What the answers say.
    pub books: Books,
    /// Latencies of the requests that were due in the window.
    pub latencies: Latencies,
    /// The same over time, in an open loop.
    pub timeline: Option<Timeline>,
    /// The slow requests among them, if they are kept.
    pub slow: Option<SlowRequests>,
    /// Requests that were due in here are measured.
    pub window: (Instant, Instant),
    /// What had been answered, and how many legs posted, when the first answer inside the window came.
    pub before_window: Option<(Outcomes, u64)>,
    /// When the last answer came.
    pub last_answer: Option<Instant>,
    /// How many transactions may still be sent.
    pub remaining: u64,
    /// What becomes of answers once they are in the books.
    pub heard: Heard,
    /// The first moment at which a transaction of an open loop is due. It may lie in the past: what was due since then is
    /// sent at once, late.
    pub due_from: Instant,
}

/// What becomes of answers once they are in the books.
pub enum Heard {
    /// They are forgotten.
    Forgotten,
    /// Those with results are kept, all of them.
    Kept(Vec<Answered>),
    /// This is told of each: when the request was due, when the answer came, and both, with no results where all was
    /// refused as a whole. It gives back buffers that it does not need.
    Told(Teller),
}

/// See [`Heard::Told`].
pub type Teller = Box<dyn FnMut(Instant, Instant, Answered) -> Option<Answered>>;

/// How a connection ended, and what was under way on it, in the order of sending.
pub struct SessionEnd {
    /// Well, or why not.
    pub result: Result<(), LoadError>,
    /// What had no answer.
    pub unanswered: Vec<Unanswered>,
}

/// Drives a workload until its time is over or its transactions are sent, and every request is answered.
///
/// # Errors
/// [`LoadError`], when a connection breaks or answers stay away.
pub async fn drive(
    target: &Target,
    house: &House,
    plan: &Plan,
    settings: DriverSettings,
    books: Books,
    what: &str,
) -> Result<Driven, LoadError> {
    let local = LocalSet::new();
    local
        .run_until(async {
            let (shared, sessions) = start_sessions(target, house, plan, settings, books, false).await?;
            let (elapsed, outcomes, legs) = watch(&shared, &sessions, what).await;
            for session in sessions {
                let end = session.await.map_err(std::io::Error::other)?;
                end.result?;
            }
            let shared = Rc::into_inner(shared).expect("the sessions have ended").into_inner();
            let measured = Measured::new(elapsed, &outcomes, legs, &shared.latencies);
            let Shared { books, latencies, timeline, slow, .. } = shared;
            Ok(Driven { books, measured, latencies, timeline, slow })
        })
        .await
}

impl Shared {
    /// Notes what lies before the window, if an answer that came at `now` is the first inside it. To be called before
    /// the answer is counted. The looker-on cannot do it: answers come before it has woken.
    pub fn answer_came_at(&mut self, now: Instant) {
        if self.before_window.is_none() && self.window.0 <= now {
            self.before_window = Some((self.books.outcomes.clone(), self.books.legs));
        }
        self.last_answer = Some(now);
    }

    /// Nothing has been answered yet; what is due in the `time` after `start` is measured.
    #[must_use]
    pub fn new(books: Books, start: Instant, time: Duration) -> Shared {
        Shared {
            books,
            latencies: Latencies::default(),
            timeline: None,
            slow: None,
            window: (start, start + time),
            before_window: None,
            last_answer: None,
            remaining: u64::MAX,
            heard: Heard::Forgotten,
            due_from: start,
        }
    }

    /// What has been answered in the window, and how many legs posted.
    fn in_window(&self) -> (Outcomes, u64) {
        match &self.before_window {
            Some((outcomes, legs)) => (self.books.outcomes.since(outcomes), self.books.legs - legs),
            None => (Outcomes::default(), 0),
        }
    }
}

/// The tasks of a run's connections.
pub type Sessions = Vec<JoinHandle<SessionEnd>>;

/// Connects, and starts a task for each connection. To be called inside a `LocalSet`.
///
/// # Errors
/// [`LoadError`], when the node cannot be reached, or this machine gives no timer.
pub async fn start_sessions(
    target: &Target,
    house: &House,
    plan: &Plan,
    settings: DriverSettings,
    books: Books,
    keep_history: bool,
) -> Result<(Rc<RefCell<Shared>>, Sessions), LoadError> {
    let connections = connect(target, settings).await?;
    let now = Instant::now();
    let start = now + settings.warm_up;
    let shared = Rc::new(RefCell::new(Shared {
        timeline: settings.is_open().then(|| Timeline::new(start, settings.time)),
        slow: settings.keep_slow.then(|| SlowRequests::new(start)),
        remaining: settings.transactions.unwrap_or(u64::MAX),
        heard: if keep_history { Heard::Kept(Vec::new()) } else { Heard::Forgotten },
        due_from: now,
        ..Shared::new(books, start, settings.time)
    }));
    let sessions = spawn_sessions(connections, house, plan, settings, &shared, STAY_AWAKE)?;
    Ok((shared, sessions))
}

/// The connections of one run.
///
/// # Errors
/// [`LoadError`], when the node cannot be reached.
pub async fn connect(target: &Target, settings: DriverSettings) -> Result<Vec<Connection>, LoadError> {
    let mut connections = Vec::new();
    for _ in 0..settings.connections {
        connections.push(target.connection().await?);
    }
    Ok(connections)
}

/// Starts a task for each connection; so long before something is due in an open loop the generator stays `awake`. To be
/// called inside a `LocalSet`.
///
/// # Errors
/// [`LoadError`], when this machine gives no timer.
pub fn spawn_sessions(
    connections: Vec<Connection>,
    house: &House,
    plan: &Plan,
    settings: DriverSettings,
    shared: &Rc<RefCell<Shared>>,
    awake: Duration,
) -> Result<Sessions, LoadError> {
    let accounts: Rc<[u64]> = house.accounts.as_slice().into();
    let alarms = Alarms::start(awake)?;
    let mut sessions = Vec::new();
    for (number, connection) in (0..).zip(connections) {
        let stream = plan.stream(settings.first_stream + number);
        let session = Session::new(connection, stream, Rc::clone(shared), settings, number, alarms.clone());
        let accounts = Rc::clone(&accounts);
        sessions.push(tokio::task::spawn_local(async move { session.run(&accounts).await }));
    }
    Ok(sessions)
}

/// Looks on until the measured stretch is over, and says how long it was and what was answered in it.
pub async fn watch<T>(
    shared: &RefCell<Shared>,
    sessions: &[JoinHandle<T>],
    what: &str,
) -> (Duration, Outcomes, u64) {
    let (from, to) = shared.borrow().window;
    tokio::time::sleep_until(from.into()).await;
    let progress = Progress::over(what, to - from);
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    while Instant::now() < to && sessions.iter().any(|session| !session.is_finished()) {
        let next = tokio::time::sleep_until(to.into());
        tokio::select! { _ = tick.tick() => {}, () = next => {} }
        let (outcomes, _) = shared.borrow().in_window();
        let elapsed = milliseconds(from.elapsed());
        let rate = outcomes.total().saturating_mul(1_000) / elapsed.max(1);
        progress.at(elapsed, format!("{} answers, {}/s", grouped(outcomes.total()), grouped(rate)));
    }
    progress.finish();
    let shared = shared.borrow();
    let (outcomes, legs) = shared.in_window();
    // What is over before its time, for there was no more to send, ended with the last answer, and not when it was seen.
    let end = Instant::now();
    let end = if end < to { shared.last_answer.unwrap_or(end) } else { end };
    (end.saturating_duration_since(from), outcomes, legs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::Outcome;
    use crate::plan::{Expect, Kind, Leg};
    use longmen_engine::ledger::Side;

    /// What is counted hangs on when answers came, not on when somebody looked.
    #[test]
    fn every_answer_inside_the_window_is_counted_and_none_before_it() {
        let start = Instant::now() + Duration::from_secs(1);
        let mut shared = Shared::new(Books::new(2), start, Duration::from_secs(1));
        let mut request = Request::default();
        let leg = |account, side| Leg { account, amount: 5, side };
        request.push(1, Kind::Transfer, Expect::Posted, &[leg(0, Side::Debit), leg(1, Side::Credit)]);
        let posted = Outcome { rejection: None, repeated: false };
        let before = start - Duration::from_nanos(1);
        let after = start + Duration::from_secs(5);
        for (came, counted) in [(before, 0), (before, 0), (start, 1), (start, 2), (after, 3)] {
            shared.answer_came_at(came);
            shared.books.record(&request, std::iter::once(posted));
            let (outcomes, legs) = shared.in_window();
            assert_eq!((outcomes.total(), legs), (counted, 2 * counted));
        }
    }
}
