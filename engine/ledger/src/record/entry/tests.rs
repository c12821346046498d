use crate::account::hold::{Hold, HoldKind, HoldMove, HoldTerms};
use crate::account::{AccountState, Owner, PaymentState};
use crate::ids::{ClientId, EntityId, LineId, TransactionId, TransactionKey};
use crate::money::currency::Currency;
use crate::record::entry::*;

fn samples() -> Vec<u8> {
    let previous = Position { frame: 7, slot: 3, section: 2 };
    let leg = Movement::Leg { transaction: 9, step: 4, side: Side::Credit, amount: Amount(-5) };
    let posting = Posting {
        account: AccountId(77),
        movement: leg,
        balance_after: -(1 << 100),
        frozen_after: 0,
        previous,
        subject: SubjectId(3),
        date: Date::from_days(17_652).unwrap(),
        link: None,
        counting: Counting::Takes,
    };
    let mut out = Vec::new();
    posting.write(&mut out);
    Posting { counting: Counting::GivesBack, ..posting }.write(&mut out);
    Posting { counting: Counting::Nothing, ..posting }.write(&mut out);
    Posting { frozen_after: 12, ..posting }.write(&mut out);
    let merged = Movement::Merged { count: 3, debit: 1 << 70, credit: 9 };
    Posting { movement: merged, frozen_after: 1, ..posting }.write(&mut out);
    let link = Link { number: 65, near: previous, far: Position { frame: 1, slot: 2, section: 3 } };
    Posting { movement: merged, link: Some(link), ..posting }.write(&mut out);
    held(previous).write(&mut out);
    opened().write(&mut out);
    changed(previous).write(&mut out);
    out
}

fn opened() -> OpenedEntry<'static> {
    OpenedEntry {
        account: AccountId(78),
        entity: EntityId(1),
        subject: SubjectId(4),
        currency: Currency::from_code("CNY").unwrap(),
        owner: Owner::Merchant,
        number: "220302.M热",
        kind: "",
        may_go_negative: true,
        hot: false,
        overdraft_limit: Amount(5),
        credit_limit: Some(Amount(0)),
        placement: Placement { line: LineId(6), unit: None, normal: Side::Credit },
    }
}

fn held(previous: Position) -> Held {
    let key = TransactionKey { client: ClientId(3), id: TransactionId(1 << 90) };
    let (authority, text_id) = ("法院".into(), "案-5".into());
    let terms = HoldTerms { kind: HoldKind::Judicial, authority, expires_us: Some(5), text_id };
    Held {
        account: AccountId(1),
        previous,
        transaction: Some(4),
        moved: HoldMove::Consumed,
        amount: 30,
        hold: Hold { key, terms, amount: 100, remaining: 70, expired: false },
        frozen_after: 90,
        date: Date::from_days(17_652).unwrap(),
    }
}

fn changed(previous: Position) -> Changed<'static> {
    Changed {
        account: AccountId(1),
        previous,
        account_state: AccountState::LossReported,
        payment_state: PaymentState::PaysOnly,
        hot: true,
        overdraft_limit: Amount(1),
        credit_limit: None,
        frozen: 2,
        withholding: 3,
        transaction_limit: Some(Amount(9)),
        day_limit: None,
        client: ClientId(8),
        date: Date::FIRST,
        notes: b"note",
    }
}

#[test]
fn records_come_back_as_written() {
    let bytes = samples();
    let read: Vec<_> = entries(&bytes).map(|entry| entry.expect("readable").1).collect();
    assert_eq!(read.len(), 9);
    let mut again = Vec::new();
    for entry in &read {
        match entry {
            Entry::Posting(posting) => posting.write(&mut again),
            Entry::Opened(opened) => opened.write(&mut again),
            Entry::Changed(changed) => changed.write(&mut again),
            Entry::Held(held) => held.write(&mut again),
        }
    }
    assert_eq!(again, bytes);
    assert_eq!(read[7], Entry::Opened(opened()));
}

/// Whatever room the authority leaves up to the next slot, and as before where the hold was named by a number.
#[test]
fn holds_carry_the_texts_that_name_them() {
    for authority in 0..=16 {
        for text in 0..=16 {
            let mut held = held(Position::NONE);
            held.hold.terms.authority = "a".repeat(authority).into();
            held.hold.terms.text_id = "t".repeat(text).into();
            let mut bytes = Vec::new();
            held.write(&mut bytes);
            let room = if text == 0 { 0 } else { 2 + text };
            assert_eq!(bytes.len(), (96 + authority + room).next_multiple_of(8));
            assert_eq!(Entry::read(&bytes), Some((Entry::Held(held), bytes.len())), "{authority} {text}");
        }
    }
}

#[test]
fn cut_or_strange_bytes_are_no_records() {
    let bytes = samples();
    for cut in 0..bytes.len() {
        let whole = entries(&bytes[..cut]).take_while(Option::is_some).count();
        assert!(whole < 9, "{cut}");
    }
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0xff;
        entries(&bytes).take(100).for_each(drop);
    }
}

#[test]
fn accounts_are_counted_as_they_are_read() {
    let bytes = [samples(), samples()].concat();
    assert_eq!(count_opened(&bytes), 2);
    let read = |bytes: &[u8]| crate::record::entry::opened(bytes).take_while(Option::is_some).count();
    for len in 0..bytes.len() {
        assert_eq!(count_opened(&bytes[..len]), read(&bytes[..len]), "{len} bytes");
    }
    // Whatever a byte is changed to, no more are read than were counted: there is room for all that is read.
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(read(&changed) <= count_opened(&changed), "byte {at}");
    }
}
