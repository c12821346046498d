//! Ledgers that the program of an older commit wrote, as the program of today opens, answers, verifies and goes on with
//! them. `../older/README.md` says what they hold.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::longmen::{Served, longmen};

/// A ledger, and two of its accounts between which money can move.
struct Older {
    packed: &'static [u8],
    /// What the older program said of it.
    told: &'static str,
    accounts: [u64; 2],
    next_date: &'static str,
}

fn mix() -> Older {
    Older {
        packed: include_bytes!("../older/mix.sparse.zst"),
        told: include_str!("../older/mix.json"),
        accounts: [1, 40],
        next_date: "2026-01-06",
    }
}

fn simulated() -> Older {
    Older {
        packed: include_bytes!("../older/simulated.sparse.zst"),
        told: include_str!("../older/simulated.json"),
        accounts: [1, 5],
        next_date: "2020-04-19",
    }
}

/// Makes the directory that `pack.py` packed.
fn unpack(packed: &[u8], data: &Path) {
    let mut sparse = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(packed).unwrap().read_to_end(&mut sparse).unwrap();
    let mut rest = &sparse[..];
    let mut take = |len: usize| rest.split_off(..len).unwrap();
    let number = |bytes: &[u8]| {
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(wide)
    };
    let length = |bytes: &[u8]| usize::try_from(number(bytes)).unwrap();
    std::fs::DirBuilder::new().mode(0o700).create(data).unwrap();
    let files = length(take(4));
    for _ in 0..files {
        let name_len = length(take(2));
        let name = str::from_utf8(take(name_len)).unwrap();
        let file = File::create(data.join(name)).unwrap();
        file.set_len(number(take(8))).unwrap();
        for _ in 0..length(take(4)) {
            let (at, len) = (number(take(8)), length(take(4)));
            file.write_all_at(take(len), at).unwrap();
        }
    }
}

#[track_caller]
fn ask(arguments: &[&str]) -> Value {
    let ran = longmen(&[arguments, &["--json"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.json()
}

/// What an older program said is all there, whatever is said beside it today.
#[track_caller]
fn says_as_before(now: &Value, before: &Value) {
    match (now, before) {
        (Value::Object(now), Value::Object(before)) => {
            before.iter().for_each(|(name, value)| says_as_before(&now[name], value));
        }
        (Value::Array(now), Value::Array(before)) => {
            assert_eq!(now.len(), before.len());
            now.iter().zip(before).for_each(|(now, before)| says_as_before(now, before));
        }
        _ => assert_eq!(now, before),
    }
}

/// Id, balance, frozen and available of every account.
fn accounts(addr: &str) -> Value {
    let mut accounts = Vec::new();
    let mut after = 0;
    loop {
        let from = after.to_string();
        let page = ask(&["accounts", "--addr", addr, "--limit", "1000", "--after", &from]);
        let page = page.as_array().unwrap();
        let Some(last) = page.last() else { return Value::Array(accounts) };
        after = last["id"].as_u64().unwrap();
        let figures = |one: &Value| json!([one["id"], one["balance"], one["frozen"], one["available"]]);
        accounts.extend(page.iter().map(figures));
    }
}

#[track_caller]
fn opens_and_goes_on(older: &Older, shards: &str) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let path = data.to_str().unwrap();
    unpack(older.packed, &data);
    let told: Value = serde_json::from_str(older.told).unwrap();
    says_as_before(&ask(&["verify", path]), &told["verify"]);

    // Its newest frame is as old as it is.
    let options = ["--shards", shards, "--accept-time"];
    let served = Served::start_with(&data, &options);
    let addr = &served.addr[..];
    assert_eq!(accounts(addr), told["accounts"]);
    says_as_before(&ask(&["trial-balance", "--addr", addr])["lines"], &told["trial_balance"]);

    let [from, to] = older.accounts.map(|id| format!("@{id}=1"));
    // The ledger cannot tell whether an id without a time is new: it was down for longer than it knows ids.
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let post = ["post", "--id", "goes-on", "--time", &now_s, "--debit", &from, "--credit", &to, "--addr"];
    let first = ask(&[&post[..], &[addr]].concat());
    assert_eq!((&first["outcome"], &first["repeated"]), (&json!("posted"), &json!(false)));
    let entity = told["trial_balance"][0]["entity"].as_str().unwrap();
    ask(&["close-day", entity, older.next_date, "--addr", addr]);
    let now = accounts(addr);
    let changed = now.as_array().unwrap().iter().zip(told["accounts"].as_array().unwrap());
    let changed: Vec<u64> =
        changed.filter(|(now, before)| now != before).map(|(now, _)| now[0].as_u64().unwrap()).collect();
    assert_eq!(changed, older.accounts, "a transfer moves two accounts, and a close none");
    assert_eq!(served.end_by("TERM"), Some(0));

    let verified = ask(&["verify", path]);
    let posted = told["verify"]["posted"].as_u64().unwrap();
    assert_eq!((&verified["clean"], verified["posted"].as_u64()), (&json!(true), Some(posted + 1)));
    let again = Served::start_with(&data, &options);
    assert_eq!(accounts(&again.addr), now);
    let repeated = ask(&[&post[..], &[&again.addr[..]]].concat());
    assert_eq!((&repeated["outcome"], &repeated["repeated"]), (&json!("posted"), &json!(true)));
}

#[test]
fn a_ledger_of_payments_of_an_older_program_opens_verifies_and_goes_on() {
    opens_and_goes_on(&mix(), "2");
    opens_and_goes_on(&mix(), "3");
}

/// Power was cut in the midst of its life, eight times.
#[test]
fn a_simulated_ledger_of_an_older_program_opens_verifies_and_goes_on() {
    opens_and_goes_on(&simulated(), "1");
    opens_and_goes_on(&simulated(), "4");
}
