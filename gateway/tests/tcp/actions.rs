//! Actions: holds, reversals, refunds and TCC.

use std::time::{Duration, UNIX_EPOCH};

use longmen_client::{
    Action, Client, Connection, Consume, Freeze, HoldKind, Holds, HoldsRequest, Naming, Operation,
    PostRequest, PostResult, Posted, Raise, Refund, Reverse, Transaction, Try, Unfreeze, id_of_cancel,
};

use crate::node::{TestNode, open_books};

/// A node with the books of [`open_books`], 10.00 on account 2, and a client.
pub(crate) async fn start() -> (TestNode, Client) {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    posted(&mut client, &Transaction::new("top-up").debit(1, "10.00", "CNY").credit(2, "10.00", "CNY")).await;
    (node, client)
}

/// Posts the same twice: the first result is given again.
async fn outcome(client: &mut Client, transaction: &Transaction) -> String {
    let first = client.post_one(transaction).await.unwrap();
    let again = client.post_one(transaction).await.unwrap();
    assert_eq!(again.outcome, first.outcome, "{transaction:?}: {again:?}");
    if first.frame > 0 {
        assert_eq!(again, PostResult { repeated: true, ..first.clone() }, "{transaction:?}");
    }
    first.outcome.to_string()
}

pub(crate) async fn posted(client: &mut Client, transaction: &Transaction) -> PostResult {
    assert_eq!(outcome(client, transaction).await, "posted", "{transaction:?}");
    client.post_one(transaction).await.unwrap()
}

pub(crate) async fn refused(client: &mut Client, transaction: &Transaction, code: &str) {
    assert_eq!(outcome(client, transaction).await, code, "{transaction:?}");
}

/// Balance, frozen and available of an account.
pub(crate) async fn figures(client: &mut Client, account: u64) -> (i128, i128, i128) {
    let account = client.balance(account).await.unwrap();
    (account.balance, account.frozen, account.available)
}

pub(crate) async fn holds_of(client: &mut Client, account: u64) -> Holds {
    client.holds(&HoldsRequest { account: Some(account.into()), after: None, limit: 50 }).await.unwrap()
}

pub(crate) fn now_us() -> i64 {
    UNIX_EPOCH.elapsed().unwrap().as_micros().try_into().unwrap()
}

pub(crate) fn pay(id: &str, amount: &str) -> Transaction {
    Transaction::new(id).debit(2, amount, "CNY").credit(3, amount, "CNY")
}

fn pay_back(id: &str, amount: &str) -> Transaction {
    Transaction::new(id).debit(3, amount, "CNY").credit(2, amount, "CNY")
}

#[tokio::test]
async fn an_authority_that_is_given_empty_or_unseen_is_malformed() {
    let (node, mut client) = start().await;
    let freeze = |by: &str| Action::from(Freeze::new(2, "1.00", "CNY").authority(by));
    let missing = "authority: is empty: leave it out where there is none";
    for (action, why) in [
        (freeze(""), missing),
        (freeze(" "), "authority: begins or ends with a blank"),
        (freeze("court\u{3000}"), "authority: begins or ends with a blank"),
        (
            Freeze::new(2, "1.00", "CNY").kind(HoldKind::Judicial).into(),
            "authority: is missing: a court's hold is released and spent by who is named here",
        ),
        (freeze("\u{200b}"), "authority: has a control character, or another that is not seen"),
        (Unfreeze::part("hold", "1", "CNY").authority("").into(), missing),
        (Consume::new("hold", "1", "CNY").authority("").into(), missing),
        (Raise::new("hold", "1", "CNY").authority("").into(), missing),
    ] {
        let result = client.post_one(&Transaction::new("a").action(action)).await.unwrap();
        assert_eq!(&*result.outcome, "malformed", "{result:?}");
        assert!(result.message.as_ref().is_some_and(|message| message.ends_with(why)), "{why}: {result:?}");
    }
    assert_eq!(figures(&mut client, 2).await, (1_000, 0, 1_000));
    node.stop().await;
}

#[tokio::test]
async fn holds_are_frozen_released_spent_and_listed() {
    let (node, mut client) = start().await;
    let court =
        Freeze::new(2, "6.00", "CNY").kind(HoldKind::Judicial).authority("court").expires_us(i64::MAX - 1);
    posted(&mut client, &Transaction::new("hold").action(court)).await;
    assert_eq!(figures(&mut client, 2).await, (1000, 600, 400));
    refused(&mut client, &Transaction::new("more").freeze(2, "4.01", "CNY"), "insufficient_funds").await;
    refused(&mut client, &Transaction::new("no-account").freeze(9, 1, "CNY"), "unknown_account").await;
    refused(&mut client, &Transaction::new("yen").freeze(2, 1, "JPY"), "currency_mismatch").await;
    refused(&mut client, &pay("too-much", "4.01"), "insufficient_funds").await;

    refused(&mut client, &Transaction::new("other").unfreeze("hold"), "wrong_authority").await;
    refused(&mut client, &Transaction::new("nothing").unfreeze("none"), "unknown_freeze").await;
    let part = |amount: &str| Unfreeze::part("hold", amount, "CNY").authority("court");
    let in_yen = Transaction::new("yen-back").action(Unfreeze::part("hold", "1", "JPY").authority("court"));
    refused(&mut client, &in_yen, "currency_mismatch").await;
    refused(&mut client, &Transaction::new("all-but").action(part("6.01")), "freeze_exceeded").await;
    posted(&mut client, &Transaction::new("part").action(part("1.00"))).await;
    let consume = |amount: &str| Consume::new("hold", amount, "CNY").authority("court");
    refused(&mut client, &pay("differs", "2.00").action(consume("2.01")), "invalid_amount").await;
    // With as many minor units, but of another currency.
    let in_yen = Consume::new("hold", "200", "JPY").authority("court");
    refused(&mut client, &pay("yen-spent", "2.00").action(in_yen), "currency_mismatch").await;
    posted(&mut client, &pay("consume", "2.00").action(consume("2.00"))).await;
    assert_eq!(figures(&mut client, 2).await, (800, 300, 500));
    assert_eq!(figures(&mut client, 3).await, (200, 0, 200));

    let found = holds_of(&mut client, 2).await;
    let [hold] = &found.holds[..] else { panic!("{found:?}") };
    assert_eq!((hold.account, hold.client, hold.amount, hold.remaining), (2, 1, 600, 300));
    assert_eq!((&*hold.kind, &*hold.authority, hold.expires_us), ("judicial", "court", Some(i64::MAX - 1)));
    assert_eq!(&*hold.id, format!("{:032x}", longmen_client::id_of_text("hold")));
    let record = client.transaction("consume").await.unwrap();
    assert_eq!((&*record.action, &*record.named.unwrap().id), ("consume", &*hold.id));
    // Reversing what was spent freezes it again.
    posted(&mut client, &Transaction::new("undo").reverse("consume")).await;
    assert_eq!(figures(&mut client, 2).await, (1000, 500, 500));
    node.stop().await;
}

#[tokio::test]
async fn holds_come_in_pages() {
    let (node, mut client) = start().await;
    for number in 1_u128..=5 {
        posted(&mut client, &Transaction::new(number).freeze(2, 1, "CNY")).await;
    }
    let (mut ids, mut after): (Vec<Box<str>>, Option<Box<str>>) = (Vec::new(), None);
    loop {
        let request = HoldsRequest { account: None, after: after.as_deref(), limit: 2 };
        let page = client.holds(&request).await.unwrap();
        ids.extend(page.holds.into_iter().map(|hold| hold.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids, (1..=5).map(|id| format!("{id:032x}").into()).collect::<Vec<Box<str>>>());
    let code = |found: Result<Holds, longmen_client::ClientError>| {
        found.expect_err("a refusal").refusal().expect("a refusal").code.to_string()
    };
    let unknown = HoldsRequest { account: Some(9.into()), after: None, limit: 2 };
    assert_eq!(code(client.holds(&unknown).await), "unknown_account");
    for after in ["", "1", "1/2", "1/2/x", "1/2/3/4", "-1/2/3"] {
        let wrong = HoldsRequest { account: None, after: Some(after), limit: 2 };
        assert_eq!(code(client.holds(&wrong).await), "malformed", "{after}");
    }
    node.stop().await;
}

#[tokio::test]
async fn a_reversal_undoes_its_original_once() {
    let (node, mut client) = start().await;
    posted(&mut client, &pay("pay", "4.00")).await;
    refused(&mut client, &pay("short", "99.00"), "insufficient_funds").await;
    let reversal = Transaction::new("undo").reverse("pay").reason("wrong payee");
    let result = posted(&mut client, &reversal).await;
    assert_eq!(figures(&mut client, 2).await, (1000, 0, 1000));
    let record = client.transaction("undo").await.unwrap();
    let named = record.named.unwrap();
    assert_eq!((&*record.action, named.forced, named.blue, named.client), ("reverse", false, false, 1));
    assert_eq!((record.legs.len(), record.legs[0].amount), (2, -400));
    let original = client.transaction("pay").await.unwrap();
    assert_eq!(named.place, Some(format!("{}/{}", original.frame, original.ordinal).into()));

    refused(&mut client, &Transaction::new("twice").reverse("pay"), "already_reversed").await;
    refused(&mut client, &Transaction::new("never").reverse("none"), "unknown_original").await;
    refused(&mut client, &Transaction::new("refused").reverse("short"), "unknown_original").await;
    refused(&mut client, &Transaction::new("undo-undo").reverse("undo"), "unknown_original").await;
    let other = client.post_one(&Transaction::new("undo").reverse("top-up")).await.unwrap();
    assert_eq!((&*other.outcome, other.frame), ("idempotency_conflict", result.frame));
    node.stop().await;
}

#[tokio::test]
async fn a_forced_reversal_needs_an_approval() {
    let (node, mut client) = start().await;
    posted(&mut client, &pay("pay", "4.00")).await;
    posted(&mut client, &Transaction::new("spend").debit(3, "4.00", "CNY").credit(1, "4.00", "CNY")).await;
    refused(&mut client, &Transaction::new("undo").reverse("pay"), "insufficient_funds").await;
    let forced = |id: &str| Transaction::new(id).action(Reverse::new(Naming::new("pay")).forced());
    refused(&mut client, &forced("alone"), "malformed").await;
    posted(&mut client, &forced("approved").approval("A-1").operator("ann")).await;
    assert_eq!(figures(&mut client, 3).await, (-400, 0, -400));
    let record = client.transaction("approved").await.unwrap();
    assert!(record.named.unwrap().forced);
    assert_eq!(record.notes.get("approval").map(|text| &**text), Some("A-1"));
    node.stop().await;
}

#[tokio::test]
async fn refunds_give_back_no_more_than_was_taken() {
    let (node, mut client) = start().await;
    posted(&mut client, &pay("pay", "4.00")).await;
    posted(&mut client, &pay_back("one", "3.00").refund("pay")).await;
    refused(&mut client, &pay_back("two", "1.01").refund("pay"), "refund_exceeded").await;
    refused(&mut client, &Transaction::new("undo").reverse("pay"), "refund_exceeded").await;
    posted(&mut client, &pay_back("three", "1.00").refund("pay")).await;
    refused(&mut client, &pay_back("four", "0.01").refund("pay"), "refund_exceeded").await;
    refused(&mut client, &pay_back("none", "0.01").refund("never"), "unknown_original").await;
    refused(&mut client, &pay_back("of-refund", "0.01").refund("one"), "unknown_original").await;
    assert_eq!(&*client.transaction("one").await.unwrap().action, "refund");
    node.stop().await;
}

#[tokio::test]
async fn a_try_is_confirmed_or_cancelled_once() {
    let (node, mut client) = start().await;
    posted(&mut client, &pay("try", "4.00").try_()).await;
    assert_eq!(figures(&mut client, 2).await, (1000, 400, 600));
    posted(&mut client, &Transaction::new("confirm").confirm("try")).await;
    assert_eq!(
        (figures(&mut client, 2).await, figures(&mut client, 3).await),
        ((600, 0, 600), (400, 0, 400))
    );
    assert_eq!(outcome(&mut client, &Transaction::new("again").confirm("try")).await, "already_posted");
    assert_eq!(outcome(&mut client, &Transaction::new("late").cancel_try("try")).await, "already_posted");
    assert_eq!(&*client.cancel("try", None).await.unwrap().outcome, "already_posted");
    // A confirm is reversed like a post.
    posted(&mut client, &Transaction::new("undo").reverse("confirm")).await;

    posted(&mut client, &pay("second", "4.00").try_()).await;
    posted(&mut client, &Transaction::new("cancel").cancel_try("second")).await;
    assert_eq!(figures(&mut client, 2).await, (1000, 0, 1000));
    assert_eq!(outcome(&mut client, &Transaction::new("too-late").confirm("second")).await, "cancelled");
    refused(&mut client, &Transaction::new("no-try").confirm("undo"), "unknown_original").await;
    node.stop().await;
}

#[tokio::test]
async fn a_cancel_releases_a_try_that_stands() {
    let (node, mut client) = start().await;
    posted(&mut client, &pay("try", "4.00").try_()).await;
    let cancelled = client.cancel("try", None).await.unwrap();
    assert_eq!((&*cancelled.outcome, cancelled.repeated), ("cancelled", false));
    assert_eq!(figures(&mut client, 2).await, (1000, 0, 1000));
    let again = client.cancel("try", None).await.unwrap();
    assert_eq!((&*again.outcome, again.repeated), ("cancelled", true));
    let id = id_of_cancel(longmen_client::id_of_text("try"));
    let record = client.transaction(id).await.unwrap();
    assert_eq!(
        (&*record.action, record.frame, record.ordinal),
        ("cancel_try", cancelled.frame, cancelled.ordinal)
    );
    // A try that has expired holds nothing any more, and cannot be confirmed.
    let brief = pay("brief", "4.00").action(Try { expires_us: Some(now_us() + 1_000_000) });
    posted(&mut client, &brief).await;
    assert_eq!(figures(&mut client, 2).await, (1000, 400, 600));
    while figures(&mut client, 2).await != (1000, 0, 1000) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(&*client.post_one(&brief).await.unwrap().outcome, "posted", "its first result stands");
    refused(&mut client, &Transaction::new("confirm").confirm("brief"), "freeze_expired").await;
    assert_eq!(&*client.cancel("brief", None).await.unwrap().outcome, "cancelled");
    // An id that was never seen is cancelled for ever.
    assert_eq!(&*client.cancel("unseen", None).await.unwrap().outcome, "cancelled");
    let unseen = client.post_one(&pay("unseen", "4.00").try_()).await.unwrap();
    assert_eq!(&*unseen.outcome, "cancelled");
    node.stop().await;
}

/// Nothing is held until a moment that has passed; the same is taken with a moment to come.
#[tokio::test]
async fn what_has_expired_already_is_refused() {
    let (node, mut client) = start().await;
    for expires_us in [0, 1, now_us() - 1_000_000] {
        let id = |what: &str| format!("{what} until {expires_us}");
        let freeze = Freeze::new(2, "6.00", "CNY").expires_us(expires_us);
        refused(&mut client, &Transaction::new(&*id("freeze")).action(freeze), "freeze_expired").await;
        let attempt = pay(&id("try"), "4.00").action(Try { expires_us: Some(expires_us) });
        refused(&mut client, &attempt, "freeze_expired").await;
        refused(&mut client, &Transaction::new(&*id("unfreeze")).unfreeze(&*id("freeze")), "unknown_freeze")
            .await;
        let confirm = Transaction::new(&*id("confirm")).confirm(&*id("try"));
        refused(&mut client, &confirm, "unknown_original").await;
    }
    assert_eq!(figures(&mut client, 2).await, (1000, 0, 1000));
    assert_eq!(holds_of(&mut client, 2).await.holds, []);
    let freeze = Freeze::new(2, "6.00", "CNY").expires_us(now_us() + 60_000_000);
    posted(&mut client, &Transaction::new("in time").action(freeze)).await;
    assert_eq!(figures(&mut client, 2).await, (1000, 600, 400));
    node.stop().await;
}

#[tokio::test]
async fn originals_are_found_by_client_and_by_place() {
    let (node, mut ann) = start().await;
    let mut bob = node.client("bob").await;
    let place = posted(&mut ann, &pay("pay", "4.00")).await;
    let number = ann.welcome().client;
    let reverse = |original: Naming| Action::from(Reverse::new(original));
    let undo = |id: &str, original: Naming| Transaction::new(id).action(reverse(original));
    refused(&mut bob, &undo("own", Naming::new("pay")), "unknown_original").await;
    // A place does not make an original of what has another name.
    let elsewhere = Naming::new("other").client(number).place(place.frame, place.ordinal);
    refused(&mut bob, &undo("elsewhere", elsewhere), "unknown_original").await;
    for (frame, ordinal) in [(0, 0), (u64::MAX, 0), (place.frame, u32::MAX)] {
        let nowhere = Naming::new("other").client(number).place(frame, ordinal);
        refused(&mut bob, &undo(&format!("{frame}/{ordinal}"), nowhere), "unknown_original").await;
    }
    // One that is known needs no place, and a wrong one does no harm.
    let wrong = Naming::new("pay").client(number).place(1, 77);
    posted(&mut bob, &undo("theirs", wrong)).await;
    assert_eq!(figures(&mut ann, 2).await, (1000, 0, 1000));
    node.stop().await;
}

/// The original is still under way when what names it arrives; what comes behind is not held up by it.
#[tokio::test]
async fn an_original_in_flight_on_the_same_connection_is_waited_for() {
    let (node, mut client) = start().await;
    let (connection, _) = Connection::open(&node.address(), "ann", None).await.unwrap();
    let (mut sender, mut receiver) = connection.split();
    let rows = [
        pay("pay", "4.00"),
        pay_back("refund", "1.00").refund("pay"),
        pay("try", "2.00").try_(),
        Transaction::new("confirm").confirm("try"),
        pay("undone", "3.00"),
        Transaction::new("undo").reverse("undone"),
    ];
    for (tag, transaction) in (0..).zip(&rows) {
        let transactions = std::slice::from_ref(transaction);
        sender.queue(tag, Operation::Post, &PostRequest { transactions, balances: false }).unwrap();
    }
    sender.flush().await.unwrap();
    let mut outcomes = vec![String::new(); rows.len()];
    for _ in &rows {
        let answer = receiver.next().await.unwrap();
        let tag = usize::try_from(answer.tag()).unwrap();
        let posted: Posted = answer.payload().unwrap();
        outcomes[tag] = posted.results[0].outcome.to_string();
    }
    assert_eq!(outcomes, ["posted"; 6]);
    assert_eq!(figures(&mut client, 2).await, (500, 0, 500));
    node.stop().await;
}

/// A request cannot name what is in it; its neighbours are none the worse.
#[tokio::test]
async fn an_original_of_the_same_request_is_no_original() {
    let (node, mut client) = start().await;
    let number = client.welcome().client;
    let theirs = Action::Refund(Refund::of(Naming::new("pay").client(number)));
    let batch = [
        pay("pay", "4.00"),
        Transaction::new("undo").reverse("pay"),
        pay_back("refund", "1.00").action(theirs),
        Transaction::new("itself").reverse("itself"),
        Transaction::new("top").reverse("top-up"),
        Transaction::new("short").debit(3, "4.00", "CNY"),
    ];
    let posted = client.post(&batch, true).await.unwrap();
    let outcomes: Vec<&str> = posted.results.iter().map(|result| &*result.outcome).collect();
    let same = "malformed";
    assert_eq!(outcomes, ["posted", same, same, same, "insufficient_funds", "unbalanced"]);
    let messages = posted.results.iter().map(|result| result.message.as_deref()).collect::<Vec<_>>();
    let why = Some("names a transaction of the same request");
    assert_eq!(messages, [None, why, why, why, None, None]);
    // Nothing of it is remembered.
    self::posted(&mut client, &Transaction::new("undo").reverse("pay")).await;
    // What was done before has its first result, also where a retry brings its original beside it.
    let posted = client.post(&batch, false).await.unwrap();
    let said =
        posted.results.iter().map(|result| (&*result.outcome, result.repeated, result.message.is_some()));
    let (again, wrong) = (("posted", true, false), (same, false, true));
    let short = ("insufficient_funds", true, false);
    let said: Vec<_> = said.collect();
    assert_eq!(said[..5], [again, again, wrong, wrong, short], "{said:?}");
    let other = [pay("pay", "4.00"), Transaction::new("undo").reverse("pay").reason("other")];
    let posted = client.post(&other, false).await.unwrap();
    assert_eq!((&*posted.results[1].outcome, posted.results[1].repeated), (same, false));
    node.stop().await;
}

#[tokio::test]
async fn what_touched_hot_accounts_is_undone_and_given_back() {
    let (node, mut client) = start().await;
    client.set_hot(3, true).await.unwrap();
    posted(&mut client, &pay("pay", "4.00")).await;
    posted(&mut client, &pay("undone", "2.00")).await;
    posted(&mut client, &pay_back("refund", "1.00").refund("pay")).await;
    posted(&mut client, &Transaction::new("undo").reverse("undone")).await;
    posted(&mut client, &pay("try", "1.00").try_()).await;
    assert_eq!(figures(&mut client, 2).await, (700, 100, 600));
    posted(&mut client, &Transaction::new("confirm").confirm("try")).await;
    posted(&mut client, &Transaction::new("hold").freeze(3, "1.50", "CNY")).await;
    assert_eq!(
        (figures(&mut client, 2).await, figures(&mut client, 3).await),
        ((600, 0, 600), (400, 150, 250))
    );
    let spend = Transaction::new("consume").debit(3, "1.00", "CNY").credit(2, "1.00", "CNY");
    posted(&mut client, &spend.consume("hold", "1.00", "CNY")).await;
    posted(&mut client, &Transaction::new("restore").reverse("consume")).await;
    posted(&mut client, &Transaction::new("release").unfreeze("hold")).await;
    assert_eq!(
        (figures(&mut client, 2).await, figures(&mut client, 3).await),
        ((600, 0, 600), (400, 0, 400))
    );
    node.stop().await;
}

/// What was done before a restart is known after it: an original, a hold, and that it was undone.
#[tokio::test]
async fn actions_go_on_after_a_restart() {
    let (node, mut client) = start().await;
    posted(&mut client, &pay("pay", "4.00")).await;
    posted(&mut client, &pay("undone", "1.00")).await;
    posted(&mut client, &Transaction::new("undo").reverse("undone")).await;
    posted(&mut client, &pay_back("refund", "3.00").refund("pay")).await;
    posted(&mut client, &Transaction::new("hold").freeze(2, "2.00", "CNY")).await;
    posted(&mut client, &pay("try", "1.00").try_()).await;
    drop(client);
    let directory = node.stop().await;
    let node = TestNode::open(directory, longmen_gateway::Limits::default(), None).await;
    let mut client = node.client("ann").await;
    assert_eq!(figures(&mut client, 2).await, (900, 300, 600));
    refused(&mut client, &Transaction::new("again").reverse("undone"), "already_reversed").await;
    refused(&mut client, &pay_back("more", "1.01").refund("pay"), "refund_exceeded").await;
    assert!(client.post_one(&Transaction::new("undo").reverse("undone")).await.unwrap().repeated);
    posted(&mut client, &Transaction::new("release").unfreeze("hold")).await;
    posted(&mut client, &Transaction::new("confirm").confirm("try")).await;
    assert_eq!(figures(&mut client, 2).await, (800, 0, 800));
    node.stop().await;
}

#[tokio::test]
async fn visibility_counterparty_and_the_date_that_is_counted_on() {
    let (node, mut client) = start().await;
    let noted = pay("noted", "1.00").visibility("internal").counterparty("shop 7");
    posted(&mut client, &noted.accounting_date("2026-11-22")).await;
    let notes = client.transaction("noted").await.unwrap().notes;
    assert_eq!(notes.get("visibility").map(|text| &**text), Some("internal"));
    assert_eq!(notes.get("counterparty").map(|text| &**text), Some("shop 7"));
    refused(&mut client, &pay("dated", "1.00").accounting_date("2026-11-23"), "date_closed").await;
    refused(&mut client, &pay("public", "1.00").visibility("everybody"), "malformed").await;
    node.stop().await;
}

/// What makes one more hold on the account is refused as beyond a limit, a freeze like a try, one among many in a request as
/// well; what was released makes room.
#[tokio::test]
async fn an_account_has_so_many_open_holds_and_no_more() {
    const MOST: u128 = 1_024;
    let (node, mut client) = start().await;
    posted(&mut client, &Transaction::new("more").debit(1, "10.00", "CNY").credit(2, "10.00", "CNY")).await;
    let freeze = |id: u128| Transaction::new(id).freeze(2, 1, "CNY");
    let held =
        |id: u128| Transaction { id: id.into(), ..pay("try", "0.01").action(Try { expires_us: None }) };
    let holds: Vec<Transaction> =
        (1..MOST).map(|id| if id % 2 == 0 { freeze(id) } else { held(id) }).collect();
    let outcomes = async |client: &mut Client, holds: &[Transaction]| -> Vec<String> {
        let answered = client.post(holds, false).await.unwrap();
        answered.results.iter().map(|result| result.outcome.to_string()).collect()
    };
    assert!(outcomes(&mut client, &holds).await.iter().all(|outcome| outcome == "posted"));
    let both = outcomes(&mut client, &[held(MOST), held(MOST + 1), freeze(MOST + 2)]).await;
    assert_eq!(both, ["posted", "limit_exceeded", "limit_exceeded"]);
    refused(&mut client, &freeze(MOST + 3), "limit_exceeded").await;
    assert_eq!(figures(&mut client, 2).await, (2_000, 1_024, 976));
    posted(&mut client, &Transaction::new("one").unfreeze(2_u128)).await;
    posted(&mut client, &held(MOST + 4)).await;
    refused(&mut client, &freeze(MOST + 5), "limit_exceeded").await;
    node.stop().await;
}
