//! Answers to questions.

use longmen_engine::PastBalance;
use longmen_engine::ledger::{AccountView, Position};

use super::account::{write_account, write_account_page, write_accounts};
use super::chart::{write_chart, write_fee_rules, write_trial_balance};
use super::history::{write_entry, write_found, write_statement, write_transaction};
use super::holds::write_holds;
use super::ledger::write_ledger;
use super::proposals::{write_approved, write_executed, write_proposals};
use super::register::{write_account_register, write_ledger_register};
use super::status::write_status;
use super::write_ok;
use crate::service::question::QuestionAnswer;
use crate::service::question::propose::Executed;
use crate::service::question::register::Register;

/// Writes the answer.
pub(super) fn write_question(out: &mut Vec<u8>, answer: &QuestionAnswer) {
    match answer {
        QuestionAnswer::Balance(found) | QuestionAnswer::Customer(found) => write_accounts(out, found),
        QuestionAnswer::Accounts(page) => write_account_page(out, page),
        QuestionAnswer::Holds(page) => write_holds(out, page),
        QuestionAnswer::TrialBalance(trial) => write_trial_balance(out, trial),
        QuestionAnswer::Chart(chart) => write_chart(out, chart),
        QuestionAnswer::FeeRules(page) => write_fee_rules(out, page),
        QuestionAnswer::Status(status) => write_status(out, status),
        QuestionAnswer::Statement((account, page)) => write_statement(out, account, page),
        QuestionAnswer::BalanceAt((account, found)) => write_past_balance(out, account, found),
        QuestionAnswer::Entry((account, page)) => write_entry(out, account, page),
        QuestionAnswer::Register(Register::Account(register)) => write_account_register(out, register),
        QuestionAnswer::Register(Register::Ledger(register)) => write_ledger_register(out, register),
        QuestionAnswer::GeneralLedger(ledger) => write_ledger(out, ledger),
        QuestionAnswer::Find(page) => write_found(out, page),
        QuestionAnswer::Transaction((record, accounts)) => write_transaction(out, record, accounts),
        QuestionAnswer::Proposals(page) => write_proposals(out, page),
        QuestionAnswer::Propose(executed) => write_executed(out, executed),
        QuestionAnswer::Approve(Executed::Done) => write_approved(out),
        QuestionAnswer::Approve(executed) => write_executed(out, executed),
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
