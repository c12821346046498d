//! Every other operation, through the client.

use longmen_client::{
    AccountKey, AccountOpening, AccountRef, Client, Owner, Side, SubjectOpening, Transaction,
};

use crate::node::{TestNode, open_books};

fn code<T: std::fmt::Debug>(result: Result<T, longmen_client::ClientError>) -> String {
    result.expect_err("a refusal").refusal().expect("a refusal").code.to_string()
}

#[tokio::test]
async fn openings_are_idempotent_and_refused_one_by_one() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    assert!(client.open_entity("LM", "2026-11-22").await.unwrap().existed);
    let subjects = [
        SubjectOpening::leaf("220301", "用户余额", "liability", Side::Credit),
        SubjectOpening::leaf("220301", "用户余额", "asset", Side::Debit),
        SubjectOpening::leaf("22x", "wrong", "asset", Side::Debit),
        SubjectOpening::leaf("220300", "zeros", "liability", Side::Credit),
        SubjectOpening::leaf("22030101", "below a leaf", "liability", Side::Credit),
        SubjectOpening::leaf("2203", "a leaf above", "liability", Side::Credit),
        SubjectOpening::leaf("220302", "of another class", "equity", Side::Credit),
    ];
    let opened = client.open_subjects("LM", &subjects).await.unwrap();
    assert!(opened[0].as_ref().unwrap().existed);
    assert_eq!(&*opened[1].as_ref().unwrap_err().code, "key_conflict");
    assert_eq!(&*opened[2].as_ref().unwrap_err().code, "malformed");
    assert_eq!(&*opened[3].as_ref().unwrap_err().code, "malformed");
    for conflict in &opened[4..] {
        assert_eq!(&*conflict.as_ref().unwrap_err().code, "chart_conflict");
    }
    assert_eq!(code(client.open_subjects("NO", &subjects).await), "unknown_entity");
    let accounts = [
        AccountOpening::new("LM", "U1", "cash", "CNY", "220301", Owner::Customer),
        AccountOpening::new("LM", "U1", "cash", "CNY", "220301", Owner::Merchant),
        AccountOpening::new("LM", "U9", "cash", "CNY", "229999", Owner::Customer),
        AccountOpening::new("LM", "U3", "cash", "JPY", "220301", Owner::Customer).overdraft_limit("500"),
    ];
    let opened = client.open_accounts(&accounts).await.unwrap();
    assert_eq!((opened[0].as_ref().unwrap().id, opened[0].as_ref().unwrap().existed), (2, true));
    assert_eq!(&*opened[1].as_ref().unwrap_err().code, "key_conflict");
    assert_eq!(&*opened[2].as_ref().unwrap_err().code, "unknown_subject");
    let yen = client.balance(opened[3].as_ref().unwrap().id).await.unwrap();
    assert_eq!((yen.overdraft_limit, yen.exponent, yen.available), (500, 0, 500));
    node.stop().await;
}

#[tokio::test]
async fn balances_states_and_lists_tell_how_accounts_stand() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let top_up = Transaction::new("1").debit(1, "12.30", "CNY").credit(2, "12.30", "CNY");
    let posted = client.post(&[top_up], true).await.unwrap();
    assert_eq!(posted.balances.iter().map(|one| one.balance).collect::<Vec<_>>(), [1230, 1230]);
    let key = AccountKey::new("LM", "U1", "cash", "CNY");
    let refs: [AccountRef; 3] = [2.into(), key.clone().into(), 99.into()];
    let found = client.balances(&refs).await.unwrap();
    assert_eq!(found[0], found[1]);
    assert_eq!(&*found[2].as_ref().unwrap_err().code, "unknown_account");
    let user = found[0].as_ref().unwrap();
    assert_eq!((user.balance, user.available, user.credit_turnover, user.opening), (1230, 1230, 1230, 0));
    assert_eq!(
        (&*user.number, &*user.kind, &*user.currency, &*user.date),
        ("U1", "cash", "CNY", "2026-11-22")
    );
    assert_eq!((user.account_state, user.payment_state, user.hot), (1, 1, false));

    client.set_state(key.clone(), None, Some(2)).await.unwrap();
    assert_eq!(client.balance(2).await.unwrap().payment_state, 2);
    let spend = Transaction::new("2").debit(2, 1, "CNY").credit(3, 1, "CNY");
    assert_eq!(&*client.post_one(&spend).await.unwrap().outcome, "payment_state");
    assert_eq!(code(client.set_state(2, Some(0), None).await), "not_empty");
    assert_eq!(code(client.set_state(99, Some(1), None).await), "unknown_account");
    client.set_hot(1, true).await.unwrap();
    assert!(client.balance(1).await.unwrap().hot);

    let first = client.accounts(0, 2).await.unwrap();
    assert_eq!(first.iter().map(|account| account.id).collect::<Vec<_>>(), [1, 2]);
    let second = client.accounts(2, 2).await.unwrap();
    assert_eq!(second.iter().map(|account| account.id).collect::<Vec<_>>(), [3]);
    node.stop().await;
}

#[tokio::test]
async fn statements_page_backwards_through_the_chain() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    for number in 1_u128..=5 {
        let top_up = Transaction::new(number).debit(1, 100, "CNY").credit(2, 100, "CNY").kind("top_up");
        assert!(client.post_one(&top_up).await.unwrap().is_posted());
    }
    let mut ids = Vec::new();
    let mut before: Option<Box<str>> = None;
    let mut closing = 500;
    loop {
        let page = client.statement(2, before.as_deref(), 2).await.unwrap();
        assert_eq!(page.closing, closing, "a page ends where the newer one began");
        assert_eq!(page.account.id, 2);
        for line in &page.lines {
            assert_eq!((line.before + 100, &*line.kind, line.side), (line.after, "top_up", Side::Credit));
            ids.push(u128::from_str_radix(line.transaction.as_deref().unwrap(), 16).unwrap());
        }
        closing = page.opening;
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(ids, [5, 4, 3, 2, 1]);
    assert_eq!(closing, 0);
    assert_eq!(code(client.statement(99, None, 2).await), "unknown_account");
    assert_eq!(code(client.statement(2, Some("nonsense"), 2).await), "malformed");
    assert_eq!(code(client.statement(2, None, 0).await), "malformed");
    assert_eq!(code(client.statement(2, None, 1_001).await), "malformed");
    // A place that no page gave is a slip, never a failure nor the node's end.
    for place in ["1/0/0", "3/65535/4294967295", "18446744073709551615/0/0", "0/0/0"] {
        assert_eq!(code(client.statement(2, Some(place), 2).await), "malformed", "{place}");
    }
    client.ping().await.unwrap();
    node.stop().await;
}

#[tokio::test]
async fn a_transaction_is_found_by_its_id() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let top_up =
        Transaction::new("order-17").debit(1, 100, "CNY").credit(2, 100, "CNY").reference("terminal 8");
    let posted = client.post_one(&top_up).await.unwrap();
    let record = client.transaction("order-17").await.unwrap();
    assert_eq!((record.frame, record.ordinal, &*record.outcome), (posted.frame, posted.ordinal, "posted"));
    assert_eq!(&*record.id, format!("{:032x}", longmen_client::id_of_text("order-17")));
    assert_eq!(record.notes.get("reference").map(|text| &**text), Some("terminal 8"));
    let legs: Vec<_> =
        record.legs.iter().map(|leg| (leg.account, leg.side, leg.amount, leg.balance_after)).collect();
    assert_eq!(legs, [(1, Side::Debit, 100, 100), (2, Side::Credit, 100, -100)]);
    let short = Transaction::new("short").debit(3, 1, "CNY").credit(2, 1, "CNY");
    client.post_one(&short).await.unwrap();
    assert_eq!(&*client.transaction("short").await.unwrap().outcome, "insufficient_funds");
    assert_eq!(code(client.transaction("never").await), "unknown_transaction");
    assert_eq!(code(node.client("bob").await.transaction("order-17").await), "unknown_transaction");
    node.stop().await;
}

#[tokio::test]
async fn the_trial_balance_rolls_with_the_day() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let top_up = |id: u128| Transaction::new(id).debit(1, 100, "CNY").credit(2, 100, "CNY");
    client.post_one(&top_up(1)).await.unwrap();
    let lines = |trial: longmen_client::TrialBalance| -> Vec<_> {
        trial.lines.iter().map(|l| (l.subject.to_string(), l.opening, l.debit, l.credit, l.closing)).collect()
    };
    let trial = client.trial_balance("LM").await.unwrap();
    assert!(
        trial.lines.iter().all(|line| line.closing == line.accounts_total && &*line.date == "2026-11-22")
    );
    assert_eq!(lines(trial), [("10020101".into(), 0, 100, 0, 100), ("220301".into(), 0, 0, 100, 100)]);
    client.close_day("LM", "2026-11-23").await.unwrap();
    assert_eq!(code(client.close_day("LM", "2026-11-22").await), "date_closed");
    client.post_one(&top_up(2)).await.unwrap();
    let trial = client.trial_balance("").await.unwrap();
    assert_eq!(lines(trial), [("10020101".into(), 100, 100, 0, 200), ("220301".into(), 100, 0, 100, 200)]);
    assert_eq!(code(client.trial_balance("NO").await), "unknown_entity");
    node.stop().await;
}

#[tokio::test]
async fn the_status_counts_what_goes_on() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let _other: Client = node.client("bob").await;
    let before = client.status().await.unwrap();
    assert_eq!((before.shards, before.accounts, before.decided, before.connections), (2, 3, 0, 2));
    assert_eq!(before.in_flight_transactions, 0, "the status itself is answered when it is counted");
    client.post_one(&Transaction::new(1).debit(1, 100, "CNY").credit(2, 100, "CNY")).await.unwrap();
    client.post_one(&Transaction::new(2).debit(3, 100, "CNY").credit(2, 100, "CNY")).await.unwrap();
    let after = client.status().await.unwrap();
    assert_eq!((after.decided, after.refused), (2, 1));
    assert!(after.durable > before.durable);
    assert_eq!(after.entities, [("LM".into(), "2026-11-22".into())]);
    node.stop().await;
}
