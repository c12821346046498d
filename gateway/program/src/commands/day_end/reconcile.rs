//! Each channel's days are compared as far as its files have come: most come on the day after.

use longmen_client::Client;
use longmen_engine::ledger::Date;
use longmen_reconciliation_store::{FileFilter, FileState, Person, Reader, RunFilter, Store, StoredFile};
use serde_json::{Value, json};

use super::day::Day;
use super::ended::Ended;
use crate::commands::desk::run::{agrees, compare_day};
use crate::desk_args::{failed, person};
use crate::failure::Failure;
use crate::reconciling::Channel;

pub(super) async fn run(day: &Day<'_>) -> Result<Ended, Failure> {
    let by = person(day.ask_args.client())?;
    let (mut lines, mut told, mut held) = (Vec::new(), Vec::new(), true);
    for path in day.settings.channels() {
        let channel = Channel::read(&path)?;
        let (mut client, mut store) = (day.connect().await?, day.open()?);
        let (compared, differs) = compare(&mut client, &mut store, &channel, day.date, &by).await?;
        held &= differs.is_empty();
        let waits = first_uncompared(store.read(), &channel)?.map_or(day.date, |first| first.min(day.date));
        let missing = missing(&store, &channel, day.date)?;
        lines.push(line(&channel.name, &compared, &differs, missing.then_some(waits)));
        told.push(json!({
            "channel": channel.name, "compared": texts(&compared), "differs": texts(&differs),
            "waits_for": missing.then(|| waits.to_string()),
        }));
    }
    match lines.is_empty() {
        true => Ok(Ended::nothing("no channels in the settings")),
        false => Ok(Ended { line: lines.join("; "), told: Value::Array(told), held }),
    }
}

/// Compares what has come and was not compared, up to a date: those dates, and those of them on which something differs.
async fn compare(
    client: &mut Client,
    store: &mut Store,
    channel: &Channel,
    to: Date,
    by: &Person,
) -> Result<(Vec<Date>, Vec<Date>), Failure> {
    let (mut compared, mut differs) = (Vec::new(), Vec::new());
    for file in files(store, channel)? {
        let date = file.key.date;
        let is_next = match first_uncompared(store.read(), channel)? {
            None => true,
            Some(first) => date == first,
        };
        if date > to || !is_next {
            continue;
        }
        let ran = compare_day(client, store, channel, (&file, date), by).await?;
        compared.push(date);
        if !agrees(&ran.run) {
            differs.push(date);
        }
    }
    Ok((compared, differs))
}

/// Files of transactions that count, by date.
fn files(store: &Store, channel: &Channel) -> Result<Vec<StoredFile>, Failure> {
    let filter =
        FileFilter { channel: Some(channel.desk_name()?), date: None, state: Some(FileState::Active) };
    let mut files = store.read().files(&filter).map_err(failed)?;
    files.retain(|file| *file.key.format == *channel.format.name());
    files.sort_by_key(|file| file.key.date);
    Ok(files)
}

/// The first date behind those that were compared; none where none was.
pub(super) fn first_uncompared(reader: &Reader, channel: &Channel) -> Result<Option<Date>, Failure> {
    let filter = RunFilter { channel: Some(channel.desk_name()?), ..RunFilter::default() };
    let runs = reader.runs(&filter).map_err(failed)?;
    Ok(runs.iter().map(|run| run.inputs.rules.date).max().and_then(Date::following))
}

/// Whether something up to a date waits for its file.
fn missing(store: &Store, channel: &Channel, to: Date) -> Result<bool, Failure> {
    Ok(first_uncompared(store.read(), channel)?.is_none_or(|first| first <= to))
}

fn texts(dates: &[Date]) -> Vec<String> {
    dates.iter().map(ToString::to_string).collect()
}

fn line(channel: &str, compared: &[Date], differs: &[Date], waits: Option<Date>) -> String {
    let mut words = Vec::new();
    if !compared.is_empty() {
        words.push(format!("compared {}", texts(compared).join(", ")));
    }
    if !differs.is_empty() {
        words.push(format!("differs on {}: `longmen desk breaks`", texts(differs).join(", ")));
    }
    match waits {
        Some(date) => words.push(format!("waits for the file of {date}: `longmen desk import`")),
        None if words.is_empty() => words.push("compared already".to_owned()),
        None => {}
    }
    format!("{channel}: {}", words.join(", "))
}
