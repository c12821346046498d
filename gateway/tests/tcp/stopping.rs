//! A clean stop loses nothing.

use std::collections::BTreeSet;

use longmen_client::{CompactSettings, Connection, Transfer};
use longmen_gateway::Limits;

use crate::node::{TestNode, open_books};

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
