//! What was read from the log to answer a question.

use longmen_engine::ledger::{AccountId, AccountView, Hold, Position, Rejection};
use longmen_engine::{
    CarriedLeg, FoundPage, GeneralLedger, LedgerRegister, MergedPage, PastBalance, RegisterEntry,
    RegisterPage, StatementPage, TransactionRecord,
};

use super::accounts::KnownAccounts;
use super::answer::write_account;
use super::history::{write_entry, write_found, write_statement, write_transaction};
use super::holds::write_holds;
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
        account: Box<AccountView>,
        page: RegisterPage,
        before: Option<RegisterEntry>,
        range: (Option<RegisterEnd>, Option<RegisterEnd>),
    },
    /// A part of the ledger's register.
    LedgerRegister(LedgerRegister),
    /// The general ledger over a range of dates, and the legs in it that carried forward.
    Ledger(GeneralLedger, Vec<CarriedLeg>),
    /// A transaction, and the accounts of its legs.
    Transaction(Box<TransactionRecord>, KnownAccounts),
    /// Transactions that were looked for.
    Found(FoundPage),
    /// Holds, so many at most, and their accounts.
    Holds(Vec<(AccountId, Hold)>, u32, KnownAccounts),
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
        Page::AccountRegister { account, page, before, range } => {
            write_account_register(out, account, page, before.as_ref(), *range);
        }
        Page::LedgerRegister(register) => write_ledger_register(out, register),
        Page::Ledger(ledger, _) => write_ledger(out, ledger),
        Page::Transaction(record, accounts) => write_transaction(out, record, accounts),
        Page::Found(page) => write_found(out, page),
        Page::Holds(holds, limit, accounts) => write_holds(out, holds, *limit, accounts),
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
