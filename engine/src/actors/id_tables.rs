//! Tables of known ids, made on a thread of their own before they are needed.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use actix::{Addr, Message};
use tracing::debug;

use super::CoordinatorActor;
use crate::ledger::IdTable;

/// The thread that makes tables. It ends when its handle is dropped.
pub(crate) struct IdTableMaker(Sender<Wanted>);

struct Wanted {
    capacity: usize,
    coordinator: Addr<CoordinatorActor>,
}

/// A table that was asked for.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct ReadyTable(pub(crate) IdTable);

impl IdTableMaker {
    /// Starts the thread, at the lowest priority: nobody waits for what it makes.
    pub(crate) fn start() -> io::Result<IdTableMaker> {
        let (wanted, asked) = channel::<Wanted>();
        let make = move || {
            let thread = rustix::thread::gettid();
            if let Err(error) = rustix::process::setpriority_process(Some(thread), 19) {
                debug!("tables of ids are made at normal priority: {error}");
            }
            for Wanted { capacity, coordinator } in asked {
                coordinator.do_send(ReadyTable(IdTable::ready(capacity)));
            }
        };
        thread::Builder::new().name("id-tables".into()).spawn(make)?;
        Ok(IdTableMaker(wanted))
    }

    /// Has a table made, which the coordinator gets as a [`ReadyTable`].
    ///
    /// # Panics
    /// If the thread has ended, which it does only after a panic.
    pub(crate) fn make(&self, capacity: usize, coordinator: Addr<CoordinatorActor>) {
        let asked = self.0.send(Wanted { capacity, coordinator });
        assert!(asked.is_ok(), "the thread that makes tables lives as long as its handle");
    }
}
