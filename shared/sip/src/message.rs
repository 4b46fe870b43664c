//! One SIP message: a first line, header fields in order, a body (RFC 3261, section 7).

use std::fmt;

use crate::field::{parameter, split};
use crate::hash::md5;

/// The longest header part and the longest body that are read, in bytes. A phone's are below 4 KiB.
pub const MAX_MESSAGE: usize = 64 * 1024;

/// A request or response. What a reader need not understand stays as it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The request line or status line.
    pub start: String,
    /// Names, long and as written, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why bytes are no SIP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The first line is no request line and no status line.
    #[error("the first line is not SIP")]
    Start,
    /// A line has no colon.
    #[error("a header field has no colon")]
    Header,
    /// The header part is not UTF-8.
    #[error("the header is not UTF-8")]
    Encoding,
    /// `Content-Length` is no number, or more than there is.
    #[error("the content length is wrong")]
    Length,
    /// More than [`MAX_MESSAGE`].
    #[error("the message is too large")]
    TooLarge,
}

impl Message {
    /// A request without header fields.
    #[must_use]
    pub fn request(method: &str, uri: &str) -> Self {
        Self { start: format!("{method} {uri} SIP/2.0"), headers: Vec::new(), body: Vec::new() }
    }

    /// A response to `request`: its Via, From, To, Call-ID and CSeq, and nothing else yet (section 8.2.6.2).
    #[must_use]
    pub fn response(request: &Self, code: u16, reason: &str) -> Self {
        let copied = ["Via", "From", "To", "Call-ID", "CSeq"];
        let headers = request
            .headers
            .iter()
            .filter(|(name, _)| copied.iter().any(|own| name.eq_ignore_ascii_case(own)));
        let mut headers: Vec<_> = headers.cloned().collect();
        if code > 100 {
            for (name, value) in &mut headers {
                if name.eq_ignore_ascii_case("To") && parameter(value, "tag").is_none() {
                    // Stateless, so the same for a retransmission: the tag is made from the branch (section 8.2.7).
                    let mut tag = md5(request.header("Via").unwrap_or_default());
                    tag.truncate(16);
                    value.push_str(&format!(";tag={tag}"));
                }
            }
        }
        Self { start: format!("SIP/2.0 {code} {reason}"), headers, body: Vec::new() }
    }

    /// Adds a header field at the end.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Reads one datagram.
    ///
    /// # Errors
    ///
    /// It is not SIP.
    pub fn parse(bytes: &[u8]) -> Result<Self, MessageError> {
        match Self::next(bytes)? {
            Some((message, _)) => Ok(message),
            None => Err(MessageError::Length),
        }
    }

    /// Reads the first message of a stream, and how many bytes it takes; nothing while it is not whole.
    ///
    /// # Errors
    ///
    /// It is not SIP: the stream cannot be read any further.
    pub fn next(bytes: &[u8]) -> Result<Option<(Self, usize)>, MessageError> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return if bytes.len() > MAX_MESSAGE { Err(MessageError::TooLarge) } else { Ok(None) };
        };
        let (head, body) = (bytes.get(..end).unwrap_or_default(), bytes.get(end + 4..).unwrap_or_default());
        let head = std::str::from_utf8(head).map_err(|_| MessageError::Encoding)?;
        // A line that begins with a blank goes on with the one before (section 7.3.1).
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let mut lines = head.split("\r\n");
        let start = lines.next().unwrap_or_default().to_owned();
        if !start.starts_with("SIP/2.0 ") && start.split(' ').nth(2) != Some("SIP/2.0") {
            return Err(MessageError::Start);
        }
        let mut headers = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(':').ok_or(MessageError::Header)?;
            headers.push((long(name.trim()).to_owned(), value.trim().to_owned()));
        }
        let mut message = Self { start, headers, body: Vec::new() };
        let length = match message.header("Content-Length") {
            Some(text) => text.parse().map_err(|_| MessageError::Length)?,
            None => body.len(),
        };
        if length > MAX_MESSAGE {
            return Err(MessageError::TooLarge);
        }
        let Some(body) = body.get(..length) else { return Ok(None) };
        message.body = body.to_vec();
        Ok(Some((message, end + 4 + length)))
    }

    /// The message as it is sent, with the right `Content-Length`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.start);
        for (name, value) in
            self.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Content-Length"))
        {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The method of a request.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        (!self.start.starts_with("SIP/2.0 ")).then(|| self.start.split(' ').next().unwrap_or_default())
    }

    /// The Request-URI of a request.
    #[must_use]
    pub fn uri(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    /// The status of a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.start.strip_prefix("SIP/2.0 ")?.split(' ').next()?.parse().ok()
    }

    /// The first value of a header field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.fields(name).next()
    }

    /// Every header field of this name, as a whole.
    pub fn fields(&self, name: &str) -> impl Iterator<Item = &str> {
        let is_it = move |field: &&(String, String)| field.0.eq_ignore_ascii_case(name);
        self.headers.iter().filter(is_it).map(|(_, value)| value.as_str())
    }

    /// Every value of a header field that may be a list, such as `Contact`.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.fields(name).flat_map(|value| split(value, ',')).collect()
    }
}

/// Shows the method alone: the rest says who calls whom.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Message").field(&self.method().unwrap_or("response")).finish()
    }
}

/// The long name of a header field's short one (section 20).
fn long(name: &str) -> &str {
    match name {
        "v" | "V" => "Via",
        "f" | "F" => "From",
        "t" | "T" => "To",
        "i" | "I" => "Call-ID",
        "m" | "M" => "Contact",
        "l" | "L" => "Content-Length",
        "c" | "C" => "Content-Type",
        "k" | "K" => "Supported",
        "r" | "R" => "Refer-To",
        "b" | "B" => "Referred-By",
        "o" | "O" => "Event",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::field::{address, digest_field};

    const REGISTER: &str = "REGISTER sip:demo.sip.twilio.com SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1;rport\r\n\
                            From: \"a, b\" <sip:lobby@demo.sip.twilio.com>;tag=1\r\nTo: <sip:lobby@demo.sip.twilio.com>\r\n\
                            Call-ID: x\r\nCSeq: 1 REGISTER\r\nm: <sip:lobby@192.0.2.10>;expires=600,\r\n <sip:b@h;x=1,2>\r\n\
                            l: 2\r\n\r\nhi";

    #[test]
    fn a_message_is_read_and_written() {
        let message = Message::parse(REGISTER.as_bytes()).unwrap();
        assert_eq!((message.method(), message.uri()), (Some("REGISTER"), "sip:demo.sip.twilio.com"));
        assert_eq!(message.list("contact"), ["<sip:lobby@192.0.2.10>;expires=600", "<sip:b@h;x=1,2>"]);
        assert_eq!(message.list("from").len(), 1, "a comma in quotes");
        assert_eq!(Message::parse(&message.to_bytes()), Ok(message));
    }

    #[test]
    fn a_stream_holds_one_after_another() {
        let two = format!("{REGISTER}{REGISTER}");
        let (first, length) = Message::next(two.as_bytes()).unwrap().unwrap();
        assert_eq!((first.body.as_slice(), length), (b"hi".as_slice(), REGISTER.len()));
        for cut in 0..REGISTER.len() {
            assert_eq!(Message::next(&two.as_bytes()[..cut]), Ok(None), "{cut}");
        }
    }

    #[test]
    fn what_is_not_sip_is_an_error() {
        assert_eq!(Message::parse(b"GET / HTTP/1.1\r\n\r\n"), Err(MessageError::Start));
        assert_eq!(Message::parse(b"SIP/2.0 200 OK\r\nx\r\n\r\n"), Err(MessageError::Header));
        assert_eq!(Message::parse(b"SIP/2.0 200 OK\r\nl: x\r\n\r\n"), Err(MessageError::Length));
        assert_eq!(Message::parse(b"SIP/2.0 200 OK\r\nl: 99\r\n\r\n"), Err(MessageError::Length));
    }

    #[test]
    fn a_response_has_a_tag_that_a_retransmission_gets_too() {
        let request = Message::parse(REGISTER.as_bytes()).unwrap();
        let response = Message::response(&request, 200, "OK");
        assert_eq!(response.status(), Some(200));
        assert!(parameter(response.header("To").unwrap(), "tag").is_some());
        assert_eq!(response, Message::response(&request, 200, "OK"));
    }

    #[test]
    fn debug_output_tells_nobody_who_calls_whom() {
        let message = Message::parse(REGISTER.as_bytes()).unwrap();
        assert_eq!(format!("{message:?}"), "Message(\"REGISTER\")");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[SIP/2.0 :<>,;=\\\\\"\r\nal-é]{0,80}") {
            let _ = Message::next(&bytes);
            if let Ok(Some((message, length))) = Message::next(format!("SIP/2.0 200 OK\r\n{text}\r\n\r\n").as_bytes()) {
                prop_assert!(length > 0);
                let _ = (message.list("a").len(), message.status());
            }
            let _ = (split(&text, ',').len(), address(&text), parameter(&text, "a"), digest_field(&text, "a"));
        }

        /// A message that was read is written so that it is read again.
        #[test]
        fn writing_and_reading_agree(
            headers in prop::collection::vec(("[A-Za-z-]{2,12}", "[!-~]([ -~]{0,30}[!-~])?"), 0..6), body in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let headers: Vec<_> =
                headers.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Content-Length")).collect();
            let message = Message { start: "OPTIONS sip:h SIP/2.0".into(), headers, body };
            let bytes = message.to_bytes();
            let (mut read, length) = Message::next(&bytes).unwrap().unwrap();
            read.headers.retain(|(name, _)| name != "Content-Length");
            prop_assert_eq!(length, bytes.len());
            prop_assert!(read == message);
        }
    }
}
