//! The files that say who is let in and what each may do: read at the start, and again when they have changed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use longmen_access::{Access, AccessError, AccessFile, AccessFileError, TokenFile, TokenFileError};
use longmen_engine::Intake;
use longmen_engine::ledger::{Answer, ClientId, Command};
use longmen_gateway::{Tokens, TokensError};
use tokio::sync::watch;

/// How often the files are looked at: a token that is revoked is taken no longer than that.
pub(crate) const LOOK: Duration = Duration::from_secs(2);

/// The files of a node.
#[derive(Clone, Debug)]
pub(crate) struct AccessFiles {
    tokens: Option<PathBuf>,
    access: Option<PathBuf>,
}

/// How clients prove who they are.
pub(crate) enum Identity {
    /// Every name is taken at its word.
    Unproven,
    /// By names and tokens in a file of the old form: whoever has one may do everything.
    Names(Tokens),
    /// By principals, roles and hashes of tokens.
    Principals(Box<Access>),
}

/// What is wrong with the files.
#[derive(Debug, thiserror::Error)]
pub enum AccessFilesError {
    /// A file cannot be read.
    #[error("{path}")]
    Unreadable { path: PathBuf, source: io::Error },
    /// A file of names and tokens is not one.
    #[error("{path}")]
    Names { path: PathBuf, source: TokensError },
    /// A file of tokens is not one.
    #[error("{path}")]
    Tokens { path: PathBuf, source: TokenFileError },
    /// The access file is not one.
    #[error("{path}")]
    Access { path: PathBuf, source: AccessFileError },
    /// The files contradict each other.
    #[error("{path}")]
    Contradict { path: PathBuf, source: AccessError },
    /// There is no token.
    #[error("{path} has no token: nobody could come in")]
    NoToken { path: PathBuf },
    /// There are roles, and nobody who could have one.
    #[error("--access {path} needs --tokens with a file that `longmen token create` made")]
    NoTokens { path: PathBuf },
}

impl AccessFiles {
    pub(crate) fn new(tokens: Option<&Path>, access: Option<&Path>) -> AccessFiles {
        AccessFiles { tokens: tokens.map(Path::to_path_buf), access: access.map(Path::to_path_buf) }
    }

    /// Reads them.
    pub(crate) fn read(&self) -> Result<Identity, AccessFilesError> {
        let Some(path) = self.tokens.clone() else {
            return match self.access.clone() {
                Some(path) => Err(AccessFilesError::NoTokens { path }),
                None => Ok(Identity::Unproven),
            };
        };
        let text = read(&path)?;
        if !is_of_hashes(&text) {
            return match (&self.access, Tokens::parse(&text)) {
                (Some(access), _) => Err(AccessFilesError::NoTokens { path: access.clone() }),
                (None, Ok(tokens)) => Ok(Identity::Names(tokens)),
                (None, Err(source)) => Err(AccessFilesError::Names { path, source }),
            };
        }
        let tokens = TokenFile::parse(&text);
        let tokens = tokens.map_err(|source| AccessFilesError::Tokens { path: path.clone(), source })?;
        if tokens.tokens().next().is_none() {
            return Err(AccessFilesError::NoToken { path });
        }
        let access = self.access.clone().map(read_access).transpose()?;
        Ok(Identity::Principals(Box::new(Access::of(access, tokens))))
    }

    /// Reads them at the start. Where nobody could come in, the node does not start; a single token that lets nobody in is told
    /// of, since whoever left must not take the next start along.
    pub(crate) fn read_at_start(&self) -> Result<Identity, AccessFilesError> {
        let identity = self.read()?;
        if let (Identity::Principals(access), Some(path)) = (&identity, &self.tokens)
            && !access.lets_anybody_in()
            && let Some(source) = access.contradictions().next()
        {
            return Err(AccessFilesError::Contradict { path: path.clone(), source });
        }
        Ok(identity)
    }

    /// The tokens, where their file can be read.
    fn tokens(&self) -> Option<TokenFile> {
        TokenFile::parse(&read(self.tokens.as_ref()?).ok()?).ok()
    }

    /// What is in them now, to see whether they have changed; nothing of what cannot be read.
    pub(crate) fn texts(&self) -> Vec<Option<String>> {
        [&self.tokens, &self.access].into_iter().flatten().map(|path| read(path).ok()).collect()
    }
}

/// What sessions look at.
pub(crate) type Latest = watch::Receiver<Arc<Access>>;

/// Tells sessions of what the files say, when they have changed, and has the log note by which file it is.
pub(crate) struct Reloading {
    files: AccessFiles,
    texts: Vec<Option<String>>,
    latest: watch::Sender<Arc<Access>>,
    /// A file that takes a second principal's approval before it holds.
    waiting: Option<Box<Access>>,
}

impl Reloading {
    /// Of files that said this when they were read at the start; with what sessions look at.
    pub(crate) fn new(files: AccessFiles, access: Access) -> (Reloading, Latest) {
        let (latest, told) = watch::channel(Arc::new(access));
        (Reloading { texts: files.texts(), files, latest, waiting: None }, told)
    }

    /// Has the log note by which file it is said who may do what.
    pub(crate) async fn note(&self, node: &Intake) {
        let access = Arc::clone(&self.latest.borrow());
        note(node, &access).await;
    }

    /// Looks at the files; what happened, in words for people, if anything did. A file that is broken changes nothing, but what
    /// is revoked is revoked.
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
        if !is_changed || !held.is_changed_by_two() || digest == approved(node).await {
            return self.take(node, *access).await;
        }
        self.waiting = Some(access);
        let file = self.files.access.as_ref().map_or(String::new(), |path| path.display().to_string());
        self.not_changed(&format!(
            "the access file of digest {} takes a second principal: longmen change-access {file} --propose ID, and another \
             approves it",
            digest.unwrap_or_default()
        ))
    }

    /// The file that waited, where it is approved by now.
    async fn take_approved(&mut self, node: &Intake) -> Option<Box<Access>> {
        let waiting = self.waiting.as_ref()?.digest();
        if waiting != approved(node).await {
            return None;
        }
        self.waiting.take()
    }

    async fn take(&mut self, node: &Intake, access: Access) -> String {
        note(node, &access).await;
        let odd = warning(&access);
        self.latest.send_replace(Arc::new(access));
        let words = "principals, roles and tokens were read again, and hold from now on";
        odd.map_or_else(|| words.to_owned(), |odd| format!("{words}; {odd}"))
    }

    /// Goes on by what was read before, without what is revoked by now.
    fn not_changed(&self, why: &str) -> String {
        if let Some(tokens) = self.files.tokens() {
            let left = self.latest.borrow().revoked_by(&tokens);
            self.latest.send_replace(Arc::new(left));
        }
        format!("ACCESS NOT CHANGED, but for tokens that are revoked or gone: {why}")
    }
}

/// What is odd about tokens that let nobody in.
pub(crate) fn warning(access: &Access) -> Option<String> {
    let odd: Vec<String> = access.contradictions().map(|one| one.to_string()).collect();
    let remedy = "of no use until then: `longmen token revoke ID` ends a token";
    (!odd.is_empty()).then(|| format!("WARNING: {} ({remedy})", odd.join("; ")))
}

/// The digest of the file that holds by the log: that of the one that was approved last, where that takes two.
async fn approved(node: &Intake) -> Option<String> {
    let (session, mut replies) = node.open_session();
    session.submit(ClientId::default(), vec![(0, Command::Status)]);
    let replies = replies.recv().await?;
    replies.replies.into_iter().find_map(|reply| match reply.answer {
        Answer::Status(status) => Some(String::from(status.access)).filter(|digest| !digest.is_empty()),
        _ => None,
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

fn read_access(path: PathBuf) -> Result<AccessFile, AccessFilesError> {
    AccessFile::parse(&read(&path)?).map_err(|source| AccessFilesError::Access { path, source })
}

fn read(path: &Path) -> Result<String, AccessFilesError> {
    let unreadable = |source| AccessFilesError::Unreadable { path: path.to_path_buf(), source };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    // Some editors put a mark of byte order before it.
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Whether a file of tokens is of the form that `longmen token` writes.
fn is_of_hashes(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_none_or(|line| line.starts_with("[[") || line.starts_with("tokens"))
}

/// An error and what it comes from.
fn in_words(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"))
}
