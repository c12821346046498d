//! `longmen reconcile-accounts`

use std::path::PathBuf;

use longmen_reconciliation::accounting::{Cycle, LineError, Side, compare_balances, trace_vouchers};

use crate::argument::said;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::reconciling::accounts_shown::{Shown, to_json, to_page};
use crate::reconciling::{read_balances, read_mapping, read_our_vouchers, read_their_vouchers, refused};

/// Compare the general ledger with the accounting system (账账核对): balances and turnovers by subject, and the vouchers behind them
///
/// Both tables of balances are CSV files with the columns entity, subject, currency, period_from, period_to, opening, debit, credit, closing;
/// what `longmen report daily|monthly --csv` prints is taken as it is, `-` from standard input. Own sums come first, and an opening that differs
/// is told before anything else: the fault lies in an earlier cycle. With the vouchers of both sides every difference is told by its voucher
/// and transaction. Nothing is posted, and nothing is sent to a node.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Balances are debit-positive: a credit balance has a minus, whatever the subject's side. Or they have a side (借, 贷, 平; debit, credit) in
opening_side and closing_side, or a column for each side: opening_debit, opening_credit, closing_debit, closing_credit. A file has one form.

The mapping is a CSV file with the columns ours and theirs: several subjects of ours may be one of theirs, `2241*` are all that begin
so, and a row without theirs leaves a subject out.

Vouchers: voucher, date, subject, currency, debit, credit (or side, amount), transaction; ours with exported (yes, no) if need be, theirs
with source: the number of our voucher. The table `legs` of `longmen export --format csv` is taken as ours; its source is the transaction.

Exit codes: 0 both agree, 1 something differs, 2 a file is wrong

Examples:
  longmen reconcile-accounts - u8.csv --entity LM --mapping subjects.csv   behind `longmen report monthly --entity LM --csv |`
  longmen reconcile-accounts ours.csv theirs.csv --mapping subjects.csv --cycle day \\
      --our-vouchers ours-vouchers.csv --their-vouchers theirs-vouchers.csv")]
pub(crate) struct Args {
    /// Our balances: a CSV file, or - for standard input
    ours: PathBuf,
    /// Theirs
    theirs: PathBuf,
    /// Which of their subjects ours count in: a CSV file
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// How often they are compared: day, week (Monday to Sunday) or month
    #[arg(long, default_value = "month", value_parser = cycle)]
    cycle: Cycle,
    /// Whose books, where a file does not say
    #[arg(long, value_name = "CODE", value_parser = said)]
    entity: Option<String>,
    /// Our vouchers: a CSV file
    #[arg(long, value_name = "FILE", requires = "their_vouchers")]
    our_vouchers: Option<PathBuf>,
    /// Theirs
    #[arg(long, value_name = "FILE", requires = "our_vouchers")]
    their_vouchers: Option<PathBuf>,
    /// Show every difference, not only the first 50, and with --json what agrees as well
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let entity = args.entity.as_deref();
    let mapping = read_mapping(&args.mapping)?;
    let ours = read_balances(&args.ours, entity)?;
    let theirs = read_balances(&args.theirs, entity)?;
    let compared = compare_balances(args.cycle, &mapping, &ours, &theirs)
        .map_err(|error| told(&args.ours, &args.theirs, &error))?;
    let vouchers = args.our_vouchers.as_ref().zip(args.their_vouchers.as_ref());
    let traced = vouchers.map(|(our_file, their_file)| {
        let ours = read_our_vouchers(our_file, entity)?;
        let theirs = read_their_vouchers(their_file, entity)?;
        trace_vouchers(args.cycle, &mapping, &ours, &theirs)
            .map_err(|error| told(our_file, their_file, &error))
    });
    let traced = traced.transpose()?;
    let shown = Shown::of(args.cycle, &compared, traced.as_ref(), args.all);
    args.output.show(&to_json(&shown), |_| to_page(&shown))?;
    Ok(Conclusion::of(shown.agrees()))
}

/// The file of a line that cannot be compared.
fn told(ours: &PathBuf, theirs: &PathBuf, (side, error): &(Side, LineError)) -> Failure {
    let path = match side {
        Side::Ours => ours,
        Side::Theirs => theirs,
    };
    refused(path, error)
}

fn cycle(text: &str) -> Result<Cycle, String> {
    text.parse().map_err(|_| "there is day, week, month".to_owned())
}
