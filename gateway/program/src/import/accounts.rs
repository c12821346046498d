//! Files of accounts (分户账).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use longmen_client::{
    Account, AccountKey, AccountOpening, AccountRef, Chart, Client, ClientError, PostResult, Transaction,
};
use longmen_engine::ledger::{Amount, Currency};
use longmen_terminal::Progress;

use super::batches::{MAP, Room};
use super::chart::entity;
use super::fault::Faults;
use super::sending::{Broken, Sent, patiently};
use super::table::{Cells, Column, read_rows};
use super::value::{MAX_KIND, MAX_NUMBER, code, currency, flag, limit, owner, text};
use super::{Import, node};

/// Bytes of a customer's id.
const MAX_CUSTOMER: usize = 64;

const COLUMNS: &[Column] = &[
    Column::required("account").or("account_number"),
    Column::optional("type").or("account_type"),
    Column::optional("subject"),
    Column::required("currency"),
    Column::required("owner"),
    Column::optional("may_go_negative"),
    Column::optional("overdraft_limit"),
    Column::optional("credit_limit"),
    Column::optional("hot"),
    Column::optional("customer"),
    Column::optional("entity"),
    Column::passed_over("account_id"),
    Column::passed_over("class"),
    Column::passed_over("exponent"),
    Column::passed_over("normal"),
    Column::passed_over("opened"),
];

/// The accounts of a file.
#[derive(Debug)]
pub(crate) struct Accounts {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    line: u64,
    opening: AccountOpening,
    overdraft_limit: Amount,
    credit_limit: Option<Amount>,
}

impl Accounts {
    /// Reads a file. `entity` is that of rows that name none.
    pub(crate) fn read(bytes: &[u8], entity: Option<&str>, faults: &mut Faults) -> Accounts {
        let rows = read_rows(bytes, COLUMNS, faults, |cells| read_row(cells, entity));
        check_duplicates(&rows, faults);
        Accounts { rows }
    }
}

impl Import for Accounts {
    const WHAT: &'static str = "accounts";
    const DONE: &'static str = "opened";

    fn count(&self) -> usize {
        self.rows.len()
    }

    async fn look_up(
        &self,
        client: &mut Client,
        progress: &Progress,
        faults: &mut Faults,
    ) -> Result<(), ClientError> {
        let entities = node::entities(client).await?;
        let named: BTreeSet<&str> = self.rows.iter().map(|row| &*row.opening.key.entity).collect();
        let mut charts = BTreeMap::new();
        for entity in named {
            charts.extend(node::chart(client, entity).await?.map(|chart| (entity, chart)));
        }
        let names: Vec<AccountRef> = self.rows.iter().map(|row| row.opening.key.clone().into()).collect();
        let found = node::accounts(client, &names, progress).await?;
        for (row, account) in self.rows.iter().zip(found) {
            let entity = &*row.opening.key.entity;
            match (account, charts.get(entity).zip(entities.get(entity))) {
                (_, None) => faults.common(row.line, "entity", format!("no entity {entity} is open")),
                (Some(account), _) => row.compare(&account, faults),
                (None, Some((chart, date))) => row.check_subject(chart, date, faults),
            }
        }
        Ok(())
    }

    async fn send(
        &self,
        client: &mut Client,
        progress: &Progress,
        _: impl AsyncFn(&mut Client, &Transaction, &PostResult) -> Option<String>,
    ) -> Result<Sent, Broken> {
        let mut sent = Sent::default();
        let room = Room::of(client.welcome());
        for batch in room.batches(&self.rows, Row::weigh) {
            let openings: Vec<AccountOpening> = batch.iter().map(|row| row.opening.clone()).collect();
            let opened = patiently(async || client.open_accounts(&openings).await).await;
            let opened = opened.map_err(|error| sent.broken(Self::WHAT, self.count(), error))?;
            for (row, result) in batch.iter().zip(opened) {
                sent.opened(row.line, &row.opening.key.number, result);
            }
            progress.at(u64::try_from(sent.answered()).unwrap_or(0), String::new());
        }
        Ok(sent)
    }
}

impl Row {
    fn weigh(&self) -> usize {
        let AccountKey { entity, number, kind, .. } = &self.opening.key;
        let customer = self.opening.customer.as_ref().map_or(0, String::len);
        MAP + entity.len() + number.len() + kind.len() + self.opening.subject.len() + customer
    }

    /// Notes when no account can be opened under its subject on `date`.
    fn check_subject(&self, chart: &Chart, date: &str, faults: &mut Faults) {
        let AccountOpening { key, subject, .. } = &self.opening;
        let mapped = || {
            let mut of_type =
                chart.mappings.iter().filter(|one| *one.kind == *key.kind && *one.from <= *date);
            of_type.next_back().map(|one| &*one.subject)
        };
        let code = match subject.is_empty() {
            false => Some(&**subject),
            true => mapped(),
        };
        let Some(code) = code else {
            faults.cell(self.line, "type", format!("{} is mapped to no subject on {date}", key.kind));
            return;
        };
        let reason = match node::subject(chart, code) {
            None => format!("no subject {code} is open in {}", key.entity),
            Some(subject) if !subject.leaf || node::below(chart, code).is_some() => {
                format!("subject {code} is no leaf")
            }
            Some(subject)
                if subject.valid_from.as_deref().is_some_and(|from| date < from)
                    || subject.valid_to.as_deref().is_some_and(|to| to < date) =>
            {
                format!("subject {code} is not valid on {date}")
            }
            Some(_) => return,
        };
        faults.cell(self.line, "subject", reason);
    }

    /// Notes what the account that is there has otherwise.
    fn compare(&self, account: &Account, faults: &mut Faults) {
        let opening = &self.opening;
        let differing = [
            ("subject", !opening.subject.is_empty() && *opening.subject != *account.subject),
            ("owner", opening.owner != account.owner),
            ("may_go_negative", opening.may_go_negative != account.may_go_negative),
            ("overdraft_limit", self.overdraft_limit.0 != account.overdraft_limit),
            ("credit_limit", self.credit_limit.map(|limit| limit.0) != account.credit_limit),
        ];
        for (column, _) in differing.into_iter().filter(|(_, differs)| *differs) {
            let reason = format!("account {} is open already, with another one", opening.key.number);
            faults.cell(self.line, column, reason);
        }
    }
}

fn read_row(cells: &mut Cells<'_>, default_entity: Option<&str>) -> Option<Row> {
    let entity = entity(cells, default_entity);
    let number = cells.required("account", number);
    let kind = cells.optional("type", text(MAX_KIND));
    let subject = cells.optional("subject", code);
    if cells.get("subject").is_none() && cells.get("type").is_none() {
        cells.fault("subject", "is missing, and there is no type that could be mapped to one");
    }
    let currency = cells.required("currency", currency);
    let owner = cells.required("owner", owner);
    let may_go_negative = cells.optional("may_go_negative", flag);
    let [overdraft, credit] =
        ["overdraft_limit", "credit_limit"].map(|name| read_limit(cells, name, currency));
    let hot = cells.optional("hot", flag);
    let customer = cells.optional("customer", text(MAX_CUSTOMER));
    cells.good()?;
    let kind = kind.unwrap_or_default();
    let subject = subject.unwrap_or_default();
    let opening = AccountOpening::new(&entity?, &number?, &kind, currency?.code(), &subject, owner?);
    Some(Row {
        line: cells.line,
        overdraft_limit: overdraft.unwrap_or_default(),
        credit_limit: credit,
        opening: AccountOpening {
            may_go_negative: may_go_negative.unwrap_or_default(),
            overdraft_limit: overdraft.map(|limit| limit.0.into()),
            credit_limit: credit.map(|limit| limit.0.into()),
            hot: hot.unwrap_or_default(),
            customer,
            ..opening
        },
    })
}

/// An account number; `@` would begin an id where accounts are named.
fn number(cell: &str) -> Result<String, String> {
    if cell.starts_with('@') {
        return Err(format!("`{cell}` begins with @, as ids do"));
    }
    text(MAX_NUMBER)(cell)
}

fn read_limit(cells: &mut Cells<'_>, name: &'static str, currency: Option<Currency>) -> Option<Amount> {
    currency.and_then(|currency| cells.optional(name, limit(currency)))
}

fn check_duplicates(rows: &[Row], faults: &mut Faults) {
    let mut seen = HashMap::new();
    for row in rows {
        if let Some(before) = seen.insert(&row.opening.key, row.line) {
            let reason = format!("{} stands on line {before} already", row.opening.key.number);
            faults.cell(row.line, "account", reason);
        }
    }
}
