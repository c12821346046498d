//! Why a file is refused: it is taken whole, or nothing of it is.

use std::fmt;

/// What kind of fault a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RefusalCode {
    /// It is no text in the encoding that the format has.
    BadEncoding,
    /// A column that is needed is not there, or the file is of another format.
    UnknownHeader,
    /// A row cannot be read.
    BadRow,
    /// The same row comes twice.
    DuplicateRow,
    /// A row, or the file, is of another date.
    WrongDate,
    /// A row, or the file, is of another merchant or account.
    WrongMerchant,
    /// What its footer says is not the sum of its rows.
    BadControlTotal,
    /// A balance that it tells does not follow from its rows.
    BadBalance,
    /// It ends before its end.
    Truncated,
    /// Its digest is not the one that came with it.
    BadDigest,
}

impl RefusalCode {
    /// Its name: `bad_row`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Why a file is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    pub code: RefusalCode,
    /// The line, counted from 1, where it is one. Of a sheet the row; of XML the line of the element.
    pub line: Option<u64>,
    /// The column or field, by the name that the file has for it, where it is one.
    pub column: Option<Box<str>>,
    /// What is wrong with it, in words.
    pub reason: Box<str>,
}

impl Refusal {
    /// Of the file as a whole.
    #[must_use]
    pub fn whole(code: RefusalCode, reason: impl Into<Box<str>>) -> Refusal {
        Refusal { code, line: None, column: None, reason: reason.into() }
    }

    /// Of one line.
    #[must_use]
    pub fn at(code: RefusalCode, line: u64, reason: impl Into<Box<str>>) -> Refusal {
        Refusal { line: Some(line), ..Refusal::whole(code, reason) }
    }

    /// Of one field of one line.
    #[must_use]
    pub fn of(code: RefusalCode, line: u64, column: &str, reason: impl Into<Box<str>>) -> Refusal {
        Refusal { column: Some(column.into()), ..Refusal::at(code, line, reason) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.name())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}
