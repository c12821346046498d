//! `longmen export`, recomputed by programs that share nothing with Longmen: DuckDB, hledger and beancount.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::longmen::{Ran, Served, longmen};

/// The data directory that [`the_books_of_the_environment_recompute`] is to export.
const BOOKS: &str = "LONGMEN_EXPORT_BOOKS";

/// Set where hledger must be there; elsewhere it takes part only where it is installed.
const NEED_HLEDGER: &str = "LONGMEN_NEED_HLEDGER";

const TABLES: [(&str, &str); 2] = [("csv", "csv"), ("parquet", "parquet")];
const HLEDGER: (&str, &str) = ("hledger", "books.journal");
const BEANCOUNT: (&str, &str) = ("beancount", "books.beancount");

#[test]
fn books_of_many_entities_recompute_elsewhere_and_no_wrong_figure_goes_unseen() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let trial = play_everything(&data);
    let whole = directory.path().join("whole");
    let formats: Vec<_> =
        TABLES.into_iter().chain(has_hledger().then_some(HLEDGER)).chain([BEANCOUNT]).collect();
    export(&data, &whole, &formats, &[]);
    fs::write(whole.join("trial.json"), trial).unwrap();
    recompute(&whole).unwrap_or_else(|said| panic!("{said}"));
    for (name, options) in [
        ("later", &["--from", "2024-02-29"][..]),
        ("first", &["--to", "2024-02-28"]),
        ("leap-day", &["--from", "2024-02-29", "--to", "2024-02-29"]),
        ("entity", &["--entity", &first_entity(&whole)]),
    ] {
        let out = directory.path().join(name);
        export(&data, &out, &formats, options);
        recompute(&out).unwrap_or_else(|said| panic!("{name}: {said}"));
    }
    check_spoilt(&whole);
}

/// `LONGMEN_EXPORT_BOOKS=DIR` names a data directory of any size that no node uses, such as one that `longmen demo
/// --data DIR` has left. Without beancount, which takes minutes where the others take seconds.
#[test]
#[ignore = "needs books in LONGMEN_EXPORT_BOOKS"]
fn the_books_of_the_environment_recompute() {
    let data = PathBuf::from(std::env::var_os(BOOKS).expect("LONGMEN_EXPORT_BOOKS names a data directory"));
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let trial = trial_balance(Served::start(&data, "2"));
    assert!(has_hledger(), "hledger is needed: install it (Debian's package is hledger)");
    export(&data, &out, &[TABLES[0], TABLES[1], HLEDGER], &[]);
    fs::write(out.join("trial.json"), trial).unwrap();
    let said = recompute(&out).unwrap_or_else(|said| panic!("{said}"));
    println!("{said}");
}

/// The text that a client gave stands beside the digits, in every format.
#[test]
fn texts_of_ids_stand_beside_the_digits() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let served = Served::start(&data, "2");
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/year_end.json");
    let post = |arguments: &[&str]| {
        let ran = longmen(&[arguments, &["--addr", &served.addr]].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
    };
    post(&["open", scenario.to_str().unwrap()]);
    post(&["post", "--id", "订单-17", "--debit", "BOOKS/bank/CNY=5", "--credit", "BOOKS/payer/CNY=5"]);
    post(&["post", "--id", "0xab", "--debit", "BOOKS/bank/CNY=5", "--credit", "BOOKS/payer/CNY=5"]);
    post(&["reverse", "订单-17", "--id", "undo-17"]);
    assert_eq!(served.end_by("TERM"), Some(0));
    let out = directory.path().join("whole");
    export(&data, &out, &[TABLES[0], HLEDGER, BEANCOUNT], &[]);
    let legs = fs::read_to_string(out.join("csv/legs.csv")).unwrap();
    let ends: Vec<&str> =
        legs.lines().map(|line| &line[line.rmatch_indices(',').nth(1).unwrap().0 + 1..]).collect();
    let texts = ["订单-17,", ",", "undo-17,订单-17"];
    let expect: Vec<&str> = texts.iter().flat_map(|text| [*text; 2]).collect();
    assert_eq!(ends[0], "text_id,original_text_id");
    assert_eq!(ends[1..], expect);
    let digits = format!("{:032x}", longmen_client::id_of_text("订单-17"));
    assert!(legs.lines().nth(1).unwrap().contains(&digits));
    for (file, words) in [
        (HLEDGER.1, ["text_id:订单-17", "original_text_id:订单-17"]),
        (BEANCOUNT.1, ["  text_id: \"订单-17\"", "  original_text_id: \"订单-17\""]),
    ] {
        let text = fs::read_to_string(out.join(file)).unwrap();
        assert!(words.iter().all(|word| text.contains(word)) && text.contains(&digits), "{text}");
    }
}

#[test]
fn what_cannot_be_exported_is_refused_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    drop(play_everything(&data));
    let out = directory.path().join("out");
    let (data, path) = (data.to_str().unwrap(), out.to_str().unwrap());
    #[track_caller]
    fn check(directory: &TempDir, arguments: &[&str], code: i32, words: &str) {
        let ran = longmen(&[&["export", "--format", "csv"], arguments].concat());
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.err.contains(words), "{}", ran.err);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "something was left");
    }
    check(&directory, &[data, "--out", data], 2, "is there already");
    check(&directory, &[data, "--out", path, "--entity", "NOBODY"], 2, "no entity has the code NOBODY");
    check(&directory, &[data, "--out", path, "--from", "yesterday"], 2, "expected a date");
    check(
        &directory,
        &[data, "--out", path, "--from", "2024-02-29", "--to", "2024-02-28"],
        2,
        "before --from",
    );
    check(&directory, &["/nonexistent", "--out", path], 2, "/nonexistent: ");
    check(&directory, &[data, "--out", "/nonexistent/out"], 2, "/nonexistent/out.partial");
    let segment = Path::new(data).join("segment-00000001.log");
    let mut bytes = fs::read(&segment).unwrap();
    bytes[8_192 + 200] ^= 1;
    fs::write(&segment, bytes).unwrap();
    check(&directory, &[data, "--out", path], 1, "segment-00000001.log");
}

/// Plays every scenario that holds into one ledger, each under an entity of its own, and gives the trial balance.
fn play_everything(data: &Path) -> String {
    let served = Served::start(data, "2");
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let files = fs::read_dir(scenarios).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| !path.ends_with("does_not_hold.json")).collect();
    files.sort();
    let files: Vec<&str> = files.iter().map(|path| path.to_str().unwrap()).collect();
    let ran = longmen(&[&["play", "--addr", &served.addr], &files[..]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    trial_balance(served)
}

/// The trial balance of a node, which is stopped then.
fn trial_balance(served: Served) -> String {
    let Ran { code, out, err } = longmen(&["trial-balance", "--addr", &served.addr, "--json"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(served.end_by("TERM"), Some(0));
    out
}

fn first_entity(out: &Path) -> String {
    let entities = fs::read_to_string(out.join("csv/entities.csv")).unwrap();
    entities.lines().nth(1).unwrap().split(',').next().unwrap().to_owned()
}

fn export(data: &Path, out: &Path, formats: &[(&str, &str)], options: &[&str]) {
    fs::create_dir(out).unwrap();
    for (format, file) in formats {
        let path = out.join(file);
        let arguments =
            ["export", "--format", format, data.to_str().unwrap(), "--out", path.to_str().unwrap()];
        let ran = longmen(&[&arguments[..], options].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
}

/// A wrong figure in any of the exports is seen by the program that reads it.
fn check_spoilt(out: &Path) {
    #[track_caller]
    fn check(out: &Path, file: &str, spoil: impl FnOnce(&str) -> String, words: &str) {
        let path = out.join(file);
        let good = fs::read_to_string(&path).unwrap();
        fs::write(&path, spoil(&good)).unwrap();
        let said = recompute(out).expect_err("a wrong figure went unseen");
        assert!(said.contains(words), "{said}");
        fs::write(path, good).unwrap();
    }
    check(
        out,
        "csv/legs.csv",
        |text| in_line(text, ",debit,", ",credit,"),
        "DuckDB over csv: legs and days differ",
    );
    check(out, "csv/daily.csv", |text| first_line_but(text, 1), "DuckDB over csv");
    if has_hledger() {
        check(out, HLEDGER.1, |text| in_line(text, " CNY = ", " CNY = 1"), "hledger");
        check(out, HLEDGER.1, |text| in_line(text, "side:debit", "side:credit"), "turnovers in hledger");
    }
    check(out, "books.beancount", |text| in_line(text, ".00 ~ 0 ", ".01 ~ 0 "), "beancount");
    check(out, "trial.json", another_closing, "closing balances");
}

/// Replaces the first occurrence.
fn in_line(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "nothing to spoil: {from}");
    text.replacen(from, to, 1)
}

/// Another first closing balance, whichever sign it has.
fn another_closing(trial: &str) -> String {
    let mut trial: serde_json::Value = serde_json::from_str(trial).unwrap();
    let closing = trial.pointer_mut("/lines/0/closing").unwrap();
    *closing = (closing.as_i64().unwrap() + 1).into();
    trial.to_string()
}

/// Leaves one line out.
fn first_line_but(text: &str, left_out: usize) -> String {
    let lines = text.lines().enumerate().filter(|(index, _)| *index != left_out);
    lines.map(|(_, line)| format!("{line}\n")).collect()
}

pub(crate) fn has_hledger() -> bool {
    let found = run(Command::new("hledger").arg("--version"));
    assert!(found.is_ok() || std::env::var_os(NEED_HLEDGER).is_none(), "hledger is needed: {found:?}");
    found.is_ok()
}

/// Recomputes exports in the outside programs; what they said, or what did not hold.
fn recompute(out: &Path) -> Result<String, String> {
    let python =
        python().unwrap_or_else(|why| panic!("a Python with duckdb and beancount is needed:\n{why}"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recompute.py");
    let said = run(Command::new(python).arg("-B").arg(script).arg(out).env("LC_ALL", "C.UTF-8"))?;
    assert!(said.contains("all checks passed"), "{said}");
    Ok(said)
}

/// A Python of our own below the target directory, with the packages that the script needs.
fn python() -> Result<PathBuf, String> {
    static MADE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-recompute");
    let own = home.join("bin/python3");
    if run(Command::new(&own).args(["-c", "import duckdb, beancount"])).is_err() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        run(Command::new(&own).args(["-m", "pip", "install", "--quiet", "duckdb", "beancount"]))?;
    }
    Ok(own)
}

/// Runs a command to its end; what it printed, or why it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let Output { status, stdout, stderr } =
        command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    if status.success() { Ok(said) } else { Err(format!("{command:?} ended with {status}:\n{said}")) }
}
