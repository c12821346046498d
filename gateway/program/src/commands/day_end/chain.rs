//! The stages one after the other, each noted when it is done.

use std::fs::{File, TryLockError};

use jiff::Zoned;
use longmen_engine::ledger::Date;
use longmen_reconciliation_store::{DayEnd, EndedStage, Stage, Store};
use longmen_terminal::Progress;

use super::args::Args;
use super::day::{Day, current, dates};
use super::ended::Ended;
use super::settings::Settings;
use super::{accrue, bills, close, expire, reconcile, revalue, show, statements, vouchers};
use crate::commands::interest::outcome::give_way_if_possible;
use crate::desk_args::{failed, now_us};
use crate::failure::{Conclusion, Failure};

/// Ends a day, or goes on with one that is under way.
pub(super) async fn run(args: &Args, settings: &Settings) -> Result<Conclusion, Failure> {
    drop(args.desk_args.open()?);
    let _only = only_one(args)?;
    give_way_if_possible();
    let mut end = begin(args).await?;
    if end.ended_us.is_none() {
        let day = Day {
            entity: &args.entity,
            date: end.date,
            next: end.next,
            settings,
            desk_args: &args.desk_args,
            ask_args: &args.ask_args,
        };
        for stage in Stage::ALL {
            if !end.is_done(*stage) {
                let ended = do_stage(&day, *stage, args).await?;
                args.desk_args.open()?.end_stage(&end, &ended).map_err(failed)?;
                end.stages.push(ended);
            }
        }
        let ended_us = now_us();
        args.desk_args.open()?.finish_day_end(&end, ended_us).map_err(failed)?;
        end.ended_us = Some(ended_us);
    }
    args.output.show(&show::json(&end), |_| show::page(&end))?;
    Ok(Conclusion::of(end.held()))
}

async fn do_stage(day: &Day<'_>, stage: Stage, args: &Args) -> Result<EndedStage, Failure> {
    // Interest has bars of its own.
    let is_shown = !matches!(stage, Stage::Accrue | Stage::Settle);
    let progress = is_shown.then(|| Progress::waiting(&format!("{} {}", day.date, stage.name())));
    let ended = match stage {
        Stage::Expire => expire::run(day).await,
        Stage::Accrue => accrue::run(day).await,
        Stage::Revalue => revalue::run(day).await,
        Stage::Withhold => bills::withhold(day).await,
        Stage::Close => close::run(day).await,
        Stage::Settle => accrue::settle(day).await,
        Stage::Translate => revalue::translate(day).await,
        Stage::Bills => bills::run(day).await,
        Stage::Statements => statements::run(day).await,
        Stage::Vouchers => vouchers::run(day).await,
        Stage::Reconcile => reconcile::run(day).await,
    };
    if let Some(progress) = progress {
        progress.finish();
    }
    let Ended { line, told, held } = ended.inspect_err(|_| said(day, stage, args))?;
    args.output.say(format_args!("{:<10} {line}", stage.name()))?;
    Ok(EndedStage { stage, held, line, told, ended_us: now_us() })
}

/// Where the chain stands still: why follows.
fn said(day: &Day<'_>, stage: Stage, args: &Args) {
    let line = format!(
        "{} is not done for {} on {}; the same command goes on with it once what follows is mended",
        stage.name(),
        day.entity,
        day.date
    );
    // Whoever reads standard output is gone where it cannot be said, and what follows is said elsewhere.
    drop(args.output.say(line));
}

/// The end that is under way, or the next one.
async fn begin(args: &Args) -> Result<DayEnd, Failure> {
    let mut store = args.desk_args.open()?;
    if let Some(end) = store.read().day_end_under_way(&args.entity).map_err(failed)? {
        return match args.date {
            Some(date) if date != end.date => Err(Failure::Usage(format!(
                "the end of {} is under way for {}: go on with it first, without --date",
                end.date, args.entity
            ))),
            _ => Ok(end),
        };
    }
    let date = match args.date {
        Some(date) => date,
        None => next_date(args, &store).await?,
    };
    if let Some(done) = store.read().day_end(&args.entity, date).map_err(failed)? {
        return Ok(done);
    }
    let mut client = args.ask_args.connect().await?;
    let current = current(&mut client, &args.entity).await?;
    if date > current {
        let words = format!("{} is at {current}: the day {date} is yet to come", args.entity);
        return Err(Failure::Usage(words));
    }
    let following = date.following().ok_or_else(|| Failure::Usage(format!("no date follows {date}")))?;
    if date < current && dates(&mut client, &args.entity, (date, date)).await?.is_empty() {
        let words = format!("{date} is no accounting date of {}: the books passed over it", args.entity);
        return Err(Failure::Usage(words));
    }
    let next = dates(&mut client, &args.entity, (following, current)).await?.first().copied();
    store.begin_day_end(&args.entity, date, next.unwrap_or(following), now_us()).map_err(failed)
}

/// The first date whose end is not done.
async fn next_date(args: &Args, store: &Store) -> Result<Date, Failure> {
    let mut client = args.ask_args.connect().await?;
    let current = current(&mut client, &args.entity).await?;
    let last = store.read().last_day_end(&args.entity).map_err(failed)?;
    let date = match last.and_then(|last| last.date.following()) {
        Some(next) => dates(&mut client, &args.entity, (next, current)).await?.first().copied(),
        None => None,
    };
    let date = date.unwrap_or(current);
    let today = Zoned::now().date().to_string();
    match date.to_string() < today {
        true => Ok(date),
        false => Err(Failure::Usage(format!(
            "{date} has not passed by this machine's clock ({today}): to end it all the same, say --date {date}"
        ))),
    }
}

/// One at a desk: two would do each stage twice, for nothing.
fn only_one(args: &Args) -> Result<File, Failure> {
    let path = args.desk_args.desk.join("day-end.lock");
    let cannot = |error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::Usage(format!(
            "another day-end runs at {}: wait until it has ended",
            args.desk_args.desk.display()
        ))),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}
