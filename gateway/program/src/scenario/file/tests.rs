use longmen_client::Side;
use serde_json::json;

use super::*;

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

#[test]
fn steps_are_read_in_their_accounts_currencies() {
    #[track_caller]
    fn check(step: &Value, expect: &Op) {
        let read = parse(scenario(&json!([step]))).unwrap();
        assert_eq!(read.steps[0].op, *expect);
    }
    let date = |text| Date::parse(text).unwrap();
    let leg = json!({"step": 1, "account": "nobody", "side": "debit", "amount": "1e3", "currency": "CNY"});
    check(
        &json!({"op": "post", "txn": "1", "type": "t", "value_date": "2018-05-02", "legs": [leg], "outcome": "duplicate"}),
        &Op::Post {
            id: "1".into(),
            kind: "t".into(),
            value_date: Some(date("2018-05-02")),
            legs: vec![Leg {
                step: 1,
                account: "nobody".into(),
                side: Side::Debit,
                amount: "1e3".into(),
                currency: "CNY".into(),
            }],
            outcome: Outcome::Duplicate,
        },
    );
    check(
        &json!({"op": "cancel", "txn": "1", "outcome": "rejected:already_posted"}),
        &Op::Cancel { id: "1".into(), outcome: Outcome::Rejected("already_posted".into()) },
    );
    let figure = |account, what, value| Figure { account, what, value };
    check(
        &json!({"op": "check", "balances": {"A": "1.50", "J": "12"}, "available": {"A": "-0.01"}, "remaining": {}}),
        &Op::Check {
            figures: vec![
                figure(0, Shown::Balance, 150),
                figure(1, Shown::Balance, 12),
                figure(0, Shown::Available, -1),
            ],
        },
    );
    check(
        &json!({"op": "check_turnover", "date": "2018-05-01", "turnover": {"J": {"debit": "3", "credit": "0"}}}),
        &Op::CheckTurnover { date: date("2018-05-01"), turnovers: vec![(1, 3, 0)] },
    );
    check(
        &json!({"op": "check_balance_at", "account": "A", "value_date": "2018-05-03", "balance": "2"}),
        &Op::CheckBalanceAt { account: 0, at: Moment::ValueDate(date("2018-05-03")), balance: 200 },
    );
    check(&json!({"op": "freeze", "anything": 1}), &Op::Unknown { op: "freeze".into() });
    let holds = json!({"op": "check", "remaining": {"F1": "1.00"}});
    assert!(matches!(&parse(scenario(&json!([holds]))).unwrap().steps[0].op, Op::Unknown { .. }));
}

#[test]
fn accounts_carry_their_limits() {
    let read = parse(scenario(&json!([]))).unwrap();
    let limits: Vec<_> = read.accounts.iter().map(|a| (a.overdraft_limit, a.credit_limit, a.hot)).collect();
    assert_eq!(limits, [(0, None, false), (7, Some(9), true)]);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    #[track_caller]
    fn check(file: Value, expect: &str) {
        let error = parse(file).unwrap_err();
        assert!(error.contains(expect), "{error}");
    }
    let step = |step: Value| scenario(&json!([{"op": "close_day", "next": "2018-05-02"}, step]));
    check(step(json!({"op": "close_day", "next": "2018-13-02"})), "step 2: `2018-13-02` is no date");
    check(
        step(json!({"op": "close_day", "next": "2018-05-03", "force": true})),
        "step 2: unknown field `force`",
    );
    check(step(json!({"txn": "x"})), "step 2: it has no `op`");
    check(step(json!({"op": "cancel", "txn": "1", "outcome": "maybe"})), "step 2: `maybe` is no outcome");
    check(
        step(json!({"op": "check", "balances": {"B": "1"}})),
        "step 2: account `B` is not among the accounts",
    );
    check(step(json!({"op": "check", "balances": {"J": "1.5"}})), "step 2: `1.5`: more decimal places");
    check(
        step(json!({"op": "check_balance_at", "account": "A", "balance": "1"})),
        "step 2: it names not one date but none or two",
    );
    let mut file = scenario(&json!([]));
    file["start"] = json!("yesterday");
    check(file.clone(), "start: `yesterday` is no date");
    file["extra"] = json!(1);
    check(file, "unknown field `extra`");
}
