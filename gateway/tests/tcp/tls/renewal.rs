//! Files of TLS that change while the node runs, and files that cannot be used.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use longmen_client::{Client, ClientError};
use longmen_gateway::{ClientAuth, Limits, Tls};
use rustls::version::TLS13;

use super::Node;
use super::authority::{Authority, Files};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_are_replaced_under_clients_that_connect_and_none_fails() {
    const TIMES: usize = 200;
    let node = Node::start(Limits::default()).await;
    let mut old = node.client("old").await;
    let (done, connected) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..3 {
        let options = node.options(&format!("client {number}"), None, None);
        let (done, connected) = (Arc::clone(&done), Arc::clone(&connected));
        clients.spawn(async move {
            while !done.load(Ordering::Relaxed) {
                let mut client = Client::connect_with(&options).await.unwrap();
                client.ping().await.unwrap();
                connected.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    for time in 0..TIMES {
        let paper = node.authority.node();
        node.files.write("node.key", &paper.key);
        // Between the two the files do not belong together: what was read before holds.
        assert!(node.tls.reload_changed().is_err());
        node.files.write("node.pem", &paper.certificate);
        assert!(node.tls.reload_changed().unwrap(), "{time}");
        assert!(!node.tls.reload_changed().unwrap(), "{time}");
        let before = connected.load(Ordering::Relaxed);
        while connected.load(Ordering::Relaxed) == before {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        if time % 50 == 0 {
            let raw = node.raw(&[&TLS13]).await.unwrap();
            let shown = raw.0.get_ref().1.peer_certificates().unwrap()[0].clone();
            assert!(paper.is_shown(&shown), "{time}");
        }
    }
    done.store(true, Ordering::Relaxed);
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    old.ping().await.unwrap();
    node.node.stop().await;
}

impl super::Paper {
    fn is_shown(&self, shown: &rustls::pki_types::CertificateDer<'_>) -> bool {
        use rustls::pki_types::pem::PemObject;
        rustls::pki_types::CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap() == *shown
    }
}

#[tokio::test]
async fn what_is_revoked_or_trusted_later_holds_for_those_who_come_later() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new("root");
    let files = Files::of_clients(directory.path(), (&authority, &[]), ClientAuth::Required);
    let node = Node::with(authority, directory, files, (Limits::default(), None)).await;
    let ann = node.authority.client(&["ann"]);
    let options = node.options("ann", Some(&ann), None);
    let mut first = Client::connect_with(&options).await.unwrap();
    node.files.write("crl.pem", &node.authority.revoked(&[ann.serial]));
    assert!(node.tls.reload_changed().unwrap());
    for _ in 0..3 {
        let refused = Client::connect_with(&options).await;
        assert!(matches!(&refused, Err(ClientError::Tls { .. })), "{refused:?}");
    }
    first.ping().await.unwrap();
    // Another authority beside the first, without a list of its own: what is not known to stand is not let in.
    let other = Authority::new("other");
    node.files.write("ca.pem", &[node.authority.pem(), other.pem()].concat());
    assert!(node.tls.reload_changed().unwrap());
    let bob = other.client(&["bob"]);
    let refused = Client::connect_with(&node.options("bob", Some(&bob), None)).await;
    assert!(matches!(&refused, Err(ClientError::Tls { .. })), "{refused:?}");
    node.files.write("crl.pem", &[node.authority.revoked(&[ann.serial]), other.revoked(&[])].concat());
    assert!(node.tls.reload_changed().unwrap());
    Client::connect_with(&node.options("bob", Some(&bob), None)).await.unwrap().ping().await.unwrap();
    node.node.stop().await;
}

#[tokio::test]
async fn a_broken_file_keeps_what_was_read_before_and_is_told_once() {
    let node = Node::start(Limits::default()).await;
    let (good, other) = (node.authority.node(), node.authority.node());
    node.files.write_node(&good);
    node.tls.reload().unwrap();
    for (name, text, expect) in [
        ("node.pem", "", "node.pem: has no certificate in PEM"),
        ("node.key", "", "node.key: has no private key in PEM"),
        ("node.key", &other.key, "node.key: is not the key of "),
        ("node.pem", &good.certificate[..good.certificate.len() / 2], "node.pem: "),
    ] {
        node.files.write(name, text);
        let told = node.tls.reload_changed().unwrap_err().to_string();
        assert!(told.contains(expect), "{told}");
        assert!(!node.tls.reload_changed().unwrap(), "it was told");
        assert!(node.tls.reload().unwrap_err().to_string().contains(expect), "whoever asks is told");
        node.client("ann").await.ping().await.unwrap();
        node.files.write_node(&good);
        assert!(node.tls.reload_changed().unwrap(), "it is mended");
    }
    std::fs::remove_file(node.files.path("node.key")).unwrap();
    let told = node.tls.reload_changed().unwrap_err().to_string();
    assert!(told.contains("node.key: No such file"), "{told}");
    assert!(!node.tls.reload_changed().unwrap());
    node.client("ann").await.ping().await.unwrap();
    node.node.stop().await;
}

#[test]
fn files_that_cannot_be_used_are_named_with_what_is_wrong() {
    let (authority, directory) = (Authority::new("root"), tempfile::tempdir().unwrap());
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let no_list = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
    for (name, text, expect) in [
        ("node.pem", "", "node.pem: has no certificate in PEM"),
        ("node.pem", garbage, "node.pem: is no certificate"),
        ("node.key", encrypted, "node.key: the key is encrypted"),
        ("node.key", garbage, "node.key: has no private key in PEM"),
        ("ca.pem", "nothing", "ca.pem: has no certificate in PEM"),
        ("ca.pem", garbage, "ca.pem: "),
        ("crl.pem", "", "crl.pem: has no list of revoked certificates (X509 CRL) in PEM"),
        ("crl.pem", no_list, "crl.pem: "),
    ] {
        let (files, of_tls) = Files::of_clients(directory.path(), (&authority, &[]), ClientAuth::Required);
        assert!(Tls::load(of_tls.clone()).is_ok());
        files.write(name, text);
        let told = Tls::load(of_tls).unwrap_err().to_string();
        assert!(told.contains(expect), "{name}: {told}");
    }
}
