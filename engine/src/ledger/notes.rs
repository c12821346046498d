//! The notes of a transaction: texts that travel with it into the log, as tag, length and bytes.
//!
//! | bytes | meaning |
//! | --- | --- |
//! | 1 | tag ([`Note`]) |
//! | 2 | length of the text, little endian |
//! | length | the text, UTF-8 |

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Note {
    /// The transaction type (交易类型), a label such as `top_up`.
    Kind = 1,
    /// The client's own reference (业务流水号).
    Reference = 2,
    /// Free tags.
    Tags = 3,
    /// Who did it (操作员).
    Operator = 4,
    /// The approval it rests on (审批号).
    Approval = 5,
    /// Why.
    Reason = 6,
    /// Who may see it: `customer`, `operations` or `internal`. Filters statements, never the books.
    Visibility = 7,
    /// The other party, or its reference (对手方).
    Counterparty = 8,
}

impl Note {
    /// Every note, by its tag.
    pub const ALL: [Note; 8] = [
        Note::Kind,
        Note::Reference,
        Note::Tags,
        Note::Operator,
        Note::Approval,
        Note::Reason,
        Note::Visibility,
        Note::Counterparty,
    ];

    /// The name as programs see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Note::Kind => "type",
            Note::Reference => "reference",
            Note::Tags => "tags",
            Note::Operator => "operator",
            Note::Approval => "approval",
            Note::Reason => "reason",
            Note::Visibility => "visibility",
            Note::Counterparty => "counterparty",
        }
    }

    fn from_tag(tag: u8) -> Option<Note> {
        Note::ALL.into_iter().find(|note| *note as u8 == tag)
    }
}

/// Appends a note; an empty text is left out.
///
/// # Panics
/// If the text is longer than 65,535 bytes: decoders cap texts far below.
pub fn write(out: &mut Vec<u8>, note: Note, text: &str) {
    if text.is_empty() {
        return;
    }
    let length = u16::try_from(text.len()).expect("texts are capped where they enter");
    out.push(note as u8);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// The notes in `bytes`, in order; stops at the first that is not well formed.
pub fn read(mut bytes: &[u8]) -> impl Iterator<Item = (Note, &str)> {
    std::iter::from_fn(move || {
        let (&[tag, low, high], rest) = bytes.split_first_chunk::<3>()?;
        let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([low, high])))?;
        bytes = rest;
        Some((Note::from_tag(tag)?, std::str::from_utf8(text).ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_as_written() {
        let mut bytes = Vec::new();
        write(&mut bytes, Note::Kind, "top_up");
        write(&mut bytes, Note::Reference, "");
        write(&mut bytes, Note::Reason, "补账");
        let notes: Vec<_> = read(&bytes).collect();
        assert_eq!(notes, [(Note::Kind, "top_up"), (Note::Reason, "补账")]);
        for cut in 0..bytes.len() {
            assert!(read(&bytes[..cut]).count() < 2);
        }
        assert_eq!(read(&[9, 0, 0]).count(), 0);
    }
}
