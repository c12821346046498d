//! What a refusal is about that names a hold, or spends one.

use longmen_client::{
    AccountRef, Action, Amount, Client, ClientError, Hold, HoldsRequest, MAX_LIST, Transaction, TransactionId,
};

use super::demand::Demand;
use super::original::{find_original, naming};
use super::shape::minor;
use crate::account_name::name_of_account;
use crate::id_name::name_of_id;
use crate::moment::time;
use crate::money::money;

/// At most eight pages of holds are read to find one.
const PAGES: usize = 8;

/// The hold that an unfreeze, a raise or a consume names: its id and client.
fn named<'a>(client: &Client, transaction: &'a Transaction) -> Option<(&'a TransactionId, u32)> {
    let (id, of) = match transaction.action.as_ref()? {
        Action::Unfreeze(unfreeze) => (&unfreeze.hold, unfreeze.client),
        Action::Raise(raise) => (&raise.hold, raise.client),
        Action::Consume(consume) => (&consume.hold, consume.client),
        _ => return None,
    };
    Some((id, of.unwrap_or(client.welcome().client)))
}

/// The hold that a transaction names. One of which nothing remains is told of its account alone: it is found
/// where a leg names that.
pub(super) async fn find_hold(
    client: &mut Client,
    transaction: &Transaction,
) -> Result<Option<Hold>, ClientError> {
    let Some((id, of)) = named(client, transaction) else { return Ok(None) };
    let number = format!("{:032x}", id.number());
    let is_it = |hold: &Hold| hold.client == of && *hold.id == *number;
    let mut accounts: Vec<&AccountRef> = Vec::new();
    for leg in &transaction.legs {
        if !accounts.contains(&&leg.account) {
            accounts.push(&leg.account);
        }
    }
    for account in accounts.into_iter().take(PAGES).map(Some).chain([None]) {
        let mut after = None;
        for _ in 0..PAGES {
            let request =
                HoldsRequest { account: account.cloned(), after: after.as_deref(), limit: MAX_LIST };
            let page = match client.holds(&request).await {
                Err(error) if error.refusal().is_some() => break,
                page => page?,
            };
            if let Some(hold) = page.holds.into_iter().find(is_it) {
                return Ok(Some(hold));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(None)
}

/// How the hold stands that an action names.
pub(super) async fn hold(client: &mut Client, transaction: &Transaction, code: &str) -> Option<String> {
    let (id, of) = named(client, transaction)?;
    let name = name_of_id(id);
    let Some(found) = find_hold(client, transaction).await.ok()? else {
        return Some(match code {
            "freeze_expired" => format!("hold {name} of client {of} has expired, and nothing of it remains"),
            _ => format!("client {of} has no hold {name} of which anything remains"),
        });
    };
    let account = client.balance(found.account).await.ok()?;
    let currency = &account.currency;
    let mut text = format!("hold {name} on {}", name_of_account(&account));
    if &*found.kind == "try" {
        let confirm = "which `longmen confirm` takes and `longmen cancel` releases";
        return Some(format!("{text} is that of a try, {confirm}"));
    }
    text.push_str(&format!(": {} {currency} remains now", money(currency, found.remaining.into())));
    if let Some(amount) = asked_of(transaction).and_then(|amount| minor(amount, currency).ok()) {
        text.push_str(&format!(", {} asked for", money(currency, amount)));
    }
    if !found.authority.is_empty() {
        text.push_str(&format!(", held by {}", found.authority));
    }
    if found.expired {
        text.push_str(", expired");
    }
    Some(text)
}

/// When a try expired that is to be confirmed.
pub(super) async fn expired_try(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let naming = naming(transaction)?;
    let name = name_of_id(&naming.original);
    let record = find_original(client, naming).await;
    let accounts: Vec<u64> = record.iter().flat_map(|record| &record.tried).map(|leg| leg.account).collect();
    let of = naming.client.unwrap_or(client.welcome().client);
    let when = expiry(client, &accounts, (of, naming.original.number())).await;
    let when = when.map_or(String::new(), |moment| format!(" at {}", time(moment)));
    Some(format!("the try {name} expired{when}, and what it held is free again; try again under a new id"))
}

/// When the hold of this name expires, or did, by the holds of the accounts that it may be on.
async fn expiry(client: &mut Client, accounts: &[u64], (of, number): (u32, u128)) -> Option<i64> {
    let number = format!("{number:032x}");
    for account in accounts.iter().take(PAGES) {
        let account = Some((*account).into());
        let page = client.holds(&HoldsRequest { account, after: None, limit: MAX_LIST }).await.ok()?;
        let found = page.holds.into_iter().find(|hold| hold.client == of && *hold.id == *number);
        if let Some(hold) = found {
            return hold.expires_us;
        }
    }
    None
}

/// What remains of the hold that a raise without funds would add to; nothing of any other refusal.
pub(super) async fn raised(client: &mut Client, transaction: &Transaction, code: &str) -> String {
    let (Some(Action::Raise(raise)), "insufficient_funds") = (&transaction.action, code) else {
        return String::new();
    };
    let name = name_of_id(&raise.hold);
    let remains =
        |hold: Hold| format!("; hold {name}: {} remains", money(&hold.currency, hold.remaining.into()));
    find_hold(client, transaction).await.ok().flatten().map_or_else(String::new, remains)
}

/// How many holds of an account have something left.
pub(super) async fn open_holds(client: &mut Client, account: &AccountRef) -> Option<usize> {
    let (mut count, mut after) = (0, None);
    loop {
        let account = Some(account.clone());
        let request = HoldsRequest { account, after: after.as_deref(), limit: MAX_LIST };
        let page = client.holds(&request).await.ok()?;
        count += page.holds.iter().filter(|hold| hold.remaining > 0).count();
        after = page.next;
        if after.is_none() {
            return Some(count);
        }
    }
}

fn asked_of(transaction: &Transaction) -> Option<&Amount> {
    match transaction.action.as_ref()? {
        Action::Unfreeze(unfreeze) => unfreeze.amount.as_ref(),
        Action::Raise(raise) => Some(&raise.amount),
        Action::Consume(consume) => Some(&consume.amount),
        _ => None,
    }
}

/// What the legs of a consume take from the held account, where that is not what it says.
pub(super) async fn taken(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let Some(Action::Consume(consume)) = &transaction.action else { return None };
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
    let hold = name_of_id(&consume.hold);
    Some(format!(
        "hold {hold} is on {name}: the legs take {} {currency} from it, not {said}",
        money(currency, taken)
    ))
}

/// Why a hold cannot be spent though it is there: what is available is no bound to it, but the balance is, and the holds
/// before it.
pub(super) async fn beyond_balance(
    client: &mut Client,
    transaction: &Transaction,
    demand: &Demand,
) -> Option<String> {
    let forced = match transaction.action.as_ref()? {
        Action::Confirm(_) => false,
        Action::Consume(consume) => consume.forced,
        _ => return None,
    };
    let account = client.balance(demand.account.clone()).await.ok()?;
    let hold = find_hold(client, transaction).await.ok()?;
    if hold.is_some_and(|hold| hold.account != account.id) {
        return None;
    }
    let print = |minor: i128| money(&account.currency, minor);
    let mut text = name_of_account(&account);
    if let Some(amount) = demand.amount {
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
