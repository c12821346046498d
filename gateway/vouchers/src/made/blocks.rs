//! What belongs together: the lines of one transaction, or the sums of one type.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use longmen_ledger::{Amount, Side};
use rust_decimal::Decimal;

use super::draft::{Line, Origin, Tone};
use super::mode::Mode;
use super::plan::Plan;
use super::sums::imbalances;
use super::tone::tone_of;
use crate::entry::{Aux, Books, Day, Entry, Source};
use crate::refusal::{Refusal, RefusalCode};

/// Lines that balance together, or are off-balance.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The transaction, or the type.
    pub(super) about: Box<str>,
    pub(super) is_off_balance: bool,
    pub(super) tone: Tone,
    pub(super) transactions: u64,
    pub(super) lines: Vec<Line>,
}

/// What entries are put together by. Transactions stand in the order of posting, types in that of their names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Transaction(usize),
    Type(Box<str>),
}

/// The blocks of a day: transactions and sums of the general ledger, then those off the balance.
pub(super) fn blocks(day: &Day, plan: &Plan) -> Result<Vec<Block>, Refusal> {
    let mut groups: BTreeMap<(bool, Group), Vec<&Entry>> = BTreeMap::new();
    let with_memo = transactions_with_memo(day);
    let mut places: HashMap<&str, usize> = HashMap::new();
    for entry in &day.entries {
        if entry.amount == Amount(0) || is_left_out(entry, plan)? {
            continue;
        }
        let group = group_of(entry, plan, &with_memo, &mut places)?;
        groups.entry((entry.books == Books::OffBalance, group)).or_default().push(entry);
    }
    let mut blocks = Vec::new();
    for ((is_off_balance, group), entries) in groups {
        match group {
            Group::Transaction(_) => blocks.push(of_transaction(&entries, plan)),
            Group::Type(kind) => blocks.extend(of_type(day, &kind, &entries, is_off_balance, plan)?),
        }
    }
    blocks.iter().try_for_each(check_balance)?;
    Ok(if plan.one_currency { blocks.into_iter().flat_map(by_currency).collect() } else { blocks })
}

/// What is of one currency balances by itself. The documents lie with the first.
fn by_currency(block: Block) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in block.lines {
        match blocks.iter_mut().find(|block| block.lines[0].currency == line.currency) {
            Some(found) => found.lines.push(line),
            None => blocks.push(Block {
                about: block.about.clone(),
                transactions: if blocks.is_empty() { block.transactions } else { 0 },
                lines: vec![line],
                ..block
            }),
        }
    }
    for block in &mut blocks {
        block.tone = tone_of(&block.lines);
    }
    blocks
}

fn transactions_with_memo(day: &Day) -> HashSet<&str> {
    let memo = day.entries.iter().filter(|entry| entry.books == Books::Memo);
    memo.filter_map(transaction_of).collect()
}

fn transaction_of(entry: &Entry) -> Option<&str> {
    match &entry.source {
        Source::Transaction(id) => Some(id),
        Source::Batch { .. } => None,
    }
}

fn is_left_out(entry: &Entry, plan: &Plan) -> Result<bool, Refusal> {
    let is_named = plan.left_out.of(&entry.subject).is_some();
    if is_named && entry.books != Books::OffBalance {
        let reason = format!("{} is left out and is not off-balance", entry.subject);
        return Err(Refusal::new(RefusalCode::LeftOutOfBalance, &entry.subject, reason));
    }
    Ok(is_named)
}

fn group_of<'a>(
    entry: &'a Entry,
    plan: &Plan,
    with_memo: &HashSet<&str>,
    places: &mut HashMap<&'a str, usize>,
) -> Result<Group, Refusal> {
    let transaction = transaction_of(entry);
    let has_memo =
        transaction.map_or(entry.books == Books::Memo, |transaction| with_memo.contains(transaction));
    if plan.mode.is_summary() || has_memo {
        return Ok(Group::Type(entry.kind.clone()));
    }
    let Some(transaction) = transaction else {
        let reason = format!("a turnover of {} comes without its transactions", entry.subject);
        return Err(Refusal::new(RefusalCode::NoTransaction, &entry.kind, reason));
    };
    let next = places.len();
    Ok(Group::Transaction(*places.entry(transaction).or_insert(next)))
}

/// Debits before credits (先借后贷), each side in the order of its legs.
fn of_transaction(entries: &[&Entry], plan: &Plan) -> Block {
    let mut lines: Vec<Line> = entries.iter().map(|entry| line_of(entry, entry.aux.clone(), plan)).collect();
    lines.sort_by_key(|line| line.side == Side::Credit);
    let first = entries[0];
    Block {
        about: transaction_of(first).expect("grouped by it").into(),
        is_off_balance: first.books == Books::OffBalance,
        tone: tone_of(&lines),
        transactions: 1,
        lines,
    }
}

fn line_of(entry: &Entry, aux: Aux, plan: &Plan) -> Line {
    let reference = match &entry.source {
        Source::Transaction(id) => id,
        Source::Batch { reference, .. } => reference,
    };
    Line {
        subject: entry.subject.clone(),
        books: entry.books,
        origin: Origin::Books,
        aux,
        side: entry.side,
        currency: entry.currency,
        amount: entry.amount,
        local: Amount(0),
        rate: Decimal::ONE,
        summary: summary(&entry.summary, reference, plan),
        kind: entry.kind.clone(),
        sources: vec![reference.clone()],
    }
}

fn summary(text: &str, reference: &str, plan: &Plan) -> Box<str> {
    if plan.reference_in_summary { format!("{text} {reference}").trim().into() } else { text.into() }
}

/// The sums of a type: the black ones and the red ones, each in balance; or all together where they balance only so.
fn of_type(
    day: &Day,
    kind: &str,
    entries: &[&Entry],
    is_off_balance: bool,
    plan: &Plan,
) -> Result<Vec<Block>, Refusal> {
    let batch = format!("{}{}-{kind}", day.entity, day.date.to_string().replace('-', ""));
    // One text for all lines of a type, whatever order its entries come in.
    let text = entries.iter().map(|entry| &*entry.summary).min().expect("a group has entries");
    let lines = summed(entries, &summary(text, &batch, plan), plan)?;
    let (red, black): (Vec<Line>, Vec<Line>) = lines.iter().cloned().partition(|line| line.amount.0 < 0);
    let apart = is_off_balance || imbalances(&red).is_empty() && imbalances(&black).is_empty();
    let sets = if apart { vec![black, red] } else { vec![lines] };
    let sets = sets.into_iter().filter(|lines| !lines.is_empty());
    Ok(sets
        .map(|lines| Block {
            about: kind.into(),
            is_off_balance,
            tone: tone_of(&lines),
            transactions: transactions(entries, &lines),
            lines,
        })
        .collect())
}

/// Adds up what has one side, subject, currency and, with aux, one aux; red and black apart.
fn summed(entries: &[&Entry], summary: &str, plan: &Plan) -> Result<Vec<Line>, Refusal> {
    let mut lines: BTreeMap<_, (Line, BTreeSet<&str>)> = BTreeMap::new();
    for entry in entries {
        let aux = if plan.mode == Mode::DayWithAux { entry.aux.clone() } else { Aux::new() };
        let is_red = entry.amount.0 < 0;
        let key = (entry.side == Side::Credit, &*entry.subject, entry.books, entry.currency, aux, is_red);
        let (line, sources) = lines.entry(key.clone()).or_insert_with(|| {
            let line = line_of(entry, key.4, plan);
            (
                Line { summary: summary.into(), amount: Amount(0), sources: Vec::new(), ..line },
                BTreeSet::new(),
            )
        });
        let sum = line.amount.0.checked_add(entry.amount.0).ok_or_else(|| {
            let reason = format!("the sum of {} is beyond 64 bits", entry.subject);
            Refusal::new(RefusalCode::Overflow, &entry.kind, reason)
        })?;
        line.amount = Amount(sum);
        sources.insert(reference(entry));
    }
    let with_sources = |(line, sources): (Line, BTreeSet<&str>)| Line {
        sources: sources.into_iter().map(Into::into).collect(),
        ..line
    };
    Ok(lines.into_values().map(with_sources).collect())
}

fn reference(entry: &Entry) -> &str {
    match &entry.source {
        Source::Transaction(id) => id,
        Source::Batch { reference, .. } => reference,
    }
}

/// How many transactions lines stand for: each once, and a batch with its count.
fn transactions(entries: &[&Entry], lines: &[Line]) -> u64 {
    let named: HashSet<&str> = lines.iter().flat_map(|line| &line.sources).map(|source| &**source).collect();
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    let has_tone = |is_red: bool| lines.iter().any(|line| (line.amount.0 < 0) == is_red);
    let of_tone = entries.iter().filter(|entry| has_tone(entry.amount.0 < 0));
    for entry in of_tone.filter(|entry| named.contains(reference(entry))) {
        let count = match &entry.source {
            Source::Transaction(_) => 1,
            Source::Batch { transactions, .. } => *transactions,
        };
        let most = counted.entry(reference(entry)).or_default();
        *most = (*most).max(count);
    }
    counted.into_values().fold(0, u64::saturating_add)
}

fn check_balance(block: &Block) -> Result<(), Refusal> {
    let imbalances = if block.is_off_balance { BTreeMap::new() } else { imbalances(&block.lines) };
    match imbalances.first_key_value() {
        None => Ok(()),
        Some((currency, sum)) => {
            let reason = format!("debits less credits are {} {currency}", currency.print(*sum));
            Err(Refusal::new(RefusalCode::Unbalanced, &block.about, reason))
        }
    }
}
