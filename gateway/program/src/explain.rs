//! What a refusal is about: the account, what was asked of it, what it has. The node is asked after it has refused, so that
//! no payment pays for it; the figures are those of now.

mod booking;
mod dates;
mod demand;
mod given_back;
mod hold;
mod original;
mod refused_dates;
mod shape;
mod standing;

use jiff::Timestamp;
use longmen_client::{AccountRef, Action, Amount, Client, PostResult, Transaction};

use crate::failure::remedy_of;
use crate::id_name::name_of_id;
use crate::moment::time;
use booking::booking_mode;
pub(crate) use dates::accounting_dates;
use demand::{Demand, demand};
pub(crate) use given_back::moved_on;
use hold::{beyond_balance, expired_try, hold, raised, taken};
pub(crate) use original::find_original;
use original::{naming, original, placed};
use refused_dates::{dates, far_value};
use shape::{difference, minor, mixed, wrong_amount};
use standing::{about, too_many_holds, too_much_held};

/// What a memo leg is for.
const MEMO_ALONE: &str = "a memo leg is the other side of a leg on another account of the same entity";
/// What to do where no rule makes legs; nothing was kept of it.
const NO_RULE: &str = "no rule of the entity is for this type, channel, merchant and currency on the current accounting date, or of \
                       a refund, its original was not charged by one; `longmen fee rules --entity` lists what holds; the same id \
                       may be sent again when there is one";
/// What to do where a rule asks for others.
const WRONG_PARTIES: &str = "the rule that is for it asks for accounts of others than --payee and --share give, or for none of them: \
                             `longmen fee rules --entity` shows which rule that is";
/// What to do where an id has been refused before: whatever has changed since, that is its result.
const NEW_ID: &str = "this id keeps its first result; to try again, send it under a new id";

/// What can be said about why a transaction was refused; nothing where the code says it all, or the node cannot be asked.
pub(crate) async fn explain(
    client: &mut Client,
    transaction: &Transaction,
    result: &PostResult,
) -> Option<String> {
    let placed = placed(client, transaction, result).await;
    let words = reason(client, placed.as_ref().unwrap_or(transaction), result).await;
    match words {
        Some(words) if result.repeated && !words.contains("under a new id") => {
            Some(format!("{words}; {NEW_ID}"))
        }
        None if result.repeated => Some(NEW_ID.to_owned()),
        words => words,
    }
}

async fn reason(client: &mut Client, transaction: &Transaction, result: &PostResult) -> Option<String> {
    match &*result.outcome {
        "unbalanced" => difference(client, transaction).await,
        "invalid_amount" => match wrong_amount(transaction) {
            Some(words) => Some(words),
            None => taken(client, transaction).await,
        },
        "mixed_off_balance" => mixed(client, transaction).await,
        "memo_alone" => Some(MEMO_ALONE.to_owned()),
        "no_rule" => Some(NO_RULE.to_owned()),
        "wrong_parties" => Some(WRONG_PARTIES.to_owned()),
        "booking_mode" => booking_mode(client, transaction).await,
        "date_closed" => dates(client, transaction).await,
        "value_date" => far_value(client, transaction).await,
        "idempotency_conflict" => Some("the id was used before, for something else".to_owned()),
        code @ ("cancelled" | "already_posted") => Some(decided(transaction, code)),
        code if remedy_of(code).is_some() => remedy_of(code).map(str::to_owned),
        code @ ("unknown_freeze" | "freeze_exceeded" | "freeze_expired" | "wrong_authority") => {
            match expired(transaction) {
                Some(words) => Some(words),
                None if matches!(transaction.action, Some(Action::Confirm(_))) => {
                    expired_try(client, transaction).await
                }
                None => hold(client, transaction, code).await,
            }
        }
        "unknown_original" | "already_reversed" | "refund_exceeded" | "refund_window" => {
            original(client, transaction, &result.outcome).await
        }
        code => {
            if code == "limit_exceeded"
                && let Some(words) = too_many_holds(client, transaction).await
            {
                return Some(words);
            }
            let demand = demand(client, transaction, result.step, code).await?;
            let holds =
                matches!(transaction.action, Some(Action::Freeze(_) | Action::Raise(_) | Action::Try(_)));
            if code == "limit_exceeded" && holds {
                return too_much_held(client, &demand).await;
            }
            let spent = match code {
                "insufficient_funds" => beyond_balance(client, transaction, &demand).await,
                _ => None,
            };
            match spent {
                Some(words) => Some(words),
                None => Some(about(client, &demand, code).await? + &raised(client, transaction, code).await),
            }
        }
    }
}

/// How an account stands that a command is about, and not a leg.
pub(crate) async fn about_account(
    client: &mut Client,
    account: &AccountRef,
    amount: Option<(&Amount, &str)>,
    code: &str,
) -> Option<String> {
    let amount = amount.and_then(|(amount, currency)| minor(amount, currency).ok());
    about(client, &Demand { amount, ..Demand::nothing(account) }, code).await
}

/// That the id was cancelled, or of a second step that its try was decided before.
fn decided(transaction: &Transaction, code: &str) -> String {
    let of_try = naming(transaction).map(|naming| name_of_id(&naming.original));
    match (of_try, code) {
        (Some(name), "cancelled") => format!("the try {name} was cancelled before"),
        (Some(name), _) => format!("the try {name} was confirmed before"),
        (None, _) => "the id was cancelled before".to_owned(),
    }
}

/// That what would be held has expired already, when it was asked for.
fn expired(transaction: &Transaction) -> Option<String> {
    let expires_us = match transaction.action.as_ref()? {
        Action::Freeze(freeze) => freeze.expires_us?,
        Action::Try(attempt) => attempt.expires_us?,
        // Or else it is the hold itself that has expired.
        Action::Raise(raise) => {
            raise.expires_us.filter(|moment| *moment <= Timestamp::now().as_microsecond())?
        }
        _ => return None,
    };
    Some(format!("it was to expire at {}, which has passed by the ledger's time", time(expires_us)))
}
