//! TLS as the command line says it, and as it is renewed while the node runs.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use longmen_engine::Intake;
use longmen_gateway::{ClientAuth, ClientCertificates, Encryption, Tls, TlsError, TlsFiles};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, Interval, interval_at};

use crate::access_files::LOOK;
use crate::reloading::Reloading;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(10);

/// How a node proves itself to clients, and they to it.
#[derive(Clone, Debug, Default, Args)]
pub struct TlsArgs {
    /// The node's certificate in PEM, and behind it those between it and its root: clients then connect by TLS only
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "plaintext")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key in PEM, without a pass phrase
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Certificates in PEM of the authorities that sign those of clients: a client shows its own then
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_client_ca: Option<PathBuf>,
    /// What these authorities have revoked: their lists (CRL) in PEM, one of each
    #[arg(long, value_name = "FILE", requires = "tls_client_ca")]
    pub tls_crl: Option<PathBuf>,
    /// Whether a client must show a certificate [default: required]
    #[arg(long, value_name = "WHETHER", requires = "tls_client_ca")]
    pub tls_client_auth: Option<ClientAuthArg>,
    /// Listen beyond loopback without TLS: a tunnel, or a network of its own, guards the way
    #[arg(long)]
    pub plaintext: bool,
}

/// Whether a client must show a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClientAuthArg {
    /// Without one there is no connection
    Required,
    /// One that is shown must hold
    Optional,
}

impl TlsArgs {
    /// What a start says of it; nothing where the way is not left to others.
    pub(crate) fn in_words(&self) -> Option<&'static str> {
        match (&self.tls_cert, &self.tls_client_ca) {
            (Some(_), None) => Some("TLS: clients connect by it, and in no other way"),
            (Some(_), Some(_)) => Some("TLS: clients connect by it, in no other way, and are asked for certificates"),
            (None, _) => self.plaintext.then_some(
                "WARNING: --plaintext: whoever is on the way can read tokens and books, and change what goes by",
            ),
        }
    }

    /// Reads what they name.
    pub(crate) fn encryption(&self) -> Result<Encryption, TlsError> {
        let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) else {
            return Ok(if self.plaintext { Encryption::Waived } else { Encryption::Off });
        };
        let auth = match self.tls_client_auth {
            None | Some(ClientAuthArg::Required) => ClientAuth::Required,
            Some(ClientAuthArg::Optional) => ClientAuth::Optional,
        };
        let clients = self.tls_client_ca.as_ref().map(|authorities| ClientCertificates {
            authorities: authorities.clone(),
            revoked: self.tls_crl.clone(),
            auth,
        });
        let files = TlsFiles { certificate: certificate.clone(), key: key.clone(), clients };
        Ok(Encryption::Tls(Arc::new(Tls::load(files)?)))
    }
}

/// Reads the files of TLS, and those that say who may do what, again on SIGHUP and when they have changed.
pub(crate) struct Renewal {
    tls: Option<Arc<Tls>>,
    access: Option<Reloading>,
    looks: Interval,
    hangup: Option<Signal>,
    ticks: Interval,
}

impl Renewal {
    /// Catches SIGHUP from now on. A node of another program without TLS does not: it ends with the terminal that both have.
    pub(crate) fn new(tls: Option<Arc<Tls>>, access: Option<Reloading>, quiet: bool) -> io::Result<Renewal> {
        let catches = tls.is_some() || access.is_some() || !quiet;
        let hangup = catches.then(|| signal(SignalKind::hangup())).transpose()?;
        let [ticks, looks] = [EVERY, LOOK].map(|period| interval_at(Instant::now() + period, period));
        Ok(Renewal { tls, access, looks, hangup, ticks })
    }

    /// Returns when something was read again, with what there is to say of it. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self, node: &Intake) -> String {
        loop {
            let is_asked = tokio::select! {
                () = hang_up(self.hangup.as_mut()) => true,
                _ = self.ticks.tick(), if self.tls.is_some() => false,
                _ = self.looks.tick(), if self.access.is_some() => false,
            };
            if let Some(access) = &mut self.access
                && let Some(words) = access.look(node).await
            {
                return words;
            }
            let Some(tls) = &self.tls else {
                match (is_asked, &self.access) {
                    (false, _) => continue,
                    (true, None) => {
                        return "SIGHUP: there is no TLS, and nothing else is read again".to_owned();
                    }
                    (true, Some(_)) => {
                        return "SIGHUP: principals, roles and tokens have not changed".to_owned();
                    }
                }
            };
            let renewed = if is_asked { tls.reload().map(|()| true) } else { tls.reload_changed() };
            match renewed {
                Ok(false) => {}
                Ok(true) => {
                    return "TLS: the files were read again, and hold for connections that come".to_owned();
                }
                Err(error) => {
                    return format!(
                        "WARNING: TLS: {error}; connections that come are met with what was read before, until the \
                         files are mended"
                    );
                }
            }
        }
    }
}

async fn hang_up(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}
