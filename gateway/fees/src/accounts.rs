//! Which accounts of the books the names in rules stand for.

use std::collections::BTreeMap;

use longmen_ledger::{Currency, TariffAccount, has_blank_end, is_hidden};
use serde::Deserialize;
use toml::Spanned;

use crate::fault::{MAX_NAME, Misplaced, RuleFault};
use crate::rule::{PAYEE, PAYER, Rule};

type Text = Spanned<Box<str>>;

/// An account, as it is written in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenAccount {
    role: Text,
    currency: Text,
    number: Text,
    r#type: Option<Text>,
}

/// The accounts of a file, by the name in its rules and the currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accounts(BTreeMap<(Box<str>, Currency), TariffAccount>);

impl Accounts {
    pub(crate) fn read(written: Vec<WrittenAccount>) -> Result<Accounts, Misplaced> {
        let mut accounts = Accounts::default();
        for WrittenAccount { role, currency: code, number, r#type } in written {
            let currency =
                Currency::from_code(code.get_ref()).ok_or_else(|| wrong(&code, RuleFault::Currency))?;
            if [PAYER, PAYEE].contains(&&**role.get_ref()) {
                return Err(wrong(&role, RuleFault::PartyHasNoAccount));
            }
            let kind = r#type.as_ref().map(seen).transpose()?.unwrap_or_default();
            let account = TariffAccount { number: seen(&number)?, kind, currency };
            let key = (seen(&role)?, currency);
            if accounts.0.insert(key, account).is_some() {
                return Err(wrong(&role, RuleFault::AccountTwice));
            }
        }
        Ok(accounts)
    }

    /// The account that a name stands for.
    pub(crate) fn get(&self, role: &str, currency: Currency) -> Option<&TariffAccount> {
        self.0.get(&(role.into(), currency))
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &TariffAccount> {
        self.0.values()
    }

    /// The first name of a rule for which the house must have an account, and for which none is given. Those of shares may be given
    /// with each transaction.
    pub(crate) fn missing<'r>(&self, rule: &'r Rule) -> Option<&'r str> {
        rule.house().find(|role| self.get(role, rule.currency()).is_none())
    }
}

/// A text of which a reader sees all.
fn seen(text: &Text) -> Result<Box<str>, Misplaced> {
    let told: &str = text.get_ref();
    let is_name =
        (1..=MAX_NAME).contains(&told.len()) && !told.chars().any(is_hidden) && !has_blank_end(told);
    if is_name { Ok(told.into()) } else { Err(wrong(text, RuleFault::Name)) }
}

fn wrong(text: &Text, fault: impl FnOnce(Box<str>) -> RuleFault) -> Misplaced {
    Misplaced { at: text.span(), fault: fault(text.get_ref().clone()) }
}
