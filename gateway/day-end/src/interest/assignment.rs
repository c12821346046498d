//! Which product an account has, and from when to when.

use longmen_ledger::Date;

/// What the settings say of an account, or of a subject's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) whose: Whose,
    /// Without one there is no interest.
    pub(crate) product: Option<String>,
    /// The first day that earns.
    pub(crate) begins: Date,
    /// The maturity (到期日), which earns nothing any more; of a product that settles then.
    pub(crate) matures: Option<Date>,
}

/// Whom an assignment is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Subject(String),
    Account(String),
}
