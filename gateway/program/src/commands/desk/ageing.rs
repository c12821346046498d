//! `longmen desk ageing`

use longmen_engine::ledger::Date;
use longmen_reconciliation_store::{AGES, Bucket};
use longmen_terminal::{Table, grouped};
use serde_json::json;

use crate::argument::date;
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen desk ageing --desk desk --on 2024-07-01")]
pub(crate) struct Args {
    /// The date on which their age is reckoned
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    on: Date,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let ageing = args.desk.read()?.ageing(args.on).map_err(failed)?;
    let told: Vec<_> = ageing
        .iter()
        .map(|one| {
            let bucket = |(days, bucket): (String, &Bucket)| {
                json!({"days": days, "breaks": bucket.breaks, "long": bucket.long, "short": bucket.short, "fee": bucket.fee})
            };
            json!({
                "channel": one.channel.as_str(), "currency": one.currency.code(),
                "ages": ages().zip(&one.buckets).map(bucket).collect::<Vec<_>>(),
            })
        })
        .collect();
    args.output.show(&told, |_| {
        let mut table =
            Table::new(&["=channel", "currency", "days", ">breaks", ">长款 long", ">短款 short", ">fees"]);
        for one in &ageing {
            for (days, bucket) in ages().zip(&one.buckets) {
                let code = one.currency.code();
                table.row([
                    one.channel.to_string(),
                    code.to_owned(),
                    days,
                    grouped(bucket.breaks),
                    money(code, bucket.long),
                    money(code, bucket.short),
                    money(code, bucket.fee),
                ]);
            }
        }
        table
    })?;
    Ok(Conclusion::Held)
}

/// How each bucket is called.
fn ages() -> impl Iterator<Item = String> {
    let last = AGES.last().map(|most| format!("over {most}"));
    AGES.into_iter().map(|most| format!("up to {most}")).chain(last)
}
