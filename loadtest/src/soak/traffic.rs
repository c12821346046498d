//! One population and the payments over it, from life to life of the node.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use longmen_workload::books::{Books, Outcomes};
use longmen_workload::driver::{
    Answered, DriverSettings, Heard, Sessions, Shared, Teller, Unanswered, connect, spawn_sessions,
};
use longmen_workload::setup::{House, Target, open};
use longmen_workload::{LoadError, Plan};

use super::answer_sample::AnswerSample;
use super::recorder::Recorder;

/// Payments over one population, with the harness's own books of them.
pub(super) struct Traffic {
    pub(super) target: Target,
    pub(super) house: House,
    /// All answers until now, but for those of sessions that are under way.
    pub(super) books: Books,
    pub(super) recollection: Rc<RefCell<AnswerSample>>,
    /// What had no answer when the connections broke, in the order of sending.
    pub(super) unanswered: Vec<Unanswered>,
    /// What was answered while the accounts were opened and funded.
    opened: Outcomes,
    plan: Plan,
    settings: DriverSettings,
    recorder: Rc<RefCell<Recorder>>,
    /// Streams of the plan that have been used.
    streams: u32,
    under_way: Option<(Rc<RefCell<Shared>>, Sessions)>,
}

impl Traffic {
    /// Opens and funds the plan's accounts on the node at `address`, under an entity of this name.
    pub(super) async fn open(
        address: &str,
        name: &str,
        plan: Plan,
        settings: DriverSettings,
        recollection: AnswerSample,
        recorder: &Rc<RefCell<Recorder>>,
    ) -> Result<Traffic, LoadError> {
        let target =
            Target { address: address.to_owned(), client: name.to_lowercase(), token: None, tls: None };
        let mut books = Books::new(plan.population.accounts.len());
        let house = open(&target, name, plan.population.clone(), &mut books).await?;
        Ok(Traffic {
            opened: books.outcomes.clone(),
            target,
            house,
            books,
            recollection: Rc::new(RefCell::new(recollection)),
            unanswered: Vec::new(),
            plan,
            settings,
            recorder: Rc::clone(recorder),
            streams: 0,
            under_way: None,
        })
    }

    /// Connects and begins to send what is due from `due_from` on, which may have passed, until `until`. To be called in
    /// a `LocalSet`.
    pub(super) async fn start(&mut self, due_from: Instant, until: Instant) -> Result<(), LoadError> {
        let settings = DriverSettings { first_stream: self.streams, ..self.settings };
        self.streams += settings.connections;
        let connections = connect(&self.target, settings).await?;
        let books = std::mem::replace(&mut self.books, Books::new(0));
        let time = until.saturating_duration_since(due_from);
        let shared = Shared { heard: Heard::Told(self.teller()), ..Shared::new(books, due_from, time) };
        let shared = Rc::new(RefCell::new(shared));
        // It never stays awake: others are to have what it does not need of the cores.
        let sessions =
            spawn_sessions(connections, &self.house, &self.plan, settings, &shared, Duration::ZERO)?;
        self.under_way = Some((shared, sessions));
        Ok(())
    }

    fn teller(&self) -> Teller {
        let (recorder, recollection) = (Rc::clone(&self.recorder), Rc::clone(&self.recollection));
        Box::new(move |due, now, answered: Answered| {
            recorder.borrow_mut().answered(due, now, answered.placed.len());
            recollection.borrow_mut().take(now, answered)
        })
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Whether a connection has ended: its time is over, or it broke.
    pub(super) fn has_ended(&self) -> bool {
        let sessions = self.under_way.as_ref().map(|(_, sessions)| sessions);
        sessions.is_some_and(|sessions| sessions.iter().any(|session| session.is_finished()))
    }

    /// Transactions answered until now, without those that funded the accounts.
    pub(super) fn answered(&self) -> u64 {
        let all = match &self.under_way {
            Some((shared, _)) => shared.borrow().books.outcomes.total(),
            None => self.books.outcomes.total(),
        };
        all - self.opened.total()
    }

    /// The answers by what they say, without those to what funded the accounts; to be asked between lives.
    pub(super) fn outcomes(&self) -> Outcomes {
        self.books.outcomes.since(&self.opened)
    }

    /// Transactions that funded the accounts.
    pub(super) fn funded(&self) -> u64 {
        self.opened.posted
    }

    /// Waits for all connections to end, and has the books again. Gives what broke one of them, if anything did.
    pub(super) async fn join(&mut self) -> Result<Option<LoadError>, LoadError> {
        let Some((shared, sessions)) = self.under_way.take() else { return Ok(None) };
        let mut broke = None;
        for session in sessions {
            let end = session.await.map_err(std::io::Error::other)?;
            broke = end.result.err().or(broke);
            self.unanswered.extend(end.unanswered);
        }
        self.books = Rc::into_inner(shared).expect("the sessions have ended").into_inner().books;
        Ok(broke)
    }

    pub(super) fn recorder(&self) -> Rc<RefCell<Recorder>> {
        Rc::clone(&self.recorder)
    }
}
