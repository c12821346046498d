//! TLS as a client speaks it: whom it trusts, and what it shows.

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What TLS with a node needs, all in PEM.
#[derive(Clone, Copy, Default)]
pub struct TlsSettings<'a> {
    /// Certificates of the authorities that the node's may come from. No others are trusted.
    pub authorities: &'a [u8],
    /// The client's own certificate, with those between it and its root behind it, and its private key.
    pub own: Option<(&'a [u8], &'a [u8])>,
    /// The name that the node's certificate must have, if not the host of its address.
    pub node_name: Option<&'a str>,
}

/// TLS, ready for connections. Clones share what they stand on.
#[derive(Clone)]
pub struct Tls {
    configuration: Arc<ClientConfig>,
    node_name: Option<ServerName<'static>>,
}

/// Why settings of TLS cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// The certificates of the authorities.
    #[error("the certificates of the authorities: {0}")]
    Authorities(String),
    /// The client's certificate.
    #[error("the client's certificate: {0}")]
    Certificate(String),
    /// The client's private key.
    #[error("the client's private key: {0}")]
    Key(String),
    /// The name of the node.
    #[error("the node's name is neither a host's name nor an address: {0}")]
    Name(String),
}

impl Tls {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`TlsError`], with which of them, and why.
    pub fn new(settings: &TlsSettings<'_>) -> Result<Tls, TlsError> {
        let mut roots = RootCertStore::empty();
        for root in certificates(settings.authorities).map_err(TlsError::Authorities)? {
            roots.add(root).map_err(|error| TlsError::Authorities(error.to_string()))?;
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .expect("the provider has what both versions need")
            .with_root_certificates(roots);
        let configuration = match settings.own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = certificates(certificate).map_err(TlsError::Certificate)?;
                let key =
                    PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError::Key(error.to_string()))?;
                let built = builder.with_client_auth_cert(chain, key);
                built.map_err(|error| TlsError::Key(error.to_string()))?
            }
        };
        let node_name = settings.node_name.map(name_of).transpose()?;
        Ok(Tls { configuration: Arc::new(configuration), node_name })
    }

    /// Shakes hands with the node at `address`.
    pub(crate) async fn connect(&self, address: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let of_address = || {
            let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
            name_of(host.trim_start_matches('[').trim_end_matches(']'))
        };
        let name = self.node_name.clone().map_or_else(of_address, Ok);
        let name = name.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        TlsConnector::from(Arc::clone(&self.configuration)).connect(name, stream).await
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("node_name", &self.node_name).finish_non_exhaustive()
    }
}

impl fmt::Debug for TlsSettings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSettings").field("node_name", &self.node_name).finish_non_exhaustive()
    }
}

/// Whether an error is one of TLS, and no other of the socket.
pub(crate) fn is_of_tls(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err("there is none in PEM".to_owned()),
        Ok(found) => Ok(found),
        Err(error) => Err(error.to_string()),
    }
}

fn name_of(name: &str) -> Result<ServerName<'static>, TlsError> {
    ServerName::try_from(name.to_owned()).map_err(|_| TlsError::Name(name.to_owned()))
}
