//! Characters that do something to those who read them, instead of being read.

/// Whether a terminal obeys it, turns text around at it, or shows nothing for it: control characters, marks of direction,
/// zero-width characters, separators of lines, blanks that are letters. No name that is opened in the books may have one.
///
/// ```
/// use longmen_ledger::is_hidden;
/// assert!("\u{1b}\r\n\u{7f}\u{9b}\u{202e}\u{200b}\u{2028}".chars().all(is_hidden));
/// assert!("\u{fe0f}\u{17b4}\u{2800}\u{1d173}\u{ffff}".chars().all(is_hidden));
/// assert!(!"手续费 U-1/é".chars().any(is_hidden));
/// ```
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Soft hyphen, joiners, marks of direction, zero-width characters, separators of lines and paragraphs,
            // embeddings, overrides and isolates, invisible operators, the byte order mark.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            // Letters and patterns that are blank, annotations, tags, what chooses a variant of the letter before it, marks of
            // shorthand and music without a picture, and what is no character.
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether nothing can be seen of a text: it is empty, or has blanks and [hidden](is_hidden) characters alone. It names
/// nobody and says nothing.
///
/// ```
/// use longmen_ledger::shows_nothing;
/// assert!(["", " \t", "\u{3000}", "\u{200b}", " \u{200b}\u{a0}"].into_iter().all(shows_nothing));
/// assert!(!["0", " x ", "批\u{200b}"].into_iter().any(shows_nothing));
/// ```
#[must_use]
pub fn shows_nothing(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_hidden(c))
}

/// Whether a text begins or ends with a blank, or is nothing else: beside the same text without it nobody sees a difference.
/// No name that is opened in the books may.
///
/// ```
/// use longmen_ledger::has_blank_end;
/// assert!([" U1", "U1\u{3000}", "\u{a0}"].into_iter().all(has_blank_end));
/// assert!(!["", "U1", "user 1"].into_iter().any(has_blank_end));
/// ```
#[must_use]
pub fn has_blank_end(text: &str) -> bool {
    text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace)
}
