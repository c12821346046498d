//! Principals, roles and a token for a node of the benchmark's own.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use longmen_access::{Secret, TokenFile};
use tempfile::TempDir;

const TOKENS: &str = "tokens.toml";
const ACCESS: &str = "access.toml";
/// One who opens the books and posts under any client's name, as a switch and its operator would.
const ROLES: &str = "[principals.load]\nroles = [\"poster\", \"holds\", \"operator\", \"finance\", \"admin\"]\nclients = [\"*\"]\n";

/// An access file, a file of tokens, and the secret of the one token in it.
pub(super) struct Identity {
    directory: TempDir,
    pub(super) secret: String,
}

impl Identity {
    pub(super) fn new() -> io::Result<Identity> {
        let directory = tempfile::tempdir()?;
        let secret = Secret::from_bytes(rand::random(), rand::random());
        let tokens = TokenFile::default().with(secret.token_of("load")).to_text();
        for (name, text) in [(TOKENS, &*tokens), (ACCESS, ROLES)] {
            let path = directory.path().join(name);
            std::fs::write(&path, text)?;
            std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        }
        Ok(Identity { directory, secret: secret.to_string() })
    }

    /// The file of tokens and the access file.
    pub(super) fn files(&self) -> (PathBuf, PathBuf) {
        (self.directory.path().join(TOKENS), self.directory.path().join(ACCESS))
    }
}
