//! A certificate for a node of the benchmark's own, and clients' trust in it.

use std::io;
use std::path::PathBuf;

use longmen_client::{Tls, TlsSettings};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

const CERTIFICATE: &str = "node.pem";
const KEY: &str = "node.key";

/// A certificate that signs itself, its key, and the trust in it.
pub(super) struct Papers {
    directory: TempDir,
    pub(super) trust: Tls,
}

impl Papers {
    pub(super) fn new() -> io::Result<Papers> {
        let directory = tempfile::tempdir()?;
        let made = generate_simple_self_signed(["127.0.0.1".to_owned()]).map_err(io::Error::other)?;
        let CertifiedKey { cert, signing_key } = made;
        let certificate = cert.pem();
        std::fs::write(directory.path().join(CERTIFICATE), &certificate)?;
        std::fs::write(directory.path().join(KEY), signing_key.serialize_pem())?;
        let settings = TlsSettings { authorities: certificate.as_bytes(), ..TlsSettings::default() };
        let trust = Tls::new(&settings).map_err(io::Error::other)?;
        Ok(Papers { directory, trust })
    }

    /// The certificate and its key.
    pub(super) fn files(&self) -> (PathBuf, PathBuf) {
        (self.directory.path().join(CERTIFICATE), self.directory.path().join(KEY))
    }
}
