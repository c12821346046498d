//! Rows of interest: a run is there or not, days of an account are found among those of others, and desks can be compared.

use std::time::Duration;

use longmen_ledger::{Amount, Date};
use longmen_reconciliation_store::{
    DueState, InterestAccount, InterestDue, InterestRun, JournalPlace, Store, StoreError,
};
use tempfile::TempDir;

fn desk() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path(), Duration::ZERO).unwrap();
    (directory, store)
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn account(name: &str, next_day: &str, state: u8) -> InterestAccount {
    InterestAccount {
        account: name.to_owned(),
        product: "活期".to_owned(),
        begins: day("2024-03-21"),
        next_day: day(next_day),
        state: vec![state, 0xFF],
    }
}

fn due(key: &str) -> InterestDue {
    InterestDue {
        key: key.to_owned(),
        date: day("2024-06-21"),
        kind: "capitalise".to_owned(),
        subject: "LM/U1/CNY".to_owned(),
        period: "2024-03-21/2024-06-20".to_owned(),
        currency: "CNY".to_owned(),
        debit: "LM/2231/CNY".to_owned(),
        credit: "LM/U1/CNY".to_owned(),
        amount: Amount(511),
        state: DueState::Waiting,
        refusal: None,
        refusals: 0,
        asked: None,
    }
}

fn tell(run: &InterestRun<'_>, amount: i64) {
    run.keep(&account("LM/U1/CNY", "2024-06-21", 1)).unwrap();
    run.keep(&account("LM/U2/CNY", "2024-06-20", 2)).unwrap();
    run.keep_movement("LM/U1/CNY", day("2024-03-21"), Amount(amount)).unwrap();
    run.add_due(&due("interest|LM/U1/CNY")).unwrap();
    run.set_journal(&JournalPlace { page: Some("p1".to_owned()), last: (7, 3) }).unwrap();
}

#[test]
fn a_run_is_there_when_it_has_ended_and_else_never_was() {
    let (_directory, mut store) = desk();
    let before = store.read().dump().unwrap();
    let run = store.begin_interest("LM", day("2024-06-20"), 9).unwrap();
    tell(&run, 5);
    assert_eq!(run.dues().unwrap(), [due("interest|LM/U1/CNY")]);
    drop(run);
    assert_eq!(store.read().dump().unwrap(), before);
    let run = store.begin_interest("LM", day("2024-06-20"), 9).unwrap();
    tell(&run, 5);
    run.commit().unwrap();
    assert_eq!(store.read().interest_dues("LM", false).unwrap(), [due("interest|LM/U1/CNY")]);
    // An account is kept anew by its name, with the product and the day that it had.
    let run = store.begin_interest("LM", day("2024-06-21"), 12).unwrap();
    assert_eq!(run.journal().unwrap(), JournalPlace { page: Some("p1".to_owned()), last: (7, 3) });
    assert_eq!(run.behind(day("2024-06-20"), "", 9).unwrap(), [account("LM/U2/CNY", "2024-06-20", 2)]);
    run.keep(&account("LM/U2/CNY", "2024-06-21", 3)).unwrap();
    assert_eq!(run.account("LM/U2/CNY").unwrap(), Some(account("LM/U2/CNY", "2024-06-21", 3)));
    assert!(run.behind(day("2024-06-20"), "", 9).unwrap().is_empty());
    assert!(run.add_due(&due("interest|LM/U1/CNY")).is_err(), "no id stands for two postings");
}

#[test]
fn days_of_an_account_are_found_among_those_of_others() {
    let (_directory, mut store) = desk();
    let run = store.begin_interest("LM", day("2024-06-20"), 9).unwrap();
    let days = ["2024-03-21", "2024-04-01", "2024-05-10"];
    for (at, date) in days.into_iter().enumerate() {
        for number in 0..40 {
            if (number + at) % 2 == 0 {
                let amount = Amount(i64::try_from(100 * at + number).unwrap());
                run.keep_movement(&format!("LM/U{number}/CNY"), day(date), amount).unwrap();
            }
        }
    }
    run.keep_movement("LM/U4/CNY", day("2024-05-10"), Amount(-1_000)).unwrap();
    let of = |name: &str| run.movements(name).unwrap();
    assert_eq!(of("LM/U4/CNY"), [(day(days[0]), Amount(4)), (day(days[2]), Amount(204 - 1_000))]);
    assert_eq!(of("LM/U5/CNY"), [(day(days[1]), Amount(105))]);
    assert_eq!(of("LM/U99/CNY"), []);
    // No sum is cut off.
    run.keep_movement("LM/U6/CNY", day("2024-06-01"), Amount(i64::MAX)).unwrap();
    let beyond = run.keep_movement("LM/U6/CNY", day("2024-06-01"), Amount(1)).unwrap_err();
    assert!(
        matches!(&beyond, StoreError::Damaged { what, .. } if what.contains("beyond 64 bits")),
        "{beyond}"
    );
    assert_eq!(of("LM/U6/CNY").last(), Some(&(day("2024-06-01"), Amount(i64::MAX))));
}

#[test]
fn desks_that_were_told_the_same_have_the_same() {
    let dump = |amount, state| {
        let (_directory, mut store) = desk();
        let run = store.begin_interest("LM", day("2024-06-20"), 9).unwrap();
        tell(&run, amount);
        run.keep(&account("LM/U3/CNY", "2024-06-21", state)).unwrap();
        run.commit().unwrap();
        store
            .note_interest(&[("interest|LM/U1/CNY".to_owned(), Some("account_stopped".to_owned()))])
            .unwrap();
        store.read().dump().unwrap()
    };
    let one = dump(5, 1);
    assert_eq!(one, dump(5, 1));
    assert_ne!(one["interest_movements"], dump(6, 1)["interest_movements"]);
    assert_ne!(one["interest_accounts"], dump(5, 2)["interest_accounts"]);
    assert_eq!(one["interest_accounts"][0]["state"], "01ff");
    assert_eq!(one["interest_dues"][0]["refusal"], "account_stopped");
    assert_eq!(one["interest_journals"][0]["frame"], 7);
}
