//! What a profile says of a table of transactions.

use std::collections::{BTreeMap, BTreeSet};

use super::amount::AmountRule;
use super::names::Names;
use super::shape::{Shape, each_once};
use crate::row::{RowKind, RowState};

/// What a table of transactions looks like, and which column is what. It is written as a [`Profile`](crate::Profile) is, with
/// `rows = "transactions"`; here one of lines of fixed fields:
///
/// ```
/// use longmen_channel_files::TradeProfile;
///
/// let profile = TradeProfile::parse(r#"
///     rows = "transactions"      # "money" where it is not said
///     layout = "fixed"           # or "delimited", or "sheet"
///     encoding = "gb18030"       # lines are cut by their bytes before they are decoded
///     length = 56                # bytes of a line: fields, and blanks between them
///     blanks = true              # a blank stands between two fields; false where it is not said
///     fields = [["跟踪号", 6], ["时间", 10], ["类型", 6], ["金额", 12], ["返回码", 2], ["手续费", 15]]
///     skip = 1                   # lines before the first row
///     minor = true               # amounts are minor units (分): 000000010000 is 100.00
///     footer = { begins = "END" }
///     currency = { fixed = "CNY" }
///     time = { column = "时间", format = "%m%d%H%M%S" }
///     amount = { column = "金额", direction = "类型", in = ["000000"], out = ["200000"] }
///     fees = [{ signed = "手续费", in = ["C"], out = ["D"] }]  # as amounts: what comes in and goes out; blank is none
///
///     [date]
///     column = "时间"
///     format = "%m%d%H%M%S"
///     year = "expected"          # it has none: that of the file's date
///     before = 1                 # a row may be of so many days before that date; 0 where it is not said
///
///     [columns]
///     merchant_number = ["跟踪号", "时间"]   # what names it on both sides: one column, or several, joined with `|`
///     number = "跟踪号"            # the channel's; `order` is what it belongs to, `merchant` whose it is
///
///     [kinds]                    # without it every row is `other`
///     column = "类型"
///     words = { "000000" = "pay", "200000" = "refund" }
///     ignored = ["300000"]       # rows that are no transactions; any other word refuses the file
///
///     [states]                   # without it every row is `success`
///     column = "返回码"
///     words = { "00" = "success", "05" = "failed" }
/// "#);
/// assert!(profile.is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeProfile {
    pub(super) shape: Shape,
    pub(super) fees: Vec<AmountRule>,
    pub(super) columns: TradeColumns,
    pub(super) kinds: Option<Words<RowKind>>,
    pub(super) states: Option<Words<RowState>>,
}

/// What names a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TradeColumns {
    pub(super) merchant_number: Names,
    pub(super) number: Option<Names>,
    pub(super) order: Option<Names>,
    /// Whose it is.
    pub(super) merchant: Option<Names>,
}

/// What the words of a column mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words<T> {
    pub(super) column: Names,
    pub(super) words: BTreeMap<Box<str>, T>,
    /// Rows with these are passed over.
    pub(super) ignored: BTreeSet<Box<str>>,
}

impl TradeProfile {
    /// The columns that the table must have, each once.
    pub(super) fn required(&self) -> Vec<&str> {
        let TradeColumns { merchant_number, number, order, merchant } = &self.columns;
        let mut required = self.shape.columns();
        required.extend(self.fees.iter().flat_map(AmountRule::columns));
        required.extend(merchant_number.all());
        required.extend([number, order, merchant].into_iter().flatten().flat_map(Names::all));
        required.extend(self.kinds.iter().flat_map(|words| words.column.all()));
        required.extend(self.states.iter().flat_map(|words| words.column.all()));
        each_once(required)
    }
}
