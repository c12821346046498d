//! The files of `longmen import`: whatever stands in one, it is read, or told what is wrong with it line by line.

/// The program's own modules: it has no library.
#[path = "../../program/src/import/mod.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, clippy::pedantic)]
mod import;

use import::{Accounts, Faults, Ids, Import, Start, Subjects, Transactions};
use longmen_engine::ledger::{Date, YearStart};

use crate::ledger::NOW;

/// Takes an input: a byte that says what kind of file it is, and the file.
pub fn run(data: &[u8]) {
    let Some((&first, file)) = data.split_first() else { return };
    let mut faults = Faults::default();
    let entity = (first & 0x10 != 0).then_some("LM");
    let start = Date::parse("2026-11-18").map(|date| Start { date, year: YearStart::JANUARY });
    let count = match first % 4 {
        0 => Accounts::read(file, entity, &mut faults).count(),
        1 => Subjects::read(file, entity, start, &mut faults).count(),
        2 => Transactions::read(file, entity, NOW, Ids::Texts, &mut faults).count(),
        _ => Transactions::read(file, entity, NOW, Ids::Numbers, &mut faults).count(),
    };
    let lines = file.split(|byte| *byte == b'\n' || *byte == b'\r').count() as u64;
    assert!(count as u64 <= lines, "{count} of something in {lines} lines");
    for fault in faults.by_line() {
        assert!((1..=lines).contains(&fault.line), "line {} of {lines}", fault.line);
        assert!(!fault.reason.is_empty() && !fault.to_string().is_empty());
    }
}

const ACCOUNTS: &str = "\
entity,account,type,currency,subject,owner,may_go_negative,overdraft_limit,credit_limit,hot,customer
LM,U1,cash,CNY,220301,customer,false,1.00,,false,C1
LM,\"U,2\",,USD,220301,merchant,true,,5000.00,true,
";
const SUBJECTS: &str = "\
code,name,class,normal,leaf,valid_from,tenor
1002,银行存款,asset,debit,false,,
100201,\"Bank, main\",asset,debit,true,2026-11-18,
220301,Users,liability,credit,,,short
";
const TRANSACTIONS: &str = "\
transaction,step,account,account_type,currency,side,amount,value_date,reference,time,type
t1,1,U1,cash,CNY,debit,12.30,2026-11-17,r-1,1795000000,top_up
t1,2,U2,,CNY,credit,12.30,,,,
t2,1,U1,cash,JPY,debit,500,,,,
t2,2,U3,,JPY,credit,500,,,,
";

/// A file of each kind, and each as Windows and a spreadsheet would write it.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (kind, text) in [(0_u8, ACCOUNTS), (1, SUBJECTS), (2, TRANSACTIONS), (3, TRANSACTIONS)] {
        for entity in [0, 0x10] {
            seeds.push([&[kind | entity][..], text.as_bytes()].concat());
            seeds.push(
                [&[kind | entity][..], b"\xEF\xBB\xBF", text.replace('\n', "\r\n").as_bytes()].concat(),
            );
        }
    }
    seeds
}
