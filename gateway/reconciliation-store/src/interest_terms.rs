//! How days that are folded were reckoned.

use longmen_ledger::Date;
use rusqlite::{OptionalExtension, params};

use crate::cells::{cell, parsed};
use crate::error::StoreError;
use crate::interest::InterestRun;

impl InterestRun<'_> {
    /// Whether an account has a product.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn has_product(&self, product: &str) -> Result<bool, StoreError> {
        let query = "SELECT 1 FROM interest_accounts WHERE entity = ? AND product = ? LIMIT 1";
        let mut query = self.transaction().prepare_cached(query)?;
        Ok(query.query_row([self.entity(), product], |_| Ok(())).optional()?.is_some())
    }

    /// The lines by which a product's days were reckoned, and up to which; none where none were.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn terms(&self, product: &str) -> Result<Option<(Date, Vec<String>)>, StoreError> {
        let query = "SELECT line, until FROM interest_terms WHERE entity = ? AND product = ? ORDER BY line";
        let mut query = self.transaction().prepare_cached(query)?;
        let mut rows = query.query([self.entity(), product])?;
        let (mut until, mut lines) = (None, Vec::new());
        while let Some(row) = rows.next()? {
            until = Some(parsed(row, "until", Date::parse)?);
            lines.push(cell(row, "line")?);
        }
        Ok(until.map(|until| (until, lines)))
    }

    /// Keeps the lines by which a product's days are reckoned up to one.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn keep_terms(&self, product: &str, until: Date, lines: &[String]) -> Result<(), StoreError> {
        let gone = "DELETE FROM interest_terms WHERE entity = ? AND product = ?";
        self.transaction().execute(gone, [self.entity(), product])?;
        let mut insert =
            self.transaction().prepare_cached("INSERT INTO interest_terms VALUES (?, ?, ?, ?)")?;
        for line in lines {
            insert.execute(params![self.entity(), product, line, until.to_string()])?;
        }
        Ok(())
    }
}
