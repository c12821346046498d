//! `longmen booking-modes`

use longmen_client::ModeFrom;
use longmen_terminal::Table;

use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

/// List how the transaction types of an entity are booked (记账方式), from which accounting date on
///
/// Types that are not listed are booked double.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen booking-modes --entity LM")]
pub(crate) struct Args {
    /// Whose books
    #[arg(long, value_parser = said)]
    entity: String,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.ask_args.connect().await?;
    let chart = client.chart(&args.entity).await;
    let chart = chart.map_err(|error| Failure::about(error, format_args!("entity {}", args.entity)))?;
    args.output.show(&chart.modes, |modes| page(modes))?;
    Ok(Conclusion::Held)
}

fn page(modes: &[ModeFrom]) -> Page {
    if modes.is_empty() {
        return "no type has a mode: all are booked double".to_owned().into();
    }
    let mut table = Table::new(&["type", "from", "mode"]);
    for mode in modes {
        table.row([&mode.kind, &mode.from, &mode.mode]);
    }
    Page::from(table)
}
