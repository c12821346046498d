//! A connection that breaks in the middle of an import, and the same command run again.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use super::World;

/// Enough for three requests.
const TRANSACTIONS: usize = 20_000;

/// Passes a connection on, and ends it once the node has answered with this many bytes: what was done then is told to
/// nobody.
fn cut_after(bytes: usize, node: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let node = node.to_owned();
    thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        let server = TcpStream::connect(node).unwrap();
        let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
        pass(server, client, bytes);
    });
    addr
}

fn pass(mut server: TcpStream, mut client: TcpStream, mut left: usize) {
    let mut buffer = [0; 4_096];
    while let Ok(count @ 1..) = server.read(&mut buffer) {
        let passed = count.min(left);
        left -= passed;
        if client.write_all(&buffer[..passed]).is_err() || left == 0 {
            break;
        }
    }
    for stream in [server, client] {
        drop(stream.shutdown(Shutdown::Both));
    }
}

#[test]
fn an_import_that_broke_off_is_mended_by_running_it_again() {
    let world = World::open("2");
    let mut text = "transaction,step,account,account_type,side,amount,currency\n".to_owned();
    for number in 0..TRANSACTIONS {
        writeln!(text, "t-{number},1,bank,,debit,0.01,CNY\nt-{number},2,M1,settlement,credit,0.01,CNY").unwrap();
    }
    let file = world.file("day.csv", text.as_bytes());
    let mut broken = 0;
    for bytes in [2_000, 100_000, 1_000_000] {
        let addr = cut_after(bytes, &world.served.addr);
        let ran = world.import_file(3, "transactions", &file, &addr, &[]);
        assert!(ran.err.contains("of 20000 transactions; run the same command again"), "{}", ran.err);
        broken += i64::from(world.balance("LM/M1/settlement/CNY") > 0);
    }
    assert!(broken > 0, "nothing was posted before the connection broke");
    let before = world.balance("LM/M1/settlement/CNY");
    let report = world.import_file(0, "transactions", &file, &world.served.addr, &["--json"]).json();
    let (done, there) = (report["done"].as_i64().unwrap(), report["there"].as_i64().unwrap());
    assert_eq!((there, done + there), (before, i64::try_from(TRANSACTIONS).unwrap()));
    assert_eq!(world.balance("LM/M1/settlement/CNY"), i64::try_from(TRANSACTIONS).unwrap());
}

/// Openings are cut off as well, between two requests and within one.
#[test]
fn openings_that_broke_off_are_mended_by_running_them_again() {
    let world = World::open("1");
    let mut text = "account,type,subject,currency,owner\n".to_owned();
    for number in 0..TRANSACTIONS {
        writeln!(text, "A{number},cash,220301,CNY,customer").unwrap();
    }
    let file = world.file("accounts.csv", text.as_bytes());
    let all = i64::try_from(TRANSACTIONS).unwrap();
    let opened = || world.trace().0.as_i64().unwrap() - 8;
    for bytes in [1_000_000, 1_200_000, 1_400_000] {
        let addr = cut_after(bytes, &world.served.addr);
        world.import_file(3, "accounts", &file, &addr, &[]);
    }
    let before = opened();
    let report = world.import_file(0, "accounts", &file, &world.served.addr, &["--json"]).json();
    assert_eq!((&report["there"], &report["done"]), (&before.into(), &(all - before).into()));
    assert_eq!(opened(), all);
}
