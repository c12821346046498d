//! Which answers wait for what a journal tells, held against a journal that tells only when it is told to.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use longmen_wal::{Body, SpaceGauge};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{Pipeline, Task};
use crate::journal::{Journal, JournalError, Ticket, Told};
use crate::ledger::{Answer, ClientId, Command, LedgerSettings, Rebuilt, Rejection, ReplyTo, Request};
use crate::meters::Meters;
use crate::reply::Replies;

/// Takes two frames at a time, and tells nothing by itself.
#[derive(Default)]
struct Silent {
    bodies: VecDeque<Body>,
    asked: Ticket,
    tells: VecDeque<Told>,
}

impl Silent {
    fn commit(&mut self, upto: u64, frames: usize) {
        let returned = self.bodies.drain(..frames).collect();
        self.tells.push_back(Told::Committed { upto, returned });
    }

    fn confirm_all(&mut self) {
        self.tells.push_back(Told::Confirmed(self.asked));
    }
}

impl Journal for Silent {
    fn may_seal(&self) -> bool {
        self.bodies.len() < 2
    }

    fn seal(&mut self, _: u64, body: Body) -> Result<(), JournalError> {
        self.bodies.push_back(body);
        Ok(())
    }

    fn seal_idle(&mut self, _: u64) -> Result<(), JournalError> {
        self.seal(0, Body::default())
    }

    fn confirm(&mut self) -> Ticket {
        self.asked.advance()
    }

    fn poll(&mut self) -> Option<Told> {
        self.tells.pop_front()
    }

    fn space(&self) -> SpaceGauge {
        SpaceGauge::default()
    }
}

/// A pipeline with one session, which says hello.
struct Greeted {
    pipeline: Pipeline<Silent>,
    replies: UnboundedReceiver<Replies>,
    answered: Vec<(u64, Answer)>,
}

impl Greeted {
    fn new() -> Greeted {
        let (coordinator, _) = Rebuilt::empty(&LedgerSettings::default()).go_on(LedgerSettings::default());
        let (written, meters) = (Arc::new(AtomicU64::new(0)), Arc::new(Meters::default()));
        let mut pipeline = Pipeline::new(coordinator, Silent::default(), 0, written, meters);
        let (sender, replies) = unbounded_channel();
        pipeline.open_session(1, sender);
        Greeted { pipeline, replies, answered: Vec::new() }
    }

    /// Takes in a greeting, which is written for a name that is not known, and does all that can be done.
    fn greet(&mut self, tag: u64, name: &str) {
        let reply_to = ReplyTo { session: 1, tag };
        let command = Command::Hello { name: name.into() };
        self.pipeline.submit(Request { reply_to, client: ClientId(0), command }, None);
        self.go_on();
    }

    fn go_on(&mut self) {
        while !matches!(self.pipeline.next(1).unwrap(), Task::Idle) {}
    }

    fn journal(&mut self) -> &mut Silent {
        self.pipeline.journal.as_mut().unwrap()
    }

    /// The tags of what was answered since the last call.
    fn answers(&mut self) -> Vec<u64> {
        let before = self.answered.len();
        while let Ok(some) = self.replies.try_recv() {
            self.answered.extend(some.replies.into_iter().map(|reply| (reply.tag, reply.answer)));
        }
        self.answered[before..].iter().map(|(tag, _)| *tag).collect()
    }
}

#[test]
fn answers_leave_with_their_frame_and_no_frame_before_it_is_left_out() {
    for (commits, expected) in
        [(vec![(1, 1), (2, 1)], vec![vec![1], vec![2]]), (vec![(2, 2)], vec![vec![1, 2]])]
    {
        let mut node = Greeted::new();
        node.greet(1, "one");
        node.greet(2, "two");
        assert_eq!(node.journal().bodies.len(), 2, "each has a frame");
        assert!(node.answers().is_empty(), "nothing is committed");
        for ((upto, frames), expected) in commits.into_iter().zip(expected) {
            node.journal().commit(upto, frames);
            node.go_on();
            assert_eq!(node.answers(), expected, "committed up to {upto}");
        }
    }
}

#[test]
fn an_answer_without_content_waits_for_its_confirmation() {
    let mut node = Greeted::new();
    node.greet(1, "one");
    node.journal().commit(1, 1);
    node.go_on();
    assert_eq!(node.answers(), [1]);

    node.greet(2, "one");
    node.greet(3, "one");
    assert!(node.journal().bodies.is_empty(), "a name that is known is not written");
    assert!(node.answers().is_empty(), "nothing is confirmed");
    assert!(node.pipeline.take_journal().is_none(), "the node does not end before they are answered");
    node.journal().confirm_all();
    node.greet(4, "one");
    assert_eq!(node.answers(), [2, 3], "what was asked later waits on");
    node.journal().confirm_all();
    node.go_on();
    assert_eq!(node.answers(), [4]);
}

#[test]
fn what_comes_when_the_journal_was_given_up_is_refused_at_once() {
    let mut node = Greeted::new();
    node.pipeline.stop();
    assert!(node.pipeline.take_journal().is_some());
    node.greet(1, "one");
    assert_eq!(node.answers(), [1]);
    assert!(matches!(node.answered[0].1, Answer::Rejected(Rejection::ShuttingDown)));
}
