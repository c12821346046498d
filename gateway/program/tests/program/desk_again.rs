//! What a desk finds again in the books, what anybody may note, and tries that end by themselves.

use std::fs;

use serde_json::Value;

use crate::desk::Desk;
use crate::longmen::Ran;
use crate::reconciling::file;

/// Number, class and state of each difference.
fn said(desk: &Desk) -> Vec<String> {
    let word = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let all = desk.breaks(&["--all"]);
    let line =
        |(number, one): (&String, &Value)| format!("{number} {} {}", word(one, "class"), word(one, "state"));
    all.iter().map(line).collect()
}

#[track_caller]
fn ends(ran: &Ran, code: i32, words: &str) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    assert!(ran.out.contains(words) || ran.err.contains(words), "`{words}`: {ran:?}");
}

/// A desk whose first day is compared.
fn compared() -> Desk {
    let desk = Desk::new();
    desk.books.book_the_day();
    desk.books.says(&["close-day", "LM", "2024-06-19"], 0);
    ends(&desk.import("0618.csv", "2024-06-18", "ann"), 0, "");
    ends(&desk.asks("ann", &["run", "--date", "2024-06-18"]), 1, "");
    desk
}

fn name_of(desk: &Desk, number: &str) -> String {
    desk.breaks(&["--all"])[number]["break"].as_str().unwrap().to_owned()
}

fn handles(desk: &Desk, who: &str, number: &str) -> Ran {
    desk.asks(who, &["handle", &name_of(desk, number), "--reason", "as the channel has it"])
}

/// Everything about the differences that a database which was made again has to tell as before.
fn told(desk: &Desk) -> Vec<Value> {
    let mut told: Vec<Value> = desk.breaks(&["--all"]).into_values().collect();
    for place in 0..told.len() {
        let id = told[place]["break"].as_str().unwrap().to_owned();
        let shown = desk.run(&["show", &id, "--json"]).json();
        for one in shown["handlings"].as_array().unwrap() {
            let kept = ["kind", "ends", "reason", "original", "legs", "maker", "state", "transaction"];
            told.extend(kept.map(|name| one[name].clone()));
        }
    }
    told
}

/// Loses the database, and has somebody make it again.
fn loses_its_database(desk: &Desk, who: &str, words: &str) {
    for name in ["desk.db", "desk.db-wal", "desk.db-shm"] {
        fs::remove_file(desk.books.path("desk").join(name)).ok();
    }
    ends(&desk.asks(who, &["rebuild"]), 0, words);
    ends(&desk.asks(who, &["run", "--date", "2024-06-18"]), 1, "");
}

#[test]
fn what_was_booked_is_found_again_in_the_books_whoever_booked_it() {
    let desk = compared();
    for number in ["P002", "P003"] {
        desk.handles(number, &[]);
    }
    ends(&handles(&desk, "ann", "P006"), 0, "");
    let before = told(&desk);
    let is_booked = ["P002 fee_differs resolved: adjusted", "P003 amount_differs open"];
    assert_eq!(said(&desk)[..2], is_booked);
    loses_its_database(&desk, "cat", "1 files are known again, and 3 steps from the books");
    assert_eq!(told(&desk), before);
    desk.proves();
    // Nothing is booked twice, whoever tries.
    ends(&handles(&desk, "cat", "P002"), 2, "nothing is to be booked");
    ends(&handles(&desk, "cat", "P003"), 2, "nothing is to be booked");
    ends(&handles(&desk, "cat", "P006"), 1, "in_hand");
    // What was proposed before is noted by whoever asks.
    ends(&desk.asks("dan", &["refresh"]), 1, "proposed");
    desk.approve_all();
    ends(&desk.asks("dan", &["refresh"]), 0, "posted");
    assert_eq!(said(&desk)[4], "P006 state_differs resolved: confirmed");
    desk.proves();
    // Another takes back what one has booked, and it is booked anew.
    let shown = desk.run(&["show", &name_of(&desk, "P002"), "--json"]).json();
    let handling = shown["handlings"][0]["handling"].to_string();
    ends(&desk.asks("cat", &["undo", &handling, "--reason", "it was wrong"]), 0, "");
    desk.approve_all();
    ends(&desk.asks("dan", &["refresh"]), 0, "posted");
    ends(&handles(&desk, "cat", "P002"), 0, "");
    desk.approve_all();
    ends(&desk.asks("ann", &["refresh"]), 0, "posted");
    desk.proves();
    let before = told(&desk);
    loses_its_database(&desk, "eve", "and 5 steps from the books");
    assert_eq!(told(&desk), before);
    desk.proves();
    let balances = ["wechat", "wechat-fee", "long"].map(|account| desk.balance(account));
    assert_eq!(balances, [26_301, 159, 1]);
}

#[test]
fn another_desk_of_the_channel_books_nothing_on_top() {
    let desk = compared();
    desk.handles("P002", &[]);
    fs::rename(desk.books.path("desk"), desk.books.path("other")).unwrap();
    ends(&desk.import("0618.csv", "2024-06-18", "cat"), 0, "");
    ends(&desk.asks("cat", &["run", "--date", "2024-06-18"]), 1, "");
    assert_eq!(said(&desk)[0], "P002 fee_differs open");
    ends(&handles(&desk, "cat", "P002"), 2, "has 1 steps about it that were not known here");
    assert_eq!(said(&desk)[0], "P002 fee_differs resolved: adjusted");
    desk.proves();
}

/// Two that propose in the same moment: the later is told of the earlier.
#[test]
fn who_proposes_beside_another_is_warned() {
    let desk = compared();
    ends(&handles(&desk, "ann", "P002"), 0, "");
    fs::rename(desk.books.path("desk"), desk.books.path("other")).unwrap();
    ends(&desk.import("0618.csv", "2024-06-18", "cat"), 0, "");
    ends(&desk.asks("cat", &["run", "--date", "2024-06-18"]), 1, "");
    // This desk knows of ann's from the books, and proposes nothing.
    ends(&handles(&desk, "cat", "P002"), 2, "has 1 steps about it");
    let shown = handles(&desk, "cat", "P003");
    assert!(shown.code == Some(0) && !shown.out.contains("WARNING"), "{shown:?}");
    fs::rename(desk.books.path("desk"), desk.books.path("third")).unwrap();
    fs::rename(desk.books.path("other"), desk.books.path("desk")).unwrap();
    ends(&handles(&desk, "ann", "P003"), 2, "has 1 steps about it");
}

#[test]
fn what_became_of_a_settlement_is_noted_and_another_may_follow() {
    let desk = compared();
    let settle = |who| desk.asks(who, &["settle", "--date", "2024-06-18"]);
    ends(&settle("ann"), 0, "219.67");
    // Said again it is the same proposal, and nobody else has another one.
    ends(&settle("ann"), 0, "219.67");
    ends(&settle("cat"), 2, "is proposed already");
    ends(&desk.asks("cat", &["refresh"]), 1, "settles 2024-06-18");
    let open = desk.books.run(&["proposals", "--json", "--client", "bob"]).json();
    assert_eq!(open["proposals"].as_array().unwrap().len(), 1, "{open}");
    let number = open["proposals"][0]["proposal"].to_string();
    desk.books.says(&["reject", &number, "--reason", "not there yet", "--client", "bob"], 0);
    ends(&desk.asks("cat", &["refresh"]), 0, "refused: rejected");
    ends(&desk.asks("cat", &["refresh"]), 0, "nothing is under way");
    // The same client proposes it anew.
    ends(&settle("ann"), 0, "219.67");
    desk.approve_all();
    let noted = desk.asks("cat", &["refresh", "--json"]);
    assert_eq!((noted.code, &noted.json()["settlements"][0]["state"]), (Some(0), &"posted".into()));
    ends(&settle("ann"), 2, "is in the books already");
    ends(&settle("cat"), 2, "is in the books already");
    desk.proves();
    assert_eq!(desk.balance("bank"), 21_967);
}

/// Six tries of a day. The file of the day has two of them, that of the day after a third.
fn tried() -> Desk {
    let desk = Desk::new();
    let days = [
        ("2024-06-18", vec!["P1", "P2"], "`2,`20.00,`0.00,`0.12000"),
        ("2024-06-19", vec!["P3"], "`1,`10.00,`0.00,`0.06000"),
        ("2024-06-20", vec!["P5", "P6"], "`2,`20.00,`0.00,`0.12000"),
    ];
    for (date, numbers, sums) in days {
        let rows: Vec<_> = numbers.into_iter().map(|number| (number, "10.00", "0.06")).collect();
        desk.books.write(&format!("{date}.csv"), &file(date, &rows, false, sums));
    }
    for number in ["P1", "P2", "P3", "P4", "P5", "P6"] {
        desk.books.moves(&["try"], number, "payment", ("10.00", "0.06"));
    }
    desk
}

fn works(desk: &Desk, date: &str, next: &str, code: i32) {
    desk.books.says(&["close-day", "LM", next], 0);
    ends(&desk.import(&format!("{date}.csv"), date, "ann"), 0, "");
    ends(&desk.asks("ann", &["run", "--date", date]), code, "");
    desk.proves();
}

#[test]
fn a_try_that_its_client_ends_later_ends_by_itself() {
    let desk = tried();
    works(&desk, "2024-06-18", "2024-06-19", 1);
    let differs = ["P1 state_differs open", "P2 state_differs open"];
    let first = [&differs[..], &["P3 pending hung", "P4 pending hung", "P5 pending hung", "P6 pending hung"]];
    assert_eq!(said(&desk), first.concat());
    // One that the channel has is confirmed, one cancelled; so are two that it had not, and one of them is in today's file.
    for number in ["P1", "P3"] {
        desk.books.says(&["confirm", &format!("T-{number}"), "--id", &format!("E-{number}")], 0);
    }
    for number in ["P2", "P4"] {
        desk.books.says(&["cancel", &format!("T-{number}")], 0);
    }
    works(&desk, "2024-06-19", "2024-06-20", 1);
    let second = [
        "P1 matched resolved: late_match",
        "P2 state_differs open",
        "P3 pending resolved: late_match",
        "P4 pending resolved: unmoved",
        "P5 pending open",
        "P6 pending open",
    ];
    assert_eq!(said(&desk), second);
    // The channel has what was cancelled: it is owed to somebody.
    desk.handles("P2", &[]);
    assert_eq!(desk.balance("long"), 1_000);
    desk.proves();
    // What nobody knew for two days is confirmed by its client, or at the desk.
    desk.books.says(&["confirm", "T-P5", "--id", "E-P5"], 0);
    desk.books.says(&["confirm", "T-P6", "--id", "E-P6"], 0);
    works(&desk, "2024-06-20", "2024-06-21", 0);
    let third = said(&desk);
    assert_eq!(third[4..], ["P5 pending resolved: late_match", "P6 pending resolved: late_match"]);
    // A day that is compared again finds the same.
    for date in ["2024-06-18", "2024-06-19", "2024-06-20"] {
        let again = desk.asks("cat", &["run", "--date", date, "--json"]).json();
        assert_eq!(again["is_new"], Value::from(false), "{date}");
    }
    assert_eq!(said(&desk), third);
}

/// A reversal needs no desk; the desk learns of it, and books nothing out of suspense that is not in it.
#[test]
fn what_is_reversed_in_the_books_counts_no_more() {
    let desk = compared();
    for number in ["P002", "P003"] {
        desk.handles(number, &[]);
    }
    desk.proves();
    let before = ["wechat", "wechat-fee", "long"].map(|account| desk.balance(account));
    for number in ["P002", "P003"] {
        let step = format!("{}-1", name_of(&desk, number));
        desk.books.says(&["reverse", &step, "--id", &format!("back {number}"), "--client", "ann"], 0);
    }
    let written_off = ["handle", &name_of(&desk, "P003"), "--as", "write-off", "--reason", "nobody asks"];
    ends(&desk.asks("cat", &written_off), 2, "has 2 steps about it that were not known here");
    assert_eq!(said(&desk)[..2], ["P002 fee_differs open", "P003 amount_differs open"]);
    ends(&desk.asks("cat", &written_off), 2, "has a step before that");
    desk.proves();
    // The same again is nothing new, and both are booked anew.
    let run = desk.asks("ann", &["run", "--date", "2024-06-18", "--json"]);
    assert_eq!(run.json()["reversed"], 0);
    for number in ["P002", "P003"] {
        ends(&handles(&desk, "cat", number), 0, "");
    }
    desk.approve_all();
    ends(&desk.asks("ann", &["refresh"]), 0, "posted");
    desk.proves();
    assert_eq!(["wechat", "wechat-fee", "long"].map(|account| desk.balance(account)), before);
    // A run learns of it, too.
    let step = format!("{}-3", name_of(&desk, "P003"));
    desk.books.says(&["reverse", &step, "--id", "back again", "--client", "cat"], 0);
    let run = desk.asks("ann", &["run", "--date", "2024-06-18", "--json"]);
    assert_eq!(run.json()["reversed"], 1);
    assert_eq!(said(&desk)[1], "P003 amount_differs open");
}
