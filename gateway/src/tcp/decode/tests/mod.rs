use longmen_engine::Cursor;
use longmen_engine::ledger::notes::{self, Note, TextIds};
use longmen_engine::ledger::{
    AccountId, AccountKey, AccountRef, Amount, AttributeChange, Batch, ClientId, Currency, Date, Leg,
    Position, Rejection, Side, TransactionId,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

const ASKING: Asking = Asking { client: ClientId(3) };

fn command(operation: Operation, body: &[u8]) -> Result<Command, String> {
    match read_request(operation, Format::MessagePack, body, ASKING) {
        Ok(Request::Command(command)) => Ok(command),
        Ok(other) => panic!("not a command: {other:?}"),
        Err(fault) => Err(fault.to_string()),
    }
}

fn post(format: Format, body: &[u8]) -> Batch {
    match read_request(Operation::Post, format, body, ASKING) {
        Ok(Request::Post(post)) => post.batch,
        other => panic!("not a post: {other:?}"),
    }
}

/// `{"entity": "LM", ...}` and the like: a name and a value, both short.
macro_rules! map {
    ($($name:tt: $value:expr),*) => {{
        let fields: Vec<(&str, Vec<u8>)> = vec![$(($name, $value.to_vec())),*];
        let mut bytes = vec![0x80 | u8::try_from(fields.len()).unwrap()];
        for (name, value) in fields {
            bytes.push(0xA0 | u8::try_from(name.len()).unwrap());
            bytes.extend(name.as_bytes());
            bytes.extend(value);
        }
        bytes
    }};
}

mod actions;

#[test]
fn ids_are_integers_bytes_or_texts() {
    #[track_caller]
    fn check(value: &[u8], expect: Result<u128, &str>) {
        let found = command(Operation::Cancel, &map! {"id": value});
        let found = found.map(|command| match command {
            Command::Cancel { id, time: 0, text_id } => {
                assert_eq!(&*text_id == "order-17", value.ends_with(b"order-17"));
                id.0
            }
            other => panic!("{other:?}"),
        });
        assert_eq!(found, expect.map_err(str::to_owned), "{value:02x?}");
    }
    check(&[7], Ok(7));
    check(&[0xCF, 255, 255, 255, 255, 255, 255, 255, 255], Ok(u64::MAX.into()));
    for empty in [
        &[0][..],
        &[0xC4, 0],
        &[0xC4, 2, 0, 0],
        &[0xCF, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0xA0],
        b"\xA1 ",
        b"\xA4 \xE2\x80\x8B",
    ] {
        check(empty, Err("id: is empty"));
    }
    check(&[0xC4, 2, 1, 2], Ok(258));
    check(&[&[0xC4, 16][..], &[255; 16]].concat(), Ok(u128::MAX));
    check(
        &[&[0xC4, 17][..], &[255; 17]].concat(),
        Err("id: longer than is allowed, in bytes: 17, at most 16"),
    );
    check(b"\xA8order-17", Ok(0x1cf8_320d_8c5b_e8fc_9f18_41f7_e4de_2cdd));
    check(&[0xFF], Err("id: out of range"));
    check(&[0xCA, 0, 0, 0, 0], Err("id: a float where an integer belongs"));
}

#[test]
fn accounts_are_ids_or_natural_keys() {
    let key = AccountKey {
        entity: "LM".into(),
        number: "U1".into(),
        kind: "".into(),
        currency: Currency::from_code("CNY").unwrap(),
    };
    #[track_caller]
    fn check(value: &[u8], expect: Result<AccountRef, &str>) {
        let found = command(Operation::SetHot, &map! {"account": value, "hot": [0xC3]});
        let found = found.map(|command| match command {
            Command::Change(asked) if asked.change == AttributeChange::Hot(true) => asked.account,
            other => panic!("{other:?}"),
        });
        assert_eq!(found, expect.map_err(str::to_owned), "{value:02x?}");
    }
    check(&[9], Ok(AccountRef::Id(AccountId(9))));
    check(b"\x94\xA2LM\xA2U1\xA0\xA3CNY", Ok(AccountRef::Key(key.clone())));
    check(b"\x94\xA2LM\xA2U1\xC0\xCC\x9C", Ok(AccountRef::Key(key.clone())));
    let by_name = map! {"currency": b"\xA3CNY", "number": b"\xA2U1", "entity": b"\xA2LM"};
    check(&by_name, Ok(AccountRef::Key(key)));
    check(b"\x93\xA2LM\xA2U1\xA0", Err("account.currency: is missing"));
    check(b"\x94\xA0\xA2U1\xA0\xA3CNY", Err("account.entity: is empty"));
    check(b"\x94\xA2LM\xA0\xA0\xA3CNY", Err("account.number: is empty"));
    check(b"\x94\xA2LM\xA2U1\xA0\xA3XAU", Err("account.currency: not a currency"));
    check(b"\xA2U1", Err("account: not an integer"));
}

#[test]
fn results_are_carried_to_one_account_or_to_several() {
    #[track_caller]
    fn check(value: &[u8], expect: Result<&[AccountRef], &str>) {
        let body = map! {"entity": b"\xA2LM", "next": [1], "carry_forward": value};
        let found = command(Operation::CloseDay, &body).map(|command| match command {
            Command::CloseDay { carry_forward, .. } => carry_forward,
            other => panic!("{other:?}"),
        });
        assert_eq!(found.as_deref().map_err(String::as_str), expect, "{value:02x?}");
    }
    let id = |id| AccountRef::Id(AccountId(id));
    let (entity, number, kind) = ("LM".into(), "U1".into(), "".into());
    let currency = Currency::from_code("CNY").unwrap();
    let key = AccountRef::Key(AccountKey { entity, number, kind, currency });
    let by_place = b"\x94\xA2LM\xA2U1\xA0\xA3CNY";
    let by_name = map! {"entity": b"\xA2LM", "number": b"\xA2U1", "currency": b"\xA3CNY"};
    check(&[7], Ok(&[id(7)]));
    check(by_place, Ok(std::slice::from_ref(&key)));
    check(&by_name, Ok(std::slice::from_ref(&key)));
    check(&[0x92, 7, 8], Ok(&[id(7), id(8)]));
    check(&[&[0x92][..], by_place, &by_name].concat(), Ok(&[key.clone(), key]));
    check(&[0x90], Ok(&[]));
    check(&[0xC0], Ok(&[]));
    check(&[0xDC, 0, 1, 7], Ok(&[id(7)]));
    check(&[0x91, 0x91, 7], Err("carry_forward[0].entity: not a text"));
    check(&[0xDC, 1, 1], Err("carry_forward: has fewer elements than it says"));
    check(
        &[&[0xDC, 1, 1][..], &[7; 257]].concat(),
        Err("carry_forward: has more elements than are allowed: 257, at most 256"),
    );
}

#[test]
fn dates_and_places_are_read_or_refused() {
    #[track_caller]
    fn check(value: &[u8], expect: Option<u32>) {
        let found = command(Operation::CloseDay, &map! {"entity": b"\xA2LM", "next": value});
        let next = found.ok().map(|command| match command {
            Command::CloseDay { next, .. } => next,
            other => panic!("{other:?}"),
        });
        assert_eq!(next, expect.and_then(Date::from_days), "{value:02x?}");
    }
    check(b"\xAA1970-01-02", Some(1));
    check(&[1], Some(1));
    check(b"\xAA1970-02-30", None);
    check(b"\xAB1970-01-02 ", None);
    check(&[0xCE, 255, 255, 255, 255], None);
    check(&[0xFF], None);
    let place = |text: &str| {
        let value = [&[0xA0 | u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let body = map! {"account": [1], "before": value};
        match read_request(Operation::Statement, Format::MessagePack, &body, ASKING) {
            Ok(Request::Question(Question::Statement(asked), None)) => asked.query.after,
            Ok(other) => panic!("{other:?}"),
            Err(_) => None,
        }
    };
    let at = Position { frame: 12, section: 3, slot: 45 };
    let there = Cursor { at, leg: 6 };
    assert_eq!(place(&there.to_string()), Some(there));
    for wrong in [
        "",
        "1",
        "1/2",
        "1/2/3/4/5",
        "1/2/x",
        "-1/2/3",
        "1/65536/3",
        "1/2/4294967296",
        "+12/3/45",
        "12/+3/45",
        "12/3/+45",
        "12/3/45/+6",
        "012/3/45",
        "12/03/45",
        "12/3/00",
        "12/3/45/06",
    ] {
        assert_eq!(place(wrong), None, "{wrong}");
    }
}

#[test]
fn names_of_holds_are_read_as_a_page_wrote_them_or_refused() {
    let is_read = |text: &str| {
        let value = [&[0xD9, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let body = map! {"after": value};
        read_request(Operation::Holds, Format::MessagePack, &body, ASKING).is_ok()
    };
    let id = "000000000000000000000000000000ff";
    assert!(is_read(&format!("7/2/{id}")));
    for wrong in [
        "7/2".to_owned(),
        "7/2/ff".to_owned(),
        format!("7/2/0{id}"),
        format!("7/2/+{}", &id[1..]),
        format!("7/2/{id}/"),
        format!("+7/2/{id}"),
        format!("07/2/{id}"),
        format!("7/02/{id}"),
        format!("7/2/{}g", &id[1..]),
    ] {
        assert!(!is_read(&wrong), "{wrong}");
    }
}

#[test]
fn limits_of_accounts_are_not_negative() {
    #[track_caller]
    fn check(limit: &[u8], expect: Result<i64, &str>) {
        let account = map! {
            "entity": b"\xA2LM", "number": b"\xA2U1", "currency": b"\xA3CNY", "subject": b"\xA42203",
            "owner": b"\xA8customer", "credit_limit": limit
        };
        let found = command(Operation::OpenAccounts, &[&[0x91, 0x91], &account[..]].concat());
        let found = found.map(|command| match command {
            Command::OpenAccounts(accounts) => accounts[0].credit_limit.unwrap_or_default().0,
            other => panic!("{other:?}"),
        });
        assert_eq!(found, expect.map_err(str::to_owned), "{limit:02x?}");
    }
    const WRONG: &str = "accounts[0].credit_limit: negative, too fine or too large";
    check(&[0xC0], Ok(0));
    check(&[5], Ok(5));
    check(b"\xA41.50", Ok(150));
    check(&[0xFF], Err(WRONG));
    check(b"\xA50.001", Err(WRONG));
    check(&[0xCF, 255, 255, 255, 255, 255, 255, 255, 255], Err(WRONG));
}

/// A transfer in the compact form and the same legs by name are the same transaction, so a retry may change its form.
#[test]
fn content_does_not_depend_on_the_format() {
    let mut compact = vec![1, 1, 156, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for number in [7, 0, 1, 2, 500_u64] {
        compact.extend(number.to_le_bytes());
    }
    let one = post(Format::Compact, &compact);
    let two = post(
        Format::MessagePack,
        b"\x92\x91\x92\x07\x92\x94\x01\x00\xCD\x01\xF4\xCC\x9C\x94\x02\x01\xA15\xA3CNY\xC3",
    );
    assert_eq!(one, two);
    let cny = Currency::from_code("CNY").unwrap();
    let leg = |account, step, side| Leg {
        account: AccountId(account),
        amount: Amount(500),
        currency: cny,
        step,
        side,
    };
    assert_eq!(one.legs, [leg(1, 1, Side::Debit), leg(2, 2, Side::Credit)]);
    assert_eq!((one.transactions[0].time, one.want_balances), (0, true));
}

#[test]
fn notes_have_one_form() {
    #[track_caller]
    fn check(notes: &[u8], expect: Option<Rejection>) {
        let mut body = vec![2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        body.extend([7; 16]);
        body.extend(u32::MAX.to_le_bytes());
        body.extend(u16::try_from(notes.len()).unwrap().to_le_bytes());
        body.extend([2, 0]);
        for (account, step, side) in [(1, 1, 0), (2, 2, 1)] {
            body.extend([
                account, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 156, 0, step, 0, side, 0, 0, 0,
            ]);
        }
        body.extend(notes);
        body.resize(body.len().next_multiple_of(8), 0);
        let batch = post(Format::Compact, &body);
        assert_eq!(batch.transactions[0].shape, expect, "{notes:02x?}");
    }
    let wrong = Some(Rejection::Malformed);
    check(b"", None);
    check(b"\x01\x01\0a", None);
    check(b"\x01\x01\0a\x06\x02\0bc", None);
    check(b"\x07\x08\0internal\x08\x01\0a", None);
    check(b"\x06\x01\0a\x01\x02\0bc", wrong);
    check(b"\x01\x01\0a\x01\x01\0a", wrong);
    check(b"\x01\0\0", wrong);
    check(b"\x07\x01\0a", wrong);
    check(b"\x01\x01\0\xFF", wrong);
    check(b"\x01\x02\0a", wrong);
    check(b"\x01", wrong);
}

#[test]
fn texts_of_ids_are_kept_beside_the_content() {
    let leg = |side: &[u8]| [b"\x94\x01".as_slice(), side, b"\x05\xA3CNY"].concat();
    let legs = [b"\x92".as_slice(), &leg(&[0]), &leg(&[1])].concat();
    let post_of = |id: &[u8], refund: Option<&[u8]>| {
        let mut one = map! {"id": id, "legs": legs};
        if let Some(original) = refund {
            one = map! {"id": id, "legs": legs, "refund": [b"\x91".as_slice(), original].concat()};
        }
        post(Format::MessagePack, &[b"\x91\x91".as_slice(), &one].concat())
    };
    let number =
        |text: &str| [b"\xC4\x10".as_slice(), &TransactionId::of_text(text).0.to_be_bytes()].concat();
    let forms = [
        (post_of(b"\xA3ann", None), ("ann", "")),
        (post_of(&number("ann"), None), ("", "")),
        (post_of(b"\xA3ann", Some(b"\xA3bob")), ("ann", "bob")),
        (post_of(&number("ann"), Some(b"\xA3bob")), ("", "bob")),
        (post_of(b"\xA3ann", Some(&number("bob"))), ("ann", "")),
    ];
    let texts = |batch: &Batch| {
        let TextIds { own, named } = batch.texts(&batch.transactions[0]);
        (own.to_owned(), named.to_owned())
    };
    for (batch, (own, named)) in &forms {
        assert_eq!(texts(batch), ((*own).to_owned(), (*named).to_owned()));
    }
    let content = |at: usize| (forms[at].0.transactions[0].id, forms[at].0.transactions[0].content);
    assert_eq!(content(0), content(1));
    assert_eq!(content(2), content(3));
    assert_eq!(content(2), content(4));
    assert_ne!(content(0).1, content(2).1);
}

/// A compact post has numbers only: it cannot put a text beside an id that is not its own, nor beside its own.
#[test]
fn compact_notes_carry_no_texts_of_ids() {
    for (own, named) in [("ann", ""), ("", "bob"), ("ann", "bob")] {
        let mut about = Vec::new();
        notes::write(&mut about, Note::Reference, "r");
        TextIds { own, named }.write(&mut about);
        let mut row = TransactionId::of_text("ann").0.to_le_bytes().to_vec();
        row.extend(u32::MAX.to_le_bytes());
        row.extend(u16::try_from(about.len()).unwrap().to_le_bytes());
        row.extend(2_u16.to_le_bytes());
        for side in [0, 1] {
            row.extend(1_u64.to_le_bytes());
            row.extend(5_i64.to_le_bytes());
            row.extend(156_u16.to_le_bytes());
            row.extend(u16::from(side + 1).to_le_bytes());
            row.extend([side, 0, 0, 0]);
        }
        about.resize(about.len().next_multiple_of(8), 0);
        let body = [&[2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &row, &about].concat();
        let batch = post(Format::Compact, &body);
        assert_eq!(batch.transactions[0].shape, Some(Rejection::Malformed), "{own} {named}");
    }
}

#[test]
fn changes_take_limits_and_nils() {
    #[track_caller]
    fn check(body: &[u8], expect: Result<AttributeChange, &str>) {
        let found = command(Operation::SetLimits, body).map(|command| match command {
            Command::Change(asked) => asked.change,
            other => panic!("{other:?}"),
        });
        assert_eq!(found, expect.map_err(str::to_owned), "{body:02x?}");
    }
    const NONE: AttributeChange =
        AttributeChange::Limits { overdraft: None, credit: None, transaction: None, day: None };
    let amount = Some(Amount(500));
    check(&map! {"account": [1]}, Ok(NONE));
    let day = AttributeChange::Limits { overdraft: None, credit: None, transaction: None, day: Some(amount) };
    check(&map! {"account": [1], "day_limit": b"\xA15", "currency": b"\xA3CNY"}, Ok(day));
    check(&map! {"account": [1], "day_limit": b"\xA15"}, Err("currency: is missing"));
    check(&map! {"account": [1], "day_limit": [0xFF]}, Err("day_limit: negative, too fine or too large"));
    check(&map! {"account": [0xC0], "day_limit": [5]}, Err("account: is missing"));
    let lifted = AttributeChange::Limits {
        overdraft: Some(Amount(0)),
        credit: Some(None),
        transaction: Some(None),
        day: Some(Some(Amount(5))),
    };
    let nils = map! {
        "account": [1], "overdraft_limit": [0xC0], "credit_limit": [0xC0], "transaction_limit": [0xC0],
        "day_limit": [5], "operator": [0xC0]
    };
    check(&nils, Ok(lifted));
    check(b"\x95\x01\xC0\xC0\xC0\x05", Ok(lifted));
}

#[test]
fn who_asks_and_why_becomes_the_notes_of_a_change() {
    let body =
        map! {"account": [1], "hot": [0xC3], "operator": b"\xA3ann", "reason": b"\xA1r", "approval": [0xA0]};
    let Ok(Command::Change(asked)) = command(Operation::SetHot, &body) else { panic!() };
    let texts: Vec<_> = notes::read(&asked.notes).collect();
    assert_eq!(texts, [(Note::Operator, "ann"), (Note::Reason, "r")]);
}

#[test]
fn what_a_change_expects_is_the_place_of_a_record() {
    #[track_caller]
    fn check(body: &[u8], expect: Result<Option<Position>, &str>) {
        for (operation, name, value) in [
            (Operation::SetHot, "hot", &[0xC3][..]),
            (Operation::SetReserve, "amount", &[5]),
            (Operation::SetLimits, "day_limit", &[5]),
            (Operation::SetState, "payment_state", &[1]),
        ] {
            let found = command(operation, &map! {"account": [1], name: value, "expected": body});
            let found = found.map(|command| match command {
                Command::Change(asked) => asked.expected,
                other => panic!("{other:?}"),
            });
            assert_eq!(found, expect.map_err(str::to_owned), "{operation:?} {body:02x?}");
        }
    }
    check(b"\xC0", Ok(None));
    check(b"\xA642/1/7", Ok(Some(Position { frame: 42, section: 1, slot: 7 })));
    for wrong in [&b"\xA0"[..], b"\xA442/1", b"\xA642/1/+", b"\xA7042/1/7", b"\xA842/1/7//"] {
        check(wrong, Err("expected: not a position that a statement gave"));
    }
    check(b"\xA842/1/7/3", Err("expected: a leg where an entry belongs"));
    check(&[7], Err("expected: not a text"));
}

/// Bytes that nobody meant, for every operation and format: a request or a fault, never a panic.
#[test]
fn no_bytes_break_the_decoder() {
    for seed in 0..20_000 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut body = vec![0; random.random_range(0..120)];
        random.fill(body.as_mut_slice());
        // Markers of arrays, maps, texts and small integers lead deeper than plain noise.
        for byte in &mut body {
            if random.random_bool(0.6) {
                *byte = [0x91, 0x92, 0x94, 0x81, 0xA2, b'L', 1, 0, 0xC0, 0xCD][random.random_range(0..10)];
            }
        }
        let operation = Operation::ALL[random.random_range(0..Operation::ALL.len())];
        let format = if random.random_bool(0.2) { Format::Compact } else { Format::MessagePack };
        let read = std::panic::catch_unwind(|| read_request(operation, format, &body, ASKING));
        assert!(read.is_ok(), "seed {seed}: {operation:?} {format:?} {body:02x?}");
    }
}
