//! `longmen fee quote`

use std::path::PathBuf;

use jiff::Zoned;
use longmen_engine::ledger::{Amount, Currency, Date};
use longmen_fees::{Asked, Explained, FeeLeg, FeeRefusal, Rule, RuleFile};
use longmen_terminal::Table;
use serde_json::{Value, json};

use super::rule_file::read_rules;
use crate::argument::{date, said};
use crate::failure::{Conclusion, Failure};
use crate::money::{Least, amount, amount_of, currency_code, money};
use crate::output::Output;
use crate::page::Page;

/// Show the legs that an amount comes to, or a refund of it, and how each figure came to be (试算)
///
/// Legs name accounts as the rule does: `payer`, `payee`, or what stands in the rule. With --refund they are those of the refund;
/// what goes back of a fee depends on what was refunded before, all together, and not on how often.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 here are the legs, 1 no rule is for it or it cannot be, 2 the file or the command line is wrong

Examples:
  longmen fee quote fees.toml --type card_pay --channel wechat --amount 100.00 --currency CNY
  longmen fee quote fees.toml --type card_pay --merchant M1 --amount 100.00 --currency CNY --json
  longmen fee quote fees.toml --type card_pay --amount 100.00 --currency CNY --date 2026-12-01 \\
      --refund 40.00 --refunded-before 20.00")]
pub(crate) struct Args {
    /// The file of rules
    file: PathBuf,
    /// The type of the transaction
    #[arg(long = "type", value_name = "TYPE", value_parser = said)]
    kind: String,
    /// The channel that it comes by
    #[arg(long, value_parser = said)]
    channel: Option<String>,
    /// The merchant that it is for
    #[arg(long, value_parser = said)]
    merchant: Option<String>,
    /// What is paid for, before fees
    #[arg(long, value_parser = amount, allow_negative_numbers = true)]
    amount: String,
    /// Its currency
    #[arg(long, value_name = "CODE", value_parser = currency_code)]
    currency: String,
    /// The date of the payment, also of one that is refunded; today without it
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Option<Date>,
    /// What is refunded of it
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    refund: Option<String>,
    /// What was refunded of it before
    #[arg(long, value_name = "AMOUNT", value_parser = amount, requires = "refund", allow_negative_numbers = true)]
    refunded_before: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// What is shown.
struct Quote<'r> {
    rule: &'r Rule,
    legs: Vec<FeeLeg<'r>>,
    /// All fees, or what goes back of them, but the house's own.
    fees: i128,
    explained: Vec<Explained<'r>>,
}

/// The figures of the command line, in minor units.
struct Figures {
    amount: Amount,
    refund: Option<(Amount, Amount)>,
}

pub(super) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let figures = Figures::of(args)?;
    let file = read_rules(&args.file)?;
    match quote(args, &file, &figures) {
        Ok(quote) => {
            args.output.show(&to_json(&quote), |_| to_page(args, &quote))?;
            Ok(Conclusion::Held)
        }
        Err(refusal) => {
            let shown = json!({ "refused": refusal.code(), "reason": refusal.to_string() });
            args.output.show(&shown, |_| format!("refused: {}: {refusal}", refusal.code()))?;
            Ok(Conclusion::DidNotHold)
        }
    }
}

impl Figures {
    fn of(args: &Args) -> Result<Figures, Failure> {
        let read = |option: &str, text: &str, least| {
            let wrong = |why| Failure::Usage(format!("{option} {text}: {why}"));
            amount_of(&args.currency, text, least).map_err(wrong)?;
            Ok::<_, Failure>(currency(args).parse_amount(text).expect("it is one of the currency"))
        };
        let refund = args.refund.as_deref().map(|text| {
            let before = args.refunded_before.as_deref().unwrap_or("0");
            Ok::<_, Failure>((
                read("--refund", text, Least::AboveZero)?,
                read("--refunded-before", before, Least::Zero)?,
            ))
        });
        Ok(Figures { amount: read("--amount", &args.amount, Least::AboveZero)?, refund: refund.transpose()? })
    }
}

fn quote<'r>(args: &Args, file: &'r RuleFile, figures: &Figures) -> Result<Quote<'r>, FeeRefusal> {
    let rule = file.rule(&Asked {
        kind: &args.kind,
        channel: args.channel.as_deref().unwrap_or_default(),
        merchant: args.merchant.as_deref().unwrap_or_default(),
        currency: currency(args),
        date: args.date.unwrap_or_else(today),
    })?;
    let payment = rule.payment(figures.amount)?;
    Ok(match figures.refund {
        None => Quote {
            rule,
            legs: payment.legs().collect(),
            fees: payment.fees(),
            explained: payment.explained(),
        },
        Some((refund, before)) => {
            let refund = payment.refund(refund, before)?;
            Quote { rule, legs: refund.legs().collect(), fees: refund.fees(), explained: refund.explained() }
        }
    })
}

fn currency(args: &Args) -> Currency {
    Currency::from_code(&args.currency).expect("the command line has one that there is")
}

/// By the clock and the zone of whoever asks.
fn today() -> Date {
    Date::parse(&Zoned::now().date().to_string()).expect("clocks show years of four digits behind 1970")
}

fn to_page(args: &Args, quote: &Quote<'_>) -> Page {
    let code = quote.rule.currency().code();
    let mut page = Page::new();
    let what = match &args.refund {
        Some(refund) => format!("a refund of {refund} of {}", args.amount),
        None => args.amount.clone(),
    };
    let (rule, from) = (quote.rule.name(), quote.rule.from());
    page.line(format_args!("{what} {code} by the rule {rule}, from {from}"));
    let mut legs = Table::new(&["=account", ">debit", ">credit"]);
    for leg in &quote.legs {
        let amount = money(code, leg.amount.0.into());
        let (debit, credit) = match leg.side.name() {
            "debit" => (&*amount, ""),
            _ => ("", &*amount),
        };
        legs.row([leg.account, debit, credit]);
    }
    page.table(legs);
    page.gap();
    let mut figures = Table::new(&["figure", "=account", ">amount", "how it came to be"]);
    for row in &quote.explained {
        figures.row([&*row.what, row.account, &money(code, row.amount.0.into()), &row.how]);
    }
    page.table(figures);
    page
}

fn to_json(quote: &Quote<'_>) -> Value {
    let leg =
        |leg: &FeeLeg<'_>| json!({ "account": leg.account, "side": leg.side.name(), "amount": leg.amount.0 });
    let figure = |row: &Explained<'_>| json!({ "figure": row.what, "account": row.account, "amount": row.amount.0, "how": row.how });
    json!({
        "rule": quote.rule.name(), "from": quote.rule.from().to_string(), "currency": quote.rule.currency().code(),
        "fees": quote.fees, "legs": quote.legs.iter().map(leg).collect::<Vec<_>>(),
        "figures": quote.explained.iter().map(figure).collect::<Vec<_>>(),
    })
}
