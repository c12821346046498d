//! Ids that people can read: the text that a client gave is told wherever its transaction is, and by it and by their
//! reference transactions are found.

use longmen_client::{
    AccountOpening, Client, ClientError, EntryRequest, FindRequest, HoldsRequest, Owner, RegisterRequest,
    Side, StatementLine, StatementRequest, SubjectOpening, Transaction, TransactionRecord, Unfreeze,
    id_of_text,
};
use longmen_engine::audit;
use longmen_wal::DirectoryStorage;

use crate::node::{TestNode, open_books};

async fn start() -> (TestNode, Client) {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    (node, client)
}

async fn post(client: &mut Client, transaction: Transaction, outcome: &str) {
    let result = client.post_one(&transaction).await.unwrap();
    assert_eq!(&*result.outcome, outcome, "{transaction:?}");
}

fn pay(id: &str, from: u64, to: u64, amount: &str) -> Transaction {
    Transaction::new(id).debit(from, amount, "CNY").credit(to, amount, "CNY")
}

fn digits(text: &str) -> String {
    format!("{:032x}", id_of_text(text))
}

fn named(record: &TransactionRecord) -> Option<&str> {
    record.named.as_ref().and_then(|named| named.text_id.as_deref())
}

fn code<T: std::fmt::Debug>(result: Result<T, ClientError>) -> String {
    result.expect_err("a refusal").refusal().expect("a refusal").code.to_string()
}

#[tokio::test]
async fn a_text_id_is_told_wherever_its_transaction_is() {
    let (node, mut client) = start().await;
    post(&mut client, pay("top-up", 1, 2, "10.00"), "posted").await;
    post(&mut client, Transaction::new("冻结-1").freeze(2, "3.00", "CNY"), "posted").await;
    post(&mut client, pay("spend", 2, 3, "1.00").consume("冻结-1", "1.00", "CNY"), "posted").await;
    post(&mut client, Transaction::new("undo").reverse("top-up"), "insufficient_funds").await;
    post(
        &mut client,
        Transaction::new("try-1").debit(2, "2.00", "CNY").credit(3, "2.00", "CNY").try_(),
        "posted",
    )
    .await;
    post(&mut client, pay("poor", 3, 2, "99.00"), "insufficient_funds").await;
    post(&mut client, Transaction::new("lost").reverse("never-seen"), "unknown_original").await;
    assert_eq!(&*client.cancel("gone", None).await.unwrap().outcome, "cancelled");

    let statement = StatementRequest { holds: true, ..StatementRequest::new(2, 50) };
    let page = client.statement_with(&statement).await.unwrap();
    let told = |line: &StatementLine| (line.text_id.clone().unwrap(), line.transaction.clone().unwrap());
    let lines: Vec<_> = page.lines.iter().map(told).collect();
    let expect =
        ["try-1", "spend", "spend", "冻结-1", "top-up"].map(|text| (text.into(), digits(text).into()));
    assert_eq!(lines, expect);
    let holds: Vec<_> = page.lines.iter().filter_map(|line| line.hold.as_ref()?.text_id.as_deref()).collect();
    assert_eq!(holds, ["try-1", "冻结-1", "冻结-1"]);
    let spent = page.lines.iter().find(|line| &*line.action == "consume").unwrap();
    assert_eq!(spent.named.as_ref().unwrap().text_id.as_deref(), Some("冻结-1"));

    let request = HoldsRequest { account: None, after: None, limit: 50 };
    let mut held = client.holds(&request).await.unwrap().holds;
    held.sort_by(|one, other| one.text_id.cmp(&other.text_id));
    assert_eq!(
        held.iter().map(|hold| hold.text_id.as_deref().unwrap()).collect::<Vec<_>>(),
        ["try-1", "冻结-1"]
    );
    let hold = &held[1];
    assert_eq!((&*hold.entity, &*hold.number, &*hold.account_type), ("LM", "U1", "cash"));
    assert_eq!((hold.account, &*hold.currency, hold.exponent), (2, "CNY", 2));

    let asked = RegisterRequest { account: Some(2.into()), limit: 50, ..RegisterRequest::default() };
    let register = client.register(&asked).await.unwrap();
    let account = register.account.unwrap();
    assert_eq!((account.id, &*account.entity, &*account.number), (2, "LM", "U1"));
    let rows: Vec<_> =
        register.rows.iter().map(|row| (row.text_id.as_deref(), row.about_text_id.as_deref())).collect();
    let (tried, spent, froze) = (Some("try-1"), Some("spend"), Some("冻结-1"));
    assert_eq!(rows, [(tried, tried), (spent, froze), (froze, froze), (None, None)]);

    for (text, outcome, names) in [
        ("top-up", "posted", None),
        ("spend", "posted", Some("冻结-1")),
        ("undo", "insufficient_funds", Some("top-up")),
        ("poor", "insufficient_funds", None),
        ("lost", "unknown_original", Some("never-seen")),
        ("gone", "cancelled", None),
    ] {
        let record = client.transaction(text).await.unwrap();
        assert_eq!((record.text_id.as_deref(), &*record.id), (Some(text), &*digits(text)));
        assert_eq!((&*record.outcome, named(&record)), (outcome, names), "{text}");
    }
    let record = client.transaction("spend").await.unwrap();
    let legs: Vec<_> =
        record.legs.iter().map(|leg| (leg.account, &*leg.number, leg.exponent, leg.amount)).collect();
    assert_eq!(legs, [(2, "U1", 2, 100), (3, "U2", 2, 100)]);
    assert!(record.legs.iter().all(|leg| &*leg.entity == "LM" && &*leg.currency == "CNY"));

    // All of it is in the log, and the audit holds each text against its id.
    let directory = node.stop().await;
    let storage = DirectoryStorage::open_read_only(directory.path()).unwrap();
    audit::verify(&storage, &mut |_| {}).unwrap();
    drop(storage);
    let node = TestNode::open(directory, longmen_gateway::Limits::default(), None).await;
    let mut client = node.client("ann").await;
    let mut again = client.holds(&request).await.unwrap().holds;
    again.sort_by(|one, other| one.text_id.cmp(&other.text_id));
    assert_eq!(again, held);
    post(&mut client, Transaction::new("back").action(Unfreeze::all("冻结-1")), "posted").await;
    node.stop().await;
}

#[tokio::test]
async fn an_id_is_the_same_by_text_and_by_number() {
    let (node, mut client) = start().await;
    let by_number = |text: &str, amount: &str| {
        Transaction::new(id_of_text(text)).debit(1, amount, "CNY").credit(2, amount, "CNY")
    };
    for (first, second) in
        [(pay("a", 1, 2, "5.00"), by_number("a", "5.00")), (by_number("b", "5.00"), pay("b", 1, 2, "5.00"))]
    {
        let done = client.post_one(&first).await.unwrap();
        let again = client.post_one(&second).await.unwrap();
        assert_eq!((&*again.outcome, again.repeated), ("posted", true));
        assert_eq!((done.frame, done.ordinal), (again.frame, again.ordinal));
    }
    post(&mut client, by_number("a", "6.00"), "idempotency_conflict").await;
    // What was recorded first stays: a text comes from who gave one.
    assert_eq!(client.transaction("a").await.unwrap().text_id.as_deref(), Some("a"));
    assert_eq!(client.transaction("b").await.unwrap().text_id, None);

    // Named by number, what it names is looked up; by text, the text is kept.
    post(&mut client, Transaction::new("c").reverse(id_of_text("a")), "posted").await;
    assert_eq!(named(&client.transaction("c").await.unwrap()), Some("a"));
    post(&mut client, Transaction::new("d").reverse("b"), "posted").await;
    assert_eq!(named(&client.transaction("d").await.unwrap()), Some("b"));
    post(&mut client, by_number("e", "5.00"), "posted").await;
    post(&mut client, Transaction::new("hold").freeze(2, "2.00", "CNY"), "posted").await;
    post(&mut client, Transaction::new("f").action(Unfreeze::all(id_of_text("hold"))), "posted").await;
    assert_eq!(named(&client.transaction("f").await.unwrap()), Some("hold"));

    // A try that the node cancels by a transaction of its own.
    let tried = Transaction::new("try").debit(2, "1.00", "CNY").credit(3, "1.00", "CNY").try_();
    post(&mut client, tried, "posted").await;
    let cancelled = client.cancel("try", None).await.unwrap();
    let record = client.transaction_at(&format!("{}/{}", cancelled.frame, cancelled.ordinal)).await.unwrap();
    assert_eq!(
        (&*record.action, record.text_id.as_deref(), named(&record)),
        ("cancel_try", None, Some("try"))
    );
    node.stop().await;
}

#[tokio::test]
async fn the_legs_of_a_merged_entry_tell_their_texts() {
    let (node, mut client) = start().await;
    client.set_hot(2, true).await.unwrap();
    post(&mut client, pay("hot-1", 1, 2, "5.00"), "posted").await;
    let page = client.statement(2, None, 1).await.unwrap();
    let request = EntryRequest { account: 2.into(), position: &page.lines[0].position, from: 0, limit: 9 };
    let entry = client.entry(&request).await.unwrap();
    assert_eq!(entry.lines.iter().map(|line| line.text_id.as_deref()).collect::<Vec<_>>(), [Some("hot-1")]);
    let record = client.transaction("hot-1").await.unwrap();
    assert_eq!(
        record.legs.iter().map(|leg| (&*leg.number, leg.merged)).collect::<Vec<_>>(),
        [("bank", false), ("U1", true)]
    );
    node.stop().await;
}

#[tokio::test]
async fn transactions_are_found_by_reference_and_by_text() {
    let (node, mut client) = start().await;
    let mut other = node.client("bob").await;
    let dates = ["2026-11-22", "2026-11-23", "2026-11-24"];
    for (at, date) in dates.iter().enumerate() {
        for n in 0..3 {
            let id = format!("{at}-{n}");
            post(&mut client, pay(&id, 1, 2, "1.00").reference(&format!("order-{n}")), "posted").await;
        }
        post(&mut other, pay(&format!("{at}-1"), 1, 3, "1.00").reference(&format!("of {date}")), "posted")
            .await;
        if let Some(next) = dates.get(at + 1) {
            client.close_day("LM", next).await.unwrap();
        }
    }
    let ask =
        FindRequest { reference: Some("order-1"), entity: Some("LM"), limit: 50, ..FindRequest::default() };
    let texts = |found: &longmen_client::FoundTransactions| -> Vec<String> {
        let text = |record: &TransactionRecord| record.text_id.clone().unwrap().into();
        found.transactions.iter().map(text).collect()
    };
    let found = client.find(&ask).await.unwrap();
    assert_eq!((texts(&found), &found.next), (vec!["0-1".into(), "1-1".into(), "2-1".into()], &None));
    assert!(found.transactions.iter().all(|record| record.legs.is_empty()));
    let second = FindRequest { from: Some(dates[1]), to: Some(dates[1]), ..ask.clone() };
    assert_eq!(texts(&client.find(&second).await.unwrap()), ["1-1"]);
    let later = FindRequest { from: Some(dates[1]), ..ask.clone() };
    assert_eq!(texts(&client.find(&later).await.unwrap()), ["1-1", "2-1"]);
    let sooner = FindRequest { to: Some(dates[1]), ..ask.clone() };
    assert_eq!(texts(&client.find(&sooner).await.unwrap()), ["0-1", "1-1"]);
    // Several clients may give one id; without an entity all of the log is read.
    let by_id = FindRequest { reference: None, id: Some("1-1".into()), entity: None, ..ask.clone() };
    let clients: Vec<u32> =
        client.find(&by_id).await.unwrap().transactions.iter().map(|one| one.client).collect();
    assert_eq!(clients, [1, 2]);
    // Page by page.
    let (mut all, mut after) = (Vec::new(), None::<Box<str>>);
    loop {
        let page =
            client.find(&FindRequest { after: after.as_deref(), limit: 2, ..ask.clone() }).await.unwrap();
        all.extend(texts(&page));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(all, ["0-1", "1-1", "2-1"]);
    // What was found is shown with its legs by its place, to whoever asks.
    let place = format!("{}/{}", found.transactions[1].frame, found.transactions[1].ordinal);
    let whole = other.transaction_at(&place).await.unwrap();
    assert_eq!((whole.client, whole.text_id.as_deref(), whole.legs.len()), (1, Some("1-1"), 2));
    assert_eq!(code(other.transaction_at("999999/0").await), "unknown_transaction");

    for wrong in [
        FindRequest { reference: None, ..ask.clone() },
        FindRequest { reference: Some(""), ..ask.clone() },
        FindRequest { id: Some(7.into()), ..ask.clone() },
        FindRequest { entity: None, from: Some(dates[0]), ..ask.clone() },
        FindRequest { from: Some(dates[1]), to: Some(dates[0]), ..ask.clone() },
        FindRequest { after: Some("here"), ..ask.clone() },
        FindRequest { after: Some("0/0"), ..ask.clone() },
        FindRequest { after: Some("999999/0"), ..ask.clone() },
        FindRequest { after: Some("+5/0"), ..ask.clone() },
        FindRequest { after: Some("5/+0"), ..ask.clone() },
        FindRequest { after: Some("05/0"), ..ask.clone() },
        FindRequest { after: Some("5/00"), ..ask.clone() },
        FindRequest { limit: 0, ..ask.clone() },
    ] {
        assert_eq!(code(client.find(&wrong).await), "malformed", "{wrong:?}");
    }
    let nowhere = FindRequest { entity: Some("XX"), ..ask };
    assert_eq!(code(client.find(&nowhere).await), "unknown_entity");
    node.stop().await;
}

/// Whose first leg is another entity's is found by each entity that it touches: by entries, merged ones, a try's legs.
#[tokio::test]
async fn transactions_are_found_by_every_entity_that_they_touch() {
    let (node, mut client) = start().await;
    client.open_entity("HK", "2026-11-22").await.unwrap();
    for (code, class, normal) in [("10020101", "asset", Side::Debit), ("220301", "liability", Side::Credit)] {
        client.open_subjects("HK", &[SubjectOpening::leaf(code, "n", class, normal)]).await.unwrap();
    }
    let opened = client
        .open_accounts(&[
            AccountOpening::new("HK", "bank", "", "CNY", "10020101", Owner::Internal).may_go_negative(),
            AccountOpening::new("HK", "U1", "", "CNY", "220301", Owner::Customer),
        ])
        .await
        .unwrap();
    let [bank, user] = [0, 1].map(|place: usize| opened[place].as_ref().unwrap().id);
    let both = |id: &str| {
        pay(id, 1, 2, "2.00").debit(bank, "3.00", "CNY").credit(user, "3.00", "CNY").reference("of two")
    };
    post(&mut client, both("plain"), "posted").await;
    client.set_hot(user, true).await.unwrap();
    post(&mut client, both("merged"), "posted").await;
    client.set_hot(user, false).await.unwrap();
    let back = pay("tried", 2, 1, "1.00").debit(user, "1.00", "CNY").credit(bank, "1.00", "CNY");
    post(&mut client, back.reference("of two").try_(), "posted").await;
    post(&mut client, pay("own", 1, 2, "1.00").reference("of two"), "posted").await;
    let poor = pay("poor", 1, 2, "1.00").debit(user, "99.00", "CNY").credit(bank, "99.00", "CNY");
    post(&mut client, poor.reference("of two"), "insufficient_funds").await;
    for limit in [1, 2, 50] {
        for (entity, expect) in
            [("LM", &["plain", "merged", "tried", "own", "poor"][..]), ("HK", &["plain", "merged", "tried"])]
        {
            let (mut found, mut after) = (Vec::new(), None::<Box<str>>);
            loop {
                let ask = FindRequest {
                    reference: Some("of two"),
                    entity: Some(entity),
                    from: Some("2026-11-22"),
                    after: after.as_deref(),
                    limit,
                    ..FindRequest::default()
                };
                let page = client.find(&ask).await.unwrap();
                found.extend(page.transactions.into_iter().map(|record| record.text_id.unwrap()));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert!(
                found.iter().map(|text| &**text).eq(expect.iter().copied()),
                "{entity} {limit}: {found:?}"
            );
        }
    }
    node.stop().await;
}

#[tokio::test]
async fn what_cannot_be_seen_is_no_id_and_blanks_at_an_end_are_another_one() {
    let (node, mut client) = start().await;
    for unseen in ["\u{200b}", " \u{200b}\t", "\u{2060}\u{feff}"] {
        post(&mut client, pay(unseen, 1, 2, "1.00"), "malformed").await;
        assert_eq!(code(client.cancel(unseen, None).await), "malformed");
        let raise = Transaction::new("raise").raise(unseen, "1.00", "CNY");
        post(&mut client, raise, "malformed").await;
        let find = FindRequest { id: Some(unseen.into()), limit: 5, ..FindRequest::default() };
        assert_eq!(code(client.find(&find).await), "malformed");
    }
    // The client itself sends no blanks.
    assert!(client.post_one(&pay(" \t", 1, 2, "1.00")).await.is_err());
    for id in ["order-17", "order-17 ", " order-17"] {
        post(&mut client, pay(id, 1, 2, "1.00"), "posted").await;
    }
    assert_eq!(client.balance(2).await.unwrap().balance, 300);
    node.stop().await;
}
