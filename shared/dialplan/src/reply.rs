//! The TwiML of decisions.

use std::borrow::Cow;

use numbers::E164;
use twiml::{Dial, Gather, Noun, Prompt, RejectReason, Response, Say};

use crate::reason::Reason;
use crate::speech::Sentence;
use network::Language;
use network::{Asterisk, Extension, Network, RefusalStyle};
use numbers::emergency::Service;

/// Where Twilio reports the end of a Dial, and takes what comes next.
pub(crate) const DIAL_ACTION: &str = "/status/dial";
/// The same, for the second and last attempt to ring phones.
pub(crate) const LAST_DIAL_ACTION: &str = "/status/dial?again=1";
const LEG_CALLBACK: &str = "/status/call";
const REFER_URL: &str = "/refer";

/// Seconds to wait for the first and each next key: public phones have slow dialers, and `#` sends at once.
const KEY_TIMEOUT: u32 = 10;

/// Seconds for which an emergency call rings: Twilio's most. A call centre may take minutes to pick up.
const EMERGENCY_RING: u32 = 600;

/// Which dial tone of a call this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Try(u8);

impl Try {
    /// How often a caller gets dial tone again before being asked to hang up.
    pub const MOST: u8 = 3;

    /// The first.
    pub const FIRST: Self = Self(1);

    /// The dial tone whose keys were posted with this raw query. What is no number is taken for the first.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        let value = query.split('&').find_map(|pair| pair.strip_prefix("try="));
        value.and_then(|text| text.parse().ok()).filter(|number| *number > 0).map_or(Self::FIRST, Self)
    }

    fn next(self) -> Option<Self> {
        (self.0 < Self::MOST).then_some(Self(self.0 + 1))
    }

    fn action(self) -> Cow<'static, str> {
        // The first has no query, so that a URL set by hand is the same.
        if self == Self::FIRST {
            "/outgoing/digits".into()
        } else {
            format!("/outgoing/digits?try={}", self.0).into()
        }
    }
}

pub(crate) fn say(sentence: Sentence, language: Language) -> Say {
    Say::new(sentence.text(language), language.tag())
}

/// A sentence, then dial tone.
pub(crate) fn dial_tone(network: &Network, language: Language, why: Sentence, this: Try) -> Response {
    let tone = match network.dial_tone() {
        Some(url) => Prompt::Tone(url.to_owned()),
        None => Prompt::Say(say(Sentence::DialAgain, language)),
    };
    Response::new().say(say(why, language)).gather(Gather::new(this.action(), KEY_TIMEOUT).prompt(tone))
}

/// What a caller who is to hear something was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// Nothing yet: the phone has just dialled, and the call is not answered.
    Unanswered,
    /// Dialled at this dial tone.
    DialTone(Try),
    /// Was connected, or tried to be: handed back by Asterisk, or after a Dial.
    Referred,
}

/// A sentence, then dial tone once more, or a goodbye after the last.
pub(crate) fn dial_tone_after(network: &Network, language: Language, why: Sentence, line: Line) -> Response {
    let next = match line {
        Line::DialTone(last) => last.next(),
        Line::Unanswered | Line::Referred => Some(Try::FIRST),
    };
    match next {
        Some(next) => dial_tone(network, language, why, next),
        None => Response::new().say(say(why, language)).say(say(Sentence::Goodbye, language)).hangup(),
    }
}

/// Refuses a call.
pub(crate) fn refuse(network: &Network, language: Language, reason: Reason, line: Line) -> Response {
    let why = Sentence::Refusal(reason);
    match (network.refusal(), line) {
        (RefusalStyle::Explain, _) => dial_tone_after(network, language, why, line),
        // Whoever needs help and cannot get it here must be told so.
        (RefusalStyle::Reject, Line::Unanswered) if reason != Reason::EmergencyDisabled => {
            Response::new().reject(RejectReason::Rejected)
        }
        // A call that was answered cannot be rejected any more; without a word it would just go dead.
        (RefusalStyle::Reject, _) => Response::new().say(say(why, language)).hangup(),
    }
}

/// Dials an emergency service: nothing cuts the call short.
pub(crate) fn dial_emergency(service: Service, caller_id: &E164) -> Response {
    let noun = Noun::number(service.number()).status_callback(LEG_CALLBACK);
    Response::new()
        .dial(Dial::new(DIAL_ACTION).caller_id(caller_id.as_str()).timeout(EMERGENCY_RING).noun(noun))
}

fn dial(network: &Network, action: &'static str) -> Dial {
    Dial::new(action).time_limit(network.time_limit()).timeout(network.ring_timeout())
}

pub(crate) fn dial_number(network: &Network, number: &E164, caller_id: &E164) -> Response {
    let noun = Noun::number(number.as_str()).status_callback(LEG_CALLBACK);
    Response::new().dial(dial(network, DIAL_ACTION).caller_id(caller_id.as_str()).noun(noun))
}

/// Dials phones of this network, all at once.
pub(crate) fn dial_phones<'n>(
    network: &'n Network,
    phones: impl Iterator<Item = &'n Extension>,
    caller_id: Option<&str>,
    action: &'static str,
) -> Dial {
    let dial = caller_id.into_iter().fold(dial(network, action), Dial::caller_id);
    phones.take(Dial::MAX_NOUNS).fold(dial, |dial, phone| {
        let user = webhook::encode_user(phone.name());
        let uri = format!("sip:{user}@{}", network.stage().sip_domain);
        dial.noun(Noun::sip(uri).status_callback(LEG_CALLBACK))
    })
}

/// Dials a context of the Asterisk server, which may hand the caller back by REFER.
///
/// Its dial plan reads the `x-` headers: what the phone shows, whether it may call 911, what it speaks.
pub(crate) fn dial_asterisk(
    network: &Network,
    asterisk: &Asterisk,
    context: &str,
    phone: &Extension,
) -> Response {
    let mut uri = format!("sip:{}@{}{}?", webhook::encode_user(context), asterisk.host, asterisk.params);
    if let Some(caller_id) = phone.caller_id() {
        uri.push_str(&format!("x-callerid=%2B{}&", caller_id.digits()));
    }
    uri.push_str(&format!("x-enableemergency={}&x-language={}", phone.emergency(), phone.language().code()));
    let caller_id = phone.caller_id().map(E164::as_str);
    let dial = caller_id.into_iter().fold(dial(network, DIAL_ACTION), Dial::caller_id);
    Response::new().dial(dial.refer_url(REFER_URL).noun(Noun::sip(uri).status_callback(LEG_CALLBACK)))
}
