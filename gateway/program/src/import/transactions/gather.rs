//! From rows to transactions.

use std::collections::{HashMap, HashSet};

use longmen_client::{Leg, MAX_LEGS, MAX_NOTES, Transaction, TransactionId};

use super::super::fault::Faults;
use super::placed::{LegSource, Source, Transactions};
use super::row::{Id, Particulars, Row};

/// The rows of one transaction.
struct Group {
    id: Id,
    line: u64,
    particulars: Particulars,
    rows: Vec<Row>,
}

/// Puts the rows of each transaction together, wherever they stand, in the order of steps; transactions in the order of
/// their first rows. `torn` are the ids of rows that could not be read.
pub(super) fn gather(rows: Vec<Row>, torn: &[String], time: u32, faults: &mut Faults) -> Transactions {
    let torn: HashSet<&str> = torn.iter().map(String::as_str).collect();
    let mut transactions = Transactions { posts: Vec::new(), sources: Vec::new() };
    for mut group in group(rows, faults) {
        group.rows.sort_by_key(|row| row.step);
        let is_whole = group.check(faults) && !torn.contains(&*group.id.written);
        let (post, source) = group.finish(time, is_whole);
        transactions.posts.push(post);
        transactions.sources.push(source);
    }
    transactions
}

fn group(rows: Vec<Row>, faults: &mut Faults) -> Vec<Group> {
    let mut places = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for mut row in rows {
        let place = *places.entry(row.id.clone()).or_insert(groups.len());
        if place == groups.len() {
            let (id, line) = (row.id.clone(), row.line);
            groups.push(Group { id, line, particulars: Particulars::default(), rows: Vec::new() });
        }
        let group = &mut groups[place];
        for column in group.particulars.join(std::mem::take(&mut row.particulars)) {
            let reason = format!("rows of {} before this one say otherwise", group.id.written);
            faults.cell(row.line, column, reason);
        }
        group.rows.push(row);
    }
    groups
}

impl Group {
    /// Whether it can be a transaction; balance apart, for which its accounts must be known.
    fn check(&self, faults: &mut Faults) -> bool {
        let mut is_whole = true;
        for pair in self.rows.windows(2).filter(|pair| pair[0].step == pair[1].step) {
            let (row, before) = (&pair[1], &pair[0]);
            let reason =
                format!("step {} of {} stands on line {} already", row.step, self.id.written, before.line);
            faults.cell(row.line, "step", reason);
            is_whole = false;
        }
        if self.rows.len() > MAX_LEGS {
            let reason = format!("{} has {} legs, more than {MAX_LEGS}", self.id.written, self.rows.len());
            faults.cell(self.line, "transaction", reason);
        }
        let bytes = self.particulars.note_bytes();
        if bytes > MAX_NOTES {
            let reason =
                format!("the texts of {} take {bytes} bytes, more than {MAX_NOTES}", self.id.written);
            faults.row(self.line, reason);
        }
        is_whole
    }

    fn finish(self, time: u32, is_whole: bool) -> (Transaction, Source) {
        let Group { id, line, particulars, rows } = self;
        let [kind, reference, tags, operator, approval, reason, visibility, counterparty] = particulars.notes;
        let given = match (id.text, id.number) {
            (Some(text), _) => TransactionId::Text(text),
            (None, Some(number)) => TransactionId::Number(number),
            (None, None) => TransactionId::Text(id.written.clone()),
        };
        let mut post = Transaction::new(given);
        let mut source = Source { id: id.written, line, is_whole, legs: Vec::with_capacity(rows.len()) };
        for row in rows {
            let (amount, currency) = (row.amount.0, Some(row.currency.code().to_owned()));
            let Row { account, side, step, entity, line, .. } = row;
            post.legs.push(Leg { account, side, amount: amount.into(), currency, step: Some(step) });
            source.legs.push(LegSource { line, entity, amount });
        }
        let time = Some(particulars.time.unwrap_or(time));
        let Particulars { value_date, accounting_date, .. } = particulars;
        let post = Transaction { time, value_date, accounting_date, kind, reference, tags, operator, ..post };
        (Transaction { approval, reason, visibility, counterparty, ..post }, source)
    }
}
