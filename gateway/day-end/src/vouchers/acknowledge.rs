//! What the accounting system says about vouchers is taken in.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use longmen_reconciliation_store::{Store, VoucherFilter};
use longmen_vouchers::{Acknowledged, Outcome, read_acknowledgements, read_kingdee_answer};
use sha2::{Digest as _, Sha256};

use super::error::VoucherError;

/// What answers came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    pub accepted: usize,
    pub rejected: usize,
    /// Vouchers that were sent, and of which no answer speaks.
    pub unanswered: usize,
}

/// Takes in a CSV file with the columns `source_key`, `number`, `reason`: whole, or not at all. The same again changes nothing.
///
/// # Errors
/// [`VoucherError`]; nothing is noted then.
pub fn acknowledge(store: &mut Store, file: impl Read) -> Result<Answered, VoucherError> {
    note(store, &read_acknowledgements(file)?)
}

/// Takes in what Kingdee Galaxy answered to the lines of a file, which has this digest: an answer a line, in the order of the file; an empty line where
/// there is none.
///
/// # Errors
/// [`VoucherError`]; nothing is noted then.
pub fn acknowledge_galaxy(store: &mut Store, digest: &str, text: &str) -> Result<Answered, VoucherError> {
    let filter = VoucherFilter { file: Some(digest.to_owned()), ..VoucherFilter::default() };
    let sent = store.read().vouchers(&filter)?;
    if sent.is_empty() {
        return Err(VoucherError::UnknownFile(digest.to_owned()));
    }
    let answers: Vec<&str> = text.lines().collect();
    if answers.len() > sent.len() {
        return Err(VoucherError::Answers { answers: answers.len(), sent: sent.len() });
    }
    let mut found = Vec::new();
    for (index, (kept, answer)) in sent.iter().zip(&answers).enumerate() {
        if answer.trim().is_empty() {
            continue;
        }
        let read = read_kingdee_answer(&[kept.voucher.source_key().into()], answer);
        found.extend(read.map_err(|source| VoucherError::Answer { line: index + 1, source })?);
    }
    let answered = note(store, &found)?;
    Ok(Answered { unanswered: sent.len() - found.len(), ..answered })
}

fn note(store: &mut Store, answers: &[Acknowledged]) -> Result<Answered, VoucherError> {
    store.note_voucher_answers(answers)?;
    let is_accepted = |answer: &&Acknowledged| matches!(answer.outcome, Outcome::Accepted { .. });
    let accepted = answers.iter().filter(is_accepted).count();
    Ok(Answered { accepted, rejected: answers.len() - accepted, unanswered: 0 })
}

/// The SHA-256 of a file, as hexadecimal digits.
///
/// # Errors
/// [`VoucherError::Io`].
pub fn digest_of(path: &Path) -> Result<String, VoucherError> {
    let failed = |source: io::Error| VoucherError::Io { path: path.to_owned(), source };
    let (mut file, mut hash) = (File::open(path).map_err(failed)?, Sha256::new());
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => return Ok(hex(hash)),
            read => hash.update(&buffer[..read]),
        }
    }
}

pub(super) fn hex(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes what is written to it");
        text
    })
}
