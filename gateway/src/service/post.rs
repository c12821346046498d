//! Posts as they are taken in.

use std::collections::HashSet;

use longmen_engine::ledger::{Action, Batch, ClientId, Draft, RecordPlace, Rejection};

use super::fault::Fault;

/// A post.
#[derive(Debug, Default)]
pub(crate) struct Post {
    /// The transactions; a malformed one stands in its place, with its id where that could be read.
    pub(crate) batch: Batch,
    /// What is malformed in which transaction.
    pub(crate) faults: Vec<(u32, Fault)>,
    /// Where the client says that originals lie, one for each action of the batch that names one, in their order.
    pub(crate) places: Vec<Option<RecordPlace>>,
}

impl Post {
    /// Puts a malformed transaction in its place.
    pub(crate) fn push_malformed(&mut self, draft: Draft, fault: Fault) {
        let index = u32::try_from(self.batch.transactions.len()).expect("a batch is capped at 8,192");
        self.batch.push_with_shape(draft, &[], &[], Some(Rejection::Malformed));
        self.faults.push((index, fault));
    }

    /// Originals are looked up before the request goes in, so that none of them can be in it. A result that says
    /// `unknown_original` for ever would be worse than none.
    pub(crate) fn refuse_own_originals(&mut self, own: ClientId) {
        let mut ids = HashSet::new();
        for index in 0..self.batch.transactions.len() {
            let transaction = &self.batch.transactions[index];
            ids.insert(transaction.id);
            let naming = self.batch.action(transaction).and_then(Action::naming);
            if naming.is_some_and(|naming| naming.key.client == own && ids.contains(&naming.key.id)) {
                self.batch.transactions[index].shape = Some(Rejection::Malformed);
                let index = u32::try_from(index).expect("a batch is capped at 8,192");
                self.faults.push((index, Fault::new("names a transaction of the same request")));
            }
        }
        self.faults.sort_by_key(|(index, _)| *index);
    }
}
