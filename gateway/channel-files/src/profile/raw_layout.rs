//! What lines look like, as it is written.

use encoding_rs::Encoding;
use serde::Deserialize;

use super::fixed::{FixedField, FixedLayout};
use super::profile_error::{ProfileError, bad, unused};
use super::shape::Layout;
use crate::lines::LONGEST;

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawLayout {
    Delimited,
    Sheet,
    Fixed,
}

/// The keys of all layouts: each has some of them.
pub(super) struct RawLines {
    pub(super) layout: RawLayout,
    pub(super) encoding: Option<String>,
    pub(super) separator: Option<String>,
    pub(super) quote: Option<String>,
    pub(super) sheet: Option<Box<str>>,
    pub(super) length: Option<usize>,
    pub(super) blanks: Option<bool>,
    pub(super) fields: Option<Vec<(Box<str>, usize)>>,
}

impl RawLines {
    pub(super) fn checked(self) -> Result<Layout, ProfileError> {
        let text = ("encoding", self.encoding.is_some());
        let delimited = [("separator", self.separator.is_some()), ("quote", self.quote.is_some())];
        let sheet = ("sheet", self.sheet.is_some());
        let fixed = [
            ("length", self.length.is_some()),
            ("blanks", self.blanks.is_some()),
            ("fields", self.fields.is_some()),
        ];
        match self.layout {
            RawLayout::Sheet => {
                unused(&[&[text][..], &delimited, &fixed].concat(), "a sheet has none")?;
                Ok(Layout::Sheet { name: self.sheet })
            }
            RawLayout::Delimited => {
                unused(&[&[sheet][..], &fixed].concat(), "a delimited table has none")?;
                self.delimited()
            }
            RawLayout::Fixed => {
                unused(&[&[sheet][..], &delimited].concat(), "lines of fixed fields have none")?;
                self.fixed()
            }
        }
    }

    fn delimited(self) -> Result<Layout, ProfileError> {
        let encoding = encoding_of(self.encoding.as_deref())?;
        let separator = one("separator", self.separator.as_deref().unwrap_or(","))?;
        let quote = match self.quote.as_deref() {
            Some("none") => None,
            quote => Some(one("quote", quote.unwrap_or("\""))?),
        };
        match quote == Some(separator) {
            true => bad("quote", "it is the separator"),
            false => Ok(Layout::Delimited { encoding, separator, quote }),
        }
    }

    /// Widths must make the length: one that is mistyped would move every field behind it.
    fn fixed(self) -> Result<Layout, ProfileError> {
        let encoding = encoding_of(self.encoding.as_deref())?;
        let blanks = self.blanks.unwrap_or_default();
        let (mut fields, mut end) = (Vec::new(), 0);
        for (name, width) in self.fields.unwrap_or_default() {
            let start = if fields.is_empty() { 0 } else { end + usize::from(blanks) };
            if !(1..LONGEST).contains(&width) || start + width >= LONGEST {
                return bad("fields", format!("`{name}`: a field has 1 byte, and a line not {LONGEST}"));
            }
            end = start + width;
            fields.push(FixedField { name, start, width });
        }
        match self.length {
            _ if fields.is_empty() => bad("fields", "names and widths of the fields of a line are needed"),
            Some(length) if length == end => {
                Ok(Layout::Fixed(FixedLayout { encoding, fields, blanks, length }))
            }
            Some(length) => bad("length", format!("it is {length}, and the fields make {end} bytes")),
            None => bad("length", format!("it is needed, and the fields make {end} bytes")),
        }
    }
}

impl FixedLayout {
    /// Each of these columns must be a field, and one only.
    pub(super) fn hold_to(&self, columns: &[&str]) -> Result<(), ProfileError> {
        for column in columns {
            match self.fields.iter().filter(|field| *field.name == **column).count() {
                1 => {}
                0 => return bad("fields", format!("`{column}` is none of them")),
                _ => return bad("fields", format!("`{column}` is there twice")),
            }
        }
        Ok(())
    }
}

/// Lines and separators are told apart by bytes that mean the same as in ASCII.
fn encoding_of(label: Option<&str>) -> Result<&'static Encoding, ProfileError> {
    let label = label.unwrap_or("utf-8");
    let encoding = Encoding::for_label(label.as_bytes()).filter(|encoding| encoding.is_ascii_compatible());
    match encoding {
        Some(encoding) => Ok(encoding),
        None => bad("encoding", format!("`{label}` is none, or has lines of other bytes than ASCII")),
    }
}

fn one(key: &'static str, text: &str) -> Result<char, ProfileError> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) if !matches!(character, '\n' | '\r') => Ok(character),
        _ => bad(key, format!("`{}` is no single character", text.escape_debug())),
    }
}
