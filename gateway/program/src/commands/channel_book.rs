//! `longmen channel-book`

use std::path::PathBuf;

use longmen_engine::ledger::Date;
use longmen_reconciliation::BookState;
use longmen_terminal::grouped;
use serde_json::json;

use crate::argument::date;
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::reconciling::{Channel, NodeBook, write_book};

/// Write what the books have of a channel on a closed date, as `longmen reconcile` compares it with the channel's file (对账)
///
/// A row for each transaction that moved the channel's account on the accounting date, with the fee that it booked, and with
/// `tries = true` for each that was tried and neither confirmed nor cancelled on it. The date must be closed, so the same command
/// gives the same bytes for ever. A type that the channel's file does not name is refused: nothing is passed over in silence.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example of a channel's file:
  channel = \"wechat\"
  merchant = \"1900000100\"
  format = \"wechat-trade\"                 # as `longmen channel-file --help` lists them
  entity = \"LM\"
  currency = \"CNY\"
  number = \"reference\"                     # or \"id\": what the channel knows a transaction by
  tries = true                             # without it nothing is looked for that is not booked
  ignored = [\"settlement\", \"recon_adjust\"]
  [kinds]                                  # each type, and what it is in the channel's file
  payment = \"pay\"
  refund = \"refund\"
  [accounts]
  channel = \"LM/wechat/CNY\"               # 清算资金往来
  fee_payable = \"LM/wechat-fee/CNY\"       # 应付手续费
  fee_expense = \"LM/fee/CNY\"              # 手续费支出
  long_suspense = \"LM/long/CNY\"           # 待查长款
  short_suspense = \"LM/short/CNY\"         # 待查短款
  gain = \"LM/gain/CNY\"
  loss = \"LM/loss/CNY\"
  bank = \"LM/bank/CNY\"

Example:
  longmen channel-book wechat.toml --date 2024-06-18 --out book-0618.csv --client ann
  longmen reconcile book-0618.csv 1900000100All2024-06-18.csv --format wechat-trade --date 2024-06-18")]
pub(crate) struct Args {
    /// The file of the channel
    channel: PathBuf,
    /// The accounting date, which must be closed
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Date,
    /// Where to write the rows
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let channel = Channel::read(&args.channel)?;
    let mut client = args.ask_args.connect().await?;
    let book = NodeBook::read(&mut client, &channel, args.date).await?;
    write_book(&args.out, &book.rows)?;
    let pending = book.rows.iter().filter(|row| row.state == BookState::Pending).count();
    let told = json!({
        "path": args.out, "date": args.date.to_string(), "frame": book.frame, "rows": book.rows.len(),
        "pending": pending,
    });
    args.output.show(&told, |_| {
        format!(
            "{}: {} rows of {} on {}, {pending} of them tried only; closed in frame {}",
            args.out.display(),
            grouped(book.rows.len() as u64),
            channel.name,
            args.date,
            book.frame
        )
    })?;
    Ok(Conclusion::Held)
}
