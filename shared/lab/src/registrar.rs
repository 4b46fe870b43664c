//! The registrar of one SIP domain: who is where (RFC 3261, section 10, as Twilio does it).

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use webhook::{Address, is_same_domain};

use crate::digest::{Challenges, Verdict};
use crate::flow::Flow;
use crate::message::{Message, address, parameter};

/// The least and the most that a phone may be registered for, in seconds: below is refused with 423, above is cut
/// (<https://www.twilio.com/docs/voice/api/sip-registration>; the cut was seen live).
const EXPIRY: (u64, u64) = (600, 3600);

/// How many places one user may be registered at (Twilio's error 32007 beyond).
const MOST_BINDINGS: usize = 10;

/// Where a phone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The URI that it gave.
    pub contact: String,
    /// Where its REGISTER came from: requests go there, whatever the contact says, as behind NAT they must.
    pub flow: Flow,
    /// When it is forgotten.
    pub until: Instant,
}

/// The phones of a domain.
pub struct Registrar {
    domain: String,
    /// Passwords by user name.
    passwords: HashMap<String, String>,
    challenges: Challenges,
    bindings: BTreeMap<String, Vec<Binding>>,
}

/// The outcome of a REGISTER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// A phone is at a new or the same place, for so many seconds.
    Here {
        /// The user.
        user: String,
        /// For how many seconds.
        seconds: u64,
    },
    /// A phone went.
    Gone {
        /// The user.
        user: String,
    },
    /// Somebody asked where a phone is.
    Asked {
        /// The user.
        user: String,
    },
    /// A password was asked for.
    Challenged,
    /// It was refused, with this status.
    Refused(u16),
}

impl Registrar {
    /// The registrar of `domain`, such as `demo.sip.twilio.com`, for users with their passwords.
    #[must_use]
    pub fn new(domain: impl Into<String>, passwords: HashMap<String, String>) -> Self {
        Self {
            domain: domain.into(),
            passwords,
            challenges: Challenges::default(),
            bindings: BTreeMap::new(),
        }
    }

    /// Where a user is.
    #[must_use]
    pub fn at(&self, user: &str, now: Instant) -> Vec<Binding> {
        let bindings = self.bindings.get(user).into_iter().flatten();
        bindings.filter(|binding| binding.until > now).cloned().collect()
    }

    /// Judges who sends a request that is no REGISTER.
    #[must_use]
    pub fn judge(&self, request: &Message, now: Instant) -> Verdict {
        self.challenges.judge(request, |user| self.passwords.get(user).cloned(), now)
    }

    /// Asks for a password.
    pub fn ask(&mut self, request: &Message, stale: bool, now: Instant) -> Message {
        self.challenges.ask(request, stale, now)
    }

    /// Answers a REGISTER that came over `flow`.
    pub fn register(&mut self, request: &Message, flow: Flow, now: Instant) -> (Message, Registered) {
        let refuse =
            |code: u16, reason: &str| (Message::response(request, code, reason), Registered::Refused(code));
        match Address::parse(request.uri()) {
            // Seen in a trace (espressif/esp-adf #791); the status is assumed.
            Address::Sip(uri) if uri.user().is_some() => return refuse(400, "Bad Request"),
            Address::Sip(uri) if is_same_domain(uri.host(), &self.domain) => {}
            // Twilio's error 32002: no such domain.
            _ => return refuse(404, "Not Found"),
        }
        match self.judge(request, now) {
            Verdict::User(_) => {}
            Verdict::Ask { stale } => {
                return (self.challenges.ask(request, stale, now), Registered::Challenged);
            }
            Verdict::Wrong => return refuse(403, "Forbidden"),
        }
        let Address::Sip(to) = Address::parse(address(request.header("To").unwrap_or_default()).0) else {
            return refuse(400, "Bad Request");
        };
        let Some(user) = to.user().map(str::to_owned) else { return refuse(400, "Bad Request") };
        let mut bindings = self.at(&user, now);
        let contacts = request.list("Contact");
        let default = request.header("Expires").and_then(|text| text.parse().ok()).unwrap_or(EXPIRY.1);
        let mut registered = Registered::Asked { user: user.clone() };
        for contact in contacts {
            if contact == "*" {
                if default != 0 {
                    return refuse(400, "Bad Request");
                }
                bindings.clear();
                registered = Registered::Gone { user: user.clone() };
                continue;
            }
            let uri = address(contact).0.trim().to_owned();
            let wanted = parameter(contact, "expires").and_then(|text| text.parse().ok()).unwrap_or(default);
            bindings.retain(|binding| binding.contact != uri);
            if wanted == 0 {
                registered = Registered::Gone { user: user.clone() };
                continue;
            }
            if wanted < EXPIRY.0 {
                let refusal = Message::response(request, 423, "Interval Too Brief");
                return (refusal.with("Min-Expires", EXPIRY.0.to_string()), Registered::Refused(423));
            }
            if bindings.len() >= MOST_BINDINGS {
                // Twilio's error 32007; the status is assumed.
                return refuse(403, "Forbidden");
            }
            let seconds = wanted.min(EXPIRY.1);
            bindings.push(Binding { contact: uri, flow, until: now + Duration::from_secs(seconds) });
            registered = Registered::Here { user: user.clone(), seconds };
        }
        let mut response = Message::response(request, 200, "OK");
        for binding in &bindings {
            let left = binding.until.saturating_duration_since(now).as_secs();
            response = response.with("Contact", format!("<{}>;expires={left}", binding.contact));
        }
        self.bindings.insert(user, bindings);
        (response, registered)
    }
}
