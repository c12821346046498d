//! Charts, and what stands on their subjects, in MessagePack.

use longmen_engine::ledger::{Chart, SubjectOpening, TrialBalance, TrialLine};

use super::ledger::write_summaries;
use super::pack::Pack;
use super::write_ok;
use crate::service::question::fee_rules::FeeRulesPage;

/// The general ledger on the current date.
pub(super) fn write_trial_balance(out: &mut Vec<u8>, trial: &TrialBalance) {
    let mut pack = write_ok(out);
    pack.map(3);
    pack.name("frame").unsigned(trial.frame);
    pack.name("lines").array(trial.lines.len());
    for line in &trial.lines {
        write_trial_line(&mut pack, line);
    }
    pack.name("summaries");
    write_summaries(&mut pack, &trial.summaries);
}

fn write_trial_line(pack: &mut Pack<'_>, line: &TrialLine) {
    pack.map(14);
    pack.name("entity").text(&line.entity);
    pack.name("date").text(&line.date.to_string());
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
    pack.name("accounts_total").wide(line.accounts_total);
    pack.name("accounts").unsigned(line.accounts);
}

/// Files of rules for fees and splits.
pub(super) fn write_fee_rules(out: &mut Vec<u8>, page: &FeeRulesPage) {
    let mut pack = write_ok(out);
    pack.map(3);
    match page.current {
        Some(number) => pack.name("current").unsigned(number),
        None => pack.name("current").nil(),
    }
    pack.name("files").array(page.files.len());
    for file in &page.files {
        pack.map(3);
        pack.name("number").unsigned(file.number);
        pack.name("from").text(&file.from.to_string());
        pack.name("file").text(&file.file);
    }
    match page.files.first().filter(|file| file.number > 1) {
        Some(file) => pack.name("next").unsigned(file.number),
        None => pack.name("next").nil(),
    }
}

/// The chart of an entity.
pub(super) fn write_chart(out: &mut Vec<u8>, chart: &Chart) {
    let mut pack = write_ok(out);
    pack.map(5);
    pack.name("start").text(&chart.start.to_string());
    pack.name("year_starts").unsigned(chart.year_starts.month());
    pack.name("subjects").array(chart.subjects.len());
    for subject in &chart.subjects {
        write_subject(&mut pack, subject);
    }
    pack.name("mappings").array(chart.mappings.len());
    for mapping in &chart.mappings {
        pack.map(3);
        pack.name("type").text(&mapping.kind);
        pack.name("from").text(&mapping.from.to_string());
        pack.name("subject").text(&mapping.subject);
    }
    pack.name("modes").array(chart.modes.len());
    for mode in &chart.modes {
        pack.map(3);
        pack.name("type").text(&mode.kind);
        pack.name("from").text(&mode.from.to_string());
        pack.name("mode").text(mode.mode.name());
    }
}

fn write_subject(pack: &mut Pack<'_>, subject: &SubjectOpening) {
    pack.map(10);
    pack.name("code").text(&subject.code);
    pack.name("name").text(&subject.name);
    pack.name("class").text(subject.class.name());
    pack.name("normal").text(subject.normal.name());
    pack.name("leaf").flag(subject.leaf);
    for (name, date) in [("valid_from", subject.valid_from), ("valid_to", subject.valid_to)] {
        match date {
            Some(date) => pack.name(name).text(&date.to_string()),
            None => pack.name(name).nil(),
        }
    }
    pack.name("tenor").text(&subject.tenor);
    pack.name("party").text(&subject.party);
    pack.name("purpose").text(&subject.purpose);
}
