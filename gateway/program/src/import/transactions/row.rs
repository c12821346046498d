//! One row: a leg, and what it says of its transaction.

use std::num::NonZeroU128;

use longmen_client::{AccountKey, AccountRef, MAX_NOTES, MAX_STEP, Side, Transaction, id_of_text};
use longmen_engine::ledger::{Amount, Currency, shows_nothing};

use super::super::chart::entity;
use super::super::table::{Cells, Column};
use super::super::value::{MAX_KIND, MAX_NUMBER, amount, currency, date, side, text, time};

/// Bytes of a transaction id.
const MAX_ID: usize = 256;

/// The columns that go into the log as they are, in the order of [`Particulars::notes`].
pub(super) const NOTES: [&str; 8] =
    ["type", "reference", "tags", "operator", "approval", "reason", "visibility", "counterparty"];

/// Who may see a transaction.
const VISIBILITIES: [&str; 3] = ["customer", "operations", "internal"];

pub(in super::super) const COLUMNS: &[Column] = &[
    Column::required("transaction"),
    Column::required("step"),
    Column::required("account").or("account_number"),
    Column::optional("account_type"),
    Column::required("side"),
    Column::required("amount"),
    Column::required("currency"),
    Column::optional("type"),
    Column::optional("reference"),
    Column::optional("tags"),
    Column::optional("operator"),
    Column::optional("approval"),
    Column::optional("reason"),
    Column::optional("visibility"),
    Column::optional("counterparty"),
    Column::optional("value_date"),
    Column::optional("accounting_date"),
    Column::optional("time"),
    Column::optional("entity"),
    Column::optional("action"),
    Column::optional("text_id"),
    Column::passed_over("original_client"),
    Column::passed_over("original"),
    Column::passed_over("original_text_id"),
    Column::passed_over("account_id"),
    Column::passed_over("subject"),
    Column::passed_over("class"),
    Column::passed_over("exponent"),
    Column::passed_over("balance_after"),
    Column::passed_over("merged"),
    Column::passed_over("frame"),
    Column::passed_over("ordinal"),
    Column::passed_over("client"),
];

/// A row that could be read.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) id: Id,
    pub(super) step: u16,
    pub(super) entity: String,
    pub(super) account: AccountRef,
    pub(super) side: Side,
    pub(super) amount: Amount,
    pub(super) currency: Currency,
    pub(super) particulars: Particulars,
}

/// A transaction id as it is written, and the number that it is meant as, where it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Id {
    pub(super) written: String,
    pub(super) number: Option<u128>,
    /// The text that the number stands for, where an export knows it.
    pub(super) text: Option<String>,
}

/// What a row says of its transaction; other rows of it say the same, or nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Particulars {
    pub(super) notes: [Option<String>; NOTES.len()],
    pub(super) value_date: Option<String>,
    pub(super) accounting_date: Option<String>,
    pub(super) time: Option<u32>,
}

impl Particulars {
    /// Takes in what another row says; gives the columns in which it says something else.
    pub(super) fn join(&mut self, other: Particulars) -> Vec<&'static str> {
        let mut differing = Vec::new();
        for ((name, note), more) in NOTES.into_iter().zip(&mut self.notes).zip(other.notes) {
            differing.extend(join(note, more).then_some(name));
        }
        differing.extend(join(&mut self.value_date, other.value_date).then_some("value_date"));
        differing.extend(join(&mut self.accounting_date, other.accounting_date).then_some("accounting_date"));
        differing.extend(join(&mut self.time, other.time).then_some("time"));
        differing
    }

    /// The bytes that the notes take in the log: each costs its length and 3 more.
    pub(super) fn note_bytes(&self) -> usize {
        self.notes.iter().flatten().map(|note| note.len() + 3).sum()
    }
}

/// Whether the two say different things.
fn join<T: PartialEq>(mine: &mut Option<T>, more: Option<T>) -> bool {
    match (&mine, more) {
        (_, None) => false,
        (Some(mine), Some(more)) => *mine != more,
        (None, more) => {
            *mine = more;
            false
        }
    }
}

/// The texts of a transaction that go into the log.
pub(super) fn notes_of(post: &Transaction) -> impl Iterator<Item = &str> {
    let Transaction { kind, reference, tags, operator, approval, reason, visibility, counterparty, .. } =
        post;
    let notes = [kind, reference, tags, operator, approval, reason, visibility, counterparty];
    notes.into_iter().flatten().map(String::as_str)
}

pub(super) fn read_row(cells: &mut Cells<'_>, default_entity: Option<&str>, ids: Ids) -> Option<Row> {
    let id = cells.required("transaction", |cell| read_id(cell, ids));
    let text_id = cells.optional("text_id", text(MAX_ID));
    let id = id.map(|id| id.with_text(text_id, cells));
    let step = cells.required("step", read_step);
    let entity = entity(cells, default_entity);
    let currency = cells.required("currency", currency);
    let account = read_account(cells, entity.as_deref(), currency);
    let side = cells.required("side", side);
    let amount = match currency {
        Some(currency) => cells.required("amount", amount(currency)),
        None => None,
    };
    cells.optional("action", read_action);
    let particulars = Particulars {
        notes: NOTES.map(|name| cells.optional(name, text(MAX_NOTES))),
        value_date: cells.optional("value_date", date).map(|date| date.to_string()),
        accounting_date: cells.optional("accounting_date", date).map(|date| date.to_string()),
        time: cells.optional("time", time),
    };
    if let Some(visibility) = &particulars.notes[6]
        && !VISIBILITIES.contains(&&**visibility)
    {
        cells.fault("visibility", format!("`{visibility}` is none: {}", VISIBILITIES.join(", ")));
    }
    cells.good()?;
    Some(Row {
        line: cells.line,
        id: id?,
        step: step?,
        entity: entity?,
        account: account?,
        side: side?,
        amount: amount?,
        currency: currency?,
        particulars,
    })
}

fn read_id(cell: &str, ids: Ids) -> Result<Id, String> {
    let written = text(MAX_ID)(cell)?;
    if shows_nothing(cell) {
        return Err("is one of which nothing can be seen".to_owned());
    }
    let number = match ids {
        Ids::Texts => None,
        Ids::Numbers => {
            let digits = cell.len() == 32 && cell.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = digits.then(|| u128::from_str_radix(cell, 16).ok()).flatten();
            let number = number.ok_or_else(|| format!("`{cell}` is no number of 32 hexadecimal digits"))?;
            Some(NonZeroU128::new(number).ok_or("zero is no id")?.get())
        }
    };
    Ok(Id { written, number, text: None })
}

impl Id {
    /// The same with the text that stands for its number; an id that is a text itself needs none.
    fn with_text(self, text: Option<String>, cells: &mut Cells<'_>) -> Id {
        let Some(number) = self.number else { return self };
        if let Some(text) = text.as_ref().filter(|text| id_of_text(text) != number) {
            cells.fault("text_id", format!("`{text}` does not stand for {}", self.written));
        }
        Id { text, ..self }
    }
}

/// Exports say what a transaction did besides posting its legs, which their rows do not tell in full.
fn read_action(cell: &str) -> Result<(), String> {
    match cell {
        "post" => Ok(()),
        _ => Err(format!("`{cell}` cannot be imported; without this column its legs alone are posted")),
    }
}

fn read_step(cell: &str) -> Result<u16, String> {
    let step = cell.parse().ok().filter(|step| (1..=MAX_STEP).contains(step));
    step.ok_or_else(|| format!("`{cell}` is no step: 1 to {MAX_STEP}"))
}

/// An account by its number, with its type in a column of its own, or as `@ID`.
fn read_account(
    cells: &mut Cells<'_>,
    entity: Option<&str>,
    currency: Option<Currency>,
) -> Option<AccountRef> {
    let kind = cells.optional("account_type", text(MAX_KIND)).unwrap_or_default();
    let written = cells.required("account", text(MAX_NUMBER))?;
    let Some(id) = written.strip_prefix('@') else {
        return Some(AccountKey::new(entity?, &written, &kind, currency?.code()).into());
    };
    // It is written as it is printed: an account has one name.
    match id.parse().ok().filter(|number: &u64| number.to_string() == id) {
        Some(id) => Some(AccountRef::Id(id)),
        None => {
            cells.fault("account", format!("`{written}` is no account id"));
            None
        }
    }
}

/// What the ids of a file stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    /// Themselves, as texts.
    Texts,
    /// Numbers of 32 hexadecimal digits, as answers and exports have them.
    Numbers,
}
