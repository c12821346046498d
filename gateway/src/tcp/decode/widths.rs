//! A value may be written wider than it need be: it is the same request.

use longmen_client::{Format, Operation};
use longmen_engine::ledger::ClientId;
use serde_json::{Value, json};

use super::{Asking, read_request};

/// Writes a value with the widest length or number that MessagePack has for it.
fn write_wide(value: &Value, out: &mut Vec<u8>) {
    let length = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    match value {
        Value::Null => out.push(0xC0),
        Value::Bool(flag) => out.push(0xC2 | u8::from(*flag)),
        Value::Number(number) => {
            out.push(0xD3);
            out.extend(number.as_i64().unwrap().to_be_bytes());
        }
        Value::String(text) => {
            out.push(0xDB);
            out.extend(length(text.len()));
            out.extend(text.as_bytes());
        }
        Value::Array(values) => {
            out.push(0xDD);
            out.extend(length(values.len()));
            values.iter().for_each(|value| write_wide(value, out));
        }
        Value::Object(fields) => {
            out.push(0xDF);
            out.extend(length(fields.len()));
            for (name, value) in fields {
                // A name is a short text.
                out.push(0xA0 | u8::try_from(name.len()).unwrap());
                out.extend(name.as_bytes());
                write_wide(value, out);
            }
        }
    }
}

#[test]
fn what_is_written_wider_than_it_need_be_is_the_same() {
    let key = json!({"entity": "LM", "number": "U-1", "type": "cash", "currency": "CNY"});
    let by_place = json!(["LM", "U-2", "", 156]);
    let leg = |step: u16, account: &Value, side: Value| json!({"step": step, "account": account, "side": side, "amount": "5.00", "currency": "CNY"});
    let legs =
        json!([leg(1, &key, json!("debit")), leg(2, &by_place, json!(1)), leg(3, &json!(7), json!(0))]);
    let payment = json!({"id": "order-17", "value_date": "2026-11-30", "legs": legs, "reference": "r"});
    let freeze =
        json!({"account": key, "amount": 500, "currency": "CNY", "kind": "judicial", "authority": "court"});
    let raise = json!({"hold": 8, "amount": "1.00", "currency": "CNY"});
    let requests = [
        (Operation::Post, json!({"transactions": [payment], "balances": true})),
        (Operation::Post, json!({"transactions": [{"id": 8, "freeze": freeze}, {"id": 9, "raise": raise}]})),
        (Operation::Balance, json!({"accounts": [key, by_place, 7]})),
        (Operation::CloseDay, json!({"entity": "LM", "next": "2026-12-01", "carry_forward": [key]})),
        (Operation::Statement, json!({"account": by_place, "from": "2026-01-01", "to": "2026-11-30"})),
        (Operation::GeneralLedger, json!({"entity": "LM", "from": "2026-01-01", "to": "2026-11-30"})),
    ];
    for (operation, body) in requests {
        let (narrow, mut wide) = (rmp_serde::to_vec_named(&body).unwrap(), Vec::new());
        write_wide(&body, &mut wide);
        let read = |body: &[u8]| {
            let asking = Asking { client: ClientId(3) };
            read_request(operation, Format::MessagePack, body, asking)
                .map(|request| format!("{request:?}"))
                .unwrap_or_else(|fault| panic!("{operation:?}: {fault}"))
        };
        assert_eq!(read(&wide), read(&narrow), "{body}");
    }
}
