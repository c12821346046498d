//! Positions in other currencies are revalued, and results that were carried forward are translated.

use longmen_day_end::revaluation::{Done, EntryState, revalue, translate as translated};
use serde_json::json;

use super::day::{Day, current};
use super::ended::Ended;
use crate::commands::revalue::{failure, read_settings};
use crate::failure::Failure;

const LEFT_OUT: &str = "no revaluation in the settings";
const NOT_DUE: &str = "not due on this date";

/// Before the close.
pub(super) async fn run(day: &Day<'_>) -> Result<Ended, Failure> {
    let Some((positions, rates)) = day.settings.revaluation(day.date) else { return Ok(nothing(day)) };
    let (settings, rates) = read_settings(day.entity, &positions, &rates)?;
    let mut client = day.connect().await?;
    if current(&mut client, day.entity).await? > day.date {
        let line = "the date was closed without it, and takes no entry any more: what differs is booked when the next is revalued".to_owned();
        return Ok(Ended { line, told: json!({"revalued": false}), held: false });
    }
    let done = revalue(&mut client, &settings, &rates, day.date, false).await.map_err(failure)?;
    Ok(ended(done.iter().map(|done| (done.row.currency.code(), &done.state))))
}

/// Behind the close.
pub(super) async fn translate(day: &Day<'_>) -> Result<Ended, Failure> {
    let Some((positions, rates)) = day.settings.revaluation(day.date) else { return Ok(nothing(day)) };
    let (settings, rates) = read_settings(day.entity, &positions, &rates)?;
    let mut client = day.connect().await?;
    let done = translated(&mut client, &settings, &rates, day.date, false).await.map_err(failure)?;
    Ok(ended(done.iter().map(|done: &Done<_>| (done.row.currency.code(), &done.state))))
}

fn nothing(day: &Day<'_>) -> Ended {
    Ended::nothing(if day.settings.revalues() { NOT_DUE } else { LEFT_OUT })
}

fn ended<'a>(currencies: impl Iterator<Item = (&'a str, &'a EntryState)>) -> Ended {
    let (mut words, mut told, mut held) = (Vec::new(), Vec::new(), true);
    for (currency, state) in currencies {
        words.push(match state {
            EntryState::Before => {
                format!("{currency} was posted before, and differs now: that waits for the next date")
            }
            state => format!("{currency} {}", state.name().replace('_', " ")),
        });
        told.push(json!({"currency": currency, "state": state.name()}));
        held &= !matches!(state, EntryState::Refused(_) | EntryState::Before);
    }
    let line = if words.is_empty() { "no position to bring to a rate".to_owned() } else { words.join(", ") };
    Ended { line, told: told.into(), held }
}
