//! What stands in the cells of tables.

use longmen_ledger::{Date, Side};

use super::column::{Column, Field, is_number};
use super::target::Target;
use super::theirs::{TheirLine, Theirs};
use crate::made::draft::Tone;

/// What a cell has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// A decimal number.
    Number(String),
    /// 2024-06-18
    Date(String),
}

impl Value {
    pub(super) fn text(&self) -> &str {
        let (Value::Text(text) | Value::Number(text) | Value::Date(text)) = self;
        text
    }
}

/// The cells of a line of a voucher.
pub(super) fn values<'a>(
    columns: &'a [Column],
    theirs: &'a Theirs<'a>,
    line: usize,
    target: &'a Target,
) -> impl Iterator<Item = Value> {
    columns.iter().map(move |column| {
        let of_voucher = of_voucher(&column.field, theirs, target);
        of_voucher.unwrap_or_else(|| of_line(&column.field, &theirs.lines[line], line))
    })
}

/// A cell that is the voucher's.
fn of_voucher(field: &Field, theirs: &Theirs<'_>, target: &Target) -> Option<Value> {
    let draft = theirs.draft();
    let (year, month) = draft.period();
    let compact = |date: Date| Value::Text(date.to_string().replace('-', ""));
    let text = |text: &str| Value::Text(text.to_owned());
    Some(match field {
        Field::Empty => text(""),
        Field::Fixed(fixed) => text(fixed),
        Field::FixedNumber(number) => Value::Number(number.to_string()),
        Field::Entity => text(theirs.entity),
        Field::SourceKey => text(&theirs.source_key),
        Field::ShortKey => Value::Text(theirs.voucher.short_key()),
        Field::Date => Value::Date(draft.posting_date.to_string()),
        Field::BookDate => Value::Date(draft.date.to_string()),
        Field::CompactDate => compact(draft.posting_date),
        Field::CompactBookDate => compact(draft.date),
        Field::Year => Value::Number(year.to_string()),
        Field::Period => Value::Number(month.to_string()),
        Field::TwoDigitPeriod => Value::Text(format!("{month:02}")),
        Field::Word => text(theirs.word),
        Field::Number => Value::Number(theirs.voucher.number.to_string()),
        Field::Reference => Value::Text(theirs.reference()),
        Field::Attachments => Value::Number(draft.attachments.to_string()),
        Field::HeaderText => text(&draft.header_text),
        Field::NegativeMark => text(if draft.tone == Tone::Red { "X" } else { "" }),
        Field::Maker => text(&target.people.maker),
        Field::Checker => text(&target.people.checker),
        Field::Poster => text(&target.people.poster),
        Field::Cashier => text(&target.people.cashier),
        Field::LocalCurrency => text(local_currency(theirs, target)),
        _ => return None,
    })
}

/// What the local currency is called there.
pub(super) fn local_currency<'a>(theirs: &Theirs<'a>, target: &'a Target) -> &'a str {
    let local = theirs.draft().local_currency;
    target.currencies.get(&local).map_or(local.code(), |name| name)
}

/// A cell that is the line's.
fn of_line(field: &Field, line: &TheirLine<'_>, at: usize) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    let side = line.line.side;
    let nth = |nth: &usize| line.aux.get(nth - 1).copied().unwrap_or_default();
    match field {
        Field::Aux(name) => text(line.aux_value(name)),
        Field::AuxName(place) => text(nth(place).0),
        Field::AuxValue(place) => text(nth(place).1),
        Field::LineNumber => Value::Number((at + 1).to_string()),
        Field::LineIndex => Value::Number(at.to_string()),
        Field::Summary => text(&line.line.summary),
        Field::Subject => text(line.subject),
        Field::PaddedSubject if is_number(line.subject) => Value::Text(format!("{:0>10}", line.subject)),
        Field::PaddedSubject => text(line.subject),
        Field::Currency => text(line.currency),
        Field::Rate => Value::Number(line.line.rate.normalize().to_string()),
        Field::SideDigit => text(if side == Side::Debit { "1" } else { "0" }),
        Field::SideLetter => text(if side == Side::Debit { "D" } else { "C" }),
        Field::Source => text(line.first_source()),
        _ => amount_of(field, line),
    }
}

/// A cell that has an amount of the line.
fn amount_of(field: &Field, line: &TheirLine<'_>) -> Value {
    let side = line.line.side;
    let where_it_is = |on: Side, amount: String| {
        if side == on { Value::Number(amount) } else { Value::Text(String::new()) }
    };
    match field {
        Field::Amount => Value::Number(line.amount()),
        Field::SignedAmount => Value::Number(line.line.currency.print(side.signed(line.line.amount))),
        Field::SignedLocal => Value::Number(line.local_currency.print(side.signed(line.line.local))),
        Field::DebitLocal => Value::Number(line.local_on(Side::Debit)),
        Field::CreditLocal => Value::Number(line.local_on(Side::Credit)),
        Field::DebitLocalOrEmpty => where_it_is(Side::Debit, line.local()),
        Field::CreditLocalOrEmpty => where_it_is(Side::Credit, line.local()),
        Field::DebitAmountOrEmpty => where_it_is(Side::Debit, line.amount()),
        Field::CreditAmountOrEmpty => where_it_is(Side::Credit, line.amount()),
        Field::ForeignAmount if line.is_foreign() => Value::Number(line.amount()),
        Field::ForeignAmount => Value::Number("0".to_owned()),
        other => unreachable!("{other:?} is of the voucher or of the line"),
    }
}
