//! The settings as they stand in TOML.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::formats::format::Format;
use crate::formats::target::People;
use crate::made::mode::Mode;
use crate::made::plan::{Attachments, WhenClosed};
use crate::words::WordScheme;

type Names = BTreeMap<Box<str>, Box<str>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) format: Format,
    pub(super) mode: Mode,
    pub(super) line_limit: usize,
    pub(super) local_currency: Box<str>,
    #[serde(default)]
    pub(super) word_scheme: WordScheme,
    #[serde(default)]
    pub(super) cash: Vec<Box<str>>,
    #[serde(default)]
    pub(super) bank: Vec<Box<str>>,
    pub(super) off_balance_word: Option<Box<str>>,
    #[serde(default)]
    pub(super) left_out: Vec<Box<str>>,
    pub(super) clearing: Option<Box<str>>,
    #[serde(default)]
    pub(super) attachments: Attachments,
    #[serde(default)]
    pub(super) when_closed: WhenClosed,
    #[serde(default = "yes")]
    pub(super) reference_in_summary: bool,
    pub(super) summary_width: Option<usize>,
    #[serde(default)]
    pub(super) people: People,
    pub(super) subjects: Names,
    #[serde(default)]
    pub(super) memo: Names,
    #[serde(default)]
    pub(super) entities: Names,
    #[serde(default)]
    pub(super) words: Names,
    #[serde(default)]
    pub(super) currencies: Names,
    #[serde(default)]
    pub(super) aux: Names,
    #[serde(default)]
    pub(super) summaries: Names,
    #[serde(default)]
    pub(super) fixed: Names,
    #[serde(default)]
    pub(super) columns: Vec<ColumnText>,
    #[serde(default)]
    pub(super) head: Vec<ColumnText>,
}

/// A column: `{ title = "摘要", field = "summary", width = 60 }`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnText {
    pub(super) title: Box<str>,
    pub(super) field: Box<str>,
    pub(super) width: Option<usize>,
}

fn yes() -> bool {
    true
}
