//! What is due, and when.

use longmen_client::Client;
use longmen_engine::ledger::Date;
use longmen_reconciliation_store::{DueState, Reader};
use longmen_terminal::Table;
use serde_json::json;

use super::args::Args;
use super::day::{current, dates};
use super::reconcile::first_uncompared;
use super::settings::Settings;
use crate::commands::bill::outcome::read_settings as read_bills;
use crate::commands::interest::outcome::read_settings;
use crate::desk_args::failed;
use crate::failure::{Conclusion, Failure};
use crate::reconciling::Channel;

/// Something that is due.
struct Due {
    date: Date,
    what: &'static str,
    about: String,
}

pub(super) async fn run(args: &Args, settings: &Settings) -> Result<Conclusion, Failure> {
    let reader = args.desk_args.read()?;
    let mut client = args.ask_args.connect().await?;
    let date = current(&mut client, &args.entity).await?;
    let mut dues = of_chain(args, &reader, &mut client, date).await?;
    dues.extend(of_interest(args, settings, &reader, date)?);
    dues.extend(of_bills(args, settings, &reader, date)?);
    dues.extend(of_vouchers(args, &reader)?);
    dues.extend(of_books(args, settings, &mut client, date).await?);
    dues.extend(of_channels(settings, &reader, date)?);
    dues.sort_by_key(|due| due.date);
    let told: Vec<_> = dues
        .iter()
        .map(|due| json!({"date": due.date.to_string(), "what": due.what, "about": due.about, "is_late": due.date < date}))
        .collect();
    args.output.show(&json!({"entity": args.entity, "current": date.to_string(), "due": told}), |_| {
        let mut table = Table::new(&["date", "", "what", "about"]);
        for due in &dues {
            let late = if due.date < date { "late" } else { "" };
            table.row([&due.date.to_string(), late, due.what, &due.about]);
        }
        table
    })?;
    Ok(Conclusion::Held)
}

async fn of_chain(
    args: &Args,
    reader: &Reader,
    client: &mut Client,
    date: Date,
) -> Result<Vec<Due>, Failure> {
    let under_way = reader.day_end_under_way(&args.entity).map_err(failed)?;
    let last = reader.last_day_end(&args.entity).map_err(failed)?;
    let mut dues = Vec::new();
    if let Some(end) = &under_way {
        let about = format!("{} stages are done", end.stages.len());
        dues.push(Due { date: end.date, what: "end of the day that is under way", about });
    }
    let to_come = match under_way.or(last).and_then(|end| end.date.following()) {
        Some(next) => dates(client, &args.entity, (next, date)).await?,
        None => vec![date],
    };
    let due = |date| Due { date, what: "end of the day (日终)", about: args.entity.clone() };
    dues.extend(to_come.into_iter().map(due));
    Ok(dues)
}

fn of_interest(args: &Args, settings: &Settings, reader: &Reader, date: Date) -> Result<Vec<Due>, Failure> {
    let Some(path) = settings.interest() else { return Ok(Vec::new()) };
    let mut dues = Vec::new();
    let settings = read_settings(&path)?;
    for (whose, day) in settings.maturities().filter(|(_, day)| *day >= date) {
        dues.push(Due { date: day, what: "a deposit or loan matures (到期)", about: whose.to_owned() });
    }
    for product in settings.products().all() {
        if let Some(day) = product.settles().on_or_after(date) {
            dues.push(Due {
                date: day,
                what: "interest is settled (结息)",
                about: product.name().to_owned(),
            });
        }
    }
    for due in reader.interest_dues(&args.entity, false).map_err(failed)? {
        let what = match due.state {
            DueState::Refused => "interest that the ledger refused",
            _ => "interest to be posted",
        };
        let code = due.refusal.map_or(String::new(), |code| format!(": {code}"));
        dues.push(Due { date: due.date, what, about: format!("{}{code}", due.key) });
    }
    Ok(dues)
}

fn of_bills(args: &Args, settings: &Settings, reader: &Reader, date: Date) -> Result<Vec<Due>, Failure> {
    let Some(path) = settings.bills() else { return Ok(Vec::new()) };
    let mut dues = Vec::new();
    for (name, plan) in read_bills(&path)?.plans() {
        let mut days = std::iter::successors(Some(date), |day| day.following()).take(62);
        let day = days.find(|day| plan.cycle().is_statement_date(*day));
        dues.extend(day.map(|date| Due { date, what: "bills are stated (出账)", about: name.to_owned() }));
    }
    for (date, count) in reader.bills_open(&args.entity).map_err(failed)? {
        dues.push(Due {
            date,
            what: "bills are due (还款日)",
            about: format!("{count} with something open"),
        });
    }
    for due in reader.bill_dues(&args.entity, false).map_err(failed)? {
        let code = due.refusal.map_or(String::new(), |code| format!(": {code}"));
        dues.push(Due { date: due.date, what: "a posting of bills", about: format!("{}{code}", due.key) });
    }
    Ok(dues)
}

fn of_vouchers(args: &Args, reader: &Reader) -> Result<Vec<Due>, Failure> {
    let waiting = reader.vouchers_not_accepted(&args.entity).map_err(failed)?;
    let due = |(date, state, count): (Date, String, u64)| {
        let what = match &*state {
            "made" => "vouchers are to be exported (凭证)",
            "rejected" => "vouchers were rejected (凭证)",
            _ => "vouchers wait for an answer (凭证)",
        };
        Due { date, what, about: count.to_string() }
    };
    Ok(waiting.into_iter().map(due).collect())
}

async fn of_books(
    args: &Args,
    settings: &Settings,
    client: &mut Client,
    date: Date,
) -> Result<Vec<Due>, Failure> {
    let starts = client.chart(&args.entity).await?.year_starts;
    let ends = |day: &Date| {
        day.following().is_some_and(|next| next.month() == starts && next.month() != day.month())
    };
    let day = std::iter::successors(Some(date), |day| day.following()).take(366).find(ends);
    let to: Vec<String> = settings.carry_forward.iter().map(ToString::to_string).collect();
    let about = if to.is_empty() { "the settings name no carry_forward".to_owned() } else { to.join(", ") };
    let carried = day.map(|date| Due { date, what: "results are carried forward (年终结转)", about });
    let mut dues: Vec<Due> = carried.into_iter().collect();
    let day = std::iter::successors(Some(date), |day| day.following())
        .take(31)
        .find_map(|day| settings.revaluation(day).map(|(_, rates)| (day, rates)));
    dues.extend(day.map(|(date, rates)| {
        let missing = if rates.exists() { "" } else { ", which is not there yet" };
        let about = format!("by {}{missing}", rates.display());
        Due { date, what: "positions are revalued (期末调汇)", about }
    }));
    Ok(dues)
}

fn of_channels(settings: &Settings, reader: &Reader, date: Date) -> Result<Vec<Due>, Failure> {
    let mut dues = Vec::new();
    for path in settings.channels() {
        let channel = Channel::read(&path)?;
        let first = first_uncompared(reader, &channel)?.unwrap_or(date);
        dues.push(Due { date: first, what: "a channel is compared (对账)", about: channel.name });
    }
    Ok(dues)
}
