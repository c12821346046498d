//! The ledger in PostgreSQL: opening it, posting to it, and checking it.

use longmen_engine::ledger::{Rejection, Side};
use longmen_workload::books::{Books, Outcome};
use longmen_workload::check::Findings;
use longmen_workload::{Expect, Kind, Leg, Population, Request};
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use super::error::PeerError;

const SCHEMA: &str = include_str!("schema.sql");
const FUNDINGS: usize = 1_000;

/// A connection with its prepared statements.
pub(super) struct Poster {
    client: Client,
    one: Statement,
    batch: Statement,
    rows: Rows,
}

/// A request's transfers, by column.
#[derive(Default)]
struct Rows {
    ids: Vec<Uuid>,
    debits: Vec<i64>,
    credits: Vec<i64>,
    amounts: Vec<i64>,
}

impl Poster {
    /// Prepares a connection on which the schema is open already.
    pub(super) async fn new(client: Client) -> Result<Poster, PeerError> {
        let one = client.prepare("SELECT post_one($1, $2, $3, $4)").await?;
        let batch = client.prepare("SELECT post_batch($1, $2, $3, $4)").await?;
        Ok(Poster { client, one, batch, rows: Rows::default() })
    }

    /// Posts the transfers of a request, in one database transaction, and gives what came of each.
    pub(super) async fn post(&mut self, request: &Request) -> Result<Vec<Outcome>, PeerError> {
        self.rows.fill(request);
        let Rows { ids, debits, credits, amounts } = &self.rows;
        let answers: Vec<i16> = if let ([id], [debit], [credit], [amount]) =
            (&ids[..], &debits[..], &credits[..], &amounts[..])
        {
            vec![self.client.query_one(&self.one, &[id, debit, credit, amount]).await?.get(0)]
        } else {
            self.client.query_one(&self.batch, &[ids, debits, credits, amounts]).await?.get(0)
        };
        answers.into_iter().map(outcome).collect()
    }
}

impl Rows {
    fn fill(&mut self, request: &Request) {
        self.ids.clear();
        self.debits.clear();
        self.credits.clear();
        self.amounts.clear();
        for (planned, legs) in request.iter() {
            let [debit, credit] = legs else { unreachable!("a transfer has two legs") };
            self.ids.push(Uuid::from_u128(planned.id));
            self.debits.push(debit.account.into());
            self.credits.push(credit.account.into());
            self.amounts.push(debit.amount);
        }
    }
}

fn outcome(answer: i16) -> Result<Outcome, PeerError> {
    let refused = |rejection| Outcome { rejection: Some(rejection), repeated: false };
    match answer {
        0 => Ok(Outcome { rejection: None, repeated: false }),
        1 => Ok(Outcome { rejection: None, repeated: true }),
        2 => Ok(refused(Rejection::InsufficientFunds)),
        3 => Ok(refused(Rejection::IdempotencyConflict)),
        other => Err(PeerError::Answer(other)),
    }
}

/// Makes the schema, opens the accounts, numbered as in the population, and pays the opening balances in.
pub(super) async fn open(
    client: Client,
    population: &Population,
    books: &mut Books,
) -> Result<(), PeerError> {
    client.batch_execute(SCHEMA).await?;
    let numbers: Vec<i64> = (0..).take(population.accounts.len()).collect();
    let negative: Vec<bool> = population.accounts.iter().map(|plan| plan.may_go_negative).collect();
    let insert =
        "INSERT INTO accounts (id, may_go_negative) SELECT * FROM unnest($1::bigint[], $2::boolean[])";
    client.execute(insert, &[&numbers, &negative]).await?;
    let mut poster = Poster::new(client).await?;
    let funded: Vec<(u32, i64)> =
        (0..).zip(&population.accounts).map(|(account, plan)| (account, plan.funding)).collect();
    let funded: Vec<(u32, i64)> = funded.into_iter().filter(|(_, funding)| *funding > 0).collect();
    for chunk in funded.chunks(FUNDINGS) {
        let mut request = Request::default();
        for &(account, amount) in chunk {
            let legs =
                [Leg { account: 0, amount, side: Side::Debit }, Leg { account, amount, side: Side::Credit }];
            // No stream gives ids this small.
            request.push(u128::from(account), Kind::Funding, Expect::Posted, &legs);
        }
        books.record(&request, poster.post(&request).await?.into_iter());
    }
    // A table that has just been filled has no statistics yet, and plans would be poor until the first are made.
    poster.client.batch_execute("VACUUM ANALYZE").await?;
    Ok(())
}

/// Holds the tables against each other and against the answers.
pub(super) async fn check(client: &Client, books: &Books) -> Result<Findings, PeerError> {
    let mut findings = Findings::default();
    if let Some(words) = books.first_unexpected() {
        findings.add(format!("{} wrong answers, the first: {words}", books.outcomes.unexpected));
    }
    let net: i64 =
        client.query_one("SELECT coalesce(sum(amount), 0)::bigint FROM entries", &[]).await?.get(0);
    if net != 0 {
        findings.add(format!("debits and credits differ by {net}"));
    }
    let balances = "SELECT a.id, a.balance, coalesce(sum(e.amount), 0)::bigint,
        coalesce((array_agg(e.balance_after ORDER BY e.number DESC))[1], 0)
        FROM accounts a LEFT JOIN entries e ON e.account = a.id GROUP BY a.id ORDER BY a.id";
    for (index, row) in client.query(balances, &[]).await?.iter().enumerate() {
        let (account, balance, sum, last): (i64, i64, i64, i64) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        findings.accounts += 1;
        if balance != sum || balance != last {
            findings.add(format!(
                "account {account}: {balance}, its entries come to {sum}, the last says {last}"
            ));
        }
        let own = books.turnover(index).natural(Side::Credit);
        if i128::from(balance) != own {
            findings.add(format!("account {account}: {balance}, the answers come to {own}"));
        }
    }
    Ok(findings)
}
