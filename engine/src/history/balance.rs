//! What an account had at a moment of the past: the last entry's balance after.

use super::chain::{Bound, Chain};
use super::lines::{Detail, pieces};
use super::{History, HistoryError};
use crate::ledger::{AccountView, Date, Position};

/// A moment of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The end of everything logged at this time, in microseconds since 1970.
    Time(i64),
    /// The end of an accounting date.
    Accounting(Date),
    /// All that has this value date or an earlier one, whenever it was booked. Late postings and value dates ahead of the
    /// accounting date may stand anywhere, so this walks the account's whole history.
    Value(Date),
}

/// What an account had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastBalance {
    /// The natural balance.
    pub balance: i128,
    /// The sum of open holds; `None` by value date, which holds have none of.
    pub frozen: Option<i64>,
    /// The newest record that counts; [`Position::NONE`] before the account was opened, and by value date.
    pub at: Position,
    /// How many records of the account were read from the log.
    pub records_read: u64,
}

impl History {
    /// The balance of an account, and what was frozen of it, at a moment. By time and accounting date this follows the
    /// chain's links: some hundred records of a million.
    ///
    /// # Errors
    /// [`HistoryError`], where the log cannot be read or the chain is broken.
    pub fn balance_at(&self, account: &AccountView, moment: Moment) -> Result<PastBalance, HistoryError> {
        let mut chain = Chain::new(self, account.id);
        let bound = match moment {
            Moment::Time(time_us) => Bound::Time(time_us),
            Moment::Accounting(date) => Bound::Date(date),
            Moment::Value(date) => return by_value_date(&mut chain, account, date),
        };
        let at = chain.find(account.last, bound, &mut Vec::new())?.at;
        let balance = account.normal.natural(chain.balance(at)?);
        let frozen = Some(chain.frozen(at)?);
        Ok(PastBalance { balance, frozen, at, records_read: chain.read })
    }
}

fn by_value_date(
    chain: &mut Chain<'_>,
    account: &AccountView,
    date: Date,
) -> Result<PastBalance, HistoryError> {
    let (mut balance, mut at) = (0, account.last);
    while at != Position::NONE {
        let (pieces, previous) = pieces(chain, at, Detail { holds: false, legs: true })?;
        for piece in &pieces {
            if piece.value_date(chain.view())? <= date {
                balance += piece.signed();
            }
        }
        at = previous;
    }
    let (balance, at) = (account.normal.natural(balance), Position::NONE);
    Ok(PastBalance { balance, frozen: None, at, records_read: chain.read })
}
