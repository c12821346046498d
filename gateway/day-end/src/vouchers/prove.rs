//! What is kept is held to the general ledger once more.

use std::collections::BTreeSet;

use longmen_client::Client;
use longmen_ledger::Date;
use longmen_reconciliation_store::{Reader, VoucherDay, VoucherFilter};
use longmen_vouchers::{Lack, Proof, Voucher, prove};

use super::error::VoucherError;
use super::turnovers::{general_ledger, turnovers};
use crate::accounting_date::accounting_date;
use crate::error::NodeError;

/// A closed accounting date, and whether its vouchers are what the general ledger has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedDay {
    pub date: Date,
    /// `None` where no vouchers were made of it.
    pub proof: Option<Result<Proof, Vec<Lack>>>,
}

/// Holds the vouchers of each closed accounting date of a range to the node's general ledger of today, and to the totals of its memo accounts.
///
/// # Errors
/// [`VoucherError`]; what does not hold is none.
pub async fn prove_kept(
    client: &mut Client,
    reader: &Reader,
    entity: &str,
    from: Date,
    to: Date,
) -> Result<Vec<ProvedDay>, VoucherError> {
    let (current, _) = accounting_date(client, entity).await?;
    let known = reader.voucher_days(entity)?;
    let subjects = client.chart(entity).await.map_err(NodeError::from)?.subjects;
    let mut dates: BTreeSet<Date> = known.iter().map(|day| day.date).collect();
    for text in general_ledger(client, entity, from, to.min(current)).await?.dates {
        dates.insert(crate::journal::date("an accounting date", &text)?);
    }
    let mut proved = Vec::new();
    for date in dates.into_iter().filter(|date| (from..=to).contains(date) && *date < current) {
        let Some(day) = known.iter().find(|day| day.date == date) else {
            proved.push(ProvedDay { date, proof: None });
            continue;
        };
        let is_left_out = |subject: &str| day.left_out.iter().any(|one| one == subject);
        let held = turnovers(client, entity, date, subjects.iter(), is_left_out).await?;
        let proof = prove(&held.all, &vouchers_of(reader, entity, day)?);
        proved.push(ProvedDay { date, proof: Some(proof) });
    }
    Ok(proved)
}

fn vouchers_of(reader: &Reader, entity: &str, day: &VoucherDay) -> Result<Vec<Voucher>, VoucherError> {
    let (entity, from, to) = (Some(entity.to_owned()), Some(day.date), Some(day.date));
    let kept = reader.vouchers(&VoucherFilter { entity, from, to, ..VoucherFilter::default() })?;
    Ok(kept.into_iter().map(|kept| kept.voucher).collect())
}
