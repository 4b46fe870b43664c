//! XML, by quick-xml.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// Names, each with its value.
pub(crate) type Values<'a> = &'a [(&'a str, &'a str)];

/// A writer of one document, indented for people.
pub(crate) type Xml = Writer<Vec<u8>>;

/// Writes a document. Writing to memory fails only for XML that would be wrong, and no caller writes that.
pub(crate) fn document(write: impl FnOnce(&mut Xml) -> io::Result<()>) -> Vec<u8> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    let written = xml
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| write(&mut xml));
    debug_assert!(written.is_ok());
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    bytes
}

/// `<name>text</name>`, also when the text is empty: a Linksys keeps its old value for `<name/>`.
pub(crate) fn element(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(text)).map(|_| ())
}

/// A comment of ours, which holds no `--`.
pub(crate) fn comment(xml: &mut Xml, text: &str) -> io::Result<()> {
    xml.write_event(Event::Comment(BytesText::from_escaped(format!(" {text} "))))
}

/// Whether XML 1.0 has a way to write the text at all: it has none for most control characters. Line breaks are
/// refused with them, since a value is one line and an attribute would turn them to blanks.
pub(crate) fn can_hold(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}
