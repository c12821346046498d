//! What a transaction does besides posting, as it stands on the wire.

use super::*;

/// What is wrong with a transaction that has this action, if anything is.
fn fault_of(action: &str, value: &[u8], legs: &[u8]) -> Option<String> {
    let mut transaction = vec![0x83, 0xA2, b'i', b'd', 7, 0xA4];
    transaction.extend(b"legs");
    transaction.extend(legs);
    transaction.push(0xA0 | u8::try_from(action.len()).unwrap());
    transaction.extend(action.as_bytes());
    transaction.extend(value);
    let body = [&[0x91, 0x91], &transaction[..]].concat();
    let Ok(Request::Post(post)) = read_request(Operation::Post, Format::MessagePack, &body, ASKING) else {
        panic!()
    };
    let malformed = post.batch.transactions[0].shape == Some(Rejection::Malformed);
    assert_eq!(malformed, !post.faults.is_empty());
    assert_eq!(post.places.len(), post.batch.clone().namings().count());
    post.faults.first().map(|(_, fault)| fault.to_string())
}

const NO_LEGS: &[u8] = &[0x90];
/// `[[1, 0, 5, 156], [2, 1, 5, 156]]`
const LEGS: &[u8] = &[0x92, 0x94, 1, 0, 5, 0xCC, 156, 0x94, 2, 1, 5, 0xCC, 156];

#[test]
fn actions_are_read_or_refused() {
    #[track_caller]
    fn check(action: &str, value: &[u8], legs: &[u8], expect: Option<&str>) {
        assert_eq!(fault_of(action, value, legs).as_deref(), expect, "{action} {value:02x?}");
    }
    check("freeze", b"\x93\x01\x05\xA3CNY", NO_LEGS, None);
    check("freeze", b"\x92\x94\xA2LM\xA2U1\xA0\xA3CNY\xA45.00", NO_LEGS, None);
    check("freeze", b"\x93\x01\x05\xA3CNY", LEGS, Some("has legs, which this action brings itself"));
    check("freeze", b"\x92\x01\x05", NO_LEGS, Some("freeze.currency: is missing"));
    check("freeze", b"\x91\x01", NO_LEGS, Some("freeze.currency: is missing"));
    check("freeze", b"\x93\xC0\x05\xA3CNY", NO_LEGS, Some("freeze.account: is missing"));
    check("freeze", b"\x93\x01\xC0\xA3CNY", NO_LEGS, Some("freeze.amount: is missing"));
    check("freeze", b"\x93\x01\xA1x\xA3CNY", NO_LEGS, Some("freeze.amount: not a decimal number: \"x\""));
    check("freeze", b"\x94\x01\x05\xA3CNY\xA3try", NO_LEGS, Some("freeze.kind: not a kind of hold"));
    check("freeze", b"\x95\x01\x05\xA3CNY\xA8judicial\xA5court", NO_LEGS, None);
    check(
        "freeze",
        b"\x94\x01\x05\xA3CNY\xA8judicial",
        NO_LEGS,
        Some("freeze.authority: is missing: a court's hold is released and spent by who is named here"),
    );
    check("freeze", b"\x96\x01\x05\xA3CNY\xC0\xC0\xFF", NO_LEGS, Some("freeze.expires_us: out of range"));
    check(
        "freeze",
        b"\x97\x01\x05\xA3CNY\xC0\xC0\xC0\xC0",
        NO_LEGS,
        Some("freeze: has more fields than there are"),
    );
    check("freeze", b"\x05", NO_LEGS, Some("freeze: neither a map nor an array"));

    check("unfreeze", b"\x91\x07", NO_LEGS, None);
    check("unfreeze", b"\x90", NO_LEGS, Some("unfreeze.hold: is missing"));
    check("unfreeze", b"\x93\x07\xC0\x05", NO_LEGS, None);
    check("unfreeze", b"\x93\x07\xC0\xA15", NO_LEGS, Some("unfreeze.currency: is missing"));
    check("unfreeze", b"\x94\x07\x02\xA15\xA3CNY", NO_LEGS, None);
    check("unfreeze", b"\x92\x07\xFF", NO_LEGS, Some("unfreeze.client: out of range"));

    check("raise", b"\x94\x07\xC0\x05\xA3CNY", NO_LEGS, None);
    check("raise", b"\x96\x07\x02\xA45.00\xA3CNY\xA5court\x07", NO_LEGS, None);
    check("raise", b"\x90", NO_LEGS, Some("raise.hold: is missing"));
    check("raise", b"\x94\x07\xC0\xC0\xA3CNY", NO_LEGS, Some("raise.amount: is missing"));
    check("raise", b"\x93\x07\xC0\x05", NO_LEGS, Some("raise.currency: is missing"));
    check("raise", b"\x92\x07\xFF", NO_LEGS, Some("raise.client: out of range"));
    check("raise", b"\x94\x07\xC0\xA1x\xA3CNY", NO_LEGS, Some("raise.amount: not a decimal number: \"x\""));
    check("raise", b"\x96\x07\xC0\x05\xA3CNY\xC0\xFF", NO_LEGS, Some("raise.expires_us: out of range"));
    check("raise", b"\x94\x07\xC0\x05\xA3CNY", LEGS, Some("has legs, which this action brings itself"));

    check("consume", b"\x93\x07\xC0\x05", LEGS, None);
    check("consume", b"\x93\x07\xC0\x05", NO_LEGS, Some("has no legs"));
    check("consume", b"\x91\x07", LEGS, Some("consume.amount: is missing"));
    let forced = "has steps that do not increase, or is forced without an approval";
    check("consume", b"\x96\x07\xC0\x05\xC0\xC0\xC3", LEGS, Some(forced));

    check("reverse", b"\x91\x08", NO_LEGS, None);
    check("reverse", b"\x90", NO_LEGS, Some("reverse.original: is missing"));
    check("reverse", b"\x91\x08", LEGS, Some("has legs, which this action brings itself"));
    check("reverse", b"\x91\x07", NO_LEGS, Some("names a transaction of the same request"));
    check("reverse", b"\x92\x07\x04", NO_LEGS, None);
    check("reverse", b"\x93\x08\xC0\xA35/6", NO_LEGS, None);
    for place in [&b"\xA0"[..], b"\xA15", b"\xA55/6/7", b"\xA35/x", b"\xA45/-1", b"\x05"] {
        let value = [b"\x93\x08\xC0", place].concat();
        assert!(
            fault_of("reverse", &value, NO_LEGS).unwrap().starts_with("reverse.place: not a "),
            "{place:02x?}"
        );
    }
    check("reverse", b"\x94\x08\xC0\xC0\xC3", NO_LEGS, Some("is forced without an approval"));
    check("refund", b"\x91\x08", LEGS, None);
    check("refund", b"\x91\x08", NO_LEGS, Some("has no legs"));
    check("refund", b"\x94\x08\xC0\xC0\xC3", LEGS, Some("refund.amount: not an integer"));
    check("refund", b"\x96\x08\xC0\xC0\xC0\xC0\xC0", LEGS, Some("refund: has more fields than there are"));
    // Names are known in whatever order they come.
    check("refund", b"\x83\xA8currency\xA3CNY\xA6amount\x05\xA8original\x08", NO_LEGS, None);
    check("refund", b"\x82\xA8original\x08\xA8original\x08", LEGS, Some("refund.original: comes twice"));
    check("try", b"\x90", LEGS, None);
    check("try", b"\x91\x05", LEGS, None);
    check("try", b"\x90", NO_LEGS, Some("has no legs"));
    check("confirm", b"\x91\x08", NO_LEGS, None);
    check("cancel_try", b"\x91\x08", NO_LEGS, None);
    check("cancel_try", b"\x81\xA1x\x08", NO_LEGS, Some("cancel_try: has a field that is not known: \"x\""));
    check("carry_forward", b"\x90", NO_LEGS, Some("has a field that is not known: \"carry_forward\""));
}

/// A variable that was never set is no id, and no name of a hold or an original.
#[test]
fn an_empty_name_names_nothing() {
    for empty in [&[0][..], &[0xA0], b"\xA1 ", b"\xA3\xE2\x80\x8B", &[0xC4, 0], &[0xC4, 3, 0, 0, 0]] {
        let one = [&[0x91, 0x91][..], &map! {"id": empty, "legs": LEGS}].concat();
        let Ok(Request::Post(post)) = read_request(Operation::Post, Format::MessagePack, &one, ASKING) else {
            panic!()
        };
        assert_eq!(post.batch.transactions[0].shape, Some(Rejection::Malformed), "{empty:02x?}");
        assert_eq!(post.faults[0].1.to_string(), "id: is empty");
        let field = [&[0x91][..], empty].concat();
        assert_eq!(fault_of("unfreeze", &field, NO_LEGS).as_deref(), Some("unfreeze.hold: is empty"));
        assert_eq!(fault_of("consume", &field, LEGS).as_deref(), Some("consume.hold: is empty"));
        assert_eq!(fault_of("raise", &field, NO_LEGS).as_deref(), Some("raise.hold: is empty"));
        for (action, legs) in
            [("reverse", NO_LEGS), ("refund", LEGS), ("confirm", NO_LEGS), ("cancel_try", NO_LEGS)]
        {
            assert_eq!(fault_of(action, &field, legs), Some(format!("{action}.original: is empty")));
        }
        assert!(command(Operation::Cancel, &map! {"id": empty}).is_err());
        let found = read_request(Operation::Transaction, Format::MessagePack, &map! {"id": empty}, ASKING);
        assert!(found.is_err());
    }
    let mut transfer = [0; 56];
    (transfer[0], transfer[2], transfer[4]) = (1, 156, 1);
    (transfer[32], transfer[40], transfer[48]) = (1, 2, 5);
    assert_eq!(post(Format::Compact, &transfer).transactions[0].shape, Some(Rejection::Malformed));
    transfer[16] = 7;
    assert_eq!(post(Format::Compact, &transfer).transactions[0].shape, None);
}

#[test]
fn a_transaction_does_one_thing() {
    let two =
        [&[0x91, 0x91][..], &map! {"id": [7], "try": [0x90], "refund": [0x91, 8], "legs": LEGS}].concat();
    let Ok(Request::Post(post)) = read_request(Operation::Post, Format::MessagePack, &two, ASKING) else {
        panic!()
    };
    assert_eq!(post.faults[0].1.to_string(), "refund: comes beside another action");
    // A nil is no action.
    let one =
        [&[0x91, 0x91][..], &map! {"id": [7], "try": [0xC0], "refund": [0x91, 8], "legs": LEGS}].concat();
    let Ok(Request::Post(post)) = read_request(Operation::Post, Format::MessagePack, &one, ASKING) else {
        panic!()
    };
    assert!(post.faults.is_empty() && post.places == [None]);
}

#[test]
fn a_request_names_no_more_originals_than_are_allowed() {
    #[track_caller]
    fn check(count: u16, expect: Option<&str>) {
        let mut body = vec![0x91, 0xDC];
        body.extend(count.to_be_bytes());
        for id in 1..=count {
            body.extend([0x82, 0xA2, b'i', b'd', 0xCD]);
            body.extend(id.to_be_bytes());
            body.extend(b"\xA7reverse\x91\xCE\0\x01\0\0");
        }
        let found = read_request(Operation::Post, Format::MessagePack, &body, ASKING);
        assert_eq!(found.err().map(|fault| fault.to_string()).as_deref(), expect, "{count}");
    }
    check(512, None);
    check(513, Some("transactions[512]: names more originals than are allowed"));
}
