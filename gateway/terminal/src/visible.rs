//! Text from elsewhere, made safe to show.
//!
//! Account numbers, references, ids and messages are what clients made them. A terminal obeys control characters, turns
//! text around at marks of direction and shows nothing for others: whoever writes them could hide a row of a listing, or
//! forge one. All that goes to a terminal goes through here, and shows them written out, such as `\u{1b}`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use longmen_engine::ledger::is_hidden;

/// One line of text with all that is hidden in it written out, ends of lines as well.
///
/// ```
/// use longmen_terminal::visible;
/// assert_eq!(visible("手续费 fee"), "手续费 fee");
/// assert_eq!(visible("a\u{1b}[2Kb\nc"), "a\\u{1b}[2Kb\\u{a}c");
/// ```
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, |out, character| match is_hidden(character) {
        true => write!(out, "\\u{{{:x}}}", u32::from(character)).expect("a text takes all"),
        false => out.push(character),
    })
}

/// The same for a cell of a table: there a gap of several spaces would look like the end of a column, so that only the
/// first of them is shown as one, and blanks at the end would not be seen.
#[must_use]
pub fn visible_cell(text: &str) -> String {
    let content = text.trim_start_matches(' ');
    let mut gap = false;
    let mut out = text[..text.len() - content.len()].to_owned();
    let (content, end) = content.split_at(content.trim_end().len());
    for character in content.chars() {
        let is_space = character.is_whitespace();
        match is_hidden(character) || (is_space && gap) {
            true => write!(out, "\\u{{{:x}}}", u32::from(character)).expect("a text takes all"),
            false => out.push(character),
        }
        gap = is_space;
    }
    out.extend(end.chars().map(|blank| format!("\\u{{{:x}}}", u32::from(blank))));
    out
}

/// JSON of the same value without anything hidden: inside its texts that stands as `\u` and four digits. Ends of lines
/// stand between values only, and stay.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    replaced(json, |out, character| match character != '\n' && is_hidden(character) {
        true => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("a text takes all");
            }
        }
        false => out.push(character),
    })
}

fn replaced(text: &str, mut push: impl FnMut(&mut String, char)) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    text.chars().for_each(|character| push(&mut out, character));
    Cow::Owned(out)
}

/// Writes to standard output or standard error. Where nobody reads it any more there is nobody to tell, and whoever
/// writes goes on: how the work ended does not depend on who watches.
///
/// # Errors
/// Any other failure to write.
pub fn tell(mut out: impl Write, text: &str) -> io::Result<()> {
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

/// Standard error for a log: each write is an event, one line whatever is in it. A line that cannot be written (its disk
/// is full, say) is lost, and whoever had it to say goes on.
#[derive(Debug, Default)]
pub struct EventsOnStderr;

impl Write for EventsOnStderr {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        drop(tell(io::stderr(), &format!("{}\n", visible(text.trim_end_matches('\n')))));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_written_out() {
        #[track_caller]
        fn check(text: &str, expect: &str) {
            assert_eq!(visible(text), expect);
            assert!(!visible(text).chars().any(is_hidden) && !visible_cell(text).chars().any(is_hidden));
        }
        check("用户余额 é 👍 a  b", "用户余额 é 👍 a  b");
        check("\u{1b}[31m\r\n\t\0\u{7f}", "\\u{1b}[31m\\u{d}\\u{a}\\u{9}\\u{0}\\u{7f}");
        check("\u{9b}2J", "\\u{9b}2J");
        check("1\u{202e}00.1", "1\\u{202e}00.1");
        check("\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}", "\\u{2066}\\u{2069}\\u{200e}\\u{200f}\\u{61c}");
        check("U\u{200b}1\u{feff}\u{2060}", "U\\u{200b}1\\u{feff}\\u{2060}");
        check("\u{2028}\u{2029}\u{85}", "\\u{2028}\\u{2029}\\u{85}");
        check("\u{e0041}\u{3164}", "\\u{e0041}\\u{3164}");
    }

    #[test]
    fn a_cell_has_no_gaps_that_look_like_columns() {
        #[track_caller]
        fn check(text: &str, expect: &str) {
            assert_eq!(visible_cell(text), expect);
        }
        check("two words", "two words");
        check("  of them refused", "  of them refused");
        check("U1   1,000.00", "U1 \\u{20}\\u{20}1,000.00");
        check("U1 \u{a0}\u{3000}x", "U1 \\u{a0}\\u{3000}x");
        check("用户\u{3000}余额", "用户\u{3000}余额");
        check("  a\nb", "  a\\u{a}b");
        check("U1 \u{3000}", "U1\\u{20}\\u{3000}");
    }

    #[test]
    fn json_keeps_its_value_and_hides_nothing() {
        let value = serde_json::json!({ "number": "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}\n", "n": 1 });
        let json = serde_json::to_string_pretty(&value).unwrap();
        let shown = visible_json(&json);
        assert!(shown.chars().all(|character| character == '\n' || !is_hidden(character)), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }

    #[test]
    fn nobody_there_to_read_is_no_failure() {
        struct Gone(io::ErrorKind);
        impl Write for Gone {
            fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(tell(Gone(io::ErrorKind::BrokenPipe), "text").is_ok());
        assert!(tell(Gone(io::ErrorKind::StorageFull), "text").is_err());
    }
}
