//! The files of who may do what, while a node runs: sessions are told of what they say when they have changed, and the log has a note
//! of by which access file it is.

use std::sync::Arc;

use longmen_access::Access;
use longmen_engine::Intake;
use longmen_engine::ledger::{Answer, ClientId, Command};
use tokio::sync::watch;

use crate::access_files::{AccessFiles, Identity, warning};
use crate::held_file::HeldFile;

/// What sessions look at.
pub(crate) type Latest = watch::Receiver<Arc<Access>>;

/// Tells sessions of what the files say.
pub(crate) struct Reloading {
    files: AccessFiles,
    texts: Vec<Option<String>>,
    latest: watch::Sender<Arc<Access>>,
    /// The access file that holds, as it is kept for the next start.
    held: HeldFile,
    /// A file that takes a second principal's approval before it holds.
    waiting: Option<Box<Access>>,
}

impl Reloading {
    /// Of files that said this when they were read at the start; with what sessions look at.
    pub(crate) fn new(files: AccessFiles, access: Access, held: HeldFile) -> (Reloading, Latest) {
        let (latest, told) = watch::channel(Arc::new(access));
        (Reloading { texts: files.texts(), files, latest, held, waiting: None }, told)
    }

    /// Before anybody is let in: has the log note by which access file it is said who may do what. Where that is another one than
    /// held before this start, and its change takes two, the one before goes on to hold. What there is to say of it, if anything.
    pub(crate) async fn begin(&mut self, node: &Intake) -> Option<String> {
        let access = Arc::clone(&self.latest.borrow());
        let before = logged(node).await;
        let Some(before) = before.filter(|before| access.digest().as_ref() != Some(before)) else {
            self.note(node, &access).await;
            return None;
        };
        if access.file().is_none() {
            return Some(format!(
                "WARNING: no access file is given, and the one of digest {before} held before: now every token has the roles \
                 that it names itself"
            ));
        }
        let digest = access.digest().unwrap_or_default();
        let held = self.held.read().map(|file| access.with_file(file));
        let by_two = held.filter(|held| held.digest() != access.digest() && held.is_changed_by_two());
        if let Some(held) = by_two {
            if held.digest().as_ref() != Some(&before) {
                self.note(node, &held).await;
            }
            self.latest.send_replace(Arc::new(held));
            let words = self.wait(Box::new(Access::clone(&access)));
            return Some(format!("{words}. Until then that holds which held before this start"));
        }
        self.note(node, &access).await;
        Some(format!(
            "WARNING: by the log the access file of digest {before} held or was approved last; the one that is there now has \
             digest {digest}, and holds"
        ))
    }

    /// Looks at the files; what happened, in words for people, if anything did. A broken access file changes nothing, and a broken
    /// file of tokens changes no token.
    pub(crate) async fn look(&mut self, node: &Intake) -> Option<String> {
        let texts = self.files.texts();
        if texts == self.texts {
            let approved = self.take_approved(node).await?;
            return Some(self.take(node, *approved).await);
        }
        self.texts = texts;
        self.waiting = None;
        match self.files.read() {
            Ok(Identity::Principals(access)) => Some(self.take_or_wait(node, access).await),
            Ok(_) => Some(self.not_changed("the file of tokens is no file of hashes any more")),
            Err(error) => Some(self.not_changed(&in_words(&error))),
        }
    }

    /// Takes what the files say, unless by the file that holds now its change takes a second principal.
    async fn take_or_wait(&mut self, node: &Intake, access: Box<Access>) -> String {
        let digest = access.digest();
        let held = Arc::clone(&self.latest.borrow());
        let is_changed = digest != held.digest();
        if !is_changed || !held.is_changed_by_two() || digest == logged(node).await {
            return self.take(node, *access).await;
        }
        self.wait(access)
    }

    fn wait(&mut self, access: Box<Access>) -> String {
        let digest = access.digest();
        self.waiting = Some(access);
        let why = match digest {
            None => "a node that has an access file goes on by it until it is started without one".to_owned(),
            Some(digest) => format!(
                "the access file of digest {digest} takes a second principal: longmen change-access {} --propose ID, and another \
                 approves it",
                self.files.access_in_words()
            ),
        };
        self.not_changed(&why)
    }

    /// The file that waited, where it is approved by now.
    async fn take_approved(&mut self, node: &Intake) -> Option<Box<Access>> {
        let waiting = self.waiting.as_ref()?.digest();
        if waiting != logged(node).await {
            return None;
        }
        self.waiting.take()
    }

    async fn take(&mut self, node: &Intake, access: Access) -> String {
        self.note(node, &access).await;
        let odd = warning(&access);
        self.latest.send_replace(Arc::new(access));
        let words = "principals, roles and tokens were read again, and hold from now on";
        odd.map_or_else(|| words.to_owned(), |odd| format!("{words}; {odd}"))
    }

    /// Goes on by the access file that was read before, with the tokens that there are by now.
    fn not_changed(&self, why: &str) -> String {
        let Some(tokens) = self.files.tokens() else {
            return format!("ACCESS NOT CHANGED, and no token either: {why}");
        };
        let now = self.latest.borrow().with_tokens(tokens);
        self.latest.send_replace(Arc::new(now));
        format!("ACCESS NOT CHANGED, but for the tokens, which were read again: {why}")
    }

    /// Has the log note by which file it is said who may do what, and keeps a copy of it for the next start.
    async fn note(&self, node: &Intake, access: &Access) {
        let (Some(file), Some(digest)) = (access.file(), access.digest()) else { return };
        if let Err(error) = self.held.write(file) {
            tracing::warn!("there is no copy of the access file for the next start: {error}");
        }
        let (session, mut replies) = node.open_session();
        session.submit(ClientId::default(), vec![(0, Command::NoteAccess { digest: digest.into() })]);
        // A full disk takes no note; the next change, or the next start, does.
        let refused = |answer: &Answer| matches!(answer, Answer::Rejected(_));
        let replies = replies.recv().await;
        if replies.is_none_or(|replies| replies.replies.iter().any(|reply| refused(&reply.answer))) {
            tracing::warn!("the log has no note of the access file: there is no room for it");
        }
    }
}

/// The digest of the file that holds by the log: that of the one that was approved last, where that takes two.
async fn logged(node: &Intake) -> Option<String> {
    let (session, mut replies) = node.open_session();
    session.submit(ClientId::default(), vec![(0, Command::Status)]);
    let replies = replies.recv().await?;
    replies.replies.into_iter().find_map(|reply| match reply.answer {
        Answer::Status(status) => Some(String::from(status.access)).filter(|digest| !digest.is_empty()),
        _ => None,
    })
}

/// An error and what it comes from.
fn in_words(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"))
}
