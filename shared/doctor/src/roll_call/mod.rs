//! The roll call: phones that are registered, as the registrar says.

mod judge;

use network::{Extension, Finding, Network};
use registrations::{AskError, Authority, Phone, Registrar, Registration, ask};
use secret::Secret;
use serde_json::{Value, json};

use crate::report::Row;

/// The longest that Twilio keeps a registration, in seconds
/// (<https://www.twilio.com/docs/voice/api/sip-registration>).
const LONGEST: u32 = 3600;

/// How often a person who waits is told how far it is, in phones.
const TOLD_EVERY: usize = 10;

/// The registrar's answers about every phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollCall {
    /// The phones, in the order of the file.
    pub phones: Vec<Attendance>,
}

/// The registrar's answer about a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    /// The phone's name in the file.
    pub phone: String,
    /// The answer.
    pub presence: Presence,
}

/// Where a phone is, or why that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// The phone is registered at these places, one at least.
    At(Vec<Place>),
    /// The phone is not registered, so it cannot ring.
    Nowhere,
    /// The password that is kept here is not the phone's.
    WrongPassword,
    /// No password is kept here.
    NoPassword,
    /// The registrar refuses to say, with this SIP status. A 403 may also be its answer to a wrong password.
    Refused(u16),
    /// Nobody could be asked, or nobody answered, and why.
    NotAsked(Finding),
}

/// One place where a phone is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The host of its address.
    pub host: String,
    /// For how many seconds more; none if the registrar does not say.
    pub left: Option<u32>,
    /// How many seconds ago it was renewed at the most. A registrar tells only what is left, so this is what was asked for,
    /// less what is left: 600 s for a phone whose file Dialtone makes, or else the longest that Twilio takes.
    pub renewed: Option<u32>,
}

/// By which way the registrar is asked.
#[derive(Debug, Default)]
pub struct Way {
    /// The registrar of all phones. Without one, each phone's edge of Twilio's is asked, over TLS.
    pub registrar: Option<Registrar>,
    /// An authority that may vouch for the registrar besides the usual ones.
    pub authority: Option<Authority>,
}

impl RollCall {
    /// Asks about every phone of the stage, a few in a second, and changes nothing.
    ///
    /// `password` knows the passwords. `tell` gets a line from time to time.
    pub fn ask(
        network: &Network,
        password: &dyn Fn(&str) -> Option<Secret>,
        way: &Way,
        tell: &dyn Fn(&str),
    ) -> Self {
        let mut phones: Vec<_> = network
            .extensions()
            .iter()
            .map(|phone| Attendance { phone: phone.name().to_owned(), presence: Presence::NoPassword })
            .collect();
        for registrar in registrars(network, way) {
            let (mut at, mut asked) = (Vec::new(), Vec::new());
            for (index, phone) in network.extensions().iter().enumerate() {
                if registrar_of(network, phone, way) == registrar
                    && let Some(password) = password(phone.name())
                {
                    at.push((index, phone));
                    asked.push(Phone { user: phone.name().to_owned(), password });
                }
            }
            if asked.is_empty() {
                continue;
            }
            let count = asked.len();
            let told = |done: usize| {
                if done.is_multiple_of(TOLD_EVERY) {
                    tell(&format!("asked the registrar about {done} of {count} phones"));
                }
            };
            let domain = &network.stage().sip_domain;
            let said = ask(&registrar, domain, &asked, way.authority.as_ref(), &told);
            for (place, (index, phone)) in at.into_iter().enumerate() {
                let presence = match &said {
                    Ok(said) => said.get(place).map(|registration| Presence::of(registration, phone)),
                    Err(error) => Some(Presence::NotAsked(no_way(error))),
                };
                if let (Some(attendance), Some(presence)) = (phones.get_mut(index), presence) {
                    attendance.presence = presence;
                }
            }
        }
        Self { phones }
    }

    /// The rows of the doctor's report.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        judge::rows(&self.phones)
    }

    /// A list of objects, with the names that `docs/doctor.md` documents.
    #[must_use]
    pub fn as_json(&self) -> Value {
        self.phones.iter().map(Attendance::as_json).collect()
    }
}

impl Attendance {
    fn as_json(&self) -> Value {
        let (status, why, places) = match &self.presence {
            Presence::Refused(status) => (Some(status), None, &[][..]),
            Presence::NotAsked(why) => (None, Some(&why.what), &[][..]),
            Presence::At(places) => (None, None, places.as_slice()),
            _ => (None, None, &[][..]),
        };
        let places: Vec<_> = places
            .iter()
            .map(|place| {
                let Place { host, left, renewed } = place;
                json!({"host": host, "expires_in_seconds": left, "renewed_at_most_seconds_ago": renewed})
            })
            .collect();
        json!({
            "phone": self.phone, "state": self.presence.as_str(), "status": status, "why": why, "places": places,
        })
    }
}

impl Presence {
    /// The word in JSON and in tables.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::At(_) => "registered",
            Self::Nowhere => "not registered",
            Self::WrongPassword => "wrong password",
            Self::NoPassword => "no password",
            Self::Refused(_) => "refused",
            Self::NotAsked(_) => "unknown",
        }
    }

    fn of(registration: &Registration, phone: &Extension) -> Self {
        // A phone that asks for more than its file says has another file.
        let asked = if phone.device().is_some() { devices::EXPIRY_SECONDS } else { LONGEST };
        match registration {
            Registration::At(bindings) if bindings.is_empty() => Self::Nowhere,
            Registration::At(bindings) => Self::At(
                bindings
                    .iter()
                    .map(|binding| {
                        let renewed = binding
                            .expires
                            .and_then(|left| asked.checked_sub(left).or(LONGEST.checked_sub(left)));
                        Place { host: binding.host.clone(), left: binding.expires, renewed }
                    })
                    .collect(),
            ),
            Registration::WrongPassword => Self::WrongPassword,
            Registration::Refused { status: 403, after_password: true } => Self::Refused(403),
            Registration::Refused { status, .. } => Self::Refused(*status),
            Registration::Unanswerable => {
                Self::NotAsked(Finding::new("", "the registrar asks for a password in an unknown way", CALLS))
            }
            Registration::Silent => {
                Self::NotAsked(Finding::new("", "the registrar does not answer", "run the doctor again"))
            }
        }
    }
}

/// The remedy where the registrar tells nothing.
const CALLS: &str = "go by the rows about calls";

fn no_way(error: &AskError) -> Finding {
    Finding::new(
        "",
        error.to_string(),
        "see whether this machine may connect to that port, then run the doctor again",
    )
}

fn registrar_of(network: &Network, phone: &Extension, way: &Way) -> Registrar {
    way.registrar.clone().unwrap_or_else(|| Registrar::at_edge(network.edge_of(phone)))
}

/// Every registrar, once.
fn registrars(network: &Network, way: &Way) -> Vec<Registrar> {
    let mut found = Vec::new();
    for phone in network.extensions() {
        let registrar = registrar_of(network, phone, way);
        if !found.contains(&registrar) {
            found.push(registrar);
        }
    }
    found
}
