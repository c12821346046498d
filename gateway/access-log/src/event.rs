//! What the log says of itself, between what was asked.

use longmen_ledger::is_hidden;

/// What the log says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A file begins: the first line of each.
    Opened {
        /// The number of the file.
        file: u64,
        /// The ledger whose it is, in hexadecimal digits.
        ledger: String,
        /// The hash that the chain goes on from.
        after: String,
        /// Why another file: `first`, `size`, `day`, `broken` (the one before it does not hold) or `gone` (it was taken away, or
        /// changed, while it was written).
        why: &'static str,
    },
    /// A node begins to write.
    Started,
    /// A line that was not whole, so many bytes, was cut off: the node ended while it wrote it.
    Torn { bytes: u64 },
    /// What the file before should hold does not hold there.
    Broken { what: String },
    /// The file could not be written for a while, and questions were refused.
    Interrupted { why: String, since_us: i64 },
    /// So many hellos, and questions how the node is, left no record of their own.
    Uncounted { records: u64 },
    /// A node ended, and wrote all that it had.
    Stopped,
}

impl Event {
    /// Its name in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Event::Opened { .. } => "opened",
            Event::Started => "started",
            Event::Torn { .. } => "torn",
            Event::Broken { .. } => "broken",
            Event::Interrupted { .. } => "interrupted",
            Event::Uncounted { .. } => "uncounted",
            Event::Stopped => "stopped",
        }
    }
}

/// Writes a text as JSON has it, without anything in it that a terminal would obey or not show.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let is_plain = |c: char| c != '"' && c != '\\' && !is_hidden(c);
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend_from_slice(&[b'\\', if character == '"' { b'"' } else { b'\\' }]),
            plain if is_plain(plain) => out.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes()),
            hidden => {
                for unit in hidden.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
        }
    }
    out.push(b'"');
}
