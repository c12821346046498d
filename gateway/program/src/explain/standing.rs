//! How an account stands that a refusal speaks of.

use longmen_client::{Account, Action, Client, Transaction};
use longmen_engine::ledger::MAX_HOLDS;

use super::demand::Demand;
use super::hold::open_holds;
use crate::account_name::{name_of, name_of_account};
use crate::account_state::state;
use crate::money::money;

/// How the account stands that a rejection speaks of.
pub(super) async fn about(client: &mut Client, demand: &Demand, code: &str) -> Option<String> {
    let wanted = match client.balance(demand.account.clone()).await {
        Ok(account) => account,
        Err(error) if error.refusal().is_some_and(|refusal| &*refusal.code == "unknown_account") => {
            return Some(format!("no account {}", name_of(&demand.account)));
        }
        // Whoever may not look at it learns no more than the refusal says.
        Err(_) => return None,
    };
    let account = &wanted;
    let name = name_of_account(account);
    let print = |minor: i128| money(&account.currency, minor);
    let amount = match demand.amount {
        Some(amount) => {
            let in_all = if demand.in_all { " in all" } else { "" };
            format!("{} {} asked for{in_all}, ", print(amount), account.currency)
        }
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
        "limit_exceeded" | "day_limit_exceeded" => {
            Some(format!("{name}: {amount}{}", limits(account, demand.amount, code)))
        }
        "account_state" | "payment_state" => Some(format!("{name} is {}", state(account))),
        "currency_mismatch" => {
            let said = demand.currency.as_deref().unwrap_or("another currency");
            Some(format!("{name} is in {}, asked for was {said}", account.currency))
        }
        "version_conflict" => Some(format!(
            "{name} has moved: its newest record is {} now; look at it again, and say --expected {} if the change still holds",
            account.last, account.last
        )),
        "not_empty" => {
            let reserve = match account.withholding {
                0 => String::new(),
                reserve => format!(", {} kept in reserve", print(reserve.into())),
            };
            Some(format!(
                "{name} has {} and {} frozen{reserve}",
                print(account.balance),
                print(account.frozen)
            ))
        }
        _ => Some(name),
    }
}

/// The limits that a refusal speaks of: those that the amount goes beyond. Without an amount, those that keep an account from
/// being hot.
fn limits(account: &Account, amount: Option<i128>, code: &str) -> String {
    let print = |minor: i128| money(&account.currency, minor);
    let is_beyond = |limit: i64, before: i128| amount.is_some_and(|amount| before + amount > limit.into());
    let of_day = code == "day_limit_exceeded" || amount.is_none();
    let per_transaction = account.transaction_limit.filter(|_| code != "day_limit_exceeded");
    let per_transaction =
        per_transaction.map(|limit| (is_beyond(limit, 0), format!("{} a transaction", print(limit.into()))));
    let per_day = account.day_limit.filter(|_| of_day).map(|limit| {
        let used = account.day_used.zip(account.day_left());
        let used = used.map_or(String::new(), |(used, left)| {
            format!(": {} used on {}, {} left", print(used), account.date, print(left))
        });
        let words =
            format!("{} a day, of which each transaction uses what it takes{used}", print(limit.into()));
        (true, words)
    });
    let of_credit = account.credit_limit.filter(|_| !of_day).map(|limit| {
        let words = format!("a balance of {} at most, now {}", print(limit.into()), print(account.balance));
        (is_beyond(limit, account.balance), words)
    });
    let all: Vec<(bool, String)> = [per_transaction, per_day, of_credit].into_iter().flatten().collect();
    let one_is_beyond = all.iter().any(|(is_beyond, _)| *is_beyond);
    let told = all.into_iter().filter(|(is_beyond, _)| *is_beyond || !one_is_beyond || amount.is_none());
    match told.map(|(_, words)| words).collect::<Vec<_>>().join("; ") {
        none if none.is_empty() => {
            format!("it has no such limit now, its balance is {}", print(account.balance))
        }
        words => format!("allowed are {words}"),
    }
}

/// That the holds of an account would come to more than there may be in all; what is held obeys no other limit.
pub(super) async fn too_much_held(client: &mut Client, demand: &Demand) -> Option<String> {
    let account = client.balance(demand.account.clone()).await.ok()?;
    let print = |minor: i128| money(&account.currency, minor);
    let asked = demand.amount.map_or(String::new(), |amount| format!("{} asked for, ", print(amount)));
    Some(format!(
        "{}: {asked}{} frozen before; what is frozen in all is {} at most",
        name_of_account(&account),
        print(account.frozen),
        print(i64::MAX.into())
    ))
}

/// That an account has as many holds as it may have; nothing where the transaction opens none, or that is not the reason.
pub(super) async fn too_many_holds(client: &mut Client, transaction: &Transaction) -> Option<String> {
    let accounts: Vec<_> = match transaction.action.as_ref()? {
        Action::Freeze(freeze) => vec![&freeze.account],
        Action::Try(_) => transaction.legs.iter().map(|leg| &leg.account).collect(),
        _ => return None,
    };
    for account in accounts {
        if open_holds(client, account).await? >= MAX_HOLDS {
            let name = name_of(account);
            return Some(format!(
                "{name} has {MAX_HOLDS} holds of which something remains, and may have no more"
            ));
        }
    }
    None
}
