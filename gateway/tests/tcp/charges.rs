//! Gross amounts, of which the rules of a node make the legs: what the answers tell, over the wire.

use longmen_client::{
    Charge, Client, ClientError, MadeLeg, Naming, PostResult, Refund, Registration, SetFeeRulesRequest, Side,
    Transaction,
};

use crate::node::{TestNode, open_books};
use crate::page::check_example;
use crate::raw::Raw;

const PAYS: u64 = 1;
const GETS: u64 = 2;
const FEES: u64 = 3;

/// A rate of the payee for card payments; a market place whose shares are the client's to name, with a fee.
fn rules(rate: &str) -> String {
    format!(
        r#"
        [[account]]
        role = "fee_income"
        currency = "CNY"
        number = "U2"
        type = "cash"

        [[rule]]
        name = "card payments"
        type = "card_pay"
        currency = "CNY"
        from = "2026-01-01"
        rounding = "half_up"

        [[rule.fee]]
        name = "platform fee"
        paid_by = "payee"
        to = "fee_income"
        rate = "{rate}"
        refund = "proportional"

        [[rule]]
        name = "market place"
        type = "market_pay"
        currency = "CNY"
        from = "2026-01-01"
        rounding = "half_up"

        [[rule.fee]]
        name = "platform fee"
        paid_by = "payee"
        to = "fee_income"
        rate = "0.5%"
        refund = "kept"

        [[rule.share]]
        to = "shop"
        share = "70"

        [[rule.share]]
        to = "agent"
        share = "20"

        [[rule.share]]
        to = "delivery"
        share = "10"
        "#
    )
}

async fn set(client: &mut Client, rate: &str, from: &str) -> Result<(), ClientError> {
    let (file, registration) = (&*rules(rate), Registration::default());
    client.set_fee_rules(&SetFeeRulesRequest { entity: "LM", file, from, registration }).await
}

async fn close(client: &mut Client, next: &str) {
    client.close_day("LM", next).await.unwrap();
}

fn card(id: &str, amount: &str) -> Transaction {
    Transaction::new(id).kind("card_pay").action(Charge::new(PAYS, amount, "CNY").payee(GETS))
}

/// What one transaction came to, with its legs: account, debit, amount.
async fn post(client: &mut Client, transaction: Transaction) -> (PostResult, Vec<(u64, bool, i64)>) {
    let mut posted = client.post(&[transaction], false).await.unwrap();
    (posted.results.pop().unwrap(), legs(&posted.legs))
}

fn legs(made: &[MadeLeg]) -> Vec<(u64, bool, i64)> {
    made.iter().map(|leg| (leg.account, leg.side == Side::Debit, leg.amount)).collect()
}

async fn start() -> (TestNode, Client) {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    (node, client)
}

#[tokio::test]
async fn the_worked_charge_is_what_the_node_sends() {
    let (node, mut client) = start().await;
    set(&mut client, "0.6%", "2026-11-22").await.unwrap();
    let mut raw = Raw::hello(&node.address()).await;
    check_example(&mut raw, "charge", "charge-answer").await;
    node.stop().await;
}

#[tokio::test]
async fn the_first_legs_are_told_again_whatever_the_rules_say_since() {
    let (node, mut client) = start().await;
    let (refused, none) = post(&mut client, card("pay", "1000.00")).await;
    assert_eq!((&*refused.outcome, refused.frame, none.len()), ("no_rule", 0, 0));
    set(&mut client, "0.6%", "2026-11-22").await.unwrap();
    set(&mut client, "1%", "2026-11-23").await.unwrap();
    let first = [(PAYS, true, 100_000), (GETS, false, 99_400), (FEES, false, 600)];
    let (result, told) = post(&mut client, card("pay", "1000.00")).await;
    assert!(result.is_posted() && !result.repeated, "{result:?}");
    assert_eq!(told, first);
    close(&mut client, "2026-11-23").await;
    let (again, told) = post(&mut client, card("pay", "1000.00")).await;
    assert!(again.repeated && (again.frame, again.ordinal) == (result.frame, result.ordinal));
    assert_eq!(told, first, "the legs of the record");
    // Beside what is new, in one request.
    let posted = client.post(&[card("pay", "1000.00"), card("next", "1000.00")], false).await.unwrap();
    let next = [(PAYS, true, 100_000), (GETS, false, 99_000), (FEES, false, 1_000)];
    assert_eq!(legs(&posted.legs), [&first[..], &next].concat());
    let (conflict, none) = post(&mut client, card("pay", "1000.01")).await;
    assert_eq!((&*conflict.outcome, none.len()), ("idempotency_conflict", 0));
    let record = client.transaction("next").await.unwrap();
    let note = |name: &str| record.notes.get(name).map(|text| &**text);
    assert_eq!((&*record.action, record.legs.len()), ("charge", 3));
    assert_eq!(note("fee_rule"), Some("card payments"));
    assert_eq!(note("gross"), Some("1000.00 CNY"));
    assert_eq!(note("fee_file"), Some("2/1"));
    let listed = client.fee_rules("LM", 0).await.unwrap();
    assert_eq!((listed.current, listed.files.len(), listed.next), (Some(2), 2, None));
    assert_eq!(&*listed.files[0].file, rules("0.6%"));
    node.stop().await;
}

#[tokio::test]
async fn a_refund_by_amount_gives_back_its_part_of_the_fee_once() {
    let (node, mut client) = start().await;
    set(&mut client, "0.6%", "2026-11-22").await.unwrap();
    post(&mut client, card("pay", "1.50")).await;
    // The rate of then holds, whatever is set since.
    set(&mut client, "5%", "2026-11-22").await.unwrap();
    let back = |id: &str| {
        let refund = Refund::of(Naming::new("pay")).amount("0.75", "CNY");
        Transaction::new(id).action(refund)
    };
    let posted = client.post(&[back("back-1"), back("back-2"), back("back-3")], false).await.unwrap();
    let outcomes: Vec<&str> = posted.results.iter().map(|result| &*result.outcome).collect();
    assert_eq!(outcomes, ["posted", "posted", "refund_exceeded"]);
    let first = [(PAYS, false, 75), (GETS, true, 74), (FEES, true, 1)];
    let second = [(PAYS, false, 75), (GETS, true, 75)];
    assert_eq!(legs(&posted.legs), [&first[..], &second].concat());
    let (again, told) = post(&mut client, back("back-1")).await;
    assert!(again.repeated);
    assert_eq!(told, first);
    let wrong = Transaction::new("back-4").action(Refund::of(Naming::new("pay")).amount("1", "USD"));
    assert_eq!(&*post(&mut client, wrong).await.0.outcome, "currency_mismatch");
    node.stop().await;
}

#[tokio::test]
async fn a_split_names_its_receivers() {
    let (node, mut client) = start().await;
    set(&mut client, "0.6%", "2026-11-22").await.unwrap();
    let market = |id: &str, charge: Charge| Transaction::new(id).kind("market_pay").action(charge);
    let charge = || Charge::new(PAYS, "100.01", "CNY");
    let (refused, _) = post(&mut client, market("m", charge().payee(GETS))).await;
    assert_eq!(&*refused.outcome, "wrong_parties");
    let shared = charge().share("shop", GETS).share("agent", GETS).share("delivery", FEES);
    let (result, told) = post(&mut client, market("m", shared)).await;
    assert!(result.is_posted(), "{result:?}");
    // 0.5 % of 100.01 are 0.50; 99.51 are shared 70 : 20 : 10, and the cent that is left has the largest fraction.
    let shares = [(GETS, false, 6_966), (GETS, false, 1_990), (FEES, false, 995)];
    assert_eq!(told[..1], [(PAYS, true, 10_001)]);
    assert_eq!(told[1..4], shares);
    assert_eq!(told[4..], [(FEES, false, 50)]);
    for bad in [
        charge().share("shop", GETS).share("shop", GETS),
        charge().share("payer", GETS),
        charge().share("", GETS),
        Charge::new(PAYS, "1.00", "CNY").payee(GETS).channel(" "),
    ] {
        assert_eq!(&*post(&mut client, market("bad", bad)).await.0.outcome, "malformed");
    }
    node.stop().await;
}

#[tokio::test]
async fn rules_that_cannot_be_kept_are_refused() {
    let (node, mut client) = start().await;
    let registration = Registration::default();
    let without_account = rules("1%").replace("role = \"fee_income\"", "role = \"other\"");
    let not_open = rules("1%").replace("\"U2\"", "\"U9\"");
    let long = format!("{}{}", rules("1%"), "#".repeat(30_000));
    for (file, from, entity, code) in [
        ("what", "2026-11-22", "LM", "malformed"),
        (&without_account, "2026-11-22", "LM", "malformed"),
        (&long, "2026-11-22", "LM", "malformed"),
        (&not_open, "2026-11-22", "LM", "unknown_account"),
        (&rules("1%"), "2026-11-21", "LM", "date_closed"),
        (&rules("1%"), "2026-11-22", "XX", "unknown_entity"),
    ] {
        let request = SetFeeRulesRequest { entity, file, from, registration };
        let error = client.set_fee_rules(&request).await.unwrap_err();
        assert_eq!(error.refusal().map(|refusal| &*refusal.code), Some(code));
    }
    let listed = client.fee_rules("LM", 0).await.unwrap();
    assert_eq!((listed.current, listed.files.len()), (None, 0));
    for number in 1..=6 {
        set(&mut client, &format!("{number}%"), "2026-11-22").await.unwrap();
    }
    let newest = client.fee_rules("LM", 0).await.unwrap();
    let older = client.fee_rules("LM", newest.next.unwrap()).await.unwrap();
    let numbers =
        |page: &longmen_client::FeeRules| page.files.iter().map(|file| file.number).collect::<Vec<_>>();
    assert_eq!((numbers(&older), numbers(&newest)), (vec![1, 2], vec![3, 4, 5, 6]));
    assert_eq!((newest.current, older.next), (Some(6), None));
    node.stop().await;
}
