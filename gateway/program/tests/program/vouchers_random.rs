//! Random days made into vouchers: by subject they are what was booked, and accounting programs of others come to the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use longmen_client::{AccountKey, Transaction};
use longmen_ledger::Date;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng, SeedableRng};

use crate::exports::has_hledger;
use crate::longmen::longmen;
use crate::voucher_desk::{ACCOUNTS, Booked, ENTITIES, START, VoucherDesk, post_all, settings};

const DAYS: u32 = 30;
const TRANSACTIONS: u32 = 25;
const MODES: [&str; 4] = ["day", "transaction", "packed", "day_with_aux"];
const PACKAGES: [&str; 4] = ["beancount", "trytond==6.0.76", "trytond_account==6.0.35", "proteus==6.0.10"];

/// What is posted: legs of one type; the sign is the side, debit above zero.
#[derive(Clone)]
struct Posting {
    id: String,
    kind: &'static str,
    legs: Vec<(&'static str, &'static str, &'static str, i64)>,
    is_red: bool,
}

/// A kind of transaction, its accounts and their shares of an amount.
type Kind = (&'static str, &'static [(&'static str, &'static str, i64)]);
const KINDS: [Kind; 7] = [
    ("top_up", &[("bank", "CNY", 1), ("U1", "CNY", -1)]),
    ("pay", &[("U1", "CNY", 10), ("U2", "CNY", -9), ("fee", "CNY", -1)]),
    ("qr_in", &[("memo-a", "CNY", 10), ("U2", "CNY", -9), ("fee", "CNY", -1)]),
    ("qr_in", &[("U2", "CNY", 3), ("memo-b", "CNY", -3)]),
    ("blank_form", &[("vault", "CNY", 1)]),
    ("exchange", &[("bank", "USD", 1), ("U1", "USD", -1), ("U1", "CNY", 7), ("bankb", "CNY", -7)]),
    ("sweep", &[("bankb", "CNY", 1), ("bank", "CNY", -1)]),
];

fn random_posting(random: &mut StdRng, id: String, before: &[Posting]) -> Posting {
    if random.random_ratio(1, 6)
        && let Some(original) = before.choose(random).filter(|original| !original.is_red)
    {
        return Posting { id, is_red: true, ..original.clone() };
    }
    let (kind, shares) = KINDS.choose(random).unwrap();
    let (entity, amount) = (*ENTITIES.choose(random).unwrap(), random.random_range(1..100_000));
    let mut legs: Vec<_> = shares
        .iter()
        .map(|(account, currency, share)| (entity, *account, *currency, share * amount))
        .collect();
    // Some are of both entities.
    if *kind == "top_up" && random.random_ratio(1, 3) {
        let other = if entity == "LM" { "XB" } else { "LM" };
        legs.extend([(other, "U2", "CNY", amount), (other, "fee", "CNY", -amount)]);
    }
    Posting { id, kind, legs, is_red: false }
}

fn transaction(posting: &Posting, original: Option<&str>) -> Transaction {
    let new = Transaction::new(posting.id.as_str()).kind(posting.kind);
    if let Some(original) = original {
        return new.reverse(original);
    }
    posting.legs.iter().fold(new, |all, (entity, account, currency, amount)| {
        let key = AccountKey::new(entity, account, "", currency);
        match amount {
            0.. => all.debit(key, *amount, currency),
            _ => all.credit(key, -*amount, currency),
        }
    })
}

/// The naive model: what is red counts negative on its side.
fn book(booked: &mut Booked, date: Date, posting: &Posting) {
    for (entity, account, currency, amount) in &posting.legs {
        let subject = ACCOUNTS.iter().find(|one| one.0 == *account).unwrap().1;
        let key = (entity.to_string(), date.to_string(), subject.to_owned(), currency.to_string());
        let both = booked.entry(key).or_default();
        let sign = if posting.is_red { -1 } else { 1 };
        match amount {
            0.. => both.0 += i128::from(*amount) * sign,
            _ => both.1 -= i128::from(*amount) * sign,
        }
    }
}

/// Random days of both entities, closed; what was booked on them.
async fn live(desk: &VoucherDesk, seed: u64) -> (Vec<Date>, Booked) {
    let mut random = StdRng::seed_from_u64(seed);
    let (mut client, mut booked, mut all) = (desk.client().await, Booked::new(), Vec::<Posting>::new());
    let (mut dates, mut date) = (Vec::new(), Date::parse(START).unwrap());
    let mut reversed = BTreeSet::new();
    for day in 0..DAYS {
        for number in 0..TRANSACTIONS {
            let mut posting = random_posting(&mut random, format!("d{day}-{number}"), &all);
            let mut original = None;
            if posting.is_red {
                let found = all.iter().find(|one| {
                    !one.is_red
                        && one.kind == posting.kind
                        && one.legs == posting.legs
                        && !reversed.contains(&one.id)
                });
                match found {
                    Some(found) => {
                        original = Some(found.id.clone());
                        reversed.insert(found.id.clone());
                    }
                    None => posting.is_red = false,
                }
            }
            // One at a time: what is undone has to be there.
            post_all(&mut client, &[transaction(&posting, original.as_deref())]).await;
            book(&mut booked, date, &posting);
            all.push(posting);
        }
        dates.push(date);
        // Ids of three days are known, and what is older cannot be undone by its id.
        if day % 2 == 1 {
            all.clear();
        }
        date = date.following().unwrap();
        for entity in ENTITIES {
            client.close_day(entity, &date.to_string()).await.unwrap();
        }
    }
    (dates, booked)
}

fn minor(cell: &str) -> i128 {
    cell.replace('.', "").parse().unwrap_or(0)
}

/// The vouchers of an entity as the table has them, added up.
fn sums_of(table: &str, date: &str, sums: &mut Booked) {
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let key = (cells[0].to_owned(), date.to_owned(), cells[3].to_owned(), cells[4].to_owned());
        let both = sums.entry(key).or_default();
        *both = (both.0 + minor(cells[5]), both.1 + minor(cells[6]));
    }
}

#[test]
fn vouchers_of_random_days_are_what_was_booked_and_others_come_to_the_same() {
    let desk = VoucherDesk::open();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (dates, booked) = runtime.block_on(live(&desk, 17));
    for mode in MODES {
        let more = "off_balance_word = \"表\"\nclearing = \"19010101\"";
        let text = settings("u8_text", mode, more).replace("= 500", "= 3");
        desk.write(mode, &text.replace("[people]", "[aux]\naccount = \"客户\"\n[people]"));
    }
    let mut whole = String::new();
    let mut sums = Booked::new();
    for entity in ENTITIES {
        for (index, date) in dates.iter().enumerate() {
            let (date, mode) = (date.to_string(), MODES[index % MODES.len()]);
            let of = [entity, "--date", &date, "--desk", &desk.desk, "--settings", &desk.path(mode)]
                .map(ToString::to_string);
            let of: Vec<&str> = of.iter().map(String::as_str).collect();
            let made =
                desk.says(0, &[&["voucher", "make"], &of[..], &["--rate", "USD=7.1234", "--json"]].concat());
            assert_eq!(made.json()["mode"], mode);
            let out = desk.path("day.csv");
            desk.runs(0, &[&["voucher", "export"], &of[..], &["--format", "csv", "--out", &out]].concat());
            let table = String::from_utf8(desk.read("day.csv")).unwrap();
            sums_of(&table, &date, &mut sums);
            whole += if whole.is_empty() { &table } else { table.split_once('\n').unwrap().1 };
        }
        let (from, to) = (START, dates.last().unwrap().to_string());
        let command =
            ["voucher", "prove", entity, "--from", from, "--to", &to, "--desk", &desk.desk, "--json"];
        let proved = desk.says(0, &command).json();
        assert_eq!(proved["days"].as_array().unwrap().len(), DAYS as usize);
        assert_no_gap(&desk, entity);
    }
    // What was cleared comes to nothing on each date, as what is taken back on the date does.
    let moved = |sums: Booked| -> Booked { sums.into_iter().filter(|(_, both)| *both != (0, 0)).collect() };
    let cleared: Vec<_> = sums.iter().filter(|(key, _)| key.2 == "19010101").collect();
    assert!(!cleared.is_empty() && cleared.iter().all(|(_, both)| both.0 == both.1), "{cleared:?}");
    let sums: Booked = sums.into_iter().filter(|(key, _)| key.2 != "19010101").collect();
    assert_eq!(moved(sums), moved(booked.clone()));
    check_trial(&desk, &booked);
    others_agree(&desk, &whole, &booked);
}

/// Every number of every word and month is there once.
fn assert_no_gap(desk: &VoucherDesk, entity: &str) {
    let mut numbers: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
    for one in desk.list(entity) {
        let text = |name: &str| one[name].as_str().unwrap().to_owned();
        let month = text("posting_date")[..7].to_owned();
        numbers.entry((text("word"), month)).or_default().push(one["number"].as_u64().unwrap());
    }
    assert!(numbers.len() > 3, "{numbers:?}");
    for (series, drawn) in numbers {
        assert!(drawn.iter().copied().eq(1..=drawn.len() as u64), "{series:?}: {drawn:?}");
    }
}

/// The node's trial balance is what the model has: vouchers and trial balance are held to one thing.
fn check_trial(desk: &VoucherDesk, booked: &Booked) {
    let mut ends: BTreeMap<(String, String, String), i128> = BTreeMap::new();
    for ((entity, _, subject, currency), (debit, credit)) in booked {
        *ends.entry((entity.clone(), subject.clone(), currency.clone())).or_default() += debit - credit;
    }
    let trial = longmen(&["trial-balance", "--addr", &desk.served.addr, "--json"]).json();
    let mut lines = 0;
    for line in trial["lines"].as_array().unwrap() {
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        let closing = i128::from(line["closing"].as_i64().unwrap());
        let signed = if text("normal") == "debit" { closing } else { -closing };
        let end = ends.get(&(text("entity"), text("subject"), text("currency"))).copied().unwrap_or(0);
        assert_eq!(signed, end, "{line}");
        lines += 1;
    }
    assert!(lines >= 10, "{trial}");
}

/// hledger and beancount load all vouchers, and Tryton those of a day in one currency; a wrong figure is seen.
fn others_agree(desk: &VoucherDesk, table: &str, booked: &Booked) {
    let all = desk.directory.path().join("others");
    std::fs::create_dir(&all).unwrap();
    std::fs::write(all.join("vouchers.csv"), table).unwrap();
    std::fs::write(all.join("turnovers.json"), turnovers(booked)).unwrap();
    let said = judge(&all).unwrap_or_else(|said| panic!("{said}"));
    assert!(said.contains("ok    beancount"), "{said}");
    assert_eq!(said.contains("ok    hledger"), has_hledger(), "{said}");
    let wrong = table.replacen(".00,", ".01,", 1);
    assert_ne!(wrong, table);
    std::fs::write(all.join("vouchers.csv"), wrong).unwrap();
    assert!(judge(&all).is_err(), "a wrong figure went unseen");
    // The first date of LM, without the transactions of two currencies.
    let day = desk.directory.path().join("one-day");
    std::fs::create_dir(&day).unwrap();
    let of_day = |row: &&str| row.starts_with(&format!("LM,LM|{START}|"));
    let rows: Vec<&str> = table.lines().filter(of_day).collect();
    let foreign: BTreeSet<&str> =
        rows.iter().filter(|row| row.contains(",USD,")).map(|row| row.split(',').nth(1).unwrap()).collect();
    let kept: Vec<&str> =
        rows.into_iter().filter(|row| !foreign.contains(row.split(',').nth(1).unwrap())).collect();
    let text = [vec![table.lines().next().unwrap()], kept].concat().join("\n") + "\n";
    let mut sums = Booked::new();
    sums_of(&text, START, &mut sums);
    std::fs::write(day.join("vouchers.csv"), text).unwrap();
    std::fs::write(day.join("turnovers.json"), turnovers(&sums)).unwrap();
    std::fs::write(day.join("tryton"), "").unwrap();
    let said = judge(&day).unwrap_or_else(|said| panic!("{said}"));
    assert!(said.contains("ok    Tryton"), "{said}");
}

/// What was booked, over all dates.
fn turnovers(booked: &Booked) -> String {
    let mut sums: BTreeMap<(&str, &str, &str), (i128, i128)> = BTreeMap::new();
    for ((entity, _, subject, currency), (debit, credit)) in booked {
        let both = sums.entry((entity, subject, currency)).or_default();
        *both = (both.0 + debit, both.1 + credit);
    }
    let text = |minor: i128| {
        let sign = if minor < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100)
    };
    let row = |((entity, subject, currency), (debit, credit)): ((&str, &str, &str), (i128, i128))| {
        let class = ACCOUNTS.iter().find(|one| one.1 == subject).map_or("asset", |one| one.2);
        serde_json::json!([entity, subject, currency, class, text(debit), text(credit)])
    };
    serde_json::Value::Array(sums.into_iter().map(row).collect()).to_string()
}

fn judge(directory: &Path) -> Result<String, String> {
    let python = python().unwrap_or_else(|why| panic!("a Python with {PACKAGES:?} is needed:\n{why}"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vouchers.py");
    let mut command = Command::new(python);
    run(command.args(["-B", "-W", "ignore"]).arg(script).arg(directory).env("LC_ALL", "C.UTF-8"))
}

/// A Python of our own below the target directory, with the packages that the script needs.
fn python() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-voucher-books");
    let own = home.join("bin/python3");
    if run(Command::new(&own).args(["-c", "import beancount, proteus, trytond.modules.account"])).is_err() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        run(Command::new(&own).args(["-m", "pip", "install", "--quiet", "setuptools"]).args(PACKAGES))?;
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
