//! A table of balances, as a CSV file: of the accounting system, or what `longmen report --csv` prints.

use std::path::Path;

use longmen_client::Side;
use longmen_engine::ledger::Currency;
use longmen_reconciliation::accounting::{BalanceLine, Figures};

use super::table_file::{amount, read_table, refused};
use crate::failure::Failure;
use crate::import::{Cells, Column, value};

const COLUMNS: &[Column] = &[
    Column::optional("entity"),
    Column::required("subject"),
    Column::required("currency"),
    Column::required("period_from").or("from"),
    Column::required("period_to").or("to"),
    Column::optional("opening").or("opening_debit_positive"),
    Column::optional("opening_side"),
    Column::optional("opening_debit"),
    Column::optional("opening_credit"),
    Column::required("debit"),
    Column::required("credit"),
    Column::optional("closing").or("closing_debit_positive"),
    Column::optional("closing_side"),
    Column::optional("closing_debit"),
    Column::optional("closing_credit"),
    Column::optional("class"),
    Column::passed_over("name"),
];

/// The columns of a balance: signed, its side, its amount on the debit side, its amount on the credit side.
type Names = [&'static str; 4];
const OPENING: Names = ["opening", "opening_side", "opening_debit", "opening_credit"];
const CLOSING: Names = ["closing", "closing_side", "closing_debit", "closing_credit"];

/// How a balance says on which side it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Debit-positive: a credit balance has a minus.
    Signed,
    /// A side and an amount.
    Sided,
    /// A column for each side.
    Columns,
}

impl Form {
    fn words(self) -> &'static str {
        match self {
            Form::Signed => "debit-positive",
            Form::Sided => "with a side",
            Form::Columns => "in a column for each side",
        }
    }
}

/// Reads a table of balances. `entity` is that of rows that name none.
pub(crate) fn read_balances(path: &Path, entity: Option<&str>) -> Result<Vec<BalanceLine>, Failure> {
    let rows = read_table(path, COLUMNS, |cells| read_row(cells, entity))?;
    let forms =
        rows.iter().flat_map(|(line, forms)| forms.iter().map(|(column, form)| (line.line, *column, *form)));
    let mut first: Option<(u64, Form)> = None;
    for (line, column, form) in forms.filter_map(|(line, column, form)| Some((line, column, form?))) {
        let (first_line, first_form) = *first.get_or_insert((line, form));
        if form != first_form {
            let (this, that) = (form.words(), first_form.words());
            let why = format!(
                "mixed_signs, line {line}, {column}: the balance is {this}, and that of line {first_line} {that}"
            );
            return Err(refused(path, why));
        }
    }
    Ok(rows.into_iter().map(|(line, _)| line).collect())
}

/// A line, and in which form its balances are; one of nothing may be in any.
type Row = (BalanceLine, [(&'static str, Option<Form>); 2]);

fn read_row(cells: &mut Cells<'_>, entity: Option<&str>) -> Option<Row> {
    // The net of memo accounts, which `longmen report --csv` tells beside the general ledger: no accounting system has it.
    if cells.get("class") == Some("memo") {
        return None;
    }
    let entity = entity_of(cells, entity);
    let subject = cells.required("subject", |text| Ok(text.into()));
    let [from, to] = ["period_from", "period_to"].map(|column| cells.required(column, value::date));
    let currency = cells.required("currency", value::currency)?;
    let [debit, credit] = ["debit", "credit"].map(|column| cells.required(column, amount(currency)));
    let [opening, closing] = [OPENING, CLOSING].map(|names| balance(cells, currency, names));
    cells.good()?;
    let (opening, closing) = (opening?, closing?);
    let form = |balance: (i128, Form)| (balance.0 != 0).then_some(balance.1);
    let forms = [(OPENING[0], form(opening)), (CLOSING[0], form(closing))];
    let figures = Figures { opening: opening.0, debit: debit?, credit: credit?, closing: closing.0 };
    let line = BalanceLine {
        entity: entity?,
        subject: subject?,
        currency,
        from: from?,
        to: to?,
        figures,
        line: cells.line,
    };
    Some((line, forms))
}

/// Whose row it is: as it says, else as the command line does.
pub(super) fn entity_of(cells: &mut Cells<'_>, entity: Option<&str>) -> Option<Box<str>> {
    let entity = cells.get("entity").or(entity).map(Into::into);
    if entity.is_none() {
        cells.fault("entity", "is missing: the file says it, or --entity");
    }
    entity
}

/// A balance, debit-positive, and in which form it is.
fn balance(cells: &mut Cells<'_>, currency: Currency, names: Names) -> Option<(i128, Form)> {
    let [signed, side, debit, credit] = names;
    let is_there = names.map(|name| cells.get(name).is_some());
    match is_there {
        [true, false, false, false] => Some((cells.required(signed, amount(currency))?, Form::Signed)),
        [_, true, false, false] => {
            let side = cells.required(side, side_of)?;
            let amount = cells.required(signed, not_negative(currency))?;
            match side {
                Some(side) => Some((side.natural(amount), Form::Sided)),
                None if amount == 0 => Some((0, Form::Sided)),
                None => {
                    cells.fault(signed, "mixed_signs: its side is 平, and it is not zero");
                    None
                }
            }
        }
        [false, false, _, _] if is_there != [false; 4] => {
            let [debit, credit] = [debit, credit].map(|column| match cells.get(column) {
                None => Some(0),
                Some(_) => cells.required(column, not_negative(currency)),
            });
            Some((debit? - credit?, Form::Columns))
        }
        [false, false, false, false] => {
            cells.fault(signed, "is missing");
            None
        }
        _ => {
            cells.fault(signed, "mixed_signs: the balance is there in more than one form");
            None
        }
    }
}

/// A side, or none of both where there is no balance (平).
fn side_of(cell: &str) -> Result<Option<Side>, String> {
    match cell {
        "平" => Ok(None),
        _ => value::side(cell).map(Some),
    }
}

fn not_negative(currency: Currency) -> impl Fn(&str) -> Result<i128, String> {
    move |cell| match amount(currency)(cell)? {
        amount if amount < 0 => Err(format!("mixed_signs: `{cell}` has a minus beside a side")),
        amount => Ok(amount),
    }
}
