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
    let trial = client.trial_balance(&args.entity).await?;
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
    }
    let heads =
        ["entity", "subject", "name", "", ">opening", ">debit", ">credit", ">closing", "side", ">accounts"];
    let mut table = Table::new(&heads);
    for ((entity, currency, code), row) in rows {
        let side = row.normal.unwrap_or(Side::Debit);
        table.row([
            entity,
            code,
            row.name,
            currency,
            &money(currency, natural(side, row.opening)),
            &money(currency, row.debit),
            &money(currency, row.credit),
            &money(currency, natural(side, row.closing)),
            if side == Side::Debit { "debit" } else { "credit" },
            &grouped(row.accounts),
        ]);
    }
    table
}

/// The name of a subject's first level, where its name starts with it.
fn first_part(name: &str) -> &str {
    name.split('-').next().unwrap_or(name)
}
