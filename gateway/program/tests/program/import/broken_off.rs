//! A connection that breaks in the middle of an import, and the same command run again.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use super::World;

/// Enough for several requests.
const COUNT: i64 = 20_000;

/// Passes a connection on to the node, and ends it when the answer behind the first `answers` comes: what was done for
/// that one is told to nobody.
fn cut_after(answers: usize, node: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let node = node.to_owned();
    thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        let server = TcpStream::connect(node).unwrap();
        let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
        pass(server, client, answers);
    });
    addr
}

fn pass(mut server: TcpStream, mut client: TcpStream, answers: usize) {
    for _ in 0..answers {
        let Some(answer) = read_frame(&mut server) else { break };
        client.write_all(&answer).unwrap();
    }
    read_frame(&mut server);
    for stream in [server, client] {
        drop(stream.shutdown(Shutdown::Both));
    }
}

/// A frame with its length before it; `None` when the connection ended.
fn read_frame(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let mut frame = length.to_vec();
    frame.resize(4 + usize::try_from(u32::from_le_bytes(length)).unwrap(), 0);
    stream.read_exact(&mut frame[4..]).ok()?;
    Some(frame)
}

/// Runs an import that breaks off after this many answers; `sent`: whether it got as far as sending.
#[track_caller]
fn break_off(world: &World, what: &str, file: &Path, answers: usize, sent: bool) {
    let addr = cut_after(answers, &world.served.addr);
    let ran = world.import_file(3, what, file, &addr, &[]);
    let told = ran.err.contains("run the same command again");
    assert_eq!(told, sent, "after {answers} answers: {}", ran.err);
}

/// The answers before the first post: hello, status, chart, accounts.
#[test]
fn an_import_that_broke_off_is_mended_by_running_it_again() {
    let world = World::open("2");
    let mut text = "transaction,step,account,account_type,side,amount,currency\n".to_owned();
    for number in 0..COUNT {
        writeln!(text, "t-{number},1,bank,,debit,0.01,CNY\nt-{number},2,M1,settlement,credit,0.01,CNY")
            .unwrap();
    }
    let file = world.file("day.csv", text.as_bytes());
    let balance = || world.balance("LM/M1/settlement/CNY");
    for (answers, sent) in [(0, false), (2, false), (3, false), (4, true), (5, true)] {
        break_off(&world, "transactions", &file, answers, sent);
        assert_eq!(balance() > 0, sent, "after {answers} answers");
    }
    let before = balance();
    assert!(before < COUNT, "nothing was left to do");
    let report = world.import_file(0, "transactions", &file, &world.served.addr, &["--json"]).json();
    assert_eq!((&report["there"], &report["done"]), (&before.into(), &(COUNT - before).into()));
    assert_eq!(balance(), COUNT);
}

/// The answers before the first opening: hello, status, chart, and three of accounts.
#[test]
fn openings_that_broke_off_are_mended_by_running_them_again() {
    let world = World::open("1");
    let mut text = "account,type,subject,currency,owner\n".to_owned();
    for number in 0..COUNT {
        writeln!(text, "A{number},cash,220301,CNY,customer").unwrap();
    }
    let file = world.file("accounts.csv", text.as_bytes());
    let opened = || world.trace().0.as_i64().unwrap() - 8;
    for (answers, sent) in [(5, false), (6, true), (7, true)] {
        break_off(&world, "accounts", &file, answers, sent);
        assert_eq!(opened() > 0, sent, "after {answers} answers");
    }
    let before = opened();
    assert!(before < COUNT, "nothing was left to do");
    let report = world.import_file(0, "accounts", &file, &world.served.addr, &["--json"]).json();
    assert_eq!((&report["there"], &report["done"]), (&before.into(), &(COUNT - before).into()));
    assert_eq!(opened(), COUNT);
}
