//! Transactions found by reference or id, inside the frames of the dates asked for, page by page.

use std::collections::BTreeSet;

use longmen_engine::ledger::notes::{self, Note, TextIds};
use longmen_engine::ledger::{
    AccountId, Amount, Answer, Batch, Command, Date, Draft, EntityId, Leg, RecordPlace, Rejection, Side,
    TransactionId,
};
use longmen_engine::{FindQuery, History, Outcomes, Sought, TransactionRecord};

use crate::desk::{Desk, cny, directory, now, options};
use crate::posted::{Books, HOT, day};

fn pay(batch: &mut Batch, id: TransactionId, amount: i64, reference: &str, text: &str) {
    let leg = |step, account, side| Leg {
        account: AccountId(account),
        amount: Amount(amount),
        currency: cny(),
        step,
        side,
    };
    let mut about = Vec::new();
    notes::write(&mut about, Note::Kind, "pay");
    notes::write(&mut about, Note::Reference, reference);
    let legs = [leg(1, 1, Side::Debit), leg(2, 2, Side::Credit)];
    batch.push(Draft { id, time: now(), ..Draft::default() }, &legs, &about);
    batch.keep_texts(TextIds { own: text, named: "" });
}

fn query(sought: Sought) -> FindQuery {
    FindQuery {
        sought,
        client: None,
        outcomes: Outcomes::All,
        entity: Some(EntityId(0)),
        from: Date::FIRST,
        to: Date::LAST,
        legs: false,
        begin: RecordPlace { frame: 1, ordinal: 0 },
        last: u64::MAX,
        limit: 100,
        frames: 1_000,
        heads: u64::MAX,
    }
}

/// All pages.
fn found(history: &History, mut query: FindQuery) -> (Vec<TransactionRecord>, usize) {
    let (mut all, mut pages) = (Vec::new(), 0);
    loop {
        let page = history.find(&query).unwrap();
        assert!(page.transactions.len() <= query.limit);
        all.extend(page.transactions);
        pages += 1;
        match page.next {
            Some(next) => query.begin = next,
            None => return (all, pages),
        }
    }
}

#[test]
fn transactions_are_found_by_reference_and_id_page_by_page() {
    let path = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(directory(path.path()), &options(2));
    desk.open_books(3, &[]);
    for date in 0..4_u32 {
        for n in 0..5_u32 {
            let mut batch = Batch::default();
            // Ten of a kind in a frame; the reference of one is the beginning of another's.
            for place in 0..10_u32 {
                let text = format!("d{date}-{n}-{place}");
                let id = TransactionId::of_text(&text);
                let reference = if place == 3 { format!("ref-{date}") } else { format!("ref-{date}0") };
                pay(&mut batch, id, 5, &reference, &text);
            }
            let Answer::Posted(posted) = desk.ask(Command::Post(batch)) else { panic!() };
            assert!(posted.results.iter().all(|result| result.rejection.is_none()));
        }
        let (entity, next, notes) = ("LM".into(), day(date + 1), Box::default());
        let close = Command::CloseDay { entity, next, carry_forward: Vec::new(), forced: false, notes };
        assert_eq!(desk.ask(close), Answer::Done);
    }
    let asked = Command::Closings { entity: "LM".into(), from: Date::FIRST, to: Date::LAST };
    let Answer::Closings { closed, .. } = desk.ask(asked) else { panic!() };
    let history = desk.node.history();
    let of_second = query(Sought::Reference("ref-1".into()));
    let (all, _) = found(&history, of_second.clone());
    let expect: Vec<String> = (0..5).map(|n| format!("d1-{n}-3")).collect();
    assert_eq!(all.iter().map(|one| &*one.text_id).collect::<Vec<_>>(), expect);
    assert!(all.iter().all(|one| one.accounting_date == day(1) && one.legs.is_empty()));
    for record in &all {
        let whole = history.transaction(record.frame, record.ordinal).unwrap().unwrap();
        assert_eq!((whole.id, whole.legs.len()), (record.id, 2));
    }
    // However small the pages are, the same is found.
    for (limit, frames) in [(1, 1_000), (2, 1_000), (100, 1), (100, 2), (1, 1)] {
        let (again, pages) = found(&history, FindQuery { limit, frames, ..of_second.clone() });
        assert_eq!(again, all, "{limit} {frames}");
        assert!(pages > 1);
    }
    // Only the frames of the date are looked at: it begins in the frame that closed the one before.
    let (first, last) = (closed[0].1, closed[1].1);
    let narrow = FindQuery { begin: RecordPlace { frame: first, ordinal: 0 }, last, ..of_second };
    let (again, pages) = found(&history, FindQuery { frames: last - first + 1, ..narrow });
    assert_eq!((again, pages), (all, 1));

    let by_id = |text: &str| query(Sought::Id(TransactionId::of_text(text)));
    let (one, _) = found(&history, by_id("d2-4-9"));
    assert_eq!(one.iter().map(|one| &*one.text_id).collect::<Vec<_>>(), ["d2-4-9"]);
    for none in [
        by_id("d9-4-9"),
        FindQuery { from: day(3), ..by_id("d2-4-9") },
        FindQuery { to: day(1), ..by_id("d2-4-9") },
        query(Sought::Reference("ref".into())),
    ] {
        assert_eq!(found(&history, none.clone()).0, [], "{none:?}");
    }
    // Of another entity than its first account's it is said what it touches: whose that is the log does not tell.
    let page = history.find(&by_id("d2-4-9")).unwrap();
    assert_eq!((page.transactions.len(), page.touched), (1, vec![BTreeSet::new()]));
    let page = history.find(&FindQuery { entity: Some(EntityId(1)), ..by_id("d2-4-9") }).unwrap();
    assert_eq!((page.transactions.len(), page.touched), (1, vec![[AccountId(1), AccountId(2)].into()]));
    desk.stop();
}

/// The journal of a date (序时账): all that was posted, leg by leg, however small its pages are.
#[test]
fn transactions_of_a_date_come_with_their_legs() {
    let path = tempfile::tempdir().unwrap();
    let books = Books::open(path.path(), 7);
    let history = books.desk.node.history();
    let known = books.known.iter().filter(|leg| leg.date == day(2));
    let known: BTreeSet<_> =
        known.map(|leg| (leg.id, leg.step, leg.account, leg.side == Side::Debit, leg.amount)).collect();
    assert!(known.len() > 5_000 && known.iter().any(|(_, _, account, ..)| *account == HOT));
    let journal =
        FindQuery { outcomes: Outcomes::Done, legs: true, from: day(2), to: day(2), ..query(Sought::All) };
    for (limit, frames) in [(100_000, 1_000_000), (999, 1_000_000), (100_000, 1)] {
        let (records, pages) = found(&history, FindQuery { limit, frames, ..journal.clone() });
        let legs = records.iter().flat_map(|record| record.legs.iter().map(move |leg| (record.id.0, leg)));
        let legs: Vec<_> = legs
            .map(|(id, leg)| (id, leg.step, leg.account.0, leg.side == Side::Debit, leg.amount.0))
            .collect();
        assert!(
            legs.len() == known.len() && known.iter().eq(legs.iter().collect::<BTreeSet<_>>()),
            "{limit} {frames}"
        );
        assert!(pages > 1 || limit > 999);
        for record in records.iter().step_by(37) {
            let whole = history.transaction(record.frame, record.ordinal).unwrap().unwrap();
            assert_eq!(record.legs, whole.legs);
        }
    }
    // A page has some 8,192 legs at most.
    let (_, pages) = found(&history, FindQuery { from: day(0), limit: 1 << 20, frames: 1 << 20, ..journal });
    assert!(pages > 1);
    books.desk.stop();
}

/// Refused ones have a record too, and are looked for when a client asks why.
#[test]
fn what_was_refused_or_cancelled_is_found() {
    let path = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(directory(path.path()), &options(1));
    desk.open_books(3, &[]);
    let mut batch = Batch::default();
    let leg = |step, account, side| Leg {
        account: AccountId(account),
        amount: Amount(5),
        currency: cny(),
        step,
        side,
    };
    let mut about = Vec::new();
    notes::write(&mut about, Note::Reference, "r");
    let id = TransactionId::of_text("poor");
    let legs = [leg(1, 2, Side::Debit), leg(2, 3, Side::Credit)];
    batch.push(Draft { id, time: now(), ..Draft::default() }, &legs, &about);
    batch.keep_texts(TextIds { own: "poor", named: "" });
    let Answer::Posted(posted) = desk.ask(Command::Post(batch)) else { panic!() };
    assert_eq!(posted.results[0].rejection, Some(Rejection::InsufficientFunds));
    let gone = TransactionId::of_text("gone");
    desk.ask(Command::Cancel { id: gone, time: now(), text_id: "gone".into() });
    let history = desk.node.history();
    let (all, _) = found(&history, query(Sought::Reference("r".into())));
    let told: Vec<_> = all.iter().map(|one| (&*one.text_id, one.rejection)).collect();
    assert_eq!(told, [("poor", Some(Rejection::InsufficientFunds))]);
    let (all, _) = found(&history, query(Sought::Id(gone)));
    let told: Vec<_> = all.iter().map(|one| (&*one.text_id, one.rejection)).collect();
    assert_eq!(told, [("gone", Some(Rejection::Cancelled))]);
    // No place but a record's is a transaction.
    assert_eq!(history.transaction(u64::MAX, 0).unwrap(), None);
    assert_eq!(history.transaction(1, 9).unwrap(), None);
    desk.stop();
}
