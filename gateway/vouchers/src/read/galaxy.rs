//! Saves of 金蝶云星空 read again.

use longmen_ledger::Currency;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{At, ReadError, ReadLine};

#[derive(Deserialize)]
struct Save<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data<'a> {
    #[serde(borrow)]
    model: Model<'a>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "FNumber")]
    number: Box<str>,
}

#[derive(Deserialize)]
struct Model<'a> {
    #[serde(rename = "FDate")]
    date: Box<str>,
    #[serde(rename = "FVOUCHERGROUPID")]
    group: Named,
    #[serde(rename = "FVOUCHERGROUPNO")]
    number: u32,
    #[serde(rename = "FATTACHMENTS")]
    attachments: u16,
    #[serde(rename = "FEntity", borrow)]
    lines: Vec<Entity<'a>>,
}

#[derive(Deserialize)]
struct Entity<'a> {
    #[serde(rename = "FEXPLANATION")]
    explanation: Box<str>,
    #[serde(rename = "FACCOUNTID")]
    account: Named,
    #[serde(rename = "FDEBIT", borrow)]
    debit: &'a RawValue,
    #[serde(rename = "FCREDIT", borrow)]
    credit: &'a RawValue,
    #[serde(rename = "FBUSNO")]
    source_key: Box<str>,
}

/// Reads bodies of Saves, one a line.
///
/// # Errors
/// [`ReadError`].
pub fn read_galaxy(text: &str, local: Currency) -> Result<Vec<ReadLine>, ReadError> {
    let mut lines = Vec::new();
    for (index, body) in text.lines().enumerate() {
        let at = At(index + 1);
        let save: Save<'_> =
            serde_json::from_str(body).map_err(|error| at.fault("body", error.to_string()))?;
        for entity in &save.data.model.lines {
            lines.push(read_entity(at, &save.data.model, entity, local)?);
        }
    }
    Ok(lines)
}

fn read_entity(
    at: At,
    model: &Model<'_>,
    entity: &Entity<'_>,
    local: Currency,
) -> Result<ReadLine, ReadError> {
    let (side, amount) = at.side(local, entity.debit.get(), entity.credit.get())?;
    Ok(ReadLine {
        date: at.date("FDate", &model.date)?,
        word: model.group.number.clone(),
        number: model.number,
        attachments: model.attachments,
        subject: entity.account.number.clone(),
        summary: entity.explanation.clone(),
        side,
        local: amount,
        source_key: Some(entity.source_key.clone()),
    })
}
