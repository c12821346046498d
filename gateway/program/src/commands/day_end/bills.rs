//! What is due of credit bills is withheld, and bills of the date are stated.

use longmen_day_end::bills::{check_bills, post_bills, run_bills, withhold as withheld};
use serde_json::json;

use super::day::{Day, current};
use super::ended::Ended;
use crate::commands::bill::outcome::{
    json_of_check, json_of_posting, lines_of_check, lines_of_posting, of_bills, read_settings,
};
use crate::failure::Failure;

const LEFT_OUT: &str = "no bills in the settings";

/// Before the close: what is due on the date is taken from those who pay, so that it counts on it.
pub(super) async fn withhold(day: &Day<'_>) -> Result<Ended, Failure> {
    let Some(path) = day.settings.bills() else { return Ok(Ended::nothing(LEFT_OUT)) };
    let settings = read_settings(&path)?;
    let (mut client, mut store) = (day.connect().await?, day.open()?);
    if current(&mut client, day.entity).await? > day.date {
        let line =
            "the date was closed already: what was due on it is withheld on the next, and late".to_owned();
        return Ok(Ended { line, told: json!({"withheld": false}), held: false });
    }
    run_bills(&mut client, &mut store, &settings, day.entity, None, |_| {}).await.map_err(of_bills)?;
    let done = withheld(&mut client, &mut store, &settings, day.entity).await.map_err(of_bills)?;
    let first = format!("{} bills are due, {} withheld for", done.bills, done.asked);
    let line = [vec![first], lines_of_posting(&done.posting)].concat().join("; ");
    let told = json!({"bills": done.bills, "asked": done.asked, "posting": json_of_posting(&done.posting)});
    Ok(Ended { line, told, held: done.posting.refused.is_empty() })
}

/// Behind the close.
pub(super) async fn run(day: &Day<'_>) -> Result<Ended, Failure> {
    let Some(path) = day.settings.bills() else { return Ok(Ended::nothing(LEFT_OUT)) };
    let settings = read_settings(&path)?;
    let (mut client, mut store) = (day.connect().await?, day.open()?);
    let ran = run_bills(&mut client, &mut store, &settings, day.entity, Some(day.date), |_| {})
        .await
        .map_err(of_bills)?;
    let posting = post_bills(&mut client, &mut store, day.entity).await.map_err(of_bills)?;
    let checked = check_bills(&mut client, &mut store, day.entity, false, |_| {}).await.map_err(of_bills)?;
    let first = format!("{} accounts, {} bills stated, {} postings", ran.accounts, ran.stated, ran.dues);
    let lines = [vec![first], lines_of_posting(&posting), lines_of_check(&checked)].concat();
    let told = json!({
        "accounts": ran.accounts, "movements": ran.movements, "stated": ran.stated, "dues": ran.dues,
        "posting": json_of_posting(&posting), "check": json_of_check(&checked),
    });
    let held = posting.refused.is_empty() && checked.differences.is_empty();
    Ok(Ended { line: lines.join("; "), told, held })
}
