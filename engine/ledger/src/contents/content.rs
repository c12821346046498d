//! What can be proposed, and how it stands in the log.
//!
//! | kind u8 | fields |
//! | --- | --- |
//! | 1 transaction | action u8, id u128, time u32, content u64, value date u32, accounting date u32 (4294967295: none), legs u16, each account u64, amount i64, currency u16, step u16, side u8 (0 debit); notes, text of its id, text of the id that it names; what the action takes, see `action_content.rs` |
//! | 2 states | account u64, account state u8, payment state u8 (255: stays), expected, notes |
//! | 3 hot | account u64, 1 if it becomes hot u8, expected, notes |
//! | 4 reserve | account u64, amount i64, expected, notes |
//! | 5 limits | account u64, overdraft, credit, of a transaction, of a day: each 0 stays, 1 none, 2 with an amount i64; expected, notes |
//! | 6 close | entity, next date u32, 1 if forced u8, accounts u16 with each u64, notes |
//! | 7 customer | account u64, customer, notes |
//! | 8 type | entity, account type, subject, from u32, notes |
//! | 9 access | digest of the file |
//! | 10 booking mode | entity, transaction type, mode u8, from u32, notes |
//! | 11 fee rules | entity, file, from u32, notes |
//!
//! Texts and notes are u16 length and bytes; what is expected is frame u64, slot u32, section u16, zeros where nothing is.

use crate::account::change::AttributeChange;
use crate::account::{AccountState, PaymentState};
use crate::batch::{Batch, Draft, MAX_LEGS};
use crate::chart::booking_mode::BookingMode;
use crate::contents::action_content::{read_action, write_action};
use crate::ids::{AccountId, Position, TransactionId};
use crate::money::amount::{Amount, Side};
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::record::fields::{Fields, write_counted};
use crate::transaction::action_code::ActionCode;
use crate::transaction::leg::Leg;
use crate::transaction::notes::TextIds;

/// Stands for a date that is not given.
const NO_DATE: u32 = u32::MAX;
/// Stands for a state that stays.
const STAYS: u8 = u8::MAX;

/// What can be proposed: a transaction or a command, with its accounts resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A batch of one transaction.
    Transaction(Batch),
    /// A change of an account.
    Change {
        account: AccountId,
        change: AttributeChange,
        /// The account's newest record, as the maker has seen it.
        expected: Option<Position>,
        notes: Box<[u8]>,
    },
    /// A close of an accounting date.
    CloseDay { entity: Box<str>, next: Date, carry_forward: Vec<AccountId>, forced: bool, notes: Box<[u8]> },
    /// An account of a customer.
    MapCustomer { account: AccountId, customer: Box<str>, notes: Box<[u8]> },
    /// The subject of an account type.
    MapType { entity: Box<str>, kind: Box<str>, subject: Box<str>, from: Date, notes: Box<[u8]> },
    /// How a transaction type is booked.
    BookingMode { entity: Box<str>, kind: Box<str>, mode: BookingMode, from: Date, notes: Box<[u8]> },
    /// The rules for fees and splits.
    FeeRules { entity: Box<str>, file: Box<str>, from: Date, notes: Box<[u8]> },
    /// Another file that says who may do what.
    Access { digest: Box<str> },
}

impl Content {
    /// As it stands in the log.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Content::Transaction(batch) => write_transaction(batch, &mut out),
            Content::Change { account, change, expected, notes } => {
                write_change(*account, *change, &mut out);
                write_position(expected.unwrap_or(Position::NONE), &mut out);
                write_counted(&mut out, notes);
            }
            Content::CloseDay { entity, next, carry_forward, forced, notes } => {
                out.push(6);
                write_counted(&mut out, entity.as_bytes());
                out.extend_from_slice(&next.days().to_le_bytes());
                out.push(u8::from(*forced));
                let count = u16::try_from(carry_forward.len()).expect("there are fewer currencies");
                out.extend_from_slice(&count.to_le_bytes());
                carry_forward.iter().for_each(|account| out.extend_from_slice(&account.0.to_le_bytes()));
                write_counted(&mut out, notes);
            }
            Content::MapCustomer { account, customer, notes } => {
                out.push(7);
                out.extend_from_slice(&account.0.to_le_bytes());
                write_counted(&mut out, customer.as_bytes());
                write_counted(&mut out, notes);
            }
            Content::MapType { entity, kind, subject, from, notes } => {
                out.push(8);
                [entity, kind, subject].iter().for_each(|text| write_counted(&mut out, text.as_bytes()));
                out.extend_from_slice(&from.days().to_le_bytes());
                write_counted(&mut out, notes);
            }
            Content::BookingMode { entity, kind, mode, from, notes } => {
                out.push(10);
                [entity, kind].iter().for_each(|text| write_counted(&mut out, text.as_bytes()));
                out.push(*mode as u8);
                out.extend_from_slice(&from.days().to_le_bytes());
                write_counted(&mut out, notes);
            }
            Content::FeeRules { entity, file, from, notes } => {
                out.push(11);
                [entity, file].iter().for_each(|text| write_counted(&mut out, text.as_bytes()));
                out.extend_from_slice(&from.days().to_le_bytes());
                write_counted(&mut out, notes);
            }
            Content::Access { digest } => {
                out.push(9);
                write_counted(&mut out, digest.as_bytes());
            }
        }
        out
    }

    /// What stands in the log; `None` where it cannot be read.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Content> {
        let mut fields = Fields::new(bytes);
        let content = match fields.u8()? {
            1 => read_transaction(&mut fields).map(Content::Transaction)?,
            kind @ 2..=5 => {
                let account = AccountId(fields.u64()?);
                let change = read_change(kind, &mut fields)?;
                let expected = Some(read_position(&mut fields)?).filter(|at| *at != Position::NONE);
                Content::Change { account, change, expected, notes: fields.counted()?.into() }
            }
            6 => read_close(&mut fields)?,
            7 => Content::MapCustomer {
                account: AccountId(fields.u64()?),
                customer: fields.text()?,
                notes: fields.counted()?.into(),
            },
            8 => Content::MapType {
                entity: fields.text()?,
                kind: fields.text()?,
                subject: fields.text()?,
                from: Date::from_days(fields.u32()?)?,
                notes: fields.counted()?.into(),
            },
            9 => Content::Access { digest: fields.text()? },
            10 => Content::BookingMode {
                entity: fields.text()?,
                kind: fields.text()?,
                mode: BookingMode::from_number(fields.u8()?)?,
                from: Date::from_days(fields.u32()?)?,
                notes: fields.counted()?.into(),
            },
            11 => Content::FeeRules {
                entity: fields.text()?,
                file: fields.text()?,
                from: Date::from_days(fields.u32()?)?,
                notes: fields.counted()?.into(),
            },
            _ => return None,
        };
        // What is written again is the same: nothing is left, and nothing was read in another way than it was meant.
        (content.write() == bytes).then_some(content)
    }

    /// The entity whose books as a whole it is about, beside the accounts that it names.
    #[must_use]
    pub fn entity(&self) -> Option<&str> {
        match self {
            Content::CloseDay { entity, .. }
            | Content::MapType { entity, .. }
            | Content::BookingMode { entity, .. }
            | Content::FeeRules { entity, .. } => Some(entity),
            _ => None,
        }
    }

    /// Whether it is about all books: who may do what in them.
    #[must_use]
    pub fn is_about_access(&self) -> bool {
        matches!(self, Content::Access { .. })
    }

    /// The accounts that it names.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountId> {
        match self {
            // Its action may be about others.
            Content::Transaction(batch) => batch.legs.iter().map(|leg| leg.account).collect(),
            Content::Change { account, .. } | Content::MapCustomer { account, .. } => vec![*account],
            Content::CloseDay { carry_forward, .. } => carry_forward.clone(),
            Content::MapType { .. }
            | Content::BookingMode { .. }
            | Content::FeeRules { .. }
            | Content::Access { .. } => Vec::new(),
        }
    }
}

fn write_transaction(batch: &Batch, out: &mut Vec<u8>) {
    let [transaction] = &batch.transactions[..] else {
        unreachable!("one transaction is proposed at a time")
    };
    out.extend_from_slice(&[1, batch.action_code(transaction) as u8]);
    out.extend_from_slice(&transaction.id.0.to_le_bytes());
    out.extend_from_slice(&transaction.time.to_le_bytes());
    out.extend_from_slice(&transaction.content.to_le_bytes());
    for date in [transaction.value_date, transaction.accounting_date] {
        out.extend_from_slice(&date.map_or(NO_DATE, Date::days).to_le_bytes());
    }
    let legs = batch.legs(transaction);
    out.extend_from_slice(&u16::try_from(legs.len()).expect("legs are capped").to_le_bytes());
    for leg in legs {
        out.extend_from_slice(&leg.account.0.to_le_bytes());
        out.extend_from_slice(&leg.amount.0.to_le_bytes());
        out.extend_from_slice(&leg.currency.numeric().to_le_bytes());
        out.extend_from_slice(&leg.step.to_le_bytes());
        out.push(u8::from(leg.side == Side::Credit));
    }
    let (notes, texts) = (batch.notes(transaction), batch.texts(transaction));
    write_counted(out, &notes[..notes.len() - texts.written()]);
    [texts.own, texts.named].iter().for_each(|text| write_counted(out, text.as_bytes()));
    if let Some(action) = batch.action(transaction) {
        write_action(action, out);
    }
}

fn read_transaction(fields: &mut Fields<'_>) -> Option<Batch> {
    let code = ActionCode::from_number(u16::from(fields.u8()?))?;
    let (id, time, content) =
        (TransactionId(u128::from_le_bytes(fields.array()?)), fields.u32()?, fields.u64()?);
    let (value_date, accounting_date) = (read_date(fields)?, read_date(fields)?);
    let count = usize::from(fields.u16()?);
    if count > MAX_LEGS {
        return None;
    }
    let legs = (0..count).map(|_| read_leg(fields)).collect::<Option<Vec<Leg>>>()?;
    let (notes, own, named) = (fields.counted()?, fields.text()?, fields.text()?);
    let action = match code {
        ActionCode::Post => None,
        _ => Some(read_action(code, fields)?),
    };
    let draft = Draft { id, time, value_date, accounting_date };
    let mut batch = Batch::default();
    batch.push_again(draft, action, &legs, notes, content);
    batch.keep_texts(TextIds { own: &own, named: &named });
    Some(batch)
}

fn read_date(fields: &mut Fields<'_>) -> Option<Option<Date>> {
    match fields.u32()? {
        NO_DATE => Some(None),
        days => Date::from_days(days).map(Some),
    }
}

fn read_leg(fields: &mut Fields<'_>) -> Option<Leg> {
    let (account, amount) = (AccountId(fields.u64()?), Amount(fields.i64()?));
    let (currency, step) = (Currency::from_numeric(fields.u16()?)?, fields.u16()?);
    let side = if fields.u8()? == 0 { Side::Debit } else { Side::Credit };
    Some(Leg { account, amount, currency, step, side })
}

fn write_change(account: AccountId, change: AttributeChange, out: &mut Vec<u8>) {
    let mut begin = |kind: u8| {
        out.push(kind);
        out.extend_from_slice(&account.0.to_le_bytes());
    };
    match change {
        AttributeChange::States { account_state, payment_state } => {
            begin(2);
            out.push(account_state.map_or(STAYS, |state| state as u8));
            out.push(payment_state.map_or(STAYS, |state| state as u8));
        }
        AttributeChange::Hot(hot) => {
            begin(3);
            out.push(u8::from(hot));
        }
        AttributeChange::Reserve(amount) => {
            begin(4);
            out.extend_from_slice(&amount.0.to_le_bytes());
        }
        AttributeChange::Limits { overdraft, credit, transaction, day } => {
            begin(5);
            for limit in [overdraft.map(Some), credit, transaction, day] {
                write_limit(limit, out);
            }
        }
    }
}

fn write_position(at: Position, out: &mut Vec<u8>) {
    out.extend_from_slice(&at.frame.to_le_bytes());
    out.extend_from_slice(&at.slot.to_le_bytes());
    out.extend_from_slice(&at.section.to_le_bytes());
}

fn read_position(fields: &mut Fields<'_>) -> Option<Position> {
    Some(Position { frame: fields.u64()?, slot: fields.u32()?, section: fields.u16()? })
}

fn write_limit(limit: Option<Option<Amount>>, out: &mut Vec<u8>) {
    match limit {
        None => out.push(0),
        Some(None) => out.push(1),
        Some(Some(amount)) => {
            out.push(2);
            out.extend_from_slice(&amount.0.to_le_bytes());
        }
    }
}

fn read_change(kind: u8, fields: &mut Fields<'_>) -> Option<AttributeChange> {
    Some(match kind {
        2 => AttributeChange::States {
            account_state: read_state(fields, AccountState::from_number)?,
            payment_state: read_state(fields, PaymentState::from_number)?,
        },
        3 => AttributeChange::Hot(fields.u8()? != 0),
        4 => AttributeChange::Reserve(Amount(fields.i64()?)),
        _ => AttributeChange::Limits {
            overdraft: match read_limit(fields)? {
                None => None,
                Some(limit) => Some(limit?),
            },
            credit: read_limit(fields)?,
            transaction: read_limit(fields)?,
            day: read_limit(fields)?,
        },
    })
}

fn read_state<T>(fields: &mut Fields<'_>, from_number: impl Fn(u8) -> Option<T>) -> Option<Option<T>> {
    match fields.u8()? {
        STAYS => Some(None),
        number => from_number(number).map(Some),
    }
}

fn read_limit(fields: &mut Fields<'_>) -> Option<Option<Option<Amount>>> {
    match fields.u8()? {
        0 => Some(None),
        1 => Some(Some(None)),
        2 => Some(Some(Some(Amount(fields.i64()?)))),
        _ => None,
    }
}

fn read_close(fields: &mut Fields<'_>) -> Option<Content> {
    let (entity, next, forced) = (fields.text()?, Date::from_days(fields.u32()?)?, fields.u8()? != 0);
    let count = fields.u16()?;
    let carry_forward =
        (0..count).map(|_| fields.u64().map(AccountId)).collect::<Option<Vec<AccountId>>>()?;
    Some(Content::CloseDay { entity, next, carry_forward, forced, notes: fields.counted()?.into() })
}
