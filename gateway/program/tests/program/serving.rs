//! What `longmen serve` says of itself, and where it refuses to serve.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use longmen_wal::{Body, DirectoryStorage, FrameNumber, Log, LogOptions, system_nonces};

use crate::longmen::{Served, ended_unheard, longmen};

/// The lines that it said, each without its time, which it must begin with.
#[track_caller]
fn lines(file: &Path) -> Vec<String> {
    let said = fs::read_to_string(file).unwrap();
    let line = |line: &str| {
        let (time, words) = line.split_once(' ').unwrap();
        assert!(time.parse::<Timestamp>().is_ok(), "no time: {line}");
        words.to_owned()
    };
    said.lines().map(line).collect()
}

#[test]
fn a_directory_of_something_else_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["notes.txt", "a", "b", "c\u{1b}[2K"] {
        fs::write(directory.path().join(name), name).unwrap();
    }
    let data = directory.path().to_str().unwrap();
    // A node that would serve it ends as well: it may not listen there.
    let refused = longmen(&["serve", "--data", data, "--listen", "192.0.2.1:0"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    for words in ["neither empty nor a ledger", "\"a\", \"b\"", "and 1 more"] {
        assert!(refused.err.contains(words), "{refused:?}");
    }
    assert!(!refused.err.contains('\u{1b}'), "{refused:?}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 4, "nothing was made");
    // Others have manifests, too.
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("MANIFEST"), "Manifest-Version: 1.0\n").unwrap();
    let refused =
        longmen(&["serve", "--data", directory.path().to_str().unwrap(), "--listen", "192.0.2.1:0"]);
    assert!(refused.code == Some(2) && refused.err.contains("has \"MANIFEST\""), "{refused:?}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing was made");
}

#[test]
fn a_clearing_account_that_is_not_there_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let (data, said) = (directory.path().join("books"), directory.path().join("said"));
    let clearing =
        ["--refund-clearing", "payment=BOOKS/bank/CNY", "--refund-clearing", "fee=BOOKS/bnak/x/CNY"];
    let warned = || {
        let told = lines(&said).into_iter().filter(|line| line.starts_with("WARNING: --refund-clearing"));
        told.map(|line| line.split(": no refund").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let unknown = |named: &str| format!("WARNING: --refund-clearing {named}");
    let misspelt = unknown("fee: there is no account BOOKS/bnak/x/CNY");
    let served = Served::told(&data, &clearing, &said);
    assert_eq!(warned(), [unknown("payment: there is no account BOOKS/bank/CNY"), misspelt.clone()]);
    let chart = format!("{}/tests/scenarios/year_end.json", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(longmen(&["open", &chart, "--addr", &served.addr]).code, Some(0));
    assert_eq!(served.end_by("TERM"), Some(0));
    let served = Served::told(&data, &clearing, &said);
    assert_eq!(warned(), [misspelt]);
    assert_eq!(served.end_by("TERM"), Some(0));
}

#[test]
fn a_new_ledger_and_a_clean_stop_are_told_with_their_times() {
    let directory = tempfile::tempdir().unwrap();
    let (data, said) = (directory.path().join("books"), directory.path().join("said"));
    let is_told = |words: &str| lines(&said).iter().any(|line| line.contains(words));
    let served = Served::told(&data, &[], &said);
    assert!(lines(&said)[0].starts_with("NEW LEDGER: "), "{:?}", lines(&said));
    assert_eq!(served.end_by("TERM"), Some(0));
    assert!(is_told("SIGTERM: stopping") && lines(&said).last().unwrap().starts_with("stopped cleanly"));
    // The same directory again is no new ledger; one that is empty is.
    let served = Served::told(&data, &[], &said);
    assert!(!is_told("NEW LEDGER"));
    assert_eq!(served.end_by("KILL"), None);
    assert!(!is_told("stopped cleanly"));
    let empty = directory.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let served = Served::told(&empty, &[], &said);
    assert!(is_told("NEW LEDGER"));
    assert_eq!(served.end_by("INT"), Some(0));
    assert!(is_told("SIGINT: stopping"));
}

/// The node tells it at each start, of the books and of the tokens; a command tells it of the file that it was given.
#[test]
fn what_others_may_read_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let (data, tokens, token, said) = (path("books"), path("tokens"), path("token"), path("said"));
    fs::write(&tokens, "ann 0123456789abcdef\n").unwrap();
    fs::write(&token, "0123456789abcdef\n").unwrap();
    let set = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let own = 0o600;
    // The first start makes the directory.
    for (books, tokens_mode, token_mode) in [
        (None, own, own),
        (Some(0o700), 0o400, 0o400),
        (Some(0o750), own, 0o640),
        (Some(0o701), 0o604, own),
        (Some(0o700), 0o640, 0o644),
    ] {
        books.iter().for_each(|mode| set(&data, *mode));
        set(&tokens, tokens_mode);
        set(&token, token_mode);
        let served = Served::told(&data, &["--tokens", tokens.to_str().unwrap()], &said);
        let asked = ["status", "--client", "ann", "--token-file", token.to_str().unwrap()];
        let ran = longmen(&[&asked[..], &["--addr", &served.addr]].concat());
        assert_eq!((ran.code, served.end_by("TERM")), (Some(0), Some(0)), "{ran:?}");
        let warns = |text: &str, path: &Path| {
            text.contains(&format!("WARNING: others than its owner may read {} (", path.display()))
        };
        let (told, mode) = (fs::read_to_string(&said).unwrap(), |mode: u32| mode & 0o077 != 0);
        assert_eq!(warns(&told, &data), books.is_some_and(mode), "{books:?}: {told}");
        assert_eq!(warns(&told, &tokens), mode(tokens_mode), "{tokens_mode:o}: {told}");
        assert_eq!(warns(&ran.err, &token), mode(token_mode), "{token_mode:o}: {ran:?}");
    }
}

/// A log that was written four days ahead of the clock, or before it.
#[test]
fn a_clock_far_from_the_log_is_taken_on_somebodys_word() {
    const DAY: i64 = 86_400_000_000;
    for days in [-4, 4, 400] {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("books");
        let storage = Arc::new(DirectoryStorage::open(&data).unwrap());
        let options = LogOptions { segment_bytes: 1 << 20, ..LogOptions::default() };
        let mut log = Log::open(storage, options, FrameNumber::FIRST, system_nonces()).unwrap();
        let time_us = Timestamp::now().as_microsecond() + days * DAY;
        log.writer.append(&Body { time_us, sections: Vec::new() }).unwrap();
        log.writer.close().unwrap();
        drop(log.reader);
        let refused = longmen(&["serve", "--data", data.to_str().unwrap(), "--listen", "192.0.2.1:0"]);
        assert!(refused.code == Some(3) && refused.err.contains("--accept-time"), "{days}: {refused:?}");
        let served = Served::start_with(&data, &["--accept-time"]);
        assert_eq!(longmen(&["status", "--addr", &served.addr]).code, Some(0));
        assert_eq!(served.end_by("TERM"), Some(0));
    }
}

#[test]
fn a_log_that_cannot_be_written_ends_no_ledger() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let tokens = directory.path().join("tokens");
    fs::write(&tokens, "ann 0123456789abcdef\n").unwrap();
    // A new ledger and one that is recovered, with warnings from within.
    for _ in 0..2 {
        let served = Served::told(&data, &["--tokens", tokens.to_str().unwrap()], Path::new("/dev/full"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let guessed = longmen_client::Client::connect(&served.addr, "ann", Some("guessed")).await;
            assert!(guessed.is_err());
            served.signal("USR1");
            let token = Some("0123456789abcdef");
            let mut client = longmen_client::Client::connect(&served.addr, "ann", token).await.unwrap();
            client.status().await.unwrap();
        });
        assert_eq!(served.end_by("TERM"), Some(0));
    }
    // Its address, too, may be written to that disk.
    assert_eq!(ended_unheard(&data), Some(0));
}

#[test]
fn failed_logins_are_told_and_fill_no_log() {
    let directory = tempfile::tempdir().unwrap();
    let (data, said) = (directory.path().join("books"), directory.path().join("said"));
    let tokens = directory.path().join("tokens");
    fs::write(&tokens, "ann 0123456789abcdef\n").unwrap();
    let served = Served::told(&data, &["--tokens", tokens.to_str().unwrap()], &said);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // A name that cannot be read is malformed, and never gets so far.
        for name in ["ann", "bob"] {
            for _ in 0..50 {
                assert!(longmen_client::Client::connect(&served.addr, name, Some("guessed")).await.is_err());
            }
        }
    });
    let refused = longmen(&["status", "--addr", &served.addr]);
    assert!(refused.code == Some(1) && refused.err.contains("see --client, --token-file and"), "{refused:?}");
    assert_eq!(served.end_by("TERM"), Some(0));
    let told: Vec<String> = lines(&said).into_iter().filter(|line| line.contains("a login failed")).collect();
    // One at once, and one every ten seconds of however long this takes.
    assert!((1..10).contains(&told.len()), "{told:?}");
    assert!(told[0].contains("times=1") && told[0].contains("name=\"ann\""), "{told:?}");
    // What came after the last of them is told when the node stops, by the name that came last.
    let times = |line: &String| {
        let (_, from) = line.split_once("times=").unwrap();
        from.split_whitespace().next().unwrap().parse::<u32>().unwrap()
    };
    assert_eq!(told.iter().map(times).sum::<u32>(), 101, "{told:?}");
    assert!(told.last().unwrap().contains("longmen"), "{told:?}");
}
