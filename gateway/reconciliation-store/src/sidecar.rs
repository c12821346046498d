//! What stands beside a file's bytes: which file they are, so that the database can be made again from the directory of files.

use std::fs;
use std::io::Write;

use longmen_ledger::{Currency, Date};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::directory::Directory;
use crate::error::StoreError;
use crate::names::{Channel, Merchant, Person};
use crate::stored_file::{FileId, FileKey, FileSum, StoredFile};

/// A file, as JSON has it. Sums are texts: they need not fit what other programs take for a number.
#[derive(Serialize, Deserialize)]
struct Sidecar {
    /// The order of import.
    id: i64,
    channel: String,
    merchant: String,
    date: String,
    format: String,
    version: u32,
    state: String,
    size: u64,
    rows: u64,
    unmoved: u64,
    sums: Vec<SidecarSum>,
    imported_at: i64,
    imported_by: String,
    decided_at: Option<i64>,
    decided_by: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct SidecarSum {
    currency: String,
    kind: String,
    rows: u64,
    gross: String,
    fee: String,
}

/// Writes what the files are that have these bytes.
pub(crate) fn write(directory: &Directory, digest: Digest, files: &[StoredFile]) -> Result<(), StoreError> {
    let path = directory.sidecar(digest);
    let sidecars: Vec<Sidecar> = files.iter().map(to_sidecar).collect();
    let mut json = serde_json::to_vec_pretty(&sidecars).expect("texts and numbers are JSON");
    json.push(b'\n');
    let mut incoming = directory.incoming()?;
    incoming.write_all(&json).map_err(StoreError::io(&path))?;
    directory.keep(incoming, &path)
}

/// Reads what the files are that have these bytes.
pub(crate) fn read(directory: &Directory, digest: Digest) -> Result<Vec<StoredFile>, StoreError> {
    let path = directory.sidecar(digest);
    let json = fs::read(&path).map_err(StoreError::io(&path))?;
    let damaged = |why: String| StoreError::DamagedSidecar { path: path.clone(), why };
    let sidecars: Vec<Sidecar> = serde_json::from_slice(&json).map_err(|error| damaged(error.to_string()))?;
    let files: Option<Vec<StoredFile>> =
        sidecars.iter().map(|sidecar| from_sidecar(digest, sidecar)).collect();
    files.ok_or_else(|| damaged("it does not say what a file is".to_owned()))
}

fn to_sidecar(file: &StoredFile) -> Sidecar {
    let sum = |sum: &FileSum| SidecarSum {
        currency: sum.currency.code().to_owned(),
        kind: sum.kind.to_string(),
        rows: sum.rows,
        gross: sum.gross.to_string(),
        fee: sum.fee.to_string(),
    };
    Sidecar {
        id: file.id.0,
        channel: file.key.channel.to_string(),
        merchant: file.key.merchant.to_string(),
        date: file.key.date.to_string(),
        format: file.key.format.to_string(),
        version: file.version,
        state: file.state.name().to_owned(),
        size: file.size,
        rows: file.rows,
        unmoved: file.unmoved,
        sums: file.sums.iter().map(sum).collect(),
        imported_at: file.imported_at_us,
        imported_by: file.imported_by.to_string(),
        decided_at: file.decided.as_ref().map(|(_, at_us)| *at_us),
        decided_by: file.decided.as_ref().map(|(by, _)| by.to_string()),
    }
}

fn from_sidecar(sha256: Digest, sidecar: &Sidecar) -> Option<StoredFile> {
    let sum = |sum: &SidecarSum| {
        Some(FileSum {
            currency: Currency::from_code(&sum.currency)?,
            kind: sum.kind.as_str().into(),
            rows: sum.rows,
            gross: sum.gross.parse().ok()?,
            fee: sum.fee.parse().ok()?,
        })
    };
    let by = sidecar.decided_by.as_deref().map(Person::new).transpose().ok()?;
    Some(StoredFile {
        id: FileId(sidecar.id),
        key: FileKey {
            channel: Channel::new(&sidecar.channel).ok()?,
            merchant: Merchant::new(&sidecar.merchant).ok()?,
            date: Date::parse(&sidecar.date)?,
            format: sidecar.format.as_str().into(),
        },
        version: sidecar.version,
        state: sidecar.state.parse().ok()?,
        sha256,
        size: sidecar.size,
        rows: sidecar.rows,
        unmoved: sidecar.unmoved,
        sums: sidecar.sums.iter().map(sum).collect::<Option<_>>()?,
        imported_at_us: sidecar.imported_at,
        imported_by: Person::new(&sidecar.imported_by).ok()?,
        decided: by.zip(sidecar.decided_at),
    })
}
