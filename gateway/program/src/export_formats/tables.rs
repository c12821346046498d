//! The journal as tables: what their columns are, and the rows of each item.

use std::borrow::Cow;
use std::io;

use longmen_engine::export::{Chart, ChartEntity, Day, Item, JournalAccount, JournalLeg, JournalTransaction};
use longmen_engine::ledger::notes::Note;
use longmen_engine::ledger::{Currency, Date, EntityId, Side, Subject};

use super::sink::Sink;

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    Date,
    /// A moment in UTC, to the microsecond.
    Time,
    /// An amount or a balance of the row's currency.
    Money,
}

/// What stands in a place of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Text(Cow<'a, str>),
    Whole(u64),
    Date(Date),
    /// Microseconds since 1970.
    Time(i64),
    /// Minor units.
    Money(i128, Currency),
    /// Nothing, in a column that may have it.
    Nothing,
}

/// A table: its name and its columns.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
}

const ENTITIES: usize = 0;
const SUBJECTS: usize = 1;
const ACCOUNTS: usize = 2;
const OPENING: usize = 3;
const LEGS: usize = 4;
const DAILY: usize = 5;
const CLOSED: usize = 6;

/// The tables, by their place.
pub(super) const TABLES: [Table; 7] = [
    Table {
        name: "entities",
        columns: &[("entity", Kind::Text), ("start", Kind::Date), ("year_starts", Kind::Whole)],
    },
    Table {
        name: "subjects",
        columns: &[
            ("entity", Kind::Text),
            ("subject", Kind::Text),
            ("name", Kind::Text),
            ("class", Kind::Text),
            ("normal", Kind::Text),
            ("leaf", Kind::Whole),
        ],
    },
    Table {
        name: "accounts",
        columns: &[
            ("entity", Kind::Text),
            ("account_id", Kind::Whole),
            ("account_number", Kind::Text),
            ("account_type", Kind::Text),
            ("subject", Kind::Text),
            ("class", Kind::Text),
            ("currency", Kind::Text),
            ("exponent", Kind::Whole),
            ("normal", Kind::Text),
            ("owner", Kind::Text),
            ("opened", Kind::Date),
        ],
    },
    Table {
        name: "opening",
        columns: &[
            ("entity", Kind::Text),
            ("account_id", Kind::Whole),
            ("account_number", Kind::Text),
            ("account_type", Kind::Text),
            ("subject", Kind::Text),
            ("class", Kind::Text),
            ("currency", Kind::Text),
            ("exponent", Kind::Whole),
            ("accounting_date", Kind::Date),
            ("opening", Kind::Money),
            ("opening_debit", Kind::Money),
            ("opening_credit", Kind::Money),
        ],
    },
    Table {
        name: "legs",
        columns: &[
            ("entity", Kind::Text),
            ("account_id", Kind::Whole),
            ("account_number", Kind::Text),
            ("account_type", Kind::Text),
            ("subject", Kind::Text),
            ("class", Kind::Text),
            ("currency", Kind::Text),
            ("exponent", Kind::Whole),
            ("accounting_date", Kind::Date),
            ("side", Kind::Text),
            ("amount", Kind::Money),
            ("balance_after", Kind::Money),
            ("merged", Kind::Whole),
            ("step", Kind::Whole),
            ("frame", Kind::Whole),
            ("ordinal", Kind::Whole),
            ("client", Kind::Text),
            ("transaction", Kind::Text),
            ("action", Kind::Text),
            ("original_client", Kind::Text),
            ("original", Kind::Text),
            ("value_date", Kind::Date),
            ("time", Kind::Time),
            ("type", Kind::Text),
            ("reference", Kind::Text),
            ("tags", Kind::Text),
            ("operator", Kind::Text),
            ("approval", Kind::Text),
            ("reason", Kind::Text),
            ("visibility", Kind::Text),
            ("counterparty", Kind::Text),
            ("text_id", Kind::Text),
            ("original_text_id", Kind::Text),
        ],
    },
    Table {
        name: "daily",
        columns: &[
            ("entity", Kind::Text),
            ("account_id", Kind::Whole),
            ("account_number", Kind::Text),
            ("account_type", Kind::Text),
            ("subject", Kind::Text),
            ("class", Kind::Text),
            ("currency", Kind::Text),
            ("exponent", Kind::Whole),
            ("accounting_date", Kind::Date),
            ("opening", Kind::Money),
            ("debit_turnover", Kind::Money),
            ("credit_turnover", Kind::Money),
            ("closing", Kind::Money),
            ("opening_debit", Kind::Money),
            ("opening_credit", Kind::Money),
            ("closing_debit", Kind::Money),
            ("closing_credit", Kind::Money),
        ],
    },
    Table {
        name: "closed_dates",
        columns: &[("entity", Kind::Text), ("accounting_date", Kind::Date), ("next", Kind::Date)],
    },
];

/// The notes of a leg's row: the columns from `type` to `counterparty`.
const NOTES: [Note; 8] = [
    Note::Kind,
    Note::Reference,
    Note::Tags,
    Note::Operator,
    Note::Approval,
    Note::Reason,
    Note::Visibility,
    Note::Counterparty,
];

/// Writes the rows of [`TABLES`].
pub(super) trait Rows {
    /// Writes a row of the table at this place; a cell for each column, of its kind.
    fn write(&mut self, table: usize, cells: &[Cell<'_>]) -> io::Result<()>;

    /// All rows were written.
    fn finish(self) -> io::Result<()>;
}

/// A journal as tables.
pub(super) struct Tables<R> {
    rows: R,
}

impl<R: Rows> Tables<R> {
    pub(super) fn new(rows: R) -> Tables<R> {
        Tables { rows }
    }

    fn legs(&mut self, chart: &Chart, transaction: &JournalTransaction<'_>) -> io::Result<()> {
        let &JournalTransaction { client, id, frame, ordinal, value_date, time_us, .. } = transaction;
        let id = format!("{:032x}", id.0);
        let named = transaction.original.map_or(String::new(), |named| format!("{:032x}", named.id.0));
        let named_by = transaction.original.map_or("", |named| chart.client(named.client));
        for leg in transaction.legs {
            let account = chart.account(leg.account);
            let mut cells = account_cells(chart, account);
            cells.extend([Cell::Date(transaction.accounting_date)]);
            cells.extend(leg_cells(account, leg));
            cells.extend([Cell::Whole(frame), Cell::Whole(ordinal.into())]);
            cells.extend([text(chart.client(client)), text(&id)]);
            cells.extend([text(transaction.action.name()), text(named_by), text(&named)]);
            cells.extend([Cell::Date(value_date), Cell::Time(time_us)]);
            cells.extend(NOTES.map(|note| text(transaction.note(note))));
            cells.extend([transaction.text_id, transaction.original_text].map(text));
            self.rows.write(LEGS, &cells)?;
        }
        Ok(())
    }

    fn day(&mut self, chart: &Chart, day: &Day) -> io::Result<()> {
        let account = chart.account(day.account);
        let currency = account.currency;
        let natural = |balance| Cell::Money(account.normal.natural(balance), currency);
        let mut cells = account_cells(chart, account);
        cells.extend([
            Cell::Date(day.date),
            natural(day.opening),
            Cell::Money(day.debit, currency),
            Cell::Money(day.credit, currency),
            natural(day.closing),
        ]);
        cells.extend(by_side(day.opening, currency));
        cells.extend(by_side(day.closing, currency));
        self.rows.write(DAILY, &cells)
    }

    fn opening(
        &mut self,
        chart: &Chart,
        from: Date,
        account: &JournalAccount,
        balance: i128,
    ) -> io::Result<()> {
        let mut cells = account_cells(chart, account);
        cells.extend([Cell::Date(from), Cell::Money(account.normal.natural(balance), account.currency)]);
        cells.extend(by_side(balance, account.currency));
        self.rows.write(OPENING, &cells)
    }

    fn account(&mut self, chart: &Chart, account: &JournalAccount) -> io::Result<()> {
        let mut cells = account_cells(chart, account);
        cells.extend([side(account.normal), text(account.owner.name()), Cell::Date(account.opened)]);
        self.rows.write(ACCOUNTS, &cells)
    }

    fn subject(&mut self, chart: &Chart, subject: &Subject) -> io::Result<()> {
        let opening = &subject.opening;
        let class = text(opening.class.name());
        let leaf = Cell::Whole(opening.leaf.into());
        let cells = [
            code(chart, subject.entity),
            text(&opening.code),
            text(&opening.name),
            class,
            side(opening.normal),
            leaf,
        ];
        self.rows.write(SUBJECTS, &cells)
    }

    fn entity(&mut self, entity: &ChartEntity) -> io::Result<()> {
        self.rows.write(
            ENTITIES,
            &[text(&entity.code), Cell::Date(entity.start), Cell::Whole(entity.year_starts.month().into())],
        )
    }
}

impl<R: Rows> Sink for Tables<R> {
    fn take(&mut self, chart: &Chart, item: Item<'_>) -> io::Result<()> {
        match item {
            Item::Entity(entity) => self.entity(entity),
            Item::Subject(subject) => self.subject(chart, subject),
            Item::Account(account) => self.account(chart, account),
            Item::Opening { from, balances, .. } => balances.iter().try_for_each(|(account, balance)| {
                self.opening(chart, from, chart.account(*account), *balance)
            }),
            Item::Transaction(transaction) => self.legs(chart, &transaction),
            Item::Day(day) => self.day(chart, &day),
            Item::Closed { entity, date, next } => {
                self.rows.write(CLOSED, &[code(chart, entity), Cell::Date(date), Cell::Date(next)])
            }
        }
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.rows.finish()
    }
}

/// The cells that every row of an account begins with: `entity` to `exponent`.
fn account_cells<'c>(chart: &'c Chart, account: &'c JournalAccount) -> Vec<Cell<'c>> {
    let subject = &chart.subject(account.subject).opening;
    let mut cells = Vec::with_capacity(TABLES[LEGS].columns.len());
    cells.extend([
        code(chart, account.entity),
        Cell::Whole(account.id.0),
        text(&account.number),
        text(&account.kind),
        text(&subject.code),
        text(subject.class.name()),
        text(account.currency.code()),
        Cell::Whole(account.currency.exponent().into()),
    ]);
    cells
}

/// The cells of a leg: `side` to `step`.
fn leg_cells(account: &JournalAccount, leg: &JournalLeg) -> [Cell<'static>; 5] {
    [
        side(leg.side),
        Cell::Money(leg.amount.0.into(), account.currency),
        Cell::Money(account.normal.natural(leg.balance_after), account.currency),
        Cell::Whole(leg.merged.into()),
        Cell::Whole(leg.step.into()),
    ]
}

/// A debit-positive balance as what stands on the debit side and on the credit side.
fn by_side(balance: i128, currency: Currency) -> [Cell<'static>; 2] {
    [Cell::Money(balance.max(0), currency), Cell::Money((-balance).max(0), currency)]
}

fn code(chart: &Chart, entity: EntityId) -> Cell<'_> {
    text(&chart.entity(entity).code)
}

fn side(side: Side) -> Cell<'static> {
    text(side.name())
}

fn text(text: &str) -> Cell<'_> {
    Cell::Text(Cow::Borrowed(text))
}
