//! The files that TLS stands on.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files of a node's TLS, all in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The node's certificate, and behind it those of the authorities between it and the root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// What is asked of clients; `None`: they show no certificate.
    pub clients: Option<ClientCertificates>,
}

/// What certificates of clients are held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificates {
    /// Certificates of the authorities that sign those of clients.
    pub authorities: PathBuf,
    /// Their lists of what they have revoked. There must be one of each authority then.
    pub revoked: Option<PathBuf>,
    /// Whether every client must show one.
    pub auth: ClientAuth,
}

/// Whether every client must show a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuth {
    /// Without one there is no connection.
    #[default]
    Required,
    /// One that is shown must hold.
    Optional,
}

/// What is wrong with which file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub struct TlsError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: TlsFault,
}

/// What is wrong with a file of TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(io::Error),
    /// There is nothing in it that belongs there.
    #[error("has no {0} in PEM")]
    Lacks(&'static str),
    /// What is there cannot be used.
    #[error("{0}")]
    Unusable(String),
}

impl TlsFault {
    pub(super) fn of(self, path: &Path) -> TlsError {
        TlsError { path: path.to_owned(), fault: self }
    }

    /// What is there cannot be used, as `why` says.
    pub(super) fn unusable(why: impl fmt::Display) -> TlsFault {
        TlsFault::Unusable(why.to_string())
    }
}

/// What is in the files.
pub(super) struct Contents {
    pub(super) certificate: Vec<u8>,
    pub(super) key: Vec<u8>,
    pub(super) authorities: Vec<u8>,
    pub(super) revoked: Vec<u8>,
}

/// What tells one look at the files from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digest(blake3::Hash);

impl Contents {
    pub(super) fn digest(&self) -> Digest {
        let Contents { certificate, key, authorities, revoked } = self;
        let mut hasher = blake3::Hasher::new();
        for part in [certificate, key, authorities, revoked] {
            hasher.update(blake3::hash(part).as_bytes());
        }
        Digest(hasher.finalize())
    }
}

impl Digest {
    /// Of files that cannot be read, for this reason.
    pub(super) fn of_failure(error: &TlsError) -> Digest {
        Digest(blake3::hash(error.to_string().as_bytes()))
    }
}

pub(super) fn read(files: &TlsFiles) -> Result<Contents, TlsError> {
    let one = |path: &Path| fs::read(path).map_err(|error| TlsFault::Unreadable(error).of(path));
    let some = |path: Option<&PathBuf>| path.map_or_else(|| Ok(Vec::new()), |path| one(path));
    let clients = files.clients.as_ref();
    Ok(Contents {
        certificate: one(&files.certificate)?,
        key: one(&files.key)?,
        authorities: some(clients.map(|clients| &clients.authorities))?,
        revoked: some(clients.and_then(|clients| clients.revoked.as_ref()))?,
    })
}
