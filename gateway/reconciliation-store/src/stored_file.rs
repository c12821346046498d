//! A file of a channel or a bank, as a desk remembers it.

use std::fmt;

use longmen_channel_files::{MoneyFormat, Profile, TradeFormat};
use longmen_ledger::{Currency, Date};

use crate::digest::Digest;
use crate::names::{Channel, Merchant, Person};

/// The number of a file, counted from 1 in the order of import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub i64);

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What tells one file from every other: each key has one active version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileKey {
    pub channel: Channel,
    pub merchant: Merchant,
    /// The date that it is of.
    pub date: Date,
    /// The name of its format: `wechat-trade`, or `table:` and the name of a profile.
    pub format: Box<str>,
}

/// How a file is read.
#[derive(Clone, Copy, Debug)]
pub enum FileFormat<'a> {
    Trades(TradeFormat),
    Money(MoneyFormat),
    /// A table of a bank, by a profile that has a name at this desk.
    Table {
        name: &'a str,
        profile: &'a Profile,
    },
}

impl FileFormat<'_> {
    /// Its name: `wechat-trade`.
    #[must_use]
    pub fn name(&self) -> Box<str> {
        match self {
            FileFormat::Trades(format) => format.name().into(),
            FileFormat::Money(format) => format.name().into(),
            FileFormat::Table { name, .. } => format!("table:{name}").into(),
        }
    }
}

/// What a version of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum FileState {
    /// It is the file of its day.
    Active,
    /// Other bytes for a day that has a file: somebody other than its importer decides.
    Pending,
    /// It was active, until another was approved.
    Superseded,
    /// It was pending, and somebody said no.
    Rejected,
}

impl FileState {
    /// Its name: `pending`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Rows of one kind in one currency; of a file of money `incoming` and `outgoing` are its kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSum {
    pub currency: Currency,
    pub kind: Box<str>,
    pub rows: u64,
    /// In minor units, with the merchant's signs; of a file of money both kinds are positive.
    pub gross: i128,
    pub fee: i128,
}

/// A file that was taken whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub id: FileId,
    pub key: FileKey,
    /// Counted from 1 for each key.
    pub version: u32,
    pub state: FileState,
    /// Of its bytes, as they came.
    pub sha256: Digest,
    /// In bytes.
    pub size: u64,
    /// Rows in all. A day on which nothing happened has a file with none; a day without a file has no file.
    pub rows: u64,
    /// Rows that moved no money.
    pub unmoved: u64,
    /// By currency and kind.
    pub sums: Vec<FileSum>,
    /// Moments are microseconds since 1970 in UTC.
    pub imported_at_us: i64,
    pub imported_by: Person,
    /// Who approved or rejected it, and when, where it was pending.
    pub decided: Option<(Person, i64)>,
}
