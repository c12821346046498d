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
        Err(error) if error.refusal().is_some() => {
            return Some(format!("no account {}", name_of(&demand.account)));
        }
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
        "limit_exceeded" | "day_limit_exceeded" => Some(format!("{name}: {amount}{}", limits(account))),
        "account_state" | "payment_state" => Some(format!("{name} is {}", state(account))),
        "currency_mismatch" => {
            let said = demand.currency.as_deref().unwrap_or("another currency");
            Some(format!("{name} is in {}, asked for was {said}", account.currency))
        }
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

fn limits(account: &Account) -> String {
    let print = |minor: i128| money(&account.currency, minor);
    let mut limits = Vec::new();
    if let Some(limit) = account.transaction_limit {
        limits.push(format!("{} a transaction", print(limit.into())));
    }
    if let Some(limit) = account.day_limit {
        let used = account.day_used.zip(account.day_left());
        let used = used.map_or(String::new(), |(used, left)| {
            format!(": {} used on {}, {} left", print(used), account.date, print(left))
        });
        limits.push(format!(
            "{} a day, of which each transaction uses what it takes{used}",
            print(limit.into())
        ));
    }
    if let Some(limit) = account.credit_limit {
        limits.push(format!("a balance of {} at most, now {}", print(limit.into()), print(account.balance)));
    }
    match limits.is_empty() {
        true => {
            let frozen = print(account.frozen);
            let most = print(i64::MAX.into());
            format!(
                "balance {}, {frozen} frozen; what is frozen in all is {most} at most",
                print(account.balance)
            )
        }
        false => format!("allowed are {}", limits.join("; ")),
    }
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
