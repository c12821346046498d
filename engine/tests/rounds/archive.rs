//! Archives of known ids, in memory.

use std::sync::Arc;

use longmen_engine::ledger::{ArchivedIds, ID_PAGE, IdPages, PackedIds, SealedIds};

struct Pages(Vec<[u8; ID_PAGE]>);

impl IdPages for Pages {
    fn page(&self, number: u64) -> &[u8] {
        &self.0[usize::try_from(number).unwrap()]
    }

    fn set_aside(&self) -> String {
        "nothing lies in a file".into()
    }
}

/// The archive of ids that leave memory.
pub(crate) fn archive(sealed: &SealedIds) -> ArchivedIds {
    let packed = PackedIds::new(sealed, Vec::new());
    let pages = Pages(packed.pages().collect());
    packed.into_archive(sealed, Arc::new(pages)).0
}
