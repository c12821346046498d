//! An authority that signs certificates for tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use longmen_gateway::{ClientAuth, ClientCertificates, TlsFiles};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType, IsCa,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};

/// An authority.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    serials: AtomicU64,
}

/// A certificate and its key, in PEM.
#[derive(Clone)]
pub(crate) struct Paper {
    pub(crate) certificate: String,
    pub(crate) key: String,
    pub(crate) serial: u64,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Authority { issuer, serials: AtomicU64::new(1) }
    }

    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// What a node on this machine shows.
    pub(crate) fn node(&self) -> Paper {
        self.sign(CertificateParams::new(["127.0.0.1".to_owned(), "ledger.test".to_owned()]).unwrap())
    }

    /// What a client of these names shows.
    pub(crate) fn client(&self, names: &[&str]) -> Paper {
        self.sign(client(names))
    }

    /// What a client showed until years ago.
    pub(crate) fn expired(&self, name: &str) -> Paper {
        let mut params = client(&[name]);
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Paper {
        let serial = self.serials.fetch_add(1, Ordering::Relaxed);
        params.serial_number = Some(serial.into());
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Paper { certificate, key: key.serialize_pem(), serial }
    }

    /// The list of what it has revoked.
    pub(crate) fn revoked(&self, serials: &[u64]) -> String {
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2100, 1, 1),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().pem().unwrap()
    }
}

fn client(names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    let uri = |name: &&str| SanType::URI(format!("longmen:client/{name}").try_into().unwrap());
    params.subject_alt_names = names.iter().map(uri).collect();
    params.subject_alt_names.push(SanType::DnsName("host.test".try_into().unwrap()));
    params
}

/// The files of a node in a directory.
pub(crate) struct Files(pub(crate) PathBuf);

impl Files {
    /// Writes a file as a whole.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let (new, path) = (self.0.join("new"), self.0.join(name));
        fs::write(&new, text).unwrap();
        fs::rename(new, path).unwrap();
    }

    pub(crate) fn write_node(&self, paper: &Paper) {
        self.write("node.key", &paper.key);
        self.write("node.pem", &paper.certificate);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A node that asks clients for nothing.
    pub(crate) fn of_node(directory: &Path, authority: &Authority) -> (Files, TlsFiles) {
        let files = Files(directory.to_owned());
        files.write_node(&authority.node());
        let (certificate, key) = (files.path("node.pem"), files.path("node.key"));
        (files, TlsFiles { certificate, key, clients: None })
    }

    /// A node that asks clients for certificates of the same authority, of which these are revoked.
    pub(crate) fn of_clients(
        directory: &Path,
        (authority, revoked): (&Authority, &[u64]),
        auth: ClientAuth,
    ) -> (Files, TlsFiles) {
        let (files, of_node) = Files::of_node(directory, authority);
        files.write("ca.pem", &authority.pem());
        files.write("crl.pem", &authority.revoked(revoked));
        let (authorities, revoked) = (files.path("ca.pem"), Some(files.path("crl.pem")));
        (files, TlsFiles { clients: Some(ClientCertificates { authorities, revoked, auth }), ..of_node })
    }
}
