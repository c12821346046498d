//! What accounts are called in plain-text accounting: after their subject's class and code, entity, number, type and
//! currency, so that no two accounts share a name, whatever characters their numbers have.

use longmen_engine::export::{Chart, JournalAccount};
use longmen_engine::ledger::SubjectClass;

/// The name of an account for hledger: `CLASS:CODE:ENTITY.NUMBER.TYPE.CURRENCY`, without `TYPE.` where it has none.
/// What is no letter, digit, `-` or `_` stands as `%` and two hexadecimal digits a byte.
pub(super) fn hledger_name(chart: &Chart, account: &JournalAccount) -> String {
    let subject = &chart.subject(account.subject).opening;
    let mut name = format!("{}:{}:", hledger_root(subject.class), subject.code);
    let kept = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    escape(&mut name, &chart.entity(account.entity).code, "%", kept);
    for part in [&account.number, &account.kind].into_iter().filter(|part| !part.is_empty()) {
        name.push('.');
        escape(&mut name, part, "%", kept);
    }
    name.push('.');
    name.push_str(account.currency.code());
    name
}

/// The top of the account tree for a class. Subjects of the common class (共同类) stand on their own.
pub(super) fn hledger_root(class: SubjectClass) -> &'static str {
    match class {
        SubjectClass::Asset => "assets",
        SubjectClass::Liability => "liabilities",
        SubjectClass::Common => "common",
        SubjectClass::Equity => "equity",
        SubjectClass::Income => "income",
        SubjectClass::Expense => "expenses",
        SubjectClass::OffBalance => "off-balance",
        SubjectClass::Memo => "memo",
    }
}

/// The name of an account for beancount: `Root:CODE:E-ENTITY:A-NUMBER-Ttype-CURRENCY`, without `-Ttype` where it has
/// none. In entity, number and type a dash stands as two, and what is no ASCII letter or digit as a dash and two
/// hexadecimal digits a byte. Subjects of the common class go under `Assets`, memo accounts under `Equity:Memo`. Gives `None` off the balance sheet, which
/// beancount's double entry has no place for.
pub(super) fn beancount_name(chart: &Chart, account: &JournalAccount) -> Option<String> {
    let subject = &chart.subject(account.subject).opening;
    let root = match subject.class {
        SubjectClass::Asset | SubjectClass::Common => "Assets",
        SubjectClass::Liability => "Liabilities",
        SubjectClass::Equity => "Equity",
        SubjectClass::Memo => "Equity:Memo",
        SubjectClass::Income => "Income",
        SubjectClass::Expense => "Expenses",
        SubjectClass::OffBalance => return None,
    };
    let mut name = format!("{root}:{}:E-", subject.code);
    let kept = |c: char| c.is_ascii_alphanumeric();
    escape(&mut name, &chart.entity(account.entity).code, "-", kept);
    name.push_str(":A-");
    escape(&mut name, &account.number, "-", kept);
    if !account.kind.is_empty() {
        name.push_str("-T");
        escape(&mut name, &account.kind, "-", kept);
    }
    name.push('-');
    name.push_str(account.currency.code());
    Some(name)
}

/// Appends `text`, with the mark and two digits in place of each byte of what is not kept; the mark itself, where it is
/// a dash, stands doubled.
fn escape(name: &mut String, text: &str, mark: &str, kept: impl Fn(char) -> bool) {
    for c in text.chars() {
        if kept(c) {
            name.push(c);
        } else if c == '-' {
            name.push_str("--");
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                name.push_str(&format!("{mark}{byte:02X}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable_and_never_meet() {
        #[track_caller]
        fn check(text: &str, hledger: &str, beancount: &str) {
            let mut name = String::new();
            escape(&mut name, text, "%", |c| c.is_alphanumeric() || c == '-' || c == '_');
            assert_eq!(name, hledger);
            name.clear();
            escape(&mut name, text, "-", |c| c.is_ascii_alphanumeric());
            assert_eq!(name, beancount);
        }
        check("U1", "U1", "U1");
        check("fee-income", "fee-income", "fee--income");
        check("a_b", "a_b", "a-5Fb");
        check("a.b:c", "a%2Eb%3Ac", "a-2Eb-3Ac");
        check("a-2Eb", "a-2Eb", "a--2Eb");
        check("a%2Eb", "a%252Eb", "a-252Eb");
        check("商户 1", "商户%201", "-E5-95-86-E6-88-B7-201");
        check("x  ; y\n", "x%20%20%3B%20y%0A", "x-20-20-3B-20y-0A");
        check("(v)", "%28v%29", "-28v-29");
    }
}
