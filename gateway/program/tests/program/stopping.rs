//! SIGTERM under load: every request that was sent has an answer, every client is told, and the books are what the answers
//! say.

use std::io::{Read, Write};
use std::net::TcpStream;

use longmen_client::{
    ANSWER_BIT, CONNECTION, CompactAnswer, CompactSettings, Format, Header, Operation, PREFIX_BYTES,
    Transfer, read_prefix, write_frame, write_transfers,
};

use crate::longmen::{Served, longmen};

const CONNECTIONS: u64 = 16;
const REQUESTS: u64 = 1_000;
const SHUTTING_DOWN: u16 = 25;

/// A connection that said hello.
fn connect(served: &Served) -> TcpStream {
    let mut stream = TcpStream::connect(&served.addr).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut hello = Vec::new();
    let header = Header::request(Operation::Hello, Format::MessagePack, 0);
    write_frame(&mut hello, header, |out| out.extend(b"\x91\xA3raw"));
    stream.write_all(&hello).unwrap();
    let mut prefix = [0; PREFIX_BYTES];
    stream.read_exact(&mut prefix).unwrap();
    let length = read_prefix(&prefix, 1 << 20).unwrap().unwrap().total - PREFIX_BYTES;
    stream.read_exact(&mut vec![0; length]).unwrap();
    stream
}

/// Posts of one transfer of 0.01 each, as they lie on the wire.
fn burst(connection: u64, debit: u64, credit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for request in 0..REQUESTS {
        let id = u128::from((connection + 1) * 1_000_000 + request);
        let transfer = Transfer { id, debit, credit, amount: 1 };
        let header = Header::request(Operation::Post, Format::Compact, request);
        write_frame(&mut bytes, header, |out| {
            write_transfers(out, CompactSettings::default(), 156, &[transfer]);
        });
    }
    bytes
}

/// What a connection was told until the node closed it.
struct Heard {
    posted: u64,
    refused: u64,
}

/// Reads to the end, which is none that takes answers back: each request has one answer, behind them the notice, behind it
/// nothing.
fn hear(mut stream: TcpStream, requests: u64) -> Heard {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let mut answered = vec![false; usize::try_from(requests).unwrap()];
    let mut heard = Heard { posted: 0, refused: 0 };
    let mut rest = &bytes[..];
    loop {
        let prefix = read_prefix(rest, 1 << 20).unwrap().expect("the notice comes before the end");
        let body = &rest[PREFIX_BYTES..prefix.total];
        rest = &rest[prefix.total..];
        if prefix.header.operation == CONNECTION | ANSWER_BIT {
            let told = prefix.header.tag == 0 && body.windows(13).any(|word| word == b"shutting_down");
            assert!(
                told && rest.is_empty(),
                "{:?} {body:02x?} and {} bytes behind it",
                prefix.header,
                rest.len()
            );
            break;
        }
        let first = !std::mem::replace(&mut answered[usize::try_from(prefix.header.tag).unwrap()], true);
        assert!(first, "one answer each");
        let answer = CompactAnswer::read(body).unwrap();
        match answer.status() {
            0 => {
                assert!(answer.results().len() == 1 && answer.results().all(|result| result.rejection == 0));
                heard.posted += 1;
            }
            code => {
                assert_eq!(code, SHUTTING_DOWN);
                heard.refused += 1;
            }
        }
    }
    let missing = answered.iter().filter(|answered| !**answered).count();
    assert_eq!(missing, 0, "of {requests} requests so many have no answer");
    heard
}

#[test]
fn every_request_in_flight_is_answered_and_every_client_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let served = Served::start(&data, "2");
    let chart = format!("{}/tests/scenarios/payment_with_fee.json", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(longmen(&["open", &chart, "--addr", &served.addr]).code, Some(0));
    let idle: Vec<TcpStream> = (0..8).map(|_| connect(&served)).collect();
    let mut busy: Vec<TcpStream> = (0..CONNECTIONS).map(|_| connect(&served)).collect();
    // All of it lies in the buffers of the sockets, most of it unread, when the signal comes.
    for (connection, stream) in (0..).zip(&mut busy) {
        stream.write_all(&burst(connection, 3, 1)).unwrap();
    }
    assert_eq!(served.end_by("TERM"), Some(0));
    let mut posted = 0;
    for stream in busy {
        let heard = hear(stream, REQUESTS);
        assert_eq!(heard.posted + heard.refused, REQUESTS);
        posted += heard.posted;
    }
    for stream in idle {
        hear(stream, 0);
    }
    // What was posted is in the books, what was refused is not.
    let served = Served::start(&data, "2");
    let payer = longmen(&["balance", "BOOKS/payer/CNY", "--json", "--addr", &served.addr]).json();
    assert_eq!(payer[0]["balance"], posted, "{payer}");
    assert_eq!(served.end_by("TERM"), Some(0));
    let audit = longmen(&["verify", data.to_str().unwrap()]);
    assert_eq!(audit.code, Some(0), "{audit:?}");
}
