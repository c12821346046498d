//! Breaks: what differs, as the runs that count found it, and how far it has come.

use longmen_ledger::{Currency, Date};
use longmen_reconciliation::{Class, End, Fate, Finding};
use rusqlite::{Connection, Row, named_params};

use crate::break_id::BreakId;
use crate::cells::{cell, parsed, parsed_if_any};
use crate::error::StoreError;
use crate::findings;
use crate::names::Channel;
use crate::refusal::Refusal;
use crate::run::RunId;

/// How far a break has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakState {
    /// 存疑: it waits for the next file.
    Hung,
    /// 挂账: it was not found in time, and is to go to suspense, or has.
    Suspense,
    /// Somebody has to decide about it.
    Open,
    /// A handling is under way.
    InHand,
    /// It has ended, and stays so unless a run finds something else.
    Resolved(End),
}

impl BreakState {
    /// Its name: `in_hand`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BreakState::Hung => "hung",
            BreakState::Suspense => "suspense",
            BreakState::Open => "open",
            BreakState::InHand => "in_hand",
            BreakState::Resolved(_) => "resolved",
        }
    }
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    pub id: BreakId,
    pub channel: Channel,
    pub currency: Currency,
    /// The date of the books or of the file that it was first in.
    pub since: Date,
    /// The run that found it last, and its date.
    pub run: RunId,
    pub date: Date,
    pub finding: Finding,
    pub state: BreakState,
    /// Whether it is booked to suspense, and has not left it.
    pub is_in_suspense: bool,
    /// What handlings of it are made for.
    pub(crate) content: String,
}

/// Which breaks.
#[derive(Clone, Debug, Default)]
pub struct BreakFilter {
    pub channel: Option<Channel>,
    pub class: Option<Class>,
    /// What has ended as well.
    pub with_resolved: bool,
}

/// A break, and how it ended or what is under way.
const BREAKS: &str = "
    SELECT f.*,
        (SELECT ends FROM handlings h WHERE h.break_id = f.break_id AND h.ends IS NOT NULL AND h.state = 'posted'
            AND h.content = f.content) AS ended,
        EXISTS (SELECT 1 FROM handlings h WHERE h.break_id = f.break_id AND h.state IN ('drafted', 'proposed')) AS in_hand,
        (SELECT total(CASE h.kind WHEN 'suspense_in' THEN 1 WHEN 'suspense_out' THEN -1 ELSE 0 END) FROM handlings h
            WHERE h.break_id = f.break_id AND h.state = 'posted' AND h.content = f.content) > 0 AS in_suspense
    FROM current_findings f";

/// Hands out the breaks that a filter lets through, by channel, date since which they are there, and name.
pub(crate) fn each(
    connection: &Connection,
    filter: &BreakFilter,
    take: &mut dyn FnMut(Break),
) -> Result<(), StoreError> {
    let query = format!(
        "{BREAKS} WHERE (:channel IS NULL OR f.channel = :channel) AND (:class IS NULL OR f.class = :class)
            AND (:resolved OR f.fate != 'closed') ORDER BY f.channel, f.since, f.break_id"
    );
    let mut query = connection.prepare_cached(&query)?;
    let mut rows = query.query(named_params! {
        ":channel": filter.channel.as_ref().map(Channel::as_str),
        ":class": filter.class.map(Class::name),
        ":resolved": filter.with_resolved,
    })?;
    while let Some(row) = rows.next()? {
        let found = read(row)?;
        if filter.with_resolved || !matches!(found.state, BreakState::Resolved(_)) {
            take(found);
        }
    }
    Ok(())
}

/// A break by its name; `None` where runs have found it, and none that counts does any more.
pub(crate) fn by_id(connection: &Connection, id: &BreakId) -> Result<Option<Break>, StoreError> {
    let mut query = connection.prepare_cached(&format!("{BREAKS} WHERE f.break_id = ?"))?;
    let mut rows = query.query([id.as_str()])?;
    if let Some(row) = rows.next()? {
        return read(row).map(Some);
    }
    let was_there = "SELECT EXISTS (SELECT 1 FROM findings WHERE break_id = ?1)";
    match connection.query_row(was_there, [id.as_str()], |row| row.get(0))? {
        true => Ok(None),
        false => Err(Refusal::NoSuchBreak { id: id.clone() }.into()),
    }
}

fn read(row: &Row<'_>) -> Result<Break, StoreError> {
    let finding = findings::read(row)?;
    let ended = parsed_if_any(row, "ended", |text| text.parse().ok())?;
    let state = state_of(&finding, ended, cell(row, "in_hand")?);
    Ok(Break {
        id: parsed(row, "break_id", BreakId::parse)?,
        channel: parsed(row, "channel", |text| Channel::new(text).ok())?,
        currency: parsed(row, "currency", Currency::from_code)?,
        since: parsed(row, "since", Date::parse)?,
        run: RunId(cell(row, "run_id")?),
        date: parsed(row, "date", Date::parse)?,
        finding,
        state,
        is_in_suspense: cell(row, "in_suspense")?,
        content: cell(row, "content")?,
    })
}

fn state_of(finding: &Finding, ended: Option<End>, is_in_hand: bool) -> BreakState {
    match (finding.fate, ended) {
        (Fate::Closed, _) => BreakState::Resolved(End::LateMatch),
        _ if finding.is_unmoved() => BreakState::Resolved(End::Unmoved),
        (_, Some(end)) => BreakState::Resolved(end),
        _ if is_in_hand => BreakState::InHand,
        (Fate::Hung, None) => BreakState::Hung,
        (Fate::Suspense, None) => BreakState::Suspense,
        (Fate::Open | Fate::Adjusted, None) => BreakState::Open,
    }
}
