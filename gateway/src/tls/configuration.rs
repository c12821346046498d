//! What the files say, checked, as rustls wants it.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, VerifierBuilderError, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, Error, RootCertStore, ServerConfig};

use super::files::{ClientAuth, ClientCertificates, Contents, TlsError, TlsFault, TlsFiles};

pub(super) fn configuration(files: &TlsFiles, contents: &Contents) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = match &files.clients {
        Some(clients) => verifier(clients, contents, &provider)?,
        None => WebPkiClientVerifier::no_client_auth(),
    };
    let chain: Vec<CertificateDer<'static>> =
        all(&contents.certificate, "certificate").map_err(|fault| fault.of(&files.certificate))?;
    let key = key(&contents.key).map_err(|fault| fault.of(&files.key))?;
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .expect("the provider has what both versions need");
    let mut configuration = builder
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(|error| match error {
            Error::InconsistentKeys(_) => {
                TlsFault::unusable(format_args!("is not the key of {}", files.certificate.display()))
                    .of(&files.key)
            }
            Error::InvalidCertificate(error) => TlsFault::unusable(words_of(&error)).of(&files.certificate),
            other => TlsFault::unusable(other).of(&files.key),
        })?;
    // A session that is taken up again is not looked at again: what was revoked or has expired since would still come in.
    configuration.session_storage = Arc::new(NoServerSessionStorage {});
    configuration.send_tls13_tickets = 0;
    // The node's order of ciphers holds, which is the same for everybody, whatever a client would rather have.
    configuration.ignore_client_order = true;
    Ok(Arc::new(configuration))
}

fn words_of(error: &CertificateError) -> String {
    match error {
        CertificateError::BadEncoding => "is no certificate".to_owned(),
        other => other.to_string(),
    }
}

fn verifier(
    clients: &ClientCertificates,
    contents: &Contents,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let of_authorities = |fault: TlsFault| fault.of(&clients.authorities);
    let mut roots = RootCertStore::empty();
    for root in all(&contents.authorities, "certificate").map_err(of_authorities)? {
        roots.add(root).map_err(|error| of_authorities(TlsFault::unusable(error)))?;
    }
    let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let mut of_lists: &Path = &clients.authorities;
    if let Some(path) = &clients.revoked {
        let lists: Vec<CertificateRevocationListDer<'static>> =
            all(&contents.revoked, "list of revoked certificates (X509 CRL)")
                .map_err(|fault| fault.of(path))?;
        builder = builder.with_crls(lists);
        of_lists = path;
    }
    if clients.auth == ClientAuth::Optional {
        builder = builder.allow_unauthenticated();
    }
    builder.build().map_err(|error| match error {
        VerifierBuilderError::InvalidCrl(error) => TlsFault::unusable(format_args!("{error:?}")).of(of_lists),
        other => of_authorities(TlsFault::unusable(other)),
    })
}

/// All of one kind in a file; there must be one.
fn all<T: PemObject>(pem: &[u8], what: &'static str) -> Result<Vec<T>, TlsFault> {
    let found: Vec<T> = T::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(TlsFault::unusable)?;
    if found.is_empty() { Err(TlsFault::Lacks(what)) } else { Ok(found) }
}

fn key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsFault> {
    use rustls::pki_types::pem::Error;
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
        _ if contains(pem, b"ENCRYPTED") => {
            TlsFault::unusable("the key is encrypted; a node needs one without a pass phrase (openssl pkey)")
        }
        Error::NoItemsFound => TlsFault::Lacks("private key"),
        other => TlsFault::unusable(other),
    })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
