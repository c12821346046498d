//! `longmen bill show`

use std::collections::BTreeMap;

use jiff::civil::Date as Day;
use longmen_bills::{Bill, Explanation, Refusal, Row, RowEntry};
use longmen_day_end::bills::{read_account, read_bill};
use longmen_engine::ledger::{Currency, Date};
use longmen_reconciliation_store::{BillFilter, BillMovement, BillRow, Reader};
use longmen_terminal::Table;
use serde_json::{Value, json};

use super::list::shown;
use super::outcome::of_bills;
use crate::account_name::{AccountName, with_account_names};
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::report::period::day;

#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen bill show LM/U1/CNY --desk desk
  longmen bill show LM/U1/CNY --desk desk --statement 2024-05-05"))]
pub(crate) struct Args {
    /// Whose bill
    #[arg(value_name = "ACCOUNT")]
    account: AccountName,
    /// Its statement date (账单日); without it, the last bill that was stated
    #[arg(long, value_name = "DATE", value_parser = day)]
    statement: Option<Day>,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    output: Output,
}

/// A bill with all that is told of it.
struct Shown {
    row: BillRow,
    minimum_open: i64,
    /// Late interest is told up to it.
    taken: Date,
    lines: Vec<BillMovement>,
    explanation: Explanation,
    /// Ids of transactions by their places in the log.
    ids: BTreeMap<String, String>,
    /// What was charged since, and what waits for the next bill.
    running: (i64, i64),
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let name = args.account.to_string();
    let Some((entity, code)) = args.account.entity_and_currency() else {
        return Err(Failure::Usage(format!("{name}: name the account by its entity, number and currency")));
    };
    let reader = args.desk_args.read()?;
    let row = wanted(&reader, entity, &name, args.statement)?;
    let shown = gathered(&reader, entity, code, row)?;
    args.output.show(&value(&shown), |_| page(&shown))?;
    Ok(Conclusion::Held)
}

fn wanted(reader: &Reader, entity: &str, name: &str, statement: Option<Day>) -> Result<BillRow, Failure> {
    let filter = BillFilter { account: Some(name), ..BillFilter::default() };
    let bills = reader.bills(entity, filter, ("", Date::FIRST), u32::MAX).map_err(failed)?;
    let last = bills.last().map(|bill| bill.statement);
    let none = || match (statement, last) {
        (Some(date), Some(last)) => format!("{name} has no bill of {date}; its last is of {last}"),
        _ => format!("{name} has no bill yet: `longmen bill run` states it when its cycle ends"),
    };
    let date = statement.map(|date| date.to_string());
    let is_wanted = |bill: &BillRow| date.as_ref().is_none_or(|date| bill.statement.to_string() == *date);
    bills.into_iter().rev().find(is_wanted).ok_or_else(|| Failure::Usage(none()))
}

fn gathered(reader: &Reader, entity: &str, code: &str, row: BillRow) -> Result<Shown, Failure> {
    let name = row.account.clone();
    let refused = |refusal: Refusal| Failure::Usage(format!("{name}: {}: {refusal}", refusal.code()));
    let damaged = |what: &str| Failure::Usage(format!("{name}: {what}"));
    let bill: Bill = read_bill(&row).map_err(of_bills)?;
    let kept = reader.bills_account(entity, &name).map_err(failed)?;
    let kept = read_account(&kept.ok_or_else(|| damaged("it has bills, and is not kept"))?);
    let kept = kept.map_err(of_bills)?;
    let taken = kept.next_date().previous().ok_or_else(|| damaged("no date of it was taken"))?;
    let currency = Currency::from_code(code).ok_or_else(|| damaged("its currency is not known"))?;
    let explanation = bill.explain(currency, taken).map_err(refused)?;
    let lines = reader.bill_movements(entity, &name, (row.begins, row.statement)).map_err(failed)?;
    let mut ids = BTreeMap::new();
    for settled in bill.settlements() {
        if let Some(id) = reader.bill_movement_id(entity, &name, &settled.id).map_err(failed)? {
            ids.insert(settled.id.to_string(), id);
        }
    }
    let running = (kept.running().open().map_err(refused)?, kept.credit().map_err(refused)?);
    let minimum_open = bill.minimum_open().map_err(refused)?;
    Ok(Shown { row, minimum_open, taken, lines, explanation, ids, running })
}

impl Shown {
    /// The id of what settled something; what was there before bills began has none.
    fn id(&self, place: &str) -> String {
        self.ids.get(place).cloned().unwrap_or_else(|| place.to_owned())
    }

    fn what(&self, row: &Row) -> (String, String, String) {
        match &row.entry {
            RowEntry::Charged => ("charged".to_owned(), String::new(), String::new()),
            RowEntry::Settled(one) => (one.kind.name().to_owned(), self.id(&one.id), one.value.to_string()),
        }
    }
}

fn value(shown_bill: &Shown) -> Value {
    let Shown { row, explanation, lines, running, .. } = shown_bill;
    let lines = lines.iter().map(|line| {
        json!({
            "date": line.date.to_string(), "value_date": line.value.to_string(), "id": line.id,
            "kind": line.kind, "amount": line.amount.0,
        })
    });
    let rows = explanation.rows.iter().map(|one| {
        let (what, id, value) = shown_bill.what(one);
        json!({
            "date": one.date.to_string(), "what": what, "id": id, "value_date": value,
            "part": one.part.to_string(), "amount": one.amount, "open": one.open,
        })
    });
    let late = explanation.late.iter().map(|one| {
        json!({
            "from": one.span.from.to_string(), "to": one.span.to.to_string(), "days": one.span.days(),
            "overdue": one.span.overdue, "product": one.span.product().to_string(), "exact": one.exact,
        })
    });
    json!({
        "bill": shown(row), "minimum_open": shown_bill.minimum_open, "taken": shown_bill.taken.to_string(),
        "lines": lines.collect::<Vec<_>>(), "rows": rows.collect::<Vec<_>>(), "late": late.collect::<Vec<_>>(),
        "exact": explanation.exact, "interest": explanation.interest,
        "rate": explanation.stated.map(|stated| stated.late.rate.to_string()),
        "charged": explanation.stated.map(|stated| stated.charged),
        "running": running.0, "credit": running.1,
    })
}

fn page(shown: &Shown) -> Page {
    let Shown { row, explanation, .. } = shown;
    let amount = |minor: i64| money(&row.currency, minor.into());
    let mut page = Page::new();
    page.line(format_args!("bill of {}, {} to {}: {}", row.account, row.begins, row.statement, row.state));
    page.line(format_args!(
        "total {} {}, minimum {}, due {}; open {}, of the minimum {}",
        amount(row.total),
        row.currency,
        amount(row.minimum),
        row.due,
        amount(row.open),
        amount(shown.minimum_open)
    ));
    page.gap();
    let mut lines = Table::new(&["date", "=transaction", "what", ">amount"]);
    for line in &shown.lines {
        lines.row([line.date.to_string(), line.id.clone(), line.kind.clone(), amount(line.amount.0)]);
    }
    page.table(lines);
    page.gap();
    let mut rows = Table::new(&["date", "what", "=transaction", "value date", "part", ">amount", ">open"]);
    for one in &explanation.rows {
        let (what, id, value) = shown.what(one);
        let (date, part) = (one.date.to_string(), one.part.to_string());
        rows.row([date, what, id, value, part, amount(one.amount), amount(one.open)]);
    }
    page.table(rows);
    if !explanation.late.is_empty() {
        page.gap();
        page.table(late(shown));
        page.line(format_args!(
            "late interest to {} at {} a day: {}, rounded {}; charged by then {}",
            shown.taken,
            explanation.stated.map_or_else(String::new, |stated| stated.late.rate.to_string()),
            explanation.exact,
            amount(explanation.interest),
            amount(explanation.stated.map_or(0, |stated| stated.charged))
        ));
    }
    page.gap();
    let (running, credit) = shown.running;
    page.line(format_args!("since: {} not stated yet, {} paid too much", amount(running), amount(credit)));
    page
}

fn late(shown: &Shown) -> Table {
    let mut table = Table::new(&["late from", "to (counts)", ">days", ">overdue", ">product", ">exact"]);
    for one in &shown.explanation.late {
        let span = &one.span;
        table.row([
            span.from.to_string(),
            span.to.to_string(),
            span.days().to_string(),
            money(&shown.row.currency, span.overdue.into()),
            money(&shown.row.currency, span.product()),
            one.exact.clone(),
        ]);
    }
    table
}
