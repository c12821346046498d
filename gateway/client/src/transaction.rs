//! Transactions to post.

use serde::Serialize;

use crate::account::{AccountRef, Amount, Side};
use crate::action::{Action, Consume, Freeze, Naming, Raise, Refund, Reverse, Try, Unfreeze};
use crate::id::TransactionId;

/// One leg (分录) of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leg {
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
    pub legs: Vec<Leg>,
    /// When the client sent it first, in seconds since 1970. Give it, and repeat it in every retry, however late: by it the
    /// node tells whether the id can still be known. Without it a new id is taken only by a ledger that is so young that it
    /// has forgotten none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<u32>,
    /// The value date (`YYYY-MM-DD`), where it differs from the accounting date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_date: Option<String>,
    /// The accounting date (`YYYY-MM-DD`) that the client counts on: on any other it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounting_date: Option<String>,
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
    /// Who may see it in statements: `customer`, `operations` or `internal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// The other party, or its reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<String>,
    /// What it does besides posting its legs.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
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
            accounting_date: None,
            kind: None,
            reference: None,
            tags: None,
            operator: None,
            approval: None,
            reason: None,
            visibility: None,
            counterparty: None,
            action: None,
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

    /// The same with the accounting date that the client counts on, `YYYY-MM-DD`.
    #[must_use]
    pub fn accounting_date(self, date: &str) -> Transaction {
        Transaction { accounting_date: Some(date.to_owned()), ..self }
    }

    /// The same with who did it.
    #[must_use]
    pub fn operator(self, operator: &str) -> Transaction {
        Transaction { operator: Some(operator.to_owned()), ..self }
    }

    /// The same with the approval it rests on.
    #[must_use]
    pub fn approval(self, approval: &str) -> Transaction {
        Transaction { approval: Some(approval.to_owned()), ..self }
    }

    /// The same with why.
    #[must_use]
    pub fn reason(self, reason: &str) -> Transaction {
        Transaction { reason: Some(reason.to_owned()), ..self }
    }

    /// The same with who may see it: `customer`, `operations` or `internal`.
    #[must_use]
    pub fn visibility(self, visibility: &str) -> Transaction {
        Transaction { visibility: Some(visibility.to_owned()), ..self }
    }

    /// The same with the other party.
    #[must_use]
    pub fn counterparty(self, counterparty: &str) -> Transaction {
        Transaction { counterparty: Some(counterparty.to_owned()), ..self }
    }

    /// The same, doing something besides posting its legs.
    #[must_use]
    pub fn action(self, action: impl Into<Action>) -> Transaction {
        Transaction { action: Some(action.into()), ..self }
    }

    /// The same, freezing an amount under this transaction's name (冻结).
    #[must_use]
    pub fn freeze(
        self,
        account: impl Into<AccountRef>,
        amount: impl Into<Amount>,
        currency: &str,
    ) -> Transaction {
        self.action(Freeze::new(account, amount, currency))
    }

    /// The same, releasing all that remains of a hold of this client (解冻).
    #[must_use]
    pub fn unfreeze(self, hold: impl Into<TransactionId>) -> Transaction {
        self.action(Unfreeze::all(hold))
    }

    /// The same, adding to a hold of this client (追加预授权).
    #[must_use]
    pub fn raise(
        self,
        hold: impl Into<TransactionId>,
        amount: impl Into<Amount>,
        currency: &str,
    ) -> Transaction {
        self.action(Raise::new(hold, amount, currency))
    }

    /// The same, spending part of a hold of this client by its legs (扣划).
    #[must_use]
    pub fn consume(
        self,
        hold: impl Into<TransactionId>,
        amount: impl Into<Amount>,
        currency: &str,
    ) -> Transaction {
        self.action(Consume::new(hold, amount, currency))
    }

    /// The same, undoing a transaction of this client (冲正).
    #[must_use]
    pub fn reverse(self, original: impl Into<TransactionId>) -> Transaction {
        self.action(Reverse::new(Naming::new(original)))
    }

    /// The same, its legs giving back part of a transaction of this client (退款).
    #[must_use]
    pub fn refund(self, original: impl Into<TransactionId>) -> Transaction {
        self.action(Refund::of(Naming::new(original)))
    }

    /// The same, as the first step of a TCC transaction: what its legs take is held until it is confirmed.
    #[must_use]
    pub fn try_(self) -> Transaction {
        self.action(Try::default())
    }

    /// The same, posting the legs of a try of this client.
    #[must_use]
    pub fn confirm(self, tried: impl Into<TransactionId>) -> Transaction {
        self.action(Action::Confirm(Naming::new(tried)))
    }

    /// The same, releasing what a try of this client holds.
    #[must_use]
    pub fn cancel_try(self, tried: impl Into<TransactionId>) -> Transaction {
        self.action(Action::CancelTry(Naming::new(tried)))
    }

    fn leg(mut self, side: Side, account: AccountRef, amount: Amount, currency: &str) -> Transaction {
        self.legs.push(Leg { account, side, amount, currency: Some(currency.to_owned()), step: None });
        self
    }
}
