//! What a profile says of a table of money.

use super::names::Names;
use super::shape::{Shape, each_once};

/// What a table of money looks like, and which column is what. It is written in TOML:
///
/// ```
/// use longmen_channel_files::Profile;
///
/// let profile = Profile::parse(r#"
///     layout = "delimited"       # or "sheet": an xlsx, its first sheet, or the one that `sheet` names; or "fixed", see TradeProfile
///     encoding = "gb18030"       # utf-8 where it is not said
///     separator = ","            # this, where it is not said
///     quote = '"'                # this, where it is not said; "none" where there is none
///     skip = 2                   # lines before the header; or `header = "find"`: the first with all columns
///     order = "descending"       # the latest first; "ascending" where it is not said
///     thousands = true           # 1,234.56 is an amount; or `minor = true`: 123456 is 1234.56; neither where it is not said
///
///     [footer]                   # where rows end; without it the table ends with them
///     begins = "合计"             # what its first cell begins with; or `empty`: the column that is empty there
///
///     [currency]
///     fixed = "CNY"              # or `column`, and `words` where it has others than codes: { "人民币" = "CNY" }
///
///     [date]
///     column = "交易日期"
///     format = "%Y%m%d"          # as strptime has it; with `year = "expected"` one without a year
///
///     [time]                     # where there is one; it may be the column of the date
///     column = "交易时间"
///     format = "%H:%M:%S"
///
///     [amount]                   # or `signed`: one column, negative what went out, or that begins with the words `in` and `out`;
///     incoming = "收入"           # or `column` and `direction`, with the words `in` and `out` that it has
///     outgoing = "支出"
///     minus = "reversal"         # a negative one went the other way; or "outgoing": what went out has a minus; "refused" else
///
///     [columns]                  # all may be missing
///     balance = "余额"
///     number = "流水号"            # a column, or a list of them: what stands there is joined with `|`; so are the next
///     merchant_number = "客户流水号"
///     kind = "摘要"
///     remark = "附言"
/// "#);
/// assert!(profile.is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub(super) shape: Shape,
    pub(super) order: Order,
    pub(super) columns: Named,
}

/// How rows follow one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    #[default]
    Ascending,
    Descending,
}

/// Columns that a table may have or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) balance: Option<Box<str>>,
    pub(super) number: Option<Names>,
    pub(super) merchant_number: Option<Names>,
    pub(super) kind: Option<Names>,
    pub(super) remark: Option<Names>,
}

impl Profile {
    /// The columns that the table must have, each once.
    pub(super) fn required(&self) -> Vec<&str> {
        let Named { balance, number, merchant_number, kind, remark } = &self.columns;
        let mut required = self.shape.columns();
        required.extend(balance.as_deref());
        required.extend([number, merchant_number, kind, remark].into_iter().flatten().flat_map(Names::all));
        each_once(required)
    }
}
