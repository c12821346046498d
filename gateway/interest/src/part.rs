//! The two sides of an account.

/// The two sides of an account. Each has products (积数), accruals and payments of its own, and they are never netted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, strum::Display, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Part {
    /// What there is: balances above zero.
    Balance,
    /// What is overdrawn (透支): balances below zero.
    Overdraft,
}
