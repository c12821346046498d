//! Identifiers: small, `Copy`, and impossible to mix up.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A client of the ledger: the scope of its transaction ids. Given by the ledger at its first hello.
    ClientId(u32)
);
id!(
    /// An accounting entity (会计主体). Dense, in order of opening.
    EntityId(u16)
);
id!(
    /// A subject (科目) of one entity. Dense, in order of opening.
    SubjectId(u32)
);
id!(
    /// An account (分户账). Dense and given by the ledger, counted from 1; 0 names no account.
    AccountId(u64)
);
id!(
    /// A transaction id, chosen by the client and unique within it.
    TransactionId(u128)
);
id!(
    /// The number of a shard, counted from 0.
    ShardId(u16)
);

id!(
    /// The line of the general ledger that an account counts into: one leaf subject in one currency. Dense.
    LineId(u32)
);
id!(
    /// What debits must equal credits in: one entity and one currency, on the balance sheet. Dense.
    UnitId(u16)
);

/// Put before a text id when it is hashed, so that the hash serves nothing else.
const TEXT_DOMAIN: &[u8] = b"longmen transaction id 1\0";

impl TransactionId {
    /// The id that a text stands for: the first 16 bytes, big endian, of the BLAKE3 hash of `longmen transaction id 1`, a
    /// zero byte, and the text. Clients compute the same, so it must never change.
    #[must_use]
    pub fn of_text(text: &str) -> TransactionId {
        let mut hasher = blake3::Hasher::new();
        hasher.update(TEXT_DOMAIN).update(text.as_bytes());
        let hash = hasher.finalize();
        let (first, _) = hash.as_bytes().split_first_chunk::<16>().expect("a hash has 32 bytes");
        TransactionId(u128::from_be_bytes(*first))
    }
}

impl AccountId {
    /// Names no account: what an unknown natural key resolves to.
    pub const NONE: AccountId = AccountId(0);

    /// The place of the account in dense tables, or `None` for [`AccountId::NONE`].
    #[must_use]
    pub fn index(self) -> Option<usize> {
        usize::try_from(self.0).ok()?.checked_sub(1)
    }
}

/// The name of a transaction among those of all clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionKey {
    pub client: ClientId,
    /// The client's id for it.
    pub id: TransactionId,
}

/// Where the record of a transaction lies in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordPlace {
    pub frame: u64,
    /// Its ordinal among the frame's transactions.
    pub ordinal: u32,
}

/// Where a chained record lies in the log: its frame, the section of the body, and the record's offset in that
/// section in units of 8 bytes. Ordered by time for the records of one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Frame number; 0 says "no record".
    pub frame: u64,
    /// Offset within the section, in units of 8 bytes.
    pub slot: u32,
    /// Owner of the entries section: the shard that wrote it.
    pub section: u16,
}

impl Position {
    /// The position of no record: what the first record of a chain names as its predecessor.
    pub const NONE: Position = Position { frame: 0, slot: 0, section: 0 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.frame, self.section, self.slot)
    }
}
