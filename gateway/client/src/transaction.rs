//! Transactions to post.

use serde::Serialize;

use crate::account::{AccountRef, Amount, Side};
use crate::id::TransactionId;

/// One leg (分录) of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leg {
    /// The account.
    pub account: AccountRef,
    /// Debit or credit.
    pub side: Side,
    /// How much; above zero.
    pub amount: Amount,
    /// The currency's ISO 4217 code; where absent, that of the account's natural key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Tells legs on one account apart, increasing; where absent, the leg's place, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u16>,
}

/// A transaction to post: legs that balance in each currency, or a single leg on an off-balance account.
///
/// ```
/// use longmen_client::{AccountKey, Transaction};
/// let merchant = AccountKey::new("LM", "M1", "settlement", "CNY");
/// let payment = Transaction::new("order-17")
///     .debit(4, "12.30", "CNY")
///     .credit(merchant, "12.23", "CNY")
///     .credit(9, "0.07", "CNY")
///     .kind("payment")
///     .reference("terminal 8");
/// assert_eq!(payment.legs.len(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transaction {
    /// The client's id for it: the same id always means the same transaction.
    pub id: TransactionId,
    /// The legs.
    pub legs: Vec<Leg>,
    /// The client's own time, in seconds since 1970. Give it, and repeat it in every retry: it tells the node
    /// whether the id can still be known. Where absent, the time of arrival.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<u32>,
    /// The value date (`YYYY-MM-DD`), where it differs from the accounting date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_date: Option<String>,
    /// The transaction type, a label such as `top_up`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The client's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Free tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<String>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The approval it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Transaction {
    /// A transaction without legs.
    #[must_use]
    pub fn new(id: impl Into<TransactionId>) -> Transaction {
        Transaction {
            id: id.into(),
            legs: Vec::new(),
            time: None,
            value_date: None,
            kind: None,
            reference: None,
            tags: None,
            operator: None,
            approval: None,
            reason: None,
        }
    }

    /// The same with one more debit leg.
    #[must_use]
    pub fn debit(
        self,
        account: impl Into<AccountRef>,
        amount: impl Into<Amount>,
        currency: &str,
    ) -> Transaction {
        self.leg(Side::Debit, account.into(), amount.into(), currency)
    }

    /// The same with one more credit leg.
    #[must_use]
    pub fn credit(
        self,
        account: impl Into<AccountRef>,
        amount: impl Into<Amount>,
        currency: &str,
    ) -> Transaction {
        self.leg(Side::Credit, account.into(), amount.into(), currency)
    }

    /// The same with the client's own time, in seconds since 1970.
    #[must_use]
    pub fn time(self, seconds: u32) -> Transaction {
        Transaction { time: Some(seconds), ..self }
    }

    /// The same with a value date, `YYYY-MM-DD`.
    #[must_use]
    pub fn value_date(self, date: &str) -> Transaction {
        Transaction { value_date: Some(date.to_owned()), ..self }
    }

    /// The same with a transaction type.
    #[must_use]
    pub fn kind(self, label: &str) -> Transaction {
        Transaction { kind: Some(label.to_owned()), ..self }
    }

    /// The same with the client's own reference.
    #[must_use]
    pub fn reference(self, reference: &str) -> Transaction {
        Transaction { reference: Some(reference.to_owned()), ..self }
    }

    fn leg(mut self, side: Side, account: AccountRef, amount: Amount, currency: &str) -> Transaction {
        self.legs.push(Leg { account, side, amount, currency: Some(currency.to_owned()), step: None });
        self
    }
}
