//! XML, element by element.

use std::io::{self, Write};

use encoding_rs::Encoding;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// A document in memory, indented.
pub(super) struct Elements {
    writer: Writer<Vec<u8>>,
}

impl Elements {
    /// Begins a document of one element, which says in which encoding it is.
    pub(super) fn begin(encoding: &str) -> io::Result<Elements> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some(encoding), None)))?;
        Ok(Elements { writer })
    }

    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let element = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.writer.write_event(Event::Start(element))
    }

    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    /// An element with a text.
    pub(super) fn text(&mut self, name: &str, text: impl AsRef<str>) -> io::Result<()> {
        self.text_with(name, &[], text)
    }

    /// An element with attributes and a text.
    pub(super) fn text_with(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        text: impl AsRef<str>,
    ) -> io::Result<()> {
        let element = self.writer.create_element(name).with_attributes(attributes.iter().copied());
        element.write_text_content(BytesText::new(text.as_ref())).map(drop)
    }

    /// Writes what there is, in an encoding that has all characters.
    pub(super) fn end(self, encoding: &'static Encoding, out: &mut impl Write) -> io::Result<()> {
        let text = String::from_utf8(self.writer.into_inner()).map_err(io::Error::other)?;
        out.write_all(&encoding.encode(&text).0)?;
        out.write_all(b"\n")
    }
}
