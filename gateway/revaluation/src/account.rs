//! Accounts as the settings name them.

use longmen_ledger::{Currency, has_blank_end, is_hidden};
use serde::Deserialize;

/// An account by its text, which begins with its entity and ends in its currency: `LM/position/USD`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Account {
    pub(crate) text: Box<str>,
    pub(crate) currency: Currency,
}

impl Account {
    pub(crate) fn is_of(&self, entity: &str) -> bool {
        self.text.split('/').next() == Some(entity)
    }
}

impl TryFrom<String> for Account {
    type Error = String;

    fn try_from(text: String) -> Result<Account, String> {
        let is_text = |part: &str| !part.is_empty() && !has_blank_end(part) && !part.chars().any(is_hidden);
        let parts: Vec<&str> = text.split('/').collect();
        let currency = parts.last().and_then(|code| Currency::from_code(code));
        match currency.filter(|_| parts.len() > 2 && parts.iter().all(|part| is_text(part))) {
            Some(currency) => Ok(Account { text: text.into(), currency }),
            None => Err(format!("{text:?} is no account such as LM/position/USD")),
        }
    }
}
