//! How calls end: what the caller hears next, and what is counted.

use numbers::E164;
use twiml::Response;
use webhook::{Address, Call, CallProgress, DialEnd, DialStatus, ErrorCode};

use crate::caller::Caller;
use crate::event::{CallFacts, Direction, Event, UserEvent};
use crate::incoming;
use crate::outgoing;
use crate::plan::{Decision, Plan};
use crate::reply::{self, DialTone, LAST_DIAL_ACTION};
use crate::speech::Sentence;
use network::{Extension, Network};

/// Seconds before phones that could not be reached are rung once more: a phone that lost its registration for a
/// moment is back after some. Twilio does not pick up a call during a `<Pause>` that comes first
/// (<https://www.twilio.com/docs/voice/twiml/pause>).
const BEFORE_RINGING_AGAIN: u32 = 5;

/// A Dial, as the URL of its action describes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dialled {
    /// Phones had been rung for the second time.
    pub again: bool,
    /// It was a call for help.
    pub help: bool,
}

impl Dialled {
    /// Reads a raw query.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        let has = |wanted| query.split('&').any(|pair| pair == wanted);
        Self { again: has("again=1"), help: has("help=1") }
    }
}

/// Decides what follows the end of a Dial.
#[must_use]
pub fn dial_ended(end: &DialEnd, network: &Network, dialled: Dialled) -> Plan {
    if is_outgoing(&end.call, network) {
        outgoing_ended(end, network, dialled.help)
    } else {
        incoming_ended(end, network, dialled.again)
    }
}

fn outgoing_ended(end: &DialEnd, network: &Network, was_help: bool) -> Plan {
    let phone = Caller::of(&end.call, network).phone;
    let facts = facts(end, Direction::Outgoing);
    let mut events = vec![
        Event::new(UserEvent::OutgoingCall, phone, facts.clone()),
        Event::new(UserEvent::OutgoingDialStatus(end.status), phone, facts.clone()),
    ];
    if let Some(code) = error_of(end) {
        let error = |phone| Event::new(UserEvent::Error(code), phone, facts.clone());
        // It is the phone that was rung that somebody has to look after, where there was one.
        let rung =
            if code.is_unreachable() { outgoing::dialled_phones(&end.call, network) } else { Vec::new() };
        if rung.is_empty() {
            events.push(error(phone));
        }
        events.extend(rung.into_iter().map(|phone| error(Some(phone))));
    }
    let language = phone.map_or(network.language(), Extension::language);
    let tone = |why| reply::dial_tone(network, language, &why, &DialTone::first());
    // Answered by something, but nobody talked: of a call for help that is a failure (twilio.md, A.4: DialBridged tells, not the
    // status).
    let was_silent = was_help && end.bridged == Some(false) && end.status != DialStatus::Canceled;
    let reply = match why_not_connected(end).or_else(|| was_silent.then_some(Sentence::Failed)) {
        None => Response::new(),
        Some(_) if was_help => {
            events.push(Event::new(UserEvent::EmergencyFailed, phone, facts));
            tone(Sentence::NoHelp(network.help_number(phone)))
        }
        Some(why) => tone(why),
    };
    Plan { reply, events, decision: Decision::Ended }
}

/// The error of a Dial that connected nobody. Where somebody was connected, the error is another phone's, and which one is
/// only known from its leg's own callback.
fn error_of(end: &DialEnd) -> Option<ErrorCode> {
    let is_connected =
        end.bridged == Some(true) || matches!(end.status, DialStatus::Completed | DialStatus::Answered);
    end.error.filter(|code| !(is_connected && code.is_unreachable()))
}

/// An incoming call is filed under the phones that were rung. Where several share the number, each is filed: all
/// of them rang, and Twilio does not say here which one answered.
fn incoming_ended(end: &DialEnd, network: &Network, again: bool) -> Plan {
    let rung = incoming::rung(&end.call, network);
    let facts = facts(end, Direction::Incoming);
    let phones: Vec<Option<&Extension>> =
        if rung.is_empty() { vec![None] } else { rung.iter().copied().map(Some).collect() };
    let error = |phone| error_of(end).map(|code| Event::new(UserEvent::Error(code), phone, facts.clone()));
    let why = why_not_connected(end);
    if why == Some(Sentence::Unreachable) && !again && !rung.is_empty() {
        // The call goes on, so it is counted when the second Dial ends.
        let events = phones.into_iter().filter_map(error).collect();
        let dial = incoming::ring(&end.call, network, rung, LAST_DIAL_ACTION);
        let reply = Response::new().pause(BEFORE_RINGING_AGAIN).dial(dial);
        return Plan { reply, events, decision: Decision::RingAgain };
    }
    let mut events = Vec::new();
    for phone in phones {
        events.push(Event::new(UserEvent::IncomingCall, phone, facts.clone()));
        events.push(Event::new(UserEvent::IncomingDialStatus(end.status), phone, facts.clone()));
        events.extend(error(phone));
    }
    let language = rung.first().map_or(network.language(), |phone| phone.language());
    let say = |sentence| reply::say(&sentence, language);
    let reply = match why {
        None => Response::new(),
        Some(why) => Response::new().say(say(why)).say(say(Sentence::CallLater)).hangup(),
    };
    Plan { reply, events, decision: Decision::Ended }
}

/// The sentence for a caller who was not connected; nothing after a conversation or for a caller who hung up.
fn why_not_connected(end: &DialEnd) -> Option<Sentence> {
    if end.bridged == Some(true) {
        return None;
    }
    let unreachable = end.error.is_some_and(ErrorCode::is_unreachable);
    let does_not_exist = end.error.is_some_and(|code| matches!(code.value(), 13_223 | 13_224 | 13_226));
    match end.status {
        DialStatus::Completed | DialStatus::Answered | DialStatus::Canceled => None,
        DialStatus::NoAnswer | DialStatus::Failed if unreachable => Some(Sentence::Unreachable),
        // The number cannot exist, or Twilio knows no way to it.
        DialStatus::NoAnswer | DialStatus::Failed if does_not_exist => Some(Sentence::NotInService),
        DialStatus::Busy => Some(Sentence::Busy),
        DialStatus::NoAnswer => Some(Sentence::NoAnswer),
        DialStatus::Failed | DialStatus::Unknown => Some(Sentence::Failed),
    }
}

/// Takes note of a leg's end, or of a call's. Its outcome is counted where its Dial ends; what only the leg knows
/// is Twilio's error code, which is filed under the phone that was rung, or else the one that called.
#[must_use]
pub fn call_progress(progress: &CallProgress, network: &Network) -> Plan {
    let call = &progress.call;
    let called = phone_at(&call.to, network);
    let phone = called.or_else(|| Caller::of(call, network).phone);
    let direction =
        if called.is_some() && call.parent.is_some() { Direction::Incoming } else { Direction::Outgoing };
    let events = progress.error.map(|code| {
        let facts = CallFacts {
            sid: call.sid.clone(),
            direction: Some(direction),
            status: Some(progress.status.as_str()),
            duration_seconds: progress.duration_seconds,
            reason: None,
            error_code: Some(code),
        };
        Event::new(UserEvent::Error(code), phone, facts)
    });
    Plan { reply: Response::new(), events: events.into_iter().collect(), decision: Decision::Noted }
}

/// The phone with this address in this stage.
pub(crate) fn phone_at<'n>(address: &Address, network: &'n Network) -> Option<&'n Extension> {
    match address {
        Address::Sip(uri) if uri.is_host(&network.stage().sip_domain) => network.extension(uri.user()?),
        // A number says which phone only where it rings just one.
        Address::Number(text) => {
            let number = E164::parse(text).ok()?;
            let mut phones = network.phones_of(&number);
            phones.next().filter(|_| phones.next().is_none())
        }
        _ => None,
    }
}

/// Calls of the SIP domain come from phones; all others come from outside.
fn is_outgoing(call: &Call, network: &Network) -> bool {
    call.sip_domain.is_some()
        || matches!(&call.from, Address::Sip(uri) if uri.is_host(&network.stage().sip_domain))
        || matches!(&call.to, Address::Sip(_))
}

fn facts(end: &DialEnd, direction: Direction) -> CallFacts {
    CallFacts {
        sid: end.call.sid.clone(),
        direction: Some(direction),
        status: Some(end.status.as_str()),
        duration_seconds: Some(end.duration_seconds),
        reason: None,
        error_code: end.error,
    }
}

#[cfg(test)]
mod tests;
