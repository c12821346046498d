use longmen_client::Side;
use longmen_engine::ledger::Date;
use serde_json::json;

use super::*;
use crate::scenario::Step;
use crate::scenario::op::{
    Expiry, Figure, HoldKind, Leg, LimitChange, Moment, Op, Outcome, Particulars, Posting, Remaining, Shown,
    Style,
};

fn scenario(steps: &Value) -> Value {
    json!({
        "scenario": "S", "title": "T", "entity": "E", "start": "2018-05-01",
        "subjects": [{"code": "220301", "name": "n", "class": "liability", "normal": "credit"}],
        "accounts": [
            {"account": "A", "subject": "220301", "currency": "CNY", "owner": "customer", "may_go_negative": false},
            {"account": "J", "subject": "220301", "currency": "JPY", "owner": "internal", "may_go_negative": true,
             "overdraft_limit": "7", "credit_limit": "9", "hot": true},
        ],
        "steps": steps,
    })
}

fn parse(file: Value) -> Result<Scenario, String> {
    let raw: RawScenario = serde_json::from_value(file).map_err(|error| error.to_string())?;
    raw.parse().map_err(|error| error.to_string())
}

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// Legs for a step, as the file has them and as they are read.
fn legs() -> (Value, Vec<Leg>) {
    let file = json!([{"step": 1, "account": "nobody", "side": "debit", "amount": "1e3", "currency": "CNY"}]);
    let (account, amount, currency) = ("nobody".into(), "1e3".into(), "CNY".into());
    (file, vec![Leg { step: 1, account, side: Side::Debit, amount, currency }])
}

/// Reads `step` after one that opens the hold `F` on the account `J`.
fn step(step: &Value) -> Result<Step, String> {
    let hold = json!({"op": "freeze", "freeze": "F", "account": "J", "amount": "5"});
    let mut read = parse(scenario(&json!([hold, step])))?;
    Ok(read.steps.pop().unwrap())
}

#[track_caller]
fn check_op(file: &Value, expect: &Op) {
    assert_eq!(step(file).unwrap().op, *expect, "{file}");
}

#[test]
fn transactions_are_read() {
    let (legs, read) = legs();
    let bare = Posting { legs: read.clone(), ..Posting::default() };
    let full = Posting {
        kind: "t".into(),
        value_date: Some(date("2018-05-02")),
        accounting_date: Some(date("2018-05-01")),
        time: Some(5),
        forced: true,
        legs: read,
    };
    check_op(
        &json!({"op": "post", "txn": "1", "type": "t", "value_date": "2018-05-02", "accounting_date": "2018-05-01", "time": 5,
                "forced": true, "refunds": "0", "legs": legs, "outcome": "duplicate"}),
        &Op::Post {
            id: "1".into(),
            posting: full.clone(),
            refunds: Some("0".into()),
            outcome: Outcome::Duplicate,
        },
    );
    check_op(
        &json!({"op": "consume", "txn": "1", "freeze": "F", "amount": "5", "authority": "court 1", "type": "t",
                "value_date": "2018-05-02", "accounting_date": "2018-05-01", "time": 5, "forced": true, "legs": legs}),
        &Op::Consume {
            id: "1".into(),
            hold: "F".into(),
            amount: Some("5".into()),
            authority: Some("court 1".into()),
            posting: full,
            outcome: Outcome::Posted,
        },
    );
    check_op(
        &json!({"op": "try", "txn": "1", "legs": legs, "expires": 60}),
        &Op::Try { id: "1".into(), posting: bare, expires: Some(Expiry::In(60)), outcome: Outcome::Posted },
    );
    let ending = |id: &str| (id.to_owned(), "1".to_owned(), Outcome::Posted);
    for (txn, tried, id) in [("2", json!("1"), "2"), ("1", json!(null), "1/confirm")] {
        let (id, tried_id, outcome) = ending(id);
        let expect = Op::Confirm { id, tried: tried_id, outcome };
        check_op(&json!({"op": "confirm", "txn": txn, "try": tried}), &expect);
    }
    for (txn, tried, id) in [("2", json!("1"), "2"), ("1", json!(null), "1/cancel_try")] {
        let (id, tried_id, outcome) = ending(id);
        let expect = Op::CancelTry { id, tried: tried_id, outcome };
        check_op(&json!({"op": "cancel_try", "txn": txn, "try": tried}), &expect);
    }
    check_op(
        &json!({"op": "cancel", "txn": "1", "outcome": "rejected:already_posted"}),
        &Op::Cancel { id: "1".into(), outcome: Outcome::Rejected("already_posted".into()) },
    );
    let reverse = |style, forced, value_date| Op::Reverse {
        id: "2".into(),
        reverses: "1".into(),
        style,
        forced,
        value_date,
        outcome: Outcome::Posted,
    };
    check_op(&json!({"op": "reverse", "txn": "2", "reverses": "1"}), &reverse(None, false, None));
    check_op(
        &json!({"op": "reverse", "txn": "2", "reverses": "1", "forced": true, "value_date": "2018-05-02",
                "expect_style": "blue_opposite"}),
        &reverse(Some(Style::BlueOpposite), true, Some(date("2018-05-02"))),
    );
}

#[test]
fn holds_are_read() {
    let freeze = |kind, authority: Option<&str>, expires| Op::Freeze {
        hold: "G".into(),
        account: "nobody".into(),
        amount: "5.00".into(),
        kind,
        authority: authority.map(str::to_owned),
        expires,
        outcome: Outcome::Posted,
    };
    check_op(
        &json!({"op": "freeze", "freeze": "G", "account": "nobody", "amount": "5.00"}),
        &freeze(None, None, None),
    );
    check_op(
        &json!({"op": "freeze", "freeze": "G", "account": "nobody", "amount": "5.00", "kind": "judicial",
                "authority": "court 1", "expires": 1_767_225_600}),
        &freeze(
            Some(HoldKind::Judicial),
            Some("court 1"),
            Some(Expiry::At("2026-01-01T00:00:00Z".parse().unwrap())),
        ),
    );
    check_op(
        &json!({"op": "freeze", "freeze": "G", "account": "nobody", "amount": "5.00",
                "expires": "2026-01-01T08:00:00+08:00"}),
        &freeze(None, None, Some(Expiry::At("2026-01-01T00:00:00Z".parse().unwrap()))),
    );
    let unfreeze =
        |id: &str, amount: Option<&str>, authority: Option<&str>, forced, value_date| Op::Unfreeze {
            id: id.into(),
            hold: "F".into(),
            amount: amount.map(str::to_owned),
            authority: authority.map(str::to_owned),
            forced,
            value_date,
            outcome: Outcome::Rejected("wrong_authority".into()),
        };
    let outcome = "rejected:wrong_authority";
    check_op(
        &json!({"op": "unfreeze", "freeze": "F", "outcome": outcome}),
        &unfreeze("F/unfreeze/2", None, None, false, None),
    );
    check_op(
        &json!({"op": "unfreeze", "txn": "u", "freeze": "F", "amount": "2", "authority": "court 2", "forced": true,
                "value_date": "2018-05-02", "outcome": outcome}),
        &unfreeze("u", Some("2"), Some("court 2"), true, Some(date("2018-05-02"))),
    );
    let raise = |id: &str, authority: Option<&str>, expires, value_date| Op::Raise {
        id: id.into(),
        hold: "F".into(),
        amount: "2".into(),
        authority: authority.map(str::to_owned),
        expires,
        value_date,
        outcome: Outcome::Posted,
    };
    check_op(&json!({"op": "raise", "freeze": "F", "amount": "2"}), &raise("F/raise/2", None, None, None));
    check_op(
        &json!({"op": "raise", "txn": "r", "freeze": "F", "amount": "2", "authority": "court 2", "expires": 7,
                "value_date": "2018-05-02"}),
        &raise("r", Some("court 2"), Some(Expiry::In(7)), Some(date("2018-05-02"))),
    );
}

#[test]
fn settings_are_read() {
    check_op(
        &json!({"op": "set_state", "account": "A", "payment_state": 3, "outcome": "rejected:not_empty"}),
        &Op::SetState {
            account: "A".into(),
            account_state: None,
            payment_state: Some(3),
            outcome: Outcome::Rejected("not_empty".into()),
        },
    );
    check_op(
        &json!({"op": "set_reserve", "account": "A", "amount": "30.00", "outcome": "posted"}),
        &Op::SetReserve { account: "A".into(), amount: "30.00".into(), outcome: Outcome::Posted },
    );
    check_op(
        &json!({"op": "set_limits", "account": "A", "transaction_limit": "5.00", "credit_limit": null}),
        &Op::SetLimits {
            account: "A".into(),
            transaction: LimitChange::To("5.00".into()),
            day: LimitChange::Unchanged,
            overdraft: LimitChange::Unchanged,
            credit: LimitChange::Lifted,
            outcome: Outcome::Posted,
        },
    );
    check_op(
        &json!({"op": "close_day", "next": "2018-05-02"}),
        &Op::CloseDay {
            next: date("2018-05-02"),
            carry_forward: vec![],
            forced: false,
            outcome: Outcome::Posted,
        },
    );
    check_op(
        &json!({"op": "close_day", "next": "2018-05-02", "carry_forward": "A"}),
        &Op::CloseDay {
            next: date("2018-05-02"),
            carry_forward: vec!["A".into()],
            forced: false,
            outcome: Outcome::Posted,
        },
    );
    check_op(
        &json!({"op": "map_type", "type": "wallet", "subject": "2203", "from": "2018-05-02", "outcome": "rejected:not_leaf"}),
        &Op::MapType {
            kind: "wallet".into(),
            subject: "2203".into(),
            from: date("2018-05-02"),
            outcome: Outcome::Rejected("not_leaf".into()),
        },
    );
    check_op(
        &json!({"op": "set_booking_mode", "type": "top_up", "mode": "single_double", "from": "2018-05-02", "outcome": "posted"}),
        &Op::SetBookingMode {
            kind: "top_up".into(),
            mode: "single_double".into(),
            from: date("2018-05-02"),
            outcome: Outcome::Posted,
        },
    );
}

#[test]
fn checks_are_read_in_their_accounts_currencies() {
    let figure = |account, what, value| Figure { account, what, value };
    check_op(
        &json!({"op": "check", "balances": {"A": "1.50", "J": "12"}, "frozen": {"J": "3"}, "available": {"A": "-0.01"},
                "remaining": {"F": "5"}}),
        &Op::Check {
            figures: vec![
                figure(0, Shown::Balance, 150),
                figure(1, Shown::Balance, 12),
                figure(1, Shown::Frozen, 3),
                figure(0, Shown::Available, -1),
            ],
            remaining: vec![Remaining { hold: "F".into(), account: 1, value: 5 }],
        },
    );
    check_op(
        &json!({"op": "check_turnover", "date": "2018-05-01", "turnover": {"J": {"debit": "-3", "credit": "0"}}}),
        &Op::CheckTurnover { date: date("2018-05-01"), turnovers: vec![(1, -3, 0)] },
    );
    check_op(
        &json!({"op": "check_balance_at", "account": "A", "value_date": "2018-05-03", "balance": "2"}),
        &Op::CheckBalanceAt { account: 0, at: Moment::ValueDate(date("2018-05-03")), balance: 200 },
    );
}

#[test]
fn every_operation_may_say_why_and_by_whom() {
    let legs = legs().0;
    let operations = [
        json!({"op": "post", "txn": "1", "legs": legs}),
        json!({"op": "try", "txn": "1", "legs": legs}),
        json!({"op": "confirm", "txn": "1"}),
        json!({"op": "cancel_try", "txn": "1"}),
        json!({"op": "cancel", "txn": "1"}),
        json!({"op": "reverse", "txn": "1", "reverses": "0"}),
        json!({"op": "freeze", "freeze": "G", "account": "A", "amount": "1"}),
        json!({"op": "unfreeze", "freeze": "F"}),
        json!({"op": "raise", "freeze": "F", "amount": "1"}),
        json!({"op": "consume", "txn": "1", "freeze": "F", "legs": legs}),
        json!({"op": "set_state", "account": "A"}),
        json!({"op": "set_reserve", "account": "A", "amount": "1"}),
        json!({"op": "set_limits", "account": "A"}),
        json!({"op": "close_day", "next": "2018-05-02"}),
        json!({"op": "check"}),
        json!({"op": "check_turnover", "date": "2018-05-01", "turnover": {}}),
        json!({"op": "check_balance_at", "account": "A", "value_date": "2018-05-03", "balance": "2"}),
    ];
    for mut operation in operations {
        let name = operation["op"].as_str().unwrap().to_owned();
        assert_eq!(step(&operation).unwrap().particulars, Particulars::default(), "{name}");
        for field in ["note", "reason", "approval", "operator", "reference", "visibility"] {
            operation[field] = json!(field);
        }
        operation["tags"] = json!(["a", "b"]);
        let read = step(&operation).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let expect = Particulars {
            reason: text("reason"),
            approval: text("approval"),
            operator: text("operator"),
            reference: text("reference"),
            tags: text("a,b"),
            visibility: text("visibility"),
        };
        assert_eq!((read.op.name(), &*read.note, read.particulars), (&*name, "note", expect));
        operation["whim"] = json!(1);
        let error = step(&operation).unwrap_err();
        assert!(error.contains("step 2: unknown field `whim`"), "{name}: {error}");
    }
}

#[test]
fn an_operation_of_another_version_is_not_looked_into() {
    let read = step(&json!({"op": "levitate", "note": "n", "anything": 1, "tags": 2})).unwrap();
    assert_eq!((&*read.note, read.op), ("n", Op::Unknown { op: "levitate".into() }));
}

#[test]
fn accounts_carry_their_type_customer_and_limits() {
    let mut file = scenario(&json!([]));
    for (field, value) in
        [("type", "cash"), ("customer", "c-1"), ("transaction_limit", "1.00"), ("day_limit", "2.50")]
    {
        file["accounts"][0][field] = json!(value);
    }
    let read = parse(file).unwrap();
    let limits = |a: &Account| (a.overdraft_limit, a.credit_limit, a.transaction_limit, a.day_limit, a.hot);
    let limits: Vec<_> = read.accounts.iter().map(limits).collect();
    assert_eq!(limits, [(0, None, Some(100), Some(250), false), (7, Some(9), None, None, true)]);
    let names: Vec<_> = read.accounts.iter().map(|a| (&*a.kind, a.customer.as_deref())).collect();
    assert_eq!(names, [("cash", Some("c-1")), ("", None)]);
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_field() {
    #[track_caller]
    fn check(file: Value, expect: &str) {
        let error = parse(file).unwrap_err();
        assert!(error.contains(expect), "{error}");
    }
    #[track_caller]
    fn check_step(file: &Value, expect: &str) {
        let error = step(file).unwrap_err();
        assert!(error.contains(expect), "{error}");
    }
    check_step(&json!({"op": "close_day", "next": "2018-13-02"}), "step 2: `next`: `2018-13-02` is no date");
    check_step(
        &json!({"op": "close_day", "next": "2018-05-03", "force": true}),
        "step 2: unknown field `force`",
    );
    check_step(&json!({"txn": "x"}), "step 2: it has no `op`");
    check_step(&json!("post"), "step 2: not an object");
    check_step(&json!({"op": "cancel", "txn": null}), "step 2: it has no `txn`");
    check_step(&json!({"op": "cancel", "txn": 1}), "step 2: `txn`: invalid type: integer `1`");
    check_step(&json!({"op": "cancel", "txn": "1", "note": 1}), "step 2: `note`: invalid type");
    check_step(&json!({"op": "cancel", "txn": "1", "tags": [1]}), "step 2: `tags`: invalid type");
    check_step(
        &json!({"op": "cancel", "txn": "1", "outcome": "maybe"}),
        "step 2: `outcome`: `maybe` is no outcome",
    );
    let mut legs = legs().0;
    legs[0]["color"] = json!("red");
    check_step(&json!({"op": "post", "txn": "1", "legs": legs}), "step 2: `legs[0]`: unknown field `color`");
    check_step(&json!({"op": "try", "txn": "1"}), "step 2: it has no `legs`");
    check_step(&json!({"op": "raise", "freeze": "F"}), "step 2: it has no `amount`");
    let freeze = |field: &str, value: Value| {
        let mut freeze = json!({"op": "freeze", "freeze": "G", "account": "A", "amount": "1"});
        freeze[field] = value;
        freeze
    };
    check_step(&freeze("kind", json!("whim")), "step 2: `kind`: unknown variant `whim`");
    let no_moment = "step 2: `expires`: `";
    for expires in [json!("tomorrow"), json!(-1), json!(1.5), json!(i64::MAX)] {
        check_step(&freeze("expires", expires), no_moment);
    }
    check_step(
        &json!({"op": "check", "balances": {"B": "1"}}),
        "step 2: `balances`: account `B` is not among the accounts",
    );
    check_step(
        &json!({"op": "check", "frozen": {"J": "1.5"}}),
        "step 2: `frozen`: `1.5`: more decimal places",
    );
    check_step(
        &json!({"op": "check", "remaining": {"G": "1"}}),
        "step 2: `remaining`: no step before this one opens the hold `G`",
    );
    check_step(
        &json!({"op": "check", "remaining": {"F": "1.5"}}),
        "step 2: `remaining`: `1.5`: more decimal places",
    );
    check_step(
        &json!({"op": "check_balance_at", "account": "A", "balance": "1"}),
        "step 2: it names not one date but none or two",
    );
    let mut file = scenario(&json!([]));
    file["start"] = json!("yesterday");
    check(file.clone(), "start: `yesterday` is no date");
    file["extra"] = json!(1);
    check(file, "unknown field `extra`");
}
