//! What a refusal is about that the legs alone explain.

use std::collections::{BTreeMap, BTreeSet};

use longmen_client::{AccountRef, Action, Amount, Client, Side, Transaction};
use longmen_engine::ledger::{AmountError, Currency};

use crate::account_name::{name_of, name_of_account};
use crate::money::money;

/// By how much debits and credits differ, by entity and currency.
pub(super) async fn difference(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let mut nets: BTreeMap<(String, String), i128> = BTreeMap::new();
    for leg in &transaction.legs {
        let (entity, currency) = match &leg.account {
            AccountRef::Key(key) => (key.entity.clone(), key.currency.clone()),
            AccountRef::Id(_) => {
                let account = client.balance(leg.account.clone()).await.ok()?;
                (account.entity.into(), account.currency.into())
            }
        };
        let currency = leg.currency.clone().unwrap_or(currency);
        let amount = minor(&leg.amount, &currency).ok()?;
        *nets.entry((entity, currency)).or_default() += match leg.side {
            Side::Debit => amount,
            Side::Credit => -amount,
        };
    }
    let words = nets.into_iter().filter(|(_, net)| *net != 0).map(|((entity, currency), net)| {
        let (more, less) = if net > 0 { ("debits", "credits") } else { ("credits", "debits") };
        format!("{more} are {} {currency} more than {less} in {entity}", money(&currency, net.abs()))
    });
    Some(words.collect::<Vec<_>>().join("; ")).filter(|words| !words.is_empty())
}

/// Which accounts are off the balance sheet, and which are not.
pub(super) async fn mixed(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let mut off_balance: BTreeMap<Box<str>, BTreeSet<Box<str>>> = BTreeMap::new();
    let (mut off, mut on) = (BTreeSet::new(), BTreeSet::new());
    for leg in &transaction.legs {
        let account = client.balance(leg.account.clone()).await.ok()?;
        if !off_balance.contains_key(&account.entity) {
            let subjects = client.chart(&account.entity).await.ok()?.subjects.into_iter();
            let subjects = subjects.filter(|subject| &*subject.class == "off_balance");
            off_balance.insert(account.entity.clone(), subjects.map(|subject| subject.code).collect());
        }
        let is_off = off_balance[&account.entity].contains(&account.subject);
        if is_off { &mut off } else { &mut on }.insert(name_of_account(&account));
    }
    let list = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(", ");
    Some(format!("off the balance sheet: {}; on it: {}", list(off), list(on)))
}

/// The first amount that is none, and why.
pub(super) fn wrong_amount(transaction: &Transaction) -> Option<String> {
    let of_legs = transaction.legs.iter().map(|leg| (Some(&leg.account), &leg.amount, leg.currency.as_ref()));
    let of_action = match transaction.action.as_ref() {
        Some(Action::Freeze(freeze)) => {
            Some((Some(&freeze.account), &freeze.amount, freeze.currency.as_ref()))
        }
        Some(Action::Unfreeze(unfreeze)) => {
            unfreeze.amount.as_ref().map(|amount| (None, amount, unfreeze.currency.as_ref()))
        }
        Some(Action::Raise(raise)) => Some((None, &raise.amount, Some(&raise.currency))),
        Some(Action::Consume(consume)) => Some((None, &consume.amount, consume.currency.as_ref())),
        _ => None,
    };
    of_legs.chain(of_action).find_map(|(account, amount, currency)| {
        let currency = currency?;
        let why = match minor(amount, currency) {
            Ok(minor) if minor > 0 => return None,
            Ok(_) => "an amount is above zero".to_owned(),
            Err(AmountError::TooFine) => {
                let places = Currency::from_code(currency)?.exponent();
                format!("{currency} has {places} decimals")
            }
            Err(error) => error.to_string(),
        };
        let account = account.map_or_else(String::new, |account| format!("{}: ", name_of(account)));
        let amount = match amount {
            Amount::Minor(minor) => money(currency, (*minor).into()),
            Amount::Decimal(text) => text.clone(),
        };
        Some(format!("{account}{amount}: {why}"))
    })
}

pub(super) fn minor(amount: &Amount, currency: &str) -> Result<i128, AmountError> {
    match amount {
        Amount::Minor(minor) => Ok((*minor).into()),
        Amount::Decimal(text) => {
            let currency = Currency::from_code(currency).ok_or(AmountError::NotANumber)?;
            currency.parse_amount(text).map(|amount| amount.0.into())
        }
    }
}
