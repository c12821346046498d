//! How a command speaks TLS with a node.

use std::path::{Path, PathBuf};

use longmen_client::{Tls, TlsError, TlsSettings};
use longmen_server::warning_of;

use crate::failure::Failure;
use crate::output::remark;

/// Whom a command trusts, and what it shows.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct TlsArgs {
    /// Connect by TLS, and trust a node whose certificate comes from one of the authorities in this file (PEM)
    #[arg(long, value_name = "FILE", env = "LONGMEN_TLS_CA")]
    tls_ca: Option<PathBuf>,
    /// The certificate to show, where the node asks for one (PEM)
    #[arg(
        long,
        value_name = "FILE",
        env = "LONGMEN_TLS_CLIENT_CERT",
        requires = "tls_client_key",
        requires = "tls_ca"
    )]
    tls_client_cert: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, value_name = "FILE", env = "LONGMEN_TLS_CLIENT_KEY", requires = "tls_client_cert")]
    tls_client_key: Option<PathBuf>,
    /// The name that the node's certificate has [default: the host of its address]
    #[arg(long, value_name = "NAME", env = "LONGMEN_TLS_NAME", requires = "tls_ca")]
    tls_name: Option<String>,
}

impl TlsArgs {
    /// Reads what they name; `None`: in plain text.
    pub(crate) fn read(&self) -> Result<Option<Tls>, Failure> {
        let Some(ca) = &self.tls_ca else { return Ok(None) };
        let authorities = read(ca)?;
        let certificate = self.tls_client_cert.as_deref().map(read).transpose()?;
        let key = self.tls_client_key.as_deref().map(read_key).transpose()?;
        let settings = TlsSettings {
            authorities: &authorities,
            own: certificate.as_deref().zip(key.as_deref()),
            node_name: self.tls_name.as_deref(),
        };
        Tls::new(&settings).map(Some).map_err(|error| self.usage(&error))
    }

    /// An error with the file that it is about.
    fn usage(&self, error: &TlsError) -> Failure {
        let file = match error {
            TlsError::Authorities(_) => &self.tls_ca,
            TlsError::Certificate(_) => &self.tls_client_cert,
            TlsError::Key(_) => &self.tls_client_key,
            TlsError::Name(_) => &None,
        };
        let named = file.as_deref().map(|file| format!("{}: ", file.display())).unwrap_or_default();
        Failure::Usage(format!("{named}{error}"))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}

fn read_key(path: &Path) -> Result<Vec<u8>, Failure> {
    let key = read(path)?;
    // That it cannot be looked at is no reason not to use it: it was read.
    if let Ok(Some(warning)) = warning_of(path) {
        remark(warning);
    }
    Ok(key)
}
