//! Rows of a text whose lines are all of one length, and whose fields have so many bytes each. They are cut before they are decoded: a sign
//! of Chinese has two bytes, or four.

use std::io::BufRead;

use encoding_rs::Encoding;

use super::cell::{Cell, Cells, Rows};
use crate::lines::{Lines, decode};
use crate::refusal::{Refusal, RefusalCode};

/// What lines look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FixedLayout {
    pub(super) encoding: &'static Encoding,
    pub(super) fields: Vec<FixedField>,
    /// Whether a blank stands between two fields.
    pub(super) blanks: bool,
    /// In bytes, without the end of the line.
    pub(super) length: usize,
}

/// A field of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FixedField {
    pub(super) name: Box<str>,
    pub(super) start: usize,
    pub(super) width: usize,
}

impl FixedField {
    fn bytes<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        line.get(self.start..self.start + self.width).unwrap_or_default()
    }
}

/// The rows of a text. A row has a cell for each column that is needed, in their order, behind one that is empty; of a footer the first has
/// all of it.
pub(super) struct Fixed<'a, R> {
    lines: Lines<R>,
    layout: &'a FixedLayout,
    /// Of each field which cell it is, where it is needed.
    cells: Vec<Option<usize>>,
    /// What the line begins with behind which nothing is looked at.
    footer: Option<Vec<u8>>,
    skip: u64,
}

impl<'a, R: BufRead> Fixed<'a, R> {
    pub(super) fn of(
        input: R,
        layout: &'a FixedLayout,
        needed: &[&str],
        footer: Option<&str>,
        skip: u64,
    ) -> Fixed<'a, R> {
        let cells = layout
            .fields
            .iter()
            .map(|field| needed.iter().position(|name| **name == *field.name).map(|at| at + 1));
        let footer = footer.map(|text| layout.encoding.encode(text).0.into_owned());
        Fixed { lines: Lines::of(layout.encoding, input), cells: cells.collect(), layout, footer, skip }
    }
}

impl<R: BufRead> Rows for Fixed<'_, R> {
    fn next(&mut self) -> Result<Option<Cells>, Refusal> {
        while self.skip > 0 {
            self.skip -= 1;
            if self.lines.next_bytes()?.is_none() {
                return Ok(None);
            }
        }
        let (layout, footer) = (self.layout, self.footer.as_deref());
        let Some((line, bytes)) = self.lines.next_bytes()? else { return Ok(None) };
        // It has whatever length it has.
        if footer.is_some_and(|footer| bytes.trim_ascii_start().starts_with(footer)) {
            let text = layout.encoding.decode_without_bom_handling(bytes).0.trim().to_owned();
            return Ok(Some(Cells { line, cells: vec![Cell::Text(text)] }));
        }
        match bytes.len() == layout.length {
            true => layout.row(line, bytes, &self.cells).map(Some),
            false => {
                let length = bytes.len();
                Err(self.wrong_length(line, length)?)
            }
        }
    }
}

impl<R: BufRead> Fixed<'_, R> {
    /// A last line that is too short was cut; any other was changed by whoever edited the file.
    fn wrong_length(&mut self, line: u64, length: usize) -> Result<Refusal, Refusal> {
        let wanted = self.layout.length;
        let code = match length < wanted && self.lines.next_bytes()?.is_none() {
            true => RefusalCode::Truncated,
            false => RefusalCode::BadRow,
        };
        Ok(Refusal::at(code, line, format!("it has {length} bytes, and each line has {wanted}")))
    }
}

impl FixedLayout {
    /// All of a line must be in the encoding, also what nobody asks for.
    fn row(&self, line: u64, bytes: &[u8], places: &[Option<usize>]) -> Result<Cells, Refusal> {
        let mut cells = vec![Cell::Text(String::new()); places.iter().flatten().count() + 1];
        for (field, place) in self.fields.iter().zip(places) {
            if self.blanks && bytes.get(field.start + field.width).is_some_and(|byte| *byte != b' ') {
                let reason = "there is no blank behind it: the fields are not where they should be";
                return Err(Refusal::of(RefusalCode::BadRow, line, &field.name, reason));
            }
            let text = decode(self.encoding, line, field.bytes(bytes));
            let text = text.map_err(|refusal| Refusal { column: Some(field.name.clone()), ..refusal })?;
            if let Some(cell) = place.and_then(|place| cells.get_mut(place)) {
                *cell = Cell::Text(text.trim().to_owned());
            }
        }
        Ok(Cells { line, cells })
    }
}
