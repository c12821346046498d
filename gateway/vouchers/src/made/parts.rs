//! Blocks put into vouchers of at most so many lines.

use std::collections::BTreeMap;

use longmen_ledger::{Amount, Currency, Side};

use super::blocks::Block;
use super::draft::{Line, Origin, Tone};
use super::mode::Mode;
use super::plan::Plan;
use super::sums::{imbalances, local_imbalances};
use super::tone::tone_of;
use crate::entry::{Aux, Books};
use crate::refusal::{Refusal, RefusalCode};

/// What becomes one voucher.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) about: Box<str>,
    pub(super) is_off_balance: bool,
    pub(super) word: Box<str>,
    pub(super) tone: Tone,
    pub(super) transactions: u64,
    pub(super) lines: Vec<Line>,
}

/// Puts blocks into vouchers: each block whole, of one word and tone, in their order. What is too long by itself is split with clearing lines, into
/// vouchers of its own.
pub(super) fn parts(blocks: Vec<Block>, plan: &Plan) -> Result<Vec<Part>, Refusal> {
    let mut parts: Vec<Part> = Vec::new();
    // The part of each word that may take more. What is off the balance has a key of its own, whatever its word.
    let mut open: BTreeMap<_, usize> = BTreeMap::new();
    for block in blocks {
        let part = part_of(block, plan)?;
        if part.lines.len() > plan.line_limit {
            parts.extend(split(&part, plan)?);
            continue;
        }
        let currency = plan.one_currency.then(|| part.lines[0].currency);
        let key = (part.is_off_balance, part.word.clone(), part.tone, currency);
        match open.get(&key).map(|at| &mut parts[*at]) {
            Some(into) if into.lines.len() + part.lines.len() <= plan.line_limit => {
                into.lines.extend(part.lines);
                into.transactions = into.transactions.saturating_add(part.transactions);
            }
            _ => {
                if plan.mode != Mode::Transaction {
                    open.insert(key, parts.len());
                }
                parts.push(part);
            }
        }
    }
    parts.sort_by_key(|part| part.is_off_balance);
    Ok(parts)
}

fn part_of(block: Block, plan: &Plan) -> Result<Part, Refusal> {
    let word = if block.is_off_balance {
        plan.off_balance_word.clone().ok_or_else(|| {
            let reason = "off-balance entries came, and no word is set for their vouchers";
            Refusal::new(RefusalCode::NoOffBalanceWord, &block.about, reason)
        })?
    } else {
        plan.words.of(&block.lines).into()
    };
    let Block { about, is_off_balance, tone, transactions, lines } = block;
    Ok(Part { about, is_off_balance, word, tone, transactions, lines })
}

/// Splits what is too long. Off-balance lines need no other side.
fn split(part: &Part, plan: &Plan) -> Result<Vec<Part>, Refusal> {
    let clearing = match (&plan.clearing, part.is_off_balance) {
        (_, true) => None,
        (Some(clearing), false) => Some(&**clearing),
        (None, false) => {
            let reason = format!("{} lines, and {} fit", part.lines.len(), plan.line_limit);
            return Err(Refusal::new(RefusalCode::TooManyLines, &part.about, reason));
        }
    };
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = &part.lines[..];
    while !rest.is_empty() {
        let (lines, after) = next_lines(rest, clearing, plan.line_limit, &part.about)?;
        rest = after;
        // The documents lie with the first part.
        let transactions = if parts.is_empty() { part.transactions } else { 0 };
        parts.push(Part {
            about: part.about.clone(),
            is_off_balance: part.is_off_balance,
            word: part.word.clone(),
            tone: tone_of(&lines),
            transactions,
            lines,
        });
    }
    Ok(parts)
}

/// As many lines as fit with those that make them balance, and what is left.
fn next_lines<'a>(
    rest: &'a [Line],
    clearing: Option<&str>,
    limit: usize,
    about: &str,
) -> Result<(Vec<Line>, &'a [Line]), Refusal> {
    let mut currencies: Vec<Currency> = Vec::new();
    let mut taken = 0;
    for line in rest {
        let is_new = clearing.is_some() && !currencies.contains(&line.currency);
        if taken + 1 + currencies.len() + usize::from(is_new) > limit {
            break;
        }
        if is_new {
            currencies.push(line.currency);
        }
        taken += 1;
    }
    let (taken, after) = rest.split_at(taken);
    let mut lines = taken.to_vec();
    if let Some(subject) = clearing {
        lines.extend(clearing_lines(taken, subject, about)?);
    }
    Ok((lines, after))
}

/// A line for each currency in which others do not balance. They are of their tone: the other side of red lines is red.
fn clearing_lines(lines: &[Line], subject: &str, about: &str) -> Result<Vec<Line>, Refusal> {
    let (amounts, locals) = (imbalances(lines), local_imbalances(lines));
    let mut currencies: Vec<Currency> = amounts.keys().chain(locals.keys()).copied().collect();
    currencies.sort_unstable();
    currencies.dedup();
    let is_red = tone_of(lines) == Tone::Red;
    let line = |currency: Currency| {
        let (sum, local) = (amounts.get(&currency), locals.get(&currency));
        let (sum, local) = (sum.copied().unwrap_or(0), local.copied().unwrap_or(0));
        let leads = if sum == 0 { local } else { sum };
        let side = if (leads > 0) == is_red { Side::Debit } else { Side::Credit };
        let like = lines.iter().find(|line| line.currency == currency).expect("a sum has a line");
        let fits = |sum: i128| i64::try_from(side.natural(-sum)).map(Amount);
        let (Ok(amount), Ok(local)) = (fits(sum), fits(local)) else {
            let reason = "the sum of a part is beyond 64 bits";
            return Err(Refusal::new(RefusalCode::Overflow, about, reason));
        };
        Ok(Line {
            subject: subject.into(),
            books: Books::General,
            origin: Origin::Clearing,
            aux: Aux::new(),
            side,
            amount,
            local,
            sources: Vec::new(),
            ..like.clone()
        })
    };
    currencies.into_iter().map(line).collect()
}
