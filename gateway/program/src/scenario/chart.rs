//! Opens the chart and accounts of a scenario on a node.

use longmen_client::{
    AccountOpening, Client, ClientError, OpenEntityRequest, Refusal, SetLimitsRequest, SubjectOpening,
};

use super::{Account, Scenario, Subject, fit};
use crate::failure::Failure;

/// Where a scenario is played: its entity, and what its transaction ids start with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) entity: String,
    pub(crate) prefix: String,
}

impl Place {
    /// The entity of the file, and its ids as they are: for a node of its own.
    pub(crate) fn as_written(scenario: &Scenario) -> Place {
        Place { entity: scenario.entity.clone(), prefix: String::new() }
    }

    /// An entity and a prefix that nobody has used: for a node that others use as well.
    pub(crate) fn fresh(scenario: &Scenario) -> Place {
        let random = format!("{:012x}", rand::random::<u64>() >> 16);
        Place { entity: format!("{}-{random}", scenario.entity), prefix: format!("{random}/") }
    }
}

/// Opens entity, subjects and accounts, all of them or, as far as can be known before, nothing; gives the ids of the
/// accounts.
pub(crate) async fn open_chart(
    client: &mut Client,
    scenario: &Scenario,
    place: &Place,
) -> Result<Vec<u64>, Failure> {
    // What is there is not opened again: whoever may open accounts need not be permitted to open entities and subjects.
    let there = fit::check(client, scenario, &place.entity).await?;
    if there.is_none() {
        open_entity(client, scenario, place).await?;
    }
    let subjects = there.map_or(Vec::new(), |chart| chart.subjects);
    let is_new = |subject: &&Subject| !subjects.iter().any(|there| *there.code == *subject.code);
    let new: Vec<&Subject> = scenario.subjects.iter().filter(is_new).collect();
    if !new.is_empty() {
        open_subjects(client, &new, place).await?;
    }
    let accounts: Vec<AccountOpening> = scenario.accounts.iter().map(|a| opening(a, &place.entity)).collect();
    let mut ids = Vec::new();
    for (account, opened) in scenario.accounts.iter().zip(client.open_accounts(&accounts).await?) {
        ids.push(opened.map_err(|refusal| named("account", &account.label, refusal))?.id);
    }
    for (account, id) in scenario.accounts.iter().zip(&ids) {
        set_limits(client, account, *id).await?;
    }
    Ok(ids)
}

async fn open_entity(client: &mut Client, scenario: &Scenario, place: &Place) -> Result<(), Failure> {
    let (start, year_starts) = (scenario.start.to_string(), Some(scenario.year_starts.month()));
    let entity = OpenEntityRequest { code: &place.entity, start: &start, year_starts };
    client.open_entity_with(&entity).await.map_err(|error| match error {
        ClientError::Refused(refusal) => named("entity", &place.entity, refusal),
        other => other.into(),
    })?;
    Ok(())
}

async fn open_subjects(client: &mut Client, subjects: &[&Subject], place: &Place) -> Result<(), Failure> {
    let subject = |s: &&Subject| {
        let leaf = SubjectOpening::leaf(&s.code, &s.name, &s.class, s.normal);
        SubjectOpening { leaf: s.leaf, ..leaf }
    };
    let openings: Vec<SubjectOpening> = subjects.iter().map(subject).collect();
    for (subject, opened) in subjects.iter().zip(client.open_subjects(&place.entity, &openings).await?) {
        opened.map_err(|refusal| named("subject", &subject.code, refusal))?;
    }
    Ok(())
}

/// Sets the limits that an account cannot be opened with.
async fn set_limits(client: &mut Client, account: &Account, id: u64) -> Result<(), Failure> {
    if account.transaction_limit.is_none() && account.day_limit.is_none() {
        return Ok(());
    }
    let to = |limit: Option<i64>| limit.map(|limit| Some(limit.into()));
    let request = SetLimitsRequest {
        transaction_limit: to(account.transaction_limit),
        day_limit: to(account.day_limit),
        ..SetLimitsRequest::new(id)
    };
    match client.set_limits(&request).await {
        Err(ClientError::Refused(refusal)) => Err(named("limits of account", &account.label, refusal)),
        other => Ok(other?),
    }
}

fn opening(account: &Account, entity: &str) -> AccountOpening {
    let key = AccountOpening::new(
        entity,
        &account.label,
        &account.kind,
        account.currency.code(),
        &account.subject,
        account.owner,
    );
    AccountOpening {
        may_go_negative: account.may_go_negative,
        overdraft_limit: (account.overdraft_limit != 0).then(|| account.overdraft_limit.into()),
        credit_limit: account.credit_limit.map(Into::into),
        hot: account.hot,
        customer: account.customer.clone(),
        ..key
    }
}

/// A refusal that says of what.
fn named(what: &str, which: &str, refusal: Refusal) -> Failure {
    let message = match &refusal.message {
        Some(message) => format!("{what} {which}: {message}"),
        None => format!("{what} {which}"),
    };
    Failure::Refused(Refusal { message: Some(message.into()), ..refusal })
}
