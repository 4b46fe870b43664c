//! Legs: the calls that a `<Dial>` places.

use std::borrow::Cow;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use webhook::CallStatus;

use crate::element::Element;
use crate::request::Method;

/// A leg of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegId(pub(crate) u32);

/// The kind of place that a leg goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noun {
    /// A telephone number.
    Number,
    /// A SIP URI.
    Sip,
    /// A noun that the exchange cannot ring, by its element's name, such as `Conference`.
    Other(String),
}

/// A leg to place.
#[derive(Clone, PartialEq, Eq)]
pub struct Leg {
    /// Names it in what follows.
    pub id: LegId,
    /// Its `CallSid`.
    pub sid: String,
    /// The kind of place it goes to.
    pub noun: Noun,
    /// The number, or the whole SIP URI as the document has it.
    pub target: String,
    /// The SIP URI without its headers; the same as `target` otherwise.
    pub uri: String,
    /// Headers that the INVITE carries, such as `x-language`, decoded.
    pub headers: Vec<(String, String)>,
    /// Keys that are sent once it is answered.
    pub send_digits: Option<String>,
    /// User name and password, if the other side asks for them.
    pub credentials: Option<(String, String)>,
}

/// Shows neither number nor password.
impl std::fmt::Debug for Leg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leg").field("id", &self.id).field("noun", &self.noun).finish_non_exhaustive()
    }
}

/// How a leg ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegEnd {
    /// Why.
    pub cause: LegCause,
    /// The final SIP code, if the other side gave one.
    pub sip_code: Option<u16>,
    /// X- headers of the final response or BYE.
    pub headers: Vec<(String, String)>,
}

/// Why a leg ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegCause {
    /// It was released: the other side hung up after an answer, or the exchange ended the leg.
    Released,
    /// The other side is busy.
    Busy,
    /// Nobody answered, and the other side or the network gave up.
    NoAnswer,
    /// It could not be placed.
    Failed,
    /// The number does not exist, or no carrier takes the call: Twilio's error 13224.
    NoSuchNumber,
    /// The account does not own the number that is shown: Twilio's error 13214.
    NotOwned,
    /// The phone is not registered: Twilio's error 32009.
    Unregistered,
    /// The phone is registered and does not respond: Twilio's error 32011.
    Silent,
}

impl LegEnd {
    /// An end without a SIP code.
    #[must_use]
    pub fn new(cause: LegCause) -> Self {
        Self { cause, sip_code: None, headers: Vec::new() }
    }

    /// An end with the SIP code that the other side gave.
    #[must_use]
    pub fn with_code(cause: LegCause, code: u16) -> Self {
        Self { cause, sip_code: Some(code), headers: Vec::new() }
    }

    /// The meaning of a final refusal ([`crate::Rule::LegRefused`]).
    #[must_use]
    pub fn refused(code: u16) -> Self {
        let cause = match code {
            486 | 600 | 603 => LegCause::Busy,
            408 | 480 | 487 => LegCause::NoAnswer,
            _ => LegCause::Failed,
        };
        Self::with_code(cause, code)
    }

    pub(crate) fn error(&self) -> Option<(u32, &'static str)> {
        match self.cause {
            LegCause::Unregistered => Some((
                32009,
                "Your TwiML tried to Dial a Twilio SIP Registered User that is not currently registered",
            )),
            LegCause::Silent => Some((32011, "Error communicating with your SIP endpoint")),
            LegCause::NoSuchNumber => {
                Some((13224, "Twilio does not support calling this number or the number is invalid"))
            }
            LegCause::NotOwned => Some((13214, "Dial: Invalid callerId value")),
            _ => None,
        }
    }
}

/// Why the exchange ends a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Nobody answered in time.
    TimedOut,
    /// Another answered, the caller is gone, or the conversation is over.
    GivenUp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LegState {
    Calling,
    Talking,
    Stopping(Stop),
    Ended(CallStatus),
}

/// A leg that was placed, and where it is reported.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) leg: Leg,
    pub(crate) state: LegState,
    pub(crate) rang: bool,
    pub(crate) answered: Option<Timestamp>,
    pub(crate) end: Option<LegEnd>,
    pub(crate) callback: Option<Callback>,
}

/// Where the progress of a leg is reported.
#[derive(Debug)]
pub(crate) struct Callback {
    pub(crate) url: String,
    pub(crate) method: Method,
    events: String,
    pub(crate) sent: u32,
}

impl Callback {
    fn of(noun: &Element) -> Option<Self> {
        let url = noun.attribute("statusCallback").filter(|url| !url.trim().is_empty())?;
        Some(Self {
            url: url.to_owned(),
            method: Method::of(noun.attribute("statusCallbackMethod")),
            events: noun.attribute("statusCallbackEvent").unwrap_or("completed").to_owned(),
            sent: 0,
        })
    }

    pub(crate) fn wants(&self, event: &str) -> bool {
        self.events.split_whitespace().any(|wanted| wanted == event)
    }
}

/// The nouns of a `<Dial>`, with where they are reported. Text that stands alone in it is a number.
pub(crate) fn nouns(dial: &Element, mut id: impl FnMut() -> (LegId, String)) -> Vec<Placed> {
    let bare = (!dial.content().is_empty()).then(|| (Noun::Number, dial.content().to_owned(), None));
    let inside = dial.children.iter().map(|noun| {
        let text = noun.content().to_owned();
        match noun.name.as_str() {
            "Number" => (Noun::Number, text, Some(noun)),
            "Sip" => (Noun::Sip, text, Some(noun)),
            other => (Noun::Other(other.to_owned()), format!("{} {text}", other.to_lowercase()), Some(noun)),
        }
    });
    let placed = inside.chain(bare).map(|(kind, target, noun)| {
        let (id, sid) = id();
        let (uri, headers) =
            if kind == Noun::Sip { split_headers(&target) } else { (target.clone(), Vec::new()) };
        let attribute = |name| noun.and_then(|noun| noun.attribute(name)).map(str::to_owned);
        let leg = Leg {
            id,
            sid,
            noun: kind,
            target,
            uri,
            headers,
            send_digits: attribute("sendDigits"),
            credentials: attribute("username").zip(attribute("password")),
        };
        let callback = noun.and_then(Callback::of);
        Placed { leg, state: LegState::Calling, rang: false, answered: None, end: None, callback }
    });
    placed.collect()
}

/// `sip:a@h?x-a=1&x-b=2` without what follows the question mark, and that as headers (RFC 3261, section 19.1.1).
fn split_headers(target: &str) -> (String, Vec<(String, String)>) {
    let Some((uri, headers)) = target.split_once('?') else { return (target.to_owned(), Vec::new()) };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let headers = headers.split('&').filter_map(|header| {
        let (name, value) = header.split_once('=').unwrap_or((header, ""));
        // A line break would begin another header.
        let clean = |text: String| text.replace(['\r', '\n', '\0'], " ");
        (!name.is_empty()).then(|| (clean(decoded(name)), clean(decoded(value))))
    });
    (uri.to_owned(), headers.collect())
}

/// A SIP URI without its parameters and headers.
pub(crate) fn address_of(uri: &str) -> Cow<'_, str> {
    uri.find([';', '?']).and_then(|end| uri.get(..end)).unwrap_or(uri).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(dial: &str) -> Vec<Placed> {
        let root = Element::parse(&format!("<Response>{dial}</Response>")).unwrap();
        let mut count = 0;
        nouns(&root.children[0], || {
            count += 1;
            (LegId(count), format!("CA{count}"))
        })
    }

    #[test]
    fn legs_are_nouns_or_a_bare_number() {
        let legs = placed(
            "<Dial><Sip statusCallback=\"/c\" statusCallbackEvent=\"completed\">sip:a@h</Sip>\
             <Number statusCallback=\"/c\" statusCallbackEvent=\"ringing answered\">+1</Number>\
             <Number statusCallback=\"/c\">911</Number><Conference>room</Conference></Dial>",
        );
        let found: Vec<_> = legs
            .iter()
            .map(|placed| {
                let is_reported =
                    placed.callback.as_ref().is_some_and(|callback| callback.wants("completed"));
                (placed.leg.target.as_str(), placed.leg.noun == Noun::Sip, is_reported)
            })
            .collect();
        let expected = [
            ("sip:a@h", true, true),
            ("+1", false, false),
            ("911", false, true),
            ("conference room", false, false),
        ];
        assert_eq!(found, expected);
        assert_eq!(placed("<Dial>\n +15035550123 </Dial>")[0].leg.target, "+15035550123");
    }

    #[test]
    fn what_follows_the_question_mark_becomes_headers() {
        let legs = placed(
            "<Dial><Sip>sip:menu@h;transport=tls?x-callerid=%2B15035550110&amp;x-language=en</Sip></Dial>",
        );
        assert_eq!(legs[0].leg.uri, "sip:menu@h;transport=tls");
        let expected = [("x-callerid", "+15035550110"), ("x-language", "en")];
        assert_eq!(legs[0].leg.headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let legs = placed("<Dial><Sip>sip:menu@h?x-a=b%0d%0aVia: c</Sip></Dial>");
        assert!(!legs[0].leg.headers[0].1.contains(['\r', '\n']), "one header stays one");
    }
}
