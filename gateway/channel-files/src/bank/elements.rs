//! The elements of an XML document, one after another: only what is open is held, and nothing is longer or deeper than a bound.

use std::io::BufRead;
use std::mem;

use quick_xml::errors::Error;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::counted::Counted;
use crate::lines::{LONGEST, unreadable};
use crate::refusal::{Refusal, RefusalCode};

/// No element of a statement stands deeper.
const DEEPEST: usize = 32;

/// What comes next in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Open,
    Close,
    End,
}

/// The elements of a document. Names are those without a prefix.
pub(super) struct Elements<R> {
    reader: Reader<Counted<R>>,
    buffer: Vec<u8>,
    /// The names of the open elements, joined by slashes.
    path: String,
    open: Vec<Open>,
    /// What stands since the last tag.
    text: String,
    /// The namespace of the root.
    namespace: String,
    is_closed: bool,
    has_root: bool,
}

struct Open {
    line: u64,
    /// How long the path is without it.
    above: usize,
    /// Its attribute `Ccy`, the only one that a statement needs.
    currency: String,
    has_elements: bool,
}

impl<R: BufRead> Elements<R> {
    pub(super) fn of(input: R) -> Elements<R> {
        let mut reader = Reader::from_reader(Counted::of(input));
        reader.config_mut().expand_empty_elements = true;
        Elements {
            reader,
            buffer: Vec::new(),
            path: String::new(),
            open: Vec::new(),
            text: String::new(),
            namespace: String::new(),
            is_closed: false,
            has_root: false,
        }
    }

    /// The names of the open elements, from the root on. At [`Step::Close`] the one that closes is still among them.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The line on which the innermost of them begins.
    pub(super) fn line(&self) -> u64 {
        self.open.last().map_or_else(|| self.reader.get_ref().line(), |open| open.line)
    }

    /// The text of the element that closes, without blanks around it. One that has elements in it has none.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The attribute `Ccy` of the innermost element, or nothing.
    pub(super) fn currency(&self) -> &str {
        self.open.last().map_or("", |open| &open.currency)
    }

    /// The namespace of the root.
    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// That the innermost element is wrong.
    pub(super) fn bad(&self, column: &str, reason: impl Into<Box<str>>) -> Refusal {
        Refusal::of(RefusalCode::BadRow, self.line(), column, reason)
    }

    /// Goes on to the next tag.
    pub(super) fn next(&mut self) -> Result<Step, Refusal> {
        if mem::take(&mut self.is_closed)
            && let Some(open) = self.open.pop()
        {
            self.path.truncate(open.above);
            self.text.clear();
        }
        let mut buffer = mem::take(&mut self.buffer);
        loop {
            buffer.clear();
            let line = self.reader.get_mut().mark();
            let event = self.reader.read_event_into(&mut buffer);
            let event = event.map_err(|error| broken(&error, self.reader.get_ref(), line))?;
            if let Some(step) = self.take(event, line)? {
                self.buffer = buffer;
                return Ok(step);
            }
        }
    }

    fn take(&mut self, event: Event<'_>, line: u64) -> Result<Option<Step>, Refusal> {
        match event {
            Event::Start(tag) => self.opened(&tag, line).map(Some),
            // The reader has expanded empty elements.
            Event::Empty(_) | Event::Comment(_) | Event::PI(_) => Ok(None),
            Event::End(_) => self.closed(line).map(Some),
            Event::Text(text) => self.add(&text.xml10_content(), line),
            Event::CData(text) => self.add(&text.xml10_content(), line),
            Event::GeneralRef(name) => self.add(&resolved(&name, line)?, line),
            Event::Decl(declaration) => declared(&declaration, line).map(|()| None),
            // A definition of entities may make gigabytes of a few lines, or read other files. No statement needs one.
            Event::DocType(_) => {
                Err(Refusal::at(RefusalCode::BadRow, line, "it has a DTD, and no statement may have one"))
            }
            Event::Eof if self.open.is_empty() && self.has_root => Ok(Some(Step::End)),
            Event::Eof => Err(Refusal::at(RefusalCode::Truncated, line, "it ends before its last element")),
        }
    }

    fn opened(&mut self, tag: &BytesStart<'_>, line: u64) -> Result<Step, Refusal> {
        self.no_text(line)?;
        if self.open.len() == DEEPEST {
            let reason = format!("its elements are nested deeper than {DEEPEST}");
            return Err(Refusal::at(RefusalCode::BadRow, line, reason));
        }
        if self.open.is_empty() && mem::replace(&mut self.has_root, true) {
            return Err(Refusal::at(RefusalCode::BadRow, line, "nothing is to stand behind the document"));
        }
        let name = tag.local_name();
        let mut open = Open { line, above: self.path.len(), currency: String::new(), has_elements: false };
        self.attributes(tag, &mut open)?;
        if let Some(around) = self.open.last_mut() {
            around.has_elements = true;
            self.path.push('/');
        }
        self.path.push_str(name.into_inner());
        self.open.push(open);
        Ok(Step::Open)
    }

    fn attributes(&mut self, tag: &BytesStart<'_>, open: &mut Open) -> Result<(), Refusal> {
        let name = tag.name();
        let xmlns = name.prefix().map_or("xmlns".into(), |prefix| format!("xmlns:{}", prefix.into_inner()));
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| malformed(&error.into(), open.line))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| malformed(&error, open.line))?;
            let key = attribute.key.into_inner();
            if key == "Ccy" {
                open.currency = value.trim().into();
            } else if key == xmlns && self.open.is_empty() {
                self.namespace = value.trim().into();
            }
        }
        Ok(())
    }

    fn closed(&mut self, line: u64) -> Result<Step, Refusal> {
        if self.open.last().is_some_and(|open| open.has_elements) {
            self.no_text(line)?;
        }
        self.is_closed = true;
        Ok(Step::Close)
    }

    fn add(&mut self, text: &str, line: u64) -> Result<Option<Step>, Refusal> {
        if self.text.len() + text.len() > LONGEST {
            let reason = format!("a text is longer than {LONGEST} bytes");
            return Err(Refusal::at(RefusalCode::BadRow, line, reason));
        }
        if !self.open.is_empty() {
            self.text.push_str(text);
        } else if !text.trim().is_empty() {
            let (code, reason) = match self.has_root {
                true => (RefusalCode::BadRow, "nothing is to stand behind the document"),
                false => (RefusalCode::UnknownHeader, "it is no XML"),
            };
            return Err(Refusal::at(code, line, reason));
        }
        Ok(None)
    }

    /// Between elements there are only blanks: what else stood there would be lost.
    fn no_text(&mut self, line: u64) -> Result<(), Refusal> {
        if !self.text().is_empty() {
            let reason = format!("`{}` has both text and elements in it", self.path);
            return Err(Refusal::at(RefusalCode::BadRow, line, reason));
        }
        self.text.clear();
        Ok(())
    }
}

/// What a reference stands for: a character by its number, or one of the five that XML has names for.
fn resolved(name: &BytesRef<'_>, line: u64) -> Result<String, Refusal> {
    match name.resolve_char_ref() {
        Ok(Some(character)) => Ok(character.into()),
        Ok(None) => resolve_xml_entity(name)
            .map(Into::into)
            .ok_or_else(|| Refusal::at(RefusalCode::BadRow, line, "it refers to an entity, and has none")),
        Err(error) => Err(malformed(&error, line)),
    }
}

/// The elements are read as UTF-8, of which ASCII is a part.
fn declared(declaration: &BytesDecl<'_>, line: u64) -> Result<(), Refusal> {
    let Some(encoding) = declaration.encoding() else { return Ok(()) };
    let encoding = encoding.map_err(|error| malformed(&error.into(), line))?;
    if ["utf-8", "utf8", "us-ascii"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let reason = format!("`{encoding}`: only UTF-8 is read");
    Err(Refusal::of(RefusalCode::BadEncoding, line, "encoding", reason))
}

fn broken<R>(error: &Error, input: &Counted<R>, line: u64) -> Refusal {
    match error {
        Error::Io(error) => unreadable(error, line),
        // A tag, a reference or a character that is not there to its end.
        _ if input.is_at_end() => {
            Refusal::at(RefusalCode::Truncated, line, "it ends before its last element")
        }
        error => malformed(error, line),
    }
}

fn malformed(error: &Error, line: u64) -> Refusal {
    let code = match error {
        Error::Encoding(_) => RefusalCode::BadEncoding,
        _ => RefusalCode::BadRow,
    };
    Refusal::at(code, line, error.to_string())
}
