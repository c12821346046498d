//! Slips on the command line end with 2, and send and write nothing.

use std::fs;

use crate::longmen::{Served, longmen};

#[test]
fn a_directory_that_is_no_ledger_is_a_slip() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (absent, empty, other, file, out) =
        (path("absent"), path("empty"), path("other"), path("file"), path("out"));
    fs::create_dir(&empty).unwrap();
    fs::create_dir(&other).unwrap();
    fs::write(path("other/notes.txt"), "").unwrap();
    fs::write(&file, "").unwrap();
    for (data, words) in [
        (&absent, "No such file"),
        (&empty, "is no ledger: there is nothing in it"),
        (&other, "is no ledger: it has \"notes.txt\""),
        (&file, "Not a directory"),
    ] {
        for command in [
            &["verify", data][..],
            &["wal", "inspect", data],
            &["wal", "inspect", data, "--json"],
            &["export", "--format", "csv", data, "--out", &out],
        ] {
            let ran = longmen(command);
            assert_eq!((ran.code, &*ran.out), (Some(2), ""), "{command:?}: {ran:?}");
            assert!(ran.err.contains(words), "{command:?}: {ran:?}");
        }
    }
    assert!(fs::read_dir(&empty).unwrap().next().is_none() && !fs::exists(&out).unwrap());
}

#[test]
fn a_value_that_cannot_be_is_a_slip() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::start(&directory.path().join("books"), "1");
    for (command, words) in [
        ("close-day LM 2026-01-02 --forced", "--approval"),
        ("reverse a --forced", "--approval"),
        ("limits @1 --day -1", "a limit is not negative; `none` takes it away"),
        ("limits @1 --overdraft -0.01", "a limit is not negative"),
        ("limits @1 --day 1_000", "not a decimal number"),
        ("reserve @1=1e3", "not a decimal number"),
        ("freeze @1=x --id a", "not a decimal number"),
        ("raise a ten CNY", "not a decimal number"),
        ("unfreeze a --amount .5 --currency CNY", "not a decimal number"),
        ("consume a --amount 5. --debit @1=1 --credit @2=1", "not a decimal number"),
        ("post --debit @1=1,000 --credit @2=1", "not a decimal number"),
        ("post --debit @1=1 --credit @2=1 --value-date 2026-02-30", "--value-date"),
        ("post --debit @1=1 --credit @2=1 --accounting-date today", "--accounting-date"),
        ("close-day LM 2026-13-01", "2026-13-01"),
        ("map-type LM wallet 220301 --from tomorrow", "--from"),
        ("find --id a --entity LM --from 2026-01-02 --to 2026-01-01", "--to lies before --from"),
        ("find --id a --reference b", "cannot be used with"),
        ("state @1", "<--account-state <STATE>|--payment-state <STATE>>"),
        (
            "post --debit @1=1 --credit @2=1 --value-date 1900-01-01",
            "dates are from 1970-01-01 to 9999-12-31",
        ),
        ("post --debit @1=1 --credit @2=1 --accounting-date 0000-01-01", "dates are from 1970-01-01"),
        ("post --debit LM/U1/cny=1 --credit @2=1", "`cny` is no currency: write CNY"),
        ("balance LM/U1/XXX", "`XXX` is no currency"),
        ("balance @+1", "`+1` is no account id"),
        ("balance @01", "`01` is no account id"),
        ("balance LM//CNY", "expected an entity and a number"),
        ("report daily --entity LM --currency cny", "write CNY"),
        ("raise a 1 XXX", "`XXX` is no currency"),
        ("limits LM/U1/CNY --day 1.001", "--day 1.001: CNY has 2 decimals"),
        ("reserve LM/U1/CNY=1.001", "CNY has 2 decimals"),
        ("reverse a --of-client +1", "expected the number of a client"),
        ("register --from +5", "expected a date"),
        ("register @1 --entity LM", "cannot be used with"),
        ("transaction \u{200b}", "the id is empty"),
        ("cancel \u{3000}", "the id is empty"),
        ("close-day LM 2026-01-02 --forced --approval \u{200b}", "nothing can be seen of it"),
        ("close-day \u{200b} 2026-01-02", "nothing can be seen of it"),
        ("state @1 --account-state closed --reason ", "nothing can be seen of it"),
        ("find --reference \u{a0}", "nothing can be seen of it"),
        ("accounts --entity ", "nothing can be seen of it"),
        ("transaction", "<ID|--place <FRAME/RECORD>>"),
        ("post", "<--debit <ACCOUNT=AMOUNT>|--credit <ACCOUNT=AMOUNT>>"),
    ] {
        let arguments: Vec<&str> = command.split(' ').chain(["--addr", &served.addr]).collect();
        let ran = longmen(&arguments);
        assert_eq!((ran.code, &*ran.out), (Some(2), ""), "{command}: {ran:?}");
        assert!(ran.err.contains(words) && !ran.err.contains("tip:"), "{command}: {ran:?}");
    }
}

#[test]
fn an_address_without_a_port_is_a_slip() {
    for address in ["127.0.0.1", "localhost:", "localhost:x"] {
        for command in [&["status"][..], &["play", "s.json"]] {
            let ran = longmen(&[command, &["--addr", address]].concat());
            assert_eq!((ran.code, &*ran.out), (Some(2), ""), "{command:?}: {ran:?}");
            assert!(ran.err.contains("expected HOST:PORT"), "{command:?}: {ran:?}");
        }
    }
    for address in ["::1", "::1:7440"] {
        let ran = longmen(&["status", "--addr", address]);
        assert_eq!((ran.code, &*ran.out), (Some(2), ""), "{ran:?}");
        assert!(ran.err.contains("such as [::1]:7440"), "{ran:?}");
    }
}

#[test]
fn no_ledger_begins_where_none_could_be_served() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::start(&directory.path().join("books"), "1");
    let data = directory.path().join("new");
    let short = directory.path().join("short");
    fs::write(&short, "ann 0123456789abcde\n").unwrap();
    for (code, more, words) in [
        (3, ["--listen", &served.addr], "cannot listen on"),
        (2, ["--listen", "0.0.0.0:0"], "without tokens"),
        (2, ["--tokens", "absent"], "absent: No such file"),
        (2, ["--tokens", short.to_str().unwrap()], "short: line 1: a token has at least 16 bytes"),
    ] {
        let ran = longmen(&[&["serve", "--data", data.to_str().unwrap()], &more[..]].concat());
        assert_eq!(ran.code, Some(code), "{more:?}: {ran:?}");
        assert!(ran.err.contains(words) && !ran.err.contains("NEW LEDGER"), "{more:?}: {ran:?}");
        assert!(!data.exists(), "{more:?}");
    }
}

#[test]
fn a_new_ledger_is_not_told_before_it_has_begun() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("new");
    let ran = longmen(&["serve", "--data", data.to_str().unwrap(), "--segment-size", "5"]);
    assert!(ran.code == Some(2) && ran.err.contains("segment"), "{ran:?}");
    assert!(!ran.err.contains("NEW LEDGER"), "{ran:?}");
}
