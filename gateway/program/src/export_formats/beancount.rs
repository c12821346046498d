//! A ledger for beancount. Debits are positive. A red leg (红字), whose sign is that of the other side, carries the
//! metadata `side`. On the day after each accounting date the balance of every account that moved is asserted exactly.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use longmen_engine::export::{Chart, Day, Item, JournalAccount, JournalTransaction};
use longmen_engine::ledger::notes::Note;
use longmen_engine::ledger::{AccountId, ActionCode, Date};

use super::names::beancount_name;
use super::sink::Sink;

pub(super) struct Beancount {
    out: BufWriter<File>,
    /// By account: its name; `None` for one that is left out.
    names: Vec<Option<String>>,
    /// How many transactions stand off the balance sheet.
    left_out: u64,
}

const HEADER: &str = "\
; A ledger that longmen exported. Debits are positive.
; Accounts off the balance sheet, and what is posted on them, are left out: beancount knows double entry only.
; Subjects of the common class stand under Assets, memo accounts under Equity:Memo.
; The metadata `side` stands at red postings: on that side they were posted, with the other sign.
";

impl Beancount {
    pub(super) fn create(path: &Path) -> io::Result<Beancount> {
        let mut out = BufWriter::new(File::create_new(path)?);
        out.write_all(HEADER.as_bytes())?;
        Ok(Beancount { out, names: Vec::new(), left_out: 0 })
    }

    fn account(&mut self, chart: &Chart, account: &JournalAccount) -> io::Result<()> {
        let name = beancount_name(chart, account);
        let entity = &chart.entity(account.entity).code;
        match &name {
            Some(name) => {
                writeln!(self.out, "{} open {name} {}", account.opened, account.currency)?;
                writeln!(
                    self.out,
                    "  account_id: \"{}\"\n  number: {}",
                    account.id,
                    quoted(&account.number)
                )?;
                writeln!(self.out, "  owner: \"{}\"", account.owner.name())?;
            }
            None => writeln!(
                self.out,
                "; off the balance sheet: {}",
                quoted(&format!("{entity}/{}", account.number))
            )?,
        }
        let place = account.id.index().expect("an account of a chart has a place");
        self.names.resize(place, None);
        self.names.push(name);
        Ok(())
    }

    fn transaction(&mut self, chart: &Chart, transaction: &JournalTransaction<'_>) -> io::Result<()> {
        let &JournalTransaction { accounting_date, value_date, id, client, frame, ordinal, .. } = transaction;
        if transaction.legs.iter().all(|leg| name(&self.names, leg.account).is_none()) {
            self.left_out += 1;
            return Ok(());
        }
        writeln!(self.out, "\n{accounting_date} * {}", quoted(transaction.note(Note::Kind)))?;
        writeln!(self.out, "  id: \"{:032x}\"\n  client: {}", id.0, quoted(chart.client(client)))?;
        writeln!(self.out, "  frame: \"{frame}/{ordinal}\"")?;
        if transaction.action != ActionCode::Post {
            writeln!(self.out, "  action: \"{}\"", transaction.action.name())?;
        }
        if let Some(original) = transaction.original {
            writeln!(self.out, "  original: \"{:032x}\"", original.id.0)?;
        }
        let texts = [("text_id", transaction.text_id), ("original_text_id", transaction.original_text)];
        for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            writeln!(self.out, "  {key}: {}", quoted(text))?;
        }
        if value_date != accounting_date {
            writeln!(self.out, "  value_date: {value_date}")?;
        }
        for (note, text) in transaction.notes.iter().filter(|(note, _)| *note != Note::Kind) {
            writeln!(self.out, "  {}: {}", note.name(), quoted(text))?;
        }
        for leg in transaction.legs {
            self.posting(chart, leg.account, leg.side.signed(leg.amount))?;
            if leg.amount.0 < 0 {
                writeln!(self.out, "    side: \"{}\"", leg.side)?;
            }
        }
        Ok(())
    }

    fn posting(&mut self, chart: &Chart, account: AccountId, signed: i128) -> io::Result<()> {
        let currency = chart.account(account).currency;
        let Some(name) = name(&self.names, account) else { return Ok(()) };
        writeln!(self.out, "  {name}  {} {currency}", currency.print(signed))
    }

    fn opening(&mut self, chart: &Chart, from: Date, balances: &[(AccountId, i128)]) -> io::Result<()> {
        let eve = from.previous().expect("balances are brought from before the scope");
        if balances.iter().all(|(account, _)| name(&self.names, *account).is_none()) {
            return Ok(());
        }
        writeln!(self.out, "\n{eve} * \"opening balances\"")?;
        balances.iter().try_for_each(|(account, balance)| self.posting(chart, *account, *balance))
    }

    fn day(&mut self, chart: &Chart, day: &Day) -> io::Result<()> {
        let currency = chart.account(day.account).currency;
        let Some(name) = name(&self.names, day.account) else { return Ok(()) };
        // Beancount asserts what is there when a day begins. After the last day of its calendar none does.
        let Some(next) = day.date.following() else { return Ok(()) };
        let closing = currency.print(day.closing);
        writeln!(self.out, "{next} balance {name}  {closing} ~ 0 {currency}")
    }
}

impl Sink for Beancount {
    fn take(&mut self, chart: &Chart, item: Item<'_>) -> io::Result<()> {
        match item {
            Item::Entity(entity) => {
                writeln!(self.out, "; entity {}, books since {}", quoted(&entity.code), entity.start)
            }
            Item::Subject(subject) => {
                let opening = &subject.opening;
                writeln!(self.out, "; subject {} {}", opening.code, quoted(&opening.name))
            }
            Item::Account(account) => self.account(chart, account),
            Item::Opening { from, balances, .. } => self.opening(chart, from, balances),
            Item::Transaction(transaction) => self.transaction(chart, &transaction),
            Item::Day(day) => self.day(chart, &day),
            Item::Closed { entity, date, next } => {
                let code = quoted(&chart.entity(entity).code);
                writeln!(self.out, "; {code} closed {date}; next is {next}")
            }
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        writeln!(self.out, "; {} transactions off the balance sheet were left out", self.left_out)?;
        self.out.flush()
    }
}

fn name(names: &[Option<String>], account: AccountId) -> Option<&str> {
    account.index().and_then(|place| names.get(place)).and_then(Option::as_deref)
}

/// A text in quotation marks, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_break_out() {
        for (text, expect) in
            [("", r#""""#), ("补账", r#""补账""#), (r#"a"b\"#, r#""a\"b\\""#), ("x\ny", r#""x y""#)]
        {
            assert_eq!(quoted(text), expect);
        }
    }
}
