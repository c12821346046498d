//! The general ledger over a range of dates, in MessagePack.

use longmen_engine::ledger::SummarySubject;
use longmen_engine::{GeneralLedger, LedgerLine};

use super::pack::Pack;
use super::write_ok;

pub(super) fn write_ledger(out: &mut Vec<u8>, ledger: &GeneralLedger) {
    let mut pack = write_ok(out);
    pack.map(7);
    pack.name("from").text(&ledger.from.to_string());
    pack.name("to").text(&ledger.to.to_string());
    pack.name("current").text(&ledger.current.to_string());
    pack.name("frame").unsigned(ledger.frame);
    pack.name("dates").array(ledger.dates.len());
    for date in &ledger.dates {
        pack.text(&date.to_string());
    }
    pack.name("lines").array(ledger.lines.len());
    for line in &ledger.lines {
        write_line(&mut pack, line);
    }
    pack.name("summaries");
    write_summaries(&mut pack, &ledger.summaries);
}

fn write_line(pack: &mut Pack<'_>, line: &LedgerLine) {
    pack.map(12);
    pack.name("subject").text(&line.subject);
    pack.name("name").text(&line.name);
    pack.name("class").text(line.class.name());
    pack.name("normal").text(line.normal.name());
    pack.name("currency").text(line.currency.code());
    pack.name("exponent").unsigned(line.currency.exponent());
    pack.name("opening").wide(line.opening);
    pack.name("debit").wide(line.debit);
    pack.name("credit").wide(line.credit);
    pack.name("closing").wide(line.closing);
    pack.name("carried_debit").wide(line.carried_debit);
    pack.name("carried_credit").wide(line.carried_credit);
}

/// The subjects above the leaves.
pub(super) fn write_summaries(pack: &mut Pack<'_>, summaries: &[SummarySubject]) {
    pack.array(summaries.len());
    for summary in summaries {
        pack.map(3);
        pack.name("entity").text(&summary.entity);
        pack.name("subject").text(&summary.subject);
        pack.name("name").text(&summary.name);
    }
}
