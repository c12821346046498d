//! What is found of a transaction, in the same words whoever found it: the generator, the comparison, or an outside program.

use std::fmt::{self, Display};

use longmen_reconciliation::{Class, Fate, Finding, Transaction};

use super::row::Row;

/// What is found of a transaction on a day of a chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    pub(crate) day: u32,
    number: String,
    kind: &'static str,
    pub(crate) class: Class,
    pub(crate) fate: Fate,
    days: u32,
    explains: i128,
    book: Option<Figures>,
    file: Option<Figures>,
    /// How each side calls it: empty, where it is not told.
    references: [String; 2],
}

/// Amount and fee in fen, and the state.
type Figures = (i64, i64, &'static str);

impl Told {
    /// What is to be found of rows of either side: what moved on an earlier day explains nothing of this.
    pub(crate) fn planted(
        day: u32,
        class: Class,
        fate: Fate,
        book: Option<&Row>,
        file: Option<&Row>,
    ) -> Told {
        let either = book.or(file).expect("one side has it");
        let of_today = |row: Option<&Row>| row.filter(|row| row.day == day).map_or(0, Row::net);
        let first = [book, file].into_iter().flatten().map(|row| row.day).min();
        let figures = |row: &Row| (row.gross, row.fee, row.state.name());
        Told {
            day,
            number: either.number.clone(),
            kind: either.kind.name(),
            class,
            fate,
            days: day - first.unwrap_or(day),
            explains: i128::from(of_today(file)) - i128::from(of_today(book)),
            book: book.map(figures),
            file: file.map(figures),
            references: Default::default(),
        }
    }

    /// What was found.
    pub(crate) fn found(day: u32, finding: &Finding) -> Told {
        let Finding { class, fate, book, file, days, explains } = finding;
        let either = book.as_ref().or(file.as_ref()).expect("one side has it");
        let figures = |one: &Transaction| (one.gross.0, one.fee.0, one.state.name());
        let reference = |side: &Option<Transaction>| {
            side.as_ref().map_or_else(String::new, |one| one.reference.to_string())
        };
        Told {
            day,
            number: either.merchant_number.to_string(),
            kind: either.kind.name(),
            class: *class,
            fate: *fate,
            days: *days,
            explains: *explains,
            book: book.as_ref().map(figures),
            file: file.as_ref().map(figures),
            references: [reference(book), reference(file)],
        }
    }

    /// The same without what a side calls it: which of two that are alike was compared is nothing that was planted.
    pub(crate) fn without_references(&self) -> Told {
        Told { references: Default::default(), ..self.clone() }
    }
}

impl Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Told { day, number, kind, class, fate, days, explains, book, file, references } = self;
        write!(f, "{day},{number},{kind},{},{},{days},{explains}", class.name(), fate.name())?;
        for side in [book, file] {
            match side {
                Some((gross, fee, state)) => write!(f, ",{gross},{fee},{state}")?,
                None => write!(f, ",,,")?,
            }
        }
        write!(f, ",{},{}", references[0], references[1])
    }
}
