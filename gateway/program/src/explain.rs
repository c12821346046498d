//! What a refusal is about: the account, what was asked of it, what it has. The node is asked after it has refused, so that
//! no payment pays for it; the figures are those of now.

mod given_back;
mod original;

use std::collections::{BTreeMap, BTreeSet};

use longmen_client::{
    Account, AccountRef, Amount, Client, ClientError, Deed, Hold, HoldsRequest, Leg, MAX_LIST, PostResult,
    Side, Transaction, TransactionId,
};
use longmen_engine::ledger::{AmountError, Currency};

use crate::account_name::{name_of, name_of_account};
use crate::commands::accounts::state;
use crate::failure::remedy_of;
use crate::money::money;
use original::{find_original, naming, original};

/// What can be said about why a transaction was refused; nothing where the code says it all, or the node cannot be asked.
pub(crate) async fn explain(
    client: &mut Client,
    transaction: &Transaction,
    result: &PostResult,
) -> Option<String> {
    match &*result.outcome {
        "unbalanced" => difference(client, transaction).await,
        "invalid_amount" => match wrong_amount(transaction) {
            Some(words) => Some(words),
            None => taken(client, transaction).await,
        },
        "date_closed" => dates(client, transaction).await,
        "idempotency_conflict" => Some("the id was used before, for something else".to_owned()),
        "cancelled" => Some("the id was cancelled before".to_owned()),
        code if remedy_of(code).is_some() => remedy_of(code).map(str::to_owned),
        "unknown_freeze" | "freeze_exceeded" | "freeze_expired" | "wrong_authority" => {
            hold(client, transaction).await
        }
        "unknown_original" | "already_reversed" | "refund_exceeded" | "refund_window" => {
            original(client, transaction, &result.outcome).await
        }
        code => {
            let asked = asked(client, transaction, result.step, code).await?;
            let spent = match code {
                "insufficient_funds" => beyond_balance(client, transaction, &asked).await,
                _ => None,
            };
            match spent {
                Some(words) => Some(words),
                None => about(client, &asked, code).await,
            }
        }
    }
}

/// What one leg, or a freeze, asks of an account.
struct Asked {
    account: AccountRef,
    currency: Option<String>,
    amount: Option<i128>,
}

impl Asked {
    fn of(account: &AccountRef, currency: Option<&String>, amount: &Amount) -> Asked {
        let currency = currency.cloned();
        let amount = currency.as_deref().and_then(|currency| minor(amount, currency).ok());
        Asked { account: account.clone(), currency, amount }
    }
}

/// The leg that a step names: of the transaction, or of the original whose legs it moves. Where none is named, the hold
/// that is moved, or the first leg that the code fits.
async fn asked(client: &mut Client, transaction: &Transaction, step: u16, code: &str) -> Option<Asked> {
    if let Some(Deed::Freeze(freeze)) = &transaction.deed {
        return Some(Asked::of(&freeze.account, freeze.currency.as_ref(), &freeze.amount));
    }
    if let Some(leg) = leg_at(&transaction.legs, step) {
        return Some(Asked::of(&leg.account, leg.currency.as_ref(), &leg.amount));
    }
    let (currency, amount) = match transaction.deed.as_ref() {
        Some(Deed::Unfreeze(unfreeze)) => (unfreeze.currency.as_ref(), unfreeze.amount.as_ref()),
        Some(Deed::Consume(consume)) => (consume.currency.as_ref(), Some(&consume.amount)),
        Some(Deed::Try(_)) => {
            let legs = transaction.legs.iter();
            let legs =
                legs.map(|leg| (Some(leg.side), Asked::of(&leg.account, leg.currency.as_ref(), &leg.amount)));
            return first_that_fits(client, legs.collect(), code).await;
        }
        Some(Deed::Confirm(naming)) => {
            let page =
                client.holds(&HoldsRequest { account: None, after: None, limit: MAX_LIST }).await.ok()?;
            let (of, number) = (naming.client.unwrap_or(client.welcome().client), naming.original.number());
            let number = format!("{number:032x}");
            let holds = page.holds.iter().filter(|hold| hold.client == of && *hold.id == *number);
            let holds = holds.map(|hold| {
                let amount = Some(hold.remaining.into());
                (None, Asked { account: hold.account.into(), currency: None, amount })
            });
            return first_that_fits(client, holds.collect(), code).await;
        }
        _ => {
            let record = find_original(client, naming(transaction)?).await?;
            let legs = record.legs.iter().filter(|leg| step == 0 || leg.step == step);
            let legs = legs.map(|leg| {
                let amount = Some(leg.amount.into());
                (Some(leg.side), Asked { account: leg.account.into(), currency: None, amount })
            });
            let mut legs: Vec<(Option<Side>, Asked)> = legs.collect();
            return match step {
                0 => first_that_fits(client, legs, code).await,
                _ => legs.pop().map(|(_, asked)| asked),
            };
        }
    };
    let hold = find_hold(client, transaction).await.ok()??;
    let amount = amount.and_then(|amount| minor(amount, &hold.currency).ok());
    Some(Asked { account: hold.account.into(), currency: currency.cloned(), amount })
}

/// The first leg to whose account a refusal fits that names no step: by its states, or because it takes what is not there.
/// A part of a hold has no side: it always takes.
async fn first_that_fits(client: &mut Client, legs: Vec<(Option<Side>, Asked)>, code: &str) -> Option<Asked> {
    for (side, asked) in legs {
        let account = client.balance(asked.account.clone()).await.ok()?;
        let fits = match code {
            "account_state" => account.account_state != 1,
            "payment_state" => account.payment_state != 1,
            _ => {
                side != Some(account.normal) && asked.amount.is_some_and(|amount| amount > account.available)
            }
        };
        if fits {
            return Some(asked);
        }
    }
    None
}

/// Why a hold cannot be spent though it is there: what is available is no bound to it, but the balance is, and the holds
/// before it.
async fn beyond_balance(client: &mut Client, transaction: &Transaction, asked: &Asked) -> Option<String> {
    let forced = match transaction.deed.as_ref()? {
        Deed::Confirm(_) => false,
        Deed::Consume(consume) => consume.forced,
        _ => return None,
    };
    let account = client.balance(asked.account.clone()).await.ok()?;
    let hold = find_hold(client, transaction).await.ok()?;
    if hold.is_some_and(|hold| hold.account != account.id) {
        return None;
    }
    let print = |minor: i128| money(&account.currency, minor);
    let mut text = name_of_account(&account);
    if let Some(amount) = asked.amount {
        text.push_str(&format!(": {} {} asked for", print(amount), account.currency));
    }
    text.push_str(&format!(", the balance is {}", print(account.balance)));
    if !forced {
        text.push_str(&format!(
            ", {} frozen in all: earlier holds and the reserve come first",
            print(account.frozen)
        ));
    }
    Some(text)
}

fn leg_at(legs: &[Leg], step: u16) -> Option<&Leg> {
    let at = |(index, leg): &(usize, &Leg)| leg.step.map_or(index + 1, usize::from) == usize::from(step);
    legs.iter().enumerate().find(at).map(|(_, leg)| leg)
}

/// How the account stands that a rejection speaks of.
async fn about(client: &mut Client, asked: &Asked, code: &str) -> Option<String> {
    let wanted = match client.balance(asked.account.clone()).await {
        Ok(account) => account,
        Err(error) if error.refusal().is_some() => {
            return Some(format!("no account {}", name_of(&asked.account)));
        }
        Err(_) => return None,
    };
    let account = &wanted;
    let name = name_of_account(account);
    let print = |minor: i128| money(&account.currency, minor);
    let amount = match asked.amount {
        Some(amount) => format!("{} {} asked for, ", print(amount), account.currency),
        None => String::new(),
    };
    match code {
        "insufficient_funds" => {
            let mut text = format!("{name}: {amount}{} available now", print(account.available));
            for (figure, words) in
                [(account.frozen, "frozen"), (account.withholding.into(), "kept in reserve")]
            {
                if figure != 0 {
                    text.push_str(&format!(", {} {words}", print(figure)));
                }
            }
            Some(text)
        }
        "limit_exceeded" | "day_limit_exceeded" => Some(format!("{name}: {amount}{}", limits(account))),
        "account_state" | "payment_state" => Some(format!("{name} is {}", state(account))),
        "currency_mismatch" => {
            let said = asked.currency.as_deref().unwrap_or("another currency");
            Some(format!("{name} is in {}, asked for was {said}", account.currency))
        }
        "not_empty" => {
            Some(format!("{name} has {} and {} frozen", print(account.balance), print(account.frozen)))
        }
        _ => Some(name),
    }
}

/// How an account stands that a command is about, and not a leg.
pub(crate) async fn about_account(client: &mut Client, account: &AccountRef, code: &str) -> Option<String> {
    let asked = Asked { account: account.clone(), currency: None, amount: None };
    about(client, &asked, code).await
}

fn limits(account: &Account) -> String {
    let print = |minor: i128| money(&account.currency, minor);
    let mut limits = Vec::new();
    if let Some(limit) = account.transaction_limit {
        limits.push(format!("{} a transaction", print(limit.into())));
    }
    if let Some(limit) = account.day_limit {
        // What of it is used cannot be asked for: it is not the debit turnover.
        limits.push(format!("{} a day, of which each transaction uses what it takes", print(limit.into())));
    }
    if let Some(limit) = account.credit_limit {
        limits.push(format!("a balance of {} at most, now {}", print(limit.into()), print(account.balance)));
    }
    match limits.is_empty() {
        true => format!("balance {}", print(account.balance)),
        false => format!("allowed are {}", limits.join(", ")),
    }
}

/// By how much debits and credits differ, by entity and currency.
async fn difference(client: &mut Client, transaction: &Transaction) -> Option<String> {
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

/// The first amount that is none, and why.
fn wrong_amount(transaction: &Transaction) -> Option<String> {
    let of_legs = transaction.legs.iter().map(|leg| (Some(&leg.account), &leg.amount, leg.currency.as_ref()));
    let of_deed = match transaction.deed.as_ref() {
        Some(Deed::Freeze(freeze)) => Some((Some(&freeze.account), &freeze.amount, freeze.currency.as_ref())),
        Some(Deed::Unfreeze(unfreeze)) => {
            unfreeze.amount.as_ref().map(|amount| (None, amount, unfreeze.currency.as_ref()))
        }
        Some(Deed::Consume(consume)) => Some((None, &consume.amount, consume.currency.as_ref())),
        _ => None,
    };
    of_legs.chain(of_deed).find_map(|(account, amount, currency)| {
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

fn minor(amount: &Amount, currency: &str) -> Result<i128, AmountError> {
    match amount {
        Amount::Minor(minor) => Ok((*minor).into()),
        Amount::Decimal(text) => {
            let currency = Currency::from_code(currency).ok_or(AmountError::NotANumber)?;
            currency.parse_amount(text).map(|amount| amount.0.into())
        }
    }
}

/// The accounting dates of the entities that a transaction touches.
async fn dates(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let mut entities = BTreeSet::new();
    for leg in &transaction.legs {
        entities.insert(match &leg.account {
            AccountRef::Key(key) => key.entity.clone(),
            AccountRef::Id(_) => client.balance(leg.account.clone()).await.ok()?.entity.into(),
        });
    }
    accounting_dates(client, |entity| entities.is_empty() || entities.contains(entity)).await
}

/// The accounting dates of entities, in words.
pub(crate) async fn accounting_dates(client: &mut Client, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let status = client.status().await.ok()?;
    let wanted = status.entities.iter().filter(|(entity, _)| wanted(entity));
    let words: Vec<String> =
        wanted.take(8).map(|(entity, date)| format!("the accounting date of {entity} is {date}")).collect();
    Some(words.join(", ")).filter(|words| !words.is_empty())
}

/// What the legs of a consume take from the held account, where that is not what it says.
async fn taken(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let Some(Deed::Consume(consume)) = &transaction.deed else { return None };
    let hold = find_hold(client, transaction).await.ok()??;
    let held = client.balance(hold.account).await.ok()?;
    let mut taken = 0;
    for leg in &transaction.legs {
        if client.balance(leg.account.clone()).await.ok()?.id == held.id {
            let amount = minor(&leg.amount, &held.currency).ok()?;
            taken += if leg.side == held.normal { -amount } else { amount };
        }
    }
    let (name, currency) = (name_of_account(&held), &held.currency);
    let said = money(currency, minor(&consume.amount, currency).ok()?);
    Some(format!("{name}: the legs take {} {currency} from it, not {said}", money(currency, taken)))
}

/// The hold that an unfreeze or a consume names; of one of which nothing remains only its consume is told.
async fn find_hold(client: &mut Client, transaction: &Transaction) -> Result<Option<Hold>, ClientError> {
    let (id, of, account) = match transaction.deed.as_ref() {
        Some(Deed::Unfreeze(unfreeze)) => (&unfreeze.hold, unfreeze.client, None),
        Some(Deed::Consume(consume)) => {
            let debit = transaction.legs.iter().find(|leg| leg.side == Side::Debit);
            (&consume.hold, consume.client, debit.map(|leg| leg.account.clone()))
        }
        _ => return Ok(None),
    };
    let of = of.unwrap_or(client.welcome().client);
    let number = format!("{:032x}", id.number());
    let page = client.holds(&HoldsRequest { account, after: None, limit: MAX_LIST }).await?;
    Ok(page.holds.into_iter().find(|hold| hold.client == of && *hold.id == *number))
}

/// How the hold stands that a deed names.
async fn hold(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let (id, of) = match transaction.deed.as_ref()? {
        Deed::Unfreeze(unfreeze) => (&unfreeze.hold, unfreeze.client),
        Deed::Consume(consume) => (&consume.hold, consume.client),
        _ => return None,
    };
    let of = of.unwrap_or(client.welcome().client);
    let Some(found) = find_hold(client, transaction).await.ok()? else {
        return Some(format!("client {of} has no hold {} of which anything remains", name_of_id(id)));
    };
    let account = client.balance(found.account).await.ok()?;
    let remaining = money(&account.currency, found.remaining.into());
    let mut text = format!(
        "hold {} on {}: {remaining} {} remains now",
        name_of_id(id),
        name_of_account(&account),
        account.currency
    );
    if !found.authority.is_empty() {
        text.push_str(&format!(", held by {}", found.authority));
    }
    if found.expired {
        text.push_str(", expired");
    }
    Some(text)
}

fn name_of_id(id: &TransactionId) -> String {
    match id {
        TransactionId::Text(text) => text.clone(),
        TransactionId::Number(number) => format!("0x{number:032x}"),
    }
}
