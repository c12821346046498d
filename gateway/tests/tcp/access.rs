//! Who may do what: every operation as every standard role, in its own entity and in another one; who is not let in; and what
//! becomes of those who are here when rights change.

pub(crate) mod cells;
mod edges;

use std::sync::Arc;

use longmen_access::{Access, AccessFile, Secret, StandardRole, TokenFile};
use longmen_engine::ledger::Operation;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::node::TestNode;
use crate::raw::{Raw, frame};
use cells::{OTHER, OWN, Scene, request_of};

/// The secret of a principal's only token.
fn secret(principal: &str) -> Secret {
    let mut bytes = [0; 32];
    bytes[..principal.len()].copy_from_slice(principal.as_bytes());
    let id = bytes[..8].try_into().unwrap();
    Secret::from_bytes(id, bytes)
}

/// A principal for each standard role, whose role holds in one entity; one who may do everything, under any name; and a front.
fn access() -> (Access, TokenFile) {
    let (text, tokens) = texts();
    (Access::new(Some(AccessFile::parse(&text).unwrap()), tokens.clone()).unwrap(), tokens)
}

/// The same with other tokens.
fn access_of(tokens: TokenFile) -> Access {
    Access::of(Some(AccessFile::parse(&texts().0).unwrap()), tokens)
}

fn texts() -> (String, TokenFile) {
    let all: Vec<&str> = Operation::ALL.into_iter().map(Operation::name).collect();
    let mut text = format!(
        "[roles.all]\nmay = {all:?}\nalone = true\n[principals.root]\nroles = [\"all\"]\nclients = [\"*\"]\n"
    );
    let mut tokens = TokenFile::default().with(secret("root").token_of("root"));
    for role in StandardRole::ALL {
        text += &format!("[principals.{role}]\nroles = [\"{role}\"]\nentities = [{OWN:?}]\n");
        tokens = tokens.with(secret(role.name()).token_of(role.name()));
    }
    text += "[principals.web]\nroles = [\"front\"]\nclients = [\"*\"]\n";
    tokens = tokens.with(secret("web").token_of("web"));
    (text, tokens)
}

async fn start() -> (TestNode, watch::Sender<Arc<Access>>) {
    let (sender, receiver) = watch::channel(Arc::new(access().0));
    (TestNode::start_for(receiver).await, sender)
}

/// A connection of a client that acts as a principal.
async fn connect(node: &TestNode, client: &str, principal: &str) -> Raw {
    let mut raw = Raw::open(&node.address()).await;
    let token = secret(principal).to_string();
    let answer = raw.ask(1, &json!({"name": client, "token": token})).await;
    assert_eq!(answer[0], "ok", "{client} as {principal}: {answer}");
    raw
}

/// What takes a second principal where the access file does not say.
const BY_TWO: [Operation; 9] = [
    Operation::ForcedReverse,
    Operation::ForcedConsume,
    Operation::SetState,
    Operation::RaiseLimits,
    Operation::CloseDay,
    Operation::ForcedCloseDay,
    Operation::JudicialFreeze,
    Operation::JudicialRelease,
    Operation::Backdate,
];

/// Whether an answer says anywhere that something is forbidden.
fn is_forbidden(answer: &Value) -> bool {
    answer.to_string().contains("\"forbidden\"")
}

#[tokio::test]
async fn every_cell_is_what_the_table_says() {
    let (node, _access) = start().await;
    let mut root = connect(&node, "root", "root").await;
    cells::open_books(&mut root).await;
    for role in StandardRole::ALL {
        // What is to be undone and spent is the role's own: posted by somebody who may, under its name.
        let mut helper = connect(&node, role.name(), "root").await;
        for entity in [OWN, OTHER] {
            cells::prepare(&mut helper, &mut root, entity, role.name()).await;
        }
        let mut raw = connect(&node, role.name(), role.name()).await;
        for operation in Operation::ALL {
            for entity in [OTHER, OWN] {
                let scene = Scene { role, entity };
                let Some((number, body)) = request_of(operation, scene) else { continue };
                let answer = raw.ask(number, &body).await;
                let is_everywhere = cells::is_of_no_entity(operation);
                let may = scene.may(operation) && (entity == OWN || is_everywhere);
                // Who may do it in the books of one entity may not change what holds in all.
                let may = may && operation != Operation::ChangeAccess;
                assert_eq!(!is_forbidden(&answer), may, "{role} {operation} in {entity}: {body} {answer}");
                let by_two = may && BY_TWO.contains(&operation) && !role.is_alone();
                let waits = answer.to_string().contains("\"needs_approval\"");
                let asked = BY_TWO.contains(&operation) || operation == Operation::Post;
                assert!(!asked || waits == by_two, "{role} {operation} in {entity}: {body} {answer}");
            }
        }
    }
    node.stop().await;
}

#[tokio::test]
async fn who_is_not_let_in_learns_nothing() {
    let (node, _access) = start().await;
    let of = |principal: &str| secret(principal).to_string();
    let wrong = of("root").replace("726f6f74", "726f6f75");
    for (body, code) in [
        (json!({"name": "root"}), "not_authenticated"),
        (json!({"name": "root", "token": ""}), "not_authenticated"),
        (json!({"name": "root", "token": "0123456789abcdef"}), "not_authenticated"),
        (json!({"name": "root", "token": wrong}), "not_authenticated"),
        (json!({"name": "root", "token": of("nobody")}), "not_authenticated"),
        (json!({"name": "finance", "token": of("auditor")}), "forbidden"),
        (json!({"name": "finance", "token": of("finance"), "on_behalf": "auditor"}), "forbidden"),
        (json!({"name": "shop", "token": of("web"), "on_behalf": "nobody"}), "forbidden"),
    ] {
        let mut raw = Raw::open(&node.address()).await;
        let answer = raw.ask(1, &body).await;
        assert_eq!(
            (&answer[0], &answer[1], &answer[2]),
            (&json!(code), &Value::Null, &Value::Null),
            "{body}"
        );
        raw.is_closed().await;
    }
    node.stop().await;
}

#[tokio::test]
async fn a_front_acts_with_the_rights_of_those_for_whom_it_acts_and_the_record_names_both() {
    let (node, _access) = start().await;
    let mut root = connect(&node, "root", "root").await;
    cells::open_books(&mut root).await;
    let mut front = Raw::open(&node.address()).await;
    let hello = json!({"name": "shop-7", "token": secret("web").to_string(), "on_behalf": "poster"});
    assert_eq!(front.ask(1, &hello).await[0], "ok");
    let posted = front.ask(32, &cells::payment("f-1", OWN, 5)).await;
    assert_eq!(posted[1]["results"][0]["outcome"], "posted", "{posted}");
    let foreign = front.ask(32, &cells::payment("f-2", OTHER, 5)).await;
    assert_eq!(foreign[1]["results"][0]["outcome"], "forbidden", "{foreign}");
    let closed = front.ask(21, &json!({"entity": OWN, "next": "2026-11-22"})).await;
    assert_eq!(closed[0], "forbidden");
    let record = front.ask(51, &json!({"id": "f-1"})).await;
    let notes = &record[1]["notes"];
    assert_eq!((&notes["principal"], &notes["on_behalf"]), (&json!("web"), &json!("poster")), "{record}");
    // A client that acts itself is named by its record already.
    let own = root.ask(32, &cells::payment("r-1", OWN, 5)).await;
    assert_eq!(own[1]["results"][0]["outcome"], "posted");
    assert!(root.ask(51, &json!({"id": "r-1"})).await[1]["notes"].get("principal").is_none());
    // Neither does anybody say it himself.
    let mut said = cells::payment("r-2", OWN, 5);
    said["transactions"][0]["principal"] = json!("mallory");
    let said = root.ask(32, &said).await;
    assert!(said.to_string().contains("malformed"), "{said}");
    // A change of an account names both in its register.
    let mut operator = Raw::open(&node.address()).await;
    let hello = json!({"name": "desk-1", "token": secret("web").to_string(), "on_behalf": "operator"});
    assert_eq!(operator.ask(1, &hello).await[0], "ok");
    let limits = json!({"account": cells::user(OWN), "day_limit": 700, "currency": "CNY", "reason": "r"});
    assert_eq!(operator.ask(23, &limits).await[0], "ok");
    let register = root.ask(59, &json!({"account": cells::user(OWN)})).await.to_string();
    assert!(
        register.contains("\"principal\":\"web\"") && register.contains("\"on_behalf\":\"operator\""),
        "{register}"
    );
    node.stop().await;
}

#[tokio::test]
async fn caps_bound_what_one_transaction_moves() {
    let file = "[roles.small]\nmay = [\"post\", \"freeze\", \"reverse\", \"try\"]\ncaps = { CNY = \"1.00\" }\n\
                [principals.root]\nroles = [\"admin\", \"finance\"]\n[principals.ann]\nroles = [\"small\"]\n";
    let tokens = ["root", "ann"]
        .into_iter()
        .fold(TokenFile::default(), |file, name| file.with(secret(name).token_of(name)));
    let access = Access::new(Some(AccessFile::parse(file).unwrap()), tokens).unwrap();
    let (_sender, receiver) = watch::channel(Arc::new(access));
    let node = TestNode::start_for(receiver).await;
    cells::open_books(&mut connect(&node, "root", "root").await).await;
    let mut ann = connect(&node, "ann", "ann").await;
    let user = cells::user(OWN);
    for (body, expect) in [
        (cells::payment("a", OWN, 100), "posted"),
        (cells::payment("b", OWN, 101), "forbidden"),
        // The id is free: nothing of it was kept.
        (cells::payment("b", OWN, 99), "posted"),
        (cells::act("c", json!({"freeze": {"account": user, "amount": 100, "currency": "CNY"}})), "posted"),
        (
            cells::act("d", json!({"freeze": {"account": user, "amount": 101, "currency": "CNY"}})),
            "forbidden",
        ),
        (cells::act("e", json!({"reverse": {"original": "b"}})), "posted"),
    ] {
        let answer = ann.ask(32, &body).await;
        assert_eq!(answer[1]["results"][0]["outcome"], expect, "{body}: {answer}");
    }
    node.stop().await;
}

#[tokio::test]
async fn rights_that_change_hold_for_those_who_are_here() {
    let (node, sender) = start().await;
    let mut root = connect(&node, "root", "root").await;
    cells::open_books(&mut root).await;
    let mut poster = connect(&node, "poster", "poster").await;
    let mut outcome = async |id: &str| {
        let answer = poster.ask(32, &cells::payment(id, OWN, 5)).await;
        match &answer[0] {
            status if status == "ok" => answer[1]["results"][0]["outcome"].as_str().unwrap().to_owned(),
            status => status.as_str().unwrap().to_owned(),
        }
    };
    assert_eq!(outcome("1").await, "posted");
    // Another role.
    let text = "[principals.poster]\nroles = [\"monitor\"]\n[principals.root]\nroles = [\"admin\"]\n";
    let tokens = [secret("poster").token_of("poster"), secret("root").token_of("root")];
    let tokens = tokens.into_iter().fold(TokenFile::default(), TokenFile::with);
    let other = Access::new(Some(AccessFile::parse(text).unwrap()), tokens).unwrap();
    sender.send_replace(Arc::new(other));
    assert_eq!(outcome("2").await, "forbidden");
    // The token is revoked: the connection stays, and nothing comes of it.
    let (_, tokens) = access();
    let gone =
        tokens.clone().revoke(&secret("poster").id(), "2026-01-01T00:00:00Z".parse().unwrap()).unwrap();
    let file = || {
        Some(AccessFile::parse("[principals.poster]\nroles = [\"poster\"]\n[roles.none]\nmay = []").unwrap())
    };
    let narrowed = |tokens: TokenFile| {
        let own = tokens.tokens().filter(|token| &*token.principal == "poster").cloned();
        Access::new(file(), own.fold(TokenFile::default(), TokenFile::with)).unwrap()
    };
    sender.send_replace(Arc::new(narrowed(gone)));
    assert_eq!(outcome("3").await, "not_authenticated");
    // It comes back.
    sender.send_replace(Arc::new(narrowed(tokens)));
    assert_eq!(outcome("3").await, "posted");
    node.stop().await;
}

/// Requests that name originals wait for the log: those that are under way when a right ends are decided with none.
#[tokio::test]
async fn what_is_under_way_when_a_token_is_revoked_is_decided_without_any_right() {
    let (node, sender) = start().await;
    let mut root = connect(&node, "root", "root").await;
    cells::open_books(&mut root).await;
    let ids: Vec<String> = (0..64).map(|number| format!("p-{number}")).collect();
    for id in &ids {
        root.ask(32, &cells::payment(id, OWN, 5)).await;
    }
    let (_, tokens) = access();
    let monitor = secret("monitor");
    for round in 0..20 {
        let mut evil = connect(&node, "monitor", "monitor").await;
        let posts = ids.iter().enumerate().map(|(at, id)| {
            let number = u64::try_from(at).unwrap();
            let body =
                cells::act(&format!("{round}-{at}"), json!({"reverse": {"original": id, "client": 1}}));
            frame(32, 0, number, &rmp_serde::to_vec(&body).unwrap())
        });
        let bytes: Vec<u8> = posts.flatten().collect();
        evil.send(&bytes).await;
        let gone = tokens.clone().revoke(&monitor.id(), "2026-01-01T00:00:00Z".parse().unwrap()).unwrap();
        sender.send_replace(Arc::new(access_of(gone)));
        evil.send(&frame(2, 0, 999, &[0x90])).await;
        for _ in 0..=ids.len() {
            let answer = evil.receive().await.value().to_string();
            let decided = ["posted", "already_reversed", "refund_exceeded"]
                .into_iter()
                .find(|word| answer.contains(word));
            assert_eq!(decided, None, "{round}: {answer}");
        }
        sender.send_replace(Arc::new(access_of(tokens.clone())));
    }
    node.stop().await;
}

/// Lists and look-ups of other clients' transactions are judged by the entity that is asked about, like any question.
#[tokio::test]
async fn lists_and_look_ups_tell_of_the_own_entity_alone() {
    let (node, _access) = start().await;
    let mut root = connect(&node, "root", "root").await;
    cells::open_books(&mut root).await;
    for (id, entity) in [("own", OWN), ("foreign", OTHER)] {
        root.ask(32, &cells::payment(id, entity, 5)).await;
    }
    let number = root.ask(51, &json!({"id": "own"})).await[1]["client"].clone();
    let of_root = |id: &str| json!({"id": id, "client": number});
    let mut operator = connect(&node, "operator", "operator").await;
    let mut poster = connect(&node, "poster", "poster").await;
    let day = |entity: &str| json!({"entity": entity, "from": "2026-11-22", "outcomes": "all"});
    for (operation, body, told) in [
        (60, day(OWN), true),
        (60, day(OTHER), false),
        (60, json!({"id": "own", "client": number}), false),
        (49, json!({"entity": OWN, "customer": "C", "subject": "2203", "account_state": 1}), true),
        (49, json!({"entity": OTHER, "subject": "2203"}), false),
        (49, json!({"customer": "C"}), false),
        (49, json!({"subject": "2203"}), false),
        (51, of_root("own"), true),
        (51, of_root("foreign"), false),
        (51, of_root("never"), false),
    ] {
        let answer = operator.ask(operation, &body).await;
        assert_eq!(answer[0], if told { "ok" } else { "forbidden" }, "{operation} {body}: {answer}");
        let answer = poster.ask(operation, &body).await;
        assert_eq!(answer[0], "forbidden", "a poster: {operation} {body}: {answer}");
    }
    assert_eq!(root.ask(51, &of_root("never")).await[0], "unknown_transaction");
    node.stop().await;
}

/// The body of a proposal: what is proposed goes as binary.
fn proposal_of(id: u8, operation: u8, body: &Value) -> Vec<u8> {
    let request = rmp_serde::to_vec(body).unwrap();
    let length = u8::try_from(request.len()).unwrap();
    let head =
        [b"\x83\xA2id".as_slice(), &[id], b"\xA9operation", &[operation], b"\xA7request\xC4", &[length]];
    [head.concat(), request].concat()
}

/// What is proposed for foreign books is refused, whether or not it is there.
#[tokio::test]
async fn proposals_tell_nothing_of_foreign_books() {
    let (node, _access) = start().await;
    let mut root = connect(&node, "root", "root").await;
    cells::open_books(&mut root).await;
    let mut operator = connect(&node, "operator", "operator").await;
    let missing = |entity: &str| json!({"entity": entity, "number": "none", "type": "", "currency": "CNY"});
    let limit = |account: Value| json!({"account": account, "day_limit": 5, "currency": "CNY"});
    for (id, (number, body)) in (1..).zip([
        (23, limit(cells::user(OTHER))),
        (23, limit(missing(OTHER))),
        (23, limit(missing("NOWHERE"))),
        (23, limit(json!(9_999))),
        (23, limit(missing(OWN))),
        (19, json!({"account": missing(OTHER), "payment_state": 1})),
        (19, json!({"account": cells::user(OTHER), "payment_state": 1})),
    ]) {
        operator.send(&frame(34, 0, 99, &proposal_of(id, number, &body))).await;
        let answer = operator.receive().await.value();
        assert_eq!(answer[0], "forbidden", "{number} {body}: {answer}");
        let answer = operator.ask(number.into(), &body).await;
        assert_eq!(answer[0], "forbidden", "{number} {body}: {answer}");
    }
    node.stop().await;
}

/// What lends, and what a court holds more of, takes what it takes afterwards.
#[tokio::test]
async fn no_account_is_opened_with_what_takes_two() {
    let (node, _access) = start().await;
    let mut root = connect(&node, "root", "root").await;
    cells::open_books(&mut root).await;
    let mut operator = connect(&node, "operator", "operator").await;
    for (owner, field, value, code) in [
        ("customer", "overdraft_limit", json!(1), "forbidden"),
        ("customer", "may_go_negative", json!(true), "forbidden"),
        ("merchant", "may_go_negative", json!(true), "forbidden"),
        ("internal", "may_go_negative", json!(true), "ok"),
        ("customer", "may_go_negative", json!(false), "ok"),
    ] {
        let mut account = json!({"entity": OWN, "number": format!("{owner}-{value}"), "currency": "CNY",
                                 "subject": "220301", "owner": owner});
        account[field] = value;
        let answer = operator.ask(18, &json!({"accounts": [account]})).await;
        assert_eq!(answer[0], code, "{account}: {answer}");
    }
    node.stop().await;
}

/// Whose accounts are is told to those alone who may ask for a customer.
#[tokio::test]
async fn a_list_of_a_customers_accounts_takes_the_right_to_them() {
    let file = "[roles.lists]\nmay = [\"accounts\"]\n[principals.root]\nroles = [\"admin\", \"finance\"]\n\
                [principals.ann]\nroles = [\"lists\"]\n";
    let tokens = ["root", "ann"]
        .into_iter()
        .fold(TokenFile::default(), |file, name| file.with(secret(name).token_of(name)));
    let access = Access::new(Some(AccessFile::parse(file).unwrap()), tokens).unwrap();
    let (_sender, receiver) = watch::channel(Arc::new(access));
    let node = TestNode::start_for(receiver).await;
    cells::open_books(&mut connect(&node, "root", "root").await).await;
    let mut ann = connect(&node, "ann", "ann").await;
    for (body, told) in [
        (json!({}), true),
        (json!({"entity": OTHER, "number_prefix": "u"}), true),
        (json!({"customer": "C-1"}), false),
        (json!({"entity": OWN, "customer": "C-1"}), false),
    ] {
        let answer = ann.ask(49, &body).await;
        assert_eq!(answer[0], if told { "ok" } else { "forbidden" }, "{body}: {answer}");
    }
    node.stop().await;
}

#[tokio::test]
async fn what_another_client_posted_is_set_right_only_with_the_right_to_it() {
    let (node, _access) = start().await;
    let mut root = connect(&node, "root", "root").await;
    cells::open_books(&mut root).await;
    let posted = root.ask(32, &cells::payment("theirs", OWN, 5)).await;
    let number = root.ask(51, &json!({"id": "theirs"})).await[1]["client"].as_u64().unwrap();
    assert_eq!(posted[1]["results"][0]["outcome"], "posted");
    let reverse = |id: &str| cells::act(id, json!({"reverse": {"original": "theirs", "client": number}}));
    let refused = connect(&node, "poster", "poster").await.ask(32, &reverse("p")).await;
    assert_eq!(refused[1]["results"][0]["outcome"], "forbidden", "{refused}");
    let done = connect(&node, "operator", "operator").await.ask(32, &reverse("o")).await;
    assert_eq!(done[1]["results"][0]["outcome"], "posted", "{done}");
    node.stop().await;
}
