//! Clients that lie, stammer and babble.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;

use crate::node::{TestNode, open_books};
use crate::raw::{Raw, frame};

const OF_THE_CONNECTION: &str = "operation 0 is the node's own, to speak of the connection";

#[tokio::test]
async fn lying_lengths_and_garbage_end_the_connection_with_a_word() {
    let node = TestNode::start().await;
    for (bytes, message) in [
        (&b"\xFF\xFF\xFF\xFF"[..], "a frame of 4294967295 bytes is longer than 4194304"),
        (b"\x01\0\x40\0", "a frame of 4194305 bytes is longer than 4194304"),
        (b"\0\0\0\0", "a frame of 0 bytes has no room for its header"),
        (b"\x0B\0\0\0", "a frame of 11 bytes has no room for its header"),
        (b"GET / HTTP/1.1\r\n\r\n", "a frame of 542393671 bytes is longer than 4194304"),
        (b"\x0C\0\0\0\x02\0\x02\0\0\0\0\0\0\0\0\0", "protocol version 2 is not spoken here"),
        // An answer to these could not be told from the last word.
        (b"\x0C\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0", OF_THE_CONNECTION),
        (b"\x0C\0\0\0\x01\0\0\x80\x04\0\0\0\0\0\0\0", OF_THE_CONNECTION),
    ] {
        let mut raw = Raw::hello(&node.address()).await;
        raw.send(bytes).await;
        let answer = raw.receive().await;
        assert_eq!((answer.operation, answer.tag), (0x8000, 0));
        assert_eq!(answer.status(), ("malformed".into(), message.into()));
        raw.is_closed().await;
    }
    node.client("ann").await.ping().await.unwrap();
    node.stop().await;
}

#[tokio::test]
async fn the_last_word_comes_behind_the_answers_to_what_was_asked_before() {
    let node = TestNode::start().await;
    open_books(&mut node.client("setup").await).await;
    let mut raw = Raw::hello(&node.address()).await;
    let post = json!({"transactions": [{"id": 1, "legs": [[1, 0, 1, "CNY"], [2, 1, 1, "CNY"]]}]});
    // The post waits for its sync when the garbage behind it, in the same read, ends the connection.
    let mut bytes = frame(32, 0, 1, &rmp_serde::to_vec(&post).unwrap());
    bytes.extend(b"\xFF\xFF\xFF\xFF");
    raw.send(&bytes).await;
    let answer = raw.receive().await;
    assert_eq!((answer.operation, answer.tag), (0x8020, 1));
    assert_eq!(answer.status().0, "ok");
    let farewell = raw.receive().await;
    assert_eq!((farewell.operation, farewell.tag), (0x8000, 0));
    assert_eq!(farewell.status().0, "malformed");
    raw.is_closed().await;
    node.stop().await;
}

#[tokio::test]
async fn a_body_that_is_nonsense_is_malformed_and_the_connection_lives() {
    let node = TestNode::start().await;
    let mut raw = Raw::hello(&node.address()).await;
    let deep = vec![0x91; 100_000];
    for (operation, format, body, message) in [
        (32, 0, &b"\xC1"[..], "neither a map nor an array"),
        (32, 0, b"\xDD\xFF\xFF\xFF\xFF", "has fewer elements than it says"),
        (32, 0, b"\x91\xDD\xFF\xFF\xFF\xFF", "transactions: has fewer elements than it says"),
        (32, 0, b"\x81\xDB\xFF\xFF\xFF\xFFx", "has a field name that is no short text"),
        (32, 0, &deep, "transactions[0]: has fewer elements than it says"),
        (48, 0, &deep, "accounts[0].entity: not a text"),
        (48, 0, b"\x91\x91\xCB\0\0\0\0\0\0\0\0", "accounts[0]: a float where an integer belongs"),
        (2, 0, b"\xC0\xC0", "goes on behind its end"),
        (3, 0, b"\x91\x01", "has more fields than there are"),
        (3, 1, b"", "this operation has no compact form"),
        (3, 2, b"", "a format that is not known"),
        (777, 0, b"", "an operation that is not known"),
        (0x8020, 0, b"", "an operation that is not known"),
        (16, 0, b"\x92\xA2LM\xA4soon", "start: not a date"),
        (33, 0, b"\x90", "id: is missing"),
        (50, 0, b"\x93\x01\xC0\xCD\x03\xE9", "limit: out of range"),
        (19, 0, b"\x92\x01\x02", "account_state: not a state"),
    ] {
        raw.send(&frame(operation, format, 4, body)).await;
        let answer = raw.receive().await;
        assert_eq!(answer.tag, 4);
        assert_eq!(
            answer.status(),
            ("malformed".into(), message.into()),
            "{operation} {:02x?}",
            body.first_chunk::<4>()
        );
    }
    raw.send(&frame(2, 0, 5, &[])).await;
    assert_eq!(raw.receive().await.status().0, "ok");
    node.stop().await;
}

#[tokio::test]
async fn frames_may_come_in_any_pieces() {
    let node = TestNode::start().await;
    open_books(&mut node.client("setup").await).await;
    let mut raw = Raw::hello(&node.address()).await;
    let mut bytes = Vec::new();
    for id in 1..=3_u64 {
        let post = json!({"transactions": [{"id": id, "legs": [[1, 0, 5, "CNY"], [2, 1, 5, "CNY"]]}]});
        bytes.extend(frame(32, 0, id, &rmp_serde::to_vec(&post).unwrap()));
    }
    for byte in &bytes {
        raw.send(std::slice::from_ref(byte)).await;
        tokio::task::yield_now().await;
    }
    let mut tags = Vec::new();
    for _ in 1..=3 {
        let answer = raw.receive().await;
        assert_eq!(answer.value()[1]["results"][0]["outcome"], "posted");
        tags.push(answer.tag);
    }
    assert_eq!(tags, [1, 2, 3]);
    node.stop().await;
}

#[tokio::test]
async fn half_a_frame_and_then_an_end_is_no_request() {
    let node = TestNode::start().await;
    open_books(&mut node.client("setup").await).await;
    let post = json!({"transactions": [{"id": 1, "legs": [[1, 0, 5, "CNY"], [2, 1, 5, "CNY"]]}]});
    let whole = frame(32, 0, 1, &rmp_serde::to_vec(&post).unwrap());
    for cut in [1, 4, 15, 16, whole.len() - 1] {
        let mut raw = Raw::hello(&node.address()).await;
        raw.send(&whole[..cut]).await;
        drop(raw);
    }
    let mut client = node.client("ann").await;
    assert_eq!(client.balance(2).await.unwrap().balance, 0);
    assert_eq!(client.status().await.unwrap().decided, 0);
    node.stop().await;
}

#[tokio::test]
async fn a_client_that_only_stops_sending_gets_its_answers() {
    let node = TestNode::start().await;
    open_books(&mut node.client("setup").await).await;
    let mut raw = Raw::hello(&node.address()).await;
    let post = json!({"transactions": [{"id": 1, "legs": [[1, 0, 5, "CNY"], [2, 1, 5, "CNY"]]}]});
    raw.send(&frame(32, 0, 1, &rmp_serde::to_vec(&post).unwrap())).await;
    tokio::io::AsyncWriteExt::shutdown(&mut raw.0).await.unwrap();
    assert_eq!(raw.receive().await.value()[1]["results"][0]["outcome"], "posted");
    raw.is_closed().await;
    node.stop().await;
}

/// Random changes of good requests never end the node, nor post anything that no request asked for.
#[tokio::test]
async fn mutilated_requests_are_answered_or_end_their_connection() {
    let node = TestNode::start().await;
    open_books(&mut node.client("setup").await).await;
    let post =
        json!({"transactions": [{"id": 1, "legs": [[1, 0, 5, "CNY"], [1, 1, 5, "CNY"]]}], "balances": true});
    let good = [
        frame(32, 0, 1, &rmp_serde::to_vec(&post).unwrap()),
        frame(48, 0, 1, b"\x91\x93\x01\x02\x94\xA2LM\xA2U1\xA4cash\xA3CNY"),
        frame(50, 0, 1, b"\x93\x02\xA51/0/0\x05"),
        frame(32, 1, 1, &{
            let mut body = vec![1, 1, 156, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            body.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
            body.extend([1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]);
            body
        }),
    ];
    for seed in 0..400 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut bytes = good[random.random_range(0..good.len())].clone();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(4..bytes.len());
            bytes[at] = random.random();
        }
        let mut raw = Raw::hello(&node.address()).await;
        raw.send(&bytes).await;
        tokio::io::AsyncWriteExt::shutdown(&mut raw.0).await.unwrap();
        let mut answers = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut raw.0, &mut answers).await.unwrap();
        assert!(answers.len() > 16, "seed {seed}: {bytes:02x?} got no answer");
    }
    let mut client = node.client("ann").await;
    let trial = client.trial_balance("LM").await.unwrap();
    assert!(trial.lines.iter().all(|line| line.closing == line.accounts_total));
    node.stop().await;
}
