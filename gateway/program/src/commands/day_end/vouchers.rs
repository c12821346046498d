//! Vouchers are made of the date, and written.

use std::fs;

use longmen_day_end::vouchers::{Selection, export, make};
use longmen_revaluation::Rates;
use longmen_vouchers::Conditions;
use serde_json::json;

use super::day::Day;
use super::ended::Ended;
use crate::commands::voucher::outcome::{of_run, read_settings};
use crate::failure::Failure;
use crate::settings_file::read_settings_file;

pub(super) async fn run(day: &Day<'_>) -> Result<Ended, Failure> {
    let Some(path) = day.settings.vouchers() else {
        return Ok(Ended::nothing("no vouchers in the settings"));
    };
    let settings = read_settings(&path, None)?;
    let conditions = conditions(day)?;
    let (mut client, mut store) = (day.connect().await?, day.open()?);
    let of = (day.entity, day.date);
    let made =
        make(&mut client, &mut store, &settings, &conditions, of, &mut |_| {}).await.map_err(of_run)?;
    let mut line =
        format!("{} vouchers of {} lines, as the general ledger has it", made.vouchers, made.lines);
    let mut told = json!({"vouchers": made.vouchers, "lines": made.lines, "mode": made.mode});
    if let Some(out) = day.settings.voucher_file(day.date).filter(|_| made.vouchers > 0) {
        if let Some(directory) = out.parent() {
            let cannot = |error| Failure::Usage(format!("cannot make {}: {error}", directory.display()));
            fs::create_dir_all(directory).map_err(cannot)?;
        }
        let selection =
            Selection { entity: day.entity.to_owned(), from: day.date, to: day.date, rejected: false };
        let done = export(&mut store, &settings.target, &selection, &out).map_err(of_run)?;
        line.push_str(&format!("; {}", out.display()));
        told["file"] = json!({"path": out.display().to_string(), "sha256": done.digest});
    }
    Ok(Ended { line, told, held: true })
}

fn conditions(day: &Day<'_>) -> Result<Conditions, Failure> {
    let mut conditions = Conditions { closed_through: day.settings.closed_through, ..Conditions::default() };
    // A date on which nothing moves in other currencies needs none; where one does, it is named.
    if let Some(path) = day.settings.voucher_rates(day.date).filter(|path| path.exists()) {
        let rates = read_settings_file(&path, Rates::parse)?;
        conditions.rates = rates.of(day.date).map(|(currency, rate)| (currency, rate.per_unit())).collect();
    }
    Ok(conditions)
}
