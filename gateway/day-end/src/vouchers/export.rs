//! Vouchers are written to a file, whose digest is kept.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use longmen_ledger::Date;
use longmen_reconciliation_store::{KeptVoucher, Reader, Store, VoucherFilter};
use longmen_vouchers::{Target, Voucher, WriteError};
use sha2::{Digest as _, Sha256};

use super::acknowledge::digest_of;
use super::error::VoucherError;
use crate::atomic_file::AtomicFile;

/// Which vouchers are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    pub entity: String,
    /// Dates of the books, both included.
    pub from: Date,
    pub to: Date,
    /// Those alone that were rejected.
    pub rejected: bool,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    pub vouchers: usize,
    pub lines: usize,
    /// Its SHA-256, as hexadecimal digits.
    pub digest: String,
}

/// The vouchers that are meant, by date and place.
///
/// # Errors
/// [`VoucherError::NotMade`], where the last date was not made; [`VoucherError::Nothing`]; whatever fails.
pub fn select(reader: &Reader, selection: &Selection) -> Result<Vec<KeptVoucher>, VoucherError> {
    let Selection { entity, from, to, rejected } = selection;
    let days = reader.voucher_days(entity)?;
    // Dates are made in their order, so that those between the first and the last are all there.
    match (days.first(), days.last()) {
        (Some(first), Some(last)) if first.date <= *from && *to <= last.date => {}
        _ => return Err(VoucherError::NotMade { entity: entity.clone(), date: *to }),
    }
    let filter = VoucherFilter {
        entity: Some(entity.clone()),
        from: Some(*from),
        to: Some(*to),
        state: rejected.then(|| "rejected".to_owned()),
        file: None,
    };
    let kept = reader.vouchers(&filter)?;
    if kept.is_empty() { Err(VoucherError::Nothing { entity: entity.clone() }) } else { Ok(kept) }
}

/// Writes vouchers to a file, and notes its digest with each. What is killed in between leaves no half file at the path, and gives the same bytes when it
/// is said again: the digest is noted before the file is put there.
///
/// # Errors
/// [`VoucherError`]: what the accounting system would refuse; other bytes than before, for what waits for an answer or was accepted.
pub fn export(
    store: &mut Store,
    target: &Target,
    selection: &Selection,
    path: &Path,
) -> Result<Exported, VoucherError> {
    let kept = select(store.read(), selection)?;
    let vouchers: Vec<Voucher> = kept.into_iter().map(|kept| kept.voucher).collect();
    let failed = |source: io::Error| VoucherError::Io { path: path.to_owned(), source };
    let file = AtomicFile::create(path).map_err(failed)?;
    let mut hashing = Hashing { file: BufWriter::new(file), hash: Sha256::new() };
    target.write(&vouchers, &mut hashing).map_err(|error| match error {
        WriteError::Refused(refusal) => VoucherError::Refused(refusal),
        WriteError::Io(source) => failed(source),
    })?;
    let file = hashing.file.into_inner().map_err(|error| failed(error.into_error()))?;
    let digest = super::acknowledge::hex(hashing.hash);
    if path.exists() && digest_of(path)? != digest {
        return Err(VoucherError::OtherFile { path: path.to_owned() });
    }
    let keys: Vec<String> = vouchers.iter().map(Voucher::source_key).collect();
    store.note_vouchers_exported(&keys, &digest)?;
    file.put().map_err(failed)?;
    let lines = vouchers.iter().map(|voucher| voucher.content.lines.len()).sum();
    Ok(Exported { vouchers: keys.len(), lines, digest })
}

/// A file, and the digest of what was written to it.
struct Hashing {
    file: BufWriter<AtomicFile>,
    hash: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
