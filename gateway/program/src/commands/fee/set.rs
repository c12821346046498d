//! `longmen fee set`

use std::path::PathBuf;

use jiff::civil::Date;
use longmen_client::SetFeeRulesRequest;
use longmen_engine::ledger::MAX_FEE_RULES;
use serde_json::json;

use super::rule_file::{parse, read_text};
use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::explain::accounting_dates;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::proposing_args::ProposingArgs;
use crate::register::Register;
use crate::report::period::day;

/// Set the rules by which `longmen charge` makes legs in the books of an entity, from an accounting date on
///
/// The node keeps the whole file, and every file before it: what was charged is refunded by the file that it was charged by. The file
/// names the accounts that its fees go to (its tables `account`), all of which must be open.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen fee set LM fees.toml --from 2026-12-01")]
pub(crate) struct Args {
    /// Whose books
    #[arg(value_parser = said)]
    entity: String,
    /// The file of rules
    file: PathBuf,
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

pub(super) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let shown = args.file.display();
    let text = read_text(&args.file)?;
    let rules = parse(&args.file, &text)?;
    rules.check_accounts().map_err(|why| Failure::Usage(format!("{shown}: {why}")))?;
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let (entity, from) = (&*args.entity, &*args.from.to_string());
    if text.len() > MAX_FEE_RULES {
        return Err(Failure::Usage(format!(
            "{shown} has {} bytes; a node takes a file of at most {MAX_FEE_RULES}",
            text.len()
        )));
    }
    let registration = args.register.registration();
    let request = SetFeeRulesRequest { entity, file: &text, from, registration };
    if let Err(error) = client.set_fee_rules(&request).await {
        let is_past = error.refusal().is_some_and(|refusal| &*refusal.code == "date_closed");
        let date = if is_past { accounting_dates(&mut client, |other| other == entity).await } else { None };
        let date = date.map_or(String::new(), |date| format!("; {date}"));
        let about = format!("the rules of {shown} for entity {entity} from {from}{date}");
        return Err(Failure::of_change(error, "the change").naming(about));
    }
    let count = rules.rules().len();
    let value = json!({ "entity": entity, "from": from, "rules": count });
    args.output.show(&value, |_| format!("{count} rules of {shown} hold in {entity} from {from} on"))?;
    Ok(Conclusion::Held)
}
