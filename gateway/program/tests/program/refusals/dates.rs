//! Refusals for dates, and what a repeat of a refused one says.

use super::Books;

#[test]
fn a_value_date_that_is_far_off_is_refused_with_the_dates() {
    let books = Books::open();
    let post = "post --debit LM/bank/CNY=1 --credit LM/payer/CNY=1 --value-date";
    for (id, far) in [("a", "9999-12-31"), ("b", "1970-01-01")] {
        books.says(
            1,
            &format!("{post} {far} --id {id}"),
            &[
                &format!("{id}: value_date: asked for was {far}; the accounting date of LM is 2026-01-05"),
                "at most 10 days ahead of the later of the two, and 3653 days before",
            ],
        );
    }
    let freeze = "freeze LM/payer/CNY=1 --id f --value-date 2999-01-01";
    books.says(1, freeze, &["f: value_date: asked for was 2999-01-01; the accounting date of LM"]);
    let undo = "reverse 1 --id u --value-date 2999-01-01";
    books.says(1, undo, &["u: value_date: asked for was 2999-01-01; the accounting date of LM"]);
    books.says(0, &format!("{post} 2016-01-06 --id c"), &["c: posted"]);
    // By value date it stands first, and the balance goes on from it.
    let lines = books.says(0, "statement LM/payer/CNY --by value --oldest-first", &["c/2", " 1/2"]);
    let line = |id: &str| lines.lines().position(|line| line.contains(id)).unwrap();
    assert!(line("c/2") < line(" 1/2"), "{lines}");
    assert!(lines.contains("  2016-01-06  ") && lines.contains(" 101.00"), "{lines}");
}

#[test]
fn a_refused_repeat_says_that_the_id_keeps_its_result() {
    let books = Books::open();
    books.open_sister();
    let legs =
        "--debit LM/bank/CNY=1 --credit LM/profit/CNY=1 --debit HK/profit/CNY=1 --credit HK/profit/CNY=1";
    books.says(0, &format!("post --id both {legs}"), &["both: posted"]);
    books.says(0, "close-day HK 2026-01-06", &[]);
    let keeps = "this id keeps its first result; to try again, send it under a new id";
    let several = "and send it under a new id";
    for (id, command) in [("a", format!("post {legs}")), ("b", "reverse both".to_owned())] {
        let command = format!("{command} --id {id}");
        let first = books.says(1, &command, &[&format!("{id}: date_closed"), several]);
        assert!(!first.contains(keeps), "{first}");
        books.says(1, &command, &[several, "the first result given again"]);
    }
    books.says(0, "close-day LM 2026-01-06", &[]);
    for command in [format!("post {legs} --id a"), "reverse both --id b".to_owned()] {
        books.says(1, &command, &["date_closed", keeps, "the first result given again"]);
    }
    books.says(1, "unfreeze F9 --id c", &["c: unknown_freeze"]);
    books.says(1, "unfreeze F9 --id c", &["c: unknown_freeze: client 1 has no hold F9", keeps]);
}
