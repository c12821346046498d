//! The domain's values as they stand in MessagePack bodies.

use longmen_engine::Cursor;
use longmen_engine::ledger::{
    AccountId, AccountKey, AccountRef, Amount, AmountError, ClientId, Currency, Date, MAX_AMOUNT_TEXT,
    MAX_TEXT_ID, Owner, Position, RecordPlace, Side, TransactionId, TransactionKey, has_blank_end, is_hidden,
    shows_nothing,
};
use rmp::Marker;

use super::reader::{Reader, read_fields};
use crate::service::Fault;

/// Bytes of an entity's code.
const MAX_ENTITY: usize = 32;
/// Bytes of an account number.
pub(super) const MAX_NUMBER: usize = 64;
/// Bytes of an account type.
pub(crate) const MAX_KIND: usize = 32;
/// Bytes of a subject's code.
pub(super) const MAX_CODE: usize = 10;
/// Bytes of the name of a class or an owner.
pub(super) const MAX_WORD: usize = 16;

/// Bytes of a customer's id outside the books.
const MAX_CUSTOMER: usize = 64;

/// A required field.
pub(crate) fn required<T>(value: Option<T>, name: &'static str) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::new("is missing").in_field(name))
}

/// An id as it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct GivenId<'a> {
    pub(crate) id: TransactionId,
    /// The text that stands for it; empty where it is a number.
    pub(crate) text: &'a str,
}

/// An id: an integer, up to 16 bytes, or a text. One of which nothing can be seen and zero name nothing: a client that sends them has set none.
pub(crate) fn transaction_id<'a>(reader: &mut Reader<'a>) -> Result<GivenId<'a>, Fault> {
    let number = |number| GivenId { id: TransactionId(number), text: "" };
    let given = match reader.peek()? {
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            match reader.text(MAX_TEXT_ID)? {
                text if is_blank(text) => number(0),
                text => GivenId { id: TransactionId::of_text(text), text },
            }
        }
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
            let bytes = reader.binary(16)?;
            number(bytes.iter().fold(0, |number, byte| number << 8 | u128::from(*byte)))
        }
        _ => number(reader.integer::<u64>()?.into()),
    };
    if given.id.0 == 0 { Err(Fault::new("is empty")) } else { Ok(given) }
}

/// Whether nothing can be seen of a text.
fn is_blank(text: &str) -> bool {
    // Nearly every id begins with a letter or a digit.
    !text.as_bytes().first().is_some_and(u8::is_ascii_graphic) && shows_nothing(text)
}

/// The code of an entity.
pub(crate) fn entity(reader: &mut Reader<'_>) -> Result<Box<str>, Fault> {
    let code = reader.text(MAX_ENTITY)?;
    if code.is_empty() { Err(Fault::new("is empty")) } else { Ok(code.into()) }
}

/// A currency: its three letters, or its ISO 4217 number.
pub(crate) fn currency(reader: &mut Reader<'_>) -> Result<Currency, Fault> {
    let found = match reader.is_at_text()? {
        true => Currency::from_code(reader.text(3)?),
        false => Currency::from_numeric(reader.integer()?),
    };
    found.ok_or(Fault::new("not a currency"))
}

/// An account by its id or by its natural key.
pub(crate) fn account(reader: &mut Reader<'_>) -> Result<AccountRef, Fault> {
    match reader.is_at_struct()? {
        true => account_key(reader).map(AccountRef::Key),
        false => reader.integer().map(|id| AccountRef::Id(AccountId(id))),
    }
}

fn account_key(reader: &mut Reader<'_>) -> Result<AccountKey, Fault> {
    let mut parts = KeyParts::default();
    read_fields(reader, &KeyParts::NAMES, |index, reader| parts.read(index, reader))?;
    parts.key()
}

/// The four fields of a natural key, wherever they stand.
#[derive(Default)]
pub(crate) struct KeyParts {
    entity: Option<Box<str>>,
    number: Option<Box<str>>,
    kind: Option<Box<str>>,
    currency: Option<Currency>,
}

impl KeyParts {
    pub(crate) const NAMES: [&'static str; 4] = ["entity", "number", "type", "currency"];

    pub(crate) fn read(&mut self, index: usize, reader: &mut Reader<'_>) -> Result<(), Fault> {
        match index {
            0 => self.entity = Some(entity(reader)?),
            1 => self.number = Some(reader.text(MAX_NUMBER)?.into()),
            2 => self.kind = Some(reader.text(MAX_KIND)?.into()),
            _ => self.currency = Some(currency(reader)?),
        }
        Ok(())
    }

    pub(crate) fn key(self) -> Result<AccountKey, Fault> {
        let number = required(self.number, "number")?;
        if number.is_empty() {
            return Err(Fault::new("is empty").in_field("number"));
        }
        Ok(AccountKey {
            entity: required(self.entity, "entity")?,
            number,
            kind: self.kind.unwrap_or_default(),
            currency: required(self.currency, "currency")?,
        })
    }
}

/// A side by its name, or 0 debit, 1 credit.
pub(crate) fn side(reader: &mut Reader<'_>) -> Result<Side, Fault> {
    let found = match reader.peek()? {
        Marker::FixPos(0) => Some(Side::Debit),
        Marker::FixPos(1) => Some(Side::Credit),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            return Side::from_name(reader.text(8)?).ok_or(Fault::new("neither debit nor credit"));
        }
        _ => {
            // Wider than it need be, or no side.
            let mut ahead = *reader;
            match ahead.integer::<u64>() {
                Ok(0) => Some(Side::Debit),
                Ok(1) => Some(Side::Credit),
                _ => None,
            }
        }
    };
    reader.skip()?;
    found.ok_or(Fault::new("neither debit nor credit"))
}

/// A date as `YYYY-MM-DD`, or as days since 1970.
pub(crate) fn date(reader: &mut Reader<'_>) -> Result<Date, Fault> {
    let found = match reader.is_at_text()? {
        true => Date::parse(reader.text(10)?),
        false => Date::from_days(reader.integer()?),
    };
    found.ok_or(Fault::new("not a date"))
}

/// Where a statement page ended, as it said itself.
pub(crate) fn cursor(reader: &mut Reader<'_>) -> Result<Cursor, Fault> {
    let text = reader.text(64)?;
    let parsed = text.split('/').all(is_plain).then(|| text.parse().ok()).flatten();
    parsed.ok_or(Fault::new("not a position that a statement gave"))
}

/// Where an entry lies, as a statement or an account's `last` says.
pub(crate) fn position(reader: &mut Reader<'_>) -> Result<Position, Fault> {
    match cursor(reader)? {
        Cursor { at, leg: 0 } => Ok(at),
        _ => Err(Fault::new("a leg where an entry belongs")),
    }
}

/// Whether a number of a place is written as answers write it, without a sign and without zeros in front.
fn is_plain(number: &str) -> bool {
    number == "0" || (!number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Where the record of a transaction lies, as its result named it: `frame/ordinal`.
pub(crate) fn place(reader: &mut Reader<'_>) -> Result<RecordPlace, Fault> {
    place_of(reader.text(64)?).ok_or(Fault::new("not a frame and an ordinal"))
}

/// The place that a text names.
pub(crate) fn place_of(text: &str) -> Option<RecordPlace> {
    let (frame, ordinal) = text.split_once('/')?;
    if ![frame, ordinal].into_iter().all(is_plain) {
        return None;
    }
    Some(RecordPlace { frame: frame.parse().ok()?, ordinal: ordinal.parse().ok()? })
}

/// A hold as a page of holds named its last one: `account/client/id`, the id in hexadecimal digits.
pub(crate) fn hold_name(reader: &mut Reader<'_>) -> Result<(AccountId, TransactionKey), Fault> {
    let parse = |text: &str| {
        let mut parts = text.split('/');
        let mut plain = || parts.next().filter(|number| is_plain(number));
        let account = AccountId(plain()?.parse().ok()?);
        let client = ClientId(plain()?.parse().ok()?);
        let digits = parts.next().filter(|digits| digits.len() == 32 && !digits.starts_with('+'))?;
        let id = TransactionId(u128::from_str_radix(digits, 16).ok()?);
        parts.next().is_none().then_some((account, TransactionKey { client, id }))
    };
    parse(reader.text(96)?).ok_or(Fault::new("not a hold that a page named"))
}

/// An amount as it was written; what it is worth depends on the currency.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Written<'a> {
    /// Minor units; `None` beyond 64 bits.
    Minor(Option<i64>),
    /// A decimal number in the currency's unit.
    Decimal(&'a str),
}

impl<'a> Written<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Written<'a>, Fault> {
        match reader.peek()? {
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                reader.text(MAX_AMOUNT_TEXT).map(Written::Decimal)
            }
            _ => reader.integer::<i128>().map(|wide| Written::Minor(i64::try_from(wide).ok())),
        }
    }

    /// The amount in minor units; `Ok(None)` where it is a number, but too large or too fine to be an amount.
    pub(crate) fn amount(self, currency: Currency) -> Result<Option<Amount>, Fault> {
        match self {
            Written::Minor(minor) => Ok(minor.map(Amount)),
            Written::Decimal(text) => match currency.parse_amount(text) {
                Ok(amount) => Ok(Some(amount)),
                Err(AmountError::TooFine | AmountError::TooLarge) => Ok(None),
                Err(AmountError::NotANumber) => Err(Fault::new("not a decimal number").found(text)),
            },
        }
    }
}

/// Who owns an account.
pub(super) fn owned_by(reader: &mut Reader<'_>) -> Result<Owner, Fault> {
    Owner::from_name(reader.text(MAX_WORD)?).ok_or(Fault::new("not a kind of owner"))
}

/// A state of an account by its number.
pub(super) fn state<T>(known: Option<T>) -> Result<T, Fault> {
    known.ok_or(Fault::new("not a state"))
}

/// A customer's id outside the books.
pub(super) fn customer_id(reader: &mut Reader<'_>) -> Result<Box<str>, Fault> {
    let customer = reader.text(MAX_CUSTOMER)?;
    if customer.is_empty() { Err(Fault::new("is empty")) } else { Ok(customer.into()) }
}

/// A name that comes into the books is one that people can read, and tell from others.
pub(super) fn opened<T: AsRef<str>>(text: T) -> Result<T, Fault> {
    match has_blank_end(text.as_ref()) {
        true => Err(Fault::new("begins or ends with a blank")),
        false => shown(text),
    }
}

/// A name is one that people can read.
pub(super) fn shown<T: AsRef<str>>(text: T) -> Result<T, Fault> {
    match text.as_ref().chars().any(is_hidden) {
        true => Err(Fault::new("has a control character, or another that is not seen")),
        false => Ok(text),
    }
}
