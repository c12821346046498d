//! Whether a node can open everything that a scenario needs: judged before anything is sent, by the rules of the ledger
//! itself on what the node has.

use std::collections::BTreeMap;
use std::fmt;

use longmen_client::{
    Account as Held, AccountRef, Chart, Client, ClientError, Owner, Refusal, Side, Subject as Opened,
};
use longmen_engine::ledger::{
    self, AccountKey, AccountOpening, Amount, Catalog, Date, EntityId, Rejection, SubjectClass,
    SubjectOpening, has_blank_end, is_hidden,
};

use super::{Account, Scenario, Subject};
use crate::differences::{Differences, quoted};
use crate::failure::Failure;

/// Accounts asked for in one request.
const AT_ONCE: usize = 1_024;
/// The longest of an entity's code and an account's type, in bytes.
const MAX_NAME: usize = 32;
/// The longest of an account's number and a customer's id.
const MAX_NUMBER: usize = 64;

/// What does not fit.
struct Misfits(Vec<(Rejection, String)>);

impl Misfits {
    /// Adds one; `texts` are all that it would be named with.
    fn add(&mut self, what: impl fmt::Display, rejection: Rejection, mut texts: impl Iterator<Item = char>) {
        let hidden = rejection == Rejection::Malformed && texts.any(is_hidden);
        let why = if hidden { " (a character that is not seen)" } else { "" };
        self.0.push((rejection, format!("{what}: {rejection}{why}")));
    }

    /// Adds one that is there already, and is another.
    fn add_conflict(&mut self, what: impl fmt::Display, differences: &Differences) {
        let rejection = Rejection::KeyConflict;
        self.0.push((rejection, format!("{what}: {rejection} ({differences})")));
    }

    /// One refusal that names all of it.
    fn into_refusal(self) -> Option<Refusal> {
        let (first, _) = self.0.first()?;
        let code = first.code().into();
        let words: Vec<String> = self.0.into_iter().map(|(_, words)| words).collect();
        Some(Refusal { code, message: Some(format!("{}; nothing was opened", words.join(", ")).into()) })
    }
}

/// Checks that entity, subjects and accounts of a scenario can all be opened, or are open as they are.
pub(super) async fn check(client: &mut Client, scenario: &Scenario, entity: &str) -> Result<(), Failure> {
    let mut misfits = Misfits(Vec::new());
    let mut catalog = Catalog::new(0);
    catalog.add_entity(entity, scenario.start, scenario.year_starts);
    let there = chart(client, entity).await?;
    if let Some(chart) = &there {
        let mut differences = Differences::of_file();
        let wanted = scenario.start.to_string();
        differences.hold("start", &*chart.start, &wanted, |date| (*date).to_owned());
        let month = scenario.year_starts.month();
        differences.hold("year_starts", chart.year_starts, month, u8::to_string);
        if !differences.is_none() {
            misfits.add_conflict(format_args!("entity {entity}"), &differences);
        }
        let status = client.status().await?;
        let date = status.entities.iter().find(|(code, _)| **code == *entity);
        let date = date.and_then(|(_, date)| Date::parse(date));
        take_in(&mut catalog, chart, date.unwrap_or(scenario.start));
    } else if entity.is_empty() || entity.len() > MAX_NAME || is_unreadable(entity) {
        misfits.add(format_args!("entity {entity}"), Rejection::Malformed, entity.chars());
    }
    for subject in &scenario.subjects {
        match judge_subject(&mut catalog, subject) {
            Ok(()) => {}
            Err(Rejection::KeyConflict) => {
                let there = catalog.subject_by_code(EntityId(0), &subject.code);
                let differences = there.map(|there| subject_differences(&there.opening, subject));
                misfits.add_conflict(
                    format_args!("subject {}", subject.code),
                    &differences.unwrap_or_else(Differences::of_file),
                );
            }
            Err(rejection) => {
                let texts = subject.code.chars().chain(subject.name.chars());
                misfits.add(format_args!("subject {}", subject.code), rejection, texts);
            }
        }
    }
    let held = match there {
        Some(_) => held(client, scenario, entity).await?,
        None => BTreeMap::new(),
    };
    let mut before: BTreeMap<(&str, &str, &str), &Account> = BTreeMap::new();
    for account in &scenario.accounts {
        let key = (&*account.label, &*account.kind, account.currency.code());
        let name = format!("account {}", account.label);
        let twice = before.insert(key, account).map(|before| twice_differences(before, account));
        let there = held.get(&key).map(|there| held_differences(there, account));
        match twice.filter(|twice| !twice.is_none()).or(there) {
            Some(differences) if differences.is_none() => {}
            Some(differences) => misfits.add_conflict(name, &differences),
            None => {
                if let Err(rejection) = judge_account(&catalog, entity, account) {
                    misfits.add(name, rejection, texts_of(account));
                }
            }
        }
    }
    misfits.into_refusal().map_or(Ok(()), |refusal| Err(Failure::Refused(refusal)))
}

/// The chart of an entity; `None` where there is no such entity.
async fn chart(client: &mut Client, entity: &str) -> Result<Option<Chart>, Failure> {
    match client.chart(entity).await {
        Ok(chart) => Ok(Some(chart)),
        Err(ClientError::Refused(refusal)) if matches!(&*refusal.code, "unknown_entity" | "malformed") => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The entity as the node has it.
fn take_in(catalog: &mut Catalog, chart: &Chart, date: Date) {
    let entity = EntityId(0);
    catalog.set_date(entity, date);
    for subject in &chart.subjects {
        catalog.add_subject(entity, opening_of(subject));
    }
    for mapping in &chart.mappings {
        let subject = catalog.subject_by_code(entity, &mapping.subject).map(|subject| subject.id);
        if let (Some(subject), Some(from)) = (subject, Date::parse(&mapping.from)) {
            catalog.add_mapping(entity, &mapping.kind, from, subject);
        }
    }
}

fn opening_of(subject: &Opened) -> SubjectOpening {
    let class = SubjectClass::from_name(&subject.class).unwrap_or(SubjectClass::OffBalance);
    let opening =
        SubjectOpening::new(&subject.code, &subject.name, class, side(subject.normal), subject.leaf);
    SubjectOpening {
        valid_from: subject.valid_from.as_deref().and_then(Date::parse),
        valid_to: subject.valid_to.as_deref().and_then(Date::parse),
        tenor: subject.tenor.clone(),
        party: subject.party.clone(),
        purpose: subject.purpose.clone(),
        ..opening
    }
}

fn side(side: Side) -> ledger::Side {
    match side {
        Side::Debit => ledger::Side::Debit,
        Side::Credit => ledger::Side::Credit,
    }
}

fn judge_subject(catalog: &mut Catalog, subject: &Subject) -> Result<(), Rejection> {
    let class = SubjectClass::from_name(&subject.class).ok_or(Rejection::Malformed)?;
    if is_unreadable(&subject.name) {
        return Err(Rejection::Malformed);
    }
    let opening =
        SubjectOpening::new(&subject.code, &subject.name, class, side(subject.normal), subject.leaf);
    if catalog.judge_subject(EntityId(0), &opening)?.is_none() {
        catalog.add_subject(EntityId(0), opening);
    }
    Ok(())
}

fn judge_account(catalog: &Catalog, entity: &str, account: &Account) -> Result<(), Rejection> {
    let customer = account.customer.as_ref().map_or(1, String::len);
    let limits = [account.transaction_limit, account.day_limit];
    let mut names = [&account.label, &account.kind].into_iter().chain(&account.customer);
    let hidden = names.any(|name| is_unreadable(name));
    if account.kind.len() > MAX_NAME || !(1..=MAX_NUMBER).contains(&customer) || hidden {
        return Err(Rejection::Malformed);
    }
    if limits.iter().flatten().any(|limit| *limit < 0) {
        return Err(Rejection::InvalidAmount);
    }
    let judged = catalog.judge_opening(&AccountOpening {
        key: AccountKey {
            entity: entity.into(),
            number: account.label.as_str().into(),
            kind: account.kind.as_str().into(),
            currency: account.currency,
        },
        subject: account.subject.as_str().into(),
        customer: None,
        owner: match account.owner {
            Owner::Customer => ledger::Owner::Customer,
            Owner::Merchant => ledger::Owner::Merchant,
            Owner::Internal => ledger::Owner::Internal,
        },
        may_go_negative: account.may_go_negative,
        overdraft_limit: Amount(account.overdraft_limit),
        credit_limit: account.credit_limit.map(Amount),
        hot: account.hot,
    });
    judged.map(drop)
}

/// The names that an account is opened with.
fn texts_of(account: &Account) -> impl Iterator<Item = char> {
    let customer = account.customer.iter().flat_map(|id| id.chars());
    account.label.chars().chain(account.kind.chars()).chain(customer)
}

/// Whether a name has what cannot be seen, or a blank at an end, which is not seen either.
fn is_unreadable(name: &str) -> bool {
    has_blank_end(name) || name.chars().any(is_hidden)
}

/// The accounts of the scenario that the node has.
async fn held<'a>(
    client: &mut Client,
    scenario: &'a Scenario,
    entity: &str,
) -> Result<BTreeMap<(&'a str, &'a str, &'static str), Held>, Failure> {
    let mut held = BTreeMap::new();
    for accounts in scenario.accounts.chunks(AT_ONCE) {
        let named = accounts.iter().filter(|account| {
            (1..=MAX_NUMBER).contains(&account.label.len()) && account.kind.len() <= MAX_NAME
        });
        let named: Vec<&Account> = named.collect();
        let refs: Vec<AccountRef> = named
            .iter()
            .map(|account| {
                let currency = account.currency.code();
                longmen_client::AccountKey::new(entity, &account.label, &account.kind, currency).into()
            })
            .collect();
        for (account, found) in named.iter().zip(client.balances(&refs).await?) {
            if let Ok(found) = found {
                held.insert((&*account.label, &*account.kind, account.currency.code()), found);
            }
        }
    }
    Ok(held)
}

/// In what an account that is open differs from what the scenario wants. Limits may have been changed since.
fn held_differences(there: &Held, account: &Account) -> Differences {
    let mut differences = Differences::of_file();
    if !account.subject.is_empty() {
        differences.hold("subject", &*there.subject, &account.subject, quoted);
    }
    differences.hold("owner", there.owner, account.owner, owner_name);
    differences.hold("may_go_negative", there.may_go_negative, account.may_go_negative, bool::to_string);
    differences
}

/// In what two accounts of the file under one key differ.
fn twice_differences(before: &Account, account: &Account) -> Differences {
    let mut differences = Differences::between("where it comes first", "where it comes again");
    let limit = |limit: &Option<i64>| limit.map_or("none".to_owned(), |limit| limit.to_string());
    differences.hold("subject", &*before.subject, &account.subject, quoted);
    differences.hold("owner", before.owner, account.owner, owner_name);
    differences.hold("may_go_negative", before.may_go_negative, account.may_go_negative, bool::to_string);
    differences.hold("overdraft_limit", before.overdraft_limit, account.overdraft_limit, i64::to_string);
    differences.hold("credit_limit", before.credit_limit, account.credit_limit, limit);
    differences
}

/// In what a subject that is there differs from what the scenario wants.
fn subject_differences(there: &SubjectOpening, subject: &Subject) -> Differences {
    let mut differences = Differences::of_file();
    let side_name = |side: &ledger::Side| format!("{side:?}").to_lowercase();
    let date = |date: &Option<Date>| date.map_or("none".to_owned(), |date| date.to_string());
    differences.hold("name", &*there.name, &subject.name, quoted);
    differences.hold("class", there.class.name(), &subject.class, |name| (*name).to_owned());
    differences.hold("normal", there.normal, side(subject.normal), side_name);
    differences.hold("leaf", there.leaf, subject.leaf, bool::to_string);
    // A file cannot say these.
    differences.hold("valid_from", there.valid_from, None, date);
    differences.hold("valid_to", there.valid_to, None, date);
    differences.hold("tenor", &*there.tenor, "", quoted);
    differences.hold("party", &*there.party, "", quoted);
    differences.hold("purpose", &*there.purpose, "", quoted);
    differences
}

fn owner_name(owner: &Owner) -> String {
    format!("{owner:?}").to_lowercase()
}
