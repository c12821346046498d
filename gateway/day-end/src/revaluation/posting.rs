//! Entries are posted, each once.

use longmen_client::{Client, Transaction};
use longmen_ledger::{Date, Side};
use longmen_revaluation::{Entry, Settings};

use crate::account_name::key_of;
use crate::accounting_date::node_time;
use crate::error::NodeError;
use crate::in_books::outcome_in_books;
use crate::posting_id::posting_id;
use crate::revaluation::done::{Done, EntryState};
use crate::revaluation::error::RevaluationError;

/// How entries are posted.
pub(super) struct Posting<'a> {
    pub(super) settings: &'a Settings,
    /// The date of the rate. No entry is older.
    pub(super) date: Date,
    /// The label of its transactions.
    pub(super) label: &'a str,
    /// Whether they belong on that date, and on no other.
    pub(super) on_date: bool,
}

impl Posting<'_> {
    /// Posts what is not in the books yet.
    pub(super) async fn post<R>(
        &self,
        client: &mut Client,
        found: Vec<(R, Option<Entry>)>,
        is_dry: bool,
    ) -> Result<Vec<Done<R>>, RevaluationError> {
        // None of them is in the books, so each is asked for now for the first time.
        let time = node_time(client).await?;
        let (mut done, mut transactions, mut asked) = (Vec::new(), Vec::new(), Vec::new());
        for (row, entry) in found {
            let state = match &entry {
                None => EntryState::Nothing,
                Some(entry) => match self.free_id(client, &entry.key).await? {
                    None => EntryState::Before,
                    Some(_) if is_dry => EntryState::Dry,
                    Some(id) => {
                        transactions.push(self.transaction(&id, entry)?.time(time));
                        asked.push(done.len());
                        EntryState::Dry
                    }
                },
            };
            done.push(Done { row, entry, state });
        }
        if transactions.is_empty() {
            return Ok(done);
        }
        let results = client.post(&transactions, false).await?.results;
        for (index, result) in asked.into_iter().zip(results) {
            done[index].state = match result.is_posted() {
                true => EntryState::Posted,
                false => EntryState::Refused(result.outcome.into()),
            };
        }
        Ok(done)
    }

    /// The id to post an entry with: a refusal is remembered by its own. `None` where the entry is in the books, whoever asked for it.
    async fn free_id(&self, client: &mut Client, key: &str) -> Result<Option<String>, RevaluationError> {
        for times in 0_u32.. {
            let id = posting_id(key, times);
            match outcome_in_books(client, self.settings.entity(), &id, self.date).await? {
                None => return Ok(Some(id)),
                Some(true) => return Ok(None),
                Some(false) => {}
            }
        }
        unreachable!("nobody is refused so often")
    }

    fn transaction(&self, id: &str, entry: &Entry) -> Result<Transaction, RevaluationError> {
        let mut transaction = Transaction::new(id).kind(self.label).value_date(&entry.value.to_string());
        for leg in entry.legs() {
            let account = key_of(&leg.account);
            let account = account
                .ok_or_else(|| NodeError::Answer { what: "an account", text: leg.account.to_string() })?;
            let (amount, currency) = (leg.amount.0, leg.currency.code());
            transaction = match leg.side {
                Side::Debit => transaction.debit(account, amount, currency),
                Side::Credit => transaction.credit(account, amount, currency),
            };
        }
        Ok(match self.on_date {
            true => transaction.accounting_date(&self.date.to_string()),
            false => transaction,
        })
    }
}
