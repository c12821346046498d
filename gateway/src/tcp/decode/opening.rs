//! Openings of entities, subjects and accounts in MessagePack.

use longmen_engine::ledger::{
    AccountOpening, Amount, Command, Currency, MAX_BATCH, SubjectClass, SubjectOpening, YearStart,
};

use super::reader::{Reader, read_elements, read_fields};
use super::value::{
    KeyParts, MAX_CODE, MAX_WORD, Written, customer_id, date, entity, opened, owned_by, required, side,
};
use crate::service::Fault;

/// Bytes of a subject's name.
const MAX_NAME: usize = 200;
/// Bytes of a subject's free texts.
const MAX_ATTRIBUTE: usize = 64;

pub(crate) fn read_open_entity(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut code, mut start, mut year_starts) = (None, None, YearStart::JANUARY);
    read_fields(reader, &["code", "start", "year_starts"], |index, reader| {
        match index {
            0 => code = Some(opened(entity(reader)?)?),
            1 => start = Some(date(reader)?),
            _ => {
                let month = YearStart::from_month(reader.integer()?);
                year_starts = month.ok_or(Fault::new("not a month, 1 to 12"))?;
            }
        }
        Ok(())
    })?;
    Ok(Command::OpenEntity { code: required(code, "code")?, start: required(start, "start")?, year_starts })
}

pub(crate) fn read_open_subjects(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of_entity, mut subjects) = (None, None);
    read_fields(reader, &["entity", "subjects"], |index, reader| {
        match index {
            0 => of_entity = Some(entity(reader)?),
            _ => subjects = Some(read_elements(reader, MAX_BATCH, read_subject)?),
        }
        Ok(())
    })?;
    Ok(Command::OpenSubjects {
        entity: required(of_entity, "entity")?,
        subjects: required(subjects, "subjects")?,
    })
}

const SUBJECT_FIELDS: [&str; 10] =
    ["code", "name", "class", "normal", "leaf", "valid_from", "valid_to", "tenor", "party", "purpose"];

fn read_subject(reader: &mut Reader<'_>) -> Result<SubjectOpening, Fault> {
    let (mut code, mut name, mut class, mut normal, mut leaf) = (None, None, None, None, true);
    let (mut valid_from, mut valid_to, mut texts) = (None, None, [""; 3]);
    read_fields(reader, &SUBJECT_FIELDS, |index, reader| {
        match index {
            0 => code = Some(reader.text(MAX_CODE)?.into()),
            1 => name = Some(opened(reader.text(MAX_NAME)?)?.into()),
            2 => class = Some(read_class(reader)?),
            3 => normal = Some(side(reader)?),
            4 => leaf = reader.flag()?,
            5 => valid_from = Some(date(reader)?),
            6 => valid_to = Some(date(reader)?),
            _ => texts[index - 7] = opened(reader.text(MAX_ATTRIBUTE)?)?,
        }
        Ok(())
    })?;
    let [tenor, party, purpose] = texts.map(Box::from);
    Ok(SubjectOpening {
        code: required(code, "code")?,
        name: required(name, "name")?,
        class: required(class, "class")?,
        normal: required(normal, "normal")?,
        leaf,
        valid_from,
        valid_to,
        tenor,
        party,
        purpose,
    })
}

fn read_class(reader: &mut Reader<'_>) -> Result<SubjectClass, Fault> {
    SubjectClass::from_name(reader.text(MAX_WORD)?).ok_or(Fault::new("not a class of subjects"))
}

pub(crate) fn read_open_accounts(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let mut accounts = None;
    read_fields(reader, &["accounts"], |_, reader| {
        accounts = Some(read_elements(reader, MAX_BATCH, read_account)?);
        Ok(())
    })?;
    required(accounts, "accounts").map(Command::OpenAccounts)
}

const ACCOUNT_FIELDS: [&str; 11] = [
    KeyParts::NAMES[0],
    KeyParts::NAMES[1],
    KeyParts::NAMES[2],
    KeyParts::NAMES[3],
    "subject",
    "owner",
    "may_go_negative",
    "overdraft_limit",
    "credit_limit",
    "hot",
    "customer",
];

fn read_account(reader: &mut Reader<'_>) -> Result<AccountOpening, Fault> {
    let mut parts = KeyParts::default();
    let (mut subject, mut owner, mut may_go_negative, mut hot) = (None, None, false, false);
    let (mut overdraft, mut credit, mut customer) = (None, None, None);
    read_fields(reader, &ACCOUNT_FIELDS, |index, reader| {
        match index {
            0..=3 => parts.read(index, reader)?,
            4 => subject = Some(reader.text(MAX_CODE)?.into()),
            5 => owner = Some(owned_by(reader)?),
            6 => may_go_negative = reader.flag()?,
            7 => overdraft = Some(Written::read(reader)?),
            8 => credit = Some(Written::read(reader)?),
            9 => hot = reader.flag()?,
            _ => customer = Some(opened(customer_id(reader)?)?),
        }
        Ok(())
    })?;
    let key = parts.key()?;
    opened(&*key.number).map_err(|fault| fault.in_field("number"))?;
    opened(&*key.kind).map_err(|fault| fault.in_field("type"))?;
    let limit =
        |written: Option<Written<'_>>, name| written.map(|w| read_limit(w, key.currency, name)).transpose();
    Ok(AccountOpening {
        subject: subject.unwrap_or_default(),
        customer,
        owner: required(owner, "owner")?,
        may_go_negative,
        overdraft_limit: limit(overdraft, "overdraft_limit")?.unwrap_or_default(),
        credit_limit: limit(credit, "credit_limit")?,
        hot,
        key,
    })
}

fn read_limit(written: Written<'_>, currency: Currency, name: &'static str) -> Result<Amount, Fault> {
    let amount = written.amount(currency).map_err(|fault| fault.in_field(name))?;
    amount
        .filter(|amount| amount.0 >= 0)
        .ok_or_else(|| Fault::amount("negative, too fine or too large").in_field(name))
}
