//! Outgoing calls: the dial plan, rule by rule.

use network::{Asterisk, Extension, Network, Target};
use numbers::E164;
use numbers::emergency::{Country, Service};
use webhook::Call;

use crate::caller::Caller;
use crate::dialled::{Dialled, Meaning, ServiceCode};
use crate::event::{CallFacts, Direction, Event, UserEvent};
use crate::plan::{Decision, Plan};
use crate::reading::{self, Reading};
use crate::reason::Reason;
use crate::reply::{self, DIAL_ACTION, DialTone, Line};
use crate::speech::Sentence;
use crate::trail::{Detail, Refusal, Rule, Trail};

/// Decides a call that a phone makes: what was dialled is the user part of `To`.
#[must_use]
pub fn outgoing(call: &Call, network: &Network, trail: &mut impl Trail) -> Plan {
    let caller = Caller::of(call, network);
    let dialled = Dialled::read(call.to.dialled(), &network.help_regions(caller.phone));
    decide(&Dialling { call, caller, network, dialled, line: Line::Unanswered }, trail)
}

/// Decides what a caller dialled at the dial tone that Dialtone gave.
#[must_use]
pub fn digits(call: &Call, network: &Network, tone: &DialTone, trail: &mut impl Trail) -> Plan {
    let text = match (call.digits.as_deref().unwrap_or_default(), call.finished_on.as_deref()) {
        // The key that ends the input is not part of it: alone, it is what was dialled.
        ("", Some(key)) => key,
        (digits, _) => digits,
    };
    let caller = Caller::of(call, network);
    let dialled = Dialled::read_after(tone.begun(), text, &network.help_regions(caller.phone));
    if dialled.is_empty() {
        let language = caller.phone.map_or(network.language(), Extension::language);
        let next = tone.next(dialled.begun.as_deref());
        let reply = reply::dial_tone_or_goodbye(network, language, &Sentence::NothingDialled, next);
        return Plan { reply, events: Vec::new(), decision: Decision::Silence };
    }
    decide(&Dialling { call, caller, network, dialled, line: Line::DialTone(tone) }, trail)
}

/// One dialled address, with its caller and the network.
pub(crate) struct Dialling<'a> {
    pub(crate) call: &'a Call,
    pub(crate) caller: Caller<'a>,
    pub(crate) network: &'a Network,
    pub(crate) dialled: Dialled<'a>,
    pub(crate) line: Line<'a>,
}

/// The phones of this network that a call was meant for, as far as its `To` tells.
pub(crate) fn dialled_phones<'n>(call: &'n Call, network: &'n Network) -> Vec<&'n Extension> {
    let caller = Caller::of(call, network);
    let Ok(phone) = caller.known() else { return Vec::new() };
    let dialled = Dialled::read(call.to.dialled(), &network.help_regions(caller.phone));
    match ordinary_route(&dialled, network, phone, &mut ()) {
        Ok(Route::Phones(phones)) => {
            // The route may borrow from what was dialled; the phones are the network's.
            phones.iter().filter_map(|phone| network.extension(phone.name())).collect()
        }
        _ => Vec::new(),
    }
}

/// Where a call goes.
enum Route<'n> {
    /// The number that Twilio is told, and the caller id.
    Emergency(Service, String, E164),
    /// A number, and the caller id.
    Pstn(E164, E164),
    Phones(Vec<&'n Extension>),
    Asterisk(&'n Asterisk, &'n str, &'n Extension),
}

pub(crate) fn decide(dialling: &Dialling<'_>, trail: &mut impl Trail) -> Plan {
    let Dialling { call, caller, network, ref dialled, line } = *dialling;
    // An emergency call goes on without a known phone; every other call needs one.
    let route = match dialled.help {
        Some(service) => emergency_route(service, caller.phone, network, trail),
        None => {
            trail.note(Rule::Emergency, || "not an emergency number".into());
            let known = caller.known().map_err(|reason| Rule::Caller.refuses(reason));
            known.and_then(|phone| ordinary_route(dialled, network, phone, trail))
        }
    };
    let phone = caller.phone;
    let facts =
        CallFacts { sid: call.sid.clone(), direction: Some(Direction::Outgoing), ..CallFacts::default() };
    let mut events = vec![Event::new(UserEvent::DialOutgoing, phone, facts.clone())];
    let (reply, decision, event) = match route {
        Ok(route) => place(&route, network, phone),
        Err(refusal) => {
            trail.note(refusal.rule, || format!("refused: {}", refusal.reason.as_str()));
            let language = phone.map_or(network.language(), Extension::language);
            let reply = reply::refuse(
                network,
                language,
                &told(refusal, network, phone),
                refusal.reason,
                line,
                dialled,
            );
            (reply, Decision::Refused(refusal.reason), UserEvent::Reject)
        }
    };
    events.push(Event::new(event, phone, CallFacts { reason: decision.reason(), ..facts.clone() }));
    if matches!(dialled.help, Some(Service::Emergency(_))) && decision.reason().is_some() {
        // The reason stands with `reject`; consumers expect it there alone.
        events.push(Event::new(UserEvent::EmergencyRefused, phone, facts));
    }
    Plan { reply, events, decision }
}

/// The sentence that tells a caller of a refusal.
fn told(refusal: Refusal, network: &Network, phone: Option<&Extension>) -> Sentence {
    match (refusal.reason, refusal.detail) {
        (Reason::EmergencyDisabled, _) => Sentence::NoEmergencyCalls(network.help_number(phone)),
        (_, Some(Detail::TooLong)) => Sentence::TooLong,
        (_, Some(Detail::ShortCode)) => Sentence::ShortCode,
        (_, Some(Detail::Extension)) => Sentence::NoExtension,
        (_, Some(Detail::Shown)) => Sentence::AlwaysShown,
        (reason, None) => Sentence::Refusal(reason),
    }
}

/// Rule 1. The caller may be unknown: help is sent all the same, to the address of the network's own number.
///
/// What is dialled is valid in the country of the caller id that is shown; Twilio refuses everything else.
fn emergency_route<'n>(
    service: Service,
    phone: Option<&'n Extension>,
    network: &'n Network,
    trail: &mut impl Trail,
) -> Result<Route<'n>, Refusal> {
    let may_call = network.emergency_calling() != network::EmergencyCalling::None
        && phone.is_none_or(Extension::emergency);
    // Where Twilio places no call for the phone's own number, it may for the network's.
    let candidates = [network.help_caller_id(phone), network.emergency_caller_id()];
    let shown = candidates.into_iter().flatten().filter(|_| may_call).find_map(|number| {
        let country = number.region().and_then(Country::of)?;
        // 933 exists in North America only.
        let fits = service != Service::AddressTest || country.has_address_test();
        fits.then(|| (country.dial(service), *number))
    });
    trail.note(Rule::Emergency, || {
        let caller = phone.map_or("a phone that is not in the file", Extension::name);
        let dialled = shown.as_ref().map_or("a call for help", |(number, _)| number.as_str());
        format!("{dialled} from {caller}")
    });
    let refusal = Rule::Emergency.refuses(Reason::EmergencyDisabled);
    shown.map(|(number, caller_id)| Route::Emergency(service, number, caller_id)).ok_or(refusal)
}

/// Rules 2 to 6.
fn ordinary_route<'n>(
    dialled: &'n Dialled<'_>,
    network: &'n Network,
    phone: &'n Extension,
    trail: &mut impl Trail,
) -> Result<Route<'n>, Refusal> {
    trail.note(Rule::Caller, || format!("{} is a phone of this network", phone.name()));
    let meaning = dialled.meaning(network, phone);
    if let Meaning::Code(code, target) = meaning {
        trail.note(Rule::Codes, || format!("{code} is a code"));
        return follow(target, network, phone);
    }
    trail.note(Rule::Codes, || "no code".into());
    if let Meaning::Name(callee) = meaning {
        trail.note(Rule::Names, || format!("{} is a phone of this network", callee.name()));
        return if std::ptr::eq(callee, phone) {
            Err(Rule::Names.refuses(Reason::OwnNumber))
        } else {
            Ok(Route::Phones(vec![callee]))
        };
    }
    trail.note(Rule::Names, || "no phone of that name".into());
    match meaning {
        Meaning::Hidden => Err(Rule::Codes.refuses(Reason::CallerIdBlock)),
        Meaning::Service(ServiceCode::Star) => Err(Rule::Codes.refuses(Reason::SpecialService)),
        Meaning::Service(ServiceCode::Shown) => {
            Err(Rule::Codes.refuses_because(Reason::SpecialService, Detail::Shown))
        }
        Meaning::Service(ServiceCode::Short) => {
            Err(Rule::Codes.refuses_because(Reason::SpecialService, Detail::ShortCode))
        }
        Meaning::Number(keys) => number_route(keys, network, phone, trail),
        Meaning::Code(..) | Meaning::Name(_) => Err(Rule::Number.refuses(Reason::InvalidNumber)),
    }
}

fn follow<'n>(target: &'n Target, network: &'n Network, phone: &'n Extension) -> Result<Route<'n>, Refusal> {
    match target {
        // The author of the file chose the number, so no policy stands in its way.
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
    let Reading { numbers, has_extension } = reading::read(keys, network, phone);
    if has_extension {
        return Err(Rule::Number.refuses_because(Reason::InvalidNumber, Detail::Extension));
    }
    let mut refusal = None;
    for number in &numbers {
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
            Err(reason) => {
                let rule = if reason == Reason::CountryNotAllowed { Rule::Policy } else { Rule::Number };
                // The likeliest reading, which comes first, says best what is wrong.
                refusal.get_or_insert(rule.refuses(reason));
            }
        }
    }
    Err(refusal.filter(|refusal| refusal.reason != Reason::InvalidNumber).unwrap_or_else(|| {
        if reading::is_short_number(keys, network) {
            Rule::Codes.refuses_because(Reason::SpecialService, Detail::ShortCode)
        } else if reading::is_too_long(keys, network, phone) {
            Rule::Number.refuses_because(Reason::InvalidNumber, Detail::TooLong)
        } else {
            Rule::Number.refuses(Reason::InvalidNumber)
        }
    }))
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
        Route::Emergency(service, number, caller_id) => {
            let (decision, event) = match service {
                Service::Emergency(_) => (Decision::Emergency, UserEvent::DialEmergency),
                Service::AddressTest => (Decision::AddressTest, UserEvent::DialAddressTest),
            };
            (reply::dial_emergency(*service, number, caller_id), decision, event)
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
mod help_tests;
#[cfg(test)]
mod tests;
