//! Rows of bills: a run is there whole or not at all, and what the ledger said decides what is posted again.

use std::time::Duration;

use longmen_ledger::{Amount, Date};
use longmen_reconciliation_store::{
    BillDue, BillFilter, BillMovement, BillOriginal, BillRow, BillsAccount, DueState, Store,
};

const ACCOUNT: &str = "LM/credit.U1/CNY";

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn open(directory: &tempfile::TempDir) -> Store {
    Store::open(&directory.path().join("desk"), Duration::from_secs(1)).unwrap()
}

fn due(kind: &str, date: &str, amount: i64) -> BillDue {
    BillDue {
        key: format!("bill|{ACCOUNT}|2024-05-05|{kind}|{date}"),
        account: ACCOUNT.to_owned(),
        statement: day("2024-05-05"),
        date: day(date),
        kind: kind.to_owned(),
        currency: "CNY".to_owned(),
        debit: "LM/a/CNY".to_owned(),
        credit: "LM/b/CNY".to_owned(),
        amount: Amount(amount),
        asked: None,
        state: DueState::Waiting,
        refusal: None,
        refusals: 0,
    }
}

fn bill(account: &str, statement: &str, open: i64) -> BillRow {
    BillRow {
        account: account.to_owned(),
        statement: day(statement),
        begins: day("2024-04-06"),
        due: day("2024-05-25"),
        currency: "CNY".to_owned(),
        total: 300,
        minimum: 30,
        owed: 300,
        open,
        interest: 0,
        state: if open == 0 { "paid" } else { "billed" }.to_owned(),
        detail: vec![0, 255],
    }
}

#[test]
fn a_run_is_there_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = open(&directory);
    let kept = BillsAccount {
        account: ACCOUNT.to_owned(),
        subject: "130301".to_owned(),
        next_date: day("2024-05-06"),
        state: vec![1, 2, 3],
    };
    let movement = |frame, date: &str, original| BillMovement {
        account: ACCOUNT.to_owned(),
        date: day(date),
        place: (frame, 7),
        id: format!("t{frame}"),
        kind: "refund".to_owned(),
        value: day("2024-04-01"),
        amount: Amount(-5),
        original,
    };
    let original = BillOriginal { place: (1, 2), date: day("2024-04-10"), kind: "spend".to_owned() };
    let moved = [movement(10, "2024-05-04", None), movement(9, "2024-05-05", Some(original))];
    for is_ended in [false, true] {
        let run = store.begin_bills("LM").unwrap();
        assert_eq!((run.taken().unwrap(), run.account(ACCOUNT).unwrap()), (None, None));
        run.set_taken(day("2024-05-05")).unwrap();
        run.keep(&kept).unwrap();
        moved.iter().for_each(|one| run.add_movement(one).unwrap());
        run.keep_bill(&bill(ACCOUNT, "2024-05-05", 300)).unwrap();
        run.add_due(&due("accrue", "2024-05-05", 1)).unwrap();
        assert_eq!(run.behind(day("2024-05-06"), "", 9).unwrap(), std::slice::from_ref(&kept));
        assert_eq!(run.behind(day("2024-05-05"), "", 9).unwrap(), []);
        assert_eq!(run.movements(ACCOUNT, day("2024-05-05")).unwrap(), moved[1..]);
        assert_eq!(run.last_movement(ACCOUNT, "t").unwrap().as_ref(), moved.last());
        if is_ended {
            run.commit().unwrap();
        }
    }
    let read = store.read();
    assert_eq!(read.bills_taken("LM").unwrap(), Some(day("2024-05-05")));
    assert_eq!(read.bills_account("LM", ACCOUNT).unwrap(), Some(kept));
    let range = (day("2024-05-01"), day("2024-05-31"));
    assert_eq!(read.bill_movements("LM", ACCOUNT, range).unwrap(), moved);
    assert_eq!(read.bill_movement_id("LM", ACCOUNT, "9/7").unwrap().as_deref(), Some("t9"));
    assert_eq!(
        (read.bill_dues("LM", true).unwrap().len(), read.bill_dues("TX", true).unwrap().len()),
        (1, 0)
    );
}

#[test]
fn what_the_ledger_said_decides_what_is_posted_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = open(&directory);
    let [accrue, withhold] = [due("accrue", "2024-05-26", 13), due("withhold", "2024-05-26", 70)];
    let run = store.begin_bills("LM").unwrap();
    run.add_due(&accrue).unwrap();
    run.add_due(&withhold).unwrap();
    assert!(run.add_due(&due("accrue", "2024-05-26", 14)).is_err(), "no id stands for two postings");
    run.commit().unwrap();
    let keys = |store: &Store, waiting_only| -> Vec<(String, u32)> {
        let found = store.read().bills_to_post("LM", waiting_only, None, 9).unwrap();
        found.into_iter().map(|due| (due.kind, due.refusals)).collect()
    };
    let one = |kind: &str, refusals| (kind.to_owned(), refusals);
    assert_eq!(keys(&store, false), [one("accrue", 0), one("withhold", 0)]);
    for at in [7, 8] {
        let dues = store.read().bills_to_post("LM", false, None, 9).unwrap();
        store.ask_bills(&dues[..1], at).unwrap();
    }
    let asked = |store: &Store| -> Vec<Option<u32>> {
        store.read().bill_dues("LM", true).unwrap().into_iter().map(|due| due.asked).collect()
    };
    assert_eq!(asked(&store), [Some(7), None], "asked again as of then");
    let refused = |key: &str| (key.to_owned(), Some("insufficient_funds".to_owned()));
    store.note_bills(&[refused(&accrue.key), refused(&withhold.key)]).unwrap();
    assert_eq!((keys(&store, false), keys(&store, true)), (vec![one("accrue", 1)], vec![]));
    assert_eq!(asked(&store), [None, None], "the next id is asked for anew");
    // What was refused is asked for anew, with another amount and the next id.
    let run = store.begin_bills("LM").unwrap();
    run.add_due(&due("withhold", "2024-05-26", 40)).unwrap();
    assert_eq!(run.due(&withhold.key).unwrap().map(|due| (due.amount, due.refusals)), Some((Amount(40), 1)));
    run.commit().unwrap();
    assert_eq!(keys(&store, true), [one("withhold", 1)]);
    store.note_bills(&[(accrue.key, None), (withhold.key, None)]).unwrap();
    assert_eq!((keys(&store, false), store.read().bill_dues("LM", false).unwrap()), (vec![], vec![]));
}

#[test]
fn bills_are_looked_at_until_they_agree() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = open(&directory);
    let run = store.begin_bills("LM").unwrap();
    for account in ["a", "b"] {
        for (statement, open) in [("2024-05-05", 0), ("2024-06-05", 300), ("2024-07-05", 300)] {
            run.keep_bill(&bill(account, statement, open)).unwrap();
        }
    }
    assert_eq!(run.due_by(day("2024-05-25"), ("a", day("2024-06-05")), 2).unwrap().len(), 2);
    assert_eq!(run.due_by(day("2024-05-24"), ("", Date::FIRST), 9).unwrap(), []);
    assert_eq!(
        (run.has_due("a", day("2024-05-25")).unwrap(), run.has_due("c", day("2024-05-25")).unwrap()),
        (true, false)
    );
    run.commit().unwrap();
    let named = |bills: Vec<BillRow>| -> Vec<String> {
        bills.into_iter().map(|bill| format!("{} {}", bill.account, bill.statement)).collect()
    };
    let paid = BillFilter { state: Some("paid"), ..BillFilter::default() };
    let found = store.read().bills("LM", paid, ("a", day("2024-05-05")), 9).unwrap();
    assert_eq!(named(found), ["b 2024-05-05"]);
    assert_eq!(named(store.read().bills_not_agreed("LM", "", 1).unwrap()).len(), 3, "accounts are whole");
    let agreed = [
        ("a", "2024-05-05"),
        ("a", "2024-06-05"),
        ("b", "2024-05-05"),
        ("b", "2024-06-05"),
        ("b", "2024-07-05"),
    ];
    let agreed: Vec<(String, Date)> = agreed.map(|(account, date)| (account.to_owned(), day(date))).into();
    store.note_agreed("LM", &agreed).unwrap();
    // With the one before it, from which a difference may go on.
    let left = named(store.read().bills_not_agreed("LM", "", 9).unwrap());
    assert_eq!(left, ["a 2024-06-05", "a 2024-07-05"]);
    let run = store.begin_bills("LM").unwrap();
    run.keep_bill(&bill("a", "2024-05-05", 300)).unwrap();
    run.commit().unwrap();
    assert_eq!(
        named(store.read().bills_not_agreed("LM", "", 9).unwrap()),
        left,
        "what stands otherwise agreed"
    );
    store.forget_agreed("LM").unwrap();
    assert_eq!(store.read().bills_not_agreed("LM", "a", 9).unwrap().len(), 3);
}
