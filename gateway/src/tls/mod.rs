//! TLS: how a node proves itself to clients and has them prove themselves, and how its files are changed while it runs.

mod client_name;
mod configuration;
mod files;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rustls::{ServerConfig, ServerConnection};

use crate::service::Certificate;
use client_name::certificate_of;
use configuration::configuration;

pub(crate) use client_name::SeveralNames;
pub use files::{ClientAuth, ClientCertificates, TlsError, TlsFault, TlsFiles};
use files::{Digest, read};

/// The TLS of a node. Its files are read again when [`Tls::reload`] or [`Tls::reload_changed`] is called; connections that are
/// there stay as they are.
pub struct Tls {
    files: TlsFiles,
    current: RwLock<Arc<ServerConfig>>,
    /// What was found when the files were last read, used or not.
    seen: Mutex<Digest>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsError`], with the file and what is wrong with it.
    pub fn load(files: TlsFiles) -> Result<Tls, TlsError> {
        let contents = read(&files)?;
        let current = RwLock::new(configuration(&files, &contents)?);
        let seen = Mutex::new(contents.digest());
        Ok(Tls { files, current, seen })
    }

    /// Reads the files again. From now on connections that come find what they say.
    ///
    /// # Errors
    /// [`TlsError`]; all stays as it is.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.look(true).map(drop)
    }

    /// The same, where the files have changed since they were last read; whether they had.
    ///
    /// # Errors
    /// [`TlsError`], once for each change; all stays as it is.
    pub fn reload_changed(&self) -> Result<bool, TlsError> {
        self.look(false)
    }

    fn look(&self, whatever: bool) -> Result<bool, TlsError> {
        let found = read(&self.files);
        let digest = found.as_ref().map_or_else(Digest::of_failure, |contents| contents.digest());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == digest && !whatever {
            return Ok(false);
        }
        *seen = digest;
        let next = configuration(&self.files, &found?)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(true)
    }

    /// What a connection that comes now is met with.
    pub(crate) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether nobody comes in without a certificate.
    pub(crate) fn requires_certificates(&self) -> bool {
        self.files.clients.as_ref().is_some_and(|clients| clients.auth == ClientAuth::Required)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

/// What the other side has shown in its handshake.
pub(crate) fn shown(session: &ServerConnection) -> Result<Certificate, SeveralNames> {
    let first = session.peer_certificates().and_then(|chain| chain.first());
    first.map_or(Ok(Certificate::None), certificate_of)
}
