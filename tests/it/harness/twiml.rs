//! TwiML as a tree.

use std::fmt;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// An element, whose text is that of the element itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    pub(crate) text: String,
}

impl Element {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// It is not well-formed, or not TwiML: its root is not `Response`.
    pub(crate) fn parse(document: &str) -> Result<Self, String> {
        // XML 1.0, section 2.2.
        let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
        if let Some(c) = document.chars().find(|c| !is_allowed(*c)) {
            return Err(format!("{c:?} is no character of XML"));
        }
        let mut reader = Reader::from_str(document);
        reader.config_mut().check_comments = true;
        // The outermost stands for the document.
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(start) => open.push(Self::start(&start)?),
                Event::Empty(start) => {
                    let element = Self::start(&start)?;
                    open.last_mut().ok_or("no root")?.children.push(element);
                }
                Event::End(_) => {
                    let element = open.pop().ok_or("an end too many")?;
                    open.last_mut().ok_or("an end too many")?.children.push(element);
                }
                Event::Text(text) => {
                    let text = text.decode().map_err(|error| error.to_string())?;
                    open.last_mut().ok_or("no root")?.text.push_str(&text);
                }
                Event::GeneralRef(reference) => {
                    let c = character(&reference)?;
                    open.last_mut().ok_or("no root")?.text.push(c);
                }
                Event::Decl(_) => {}
                Event::Eof => break,
                other => return Err(format!("{other:?} has no place in TwiML")),
            }
        }
        match open.as_mut_slice() {
            [document] if document.children.len() == 1 && document.text.trim().is_empty() => {
                let root = document.children.remove(0);
                if root.name == "Response" { Ok(root) } else { Err(format!("the root is {}", root.name)) }
            }
            _ => Err("not one root element, and nothing else".into()),
        }
    }

    fn start(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut element = Self { name: text_of(start.name().as_ref())?, ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value =
                attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| error.to_string())?;
            element.attributes.push((text_of(attribute.key.as_ref())?, value.into_owned()));
        }
        Ok(element)
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The names of the children.
    pub(crate) fn verbs(&self) -> Vec<&str> {
        self.children.iter().map(|child| child.name.as_str()).collect()
    }

    /// The texts of all `Say` in it, however deep.
    pub(crate) fn said(&self) -> Vec<&str> {
        let own = (self.name == "Say").then_some(self.text.as_str());
        own.into_iter().chain(self.children.iter().flat_map(Element::said)).collect()
    }

    /// The one `Dial`.
    #[track_caller]
    pub(crate) fn dial(&self) -> &Element {
        self.child("Dial").unwrap_or_else(|| panic!("nothing is dialled:\n{self}"))
    }

    /// What the one `Dial` dials: the text of its nouns.
    pub(crate) fn dialled(&self) -> Vec<&str> {
        let dials = self.children.iter().filter(|child| child.name == "Dial");
        dials.flat_map(|dial| &dial.children).map(|noun| noun.text.as_str()).collect()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        write!(f, "{:depth$}{}", "", self.name, depth = depth * 2)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}={value:?}")?;
        }
        if !self.text.trim().is_empty() {
            write!(f, ": {}", self.text)?;
        }
        writeln!(f)?;
        self.children.iter().try_for_each(|child| child.write(f, depth + 1))
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

fn text_of(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())
}

fn character(reference: &BytesRef<'_>) -> Result<char, String> {
    if let Some(c) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(c);
    }
    match reference.decode().map_err(|error| error.to_string())?.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        other => Err(format!("&{other}; is no entity of XML")),
    }
}
