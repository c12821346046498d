//! The notes of a transaction: texts that travel with it into the log, as tag, length and bytes.
//!
//! | bytes | meaning |
//! | --- | --- |
//! | 1 | tag: 1 to 8 and 11 to 17 a [`Note`]; 9 the text of the transaction's id, 10 that of the id which it names ([`TextIds`]) |
//! | 2 | length of the text, little endian |
//! | length | the text, UTF-8 |
//!
//! The texts of ids stand behind the client's notes, where it named its transactions by text. They are no part of a
//! transaction's content, which has their hashes. Behind them stands by which rule the ledger made the legs, where it did, and then
//! who acted for the client, where that was somebody else.

use strum::{EnumCount, FromRepr, IntoStaticStr, VariantArray};

use crate::transaction::hidden::shows_nothing;

/// The tag of the text of a transaction's own id.
const OWN_TEXT: u8 = 9;
/// The tag of the text of the id that a transaction names.
const NAMED_TEXT: u8 = 10;

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumCount, FromRepr, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum Note {
    /// The transaction type (交易类型), a label such as `top_up`.
    #[strum(serialize = "type")]
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
    /// The principal who acted for the client, where it is not the client itself. No client says that: it is what the node
    /// knows of it.
    Principal = 11,
    /// The principal on whose behalf that one acted.
    OnBehalf = 12,
    /// The number of the proposal that it was done by.
    Proposal = 13,
    /// Who approved it (复核人); nobody, where it was done at once.
    Approver = 14,
    /// The rule by which the ledger made the legs, as people call it. This and the two that follow the ledger says itself.
    FeeRule = 15,
    /// The gross amount that they were made of, with its currency; of a refund what was refunded of it.
    Gross = 16,
    /// The number of the rule's file among those of its entity, and the rule's place in it, counted from 1: `2/1`.
    FeeFile = 17,
}

impl Note {
    /// Every note, by its tag.
    pub const ALL: [Note; Note::COUNT] = *Note::VARIANTS.first_chunk().expect("as many as are counted");

    /// The notes that clients give, by their tags.
    pub const GIVEN: [Note; 8] = *Note::ALL.first_chunk().expect("theirs are the first");

    /// Whether clients give it.
    #[must_use]
    pub fn is_given(self) -> bool {
        Note::GIVEN.contains(&self)
    }

    /// The name as programs see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    fn from_tag(tag: u8) -> Option<Note> {
        Note::from_repr(tag)
    }
}

/// Whether an approval is given: a text of which something can be seen.
#[must_use]
pub fn are_approved(notes: &[u8]) -> bool {
    read(notes).any(|(note, text)| note == Note::Approval && !shows_nothing(text))
}

/// The type (交易类型) that notes name; empty where they name none.
pub(crate) fn kind_of(notes: &[u8]) -> &str {
    read(notes).find(|(note, _)| *note == Note::Kind).map_or("", |(_, text)| text)
}

/// The notes of who acted for a client, and nothing else.
pub(crate) fn of_actors(notes: &[u8]) -> Vec<u8> {
    let mut actors = Vec::new();
    let acted = read(notes).filter(|(note, _)| matches!(note, Note::Principal | Note::OnBehalf));
    acted.for_each(|(note, text)| write(&mut actors, note, text));
    actors
}

/// The texts that ids were given as; empty where an id was given as a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextIds<'a> {
    /// Of the transaction itself.
    pub own: &'a str,
    /// Of the transaction or hold that it names.
    pub named: &'a str,
}

impl TextIds<'_> {
    /// Whether no id was given as a text.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.own.is_empty() && self.named.is_empty()
    }

    /// Bytes that they take behind the notes.
    #[must_use]
    pub fn written(&self) -> usize {
        [self.own, self.named].iter().filter(|text| !text.is_empty()).map(|text| 3 + text.len()).sum()
    }

    /// Appends them, behind the notes.
    ///
    /// # Panics
    /// As [`write()`].
    pub fn write(&self, out: &mut Vec<u8>) {
        write_tagged(out, OWN_TEXT, self.own);
        write_tagged(out, NAMED_TEXT, self.named);
    }

    /// Those that stand behind the notes in `bytes`.
    #[must_use]
    pub fn read(bytes: &[u8]) -> TextIds<'_> {
        let mut found = TextIds::default();
        for (tag, text) in tagged(bytes) {
            match tag {
                OWN_TEXT => found.own = text,
                NAMED_TEXT => found.named = text,
                _ => {}
            }
        }
        found
    }
}

/// Appends a note; an empty text is left out.
///
/// # Panics
/// If the text is longer than 65,535 bytes: decoders cap texts far below.
pub fn write(out: &mut Vec<u8>, note: Note, text: &str) {
    write_tagged(out, note as u8, text);
}

fn write_tagged(out: &mut Vec<u8>, tag: u8, text: &str) {
    if text.is_empty() {
        return;
    }
    let length = u16::try_from(text.len()).expect("texts are capped where they enter");
    out.push(tag);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// The notes in `bytes`, in order, without the texts of ids; stops at the first that is not well formed.
pub fn read(bytes: &[u8]) -> impl Iterator<Item = (Note, &str)> {
    let notes = tagged(bytes).take_while(|(tag, _)| *tag <= Note::FeeFile as u8);
    notes.filter_map(|(tag, text)| Some((Note::from_tag(tag)?, text)))
}

fn tagged(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &str)> {
    std::iter::from_fn(move || {
        let (&[tag, low, high], rest) = bytes.split_first_chunk::<3>()?;
        let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([low, high])))?;
        bytes = rest;
        Some((tag, std::str::from_utf8(text).ok()?))
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

    #[test]
    fn an_approval_is_one_that_can_be_seen() {
        for (text, expected) in [
            ("A-1", true),
            ("批", true),
            (" x ", true),
            ("", false),
            (" ", false),
            ("\t\n", false),
            ("\u{200b}\u{a0}", false),
        ] {
            let mut bytes = Vec::new();
            write(&mut bytes, Note::Reason, "r");
            write(&mut bytes, Note::Approval, text);
            assert_eq!(are_approved(&bytes), expected, "{text:?}");
        }
    }

    #[test]
    fn texts_of_ids_stand_behind_the_notes_and_are_none() {
        for (own, named) in [("", ""), ("order-17", ""), ("", "order-16"), ("退款-1", "order-16")] {
            let mut bytes = Vec::new();
            write(&mut bytes, Note::Reference, "r");
            let texts = TextIds { own, named };
            texts.write(&mut bytes);
            assert_eq!(TextIds::read(&bytes), texts);
            assert_eq!(read(&bytes).collect::<Vec<_>>(), [(Note::Reference, "r")]);
            assert_eq!(bytes.len(), 4 + texts.written());
            assert_eq!(texts.is_empty(), texts.written() == 0);
        }
    }
}
