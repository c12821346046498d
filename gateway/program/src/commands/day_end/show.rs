//! What the end of a day came to.

use longmen_reconciliation_store::{DayEnd, Stage};
use longmen_terminal::Table;
use serde_json::{Value, json};

use super::args::Args;
use crate::desk_args::failed;
use crate::failure::{Conclusion, Failure};
use crate::page::Page;

pub(super) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let reader = args.desk_args.read()?;
    let found = match args.date {
        Some(date) => reader.day_end(&args.entity, date),
        None => reader.day_end_under_way(&args.entity).and_then(|found| match found {
            Some(end) => Ok(Some(end)),
            None => reader.last_day_end(&args.entity),
        }),
    };
    let end = found.map_err(failed)?.ok_or_else(|| {
        let day = args.date.map_or_else(|| "a day".to_owned(), |date| date.to_string());
        Failure::Usage(format!("the end of {day} was not begun for {}", args.entity))
    })?;
    args.output.show(&json(&end), |_| page(&end))?;
    Ok(Conclusion::of(end.ended_us.is_some() && end.held()))
}

/// For programs.
pub(super) fn json(end: &DayEnd) -> Value {
    let stages = end.stages.iter().map(|ended| {
        json!({
            "stage": ended.stage.name(), "held": ended.held, "line": ended.line, "told": ended.told,
            "ended_us": ended.ended_us,
        })
    });
    json!({
        "entity": end.entity, "date": end.date.to_string(), "next": end.next.to_string(), "begun_us": end.begun_us,
        "ended_us": end.ended_us, "held": end.held(), "stages": stages.collect::<Vec<_>>(),
    })
}

/// For people.
pub(super) fn page(end: &DayEnd) -> Page {
    let mut table = Table::new(&["stage", "", ">seconds", "what it came to"]);
    let mut before_us = end.begun_us;
    for stage in Stage::ALL {
        match end.stages.iter().find(|ended| ended.stage == *stage) {
            Some(ended) => {
                let tenths = (ended.ended_us - before_us).max(0) / 100_000;
                before_us = ended.ended_us;
                let state = if ended.held { "done" } else { "look" };
                table.row([stage.name(), state, &format!("{}.{}", tenths / 10, tenths % 10), &ended.line]);
            }
            None => table.row([stage.name(), "to come", "", ""]),
        };
    }
    let mut page = Page::new();
    let how_far = match (end.ended_us, end.held()) {
        (None, _) => "is under way",
        (Some(_), true) => "is done, and all holds",
        (Some(_), false) => "is done, and something is to be looked at",
    };
    page.line(format_args!("the end of {} of {} {how_far}", end.date, end.entity));
    page.table(table);
    page
}
