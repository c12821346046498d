//! Transactions held against what the node knows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use longmen_client::{Account, AccountRef, Client, ClientError, Leg, Side, Transaction};
use longmen_engine::ledger::Currency;
use longmen_terminal::Progress;

use super::super::fault::Faults;
use super::super::node;
use super::placed::{LegSource, Source, Transactions};

/// What the node knows of what the file names.
struct Known<'a> {
    /// Accounting dates by entity.
    entities: BTreeMap<String, String>,
    accounts: HashMap<&'a AccountRef, Account>,
    /// Subjects off the balance sheet (表外), by entity.
    off_balance: BTreeMap<&'a str, BTreeSet<String>>,
}

/// Notes what cannot be posted, as far as that can be known before: funds, limits and states are not looked at.
pub(super) async fn look_up(
    transactions: &Transactions,
    client: &mut Client,
    progress: &Progress,
    faults: &mut Faults,
) -> Result<(), ClientError> {
    let known = ask(transactions, client, progress).await?;
    for (post, source) in transactions.posts.iter().zip(&transactions.sources) {
        for (leg, at) in post.legs.iter().zip(&source.legs) {
            known.check_leg(post, leg, at, faults);
        }
        known.check_balance(post, source, faults);
    }
    Ok(())
}

async fn ask<'a>(
    transactions: &'a Transactions,
    client: &mut Client,
    progress: &Progress,
) -> Result<Known<'a>, ClientError> {
    let entities = node::entities(client).await?;
    let mut seen = HashMap::new();
    let mut names = Vec::new();
    let mut off_balance = BTreeMap::new();
    for (post, source) in transactions.posts.iter().zip(&transactions.sources) {
        for (leg, at) in post.legs.iter().zip(&source.legs) {
            if seen.insert(&leg.account, ()).is_none() {
                names.push(&leg.account);
            }
            if entities.contains_key(&at.entity) && !off_balance.contains_key(&*at.entity) {
                let subjects = node::chart(client, &at.entity).await?.map(|chart| chart.subjects);
                let off = subjects.into_iter().flatten().filter(|subject| &*subject.class == "off_balance");
                off_balance.insert(&*at.entity, off.map(|subject| subject.code.into()).collect());
            }
        }
    }
    let asked: Vec<AccountRef> = names.iter().map(|name| (*name).clone()).collect();
    let found = node::accounts(client, &asked, progress).await?;
    let accounts = names.into_iter().zip(found).filter_map(|(name, account)| Some((name, account?)));
    Ok(Known { entities, accounts: accounts.collect(), off_balance })
}

impl Known<'_> {
    fn check_leg(&self, post: &Transaction, leg: &Leg, at: &LegSource, faults: &mut Faults) {
        let Some(date) = self.entities.get(&at.entity) else {
            faults.common(at.line, "entity", format!("no entity {} is open", at.entity));
            return;
        };
        if let Some(wanted) = post.accounting_date.as_ref().filter(|wanted| *wanted != date) {
            let reason = format!("is {wanted}, but the accounting date of {} is {date}", at.entity);
            faults.cell(at.line, "accounting_date", reason);
        }
        let Some(account) = self.accounts.get(&leg.account) else {
            faults.cell(at.line, "account", format!("no account {}", account_name(&leg.account)));
            return;
        };
        let name = account_name(&leg.account);
        if leg.currency.as_deref() != Some(&*account.currency) {
            faults.cell(at.line, "currency", format!("account {name} is in {}", account.currency));
        }
        if *account.entity != *at.entity {
            faults.cell(at.line, "entity", format!("account {name} is of {}", account.entity));
        }
        if account.account_state == 0 {
            faults.cell(at.line, "account", format!("account {name} is closed"));
        }
    }

    /// Debits equal credits in each entity and currency, but where all legs are off the balance sheet.
    fn check_balance(&self, post: &Transaction, source: &Source, faults: &mut Faults) {
        let off = post.legs.iter().filter(|leg| self.is_off_balance(leg)).count();
        if !source.is_whole || (off > 0 && off == post.legs.len()) {
            return;
        }
        if off > 0 {
            let reason = format!("{} has off-balance legs (表外) together with others", source.id);
            faults.cell(source.line, "transaction", reason);
        }
        let mut nets = BTreeMap::<(&str, &str), i128>::new();
        for (leg, at) in post.legs.iter().zip(&source.legs) {
            let signed = if leg.side == Side::Debit { i128::from(at.amount) } else { -i128::from(at.amount) };
            *nets.entry((&at.entity, leg.currency.as_deref().unwrap_or_default())).or_default() += signed;
        }
        for ((entity, currency), net) in nets.into_iter().filter(|(_, net)| *net != 0) {
            let (more, less) = if net > 0 { ("debits", "credits") } else { ("credits", "debits") };
            let printed =
                Currency::from_code(currency).map_or_else(|| net.to_string(), |c| c.print(net.abs()));
            let reason = format!(
                "{} does not balance: in {entity}, {more} are {printed} {currency} above {less}",
                source.id
            );
            faults.cell(source.line, "transaction", reason);
        }
    }

    fn is_off_balance(&self, leg: &Leg) -> bool {
        let Some(account) = self.accounts.get(&leg.account) else {
            return false;
        };
        self.off_balance.get(&*account.entity).is_some_and(|subjects| subjects.contains(&*account.subject))
    }
}

pub(super) fn account_name(account: &AccountRef) -> String {
    match account {
        AccountRef::Id(id) => format!("@{id}"),
        AccountRef::Key(key) if key.kind.is_empty() => {
            format!("{}/{}/{}", key.entity, key.number, key.currency)
        }
        AccountRef::Key(key) => format!("{}/{}/{}/{}", key.entity, key.number, key.kind, key.currency),
    }
}
