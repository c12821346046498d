//! What a refusal, or a listing, says of what can be done about it.

use std::time::Duration;

use jiff::Timestamp;

use super::Books;

#[test]
fn entities_of_different_dates_are_told_what_to_do() {
    let books = Books::open();
    books.open_sister();
    books.says(0, "close-day HK 2026-01-06", &[]);
    let legs =
        "--debit LM/bank/CNY=1 --credit LM/profit/CNY=1 --debit HK/profit/CNY=1 --credit HK/profit/CNY=1";
    books.says(
        1,
        &format!("post --id a {legs}"),
        &[
            "a: date_closed: the accounting date of LM is 2026-01-05, the accounting date of HK is 2026-01-06",
            "the entities of a transaction have one accounting date: end the earlier one with `longmen close-day`",
        ],
    );
    books.says(0, "close-day LM 2026-01-06", &[]);
    books.says(0, &format!("post --id b {legs}"), &["b: posted"]);
    let other = "post --id c --debit LM/bank/CNY=1 --credit LM/payer/CNY=1 --accounting-date 2026-01-05";
    let said = books.says(1, other, &["c: date_closed", "asked for was 2026-01-05"]);
    assert!(!said.contains("entities"), "{said}");
}

#[test]
fn an_original_of_the_client_itself_is_told_however_it_is_named() {
    let books = Books::open();
    books.says(0, "post --id 3 --debit LM/payer/CNY=10 --credit LM/shop/CNY=10", &[]);
    books.says(0, "reverse 3 --id 4", &[]);
    for (id, of_client) in [("5", ""), ("6", " --of-client 1")] {
        books.says(
            1,
            &format!("reverse 3 --id {id}{of_client}"),
            &["already_reversed: original 3: posted on 2026-01-05, undone on 2026-01-05 by 4 of client 1"],
        );
    }
    books.says(1, "reverse 3 --id 7 --of-client 2", &["unknown_original"]);
}

#[test]
fn a_try_that_expired_is_told_with_its_moment() {
    let books = Books::open();
    let expires = Timestamp::from_second(Timestamp::now().as_second() + 3).unwrap();
    let legs = "--debit LM/payer/CNY=5 --credit LM/shop/CNY=5";
    books.says(0, &format!("try --id T1 {legs} --expires {expires}"), &[]);
    let left = expires.duration_since(Timestamp::now()) + jiff::SignedDuration::from_millis(50);
    std::thread::sleep(Duration::try_from(left).unwrap_or_default());
    for (id, of_client) in [("a", ""), ("b", " --of-client 1")] {
        books.says(
            1,
            &format!("confirm T1 --id {id}{of_client}"),
            &[
                &format!(
                    "{id}: freeze_expired: the try T1 expired at {expires}, and what it held is free again"
                ),
                "under a new id",
            ],
        );
    }
    // It is told where nothing remains, too.
    books.says(0, "transaction T1", &["try T1 posted", "expired", " 0.00"]);
}

#[test]
fn a_transaction_that_is_not_known_may_be_found() {
    let books = Books::open();
    books.says(
        1,
        "transaction nosuch",
        &[
            "unknown_transaction: the node knows no transaction nosuch of client longmen",
            "`longmen find --id nosuch`",
        ],
    );
}

#[test]
fn limits_tell_what_is_used_and_left_and_why_one_is_refused() {
    let books = Books::open();
    books.says(
        0,
        "limits LM/payer/CNY --day 25",
        &["of the limit per day on 2026-01-05: 0.00 used, 25.00 left"],
    );
    books.says(0, "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "limits LM/payer/CNY", &["20.00 used, 5.00 left"]);
    let said = books.says(0, "limits LM/payer/CNY --day none", &[]);
    assert!(!said.contains("used"), "{said}");
    for limit in ["day", "transaction", "credit"] {
        // The largest amount that there is limits nothing, and is shown so.
        let said = books.says(0, &format!("limits LM/payer/CNY --{limit} 92233720368547758.07"), &[]);
        assert!(said.matches("none").count() == 3 && !said.contains("92,233"), "{said}");
        books.says(
            2,
            &format!("limits LM/payer/CNY --{limit} 92233720368547758.08"),
            &[&format!("--{limit} 92233720368547758.08: beyond the largest amount of a leg")],
        );
    }
    let said = books.says(0, "register LM/payer/CNY", &[]);
    assert!(!said.contains("92,233"), "{said}");
    books.says(
        2,
        "limits LM/payer/CNY --overdraft 92233720368547758.08",
        &["--overdraft 92233720368547758.08: beyond the largest amount of a leg"],
    );
}

#[test]
fn holds_come_to_no_more_than_an_amount_can_be() {
    let books = Books::open();
    books.says(0, "freeze LM/shop/CNY=92233720368547758.07 --id J1 --kind judicial --authority court", &[]);
    books.says(
        1,
        "freeze LM/shop/CNY=0.01 --id J2 --kind judicial --authority court",
        &["J2: limit_exceeded", "what is frozen in all is 92,233,720,368,547,758.07 at most"],
    );
}

#[test]
fn a_hold_is_named_in_listings_as_commands_take_it() {
    let books = Books::open();
    let number = "0x33333333333333333333333333333333";
    books.says(0, &format!("freeze LM/payer/CNY=1 --id {number}"), &[]);
    books.says(0, "register LM/payer/CNY", &[&format!("frozen {number}"), "frozen F1"]);
    books.says(0, &format!("unfreeze {number} --id u"), &[]);
    books.says(0, "register LM/payer/CNY", &[&format!("released {number} by u")]);
    // What is released or spent is told all the same.
    books.says(0, &format!("transaction {number}"), &["LM/payer/CNY", " 1.00", " 0.00"]);
    books.says(0, "consume F1 --id c --authority court --debit LM/payer/CNY=30 --credit LM/shop/CNY=30", &[]);
    books.says(0, "transaction F1", &["LM/payer/CNY", " 30.00", " 0.00"]);
    let held = books.says(0, "transaction F1 --json", &["\"held\""]);
    assert!(held.contains("\"amount\": 3000"), "{held}");
}
