//! Text in lines of a given width. A line ends between words and beside ideographs; figures and ids are words, and stay
//! whole wherever a line has room for them.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Further lines of a text stand four columns to the right: none of them looks like a line of its own.
const HANG: usize = 4;
/// Texts that are no wider stay together where several stand beside each other.
const SHORT: usize = 20;

/// The text in lines of at most so many columns, those below the first to the right of its beginning.
///
/// ```
/// use longmen_terminal::wrapped;
/// assert_eq!(wrapped("closing 1,234.00 of 商户", 18), "closing 1,234.00\n    of 商户");
/// ```
#[must_use]
pub fn wrapped(text: &str, most: usize) -> String {
    let indent = text.len() - text.trim_start_matches(' ').len();
    lines_of(pieces(text, false), most, indent + HANG)
}

/// Texts beside each other in lines of at most so many columns; short ones and those that are marked as whole are not
/// parted.
pub(crate) fn wrapped_texts<'a>(texts: impl Iterator<Item = (&'a str, bool)>, most: usize) -> String {
    let mut all: Vec<Piece<'_>> = Vec::new();
    for (text, whole) in texts {
        let mut of_text = pieces(text, whole || text.width() <= SHORT);
        if let (Some(first), false) = (of_text.first_mut(), all.is_empty()) {
            first.gap = "  ";
        }
        all.extend(of_text);
    }
    lines_of(all, most, HANG)
}

/// The text as a cell of a column of that width.
pub(crate) fn wrapped_cell(text: &str, most: usize) -> String {
    lines_of(pieces(text, false), most, 0)
}

/// The width of the longest figure or id in a text: of the words in which there are digits.
pub(crate) fn longest_figure(text: &str) -> usize {
    let figures =
        pieces(text, false).into_iter().filter(|piece| piece.word.contains(|c: char| c.is_ascii_digit()));
    figures.map(|piece| piece.word.width()).max().unwrap_or(0)
}

/// What stays together, with the gap before it.
struct Piece<'a> {
    gap: &'a str,
    word: &'a str,
}

fn pieces(text: &str, whole: bool) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (gap, from) = rest.split_at(rest.find(|c: char| c != ' ').unwrap_or(rest.len()));
        let length = if whole { from.len() } else { word_length(from) };
        let (word, behind) = from.split_at(length);
        pieces.push(Piece { gap, word });
        rest = behind;
    }
    pieces
}

/// The bytes of the first word: up to a space or an ideograph, or one ideograph.
fn word_length(text: &str) -> usize {
    let is_wide = |character: char| character.width().unwrap_or(0) > 1;
    let ends = |(index, character): &(usize, char)| *index > 0 && (*character == ' ' || is_wide(*character));
    match text.chars().next() {
        Some(first) if is_wide(first) => first.len_utf8(),
        _ => text.char_indices().find(ends).map_or(text.len(), |(index, _)| index),
    }
}

fn lines_of(pieces: Vec<Piece<'_>>, most: usize, hang: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    let next_line = |out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', hang));
        hang
    };
    for Piece { gap, word } in pieces {
        if column == 0 || column + gap.width() + word.width() <= most {
            out.push_str(gap);
            column += gap.width();
        } else {
            column = next_line(&mut out);
        }
        for character in word.chars() {
            let width = character.width().unwrap_or(0);
            // No line has room for the whole word.
            if column + width > most && column > hang {
                column = next_line(&mut out);
            }
            out.push(character);
            column += width;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_beside_ideographs() {
        for (text, most, expect) in [
            ("", 10, ""),
            ("short", 10, "short"),
            ("  of them refused", 20, "  of them refused"),
            ("hold F-1 of 1,234.00 frozen", 12, "hold F-1 of\n1,234.00\nfrozen"),
            ("应付账款-2026年度", 10, "应付账款\n-2026年度"),
            ("0123456789abcdef", 10, "0123456789\nabcdef"),
            ("a 0123456789abcdef", 10, "a\n0123456789\nabcdef"),
        ] {
            assert_eq!(wrapped_cell(text, most), expect, "{text} in {most}");
        }
    }

    #[test]
    fn lines_below_the_first_stand_to_the_right() {
        assert_eq!(wrapped("one two three four", 10), "one two\n    three\n    four");
        assert_eq!(wrapped("  one two three", 10), "  one two\n      thre\n      e");
        let texts = [("LM", false), ("my id", true), ("名称", false)];
        assert_eq!(wrapped_texts(texts.into_iter(), 8), "LM\n    my i\n    d\n    名称");
        assert_eq!(wrapped_texts(texts.into_iter(), 9), "LM  my id\n    名称");
    }

    #[test]
    fn figures_are_words_with_digits() {
        for (text, expect) in
            [("", 0), ("payments", 0), ("of 1,234.00 frozen", 8), ("2026年度", 4), ("0xab/1 of", 6)]
        {
            assert_eq!(longest_figure(text), expect, "{text}");
        }
    }
}
