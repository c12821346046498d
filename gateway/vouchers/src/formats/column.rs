//! Columns of tables.

use std::str::FromStr;

/// What stands in a column.
#[derive(Clone, Debug, PartialEq, Eq, strum::EnumCount, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Field {
    /// Nothing.
    Empty,
    /// A text, always the same: `=SA`.
    #[strum(disabled)]
    Fixed(Box<str>),
    /// A number, always the same: `#0`.
    #[strum(disabled)]
    FixedNumber(Box<str>),
    /// A further term of the line, by its name there: `aux:客户`.
    #[strum(disabled)]
    Aux(Box<str>),
    /// The name of the line's nth term there, from 1: `aux_name:1`.
    #[strum(disabled)]
    AuxName(usize),
    /// The value of the line's nth term: `aux_value:1`.
    #[strum(disabled)]
    AuxValue(usize),
    Entity,
    SourceKey,
    ShortKey,
    /// The posting date, as 2024-06-18.
    Date,
    /// The posting date, as 20240618.
    CompactDate,
    /// The accounting date of the books, as 2024-06-18.
    BookDate,
    /// The accounting date of the books, as 20240618.
    CompactBookDate,
    Year,
    Period,
    /// The month with two digits.
    TwoDigitPeriod,
    Word,
    Number,
    /// Word and number: 记-1.
    Reference,
    Attachments,
    HeaderText,
    /// `X` on a red voucher.
    NegativeMark,
    Maker,
    Checker,
    Poster,
    Cashier,
    /// From 1.
    LineNumber,
    /// From 0.
    LineIndex,
    Summary,
    Subject,
    /// Digits with zeros in front, ten together.
    PaddedSubject,
    Currency,
    LocalCurrency,
    Rate,
    /// 1 for debit, 0 for credit.
    SideDigit,
    /// D or C.
    SideLetter,
    /// The amount in the line's currency.
    Amount,
    /// Debit positive, credit negative.
    SignedAmount,
    SignedLocal,
    DebitLocal,
    CreditLocal,
    /// As `debit_local`, and nothing where the line is on the other side.
    DebitLocalOrEmpty,
    CreditLocalOrEmpty,
    DebitAmountOrEmpty,
    CreditAmountOrEmpty,
    /// The amount in a foreign currency; 0 where the line has the local one.
    ForeignAmount,
    /// The transaction or batch, where it is one.
    Source,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub title: Box<str>,
    pub field: Field,
    /// The width of a text, if it has one of its own.
    pub width: Option<usize>,
}

/// Why a text names no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no field")]
pub struct ColumnError(pub Box<str>);

impl Column {
    /// A column by the name of its field, as settings have it.
    ///
    /// # Errors
    /// [`ColumnError`], where there is no such field.
    pub fn new(title: &str, field: &str, width: Option<usize>) -> Result<Column, ColumnError> {
        let error = || ColumnError(field.into());
        let place = |text: &str| text.parse().ok().filter(|nth| (1..=8).contains(nth)).ok_or_else(error);
        let prefixed = |prefix: &str| field.strip_prefix(prefix);
        let field = if field.is_empty() {
            Field::Empty
        } else if let Some(text) = prefixed("=") {
            Field::Fixed(text.into())
        } else if let Some(number) = prefixed("#").filter(|number| is_number(number)) {
            Field::FixedNumber(number.into())
        } else if let Some(name) = prefixed("aux:") {
            Field::Aux(name.into())
        } else if let Some(nth) = prefixed("aux_name:") {
            Field::AuxName(place(nth)?)
        } else if let Some(nth) = prefixed("aux_value:") {
            Field::AuxValue(place(nth)?)
        } else {
            Field::from_str(field).map_err(|_| error())?
        };
        Ok(Column { title: title.into(), field, width })
    }
}

/// ASCII digits, and at least one.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
