//! The TwiML of decisions.

use network::{Asterisk, Extension, Language, Network, RefusalStyle};
use numbers::E164;
use numbers::emergency::Service;
use twiml::{Dial, Gather, Noun, Prompt, RejectReason, Response, Say};

use crate::dialled::Dialled;
use crate::reason::Reason;
use crate::speech::Sentence;

/// Where Twilio reports the end of a Dial, and takes what comes next.
pub(crate) const DIAL_ACTION: &str = "/status/dial";
/// The same, for the second and last attempt to ring phones.
pub(crate) const LAST_DIAL_ACTION: &str = "/status/dial?again=1";
/// The same, for a call for help.
pub(crate) const HELP_ACTION: &str = "/status/dial?help=1";
const DIGITS_ACTION: &str = "/outgoing/digits";
const LEG_CALLBACK: &str = "/status/call";
const REFER_URL: &str = "/refer";

/// Seconds to wait for the first and each next key: public phones have slow dialers, and `#` sends at once.
const KEY_TIMEOUT: u32 = 10;

/// Seconds for which an emergency call rings: Twilio's most. A call centre may take minutes to pick up.
const EMERGENCY_RING: u32 = 600;

/// One dial tone of a call: its place in the order, and the start of a call for help that came before it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DialTone {
    /// From 0.
    attempt: u8,
    begun: Option<String>,
}

impl DialTone {
    /// How often a caller gets dial tone again before being asked to hang up.
    pub const MOST: u8 = 3;

    /// The first.
    #[must_use]
    pub fn first() -> Self {
        Self::default()
    }

    /// The dial tone whose keys were posted with this raw query. What is no number is taken for the first.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        let value =
            |name| query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name));
        let attempt = value("try").and_then(|(_, text)| text.parse::<u8>().ok());
        // What comes with the query was ours, and is signed. It is still only kept if it begins a call for help.
        let begun = value("help").map(|(_, text)| text).filter(|text| is_short_and_numeric(text));
        Self { attempt: attempt.unwrap_or(1).clamp(1, Self::MOST) - 1, begun: begun.map(str::to_owned) }
    }

    /// The keys dialled before, if they begin a call for help.
    #[must_use]
    pub fn begun(&self) -> Option<&str> {
        self.begun.as_deref()
    }

    /// The next one, after `begun` was dialled. A call for help that is begun or grows does not count as another attempt: a
    /// slow caller must not be sent away in the middle of it. It grows three times at most.
    pub(crate) fn next(&self, begun: Option<&str>) -> Option<Self> {
        let grows = begun.is_some_and(|now| now.len() > self.begun().map_or(0, str::len));
        let attempt = if grows { self.attempt } else { self.attempt + 1 };
        (attempt < Self::MOST).then(|| Self { attempt, begun: begun.map(str::to_owned) })
    }

    /// The first, after `begun` was dialled.
    pub(crate) fn after(begun: Option<&str>) -> Self {
        Self { attempt: 0, begun: begun.map(str::to_owned) }
    }

    fn action(&self) -> String {
        // The first has no query, so that a URL set by hand is the same.
        let mut query = Vec::new();
        if self.attempt > 0 {
            query.push(format!("try={}", self.attempt + 1));
        }
        query.extend(self.begun.as_ref().map(|begun| format!("help={begun}")));
        if query.is_empty() {
            DIGITS_ACTION.to_owned()
        } else {
            format!("{DIGITS_ACTION}?{}", query.join("&"))
        }
    }
}

/// A beginning of a call for help has four digits at most: an outside line's 9 and 166 of Thailand's 1669.
fn is_short_and_numeric(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(crate) fn say(sentence: &Sentence, language: Language) -> Say {
    Say::new(sentence.text(language), language.tag())
}

/// A sentence, then dial tone. The sentence is inside the `<Gather>`, so keys count from its first syllable: Twilio loses
/// those that are pressed outside of one (support article 223180068).
pub(crate) fn dial_tone(network: &Network, language: Language, why: &Sentence, this: &DialTone) -> Response {
    let tone = match network.dial_tone() {
        Some(url) => Prompt::Tone(url.to_owned()),
        None => Prompt::Say(say(&Sentence::DialAgain, language)),
    };
    let gather = Gather::new(this.action(), KEY_TIMEOUT).prompt(Prompt::Say(say(why, language))).prompt(tone);
    Response::new().gather(gather)
}

/// A sentence, then dial tone once more, or a goodbye after the last.
pub(crate) fn dial_tone_or_goodbye(
    network: &Network,
    language: Language,
    why: &Sentence,
    next: Option<DialTone>,
) -> Response {
    match next {
        Some(next) => dial_tone(network, language, why, &next),
        None => Response::new().say(say(why, language)).say(say(&Sentence::Goodbye, language)).hangup(),
    }
}

/// The caller's situation when a sentence is due.
#[derive(Clone, Copy)]
pub(crate) enum Line<'a> {
    /// Nothing yet: the phone has just dialled, and the call is not answered.
    Unanswered,
    /// Dialled at this dial tone.
    DialTone(&'a DialTone),
    /// Was connected, or tried to be: handed back by Asterisk.
    Referred,
}

/// Refuses a call.
pub(crate) fn refuse(
    network: &Network,
    language: Language,
    why: &Sentence,
    reason: Reason,
    line: Line<'_>,
    dialled: &Dialled<'_>,
) -> Response {
    let begun = dialled.begun.as_deref();
    let next = match line {
        Line::DialTone(tone) => tone.next(begun),
        Line::Unanswered | Line::Referred => Some(DialTone::after(begun)),
    };
    match (network.refusal(), line) {
        (RefusalStyle::Explain, _) => dial_tone_or_goodbye(network, language, why, next),
        // The rest of a call for help may follow: a call that is ended here would lose it. Before it is answered, one digit
        // alone is a slip, unless the number that people know best begins with it.
        (RefusalStyle::Reject, Line::Unanswered)
            if begun.is_some_and(|begun| begun.len() > 1 || network.help_number(None).starts_with(begun)) =>
        {
            dial_tone_or_goodbye(network, language, why, next)
        }
        (RefusalStyle::Reject, Line::DialTone(_) | Line::Referred) if begun.is_some() => {
            dial_tone_or_goodbye(network, language, why, next)
        }
        // A caller who needs help and cannot get it here must be told so.
        (RefusalStyle::Reject, Line::Unanswered) if reason != Reason::EmergencyDisabled => {
            Response::new().reject(RejectReason::Rejected)
        }
        // A call that was answered cannot be rejected any more; without a word it would just go dead.
        (RefusalStyle::Reject, _) => Response::new().say(say(why, language)).hangup(),
    }
}

/// Dials an emergency service: nothing cuts the call short. The action tells the end of a call for help from others,
/// whatever was dialled first in the call.
pub(crate) fn dial_emergency(service: Service, number: &str, caller_id: &E164) -> Response {
    let noun = Noun::number(number).status_callback(LEG_CALLBACK);
    let action = match service {
        Service::Emergency(_) => HELP_ACTION,
        Service::AddressTest => DIAL_ACTION,
    };
    Response::new().dial(Dial::new(action).caller_id(caller_id.as_str()).timeout(EMERGENCY_RING).noun(noun))
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

#[cfg(test)]
mod tests {
    use numbers::Region;
    use numbers::emergency::{self, COUNTRIES};

    use super::*;

    #[test]
    fn every_beginning_of_every_country_comes_back_with_the_next_keys() {
        for country in &COUNTRIES {
            let here = [Region::parse(country.region()).unwrap()];
            for number in country.numbers().iter().chain(&emergency::EVERYWHERE) {
                for keys in [(*number).to_owned(), format!("9{number}")] {
                    for end in 1..keys.len() {
                        let begun = emergency::beginning(&keys[..end], &here);
                        let action = DialTone::after(begun.as_deref()).action();
                        let (_, query) = action.split_once('?').unwrap_or_default();
                        assert_eq!(DialTone::from_query(query).begun(), begun.as_deref(), "{action}");
                    }
                }
            }
        }
    }
}
