//! `longmen open`

use std::path::PathBuf;

use serde_json::json;

use crate::account_name::key_text;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;
use crate::scenario::{Place, Scenario, open_chart};

/// Open the entity, subjects and accounts of a scenario file
///
/// Everything is checked before anything is sent: where one subject or account cannot be opened, nothing is. Opening is
/// idempotent by natural key: what is there already, as the file has it, stays as it is; an entity that is there with
/// another start or year is a `key_conflict`. `year_starts` is the month in which the books' year begins, 1 (January) if
/// absent. The file's steps, if it has any, are not played.
#[derive(Debug, clap::Args)]
#[command(after_help = r#"The file is JSON, such as:
  {"scenario": "tour", "title": "", "entity": "LM", "start": "2026-11-22", "year_starts": 1,
   "subjects": [{"code": "10020101", "name": "Bank", "class": "asset", "normal": "debit"},
                {"code": "220301", "name": "Users", "class": "liability", "normal": "credit"}],
   "accounts": [{"account": "bank", "subject": "10020101", "currency": "CNY", "owner": "internal", "may_go_negative": true},
                {"account": "U1", "subject": "220301", "currency": "CNY", "owner": "customer", "may_go_negative": false}]}

Example:
  longmen open tour.json"#)]
pub(crate) struct Args {
    /// The scenario file
    file: PathBuf,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let scenario = Scenario::read(&args.file).map_err(|error| Failure::Usage(error.to_string()))?;
    let mut client = args.connect_args.connect().await?;
    let accounts = open_chart(&mut client, &scenario, &Place::as_written(&scenario)).await?;
    let named = scenario.accounts.iter().map(|account| {
        (account, key_text(&scenario.entity, &account.label, &account.kind, account.currency.code()))
    });
    let opened: Vec<_> = named.zip(&accounts).collect();
    let value: Vec<_> = opened
        .iter()
        .map(|((account, name), id)| json!({ "account": account.label, "name": name, "id": id }))
        .collect();
    args.output.show(&value, |_| {
        let mut page = Page::new();
        for ((_, name), id) in &opened {
            page.line(format_args!("@{id} {name}"));
        }
        page
    })?;
    Ok(Conclusion::Held)
}
