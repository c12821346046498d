//! The sections of a frame.

/// What a section of a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum SectionKind {
    /// Heads of transactions, see [`Head`](crate::record::head::Head).
    Heads = 1,
    /// Their tails.
    Tails = 2,
    /// Administrative records, see [`Admin`](crate::record::admin::Admin).
    Admin = 3,
    /// Entries that one shard wrote, see [`Entry`](crate::record::entry::Entry).
    Entries = 4,
}
