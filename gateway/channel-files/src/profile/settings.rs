//! What a profile says of a table.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use longmen_ledger::Currency;

use super::amount::AmountRule;
use super::raw::{ProfileError, RawProfile};

/// What a table looks like, and which column is what. It is written in TOML:
///
/// ```
/// use longmen_channel_files::Profile;
///
/// let profile = Profile::parse(r#"
///     layout = "delimited"       # or "sheet": an xlsx, its first sheet, or the one that `sheet` names
///     encoding = "gb18030"       # utf-8 where it is not said
///     separator = ","            # this, where it is not said
///     quote = '"'                # this, where it is not said; "none" where there is none
///     skip = 2                   # lines before the header; or `header = "find"`: the first with all columns
///     order = "descending"       # the latest first; "ascending" where it is not said
///     thousands = true           # 1,234.56 is an amount; false where it is not said
///
///     [footer]                   # where rows end; without it the table ends with them
///     begins = "合计"             # what its first cell begins with; or `empty`: the column that is empty there
///
///     [currency]
///     fixed = "CNY"              # or `column`, and `words` where it has others than codes: { "人民币" = "CNY" }
///
///     [date]
///     column = "交易日期"
///     format = "%Y%m%d"          # as strptime has it
///
///     [time]                     # where there is one; it may be the column of the date
///     column = "交易时间"
///     format = "%H:%M:%S"
///
///     [amount]                   # or `signed`: one column, negative what went out;
///     incoming = "收入"           # or `column` and `direction`, with the words `in` and `out` that it has
///     outgoing = "支出"
///     minus = "reversal"         # a negative one went the other way; or "outgoing": what went out has a minus; "refused" else
///
///     [columns]                  # all may be missing
///     balance = "余额"
///     number = "流水号"
///     merchant_number = "客户流水号"
///     kind = "摘要"
///     remark = "附言"
/// "#);
/// assert!(profile.is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub(super) layout: Layout,
    pub(super) header: Header,
    pub(super) footer: Option<Footer>,
    pub(super) order: Order,
    pub(super) currency: CurrencyRule,
    pub(super) date: Pattern,
    pub(super) time: Option<Pattern>,
    pub(super) amount: AmountRule,
    /// Whether amounts may have commas between groups of three digits.
    pub(super) thousands: bool,
    pub(super) columns: Named,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Delimited {
        encoding: &'static Encoding,
        separator: char,
        quote: Option<char>,
    },
    /// A sheet by its name, or the first.
    Sheet {
        name: Option<Box<str>>,
    },
}

/// Where the header stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// Behind so many lines.
    Behind(u64),
    /// It is the first line that has all columns.
    Find,
}

/// Where rows end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Footer {
    /// At the first row where this column is empty.
    Empty(Box<str>),
    /// At the first row whose first cell begins with this.
    Begins(Box<str>),
}

/// How rows follow one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    #[default]
    Ascending,
    Descending,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CurrencyRule {
    Fixed(Currency),
    /// A column with codes, or with these words.
    Column {
        name: Box<str>,
        words: BTreeMap<Box<str>, Currency>,
    },
}

/// A column with a date or a time, and its format as strptime has it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pattern {
    pub(super) column: Box<str>,
    pub(super) format: Box<str>,
}

/// Columns that a table may have or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) balance: Option<Box<str>>,
    pub(super) number: Option<Box<str>>,
    pub(super) merchant_number: Option<Box<str>>,
    pub(super) kind: Option<Box<str>>,
    pub(super) remark: Option<Box<str>>,
}

impl Profile {
    /// Reads a profile from TOML.
    ///
    /// # Errors
    /// [`ProfileError`], which names the key that is wrong.
    pub fn parse(toml: &str) -> Result<Profile, ProfileError> {
        toml::from_str::<RawProfile>(toml)?.checked()
    }

    /// How many lines stand before all that is looked at.
    pub(super) fn skip(&self) -> u64 {
        match self.header {
            Header::Behind(lines) => lines,
            Header::Find => 0,
        }
    }

    /// The columns that the table must have, each once.
    pub(super) fn required(&self) -> Vec<&str> {
        let Named { balance, number, merchant_number, kind, remark } = &self.columns;
        let named =
            [balance, number, merchant_number, kind, remark].into_iter().flatten().map(|name| &**name);
        let mut required = vec![&*self.date.column];
        required.extend(self.time.iter().map(|time| &*time.column));
        required.extend(self.amount.columns());
        required.extend(named);
        if let CurrencyRule::Column { name, .. } = &self.currency {
            required.push(name);
        }
        if let Some(Footer::Empty(name)) = &self.footer {
            required.push(name);
        }
        required.sort_unstable();
        required.dedup();
        required
    }
}
