//! Which accounts a posting of interest needs.

/// What an account is for in a posting of interest. Which one it is, whoever posts finds by
/// [`Product::account`](crate::Product::account).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, strum::Display, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    /// 利息支出
    Expense,
    /// 应付利息
    Payable,
    /// 应收利息
    Receivable,
    /// 利息收入
    Income,
    /// The account that has the interest.
    Account,
    /// The account that is paid, or pays, in its place.
    PayTo,
}
