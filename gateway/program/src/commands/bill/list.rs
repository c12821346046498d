//! `longmen bill list`

use longmen_bills::BillState;
use longmen_engine::ledger::Date;
use longmen_reconciliation_store::{BillFilter, BillRow};
use longmen_terminal::Table;
use serde_json::{Value, json};

use crate::account_name::AccountName;
use crate::argument::said;
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen bill list LM --desk desk
  longmen bill list LM --desk desk --state overdue
  longmen bill list LM --desk desk --account LM/U1/CNY --json")]
pub(crate) struct Args {
    /// Whose books
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    /// Those alone that are billed, partly_paid, paid or overdue
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<BillState>,
    /// Those of this account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<AccountName>,
    /// How many at most
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let account = args.account.as_ref().map(ToString::to_string);
    let state = args.state.map(|state| state.to_string());
    let filter = BillFilter { account: account.as_deref(), state: state.as_deref() };
    let reader = args.desk_args.read()?;
    let bills = reader.bills(&args.entity, filter, ("", Date::FIRST), args.limit).map_err(failed)?;
    let value = json!({"bills": bills.iter().map(shown).collect::<Vec<_>>()});
    args.output.show(&value, |_| {
        let mut table = Table::new(&[
            "=account",
            "statement",
            "due",
            "state",
            ">total",
            ">minimum",
            ">open",
            ">interest",
            "",
        ]);
        for bill in &bills {
            let amount = |minor: i64| money(&bill.currency, minor.into());
            table.row([
                bill.account.clone(),
                bill.statement.to_string(),
                bill.due.to_string(),
                bill.state.clone(),
                amount(bill.total),
                amount(bill.minimum),
                amount(bill.open),
                amount(bill.interest),
                bill.currency.clone(),
            ]);
        }
        Page::from(table)
    })?;
    Ok(Conclusion::Held)
}

/// A bill as programs get it.
pub(super) fn shown(bill: &BillRow) -> Value {
    json!({
        "account": bill.account, "statement": bill.statement.to_string(), "from": bill.begins.to_string(),
        "due": bill.due.to_string(), "state": bill.state, "currency": bill.currency, "total": bill.total,
        "minimum": bill.minimum, "owed": bill.owed, "open": bill.open, "interest": bill.interest,
    })
}

fn state(text: &str) -> Result<BillState, String> {
    let found = text.parse().ok().filter(|state| *state != BillState::Open);
    found.ok_or_else(|| format!("`{text}` is none of billed, partly_paid, paid, overdue"))
}
