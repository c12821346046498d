//! Archives of known ids, in memory.

use std::sync::Arc;

use longmen_engine::ledger::{ArchivedIds, ID_PAGE, IdPages, PackedIds, SealedIds};

struct Pages(Vec<[u8; ID_PAGE]>);

impl IdPages for Pages {
    fn page(&self, number: u64) -> &[u8] {
        &self.0[usize::try_from(number).unwrap()]
    }
}

/// The archive of ids that leave memory.
pub(crate) fn archive(sealed: &SealedIds) -> ArchivedIds {
    let packed = PackedIds::new(Arc::clone(&sealed.table), sealed.seed, Vec::new());
    ArchivedIds {
        number: sealed.number,
        newest_us: sealed.newest_us,
        ids: sealed.table.len() as u64,
        after: sealed.after,
        covers: sealed.covers,
        last_frame: sealed.last_frame,
        seed: sealed.seed,
        homes: packed.homes,
        pages: Arc::new(Pages(packed.pages().collect())),
        bloom: packed.bloom,
        filter: packed.filter,
    }
}
