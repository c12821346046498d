//! How the command line names a transaction.

use std::fmt;
use std::str::FromStr;

use longmen_client::TransactionId;
use longmen_engine::ledger::{has_blank_end, shows_nothing};

use crate::argument::quoted;

/// A transaction's id: any text, or `0x` and the hexadecimal digits that listings show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdName {
    text: String,
}

impl IdName {
    /// One that nobody has used.
    pub(crate) fn random() -> IdName {
        IdName { text: format!("{:032x}", rand::random::<u128>()) }
    }

    /// The same for a shell, in quotes where it needs them.
    pub(crate) fn quoted(&self) -> String {
        quoted(&self.text)
    }

    /// The same as the node is asked for it.
    pub(crate) fn id(&self) -> TransactionId {
        let number = self.text.strip_prefix("0x").and_then(|digits| u128::from_str_radix(digits, 16).ok());
        number.map_or_else(|| TransactionId::Text(self.text.clone()), TransactionId::Number)
    }
}

/// An id as people know it: the text that it was given as, else its digits behind `0x`. Either names the transaction in
/// commands, but for a text with anything in it that is written out where it is shown. A text that would be read as a number
/// there, or that has a blank at an end, which nobody sees, stands as its digits.
pub(crate) fn shown(digits: &str, text: Option<&str>) -> String {
    let names = |text: &&str| {
        let id = IdName { text: (*text).to_owned() }.id();
        matches!(id, TransactionId::Text(_)) && !has_blank_end(text)
    };
    text.filter(names).map_or_else(|| format!("0x{digits}"), str::to_owned)
}

impl FromStr for IdName {
    type Err = &'static str;

    /// A text of which nothing can be seen, `0x` without digits and zero name nothing: most likely a variable was not set.
    fn from_str(text: &str) -> Result<IdName, &'static str> {
        let is_empty = shows_nothing(text)
            || text.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b == b'0'));
        if is_empty { Err("the id is empty") } else { Ok(IdName { text: text.to_owned() }) }
    }
}

impl fmt::Display for IdName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The same of an id as requests have it, where it stands in a sentence.
pub(crate) fn name_of_id(id: &TransactionId) -> String {
    match id {
        TransactionId::Text(text) => text.clone(),
        TransactionId::Number(number) => format!("0x{number:032x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_texts_or_hexadecimal_numbers() {
        #[track_caller]
        fn check(text: &str, expect: impl Into<TransactionId>) {
            let name = text.parse::<IdName>().unwrap();
            assert_eq!((name.id(), &*name.to_string()), (expect.into(), text));
        }
        check("order-17", "order-17");
        check("17", "17");
        check("0x1cf8320d8c5be8fc9f1841f7e4de2cdd", 0x1cf8_320d_8c5b_e8fc_9f18_41f7_e4de_2cdd_u128);
        check("0xylophone", "0xylophone");
        check("0", "0");
    }

    #[test]
    fn an_id_that_was_never_set_is_none() {
        for text in [
            "",
            " ",
            "\u{3000}",
            "\u{200b}",
            " \u{feff}\u{200b}",
            "0x",
            "0x0",
            "0x00000000000000000000000000000000",
        ] {
            assert!(text.parse::<IdName>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_shown_names_the_transaction() {
        for (digits, text, expect) in [
            ("00ab", None, "0x00ab"),
            ("1cf8", Some("order-17"), "order-17"),
            ("1cf8", Some("0xylophone"), "0xylophone"),
            ("1cf8", Some("0xab"), "0x1cf8"),
            ("1cf8", Some("order-17 "), "0x1cf8"),
            ("1cf8", Some("a\u{202e}b"), "a\u{202e}b"),
        ] {
            assert_eq!(shown(digits, text), expect);
        }
    }
}
