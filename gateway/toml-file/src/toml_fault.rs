//! Where a file is wrong, and why.

use std::fmt;

/// Where a TOML file is wrong, and why, in one line. Of a key that is not there the place is where its table begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlFault {
    line: usize,
    column: usize,
    message: String,
}

impl TomlFault {
    pub(crate) fn of(text: &str, error: &toml::de::Error) -> TomlFault {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        TomlFault {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            message: in_one_line(error.message()),
        }
    }
}

/// A message may have lines, and may quote the file with whatever a terminal would obey in it.
fn in_one_line(message: &str) -> String {
    let lines = message.lines().map(|line| line.replace(char::is_control, " "));
    let lines: Vec<String> =
        lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    lines.join("; ")
}

impl fmt::Display for TomlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for TomlFault {}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use crate::read_toml;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read for its faults")]
    struct Written {
        name: String,
        count: u32,
        #[serde(default)]
        part: Option<Part>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read for its faults")]
    struct Part {
        word: String,
    }

    #[test]
    fn a_fault_is_one_line_with_its_place() {
        let cases = [
            ("name = 'a'\ncount = 'b'\n", "line 2, column 9: ", "expected u32"),
            (
                "name = 'a'\ncount = 1\ncolour = 2\n",
                "line 3, column 1: ",
                "unknown field `colour`, expected one of",
            ),
            ("name = 'a'\n", "line 1, column 1: ", "missing field `count`"),
            ("", "line 1, column 1: ", "missing field `name`"),
            ("name = 'a'\ncount = 1\npart = {}\n", "line 3, column 8: ", "missing field `word`"),
            ("name = 'a", "line 1, column ", ""),
            (
                "name = 'a'\ncount = 1\npart = { word = '名', b = 2 }\n",
                "line 3, column 22: ",
                "unknown field `b`",
            ),
            ("name = 'a'\ncount 1\n", "line 2, column ", ""),
            ("name = 'a'\nname = 'b'\n", "line 2, column 1: ", "duplicate key"),
            ("name = \"\u{1b}[2J\"\ncount = 1\n", "line 1, column ", ""),
            ("name = 'a'\ncount = \"x\\n\\u001b[2J\"\n", "line 2, column 9: ", "expected u32"),
            ("=", "line 1, column 1: ", ""),
        ];
        for (text, begins, has) in cases {
            let told = read_toml::<Written>(text).unwrap_err().to_string();
            assert!(told.starts_with(begins) && told.contains(has), "{text}: {told}");
            assert!(!told.contains(char::is_control) && !told.ends_with([';', ' ', '\n']), "{text}: {told}");
        }
        assert!(read_toml::<Written>("name = 'a'\ncount = 1\n[part]\nword = 'b'\n").is_ok());
    }
}
