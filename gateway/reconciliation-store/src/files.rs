//! Rows of files, written and read.

use longmen_ledger::{Currency, Date};
use rusqlite::{Connection, Row, named_params, params};

use crate::cells::{cell, named, parsed, parsed_if_any};
use crate::digest::Digest;
use crate::error::StoreError;
use crate::names::{Channel, Merchant, Person};
use crate::refusal::Refusal;
use crate::stored_file::{FileId, FileKey, FileState, FileSum, StoredFile};

/// Which files.
#[derive(Clone, Debug, Default)]
pub struct FileFilter {
    pub channel: Option<Channel>,
    pub date: Option<Date>,
    pub state: Option<FileState>,
}

/// The files that a filter lets through, by day, key and version.
pub(crate) fn list(connection: &Connection, filter: &FileFilter) -> Result<Vec<StoredFile>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT * FROM files WHERE (:channel IS NULL OR channel = :channel) AND (:date IS NULL OR date = :date)
            AND (:state IS NULL OR state = :state) ORDER BY date, channel, merchant, format, version",
    )?;
    let mut rows = query.query(named_params! {
        ":channel": filter.channel.as_ref().map(Channel::as_str),
        ":date": filter.date.map(|date| date.to_string()),
        ":state": filter.state.map(FileState::name),
    })?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        files.push(read(connection, row)?);
    }
    Ok(files)
}

/// A file by its number.
pub(crate) fn by_id(connection: &Connection, file: FileId) -> Result<StoredFile, StoreError> {
    let mut query = connection.prepare_cached("SELECT * FROM files WHERE id = ?")?;
    let mut rows = query.query([file.0])?;
    match rows.next()? {
        Some(row) => read(connection, row),
        None => Err(Refusal::NoSuchFile { file }.into()),
    }
}

/// The versions of a key, from the first.
pub(crate) fn versions(connection: &Connection, key: &FileKey) -> Result<Vec<StoredFile>, StoreError> {
    let filter = FileFilter { channel: Some(key.channel.clone()), date: Some(key.date), state: None };
    Ok(list(connection, &filter)?.into_iter().filter(|file| file.key == *key).collect())
}

/// Every file of some bytes: one that is empty may be that of many days.
pub(crate) fn of_content(connection: &Connection, digest: Digest) -> Result<Vec<StoredFile>, StoreError> {
    let mut query = connection.prepare_cached("SELECT * FROM files WHERE sha256 = ? ORDER BY id")?;
    let mut rows = query.query([digest.to_string()])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        files.push(read(connection, row)?);
    }
    Ok(files)
}

/// Writes a file down; the number that it has is not looked at.
pub(crate) fn insert(connection: &Connection, file: &StoredFile) -> Result<FileId, StoreError> {
    let decided = file.decided.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO files (channel, merchant, date, format, version, sha256, size, rows, unmoved, state,
                imported_at, imported_by, decided_at, decided_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            file.key.channel.as_str(),
            file.key.merchant.as_str(),
            file.key.date.to_string(),
            file.key.format,
            file.version,
            file.sha256.to_string(),
            file.size,
            file.rows,
            file.unmoved,
            file.state.name(),
            file.imported_at_us,
            file.imported_by.as_str(),
            decided.map(|(_, at_us)| at_us),
            decided.map(|(by, _)| by.as_str()),
        ])?;
    let id = FileId(connection.last_insert_rowid());
    let mut insert = connection.prepare_cached("INSERT INTO file_sums VALUES (?, ?, ?, ?, ?, ?)")?;
    for FileSum { currency, kind, rows, gross, fee } in &file.sums {
        insert.execute(params![id.0, currency.code(), kind, rows, gross.to_string(), fee.to_string()])?;
    }
    Ok(id)
}

/// Says what a version is from now on.
pub(crate) fn set_state(
    connection: &Connection,
    file: FileId,
    state: FileState,
    decided: Option<(&Person, i64)>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE files SET state = ?2, has_sidecar = 0, decided_by = ifnull(?3, decided_by),
                decided_at = ifnull(?4, decided_at) WHERE id = ?1",
        )?
        .execute(params![
            file.0,
            state.name(),
            decided.map(|(by, _)| by.as_str()),
            decided.map(|(_, at_us)| at_us)
        ])?;
    Ok(())
}

/// The contents of which it does not stand beside them what they are.
pub(crate) fn without_sidecar(connection: &Connection) -> Result<Vec<Digest>, StoreError> {
    digests(connection, "SELECT DISTINCT sha256 FROM files WHERE NOT has_sidecar ORDER BY sha256")
}

/// The contents of all files.
pub(crate) fn contents(connection: &Connection) -> Result<Vec<Digest>, StoreError> {
    digests(connection, "SELECT DISTINCT sha256 FROM files ORDER BY sha256")
}

/// Notes that it stands beside some bytes what they are.
pub(crate) fn has_sidecar(connection: &Connection, digest: Digest) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE files SET has_sidecar = 1 WHERE sha256 = ?")?
        .execute([digest.to_string()])?;
    Ok(())
}

fn digests(connection: &Connection, query: &str) -> Result<Vec<Digest>, StoreError> {
    let mut query = connection.prepare_cached(query)?;
    let mut rows = query.query([])?;
    let mut digests = Vec::new();
    while let Some(row) = rows.next()? {
        digests.push(parsed(row, "sha256", Digest::parse)?);
    }
    Ok(digests)
}

fn read(connection: &Connection, row: &Row<'_>) -> Result<StoredFile, StoreError> {
    let id = FileId(cell(row, "id")?);
    let decided_at: Option<i64> = cell(row, "decided_at")?;
    let decided_by = parsed_if_any(row, "decided_by", |text| Person::new(text).ok())?;
    Ok(StoredFile {
        id,
        key: FileKey {
            channel: parsed(row, "channel", |text| Channel::new(text).ok())?,
            merchant: parsed(row, "merchant", |text| Merchant::new(text).ok())?,
            date: parsed(row, "date", Date::parse)?,
            format: cell::<String>(row, "format")?.into(),
        },
        version: cell(row, "version")?,
        state: named(row, "state")?,
        sha256: parsed(row, "sha256", Digest::parse)?,
        size: cell(row, "size")?,
        rows: cell(row, "rows")?,
        unmoved: cell(row, "unmoved")?,
        sums: sums(connection, id)?,
        imported_at_us: cell(row, "imported_at")?,
        imported_by: parsed(row, "imported_by", |text| Person::new(text).ok())?,
        decided: decided_by.zip(decided_at),
    })
}

fn sums(connection: &Connection, file: FileId) -> Result<Vec<FileSum>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT * FROM file_sums WHERE file_id = ? ORDER BY currency, kind")?;
    let mut rows = query.query([file.0])?;
    let mut sums = Vec::new();
    while let Some(row) = rows.next()? {
        sums.push(FileSum {
            currency: parsed(row, "currency", Currency::from_code)?,
            kind: cell::<String>(row, "kind")?.into(),
            rows: cell(row, "rows")?,
            gross: named(row, "gross")?,
            fee: named(row, "fee")?,
        });
    }
    Ok(sums)
}
