//! A clean stop loses nothing.

use std::collections::BTreeSet;

use longmen_client::{CompactSettings, Connection, Transfer};
use longmen_gateway::Limits;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::node::{TestNode, open_books};
use crate::raw::{Raw, frame};

/// A client posts as fast as it can while the node stops: what was answered is in the books after the restart, and
/// what was not is there whole or not at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_before_a_stop_is_there_after_it() {
    let node = TestNode::start().await;
    open_books(&mut node.client("setup").await).await;
    let (connection, _) = Connection::open(&node.address(), "ann", None).await.unwrap();
    let (mut sender, mut receiver) = connection.split();
    let posting = tokio::spawn(async move {
        for id in 1_u64.. {
            let transfer = Transfer { id: id.into(), debit: 1, credit: 2, amount: 1 };
            sender.queue_transfers(id, CompactSettings::default(), 156, &[transfer]);
            if sender.flush().await.is_err() {
                return id;
            }
        }
        unreachable!()
    });
    let mut posted = BTreeSet::new();
    while posted.len() < 100 {
        let answer = receiver.next().await.unwrap();
        let answered = answer.compact().unwrap();
        if answered.status() == 0 && answered.results().all(|result| result.rejection == 0) {
            posted.insert(answer.tag());
        }
    }
    let stopping = tokio::spawn(node.stop());
    while let Ok(answer) = receiver.next().await {
        let answered = answer.compact().unwrap();
        if answered.status() == 0 && answered.results().all(|result| result.rejection == 0) {
            posted.insert(answer.tag());
        }
    }
    let asked = posting.await.unwrap();
    let directory = stopping.await.unwrap();

    let node = TestNode::open(directory, Limits::default(), None).await;
    let mut client = node.client("ann").await;
    let balance = client.balance(2).await.unwrap().balance;
    assert!(balance >= i128::try_from(posted.len()).unwrap(), "every answer is in the books");
    assert!(balance <= i128::from(asked), "nothing is there twice");
    let every = posted.len() / 50 + 1;
    for id in posted.into_iter().step_by(every) {
        assert_eq!(&*client.transaction(u128::from(id)).await.unwrap().outcome, "posted");
    }
    node.stop().await;
}

#[tokio::test]
async fn a_stop_closes_idle_connections_and_listens_no_more() {
    let node = TestNode::start().await;
    let address = node.address();
    let mut client = node.client("ann").await;
    node.stop().await;
    assert!(client.ping().await.is_err());
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
}

/// Half a request is no reason to wait for the rest: it is refused as soon as it is known which it is.
#[tokio::test]
async fn a_stop_tells_clients_strangers_and_whoever_is_in_the_middle_of_a_request() {
    let node = TestNode::start().await;
    open_books(&mut node.client("setup").await).await;
    let mut idle = Raw::hello(&node.address()).await;
    let mut stranger = Raw::open(&node.address()).await;
    let mut busy = Raw::hello(&node.address()).await;
    let post = json!({"transactions": [{"id": 1, "legs": [[1, 0, 5, "CNY"], [2, 1, 5, "CNY"]]}]});
    let request = frame(32, 0, 7, &rmp_serde::to_vec(&post).unwrap());
    busy.send(&frame(2, 0, 6, &[])).await;
    assert_eq!(busy.receive().await.status().0, "ok");
    busy.send(&request[..request.len() - 1]).await;
    // Behind a second ping of another connection the node has looked at all that was sent before it.
    idle.send(&frame(2, 0, 5, &[])).await;
    assert_eq!(idle.receive().await.status().0, "ok");
    let stopping = tokio::spawn(node.stop());
    let refused = busy.receive().await;
    assert_eq!((refused.operation, refused.tag, &*refused.status().0), (0x8020, 7, "shutting_down"));
    for raw in [&mut idle, &mut stranger, &mut busy] {
        let notice = raw.receive().await;
        assert_eq!((notice.operation, notice.tag), (0x8000, 0));
        assert_eq!(notice.status(), ("shutting_down".into(), "the node is about to stop".into()));
        let mut rest = Vec::new();
        raw.0.read_to_end(&mut rest).await.expect("an end, and no reset that takes answers back");
        assert!(rest.is_empty(), "{rest:02x?}");
    }
    drop((idle, stranger, busy));
    let node = TestNode::open(stopping.await.unwrap(), Limits::default(), None).await;
    assert_eq!(node.client("raw").await.balance(2).await.unwrap().balance, 0);
    node.stop().await;
}

/// A client that sends without end is refused for a while, told in the end, and holds nobody up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_never_stops_sending_does_not_hold_up_the_stop() {
    let node = TestNode::start().await;
    let raw = Raw::hello(&node.address()).await;
    let (mut read, mut write) = raw.0.into_split();
    let sending = tokio::spawn(async move {
        let pings = frame(2, 0, 1, &[]).repeat(64);
        while write.write_all(&pings).await.is_ok() {}
    });
    let reading = tokio::spawn(async move {
        let mut heard = vec![0; 64 << 10];
        let mut told = false;
        while let Ok(count @ 1..) = read.read(&mut heard).await {
            told |= heard[..count].windows(8).any(|word| word == b"shutting");
        }
        told
    });
    node.stop().await;
    assert!(reading.await.unwrap(), "it was told");
    sending.await.unwrap();
}
