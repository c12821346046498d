//! Whether a node can open everything that a scenario needs: judged before anything is sent, by the rules of the ledger
//! itself on what the node has.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

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
/// The longest of a subject's name.
const MAX_TITLE: usize = 200;

/// Why one does not fit.
struct Misfit {
    rejection: Rejection,
    /// Which field, and what is wrong with it.
    why: Option<String>,
}

impl Misfit {
    fn malformed(field: &str, why: impl fmt::Display) -> Misfit {
        Misfit { rejection: Rejection::Malformed, why: Some(format!("{field}: {why}")) }
    }
}

impl From<Rejection> for Misfit {
    fn from(rejection: Rejection) -> Misfit {
        Misfit { rejection, why: None }
    }
}

/// What does not fit.
struct Misfits(Vec<(Rejection, String)>);

impl Misfits {
    /// Adds one, with why it is none where that is known.
    fn add(&mut self, what: impl fmt::Display, Misfit { rejection, why }: Misfit) {
        let why = why.map_or(String::new(), |why| format!(" ({why})"));
        self.0.push((rejection, format!("{what}: {rejection}{why}")));
    }

    /// Adds one that is there already, and is another.
    fn add_conflict(&mut self, what: impl fmt::Display, differences: &Differences) {
        let rejection = Rejection::KeyConflict;
        self.0.push((rejection, format!("{what}: {rejection} ({differences})")));
    }

    /// One failure that names all of it: the file's, where no node would take it, else a refusal.
    fn into_failure(self) -> Option<Failure> {
        let (first, _) = self.0.first()?;
        let (code, of_file) = (first.code().into(), first.group() == 0);
        let words: Vec<String> = self.0.into_iter().map(|(_, words)| words).collect();
        let message = format!("{}; nothing was opened", words.join(", "));
        Some(match of_file {
            true => Failure::Usage(message),
            false => Failure::Refused(Refusal { code, message: Some(message.into()) }),
        })
    }
}

/// Checks that entity, subjects and accounts of a scenario can all be opened, or are open as they are; gives the chart of the
/// entity, where it is there.
pub(super) async fn check(
    client: &mut Client,
    scenario: &Scenario,
    entity: &str,
) -> Result<Option<Chart>, Failure> {
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
    } else if let Err(misfit) = judge_name("entity", entity, 1..=MAX_NAME) {
        misfits.add(format_args!("entity {entity}"), misfit);
    }
    for subject in &scenario.subjects {
        match judge_subject(&mut catalog, subject) {
            Ok(()) => {}
            Err(Misfit { rejection: Rejection::KeyConflict, .. }) => {
                let there = catalog.subject_by_code(EntityId(0), &subject.code);
                let differences = there.map(|there| subject_differences(&there.opening, subject));
                misfits.add_conflict(
                    format_args!("subject {}", subject.code),
                    &differences.unwrap_or_else(Differences::of_file),
                );
            }
            Err(misfit) => misfits.add(format_args!("subject {}", subject.code), misfit),
        }
    }
    let held = match &there {
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
                if let Err(misfit) = judge_account(&catalog, entity, account) {
                    misfits.add(name, misfit);
                }
            }
        }
    }
    misfits.into_failure().map_or(Ok(there), Err)
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

fn judge_subject(catalog: &mut Catalog, subject: &Subject) -> Result<(), Misfit> {
    let class = SubjectClass::from_name(&subject.class).ok_or(Rejection::Malformed)?;
    judge_name("name", &subject.name, 1..=MAX_TITLE)?;
    let opening =
        SubjectOpening::new(&subject.code, &subject.name, class, side(subject.normal), subject.leaf);
    if catalog.judge_subject(EntityId(0), &opening)?.is_none() {
        catalog.add_subject(EntityId(0), opening);
    }
    Ok(())
}

fn judge_account(catalog: &Catalog, entity: &str, account: &Account) -> Result<(), Misfit> {
    judge_name("account", &account.label, 1..=MAX_NUMBER)?;
    judge_name("type", &account.kind, 0..=MAX_NAME)?;
    if let Some(customer) = &account.customer {
        judge_name("customer", customer, 1..=MAX_NUMBER)?;
    }
    for (field, limit) in [
        ("overdraft_limit", Some(account.overdraft_limit)),
        ("credit_limit", account.credit_limit),
        ("transaction_limit", account.transaction_limit),
        ("day_limit", account.day_limit),
    ] {
        if limit.is_some_and(|limit| limit < 0) {
            let why = Some(format!("{field}: a limit is not negative"));
            return Err(Misfit { rejection: Rejection::InvalidAmount, why });
        }
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
    Ok(judged.map(drop)?)
}

/// A name that comes into the books has so many bytes, and nothing that cannot be seen.
fn judge_name(field: &str, name: &str, bytes: RangeInclusive<usize>) -> Result<(), Misfit> {
    if !bytes.contains(&name.len()) {
        let (least, most) = bytes.into_inner();
        return Err(Misfit::malformed(field, format!("{} bytes, not {least} to {most}", name.len())));
    }
    if has_blank_end(name) {
        return Err(Misfit::malformed(field, "begins or ends with a blank"));
    }
    match name.chars().any(is_hidden) {
        true => Err(Misfit::malformed(field, "has a character that is not seen")),
        false => Ok(()),
    }
}

/// The accounts of the scenario that the node has.
/// The accounts of a scenario that are open. Whoever may open accounts and not see their balances is told by the node itself
/// where one is another.
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
        for (account, found) in named.iter().zip(balances(client, &refs).await?) {
            if let Ok(found) = found {
                held.insert((&*account.label, &*account.kind, account.currency.code()), found);
            }
        }
    }
    Ok(held)
}

async fn balances(client: &mut Client, refs: &[AccountRef]) -> Result<Vec<Result<Held, Refusal>>, Failure> {
    match client.balances(refs).await {
        Err(ClientError::Refused(refusal)) if &*refusal.code == Rejection::Forbidden.code() => Ok(Vec::new()),
        found => Ok(found?),
    }
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
