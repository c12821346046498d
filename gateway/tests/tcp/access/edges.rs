//! What a right to one thing must not let somebody do or learn beside it.

use std::sync::Arc;

use longmen_access::{Access, AccessFile, TokenFile};
use serde_json::json;
use tokio::sync::watch;

use super::{cells, connect, proposal_of, secret, start};
use crate::node::TestNode;
use crate::raw::frame;

/// The balance after a leg is told to those alone who may ask for it, in the books of whichever account.
#[tokio::test]
async fn a_post_tells_no_balance_to_who_may_not_ask_for_one() {
    let file = "[roles.cashier]\nmay = [\"post\"]\n[roles.looks]\nmay = [\"balance\"]\nentities = [\"LM\"]\n\
                [principals.root]\nroles = [\"admin\", \"finance\"]\n[principals.ann]\nroles = [\"cashier\"]\n\
                [principals.bob]\nroles = [\"cashier\", \"looks\"]\n";
    let tokens = ["root", "ann", "bob"]
        .into_iter()
        .fold(TokenFile::default(), |file, name| file.with(secret(name).token_of(name)));
    let access = Access::new(Some(AccessFile::parse(file).unwrap()), tokens).unwrap();
    let (_sender, receiver) = watch::channel(Arc::new(access));
    let node = TestNode::start_for(receiver).await;
    cells::open_books(&mut connect(&node, "root", "root").await).await;
    let mut raws = [connect(&node, "ann", "ann").await, connect(&node, "bob", "bob").await];
    for (id, (who, entity, asks, outcome)) in (1..).zip([
        (0, cells::OWN, false, "posted"),
        (0, cells::OWN, true, "forbidden"),
        (1, cells::OWN, true, "posted"),
        (1, cells::OTHER, true, "forbidden"),
        (1, cells::OTHER, false, "posted"),
    ]) {
        let mut body = cells::payment(&format!("{id}"), entity, 5);
        body["balances"] = json!(asks);
        let answer = raws[who].ask(32, &body).await;
        assert_eq!(answer[1]["results"][0]["outcome"], outcome, "{id}: {answer}");
        let told = answer[1]["balances"].as_array().map_or(0, Vec::len);
        assert_eq!(told, if asks && outcome == "posted" { 2 } else { 0 }, "{id}: {answer}");
    }
    node.stop().await;
}

/// An account without a limit lends to the customer to whom it is tied, whenever it is.
#[tokio::test]
async fn no_customer_is_lent_to_by_one_alone() {
    let (node, _access) = start().await;
    let mut root = connect(&node, "root", "root").await;
    cells::open_books(&mut root).await;
    let mut operator = connect(&node, "operator", "operator").await;
    let account = |number: &str, negative: bool| {
        json!({"entity": cells::OWN, "number": number, "currency": "CNY", "subject": "220301",
               "owner": "internal", "may_go_negative": negative})
    };
    for (number, body, code) in [
        (18, json!({"accounts": [account("pool", true), account("plain", false)]}), "ok"),
        (
            18,
            json!({"accounts": [{"entity": cells::OWN, "number": "lent", "currency": "CNY", "subject": "220301",
             "owner": "internal", "may_go_negative": true, "customer": "C-9"}]}),
            "forbidden",
        ),
        (
            24,
            json!({"account": {"entity": cells::OWN, "number": "pool", "currency": "CNY"}, "customer": "C-9"}),
            "needs_approval",
        ),
        (
            24,
            json!({"account": {"entity": cells::OWN, "number": "plain", "currency": "CNY"}, "customer": "C-9"}),
            "ok",
        ),
    ] {
        let answer = operator.ask(number, &body).await;
        assert_eq!(answer[0], code, "{body}: {answer}");
    }
    node.stop().await;
}

/// What can never be done is not put before a second principal.
#[tokio::test]
async fn what_can_never_be_done_is_not_proposed() {
    let (node, _access) = start().await;
    let mut root = connect(&node, "root", "root").await;
    cells::open_books(&mut root).await;
    let mut operator = connect(&node, "finance", "root").await;
    let leg = |side: &str, amount: u32, currency: &str| json!({"account": cells::user(cells::OWN), "side": side, "amount": amount, "currency": currency});
    let post = |legs: serde_json::Value| json!({"transactions": [{"id": "p", "legs": legs}]});
    for (id, (number, body, code)) in (1..).zip([
        (32, post(json!([leg("debit", 5, "CNY"), leg("credit", 4, "CNY")])), "unbalanced"),
        (32, post(json!([leg("debit", 5, "CNY")])), "unbalanced"),
        (32, post(json!([leg("debit", 5, "USD"), leg("credit", 5, "USD")])), "currency_mismatch"),
        (26, json!({"digest": "xyz"}), "malformed"),
        (26, json!({"digest": "AB".repeat(32)}), "malformed"),
        (26, json!({"digest": "ab".repeat(32)}), "ok"),
        (32, post(json!([leg("debit", 5, "CNY"), leg("credit", 5, "CNY")])), "ok"),
    ]) {
        operator.send(&frame(34, 0, 99, &proposal_of(id, number, &body))).await;
        let answer = operator.receive().await.value();
        assert_eq!(answer[0], code, "{body}: {answer}");
    }
    node.stop().await;
}
