//! `longmen transaction`

use longmen_client::TransactionRecord;
use longmen_loadtest::table::Table;

use crate::failure::{Failure, Verdict};
use crate::id_name::IdName;
use crate::output::Output;
use crate::page::Page;
use crate::reach::Reach;

/// Show a transaction of this client as the log has it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen transaction order-17
  longmen transaction 0x1cf8320d8c5be8fc9f1841f7e4de2cdd --client switch")]
pub(crate) struct Args {
    /// Its id, as it was posted, or as a statement shows it behind 0x
    id: IdName,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    let mut client = args.reach.connect().await?;
    let record = client.transaction(args.id.id()).await;
    let record = record.map_err(|error| Failure::about(error, format_args!("{} of this client", args.id)))?;
    args.output.show(&record, describe)?;
    Ok(Verdict::Held)
}

fn describe(record: &TransactionRecord) -> Page {
    let mut page = Page::new();
    page.line(format_args!(
        "{} {} {} on {} (value date {}), frame {} record {}",
        record.action,
        record.id,
        record.outcome,
        record.accounting_date,
        record.value_date,
        record.frame,
        record.ordinal
    ));
    if let Some(named) = &record.named {
        let place = named.place.as_ref().map_or(String::new(), |place| format!(" at {place}"));
        let forced = if named.forced { ", forced" } else { "" };
        let blue = if named.blue { ", on the opposite sides (蓝字反方向)" } else { "" };
        page.line(format_args!("names {} of client {}{place}{forced}{blue}", named.id, named.client));
    }
    for (name, note) in &record.notes {
        page.line(format_args!("{name}: {note}"));
    }
    let mut table = Table::new(&[">step", ">account", "side", ">minor units", "posted"]);
    for leg in &record.legs {
        table.row([
            leg.step.to_string(),
            format!("@{}", leg.account),
            format!("{:?}", leg.side).to_lowercase(),
            leg.amount.to_string(),
            if leg.merged { "in a merged entry".to_owned() } else { String::new() },
        ]);
    }
    page.table(table);
    page
}
