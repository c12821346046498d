//! Archives of known ids, in memory.

use std::sync::Arc;

use longmen_engine::ledger::{ArchivedIds, ID_PAGE, IdPages, SealedIds};

struct Pages {
    pages: Vec<[u8; ID_PAGE]>,
    hashes: Vec<u8>,
}

impl IdPages for Pages {
    fn page(&self, number: u64) -> &[u8] {
        &self.pages[usize::try_from(number).unwrap()]
    }

    fn hashes(&self) -> &[u8] {
        &self.hashes
    }

    fn set_aside(&self) -> String {
        "nothing lies in a file".into()
    }
}

/// The archive of ids that leave memory.
pub(crate) fn archive(sealed: &SealedIds) -> ArchivedIds {
    let hashes = sealed.hashes().flat_map(u64::to_le_bytes).collect();
    ArchivedIds::new(sealed, Arc::new(Pages { pages: sealed.pages().collect(), hashes }))
}
