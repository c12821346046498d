//! Who may come in.

use longmen_client::{Client, ClientError};
use longmen_gateway::{Encryption, Limits, ServeError, Tokens};
use serde_json::json;

use crate::node::TestNode;
use crate::raw::{Raw, frame};

#[tokio::test]
async fn a_hello_in_literal_bytes_is_welcomed() {
    let node = TestNode::start().await;
    let mut raw = Raw::open(&node.address()).await;
    // length 23, version 1, MessagePack, operation 1, tag 7, {"name": "ann"}
    raw.send(b"\x16\0\0\0\x01\0\x01\0\x07\0\0\0\0\0\0\0\x81\xA4name\xA3ann").await;
    let answer = raw.receive().await;
    assert_eq!((answer.format, answer.operation, answer.tag), (0, 0x8001, 7));
    let value = answer.value();
    assert_eq!(value[0], "ok");
    assert_eq!(value[1]["max_request"], 4 << 20);
    assert_eq!(value[1]["max_batch"], 8_192);
    let client = value[1]["client"].as_u64().unwrap();
    // The same name is the same client, another is another.
    assert_eq!(u64::from(node.client("ann").await.welcome().client), client);
    assert_ne!(u64::from(node.client("bob").await.welcome().client), client);
    node.stop().await;
}

#[tokio::test]
async fn what_comes_before_a_hello_is_not_authenticated_and_a_hello_still_helps() {
    let node = TestNode::start().await;
    let mut raw = Raw::open(&node.address()).await;
    for operation in [2, 3, 16, 32, 48, 52] {
        raw.send(&frame(operation, 0, 5, &[0xC0])).await;
        let answer = raw.receive().await;
        assert_eq!((answer.operation, answer.tag), (operation | 0x8000, 5));
        assert_eq!(answer.status().0, "not_authenticated");
    }
    // A compact post is answered in kind: status 26, no results.
    raw.send(&frame(32, 1, 6, &[0; 16])).await;
    assert_eq!(raw.receive().await.body, [26, 0, 0, 0, 0, 0, 0, 0]);
    raw.send(&frame(1, 0, 0, &[0x91, 0xA1, b'x'])).await;
    assert_eq!(raw.receive().await.status().0, "ok");
    raw.send(&frame(2, 0, 1, &[])).await;
    assert_eq!(raw.receive().await.status().0, "ok");
    // Once is enough.
    raw.send(&frame(1, 0, 0, &[0x91, 0xA1, b'x'])).await;
    assert_eq!(raw.receive().await.status(), ("malformed".into(), "hello was said already".into()));
    node.stop().await;
}

#[tokio::test]
async fn requests_behind_a_hello_need_not_wait_for_the_welcome() {
    let node = TestNode::start().await;
    let mut raw = Raw::open(&node.address()).await;
    let mut bytes = frame(1, 0, 1, &[0x91, 0xA1, b'x']);
    bytes.extend(frame(2, 0, 2, &[]));
    bytes.extend(frame(3, 0, 3, &[]));
    raw.send(&bytes).await;
    let mut tags = Vec::new();
    for _ in 0..3 {
        let answer = raw.receive().await;
        assert_eq!(answer.status().0, "ok");
        tags.push(answer.tag);
    }
    assert_eq!(tags, [1, 2, 3]);
    node.stop().await;
}

#[tokio::test]
async fn before_the_hello_only_short_frames_are_taken() {
    let node = TestNode::start().await;
    let mut raw = Raw::open(&node.address()).await;
    raw.send(&(1_025_u32).to_le_bytes()).await;
    let answer = raw.receive().await;
    assert_eq!((answer.operation, answer.tag, answer.status().0.as_str()), (0x8000, 0, "not_authenticated"));
    raw.is_closed().await;
    node.stop().await;
}

#[tokio::test]
async fn a_new_name_has_no_blank_at_an_end() {
    let node = TestNode::start().await;
    for name in ["ann ", "\u{3000}ann", " "] {
        let mut raw = Raw::open(&node.address()).await;
        let answer = raw.ask(1, &json!([name])).await;
        assert_eq!(answer[0], "malformed", "{name:?}: {answer}");
        assert_eq!(answer[2], "name: begins or ends with a blank");
        assert_eq!(raw.ask(1, &json!(["ann lee"])).await[0], "ok", "another hello still helps");
    }
    node.stop().await;
}

#[tokio::test]
async fn a_name_that_cannot_be_read_is_malformed_and_another_hello_still_helps() {
    let node = TestNode::start().await;
    let mut raw = Raw::open(&node.address()).await;
    let unseen = "name: has a control character, or another that is not seen";
    for (name, message) in [
        ("a\u{1b}[2J", unseen),
        ("ann\n", unseen),
        ("\u{202e}nna", unseen),
        ("", "name: is missing"),
        (&"x".repeat(65), "name: longer than is allowed, in bytes: 65, at most 64"),
    ] {
        let answer = raw.ask(1, &json!({ "name": name })).await;
        assert_eq!((answer[0].as_str(), answer[2].as_str()), (Some("malformed"), Some(message)), "{name:?}");
    }
    assert_eq!(raw.ask(1, &json!({ "name": "安 1" })).await[0], "ok");
    node.stop().await;
}

#[tokio::test]
async fn where_there_are_tokens_a_name_needs_its_own() {
    let tokens = Tokens::parse("ann 0123456789abcdef\nbob fedcba9876543210").unwrap();
    let node = TestNode::start_with(Limits::default(), Some(tokens)).await;
    let address = node.address();
    let refused = |name: &'static str, token: Option<&'static str>| {
        let address = address.clone();
        async move {
            let Err(ClientError::Refused(refusal)) = Client::connect(&address, name, token).await else {
                panic!("{name} {token:?} was let in");
            };
            assert_eq!(&*refusal.code, "not_authenticated");
        }
    };
    refused("ann", None).await;
    refused("ann", Some("")).await;
    refused("ann", Some("fedcba9876543210")).await;
    refused("ann", Some("0123456789abcde")).await;
    refused("eve", Some("0123456789abcdef")).await;
    Client::connect(&address, "ann", Some("0123456789abcdef")).await.unwrap().ping().await.unwrap();
    Client::connect(&address, "bob", Some("fedcba9876543210")).await.unwrap().ping().await.unwrap();
    // A wrong token ends the connection.
    let mut raw = Raw::open(&address).await;
    raw.send(&frame(1, 0, 0, &[0x91, 0xA3, b'a', b'n', b'n'])).await;
    assert_eq!(raw.receive().await.status().0, "not_authenticated");
    raw.is_closed().await;
    node.stop().await;
}

#[tokio::test]
async fn beyond_this_machine_a_node_listens_only_with_tokens_and_not_in_plain_text_by_itself() {
    let node = TestNode::start().await;
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"] {
        let tokens = || Some(Tokens::parse("ann 0123456789abcdef").unwrap());
        for waived in [Encryption::Off, Encryption::Waived] {
            let refused = node.serve(listen, Limits::default(), (None, waived)).await;
            assert!(matches!(refused, Err(ServeError::TokensRequired { .. })), "{listen}");
        }
        let refused = node.serve(listen, Limits::default(), (tokens(), Encryption::Off)).await;
        assert!(matches!(refused, Err(ServeError::TlsRequired { .. })), "{listen}");
    }
    let tokens = Tokens::parse("ann 0123456789abcdef").unwrap();
    let waived = (Some(tokens), Encryption::Waived);
    node.serve("0.0.0.0:0", Limits::default(), waived).await.unwrap().stop().await;
    node.serve("127.0.0.2:0", Limits::default(), (None, Encryption::Off)).await.unwrap().stop().await;
    node.stop().await;
}
