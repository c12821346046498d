//! Importing a file: once, whole or not at all.

use std::fs;
use std::io::{Read, Write};

use longmen_channel_files::{Expected, MoneyStatement, Received, read_money, read_table, read_trades};
use longmen_ledger::{Currency, Date};
use tempfile::NamedTempFile;

use crate::digest::{Digest, Digester};
use crate::error::StoreError;
use crate::files;
use crate::names::{Channel, Merchant, Person};
use crate::refusal::Refusal;
use crate::store::Store;
use crate::stored_file::{FileFormat, FileId, FileKey, FileState, FileSum, StoredFile};

/// A file that came.
#[derive(Clone, Debug)]
pub struct NewFile<'a> {
    pub channel: Channel,
    pub merchant: Merchant,
    /// The date that it must be of.
    pub date: Date,
    pub format: FileFormat<'a>,
    /// SHA-1 of its bytes as they are unpacked, in hexadecimal digits, where the channel gives one.
    pub sha1: Option<Box<str>>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    /// It is the file of its day.
    New(FileId),
    /// The same bytes are there for the same day already, active or pending.
    Known(FileId),
    /// The day has a file with other bytes. Until somebody other than the importer approves this one, that one stays.
    NeedsApproval(FileId),
}

impl Store {
    /// Imports a file. Its bytes are kept as they come, and last before anything says that they are there.
    ///
    /// # Errors
    /// [`StoreError::File`], where its reader refuses it; `pending_version`, where other bytes for its day wait already; whatever fails.
    pub fn import(
        &mut self,
        new: &NewFile<'_>,
        source: &mut dyn Read,
        by: &Person,
        at_us: i64,
    ) -> Result<Import, StoreError> {
        let (incoming, sha256, size) = self.take_in(source)?;
        let key = FileKey {
            channel: new.channel.clone(),
            merchant: new.merchant.clone(),
            date: new.date,
            format: new.format.name(),
        };
        let versions = files::versions(&self.reader.connection, &key)?;
        let counts = |file: &&StoredFile| matches!(file.state, FileState::Active | FileState::Pending);
        if let Some(same) = versions.iter().filter(counts).find(|file| file.sha256 == sha256) {
            return Ok(Import::Known(same.id));
        }
        if let Some(pending) = versions.iter().find(|file| file.state == FileState::Pending) {
            return Err(Refusal::PendingVersion { file: pending.id }.into());
        }
        let contents = read(new, &incoming)?;
        self.reader.directory.keep(incoming, &self.reader.directory.raw(sha256))?;
        let has_active = versions.iter().any(|file| file.state == FileState::Active);
        let version = versions.last().map_or(1, |last| last.version + 1);
        let id = self.write_down(&StoredFile {
            id: FileId(0),
            key,
            version,
            state: if has_active { FileState::Pending } else { FileState::Active },
            sha256,
            size,
            rows: contents.rows,
            unmoved: contents.unmoved,
            sums: contents.sums,
            imported_at_us: at_us,
            imported_by: by.clone(),
            decided: None,
        })?;
        Ok(if has_active { Import::NeedsApproval(id) } else { Import::New(id) })
    }

    /// Copies what comes into a file without a name, and says what it is.
    fn take_in(&self, source: &mut dyn Read) -> Result<(NamedTempFile, Digest, u64), StoreError> {
        let mut incoming = self.reader.directory.incoming()?;
        let (mut digester, mut size) = (Digester::default(), 0);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = source.read(&mut buffer).map_err(StoreError::io(incoming.path()))?;
            if read == 0 {
                return Ok((incoming, digester.end(), size));
            }
            digester.bytes(&buffer[..read]);
            size += read as u64;
            incoming
                .write_all(&buffer[..read])
                .map_err(|source| StoreError::Io { path: incoming.path().to_owned(), source })?;
        }
    }

    fn write_down(&mut self, file: &StoredFile) -> Result<FileId, StoreError> {
        let transaction = self.reader.connection.transaction()?;
        let id = files::insert(&transaction, file)?;
        // What it says beside the bytes that they are is not all of it any more.
        files::set_state(&transaction, id, file.state, None)?;
        transaction.commit()?;
        self.write_sidecars()?;
        Ok(id)
    }
}

/// What is in a file, in all.
struct Contents {
    rows: u64,
    unmoved: u64,
    sums: Vec<FileSum>,
}

/// Reads a file to its end: it holds, or its reader says why not.
fn read(new: &NewFile<'_>, incoming: &NamedTempFile) -> Result<Contents, StoreError> {
    let mut source = fs::File::open(incoming.path()).map_err(StoreError::io(incoming.path()))?;
    let expected = Expected {
        merchant: Some(new.merchant.as_str().into()),
        date: Some(new.date),
        sha1: new.sha1.clone(),
    };
    Ok(match new.format {
        FileFormat::Trades(format) => of_trades(&read_trades(format, &mut source, &expected, &mut |_| {})?),
        FileFormat::Money(format) => of_money(&read_money(format, &mut source, &expected, &mut |_| {})?),
        FileFormat::Table { profile, .. } => {
            of_money(&read_table(profile, &mut source, &expected, &mut |_| {})?)
        }
    })
}

fn of_trades(received: &Received) -> Contents {
    let sum = |((code, kind), sums): (&(&'static str, _), &longmen_channel_files::Sums)| FileSum {
        currency: Currency::from_code(code).expect("rows have a currency that there is"),
        kind: longmen_channel_files::RowKind::name(*kind).into(),
        rows: sums.rows,
        gross: sums.gross,
        fee: sums.fee,
    };
    let mut sums: Vec<FileSum> = received.sums.iter().map(sum).collect();
    sums.sort_by(|one, other| (one.currency.code(), &one.kind).cmp(&(other.currency.code(), &other.kind)));
    Contents { rows: received.rows, unmoved: received.unmoved, sums }
}

fn of_money(statement: &MoneyStatement) -> Contents {
    let sum = |kind: &str, (rows, gross): (u64, i128)| FileSum {
        currency: statement.currency,
        kind: kind.into(),
        rows,
        gross,
        fee: 0,
    };
    let sums = vec![sum("incoming", statement.incoming), sum("outgoing", statement.outgoing)];
    Contents { rows: statement.incoming.0 + statement.outgoing.0, unmoved: 0, sums }
}
