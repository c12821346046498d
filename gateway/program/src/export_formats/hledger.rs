//! A journal for hledger. Debits are positive. Off-balance accounts stand in virtual postings, in parentheses, which
//! need no counterpart. The tag `side` says which side a leg was posted on, which its sign alone does not say of a red one
//! (红字). At the end of each accounting date a transaction of zeros asserts the balance of every account that moved.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use longmen_engine::export::{Chart, Day, Item, JournalAccount, JournalTransaction};
use longmen_engine::ledger::notes::Note;
use longmen_engine::ledger::{AccountId, ActionCode, Currency, Date, EntityId, SubjectClass};

use super::names::{hledger_name, hledger_root};
use super::sink::Sink;

pub(super) struct Hledger {
    out: BufWriter<File>,
    /// By account: its name, in parentheses off the balance sheet; empty for one that is not exported.
    names: Vec<String>,
    currencies: BTreeSet<Currency>,
    /// The entity and date whose balances are being asserted.
    asserting: Option<(EntityId, Date)>,
}

const HEADER: &str = "\
; A journal that longmen exported. Debits are positive.
; Postings in parentheses are off the balance sheet. Subjects of the common class (common:...) are declared as assets,
; memo accounts (memo:...), the other side of what is booked single-sided, as equity.
; The tag side says on which side a leg was posted: red postings stand with their side's other sign.
decimal-mark .
";

/// The classes that hledger's double entry knows, with its letter for them. What memo accounts have is the other side of what is
/// booked single-sided, so they stand as equity.
const TYPES: [(SubjectClass, char); 7] = [
    (SubjectClass::Asset, 'A'),
    (SubjectClass::Liability, 'L'),
    (SubjectClass::Common, 'A'),
    (SubjectClass::Equity, 'E'),
    (SubjectClass::Income, 'R'),
    (SubjectClass::Expense, 'X'),
    (SubjectClass::Memo, 'E'),
];

impl Hledger {
    pub(super) fn create(path: &Path) -> io::Result<Hledger> {
        let mut out = BufWriter::new(File::create_new(path)?);
        out.write_all(HEADER.as_bytes())?;
        for (class, letter) in TYPES {
            writeln!(out, "account {}  ; type:{letter}", hledger_root(class))?;
        }
        Ok(Hledger { out, names: Vec::new(), currencies: BTreeSet::new(), asserting: None })
    }

    fn account(&mut self, chart: &Chart, account: &JournalAccount) -> io::Result<()> {
        let currency = account.currency;
        if self.currencies.insert(currency) {
            let point = if currency.exponent() == 0 { "." } else { "" };
            writeln!(self.out, "commodity {}{point} {currency}", currency.print(0))?;
        }
        let name = hledger_name(chart, account);
        writeln!(self.out, "account {name}  ; id:{}, owner:{}", account.id, account.owner.name())?;
        let name = if chart.is_off_balance(account) { format!("({name})") } else { name };
        let place = account.id.index().expect("an account of a chart has a place");
        self.names.resize(place, String::new());
        self.names.push(name);
        Ok(())
    }

    fn transaction(&mut self, chart: &Chart, transaction: &JournalTransaction<'_>) -> io::Result<()> {
        let &JournalTransaction { accounting_date, value_date, id, client, frame, ordinal, .. } = transaction;
        let (kind, client) = (plain(transaction.note(Note::Kind)), plain(chart.client(client)));
        write!(self.out, "\n{accounting_date}")?;
        if value_date != accounting_date {
            write!(self.out, "={value_date}")?;
        }
        write!(self.out, " * ({:032x}) {kind}  ; client:{client}, frame:{frame}/{ordinal}", id.0)?;
        if transaction.action != ActionCode::Post {
            write!(self.out, ", action:{}", transaction.action.name())?;
        }
        if let Some(original) = transaction.original {
            write!(self.out, ", original:{:032x}", original.id.0)?;
        }
        let texts = [("text_id", transaction.text_id), ("original_text_id", transaction.original_text)];
        for (tag, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            write!(self.out, ", {tag}:{}", plain(text))?;
        }
        for (note, text) in transaction.notes.iter().filter(|(note, _)| *note != Note::Kind) {
            write!(self.out, ", {}:{}", note.name(), plain(text))?;
        }
        writeln!(self.out)?;
        for leg in transaction.legs {
            let currency = chart.account(leg.account).currency;
            let amount = currency.print(leg.side.signed(leg.amount));
            let (name, side) = (name(&self.names, leg.account), leg.side);
            writeln!(self.out, "  {name}  {amount} {currency}  ; side:{side}")?;
        }
        Ok(())
    }

    fn opening(&mut self, chart: &Chart, from: Date, balances: &[(AccountId, i128)]) -> io::Result<()> {
        let eve = from.previous().expect("balances are brought from before the scope");
        writeln!(self.out, "\n{eve} * opening balances")?;
        for (account, balance) in balances {
            let currency = chart.account(*account).currency;
            writeln!(self.out, "  {}  {} {currency}", name(&self.names, *account), currency.print(*balance))?;
        }
        Ok(())
    }

    fn day(&mut self, chart: &Chart, day: &Day) -> io::Result<()> {
        let account = chart.account(day.account);
        let at = (account.entity, day.date);
        if self.asserting != Some(at) {
            let entity = plain(&chart.entity(account.entity).code);
            writeln!(self.out, "\n{} * balances of {entity} at the end of the date", day.date)?;
            self.asserting = Some(at);
        }
        let currency = account.currency;
        let (zero, closing) = (currency.print(0), currency.print(day.closing));
        writeln!(self.out, "  {}  {zero} {currency} = {closing} {currency}", name(&self.names, day.account))
    }
}

impl Sink for Hledger {
    fn take(&mut self, chart: &Chart, item: Item<'_>) -> io::Result<()> {
        if !matches!(item, Item::Day(_)) {
            self.asserting = None;
        }
        match item {
            Item::Entity(entity) => {
                writeln!(self.out, "; entity {}, books since {}", plain(&entity.code), entity.start)
            }
            Item::Subject(subject) => {
                let opening = &subject.opening;
                let root = hledger_root(opening.class);
                writeln!(self.out, "account {root}:{}  ; {}", opening.code, plain(&opening.name))
            }
            Item::Account(account) => self.account(chart, account),
            Item::Opening { from, balances, .. } => self.opening(chart, from, balances),
            Item::Transaction(transaction) => self.transaction(chart, &transaction),
            Item::Day(day) => self.day(chart, &day),
            Item::Closed { entity, date, next } => {
                let code = plain(&chart.entity(entity).code);
                writeln!(self.out, "; {code} closed {date}; next is {next}")
            }
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.flush()
    }
}

fn name(names: &[String], account: AccountId) -> &str {
    account.index().and_then(|place| names.get(place)).expect("an item names exported accounts only")
}

/// A text that hledger reads as it is, as a description or the value of a tag: what ends one, or begins something else,
/// stands as a blank.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, ';' | ',' | '|' | ':') { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_break_out() {
        for (text, expect) in [
            ("top_up", "top_up"),
            ("a;b, c|d", "a b  c d"),
            ("x\n2024-01-01 y", "x 2024-01-01 y"),
            ("k:v", "k v"),
        ] {
            assert_eq!(plain(text), expect);
        }
    }
}
