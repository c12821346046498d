//! A generation of known ids: as many as one table holds, and as leave for one archive.

use std::sync::Arc;

use super::id_pages::ArchivedIds;
use super::id_table::IdTable;

/// A generation that may leave memory: full, and durable.
#[derive(Debug)]
pub struct SealedIds {
    /// Its number.
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
pub(super) struct Generation {
    /// Its first group in the index.
    pub(super) group: u64,
    /// The logged time of its newest id, in microseconds since 1970.
    pub(super) newest_us: i64,
    /// Ids that are under way.
    pub(super) pending: usize,
    /// The newest frame in which one of its ids was decided.
    pub(super) last_frame: u64,
    /// When it was left for the next: every id decided in frames up to this one is in it or was before it.
    pub(super) covers: u64,
    /// Whether an archive has it.
    pub(super) is_archived: bool,
    pub(super) table: Table,
}

/// Whose the ids of a generation are.
#[derive(Clone, Debug)]
pub(super) enum Table {
    Own(IdTable),
    /// Full and decided: being archived, or archived.
    Shared(Arc<IdTable>),
}

impl Generation {
    pub(super) fn new(group: u64, table: IdTable) -> Generation {
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
    pub(super) fn get(&self) -> &IdTable {
        match self {
            Table::Own(table) => table,
            Table::Shared(table) => table,
        }
    }

    #[inline]
    pub(super) fn own(&mut self) -> &mut IdTable {
        match self {
            Table::Own(table) => table,
            Table::Shared(_) => panic!("what is being archived is decided and full"),
        }
    }

    pub(super) fn share(&mut self) -> Arc<IdTable> {
        let shared = match std::mem::replace(self, Table::Own(IdTable::lazy(0))) {
            Table::Own(table) => Arc::new(table),
            Table::Shared(table) => table,
        };
        *self = Table::Shared(Arc::clone(&shared));
        shared
    }
}
