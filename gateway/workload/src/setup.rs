//! Opens a population on a node and pays its opening balances in.

use longmen_client::{AccountOpening, Client, ClientOptions, Connection, Owner, SubjectOpening, Tls};
use longmen_engine::ledger::{self, Side};
use longmen_terminal::Progress;

use crate::books::Books;
use crate::encode::{Encoder, Encoding, read_answer, side};
use crate::error::LoadError;
use crate::plan::{CURRENCY, Expect, Ids, Kind, Leg, Population, Request};

/// How a client reaches the node.
#[derive(Clone, Debug)]
pub struct Target {
    /// Host and port.
    pub address: String,
    /// The client's name: the scope of its transaction ids.
    pub client: String,
    /// Its token, where the node has tokens.
    pub token: Option<String>,
    /// `None`: in plain text.
    pub tls: Option<Tls>,
}

impl Target {
    /// Connects for one request at a time.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses the client.
    pub async fn client(&self) -> Result<Client, LoadError> {
        Ok(Client::connect_with(&self.options()).await?)
    }

    /// Connects for many requests under way at once.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses the client.
    pub async fn connection(&self) -> Result<Connection, LoadError> {
        Ok(Connection::open_with(&self.options()).await?.0)
    }

    fn options(&self) -> ClientOptions {
        let Target { address, client, token, tls } = self.clone();
        ClientOptions { token, tls, ..ClientOptions::new(address, client) }
    }
}

/// A population that is open on a node.
#[derive(Clone, Debug)]
pub struct House {
    /// The code of its entity.
    pub entity: String,
    /// What was opened.
    pub population: Population,
    /// The ledger's ids of the accounts.
    pub accounts: Vec<u64>,
}

/// The accounting date that workloads start on.
pub const START_DATE: &str = "2026-01-05";
const OPENINGS: usize = 1_000;
const FUNDINGS: usize = 4_096;

/// Opens a population under the entity code `entity`, pays the opening balances in, which `books` records, and sets
/// the states that it asks for.
///
/// # Errors
/// [`LoadError`], when the node cannot be reached or refuses any of it.
pub async fn open(
    target: &Target,
    entity: &str,
    population: Population,
    books: &mut Books,
) -> Result<House, LoadError> {
    let house = open_unfunded(target, entity, population).await?;
    fund(target, &house, books).await?;
    let mut client = target.client().await?;
    for (plan, account) in house.population.accounts.iter().zip(&house.accounts) {
        if plan.receives_only {
            client.set_state(*account, None, Some(0)).await?;
        }
    }
    Ok(house)
}

/// Opens a population under the entity code `entity` with nothing on its accounts.
///
/// # Errors
/// As [`open`].
pub async fn open_unfunded(
    target: &Target,
    entity: &str,
    population: Population,
) -> Result<House, LoadError> {
    let progress = Progress::new("opening accounts", u64::try_from(population.accounts.len()).unwrap_or(0));
    let mut client = target.client().await?;
    client.open_entity(entity, START_DATE).await?;
    open_subjects(&mut client, entity, &population).await?;
    let mut accounts = Vec::with_capacity(population.accounts.len());
    for chunk in population.accounts.chunks(OPENINGS) {
        let openings: Vec<AccountOpening> = chunk
            .iter()
            .map(|plan| AccountOpening {
                may_go_negative: plan.may_go_negative,
                overdraft_limit: plan.overdraft.map(Into::into),
                hot: plan.hot,
                ..AccountOpening::new(
                    entity,
                    &plan.number,
                    "",
                    CURRENCY,
                    population.subjects[plan.subject].code,
                    owner(plan.owner),
                )
            })
            .collect();
        for (opening, opened) in openings.iter().zip(client.open_accounts(&openings).await?) {
            let what = || format!("account {}", opening.key.number);
            accounts.push(opened.map_err(|refusal| LoadError::Refused { what: what(), refusal })?.id);
        }
        progress.at(u64::try_from(accounts.len()).unwrap_or(0), String::new());
    }
    progress.finish();
    Ok(House { entity: entity.to_owned(), population, accounts })
}

async fn open_subjects(client: &mut Client, entity: &str, population: &Population) -> Result<(), LoadError> {
    let subject = |plan: &crate::plan::SubjectPlan| {
        SubjectOpening::leaf(plan.code, plan.name, plan.class.name(), side(plan.normal))
    };
    let openings: Vec<SubjectOpening> = population.subjects.iter().map(subject).collect();
    for (opening, opened) in openings.iter().zip(client.open_subjects(entity, &openings).await?) {
        let what = || format!("subject {}", opening.code);
        opened.map_err(|refusal| LoadError::Refused { what: what(), refusal })?;
    }
    Ok(())
}

/// Pays the opening balances in from the bank.
///
/// # Errors
/// [`LoadError`], when the node cannot be reached.
pub async fn fund(target: &Target, house: &House, books: &mut Books) -> Result<(), LoadError> {
    let (mut sender, mut receiver) = target.connection().await?.split();
    let mut encoder = Encoder::new(Encoding::Transfers, &house.accounts);
    let mut ids = Ids::of_stream(0, u32::MAX);
    let mut placed = Vec::new();
    let funded = (0..).zip(&house.population.accounts).filter(|(_, plan)| plan.funding > 0);
    let funded: Vec<(u32, i64)> = funded.map(|(account, plan)| (account, plan.funding)).collect();
    for chunk in funded.chunks(FUNDINGS) {
        let mut request = Request::default();
        for &(account, amount) in chunk {
            let legs =
                [Leg { account: 0, amount, side: Side::Debit }, Leg { account, amount, side: Side::Credit }];
            request.push(ids.next(), Kind::Funding, Expect::Posted, &legs);
        }
        encoder.queue(&mut sender, 0, now_seconds(), &request)?;
        sender.flush().await?;
        match read_answer(Encoding::Transfers, &receiver.next().await?, &mut placed)? {
            Some(rejection) => books.record_refused(&request, rejection),
            None => books.record(&request, placed.iter().map(|one| one.outcome)),
        }
    }
    Ok(())
}

fn owner(owner: ledger::Owner) -> Owner {
    match owner {
        ledger::Owner::Customer => Owner::Customer,
        ledger::Owner::Merchant => Owner::Merchant,
        ledger::Owner::Internal => Owner::Internal,
    }
}

/// The client's own time, in seconds since 1970.
#[must_use]
pub fn now_seconds() -> u32 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|since| u32::try_from(since.as_secs()).ok()).unwrap_or(0)
}
