//! The commands that hold, undo, give back, set and map, against one node; and the audit of its books.

use crate::longmen::{Ran, Served, longmen};

#[track_caller]
fn ask(served: &Served, code: i32, command: &str, words: &[&str]) -> Ran {
    let arguments: Vec<&str> = command.split_whitespace().collect();
    let ran = longmen(&[&arguments[..], &["--addr", &served.addr]].concat());
    assert_eq!(ran.code, Some(code), "{command}: {ran:?}");
    for word in words {
        assert!(ran.out.contains(word) || ran.err.contains(word), "{command}: no {word:?} in {ran:?}");
    }
    ran
}

#[test]
fn holds_reversals_refunds_tcc_and_changes() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let clearing = "payment=BOOKS/bank/CNY";
    let served = Served::start_with(&data, &["--shards", "3", "--refund-clearing", clearing]);
    let chart = format!("{}/tests/scenarios/year_end.json", env!("CARGO_MANIFEST_DIR"));
    ask(&served, 0, &format!("open {chart}"), &[]);
    ask(
        &served,
        0,
        "post --debit BOOKS/bank/CNY=100 --credit BOOKS/payer/CNY=100 --operator ann",
        &["posted"],
    );
    holds(&served);
    refunds(&served);
    tried(&served);
    changes(&served);
    times_and_dates(&served);
    lists(&served);
    let close = "close-day BOOKS 2025-01-01 --carry-forward BOOKS/profit/CNY --operator ann --approval AP-5";
    let closed = ask(&served, 0, close, &["2025-01-01"]);
    assert_eq!(closed.err, "", "it was the last date of the year");
    ask(&served, 0, "balance BOOKS/fees/CNY BOOKS/profit/CNY", &["0.00", "0.18"]);
    let reversed = "reverse pay-2 --id undo-2 --forced --approval AP-6";
    ask(&served, 0, reversed, &["undo-2: posted"]);
    ask(&served, 0, "transaction undo-2", &["reverse", "forced", "opposite sides", "approval: AP-6"]);
    let early = "close-day BOOKS 2025-01-03 --carry-forward BOOKS/profit/CNY";
    let told = "carried forward on 2025-01-01, but the year of the books of BOOKS ends on 2025-12-31";
    ask(&served, 0, early, &["2025-01-03", told]);
    for (carrying, nothing) in [(true, "nothing was carried forward"), (false, "nothing was done")] {
        let again = if carrying { early } else { "close-day BOOKS 2025-01-03" };
        let words = format!("longmen: the accounting date of BOOKS was 2025-01-03 already: {nothing}\n");
        assert_eq!(ask(&served, 0, again, &["the accounting date of BOOKS is 2025-01-03"]).err, words);
        let json = ask(&served, 0, &format!("{again} --json"), &[]).json();
        assert_eq!((&json["date"], &json["closed"]), (&"2025-01-03".into(), &false.into()), "{json}");
    }
    let next = ask(&served, 0, "close-day BOOKS 2025-01-04 --json", &[]);
    assert_eq!((&next.json()["closed"], &*next.err), (&true.into(), ""), "{next:?}");
    assert_eq!(served.end_by("TERM"), Some(0));
    let audit = longmen(&["verify", data.to_str().unwrap()]);
    assert_eq!(audit.code, Some(0), "{audit:?}");
}

/// Lists by what is so of accounts, and by accounting date.
fn lists(served: &Served) {
    ask(served, 0, "state BOOKS/shop/CNY --account-state judicial", &["judicial freeze"]);
    let numbers = |command: &str| -> Vec<String> {
        let found = ask(served, 0, &format!("{command} --json"), &[]).json();
        found.as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(numbers("accounts --entity BOOKS --state judicial_freeze"), ["shop"]);
    assert_eq!(numbers("accounts --account-state judicial --customer C-1"), [""; 0]);
    assert_eq!(numbers("accounts --customer C-1 --subject 2203 --payment-state normal"), ["payer"]);
    assert_eq!(numbers("accounts --number-prefix pa"), ["payer"]);
    let subject = ask(served, 0, "balance BOOKS/shop/CNY --json", &[]).json()[0]["subject"].clone();
    let of_subject = format!("accounts --subject {} --number-prefix shop", &subject.as_str().unwrap()[..4]);
    assert_eq!(numbers(&of_subject), ["shop"]);
    ask(served, 0, "accounts --state closed", &["none found"]);
    ask(served, 0, "accounts --limit 1", &["more: --after 1"]);
    ask(served, 2, "accounts --subject 22O3", &["a subject's code"]);
    ask(served, 2, "accounts --owner nobody", &["customer", "merchant", "internal"]);
    ask(served, 0, "state BOOKS/shop/CNY --account-state normal", &["normal"]);

    let date = ask(served, 0, "balance BOOKS/shop/CNY --json", &[]).json()[0]["date"].clone();
    let of_date = format!("find --entity BOOKS --date {}", date.as_str().unwrap());
    let done = ask(served, 0, &of_date, &["C1 ", "pay-2 ", "posted"]);
    assert!(!done.out.contains("insufficient_funds") && !done.out.contains("limit_exceeded"), "{done:?}");
    ask(served, 0, &format!("{of_date} --refused"), &["C1 ", "limit_exceeded", "payment_state"]);
    let refused = ask(served, 0, &format!("{of_date} --refused-only"), &["limit_exceeded", "payment_state"]);
    assert!(!refused.out.contains("posted"), "{refused:?}");
    ask(served, 1, &format!("{of_date} --of-client 99"), &["none found"]);
    let page = ask(served, 0, &format!("{of_date} --limit 2"), &["more: --after "]);
    let (_, after) = page.out.trim_end().rsplit_once("--after ").unwrap();
    ask(served, 0, &format!("{of_date} --limit 2 --after {after}"), &["posted"]);
    let other = format!("{of_date} --refused --after {after}");
    ask(served, 1, &other, &["malformed", "not where a page of this list ended"]);
    ask(served, 0, &format!("find --date {}", date.as_str().unwrap()), &["C1 ", "pay-2 "]);
    ask(served, 2, &format!("{of_date} --from 2024-12-31"), &["cannot be used with"]);
    ask(served, 2, "find --entity BOOKS", &["--reference", "--date"]);

    ask(served, 0, "transaction C1 --of-client 1", &["consume C1 posted"]);
    ask(served, 0, "transaction C1 --of-client 1 --client desk", &["consume C1 posted"]);
    let unknown = ask(served, 1, "transaction C1 --of-client 2", &["unknown_transaction"]);
    assert!(unknown.err.contains("transaction C1 of client 2"), "{unknown:?}");
}

/// When something was sent first, what is no id, and dates that nobody means.
fn times_and_dates(served: &Served) {
    let legs = "--debit BOOKS/bank/CNY=1 --credit BOOKS/payer/CNY=1";
    let long_ago = format!("post --id W1 --time 2018-05-02T16:30:00Z {legs}");
    ask(served, 1, &long_ago, &["W1: too_old", "the node's clock shows 20"]);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    ask(served, 0, &format!("post --id W2 --time {now} {legs}"), &["W2: posted"]);
    ask(served, 0, &format!("post --id W2 {legs}"), &["W2: posted, the first result given again"]);
    ask(served, 1, &format!("cancel W2 --time {now}"), &["already_posted"]);
    let mut unset = vec!["post", "--id", "", "--addr", &served.addr];
    unset.extend(legs.split_whitespace());
    for arguments in [&unset[..], &["cancel", ""], &["cancel", "0x0"], &["reverse", ""]] {
        let ran = longmen(arguments);
        assert!(ran.code == Some(2) && ran.err.contains("the id is empty"), "{arguments:?}: {ran:?}");
    }
    ask(served, 1, "close-day BOOKS 2999-12-31", &["date_ahead"]);
    ask(served, 2, "close-day BOOKS 2999-12-31 --forced", &["--approval"]);
    ask(served, 0, "status", &["logged time", "its machine's clock"]);
}

fn holds(served: &Served) {
    let frozen = "freeze BOOKS/payer/CNY=30.00 --id F1 --kind control --reason escrow";
    ask(served, 0, frozen, &["F1: posted"]);
    ask(served, 0, frozen, &["F1: posted, the first result given again"]);
    let listed = ask(served, 0, "holds --json", &[]).json();
    let hold = &listed["holds"][0];
    assert_eq!((&hold["kind"], &hold["remaining"]), (&"control".into(), &3_000.into()));
    let by_number = format!("unfreeze 0x{} --amount 10.00 --currency CNY", hold["id"].as_str().unwrap());
    ask(served, 0, &by_number, &["posted"]);
    ask(served, 0, "raise F1 5.00 CNY --id M1 --reason minibar", &["M1: posted"]);
    ask(
        served,
        0,
        "raise F1 5.00 CNY --id M1 --reason minibar",
        &["M1: posted, the first result given again"],
    );
    ask(served, 0, "holds BOOKS/payer/CNY", &["35.00", "25.00"]);
    ask(served, 0, "unfreeze F1 --amount 5.00 --currency CNY", &["posted"]);
    let legs = "--debit BOOKS/payer/CNY=15 --credit BOOKS/shop/CNY=15";
    ask(served, 0, &format!("consume F1 --id C1 {legs}"), &["C1: posted"]);
    ask(served, 1, &format!("consume F1 {legs}"), &["freeze_exceeded"]);
    ask(served, 0, "holds BOOKS/payer/CNY", &["F1 ", "BOOKS/payer/CNY", "35.00", "5.00", "control"]);
    ask(
        served,
        0,
        "register BOOKS/payer/CNY",
        &["BOOKS/payer/CNY (@", "frozen F1", "raised F1 by M1", "consumed F1 by C1"],
    );
    ask(
        served,
        0,
        "statement BOOKS/payer/CNY --holds",
        &["hold F1 of 30.00 frozen", "hold F1 of 5.00 raised", "C1/1"],
    );
    ask(served, 0, "reverse C1 --id R1", &["R1: posted"]);
    ask(served, 1, "reverse C1 --id R2", &["already_reversed"]);
    ask(served, 0, "transaction R1", &["reverse R1 posted", "names C1 of", "BOOKS/shop/CNY", "-15.00"]);
    ask(served, 0, "find --id C1 --entity BOOKS --from 2024-01-01", &["C1 ", "consume", "posted"]);
    ask(served, 1, "find --id nobody", &["none found"]);
    let found = ask(served, 0, "find --id R1 --json", &[]).json();
    let place = [&found["transactions"][0]["frame"], &found["transactions"][0]["ordinal"]];
    ask(
        served,
        0,
        &format!("transaction --place {}/{}", place[0], place[1]),
        &["reverse R1 posted", "names C1"],
    );
    ask(served, 0, "unfreeze F1", &["posted"]);
    ask(served, 0, "holds", &["remaining"]);
    ask(served, 0, "balance BOOKS/payer/CNY", &["100.00"]);
    ask(served, 1, "freeze BOOKS/payer/CNY=100.01", &["insufficient_funds"]);
    let judicial = "freeze BOOKS/payer/CNY=1 --id J1 --kind judicial --authority court";
    ask(served, 0, &format!("{judicial} --expires 2099-01-01T00:00:00Z"), &["posted"]);
    ask(served, 1, "unfreeze J1", &["wrong_authority"]);
    ask(served, 0, "unfreeze J1 --authority court", &["posted"]);
}

fn refunds(served: &Served) {
    let payment = "--debit BOOKS/payer/CNY=40 --credit BOOKS/shop/CNY=39.76 --credit BOOKS/fees/CNY=0.24";
    ask(served, 0, &format!("post --id pay-1 --type payment {payment}"), &["pay-1: posted"]);
    let back = "--debit BOOKS/shop/CNY=9.94 --debit BOOKS/fees/CNY=0.06 --credit BOOKS/payer/CNY=10";
    ask(served, 0, &format!("refund pay-1 --id back-1 {back}"), &["back-1: posted"]);
    let more = "refund pay-1 --debit BOOKS/bank/CNY=30.01 --credit BOOKS/payer/CNY=30.01";
    ask(served, 1, more, &["refund_exceeded"]);
    let ahead = "refund pay-1 --id back-2 --debit BOOKS/bank/CNY=5 --credit BOOKS/payer/CNY=5";
    ask(served, 0, ahead, &["back-2: posted"]);
    ask(served, 0, "reverse back-2 --id back-3", &["back-3: posted"]);
    let elsewhere = "refund pay-1 --debit BOOKS/profit/CNY=5 --credit BOOKS/payer/CNY=5";
    ask(served, 1, elsewhere, &["refund_exceeded"]);
    ask(served, 1, "cancel pay-1", &["already_posted"]);
}

fn tried(served: &Served) {
    let legs = "--debit BOOKS/payer/CNY=20 --credit BOOKS/shop/CNY=20";
    ask(served, 0, &format!("try --id T1 {legs}"), &["T1: posted"]);
    ask(served, 0, "holds", &["try", "20.00"]);
    ask(served, 0, "confirm T1 --id pay-2", &["pay-2: posted"]);
    ask(served, 0, &format!("try --id T2 {legs}"), &["T2: posted"]);
    ask(served, 0, "cancel T2", &["T2: cancelled"]);
    ask(served, 1, "confirm T2", &["cancelled"]);
    ask(served, 0, "balance BOOKS/payer/CNY", &["50.00"]);
}

fn changes(served: &Served) {
    let by = "--operator ann --approval AP-1 --reason risk";
    let payer = "BOOKS/payer/CNY";
    ask(served, 0, &format!("state {payer} --payment-state receives-only {by}"), &["receives only"]);
    let payment = "post --debit BOOKS/payer/CNY=1 --credit BOOKS/shop/CNY=1";
    ask(served, 1, payment, &["payment_state"]);
    ask(served, 0, &format!("state {payer} --payment-state 1 --account-state 1 {by}"), &["normal"]);
    ask(served, 1, &format!("state {payer} --account-state closed"), &["not_empty"]);
    let seen = ask(served, 0, &format!("balance {payer} --json"), &[]).json()[0]["last"].clone();
    let expected = format!("--expected {}", seen.as_str().unwrap());
    ask(served, 0, &format!("balance {payer}"), &[&format!("newest record: {}", seen.as_str().unwrap())]);
    ask(served, 0, &format!("limits {payer} --overdraft 1.00 {expected}"), &["1.00", "newest record:"]);
    for change in [
        "limits BOOKS/payer/CNY --day 1.00",
        "state BOOKS/payer/CNY --payment-state 2",
        "hot BOOKS/payer/CNY",
    ] {
        let told = ["version_conflict", "BOOKS/payer/CNY has moved: its newest record is"];
        ask(served, 1, &format!("{change} {expected}"), &told);
    }
    ask(served, 1, &format!("reserve {payer}=1.00 {expected}"), &["version_conflict", "--expected"]);
    let limits = format!("limits {payer} --transaction 20.00 --day 2000 --overdraft 3.00 {by}");
    ask(served, 0, &limits, &["20.00", "2,000.00", "3.00"]);
    ask(served, 0, &format!("limits {payer} --day none"), &["20.00", "none"]);
    ask(served, 1, "post --debit BOOKS/payer/CNY=20.01 --credit BOOKS/shop/CNY=20.01", &["limit_exceeded"]);
    let reserved = ask(served, 0, "reserve @2=5.00 --json", &[]).json();
    assert_eq!(reserved["withholding"], 500);
    ask(served, 0, "hot BOOKS/shop/CNY --operator ann", &["hot"]);
    ask(served, 0, "limits BOOKS/shop/CNY --overdraft 0", &["hot"]);
    let cooled = ask(served, 0, "limits BOOKS/shop/CNY --day 5", &[]);
    let again = "BOOKS/shop/CNY is not hot any more";
    assert!(cooled.err.contains(again) && cooled.err.contains("`longmen hot BOOKS/shop/CNY`"), "{cooled:?}");
    let lifted = ask(served, 0, "limits BOOKS/shop/CNY --day none", &[]);
    assert!(!lifted.out.contains("hot") && lifted.err.is_empty(), "{lifted:?}");
    ask(served, 0, "hot BOOKS/shop/CNY", &["hot"]);
    let ahead = ask(served, 0, "balance BOOKS/shop/CNY --at 2099-01-01", &[]);
    assert!(ahead.err.contains("2099-01-01 is still to come in the books"), "{ahead:?}");
    assert_eq!(ask(served, 0, "hot BOOKS/shop/CNY --off --json", &[]).json()["hot"], false);
    ask(served, 0, &format!("map-customer {payer} C-1 {by}"), &["@2 BOOKS/payer/CNY", "C-1"]);
    ask(served, 0, "customer BOOKS C-1", &["payer", "50.00"]);
    ask(served, 0, "map-type BOOKS wallet 220301 --from 2024-12-31", &["220301 from 2024-12-31"]);
    ask(served, 1, "map-type BOOKS wallet 220399 --from 2024-12-31", &["unknown_subject"]);
}

#[test]
fn what_is_incomplete_is_a_usage_error() {
    #[track_caller]
    fn check(command: &str) {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let ran = longmen(&[&arguments[..], &["--addr", "127.0.0.1:1"]].concat());
        assert_eq!(ran.code, Some(2), "{command}: {ran:?}");
    }
    check("unfreeze F1 --amount 1.00");
    check("raise F1");
    check("raise F1 1.00");
    check("raise F1 1.00 CNY --expires tomorrow");
    check("reverse C1 --forced");
    check("consume F1 --forced --debit @1=1 --credit @2=1");
    check("consume F1 --debit @1=1 --debit @2=1 --credit @3=2");
    check("freeze LM/U1/CNY");
    check("freeze LM/U1/CNY=1 --kind try");
    check("freeze LM/U1/CNY=1 --expires tomorrow");
    check("state LM/U1/CNY");
    check("state LM/U1/CNY --payment-state 7");
    check("state LM/U1/CNY --payment-state 1 --expected 42/7");
    check("hot LM/U1/CNY --expected 042/0/7");
    check("limits LM/U1/CNY --day 1 --expected 42/0/7/1");
    check("map-type LM wallet 220301");
    check("post --debit @1=1 --credit @2=1 --visibility nobody");
}
