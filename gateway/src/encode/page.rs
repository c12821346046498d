//! What was read from the log to answer a question.

use longmen_engine::ledger::{AccountView, Position, Rejection};
use longmen_engine::{
    CarriedLeg, GeneralLedger, LedgerRegister, MergedPage, PastBalance, RegisterEntry, RegisterPage,
    StatementPage,
};

use super::answer::write_account;
use super::history::{write_entry, write_statement};
use super::ledger::write_ledger;
use super::register::{write_account_register, write_ledger_register};
use super::{write_ok, write_refusal};
use crate::decode::RegisterEnd;

/// An answer read from the log.
#[derive(Debug)]
pub(crate) enum Page {
    /// A page of an account's entries.
    Statement(Box<AccountView>, StatementPage),
    /// What an account had.
    PastBalance(Box<AccountView>, PastBalance),
    /// The legs of a merged entry; `None`: it is not merged.
    Entry(Box<AccountView>, Option<MergedPage>),
    /// A page of an account's register, what was there before it, and the range to show of it.
    AccountRegister {
        page: RegisterPage,
        before: Option<RegisterEntry>,
        range: (Option<RegisterEnd>, Option<RegisterEnd>),
    },
    /// A part of the ledger's register.
    LedgerRegister(LedgerRegister),
    /// The general ledger over a range of dates, and the legs in it that carried forward.
    Ledger(GeneralLedger, Vec<CarriedLeg>),
}

/// Writes the answer.
pub(crate) fn write_page(out: &mut Vec<u8>, page: &Page) {
    match page {
        Page::Statement(account, page) => write_statement(out, account, page),
        Page::PastBalance(account, found) => write_past_balance(out, account, found),
        Page::Entry(account, Some(page)) => write_entry(out, account, page),
        Page::Entry(_, None) => {
            write_refusal(out, Rejection::Malformed.code(), Some("position: no merged entry lies there"));
        }
        Page::AccountRegister { page, before, range } => {
            write_account_register(out, page, before.as_ref(), *range);
        }
        Page::LedgerRegister(register) => write_ledger_register(out, register),
        Page::Ledger(ledger, _) => write_ledger(out, ledger),
    }
}

fn write_past_balance(out: &mut Vec<u8>, account: &AccountView, found: &PastBalance) {
    let mut pack = write_ok(out);
    pack.map(4);
    write_account(pack.name("account"), account);
    pack.name("balance").wide(found.balance);
    match found.frozen {
        Some(frozen) => pack.name("frozen").signed(frozen),
        None => pack.name("frozen").nil(),
    }
    match found.at {
        Position::NONE => pack.name("position").nil(),
        at => pack.name("position").text(&at.to_string()),
    }
}
