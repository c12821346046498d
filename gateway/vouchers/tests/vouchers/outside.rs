//! The files, read by programs that share nothing with Longmen: dbfread, openpyxl, lxml, jsonschema, beancount.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use longmen_ledger::Amount;
use longmen_vouchers::*;
use serde_json::json;
use strum::VariantArray as _;

use crate::day::{C, D, RandomDay, currency, day, leg, random_day, settings, topup, vouchers_of, written};

const PACKAGES: [&str; 5] = ["dbfread", "openpyxl", "lxml", "jsonschema", "beancount"];

#[test]
fn programs_of_others_read_the_very_figures() {
    let directory = tempfile::tempdir().unwrap();
    for (name, day, conditions) in days() {
        let out = directory.path().join(name);
        fs::create_dir(&out).unwrap();
        for format in Format::VARIANTS {
            write(&out, *format, &day, &conditions);
        }
        let said = judge(&out).unwrap_or_else(|said| panic!("{name}: {said}"));
        assert!(said.contains("all checks passed"), "{said}");
    }
    check_spoilt(&directory.path().join("worked"));
}

/// The worked day with its reversal, and random ones; without what SAP does not take, so that one day goes into every format.
fn days() -> Vec<(&'static str, Day, Conditions)> {
    let mut red = topup("t2");
    red.iter_mut().for_each(|entry| entry.amount.0 *= -1);
    let mut transfer = [leg("t3", "transfer", "201101", D, 1_000), leg("t3", "transfer", "201102", C, 1_000)];
    transfer[0].aux.insert("customer".into(), "K1".into());
    let large = [leg("t4", "large", "1", D, 99_999_999_999), leg("t4", "large", "2", C, 99_999_999_999)];
    let worked = day([&topup("t1")[..], &red, &transfer, &large].concat());
    let mut days = vec![("worked", worked, Conditions::default())];
    for (name, seed) in [("random", 3), ("other", 8)] {
        let RandomDay { mut day, conditions, .. } = random_day(seed);
        day.entries
            .retain(|entry| entry.books != Books::OffBalance && !matches!(entry.amount, Amount(7 | -7)));
        days.push((name, day, conditions));
    }
    days
}

/// A file in a format, and beside it what has to be in it.
fn write(out: &Path, format: Format, day: &Day, conditions: &Conditions) {
    let customer = if format.name().starts_with("sap") { "TRADE_ID" } else { "客户" };
    let settings = settings(
        format.name(),
        "mode = \"packed\"\nline_limit = 40\nclearing = \"199\"\nword_scheme = \"three\"\nbank = [\"1002*\"]",
        &format!("[memo]\nM01 = \"112201\"\n[people]\nmaker = \"龙门\"\n[aux]\ncustomer = \"{customer}\"\n"),
    );
    let vouchers = vouchers_of(day, &settings, conditions);
    fs::write(out.join(format.name()), written(&settings, &vouchers)).unwrap();
    let of = |voucher: &Voucher| {
        let draft = &voucher.content;
        let line = |line: &Line| {
            let subject = if &*line.subject == "M01" { "112201" } else { &line.subject };
            json!({
                "date": draft.posting_date.to_string(), "word": draft.word, "number": voucher.number, "source_key": voucher.source_key(),
                "subject": subject, "side": line.side.name(), "summary": line.summary, "currency": line.currency.code(),
                "amount": line.currency.print(line.amount.0.into()), "local": currency("CNY").print(line.local.0.into()),
            })
        };
        draft.lines.iter().map(line).collect::<Vec<_>>()
    };
    let lines: Vec<_> = vouchers.iter().flat_map(of).collect();
    fs::write(out.join(format!("{}.lines", format.name())), serde_json::to_string(&lines).unwrap()).unwrap();
    fs::write(out.join(format!("{}.kept", format.name())), serde_json::to_string(&vouchers).unwrap())
        .unwrap();
}

/// A wrong figure in any of the files is seen by the program that reads it.
fn check_spoilt(out: &Path) {
    for format in Format::VARIANTS.iter().filter(|format| !format.name().ends_with("xlsx")) {
        let path = out.join(format.name());
        let good = fs::read(&path).unwrap();
        let at = good.windows(6).position(|window| window == b"100.00").expect("an amount");
        let mut spoilt = good.clone();
        spoilt[at + 5] = b'1';
        fs::write(&path, spoilt).unwrap();
        let said = judge(out).expect_err("a wrong figure went unseen");
        assert!(said.contains(format.name()), "{said}");
        fs::write(&path, good).unwrap();
    }
    judge(out).unwrap();
}

fn judge(out: &Path) -> Result<String, String> {
    let python = python().unwrap_or_else(|why| panic!("a Python with {PACKAGES:?} is needed:\n{why}"));
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = crate_directory.join("tests/judge.py");
    let schemas = crate_directory.join("../../docs/vouchers");
    run(Command::new(python).arg("-B").arg(script).arg(out).arg(schemas).env("LC_ALL", "C.UTF-8"))
}

/// A Python of our own below the target directory, with the packages that the script needs.
fn python() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-vouchers");
    let own = home.join("bin/python3");
    if run(Command::new(&own).args(["-c", &format!("import {}", PACKAGES.join(", "))])).is_err() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        run(Command::new(&own).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
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
