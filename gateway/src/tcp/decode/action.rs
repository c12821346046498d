//! Actions in MessagePack: what a transaction does besides posting the legs that it brings.

use longmen_engine::ledger::{
    AccountId, AccountRef, Action, Amount, CancelTry, ClientId, Confirm, Consume, Currency, Freeze, HoldKind,
    HoldTerms, MAX_AUTHORITY, Naming, Raise, RecordPlace, Refund, Reverse, TransactionKey, Try, Unfreeze,
};

use super::charge::read_charge;
use super::reader::{Reader, read_fields};
use super::value::{GivenId, Written, account, currency, opened, place, required, transaction_id};
use crate::service::Fault;

/// The names of actions in a transaction. A new one comes last: fields may be given by position.
pub(super) const ACTIONS: [&str; 10] =
    ["freeze", "unfreeze", "consume", "reverse", "refund", "try", "confirm", "cancel_try", "raise", "charge"];
/// Bytes of the name of a kind of hold.
const MAX_WORD: usize = 16;

/// A decoded action.
#[derive(Debug)]
pub(super) struct ReadAction<'a> {
    pub(super) action: Action,
    /// Where the client says that the record of the original lies.
    pub(super) place: Option<RecordPlace>,
    /// The text of the id that it names; empty where it names none, or by number.
    pub(super) text: &'a str,
}

impl From<Action> for ReadAction<'_> {
    fn from(action: Action) -> Self {
        ReadAction { action, place: None, text: "" }
    }
}

/// Reads the action with this index in [`ACTIONS`]. `own` is the client whose ids are meant where none is named.
pub(super) fn read_action<'a>(
    index: usize,
    reader: &mut Reader<'a>,
    own: ClientId,
) -> Result<ReadAction<'a>, Fault> {
    match index {
        0 => read_freeze(reader).map(ReadAction::from),
        1 => read_unfreeze(reader, own),
        2 => read_consume(reader, own),
        3 => read_reverse(reader, own),
        4 => read_refund(reader, own),
        5 => read_try(reader).map(ReadAction::from),
        6 => read_naming(reader, own, |original| Confirm { original }.into()),
        7 => read_naming(reader, own, |original| CancelTry { original }.into()),
        8 => read_raise(reader, own),
        9 => read_charge(reader).map(ReadAction::from),
        _ => unreachable!("an action is read by its place in the list"),
    }
}

fn read_freeze(reader: &mut Reader<'_>) -> Result<Action, Fault> {
    let (mut named, mut written, mut in_currency, mut terms) = (None, None, None, HoldTerms::default());
    let names = ["account", "amount", "currency", "kind", "authority", "expires_us"];
    read_fields(reader, &names, |field, reader| {
        match field {
            0 => named = Some(account(reader)?),
            1 => written = Some(Written::read(reader)?),
            2 => in_currency = Some(currency(reader)?),
            3 => terms.kind = read_kind(reader)?,
            4 => terms.authority = opened(authority(reader)?)?,
            _ => terms.expires_us = Some(expiry(reader)?),
        }
        Ok(())
    })?;
    let (account, key) = match required(named, "account")? {
        AccountRef::Id(id) => (id, None),
        AccountRef::Key(key) => (AccountId::NONE, Some(key)),
    };
    let currency = required(in_currency.or(key.as_ref().map(|key| key.currency)), "currency")?;
    if terms.kind == HoldKind::Judicial && terms.authority.is_empty() {
        return Err(Fault::new("is missing: a court's hold is released and spent by who is named here")
            .in_field("authority"));
    }
    let amount = amount_in(required(written, "amount")?, Some(currency))?;
    Ok(Action::Freeze(Freeze { account, key, amount, currency, terms }))
}

fn read_kind(reader: &mut Reader<'_>) -> Result<HoldKind, Fault> {
    HoldKind::from_name(reader.text(MAX_WORD)?).ok_or(Fault::new("not a kind of hold"))
}

/// One that is given names somebody. What came empty was to hold for someone, and would be anybody's to release.
fn authority(reader: &mut Reader<'_>) -> Result<Box<str>, Fault> {
    match reader.text(MAX_AUTHORITY)? {
        "" => Err(Fault::new("is empty: leave it out where there is none")),
        text => Ok(text.into()),
    }
}

/// The largest number stands for "never" in the log.
fn expiry(reader: &mut Reader<'_>) -> Result<i64, Fault> {
    let moment = reader.integer()?;
    if (0..i64::MAX).contains(&moment) { Ok(moment) } else { Err(Fault::new("out of range")) }
}

/// An amount that is none is as wrong as zero, and refused as that.
pub(super) fn amount_in(written: Written<'_>, currency: Option<Currency>) -> Result<Amount, Fault> {
    let amount = match (written, currency) {
        (Written::Minor(minor), _) => minor.map(Amount),
        (decimal, Some(currency)) => decimal.amount(currency).map_err(|fault| fault.in_field("amount"))?,
        (_, None) => return Err(Fault::new("is missing").in_field("currency")),
    };
    Ok(amount.unwrap_or(Amount(0)))
}

fn read_unfreeze<'a>(reader: &mut Reader<'a>, own: ClientId) -> Result<ReadAction<'a>, Fault> {
    let (mut id, mut client, mut written, mut in_currency) = (None, own, None, None);
    let mut by = Box::default();
    read_fields(reader, &["hold", "client", "amount", "currency", "authority"], |field, reader| {
        match field {
            0 => id = Some(transaction_id(reader)?),
            1 => client = ClientId(reader.integer()?),
            2 => written = Some(Written::read(reader)?),
            3 => in_currency = Some(currency(reader)?),
            _ => by = authority(reader)?,
        }
        Ok(())
    })?;
    let GivenId { id, text } = required(id, "hold")?;
    let hold = TransactionKey { client, id };
    let amount = written.map(|written| amount_in(written, in_currency)).transpose()?;
    let action = Action::Unfreeze(Unfreeze { hold, amount, currency: in_currency, authority: by });
    Ok(ReadAction { action, place: None, text })
}

fn read_consume<'a>(reader: &mut Reader<'a>, own: ClientId) -> Result<ReadAction<'a>, Fault> {
    let (mut id, mut client, mut written, mut in_currency) = (None, own, None, None);
    let (mut by, mut forced) = (Box::default(), false);
    read_fields(
        reader,
        &["hold", "client", "amount", "currency", "authority", "forced"],
        |field, reader| {
            match field {
                0 => id = Some(transaction_id(reader)?),
                1 => client = ClientId(reader.integer()?),
                2 => written = Some(Written::read(reader)?),
                3 => in_currency = Some(currency(reader)?),
                4 => by = authority(reader)?,
                _ => forced = reader.flag()?,
            }
            Ok(())
        },
    )?;
    let GivenId { id, text } = required(id, "hold")?;
    let hold = TransactionKey { client, id };
    let amount = amount_in(required(written, "amount")?, in_currency)?;
    let action = Action::Consume(Consume { hold, amount, currency: in_currency, authority: by, forced });
    Ok(ReadAction { action, place: None, text })
}

fn read_raise<'a>(reader: &mut Reader<'a>, own: ClientId) -> Result<ReadAction<'a>, Fault> {
    let (mut id, mut client, mut written, mut in_currency) = (None, own, None, None);
    let (mut by, mut expires_us) = (Box::default(), None);
    let names = ["hold", "client", "amount", "currency", "authority", "expires_us"];
    read_fields(reader, &names, |field, reader| {
        match field {
            0 => id = Some(transaction_id(reader)?),
            1 => client = ClientId(reader.integer()?),
            2 => written = Some(Written::read(reader)?),
            3 => in_currency = Some(currency(reader)?),
            4 => by = authority(reader)?,
            _ => expires_us = Some(expiry(reader)?),
        }
        Ok(())
    })?;
    let GivenId { id, text } = required(id, "hold")?;
    let hold = TransactionKey { client, id };
    let currency = required(in_currency, "currency")?;
    let amount = amount_in(required(written, "amount")?, Some(currency))?;
    let action = Action::Raise(Raise { hold, amount, currency, expires_us, authority: by });
    Ok(ReadAction { action, place: None, text })
}

fn read_try(reader: &mut Reader<'_>) -> Result<Action, Fault> {
    let mut expires_us = None;
    read_fields(reader, &["expires_us"], |_, reader| {
        expires_us = Some(expiry(reader)?);
        Ok(())
    })?;
    Ok(Action::Try(Try { expires_us }))
}

/// The name of another transaction.
struct NamingParts<'a> {
    id: Option<GivenId<'a>>,
    client: ClientId,
    place: Option<RecordPlace>,
}

impl<'a> NamingParts<'a> {
    const NAMES: [&'static str; 3] = ["original", "client", "place"];

    fn new(own: ClientId) -> NamingParts<'a> {
        NamingParts { id: None, client: own, place: None }
    }

    fn read(&mut self, field: usize, reader: &mut Reader<'a>) -> Result<(), Fault> {
        match field {
            0 => self.id = Some(transaction_id(reader)?),
            1 => self.client = ClientId(reader.integer()?),
            _ => self.place = Some(place(reader)?),
        }
        Ok(())
    }

    fn finish(self, action: impl FnOnce(Naming) -> Action) -> Result<ReadAction<'a>, Fault> {
        let GivenId { id, text } = required(self.id, "original")?;
        let key = TransactionKey { client: self.client, id };
        Ok(ReadAction { action: action(Naming { key, found: None }), place: self.place, text })
    }
}

fn read_naming<'a>(
    reader: &mut Reader<'a>,
    own: ClientId,
    action: impl FnOnce(Naming) -> Action,
) -> Result<ReadAction<'a>, Fault> {
    let mut parts = NamingParts::new(own);
    read_fields(reader, &NamingParts::NAMES, |field, reader| parts.read(field, reader))?;
    parts.finish(action)
}

fn read_refund<'a>(reader: &mut Reader<'a>, own: ClientId) -> Result<ReadAction<'a>, Fault> {
    let mut parts = NamingParts::new(own);
    let (mut written, mut in_currency) = (None, None);
    let [original, client, place] = NamingParts::NAMES;
    read_fields(reader, &[original, client, place, "amount", "currency"], |field, reader| {
        match field {
            3 => written = Some(Written::read(reader)?),
            4 => in_currency = Some(currency(reader)?),
            _ => parts.read(field, reader)?,
        }
        Ok(())
    })?;
    let amount = written.map(|written| amount_in(written, in_currency)).transpose()?;
    parts.finish(|original| match amount {
        Some(amount) => Refund::by_amount(original, amount, in_currency).into(),
        None => Refund::of_legs(original).into(),
    })
}

fn read_reverse<'a>(reader: &mut Reader<'a>, own: ClientId) -> Result<ReadAction<'a>, Fault> {
    let mut parts = NamingParts::new(own);
    let mut forced = false;
    let [original, client, place] = NamingParts::NAMES;
    read_fields(reader, &[original, client, place, "forced"], |field, reader| {
        if field < 3 {
            return parts.read(field, reader);
        }
        forced = reader.flag()?;
        Ok(())
    })?;
    parts.finish(|original| Action::Reverse(Reverse { original, forced }))
}
