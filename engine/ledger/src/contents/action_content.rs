//! What an action of a proposed transaction takes, as it stands in the log.
//!
//! | action | fields |
//! | --- | --- |
//! | freeze | account u64, amount i64, currency u16, kind u8, authority, expires i64 (0: never), text of the hold's id |
//! | raise | hold, amount i64, currency u16, expires i64, authority |
//! | unfreeze | hold, amount i64 (0: all), currency u16 (0: not given), authority |
//! | consume | hold, amount i64, currency u16, authority, 1 if forced u8 |
//! | reverse | original, 1 if forced u8 |
//! | refund | original; of one by amount: amount i64, currency u16 (0: not given) |
//! | confirm, cancel of a try | original |
//! | try | expires i64 |
//! | charge | amount i64, currency u16, channel, merchant, parties u16 with each role, account u64 |
//!
//! A hold or an original is client u32 and id u128. What was found of an original is no part of it: it is looked up anew.

use crate::account::hold::{HoldKind, HoldTerms};
use crate::actions::Action;
use crate::actions::cancel_try::CancelTry;
use crate::actions::charge::{Charge, Party};
use crate::actions::confirm::Confirm;
use crate::actions::consume::Consume;
use crate::actions::freeze::Freeze;
use crate::actions::raise::Raise;
use crate::actions::refund::Refund;
use crate::actions::reverse::Reverse;
use crate::actions::try_hold::Try;
use crate::actions::unfreeze::Unfreeze;
use crate::ids::AccountId;
use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::record::fields::{Fields, write_counted, write_key};
use crate::transaction::action_code::ActionCode;
use crate::transaction::original::Naming;

pub(super) fn write_action(action: &Action, out: &mut Vec<u8>) {
    match action {
        Action::Freeze(Freeze { account, amount, currency, terms, .. }) => {
            out.extend_from_slice(&account.0.to_le_bytes());
            out.extend_from_slice(&amount.0.to_le_bytes());
            out.extend_from_slice(&currency.numeric().to_le_bytes());
            out.push(terms.kind as u8);
            write_counted(out, terms.authority.as_bytes());
            write_moment(terms.expires_us, out);
            write_counted(out, terms.text_id.as_bytes());
        }
        Action::Raise(Raise { hold, amount, currency, expires_us, authority }) => {
            write_key(out, *hold);
            out.extend_from_slice(&amount.0.to_le_bytes());
            out.extend_from_slice(&currency.numeric().to_le_bytes());
            write_moment(*expires_us, out);
            write_counted(out, authority.as_bytes());
        }
        Action::Unfreeze(Unfreeze { hold, amount, currency, authority }) => {
            write_key(out, *hold);
            out.extend_from_slice(&amount.map_or(0, |amount| amount.0).to_le_bytes());
            write_currency(*currency, out);
            write_counted(out, authority.as_bytes());
        }
        Action::Consume(Consume { hold, amount, currency, authority, forced }) => {
            write_key(out, *hold);
            out.extend_from_slice(&amount.0.to_le_bytes());
            write_currency(*currency, out);
            write_counted(out, authority.as_bytes());
            out.push(u8::from(*forced));
        }
        Action::Reverse(Reverse { original, forced }) => {
            write_key(out, original.key);
            out.push(u8::from(*forced));
        }
        Action::Refund(Refund { original, amount, currency }) => {
            write_key(out, original.key);
            if let Some(amount) = amount {
                out.extend_from_slice(&amount.0.to_le_bytes());
                write_currency(*currency, out);
            }
        }
        Action::Confirm(Confirm { original }) | Action::CancelTry(CancelTry { original }) => {
            write_key(out, original.key);
        }
        Action::Charge(Charge { amount, currency, parties, channel, merchant }) => {
            out.extend_from_slice(&amount.0.to_le_bytes());
            out.extend_from_slice(&currency.numeric().to_le_bytes());
            [channel, merchant].iter().for_each(|text| write_counted(out, text.as_bytes()));
            let count = u16::try_from(parties.len()).expect("parties are capped where they enter");
            out.extend_from_slice(&count.to_le_bytes());
            for Party { role, account, .. } in parties {
                write_counted(out, role.as_bytes());
                out.extend_from_slice(&account.0.to_le_bytes());
            }
        }
        Action::Try(Try { expires_us }) => write_moment(*expires_us, out),
        Action::CarryForward(_) => unreachable!("the ledger's own is proposed by nobody"),
    }
}

pub(super) fn read_action(code: ActionCode, fields: &mut Fields<'_>) -> Option<Action> {
    Some(match code {
        ActionCode::Freeze => read_freeze(fields)?.into(),
        ActionCode::Raise => Raise {
            hold: fields.key()?,
            amount: Amount(fields.i64()?),
            currency: Currency::from_numeric(fields.u16()?)?,
            expires_us: read_moment(fields)?,
            authority: fields.text()?,
        }
        .into(),
        ActionCode::Unfreeze => Unfreeze {
            hold: fields.key()?,
            amount: Some(fields.i64()?).filter(|amount| *amount != 0).map(Amount),
            currency: read_currency(fields)?,
            authority: fields.text()?,
        }
        .into(),
        ActionCode::Consume => Consume {
            hold: fields.key()?,
            amount: Amount(fields.i64()?),
            currency: read_currency(fields)?,
            authority: fields.text()?,
            forced: fields.u8()? != 0,
        }
        .into(),
        ActionCode::Reverse => Reverse { original: read_naming(fields)?, forced: fields.u8()? != 0 }.into(),
        ActionCode::Refund => read_refund(fields)?.into(),
        ActionCode::Charge => read_charge(fields)?.into(),
        ActionCode::Confirm => Confirm { original: read_naming(fields)? }.into(),
        ActionCode::CancelTry => CancelTry { original: read_naming(fields)? }.into(),
        ActionCode::Try => Try { expires_us: read_moment(fields)? }.into(),
        ActionCode::Post | ActionCode::CarryForward => return None,
    })
}

fn read_freeze(fields: &mut Fields<'_>) -> Option<Freeze> {
    let (account, amount) = (AccountId(fields.u64()?), Amount(fields.i64()?));
    let (currency, kind) = (Currency::from_numeric(fields.u16()?)?, HoldKind::from_number(fields.u8()?)?);
    let (authority, expires_us, text_id) = (fields.text()?, read_moment(fields)?, fields.text()?);
    let terms = HoldTerms { kind, authority, expires_us, text_id };
    Some(Freeze { account, key: None, amount, currency, terms })
}

fn read_refund(fields: &mut Fields<'_>) -> Option<Refund> {
    let original = read_naming(fields)?;
    if fields.is_at_end() {
        return Some(Refund { original, amount: None, currency: None });
    }
    let amount = Some(Amount(fields.i64()?));
    Some(Refund { original, amount, currency: read_currency(fields)? })
}

fn read_charge(fields: &mut Fields<'_>) -> Option<Charge> {
    let (amount, currency) = (Amount(fields.i64()?), Currency::from_numeric(fields.u16()?)?);
    let (channel, merchant, count) = (fields.text()?, fields.text()?, fields.u16()?);
    let party = |_| {
        let (role, account) = (fields.text()?, AccountId(fields.u64()?));
        Some(Party { role, account, key: None })
    };
    let parties = (0..count).map(party).collect::<Option<_>>()?;
    Some(Charge { amount, currency, parties, channel, merchant })
}

fn read_naming(fields: &mut Fields<'_>) -> Option<Naming> {
    Some(Naming { key: fields.key()?, found: None })
}

fn write_moment(moment_us: Option<i64>, out: &mut Vec<u8>) {
    out.extend_from_slice(&moment_us.unwrap_or(0).to_le_bytes());
}

fn read_moment(fields: &mut Fields<'_>) -> Option<Option<i64>> {
    Some(Some(fields.i64()?).filter(|moment| *moment != 0))
}

fn write_currency(currency: Option<Currency>, out: &mut Vec<u8>) {
    out.extend_from_slice(&currency.map_or(0, Currency::numeric).to_le_bytes());
}

fn read_currency(fields: &mut Fields<'_>) -> Option<Option<Currency>> {
    match fields.u16()? {
        0 => Some(None),
        numeric => Currency::from_numeric(numeric).map(Some),
    }
}
