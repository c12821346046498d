//! `longmen bill postings`

use longmen_terminal::Table;

use crate::argument::said;
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen bill postings LM --desk desk
  longmen bill postings LM --desk desk --all --json")]
pub(crate) struct Args {
    /// Whose books
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    /// With what is posted
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let dues = args.desk_args.read()?.bill_dues(&args.entity, args.all).map_err(failed)?;
    let rows = dues.iter().map(|due| {
        serde_json::json!({
            "key": due.key, "date": due.date.to_string(), "kind": due.kind, "account": due.account,
            "statement": due.statement.to_string(), "currency": due.currency, "debit": due.debit,
            "credit": due.credit, "amount": due.amount.0, "state": due.state.name(), "refusal": due.refusal,
        })
    });
    let value = serde_json::json!({"postings": rows.collect::<Vec<_>>()});
    args.output.show(&value, |_| {
        let mut table = Table::new(&["date", "what", "bill", "=debit", "=credit", ">amount", "", "state"]);
        for due in &dues {
            table.row([
                due.date.to_string(),
                due.kind.clone(),
                due.statement.to_string(),
                due.debit.clone(),
                due.credit.clone(),
                money(&due.currency, due.amount.0.into()),
                due.currency.clone(),
                due.refusal.as_deref().unwrap_or(due.state.name()).to_owned(),
            ]);
        }
        Page::from(table)
    })?;
    Ok(Conclusion::Held)
}
