//! How the node is.

use std::time::{SystemTime, UNIX_EPOCH};

use longmen_access_log::Subject;
use longmen_engine::ledger::{Answer, Command, Operation, Status};
use longmen_engine::{Damaged, ScrubReport};

use super::context::{Ask, Context};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{LARGE, one};
use crate::service::unanswered::Unanswered;

/// How the node is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StatusAsked;

/// How the node is: the engine, its files, and the gateway.
#[derive(Clone, Debug, Default)]
pub(crate) struct NodeStatus {
    pub(crate) engine: Box<Status>,
    /// The machine's clock, microseconds since 1970.
    pub(crate) machine_us: i64,
    pub(crate) connections: u32,
    /// What is under way but for this question.
    pub(crate) in_flight: InFlight,
    /// What is known of the node's files.
    pub(crate) damaged: Damaged,
    pub(crate) scrub: ScrubReport,
}

impl Ask for StatusAsked {
    const OPERATION: Operation = Operation::Status;

    type Answer = NodeStatus;

    fn price(&self) -> InFlight {
        one(LARGE)
    }

    fn subject(&self) -> Subject {
        Subject::default()
    }

    fn told(_: &NodeStatus, _: &mut Subject) -> usize {
        1
    }

    async fn ask(self, context: &Context) -> Result<NodeStatus, Unanswered> {
        let read = |answer| match answer {
            Answer::Status(status) => Some(status),
            _ => None,
        };
        let engine = context.ask(Command::Status, read).await?;
        let (damaged, scrub) = context.disk();
        let (in_flight, connections) = context.load();
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let machine_us = i64::try_from(machine.as_micros()).unwrap_or(i64::MAX);
        Ok(NodeStatus { engine, machine_us, connections, in_flight, damaged, scrub })
    }
}
