//! `longmen fee rules`

use std::path::PathBuf;

use clap::ArgGroup;
use longmen_client::{Client, FeeRules, FeeRulesFrom};
use longmen_fees::{Rule, RuleFile};
use longmen_terminal::Table;
use serde_json::{Value, json};

use super::rule_file::read_rules;
use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 the file can be used, 2 it is wrong, and is told where

Examples:
  longmen fee rules fees.toml
  longmen fee rules --entity LM                what holds on the current accounting date
  longmen fee rules --entity LM --number 2     the file that was set second")]
#[command(group = ArgGroup::new("which").args(["file", "entity"]).required(true))]
pub(crate) struct Args {
    /// The file of rules
    file: Option<PathBuf>,
    /// Whose rules the node has
    #[arg(long, value_parser = said)]
    entity: Option<String>,
    /// Which of the files that were set, counted from 1; without it, the one that holds now
    #[arg(long, requires = "entity")]
    number: Option<u32>,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn run(args: Args) -> Result<Conclusion, Failure> {
    if let Some(path) = &args.file {
        let file = read_rules(path)?;
        args.output.show(&to_json(&file), |_| to_table(&file))?;
        return Ok(Conclusion::Held);
    }
    let entity = args.entity.as_deref().unwrap_or_default();
    let mut client = args.ask_args.connect().await?;
    let Some((set, current)) = find(&mut client, entity, args.number).await? else {
        args.output
            .show(&json!({ "entity": entity, "rules": null }), |_| format!("no rules hold in {entity}"))?;
        return Ok(Conclusion::Held);
    };
    let FeeRulesFrom { number, from, file: text } = &set;
    let wrong = |error| Failure::Usage(format!("file {number} of {entity}: {error}"));
    let file = RuleFile::parse(text).map_err(wrong)?;
    let is_current = current == Some(*number);
    let mut value = to_json(&file);
    value["entity"] = json!(entity);
    value["number"] = json!(number);
    value["from"] = json!(from);
    value["holds_now"] = json!(is_current);
    value["file"] = json!(text);
    args.output.show(&value, |_| {
        let mut page = Page::new();
        let now = if is_current { ", holds now" } else { "" };
        page.line(format_args!("file {number} of {entity}, from {from} on{now}"));
        page.table(to_table(&file));
        page
    })?;
    Ok(Conclusion::Held)
}

/// The file of this number, or the one that holds now; with the number of that.
async fn find(
    client: &mut Client,
    entity: &str,
    number: Option<u32>,
) -> Result<Option<(FeeRulesFrom, Option<u32>)>, Failure> {
    let mut before = 0;
    loop {
        let page = client.fee_rules(entity, before).await;
        let page = page.map_err(|error| Failure::about(error, format_args!("entity {entity}")))?;
        let FeeRules { current, files, next } = page;
        let Some(wanted) = number.or(current) else { return Ok(None) };
        if let Some(found) = files.into_iter().find(|file| file.number == wanted) {
            return Ok(Some((found, current)));
        }
        match next.filter(|next| *next > wanted) {
            Some(next) => before = next,
            None => return Err(Failure::Usage(format!("entity {entity} has no file {wanted} of rules"))),
        }
    }
}

fn to_table(file: &RuleFile) -> Table {
    let mut table = Table::new(&["rule", "type", "channel", "merchant", "currency", "from", "rounding"]);
    for rule in file.rules() {
        table.row([
            rule.name(),
            rule.kind(),
            rule.channel().unwrap_or("any"),
            rule.merchant().unwrap_or("any"),
            rule.currency().code(),
            &rule.from().to_string(),
            rule.rounding().name(),
        ]);
    }
    table
}

fn to_json(file: &RuleFile) -> Value {
    let rule = |rule: &Rule| {
        json!({
            "name": rule.name(), "type": rule.kind(), "channel": rule.channel(), "merchant": rule.merchant(),
            "currency": rule.currency().code(), "from": rule.from().to_string(), "rounding": rule.rounding().name(),
        })
    };
    json!({ "rules": file.rules().iter().map(rule).collect::<Vec<_>>() })
}
