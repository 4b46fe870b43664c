//! The few rules of XML 1.0 that a TwiML document needs.

use std::fmt::{self, Display, Write};

/// An element's start tag in the making; attributes come in the order in which they are given.
pub(crate) struct Tag<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    name: &'static str,
}

impl<'a, 'f> Tag<'a, 'f> {
    pub(crate) fn open(out: &'a mut fmt::Formatter<'f>, name: &'static str) -> Result<Self, fmt::Error> {
        write!(out, "<{name}")?;
        Ok(Self { out, name })
    }

    pub(crate) fn attribute(self, name: &str, value: impl Display) -> Result<Self, fmt::Error> {
        write!(self.out, " {name}=\"")?;
        write!(Escaped(self.out), "{value}")?;
        self.out.write_char('"')?;
        Ok(self)
    }

    pub(crate) fn optional(self, name: &str, value: Option<impl Display>) -> Result<Self, fmt::Error> {
        match value {
            Some(value) => self.attribute(name, value),
            None => Ok(self),
        }
    }

    /// Ends an element that has no content.
    pub(crate) fn empty(self) -> fmt::Result {
        self.out.write_str("/>")
    }

    /// Ends an element whose content is text.
    pub(crate) fn text(self, text: &str) -> fmt::Result {
        self.content(|out| Escaped(out).write_str(text))
    }

    /// Ends an element whose content is whatever `inner` writes.
    pub(crate) fn content(self, inner: impl FnOnce(&mut fmt::Formatter<'f>) -> fmt::Result) -> fmt::Result {
        self.out.write_char('>')?;
        inner(self.out)?;
        write!(self.out, "</{}>", self.name)
    }
}

/// Escapes what is written through it, for text and attributes alike.
struct Escaped<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // What needs no escaping, which is nearly everything, is written in one piece.
        let mut plain = 0;
        for (i, c) in text.char_indices() {
            let escaped = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&apos;",
                // Characters that XML 1.0 (section 2.2) cannot carry, escaped or not, are left out: one of
                // them would make Twilio reject the whole document (12100) and the caller hear an error.
                '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => "",
                _ => continue,
            };
            self.0.write_str(text.get(plain..i).unwrap_or_default())?;
            self.0.write_str(escaped)?;
            plain = i + c.len_utf8();
        }
        self.0.write_str(text.get(plain..).unwrap_or_default())
    }
}
