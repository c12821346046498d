//! `longmen booking-mode`

use clap::ValueEnum;
use jiff::civil::Date;
use longmen_client::SetBookingModeRequest;
use longmen_engine::ledger::BookingMode;
use serde_json::json;

use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::explain::accounting_dates;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::proposing_args::ProposingArgs;
use crate::register::Register;
use crate::report::period::day;

/// Say how transactions of a type are booked (记账方式): on both sides, or against memo accounts (备忘)
///
/// It holds for transactions on accounting dates from the date on, and nothing that is booked changes. What undoes or confirms has
/// the legs of its original, and a refund gives back on the accounts of its original, whatever their types are booked by then.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen booking-mode --entity LM --type top_up --mode single-double --from 2026-12-01
  longmen booking-mode --entity LM --type top_up --mode double --from 2027-01-01")]
pub(crate) struct Args {
    /// Whose books
    #[arg(long, value_parser = said)]
    entity: String,
    /// The transaction type, as `longmen post --type` notes it
    #[arg(long = "type", value_name = "TYPE", value_parser = said)]
    kind: String,
    /// How its transactions are booked
    #[arg(long, value_enum)]
    mode: Mode,
    /// The first accounting date on which it holds
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Date,
    #[command(flatten)]
    register: Register,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    proposing: ProposingArgs,
    #[command(flatten)]
    output: Output,
}

/// How transactions are booked.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    /// 全复式: every leg is on an account of the books; so is a type that has no mode
    Double,
    /// 单复式: what comes in or goes out through a channel has a memo leg as its counterpart
    #[value(alias = "single_double")]
    SingleDouble,
    /// 单式: each change has a memo leg as its counterpart
    Single,
}

impl Mode {
    fn mode(self) -> BookingMode {
        match self {
            Mode::Double => BookingMode::Double,
            Mode::SingleDouble => BookingMode::SingleDouble,
            Mode::Single => BookingMode::Single,
        }
    }
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let Args { entity, kind, register, .. } = &args;
    let (mode, from) = (args.mode.mode().name(), &args.from.to_string());
    let registration = register.registration();
    let request = SetBookingModeRequest { entity, kind, mode, from, registration };
    if let Err(error) = client.set_booking_mode(&request).await {
        let is_past = error.refusal().is_some_and(|refusal| &*refusal.code == "date_closed");
        let date = if is_past { accounting_dates(&mut client, |other| other == *entity).await } else { None };
        let date = date.map_or(String::new(), |date| format!("; {date}"));
        let about = format!("type {kind} of entity {entity} from {from}{date}");
        return Err(Failure::of_change(error, "the change").naming(about));
    }
    let value = json!({ "entity": entity, "type": kind, "mode": mode, "from": from });
    args.output.show(&value, |_| {
        format!("transactions of type {kind} in {entity} are booked {mode} from {from} on")
    })?;
    Ok(Conclusion::Held)
}
