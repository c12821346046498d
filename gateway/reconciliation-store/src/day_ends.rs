//! Which days of entities were ended, and how far one is that is under way.
//!
//! A stage is noted when it is done. One that a kill came between is done again, so each must do nothing twice.

use longmen_ledger::Date;
use rusqlite::{Connection, Row, params};

use crate::cells::{cell, named, parsed};
use crate::day_end::{DayEnd, EndedStage};
use crate::error::StoreError;
use crate::store::{Reader, Store};

impl Reader {
    /// The end of an entity's day; none where it was not begun.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn day_end(&self, entity: &str, date: Date) -> Result<Option<DayEnd>, StoreError> {
        let query = "SELECT * FROM day_ends WHERE entity = ? AND date = ?";
        one(&self.connection, query, &[entity, &date.to_string()])
    }

    /// The end of a day that is under way; an entity has one at most.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn day_end_under_way(&self, entity: &str) -> Result<Option<DayEnd>, StoreError> {
        one(&self.connection, "SELECT * FROM day_ends WHERE entity = ? AND ended_us IS NULL", &[entity])
    }

    /// The last day of an entity whose end is done.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn last_day_end(&self, entity: &str) -> Result<Option<DayEnd>, StoreError> {
        let query =
            "SELECT * FROM day_ends WHERE entity = ? AND ended_us IS NOT NULL ORDER BY date DESC LIMIT 1";
        one(&self.connection, query, &[entity])
    }
}

impl Store {
    /// Begins the end of a day. The same again does nothing.
    ///
    /// # Errors
    /// Whatever fails; another day of the entity is under way.
    pub fn begin_day_end(
        &mut self,
        entity: &str,
        date: Date,
        next: Date,
        now_us: i64,
    ) -> Result<DayEnd, StoreError> {
        if let Some(known) = self.read().day_end(entity, date)? {
            return Ok(known);
        }
        self.reader.connection.execute(
            "INSERT INTO day_ends VALUES (?, ?, ?, ?, NULL)",
            params![entity, date.to_string(), next.to_string(), now_us],
        )?;
        Ok(DayEnd {
            entity: entity.to_owned(),
            date,
            next,
            begun_us: now_us,
            ended_us: None,
            stages: Vec::new(),
        })
    }

    /// Notes that a stage of an end that is under way is done.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn end_stage(&mut self, day: &DayEnd, ended: &EndedStage) -> Result<(), StoreError> {
        self.reader.connection.execute(
            "INSERT OR REPLACE INTO day_end_stages VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                day.entity,
                day.date.to_string(),
                ended.stage.name(),
                ended.held,
                ended.line,
                ended.told.to_string(),
                ended.ended_us
            ],
        )?;
        Ok(())
    }

    /// Notes that all of it is done.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn finish_day_end(&mut self, day: &DayEnd, now_us: i64) -> Result<(), StoreError> {
        self.reader.connection.execute(
            "UPDATE day_ends SET ended_us = ? WHERE entity = ? AND date = ? AND ended_us IS NULL",
            params![now_us, day.entity, day.date.to_string()],
        )?;
        Ok(())
    }
}

fn one(connection: &Connection, query: &str, of: &[&str]) -> Result<Option<DayEnd>, StoreError> {
    let mut found = connection.prepare_cached(query)?;
    let mut rows = found.query(rusqlite::params_from_iter(of))?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut day = DayEnd {
        entity: cell(row, "entity")?,
        date: parsed(row, "date", Date::parse)?,
        next: parsed(row, "next", Date::parse)?,
        begun_us: cell(row, "begun_us")?,
        ended_us: cell(row, "ended_us")?,
        stages: Vec::new(),
    };
    let mut query =
        connection.prepare_cached("SELECT * FROM day_end_stages WHERE entity = ? AND date = ?")?;
    let mut rows = query.query(params![day.entity, day.date.to_string()])?;
    while let Some(row) = rows.next()? {
        day.stages.push(read_stage(row)?);
    }
    day.stages.sort_by_key(|ended| ended.stage);
    Ok(Some(day))
}

fn read_stage(row: &Row<'_>) -> Result<EndedStage, StoreError> {
    Ok(EndedStage {
        stage: named(row, "stage")?,
        held: cell(row, "held")?,
        line: cell(row, "line")?,
        told: parsed(row, "told", |text| serde_json::from_str(text).ok())?,
        ended_us: cell(row, "ended_us")?,
    })
}
