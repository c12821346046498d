//! What moves a balance.

use longmen_ledger::{Amount, Date};

/// One movement of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The accounting date (会计日).
    pub booked: Date,
    /// The value date (起息日): the first day on which it counts.
    pub value: Date,
    /// Positive what makes the balance larger in the product's direction: a deposit, a loan that is paid out.
    pub amount: Amount,
    /// Of a reversal (冲正): the day from which what it reverses counted.
    pub reverses: Option<Date>,
}
