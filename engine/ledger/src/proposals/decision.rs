//! What became of a proposal.

use strum::{Display, FromRepr, IntoStaticStr};

use crate::record::fields::{Fields, write_counted};

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, FromRepr, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum DecisionKind {
    /// Another principal approved it (复核通过), and it was done here; of what was done at once: it was reviewed, and found
    /// right.
    Approved = 1,
    /// Another principal rejected it (复核退回); of what was done at once: it was reviewed, and found wrong. It stays done.
    Rejected = 2,
    /// Its maker took it back (撤回).
    Withdrawn = 3,
    /// Nobody decided in time.
    Expired = 4,
}

impl DecisionKind {
    /// The name as programs see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The end of a proposal, as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The proposal's.
    pub number: u64,
    pub kind: DecisionKind,
    /// The frame that holds its record.
    pub frame: u64,
    /// Who decided; empty where time did.
    pub by: Box<str>,
    /// Why, and who acted for whom, in the form of [`crate::notes`].
    pub notes: Box<[u8]>,
}

impl Decision {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.number.to_le_bytes());
        out.push(self.kind as u8);
        out.extend_from_slice(&self.frame.to_le_bytes());
        write_counted(out, self.by.as_bytes());
        write_counted(out, &self.notes);
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Decision> {
        let mut fields = Fields::new(bytes);
        let (number, kind) = (fields.u64()?, DecisionKind::from_repr(fields.u8()?)?);
        let (frame, by, notes) = (fields.u64()?, fields.text()?, fields.counted()?.into());
        fields.is_at_end().then_some(Decision { number, kind, frame, by, notes })
    }
}
