//! Posts in both formats, and that both mean the same.

use longmen_client::{
    CompactAnswer, CompactLeg, CompactSettings, CompactTransaction, Note, Side, Transaction, Transfer,
    id_of_text, write_transactions, write_transfers,
};
use serde_json::{Value, json};

use crate::node::{TestNode, open_books};
use crate::raw::{Raw, frame};

/// A node with the books of [`open_books`], and a raw connection to it.
async fn start() -> (TestNode, Raw) {
    let node = TestNode::start().await;
    open_books(&mut node.client("setup").await).await;
    let raw = Raw::hello(&node.address()).await;
    (node, raw)
}

fn outcomes(answer: &Value) -> Vec<String> {
    assert_eq!(answer[0], "ok", "{answer}");
    let results = answer[1]["results"].as_array().unwrap();
    results.iter().map(|result| result["outcome"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_post_in_literal_bytes_is_posted_repeated_and_in_conflict() {
    let (node, mut raw) = start().await;
    // [[[7, [[1, "debit", 500, "CNY"], [2, 1, "5.00", 156]]]]] by position, ids, sides and currencies in both forms.
    let post = b"\x91\x91\x92\x07\x92\x94\x01\xA5debit\xCD\x01\xF4\xA3CNY\x94\x02\x01\xA45.00\xCC\x9C";
    raw.send(&frame(32, 0, 1, post)).await;
    let first = raw.receive().await.value();
    assert_eq!(outcomes(&first), ["posted"]);
    assert_eq!(first[1]["results"][0]["repeated"], false);
    raw.send(&frame(32, 0, 2, post)).await;
    let again = raw.receive().await.value();
    assert_eq!(again[1]["results"][0]["repeated"], true);
    for field in ["outcome", "frame", "ordinal"] {
        assert_eq!(again[1]["results"][0][field], first[1]["results"][0][field]);
    }
    let mut other = post.to_vec();
    *other.iter_mut().find(|byte| **byte == 0xF4).unwrap() = 0xF5;
    raw.send(&frame(32, 0, 3, &other)).await;
    assert_eq!(outcomes(&raw.receive().await.value()), ["unbalanced"]);
    let other = json!({"transactions": [{"id": 7, "legs": [[1, 0, 600, "CNY"], [2, 1, 600, "CNY"]]}]});
    assert_eq!(outcomes(&raw.ask(32, &other).await), ["idempotency_conflict"]);
    node.stop().await;
}

#[tokio::test]
async fn the_same_transaction_is_the_same_in_both_formats() {
    let (node, mut raw) = start().await;
    let mut body = Vec::new();
    let transfer = Transfer { id: id_of_text("t-1"), debit: 1, credit: 2, amount: 500 };
    let wrong = Transfer { id: 2, amount: u64::MAX, ..transfer };
    let short = Transfer { id: 3, debit: 3, credit: 2, amount: 1 };
    let settings = CompactSettings { want_balances: true, time: 0 };
    write_transfers(&mut body, settings, 156, &[transfer, wrong, short]);
    raw.send(&frame(32, 1, 1, &body)).await;
    let answer = raw.receive().await;
    assert_eq!((answer.format, answer.operation, answer.tag), (1, 0x8020, 1));
    let answer = CompactAnswer::read(&answer.body).unwrap();
    assert_eq!(answer.status(), 0);
    let rejections: Vec<u16> = answer.results().map(|result| result.rejection).collect();
    assert_eq!(rejections, [0, 3, 21]);
    let balances: Vec<_> =
        answer.balances().map(|one| (one.transaction, one.step, one.account, one.balance)).collect();
    assert_eq!(balances, [(0, 1, 1, 500), (0, 2, 2, 500)]);
    // By name, with a decimal amount.
    let same = json!({"transactions": [{"id": "t-1", "legs": [
        {"account": 1, "side": "debit", "amount": "5.00", "currency": "CNY"},
        {"account": 2, "side": "credit", "amount": 500, "currency": "CNY"},
    ]}]});
    let again = raw.ask(32, &same).await;
    assert_eq!(outcomes(&again), ["posted"]);
    assert_eq!(again[1]["results"][0]["repeated"], true);
    // A refusal by business rule is a result as well, whatever the form.
    let same = json!({"transactions": [{"id": 3, "legs": [[3, 0, 1, "CNY"], [2, 1, 1, "CNY"]]}]});
    let again = raw.ask(32, &same).await;
    assert_eq!(outcomes(&again), ["insufficient_funds"]);
    assert_eq!(again[1]["results"][0]["repeated"], true);
    assert_eq!(again[1]["results"][0]["step"], 1);
    node.stop().await;
}

#[tokio::test]
async fn notes_and_value_dates_are_the_same_in_both_formats() {
    let (node, mut raw) = start().await;
    let leg = |account, step, side| CompactLeg { account, amount: 700, currency: 156, step, side };
    let legs = [leg(1, 1, Side::Debit), leg(2, 5, Side::Credit)];
    let notes = [(Note::Kind, "top_up"), (Note::Reason, "补账")];
    let one = CompactTransaction { id: 11, value_date: Some(20_000), legs: &legs, notes: &notes };
    let mut body = Vec::new();
    write_transactions(&mut body, CompactSettings::default(), &[one]);
    raw.send(&frame(32, 1, 1, &body)).await;
    let answer = raw.receive().await;
    let answer = CompactAnswer::read(&answer.body).unwrap();
    assert_eq!(answer.results().map(|result| result.rejection).collect::<Vec<_>>(), [0]);
    let same = json!({"transactions": [{
        "id": 11, "reason": "补账", "type": "top_up", "value_date": "2024-10-04", "legs": [
        {"account": 1, "side": "debit", "amount": 700, "currency": "CNY"},
        {"account": 2, "side": "credit", "amount": 700, "currency": "CNY", "step": 5},
    ]}]});
    assert_eq!(raw.ask(32, &same).await[1]["results"][0]["repeated"], true);
    let record = raw.ask(51, &json!({"id": 11})).await;
    assert_eq!(record[1]["notes"], json!({"type": "top_up", "reason": "补账"}));
    assert_eq!(record[1]["value_date"], "2024-10-04");
    assert_eq!(record[1]["legs"][1]["step"], 5);
    node.stop().await;
}

#[tokio::test]
async fn one_bad_transaction_costs_its_neighbours_nothing() {
    let (node, mut raw) = start().await;
    let good = |id: u64| json!({"id": id, "legs": [[1, 0, 1, "CNY"], [2, 1, 1, "CNY"]]});
    let legs = |a: Value, b: Value| json!([[1, 0, a, "CNY"], [2, 1, b, "CNY"]]);
    let rows = [
        (good(1), "posted", ""),
        (json!(7), "malformed", "neither a map nor an array"),
        (json!({"id": 2}), "malformed", "legs: is missing"),
        (json!({"legs": legs(1.into(), 1.into())}), "malformed", "id: is missing"),
        (json!({"id": 3, "legs": []}), "malformed", "has no legs, or steps that do not increase"),
        (
            json!({"id": 4, "legs": legs(1.5.into(), 1.into())}),
            "malformed",
            "legs[0].amount: a float where an integer belongs",
        ),
        (
            json!({"id": 4, "legs": legs(1.into(), 1.0.into())}),
            "malformed",
            "legs[1].amount: a float where an integer belongs",
        ),
        (json!({"id": 5, "legs": legs(u64::MAX.into(), u64::MAX.into())}), "invalid_amount", ""),
        (json!({"id": 5, "legs": legs("0.001".into(), "0.001".into())}), "invalid_amount", ""),
        (
            json!({"id": 5, "legs": legs("1e3".into(), "1e3".into())}),
            "malformed",
            "legs[0].amount: not a decimal number: \"1e3\", of account 1",
        ),
        (json!({"id": 5, "legs": legs(0.into(), 0.into())}), "invalid_amount", ""),
        (json!({"id": 5, "legs": legs((-1).into(), (-1).into())}), "invalid_amount", ""),
        (json!({"id": 5, "legs": legs(i64::MIN.into(), i64::MIN.into())}), "invalid_amount", ""),
        (json!({"id": 6, "legs": legs(2.into(), 1.into())}), "unbalanced", ""),
        (json!({"id": 6, "legs": legs(i64::MAX.into(), i64::MAX.into())}), "posted", ""),
        (
            json!({"id": 7, "legs": [[1, 0, 1, "XXX"], [2, 1, 1, "CNY"]]}),
            "malformed",
            "legs[0].currency: not a currency",
        ),
        (json!({"id": 7, "legs": [[1, 0, 1, "USD"], [2, 1, 1, "USD"]]}), "currency_mismatch", ""),
        (
            json!({"id": 8, "legs": [[1, 2, 1, "CNY"], [2, 1, 1, "CNY"]]}),
            "malformed",
            "legs[0].side: neither debit nor credit",
        ),
        (
            json!({"id": 9, "legs": [[1, 0, 1, "CNY", 0], [2, 1, 1, "CNY"]]}),
            "malformed",
            "legs[0].step: out of range",
        ),
        (
            json!({"id": 9, "legs": [[1, 0, 1, "CNY", 32768], [2, 1, 1, "CNY"]]}),
            "malformed",
            "legs[0].step: out of range",
        ),
        (
            json!({"id": 9, "legs": [[1, 0, 1, "CNY", 2], [2, 1, 1, "CNY", 2]]}),
            "malformed",
            "has no legs, or steps that do not increase",
        ),
        (json!({"id": 10, "legs": [[9_999, 0, 1, "CNY"], [2, 1, 1, "CNY"]]}), "unknown_account", ""),
        (
            json!({"id": 11, "legs": legs(1.into(), 1.into()), "typo": 1}),
            "malformed",
            "has a field that is not known: \"typo\"",
        ),
        (
            json!({"id": 12, "legs": legs(1.into(), 1.into()), "value_date": "2026-02-30"}),
            "malformed",
            "value_date: not a date",
        ),
        (
            json!({"id": 13, "legs": legs(1.into(), 1.into()), "reason": "x".repeat(2_100)}),
            "malformed",
            "reason: longer than is allowed, in bytes: 2100, at most 2048",
        ),
        (
            json!({"id": 14, "legs": vec![json!([1, 0, 1, "CNY"]); 513]}),
            "malformed",
            "legs: has more legs than are allowed: 513, at most 512",
        ),
        (
            json!({"id": "x".repeat(257), "legs": legs(1.into(), 1.into())}),
            "malformed",
            "id: longer than is allowed, in bytes: 257, at most 256",
        ),
        (json!({"id": -1, "legs": legs(1.into(), 1.into())}), "malformed", "id: out of range"),
        (good(1_000), "posted", ""),
    ];
    let transactions: Vec<&Value> = rows.iter().map(|row| &row.0).collect();
    let answer = raw.ask(32, &json!({"transactions": transactions})).await;
    let results = answer[1]["results"].as_array().unwrap();
    assert_eq!(results.len(), rows.len());
    for (result, (transaction, outcome, message)) in results.iter().zip(&rows) {
        assert_eq!(result["outcome"], *outcome, "{transaction}");
        assert_eq!(result["message"].as_str().unwrap_or_default(), *message, "{transaction}");
    }
    node.stop().await;
}

#[tokio::test]
async fn one_bad_compact_transaction_costs_its_neighbours_nothing() {
    let (node, mut raw) = start().await;
    let leg = |account, amount, currency, step, side| CompactLeg { account, amount, currency, step, side };
    let (debit, credit) = (Side::Debit, Side::Credit);
    let rows = [
        (vec![leg(1, 5, 156, 1, debit), leg(2, 5, 156, 2, credit)], 0),
        (vec![], 1),
        (vec![leg(1, 5, 156, 0, debit), leg(2, 5, 156, 2, credit)], 1),
        (vec![leg(1, 5, 156, 2, debit), leg(2, 5, 156, 2, credit)], 1),
        (vec![leg(1, 5, 156, 1, debit), leg(2, 5, 156, 0x8000, credit)], 1),
        (vec![leg(1, 5, 999, 1, debit), leg(2, 5, 156, 2, credit)], 1),
        (vec![leg(1, 5, 156, 1, debit); 600], 1),
        (vec![leg(1, 5, 156, 1, debit), leg(2, 4, 156, 2, credit)], 2),
        (vec![leg(1, i64::MIN, 156, 1, debit), leg(2, i64::MIN, 156, 2, credit)], 3),
        (vec![leg(1, i64::MAX, 156, 1, debit), leg(2, i64::MAX, 156, 2, credit)], 0),
        (vec![leg(1, 5, 840, 1, debit), leg(2, 5, 840, 2, credit)], 5),
        (vec![leg(u64::MAX, 5, 156, 1, debit), leg(2, 5, 156, 2, credit)], 12),
        (vec![leg(0, 5, 156, 1, debit), leg(2, 5, 156, 2, credit)], 12),
        (vec![leg(1, 5, 156, 1, debit), leg(2, 5, 156, 2, credit)], 0),
    ];
    let transactions: Vec<CompactTransaction<'_>> = (1_u128..)
        .zip(&rows)
        .map(|(id, (legs, _))| CompactTransaction { id, value_date: None, legs, notes: &[] })
        .collect();
    let mut body = Vec::new();
    write_transactions(&mut body, CompactSettings::default(), &transactions);
    raw.send(&frame(32, 1, 1, &body)).await;
    let answer = raw.receive().await;
    let answer = CompactAnswer::read(&answer.body).unwrap();
    let rejections: Vec<u16> = answer.results().map(|result| result.rejection).collect();
    assert_eq!(rejections, rows.iter().map(|row| row.1).collect::<Vec<u16>>());
    node.stop().await;
}

#[tokio::test]
async fn accounts_by_their_natural_keys_are_found_or_unknown() {
    let (node, mut raw) = start().await;
    let post = |id: u64, number: &str| {
        json!({"transactions": [{"id": id, "legs": [
            {"account": ["LM", "bank", "", "CNY"], "side": 0, "amount": "1.00"},
            {"account": {"entity": "LM", "number": number, "type": "cash", "currency": "CNY"}, "side": 1, "amount": 100},
        ]}], "balances": true})
    };
    let answer = raw.ask(32, &post(1, "U2")).await;
    assert_eq!(outcomes(&answer), ["posted"]);
    assert_eq!(answer[1]["balances"], json!([[0, 1, 1, 100], [0, 2, 3, 100]]));
    assert_eq!(outcomes(&raw.ask(32, &post(2, "U9")).await), ["unknown_account"]);
    // Another key under the same id is other content.
    assert_eq!(outcomes(&raw.ask(32, &post(1, "U1")).await), ["idempotency_conflict"]);
    node.stop().await;
}

#[tokio::test]
async fn a_whole_post_is_malformed_when_its_transactions_cannot_be_told_apart() {
    let (node, mut raw) = start().await;
    let many = vec![json!(0); 8_193];
    for (body, message) in [
        (json!({}), "transactions: is missing"),
        (json!({"transactions": 1}), "transactions: not an array"),
        (
            json!({"transactions": many}),
            "transactions: has more transactions than are allowed: 8193, at most 8192",
        ),
        (json!({"transactions": [], "balances": 1}), "balances: neither true nor false"),
        (json!([[], false, 1]), "has more fields than there are"),
    ] {
        let answer = raw.ask(32, &body).await;
        assert_eq!((answer[0].as_str(), answer[2].as_str()), (Some("malformed"), Some(message)));
    }
    let mut one = Vec::new();
    let transfer = Transfer { id: 1, debit: 1, credit: 2, amount: 5 };
    write_transfers(&mut one, CompactSettings::default(), 156, &[transfer]);
    let change = |at: usize, to: u8| {
        let mut body = one.clone();
        body[at] = to;
        body
    };
    let mut bodies: Vec<Vec<u8>> = (0..one.len()).map(|cut| one[..cut].to_vec()).collect();
    bodies.extend([
        change(0, 0),
        change(0, 3),
        change(1, 2),
        change(2, 0),
        change(4, 2),
        change(7, 255),
        change(15, 1),
    ]);
    bodies.push([&one[..], &[0]].concat());
    for body in bodies {
        raw.send(&frame(32, 1, 1, &body)).await;
        assert_eq!(raw.receive().await.body, [1, 0, 0, 0, 0, 0, 0, 0], "{body:02x?}");
    }
    // Nothing of it was posted.
    let answer = raw.ask(48, &json!({"accounts": [2]})).await;
    assert_eq!(answer[1]["accounts"][0][1]["balance"], 0);
    node.stop().await;
}

#[tokio::test]
async fn a_cancel_comes_before_or_too_late() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let payment = |id: &str| Transaction::new(id).debit(1, "3.00", "CNY").credit(2, "3.00", "CNY");
    assert_eq!(&*client.cancel("late", None).await.unwrap().outcome, "cancelled");
    assert!(client.cancel("late", None).await.unwrap().repeated);
    assert_eq!(&*client.post_one(&payment("late")).await.unwrap().outcome, "cancelled");
    assert!(client.post_one(&payment("early")).await.unwrap().is_posted());
    assert_eq!(&*client.cancel("early", None).await.unwrap().outcome, "already_posted");
    // The ids of another client are its own.
    assert!(node.client("bob").await.post_one(&payment("late")).await.unwrap().is_posted());
    node.stop().await;
}

#[tokio::test]
async fn a_time_far_off_is_too_old_or_too_new_by_the_nodes_clock() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let payment = |id: &str| Transaction::new(id).debit(1, 1, "CNY").credit(2, 1, "CNY");
    for (time, code) in [(1, "too_old"), (u32::MAX, "too_new")] {
        let said = client.post_one(&payment("a").time(time)).await.unwrap();
        assert_eq!(&*said.outcome, code);
        assert!(said.message.unwrap().contains("; the node's clock shows 20"));
    }
    // A young ledger can have forgotten no id.
    assert!(client.post_one(&payment("a")).await.unwrap().is_posted());
    let welcome = client.welcome();
    assert_eq!((welcome.window_back, welcome.window_ahead), (3 * 86_400, 3_600));
    let status = client.status().await.unwrap();
    assert!(status.time_us == status.clock_us && status.clock_us <= status.machine_us, "{status:?}");
    assert!(status.machine_us - status.clock_us < 60_000_000, "{status:?}");
    node.stop().await;
}
