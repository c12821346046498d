//! Refused actions: what they name, and how that stands.

use super::Books;

#[test]
fn a_refused_move_of_a_hold_names_account_and_what_there_is() {
    let books = Books::open();
    let consume = "consume F1 --authority court --debit LM/payer/CNY=10 --credit LM/shop/CNY=10";
    books.says(
        1,
        &format!("{consume} --id a --amount 9"),
        &["a: invalid_amount", "LM/payer/CNY: the legs take 10.00 CNY from it, not 9.00"],
    );
    books.says(
        1,
        "unfreeze F1 --id b --amount 1 --currency USD --authority court",
        &["b: currency_mismatch", "LM/payer/CNY is in CNY, asked for was USD"],
    );
    books.says(
        1,
        "try --id c --debit LM/payer/CNY=70.01 --credit LM/shop/CNY=70.01",
        &["c: insufficient_funds", "LM/payer/CNY: 70.01 CNY asked for", "70.00 available now"],
    );
    books.says(0, "try --id T1 --debit LM/payer/CNY=5 --credit LM/shop/CNY=5", &[]);
    books.says(0, "state LM/payer/CNY --account-state judicial", &[]);
    books.says(1, &format!("{consume} --id d"), &["d: account_state", "LM/payer/CNY is judicial freeze"]);
    books.says(1, "confirm T1 --id e", &["e: account_state", "LM/payer/CNY is judicial freeze"]);
    books.says(0, "state LM/payer/CNY --account-state normal --payment-state neither", &[]);
    books.says(1, &format!("{consume} --id f"), &["f: payment_state", "LM/payer/CNY is normal, neither"]);
}

#[test]
fn a_refused_raise_names_account_and_what_there_is() {
    let books = Books::open();
    let raise = "raise F1 70.01 CNY --authority court";
    books.says(
        1,
        &format!("{raise} --id a"),
        &[
            "a: insufficient_funds",
            "LM/payer/CNY: 70.01 CNY asked for, 70.00 available now, 30.00 frozen",
            "hold F1: 30.00 remains",
        ],
    );
    books.says(
        1,
        "raise F1 5 CNY --id b",
        &["b: wrong_authority: hold F1 on LM/payer/CNY: 30.00 CNY remains now, 5.00 asked for, held by court"],
    );
    books.says(1, "raise F9 5 CNY --id c", &["c: unknown_freeze: client", "no hold F9"]);
    for (amount, words) in [("0", "above zero"), ("50.001", "CNY has 2 decimals"), ("-1", "above zero")] {
        books.says(2, &format!("raise F1 {amount} CNY --id d --authority court"), &[words]);
        books.says(2, &format!("unfreeze F1 --amount {amount} --currency CNY --id d"), &[words]);
        let legs = "--debit LM/payer/CNY=1 --credit LM/shop/CNY=1";
        books.says(2, &format!("consume F1 --amount {amount} {legs} --id d"), &[words]);
    }
    books.says(
        1,
        "raise F1 5 USD --id e --authority court",
        &["e: currency_mismatch", "LM/payer/CNY is in CNY, asked for was USD"],
    );
    books.says(0, "try --id T1 --debit LM/payer/CNY=5 --credit LM/shop/CNY=5", &[]);
    books.says(1, "raise T1 5 CNY --id f", &["f: unknown_freeze: hold T1 on LM/payer/CNY is that of a try"]);
    books.says(2, "raise F1 5 CNY --id g --expires 2020-01-01T00:00:00Z", &["--expires", "has passed"]);
    let past = "raise F1 5 CNY --id g --authority court --expires 2020-01-01T00:00:00Z --time";
    books.says(2, &format!("{past} 2020-01-01T00:00:00Z"), &["has passed"]);
    books.says(0, "state LM/payer/CNY --account-state judicial", &[]);
    books.says(0, "raise F1 5 CNY --id h --authority court", &["h: posted"]);
    books.says(0, "state LM/payer/CNY --account-state normal", &[]);
    books.says(0, "unfreeze F1 --authority court", &[]);
    books.says(
        1,
        "raise F1 5 CNY --id i --authority court",
        &["i: freeze_exceeded: client 1 has no hold F1 of which anything remains"],
    );
}

#[test]
fn a_hold_is_bounded_by_the_balance_and_the_holds_before_it() {
    let books = Books::open();
    books.says(0, "freeze LM/payer/CNY=200 --id F2 --kind judicial --authority court", &[]);
    books.says(
        1,
        "consume F2 --authority court --debit LM/payer/CNY=80 --credit LM/shop/CNY=80 --id a",
        &[
            "a: insufficient_funds",
            "LM/payer/CNY: 80.00 CNY asked for, the balance is 100.00, 230.00 frozen in all: earlier holds",
        ],
    );
}

#[test]
fn an_original_that_is_there_is_told_from_one_that_is_not() {
    let books = Books::open();
    books.says(0, "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "refund 3 --id back --debit LM/shop/CNY=5 --credit LM/payer/CNY=5", &[]);
    books.says(
        1,
        "refund back --id a --debit LM/payer/CNY=5 --credit LM/shop/CNY=5",
        &["unknown_original", "back cannot be given back: its action is refund"],
    );
    books.says(1, "confirm 3 --id b", &["unknown_original", "3 is no try: its action is post"]);
}

#[test]
fn a_refused_refund_tells_what_is_left_of_the_original() {
    let books = Books::open();
    books.says(0, "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "refund 3 --id r1 --debit LM/shop/CNY=5 --credit LM/payer/CNY=5", &[]);
    books.says(0, "refund 3 --id r2 --debit LM/shop/CNY=7 --credit LM/payer/CNY=7", &[]);
    books.says(0, "reverse r2 --id r3", &[]);
    books.says(0, "close-day LM 2026-01-06", &[]);
    books.says(
        1,
        "refund 3 --id a --debit LM/shop/CNY=15.01 --credit LM/payer/CNY=15.01",
        &[
            "a: refund_exceeded",
            "original 3: ",
            "LM/payer/CNY: debited 20.00 CNY by the original, 5.00 given back before, 15.00 left, 15.01 asked for",
            "LM/shop/CNY: credited 20.00 CNY by the original, 5.00 given back before, 15.00 left, 15.01 asked for",
        ],
    );
    books.says(
        1,
        "refund 3 --id b --debit LM/bank/CNY=1 --credit LM/payer/CNY=1",
        &[
            "b: refund_exceeded",
            "original 3: LM/bank/CNY: the original did not move it; LM/payer/CNY: debited",
            "15.00 left, 1.00 asked for",
        ],
    );
    let reversed = books.says(1, "reverse 3 --id c", &["c: refund_exceeded", "LM/payer/CNY: debited 20.00"]);
    assert!(
        reversed.contains("5.00 given back before, 15.00 left") && !reversed.contains("asked"),
        "{reversed}"
    );
    // Of a hot account the legs of merged entries count.
    books.says(0, "hot LM/shop/CNY", &[]);
    books.says(0, "refund 3 --id r4 --debit LM/shop/CNY=6 --credit LM/payer/CNY=6", &[]);
    books.says(
        1,
        "refund 3 --id d --debit LM/shop/CNY=9.01 --credit LM/payer/CNY=9.01",
        &[
            "LM/payer/CNY: debited 20.00 CNY by the original, 11.00 given",
            "LM/shop/CNY: credited 20.00 CNY by the original, 11.00 given",
        ],
    );
}

#[test]
fn a_refund_that_comes_too_late_tells_the_dates() {
    let books = Books::open_with(&["--shards", "1", "--refund-days", "1"]);
    books.says(0, "post --id 3 --type sale --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "close-day LM 2026-01-07", &[]);
    books.says(
        1,
        "refund 3 --id a --debit LM/shop/CNY=5 --credit LM/payer/CNY=5",
        &[
            "a: refund_window",
            "original 3: posted on 2026-01-05, the accounting date of LM is 2026-01-07",
            "refunds of type sale are taken, which was until 2026-01-06",
        ],
    );
}

#[test]
fn a_refused_confirm_tells_the_leg_of_its_try_and_the_limits() {
    let books = Books::open();
    books.says(0, "try --id T1 --debit LM/payer/CNY=50 --credit LM/shop/CNY=50", &[]);
    let tried = books.says(0, "transaction T1", &["try T1 posted"]);
    assert_eq!(tried.matches("when it is confirmed").count(), 2, "{tried}");
    books.says(0, "limits LM/payer/CNY --transaction 20 --day 30", &[]);
    books.says(
        1,
        "confirm T1 --id a",
        &["a: limit_exceeded at step 1: LM/payer/CNY: 50.00 CNY asked for, allowed are 20.00 a transaction"],
    );
    books.says(0, "post --id 3 --debit LM/payer/CNY=12.50 --credit LM/shop/CNY=12.50", &[]);
    books.says(0, "limits LM/payer/CNY --transaction none", &[]);
    books.says(
        1,
        "confirm T1 --id b",
        &[
            "b: day_limit_exceeded at step 1: LM/payer/CNY: 50.00 CNY asked for",
            "30.00 a day",
            "12.50 used on 2026-01-05, 17.50 left",
        ],
    );
    books.says(0, "limits LM/payer/CNY --day none", &[]);
    books.says(0, "limits LM/shop/CNY --credit 20", &[]);
    books.says(
        1,
        "confirm T1 --id c",
        &[
            "c: limit_exceeded at step 2: LM/shop/CNY: 50.00 CNY asked for",
            "a balance of 20.00 at most, now 12.50",
        ],
    );
    books.says(1, "unfreeze T1 --id d", &["d: unknown_freeze: hold T1 on LM/payer/CNY is that of a try"]);
    books.says(0, "limits LM/shop/CNY --credit none", &[]);
    books.says(0, "confirm T1 --id e", &[]);
    let confirmed = books.says(0, "transaction T1", &["confirmed by e on 2026-01-05"]);
    assert_eq!(confirmed.matches("posted by its confirm").count(), 2, "{confirmed}");
    assert!(!confirmed.contains("when it is"), "{confirmed}");
    books.says(1, "confirm T1 --id f", &["f: already_posted: the try T1 was confirmed before"]);
    books.says(0, "try --id T2 --debit LM/shop/CNY=1 --credit LM/payer/CNY=1", &[]);
    books.says(0, "cancel T2", &[]);
    let cancelled = books.says(0, "transaction T2", &["cancelled by"]);
    assert_eq!(cancelled.matches("not posted").count(), 2, "{cancelled}");
    books.says(1, "confirm T2 --id g", &["g: cancelled: the try T2 was cancelled before"]);
    books.says(1, "confirm never --id h", &["h: unknown_original: no transaction never", "that is a try"]);
}

#[test]
fn a_hold_of_another_account_is_named() {
    let books = Books::open();
    let shop = "--debit LM/bank/CNY=5 --credit LM/shop/CNY=5";
    books.says(
        1,
        &format!("consume F1 --authority court --amount 5 --currency CNY --id a {shop}"),
        &["a: invalid_amount: hold F1 is on LM/payer/CNY: the legs take 0.00 CNY from it, not 5.00"],
    );
    books.says(
        1,
        "consume F1 --id b --debit LM/payer/CNY=31 --credit LM/shop/CNY=31 --authority court",
        &["b: freeze_exceeded: hold F1 on LM/payer/CNY: 30.00 CNY remains now, 31.00 asked for"],
    );
}

#[test]
fn what_was_undone_names_what_undid_it() {
    let books = Books::open();
    books.says(0, "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "reverse 3 --id undo", &[]);
    let undone = "original 3: posted on 2026-01-05, undone on 2026-01-05 by undo of client 1";
    books.says(1, "reverse 3 --id a", &["a: already_reversed", undone]);
    books.says(
        1,
        "refund 3 --id b --debit LM/shop/CNY=5 --credit LM/payer/CNY=5",
        &["b: already_reversed", undone],
    );
    books.says(1, "post --id no --debit LM/payer/CNY=500 --credit LM/shop/CNY=500", &["insufficient_funds"]);
    books.says(1, "reverse no --id c", &["c: unknown_original: no was not posted: insufficient_funds"]);
}

#[test]
fn an_original_of_another_client_is_told_as_ones_own_is() {
    let books = Books::open();
    books.says(0, "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "reverse 3 --id undo", &[]);
    let undone = "original 3: posted on 2026-01-05, undone on 2026-01-05 by undo of client 1";
    let other = "--of-client 1 --client other";
    books.says(1, &format!("reverse 3 --id a {other}"), &["a: already_reversed", undone]);
    let legs = "--debit LM/shop/CNY=5 --credit LM/payer/CNY=5";
    books.says(1, &format!("refund 3 --id b {legs} {other}"), &["b: already_reversed", undone]);
}

#[test]
fn a_refund_that_cannot_be_undone_names_its_original() {
    let books = Books::open();
    books.says(0, "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "refund 3 --id more --correction --debit LM/payer/CNY=10 --credit LM/shop/CNY=10", &[]);
    books.says(0, "refund 3 --id back --debit LM/shop/CNY=30 --credit LM/payer/CNY=30", &[]);
    books.says(
        1,
        "reverse more --id a",
        &[
            "a: refund_exceeded: original more: it is a refund of 3, whose others stay within it",
            "LM/payer/CNY: debited 20.00 CNY by the original, 30.00 given back without it",
            "LM/shop/CNY: credited 20.00 CNY by the original, 30.00 given back without it",
        ],
    );
}

#[test]
fn what_a_raise_and_an_unfreeze_moved_is_shown() {
    let books = Books::open();
    books.says(0, "raise F1 5.50 CNY --id up --authority court", &[]);
    books.says(0, "unfreeze F1 --amount 2 --currency CNY --id down --authority court", &[]);
    books.says(0, "transaction up", &["raise up posted", "names F1", "raised 5.50 CNY on LM/payer/CNY"]);
    books.says(0, "transaction down", &["unfreeze down posted", "released 2.00 CNY on LM/payer/CNY"]);
}

#[test]
fn a_refund_that_goes_different_ways_says_so() {
    let books = Books::open();
    books.says(
        0,
        "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=18 --credit LM/profit/CNY=2",
        &[],
    );
    books.says(
        1,
        "refund 3 --correction --id a --debit LM/shop/CNY=5 --credit LM/payer/CNY=4 --credit LM/profit/CNY=1",
        &[
            "a: refund_exceeded",
            "either give back or go the original's own way, on every account",
            "LM/profit/CNY: credited 2.00 CNY by the original",
            "1.00 more credited asked for",
        ],
    );
}

#[test]
fn a_refund_that_charges_again_is_sent_only_as_a_correction() {
    let books = Books::open();
    books.says(0, "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    let again = "--id a --debit LM/payer/CNY=5 --credit LM/shop/CNY=5";
    books.says(
        2,
        &format!("refund 3 {again}"),
        &["this debits LM/payer/CNY 5.00 CNY again, as the original did", "say --correction"],
    );
    books.says(0, &format!("refund 3 --correction {again}"), &[]);
    // What was given back and what was taken again may come to more than there was on one account.
    books.says(
        1,
        "refund 3 --id b --debit LM/shop/CNY=26 --credit LM/payer/CNY=26",
        &["b: refund_exceeded", "LM/payer/CNY: debited 20.00 CNY by the original"],
    );
}

#[test]
fn an_expiry_that_has_passed_is_a_slip() {
    let books = Books::open();
    let past = "--expires 2020-01-01T08:00:00+08:00";
    let legs = "--debit LM/payer/CNY=1 --credit LM/shop/CNY=1";
    for late in [format!("freeze LM/payer/CNY=1 --id late {past}"), format!("try --id late {past} {legs}")] {
        books.says(2, &late, &["--expires 2020-01-01T00:00:00Z has passed, it is 20"]);
        books.says(2, &format!("{late} --time 2020-01-01T00:00:00Z"), &["has passed"]);
        books.says(1, "transaction late", &["unknown_transaction"]);
    }
    // What went unanswered may be repeated when its expiry has passed: it gives its first result, or is refused.
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let at = |seconds: u64| jiff::Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap();
    let repeated = format!("--expires {} --time {}", at(now - 30), now - 60);
    let passed = "which has passed by the ledger's time";
    for (id, late) in [
        ("F2", format!("freeze LM/payer/CNY=1 --id F2 {repeated}")),
        ("T1", format!("try {legs} --id T1 {repeated}")),
        ("R1", format!("raise F1 1 CNY --authority court --id R1 {repeated}")),
    ] {
        books.says(1, &late, &[&format!("{id}: freeze_expired: it was to expire at "), passed]);
    }
    let brief = format!("freeze LM/payer/CNY=1 --id F3 --expires {} --time {now}", at(now + 4));
    books.says(0, &brief, &["F3: posted"]);
    while std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() < now + 5 {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    books.says(0, &brief, &["F3: posted", "the first result given again"]);
    let spend = "consume F3 --id s --debit LM/payer/CNY=1 --credit LM/shop/CNY=1";
    books.says(
        1,
        spend,
        &["s: freeze_expired: hold F3 on LM/payer/CNY: 0.00 CNY remains now", "1.00 asked for", ", expired"],
    );
    books.says(1, "unfreeze F3 --id u", &["u: freeze_expired: hold F3 of client 1 has expired"]);
    let raise = format!("raise F3 1 CNY --id r --expires {}", at(now + 600));
    books.says(1, &raise, &["r: freeze_expired: hold F3 of client 1 has expired"]);
}

#[test]
fn what_is_frozen_beyond_what_there_can_be_is_told_as_that() {
    let books = Books::open();
    books.says(0, "limits LM/payer/CNY --transaction 5 --day 7", &[]);
    let judicial = "--kind judicial --authority court";
    books.says(0, &format!("freeze LM/payer/CNY=92233720368547000 --id F2 {judicial}"), &[]);
    let said = books.says(
        1,
        &format!("freeze LM/payer/CNY=1000 --id F3 {judicial}"),
        &[
            "F3: limit_exceeded: LM/payer/CNY: 1,000.00 asked for, 92,233,720,368,547,030.00 frozen before",
            "what is frozen in all is 92,233,720,368,547,758.07 at most",
        ],
    );
    assert!(!said.contains("a day") && !said.contains("a transaction"), "{said}");
}
