//! Files of subjects (科目).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use longmen_client::{
    Chart, Client, ClientError, OpenEntityRequest, PostResult, Refusal, SubjectOpening, Transaction,
};
use longmen_engine::ledger::{Date, Rejection, YearStart};
use longmen_terminal::Progress;

use super::batches::{MAP, Room};
use super::fault::Faults;
use super::sending::{Broken, Sent, patiently};
use super::table::{Cells, Column, read_rows};
use super::value::{MAX_ENTITY, class, code, date, flag, side, text};
use super::{Import, node};
use crate::differences::Differences;

/// Bytes of a subject's name.
const MAX_NAME: usize = 200;
/// Bytes of tenor, party and purpose.
const MAX_ATTRIBUTE: usize = 64;

const COLUMNS: &[Column] = &[
    Column::required("code").or("subject"),
    Column::required("name"),
    Column::required("class"),
    Column::required("normal"),
    Column::optional("leaf"),
    Column::optional("valid_from"),
    Column::optional("valid_to"),
    Column::optional("tenor"),
    Column::optional("party"),
    Column::optional("purpose"),
    Column::optional("entity"),
];

/// The subjects of a file.
#[derive(Debug)]
pub(crate) struct Subjects {
    rows: Vec<Row>,
    start: Option<Start>,
}

/// How entities that are not there are opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// Their first accounting date.
    pub(crate) date: Date,
    /// When their year begins.
    pub(crate) year: YearStart,
}

impl Start {
    /// One refusal that names all entities which are there with another first date or year.
    fn conflicts<'a>(
        self,
        entities: impl Iterator<Item = (&'a &'a str, &'a Option<Chart>)>,
    ) -> Option<Refusal> {
        let code = Rejection::KeyConflict.code();
        let mut conflicts = Vec::new();
        for (entity, chart) in entities {
            let Some(chart) = chart else { continue };
            let mut differences = Differences::between("there", "given");
            differences.hold("start", &*chart.start, &*self.date.to_string(), |date| (*date).to_owned());
            differences.hold("year_starts", chart.year_starts, self.year.month(), u8::to_string);
            if !differences.is_none() {
                conflicts.push(format!("entity {entity}: {code} ({differences})"));
            }
        }
        let message = || format!("{}; nothing was opened", conflicts.join(", ")).into();
        (!conflicts.is_empty()).then(|| Refusal { code: code.into(), message: Some(message()) })
    }
}

#[derive(Debug)]
struct Row {
    line: u64,
    entity: String,
    /// What the file says; else what the codes below it say.
    leaf: Option<bool>,
    opening: SubjectOpening,
}

impl Subjects {
    /// Reads a file. `entity` is that of rows that name none; with `start`, entities that are not there are opened with
    /// it as their first accounting date.
    pub(crate) fn read(
        bytes: &[u8],
        entity: Option<&str>,
        start: Option<Start>,
        faults: &mut Faults,
    ) -> Subjects {
        let mut rows = read_rows(bytes, COLUMNS, faults, |cells| read_row(cells, entity));
        check_duplicates(&rows, faults);
        settle_leaves(&mut rows, faults);
        check_classes(&rows, faults);
        Subjects { rows, start }
    }

    /// The rows by entity: a request opens the subjects of one.
    fn by_entity(&self) -> BTreeMap<&str, Vec<&Row>> {
        let mut entities = BTreeMap::<&str, Vec<&Row>>::new();
        for row in &self.rows {
            entities.entry(&row.entity).or_default().push(row);
        }
        entities
    }
}

impl Import for Subjects {
    const WHAT: &'static str = "subjects";
    const DONE: &'static str = "opened";

    fn count(&self) -> usize {
        self.rows.len()
    }

    async fn look_up(
        &self,
        client: &mut Client,
        _: &Progress,
        faults: &mut Faults,
    ) -> Result<(), ClientError> {
        let entities = self.by_entity();
        let mut charts = Vec::new();
        for entity in entities.keys() {
            charts.push(node::chart(client, entity).await?);
        }
        if let Some(refusal) = self.start.and_then(|start| start.conflicts(entities.keys().zip(&charts))) {
            return Err(refusal.into());
        }
        for ((entity, rows), chart) in entities.into_iter().zip(charts) {
            match chart {
                Some(chart) => rows.iter().for_each(|row| row.compare(&chart, faults)),
                None if self.start.is_some() => {}
                None => rows.iter().for_each(|row| {
                    faults.common(
                        row.line,
                        "entity",
                        format!("no entity {entity} is open; --start opens it"),
                    );
                }),
            }
        }
        Ok(())
    }

    async fn send(
        &self,
        client: &mut Client,
        progress: &Progress,
        _: impl AsyncFn(&mut Client, &Transaction, &PostResult) -> Option<String>,
    ) -> Result<Sent, Broken> {
        let mut sent = Sent::default();
        for (entity, rows) in self.by_entity() {
            open(client, entity, self.start, &rows, &mut sent, progress)
                .await
                .map_err(|error| sent.broken(Self::WHAT, self.count(), error))?;
        }
        Ok(sent)
    }
}

impl Row {
    /// Notes what the subject that is there has otherwise.
    fn compare(&self, chart: &Chart, faults: &mut Faults) {
        let opening = &self.opening;
        let Some(there) = node::subject(chart, &opening.code) else {
            return self.fit(chart, faults);
        };
        let text = |text: &Option<String>| text.as_deref().unwrap_or_default().to_owned();
        let differing = [
            ("name", opening.name != *there.name),
            ("class", opening.class != *there.class),
            ("normal", opening.normal != there.normal),
            ("leaf", opening.leaf != there.leaf),
            ("valid_from", opening.valid_from.as_deref() != there.valid_from.as_deref()),
            ("valid_to", opening.valid_to.as_deref() != there.valid_to.as_deref()),
            ("tenor", text(&opening.tenor) != *there.tenor),
            ("party", text(&opening.party) != *there.party),
            ("purpose", text(&opening.purpose) != *there.purpose),
        ];
        for (column, _) in differing.into_iter().filter(|(_, differs)| *differs) {
            faults.cell(
                self.line,
                column,
                format!("subject {} is open already, with another one", opening.code),
            );
        }
    }

    /// Notes why the chart that is there cannot take the subject.
    fn fit(&self, chart: &Chart, faults: &mut Faults) {
        let SubjectOpening { code, class, leaf, .. } = &self.opening;
        let widths = [4, 6, 8].into_iter().filter(|width| *width < code.len());
        let above = widths.filter_map(|width| node::subject(chart, &code[..width]));
        for above in above.filter(|above| above.leaf) {
            faults.cell(self.line, "code", format!("{code} stands below {}, which is a leaf", above.code));
        }
        if let Some(below) = node::below(chart, code).filter(|_| *leaf) {
            faults.cell(self.line, "leaf", format!("is true, but {} stands below it", below.code));
        }
        if let Some(of_level) = node::of_level(chart, code).filter(|found| *found.class != **class) {
            faults.cell(self.line, "class", other_class(code, &of_level.code, &of_level.class));
        }
    }

    fn weigh(&self) -> usize {
        let opening = &self.opening;
        let attributes = [&opening.tenor, &opening.party, &opening.purpose].into_iter().flatten();
        MAP + opening.code.len() + opening.name.len() + attributes.map(String::len).sum::<usize>()
    }
}

async fn open(
    client: &mut Client,
    entity: &str,
    start: Option<Start>,
    rows: &[&Row],
    sent: &mut Sent,
    progress: &Progress,
) -> Result<(), ClientError> {
    let is_there = node::chart(client, entity).await?.is_some();
    if let Some(Start { date, year }) = start.filter(|_| !is_there) {
        let (start, year_starts) = (date.to_string(), Some(year.month()));
        let request = OpenEntityRequest { code: entity, start: &start, year_starts };
        patiently(async || client.open_entity_with(&request).await).await?;
    }
    let room = Room::of(client.welcome());
    for batch in room.batches(rows, |row| row.weigh()) {
        let openings: Vec<SubjectOpening> = batch.iter().map(|row| row.opening.clone()).collect();
        let opened = patiently(async || client.open_subjects(entity, &openings).await).await?;
        for (row, result) in batch.iter().zip(opened) {
            sent.opened(row.line, &row.opening.code, result);
        }
        progress.at(u64::try_from(sent.answered()).unwrap_or(0), String::new());
    }
    Ok(())
}

fn read_row(cells: &mut Cells<'_>, default_entity: Option<&str>) -> Option<Row> {
    let entity = entity(cells, default_entity);
    let code = cells.required("code", code);
    let name = cells.required("name", text(MAX_NAME));
    let class = cells.required("class", class);
    let normal = cells.required("normal", side);
    let leaf = cells.optional("leaf", flag);
    let valid_from = cells.optional("valid_from", date);
    let valid_to = cells.optional("valid_to", date);
    if valid_from.zip(valid_to).is_some_and(|(from, to)| to < from) {
        cells.fault("valid_to", "lies before valid_from");
    }
    let [tenor, party, purpose] =
        ["tenor", "party", "purpose"].map(|name| cells.optional(name, text(MAX_ATTRIBUTE)));
    cells.good()?;
    let [valid_from, valid_to] = [valid_from, valid_to].map(|date| date.map(|date| date.to_string()));
    let leaf_opening = SubjectOpening::leaf(&code?, &name?, class?.name(), normal?);
    let opening = SubjectOpening { valid_from, valid_to, tenor, party, purpose, ..leaf_opening };
    Some(Row { line: cells.line, entity: entity?, leaf, opening })
}

/// The entity of a row: what it says, or the one of the command line.
pub(super) fn entity(cells: &mut Cells<'_>, default: Option<&str>) -> Option<String> {
    if cells.get("entity").is_none() {
        if default.is_none() {
            cells.fault("entity", "is missing, and no --entity says it");
        }
        return default.map(str::to_owned);
    }
    cells.optional("entity", text(MAX_ENTITY))
}

fn check_duplicates(rows: &[Row], faults: &mut Faults) {
    let mut seen = HashMap::new();
    for row in rows {
        if let Some(before) = seen.insert((&row.entity, &row.opening.code), row.line) {
            let reason = format!("{} stands on line {before} already", row.opening.code);
            faults.cell(row.line, "code", reason);
        }
    }
}

/// A code that others go on from is no leaf.
fn settle_leaves(rows: &mut [Row], faults: &mut Faults) {
    let codes: BTreeSet<(String, String)> =
        rows.iter().map(|row| (row.entity.clone(), row.opening.code.clone())).collect();
    for row in rows {
        let here = (row.entity.clone(), row.opening.code.clone());
        let next = codes.range(&here..).nth(1);
        let below =
            next.filter(|(entity, code)| *entity == row.entity && code.starts_with(&row.opening.code));
        if let (Some(true), Some((_, code))) = (row.leaf, below) {
            faults.cell(row.line, "leaf", format!("is true, but {code} stands below it"));
        }
        row.opening.leaf = row.leaf.unwrap_or(below.is_none());
    }
}

/// The subjects of a first level are of one class.
fn check_classes(rows: &[Row], faults: &mut Faults) {
    let mut first = HashMap::new();
    for row in rows {
        let SubjectOpening { code, class, .. } = &row.opening;
        let (other, of_level) = *first.entry((&row.entity, &code[..4])).or_insert((code, class));
        if of_level != class {
            faults.cell(row.line, "class", other_class(code, other, of_level));
        }
    }
}

fn other_class(code: &str, other: &str, class: &str) -> String {
    format!("{code} is of another class than {other} of the same first level, {class}")
}
