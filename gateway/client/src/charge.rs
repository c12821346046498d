//! Charges: a gross amount, of which the ledger makes the legs.

use serde::Serialize;

use crate::account::{AccountRef, Amount};

/// Posts the legs that a gross amount comes to by the rules for fees and splits of the payer's entity. The rule is chosen by the
/// transaction's type, the channel, the merchant, the currency and the accounting date.
///
/// ```
/// use longmen_client::{Charge, Transaction};
/// let charge = Charge::new(7, "100.00", "CNY").payee(8).channel("wechat");
/// let transaction = Transaction::new("order-17").kind("card_pay").action(charge);
/// assert!(transaction.legs.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Charge {
    /// What is paid for: fees of the payer come on top of it, those of the payee out of it.
    pub amount: Amount,
    /// The currency's ISO 4217 code.
    pub currency: String,
    /// Whose account pays.
    pub payer: AccountRef,
    /// Whose account gets what is left after fees, where the rule does not split it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payee: Option<AccountRef>,
    /// Who has a share, as the rule calls it, and the account: those that the rules give no account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<(String, AccountRef)>,
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The merchant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant: Option<String>,
}

impl Charge {
    /// So much is paid from an account.
    #[must_use]
    pub fn new(payer: impl Into<AccountRef>, amount: impl Into<Amount>, currency: &str) -> Charge {
        let (payer, amount, currency) = (payer.into(), amount.into(), currency.to_owned());
        Charge { amount, currency, payer, payee: None, shares: Vec::new(), channel: None, merchant: None }
    }

    /// The same, to an account.
    #[must_use]
    pub fn payee(self, account: impl Into<AccountRef>) -> Charge {
        Charge { payee: Some(account.into()), ..self }
    }

    /// The same, with the account of one who has a share.
    #[must_use]
    pub fn share(mut self, role: &str, account: impl Into<AccountRef>) -> Charge {
        self.shares.push((role.to_owned(), account.into()));
        self
    }

    /// The same, through a channel.
    #[must_use]
    pub fn channel(self, channel: &str) -> Charge {
        Charge { channel: Some(channel.to_owned()), ..self }
    }

    /// The same, of a merchant.
    #[must_use]
    pub fn merchant(self, merchant: &str) -> Charge {
        Charge { merchant: Some(merchant.to_owned()), ..self }
    }
}
