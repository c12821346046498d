//! `longmen voucher list`

use jiff::civil::Date as Day;
use longmen_reconciliation_store::VoucherFilter;
use longmen_terminal::Table;

use super::outcome::{books_date, to_json, told};
use crate::argument::said;
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;
use crate::report::period::day;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen voucher list LM --desk desk
  longmen voucher list LM --desk desk --from 2024-06-01 --to 2024-06-30 --state rejected --json")]
pub(crate) struct Args {
    /// Whose vouchers
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    /// The first date of the books
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<Day>,
    /// The last date
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<Day>,
    /// Only those in a state: made, exported, accepted, rejected
    #[arg(long, value_parser = ["made", "exported", "accepted", "rejected"])]
    state: Option<String>,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let filter = VoucherFilter {
        entity: Some(args.entity.clone()),
        from: args.from.map(books_date),
        to: args.to.map(books_date),
        state: args.state.clone(),
        file: None,
    };
    let kept = args.desk_args.read()?.vouchers(&filter).map_err(failed)?;
    let value = serde_json::json!({"vouchers": kept.iter().map(to_json).collect::<Vec<_>>()});
    args.output.show(&value, |_| {
        let mut table = Table::new(&["date", "voucher", ">lines", "=key", "state"]);
        for kept in &kept {
            let draft = &kept.voucher.content;
            table.row([
                draft.posting_date.to_string(),
                format!("{}-{}", draft.word, kept.voucher.number),
                draft.lines.len().to_string(),
                kept.voucher.source_key(),
                told(&kept.state),
            ]);
        }
        Page::from(table)
    })?;
    Ok(Conclusion::Held)
}
