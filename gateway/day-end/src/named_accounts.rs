//! Accounts that settings name, held to the books before anything is kept.

use std::collections::BTreeMap;

use longmen_client::{AccountRef, Client};

use crate::account_name::key_of;
use crate::error::NodeError;

/// Accounts of one request.
const BATCH: usize = 1_000;

/// Accounts that postings of a run need, by name, and what each is for. What is kept is posted by these names for ever, so a name that is
/// mistyped has to be met before.
#[derive(Debug, Default)]
pub(crate) struct NamedAccounts(BTreeMap<String, String>);

impl NamedAccounts {
    /// Adds one, with a posting that needs it.
    pub(crate) fn add(&mut self, name: &str, what: &str) {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), what.to_owned());
        }
    }

    /// Whether the books have them all.
    ///
    /// # Errors
    /// [`NodeError::NoAccount`], with the first one that they have not.
    pub(crate) async fn check(&self, client: &mut Client) -> Result<(), NodeError> {
        let missing = |(name, what): (&String, &String)| NodeError::NoAccount {
            account: name.clone(),
            what: what.clone(),
        };
        let named: Vec<(&String, &String)> = self.0.iter().collect();
        for batch in named.chunks(BATCH) {
            let mut asked: Vec<AccountRef> = Vec::with_capacity(batch.len());
            for one in batch {
                asked.push(key_of(one.0).ok_or_else(|| missing(*one))?.into());
            }
            let found = client.balances(&asked).await?;
            for (one, found) in batch.iter().zip(found) {
                if let Err(refusal) = found {
                    match &*refusal.code {
                        "unknown_account" | "malformed" => return Err(missing(*one)),
                        _ => return Err(longmen_client::ClientError::Refused(refusal).into()),
                    }
                }
            }
        }
        Ok(())
    }
}
