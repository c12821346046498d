//! Posts that name originals: what the log has of those is read before the post goes in.

use longmen_client::id_of_cancel;
use longmen_engine::ledger::notes::TextIds;
use longmen_engine::ledger::{
    Action, CancelTry, ClientId, Draft, Naming, RecordPlace, TransactionId, TransactionKey,
};
use longmen_engine::{History, HistoryError};

use super::cancel::Cancel;
use super::post::Post;

/// The keys of the originals that a post names.
pub(super) fn named_by(post: &mut Post) -> Vec<TransactionKey> {
    post.batch.namings().map(|naming| naming.key).collect()
}

/// An original lies where the engine knows it, else where the client says.
pub(super) fn locate(post: &mut Post, known: &[Option<RecordPlace>]) {
    for (place, known) in post.places.iter_mut().zip(known) {
        *place = known.or(*place);
    }
}

/// The cancel of a try that stands by a transaction of its own, whose id follows from the try's.
pub(super) fn cancel_of_try(
    client: ClientId,
    cancel: &Cancel,
    places: Vec<Option<RecordPlace>>,
) -> Box<Post> {
    let naming = Naming { key: TransactionKey { client, id: cancel.id }, found: None };
    let id = TransactionId(id_of_cancel(cancel.id.0));
    let draft = Draft { id, time: cancel.time, ..Draft::default() };
    let mut post = Box::new(Post { places, ..Post::default() });
    post.batch.push_action(draft, Action::CancelTry(CancelTry { original: naming }), &[], &[]);
    post.batch.keep_texts(TextIds { own: "", named: &cancel.text_id });
    post
}

/// Reads the originals, each at the post's place for it. What is not there stays unattached: the engine says so in its
/// place.
pub(super) fn attach(history: &History, mut post: Box<Post>) -> Result<Box<Post>, HistoryError> {
    let Post { batch, places, .. } = &mut *post;
    let mut wanted = Vec::new();
    let mut known = Vec::new();
    for (naming, place) in batch.namings().zip(places) {
        if let Some(place) = place {
            wanted.push((naming.key, *place));
            known.push(naming);
        }
    }
    for (naming, found) in known.into_iter().zip(history.originals(&wanted)?) {
        naming.found = found;
    }
    Ok(post)
}
