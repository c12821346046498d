//! What was looked up in the log, in MessagePack.

use longmen_engine::ledger::notes::Note;
use longmen_engine::ledger::{AccountView, Named, RecordPlace, Rejection, TransactionId};
use longmen_engine::{
    HoldLine, Merged, MergedPage, RecordedLeg, StatementLine, StatementPage, TransactionRecord, Turnover,
};

use super::account::write_account;
use super::accounts::{KNOWN_ACCOUNT_FIELDS, write_known_account};
use super::pack::Pack;
use super::{write_id, write_next, write_ok, write_text_id};
use crate::service::question::KnownAccounts;
use crate::service::question::find::Found;

/// A page of an account's entries.
pub(super) fn write_statement(out: &mut Vec<u8>, account: &AccountView, page: &StatementPage) {
    let mut pack = write_ok(out);
    pack.map(8);
    write_account(pack.name("account"), account);
    pack.name("lines").array(page.lines.len());
    for line in &page.lines {
        write_line(&mut pack, line);
    }
    pack.name("opening").wide(page.opening);
    pack.name("closing").wide(page.closing);
    match page.next {
        Some(cursor) => pack.name("next").text(&cursor.to_string()),
        None => pack.name("next").nil(),
    }
    write_turnover(pack.name("shown"), page.shown);
    write_turnover(pack.name("hidden"), page.hidden);
    pack.name("range").map(4);
    pack.name("opening").wide(page.range.opening);
    pack.name("closing").wide(page.range.closing);
    for (name, turnover) in [
        ("shown", page.range.totals.map(|(shown, _)| shown)),
        ("hidden", page.range.totals.map(|(_, hidden)| hidden)),
    ] {
        match turnover {
            Some(turnover) => write_turnover(pack.name(name), turnover),
            None => pack.name(name).nil(),
        }
    }
}

/// Legs of a merged entry.
pub(super) fn write_entry(out: &mut Vec<u8>, account: &AccountView, page: &MergedPage) {
    let mut pack = write_ok(out);
    pack.map(6);
    write_account(pack.name("account"), account);
    pack.name("lines").array(page.legs.len());
    for line in &page.legs {
        write_line(&mut pack, line);
    }
    pack.name("count").unsigned(page.count);
    pack.name("opening").wide(page.opening);
    pack.name("closing").wide(page.closing);
    match page.next {
        Some(leg) => pack.name("next").unsigned(leg),
        None => pack.name("next").nil(),
    }
}

fn write_turnover(pack: &mut Pack<'_>, turnover: Turnover) {
    pack.map(3);
    pack.name("lines").unsigned(turnover.lines);
    pack.name("debit").wide(turnover.debit);
    pack.name("credit").wide(turnover.credit);
}

fn write_line(pack: &mut Pack<'_>, line: &StatementLine) {
    pack.map(22);
    pack.name("position").text(&line.position.to_string());
    pack.name("leg").unsigned(line.leg);
    pack.name("client").unsigned(line.client.0);
    match (line.merged, line.transaction) {
        (Some(_), _) | (None, TransactionId(0)) => pack.name("transaction").nil(),
        (None, id) => pack.name("transaction").text(&format!("{:032x}", id.0)),
    }
    write_text_id(pack.name("text_id"), &line.text_id);
    pack.name("step").unsigned(line.step);
    pack.name("action").text(line.action.name());
    pack.name("type").text(&line.kind);
    pack.name("accounting_date").text(&line.accounting_date.to_string());
    pack.name("value_date").text(&line.value_date.to_string());
    pack.name("time_us").signed(line.time_us);
    pack.name("side").text(line.side.name());
    pack.name("amount").wide(line.amount);
    pack.name("red").flag(line.red);
    match &line.merged {
        Some(merged) => write_merged(pack.name("merged"), merged),
        None => pack.name("merged").nil(),
    }
    match &line.hold {
        Some(hold) => write_hold_line(pack.name("hold"), hold),
        None => pack.name("hold").nil(),
    }
    pack.name("before").wide(line.before);
    pack.name("after").wide(line.after);
    pack.name("frozen_before").signed(line.frozen_before);
    pack.name("frozen_after").signed(line.frozen_after);
    match &line.named {
        Some(named) => write_named(pack.name("named"), named, &line.named_text),
        None => pack.name("named").nil(),
    }
    write_notes(pack.name("notes"), &line.notes);
}

fn write_hold_line(pack: &mut Pack<'_>, line: &HoldLine) {
    pack.map(8);
    pack.name("move").text(line.moved.name());
    pack.name("amount").signed(line.amount);
    pack.name("client").unsigned(line.hold.key.client.0);
    write_id(pack, "id", line.hold.key.id, &line.hold.terms.text_id);
    pack.name("kind").text(line.hold.terms.kind.name());
    pack.name("authority").text(&line.hold.terms.authority);
    pack.name("remaining").signed(line.hold.remaining);
}

/// Notes by name.
pub(super) fn write_notes(pack: &mut Pack<'_>, notes: &[(Note, String)]) {
    pack.map(u32::try_from(notes.len()).expect("a transaction has at most eight notes"));
    for (note, text) in notes {
        pack.name(note.name()).text(text);
    }
}

fn write_merged(pack: &mut Pack<'_>, merged: &Merged) {
    pack.map(3);
    pack.name("count").unsigned(merged.count);
    pack.name("debit").wide(merged.debit);
    pack.name("credit").wide(merged.credit);
}

/// A transaction as the log has it.
pub(super) fn write_transaction(out: &mut Vec<u8>, record: &TransactionRecord, accounts: &KnownAccounts) {
    let mut pack = write_ok(out);
    pack.map(RECORD_FIELDS + 3);
    write_record(&mut pack, record);
    write_legs(&mut pack, &record.legs, accounts);
    pack.name("tried").array(record.tried.len());
    for leg in &record.tried {
        pack.map(KNOWN_ACCOUNT_FIELDS + 3);
        write_known_account(&mut pack, accounts, leg.account);
        pack.name("step").unsigned(leg.step);
        pack.name("side").text(leg.side.name());
        pack.name("amount").signed(leg.amount.0);
    }
    pack.name("held").array(record.held.len());
    for held in &record.held {
        pack.map(KNOWN_ACCOUNT_FIELDS + 2);
        write_known_account(&mut pack, accounts, held.account);
        pack.name("move").text(held.moved.name());
        pack.name("amount").signed(held.amount);
    }
}

/// Transactions that were looked for, with their legs where they were asked for.
pub(super) fn write_found(out: &mut Vec<u8>, page: &Found) {
    let mut pack = write_ok(out);
    pack.map(2);
    pack.name("transactions").array(page.transactions.len());
    for record in &page.transactions {
        let accounts = page.accounts.as_ref();
        pack.map(RECORD_FIELDS + u32::from(accounts.is_some()));
        write_record(&mut pack, record);
        if let Some(accounts) = accounts {
            write_legs(&mut pack, &record.legs, accounts);
        }
    }
    write_next(pack.name("next"), page.next.as_deref());
}

/// Fields of a transaction, but for its legs, posted and tried.
const RECORD_FIELDS: u32 = 14;

fn write_record(pack: &mut Pack<'_>, record: &TransactionRecord) {
    pack.name("client").unsigned(record.client.0);
    write_id(pack, "id", record.id, &record.text_id);
    pack.name("entity").unsigned(record.entity.0);
    pack.name("action").text(record.action.name());
    match &record.named {
        Some(named) => write_named(pack.name("named"), named, &record.named_text),
        None => pack.name("named").nil(),
    }
    pack.name("outcome").text(record.rejection.map_or("posted", Rejection::code));
    pack.name("step").unsigned(record.step);
    pack.name("accounting_date").text(&record.accounting_date.to_string());
    pack.name("value_date").text(&record.value_date.to_string());
    pack.name("time_us").signed(record.time_us);
    write_notes(pack.name("notes"), &record.notes);
    pack.name("frame").unsigned(record.frame);
    pack.name("ordinal").unsigned(record.ordinal);
}

fn write_named(pack: &mut Pack<'_>, named: &Named, text_id: &str) {
    pack.map(6);
    pack.name("client").unsigned(named.key.client.0);
    write_id(pack, "id", named.key.id, text_id);
    match named.place {
        RecordPlace { frame: 0, .. } => pack.name("place").nil(),
        RecordPlace { frame, ordinal } => pack.name("place").text(&format!("{frame}/{ordinal}")),
    }
    pack.name("forced").flag(named.forced);
    pack.name("blue").flag(named.blue);
}

fn write_legs(pack: &mut Pack<'_>, legs: &[RecordedLeg], accounts: &KnownAccounts) {
    pack.name("legs").array(legs.len());
    for leg in legs {
        write_leg(pack, leg, accounts);
    }
}

fn write_leg(pack: &mut Pack<'_>, leg: &RecordedLeg, accounts: &KnownAccounts) {
    pack.map(KNOWN_ACCOUNT_FIELDS + 6);
    write_known_account(pack, accounts, leg.account);
    pack.name("subject").text(accounts.subject(leg.account));
    pack.name("step").unsigned(leg.step);
    pack.name("side").text(leg.side.name());
    pack.name("amount").signed(leg.amount.0);
    pack.name("balance_after").wide(leg.balance_after);
    pack.name("merged").flag(leg.merged);
}
