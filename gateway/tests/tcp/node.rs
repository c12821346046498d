//! A real node on a directory of its own, behind a real gateway.

use std::mem::ManuallyDrop;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use longmen_access::Access;
use longmen_access_log::Recorder;
use longmen_client::{AccountOpening, Client, Owner, Side, SubjectOpening};
use longmen_engine::ledger::Tariffs;
use longmen_engine::{MIN_SEGMENT, Node, NodeOptions};
use longmen_fees::FeeTariffs;
use longmen_gateway::{Encryption, Limits, Running, ServeError, ServeOptions, Server, Tokens};
use longmen_wal::{DirectoryStorage, LogOptions};
use tempfile::TempDir;
use tokio::sync::watch;

/// A node under test. A test that fails leaves the node running: a node whose actors just end takes the process with
/// it, and with the process the reason of the failure.
pub(crate) struct TestNode {
    node: ManuallyDrop<Node>,
    running: Running,
    directory: TempDir,
}

impl TestNode {
    pub(crate) async fn start() -> TestNode {
        TestNode::start_with(Limits::default(), None).await
    }

    pub(crate) async fn start_with(limits: Limits, tokens: Option<Tokens>) -> TestNode {
        TestNode::open(tempfile::tempdir().unwrap(), limits, tokens).await
    }

    pub(crate) async fn open(directory: TempDir, limits: Limits, tokens: Option<Tokens>) -> TestNode {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let options = ServeOptions {
            listen,
            limits,
            tokens,
            access: None,
            encryption: Encryption::Off,
            recorder: None,
        };
        TestNode::open_with(directory, options).await
    }

    /// A node whose principals are those of a channel.
    pub(crate) async fn start_for(access: watch::Receiver<Arc<Access>>) -> TestNode {
        TestNode::start_recorded(access, None).await
    }

    /// The same, where it is kept who reads what.
    pub(crate) async fn start_recorded(
        access: watch::Receiver<Arc<Access>>,
        recorder: Option<Recorder>,
    ) -> TestNode {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (limits, encryption) = (Limits::default(), Encryption::Off);
        let options =
            ServeOptions { listen, limits, tokens: None, access: Some(access), encryption, recorder };
        TestNode::open_with(tempfile::tempdir().unwrap(), options).await
    }

    pub(crate) async fn open_with(directory: TempDir, options: ServeOptions) -> TestNode {
        let storage = DirectoryStorage::open(directory.path()).unwrap();
        let log = LogOptions { segment_bytes: 2 * MIN_SEGMENT, segments_ahead: 1, ..LogOptions::default() };
        let tariffs: Option<Arc<dyn Tariffs>> = Some(Arc::new(FeeTariffs));
        let of_node = NodeOptions { shards: 2, log, tariffs, ..NodeOptions::default() };
        let node = Node::start(Arc::new(storage), &of_node).unwrap();
        let running = Server::start(options, node.intake(), node.history()).await.unwrap();
        TestNode { node: ManuallyDrop::new(node), running, directory }
    }

    /// A second gateway in front of the same node.
    pub(crate) async fn serve(
        &self,
        listen: &str,
        limits: Limits,
        (tokens, encryption): (Option<Tokens>, Encryption),
    ) -> Result<Running, ServeError> {
        let options = ServeOptions {
            listen: listen.parse().unwrap(),
            limits,
            tokens,
            access: None,
            encryption,
            recorder: None,
        };
        Server::start(options, self.node.intake(), self.node.history()).await
    }

    pub(crate) fn address(&self) -> String {
        self.running.local_addr().to_string()
    }

    pub(crate) async fn client(&self, name: &str) -> Client {
        Client::connect(&self.address(), name, None).await.unwrap()
    }

    /// Stops gateway and node; what is left is the data directory.
    pub(crate) async fn stop(self) -> TempDir {
        self.running.stop().await;
        let node = ManuallyDrop::into_inner(self.node);
        tokio::task::spawn_blocking(|| node.stop()).await.unwrap().unwrap();
        self.directory
    }
}

/// Opens entity `LM` with a bank account (1, may go negative) and two users' accounts (2 and 3).
pub(crate) async fn open_books(client: &mut Client) {
    client.open_entity("LM", "2026-11-22").await.unwrap();
    let subjects = [
        SubjectOpening::leaf("10020101", "银行存款", "asset", Side::Debit),
        SubjectOpening::leaf("220301", "用户余额", "liability", Side::Credit),
    ];
    for opened in client.open_subjects("LM", &subjects).await.unwrap() {
        opened.unwrap();
    }
    let user = |number| AccountOpening::new("LM", number, "cash", "CNY", "220301", Owner::Customer);
    let bank = AccountOpening::new("LM", "bank", "", "CNY", "10020101", Owner::Internal).may_go_negative();
    let opened = client.open_accounts(&[bank, user("U1"), user("U2")]).await.unwrap();
    let ids: Vec<u64> = opened.into_iter().map(|one| one.unwrap().id).collect();
    assert_eq!(ids, [1, 2, 3]);
}
