//! Outgoing calls: the dial plan, rule by rule.

use numbers::E164;
use webhook::{Address, Call};

use crate::event::{CallFacts, Direction, Event, UserEvent};
use crate::plan::{Decision, Plan};
use crate::reading;
use crate::reason::Reason;
use crate::reply::{self, DIAL_ACTION, Line, Try};
use crate::speech::Sentence;
use crate::trail::{Refusal, Rule, Trail};
use network::{Asterisk, Extension, Network, Target};
use numbers::Keys;
use numbers::emergency::{self, Service};

/// Decides a call that a phone makes: what was dialled is the user part of `To`.
#[must_use]
pub fn outgoing(call: &Call, network: &Network, trail: &mut impl Trail) -> Plan {
    decide(&Dialling { call, network, text: call.to.dialled(), line: Line::Unanswered }, trail)
}

/// Decides what a caller dialled at the dial tone that Dialtone gave.
#[must_use]
pub fn digits(call: &Call, network: &Network, last: Try, trail: &mut impl Trail) -> Plan {
    let text = match (call.digits.as_deref().unwrap_or_default(), call.finished_on.as_deref()) {
        // The key that ends the input is not part of it: alone, it is what was dialled.
        ("", Some(key)) => key,
        (digits, _) => digits,
    };
    if Keys::read(text).is_empty() {
        let language = caller(call, network).map_or(network.language(), network::Extension::language);
        let reply = reply::dial_tone_after(network, language, Sentence::NothingDialled, Line::DialTone(last));
        return Plan { reply, events: Vec::new(), decision: Decision::Silence };
    }
    decide(&Dialling { call, network, text, line: Line::DialTone(last) }, trail)
}

/// What was dialled, by whom, where.
pub(crate) struct Dialling<'a> {
    pub(crate) call: &'a Call,
    pub(crate) network: &'a Network,
    pub(crate) text: &'a str,
    pub(crate) line: Line,
}

/// The phones of this network that a call was meant for, as far as its `To` tells.
pub(crate) fn dialled_phones<'n>(call: &'n Call, network: &'n Network) -> Vec<&'n Extension> {
    let dialling = Dialling { call, network, text: call.to.dialled(), line: Line::Unanswered };
    let keys = Keys::read(dialling.text);
    let Ok(phone) = caller(call, network) else { return Vec::new() };
    match ordinary_route(&dialling, &keys, phone, &mut ()) {
        Ok(Route::Phones(phones)) => phones,
        _ => Vec::new(),
    }
}

/// Where a call goes.
enum Route<'n> {
    Emergency(Service, E164),
    Pstn(E164, E164),
    Phones(Vec<&'n Extension>),
    Asterisk(&'n Asterisk, &'n str, &'n Extension),
}

/// The phone that makes the call, by its registered name.
///
/// # Errors
///
/// The reason to refuse whoever else it is.
pub(crate) fn caller<'n>(call: &Call, network: &'n Network) -> Result<&'n Extension, Reason> {
    let domain = &network.stage().sip_domain;
    if call.sip_domain.as_deref().is_some_and(|called| !webhook::is_same_domain(called, domain)) {
        return Err(Reason::ForeignDomain);
    }
    match &call.from {
        Address::Sip(uri) if uri.is_host(domain) => {
            uri.user().and_then(|user| network.extension(user)).ok_or(Reason::UnknownCaller)
        }
        Address::Sip(_) => Err(Reason::ForeignDomain),
        _ => Err(Reason::UnknownCaller),
    }
}

pub(crate) fn decide(dialling: &Dialling<'_>, trail: &mut impl Trail) -> Plan {
    let Dialling { call, network, line, .. } = *dialling;
    let keys = Keys::read(dialling.text);
    let service = emergency::recognize_keys(&keys);
    // An emergency call goes on without a known phone; every other call needs one.
    let phone = caller(call, network);
    let route = match service {
        Some(service) => emergency_route(service, phone.ok(), network, trail),
        None => {
            trail.note(Rule::Emergency, || "not an emergency number".into());
            phone
                .map_err(|reason| Rule::Caller.refuses(reason))
                .and_then(|phone| ordinary_route(dialling, &keys, phone, trail))
        }
    };
    let phone = phone.ok();
    let facts =
        CallFacts { sid: call.sid.clone(), direction: Some(Direction::Outgoing), ..CallFacts::default() };
    let mut events = vec![Event::new(UserEvent::DialOutgoing, phone, facts.clone())];
    let (reply, decision, event) = match route {
        Ok(route) => place(&route, network, phone),
        Err(Refusal { rule, reason }) => {
            trail.note(rule, || format!("refused: {}", reason.as_str()));
            let language = phone.map_or(network.language(), network::Extension::language);
            (reply::refuse(network, language, reason, line), Decision::Refused(reason), UserEvent::Reject)
        }
    };
    events.push(Event::new(event, phone, CallFacts { reason: decision.reason(), ..facts }));
    Plan { reply, events, decision }
}

/// Rule 1. The caller may be unknown: help is sent all the same, to the address of the network's own number.
fn emergency_route<'n>(
    service: Service,
    phone: Option<&'n Extension>,
    network: &'n Network,
    trail: &mut impl Trail,
) -> Result<Route<'n>, Refusal> {
    let caller_id = match phone {
        Some(phone) if !phone.emergency() => None,
        Some(phone) => phone.number().or(network.emergency_caller_id()),
        None => network.emergency_caller_id(),
    };
    trail.note(Rule::Emergency, || {
        let caller = phone.map_or("a phone that is not in the file", Extension::name);
        format!("{} from {caller}", service.number())
    });
    let refusal = Rule::Emergency.refuses(Reason::EmergencyDisabled);
    caller_id.map(|caller_id| Route::Emergency(service, *caller_id)).ok_or(refusal)
}

fn ordinary_route<'n>(
    dialling: &Dialling<'n>,
    keys: &Keys,
    phone: &'n Extension,
    trail: &mut impl Trail,
) -> Result<Route<'n>, Refusal> {
    let network = dialling.network;
    trail.note(Rule::Caller, || format!("{} is a phone of this network", phone.name()));
    let keys = keys.as_str();

    if let Some((code, target)) = code(keys, network, phone) {
        trail.note(Rule::Codes, || format!("{code} is a code"));
        return follow(target, network, phone);
    }
    trail.note(Rule::Codes, || "no code".into());

    if let Some(callee) = network.extension(dialling.text.trim()) {
        trail.note(Rule::Names, || format!("{} is a phone of this network", callee.name()));
        return if std::ptr::eq(callee, phone) {
            Err(Rule::Names.refuses(Reason::OwnNumber))
        } else {
            Ok(Route::Phones(vec![callee]))
        };
    }
    trail.note(Rule::Names, || "no phone of that name".into());

    if ["*67", "#31#", "*31#"].iter().any(|code| keys.starts_with(code)) {
        return Err(Rule::Codes.refuses(Reason::CallerIdBlock));
    }
    if keys.starts_with('*') || short_code(keys).is_some() {
        return Err(Rule::Codes.refuses(Reason::SpecialService));
    }
    number_route(keys, network, phone, trail)
}

/// Rule 3. A code as it stands, or a three-digit one as people dial it: 1-411, 9-411, 411#.
fn code<'n>(keys: &str, network: &'n Network, phone: &'n Extension) -> Option<(String, &'n Target)> {
    let found = |keys: &str| network.code(phone, keys).map(|target| (keys.to_owned(), target));
    found(keys).or_else(|| found(short_code(keys)?))
}

/// The three digits of a short code.
fn short_code(keys: &str) -> Option<&str> {
    let digits = keys.strip_prefix('+').unwrap_or(keys).trim_end_matches('#');
    let is_short = |digits: &&str| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit());
    [Some(digits), digits.strip_prefix('1'), digits.strip_prefix('9')].into_iter().flatten().find(is_short)
}

fn follow<'n>(target: &'n Target, network: &'n Network, phone: &'n Extension) -> Result<Route<'n>, Refusal> {
    match target {
        // Whoever wrote the file chose the number, so no policy stands in its way.
        Target::Dial(number) => match ours(number, network, phone) {
            Some(route) => route,
            None => pstn(*number, phone),
        },
        Target::Asterisk(context) => match network.asterisk() {
            Some(asterisk) => Ok(Route::Asterisk(asterisk, context, phone)),
            None => Err(Rule::Codes.refuses(Reason::SpecialService)),
        },
        Target::Extension(name) => match network.extension(name) {
            Some(callee) if std::ptr::eq(callee, phone) => Err(Rule::Codes.refuses(Reason::OwnNumber)),
            Some(callee) => Ok(Route::Phones(vec![callee])),
            None => Err(Rule::Codes.refuses(Reason::SpecialService)),
        },
    }
}

/// Rules 4 to 6.
fn number_route<'n>(
    keys: &str,
    network: &'n Network,
    phone: &'n Extension,
    trail: &mut impl Trail,
) -> Result<Route<'n>, Refusal> {
    let mut refusal = Rule::Number.refuses(Reason::InvalidNumber);
    for (i, number) in reading::candidates(keys, network, phone).iter().enumerate() {
        if reading::is_directory_assistance(number) {
            trail.note(Rule::Number, || "directory assistance, the same as 411".into());
            return network
                .code(phone, "411")
                .map_or(Err(Rule::Codes.refuses(Reason::SpecialService)), |target| {
                    follow(target, network, phone)
                });
        }
        if let Some(route) = ours(number, network, phone) {
            trail.note(Rule::Ours, || format!("{} is a number of this network", number.as_str()));
            return route;
        }
        match reading::exists(number, network) {
            Ok(found) => {
                trail.note(Rule::Number, || {
                    format!("{}, {}, {:?}", number.as_str(), found.region.as_str(), found.kind)
                });
                trail.note(Rule::Ours, || "not a number of this network".into());
                reading::permitted(number, &found, network, phone)
                    .map_err(|reason| Rule::Policy.refuses(reason))?;
                trail.note(Rule::Policy, || "allowed".into());
                return pstn(*number, phone);
            }
            // The likeliest reading says best what is wrong.
            Err(Reason::CountryNotAllowed) if i == 0 => {
                refusal = Rule::Policy.refuses(Reason::CountryNotAllowed);
            }
            Err(reason) if i == 0 => refusal = Rule::Number.refuses(reason),
            Err(_) => {}
        }
    }
    Err(refusal)
}

/// Rule 5. The phones that a number of the network's own rings, but for the caller.
fn ours<'n>(number: &E164, network: &'n Network, phone: &Extension) -> Option<Result<Route<'n>, Refusal>> {
    let mut phones = network.phones_of(number).peekable();
    phones.peek()?;
    let others: Vec<_> = phones.filter(|callee| !std::ptr::eq(*callee, phone)).collect();
    Some(if others.is_empty() {
        Err(Rule::Ours.refuses(Reason::OwnNumber))
    } else {
        Ok(Route::Phones(others))
    })
}

/// A call to the telephone network needs a caller id that the account owns (13214), so a phone that has none
/// reaches only phones of this network.
fn pstn<'n>(number: E164, phone: &Extension) -> Result<Route<'n>, Refusal> {
    phone
        .caller_id()
        .map(|caller_id| Route::Pstn(number, *caller_id))
        .ok_or(Rule::Policy.refuses(Reason::Blocked))
}

/// Rule 7.
fn place(
    route: &Route<'_>,
    network: &Network,
    phone: Option<&Extension>,
) -> (twiml::Response, Decision, UserEvent) {
    match route {
        Route::Emergency(service, caller_id) => {
            let decision = match service {
                Service::Emergency => Decision::Emergency,
                Service::AddressTest => Decision::AddressTest,
            };
            (reply::dial_emergency(*service, caller_id), decision, UserEvent::DialEmergency)
        }
        Route::Pstn(number, caller_id) => {
            (reply::dial_number(network, number, caller_id), Decision::Pstn, UserEvent::DialPstn)
        }
        Route::Phones(phones) => {
            let caller_id = phone.and_then(|phone| phone.caller_id().map(E164::as_str));
            let dial = reply::dial_phones(network, phones.iter().copied(), caller_id, DIAL_ACTION);
            (twiml::Response::new().dial(dial), Decision::Extension, UserEvent::DialExtension)
        }
        Route::Asterisk(asterisk, context, phone) => {
            let reply = reply::dial_asterisk(network, asterisk, context, phone);
            (reply, Decision::Asterisk, UserEvent::DialSipAsterisk)
        }
    }
}

#[cfg(test)]
mod tests;
