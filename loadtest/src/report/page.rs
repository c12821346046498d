//! What a page says, without how it looks.

use longmen_terminal::Table;
use serde::{Deserialize, Serialize};

use super::chart::Chart;

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// What it is about.
    pub title: String,
    /// What a reader should know beforehand.
    pub intro: String,
    /// What came of it, in a few sentences.
    pub conclusion: Vec<Remark>,
    /// The rest.
    pub sections: Vec<Section>,
}

/// A part of a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    pub name: String,
    /// What it is about, in a line.
    pub title: String,
    pub tables: Vec<Grid>,
    /// What else is to be said.
    pub remarks: Vec<Remark>,
    pub charts: Vec<Chart>,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// What it means for the run.
    pub sense: Sense,
    /// What it says.
    pub text: String,
}

/// What a sentence or a cell means for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sense {
    /// It tells something.
    Plain,
    /// What was to hold held.
    Held,
    /// A figure is not at its bar.
    Missed,
    /// An answer or a balance was wrong.
    Wrong,
}

/// A table, as the terminal shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// What stands above the columns.
    pub heads: Vec<Head>,
    /// The text of the cells.
    pub rows: Vec<Vec<String>>,
}

/// What stands above a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    pub text: String,
    /// Whether the column is one of figures.
    pub figures: bool,
}

impl Section {
    /// A section with nothing in it.
    #[must_use]
    pub fn new(name: impl Into<String>, title: impl Into<String>) -> Section {
        Section { name: name.into(), title: title.into(), ..Section::default() }
    }

    /// A section of one table.
    #[must_use]
    pub fn of_table(name: impl Into<String>, title: impl Into<String>, table: &Table) -> Section {
        Section { tables: vec![table.into()], ..Section::new(name, title) }
    }
}

impl Remark {
    /// A sentence that tells something.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Remark {
        Remark { sense: Sense::Plain, text: text.into() }
    }

    /// What was wrong.
    #[must_use]
    pub fn wrong(text: impl Into<String>) -> Remark {
        Remark { sense: Sense::Wrong, text: text.into() }
    }

    /// A sentence about what was to hold.
    #[must_use]
    pub fn held_or_wrong(held: bool, text: impl Into<String>) -> Remark {
        Remark { sense: if held { Sense::Held } else { Sense::Wrong }, text: text.into() }
    }

    /// Whether a run held, then each thing that did not.
    #[must_use]
    pub fn all(held: bool, text: impl Into<String>, differences: &[String]) -> Vec<Remark> {
        let differences = differences.iter().map(Remark::wrong);
        [Remark::held_or_wrong(held, text)].into_iter().chain(differences).collect()
    }
}

impl From<&Table> for Grid {
    fn from(table: &Table) -> Grid {
        let heads = table.heads().map(|(text, figures)| Head { text: text.to_owned(), figures });
        // The terminal sets lines in by spaces.
        let trimmed = |row: &Vec<String>| row.iter().map(|cell| cell.trim().to_owned()).collect();
        Grid { heads: heads.collect(), rows: table.rows().iter().map(trimmed).collect() }
    }
}
