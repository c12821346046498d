//! What a house says about its accounting system, in TOML.

mod file;

use std::collections::BTreeMap;

use longmen_ledger::Currency;

use crate::formats::column::{Column, ColumnError};
use crate::formats::format::Format;
use crate::formats::target::Target;
use crate::made::plan::Plan;
use crate::pattern::{PatternError, Patterns};
use crate::words::{Money, Words};
use file::{ColumnText, File};

/// Settings of one accounting system: how vouchers are made for it, and what things are called there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub plan: Plan,
    pub target: Target,
    /// 摘要 of transaction types; what is not in it is called by its type.
    pub summaries: BTreeMap<Box<str>, Box<str>>,
}

/// Why settings are refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("the settings cannot be read")]
    Toml(#[from] toml::de::Error),
    #[error("{table}: {source}")]
    Pattern { table: &'static str, source: PatternError },
    #[error("{0} is no currency")]
    Currency(Box<str>),
    #[error("line_limit is {is}, and has to be 2 to {most} for {format}")]
    LineLimit { is: usize, most: usize, format: &'static str },
    #[error("{table}: {source}")]
    Column { table: &'static str, source: ColumnError },
    #[error("{format} has no columns of its own to set")]
    NoColumns { format: &'static str },
    #[error("{0} is empty")]
    Empty(&'static str),
}

impl Settings {
    /// Reads settings. What they may say is in docs/VOUCHERS.md; what is not known is an error.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn read(text: &str) -> Result<Settings, SettingsError> {
        Settings::of(toml::from_str(text)?)
    }

    /// Reads settings as if they named another format.
    ///
    /// # Errors
    /// [`SettingsError`], also where they say what that format has not.
    pub fn read_for(text: &str, format: Format) -> Result<Settings, SettingsError> {
        Settings::of(File { format, ..toml::from_str(text)? })
    }

    fn of(file: File) -> Result<Settings, SettingsError> {
        check(&file)?;
        let plan = plan_of(&file)?;
        let mut subjects = Patterns::default();
        for (ours, theirs) in &file.subjects {
            let added = subjects.add(ours, theirs.clone());
            added.map_err(|source| SettingsError::Pattern { table: "subjects", source })?;
        }
        let currencies = file.currencies.into_iter().map(|(code, theirs)| Ok((currency(&code)?, theirs)));
        let target = Target {
            format: file.format,
            line_limit: file.line_limit,
            summary_width: file.summary_width,
            people: file.people,
            subjects,
            memo: file.memo,
            entities: file.entities,
            words: file.words,
            currencies: currencies.collect::<Result<_, SettingsError>>()?,
            aux: file.aux,
            fixed: file.fixed,
            columns: columns("columns", file.columns)?,
            head: columns("head", file.head)?,
        };
        Ok(Settings { plan, target, summaries: file.summaries })
    }
}

fn check(file: &File) -> Result<(), SettingsError> {
    let (format, most) = (file.format.name(), file.format.limits().lines);
    if !(2..=most).contains(&file.line_limit) {
        return Err(SettingsError::LineLimit { is: file.line_limit, most, format });
    }
    if !file.columns.is_empty() && !file.format.has_columns()
        || !file.head.is_empty() && !file.format.has_head()
    {
        return Err(SettingsError::NoColumns { format });
    }
    let empty = |text: &Option<Box<str>>| text.as_deref() == Some("");
    if empty(&file.clearing) {
        return Err(SettingsError::Empty("clearing"));
    }
    if empty(&file.off_balance_word) {
        return Err(SettingsError::Empty("off_balance_word"));
    }
    let theirs = file.subjects.values().chain(file.memo.values());
    if theirs.into_iter().any(|subject| subject.is_empty()) {
        return Err(SettingsError::Empty("a subject of theirs"));
    }
    Ok(())
}

fn plan_of(file: &File) -> Result<Plan, SettingsError> {
    let mut money = Patterns::default();
    let cash = file.cash.iter().map(|pattern| (pattern, Money::Cash));
    for (pattern, kind) in cash.chain(file.bank.iter().map(|pattern| (pattern, Money::Bank))) {
        let added = money.add(pattern, kind);
        added.map_err(|source| SettingsError::Pattern { table: "cash, bank", source })?;
    }
    let mut left_out = Patterns::default();
    for pattern in &file.left_out {
        let added = left_out.add(pattern, ());
        added.map_err(|source| SettingsError::Pattern { table: "left_out", source })?;
    }
    Ok(Plan {
        mode: file.mode,
        line_limit: file.line_limit,
        local_currency: currency(&file.local_currency)?,
        words: Words { scheme: file.word_scheme, money },
        off_balance_word: file.off_balance_word.clone(),
        left_out,
        clearing: file.clearing.clone(),
        one_currency: file.format.has_one_currency(),
        attachments: file.attachments,
        when_closed: file.when_closed,
        reference_in_summary: file.reference_in_summary,
    })
}

fn currency(code: &str) -> Result<Currency, SettingsError> {
    Currency::from_code(code).ok_or_else(|| SettingsError::Currency(code.into()))
}

fn columns(table: &'static str, texts: Vec<ColumnText>) -> Result<Vec<Column>, SettingsError> {
    let column = |text: ColumnText| Column::new(&text.title, &text.field, text.width);
    let columns = texts.into_iter().map(column).collect::<Result<_, _>>();
    columns.map_err(|source| SettingsError::Column { table, source })
}
