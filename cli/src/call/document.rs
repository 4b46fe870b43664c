//! A TwiML document, as Twilio's XML parser sees it.

use quick_xml::errors::Error;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// An element of a document. Blanks around its text are dropped.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.attribute(name) == Some("true")
    }

    fn open(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut element = Self { name: utf8(start.name().as_ref())?, ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(in_words)?;
            element.attributes.push((utf8(attribute.key.as_ref())?, value.into_owned()));
        }
        Ok(element)
    }
}

/// Reads a document, down to its root `<Response>`.
///
/// # Errors
///
/// What is wrong with it, in words, and with Twilio's code for it.
pub(super) fn parse(text: &str) -> Result<Element, String> {
    if text.trim().is_empty() {
        return Err("the document is empty (Twilio's error 11770)".into());
    }
    let root = tree(text).map_err(|error| format!("the XML is not well-formed: {error} (12100)"))?;
    if root.name == "Response" {
        Ok(root)
    } else {
        Err(format!("the root element is <{}>, not <Response> (12102)", root.name))
    }
}

fn tree(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    // Elements that are open, outermost first; closing one moves it into its parent.
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let closed = match reader.read_event().map_err(in_words)? {
            Event::Start(start) => {
                open.push(Element::open(&start)?);
                None
            }
            Event::Empty(start) => Some(Element::open(&start)?),
            // The reader has checked that the names agree.
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                add(&mut open, &text.xml10_content().map_err(|error| error.to_string())?)?;
                None
            }
            Event::CData(text) => {
                add(&mut open, &text.xml10_content().map_err(|error| error.to_string())?)?;
                None
            }
            Event::GeneralRef(reference) => {
                let name = utf8(&reference)?;
                match (reference.resolve_char_ref().map_err(in_words)?, resolve_predefined_entity(&name)) {
                    (Some(c), _) => add(&mut open, c.encode_utf8(&mut [0; 4]))?,
                    (None, Some(text)) => add(&mut open, text)?,
                    (None, None) => return Err(format!("&{name}; is not defined")),
                }
                None
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => None,
        };
        let Some(mut element) = closed else { continue };
        element.text = element.text.trim().to_owned();
        match open.last_mut() {
            Some(parent) => parent.children.push(element),
            None if root.is_some() => return Err(format!("<{}> follows the root element", element.name)),
            None => root = Some(element),
        }
    }
    match open.pop() {
        Some(element) => Err(format!("<{}> is not closed", element.name)),
        None => root.ok_or_else(|| "there is no element".into()),
    }
}

fn add(open: &mut [Element], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("there is text outside the root element".into()),
    }
    Ok(())
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())
}

fn in_words(error: Error) -> String {
    match error {
        // The library's own wording repeats what `parse` says.
        Error::IllFormed(error) => error.to_string(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_refusal_as_the_service_prints_it() {
        let root = parse(
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
        let root = parse(
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
            assert_eq!(parse(text).unwrap().children, [], "{text}");
        }
    }

    #[test]
    fn text_in_pieces_is_one() {
        let root = parse("<Response><Say> a<!-- x -->&lt;<![CDATA[<&b]]>\u{e9} </Say></Response>").unwrap();
        assert_eq!(root.children[0].text, "a<<&b\u{e9}");
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
            ("{\"message\":\"Internal Server Error\"}", "outside"),
            ("<response/>", "<response>, not <Response>"),
            ("<html><body/></html>", "<html>, not <Response>"),
        ] {
            let found = parse(text).unwrap_err();
            assert!(found.contains(error), "{text}: {found}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[<>/&;=\"' a-cR!?\\[\\]#-]{0,60}") {
            let _ = parse(&text);
            let _ = parse(&format!("<Response>{text}</Response>"));
        }
    }
}
