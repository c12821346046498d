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

/// The access file is another one than held, and nobody can say whether its change takes two.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{path} has digest {found}, and by the log the file of digest {held} held; of that one there is no copy in the data directory \
     (access-held.toml), so nobody can say whether its change takes a second principal. Put that file back, or read this one and \
     start once with --accept-access {found}"
)]
pub struct ChangedAccess {
    path: String,
    held: String,
    found: String,
}

impl Reloading {
    /// Of files that said this when they were read at the start; with what sessions look at.
    pub(crate) fn new(files: AccessFiles, access: Access, held: HeldFile) -> (Reloading, Latest) {
        let (latest, told) = watch::channel(Arc::new(access));
        (Reloading { texts: files.texts(), files, latest, held, waiting: None }, told)
    }

    /// Before anybody is let in: has the log note by which access file it is said who may do what. Where that is another one than
    /// held before this start, and its change takes two, the one before goes on to hold. What there is to say of it, if anything.
    ///
    /// # Errors
    /// [`ChangedAccess`], where the file is another one, and nobody can say whether its change takes two.
    pub(crate) async fn begin(
        &mut self,
        node: &Intake,
        accepted: Option<&str>,
    ) -> Result<Option<String>, ChangedAccess> {
        let access = Arc::clone(&self.latest.borrow());
        let Logged { approved, held } = logged(node).await;
        let found = access.digest().unwrap_or_default();
        if held.is_empty() || found == held || found == approved {
            self.keep(&access);
            // One that was approved and is not in place yet stays approved.
            if held.is_empty() || found == approved {
                note(node, &access).await;
            }
            let waits = format!(
                "the access file of digest {approved} is approved: put it in place, and it holds; until then the one before does"
            );
            return Ok((found != approved && !held.is_empty()).then_some(waits));
        }
        if access.file().is_none() {
            return Ok(Some(format!(
                "WARNING: no access file is given, and the one of digest {held} held before: now every token has the roles \
                 that it names itself"
            )));
        }
        let before = self.held.read().map(|file| access.with_file(file));
        let before = before.filter(|before| before.digest().as_ref() == Some(&held));
        match before {
            Some(before) if before.is_changed_by_two() => {
                self.latest.send_replace(Arc::new(before));
                let words = self.wait(Box::new(Access::clone(&access)));
                Ok(Some(format!("{words}. Until then that holds which held before this start")))
            }
            Some(_) => {
                self.take_at_start(node, &access).await;
                Ok(Some("the access file was changed while no node ran; what it says now holds".to_owned()))
            }
            None if accepted == Some(&*found) => {
                self.take_at_start(node, &access).await;
                Ok(Some(format!(
                    "WARNING: the access file of digest {found} holds, by --accept-access alone"
                )))
            }
            None => Err(ChangedAccess { path: self.files.access_in_words(), held, found }),
        }
    }

    async fn take_at_start(&self, node: &Intake, access: &Access) {
        self.keep(access);
        note(node, access).await;
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
        if !is_changed
            || !held.is_changed_by_two()
            || digest.as_deref() == Some(&*logged(node).await.approved)
        {
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
        let waiting = self.waiting.as_ref()?.digest()?;
        if waiting != logged(node).await.approved {
            return None;
        }
        self.waiting.take()
    }

    async fn take(&mut self, node: &Intake, access: Access) -> String {
        self.keep(&access);
        note(node, &access).await;
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

    /// Keeps a copy of the file that holds, for the next start.
    fn keep(&self, access: &Access) {
        let Some(file) = access.file() else { return };
        if let Err(error) = self.held.write(file) {
            tracing::warn!("there is no copy of the access file for the next start: {error}");
        }
    }
}

/// What the log says of access files, by their digests; empty where there was none.
struct Logged {
    /// The one that was approved last, or noted.
    approved: String,
    /// The one that holds.
    held: String,
}

async fn logged(node: &Intake) -> Logged {
    let (session, mut replies) = node.open_session();
    session.submit(ClientId::default(), vec![(0, Command::Status)]);
    let replies = replies.recv().await.map(|replies| replies.replies).unwrap_or_default();
    let status = replies.into_iter().find_map(|reply| match reply.answer {
        Answer::Status(status) => Some(status),
        _ => None,
    });
    status.map_or(Logged { approved: String::new(), held: String::new() }, |status| {
        let approved = String::from(status.access);
        // A log of an earlier version has one digest of each file.
        let held = if status.access_held.is_empty() { approved.clone() } else { status.access_held.into() };
        Logged { approved, held }
    })
}

/// Has the log note by which file it is said who may do what.
async fn note(node: &Intake, access: &Access) {
    let Some(digest) = access.digest() else { return };
    let (session, mut replies) = node.open_session();
    session.submit(ClientId::default(), vec![(0, Command::NoteAccess { digest: digest.into() })]);
    // A full disk takes no note; the next change, or the next start, does.
    let refused = |answer: &Answer| matches!(answer, Answer::Rejected(_));
    let replies = replies.recv().await;
    if replies.is_none_or(|replies| replies.replies.iter().any(|reply| refused(&reply.answer))) {
        tracing::warn!("the log has no note of the access file: there is no room for it");
    }
}

/// An error and what it comes from.
fn in_words(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"))
}
