//! camt.053, the statement of ISO 20022, in versions 02 to 13: one statement, with the balances between which its entries stand. What
//! versions have moved is looked for in both places, and other extensions are passed over.

use std::io::BufRead;

use longmen_ledger::Currency;

use super::balance::{self, Balance};
use super::elements::{Elements, Step};
use super::entry::Entry;
use super::fields::Fields;
use crate::money::{MoneyLine, MoneyStatement};
use crate::received::Expected;
use crate::refusal::{Refusal, RefusalCode};
use crate::running_balance::RunningBalance;

const MESSAGE: &str = "Document/BkToCstmrStmt";
const STATEMENT: &str = "Document/BkToCstmrStmt/Stmt";
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";
const IBAN: &str = "Acct/Id/IBAN";
const OTHER_ACCOUNT: &str = "Acct/Id/Othr/Id";

/// What is kept of a `Stmt`.
const WANTED: [&str; 5] = ["ElctrncSeqNb", "LglSeqNb", IBAN, OTHER_ACCOUNT, "Acct/Ccy"];

pub(crate) fn read(
    input: &mut dyn BufRead,
    expected: &Expected,
    take: &mut dyn FnMut(MoneyLine),
) -> Result<MoneyStatement, Refusal> {
    let mut elements = Elements::of(input);
    let mut statement = Statement::of(expected);
    loop {
        match elements.next()? {
            Step::Open => statement.opened(&elements)?,
            Step::Close => statement.closed(&elements, take)?,
            Step::End => return statement.end(elements.line()),
        }
    }
}

/// A statement, as far as it was read.
struct Statement<'a> {
    expected: &'a Expected,
    fields: Option<Fields>,
    balance: Option<Fields>,
    entry: Option<Entry>,
    opening: Option<Balance>,
    closing: Option<Balance>,
    /// From the first entry on: account, currency and balances stand before.
    running: Option<RunningBalance>,
}

impl Statement<'_> {
    fn of(expected: &Expected) -> Statement<'_> {
        Statement {
            expected,
            fields: None,
            balance: None,
            entry: None,
            opening: None,
            closing: None,
            running: None,
        }
    }

    fn opened<R: BufRead>(&mut self, elements: &Elements<R>) -> Result<(), Refusal> {
        let line = elements.line();
        let Some(path) = elements.path().strip_prefix(STATEMENT) else {
            return hold_to_message(elements);
        };
        match path {
            "" if self.fields.is_some() => {
                Err(elements.bad("Stmt", "it is the second statement of the file, and one is read at a time"))
            }
            "" => {
                self.fields = Some(Fields::at(line));
                Ok(())
            }
            "/Bal" | "/Acct" if self.running.is_some() => {
                Err(elements.bad(&path[1..], "it stands behind an entry"))
            }
            "/Bal" => {
                self.balance = Some(Fields::at(line));
                Ok(())
            }
            "/Ntry" => {
                let currency = self.begin()?.currency();
                self.entry = Some(Entry::at(line, currency));
                Ok(())
            }
            _ => {
                if let (Some(entry), Some(path)) = (&mut self.entry, path.strip_prefix("/Ntry/")) {
                    entry.opened(path, line);
                }
                Ok(())
            }
        }
    }

    fn closed<R: BufRead>(
        &mut self,
        elements: &Elements<R>,
        take: &mut dyn FnMut(MoneyLine),
    ) -> Result<(), Refusal> {
        let path = elements.path();
        hold_to_one_page(path, elements)?;
        let Some(path) = path.strip_prefix(STATEMENT).and_then(|path| path.strip_prefix('/')) else {
            return Ok(());
        };
        if path == "Ntry" {
            self.end_entry(take)
        } else if path == "Bal" {
            self.end_balance()
        } else if let (Some(entry), Some(path)) = (&mut self.entry, path.strip_prefix("Ntry/")) {
            entry.closed(path, elements)
        } else if let (Some(balance), Some(path)) = (&mut self.balance, path.strip_prefix("Bal/")) {
            balance.keep(&balance::WANTED, path, elements)
        } else if let Some(fields) = &mut self.fields {
            fields.keep(&WANTED, path, elements)
        } else {
            Ok(())
        }
    }

    fn end_entry(&mut self, take: &mut dyn FnMut(MoneyLine)) -> Result<(), Refusal> {
        let (Some(entry), Some(running)) = (self.entry.take(), &mut self.running) else { return Ok(()) };
        if let Some(line) = entry.line()? {
            running.add(&line, "BookgDt")?;
            take(line);
        }
        Ok(())
    }

    /// The balance at the close of the statement before is, by its definition, the one with which this one opens.
    fn end_balance(&mut self) -> Result<(), Refusal> {
        let Some(fields) = self.balance.take() else { return Ok(()) };
        let Some(balance) = balance::balance(&fields)? else { return Ok(()) };
        let place = if balance.code == "CLBD" { &mut self.closing } else { &mut self.opening };
        let bad = |code, reason: String| Refusal::of(code, balance.line, balance.code, reason);
        match place {
            Some(other) if other.code == balance.code => {
                return Err(bad(RefusalCode::BadRow, "it is there twice".into()));
            }
            Some(other) if (other.amount, other.currency) != (balance.amount, balance.currency) => {
                let amount = balance.currency.print(balance.amount);
                let of_other = other.currency.print(other.amount);
                let reason = format!("it is {amount}, and {} is {of_other}", other.code);
                return Err(bad(RefusalCode::BadBalance, reason));
            }
            Some(_) => {}
            None => *place = Some(balance),
        }
        Ok(())
    }

    /// Before the first entry, or at the end where there is none: whose statement it is, in which currency, and how it opens.
    fn begin(&mut self) -> Result<&mut RunningBalance, Refusal> {
        let running = match self.running.take() {
            Some(running) => running,
            None => {
                let fields = self.fields.as_ref().ok_or_else(|| no_statement(1))?;
                let (name, account) = account(fields)?;
                if let Some(wanted) = self.expected.merchant.as_deref().filter(|wanted| *wanted != account) {
                    let refusal = fields.bad(name, &format!("the file should be of `{wanted}`"));
                    return Err(Refusal { code: RefusalCode::WrongMerchant, ..refusal });
                }
                let opening = self.opening.ok_or_else(|| without(fields, "OPBD"))?;
                let currency = self.currency(fields, &opening)?;
                let mut running = RunningBalance::of(currency, self.expected);
                running.open(opening.amount);
                running
            }
        };
        Ok(self.running.insert(running))
    }

    /// The account's currency, in which both balances must be.
    fn currency(&self, fields: &Fields, opening: &Balance) -> Result<Currency, Refusal> {
        let told = fields.text("Acct/Ccy").map(Currency::from_code);
        let told = told.map(|told| told.ok_or_else(|| fields.bad("Acct/Ccy", "it is none of ISO 4217")));
        let currency = told.transpose()?.unwrap_or(opening.currency);
        let mut balances = [Some(opening), self.closing.as_ref()].into_iter().flatten();
        match balances.find(|balance| balance.currency != currency) {
            None => Ok(currency),
            Some(other) => {
                let reason = format!("it is in {}, and the account in {currency}", other.currency);
                Err(Refusal::of(RefusalCode::BadRow, other.line, other.code, reason))
            }
        }
    }

    fn end(mut self, line: u64) -> Result<MoneyStatement, Refusal> {
        let fields = self.fields.clone().ok_or_else(|| no_statement(line))?;
        self.begin()?;
        let closing = self.closing.ok_or_else(|| without(&fields, "CLBD"))?;
        if let (Some(wanted), Some(date)) = (self.expected.date, closing.date)
            && wanted != date
        {
            let reason = format!("it is of {date}, and the file of {wanted}");
            return Err(Refusal::of(RefusalCode::WrongDate, closing.line, closing.code, reason));
        }
        let mut running = self.running.take().ok_or_else(|| no_statement(line))?;
        running.close(closing.line, closing.code, closing.amount)?;
        let end = running.end();
        let dates = end.dates.or(closing.date.map(|date| (date, date)));
        let number = fields.any(&["ElctrncSeqNb", "LglSeqNb"]).map(Into::into);
        Ok(MoneyStatement { account: Some(account(&fields)?.1.into()), dates, number, ..end })
    }
}

/// What stands around the statement: this message in a version that is known, and no other.
fn hold_to_message<R: BufRead>(elements: &Elements<R>) -> Result<(), Refusal> {
    let refuse = |column, reason| {
        Err(Refusal::of(RefusalCode::UnknownHeader, elements.line(), column, Box::<str>::from(reason)))
    };
    match elements.path() {
        "Document" => {
            let namespace = elements.namespace();
            let version = namespace.strip_prefix(NAMESPACE).filter(|version| version.len() == 2);
            match version.and_then(|version| version.parse().ok()) {
                Some(2..=13_u8) => Ok(()),
                _ => refuse("xmlns", format!("`{namespace}` is no camt.053.001.02 to 13")),
            }
        }
        path if path == MESSAGE || path.starts_with("Document/BkToCstmrStmt/") => Ok(()),
        path => refuse("Document", format!("`{path}` is no statement of camt.053")),
    }
}

/// Of a statement that comes in pages, each in a file, no page closes by itself.
fn hold_to_one_page<R: BufRead>(path: &str, elements: &Elements<R>) -> Result<(), Refusal> {
    let pages = ["GrpHdr/MsgPgntn", "Stmt/StmtPgntn"];
    let path = path.strip_prefix(MESSAGE).and_then(|path| path.strip_prefix('/')).unwrap_or_default();
    let Some(page) = pages.into_iter().find(|page| path.starts_with(page)) else { return Ok(()) };
    let is_whole = match path.strip_prefix(page) {
        Some("/PgNb") => elements.text().trim_start_matches('0') == "1",
        Some("/LastPgInd") => matches!(elements.text(), "true" | "1"),
        _ => true,
    };
    match is_whole {
        true => Ok(()),
        false => Err(elements.bad(page, "it is one page of several: have the statement sent in one")),
    }
}

/// The number of the account, and the field in which it stands.
fn account(fields: &Fields) -> Result<(&'static str, &str), Refusal> {
    let found = [IBAN, OTHER_ACCOUNT].into_iter().find_map(|name| Some((name, fields.text(name)?)));
    found.ok_or_else(|| fields.missing("Acct/Id"))
}

fn without(fields: &Fields, code: &str) -> Refusal {
    Refusal::of(RefusalCode::BadBalance, fields.line, code, "there is no such balance")
}

fn no_statement(line: u64) -> Refusal {
    Refusal::of(RefusalCode::BadRow, line, "Stmt", "there is none")
}
