//! `longmen interest explain`

use jiff::civil::Date as Day;
use longmen_day_end::interest::read_kept;
use longmen_engine::ledger::{Currency, Date};
use longmen_interest::{DayBalances, Explanation, Period, Refusal, explain};
use longmen_terminal::Table;
use serde_json::{Value, json};

use super::outcome::{SettingsArgs, of_run};
use crate::account_name::{AccountName, with_account_names};
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::report::period::day;

/// Places behind the unit of interest that is not rounded yet.
const PLACES: u32 = 5;

#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen interest explain LM/U1/CNY --desk desk --interest interest.toml
  longmen interest explain LM/U1/CNY --desk desk --interest interest.toml \\
    --from 2024-03-21 --to 2024-06-20"))]
pub(crate) struct Args {
    /// Whose interest
    #[arg(value_name = "ACCOUNT")]
    account: AccountName,
    /// The first day; without it, the open period is shown
    #[arg(long, value_name = "DATE", value_parser = day, requires = "to")]
    from: Option<Day>,
    /// The last day, which counts
    #[arg(long, value_name = "DATE", value_parser = day, requires = "from")]
    to: Option<Day>,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    settings_args: SettingsArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let usage = |words: String| Failure::Usage(words);
    let name = args.account.to_string();
    let (Some((entity, code)), settings) = (args.account.entity_and_currency(), args.settings_args.read()?)
    else {
        return Err(usage(format!("{name}: name the account by its entity, number and currency")));
    };
    let reader = args.desk_args.read()?;
    let kept = reader.interest_account(entity, &name).map_err(failed)?;
    let kept = kept.ok_or_else(|| usage(format!("no interest of {name} was reckoned yet")))?;
    let currency = Currency::from_code(code).ok_or_else(|| usage(format!("{code} is no currency")))?;
    let terms = settings.products().get(&kept.product).and_then(|product| product.terms(currency));
    let terms = terms.ok_or_else(|| usage(format!("there are no rates of {} in {code}", kept.product)))?;
    let moved = reader.interest_movements(entity, &name).map_err(failed)?;
    let interest = read_kept(&kept).map_err(of_run)?;
    let found = DayBalances::of(kept.begins, 0, moved).and_then(|held| match args.period(&kept.begins) {
        Some(period) => explain(&terms, period, &held),
        None => interest.explain(&terms, &held),
    });
    let refused = |refusal: Refusal| usage(format!("{name}: {}: {refusal}", refusal.code()));
    let found = found.map_err(refused)?;
    let shown = |one| shown(currency, one);
    let value = found.iter().map(shown).collect::<Result<Vec<_>, _>>().map_err(refused)?;
    args.output.show(&json!({"account": name, "product": kept.product, "parts": value}), |told| {
        page(code, &found, told)
    })?;
    Ok(Conclusion::Held)
}

impl Args {
    /// Nothing is earned before interest begins.
    fn period(&self, begins: &Date) -> Option<Period> {
        let date = |day: Option<Day>| Date::parse(&day?.to_string());
        Some(Period { from: date(self.from)?.max(*begins), to: date(self.to)? })
    }
}

fn shown(currency: Currency, one: &Explanation) -> Result<Value, Refusal> {
    let rows = one.rows.iter().map(|row| {
        json!({
            "from": row.from.to_string(), "to": row.to.to_string(), "days": row.days,
            "balance": row.balance.to_string(), "counted": row.counted.to_string(), "tier": row.tier,
            "product": row.product.to_string(),
        })
    });
    let sums = one.sums.iter().map(|sum| {
        Ok(json!({
            "since": sum.since.to_string(), "tier": sum.tier, "rate": sum.rate.to_string(), "year": sum.year,
            "interest": sum.interest.print(currency, PLACES)?,
        }))
    });
    Ok(json!({
        "part": one.part.to_string(), "from": one.period.from.to_string(), "to": one.period.to.to_string(),
        "rows": rows.collect::<Vec<_>>(), "sums": sums.collect::<Result<Vec<_>, Refusal>>()?,
        "carried": one.carried.print(currency, PLACES)?, "exact": one.exact.print(currency, PLACES)?,
        "rounded": one.rounded.to_string(), "minimum": one.minimum.map(|amount| amount.0),
    }))
}

fn page(currency: &str, found: &[Explanation], told: &Value) -> Page {
    let mut table = Table::new(&["from", "to (counts)", ">days", ">balance", ">counted", ">product"]);
    for row in found.iter().flat_map(|one| &one.rows) {
        table.row([
            row.from.to_string(),
            row.to.to_string(),
            row.days.to_string(),
            money(currency, row.balance),
            money(currency, row.counted),
            money(currency, row.product),
        ]);
    }
    let mut page = Page::from(table);
    for (index, one) in found.iter().enumerate() {
        let part = &told["parts"][index];
        for sum in part["sums"].as_array().into_iter().flatten() {
            let text = |name: &str| sum[name].as_str().unwrap_or_default().to_owned();
            page.line(format_args!("{} from {}: {}", text("rate"), text("since"), text("interest")));
        }
        let exact = part["exact"].as_str().unwrap_or_default();
        page.line(format_args!("{}: {exact}, rounded {}", one.part, money(currency, one.rounded)));
    }
    page
}
