//! Nodes that say nothing, and connections that break: every command ends, and says what is known.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::longmen::{Ran, Served, longmen};

#[test]
fn a_silent_port_ends_every_command() {
    // Connections are taken by the system; nobody ever reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = silent.local_addr().unwrap().to_string();
    let chart = format!("{}/tests/scenarios/payment_with_fee.json", env!("CARGO_MANIFEST_DIR"));
    let chart_csv = format!("{}/tests/program/data/chart.csv", env!("CARGO_MANIFEST_DIR"));
    let open = format!("open {chart}");
    let import = format!("import chart {chart_csv} --entity LM");
    let commands = [
        "accounts",
        "balance @1",
        "balance @1 --at 2026-01-01",
        "post --id 1 --debit @1=1 --credit @2=1",
        "reverse 1 --id 2",
        "refund 1 --id 2 --debit @1=1 --credit @2=1",
        "freeze LM/U1/CNY=1 --id 3",
        "unfreeze 3 --id 4",
        "raise 3 1.00 CNY --id 4",
        "consume 3 --id 5 --debit @1=1 --credit @2=1",
        "holds",
        "try --id 6 --debit @1=1 --credit @2=1",
        "confirm 6 --id 7",
        "cancel 6",
        "transaction 1",
        "statement @1",
        "entry @1 1/0/0",
        "register @1",
        "report daily --entity LM",
        "trial-balance",
        "state @1 --account-state normal",
        "limits @1",
        "reserve @1=1",
        "hot @1",
        "map-customer @1 C",
        "customer LM C",
        "map-type LM wallet 220301 --from 2026-01-01",
        "close-day LM 2026-01-02",
        "status",
        &open,
        &import,
    ];
    thread::scope(|scope| {
        for command in commands {
            let addr = &addr;
            scope.spawn(move || {
                let words: Vec<&str> = command.split_whitespace().collect();
                let ran = longmen(&[&words[..], &["--addr", addr, "--timeout", "1"]].concat());
                assert_eq!(ran.code, Some(3), "{command}: {ran:?}");
                assert!(ran.err.contains("does not answer: no welcome within 1s"), "{command}: {ran:?}");
            });
        }
    });
}

#[test]
fn a_node_that_is_not_there_and_one_that_stands_still_are_told_apart() {
    let nobody = longmen(&["status", "--addr", "127.0.0.1:1"]);
    assert_eq!(nobody.code, Some(3));
    for word in ["cannot reach 127.0.0.1:1", "refused", "longmen serve --data"] {
        assert_eq!(nobody.err.matches(word).count(), 1, "{word}: {}", nobody.err);
    }
    let directory = tempfile::tempdir().unwrap();
    let served = Served::start(&directory.path().join("books"), "1");
    served.signal("STOP");
    let still = longmen(&["status", "--addr", &served.addr, "--timeout", "1"]);
    served.signal("CONT");
    assert_eq!(still.code, Some(3), "{still:?}");
    assert!(still.err.contains("stands still"), "{still:?}");
    assert_eq!(longmen(&["status", "--addr", &served.addr]).code, Some(0));
}

/// What becomes of the requests behind the hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// They never reach the node; the connection ends.
    Lost,
    /// The node does them; the connection ends before the answer.
    Done,
    /// The node does them; the answer never comes.
    Withheld,
}

/// Passes one connection on to a node until the hello and so many requests are answered; `fate` is what becomes of the rest.
fn between(node: &str, requests: usize, fate: Fate) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let node = node.to_owned();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut served = TcpStream::connect(node).unwrap();
        for _hello_or_request in 0..=requests {
            pass(&mut client, &mut served);
            pass(&mut served, &mut client);
        }
        if fate == Fate::Lost {
            return;
        }
        pass(&mut client, &mut served);
        let mut answer = [0; 4];
        served.read_exact(&mut answer).unwrap();
        if fate == Fate::Withheld {
            // Until the client gives up.
            drop(client.read(&mut [0; 1]));
        }
    });
    addr
}

/// Passes one frame on.
fn pass(from: &mut TcpStream, to: &mut TcpStream) {
    let mut length = [0; 4];
    from.read_exact(&mut length).unwrap();
    let mut frame = vec![0; u32::from_le_bytes(length) as usize];
    from.read_exact(&mut frame).unwrap();
    to.write_all(&length).unwrap();
    to.write_all(&frame).unwrap();
}

#[track_caller]
fn has(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    for word in words {
        assert!(ran.err.contains(word) || ran.out.contains(word), "no {word:?} in {ran:?}");
    }
}

#[test]
fn a_payment_without_an_answer_can_be_sent_again() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::start(&directory.path().join("books"), "1");
    let chart = format!("{}/tests/scenarios/payment_with_fee.json", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(longmen(&["open", &chart, "--addr", &served.addr]).code, Some(0));
    let pay = ["post", "--debit", "BOOKS/bank/CNY=1", "--credit", "BOOKS/payer/CNY=1"];
    let fates = [
        // Closed, or broken: that is how the system tells it.
        (Fate::Lost, "the node", "posted, frame"),
        (Fate::Done, "the node", "posted, the first result given again"),
        (Fate::Withheld, "no answer within 1s", "posted, the first result given again"),
    ];
    for (fate, why, again) in fates {
        let addr = between(&served.addr, 0, fate);
        let ran = longmen(&[&pay[..], &["--addr", &addr, "--timeout", "1"]].concat());
        has(&ran, 3, &["longmen: the id is ", "unknown whether", why]);
        let (_, id) = ran.err.lines().next().unwrap().split_once("the id is ").expect("the id is told first");
        has(&ran, 3, &[&format!("send the same again with --id {id} --time 1")]);
        let ran = longmen(&[&pay[..], &["--addr", &served.addr, "--id", id]].concat());
        has(&ran, 0, &[again]);
        assert!(!ran.err.contains("the id is"), "the id was given: {ran:?}");
    }
    let balance = longmen(&["balance", "BOOKS/payer/CNY", "--addr", &served.addr]);
    has(&balance, 0, &["3.00"]);
    // A close asks for the date that is current first.
    let addr = between(&served.addr, 1, Fate::Lost);
    let ran = longmen(&["close-day", "BOOKS", "2024-02-29", "--addr", &addr, "--timeout", "1"]);
    has(&ran, 3, &["unknown whether the close was done", "run the same command again"]);
}
