//! `<Dial>` and its nouns.

use std::fmt::{self, Display};

use crate::xml::Tag;

/// Connects the caller to numbers and SIP endpoints; all of them ring at once and the first to answer wins.
///
/// `answerOnBridge` is always on: the phone hears real ringing, and is not answered (nor billed) before the
/// callee is. Source: <https://www.twilio.com/docs/voice/twiml/dial>.
#[derive(Clone)]
pub struct Dial {
    action: String,
    caller_id: Option<String>,
    time_limit: Option<u32>,
    timeout: Option<u32>,
    refer_url: Option<String>,
    nouns: Vec<Noun>,
}

impl Dial {
    /// Twilio rings at most this many nouns of one Dial at the same time.
    pub const MAX_NOUNS: usize = 10;

    /// A Dial whose end is reported to `action`; the answer to that request goes on with the call.
    #[must_use]
    pub fn new(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            caller_id: None,
            time_limit: None,
            timeout: None,
            refer_url: None,
            nouns: Vec::new(),
        }
    }

    /// The number that the callee sees. A call from a SIP phone to the PSTN needs one that the account owns
    /// or has verified, or Twilio refuses it (13214).
    #[must_use]
    pub fn caller_id(mut self, caller_id: impl Into<String>) -> Self {
        self.caller_id = Some(caller_id.into());
        self
    }

    /// Ends the call after so many seconds. Without it Twilio allows four hours.
    #[must_use]
    pub fn time_limit(mut self, seconds: u32) -> Self {
        self.time_limit = Some(seconds);
        self
    }

    /// Rings for so many seconds, 5 to 600. Without it Twilio rings for 30.
    #[must_use]
    pub fn timeout(mut self, seconds: u32) -> Self {
        self.timeout = Some(seconds);
        self
    }

    /// Where Twilio asks what to do when the other side sends a SIP REFER.
    #[must_use]
    pub fn refer_url(mut self, url: impl Into<String>) -> Self {
        self.refer_url = Some(url.into());
        self
    }

    /// Adds someone to ring.
    #[must_use]
    pub fn noun(mut self, noun: Noun) -> Self {
        self.nouns.push(noun);
        self
    }
}

impl Display for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Tag::open(f, "Dial")?
            .attribute("answerOnBridge", true)?
            .optional("callerId", self.caller_id.as_deref())?
            .optional("timeLimit", self.time_limit)?
            .optional("timeout", self.timeout)?
            .attribute("action", &self.action)?
            .optional("referUrl", self.refer_url.as_deref())?
            .content(|f| self.nouns.iter().try_for_each(|noun| noun.fmt(f)))
    }
}

/// Someone to ring: one leg of a [`Dial`].
#[derive(Clone)]
pub struct Noun {
    element: &'static str,
    target: String,
    status_callback: Option<String>,
}

impl Noun {
    /// A telephone number: E.164, or one of the emergency numbers that Twilio takes as they are.
    #[must_use]
    pub fn number(number: impl Into<String>) -> Self {
        Self { element: "Number", target: number.into(), status_callback: None }
    }

    /// A SIP endpoint by its URI, whose parts are already percent-encoded; XML escaping happens here. The whole
    /// URI must stay under 255 characters.
    #[must_use]
    pub fn sip(uri: impl Into<String>) -> Self {
        Self { element: "Sip", target: uri.into(), status_callback: None }
    }

    /// Reports the end of this leg, whatever the outcome, to `url`: one request a leg.
    #[must_use]
    pub fn status_callback(mut self, url: impl Into<String>) -> Self {
        self.status_callback = Some(url.into());
        self
    }
}

impl Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tag = Tag::open(f, self.element)?;
        if let Some(url) = &self.status_callback {
            tag = tag.attribute("statusCallback", url)?.attribute("statusCallbackEvent", "completed")?;
        }
        tag.text(&self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_in_a_fixed_order() {
        let dial = Dial::new("/status/dial")
            .timeout(30)
            .time_limit(3600)
            .refer_url("/refer")
            .caller_id("+15035550110")
            .noun(Noun::sip("sip:operator@pbx.example.org?x-a=1&x-b=2").status_callback("/status/call"));
        assert_eq!(
            dial.to_string(),
            "<Dial answerOnBridge=\"true\" callerId=\"+15035550110\" timeLimit=\"3600\" timeout=\"30\" action=\"/status/dial\" \
             referUrl=\"/refer\"><Sip statusCallback=\"/status/call\" statusCallbackEvent=\"completed\">\
             sip:operator@pbx.example.org?x-a=1&amp;x-b=2</Sip></Dial>"
        );
    }

    #[test]
    fn what_xml_cannot_carry_is_left_out_and_the_rest_escaped() {
        let dial = Dial::new("/a?b=\"1\"&c='2'").noun(Noun::number("<\u{0}\u{1b}1>\u{fffe}"));
        assert_eq!(
            dial.to_string(),
            "<Dial answerOnBridge=\"true\" action=\"/a?b=&quot;1&quot;&amp;c=&apos;2&apos;\"><Number>&lt;1&gt;</Number></Dial>"
        );
    }
}
