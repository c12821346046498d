//! Memory for known ids, made ready on a thread of its own before it is needed.

use std::io;
use std::sync::Arc;
use std::thread;

use actix::{Addr, Message};
use crossbeam::channel::{Sender, unbounded};
use tracing::debug;

use super::CoordinatorActor;
use crate::ledger::{IdMemory, IdTable, IndexRoom};
use crate::planted_panics;

/// A table that is not needed any more, and serves as the next.
#[derive(Default)]
pub(crate) struct TableShelf(Option<IdTable>);

impl TableShelf {
    /// The memory that is wanted.
    pub(crate) fn make(&mut self, wanted: IdMemory) -> (IdTable, Vec<IndexRoom>) {
        // One that was closed early is smaller.
        let used = self.0.take().filter(|table| table.capacity() == wanted.table);
        let table = used.map_or_else(|| IdTable::ready(wanted.table), IdTable::emptied);
        (table, (0..wanted.pieces).map(|_| IndexRoom::ready(wanted.piece)).collect())
    }

    /// Takes a table back. One that others still hold is not used again.
    pub(crate) fn take_back(&mut self, table: Arc<IdTable>) {
        self.0 = Arc::into_inner(table);
    }
}

/// The thread that makes tables. It ends when its handle is dropped.
pub(crate) struct IdTableMaker(Sender<Task>);

enum Task {
    Make { wanted: IdMemory, coordinator: Addr<CoordinatorActor> },
    TakeBack(Arc<IdTable>),
}

/// Memory that was asked for.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct ReadyIdMemory {
    pub(crate) table: IdTable,
    pub(crate) room: Vec<IndexRoom>,
}

impl IdTableMaker {
    /// Starts the thread, at the lowest priority: nobody waits for what it makes.
    pub(crate) fn start() -> io::Result<IdTableMaker> {
        let (tasks, asked) = unbounded::<Task>();
        let make = move || {
            if let Err(error) = super::set_priority(19) {
                debug!("tables of ids are made at normal priority: {error}");
            }
            let mut shelf = TableShelf::default();
            for task in asked {
                planted_panics::visit("id-tables");
                match task {
                    Task::Make { wanted, coordinator } => {
                        let (table, room) = shelf.make(wanted);
                        coordinator.do_send(ReadyIdMemory { table, room });
                    }
                    Task::TakeBack(table) => shelf.take_back(table),
                }
            }
        };
        thread::Builder::new().name("id-tables".into()).spawn(make)?;
        Ok(IdTableMaker(tasks))
    }

    /// Has memory made ready, which the coordinator gets as [`ReadyIdMemory`].
    ///
    /// # Panics
    /// If the thread has ended, which it does only after a panic.
    pub(crate) fn make(&self, wanted: IdMemory, coordinator: Addr<CoordinatorActor>) {
        self.send(Task::Make { wanted, coordinator });
    }

    /// Takes a table that is not needed any more: its memory serves the next, or is given back to the system, which takes a
    /// while.
    ///
    /// # Panics
    /// As [`IdTableMaker::make`].
    pub(crate) fn take_back(&self, table: Arc<IdTable>) {
        self.send(Task::TakeBack(table));
    }

    fn send(&self, task: Task) {
        assert!(self.0.send(task).is_ok(), "the thread that makes tables lives as long as its handle");
    }
}
