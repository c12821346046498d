//! A voucher (凭证) that is kept, and its row.

use longmen_ledger::Date;
use longmen_vouchers::{State, Voucher};
use rusqlite::{Row, Rows};

use crate::cells::{cell, parsed};
use crate::error::StoreError;

/// A voucher, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptVoucher {
    pub voucher: Voucher,
    pub state: State,
}

/// A date of the books that was sealed into vouchers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoucherDay {
    pub date: Date,
    /// The name of the mode in which they were made.
    pub mode: String,
    /// Off-balance subjects with entries that went into no voucher.
    pub left_out: Vec<String>,
}

/// Which vouchers are meant. Both dates count; absent, there is no end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VoucherFilter {
    pub entity: Option<String>,
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// The name of a state: `made`, `exported`, `accepted`, `rejected`.
    pub state: Option<String>,
    /// The SHA-256 of the file that they were last written to.
    pub file: Option<String>,
}

pub(crate) fn read_day(row: &Row<'_>) -> Result<VoucherDay, StoreError> {
    Ok(VoucherDay {
        date: parsed(row, "date", Date::parse)?,
        mode: cell(row, "mode")?,
        left_out: parsed(row, "left_out", |text| serde_json::from_str(text).ok())?,
    })
}

pub(crate) fn read_vouchers(mut rows: Rows<'_>) -> Result<Vec<KeptVoucher>, StoreError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_voucher(row)?);
    }
    Ok(found)
}

pub(crate) fn read_voucher(row: &Row<'_>) -> Result<KeptVoucher, StoreError> {
    let voucher: Voucher = parsed(row, "content", |text| serde_json::from_str(text).ok())?;
    let key: String = cell(row, "source_key")?;
    if voucher.source_key() != key {
        return Err(StoreError::damaged(format!("the voucher {key} holds another")));
    }
    let state: String = cell(row, "state")?;
    let word = |column| Ok::<Box<str>, StoreError>(cell::<String>(row, column)?.into());
    let state = match &*state {
        "made" => State::Made,
        "exported" => State::Exported { file: word("file")? },
        "accepted" => State::Accepted { file: word("file")?, number: word("answer")? },
        "rejected" => State::Rejected { file: word("file")?, reason: word("answer")? },
        _ => return Err(StoreError::damaged(format!("the state of {key} is `{state}`"))),
    };
    Ok(KeptVoucher { voucher, state })
}

/// A state as it is written: its name, the file and the answer.
pub(crate) fn written(state: &State) -> (&'static str, Option<&str>, Option<&str>) {
    match state {
        State::Made => ("made", None, None),
        State::Exported { file } => ("exported", Some(file), None),
        State::Accepted { file, number } => ("accepted", Some(file), Some(number)),
        State::Rejected { file, reason } => ("rejected", Some(file), Some(reason)),
    }
}
