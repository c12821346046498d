//! Actions: what a transaction does besides posting the legs that it brings.

use serde::Serialize;

use crate::account::{AccountRef, Amount};
use crate::charge::Charge;
use crate::id::TransactionId;

/// What a transaction does besides posting its legs; see [`crate::Transaction::action`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Opens a hold named by the transaction (冻结). No legs.
    Freeze(Freeze),
    /// Releases a hold (解冻). No legs.
    Unfreeze(Unfreeze),
    /// Spends part of a hold and posts the legs (扣划).
    Consume(Consume),
    /// Undoes an original with all its legs, once (冲正). No legs.
    Reverse(Reverse),
    /// Gives back part of an original (退款): with legs, or an amount alone of what was charged.
    Refund(Refund),
    /// Holds what the legs take; posts nothing until it is confirmed (TCC).
    Try(Try),
    /// Posts the legs of a try. No legs.
    Confirm(Naming),
    /// Releases what a try holds. No legs.
    CancelTry(Naming),
    /// Adds to a hold, and may move its expiry (追加预授权). No legs.
    Raise(Raise),
    /// Posts the legs that an amount comes to by the rules of its entity (手续费, 分账). No legs.
    Charge(Charge),
}

/// What a hold is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// 业务冻结: an escrow, a withdrawal under way
    Business,
    /// 控制金额
    Control,
    /// 司法冻结
    Judicial,
    /// 挂失冻结
    Loss,
}

/// Opens a hold.
///
/// ```
/// use longmen_client::{Freeze, HoldKind, Transaction};
/// let freeze = Freeze::new(2, "5.00", "CNY").kind(HoldKind::Judicial).authority("court 3");
/// let transaction = Transaction::new("order-17-hold").action(freeze);
/// assert!(transaction.legs.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Freeze {
    pub account: AccountRef,
    /// How much.
    pub amount: Amount,
    /// The currency's ISO 4217 code; where absent, that of the account's natural key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What it is for; where absent, business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<HoldKind>,
    /// Who alone may release or spend it; where absent, anyone who knows its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// When it releases by itself, in microseconds since 1970; where absent, never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_us: Option<i64>,
}

impl Freeze {
    /// A business hold that stands until it is released.
    #[must_use]
    pub fn new(account: impl Into<AccountRef>, amount: impl Into<Amount>, currency: &str) -> Freeze {
        let (account, amount, currency) = (account.into(), amount.into(), Some(currency.to_owned()));
        Freeze { account, amount, currency, kind: None, authority: None, expires_us: None }
    }

    /// The same, of another kind.
    #[must_use]
    pub fn kind(self, kind: HoldKind) -> Freeze {
        Freeze { kind: Some(kind), ..self }
    }

    /// The same, for an authority.
    #[must_use]
    pub fn authority(self, authority: &str) -> Freeze {
        Freeze { authority: Some(authority.to_owned()), ..self }
    }

    /// The same, released by itself at a moment in microseconds since 1970.
    #[must_use]
    pub fn expires_us(self, moment: i64) -> Freeze {
        Freeze { expires_us: Some(moment), ..self }
    }
}

/// Releases a hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unfreeze {
    /// The transaction that froze.
    pub hold: TransactionId,
    /// The number of its client; where absent, this client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<u32>,
    /// How much; where absent, all that remains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// The currency, where the amount is a decimal number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Who releases it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
}

impl Unfreeze {
    /// Releases all that remains of a hold.
    #[must_use]
    pub fn all(hold: impl Into<TransactionId>) -> Unfreeze {
        Unfreeze { hold: hold.into(), client: None, amount: None, currency: None, authority: None }
    }

    /// Releases part of a hold.
    #[must_use]
    pub fn part(hold: impl Into<TransactionId>, amount: impl Into<Amount>, currency: &str) -> Unfreeze {
        let (amount, currency) = (Some(amount.into()), Some(currency.to_owned()));
        Unfreeze { amount, currency, ..Unfreeze::all(hold) }
    }

    /// The same, of another client's hold.
    #[must_use]
    pub fn client(self, number: u32) -> Unfreeze {
        Unfreeze { client: Some(number), ..self }
    }

    /// The same, by an authority.
    #[must_use]
    pub fn authority(self, authority: &str) -> Unfreeze {
        Unfreeze { authority: Some(authority.to_owned()), ..self }
    }
}

/// Adds to a hold of which something remains, and may move its expiry.
///
/// ```
/// use longmen_client::{Raise, Transaction};
/// let raise = Raise::new("room-12", "500.00", "CNY").expires_us(1_790_000_000_000_000);
/// let transaction = Transaction::new("room-12-minibar").action(raise);
/// assert!(transaction.legs.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Raise {
    /// The transaction that froze.
    pub hold: TransactionId,
    /// The number of its client; where absent, this client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<u32>,
    /// By how much.
    pub amount: Amount,
    /// The currency, which is the held account's.
    pub currency: String,
    /// Who raises it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// When it releases by itself from now on, in microseconds since 1970; where absent, as before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_us: Option<i64>,
}

impl Raise {
    /// Raises a hold by this much, and leaves its expiry as it is.
    #[must_use]
    pub fn new(hold: impl Into<TransactionId>, amount: impl Into<Amount>, currency: &str) -> Raise {
        let (hold, amount, currency) = (hold.into(), amount.into(), currency.to_owned());
        Raise { hold, client: None, amount, currency, authority: None, expires_us: None }
    }

    /// The same, of another client's hold.
    #[must_use]
    pub fn client(self, number: u32) -> Raise {
        Raise { client: Some(number), ..self }
    }

    /// The same, by an authority.
    #[must_use]
    pub fn authority(self, authority: &str) -> Raise {
        Raise { authority: Some(authority.to_owned()), ..self }
    }

    /// The same, with the expiry moved to a moment in microseconds since 1970.
    #[must_use]
    pub fn expires_us(self, moment: i64) -> Raise {
        Raise { expires_us: Some(moment), ..self }
    }
}

/// Spends part of a hold: exactly what the legs take from the held account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Consume {
    /// The transaction that froze.
    pub hold: TransactionId,
    /// The number of its client; where absent, this client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<u32>,
    /// How much.
    pub amount: Amount,
    /// The currency, where the amount is a decimal number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Who spends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Whether the payment state and a reported loss are set aside; needs an approval.
    #[serde(skip_serializing_if = "is_false")]
    pub forced: bool,
}

impl Consume {
    /// Spends this much of a hold.
    #[must_use]
    pub fn new(hold: impl Into<TransactionId>, amount: impl Into<Amount>, currency: &str) -> Consume {
        let (hold, amount, currency) = (hold.into(), amount.into(), Some(currency.to_owned()));
        Consume { hold, client: None, amount, currency, authority: None, forced: false }
    }

    /// The same, of another client's hold.
    #[must_use]
    pub fn client(self, number: u32) -> Consume {
        Consume { client: Some(number), ..self }
    }

    /// The same, by an authority.
    #[must_use]
    pub fn authority(self, authority: &str) -> Consume {
        Consume { authority: Some(authority.to_owned()), ..self }
    }

    /// The same, with payment state and a reported loss set aside.
    #[must_use]
    pub fn forced(self) -> Consume {
        Consume { forced: true, ..self }
    }
}

/// Names another transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Naming {
    /// Its id.
    pub original: TransactionId,
    /// The number of its client; where absent, this client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<u32>,
    /// Where its record lies, as `frame/ordinal`: needed where its id is older than the window of known ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl Naming {
    /// A transaction of this client.
    #[must_use]
    pub fn new(original: impl Into<TransactionId>) -> Naming {
        Naming { original: original.into(), client: None, place: None }
    }

    /// The same id of another client.
    #[must_use]
    pub fn client(self, number: u32) -> Naming {
        Naming { client: Some(number), ..self }
    }

    /// The same, whose record lies there.
    #[must_use]
    pub fn place(self, frame: u64, ordinal: u32) -> Naming {
        Naming { place: Some(format!("{frame}/{ordinal}")), ..self }
    }
}

/// Gives back part of an original.
///
/// ```
/// use longmen_client::{Naming, Refund, Transaction};
/// let refund = Refund::of(Naming::new("order-17")).amount("40.00", "CNY");
/// let transaction = Transaction::new("order-17-refund").action(refund);
/// assert!(transaction.legs.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refund {
    /// What is given back.
    #[serde(flatten)]
    pub original: Naming,
    /// How much of the gross amount of an original that was charged: its rule makes the legs. Where absent, the transaction brings them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// The currency, where the amount is a decimal number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

impl Refund {
    /// Gives back what the transaction's legs say.
    #[must_use]
    pub fn of(original: Naming) -> Refund {
        Refund { original, amount: None, currency: None }
    }

    /// Gives back so much of the gross amount; the transaction has no legs.
    #[must_use]
    pub fn amount(self, amount: impl Into<Amount>, currency: &str) -> Refund {
        Refund { amount: Some(amount.into()), currency: Some(currency.to_owned()), ..self }
    }
}

/// Undoes an original with all its legs, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reverse {
    /// What is undone.
    #[serde(flatten)]
    pub original: Naming,
    /// Whether funds and states are set aside; needs an approval.
    #[serde(skip_serializing_if = "is_false")]
    pub forced: bool,
}

impl Reverse {
    /// Undoes this original.
    #[must_use]
    pub fn new(original: Naming) -> Reverse {
        Reverse { original, forced: false }
    }

    /// The same, with funds and states set aside.
    #[must_use]
    pub fn forced(self) -> Reverse {
        Reverse { forced: true, ..self }
    }
}

/// The first step of a TCC transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Try {
    /// When it releases by itself, in microseconds since 1970; where absent, never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_us: Option<i64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl From<Freeze> for Action {
    fn from(freeze: Freeze) -> Action {
        Action::Freeze(freeze)
    }
}

impl From<Unfreeze> for Action {
    fn from(unfreeze: Unfreeze) -> Action {
        Action::Unfreeze(unfreeze)
    }
}

impl From<Raise> for Action {
    fn from(raise: Raise) -> Action {
        Action::Raise(raise)
    }
}

impl From<Charge> for Action {
    fn from(charge: Charge) -> Action {
        Action::Charge(charge)
    }
}

impl From<Refund> for Action {
    fn from(refund: Refund) -> Action {
        Action::Refund(refund)
    }
}

impl From<Consume> for Action {
    fn from(consume: Consume) -> Action {
        Action::Consume(consume)
    }
}

impl From<Reverse> for Action {
    fn from(reverse: Reverse) -> Action {
        Action::Reverse(reverse)
    }
}

impl From<Try> for Action {
    fn from(step: Try) -> Action {
        Action::Try(step)
    }
}
