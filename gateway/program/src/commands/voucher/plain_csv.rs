//! Vouchers as the table that `longmen reconcile-accounts --our-vouchers` reads.

use std::path::Path;

use longmen_engine::ledger::Side;
use longmen_reconciliation_store::KeptVoucher;
use longmen_vouchers::State;
use tempfile::NamedTempFile;

const HEAD: [&str; 9] =
    ["entity", "voucher", "date", "subject", "currency", "debit", "credit", "transaction", "exported"];

/// Writes it whole, or not at all. The date is that of the posting; the transaction stands where a line is of one.
pub(super) fn write(path: &Path, kept: &[KeptVoucher]) -> Result<(), csv::Error> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let file = NamedTempFile::new_in(parent.unwrap_or(Path::new(".")))?;
    let mut table = csv::Writer::from_writer(file);
    table.write_record(HEAD)?;
    for KeptVoucher { voucher, state } in kept {
        let (key, draft) = (voucher.source_key(), &voucher.content);
        let is_exported = if *state == State::Made { "no" } else { "yes" };
        for line in &draft.lines {
            let amount = line.currency.print(line.amount.0.into());
            let on = |side| if line.side == side { &*amount } else { "" };
            let transaction = match &line.sources[..] {
                [one] => one,
                _ => "",
            };
            let date = draft.posting_date.to_string();
            table.write_record([
                &*draft.entity,
                &key,
                &date,
                &line.subject,
                line.currency.code(),
                on(Side::Debit),
                on(Side::Credit),
                transaction,
                is_exported,
            ])?;
        }
    }
    let file = table.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| csv::Error::from(error.error))?;
    Ok(())
}
