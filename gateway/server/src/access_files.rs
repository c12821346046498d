//! The files that say who is let in and what each may do.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use longmen_access::{Access, AccessError, AccessFile, AccessFileError, TokenFile, TokenFileError};
use longmen_gateway::{Tokens, TokensError};

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

    /// Where the access file is, in words.
    pub(crate) fn access_in_words(&self) -> String {
        self.access.as_ref().map_or_else(|| "the access file".to_owned(), |path| path.display().to_string())
    }

    /// The tokens, where their file can be read, and has any.
    pub(crate) fn tokens(&self) -> Option<TokenFile> {
        let tokens = TokenFile::parse(&read(self.tokens.as_ref()?).ok()?).ok()?;
        let has_any = tokens.tokens().next().is_some();
        has_any.then_some(tokens)
    }

    /// What is in them now, to see whether they have changed; nothing of what cannot be read.
    pub(crate) fn texts(&self) -> Vec<Option<String>> {
        [&self.tokens, &self.access].into_iter().flatten().map(|path| read(path).ok()).collect()
    }
}

/// What is odd about tokens that let nobody in.
pub(crate) fn warning(access: &Access) -> Option<String> {
    let odd: Vec<String> = access.contradictions().map(|one| one.to_string()).collect();
    let remedy = "`longmen token revoke ID` ends a token that is of no use";
    (!odd.is_empty()).then(|| format!("WARNING: {} ({remedy})", odd.join("; ")))
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
