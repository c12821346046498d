//! A crowd that connects and never says hello, under a limit of 1,024 open files: a good client is served all along, those
//! who come are let in, and the log gets its segments.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use longmen_client::{Client, CompactSettings, Connection, Transfer};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::longmen::{Served, longmen};

const CROWD: usize = 4_000;
const TRANSFERS: u64 = 4_000;
/// Room for the crowd, in this process.
const FILES: u64 = 4_500;

fn raise_own_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|now| now < FILES) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(FILES), ..limit })
            .expect("the crowd needs its sockets");
    }
}

#[test]
fn a_crowd_without_a_hello_keeps_nobody_out_and_ends_nothing() {
    raise_own_limit();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let served = Served::with_open_files(&data, "-n 1024");
    let chart = format!("{}/tests/scenarios/payment_with_fee.json", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(longmen(&["open", &chart, "--addr", &served.addr]).code, Some(0));

    let address: SocketAddr = served.addr.parse().unwrap();
    let come = Arc::new(AtomicUsize::new(0));
    let coming = Arc::clone(&come);
    let crowd = std::thread::spawn(move || {
        let one = || {
            let stream = TcpStream::connect_timeout(&address, Duration::from_secs(60)).unwrap();
            coming.fetch_add(1, Ordering::Relaxed);
            stream
        };
        (0..CROWD).map(|_| one()).collect::<Vec<TcpStream>>()
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let posts = runtime.block_on(async {
        let (mut good, _) = Connection::open(&served.addr, "good", None).await.unwrap();
        let mut posts = 0_u64;
        // As long as the crowd comes, and until the log has had several segments.
        while come.load(Ordering::Relaxed) < CROWD || posts < 80 {
            let transfer = |id: u64| Transfer { id: id.into(), debit: 3, credit: 1, amount: 1 };
            let transfers: Vec<Transfer> =
                (1..=TRANSFERS).map(|id| transfer(posts * TRANSFERS + id)).collect();
            let (sender, receiver) = good.halves();
            sender.queue_transfers(posts, CompactSettings::default(), 156, &transfers);
            sender.flush().await.unwrap();
            let answer = receiver.next().await.unwrap().compact().unwrap();
            assert!(answer.status() == 0 && answer.results().all(|result| result.rejection == 0));
            posts += 1;
            let mut newcomer = Client::connect(&served.addr, "newcomer", None).await.unwrap();
            assert!(
                newcomer.status().await.unwrap().connections <= 832,
                "the node's own files are set apart"
            );
        }
        posts
    });
    let crowd = crowd.join().unwrap();
    let is_segment = |name: &str| name.starts_with("segment-");
    let names =
        std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.filter(|name| is_segment(name)).count() >= 5, "segments were made beside the crowd");
    let payer = longmen(&["balance", "BOOKS/payer/CNY", "--json", "--addr", &served.addr]).json();
    assert_eq!(payer[0]["balance"], posts * TRANSFERS);
    assert_eq!(served.end_by("TERM"), Some(0));
    drop(crowd);
}

/// Where a process may raise its limit of open files, the node does: 300 would leave it 108 connections.
#[test]
fn a_low_limit_of_open_files_is_raised_as_far_as_it_may_be() {
    raise_own_limit();
    let directory = tempfile::tempdir().unwrap();
    let served = Served::with_open_files(&directory.path().join("books"), "-S -n 300");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut clients = Vec::new();
        for _ in 0..200 {
            clients.push(Client::connect(&served.addr, "one of many", None).await.unwrap());
        }
        let status = clients[0].status().await.unwrap();
        assert_eq!(status.connections, 200);
    });
    assert_eq!(served.end_by("TERM"), Some(0));
}
