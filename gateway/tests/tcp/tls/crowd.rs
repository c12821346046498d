//! Handshakes that do not end, and clients that do not read.

use std::time::{Duration, Instant};

use longmen_client::{Client, ClientError};
use longmen_gateway::Limits;
use rustls::ClientConnection;
use rustls::pki_types::ServerName;
use rustls::version::TLS13;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::{Node, client_config};
use crate::node::open_books;
use crate::raw::{Raw, frame};

impl Node {
    /// The first message of a handshake.
    fn client_hello(&self) -> Vec<u8> {
        let name = ServerName::try_from("ledger.test").unwrap();
        let mut session = ClientConnection::new(client_config(&self.authority, &[&TLS13]), name).unwrap();
        let mut bytes = Vec::new();
        session.write_tls(&mut bytes).unwrap();
        bytes
    }

    /// Connections that have sent so many bytes of a handshake, and none that a whole one does not have.
    async fn half_handshakes(&self, count: usize, bytes: &[u8]) -> Vec<Raw> {
        let mut half = Vec::new();
        for _ in 0..count {
            let mut raw = Raw::open(&self.node.address()).await;
            // It may be asked to go before all is sent.
            drop(raw.0.write_all(bytes).await);
            half.push(raw);
        }
        half
    }
}

async fn connections(client: &mut Client) -> u32 {
    client.status().await.unwrap().connections
}

#[tokio::test]
async fn handshakes_that_do_not_end_keep_nobody_out() {
    let node = Node::start(Limits { strangers: 8, connections: 64, ..Limits::default() }).await;
    let whole = node.client_hello();
    let mut good = node.client("good").await;
    for bytes in [0, 1, 5, whole.len() / 2, whole.len() - 1, whole.len()] {
        let crowd = node.half_handshakes(100, &whole[..bytes]).await;
        let begun = Instant::now();
        node.client("newcomer").await.ping().await.unwrap();
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(10), "{bytes} bytes: {took:?}");
        good.ping().await.unwrap();
        let now = connections(&mut good).await;
        // Those who leave, the newcomer, and the good one.
        assert!(now <= 8 + 64 + 2, "{bytes} bytes: {now} connections");
        drop(crowd);
    }
    node.node.stop().await;
}

#[tokio::test]
async fn a_handshake_has_the_time_of_a_hello() {
    // Time enough for those who do say hello, whatever else the machine does.
    let hello_deadline = Duration::from_secs(2);
    let node = Node::start(Limits { hello_deadline, ..Limits::default() }).await;
    let whole = node.client_hello();
    let mut good = node.client("good").await;
    let begun = Instant::now();
    let mut crowd = Vec::new();
    for bytes in [0, 1, 5, whole.len() / 2, whole.len()] {
        crowd.extend(node.half_handshakes(3, &whole[..bytes]).await);
    }
    // One whose handshake is done, and that says nothing.
    let silent = node.raw(&[&TLS13]).await.unwrap();
    while connections(&mut good).await > 1 {
        assert!(begun.elapsed() < Duration::from_secs(30), "they are still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(begun.elapsed() >= hello_deadline);
    drop((crowd, silent));
    node.node.stop().await;
}

/// By TLS, too, what a client leaves unread counts as unread, and what it holds comes back when it is dropped.
#[tokio::test]
async fn a_client_that_never_reads_is_dropped() {
    let write_deadline = Duration::from_millis(500);
    let pressing_deadline = Duration::from_millis(250);
    let limits = Limits { write_deadline, pressing_deadline, ..Limits::default() };
    let node = Node::start(limits).await;
    let mut good = node.client("good").await;
    open_books(&mut good).await;
    let mut deaf = node.raw(&[&TLS13]).await.unwrap();
    assert_eq!(deaf.ask(1, &json!(["deaf"])).await[0], "ok");
    let many = frame(48, 0, 1, &rmp_serde::to_vec(&json!([vec![1; 1_000]])).unwrap());
    let babble = async { while deaf.0.write_all(&many).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(60), babble).await.expect("it is dropped");
    loop {
        let status = good.status().await.unwrap();
        if status.connections == 1 && status.in_flight_bytes == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    node.node.stop().await;
}

/// What TLS has taken and the socket has not goes out by itself when there is room.
#[tokio::test]
async fn answers_to_one_that_reads_late_come_to_their_last_byte() {
    const ANSWERS: usize = 40;
    let node = Node::start(Limits::default()).await;
    open_books(&mut node.client("setup").await).await;
    let many = frame(48, 0, 1, &rmp_serde::to_vec(&json!([vec![1; 1_000]])).unwrap());
    for pause in [0, 300] {
        let mut late = node.raw(&[&TLS13]).await.unwrap();
        assert_eq!(late.ask(1, &json!(["late"])).await[0], "ok");
        late.send(&many.repeat(ANSWERS)).await;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let read = async {
            for _ in 0..ANSWERS {
                assert_eq!(late.receive().await.status().0, "ok");
            }
        };
        tokio::time::timeout(Duration::from_secs(60), read).await.expect("all of them come");
    }
    node.node.stop().await;
}

#[tokio::test]
async fn a_crowd_of_whole_handshakes_is_served() {
    let node = Node::start(Limits { strangers: 8, ..Limits::default() }).await;
    let mut come = tokio::task::JoinSet::new();
    for number in 0..60 {
        let options = node.options(&format!("client {number}"), None, None);
        come.spawn(async move {
            loop {
                match Client::connect_with(&options).await {
                    Ok(mut client) => return client.ping().await.unwrap(),
                    // It had no hello yet while others waited: it comes again.
                    Err(
                        ClientError::Dismissed(_)
                        | ClientError::Tls { .. }
                        | ClientError::Io(_)
                        | ClientError::Closed,
                    ) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        });
    }
    while let Some(came) = come.join_next().await {
        came.unwrap();
    }
    node.node.stop().await;
}
