//! Lists: accounts of which this and that is so, transactions of accounting dates, and cursors that carry what was asked for.

use longmen_client::{
    AccountOpening, Client, ClientError, FindRequest, FoundTransactions, ListAccountsRequest, ListAfter,
    MapCustomerRequest, Owner, Registration, Side, SubjectOpening, Transaction,
};
use serde_json::json;

use crate::node::{TestNode, open_books};
use crate::raw::Raw;

/// A node with the books of [`open_books`], and a client.
async fn start() -> (TestNode, Client) {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    (node, client)
}

/// A second entity with a bank and a user, by their ids.
async fn open_sister(client: &mut Client) -> [u64; 2] {
    client.open_entity("HK", "2026-11-22").await.unwrap();
    let subjects = [
        SubjectOpening::leaf("10020101", "bank", "asset", Side::Debit),
        SubjectOpening::leaf("220301", "users", "liability", Side::Credit),
    ];
    client.open_subjects("HK", &subjects).await.unwrap();
    let accounts = [
        AccountOpening::new("HK", "bank", "", "CNY", "10020101", Owner::Internal).may_go_negative(),
        AccountOpening::new("HK", "U1", "", "CNY", "220301", Owner::Merchant),
    ];
    let opened = client.open_accounts(&accounts).await.unwrap();
    [0, 1].map(|place: usize| opened[place].as_ref().unwrap().id)
}

fn pay(id: &str, from: u64, to: u64, amount: &str) -> Transaction {
    Transaction::new(id).debit(from, amount, "CNY").credit(to, amount, "CNY")
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ClientError>) -> (String, String) {
    let error = result.expect_err("a refusal");
    let refusal = error.refusal().expect("a refusal");
    (refusal.code.to_string(), refusal.message.as_deref().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn accounts_are_listed_by_what_is_so_of_them() {
    let (node, mut client) = start().await;
    open_sister(&mut client).await;
    client.set_state(3, Some(4), None).await.unwrap();
    client.set_state(5, None, Some(2)).await.unwrap();
    for account in [2, 5] {
        let (account, registration) = (account.into(), Registration::default());
        client.map_customer(&MapCustomerRequest { account, customer: "C-1", registration }).await.unwrap();
    }
    let all = ListAccountsRequest { limit: 10, ..ListAccountsRequest::default() };
    for (request, expect) in [
        (all, &[1, 2, 3, 4, 5][..]),
        (ListAccountsRequest { entity: Some("HK"), ..all }, &[4, 5]),
        (ListAccountsRequest { subject: Some("2203"), ..all }, &[2, 3, 5]),
        (ListAccountsRequest { subject: Some("2203"), entity: Some("LM"), ..all }, &[2, 3]),
        (ListAccountsRequest { owner: Some(Owner::Merchant), ..all }, &[5]),
        (ListAccountsRequest { account_state: Some(4), ..all }, &[3]),
        (ListAccountsRequest { account_state: Some(1), payment_state: Some(2), ..all }, &[5]),
        (ListAccountsRequest { number_prefix: Some("U"), owner: Some(Owner::Customer), ..all }, &[2, 3]),
        (ListAccountsRequest { customer: Some("C-1"), ..all }, &[2, 5]),
        (ListAccountsRequest { customer: Some("C-1"), entity: Some("LM"), ..all }, &[2]),
        (ListAccountsRequest { customer: Some("C-1"), after: ListAfter::Account(2), ..all }, &[5]),
        (ListAccountsRequest { customer: Some("C-2"), ..all }, &[]),
        (ListAccountsRequest { account_state: Some(0), ..all }, &[]),
    ] {
        let page = client.accounts_with(&request).await.unwrap();
        let ids: Vec<u64> = page.accounts.iter().map(|account| account.id).collect();
        assert_eq!((ids, page.next), (expect.to_vec(), None), "{request:?}");
    }
    let mut raw = Raw::hello(&node.address()).await;
    for (wrong, why) in [
        (json!({"subject": ""}), "subject: not the digits"),
        (json!({"subject": "22O3"}), "subject: not the digits"),
        (json!({"subject": "22030100001"}), "subject: longer"),
        (json!({"owner": "nobody"}), "owner: not a kind of owner"),
        (json!({"account_state": 2}), "account_state: not a state"),
        (json!({"payment_state": 5}), "payment_state: not a state"),
        (json!({"number_prefix": ""}), "number_prefix: is empty"),
        (json!({"customer": ""}), "customer: is empty"),
        (json!({"limit": 0}), "limit: out of range"),
        (json!({"after": -1}), "after: out of range"),
        (json!({"state": 1}), "not known: \"state\""),
    ] {
        let answer = raw.ask(49, &wrong).await;
        assert_eq!(answer[0], "malformed", "{wrong}");
        assert!(answer[2].as_str().unwrap().contains(why), "{wrong}: {answer}");
    }
    let nowhere = ListAccountsRequest { entity: Some("XX"), ..all };
    assert_eq!(refusal(client.accounts_with(&nowhere).await).0, "unknown_entity");
    node.stop().await;
}

const NOT_A_CURSOR: &str = "after: not where a page of this list ended, asked for with the same filters";

#[tokio::test]
async fn a_cursor_goes_on_with_the_list_that_gave_it_and_with_no_other() {
    let (node, mut client) = start().await;
    let ask =
        ListAccountsRequest { limit: 1, entity: Some("LM"), subject: Some("2203"), ..Default::default() };
    let first = client.accounts_with(&ask).await.unwrap();
    let next = first.next.clone().unwrap();
    let on = ListAccountsRequest { after: ListAfter::Page(&next), ..ask };
    let second = client.accounts_with(&ListAccountsRequest { limit: 5, ..on }).await.unwrap();
    assert_eq!((first.accounts[0].id, second.accounts[0].id, second.next), (2, 3, None));
    let tampered = next.replacen('2', "1", 1);
    let bare = next.split('-').next().unwrap();
    for wrong in [
        ListAccountsRequest { subject: None, ..on },
        ListAccountsRequest { entity: None, ..on },
        ListAccountsRequest { subject: Some("22"), ..on },
        ListAccountsRequest { owner: Some(Owner::Customer), ..on },
        ListAccountsRequest { account_state: Some(1), ..on },
        ListAccountsRequest { after: ListAfter::Page(&tampered), ..on },
        ListAccountsRequest { after: ListAfter::Page(bare), ..on },
        ListAccountsRequest { after: ListAfter::Page(""), ..on },
    ] {
        assert_eq!(
            refusal(client.accounts_with(&wrong).await),
            ("malformed".into(), NOT_A_CURSOR.into()),
            "{wrong:?}"
        );
    }
    for id in ["a", "b", "c"] {
        assert!(client.post_one(&pay(id, 1, 2, "1.00")).await.unwrap().is_posted());
    }
    let ask =
        FindRequest { entity: Some("LM"), from: Some("2026-11-22"), limit: 1, ..FindRequest::default() };
    let next_of = |found: FoundTransactions| found.next.unwrap();
    let next = next_of(client.find(&ask).await.unwrap());
    let on = FindRequest { after: Some(&next), ..ask.clone() };
    let second = client.find(&on).await.unwrap();
    assert_eq!(second.transactions[0].text_id.as_deref(), Some("b"));
    let bare = next.split('-').next().unwrap();
    for wrong in [
        FindRequest { to: Some("2026-11-22"), ..on.clone() },
        FindRequest { outcomes: Some("all"), ..on.clone() },
        FindRequest { client: Some(1), ..on.clone() },
        FindRequest { reference: Some("r"), ..on.clone() },
        FindRequest { after: Some(bare), ..on.clone() },
        FindRequest { after: Some(&next[..next.len() - 1]), ..on.clone() },
    ] {
        assert_eq!(
            refusal(client.find(&wrong).await),
            ("malformed".into(), NOT_A_CURSOR.into()),
            "{wrong:?}"
        );
    }
    // It is good after a restart too: it is made of nothing but the question and the place.
    let directory = node.stop().await;
    let node = TestNode::open(directory, longmen_gateway::Limits::default(), None).await;
    let mut client = node.client("bob").await;
    assert_eq!(client.find(&on).await.unwrap().transactions, second.transactions);
    node.stop().await;
}

/// Text ids and outcomes, over all pages.
async fn all(client: &mut Client, ask: &FindRequest<'_>) -> Vec<(String, String)> {
    let (mut found, mut after) = (Vec::new(), None::<Box<str>>);
    loop {
        let page = client.find(&FindRequest { after: after.as_deref(), ..ask.clone() }).await.unwrap();
        assert!(page.transactions.len() <= ask.limit as usize);
        let told = page.transactions.into_iter();
        found.extend(told.map(|one| (one.text_id.unwrap().to_string(), one.outcome.to_string())));
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn transactions_of_a_date_are_listed_and_refused_ones_on_request() {
    let (node, mut ann) = start().await;
    let mut bob = node.client("bob").await;
    for (date, next) in [("22", Some("2026-11-23")), ("23", None)] {
        ann.post_one(&pay(&format!("a-{date}"), 1, 2, "5.00")).await.unwrap();
        bob.post_one(&pay(&format!("b-{date}"), 1, 3, "5.00")).await.unwrap();
        ann.post_one(&pay(&format!("poor-{date}"), 2, 3, "99.00")).await.unwrap();
        ann.post_one(&pay(&format!("try-{date}"), 2, 3, "1.00").try_()).await.unwrap();
        if let Some(next) = next {
            ann.close_day("LM", next).await.unwrap();
        }
    }
    let date = |from, to| FindRequest { entity: Some("LM"), from, to, limit: 3, ..FindRequest::default() };
    let first = date(Some("2026-11-22"), Some("2026-11-22"));
    let done = |names: &[&str]| -> Vec<(String, String)> {
        let outcome = |name: &str| if name.starts_with("poor") { "insufficient_funds" } else { "posted" };
        names.iter().map(|name| ((*name).to_owned(), outcome(name).to_owned())).collect()
    };
    assert_eq!(all(&mut bob, &first).await, done(&["a-22", "b-22", "try-22"]));
    for limit in [1, 2, 50] {
        let with_refused = FindRequest { outcomes: Some("all"), limit, ..first.clone() };
        assert_eq!(all(&mut bob, &with_refused).await, done(&["a-22", "b-22", "poor-22", "try-22"]));
    }
    let refused = FindRequest { outcomes: Some("refused"), ..first.clone() };
    assert_eq!(all(&mut bob, &refused).await, done(&["poor-22"]));
    let of_bob = FindRequest { client: Some(2), ..date(Some("2026-11-22"), None) };
    assert_eq!(all(&mut ann, &of_bob).await, done(&["b-22", "b-23"]));
    let later = date(Some("2026-11-23"), Some("2026-12-31"));
    assert_eq!(all(&mut ann, &later).await, done(&["a-23", "b-23", "try-23"]));
    assert_eq!(all(&mut ann, &date(None, Some("2026-11-21"))).await, []);
    // By id, refused ones are found without asking, and left out on request.
    let poor = FindRequest { id: Some("poor-22".into()), limit: 3, ..FindRequest::default() };
    assert_eq!(all(&mut bob, &poor).await, done(&["poor-22"]));
    assert_eq!(all(&mut bob, &FindRequest { outcomes: Some("done"), ..poor.clone() }).await, []);
    assert_eq!(all(&mut bob, &FindRequest { client: Some(2), ..poor }).await, []);
    for (wrong, why) in [
        (
            FindRequest { entity: Some("LM"), limit: 3, ..FindRequest::default() },
            "needs one of reference and id, or dates",
        ),
        (
            FindRequest { from: Some("2026-11-22"), limit: 3, ..FindRequest::default() },
            "says not of which entity",
        ),
        (date(Some("2026-11-23"), Some("2026-11-22")), "to: lies before"),
        (FindRequest { outcomes: Some(""), ..first.clone() }, "outcomes: a word that is not known here"),
    ] {
        let (code, message) = refusal(ann.find(&wrong).await);
        assert!(code == "malformed" && message.contains(why), "{wrong:?}: {message}");
    }
    // What a client posted is told by its id to whoever may see it.
    let record = bob.transaction_of(1, "a-22").await.unwrap();
    assert_eq!((record.client, record.legs.len()), (1, 2));
    assert_eq!(bob.transaction_of(2, "b-22").await.unwrap(), bob.transaction("b-22").await.unwrap());
    assert_eq!(refusal(bob.transaction_of(2, "a-22").await).0, "unknown_transaction");
    let mut raw = Raw::hello(&node.address()).await;
    let answer = raw.ask(51, &json!({"place": "1/0", "client": 1})).await;
    assert_eq!(
        (&answer[0], &answer[2]),
        (&json!("malformed"), &json!("client: belongs to an id, and no place"))
    );
    node.stop().await;
}

/// Whoever asks for the transactions of an entity is not given pages full of nothing where those of others are many.
#[tokio::test]
async fn the_transactions_of_a_small_entity_are_found_among_those_of_a_large_one() {
    let (node, mut client) = start().await;
    let [bank, user] = open_sister(&mut client).await;
    for round in 0..4 {
        let many: Vec<_> = (0..1_000).map(|n| pay(&format!("many-{round}-{n}"), 1, 2, "1.00")).collect();
        assert!(client.post(&many, false).await.unwrap().results.iter().all(|one| one.is_posted()));
        assert!(
            client.post_one(&pay(&format!("few-{round}"), bank, user, "1.00")).await.unwrap().is_posted()
        );
        let both = pay(&format!("both-{round}"), 1, 2, "1.00")
            .debit(bank, "1.00", "CNY")
            .credit(user, "1.00", "CNY");
        assert!(client.post_one(&both).await.unwrap().is_posted());
    }
    let ask =
        FindRequest { entity: Some("HK"), from: Some("2026-11-22"), limit: 50, ..FindRequest::default() };
    let page = client.find(&ask).await.unwrap();
    let texts: Vec<_> =
        page.transactions.iter().map(|one| one.text_id.clone().unwrap().to_string()).collect();
    let expect: Vec<_> = (0..4).flat_map(|round| [format!("few-{round}"), format!("both-{round}")]).collect();
    assert_eq!((texts, page.next), (expect.clone(), None), "all on one page");
    for limit in [1, 3] {
        let found = all(&mut client, &FindRequest { limit, ..ask.clone() }).await;
        assert!(found.iter().map(|(text, _)| text).eq(&expect), "{limit}: {found:?}");
    }
    // With their legs they come with those on its own accounts alone.
    let with_legs = FindRequest { legs: true, ..ask.clone() };
    let (mut records, mut after) = (Vec::new(), None::<Box<str>>);
    loop {
        let ask = FindRequest { after: after.as_deref(), ..with_legs.clone() };
        let page = client.find(&ask).await.unwrap();
        records.extend(page.transactions);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(records.len(), expect.len());
    for record in &records {
        let legs: Vec<_> = record.legs.iter().map(|leg| (leg.account, &*leg.entity, leg.amount)).collect();
        assert_eq!(legs, [(bank, "HK", 100), (user, "HK", 100)], "{record:?}");
        assert!(record.legs.iter().all(|leg| !leg.subject.is_empty()));
    }
    let nobodys = FindRequest { entity: None, from: None, reference: Some("r"), ..with_legs };
    let (code, message) = refusal(client.find(&nobodys).await);
    assert!(code == "malformed" && message.contains("not of which entity"), "{message}");
    node.stop().await;
}
