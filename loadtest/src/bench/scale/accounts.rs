//! Transfers over ever more accounts.

use longmen_terminal::grouped;
use longmen_workload::books::Books;
use longmen_workload::measure::float;
use longmen_workload::setup::open_unfunded;
use longmen_workload::{LoadError, Workload};

use super::super::own_node::{OwnNode, Posting};
use super::super::rows::batches;
use super::super::sheet::{Column, Sheet, SheetRow, Unit};
use super::{NODE_COST, RATE, ScaleSettings, costs, rates};

const ACCOUNTS: [u64; 5] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
const SECONDS: u32 = 20;
/// What every account may overdraw: funds are checked as always, and paying opening balances in would leave millions of
/// known ids behind, which are not what is measured.
const OVERDRAFT: i64 = 10_000_000_000;
const COLUMNS: [Column; 4] = [
    RATE,
    NODE_COST,
    Column { key: "account_bytes", head: "memory, an account", unit: Unit::Bytes },
    Column { key: "opening_rate", head: "openings", unit: Unit::Rate },
];

pub(super) async fn table(settings: &ScaleSettings) -> Result<Sheet, LoadError> {
    let mut sheet = Sheet::new(
        "accounts",
        "two-leg transfers in batches of 8189 between uniformly drawn accounts",
        &COLUMNS,
    );
    sheet.subject = "accounts";
    for accounts in settings.sizes(&ACCOUNTS, settings.max_accounts, 100) {
        let row = row(settings, &mut sheet, accounts).await?;
        sheet.rows.push(row);
    }
    sheet.notes.push("each row on a node of its own; memory is what opening the accounts added".to_owned());
    let x = sheet.sizes_axis("accounts");
    sheet.plot("Transfers a second by accounts", x.clone(), rates, &[("rate", "transfers")]);
    sheet.plot("Processor time of the node by accounts", x, costs, &[("node_us", "node")]);
    Ok(sheet)
}

async fn row(settings: &ScaleSettings, sheet: &mut Sheet, accounts: u64) -> Result<SheetRow, LoadError> {
    let label = grouped(accounts);
    let mut node = OwnNode::start(&settings.bench, |_| {})?;
    let mut plan = Workload::Transfers.plan(usize::try_from(accounts).expect("a population in memory"), 1);
    for account in &mut plan.population.accounts {
        (account.funding, account.overdraft) = (0, Some(OVERDRAFT));
    }
    let at_first = float(node.process().own_memory()?);
    let target = node.target("BENCH");
    let begun = std::time::Instant::now();
    let house = open_unfunded(&target, "BENCH", plan.population.clone()).await?;
    let opening_rate = float(accounts) / begun.elapsed().as_secs_f64();
    let memory = float(node.process().own_memory()?) - at_first;
    let books = Books::new(plan.population.accounts.len());
    let mut posting = Posting { target, plan, house, books, streams: 0 };
    let load = batches(Workload::Transfers, accounts, SECONDS).settings(&settings.bench);
    let sampled = posting.sample(&mut node, load, &format!("accounts: {label}")).await?;
    let held = sheet.compared(&label, posting.compare(true).await?);
    node.stop()?;
    let rate = sampled.driven.measured.transactions_per_second;
    let cells = [rate, sampled.node_us(), memory / float(accounts), opening_rate];
    Ok(SheetRow { label, at: Some(float(accounts)), cells: cells.map(Some).to_vec(), held: Some(held) })
}
