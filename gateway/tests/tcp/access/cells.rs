//! A request of each operation, about the books of an entity.

use longmen_access::StandardRole;
use longmen_engine::ledger::Operation;
use serde_json::{Value, json};

use crate::raw::Raw;

/// The entity in which roles hold.
pub(crate) const OWN: &str = "LM";
/// Another one.
pub(crate) const OTHER: &str = "UK";
/// The accounting date of both.
const DATE: &str = "2026-11-22";

/// Who asks, and about whose books.
#[derive(Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) role: StandardRole,
    pub(crate) entity: &'static str,
}

impl Scene {
    /// What the table says of the role. To set right what others posted takes the right to set right at all.
    pub(crate) fn may(self, operation: Operation) -> bool {
        let stops = operation == Operation::SetState && self.stops_only();
        self.role.may(operation)
            && !stops
            && (operation != Operation::OthersTransactions || self.undo().is_some())
    }

    fn stops_only(self) -> bool {
        !self.role.may(Operation::SetState)
    }

    /// How the role may undo a posting, if it may.
    fn undo(self) -> Option<Operation> {
        [Operation::Reverse, Operation::ForcedReverse].into_iter().find(|operation| self.role.may(*operation))
    }

    fn named(self, what: &str) -> String {
        format!("{what}-{}-{}", self.role, self.entity)
    }
}

/// Whether an operation is about no entity, so that it is permitted everywhere or nowhere.
pub(crate) fn is_of_no_entity(operation: Operation) -> bool {
    matches!(operation, Operation::Cancel | Operation::Status | Operation::Approve)
}

/// The account of a user of an entity.
pub(crate) fn user(entity: &str) -> Value {
    key(entity, "user")
}

fn key(entity: &str, number: &str) -> Value {
    json!({"entity": entity, "number": number, "currency": "CNY"})
}

/// A payment from the bank to the user of an entity.
pub(crate) fn payment(id: &str, entity: &str, amount: u32) -> Value {
    json!({"transactions": [{"id": id, "legs": legs(entity, amount)}]})
}

/// A transaction that does something.
pub(crate) fn act(id: &str, action: Value) -> Value {
    let mut transaction = action;
    transaction["id"] = json!(id);
    json!({"transactions": [transaction]})
}

fn act_with(id: &str, action: Value, legs: Value) -> Value {
    let mut body = act(id, action);
    body["transactions"][0]["legs"] = legs;
    body
}

fn legs(entity: &str, amount: u32) -> Value {
    json!([
        {"account": key(entity, "bank"), "side": "debit", "amount": amount, "currency": "CNY"},
        {"account": user(entity), "side": "credit", "amount": amount, "currency": "CNY"},
    ])
}

/// The same, back.
fn legs_back(entity: &str, amount: u32) -> Value {
    json!([
        {"account": user(entity), "side": "debit", "amount": amount, "currency": "CNY"},
        {"account": key(entity, "bank"), "side": "credit", "amount": amount, "currency": "CNY"},
    ])
}

fn subjects() -> Value {
    json!([
        {"code": "10020101", "name": "bank", "class": "asset", "normal": "debit"},
        {"code": "220301", "name": "users", "class": "liability", "normal": "credit"},
    ])
}

fn account(entity: &str, number: &str, subject: &str, negative: bool) -> Value {
    json!({"entity": entity, "number": number, "currency": "CNY", "subject": subject, "owner": "internal",
           "may_go_negative": negative})
}

/// Opens both entities, each with a bank, a user, and an account that is stopped and released.
pub(crate) async fn open_books(raw: &mut Raw) {
    for entity in [OWN, OTHER] {
        let accounts = [("bank", "10020101", true), ("user", "220301", true), ("idle", "220301", false)];
        let accounts = accounts.map(|(number, subject, negative)| account(entity, number, subject, negative));
        for (number, body) in [
            (16, json!({"code": entity, "start": DATE})),
            (17, json!({"entity": entity, "subjects": subjects()})),
            (18, json!({"accounts": accounts})),
        ] {
            let answer = raw.ask(number, &body).await;
            assert_eq!(answer[0], "ok", "{body}: {answer}");
        }
    }
}

/// What a role is to undo, spend and confirm in an entity, under its own name; and a posting of another client.
pub(crate) async fn prepare(helper: &mut Raw, root: &mut Raw, entity: &'static str, role: &str) {
    let named = |what: &str| format!("{what}-{role}-{entity}");
    for (what, body) in [
        ("post", payment(&named("post"), entity, 100)),
        ("forced", payment(&named("forced"), entity, 100)),
        ("back", payment(&named("back"), entity, 100)),
        (
            "hold",
            act(
                &named("hold"),
                json!({"freeze": {"account": user(entity), "amount": 50, "currency": "CNY"}}),
            ),
        ),
        (
            "court",
            act(
                &named("court"),
                json!({"freeze": {"account": user(entity), "amount": 2, "currency": "CNY", "kind": "judicial", "authority": "court"}}),
            ),
        ),
        ("try-1", act_with(&named("try-1"), json!({"try": {}}), legs_back(entity, 5))),
        ("try-2", act_with(&named("try-2"), json!({"try": {}}), legs_back(entity, 5))),
    ] {
        let answer = helper.ask(32, &body).await;
        assert_eq!(answer[1]["results"][0]["outcome"], "posted", "{what}: {answer}");
    }
    let theirs = root.ask(32, &payment(&named("theirs"), entity, 100)).await;
    assert_eq!(theirs[1]["results"][0]["outcome"], "posted", "{theirs}");
}

/// A request of an operation; `None` where it is no request of its own.
pub(crate) fn request_of(operation: Operation, scene: Scene) -> Option<(u16, Value)> {
    let entity = scene.entity;
    let (own, named) = (scene.named(operation.name()), |what: &str| scene.named(what));
    let hold = |amount: u32| json!({"hold": named("hold"), "amount": amount, "currency": "CNY"});
    let forced_hold = json!({"hold": named("hold"), "amount": 1, "currency": "CNY", "forced": true});
    let approved = |mut body: Value| {
        body["transactions"][0]["approval"] = json!("AP-1");
        body
    };
    Some(match operation {
        Operation::Post => (32, payment(&own, entity, 5)),
        Operation::Freeze => {
            (32, act(&own, json!({"freeze": {"account": user(entity), "amount": 1, "currency": "CNY"}})))
        }
        Operation::JudicialFreeze => (
            32,
            act(
                &own,
                json!({"freeze": {"account": user(entity), "amount": 1, "currency": "CNY", "kind": "judicial", "authority": "court"}}),
            ),
        ),
        Operation::JudicialRelease => (
            32,
            act(
                &own,
                json!({"unfreeze": {"hold": named("court"), "amount": 1, "currency": "CNY", "authority": "court"}}),
            ),
        ),
        // A value date before the accounting date, of what the role may post or freeze.
        Operation::Backdate => {
            let frozen = json!({"freeze": {"account": user(entity), "amount": 1, "currency": "CNY"}});
            let mut body =
                if scene.role.may(Operation::Post) { payment(&own, entity, 5) } else { act(&own, frozen) };
            body["transactions"][0]["value_date"] = json!("2026-11-21");
            (32, body)
        }
        Operation::Raise => (32, act(&own, json!({"raise": hold(1)}))),
        Operation::Unfreeze => (32, act(&own, json!({"unfreeze": hold(1)}))),
        Operation::Consume => (32, act_with(&own, json!({"consume": hold(1)}), legs_back(entity, 1))),
        Operation::ForcedConsume => {
            (32, approved(act_with(&own, json!({"consume": forced_hold}), legs_back(entity, 1))))
        }
        Operation::Reverse => (32, act(&own, json!({"reverse": {"original": named("post")}}))),
        Operation::ForcedReverse => {
            (32, approved(act(&own, json!({"reverse": {"original": named("forced"), "forced": true}}))))
        }
        Operation::Refund => {
            (32, act_with(&own, json!({"refund": {"original": named("back")}}), legs_back(entity, 5)))
        }
        Operation::Charge => {
            let charge =
                json!({"amount": 5, "currency": "CNY", "payer": user(entity), "payee": user(entity)});
            (32, act(&own, json!({"charge": charge})))
        }
        Operation::Try => (32, act_with(&own, json!({"try": {}}), legs_back(entity, 1))),
        Operation::Confirm => (32, act(&own, json!({"confirm": {"original": named("try-1")}}))),
        Operation::CancelTry => (32, act(&own, json!({"cancel_try": {"original": named("try-2")}}))),
        Operation::Cancel => (33, json!({"id": own})),
        Operation::OthersTransactions => {
            let forced = scene.undo() == Some(Operation::ForcedReverse);
            let original = json!({"original": named("theirs"), "client": 1, "forced": forced});
            (32, approved(act(&own, json!({"reverse": original}))))
        }
        Operation::OpenEntity => (16, json!({"code": entity, "start": DATE})),
        Operation::OpenSubjects => (17, json!({"entity": entity, "subjects": subjects()})),
        Operation::OpenAccounts => (18, json!({"accounts": [account(entity, "idle", "220301", false)]})),
        Operation::StopAccount => {
            (19, json!({"account": key(entity, "idle"), "payment_state": 2, "reason": "r"}))
        }
        Operation::SetState => {
            (19, json!({"account": key(entity, "idle"), "payment_state": 1, "reason": "r"}))
        }
        Operation::SetLimits => {
            (23, json!({"account": user(entity), "day_limit": 1_000_000_000, "currency": "CNY"}))
        }
        Operation::RaiseLimits => {
            (23, json!({"account": key(entity, "idle"), "overdraft_limit": 1, "currency": "CNY"}))
        }
        Operation::SetReserve => (22, json!({"account": user(entity), "amount": 0, "currency": "CNY"})),
        Operation::SetHot => (20, json!({"account": key(entity, "bank"), "hot": false})),
        // To the date that is current already: nothing changes.
        Operation::CloseDay => (21, json!({"entity": entity, "next": DATE})),
        Operation::ForcedCloseDay => {
            (21, json!({"entity": entity, "next": DATE, "forced": true, "approval": "AP-1"}))
        }
        Operation::MapCustomer => (24, json!({"account": user(entity), "customer": "C-1"})),
        Operation::MapType => {
            (25, json!({"entity": entity, "type": "cash", "subject": "220301", "from": DATE}))
        }
        Operation::SetBookingMode => {
            (27, json!({"entity": entity, "type": "top_up", "mode": "double", "from": DATE}))
        }
        Operation::SetFeeRules => (28, json!({"entity": entity, "file": "", "from": DATE})),
        Operation::FeeRules => (62, json!({"entity": entity})),
        Operation::Balance => (48, json!({"accounts": [user(entity)]})),
        Operation::Accounts => (49, json!({"entity": entity})),
        Operation::Customer => (53, json!({"entity": entity, "customer": "C-1"})),
        Operation::Holds => (54, json!({"account": user(entity)})),
        Operation::TrialBalance => (52, json!({"entity": entity})),
        Operation::Chart => (55, json!({"entity": entity})),
        Operation::Status => (3, json!({})),
        Operation::Statement => (50, json!({"account": user(entity)})),
        Operation::BalanceAt => (57, json!({"account": user(entity), "date": DATE})),
        Operation::Entry => (58, json!({"account": user(entity), "position": "1/0/0"})),
        Operation::Register => (59, json!({"account": user(entity)})),
        Operation::GeneralLedger => (56, json!({"entity": entity})),
        Operation::Find => (60, json!({"entity": entity, "id": "nothing"})),
        Operation::Transaction => (51, json!({"id": named("back")})),
        Operation::ChangeAccess => (26, json!({"digest": "0".repeat(64)})),
        Operation::Approve => (35, json!({"proposal": 1_000_000, "digest": "0".repeat(64)})),
        Operation::Proposals => (61, json!({"account": user(entity)})),
        // A proposal that is done at once: see the test of four eyes.
        Operation::BreakGlass => return None,
        // A hello with another name: see the test of the front.
        Operation::OnBehalf => return None,
    })
}
