//! Interest is accrued up to the date, and credited on the date that begins.

use longmen_day_end::interest::{accrue, post_dues};
use serde_json::json;

use super::day::{Day, current};
use super::ended::Ended;
use crate::commands::interest::outcome::{Bars, json as posting_json, lines, of_run, read_settings};
use crate::failure::Failure;

/// Before the close.
pub(super) async fn run(day: &Day<'_>) -> Result<Ended, Failure> {
    let Some(path) = day.settings.interest() else {
        return Ok(Ended::nothing("no interest in the settings"));
    };
    let settings = read_settings(&path)?;
    let (mut client, mut store) = (day.connect().await?, day.open()?);
    let is_closed = current(&mut client, day.entity).await? > day.date;
    let mut bars = Bars::default();
    let watch = &mut |step| bars.at(step);
    let ran =
        accrue(&mut client, &mut store, &settings, day.entity, day.date, watch).await.map_err(of_run)?;
    let done = post_dues(&mut client, &mut store, day.entity, &mut |step| bars.at(step)).await;
    bars.finish();
    let done = done.map_err(of_run)?;
    let line = format!(
        "{} accounts up to {}, {} movements ({} back value); {}",
        ran.accounts,
        day.date,
        ran.movements,
        ran.back_valued,
        lines(&done).join("; ")
    );
    let line = match is_closed {
        true => format!("{line}; the date was closed already, so it counts on a later one"),
        false => line,
    };
    let value = json!({
        "accounts": ran.accounts, "movements": ran.movements, "back_valued": ran.back_valued, "dues": ran.dues,
        "posting": posting_json(&done),
    });
    Ok(Ended { line, told: value, held: done.refused.is_empty() })
}

/// Behind the close: what is credited on the date that begins.
pub(super) async fn settle(day: &Day<'_>) -> Result<Ended, Failure> {
    if day.settings.interest().is_none() {
        return Ok(Ended::nothing("no interest in the settings"));
    }
    let (mut client, mut store) = (day.connect().await?, day.open()?);
    let mut bars = Bars::default();
    let done = post_dues(&mut client, &mut store, day.entity, &mut |step| bars.at(step)).await;
    bars.finish();
    let done = done.map_err(of_run)?;
    let line = lines(&done).join("; ");
    Ok(Ended { line, told: posting_json(&done), held: done.refused.is_empty() })
}
