//! Cursors: where a page of a list ended, in a text that says of which list.
//!
//! A cursor is the place, and behind it eight bytes of a hash over the place and over what was asked for. So a page goes on only
//! with the questions that began it, and a text that no page gave is refused as a slip. It is no secret: whoever makes one up
//! gets nothing that the same question without it would not give, for each page is judged like the first.

use std::fmt;

/// Put before what is hashed, so that the hash serves nothing else.
const DOMAIN: &[u8] = b"longmen list cursor 1\0";

/// What a list was asked for, in an order of its own.
pub(crate) struct Filters(blake3::Hasher);

impl Filters {
    /// Those of a list of this name.
    pub(super) fn of(list: &str) -> Filters {
        let mut hasher = blake3::Hasher::new();
        hasher.update(DOMAIN);
        Filters(hasher).with(Some(list))
    }

    /// With one more, or none in its place.
    pub(super) fn with(mut self, filter: Option<impl fmt::Display>) -> Filters {
        match filter {
            Some(filter) => {
                let text = filter.to_string();
                self.0.update(&[1]).update(&text.len().to_le_bytes()).update(text.as_bytes());
            }
            None => drop(self.0.update(&[0])),
        }
        self
    }

    /// The cursor of a place.
    pub(super) fn cursor(&self, place: impl fmt::Display) -> String {
        format!("{place}-{:016x}", self.seal(&place.to_string()))
    }

    /// The place of a cursor that was given for these filters.
    pub(crate) fn place<'t>(&self, cursor: &'t str) -> Option<&'t str> {
        let (place, seal) = cursor.rsplit_once('-')?;
        (seal == format!("{:016x}", self.seal(place))).then_some(place)
    }

    fn seal(&self, place: &str) -> u64 {
        let hash = self.0.clone().update(place.as_bytes()).finalize();
        u64::from_be_bytes(*hash.as_bytes().first_chunk().expect("32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_filters_and_as_it_was_given() {
        let filters = |entity, subject: Option<&str>| Filters::of("accounts").with(entity).with(subject);
        let own = filters(Some("LM"), None);
        let cursor = own.cursor("42/7");
        assert_eq!(own.place(&cursor), Some("42/7"));
        assert_eq!(filters(Some("LM"), None).place(&cursor), Some("42/7"));
        let others = [
            filters(Some("HK"), None),
            filters(None, None),
            filters(Some("LM"), Some("")),
            filters(None, Some("LM")),
            Filters::of("find").with(Some("LM")).with(None::<&str>),
        ];
        assert!(others.iter().all(|other| other.place(&cursor).is_none()));
        for at in 0..cursor.len() {
            let mut wrong = cursor.clone().into_bytes();
            wrong[at] ^= 1;
            assert_eq!(own.place(&String::from_utf8(wrong).unwrap()), None, "{at}");
            assert_eq!(own.place(&cursor[..at]), None, "{at}");
        }
        assert_eq!((own.place(""), own.place("-"), own.place("42/7")), (None, None, None));
        assert_eq!(own.place(&cursor.to_uppercase()).is_some(), cursor == cursor.to_uppercase());
    }
}
