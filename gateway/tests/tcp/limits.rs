//! What one client may take, and that the others do not feel it.

use std::time::{Duration, Instant};

use longmen_client::{Client, ClientError, CompactAnswer, CompactSettings, Transfer, write_transfers};
use longmen_gateway::{Encryption, InFlight, Limits, ServeError};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::node::{TestNode, open_books};
use crate::raw::{Raw, frame};

#[tokio::test]
async fn one_connection_too_many_is_told_and_closed_and_room_comes_back() {
    let node = TestNode::start_with(Limits { connections: 2, ..Limits::default() }, None).await;
    let mut one = node.client("ann").await;
    let two = node.client("bob").await;
    let mut raw = Raw::open(&node.address()).await;
    let answer = raw.receive().await;
    assert_eq!((answer.operation, answer.tag), (0x8000, 0));
    assert_eq!(answer.status(), ("busy".into(), "too many connections".into()));
    raw.is_closed().await;
    one.ping().await.unwrap();
    drop(two);
    // The place is free once the node has seen the end.
    loop {
        match Client::connect(&node.address(), "eve", None).await {
            Ok(mut client) => break client.ping().await.unwrap(),
            Err(ClientError::Dismissed(refusal)) => assert_eq!(&*refusal.code, "busy"),
            Err(ClientError::Io(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    node.stop().await;
}

fn transfers(count: u64, first: u64) -> Vec<u8> {
    let transfer = |id: u64| Transfer { id: id.into(), debit: 1, credit: 2, amount: 1 };
    let transfers: Vec<Transfer> = (first..first + count).map(transfer).collect();
    let mut body = Vec::new();
    write_transfers(&mut body, CompactSettings::default(), 156, &transfers);
    body
}

#[tokio::test]
async fn beyond_the_permits_a_request_is_busy_and_nothing_is_done() {
    let session = InFlight { transactions: 100, bytes: 1 << 20 };
    let limits = Limits { request_bytes: 1 << 20, session, ..Limits::default() };
    let node = TestNode::start_with(limits, None).await;
    open_books(&mut node.client("setup").await).await;
    let mut raw = Raw::hello(&node.address()).await;
    // Both arrive in one read: the second finds the permits taken.
    let mut bytes = frame(32, 1, 1, &transfers(100, 1));
    bytes.extend(frame(32, 1, 2, &transfers(1, 101)));
    let over = json!({"transactions": [{"id": 102, "legs": [[1, 0, 1, "CNY"], [2, 1, 1, "CNY"]]}]});
    bytes.extend(frame(32, 0, 3, &rmp_serde::to_vec(&over).unwrap()));
    raw.send(&bytes).await;
    let busy = raw.receive().await;
    assert_eq!((busy.tag, busy.body), (2, vec![23, 0, 0, 0, 0, 0, 0, 0]));
    let busy = raw.receive().await;
    assert_eq!((busy.tag, busy.status().0.as_str()), (3, "busy"));
    let done = raw.receive().await;
    assert_eq!(done.tag, 1);
    let answer = CompactAnswer::read(&done.body).unwrap();
    assert!(answer.results().len() == 100 && answer.results().all(|result| result.rejection == 0));
    // The same ids again, now that there is room: they were not remembered.
    raw.send(&frame(32, 1, 4, &transfers(2, 101))).await;
    let answer = raw.receive().await;
    let again: Vec<_> =
        CompactAnswer::read(&answer.body).unwrap().results().map(|r| (r.rejection, r.repeated)).collect();
    assert_eq!(again, [(0, false), (0, false)]);
    // A batch that never fits is busy for ever.
    raw.send(&frame(32, 1, 5, &transfers(101, 1_000))).await;
    assert_eq!(raw.receive().await.body, [23, 0, 0, 0, 0, 0, 0, 0]);
    node.stop().await;
}

#[tokio::test]
async fn a_frame_without_permits_for_its_bytes_is_passed_over_unread() {
    let session = InFlight { transactions: 10_000, bytes: 400_000 };
    let limits = Limits { request_bytes: 300_000, session, ..Limits::default() };
    let node = TestNode::start_with(limits, None).await;
    open_books(&mut node.client("setup").await).await;
    let mut raw = Raw::hello(&node.address()).await;
    // 5,000 transfers take 200,032 bytes and 80,000 for their answer; a second such frame does not fit beside it.
    let mut bytes = frame(32, 1, 1, &transfers(5_000, 1));
    bytes.extend(frame(32, 1, 2, &transfers(5_000, 5_001)));
    bytes.extend(frame(2, 0, 3, &[]));
    raw.send(&bytes).await;
    let mut answers = [raw.receive().await, raw.receive().await, raw.receive().await];
    answers.sort_by_key(|answer| answer.tag);
    assert_eq!(CompactAnswer::read(&answers[0].body).unwrap().results().len(), 5_000);
    let second = CompactAnswer::read(&answers[1].body).unwrap();
    assert!(
        second.status() == 23 || second.results().len() == 5_000,
        "busy, unless the first was out already"
    );
    assert_eq!(answers[2].status().0, "ok", "what comes behind it is read again");
    node.stop().await;
}

/// A request whose answer is about 400 KB.
fn ask_for_much() -> Vec<u8> {
    frame(48, 0, 1, &rmp_serde::to_vec(&json!([vec![1; 1_000]])).unwrap())
}

/// Waits until `client` is the only one left and all that the others held has come back; what they held at most.
async fn alone(client: &mut Client) -> u64 {
    let mut most = 0;
    let wait = async {
        loop {
            let status = client.status().await.unwrap();
            most = most.max(status.in_flight_bytes);
            if status.connections == 1 && status.in_flight_bytes == 0 {
                return;
            }
        }
    };
    let patience = Duration::from_secs(60);
    tokio::time::timeout(patience, wait)
        .await
        .expect("the deaf client is dropped, and what it held comes back");
    most
}

#[tokio::test]
async fn a_client_that_never_reads_is_dropped_and_others_are_served() {
    // Only the bytes that wait decide here: the deadline is far.
    let write_deadline = Duration::from_secs(3_600);
    let limits = Limits { outgoing_bytes: 1 << 20, write_deadline, ..Limits::default() };
    let node = TestNode::start_with(limits, None).await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let mut deaf = Raw::hello(&node.address()).await;
    // Asks for far more than the buffers of both sides hold, and never reads any of it.
    let babble = tokio::spawn(async move { while deaf.0.write_all(&ask_for_much()).await.is_ok() {} });
    let most = alone(&mut client).await;
    assert!(most <= 64 << 20, "what is under way stays within the session's permits: {most}");
    babble.await.unwrap();
    node.stop().await;
}

#[tokio::test]
async fn a_client_that_stops_reading_is_dropped_at_the_deadline() {
    // Only the deadline decides here: there is room for all that waits.
    let limits = Limits { write_deadline: Duration::from_millis(300), ..Limits::default() };
    let node = TestNode::start_with(limits, None).await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let mut deaf = Raw::hello(&node.address()).await;
    for _ in 0..50 {
        deaf.send(&ask_for_much()).await;
    }
    alone(&mut client).await;
    drop(deaf);
    node.stop().await;
}

#[tokio::test]
async fn a_client_that_leaves_refusals_unread_is_no_longer_read_from() {
    // Nothing but the refusals decides here: there is room for all else, and the deadline is far.
    let session = InFlight { transactions: 131_072, bytes: 16 << 20 };
    let write_deadline = Duration::from_secs(3_600);
    let limits = Limits { session, outgoing_bytes: 1 << 30, write_deadline, ..Limits::default() };
    let node = TestNode::start_with(limits, None).await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let mut deaf = Raw::hello(&node.address()).await;
    // Answers that fill the buffers of both sides and then hold all permits of the session.
    for _ in 0..100 {
        deaf.send(&ask_for_much()).await;
    }
    let pings = frame(2, 0, 7, &[]).repeat(4_096);
    let mut sent = 0;
    while sent < 64 << 20 {
        match tokio::time::timeout(Duration::from_secs(2), deaf.0.write(&pings[sent % 16..])).await {
            Ok(count) => sent += count.unwrap(),
            Err(_) => break,
        }
    }
    // What the buffers of both sides hold is a few MiB.
    assert!(sent < 32 << 20, "{sent} bytes of requests were refused and none of it was read");
    client.ping().await.unwrap();
    drop(deaf);
    node.stop().await;
}

#[tokio::test]
async fn many_who_never_read_leave_room_for_one_who_does() {
    // Only what each may hold decides here: the deadlines are far.
    let far = Duration::from_secs(3_600);
    let limits = Limits { write_deadline: far, pressing_deadline: far, ..Limits::default() };
    let node = TestNode::start_with(limits, None).await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let mut deaf = Vec::new();
    for _ in 0..16 {
        let mut raw = Raw::hello(&node.address()).await;
        // As much as a session may have under way, three times.
        raw.send(&ask_for_much().repeat(300)).await;
        deaf.push(raw);
    }
    // Until they hold what they can.
    let mut held = vec![0];
    while held.len() < 20 || held[held.len() - 20..].iter().any(|then| Some(then) != held.last()) {
        held.push(client.status().await.unwrap().in_flight_bytes);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let each = held.last().unwrap() / 16;
    assert!((1 << 20..16 << 20).contains(&each), "{each} bytes");
    let mut raw = Raw::hello(&node.address()).await;
    for first in [1, 10_001] {
        raw.send(&frame(32, 1, first, &transfers(8_192, first))).await;
    }
    for _ in 0..2 {
        let answer = raw.receive().await;
        assert_eq!(CompactAnswer::read(&answer.body).unwrap().results().len(), 8_192, "not busy");
    }
    drop(deaf);
    node.stop().await;
}

#[tokio::test]
async fn who_does_not_read_is_dropped_sooner_where_others_miss_what_it_holds() {
    let (session, bytes) = (InFlight { transactions: 131_072, bytes: 8 << 20 }, 24 << 20);
    let limits = Limits {
        session,
        node: InFlight { bytes, ..Limits::default().node },
        write_deadline: Duration::from_secs(3_600),
        pressing_deadline: Duration::from_millis(200),
        ..Limits::default()
    };
    let node = TestNode::start_with(limits, None).await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let deafen =
        |mut deaf: Raw| tokio::spawn(async move { while deaf.0.write_all(&ask_for_much()).await.is_ok() {} });
    let mut all = vec![deafen(Raw::hello(&node.address()).await)];
    tokio::time::sleep(Duration::from_secs(1)).await;
    let status = client.status().await.unwrap();
    assert_eq!(status.connections, 2, "one alone is waited for");
    assert!((2 << 20..bytes / 2).contains(&status.in_flight_bytes), "{}", status.in_flight_bytes);
    for _ in 0..8 {
        all.push(deafen(Raw::hello(&node.address()).await));
    }
    // Until others miss nothing any more: who is left then is waited for.
    let wait = async {
        loop {
            let status = client.status().await.unwrap();
            if status.connections < 10 && status.in_flight_bytes <= bytes / 2 {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("some are dropped");
    all.iter().for_each(tokio::task::JoinHandle::abort);
    node.stop().await;
}

#[tokio::test]
async fn requests_that_are_held_back_are_all_answered() {
    let node = TestNode::start().await;
    open_books(&mut node.client("setup").await).await;
    let mut raw = Raw::hello(&node.address()).await;
    // Far more than it may have under way before it has read anything, and then no more.
    raw.send(&ask_for_much().repeat(90)).await;
    raw.0.shutdown().await.unwrap();
    for _ in 0..90 {
        assert_eq!(raw.receive().await.status().0, "ok");
    }
    raw.is_closed().await;
    node.stop().await;
}

/// A connection that ends is told why, behind its answers.
async fn is_told(raw: &mut Raw, why: &str) {
    let told = raw.receive().await;
    assert_eq!((told.operation, told.tag), (0x8000, 0));
    assert_eq!(told.status(), ("busy".into(), why.into()));
    raw.is_closed().await;
}

#[tokio::test]
async fn slow_silent_and_speechless_clients_are_dropped() {
    let limits = Limits {
        hello_deadline: Duration::from_millis(200),
        frame_deadline: Duration::from_millis(200),
        idle_timeout: Duration::from_millis(400),
        ..Limits::default()
    };
    let node = TestNode::start_with(limits, None).await;
    let mut speechless = Raw::open(&node.address()).await;
    is_told(&mut speechless, "no hello was answered within 200ms").await;
    let mut silent = Raw::hello(&node.address()).await;
    is_told(&mut silent, "nothing was asked for too long: 400ms").await;
    let mut slow = Raw::hello(&node.address()).await;
    slow.send(&[12, 0]).await;
    is_told(&mut slow, "a frame was not finished within 200ms").await;
    // What was asked before is answered before.
    let mut asked = Raw::hello(&node.address()).await;
    asked.send(&[frame(2, 0, 8, &[]), vec![12, 0]].concat()).await;
    assert_eq!(asked.receive().await.tag, 8);
    is_told(&mut asked, "a frame was not finished within 200ms").await;
    // A frame that trickles in is late, however lively it looks.
    let mut trickle = Raw::hello(&node.address()).await;
    let bytes = frame(2, 0, 1, &vec![0; 4_000_000]);
    let begun = Instant::now();
    for byte in bytes.chunks(1) {
        if begun.elapsed() > Duration::from_millis(400) || trickle.0.write_all(byte).await.is_err() {
            break;
        }
        tokio::task::yield_now().await;
    }
    is_told(&mut trickle, "a frame was not finished within 200ms").await;
    node.stop().await;
}

#[tokio::test]
async fn limits_that_cannot_work_together_are_refused() {
    let node = TestNode::start().await;
    let small = InFlight { transactions: 1, bytes: 1 };
    for limits in [
        Limits { request_bytes: 100, ..Limits::default() },
        Limits { session: InFlight { bytes: 1, ..Limits::default().session }, ..Limits::default() },
        Limits { session: InFlight { transactions: 0, ..Limits::default().session }, ..Limits::default() },
        Limits { node: small, ..Limits::default() },
        Limits { connections: 0, ..Limits::default() },
        Limits { lookups: 0, ..Limits::default() },
    ] {
        let refused = node.serve("127.0.0.1:0", limits, (None, Encryption::Off)).await;
        assert!(matches!(refused, Err(ServeError::Limits { .. })), "{refused:?}");
    }
    node.stop().await;
}

/// What is read of originals is counted before anything is asked, and given back with the answer.
#[tokio::test]
async fn originals_take_permits_as_long_as_their_post_is_under_way() {
    let session = InFlight { transactions: 100, bytes: 1 << 20 };
    let node =
        TestNode::start_with(Limits { request_bytes: 1 << 20, session, ..Limits::default() }, None).await;
    let mut raw = Raw::hello(&node.address()).await;
    let reversals = |count: u64| {
        let one = |id: u64| json!({"id": id, "reverse": {"original": 1_000 + id}});
        json!({"transactions": (1..=count).map(one).collect::<Vec<_>>()})
    };
    for _ in 0..3 {
        let answer = raw.ask(32, &reversals(13)).await;
        assert_eq!(answer[0], "busy");
        let answer = raw.ask(32, &reversals(12)).await;
        let results = answer[1]["results"].as_array().unwrap();
        assert!(results.len() == 12 && results.iter().all(|result| result["outcome"] == "unknown_original"));
    }
    node.stop().await;
}

#[tokio::test]
async fn those_who_say_nothing_make_room_for_those_who_come() {
    let node = TestNode::start_with(Limits { connections: 4, strangers: 2, ..Limits::default() }, None).await;
    let mut clients = vec![node.client("ann").await, node.client("bob").await];
    let mut begun = Raw::open(&node.address()).await;
    // The beginning of a hello is all that came of it: it goes before one that may still say it whole.
    begun.send(&[12]).await;
    let mut silent = Raw::open(&node.address()).await;
    for (name, goes) in [("eve", &mut begun), ("dan", &mut silent)] {
        clients.push(node.client(name).await);
        let told = goes.receive().await;
        assert_eq!((told.operation, told.tag), (0x8000, 0));
        assert_eq!(told.status(), ("busy".into(), "no hello came, and others wait".into()));
        goes.is_closed().await;
    }
    // Clients have all places now, and nobody takes one from them.
    let mut late = Raw::open(&node.address()).await;
    assert_eq!(late.receive().await.status(), ("busy".into(), "too many connections".into()));
    for client in &mut clients {
        client.ping().await.unwrap();
    }
    node.stop().await;
}
