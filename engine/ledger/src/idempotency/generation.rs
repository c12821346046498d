//! A generation of known ids: as many as one table holds, and as leave for one archive.

use std::sync::Arc;

use crate::idempotency::pages::ArchivedIds;
use crate::idempotency::table::IdTable;

/// A generation that may leave memory: full, and durable.
#[derive(Debug)]
pub struct SealedIds {
    pub number: u32,
    /// Its ids.
    pub table: Arc<IdTable>,
    /// The logged time of its newest id, in microseconds since 1970.
    pub newest_us: i64,
    /// Ids that were decided in frames up to this one may be missing in it and behind.
    pub after: u64,
    /// The newest frame in which one of its ids was decided.
    pub last_frame: u64,
    /// Every id that was decided in frames up to this one is in it or was before it.
    pub covers: u64,
    /// The seed of archives' hashes.
    pub seed: u64,
    /// How many wait behind it.
    pub behind: usize,
    /// Archives whose ids are too old to be asked for.
    pub forgotten: Vec<Arc<ArchivedIds>>,
}

/// Ids that came one after the other, in memory.
#[derive(Clone, Debug)]
pub(crate) struct Generation {
    /// Its first group in the index.
    pub(crate) group: u64,
    /// The logged time of its newest id, in microseconds since 1970.
    pub(crate) newest_us: i64,
    /// Ids that are under way.
    pub(crate) pending: usize,
    /// The newest frame in which one of its ids was decided.
    pub(crate) last_frame: u64,
    /// When it was left for the next: every id decided in frames up to this one is in it or was before it.
    pub(crate) covers: u64,
    /// Whether an archive has it.
    pub(crate) is_archived: bool,
    pub(crate) table: Table,
}

/// Whose the ids of a generation are.
#[derive(Clone, Debug)]
pub(crate) enum Table {
    Own(IdTable),
    /// Full and decided: being archived, or archived.
    Shared(Arc<IdTable>),
}

impl Generation {
    pub(crate) fn new(group: u64, table: IdTable) -> Generation {
        Generation {
            group,
            newest_us: i64::MIN,
            pending: 0,
            last_frame: 0,
            covers: 0,
            is_archived: false,
            table: Table::Own(table),
        }
    }
}

impl Table {
    #[inline]
    pub(crate) fn get(&self) -> &IdTable {
        match self {
            Table::Own(table) => table,
            Table::Shared(table) => table,
        }
    }

    #[inline]
    pub(crate) fn own(&mut self) -> &mut IdTable {
        match self {
            Table::Own(table) => table,
            Table::Shared(_) => panic!("what is being archived is decided and full"),
        }
    }

    pub(crate) fn share(&mut self) -> Arc<IdTable> {
        let shared = match std::mem::replace(self, Table::Own(IdTable::lazy(0))) {
            Table::Own(table) => Arc::new(table),
            Table::Shared(table) => table,
        };
        *self = Table::Shared(Arc::clone(&shared));
        shared
    }
}
