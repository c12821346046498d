//! Links: every 256th posting of an account names earlier ones, so that a statement finds a date in a long history
//! without walking all of it.
//!
//! Link `n` (the first is 1) names link `n - 1` as the near one, and as the far one the last before it whose number is
//! a multiple of 64. From the newest posting, at most 255 records lead to a link, then far links cover 16,384 postings
//! a step and near ones 256, and at most 255 records lead on to the date: a million entries take some 330 steps on average
//! and never 700.

use crate::ids::Position;
use crate::record::bytes::{put, u64_at};
use crate::record::entry::field::{position_at, put_position};

/// Every 256th posting of an account carries a link.
pub const LINK_EVERY: u64 = 256;
/// Every 64th link is a far link.
const FAR: u64 = 64;
/// Bytes of a link behind its posting.
pub(super) const LINK_BYTES: usize = 40;

/// A link: earlier postings of the account that are links themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number, from 1: the posting is the account's `number * 256`th.
    pub number: u64,
    /// The link before, or [`Position::NONE`].
    pub near: Position,
    /// The last link before whose number is a multiple of 64, or [`Position::NONE`].
    pub far: Position,
}

/// What a shard must remember of an account to write its next link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The number of the last link; 0: none yet.
    pub number: u64,
    /// Where it lies.
    pub near: Position,
    /// Where the last one lies whose number is a multiple of 64.
    pub far: Position,
}

impl Links {
    /// The link that comes next.
    #[must_use]
    pub fn next(&self) -> Link {
        Link { number: self.number + 1, near: self.near, far: self.far }
    }

    /// Takes in a link that lies at `at`.
    pub fn take(&mut self, link: &Link, at: Position) {
        self.number = link.number;
        self.near = at;
        self.far = if link.number.is_multiple_of(FAR) { at } else { link.far };
    }
}

impl Link {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut bytes = [0; LINK_BYTES];
        put(&mut bytes, 0, self.number.to_le_bytes());
        put_position(&mut bytes, 8, self.near);
        put_position(&mut bytes, 24, self.far);
        out.extend_from_slice(&bytes);
    }

    pub(super) fn read(bytes: &[u8], at: usize) -> Option<Link> {
        Some(Link {
            number: u64_at(bytes, at)?,
            near: position_at(bytes, at + 8)?,
            far: position_at(bytes, at + 24)?,
        })
    }
}
