//! `longmen map-type`

use jiff::civil::Date;
use longmen_client::MapTypeRequest;
use serde_json::json;

use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::explain::accounting_dates;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::proposing_args::ProposingArgs;
use crate::register::Register;
use crate::report::period::day;

/// Say which subject accounts of a type get
///
/// It holds for accounts opened without a subject from the date on; accounts that are there keep theirs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen map-type LM wallet 220301 --from 2026-12-01 --approval AP-5")]
pub(crate) struct Args {
    /// The entity's code
    #[arg(value_parser = said)]
    entity: String,
    /// The account type
    #[arg(value_name = "TYPE", value_parser = said)]
    kind: String,
    /// The code of a leaf subject
    #[arg(value_parser = said)]
    subject: String,
    /// The first accounting date on which it holds
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
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

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let Args { entity, kind, subject, register, .. } = &args;
    let from = &args.from.to_string();
    let registration = register.registration();
    let mapped = client.map_type(&MapTypeRequest { entity, kind, subject, from, registration }).await;
    if let Err(error) = mapped {
        let is_past = error.refusal().is_some_and(|refusal| &*refusal.code == "date_closed");
        let date = if is_past { accounting_dates(&mut client, |other| other == *entity).await } else { None };
        let date = date.map_or(String::new(), |date| format!("; {date}"));
        let about = format!("subject {subject} of entity {entity} from {from}{date}");
        return Err(Failure::of_change(error, "the change").naming(about));
    }
    let value = json!({ "entity": entity, "type": kind, "subject": subject, "from": from });
    args.output.show(&value, |_| {
        format!("accounts of type {kind} in {entity} get the subject {subject} from {from} on")
    })?;
    Ok(Conclusion::Held)
}
