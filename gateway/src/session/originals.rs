//! Posts that name originals: what the log has of those is read before the post goes in.

use longmen_client::{Header, id_of_cancel};
use longmen_engine::ledger::notes::TextIds;
use longmen_engine::ledger::{Deed, Draft, Naming, RecordPlace, Rejection, TransactionId, TransactionKey};

use super::conversation::Conversation;
use super::lookup::Wanted;
use super::pending::{Purpose, Waiting};
use super::price::price_of_original;
use crate::decode::Post;
use crate::in_flight::InFlight;

impl Conversation<'_> {
    /// Reads the originals that a post names where the engine knows them, else where the client says they are.
    pub(super) fn read_originals(
        &mut self,
        header: Header,
        cost: InFlight,
        mut post: Box<Post>,
        known: &[Option<RecordPlace>],
    ) {
        for (place, known) in post.places.iter_mut().zip(known) {
            *place = known.or(*place);
        }
        self.start(
            Waiting { header, cost, purpose: Purpose::Reading { cancels: false } },
            Wanted::Originals(post),
        );
    }

    /// Cancels a try that stands by a transaction of its own, whose id follows from the try's.
    pub(super) fn cancel_try(
        &mut self,
        header: Header,
        mut cost: InFlight,
        (id, time): (TransactionId, u32),
        text_id: &str,
        places: &[Option<RecordPlace>],
    ) {
        let extra = price_of_original();
        if !self.permits.try_take(extra) {
            return self.refuse(header, cost, Rejection::Busy, None);
        }
        cost.bytes += extra.bytes;
        let naming = Naming { key: TransactionKey { client: self.client(), id }, found: None };
        let draft = Draft { id: TransactionId(id_of_cancel(id.0)), time, ..Draft::default() };
        let mut post = Box::new(Post { places: places.to_vec(), ..Post::default() });
        post.batch.push_deed(draft, Deed::CancelTry(naming), &[], &[]);
        post.batch.keep_texts(TextIds { own: "", named: text_id });
        self.start(
            Waiting { header, cost, purpose: Purpose::Reading { cancels: true } },
            Wanted::Originals(post),
        );
    }
}
