//! `longmen trial-balance`

use std::collections::BTreeMap;

use longmen_client::{Relation, Side, TrialBalance};
use longmen_terminal::{Table, grouped};
use serde::Serialize;

use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::{Page, has_room_for};
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
    #[arg(long, value_parser = said)]
    entity: Option<String>,
    /// The level of subjects to add up to: 1 to 4, in codes of 4-2-2-2 digits; without it, the leaves
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=4))]
    level: Option<u8>,
    /// The equation over classes that must hold, too
    #[arg(long, default_value = identity::DEFAULT)]
    identity: Identity,
    #[command(flatten)]
    ask_args: AskArgs,
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

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.ask_args.connect().await?;
    let entity = args.entity.as_deref().unwrap_or_default();
    let trial = client.trial_balance(entity).await;
    let trial = trial.map_err(|error| Failure::about(error, format_args!("entity {entity}")))?;
    let has_memo = trial.lines.iter().any(|line| &*line.class == "memo");
    let identity = if has_memo { args.identity.with_memo() } else { args.identity };
    let of_classes = broken_identity(&trial, &identity);
    let relations = trial.relations();
    let checked = relations.iter().map(|relation| Checked {
        name: relation.name,
        holds: relation.holds(),
        broken: &relation.broken,
    });
    let of_identity = Checked { name: "identity", holds: of_classes.is_empty(), broken: &of_classes };
    let checked = checked.chain([of_identity]);
    let shown = Shown { trial: &trial, relations: checked.collect() };
    args.output.show(&shown, |_| {
        let identity = describe_identity(&identity, &of_classes);
        let mut page = ledger(&trial, args.level);
        page.page(describe(&relations));
        page.line(identity);
        page
    })?;
    Ok(Conclusion::of(relations.iter().all(Relation::holds) && of_classes.is_empty()))
}

/// Entities and currencies in which the identity does not hold, in words.
fn broken_identity(trial: &TrialBalance, identity: &Identity) -> Vec<String> {
    let mut balances: BTreeMap<(&str, &str), BTreeMap<&str, i128>> = BTreeMap::new();
    for line in &trial.lines {
        let classes = balances.entry((&line.entity, &line.currency)).or_default();
        *classes.entry(&line.class).or_default() += line.normal.natural(line.closing);
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

/// Debit-positive figures of one subject.
#[derive(Clone, Copy)]
struct Row<'a> {
    code: &'a str,
    name: &'a str,
    normal: Side,
    opening: i128,
    debit: i128,
    credit: i128,
    closing: i128,
    accounts: u64,
    on_balance: bool,
}

impl Row<'_> {
    const NONE: Row<'static> = Row {
        code: "",
        name: "",
        normal: Side::Debit,
        opening: 0,
        debit: 0,
        credit: 0,
        closing: 0,
        accounts: 0,
        on_balance: false,
    };
}

/// What the rows of one side come to, as they are shown.
#[derive(Clone, Copy, Default)]
struct Total {
    opening: i128,
    turnover: i128,
    closing: i128,
}

/// The totals of an entity and currency, on the debit side and on the credit side (借方合计, 贷方合计), without what is off the
/// balance sheet: they are equal, but for what memo accounts have.
fn totals(rows: &BTreeMap<&str, Row<'_>>) -> [Total; 2] {
    let on_balance = rows.values().filter(|row| row.on_balance);
    [Side::Debit, Side::Credit].map(|side| {
        let of_side = on_balance.clone().filter(|row| row.normal == side);
        let sums = of_side.fold(Total::default(), |total, row| Total {
            opening: total.opening + side.natural(row.opening),
            closing: total.closing + side.natural(row.closing),
            ..total
        });
        let turnover = |row: &Row<'_>| if side == Side::Debit { row.debit } else { row.credit };
        Total { turnover: on_balance.clone().map(turnover).sum(), ..sums }
    })
}

/// The subjects of one entity in one currency.
struct Unit<'a> {
    entity: &'a str,
    currency: &'a str,
    /// The accounting date of the turnovers.
    date: &'a str,
    /// By code.
    rows: BTreeMap<&'a str, Row<'a>>,
    /// What memo accounts come to (备忘净额), debit-positive, where there are any: they are no part of the general ledger.
    memo: Option<Row<'a>>,
}

/// The rows at a level of subjects, or at the leaves.
fn units(trial: &TrialBalance, level: Option<u8>) -> Vec<Unit<'_>> {
    let digits = level.map_or(usize::MAX, |level| 2 + 2 * usize::from(level));
    let summaries = trial.summaries.iter();
    let named: BTreeMap<(&str, &str), &str> =
        summaries.map(|above| ((&*above.entity, &*above.subject), &*above.name)).collect();
    let mut units: BTreeMap<(&str, &str), Unit<'_>> = BTreeMap::new();
    for line in &trial.lines {
        let code = line.subject.get(..digits).unwrap_or(&line.subject);
        let name = match code.len() < line.subject.len() {
            true => named.get(&(&*line.entity, code)).copied().unwrap_or_else(|| first_part(&line.name)),
            false => &line.name,
        };
        let unit = units.entry((&line.entity, &line.currency)).or_insert_with(|| Unit {
            entity: &line.entity,
            currency: &line.currency,
            date: &line.date,
            rows: BTreeMap::new(),
            memo: None,
        });
        let on_balance = !matches!(&*line.class, "off_balance" | "memo");
        let none = Row { code, name, normal: line.normal, on_balance, ..Row::NONE };
        let row = match &*line.class {
            "memo" => unit.memo.get_or_insert(Row { name: "memo net 备忘净额", ..Row::NONE }),
            _ => unit.rows.entry(code).or_insert(none),
        };
        row.opening += line.normal.natural(line.opening);
        row.debit += line.debit;
        row.credit += line.credit;
        row.closing += line.normal.natural(line.closing);
        row.accounts += line.accounts;
    }
    units.into_values().collect()
}

/// The general ledger at a level of subjects, or at its leaves: a table for each entity and currency, and below each a
/// gap. Where figures leave no room for names beside them, names stand above.
pub(crate) fn ledger(trial: &TrialBalance, level: Option<u8>) -> Page {
    let units = units(trial, level);
    // One form for all of them.
    let beside = units.iter().all(|unit| has_room_for(&names_beside(unit)));
    let mut page = Page::new();
    for unit in &units {
        // A word of ours comes first, so that no entity's code looks like another line.
        page.line(format_args!("entity {}, currency {}, date {}", unit.entity, unit.currency, unit.date));
        page.table(if beside { names_beside(unit) } else { names_above(unit) });
        page.gap();
    }
    page
}

/// What people are shown of a subject, or of a total.
struct Texts {
    code: String,
    name: String,
    /// Opening, debit, credit, closing. Balances stand on the side on which they are.
    figures: [String; 4],
    side: &'static str,
    accounts: Option<u64>,
}

/// Subjects, and below them the totals.
fn texts(unit: &Unit<'_>) -> Vec<Texts> {
    let print = |minor| money(unit.currency, minor);
    let of_row = |row: &Row<'_>| Texts {
        code: row.code.to_owned(),
        name: row.name.to_owned(),
        figures: [
            print(row.normal.natural(row.opening)),
            print(row.debit),
            print(row.credit),
            print(row.normal.natural(row.closing)),
        ],
        side: name_of(row.normal),
        accounts: Some(row.accounts),
    };
    let of_total = |(side, total): (Side, Total)| {
        let turnover = print(total.turnover);
        let [debit, credit] = match side {
            Side::Debit => [turnover, String::new()],
            Side::Credit => [String::new(), turnover],
        };
        Texts {
            code: String::new(),
            name: "total 合计".to_owned(),
            figures: [print(total.opening), debit, credit, print(total.closing)],
            side: name_of(side),
            accounts: None,
        }
    };
    let totals = [Side::Debit, Side::Credit].into_iter().zip(totals(&unit.rows));
    unit.rows.values().map(of_row).chain(totals.map(of_total)).chain(unit.memo.iter().map(of_row)).collect()
}

fn name_of(side: Side) -> &'static str {
    match side {
        Side::Debit => "debit",
        Side::Credit => "credit",
    }
}

fn names_beside(unit: &Unit<'_>) -> Table {
    let heads = ["subject", "name", ">opening", ">debit", ">credit", ">closing", "side", ">accounts"];
    let mut table = Table::new(&heads);
    for Texts { code, name, figures: [opening, debit, credit, closing], side, accounts } in texts(unit) {
        let accounts = accounts.map(grouped).unwrap_or_default();
        table.row([&*code, &name, &opening, &debit, &credit, &closing, side, &accounts]);
    }
    table
}

fn names_above(unit: &Unit<'_>) -> Table {
    let mut table = Table::new(&[">opening", ">debit", ">credit", ">closing"]);
    for Texts { code, name, figures, side, accounts } in texts(unit) {
        let accounts = match accounts {
            None => String::new(),
            Some(1) => ", 1 account".to_owned(),
            Some(count) => format!(", {} accounts", grouped(count)),
        };
        let side = format!("{side}{accounts}");
        table.across([code, name, side].into_iter().filter(|text| !text.is_empty()));
        table.row(figures);
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
            let units = units(&trial, level);
            let [unit] = &units[..] else { panic!("{} units", units.len()) };
            let expect = [["90.00", "70.00", "", "120.00"], ["90.00", "", "70.00", "120.00"]];
            let shown = texts(unit);
            let totals: Vec<[String; 4]> = shown
                .into_iter()
                .filter(|texts| texts.name.contains("合计"))
                .map(|texts| texts.figures)
                .collect();
            assert_eq!(totals, expect);
        }
    }
}
