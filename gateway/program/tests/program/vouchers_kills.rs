//! Vouchers are made and written by a program that is killed again and again: no number is missing, none is there twice, and what comes of it is what
//! comes of a program that is not killed.

use std::path::Path;
use std::time::{Duration, Instant};

use longmen_client::{AccountKey, Transaction};
use longmen_ledger::Date;
use longmen_reconciliation_store::Reader;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::longmen::{begun, longmen};
use crate::voucher_desk::{START, VoucherDesk, post_all, settings};

const DAYS: u32 = 25;

/// Days with many vouchers each, closed.
async fn live(desk: &VoucherDesk) -> Vec<String> {
    let mut client = desk.client().await;
    let (mut dates, mut date) = (Vec::new(), Date::parse(START).unwrap());
    for day in 0..DAYS {
        let post = |number: u32| {
            let amount = i64::from(day * 1_000 + number + 1);
            Transaction::new(format!("d{day}-{number}").as_str())
                .kind("top_up")
                .debit(AccountKey::new("LM", "bank", "", "CNY"), amount, "CNY")
                .credit(AccountKey::new("LM", "U1", "", "CNY"), amount, "CNY")
        };
        post_all(&mut client, &(0..200).map(post).collect::<Vec<_>>()).await;
        dates.push(date.to_string());
        date = date.following().unwrap();
        client.close_day("LM", &date.to_string()).await.unwrap();
    }
    dates
}

/// The command lines that make a date and write it, at a desk of this name.
fn commands(desk: &VoucherDesk, at: &str, date: &str) -> [Vec<String>; 2] {
    let (settings, place, out) =
        (desk.path("many.toml"), desk.path(at), desk.path(&format!("{at}-{date}.txt")));
    let of = ["LM", "--date", date, "--desk", &place, "--settings", &settings];
    let make = [&["voucher", "make"], &of[..], &["--addr", &desk.served.addr]].concat();
    let export = [&["voucher", "export"], &of[..], &["--out", &out]].concat();
    [make, export].map(|command| command.iter().map(ToString::to_string).collect())
}

fn words(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

/// Whether a program ends by itself before it is killed.
fn ends_before(command: &[&str], delay: Duration) -> bool {
    let mut child = begun(command);
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap().success()
}

/// Each date is made and written, so that there are 50 kills.
#[test]
fn a_program_that_is_killed_at_any_moment_draws_each_number_once() {
    let desk = VoucherDesk::open();
    desk.write("many.toml", &settings("u8_text", "transaction", ""));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let dates = runtime.block_on(live(&desk));
    let mut random = StdRng::seed_from_u64(5);
    for date in &dates {
        let [whole, killed] = ["whole", "killed"].map(|at| commands(&desk, at, date));
        for (whole, killed) in whole.iter().zip(&killed) {
            let began = Instant::now();
            desk.runs(0, &words(whole));
            // As long as it takes, so that it is killed anywhere in its work.
            let mut delay = began.elapsed().mul_f64(random.random_range(0.0..1.0));
            while ends_before(&words(killed), delay) {
                delay /= 2;
            }
            desk.runs(0, &words(killed));
        }
    }
    let dump = |at: &str| Reader::open(Path::new(&desk.path(at))).unwrap().dump().unwrap();
    assert_eq!(dump("killed"), dump("whole"));
    for date in &dates {
        let file = |at: &str| desk.read(&format!("{at}-{date}.txt"));
        assert_eq!(file("killed"), file("whole"), "{date}");
    }
    let at = desk.path("killed");
    let list = longmen(&["voucher", "list", "LM", "--desk", &at, "--json"]).json();
    let list = list["vouchers"].as_array().unwrap();
    assert_eq!(list.len(), (DAYS * 200) as usize);
    let mut month = (String::new(), 0);
    for one in list {
        let of = one["posting_date"].as_str().unwrap()[..7].to_owned();
        let number = if month.0 == of { month.1 + 1 } else { 1 };
        assert_eq!((&one["number"], &one["state"]), (&number.into(), &"exported".into()), "{one}");
        month = (of, number);
    }
    let last = dates.last().unwrap();
    let prove = ["voucher", "prove", "LM", "--from", START, "--to", last, "--desk", &at];
    desk.says(0, &prove);
}
