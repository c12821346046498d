//! Who read what: every question leaves a record, whatever becomes of it, and nothing else does.

use std::sync::Arc;

use longmen_access::{Access, AccessFile, Secret, StandardRole, TokenFile};
use longmen_access_log::{Operation as Recorded, Outcome, Record, Recorder, Records, channel};
use longmen_engine::ledger::{AccountRef, Operation, Rejection};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::access::cells::{self, OTHER, OWN, Scene, request_of};
use crate::node::TestNode;
use crate::raw::{Raw, frame};

const FILE: &str = r#"
[roles.by_itself]
may = ["judicial_freeze"]
alone = true
[roles.court]
may = ["balance", "statement", "status"]
reason = true
[principals.root]
roles = ["admin", "finance", "poster", "operator", "approver", "by_itself"]
clients = ["*"]
[principals.auditor]
roles = ["auditor"]
entities = ["LM"]
[principals.monitor]
roles = ["monitor"]
[principals.desk]
roles = ["court", "auditor"]
[principals.careful]
roles = ["auditor"]
reason = true
[principals.web]
roles = ["front"]
clients = ["*"]
"#;

fn secret(principal: &str) -> Secret {
    let mut bytes = [7; 32];
    bytes[..principal.len()].copy_from_slice(principal.as_bytes());
    Secret::from_bytes(bytes[..8].try_into().unwrap(), bytes)
}

/// A node that keeps who reads what, with its books.
struct House {
    node: TestNode,
    recorder: Recorder,
    records: Records,
    _access: watch::Sender<Arc<Access>>,
}

impl House {
    async fn open() -> House {
        let names = ["root", "auditor", "monitor", "desk", "careful", "web"];
        let token = |file: TokenFile, name: &str| file.with(secret(name).token_of(name));
        let tokens = names.into_iter().fold(TokenFile::default(), token);
        let access = Access::new(Some(AccessFile::parse(FILE).unwrap()), tokens).unwrap();
        let (_access, receiver) = watch::channel(Arc::new(access));
        let (recorder, records) = channel();
        let node = TestNode::start_recorded(receiver, Some(recorder.clone())).await;
        let house = House { node, recorder, records, _access };
        cells::open_books(&mut house.connect("root").await).await;
        house.taken(1).await;
        house
    }

    async fn connect(&self, principal: &str) -> Raw {
        let mut raw = Raw::open(&self.node.address()).await;
        let hello = json!({"name": principal, "token": secret(principal).to_string()});
        assert_eq!(raw.ask(1, &hello).await[0], "ok", "{principal}");
        raw
    }

    /// The same, with its record taken.
    async fn enter(&self, principal: &str) -> Raw {
        let raw = self.connect(principal).await;
        let hello = &self.taken(1).await[0];
        assert_eq!((hello.operation, hello.outcome), (Recorded::Hello, Outcome::Told));
        assert_eq!(hello.asker.principal.as_deref(), Some(principal));
        assert_eq!(hello.asker.token.as_deref(), Some(&*secret(principal).id()));
        raw
    }

    /// So many records, and no more, as soon as they are there.
    async fn taken(&self, count: usize) -> Vec<Record> {
        let mut all = Vec::new();
        for _ in 0..2_000 {
            all.extend(self.records.take_all());
            if all.len() >= count {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(all.len(), count, "{all:#?}");
        all
    }
}

fn questions() -> impl Iterator<Item = Operation> {
    let number = |operation: Operation| {
        request_of(operation, Scene { role: StandardRole::Auditor, entity: OWN }).map(|(number, _)| number)
    };
    Operation::ALL.into_iter().filter(move |operation| number(*operation).is_some_and(|n| n >= 48 || n == 3))
}

#[tokio::test]
async fn every_question_leaves_one_record_and_a_payment_none() {
    let house = House::open().await;
    let mut root = house.enter("root").await;
    for entity in [OWN, OTHER] {
        let mut helper = house.enter("root").await;
        cells::prepare(&mut helper, &mut root, entity, "auditor").await;
    }
    house.taken(0).await;
    let mut auditor = house.enter("auditor").await;
    let mut monitor = house.enter("monitor").await;
    for operation in questions() {
        for (entity, who) in [(OWN, "auditor"), (OTHER, "auditor"), (OWN, "monitor")] {
            let raw = if who == "auditor" { &mut auditor } else { &mut monitor };
            let (number, body) =
                request_of(operation, Scene { role: StandardRole::Auditor, entity }).unwrap();
            let answer = raw.ask(number, &body).await;
            let record = house.taken(1).await.remove(0);
            assert_eq!(record.operation, Recorded::Question(operation));
            assert_eq!(record.asker.principal.as_deref(), Some(who));
            assert!(record.time_us > 0 && record.asker.from.is_some_and(|from| from.is_loopback()));
            let status = if number == 48 && answer[0] == "ok" { &answer[1]["accounts"][0] } else { &answer };
            assert_eq!(record.outcome.name(), status[0], "{operation} {body}: {answer}");
            for list in ["accounts", "lines", "holds", "subjects", "transactions"] {
                if let Some(rows) = answer[1][list].as_array().filter(|_| status[0] == "ok") {
                    assert_eq!(record.rows, rows.len() as u64, "{operation} {answer}");
                }
            }
            if let Some(account) = record.subject.accounts.first() {
                let told = answer[0] == "ok" && account.refused.is_none();
                assert_eq!(account.found.is_some(), told, "{record:?} {answer}");
            }
        }
    }
    house.node.stop().await;
}

#[tokio::test]
async fn accounts_are_named_by_both_their_names_and_one_by_one() {
    let house = House::open().await;
    let mut auditor = house.enter("auditor").await;
    let asked = json!({"accounts": [2, cells::user(OTHER), 999, cells::user(OWN)]});
    assert_eq!(auditor.ask(48, &asked).await[0], "ok");
    let record = house.taken(1).await.remove(0);
    assert_eq!(record.rows, 2);
    let accounts = &record.subject.accounts;
    let found = |at: usize| accounts[at].found.as_ref().map(|(id, key)| (id.0, &*key.number));
    // The last is the first by its other name, and stands there once.
    assert_eq!(accounts.len(), 3);
    assert_eq!([found(0), found(1), found(2)], [Some((2, "user")), None, None]);
    assert_eq!(accounts[1].refused, Some(Rejection::Forbidden));
    assert_eq!(accounts[2].refused, Some(Rejection::Forbidden));
    assert!(matches!(&accounts[1].asked, AccountRef::Key(key) if &*key.entity == OTHER));
    // Those that a list tells of.
    assert_eq!(auditor.ask(49, &json!({"entity": OWN})).await[0], "ok");
    let record = house.taken(1).await.remove(0);
    assert_eq!((record.rows, &record.subject.told[..]), (3, &[(1, 3)][..]));
    house.node.stop().await;
}

#[tokio::test]
async fn nobody_reads_without_a_trace() {
    let house = House::open().await;
    // Gone before the answer, with questions in a row.
    let mut auditor = house.enter("auditor").await;
    let ask = |tag: u64, body: &Value| frame(48, 0, tag, &rmp_serde::to_vec(body).unwrap());
    let of_user = json!({"accounts": [cells::user(OWN)]});
    let mut bytes: Vec<u8> = (0..100).flat_map(|tag| ask(tag, &of_user)).collect();
    bytes.extend(frame(50, 0, 100, &rmp_serde::to_vec(&json!({"account": cells::user(OWN)})).unwrap()));
    auditor.send(&bytes).await;
    auditor.receive().await;
    drop(auditor);
    // What was taken in before the connection was seen to be gone is answered, and recorded, even so.
    let mut all = Vec::new();
    for _ in 0..100 {
        all.extend(house.records.take_all());
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert!(!all.is_empty() && all.len() <= 101, "{}", all.len());
    // What is no question in form tells nothing, and leaves no record; what only looks like one does.
    let mut auditor = house.enter("auditor").await;
    for body in [json!({"accounts": "x"}), json!({"account": 1}), json!({"accounts": [1], "reason": ""})] {
        assert_eq!(auditor.ask(48, &body).await[0], "malformed", "{body}");
    }
    house.taken(0).await;
    assert_eq!(auditor.ask(58, &json!({"account": 2, "position": "1/1/1"})).await[0], "malformed");
    let record = house.taken(1).await.remove(0);
    assert_eq!(record.outcome, Outcome::Refused(Rejection::Malformed));
    house.node.stop().await;
}

#[tokio::test]
async fn hellos_leave_records_without_secrets() {
    let house = House::open().await;
    let of = |principal: &str| secret(principal).to_string();
    for (body, code, owner) in [
        (json!({"name": "root", "token": of("monitor").replace('6', "7")}), "not_authenticated", None),
        (json!({"name": "root"}), "not_authenticated", None),
        // Whose token it is that was shown for another's name.
        (json!({"name": "root", "token": of("monitor")}), "forbidden", Some("monitor")),
        (json!({"name": "shop", "token": of("web"), "on_behalf": "nobody"}), "forbidden", Some("web")),
        (json!({"name": "root ", "token": of("root")}), "malformed", Some("root")),
    ] {
        let mut raw = Raw::open(&house.node.address()).await;
        assert_eq!(raw.ask(1, &body).await[0], code, "{body}");
        let record = house.taken(1).await.remove(0);
        assert_eq!(record.outcome.name(), code);
        assert_eq!((Some(&*record.asker.client), record.operation), (body["name"].as_str(), Recorded::Hello));
        assert_eq!(record.asker.principal.as_deref(), owner, "{body}");
        let id = owner.map(|owner| secret(owner).id());
        assert_eq!(record.asker.token.as_deref(), id.as_deref(), "{body}");
        let text = format!("{record:?}");
        assert!(!text.contains(&of("root")[21..]) && !text.contains("lmk_"), "{text}");
    }
    let mut front = Raw::open(&house.node.address()).await;
    let hello = json!({"name": "shop", "token": of("web"), "on_behalf": "auditor"});
    assert_eq!(front.ask(1, &hello).await[0], "ok");
    assert_eq!(front.ask(48, &json!({"accounts": [2]})).await[0], "ok");
    let asker = &house.taken(2).await[1].asker;
    assert_eq!((asker.principal.as_deref(), asker.on_behalf.as_deref()), (Some("web"), Some("auditor")));
    assert_eq!(&*asker.client, "shop");
    house.node.stop().await;
}

#[tokio::test]
async fn a_role_may_demand_a_reason() {
    let house = House::open().await;
    let reason = "case 17 (2026)";
    for (principal, operation, body, demands) in [
        ("desk", 48, json!({"accounts": [2]}), true),
        ("desk", 50, json!({"account": 2}), true),
        // Another of its roles permits these.
        ("desk", 49, json!({}), false),
        ("desk", 3, json!({}), false),
        ("careful", 48, json!({"accounts": [2]}), true),
        ("careful", 49, json!({}), true),
        ("careful", 52, json!({"entity": OWN}), false),
        ("auditor", 48, json!({"accounts": [2]}), false),
    ] {
        let mut raw = house.enter(principal).await;
        let answer = raw.ask(operation, &body).await;
        let expected = if demands { "reason_required" } else { "ok" };
        assert_eq!(answer[0], expected, "{principal} {operation}");
        let record = house.taken(1).await.remove(0);
        assert_eq!((record.outcome.name(), record.reason), (expected, None));
        let mut with = body.clone();
        with["reason"] = json!(reason);
        assert_eq!(raw.ask(operation, &with).await[0], "ok", "{principal} {operation}");
        let record = house.taken(1).await.remove(0);
        assert_eq!((record.outcome, record.reason.as_deref()), (Outcome::Told, Some(reason)));
    }
    let mut raw = house.enter("desk").await;
    for wrong in [json!(""), json!(" "), json!("a\nb"), json!("x".repeat(513)), json!(7)] {
        let answer = raw.ask(48, &json!({"accounts": [2], "reason": wrong})).await;
        assert_eq!(answer[0], "malformed", "{wrong}");
        assert!(answer[2].as_str().unwrap().starts_with("reason"), "{answer}");
    }
    // By name only.
    assert_eq!(raw.ask(48, &json!([[2], reason])).await[0], "malformed");
    assert_eq!(raw.ask(48, &json!([[2]])).await[0], "reason_required");
    house.node.stop().await;
}

#[tokio::test]
async fn where_no_record_can_be_kept_questions_are_refused_and_payments_go_on() {
    let house = House::open().await;
    let mut root = house.enter("root").await;
    assert_eq!(root.ask(3, &json!({})).await[0], "ok");
    let status = house.taken(1).await.remove(0);
    house.recorder.hand_in(vec![Record { weight: 65_536, ..status }]);
    for (number, body) in [(48, json!({"accounts": [2]})), (50, json!({"account": 2})), (49, json!({}))] {
        let answer = root.ask(number, &body).await;
        assert_eq!(
            (&answer[0], &answer[2]),
            (&json!("busy"), &json!("the access log is behind; ask again a little later"))
        );
    }
    // How the node is has to be seen all the same.
    assert_eq!(root.ask(3, &json!({})).await[0], "ok");
    let posted = root.ask(32, &cells::payment("p", OWN, 5)).await;
    assert_eq!(posted[1]["results"][0]["outcome"], "posted");
    // So does who comes only now.
    let mut again = house.connect("root").await;
    assert_eq!(again.ask(32, &cells::payment("q", OWN, 5)).await[1]["results"][0]["outcome"], "posted");
    house.taken(1).await;
    house.node.stop().await;
}
