//! Texts, dates and whole numbers on the command line.

use std::fmt::Display;
use std::str::FromStr;

use longmen_engine::ledger::{Date, is_hidden, shows_nothing};

/// A text that says something: one of which nothing can be seen is most likely a variable that was not set.
pub(crate) fn said(text: &str) -> Result<String, String> {
    match shows_nothing(text) {
        true => Err("nothing can be seen of it: give a text, or leave it out".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// A date.
pub(crate) fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "expected a date such as 2024-02-29".to_owned())
}

/// A whole number as it is printed, without a plus and without zeros in front: what names something has one name.
pub(crate) fn plain<T: FromStr + Display>(text: &str) -> Option<T> {
    text.parse().ok().filter(|number: &T| number.to_string() == text)
}

/// A text as a shell takes it, in quotes where it needs them: in a sentence it ends where they do.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| (c.is_alphanumeric() && !is_hidden(c)) || "-_.:/@+".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// The number of a client.
pub(crate) fn client_number(text: &str) -> Result<u32, String> {
    plain(text).ok_or_else(|| "expected the number of a client, such as 7".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_something() {
        for (text, says) in [("ann", true), (" x ", true), ("", false), (" ", false), ("\u{200b}", false)] {
            assert_eq!(said(text).is_ok(), says, "{text:?}");
        }
    }

    #[test]
    fn what_a_shell_would_take_apart_stands_in_quotes() {
        for (text, expect) in [
            ("order-17", "order-17"),
            ("LM/手续费/CNY", "LM/手续费/CNY"),
            ("LM/user 1/CNY", "'LM/user 1/CNY'"),
            ("it's 5 $", "'it'\\''s 5 $'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(text), expect);
        }
    }

    #[test]
    fn a_number_has_one_name() {
        for (text, expect) in
            [("7", Some(7)), ("0", Some(0)), ("+7", None), ("07", None), ("", None), ("-0", None)]
        {
            assert_eq!(plain::<i64>(text), expect, "{text}");
        }
        assert_eq!(plain::<i64>("-7"), Some(-7));
    }
}
