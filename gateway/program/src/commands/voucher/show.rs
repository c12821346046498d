//! `longmen voucher show`

use longmen_engine::ledger::Side;
use longmen_reconciliation_store::KeptVoucher;
use longmen_terminal::Table;

use super::outcome::{to_json, told};
use crate::argument::said;
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen voucher show \"LM|2024-06-18|day|1\" --desk desk")]
pub(crate) struct Args {
    /// Its source key, as `longmen voucher list` gives it
    #[arg(value_name = "KEY", value_parser = said)]
    key: String,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let kept = args.desk_args.read()?.voucher(&args.key).map_err(failed)?;
    let kept = kept.ok_or_else(|| Failure::Usage(format!("there is no voucher `{}`", args.key)))?;
    let mut value = to_json(&kept);
    value["voucher"] = serde_json::to_value(&kept.voucher).expect("a voucher is JSON");
    args.output.show(&value, |_| page(&kept))?;
    Ok(Conclusion::Held)
}

fn page(kept: &KeptVoucher) -> Page {
    let draft = &kept.voucher.content;
    let mut page = Page::from(format!(
        "{}-{} of {}, {}: {}",
        draft.word,
        kept.voucher.number,
        draft.entity,
        draft.posting_date,
        told(&kept.state)
    ));
    let mut table = Table::new(&["摘要", "=subject", ">debit", ">credit", "currency", "=of"]);
    for line in &draft.lines {
        let amount = line.currency.print(line.amount.0.into());
        let on = |side| if line.side == side { amount.clone() } else { String::new() };
        let of = match &line.sources[..] {
            [one] => one.to_string(),
            many => format!("{} transactions", many.len()),
        };
        table.row([
            line.summary.to_string(),
            line.subject.to_string(),
            on(Side::Debit),
            on(Side::Credit),
            line.currency.code().to_owned(),
            of,
        ]);
    }
    page.table(table);
    page
}
