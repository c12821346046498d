//! TLS: who is let in, who is not, and what they learn.

mod authority;
mod crowd;
mod renewal;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use longmen_client::{
    Client, ClientError, ClientOptions, CompactSettings, Connection, TlsSettings, Transfer,
};
use longmen_gateway::{ClientAuth, Encryption, Limits, ServeError, ServeOptions, Tls, TlsFiles, Tokens};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, HandshakeKind, RootCertStore, SupportedProtocolVersion};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::node::{TestNode, open_books};
use crate::raw::{Raw, frame};
use authority::{Authority, Files, Paper};

/// A node on TLS.
struct Node {
    node: TestNode,
    tls: Arc<Tls>,
    authority: Authority,
    files: Files,
    _directory: TempDir,
}

impl Node {
    async fn start(limits: Limits) -> Node {
        let (directory, authority) = (tempfile::tempdir().unwrap(), Authority::new("root"));
        let (files, of_tls) = Files::of_node(directory.path(), &authority);
        Node::with(authority, directory, (files, of_tls), (limits, None)).await
    }

    async fn with(
        authority: Authority,
        directory: TempDir,
        (files, of_tls): (Files, TlsFiles),
        (limits, tokens): (Limits, Option<Tokens>),
    ) -> Node {
        let tls = Arc::new(Tls::load(of_tls).unwrap());
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let encryption = Encryption::Tls(Arc::clone(&tls));
        let options = ServeOptions { listen, limits, tokens, access: None, encryption, recorder: None };
        let node = TestNode::open_with(tempfile::tempdir().unwrap(), options).await;
        Node { node, tls, authority, files, _directory: directory }
    }

    fn options(&self, name: &str, own: Option<&Paper>, node_name: Option<&str>) -> ClientOptions {
        let authorities = self.authority.pem();
        let own = own.map(|paper| (paper.certificate.as_bytes(), paper.key.as_bytes()));
        let settings = TlsSettings { authorities: authorities.as_bytes(), own, node_name };
        let tls = Some(longmen_client::Tls::new(&settings).unwrap());
        ClientOptions { tls, ..ClientOptions::new(self.node.address(), name) }
    }

    async fn client(&self, name: &str) -> Client {
        Client::connect_with(&self.options(name, None, None)).await.unwrap()
    }

    /// A connection by one version of TLS, which sends whatever bytes a test wants.
    async fn raw(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> io::Result<Raw<TlsStream<TcpStream>>> {
        self.raw_by(client_config(&self.authority, versions)).await
    }

    async fn raw_by(&self, config: Arc<ClientConfig>) -> io::Result<Raw<TlsStream<TcpStream>>> {
        let stream = TcpStream::connect(self.node.address()).await?;
        stream.set_nodelay(true)?;
        let connector = TlsConnector::from(config);
        let name = ServerName::try_from("ledger.test").unwrap();
        Ok(Raw(connector.connect(name, stream).await?))
    }
}

fn client_config(authority: &Authority, versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_protocol_versions(versions);
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

#[tokio::test]
async fn both_versions_carry_a_conversation_and_no_older_one_does() {
    let node = Node::start(Limits::default()).await;
    open_books(&mut node.client("setup").await).await;
    // 1,000 accounts make an answer of more than one record, and more than one write.
    let many = frame(48, 0, 7, &rmp_serde::to_vec(&json!([vec![1; 1_000]])).unwrap());
    for (versions, expect) in [
        (&[&TLS13][..], rustls::ProtocolVersion::TLSv1_3),
        (&[&TLS12], rustls::ProtocolVersion::TLSv1_2),
        (&[&TLS12, &TLS13], rustls::ProtocolVersion::TLSv1_3),
    ] {
        let mut raw = node.raw(versions).await.unwrap();
        assert_eq!(raw.0.get_ref().1.protocol_version(), Some(expect));
        assert_eq!(raw.ask(1, &json!(["ann"])).await[0], "ok");
        for _ in 0..3 {
            raw.send(&many).await;
        }
        for _ in 0..3 {
            let answer = raw.receive().await;
            assert!(answer.body.len() > 300_000 && answer.status().0 == "ok", "{}", answer.body.len());
        }
        // An end without TLS's own word for it is an end.
        let (mut stream, _) = raw.0.into_inner();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
    }
    node.node.stop().await;
}

/// A task sends while another receives, each as fast as it can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_halves_of_a_connection_go_on_at_once() {
    const REQUESTS: u64 = 100;
    const TRANSFERS: u64 = 500;
    let node = Node::start(Limits::default()).await;
    open_books(&mut node.client("setup").await).await;
    let (connection, _) = Connection::open_with(&node.options("ann", None, None)).await.unwrap();
    let (mut sender, mut receiver) = connection.split();
    let sending = tokio::spawn(async move {
        for tag in 0..REQUESTS {
            let id = |number: u64| u128::from(1 + tag * TRANSFERS + number);
            let transfer = |number| Transfer { id: id(number), debit: 1, credit: 2, amount: 1 };
            let transfers: Vec<Transfer> = (0..TRANSFERS).map(transfer).collect();
            sender.queue_transfers(tag, CompactSettings::default(), 156, &transfers);
            sender.flush().await.unwrap();
        }
        sender
    });
    for _ in 0..REQUESTS {
        let answer = receiver.next().await.unwrap();
        let results = answer.compact().unwrap();
        assert!(results.results().all(|result| result.rejection == 0), "{}", answer.tag());
    }
    drop(sending.await.unwrap());
    let balance = node.client("ann").await.balance(2).await.unwrap().balance;
    assert_eq!(balance, i128::from(REQUESTS * TRANSFERS));
    node.node.stop().await;
}

/// One that is taken up again is not looked at again.
#[tokio::test]
async fn no_session_is_taken_up_again() {
    let node = Node::start(Limits::default()).await;
    for version in [&TLS12, &TLS13] {
        let config = client_config(&node.authority, &[version]);
        for time in 0..3 {
            let mut raw = node.raw_by(Arc::clone(&config)).await.unwrap();
            assert_eq!(raw.ask(1, &json!(["ann"])).await[0], "ok");
            let kind = raw.0.get_ref().1.handshake_kind();
            assert_eq!(kind, Some(HandshakeKind::Full), "{version:?}, {time}");
        }
    }
    node.node.stop().await;
}

#[tokio::test]
async fn a_client_trusts_a_node_of_its_authority_with_the_name_it_expects_and_no_other() {
    let node = Node::start(Limits::default()).await;
    node.client("ann").await.ping().await.unwrap();
    let named = |name| node.options("ann", None, Some(name));
    Client::connect_with(&named("ledger.test")).await.unwrap().ping().await.unwrap();
    let other = Node { authority: Authority::new("root"), ..Node::start(Limits::default()).await };
    for options in [named("other.test"), other.options("ann", None, None)] {
        let refused = Client::connect_with(&options).await;
        assert!(matches!(&refused, Err(ClientError::Tls { .. })), "{refused:?}");
    }
    node.node.stop().await;
    other.node.stop().await;
}

/// What each of them is told, by each version.
#[tokio::test]
async fn where_certificates_are_required_only_one_that_holds_comes_in_and_by_its_own_name() {
    let (authority, stranger) = (Authority::new("root"), Authority::new("root"));
    let revoked = authority.client(&["ann"]);
    let directory = tempfile::tempdir().unwrap();
    let files = Files::of_clients(directory.path(), (&authority, &[revoked.serial]), ClientAuth::Required);
    let node = Node::with(authority, directory, files, (Limits::default(), None)).await;
    let ann = node.authority.client(&["ann"]);
    for (paper, expect) in [
        (None, "CertificateRequired"),
        (Some(stranger.client(&["ann"])), "UnknownCA|DecryptError"),
        (Some(node.authority.expired("ann")), "CertificateExpired"),
        (Some(revoked), "CertificateRevoked"),
        (Some(node.authority.client(&[])), "not_authenticated"),
        (Some(node.authority.client(&["bob"])), "not_authenticated"),
        (Some(node.authority.client(&["ann", "bob"])), "closed"),
        (Some(ann.clone()), "in"),
    ] {
        let came = Client::connect_with(&node.options("ann", paper.as_ref(), None)).await;
        let told = match came {
            Ok(mut client) => {
                client.ping().await.unwrap();
                "in".to_owned()
            }
            Err(ClientError::Tls { source, .. }) => source.to_string(),
            Err(ClientError::Refused(refusal)) => refusal.code.into(),
            Err(ClientError::Closed) => "closed".to_owned(),
            Err(other) => panic!("{expect}: {other:?}"),
        };
        assert!(expect.split('|').any(|expect| told.contains(expect)), "{expect}: {told}");
    }
    let mut client = Client::connect_with(&node.options("ann", Some(&ann), None)).await.unwrap();
    assert_eq!(client.status().await.unwrap().connections, 1, "nobody else stayed");
    node.node.stop().await;
}

#[tokio::test]
async fn a_token_is_needed_where_there_are_tokens_and_a_certificate_that_is_shown_holds() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new("root");
    let files = Files::of_clients(directory.path(), (&authority, &[]), ClientAuth::Optional);
    let tokens = Tokens::parse("ann 0123456789abcdef\nbob fedcba9876543210").unwrap();
    let node = Node::with(authority, directory, files, (Limits::default(), Some(tokens))).await;
    let [ann, nameless] = [&["ann"][..], &[]].map(|names| node.authority.client(names));
    for (name, paper, token, is_in) in [
        ("ann", None, Some("0123456789abcdef"), true),
        ("ann", None, None, false),
        ("ann", Some(&ann), Some("0123456789abcdef"), true),
        ("ann", Some(&ann), None, false),
        ("bob", Some(&ann), Some("fedcba9876543210"), false),
        ("bob", Some(&nameless), Some("fedcba9876543210"), true),
        ("bob", Some(&nameless), None, false),
    ] {
        let options = ClientOptions { token: token.map(Into::into), ..node.options(name, paper, None) };
        let came = Client::connect_with(&options).await;
        match came {
            Ok(_) => assert!(is_in, "{name} {token:?}"),
            Err(ClientError::Refused(refusal)) => {
                assert!(!is_in && &*refusal.code == "not_authenticated", "{name} {token:?}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    let expired = node.authority.expired("ann");
    let came = Client::connect_with(&node.options("ann", Some(&expired), None)).await;
    assert!(matches!(came, Err(ClientError::Tls { .. })), "{came:?}");
    node.node.stop().await;
}

#[tokio::test]
async fn beyond_this_machine_required_certificates_stand_for_tokens_and_optional_ones_do_not() {
    let node = TestNode::start().await;
    let authority = Authority::new("root");
    for (auth, may) in
        [(None, false), (Some(ClientAuth::Optional), false), (Some(ClientAuth::Required), true)]
    {
        let directory = tempfile::tempdir().unwrap();
        let (_, files) = match auth {
            None => Files::of_node(directory.path(), &authority),
            Some(auth) => Files::of_clients(directory.path(), (&authority, &[]), auth),
        };
        let encryption = Encryption::Tls(Arc::new(Tls::load(files).unwrap()));
        match node.serve("0.0.0.0:0", Limits::default(), (None, encryption)).await {
            Ok(running) => {
                assert!(may, "{auth:?}");
                running.stop().await;
            }
            Err(error) => assert!(!may && matches!(error, ServeError::TokensRequired { .. }), "{auth:?}"),
        }
    }
    node.stop().await;
}

#[tokio::test]
async fn plain_text_to_tls_and_tls_to_plain_text_are_told_apart() {
    let node = Node::start(Limits::default()).await;
    for hello in [frame(1, 0, 1, &[0x91, 0xA1, b'x']), frame(1, 0, 1, b"\x81\xa4name\xa3ann")] {
        let mut raw = Raw::open(&node.node.address()).await;
        raw.send(&hello).await;
        let answer = raw.receive().await;
        assert_eq!((answer.operation, answer.tag), (0x8000, 0));
        assert_eq!(answer.status(), ("not_authenticated".into(), "this port speaks TLS only".into()));
        raw.is_closed().await;
    }
    // What looks like TLS and is none: the end, and what comes before it is an alert.
    let mut raw = Raw::open(&node.node.address()).await;
    raw.send(&[&[22, 3, 1, 0, 8][..], &[0xFF; 8]].concat()).await;
    let mut alert = Vec::new();
    raw.0.read_to_end(&mut alert).await.unwrap();
    assert!(alert.is_empty() || alert.len() == 7 && alert[0] == 21, "{alert:02x?}");
    let plain = TestNode::start().await;
    let options = ClientOptions { address: plain.address(), ..node.options("ann", None, None) };
    let refused = Client::connect_with(&options).await;
    assert!(matches!(&refused, Err(ClientError::Tls { .. })), "{refused:?}");
    plain.client("ann").await.ping().await.unwrap();
    plain.stop().await;
    node.client("ann").await.ping().await.unwrap();
    node.node.stop().await;
}

#[tokio::test]
async fn what_is_changed_on_the_way_ends_its_connection_and_no_other() {
    let node = Node::start(Limits::default()).await;
    let mut good = node.client("good").await;
    open_books(&mut good).await;
    let post = json!({"transactions": [{"id": 1, "legs": [[1, 0, 5, "CNY"], [2, 1, 5, "CNY"]]}]});
    for record in
        [&[23, 3, 3, 0, 32][..], &[23, 3, 3, 0xFF, 0xFF], &[22, 3, 3, 0, 1], b"GET / HTTP/1.1\r\n\r\n"]
    {
        for versions in [&[&TLS12][..], &[&TLS13]] {
            let mut raw = node.raw(versions).await.unwrap();
            assert_eq!(raw.ask(1, &json!(["raw"])).await[0], "ok");
            assert_eq!(raw.ask(32, &post).await[1]["results"][0]["outcome"], "posted");
            let (mut socket, _) = raw.0.into_inner();
            socket.write_all(&[record, &[0x55; 64]].concat()).await.unwrap();
            let mut rest = Vec::new();
            // A reset is an end, too.
            drop(socket.read_to_end(&mut rest).await);
            assert!(rest.len() < 100, "nothing but an alert comes: {rest:02x?}");
        }
        good.ping().await.unwrap();
    }
    assert_eq!(good.balance(2).await.unwrap().balance, 5, "posted once");
    node.node.stop().await;
}

#[tokio::test]
async fn clients_are_told_by_tls_of_a_stop_and_of_too_many_connections() {
    let node = Node::start(Limits { connections: 1, ..Limits::default() }).await;
    let mut raw = node.raw(&[&TLS13]).await.unwrap();
    assert_eq!(raw.ask(1, &json!(["ann"])).await[0], "ok");
    let bob = node.options("bob", None, None);
    // One that takes long to shake hands is not told why it has to go.
    let busy = loop {
        match Client::connect_with(&bob).await {
            Err(ClientError::Tls { .. } | ClientError::Io(_) | ClientError::Closed) => {}
            other => break other,
        }
    };
    assert!(matches!(&busy, Err(ClientError::Dismissed(refusal)) if &*refusal.code == "busy"), "{busy:?}");
    let stopping = tokio::spawn(node.node.stop());
    let answer = raw.receive().await;
    assert_eq!((answer.operation, answer.status().0.as_str()), (0x8000, "shutting_down"));
    // The end is TLS's own: nobody cut it.
    let mut rest = Vec::new();
    raw.0.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty());
    drop(raw);
    stopping.await.unwrap();
}
