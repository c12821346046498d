//! What one leg, or a hold, asks of an account.

use longmen_client::{
    AccountRef, Action, Amount, Client, HoldsRequest, MAX_LIST, Side, Transaction, TransactionRecord,
};

use super::hold::find_hold;
use super::original::{find_original, naming};
use super::shape::minor;

/// What is asked of an account.
pub(super) struct Demand {
    pub(super) account: AccountRef,
    pub(super) currency: Option<String>,
    pub(super) amount: Option<i128>,
    /// Whether several legs ask for it together.
    pub(super) in_all: bool,
}

/// A leg of the transaction, or of the original whose legs it moves.
struct Part {
    step: u16,
    side: Side,
    demand: Demand,
}

impl Demand {
    pub(super) fn of(account: &AccountRef, currency: Option<&String>, amount: &Amount) -> Demand {
        let currency = currency.cloned();
        let amount = currency.as_deref().and_then(|currency| minor(amount, currency).ok());
        Demand { account: account.clone(), currency, amount, in_all: false }
    }

    /// Of an account that a command is about, and not a leg.
    pub(super) fn nothing(account: &AccountRef) -> Demand {
        Demand { account: account.clone(), currency: None, amount: None, in_all: false }
    }
}

/// The leg that a step names: of the transaction, or of the original whose legs it moves. Where none is named, the hold
/// that is moved, or the first leg that the code fits.
pub(super) async fn demand(
    client: &mut Client,
    transaction: &Transaction,
    step: u16,
    code: &str,
) -> Option<Demand> {
    if let Some(Action::Freeze(freeze)) = &transaction.action {
        return Some(Demand::of(&freeze.account, freeze.currency.as_ref(), &freeze.amount));
    }
    if step > 0 {
        let own = own_parts(transaction);
        let parts = if own.is_empty() { original_parts(client, transaction).await? } else { own };
        return at_step(parts, step);
    }
    let parts = match transaction.action.as_ref()? {
        Action::Unfreeze(_) | Action::Raise(_) | Action::Consume(_) => {
            return of_hold(client, transaction).await;
        }
        Action::Try(_) => own_parts(transaction),
        Action::Confirm(_) => held_parts(client, transaction).await?,
        _ => original_parts(client, transaction).await?,
    };
    first_that_fits(client, parts, code).await
}

fn own_parts(transaction: &Transaction) -> Vec<Part> {
    let legs = (1_u16..).zip(&transaction.legs);
    let parts = legs.map(|(place, leg)| Part {
        step: leg.step.unwrap_or(place),
        side: leg.side,
        demand: Demand::of(&leg.account, leg.currency.as_ref(), &leg.amount),
    });
    parts.collect()
}

/// The legs of what is undone or confirmed.
async fn original_parts(client: &mut Client, transaction: &Transaction) -> Option<Vec<Part>> {
    let record: TransactionRecord = find_original(client, naming(transaction)?).await?;
    let part = |step, side, account: u64, amount: i64| {
        let demand = Demand { amount: Some(amount.into()), ..Demand::nothing(&account.into()) };
        Part { step, side, demand }
    };
    let posted = record.legs.iter().map(|leg| part(leg.step, leg.side, leg.account, leg.amount));
    let tried = record.tried.iter().map(|leg| part(leg.step, leg.side, leg.account, leg.amount));
    Some(posted.chain(tried).collect())
}

/// What a try holds, which its confirm takes.
async fn held_parts(client: &mut Client, transaction: &Transaction) -> Option<Vec<Part>> {
    let naming = naming(transaction)?;
    let page = client.holds(&HoldsRequest { account: None, after: None, limit: MAX_LIST }).await.ok()?;
    let (of, number) =
        (naming.client.unwrap_or(client.welcome().client), format!("{:032x}", naming.original.number()));
    let mut parts = Vec::new();
    for hold in page.holds.iter().filter(|hold| hold.client == of && *hold.id == *number) {
        let normal = client.balance(hold.account).await.ok()?.normal;
        let side = if normal == Side::Debit { Side::Credit } else { Side::Debit };
        let demand = Demand { amount: Some(hold.remaining.into()), ..Demand::nothing(&hold.account.into()) };
        parts.push(Part { step: 0, side, demand });
    }
    Some(parts)
}

/// What is asked of the hold that is named.
async fn of_hold(client: &mut Client, transaction: &Transaction) -> Option<Demand> {
    let (currency, amount) = match transaction.action.as_ref()? {
        Action::Unfreeze(unfreeze) => (unfreeze.currency.as_ref(), unfreeze.amount.as_ref()),
        Action::Raise(raise) => (Some(&raise.currency), Some(&raise.amount)),
        Action::Consume(consume) => (consume.currency.as_ref(), Some(&consume.amount)),
        _ => return None,
    };
    let hold = find_hold(client, transaction).await.ok()??;
    let amount = amount.and_then(|amount| minor(amount, &hold.currency).ok());
    Some(Demand { currency: currency.cloned(), amount, ..Demand::nothing(&hold.account.into()) })
}

/// The leg of a step, with what all legs on its account come to: funds and limits are judged on that.
fn at_step(mut parts: Vec<Part>, step: u16) -> Option<Demand> {
    let index = parts.iter().position(|part| part.step == step)?;
    let net = net(&parts, index);
    let Part { demand, .. } = parts.swap_remove(index);
    Some(Demand {
        amount: net.or(demand.amount),
        in_all: net.is_some_and(|net| demand.amount != Some(net)),
        ..demand
    })
}

/// What the legs on the account of this one come to, on its side.
fn net(parts: &[Part], index: usize) -> Option<i128> {
    let Part { side, demand, .. } = &parts[index];
    let of_account = parts.iter().filter(|part| part.demand.account == demand.account);
    let signed =
        |part: &Part| part.demand.amount.map(|amount| if part.side == *side { amount } else { -amount });
    of_account.map(signed).sum()
}

/// The first leg to whose account a refusal fits that names no step: by its states, or because all legs on it take what
/// is not there.
async fn first_that_fits(client: &mut Client, mut parts: Vec<Part>, code: &str) -> Option<Demand> {
    for index in 0..parts.len() {
        let account = client.balance(parts[index].demand.account.clone()).await.ok()?;
        let net = net(&parts, index);
        let fits = match code {
            "account_state" => account.account_state != 1,
            "payment_state" => account.payment_state != 1,
            _ => parts[index].side != account.normal && net.is_some_and(|net| net > account.available),
        };
        if fits {
            let Part { demand, .. } = parts.swap_remove(index);
            let in_all = net != demand.amount;
            return Some(Demand { amount: net, in_all, ..demand });
        }
    }
    None
}
