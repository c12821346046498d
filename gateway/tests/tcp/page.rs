//! What `docs/PROTOCOL.md` says of answers: its worked ones, byte by byte, and its claims about what is answered when.

use std::time::SystemTime;

use longmen_client::{
    BalanceAtRequest, Client, ClientError, EntryRequest, GeneralLedgerRequest, PastBalance, Posted, RangeEnd,
    RegisterRequest, StatementRequest, Transaction,
};
use serde_json::json;

use crate::node::{TestNode, open_books};
use crate::raw::{Raw, frame};

const PAGE: &str = include_str!("../../../docs/PROTOCOL.md");

/// The bytes of an example.
fn example(name: &str) -> Vec<u8> {
    let (_, rest) = PAGE.split_once(&format!("```hex {name}\n")).expect("the example is there");
    let (hex, _) = rest.split_once("```").expect("the example ends");
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// A node with the books of [`open_books`], 10.00 on account 2, and a client.
async fn start() -> (TestNode, Client) {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    post(&mut client, Transaction::new("top-up").debit(1, "10.00", "CNY").credit(2, "10.00", "CNY")).await;
    (node, client)
}

async fn post(client: &mut Client, transaction: Transaction) -> Posted {
    let posted = client.post(&[transaction], true).await.unwrap();
    assert!(posted.results[0].is_posted(), "{posted:?}");
    posted
}

fn pay(id: &str, amount: &str) -> Transaction {
    Transaction::new(id).debit(2, amount, "CNY").credit(3, amount, "CNY")
}

/// Step, account and balance of each leg.
fn balances(posted: &Posted) -> Vec<(u16, u64, i128)> {
    let mut balances: Vec<_> =
        posted.balances.iter().map(|one| (one.step, one.account, one.balance)).collect();
    balances.sort_unstable();
    balances
}

/// Where the number of a frame stands in an answer; it depends on how often the node had nothing to do.
fn frame_number(bytes: &[u8]) -> Option<usize> {
    bytes.windows(6).position(|window| window == b"\xa5frame").map(|at| at + 6)
}

#[tokio::test]
async fn the_worked_answers_are_what_the_node_sends() {
    let node = TestNode::start().await;
    let mut client = node.client("opener").await;
    open_books(&mut client).await;
    let mut raw = Raw::open(&node.address()).await;
    raw.send(&frame(2, 0, 9, &[])).await;
    check(&mut raw, "refused-answer").await;
    let mut raw = Raw::hello(&node.address()).await;
    for (request, answer) in [("post", "post-answer"), ("post-refused", "post-refused-answer")] {
        raw.send(&sent_now(example(request))).await;
        check(&mut raw, answer).await;
    }
    node.stop().await;
}

/// The example with the time of now, where it gives one: that of the page has left the window of known ids.
fn sent_now(mut request: Vec<u8>) -> Vec<u8> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    if let Some(at) = request.windows(6).position(|window| window == b"\xa4time\xce") {
        request[at + 6..at + 10].copy_from_slice(&u32::try_from(now).unwrap().to_be_bytes());
    }
    request
}

/// Sends an example and compares the answer with another.
pub(crate) async fn check_example(raw: &mut Raw, request: &str, answer: &str) {
    raw.send(&sent_now(example(request))).await;
    check(raw, answer).await;
}

/// Compares the next answer with an example, whatever its frame.
async fn check(raw: &mut Raw, name: &str) {
    let answer = raw.receive().await;
    let mut bytes = frame(answer.operation, answer.format, answer.tag, &answer.body);
    let expect = example(name);
    if let (Some(is), Some(said)) = (frame_number(&bytes), frame_number(&expect)) {
        assert!(bytes[is] < 0x80 && expect[said] < 0x80, "a frame of one byte");
        bytes[is] = expect[said];
    }
    assert_eq!(bytes, expect, "{name}: {bytes:02x?}");
}

#[tokio::test]
async fn balances_are_those_after_each_leg_that_was_posted_now() {
    let (node, mut client) = start().await;
    let paid = post(&mut client, pay("pay", "4.00")).await;
    assert_eq!(balances(&paid), [(1, 2, 600), (2, 3, 400)]);
    let again = post(&mut client, pay("pay", "4.00")).await;
    assert!(again.results[0].repeated && again.balances.is_empty(), "a repeat moves nothing: {again:?}");
    let frozen = post(&mut client, Transaction::new("F").freeze(2, "2.00", "CNY")).await;
    assert!(frozen.balances.is_empty(), "a freeze moves nothing");
    let consume = longmen_client::Consume::new("F", "1.00", "CNY");
    let consumed = post(&mut client, pay("C", "1.00").action(consume)).await;
    assert_eq!(balances(&consumed), [(1, 2, 500), (2, 3, 500)]);
    let raised = post(&mut client, Transaction::new("M").raise("F", "1.00", "CNY")).await;
    assert!(raised.balances.is_empty(), "a raise moves nothing");
    assert!(post(&mut client, Transaction::new("U").unfreeze("F")).await.balances.is_empty());
    let tried = post(&mut client, pay("T", "3.00").action(longmen_client::Try::default())).await;
    assert!(tried.balances.is_empty(), "a try moves nothing");
    let confirm = Transaction::new("T-confirmed")
        .action(longmen_client::Action::Confirm(longmen_client::Naming::new("T")));
    assert_eq!(
        balances(&post(&mut client, confirm).await),
        [(1, 2, 200), (2, 3, 800)],
        "by the steps of the try"
    );
    let refund = Transaction::new("R").debit(3, "0.50", "CNY").credit(2, "0.50", "CNY");
    let refund = refund.action(longmen_client::Refund::of(longmen_client::Naming::new("pay")));
    assert_eq!(balances(&post(&mut client, refund).await), [(1, 3, 750), (2, 2, 250)]);
    let reverse = Transaction::new("undo")
        .action(longmen_client::Reverse { original: longmen_client::Naming::new("C"), forced: false });
    assert_eq!(
        balances(&post(&mut client, reverse).await),
        [(1, 2, 350), (2, 3, 650)],
        "by the original's steps"
    );
    let refused = client.post(&[pay("too-much", "90.00")], true).await.unwrap();
    assert!(!refused.results[0].is_posted() && refused.balances.is_empty());
    node.stop().await;
}

#[tokio::test]
async fn a_conflict_says_where_the_id_was_used_first() {
    let (node, mut client) = start().await;
    let first = post(&mut client, pay("pay", "4.00")).await.results[0].clone();
    let conflict = client.post_one(&pay("pay", "4.01")).await.unwrap();
    assert_eq!(&*conflict.outcome, "idempotency_conflict");
    assert_eq!((conflict.frame, conflict.ordinal), (first.frame, first.ordinal));
    assert_eq!((conflict.repeated, conflict.step), (false, 0));
    let cancelled = client.cancel("late", None).await.unwrap();
    let late = client.post_one(&pay("late", "1.00")).await.unwrap();
    assert_eq!((&*late.outcome, late.repeated), ("cancelled", false));
    assert_eq!((late.frame, late.ordinal), (cancelled.frame, cancelled.ordinal));
    node.stop().await;
}

#[tokio::test]
async fn an_account_that_is_opened_later_needs_a_new_id() {
    let (node, mut client) = start().await;
    let to_nobody = |id: &str| Transaction::new(id).debit(2, "1.00", "CNY").credit(4, "1.00", "CNY");
    let refused = client.post_one(&to_nobody("early")).await.unwrap();
    assert_eq!((&*refused.outcome, refused.step, refused.frame > 0), ("unknown_account", 2, true));
    let user = longmen_client::AccountOpening::new(
        "LM",
        "U3",
        "cash",
        "CNY",
        "220301",
        longmen_client::Owner::Customer,
    );
    assert_eq!(client.open_accounts(&[user]).await.unwrap()[0].as_ref().unwrap().id, 4);
    let again = client.post_one(&to_nobody("early")).await.unwrap();
    assert_eq!((&*again.outcome, again.repeated), ("unknown_account", true));
    assert!(client.post_one(&to_nobody("later")).await.unwrap().is_posted());
    node.stop().await;
}

#[tokio::test]
async fn a_moment_to_come_counts_what_there_is() {
    let (node, mut client) = start().await;
    let tomorrow = Transaction { value_date: Some("2026-11-25".into()), ..pay("to-come", "4.00") };
    post(&mut client, tomorrow).await;
    let now = client.balance(2).await.unwrap();
    let asked = BalanceAtRequest { account: 2.into(), date: None, time_us: None, value_date: None };
    let at = async |client: &mut Client, asked: BalanceAtRequest<'_>| -> PastBalance {
        client.balance_at(&asked).await.unwrap()
    };
    for asked in [
        BalanceAtRequest { date: Some("2099-12-31"), ..asked.clone() },
        BalanceAtRequest { time_us: Some(i64::MAX), ..asked.clone() },
        BalanceAtRequest { value_date: Some("2099-12-31"), ..asked.clone() },
        BalanceAtRequest { value_date: Some("2026-11-25"), ..asked.clone() },
    ] {
        assert_eq!(at(&mut client, asked).await.balance, now.balance);
    }
    let before_its_value_date = BalanceAtRequest { value_date: Some("2026-11-24"), ..asked.clone() };
    assert_eq!(at(&mut client, before_its_value_date).await.balance, 1_000);
    let before_all = at(&mut client, BalanceAtRequest { date: Some("2026-11-21"), ..asked }).await;
    assert_eq!((before_all.balance, before_all.frozen), (0, Some(0)));
    node.stop().await;
}

#[tokio::test]
async fn a_reversal_has_the_value_date_that_it_is_given_or_its_accounting_date() {
    let (node, mut client) = start().await;
    let back_dated = |id: &str| Transaction { value_date: Some("2026-11-10".into()), ..pay(id, "1.00") };
    let reverse = |id: &str, of: &str, value_date: Option<&str>| Transaction {
        value_date: value_date.map(str::to_owned),
        ..Transaction::new(id)
            .action(longmen_client::Reverse { original: longmen_client::Naming::new(of), forced: false })
    };
    post(&mut client, back_dated("one")).await;
    post(&mut client, reverse("undo-one", "one", None)).await;
    assert_eq!(&*client.transaction("undo-one").await.unwrap().value_date, "2026-11-22");
    post(&mut client, back_dated("two")).await;
    post(&mut client, reverse("undo-two", "two", Some("2026-11-10"))).await;
    assert_eq!(&*client.transaction("undo-two").await.unwrap().value_date, "2026-11-10");
    let asked =
        BalanceAtRequest { account: 3.into(), date: None, time_us: None, value_date: Some("2026-11-15") };
    let between = client.balance_at(&asked).await.unwrap().balance;
    assert_eq!(
        between, 100,
        "the first stands by value date until the day it was undone, the second never did"
    );
    node.stop().await;
}

fn is_malformed<T: std::fmt::Debug>(found: Result<T, ClientError>, word: &str) {
    let error = found.expect_err("a refusal");
    let refusal = error.refusal().expect("a refusal");
    let message = refusal.message.as_deref().unwrap_or_default();
    assert!(&*refusal.code == "malformed" && message.contains(word), "{refusal}");
}

#[tokio::test]
async fn ranges_that_end_before_they_begin_are_malformed() {
    let (node, mut client) = start().await;
    let date = |text: &str| Some(RangeEnd::Date(text.into()));
    let number = |number| Some(RangeEnd::Number(number));
    for by in ["accounting", "value"] {
        let asked = StatementRequest {
            from: date("2026-11-22"),
            to: date("2026-11-21"),
            by: Some(by),
            ..StatementRequest::new(2, 10)
        };
        is_malformed(client.statement_with(&asked).await, "to: lies before");
    }
    let by_time =
        StatementRequest { from: number(2), to: number(1), by: Some("time"), ..StatementRequest::new(2, 10) };
    is_malformed(client.statement_with(&by_time).await, "to: lies before");
    let ledger = GeneralLedgerRequest { entity: "LM", from: Some("2026-11-22"), to: Some("2026-11-21") };
    is_malformed(client.general_ledger(&ledger).await, "to: lies before");
    for account in [Some(2.into()), None] {
        for (from, to) in [(date("2026-11-22"), date("2026-11-21")), (number(5), number(4))] {
            let register = RegisterRequest {
                account: account.clone(),
                entity: account.is_none().then_some("LM"),
                from,
                to,
                after: None,
                limit: 10,
            };
            is_malformed(client.register(&register).await, "to: lies before");
        }
    }
    node.stop().await;
}

#[tokio::test]
async fn a_place_that_no_answer_gave_is_malformed_and_no_failure() {
    let (node, mut client) = start().await;
    let good = client.statement(2, None, 1).await.unwrap().lines[0].position.clone();
    assert!(client.statement(2, Some(&good), 1).await.is_ok());
    let of_another = client.statement(1, None, 1).await.unwrap().lines[0].position.clone();
    for wrong in ["0/0/0", "1/0/0", "99999/0/0", "1/65535/9", "18446744073709551615/1/1", &of_another] {
        is_malformed(client.statement(2, Some(wrong), 10).await, "no entry of account 2");
        let register = RegisterRequest {
            account: Some(2.into()),
            entity: None,
            from: None,
            to: None,
            after: Some(wrong),
            limit: 10,
        };
        is_malformed(client.register(&register).await, "no entry of account 2");
        let entry = EntryRequest { account: 2.into(), position: wrong, from: 0, limit: 10 };
        is_malformed(client.entry(&entry).await, "no entry of account 2");
    }
    let mut raw = Raw::hello(&node.address()).await;
    let answer = raw.ask(50, &json!({"account": 2, "before": "7"})).await;
    assert_eq!(answer[0], "malformed");
    node.stop().await;
}
