//! `docs/PROTOCOL.md` says what the code does: its examples and tables are compared with it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use longmen_client::{
    Amount, Charge, CompactAnswer, CompactSettings, Format, Header, HelloRequest, MAX_ANSWER, MAX_HELLO,
    MAX_LIST, MAX_ORIGINALS, MAX_STEP, Note as WireNote, Operation, REJECTIONS, Transfer, Unfreeze,
    write_frame, write_transfers,
};
use longmen_engine::ledger::notes::Note;
use longmen_engine::ledger::{ActionCode, MAX_BATCH, MAX_HOLDS, MAX_LEGS, MAX_NOTES, Rejection};
use longmen_gateway::Limits;
use serde::Serialize;

/// When the examples were sent first.
const TIME: u32 = 1_790_000_000;
const PAGE: &str = include_str!("../../docs/PROTOCOL.md");
/// The client that knows of this crate only what the page says.
const PYTHON: &str = include_str!("../clients/python/longmen.py");

/// The bytes of an example.
fn example(name: &str) -> Vec<u8> {
    let (_, rest) = PAGE.split_once(&format!("```hex {name}\n")).expect("the example is there");
    let (hex, _) = rest.split_once("```").expect("the example ends");
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// The rows of the table with this heading, cell by cell, without backquotes.
fn table(heading: &str) -> Vec<Vec<String>> {
    let (_, rest) = PAGE.split_once(&format!("{heading}\n")).expect("the table is there");
    let rows = rest.lines().skip(1).take_while(|line| line.starts_with('|'));
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    rows.map(cells).collect()
}

fn request(operation: Operation, tag: u64, body: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_frame(&mut bytes, Header::request(operation, Format::MessagePack, tag), |out| {
        body.serialize(&mut rmp_serde::Serializer::new(out).with_struct_map()).unwrap();
    });
    bytes
}

#[test]
fn the_examples_are_what_the_client_writes() {
    assert_eq!(example("hello"), request(Operation::Hello, 1, &HelloRequest { name: "ann", token: None }));

    #[derive(Serialize)]
    struct ById {
        id: u64,
        legs: [(u64, &'static str, Amount, &'static str); 2],
        time: u32,
    }
    #[derive(Serialize)]
    struct Post {
        transactions: [ById; 1],
    }
    let legs = [(1, "debit", Amount::from("5.00"), "CNY"), (2, "credit", Amount::from("5.00"), "CNY")];
    let by_id = ById { id: 7, legs, time: TIME };
    assert_eq!(example("post"), request(Operation::Post, 3, &Post { transactions: [by_id] }));

    #[derive(Serialize)]
    struct Held {
        id: u64,
        unfreeze: Unfreeze,
    }
    #[derive(Serialize)]
    struct Release {
        transactions: [Held; 1],
    }
    let unfreeze = Unfreeze::part(7, "2.00", "CNY");
    let release = Release { transactions: [Held { id: 8, unfreeze }] };
    assert_eq!(example("unfreeze"), request(Operation::Post, 4, &release));

    #[derive(Serialize)]
    struct Charged {
        id: u64,
        r#type: &'static str,
        charge: Charge,
    }
    #[derive(Serialize)]
    struct Charges {
        transactions: [Charged; 1],
    }
    let charge = Charge::new(1, "100.00", "CNY").payee(2);
    let charges = Charges { transactions: [Charged { id: 11, r#type: "card_pay", charge }] };
    assert_eq!(example("charge"), request(Operation::Post, 11, &charges));

    let mut transfer = Vec::new();
    write_frame(&mut transfer, Header::request(Operation::Post, Format::Compact, 2), |out| {
        let settings = CompactSettings { want_balances: true, time: TIME };
        write_transfers(out, settings, 156, &[Transfer { id: 7, debit: 1, credit: 2, amount: 500 }]);
    });
    assert_eq!(example("transfer"), transfer);
    let answer = example("transfer-answer");
    let answer = CompactAnswer::read(&answer[16..]).unwrap();
    assert_eq!(answer.balances().map(|one| one.balance).collect::<Vec<_>>(), [500, 500]);
}

#[test]
fn the_tables_name_every_operation_and_every_rejection() {
    let rows = table("| number | name | request | what it does |");
    let named: Vec<_> = rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let known = Operation::ALL.map(|operation| (operation.number().to_string(), operation.name().to_owned()));
    assert_eq!(named, known);
    for (number, name) in known {
        assert!(PYTHON.contains(&format!("\"{name}\": {number},")), "the Python client has no {name}");
    }

    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let rows = table("| number | code | group | result | retry | meaning |");
    let listed: Vec<_> = rows.iter().map(|row| row[..5].to_vec()).collect();
    let known = Rejection::ALL.map(|r| {
        let (number, group) = (r.number().to_string(), r.group().to_string());
        vec![number, r.code().to_owned(), group, yes(r.is_result()), yes(r.may_retry())]
    });
    assert_eq!(listed, known);
}

/// Whatever actions there are, the page tells what they do.
#[test]
fn the_table_of_actions_names_every_action() {
    let rows = table("| action | fields | legs | what it does |");
    let named: Vec<_> = rows.iter().map(|row| row[0].clone()).collect();
    let own = [ActionCode::Post, ActionCode::CarryForward];
    let known = ActionCode::ALL.into_iter().filter(|action| !own.contains(action)).map(ActionCode::name);
    assert_eq!(named, known.collect::<Vec<_>>());
}

#[test]
fn the_limits_are_the_default_ones() {
    let limits = Limits::default();
    let known = [
        limits.request_bytes.into(),
        MAX_HELLO.into(),
        MAX_ANSWER.into(),
        MAX_BATCH as u64,
        MAX_LEGS as u64,
        MAX_NOTES as u64,
        MAX_HOLDS as u64,
        MAX_ORIGINALS as u64,
        MAX_LIST.into(),
        limits.session.transactions,
        limits.node.transactions,
        limits.session.bytes,
        limits.node.bytes,
        limits.connections.into(),
        limits.strangers.into(),
        limits.unread_bytes as u64,
        limits.outgoing_bytes as u64,
        limits.hello_deadline.as_secs(),
        limits.frame_deadline.as_secs(),
        limits.write_deadline.as_secs(),
        limits.pressing_deadline.as_secs(),
        limits.idle_timeout.as_secs(),
    ];
    let digits =
        |cell: &str| cell.chars().filter(char::is_ascii_digit).collect::<String>().parse::<u64>().unwrap();
    let listed: Vec<u64> = table("| limit | default |").iter().map(|row| digits(&row[1])).collect();
    assert_eq!(listed, known);
    assert!(PAGE.contains("1 to 32,767") && MAX_STEP == 32_767);
    assert!(PAGE.contains("81,920 bytes"), "what an original counts");
}

/// The client knows nothing of the engine; what both must know is the same.
#[test]
fn client_and_engine_agree() {
    let mut by_number = Rejection::ALL;
    by_number.sort_unstable_by_key(|rejection| rejection.number());
    assert_eq!(REJECTIONS, by_number.map(Rejection::code));
    assert_eq!(longmen_client::MAX_BATCH, MAX_BATCH);
    assert_eq!(longmen_client::MAX_LEGS, MAX_LEGS);
    assert_eq!(longmen_client::MAX_NOTES, MAX_NOTES);
    let notes = [
        (Note::Kind, WireNote::Kind),
        (Note::Reference, WireNote::Reference),
        (Note::Tags, WireNote::Tags),
        (Note::Operator, WireNote::Operator),
        (Note::Approval, WireNote::Approval),
        (Note::Reason, WireNote::Reason),
        (Note::Visibility, WireNote::Visibility),
        (Note::Counterparty, WireNote::Counterparty),
    ];
    assert_eq!(notes.map(|(note, _)| note), Note::GIVEN);
    assert!(notes.into_iter().all(|(ours, wire)| ours as u8 == wire as u8));
    let id = longmen_client::id_of_text("order-17");
    assert!(PAGE.contains(&format!("`{id:032x}`")), "the example of a text id");
}
