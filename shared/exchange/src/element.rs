//! A TwiML document as a tree.

use std::fmt;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// An element of a TwiML document. Names are case-sensitive (<https://www.twilio.com/docs/voice/twiml>).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// The name, such as `Say`.
    pub name: String,
    /// Names and unescaped values, in order.
    pub attributes: Vec<(String, String)>,
    /// The element's own text, unescaped, with the blanks around it. [`Self::content`] trims it.
    pub text: String,
    /// The same with the text of every element inside, in order: what `<Say>` speaks of `Take <emphasis>care</emphasis>!`.
    pub whole: String,
    /// The elements inside, in order.
    pub children: Vec<Element>,
}

impl Element {
    /// Reads a document, down to its root `<Response>`.
    ///
    /// # Errors
    ///
    /// The text is empty, is not well-formed XML, or has another root.
    pub fn parse(document: &str) -> Result<Self, DocumentError> {
        if document.trim().is_empty() {
            return Err(DocumentError::Empty);
        }
        let root = tree(document)?;
        if root.name == "Response" { Ok(root) } else { Err(DocumentError::Root(root.name)) }
    }

    /// The text without the blanks around it.
    #[must_use]
    pub fn content(&self) -> &str {
        self.text.trim()
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether an attribute is `true`.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.attribute(name) == Some("true")
    }

    /// An attribute that is a whole number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u32> {
        self.attribute(name)?.trim().parse().ok()
    }

    /// The first child of this name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The names of the children, in order.
    #[must_use]
    pub fn verbs(&self) -> Vec<&str> {
        self.children.iter().map(|child| child.name.as_str()).collect()
    }

    /// The texts of every `<Say>` in it, however deep.
    #[must_use]
    pub fn said(&self) -> Vec<&str> {
        let own = (self.name == "Say").then_some(self.whole.as_str());
        own.into_iter().chain(self.children.iter().flat_map(Element::said)).collect()
    }

    /// The texts of the nouns in every `<Dial>`.
    #[must_use]
    pub fn dialled(&self) -> Vec<&str> {
        let dials = self.children.iter().filter(|child| child.name == "Dial");
        dials.flat_map(|dial| &dial.children).map(|noun| noun.text.as_str()).collect()
    }

    fn open(start: &BytesStart<'_>) -> Result<Self, Malformed> {
        let mut element = Self { name: utf8(start.name().as_ref())?, ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(quick_xml::Error::from)?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0)?;
            element.attributes.push((utf8(attribute.key.as_ref())?, value.into_owned()));
        }
        Ok(element)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        write!(f, "{:depth$}{}", "", self.name, depth = depth * 2)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}={value:?}")?;
        }
        if !self.content().is_empty() {
            write!(f, ": {}", self.text)?;
        }
        writeln!(f)?;
        self.children.iter().try_for_each(|child| child.write(f, depth + 1))
    }
}

/// An outline: one line for each element.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

/// Why a text is no TwiML document, with Twilio's code for it (<https://www.twilio.com/docs/api/errors>).
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// There is no text.
    #[error("the document is empty (Twilio's error 11770)")]
    Empty,
    /// It is not XML.
    #[error("the XML is not well-formed: {0} (12100)")]
    Malformed(#[source] Malformed),
    /// It is XML of another kind.
    #[error("the root element is <{0}>, not <Response> (12102)")]
    Root(String),
}

impl DocumentError {
    /// Twilio's error code.
    #[must_use]
    pub fn code(&self) -> u32 {
        match self {
            Self::Empty => 11770,
            Self::Malformed(_) => 12100,
            Self::Root(_) => 12102,
        }
    }
}

/// Why a text is not well-formed XML.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// An error of the XML reader. Its wording for bad nesting would repeat what [`DocumentError`] says.
    #[error("{}", in_words(.0))]
    Xml(#[from] quick_xml::Error),
    /// XML 1.0, section 2.2.
    #[error("{0:?} is no character of XML")]
    Character(char),
    /// An entity that XML does not have of itself.
    #[error("&{0}; is not defined")]
    Entity(String),
    /// A second root.
    #[error("<{0}> follows the root element")]
    SecondRoot(String),
    /// An element without an end.
    #[error("<{0}> is not closed")]
    Unclosed(String),
    /// Text before or after the root.
    #[error("there is text outside the root element")]
    TextOutside,
    /// XML 1.0, section 2.8: the declaration comes first. Twilio's page on 12100 names it as the first cause.
    #[error("there are blanks before the XML declaration")]
    LateDeclaration,
    /// Only comments, declarations and blanks.
    #[error("there is no element")]
    NoElement,
}

impl From<Malformed> for DocumentError {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<quick_xml::encoding::EncodingError> for Malformed {
    fn from(error: quick_xml::encoding::EncodingError) -> Self {
        Self::Xml(error.into())
    }
}

fn tree(text: &str) -> Result<Element, Malformed> {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    if let Some(c) = text.chars().find(|c| !is_allowed(*c)) {
        return Err(Malformed::Character(c));
    }
    if text.trim_start().len() < text.len() && text.trim_start().starts_with("<?xml ") {
        return Err(Malformed::LateDeclaration);
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    // Elements that are open, outermost first; closing one moves it into its parent.
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let closed = match reader.read_event()? {
            Event::Start(start) => {
                open.push(Element::open(&start)?);
                None
            }
            Event::Empty(start) => Some(Element::open(&start)?),
            // The reader has checked that the names agree.
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                add(&mut open, &text.xml10_content()?)?;
                None
            }
            Event::CData(text) => {
                add(&mut open, &text.xml10_content()?)?;
                None
            }
            Event::GeneralRef(reference) => {
                let name = utf8(&reference)?;
                match (reference.resolve_char_ref()?, resolve_predefined_entity(&name)) {
                    (Some(c), _) => add(&mut open, c.encode_utf8(&mut [0; 4]))?,
                    (None, Some(text)) => add(&mut open, text)?,
                    (None, None) => return Err(Malformed::Entity(name)),
                }
                None
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => None,
        };
        let Some(element) = closed else { continue };
        match open.last_mut() {
            Some(parent) => parent.children.push(element),
            None if root.is_some() => return Err(Malformed::SecondRoot(element.name)),
            None => root = Some(element),
        }
    }
    match open.pop() {
        Some(element) => Err(Malformed::Unclosed(element.name)),
        None => root.ok_or(Malformed::NoElement),
    }
}

fn add(open: &mut [Element], text: &str) -> Result<(), Malformed> {
    open.iter_mut().for_each(|element| element.whole.push_str(text));
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(Malformed::TextOutside),
    }
    Ok(())
}

fn utf8(bytes: &[u8]) -> Result<String, Malformed> {
    Ok(std::str::from_utf8(bytes).map_err(quick_xml::encoding::EncodingError::from)?.to_owned())
}

fn in_words(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::IllFormed(error) => error.to_string(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_refusal_as_the_service_prints_it() {
        let root = Element::parse(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say language=\"en-US\">Don&apos;t &amp; \
             won&#39;t</Say><Gather input=\"dtmf\" finishOnKey=\"#\" timeout=\"10\" actionOnEmptyResult=\"true\" \
             action=\"/outgoing/digits?try=2&amp;x=&quot;1&quot;\"><Say language=\"es-MX\">Marque</Say>\
             <Play loop=\"0\">https://example.org/tone.wav</Play></Gather><Hangup/></Response>",
        )
        .unwrap();
        let names: Vec<_> = root.children.iter().map(|verb| verb.name.as_str()).collect();
        assert_eq!(names, ["Say", "Gather", "Hangup"]);
        assert_eq!(root.children[0].text, "Don't & won't");
        let gather = &root.children[1];
        assert_eq!(gather.attribute("action"), Some("/outgoing/digits?try=2&x=\"1\""));
        assert!(gather.is_set("actionOnEmptyResult"));
        assert_eq!(gather.children[1].text, "https://example.org/tone.wav");
        assert_eq!(root.children[2].attribute("x"), None);
    }

    #[test]
    fn a_dial_as_the_service_prints_it() {
        let root = Element::parse(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Dial answerOnBridge=\"true\" \
             callerId=\"+15035550110\" action=\"/status/dial\"><Sip statusCallback=\"/status/call\">\
             sip:operator@pbx.example.org;transport=tls?x-a=%2B1&amp;x-b=2</Sip></Dial></Response>",
        )
        .unwrap();
        let sip = &root.children[0].children[0];
        assert_eq!(sip.text, "sip:operator@pbx.example.org;transport=tls?x-a=%2B1&x-b=2");
    }

    #[test]
    fn the_empty_response_has_no_verbs() {
        for text in ["<Response/>", "<Response></Response>", "\n<!-- x --><Response>\n</Response>\n"] {
            assert_eq!(Element::parse(text).unwrap().children, [], "{text}");
        }
    }

    #[test]
    fn text_in_pieces_is_one() {
        let root =
            Element::parse("<Response><Say> a<!-- x -->&lt;<![CDATA[<&b]]>\u{e9} </Say></Response>").unwrap();
        assert_eq!(root.children[0].content(), "a<<&b\u{e9}");
    }

    #[test]
    fn malformed_documents_are_errors() {
        for (text, error) in [
            ("", "empty"),
            ("  \n", "empty"),
            ("ok", "outside"),
            ("<?xml version=\"1.0\"?>", "no element"),
            ("<Response>", "<Response> is not closed"),
            ("<Response><Say>x</Response>", "not well-formed"),
            ("<Response></Say></Response>", "not well-formed"),
            ("<Response/><Response/>", "follows the root"),
            ("<Response/>x", "outside"),
            ("<Response><Say>a & b</Say></Response>", "not well-formed"),
            ("<Response><Say>&nbsp;</Say></Response>", "&nbsp; is not defined"),
            ("<Response><Say>&#0;</Say></Response>", "not well-formed"),
            ("<Response><Dial action=\"/a?b=1&c=2\"/></Response>", "not well-formed"),
            ("<Response><Dial action=/a/></Response>", "not well-formed"),
            ("<Response><Dial a=\"1\" a=\"2\"/></Response>", "not well-formed"),
            ("<Response", "not well-formed"),
            ("<Response><Say>\u{1}</Say></Response>", "no character of XML"),
            ("<Response><!-- a -- b --></Response>", "not well-formed"),
            ("{\"message\":\"Internal Server Error\"}", "outside"),
            ("<response/>", "<response>, not <Response>"),
            ("<html><body/></html>", "<html>, not <Response>"),
        ] {
            let found = Element::parse(text).unwrap_err().to_string();
            assert!(found.contains(error), "{text}: {found}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[<>/&;=\"' a-cR!?\\[\\]#-]{0,60}") {
            let _ = Element::parse(&text);
            let _ = Element::parse(&format!("<Response>{text}</Response>"));
        }
    }
}
