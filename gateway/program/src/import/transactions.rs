//! Files of transactions: a row for each leg (分录).

mod gather;
mod look_up;
mod placed;
mod row;

use longmen_client::{Amount, Client, ClientError, Leg, PostResult, Side, Transaction, TransactionId};
use longmen_engine::ledger::Currency;
use longmen_terminal::Progress;

use super::Import;
use super::batches::{MAP, Room, weigh_account};
use super::fault::Faults;
use super::sending::{Broken, Refused, Sent, patiently};
use super::table::read_rows;
use gather::gather;
use look_up::account_name;
use placed::Source;
pub(crate) use placed::Transactions;
pub(crate) use row::Ids;
use row::{COLUMNS, read_row};

/// At most 50 refusals are told in full: as many as are shown to people.
const EXPLAINED: usize = 50;

impl Transactions {
    /// Reads a file. `entity` is that of rows that name none, `time` that of transactions that say none.
    pub(crate) fn read(
        bytes: &[u8],
        entity: Option<&str>,
        time: u32,
        ids: Ids,
        faults: &mut Faults,
    ) -> Transactions {
        let mut torn = Vec::new();
        let rows = read_rows(bytes, COLUMNS, faults, |cells| {
            let row = read_row(cells, entity, ids);
            if row.is_none() {
                torn.extend(cells.get("transaction").map(str::to_owned));
            }
            row
        });
        gather(rows, &torn, time, faults)
    }
}

impl Import for Transactions {
    const WHAT: &'static str = "transactions";
    const DONE: &'static str = "posted";

    fn count(&self) -> usize {
        self.posts.len()
    }

    async fn look_up(
        &self,
        client: &mut Client,
        progress: &Progress,
        faults: &mut Faults,
    ) -> Result<(), ClientError> {
        look_up::look_up(self, client, progress, faults).await
    }

    async fn send(
        &self,
        client: &mut Client,
        progress: &Progress,
        explain: impl AsyncFn(&mut Client, &Transaction, &PostResult) -> Option<String>,
    ) -> Result<Sent, Broken> {
        let mut sent = Sent::default();
        for batch in Room::of(client.welcome()).batches(&self.posts, weigh) {
            let posted = patiently(async || client.post(batch, false).await).await;
            let posted = posted.map_err(|error| sent.broken(Self::WHAT, self.count(), error))?;
            let sources = &self.sources[sent.answered()..];
            for ((post, source), mut result) in batch.iter().zip(sources).zip(posted.results) {
                if !result.is_posted() && result.message.is_none() {
                    // The node is asked for the first of them; of the others the leg is named.
                    let asked = match sent.refused.len() < EXPLAINED {
                        true => explain(client, post, &result).await,
                        false => None,
                    };
                    result.message = asked.or_else(|| leg_at_fault(post, &result)).map(Into::into);
                }
                sent.posted(post, source, result);
            }
            progress.at(u64::try_from(sent.answered()).unwrap_or(0), String::new());
        }
        Ok(sent)
    }
}

/// The leg that a refusal speaks of.
fn leg_at_fault(post: &Transaction, result: &PostResult) -> Option<String> {
    post.legs.iter().find(|leg| leg.step == Some(result.step)).map(named)
}

/// A leg as it stands in the file.
fn named(leg: &Leg) -> String {
    let side = match leg.side {
        Side::Debit => "debit",
        Side::Credit => "credit",
    };
    let currency = leg.currency.as_deref().unwrap_or_default();
    let amount = match leg.amount {
        Amount::Minor(minor) => Currency::from_code(currency)
            .map_or_else(|| minor.to_string(), |currency| currency.print(minor.into())),
        Amount::Decimal(ref text) => text.clone(),
    };
    format!("{side} {amount} {currency} of {}", account_name(&leg.account))
}

impl Sent {
    fn posted(&mut self, post: &Transaction, source: &Source, result: PostResult) {
        if result.is_posted() {
            let count = if result.repeated { &mut self.there } else { &mut self.done };
            *count += 1;
            return;
        }
        let at_fault = post.legs.iter().position(|leg| leg.step == Some(result.step));
        self.refused.push(Refused {
            line: at_fault.map_or(source.line, |index| source.legs[index].line),
            name: source.id.clone(),
            step: at_fault.map(|_| result.step),
            code: result.outcome.into(),
            message: result.message.map(Into::into),
        });
    }
}

/// No less than the bytes that a transaction takes in a request.
fn weigh(post: &Transaction) -> usize {
    let id = match &post.id {
        TransactionId::Number(_) => 16,
        TransactionId::Text(text) => text.len(),
    };
    let legs = post.legs.iter().map(|leg| weigh_account(&leg.account) + 64);
    MAP + id + row::notes_of(post).map(str::len).sum::<usize>() + legs.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use longmen_client::AccountRef;

    use super::*;

    #[test]
    fn a_leg_is_named_as_the_file_has_it() {
        let leg = |account: AccountRef, amount: Amount| Leg {
            account,
            side: Side::Debit,
            amount,
            currency: Some("CNY".to_owned()),
            step: Some(1),
        };
        assert_eq!(named(&leg(AccountRef::Id(7), 123_456.into())), "debit 1234.56 CNY of @7");
    }
}
