//! Charges in MessagePack: a gross amount, and whose accounts take part.

use longmen_engine::ledger::{
    AccountId, AccountRef, Action, Charge, PAYEE, PAYER, Party, has_blank_end, is_hidden,
};

use super::action::amount_in;
use super::reader::{Reader, read_elements, read_fields};
use super::value::{Written, account, currency, required};
use crate::service::Fault;

/// Bytes of the name of whoever has a share.
const MAX_ROLE: usize = 128;
/// Bytes of a channel or a merchant.
const MAX_LABEL: usize = 128;
/// A rule has no more shares, and one who gets what is left.
const MAX_SHARES: usize = 257;

pub(super) fn read_charge(reader: &mut Reader<'_>) -> Result<Action, Fault> {
    let (mut written, mut in_currency, mut payer, mut payee) = (None, None, None, None);
    let (mut shares, mut channel, mut merchant) = (Vec::new(), "", "");
    let names = ["amount", "currency", "payer", "payee", "shares", "channel", "merchant"];
    read_fields(reader, &names, |field, reader| {
        match field {
            0 => written = Some(Written::read(reader)?),
            1 => in_currency = Some(currency(reader)?),
            2 => payer = Some(account(reader)?),
            3 => payee = Some(account(reader)?),
            4 => shares = read_elements(reader, MAX_SHARES, read_share)?,
            5 => channel = named(reader, MAX_LABEL)?,
            _ => merchant = named(reader, MAX_LABEL)?,
        }
        Ok(())
    })?;
    let payer = required(payer, "payer")?;
    let of_payer = if let AccountRef::Key(key) = &payer { Some(key.currency) } else { None };
    let currency = required(in_currency.or(of_payer), "currency")?;
    let amount = amount_in(required(written, "amount")?, Some(currency))?;
    let mut parties = vec![party(PAYER, payer)];
    parties.extend(payee.map(|payee| party(PAYEE, payee)));
    for share in shares {
        if parties.iter().any(|other| other.role == share.role) {
            return Err(Fault::new("names somebody twice").in_field("shares"));
        }
        parties.push(share);
    }
    let (channel, merchant) = (channel.into(), merchant.into());
    Ok(Action::Charge(Charge { amount, currency, parties, channel, merchant }))
}

fn read_share(reader: &mut Reader<'_>) -> Result<Party, Fault> {
    let (mut role, mut of) = (None, None);
    read_fields(reader, &["to", "account"], |field, reader| {
        match field {
            0 => role = Some(named(reader, MAX_ROLE)?),
            _ => of = Some(account(reader)?),
        }
        Ok(())
    })?;
    Ok(party(required(role, "to")?, required(of, "account")?))
}

fn party(role: &str, account: AccountRef) -> Party {
    let (account, key) = match account {
        AccountRef::Id(id) => (id, None),
        AccountRef::Key(key) => (AccountId::NONE, Some(key)),
    };
    Party { role: role.into(), account, key }
}

/// A name as rules have them.
fn named<'a>(reader: &mut Reader<'a>, most: usize) -> Result<&'a str, Fault> {
    let text = reader.text(most)?;
    match text.is_empty() || has_blank_end(text) || text.chars().any(is_hidden) {
        true => Err(Fault::new("is empty, begins or ends with a blank, or has what is not seen")),
        false => Ok(text),
    }
}
