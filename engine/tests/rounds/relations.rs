//! The four relations of the books, over what a node shows: nothing here knows what should be in them.

use std::collections::BTreeMap;

use super::script::{Case, LineSaid, SUBJECTS, Said, SubjectSpec, View};

/// Checks the relations between the accounts and the lines of the general ledger.
///
/// # Panics
/// If one does not hold.
pub(crate) fn check(accounts: &Said, lines: &Said, case: &Case) {
    let (Said::Views(views), Said::Lines(lines)) = (accounts, lines) else {
        panic!("accounts and lines are wanted")
    };
    let views: Vec<&View> = views.iter().filter_map(|view| view.as_ref().ok()).collect();
    let mut totals: BTreeMap<(&str, &str), [i128; 4]> = BTreeMap::new();
    for line in lines {
        check_line(line);
        // 总总: debits equal credits, of what moved and of what stands, off-balance apart.
        let subject = subject(&line.subject);
        if subject.class != "off_balance" {
            let total = totals.entry((&line.entity, &line.currency)).or_default();
            total[0] += line.debit;
            total[1] += line.credit;
            total[if subject.debit_normal { 2 } else { 3 }] += line.closing;
        }
        // 总分: a subject is the sum of its accounts, as the accounts themselves are shown.
        let of_line = views.iter().filter(|view| {
            let spec = &case.chart[view.account as usize - 1];
            (view.subject.as_str(), spec.currency) == (line.subject.as_str(), line.currency.as_str())
                && super::script::ENTITIES[spec.entity] == line.entity
        });
        assert_eq!(of_line.map(|view| view.balance).sum::<i128>(), line.closing, "{line:?}");
    }
    for (key, [debit, credit, debit_balances, credit_balances]) in &totals {
        assert_eq!(debit, credit, "turnover of {key:?}");
        // 分户: debit accounts equal credit accounts.
        assert_eq!(debit_balances, credit_balances, "balances of {key:?}");
    }
    for view in views {
        let turnover = natural(view.account, case, view.debit - view.credit);
        assert_eq!(view.opening + turnover, view.balance, "{view:?}");
    }
}

/// 总账自身: opening + turnover = closing; and the line kept in step equals the sum over its accounts (总分).
fn check_line(line: &LineSaid) {
    let turnover = line.debit - line.credit;
    let turnover = if subject(&line.subject).debit_normal { turnover } else { -turnover };
    assert_eq!(line.opening + turnover, line.closing, "{line:?}");
    assert_eq!(line.closing, line.accounts_total, "{line:?}");
}

fn subject(code: &str) -> &'static SubjectSpec {
    // Those that are opened on the way are like the others of their first level.
    SUBJECTS.iter().find(|subject| subject.code[..4] == code[..4]).unwrap()
}

fn natural(account: u64, case: &Case, signed: i128) -> i128 {
    if case.chart[account as usize - 1].subject().debit_normal { signed } else { -signed }
}
