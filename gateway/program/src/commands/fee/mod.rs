//! `longmen fee`

mod quote;
mod rule_file;
mod rules;
mod set;

use crate::failure::{Conclusion, Failure};

/// Fees and splits by rules (手续费, 分账): what an amount comes to, and what goes back of it
///
/// Rules are a TOML file, which docs/FEES.md describes. A node that has one makes the legs of `longmen charge` by it.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  longmen fee rules fees.toml
  longmen fee set LM fees.toml --from 2026-12-01
  longmen fee rules --entity LM
  longmen fee quote fees.toml --type card_pay --channel wechat --amount 100.00 --currency CNY
  longmen fee quote fees.toml --type card_pay --amount 100.00 --currency CNY --refund 40.00")]
pub(crate) enum Commands {
    /// List the rules of a file, which is checked, or of a node
    Rules(rules::Args),
    Set(set::Args),
    /// Show the legs that an amount comes to, or a refund of it, and how each figure came to be
    Quote(quote::Args),
}

pub(crate) async fn run(command: Commands) -> Result<Conclusion, Failure> {
    match command {
        Commands::Rules(args) => rules::run(args).await,
        Commands::Set(args) => set::run(args).await,
        Commands::Quote(args) => quote::run(&args),
    }
}
