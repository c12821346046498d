//! How a bill comes about, as an accountant would write it down.

use longmen_ledger::{Currency, Date};
use rust_decimal::Decimal;

use crate::bill::{Bill, Settlement, Stated};
use crate::late_terms::LateSpan;
use crate::part::Part;
use crate::refusal::Refusal;

/// The rows of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What was charged and settled, with what was open after each.
    pub rows: Vec<Row>,
    /// The statement; `None` while the cycle runs.
    pub stated: Option<Stated>,
    /// The days on which it was late.
    pub late: Vec<LateRow>,
    /// Late interest of all these days before it is rounded, in units of the currency: `3.75`.
    pub exact: String,
    /// The same rounded, and not less than the least that is charged, in minor units.
    pub interest: i64,
}

/// A line of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The accounting date; of what was charged, the last date of the cycle, or the first while that runs.
    pub date: Date,
    pub entry: RowEntry,
    pub part: Part,
    /// In minor units: positive what is charged, negative what is settled.
    pub amount: i64,
    /// What is open of the bill after it, in minor units.
    pub open: i64,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowEntry {
    /// What was charged in the cycle on one part.
    Charged,
    /// What a transaction settled, or had settled and was taken back.
    Settled(Settlement),
}

/// Days on which the same was overdue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateRow {
    pub span: LateSpan,
    /// Interest of these days before it is rounded, in units of the currency.
    pub exact: String,
}

impl Bill {
    /// The rows of this bill, with late interest to the end of `through`.
    ///
    /// # Errors
    /// [`Refusal::Overflow`], also where a figure has more digits than can be shown.
    pub fn explain(&self, currency: Currency, through: Date) -> Result<Explanation, Refusal> {
        let date = self.stated.map_or(self.from, |stated| stated.date);
        let charged = [Part::Fee, Part::Interest, Part::Principal].into_iter();
        let charged = charged.map(|part| (date, RowEntry::Charged, part, self.charges.of(part)));
        let settled = self.settlements.iter();
        let settled = settled.map(|one| (one.date, RowEntry::Settled(one.clone()), one.part, -one.amount));
        let (mut rows, mut open) = (Vec::new(), 0_i64);
        for (date, entry, part, amount) in charged.chain(settled).filter(|(_, _, _, amount)| *amount != 0) {
            open = open.checked_add(amount).ok_or(Refusal::Overflow)?;
            rows.push(Row { date, entry, part, amount, open });
        }
        let (mut late, mut product) = (Vec::new(), 0_i128);
        for span in self.late_spans(through)? {
            product = product.checked_add(span.product()).ok_or(Refusal::Overflow)?;
            late.push(LateRow { span, exact: self.exact(span.product(), currency)? });
        }
        let exact = self.exact(product, currency)?;
        Ok(Explanation { rows, stated: self.stated, late, exact, interest: self.late_interest(through)? })
    }

    fn exact(&self, product: i128, currency: Currency) -> Result<String, Refusal> {
        let parts = self.stated.map_or(Ok(0), |stated| stated.late.exact(product))?;
        let decimal = Decimal::try_from_i128_with_scale(parts, 12 + currency.exponent());
        decimal.map(|decimal| decimal.normalize().to_string()).map_err(|_| Refusal::Overflow)
    }
}
