//! `longmen trial-balance`

use std::collections::BTreeMap;

use longmen_client::{Side, TrialBalance};
use longmen_loadtest::relations::{Relation, natural, relations};
use longmen_loadtest::table::{Table, grouped};
use serde::Serialize;

use crate::failure::{Failure, Verdict};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::reach::Reach;
use crate::report::identity::{self, Identity};

/// Show the general ledger (余额表) and check its relations
///
/// The general ledger is kept in step with the postings; the sum of each subject's accounts is added up anew for this
/// answer, at one exact place between two payments while others go on. Ends with 1 if a relation, or the identity over
/// classes, does not hold.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen trial-balance
  longmen trial-balance --entity LM --level 1")]
pub(crate) struct Args {
    /// Only this entity
    #[arg(long, default_value = "")]
    entity: String,
    /// The level of subjects to add up to: 1 to 4, in codes of 4-2-2-2 digits; without it, the leaves
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=4))]
    level: Option<u8>,
    /// The equation over classes that must hold, too
    #[arg(long, default_value = identity::DEFAULT)]
    identity: Identity,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    trial: &'a TrialBalance,
    relations: Vec<Checked<'a>>,
}

#[derive(Serialize)]
struct Checked<'a> {
    name: &'static str,
    holds: bool,
    broken: &'a [String],
}

pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    let mut client = args.reach.connect().await?;
    let trial = client.trial_balance(&args.entity).await;
    let trial = trial.map_err(|error| Failure::about(error, format_args!("entity {}", args.entity)))?;
    let of_classes = broken_identity(&trial, &args.identity);
    let relations = relations(&trial);
    let checked = relations.iter().map(|relation| Checked {
        name: relation.name,
        holds: relation.holds(),
        broken: &relation.broken,
    });
    let identity = Checked { name: "identity", holds: of_classes.is_empty(), broken: &of_classes };
    let checked = checked.chain([identity]);
    let shown = Shown { trial: &trial, relations: checked.collect() };
    args.output.show(&shown, |_| {
        let identity = describe_identity(&args.identity, &of_classes);
        let mut page = Page::from(table(&trial, args.level));
        page.gap();
        page.page(describe(&relations));
        page.line(identity);
        page
    })?;
    Ok(Verdict::of(relations.iter().all(Relation::holds) && of_classes.is_empty()))
}

/// Entities and currencies in which the identity does not hold, in words.
fn broken_identity(trial: &TrialBalance, identity: &Identity) -> Vec<String> {
    let mut balances: BTreeMap<(&str, &str), BTreeMap<&str, i128>> = BTreeMap::new();
    for line in &trial.lines {
        let classes = balances.entry((&line.entity, &line.currency)).or_default();
        *classes.entry(&line.class).or_default() += natural(line.normal, line.closing);
    }
    let difference = |classes: &BTreeMap<&str, i128>| {
        identity.difference(|class| classes.get(class).copied().unwrap_or_default())
    };
    let broken = balances.iter().map(|(of, classes)| (of, difference(classes)));
    let broken = broken.filter(|(_, difference)| *difference != 0);
    broken.map(|((entity, currency), by)| format!("{entity} {currency}: the sides differ by {by}")).collect()
}

fn describe_identity(identity: &Identity, broken: &[String]) -> String {
    match broken {
        [] => format!("ok    恒等式  {identity}"),
        broken => format!("FAIL  恒等式  {identity}: {}", broken.join("; ")),
    }
}

/// What the relations came to, one a line.
pub(crate) fn describe(relations: &[Relation]) -> Page {
    let line = |relation: &Relation| match relation.broken.as_slice() {
        [] => format!("ok    {}  {}", relation.name, relation.says),
        broken => format!("FAIL  {}  {}: {}", relation.name, relation.says, broken.join("; ")),
    };
    let mut page = Page::new();
    relations.iter().map(line).for_each(|line| page.line(line));
    page
}

/// Debit-positive figures of one row.
#[derive(Clone, Copy, Default)]
struct Row<'a> {
    name: &'a str,
    normal: Option<Side>,
    opening: i128,
    debit: i128,
    credit: i128,
    closing: i128,
    accounts: u64,
    off_balance: bool,
}

/// What the rows of one side come to, as they are shown.
#[derive(Clone, Copy, Default)]
struct Total {
    opening: i128,
    turnover: i128,
    closing: i128,
}

/// The totals of an entity and currency, on the debit side and on the credit side (借方合计, 贷方合计), without what is off the
/// balance sheet: they are equal.
fn totals<'a>(rows: impl Iterator<Item = &'a Row<'a>> + Clone) -> [Total; 2] {
    let on_balance = rows.filter(|row| !row.off_balance);
    [Side::Debit, Side::Credit].map(|side| {
        let of_side = on_balance.clone().filter(|row| row.normal == Some(side));
        let sums = of_side.fold(Total::default(), |total, row| Total {
            opening: total.opening + natural(side, row.opening),
            closing: total.closing + natural(side, row.closing),
            ..total
        });
        let turnover = |row: &Row<'_>| if side == Side::Debit { row.debit } else { row.credit };
        Total { turnover: on_balance.clone().map(turnover).sum(), ..sums }
    })
}

/// The trial balance at a level of subjects, or at its leaves. Balances stand on the side on which they are.
pub(crate) fn table(trial: &TrialBalance, level: Option<u8>) -> Table {
    let digits = level.map_or(usize::MAX, |level| 2 + 2 * usize::from(level));
    let mut rows: BTreeMap<(&str, &str, &str), Row<'_>> = BTreeMap::new();
    for line in &trial.lines {
        let code = line.subject.get(..digits).unwrap_or(&line.subject);
        let name = if code.len() < line.subject.len() { first_part(&line.name) } else { &line.name };
        let row = rows.entry((&line.entity, &line.currency, code)).or_default();
        row.name = name;
        row.normal = Some(line.normal);
        row.opening += natural(line.normal, line.opening);
        row.debit += line.debit;
        row.credit += line.credit;
        row.closing += natural(line.normal, line.closing);
        row.accounts += line.accounts;
        row.off_balance = &*line.class == "off_balance";
    }
    let heads =
        ["entity", "subject", "name", "", ">opening", ">debit", ">credit", ">closing", "side", ">accounts"];
    let mut table = Table::new(&heads);
    for ((entity, currency, code), row) in &rows {
        let side = row.normal.unwrap_or(Side::Debit);
        table.row([
            *entity,
            *code,
            row.name,
            *currency,
            &money(currency, natural(side, row.opening)),
            &money(currency, row.debit),
            &money(currency, row.credit),
            &money(currency, natural(side, row.closing)),
            if side == Side::Debit { "debit" } else { "credit" },
            &grouped(row.accounts),
        ]);
        let of_unit = |(key, _): &(&(&str, &str, &str), &Row<'_>)| (key.0, key.1) == (*entity, *currency);
        if rows.iter().rfind(of_unit).is_some_and(|(key, _)| key.2 == *code) {
            let [debit, credit] = totals(rows.iter().filter(of_unit).map(|(_, row)| row));
            let print = |minor| money(currency, minor);
            let name = "total 合计";
            let side = |total: Total| [print(total.opening), print(total.turnover), print(total.closing)];
            let [opening, turnover, closing] = side(debit);
            table.row([*entity, "", name, *currency, &opening, &turnover, "", &closing, "debit", ""]);
            let [opening, turnover, closing] = side(credit);
            table.row([*entity, "", name, *currency, &opening, "", &turnover, &closing, "credit", ""]);
        }
    }
    table
}

/// The name of a subject's first level, where its name starts with it.
fn first_part(name: &str) -> &str {
    name.split('-').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use longmen_client::TrialLine;

    use super::*;

    fn line(subject: &str, class: &str, normal: Side, figures: [i128; 4]) -> TrialLine {
        let [opening, debit, credit, closing] = figures;
        let text = |text: &str| text.into();
        TrialLine {
            entity: text("LM"),
            date: text("2026-01-01"),
            subject: text(subject),
            name: text("名"),
            class: text(class),
            normal,
            currency: text("CNY"),
            exponent: 2,
            opening,
            debit,
            credit,
            closing,
            accounts_total: closing,
            accounts: 1,
        }
    }

    #[test]
    fn totals_are_what_the_column_comes_to_on_each_side_and_equal() {
        let trial = TrialBalance {
            frame: 1,
            summaries: Vec::new(),
            lines: vec![
                line("10020101", "asset", Side::Debit, [10_000, 5_000, 2_000, 13_000]),
                line("10020102", "asset", Side::Debit, [-1_000, 0, 0, -1_000]),
                line("220301", "liability", Side::Credit, [9_000, 2_000, 5_000, 12_000]),
                line("90010101", "off_balance", Side::Debit, [700, 0, 0, 700]),
            ],
        };
        for level in [None, Some(1), Some(2)] {
            let text = table(&trial, level).to_string();
            let totals: Vec<Vec<&str>> = text
                .lines()
                .filter(|line| line.contains("合计"))
                .map(|line| line.split_whitespace().skip(3).collect())
                .collect();
            assert_eq!(
                totals,
                [["CNY", "90.00", "70.00", "120.00", "debit"], ["CNY", "90.00", "70.00", "120.00", "credit"]],
                "{text}"
            );
        }
    }
}
