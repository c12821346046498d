//! The accounts that the differences of one channel are booked to.

use std::collections::HashSet;

/// The accounts of one channel in one currency, by their numbers in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    /// 清算资金往来: what the channel owes.
    pub channel: Box<str>,
    /// 应付手续费: fees that the channel takes off when it settles.
    pub fee_payable: Box<str>,
    /// 手续费支出
    pub fee_expense: Box<str>,
    /// 待查长款: money that is there and that nobody knows of.
    pub long_suspense: Box<str>,
    /// 待查短款: money that is not there and should be.
    pub short_suspense: Box<str>,
    /// 长款收益
    pub gain: Box<str>,
    /// 短款损失
    pub loss: Box<str>,
    /// Where the channel settles to.
    pub bank: Box<str>,
}

impl Accounts {
    /// Each with its purpose.
    #[must_use]
    pub fn all(&self) -> [(&'static str, &str); 8] {
        [
            ("channel", &self.channel),
            ("fee_payable", &self.fee_payable),
            ("fee_expense", &self.fee_expense),
            ("long_suspense", &self.long_suspense),
            ("short_suspense", &self.short_suspense),
            ("bank", &self.bank),
            ("gain", &self.gain),
            ("loss", &self.loss),
        ]
    }
}

/// [`Accounts`] by which every difference can be told from every other: what must balance to what is hung over is apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart(Accounts);

/// Why accounts are no chart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    #[error("no account is given for {purpose}")]
    NoAccount { purpose: &'static str },
    #[error("{purpose} is {account}, which serves another purpose as well")]
    Shared { purpose: &'static str, account: Box<str> },
}

impl Chart {
    /// Takes accounts. Gains and losses may have one account; every other purpose has its own.
    ///
    /// # Errors
    /// [`ChartError`], where an account is missing or serves two purposes.
    pub fn new(accounts: Accounts) -> Result<Chart, ChartError> {
        let mut seen = HashSet::new();
        for (purpose, account) in accounts.all() {
            if account.is_empty() {
                return Err(ChartError::NoAccount { purpose });
            }
            let is_one_with_gain = purpose == "loss" && accounts.gain == accounts.loss;
            if !seen.insert(account) && !is_one_with_gain {
                return Err(ChartError::Shared { purpose, account: account.into() });
            }
        }
        Ok(Chart(accounts))
    }

    /// The accounts.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.0
    }
}
