//! Everything that a desk remembers, as JSON: two desks that were told the same have the same.

use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

use crate::error::StoreError;
use crate::store::Reader;

/// Each table, and the order of its rows.
const TABLES: &[(&str, &str)] = &[
    ("files", "id"),
    ("file_sums", "file_id, currency, kind"),
    ("runs", "id"),
    ("run_sides", "run_id, currency"),
    ("run_classes", "run_id, currency, class, fate"),
    ("findings", "id"),
    ("handlings", "id"),
    ("handling_legs", "handling_id, ordinal"),
    ("settlements", "id"),
    ("settlement_legs", "settlement_id, ordinal"),
    ("day_ends", "entity, date"),
    ("day_end_stages", "entity, date, stage"),
    ("bill_dates", "entity"),
    ("bill_accounts", "entity, account"),
    ("bill_movements", "entity, account, date, frame, ordinal"),
    ("bills", "entity, account, statement"),
    ("bill_dues", "entity, date, key"),
    ("interest_journals", "entity"),
    ("interest_runs", "id"),
    ("interest_accounts", "entity, account"),
    ("interest_movements", "entity, day, account"),
    ("interest_dues", "entity, date, key"),
    ("interest_terms", "entity, product, line"),
    ("voucher_days", "entity, date"),
    ("vouchers", "entity, date, sequence"),
];
/// Says nothing of what is remembered.
const PASSED_OVER: &str = "has_sidecar";

impl Reader {
    /// Everything that is remembered, table by table, in an order of its own.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn dump(&self) -> Result<Value, StoreError> {
        let mut dump = Map::new();
        for &(table, order) in TABLES {
            dump.insert(table.to_owned(), self.table(table, order)?);
        }
        Ok(Value::Object(dump))
    }

    /// Looks for damage: in the database, in what its rows say of each other, and in the bytes of every file.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], [`StoreError::DamagedFile`]; whatever fails.
    pub fn check(&self) -> Result<(), StoreError> {
        let found: String = self.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if found != "ok" {
            return Err(StoreError::damaged(found));
        }
        let mut query = self.connection.prepare("PRAGMA foreign_key_check")?;
        if query.exists([])? {
            return Err(StoreError::damaged("a row names what is not there"));
        }
        for digest in crate::files::contents(&self.connection)? {
            self.open_raw(digest)?;
        }
        Ok(())
    }

    fn table(&self, table: &str, order: &str) -> Result<Value, StoreError> {
        let mut query = self.connection.prepare(&format!("SELECT * FROM {table} ORDER BY {order}"))?;
        let columns: Vec<String> = query.column_names().map(str::to_owned).collect();
        let mut rows = query.query([])?;
        let mut table = Vec::new();
        while let Some(row) = rows.next()? {
            let mut object = Map::new();
            for (index, column) in columns.iter().enumerate().filter(|(_, column)| *column != PASSED_OVER) {
                object.insert(column.clone(), value(row.get_ref(index)?)?);
            }
            table.push(Value::Object(object));
        }
        Ok(Value::Array(table))
    }
}

fn value(cell: ValueRef<'_>) -> Result<Value, StoreError> {
    match cell {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(number.into()),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Ok(text.into()),
            Err(_) => Err(StoreError::damaged("a text is none")),
        },
        ValueRef::Blob(bytes) => {
            Ok(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")).into())
        }
        ValueRef::Real(_) => Err(StoreError::damaged("a cell is neither number, text nor bytes")),
    }
}
