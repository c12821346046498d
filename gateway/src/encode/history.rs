//! What was looked up in the log, in MessagePack.

use longmen_engine::ledger::{AccountView, Named, RecordPlace, Rejection};
use longmen_engine::{Merged, RecordedLeg, StatementLine, StatementPage, TransactionRecord};

use super::answer::write_account;
use super::pack::Pack;
use super::write_ok;

/// A page of an account's entries.
pub(crate) fn write_statement(out: &mut Vec<u8>, account: &AccountView, page: &StatementPage) {
    let mut pack = write_ok(out);
    pack.map(5);
    write_account(pack.name("account"), account);
    pack.name("lines").array(page.lines.len());
    for line in &page.lines {
        write_line(&mut pack, line);
    }
    pack.name("opening").wide(page.opening);
    pack.name("closing").wide(page.closing);
    match page.next {
        Some(position) => pack.name("next").text(&position.to_string()),
        None => pack.name("next").nil(),
    }
}

fn write_line(pack: &mut Pack<'_>, line: &StatementLine) {
    pack.map(13);
    pack.name("position").text(&line.position.to_string());
    pack.name("client").unsigned(line.client.0);
    match line.merged {
        Some(_) => pack.name("transaction").nil(),
        None => pack.name("transaction").text(&format!("{:032x}", line.transaction.0)),
    }
    pack.name("step").unsigned(line.step);
    pack.name("type").text(&line.kind);
    pack.name("accounting_date").text(&line.accounting_date.to_string());
    pack.name("value_date").text(&line.value_date.to_string());
    pack.name("time_us").signed(line.time_us);
    pack.name("side").text(line.side.name());
    pack.name("amount").wide(line.amount);
    match &line.merged {
        Some(merged) => write_merged(pack.name("merged"), merged),
        None => pack.name("merged").nil(),
    }
    pack.name("before").wide(line.before);
    pack.name("after").wide(line.after);
}

fn write_merged(pack: &mut Pack<'_>, merged: &Merged) {
    pack.map(3);
    pack.name("count").unsigned(merged.count);
    pack.name("debit").wide(merged.debit);
    pack.name("credit").wide(merged.credit);
}

/// A transaction as the log has it.
pub(crate) fn write_transaction(out: &mut Vec<u8>, record: &TransactionRecord) {
    let mut pack = write_ok(out);
    pack.map(14);
    pack.name("client").unsigned(record.client.0);
    pack.name("id").text(&format!("{:032x}", record.id.0));
    pack.name("entity").unsigned(record.entity.0);
    pack.name("action").text(record.action.name());
    match &record.named {
        Some(named) => write_named(pack.name("named"), named),
        None => pack.name("named").nil(),
    }
    pack.name("outcome").text(record.rejection.map_or("posted", Rejection::code));
    pack.name("step").unsigned(record.step);
    pack.name("accounting_date").text(&record.accounting_date.to_string());
    pack.name("value_date").text(&record.value_date.to_string());
    pack.name("time_us").signed(record.time_us);
    pack.name("notes").map(u32::try_from(record.notes.len()).expect("a transaction has at most eight notes"));
    for (note, text) in &record.notes {
        pack.name(note.name()).text(text);
    }
    pack.name("legs").array(record.legs.len());
    for leg in &record.legs {
        write_leg(&mut pack, leg);
    }
    pack.name("frame").unsigned(record.frame);
    pack.name("ordinal").unsigned(record.ordinal);
}

fn write_named(pack: &mut Pack<'_>, named: &Named) {
    pack.map(5);
    pack.name("client").unsigned(named.key.client.0);
    pack.name("id").text(&format!("{:032x}", named.key.id.0));
    match named.place {
        RecordPlace { frame: 0, .. } => pack.name("place").nil(),
        RecordPlace { frame, ordinal } => pack.name("place").text(&format!("{frame}/{ordinal}")),
    }
    pack.name("forced").flag(named.forced);
    pack.name("blue").flag(named.blue);
}

fn write_leg(pack: &mut Pack<'_>, leg: &RecordedLeg) {
    pack.map(6);
    pack.name("account").unsigned(leg.account.0);
    pack.name("step").unsigned(leg.step);
    pack.name("side").text(leg.side.name());
    pack.name("amount").signed(leg.amount.0);
    pack.name("balance_after").wide(leg.balance_after);
    pack.name("merged").flag(leg.merged);
}
