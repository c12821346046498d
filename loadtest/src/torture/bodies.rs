//! Bodies that mean no good: every extreme in every field of every request, and nesting without end.

use longmen_client::{CompactLeg, CompactSettings, CompactTransaction, Note, Operation, Side, Transfer};
use longmen_client::{write_transactions, write_transfers};
use serde_json::{Value, json};

/// What stands in place of a value.
fn extremes() -> Vec<Value> {
    let mut all: Vec<Value> = [
        0,
        1,
        -1,
        0x7F,
        0x80,
        -0x81,
        0xFF,
        0x100,
        0x7FFF,
        0x8000,
        0xFFFF,
        0x1_0000,
        0x7FFF_FFFF,
        0x8000_0000,
        0xFFFF_FFFF,
        0x1_0000_0000,
        i64::MAX,
        i64::MIN,
        i64::MIN + 1,
    ]
    .map(Value::from)
    .into();
    all.extend([json!(u64::MAX), json!(u64::MAX - 1), json!(1_u64 << 63), json!(1.5), json!(f64::MAX)]);
    all.extend([json!(null), json!(true), json!([]), json!({}), json!([[[[]]]]), json!("")]);
    all.extend(
        ["-1", "0", "0.001", "1e9", "92233720368547758.07", "9223372036854775808", "\u{0}", "龙门"]
            .map(Value::from),
    );
    all.extend([Value::from("9".repeat(400)), Value::from("x".repeat(70_000))]);
    all
}

/// A request of every operation, over accounts that nobody minds.
fn requests(account: u64, other: u64, serial: u64) -> Vec<(Operation, Value)> {
    let id = |offset: u64| serial * 64 + offset;
    let legs = json!([[account, "debit", 5, "CNY"], [other, "credit", 5, "CNY", 2]]);
    let key = json!({"entity": "WILD", "number": "W1", "type": "", "currency": "CNY"});
    let action = |offset: u64, name: &str, action: Value| {
        let mut one = json!({"id": id(offset)});
        one[name] = action;
        if matches!(name, "consume" | "refund" | "try") {
            one["legs"] = legs.clone();
        }
        (Operation::Post, json!({"transactions": [one]}))
    };
    vec![
        (Operation::Ping, json!({})),
        (Operation::Status, json!({})),
        (
            Operation::Post,
            json!({"transactions": [{"id": id(0), "legs": legs, "time": 0, "value_date": 20_000,
            "accounting_date": 20_000, "type": "t", "reference": "r", "tags": "t", "operator": "o", "approval": "a",
            "reason": "r", "visibility": "internal", "counterparty": "c"}], "balances": true}),
        ),
        (
            Operation::Post,
            json!({"transactions": [{"id": id(1), "legs": [[key, 0, "1.00"], [other, 1, "1.00", "CNY"]]}]}),
        ),
        action(
            2,
            "freeze",
            json!({"account": account, "amount": 1, "currency": "CNY", "kind": "business", "authority": "x", "expires_us": 4_000_000_000_000_000_u64}),
        ),
        action(
            3,
            "unfreeze",
            json!({"hold": id(2), "client": 1, "amount": 1, "currency": "CNY", "authority": "x"}),
        ),
        action(
            4,
            "consume",
            json!({"hold": id(2), "client": 1, "amount": 5, "currency": "CNY", "authority": "x", "forced": false}),
        ),
        action(5, "reverse", json!({"original": id(0), "client": 1, "place": "1/0", "forced": false})),
        action(6, "refund", json!({"original": id(0), "client": 1, "place": "1/0"})),
        action(7, "try", json!({"expires_us": 4_000_000_000_000_000_u64})),
        action(8, "confirm", json!({"original": id(7), "client": 1, "place": "1/0"})),
        action(
            11,
            "raise",
            json!({"hold": id(2), "client": 1, "amount": 1, "currency": "CNY", "authority": "x", "expires_us": 1}),
        ),
        action(9, "cancel_try", json!({"original": id(7), "client": 1, "place": "1/0"})),
        (Operation::Cancel, json!({"id": id(10), "time": 1})),
        (Operation::OpenEntity, json!({"code": "WILD", "start": "2026-01-05"})),
        (
            Operation::OpenSubjects,
            json!({"entity": "WILD", "subjects": [{"code": "22030199", "name": "n", "class": "liability",
            "normal": "credit", "leaf": true, "valid_from": "2026-01-05", "valid_to": "2027-01-05", "tenor": "t", "party": "p", "purpose": "p"}]}),
        ),
        (
            Operation::OpenAccounts,
            json!({"accounts": [{"entity": "WILD", "number": format!("X{serial}"), "type": "", "currency": "CNY",
            "subject": "220301", "owner": "customer", "may_go_negative": false, "overdraft_limit": 1, "credit_limit": 1, "hot": false, "customer": "c"}]}),
        ),
        (
            Operation::SetState,
            json!({"account": account, "account_state": 1, "payment_state": 1, "operator": "o", "approval": "a", "reason": "r"}),
        ),
        (Operation::SetHot, json!({"account": account, "hot": false, "operator": "o"})),
        (Operation::SetReserve, json!({"account": account, "amount": 0, "currency": "CNY"})),
        (
            Operation::SetLimits,
            json!({"account": account, "overdraft_limit": 1, "credit_limit": 1, "transaction_limit": 1, "day_limit": 1, "currency": "CNY"}),
        ),
        (
            Operation::CloseDay,
            json!({"entity": "WILD", "next": "2026-01-05", "carry_forward": other, "operator": "o"}),
        ),
        (Operation::MapCustomer, json!({"account": account, "customer": "c"})),
        (
            Operation::MapType,
            json!({"entity": "WILD", "type": "t", "subject": "220301", "from": "2026-01-05"}),
        ),
        (
            Operation::SetBookingMode,
            json!({"entity": "WILD", "type": "t", "mode": "single_double", "from": "2026-01-05"}),
        ),
        (Operation::SetFeeRules, json!({"entity": "WILD", "file": "[[rule]]", "from": "2026-01-05"})),
        (Operation::FeeRules, json!({"entity": "WILD", "before": 0})),
        (Operation::ChangeAccess, json!({"digest": "0".repeat(64)})),
        (
            Operation::Propose,
            json!({"id": id(12), "operation": Operation::Post.number(), "request": {"transactions": [{"id": id(12), "legs": legs}]},
            "at_once": false}),
        ),
        (
            Operation::Propose,
            json!({"id": id(13), "operation": Operation::SetState.number(), "request": {"account": account, "payment_state": 1},
            "expires_us": 4_000_000_000_000_000_u64, "at_once": false}),
        ),
        (Operation::Approve, json!({"proposal": 1, "digest": "0".repeat(64), "reason": "r"})),
        (Operation::Reject, json!({"proposal": 1, "reason": "r"})),
        (Operation::Withdraw, json!({"proposal": 1, "reason": "r"})),
        (Operation::Balance, json!({"accounts": [account, other]})),
        (Operation::Accounts, json!({"after": 0, "limit": 1})),
        (
            Operation::Statement,
            json!({"account": account, "before": "1/2/3", "limit": 1, "from": "2026-01-05", "to": "2026-01-06",
            "by": "accounting", "order": "newest_first", "visible_to": "internal", "holds": true, "legs": true, "totals": true}),
        ),
        (Operation::Statement, json!({"account": account, "limit": 1, "from": 1, "to": 2, "by": "time"})),
        (Operation::Transaction, json!({"id": id(0)})),
        (
            Operation::Find,
            json!({"reference": "r", "entity": "WILD", "from": "2026-01-05", "to": "2026-01-06", "after": "1/2", "limit": 1}),
        ),
        (Operation::Find, json!({"id": id(0), "limit": 1})),
        (Operation::TrialBalance, json!({"entity": "WILD"})),
        (Operation::Customer, json!({"entity": "WILD", "customer": "c"})),
        (Operation::Holds, json!({"account": account, "after": "1/1", "limit": 1})),
        (Operation::Chart, json!({"entity": "WILD"})),
        (Operation::GeneralLedger, json!({"entity": "WILD", "from": "2026-01-05", "to": "2026-01-05"})),
        (Operation::BalanceAt, json!({"account": account, "date": "2026-01-05"})),
        (Operation::BalanceAt, json!({"account": account, "time_us": 1})),
        (Operation::Entry, json!({"account": account, "position": "1/2/3", "from": 0, "limit": 1})),
        (
            Operation::Register,
            json!({"account": account, "entity": "WILD", "from": 1, "to": 2, "after": "1/2/3", "limit": 1}),
        ),
        (Operation::Proposals, json!({"after": 0, "limit": 1, "open": true, "account": account})),
    ]
}

/// Each request with each of its values replaced by each extreme: operation, form, body.
pub(super) fn extreme_requests(account: u64, other: u64, serial: u64) -> Vec<(Operation, u8, Vec<u8>)> {
    let extremes = extremes();
    let mut all = Vec::new();
    for (operation, good) in requests(account, other, serial) {
        for leaf in 0..count_leaves(&good) {
            for extreme in &extremes {
                let mut bad = good.clone();
                replace_leaf(&mut bad, &mut { leaf }, extreme);
                all.push((operation, 0, rmp_serde::to_vec_named(&bad).expect("plain data can be written")));
            }
        }
    }
    all.extend(extreme_compact(account, other, serial).into_iter().map(|body| (Operation::Post, 1, body)));
    all
}

fn count_leaves(value: &Value) -> usize {
    match value {
        Value::Array(elements) if !elements.is_empty() => elements.iter().map(count_leaves).sum(),
        Value::Object(fields) if !fields.is_empty() => fields.values().map(count_leaves).sum(),
        _ => 1,
    }
}

/// Replaces the leaf with this number; counts `leaf` down on the way.
fn replace_leaf(value: &mut Value, leaf: &mut usize, extreme: &Value) -> bool {
    match value {
        Value::Array(elements) if !elements.is_empty() => {
            elements.iter_mut().any(|value| replace_leaf(value, leaf, extreme))
        }
        Value::Object(fields) if !fields.is_empty() => {
            fields.values_mut().any(|value| replace_leaf(value, leaf, extreme))
        }
        _ if *leaf == 0 => {
            *value = extreme.clone();
            true
        }
        _ => {
            *leaf -= 1;
            false
        }
    }
}

/// Compact posts with every field of four bytes or eight at its ends.
fn extreme_compact(account: u64, other: u64, serial: u64) -> Vec<Vec<u8>> {
    let (mut transfers, mut transactions) = (Vec::new(), Vec::new());
    let id = (1 << 80) + u128::from(serial);
    let transfer = Transfer { id, debit: account, credit: other, amount: 5 };
    write_transfers(&mut transfers, CompactSettings::default(), 156, &[transfer]);
    let leg = |account, step, side| CompactLeg { account, amount: 5, currency: 156, step, side };
    let legs = [leg(account, 1, Side::Debit), leg(other, 2, Side::Credit)];
    let notes = [(Note::Kind, "kind")];
    let transaction = CompactTransaction { id: id + 1, value_date: Some(20_000), legs: &legs, notes: &notes };
    write_transactions(&mut transactions, CompactSettings::default(), &[transaction]);
    let mut all = Vec::new();
    for good in [transfers, transactions] {
        for width in [1, 2, 4, 8] {
            for at in (0..=good.len() - width).step_by(width) {
                for fill in [0_u64, 1, u64::MAX, i64::MAX.cast_unsigned(), 1 << 63, 0x7FFF_FFFF, 0x8000_0000]
                {
                    let mut bad = good.clone();
                    bad[at..at + width].copy_from_slice(&fill.to_le_bytes()[..width]);
                    all.push(bad);
                }
            }
        }
    }
    all
}

/// Bodies that nest, announce more than they bring, or both.
pub(super) fn nesting() -> Vec<Vec<u8>> {
    let deep = |byte: u8, depth: usize| vec![byte; depth];
    let named = |name: &[u8], inner: &[u8]| {
        let length = u8::try_from(name.len()).expect("a short name");
        [&[0x81, 0xA0 | length], name, inner].concat()
    };
    let mut maps = Vec::new();
    for _ in 0..20_000 {
        maps.extend([0x81, 0xA1, b'x']);
    }
    vec![
        deep(0x91, 200_000),
        maps,
        named(b"transactions", &deep(0x91, 100_000)),
        named(b"accounts", &deep(0x91, 100_000)),
        named(b"transactions", b"\xDD\xFF\xFF\xFF\xFF"),
        named(b"accounts", b"\xDD\x7F\xFF\xFF\xFF"),
        b"\xDD\xFF\xFF\xFF\xFF".to_vec(),
        b"\xDF\xFF\xFF\xFF\xFF".to_vec(),
        b"\xC6\xFF\xFF\xFF\xFF".to_vec(),
        b"\xDB\xFF\xFF\xFF\xFF".to_vec(),
        b"\xC9\xFF\xFF\xFF\xFF\x01".to_vec(),
        named(b"id", b"\xDB\xFF\xFF\xFF\xFF"),
        named(b"id", b"\xC6\xFF\xFF\xFF\xFF"),
        deep(0xC1, 64),
        deep(0xDE, 3_000),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_is_replaced_once() {
        let good = json!({"a": [1, {"b": 2}], "c": []});
        assert_eq!(count_leaves(&good), 3);
        let replaced = |leaf: usize| {
            let mut bad = good.clone();
            assert!(replace_leaf(&mut bad, &mut { leaf }, &json!(9)));
            bad
        };
        assert_eq!(replaced(0), json!({"a": [9, {"b": 2}], "c": []}));
        assert_eq!(replaced(1), json!({"a": [1, {"b": 9}], "c": []}));
        assert_eq!(replaced(2), json!({"a": [1, {"b": 2}], "c": 9}));
    }

    #[test]
    fn there_is_a_request_of_every_operation_but_hello() {
        let found = requests(1, 2, 0);
        let lacks = |wanted: &&Operation| !found.iter().any(|(operation, _)| operation == *wanted);
        let lacking: Vec<_> = Operation::ALL.iter().filter(lacks).collect();
        assert_eq!(lacking, [&Operation::Hello]);
    }
}
