//! `longmen fee rules`

use std::path::PathBuf;

use longmen_fees::{Rule, RuleFile};
use longmen_terminal::Table;
use serde_json::{Value, json};

use super::rule_file::read_rules;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 the file can be used, 2 it is wrong, and is told where

Example:
  longmen fee rules fees.toml")]
pub(crate) struct Args {
    /// The file of rules
    file: PathBuf,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let file = read_rules(&args.file)?;
    args.output.show(&to_json(&file), |_| to_table(&file))?;
    Ok(Conclusion::Held)
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
