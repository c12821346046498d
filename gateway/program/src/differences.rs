//! In what two things under one key differ.

use std::fmt;

/// The fields in which something differs from what a file says of it.
pub(crate) struct Differences {
    places: [&'static str; 2],
    words: Vec<String>,
}

impl Differences {
    /// Between what stands in the ledger and what the file says.
    pub(crate) fn of_file() -> Differences {
        Differences::between("there", "in the file")
    }

    pub(crate) fn between(first: &'static str, second: &'static str) -> Differences {
        Differences { places: [first, second], words: Vec::new() }
    }

    /// Holds one field against the other.
    pub(crate) fn hold<T: Copy + PartialEq>(
        &mut self,
        field: &str,
        first: T,
        second: T,
        print: impl Fn(&T) -> String,
    ) {
        if first != second {
            let [here, there] = self.places;
            self.words.push(format!("{field} is {} {here}, {} {there}", print(&first), print(&second)));
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        self.words.is_empty()
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.join("; "))
    }
}

/// A text as it stands in a message.
pub(crate) fn quoted(text: &&str) -> String {
    if text.is_empty() { "empty".to_owned() } else { format!("\"{text}\"") }
}
