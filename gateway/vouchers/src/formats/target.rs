//! An accounting system: what things are called there, and the file that it takes.

use std::collections::BTreeMap;

use longmen_ledger::Currency;

use super::column::Column;
use super::format::Format;
use crate::pattern::Patterns;

/// What things are called in an accounting system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub format: Format,
    /// The most lines of a voucher.
    pub line_limit: usize,
    /// The width of a summary, if it is other than the format's.
    pub summary_width: Option<usize>,
    pub people: People,
    /// Our subjects to theirs, several to one. `=` is the same code there.
    pub subjects: Patterns<Box<str>>,
    /// Our memo subjects to theirs (渠道应收).
    pub memo: BTreeMap<Box<str>, Box<str>>,
    /// Company codes, account books. Without any, entities are called there what they are here.
    pub entities: BTreeMap<Box<str>, Box<str>>,
    /// Voucher groups, document types. What is not in it is called there what it is here.
    pub words: BTreeMap<Box<str>, Box<str>>,
    /// Without any, currencies are their ISO codes.
    pub currencies: BTreeMap<Currency, Box<str>>,
    /// Further terms of lines (辅助核算). What is not in it is an error.
    pub aux: BTreeMap<Box<str>, Box<str>>,
    /// Fixed words that formats ask for, such as `ledger_group`; what is not in it is empty or the format's usual one.
    pub fixed: BTreeMap<Box<str>, Box<str>>,
    /// The columns of a table, if they are other than the format's.
    pub columns: Vec<Column>,
    /// The columns of the voucher itself, of a sheet that has it apart.
    pub head: Vec<Column>,
}

/// Who stands on a voucher.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct People {
    /// 制单人
    pub maker: Box<str>,
    /// 审核人
    pub checker: Box<str>,
    /// 记账人
    pub poster: Box<str>,
    /// 出纳
    pub cashier: Box<str>,
}

impl Target {
    /// A fixed word, or what it is where the settings do not say.
    pub(super) fn fixed<'a>(&'a self, name: &str, usual: &'a str) -> &'a str {
        self.fixed.get(name).map_or(usual, |word| word)
    }
}
