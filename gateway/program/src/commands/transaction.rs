//! `longmen transaction`

use longmen_client::{TransactionId, TransactionRecord};
use longmen_loadtest::table::Table;

use crate::failure::{Failure, Verdict};
use crate::output::Output;
use crate::reach::Reach;

/// Show a transaction of this client as the log has it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, as it was posted
    id: String,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    let mut client = args.reach.connect().await?;
    let record = client.transaction(TransactionId::Text(args.id)).await?;
    args.output.show(&record, describe)?;
    Ok(Verdict::Held)
}

fn describe(record: &TransactionRecord) -> String {
    let mut text = format!(
        "{} {} on {} (value date {}), frame {} record {}\n",
        record.id, record.outcome, record.accounting_date, record.value_date, record.frame, record.ordinal
    );
    for (name, note) in &record.notes {
        text.push_str(&format!("{name}: {note}\n"));
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
    text.push_str(&table.to_string());
    text
}
