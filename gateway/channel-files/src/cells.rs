//! Cells between separators. The `csv` crate takes a quote that does not end for one that does; here it is told.

/// A cell up to its separator, and what stands behind that.
pub(crate) fn plain(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(cell, behind)| (cell, Some(behind)))
}

/// The same of a cell whose first quote was taken off; `None` where the quote does not end. Two quotes are one that belongs to the text.
/// What stands between the last and the separator, such as a tab, belongs to it as well.
pub(crate) fn quoted(text: &str, separator: char, quote: char) -> Option<(String, Option<&str>)> {
    let mut cell = String::new();
    let mut rest = text;
    loop {
        let (part, behind) = rest.split_once(quote)?;
        cell.push_str(part);
        match behind.strip_prefix(quote) {
            Some(behind) => {
                cell.push(quote);
                rest = behind;
            }
            None => {
                let (end, behind) = plain(behind, separator);
                cell.push_str(end);
                return Some((cell, behind));
            }
        }
    }
}
