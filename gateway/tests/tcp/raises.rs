//! Raises: a hold is added to, and its expiry moved.

use std::time::Duration;

use longmen_client::{
    Client, Consume, Freeze, HoldKind, Raise, RegisterRequest, StatementRequest, Transaction, Unfreeze,
};
use longmen_engine::audit;
use longmen_wal::DirectoryStorage;

use crate::actions::{figures, holds_of, now_us, pay, posted, refused, start};
use crate::node::TestNode;

/// Stops the node, and has its books audited.
async fn audited(node: TestNode) {
    let directory = node.stop().await;
    let storage = DirectoryStorage::open_read_only(directory.path()).unwrap();
    audit::verify(&storage, &mut |_| {}).unwrap();
}

/// Each move of a hold of account 2, newest first: action, move, amount and remaining.
async fn moves(client: &mut Client) -> Vec<(String, String, i64, i64)> {
    let statement = StatementRequest { holds: true, ..StatementRequest::new(2, 50) };
    let lines = client.statement_with(&statement).await.unwrap().lines;
    let moves = lines.iter().filter_map(|line| {
        let hold = line.hold.as_ref()?;
        Some((line.action.to_string(), hold.moved.to_string(), hold.amount, hold.remaining))
    });
    moves.collect()
}

#[tokio::test]
async fn a_hold_is_raised_spent_and_released() {
    let (node, mut client) = start().await;
    let frozen = Freeze::new(2, "4.00", "CNY").authority("hotel").expires_us(i64::MAX - 2);
    posted(&mut client, &Transaction::new("hold").action(frozen)).await;
    let raise = |amount: &str| Raise::new("hold", amount, "CNY").authority("hotel");
    let later = Transaction::new("raise").action(raise("5.00").expires_us(i64::MAX - 1));
    let first = posted(&mut client, &later).await;
    assert!(first.repeated);
    assert_eq!(figures(&mut client, 2).await, (1000, 900, 100));
    let found = holds_of(&mut client, 2).await.holds;
    let [hold] = &found[..] else { panic!("{found:?}") };
    assert_eq!((hold.amount, hold.remaining, hold.expires_us), (900, 900, Some(i64::MAX - 1)));

    for other in [raise("5.01").expires_us(i64::MAX - 1), raise("5.00"), Raise::new("hold", "5.00", "CNY")] {
        let conflict = client.post_one(&Transaction::new("raise").action(other)).await.unwrap();
        assert_eq!((&*conflict.outcome, conflict.frame), ("idempotency_conflict", first.frame));
    }
    refused(&mut client, &Transaction::new("short").action(raise("1.01")), "insufficient_funds").await;
    refused(&mut client, &Transaction::new("other").raise("hold", "1.00", "CNY"), "wrong_authority").await;
    refused(&mut client, &Transaction::new("none").raise("nothing", "1.00", "CNY"), "unknown_freeze").await;
    let in_yen = Transaction::new("yen").action(Raise::new("hold", 1, "JPY").authority("hotel"));
    refused(&mut client, &in_yen, "currency_mismatch").await;
    refused(&mut client, &Transaction::new("zero").action(raise("0.00")), "invalid_amount").await;
    let past = raise("1.00").expires_us(now_us() - 1_000_000);
    refused(&mut client, &Transaction::new("past").action(past), "freeze_expired").await;

    let record = client.transaction("raise").await.unwrap();
    let named = record.named.unwrap();
    assert_eq!((&*record.action, &*named.id, named.text_id.as_deref()), ("raise", &*hold.id, Some("hold")));
    let [moved] = &record.held[..] else { panic!("{:?}", record.held) };
    assert_eq!((moved.account, &*moved.moved, moved.amount), (2, "raised", 500));
    let asked = RegisterRequest { account: Some(2.into()), limit: 1, ..RegisterRequest::default() };
    let rows = client.register(&asked).await.unwrap().rows;
    assert_eq!((&*rows[0].action, rows[0].text_id.as_deref()), ("raised", Some("raise")));

    let consume = Consume::new("hold", "7.00", "CNY").authority("hotel");
    posted(&mut client, &pay("capture", "7.00").action(consume)).await;
    let rest = Unfreeze::all("hold").authority("hotel");
    posted(&mut client, &Transaction::new("rest").action(rest)).await;
    assert_eq!(figures(&mut client, 2).await, (300, 0, 300));
    for (id, expect) in [("capture", ("consumed", 700)), ("rest", ("released", 200))] {
        let held = client.transaction(id).await.unwrap().held;
        assert!(held.iter().map(|held| (&*held.moved, held.amount)).eq([expect]), "{id}: {held:?}");
    }
    refused(&mut client, &Transaction::new("ended").action(raise("1.00")), "freeze_exceeded").await;
    let expect = [
        ("unfreeze", "released", 200, 0),
        ("consume", "consumed", 700, 200),
        ("raise", "raised", 500, 900),
        ("freeze", "frozen", 400, 400),
    ];
    let expect = expect.map(|(action, moved, amount, left)| (action.into(), moved.into(), amount, left));
    assert_eq!(moves(&mut client).await, expect);
    audited(node).await;
}

#[tokio::test]
async fn a_court_raises_beyond_what_is_available_and_a_try_is_not_raised() {
    let (node, mut client) = start().await;
    let court = Freeze::new(2, "6.00", "CNY").kind(HoldKind::Judicial).authority("court");
    posted(&mut client, &Transaction::new("case").action(court)).await;
    let raise = Raise::new("case", "100.00", "CNY").authority("court");
    posted(&mut client, &Transaction::new("more").action(raise)).await;
    assert_eq!(figures(&mut client, 2).await, (1000, 10_600, -9600));
    let rest = Unfreeze::all("case").authority("court");
    posted(&mut client, &Transaction::new("rest").action(rest)).await;
    posted(&mut client, &pay("try", "4.00").try_()).await;
    refused(&mut client, &Transaction::new("tried").raise("try", "1.00", "CNY"), "unknown_freeze").await;
    // Another client raises it where it says whose it is.
    posted(&mut client, &Transaction::new("hold").freeze(2, "1.00", "CNY")).await;
    let mut bob = node.client("bob").await;
    refused(&mut bob, &Transaction::new("own").raise("hold", "1.00", "CNY"), "unknown_freeze").await;
    let theirs = Raise::new("hold", "1.00", "CNY").client(client.welcome().client);
    posted(&mut bob, &Transaction::new("theirs").action(theirs)).await;
    assert_eq!(figures(&mut client, 2).await, (1000, 600, 400));
    audited(node).await;
}

/// It stands at its first moment, over a restart too, and is released at the one that it was moved to.
#[tokio::test]
async fn a_hold_whose_expiry_is_moved_expires_then() {
    let (node, mut client) = start().await;
    let begun = now_us();
    let frozen = Freeze::new(2, "4.00", "CNY").expires_us(begun + 1_500_000);
    posted(&mut client, &Transaction::new("hold").action(frozen)).await;
    let raise = Raise::new("hold", "2.00", "CNY").expires_us(begun + 5_000_000);
    posted(&mut client, &Transaction::new("raise").action(raise)).await;
    while now_us() < begun + 1_700_000 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    posted(&mut client, &pay("pay", "1.00")).await;
    assert_eq!(figures(&mut client, 2).await, (900, 600, 300), "it stands at its first moment");
    drop(client);
    let directory = node.stop().await;
    let node = TestNode::open(directory, longmen_gateway::Limits::default(), None).await;
    let mut client = node.client("ann").await;
    posted(&mut client, &pay("again", "1.00")).await;
    assert_eq!(figures(&mut client, 2).await, (800, 600, 200));
    while figures(&mut client, 2).await != (800, 0, 800) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(now_us() >= begun + 5_000_000, "it expires at the moment that it was moved to");
    refused(&mut client, &Transaction::new("late").raise("hold", "1.00", "CNY"), "freeze_expired").await;
    // Moved to an earlier one, it is released then.
    let brief = now_us();
    posted(&mut client, &Transaction::new("long").freeze(2, "4.00", "CNY")).await;
    let sooner = Raise::new("long", "1.00", "CNY").expires_us(brief + 1_500_000);
    posted(&mut client, &Transaction::new("sooner").action(sooner)).await;
    assert_eq!(figures(&mut client, 2).await, (800, 500, 300));
    while figures(&mut client, 2).await != (800, 0, 800) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    audited(node).await;
}
