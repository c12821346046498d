//! `longmen voucher make`

use jiff::civil::Date as Day;
use longmen_day_end::vouchers::{Made, make};
use longmen_engine::ledger::Currency;
use longmen_terminal::Progress;
use longmen_vouchers::Conditions;
use rust_decimal::Decimal;

use super::outcome::{SettingsArgs, books_date, of_run};
use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::desk_args::DeskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::report::period::day;

/// Make a closed date into vouchers, hold them to the general ledger (总账), and number them
///
/// The journal (序时账) of the date is read from the node. All of it is kept, or nothing: where the sums by subject are not the general ledger's
/// turnovers, or the accounting system would refuse a voucher, no number is drawn. A date that was made stays as it is. Dates are made in their
/// order; any closed date may be the first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen voucher make LM --date 2024-06-18 --desk desk --settings u8.toml
  longmen voucher make LM --date 2024-06-18 --desk desk --settings u8.toml --rate USD=7.1234
  longmen voucher make LM --date 2024-06-18 --desk desk --settings u8.toml \\
    --closed-through 2024-06-30")]
pub(crate) struct Args {
    /// Whose books
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    /// The accounting date (会计日)
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: Day,
    /// What one unit of a currency is in the local one (记账汇率); may be given for each
    #[arg(long = "rate", value_name = "CUR=RATE", value_parser = rate)]
    rates: Vec<(Currency, Decimal)>,
    /// The last date that is closed in the accounting system (已结账)
    #[arg(long, value_name = "DATE", value_parser = day)]
    closed_through: Option<Day>,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    settings_args: SettingsArgs,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let settings = args.settings_args.read(None)?;
    let conditions = Conditions {
        rates: args.rates.into_iter().collect(),
        closed_through: args.closed_through.map(books_date),
    };
    let mut client = args.ask_args.connect().await?;
    let mut store = args.desk_args.open()?;
    let progress = Progress::counting("transactions");
    let of = (&*args.entity, books_date(args.date));
    let mut tell = |count| progress.at(count, String::new());
    let made = make(&mut client, &mut store, &settings, &conditions, of, &mut tell).await;
    progress.finish();
    let made = made.map_err(of_run)?;
    let value = serde_json::json!({
        "entity": args.entity, "date": made.date.to_string(), "new": made.is_new, "mode": made.mode,
        "vouchers": made.vouchers, "lines": made.lines,
    });
    args.output.show(&value, |_| told(&args.entity, &made))?;
    Ok(Conclusion::Held)
}

fn told(entity: &str, made: &Made) -> String {
    let Made { date, mode, vouchers, lines, .. } = made;
    let what = format!("{vouchers} vouchers of {lines} lines, by {mode}");
    match made.is_new {
        true => format!("{entity}, {date}: {what}; they are what the general ledger has"),
        false => format!("{entity}, {date}: made before, {what}"),
    }
}

fn rate(text: &str) -> Result<(Currency, Decimal), String> {
    let read = || {
        let (currency, rate) = text.split_once('=')?;
        Some((Currency::from_code(currency)?, rate.parse().ok()?))
    };
    read().ok_or_else(|| "expected a currency and its rate, such as USD=7.1234".to_owned())
}
