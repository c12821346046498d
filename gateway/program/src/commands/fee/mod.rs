//! `longmen fee`

mod quote;
mod rule_file;
mod rules;

use crate::failure::{Conclusion, Failure};

/// Fees and splits by rules (手续费, 分账): what an amount comes to, and what goes back of it
///
/// Rules are a TOML file, which docs/FEES.md describes. Nothing is sent to a node.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  longmen fee rules fees.toml
  longmen fee quote fees.toml --type card_pay --channel wechat --amount 100.00 --currency CNY
  longmen fee quote fees.toml --type card_pay --amount 100.00 --currency CNY --refund 40.00")]
pub(crate) enum Commands {
    /// Check a file of rules and list what it has
    Rules(rules::Args),
    /// Show the legs that an amount comes to, or a refund of it, and how each figure came to be
    Quote(quote::Args),
}

pub(crate) fn run(command: &Commands) -> Result<Conclusion, Failure> {
    match command {
        Commands::Rules(args) => rules::run(args),
        Commands::Quote(args) => quote::run(args),
    }
}
