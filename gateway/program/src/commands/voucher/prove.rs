//! `longmen voucher prove`

use jiff::civil::Date as Day;
use longmen_day_end::vouchers::{ProvedDay, prove_kept};
use longmen_reconciliation_store::NumberGap;
use serde_json::{Value, json};

use super::outcome::{books_date, of_run};
use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;
use crate::report::period::day;

/// Hold vouchers to the general ledger once more, and look for gaps in their numbers (断号)
///
/// By subject and currency the debits and credits of all vouchers of a date are the turnovers of the general ledger and of the memo accounts. Ends with 1
/// where something does not hold, and where a closed date of the range was not made.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen voucher prove LM --from 2024-06-01 --to 2024-06-30 --desk desk")]
pub(crate) struct Args {
    /// Whose vouchers
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    /// The first date of the books
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Day,
    /// The last date
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Day,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let reader = args.desk_args.read()?;
    let mut client = args.ask_args.connect().await?;
    let (from, to) = (books_date(args.from), books_date(args.to));
    let days = prove_kept(&mut client, &reader, &args.entity, from, to).await.map_err(of_run)?;
    let gaps = reader.voucher_gaps(&args.entity).map_err(failed)?;
    let is_held = |day: &ProvedDay| matches!(day.proof, Some(Ok(_)));
    let held = gaps.is_empty() && days.iter().all(is_held);
    let gap = |gap: &NumberGap| {
        json!({
            "word": gap.word, "year": gap.year, "month": gap.month, "last": gap.last, "count": gap.count,
        })
    };
    let value = json!({
        "entity": args.entity, "holds": held, "days": days.iter().map(to_json).collect::<Vec<_>>(),
        "gaps": gaps.iter().map(gap).collect::<Vec<_>>(),
    });
    args.output.show(&value, |_| page(&days, &gaps))?;
    Ok(Conclusion::of(held))
}

fn to_json(day: &ProvedDay) -> Value {
    let date = day.date.to_string();
    match &day.proof {
        None => json!({"date": date, "made": false}),
        Some(Ok(proof)) => json!({
            "date": date, "made": true, "vouchers": proof.vouchers, "lines": proof.lines,
            "turnovers": proof.turnovers, "lacks": [],
        }),
        Some(Err(lacks)) => {
            let lack = |lack: &longmen_vouchers::Lack| json!({"code": lack.code(), "says": lack.to_string()});
            json!({"date": date, "made": true, "lacks": lacks.iter().map(lack).collect::<Vec<_>>()})
        }
    }
}

fn page(days: &[ProvedDay], gaps: &[NumberGap]) -> Page {
    let mut page = Page::from(format!("{} closed dates", days.len()));
    for day in days {
        match &day.proof {
            None => page.line(format_args!("{}: FAIL: no vouchers were made", day.date)),
            Some(Ok(proof)) => page.line(format_args!(
                "{}: {} vouchers of {} lines are {} turnovers of the general ledger",
                day.date, proof.vouchers, proof.lines, proof.turnovers
            )),
            Some(Err(lacks)) => {
                for lack in lacks {
                    page.line(format_args!("{}: FAIL: {}: {lack}", day.date, lack.code()));
                }
            }
        }
    }
    for NumberGap { word, year, month, last, count } in gaps {
        page.line(format_args!("FAIL: {word} {year}-{month:02} goes to {last}, and there are {count}"));
    }
    page
}
