//! A proposal (经办): what somebody wants done that takes a second principal.

use crate::ids::{AccountId, TransactionKey};
use crate::proposals::decision::DecisionKind;
use crate::record::fields::{Fields, write_counted, write_key};

/// The most bytes that the content of a proposal takes in the log: a transaction of 512 legs has room.
pub const MAX_CONTENT: usize = 32_768;
/// A proposal ends so long after it was made at the latest: 31 days, in microseconds.
pub const MOST_OPEN_US: i64 = 31 * 86_400_000_000;
/// A proposal that says nothing ends a day after it was made.
pub const USUALLY_OPEN_US: i64 = 86_400_000_000;

/// The digest of a content: BLAKE3 over the maker's client (u32, little endian) and the content's bytes.
pub type ContentDigest = [u8; 32];

/// A proposal as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its number, from 1 on.
    pub number: u64,
    /// Its name: the maker's client, and the id that the client gave it.
    pub key: TransactionKey,
    /// Who made it: the principal, or the one on whose behalf that acted.
    pub maker: Box<str>,
    /// Whether it was done as it was proposed, on the strength of one principal (应急处置): it stays flagged until another has
    /// reviewed it.
    pub at_once: bool,
    /// When it ends if nobody decides, in microseconds since 1970; `None` where it was done at once.
    pub expires_us: Option<i64>,
    /// The frame that holds its record.
    pub frame: u64,
    /// The accounts that it is about, in the order of their ids, as far as they were known then.
    pub accounts: Vec<AccountId>,
    /// What is to be done, in the form of [`Content`](crate::Content).
    pub content: Box<[u8]>,
    /// The text that its id was given as, and who acted for the client, in the form of [`crate::notes`].
    pub notes: Box<[u8]>,
}

impl Proposal {
    /// What an approver has seen, and answers for.
    #[must_use]
    pub fn digest(&self) -> ContentDigest {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.key.client.0.to_le_bytes());
        hasher.update(&self.content);
        hasher.finalize().into()
    }

    /// Whether somebody may end it so: another approves and rejects, its maker takes back, and time is nobody.
    pub(crate) fn may_end(&self, kind: DecisionKind, by: &str) -> bool {
        match kind {
            DecisionKind::Approved | DecisionKind::Rejected => {
                fail_point!("MakerApprovesOwn", |_| true);
                !by.is_empty() && *self.maker != *by
            }
            // What was done cannot be taken back.
            DecisionKind::Withdrawn => *self.maker == *by && !self.at_once,
            DecisionKind::Expired => by.is_empty() && !self.at_once,
        }
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.number.to_le_bytes());
        write_key(out, self.key);
        out.push(u8::from(self.at_once));
        out.extend_from_slice(&self.expires_us.unwrap_or(0).to_le_bytes());
        out.extend_from_slice(&self.frame.to_le_bytes());
        let count =
            u16::try_from(self.accounts.len()).expect("the legs and holds of a transaction are capped");
        out.extend_from_slice(&count.to_le_bytes());
        self.accounts.iter().for_each(|account| out.extend_from_slice(&account.0.to_le_bytes()));
        for bytes in [self.maker.as_bytes(), &self.content, &self.notes] {
            write_counted(out, bytes);
        }
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Proposal> {
        let mut fields = Fields::new(bytes);
        let number = fields.u64()?;
        let key = fields.key()?;
        let at_once = match fields.u8()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let expires_us = Some(fields.i64()?).filter(|moment| *moment != 0);
        let frame = fields.u64()?;
        let count = fields.u16()?;
        let accounts = (0..count).map(|_| fields.u64().map(AccountId)).collect::<Option<Vec<AccountId>>>()?;
        let maker = fields.text()?;
        let (content, notes) = (fields.counted()?.into(), fields.counted()?.into());
        let is_whole = fields.is_at_end() && at_once == expires_us.is_none();
        is_whole.then_some(Proposal {
            number,
            key,
            maker,
            at_once,
            expires_us,
            frame,
            accounts,
            content,
            notes,
        })
    }
}
