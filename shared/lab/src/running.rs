//! The lab as a whole: an edge, a gateway, and calls.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use exchange::{Caller as Called, Setup, SipCaller, Target};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use webhook::{Address, is_same_domain};

use crate::authority::Authority;
use crate::call::{Call, Caller, Happening, Lab, Line};
use crate::edge::Noticed;
use crate::flow::Flow;
use crate::gateway::{DialogId, Sip};
use crate::message::{Message, address};
use crate::news::{Kind, Teller};
use crate::outside::{Behaviour, Far};
use crate::proxy::reached_at;
use crate::registrar::Registered;
use crate::sdp::Description;
use crate::shelf::{Shelf, Shelved};
use crate::switch::Beginning;

/// The path of the certificate, at the address where files are fetched.
pub const CERTIFICATE: &str = "/lab-ca.pem";

/// A lab that runs. Dropping it ends it.
pub struct Running {
    pub(crate) lab: Arc<Lab>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) shelf: Arc<Mutex<Shelf>>,
    pub(crate) doors: Doors,
    pub(crate) _tasks: JoinSet<()>,
}

/// Where a lab listens beside its edge.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Doors {
    pub(crate) files: Option<SocketAddr>,
    pub(crate) names: Option<SocketAddr>,
}

/// The calls under way.
pub(crate) struct Desk {
    pub(crate) account: String,
    pub(crate) public_url: String,
    pub(crate) fallback_url: Option<String>,
    pub(crate) calls: Mutex<Calls>,
}

#[derive(Default)]
pub(crate) struct Calls {
    count: u32,
    open: HashMap<u32, mpsc::UnboundedSender<Happening>>,
}

impl Running {
    /// Where phones connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.lab.edge.address()
    }

    /// Where phones connect over TLS.
    #[must_use]
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.lab.edge.tls_address()
    }

    /// Where files are fetched by HTTP.
    #[must_use]
    pub fn files_address(&self) -> Option<SocketAddr> {
        self.doors.files
    }

    /// Where phones ask for names.
    #[must_use]
    pub fn names_address(&self) -> Option<SocketAddr> {
        self.doors.names
    }

    /// Offers the certificate, as text and in the form that some telephones want.
    pub fn offer_certificate(&self, authority: &Authority) {
        let content_type = "application/x-x509-ca-cert";
        self.offer(CERTIFICATE, Shelved { content_type, bytes: authority.certificate().into() });
        if let Ok(bytes) = authority.certificate_der() {
            self.offer("/lab-ca.crt", Shelved { content_type, bytes });
        }
    }

    /// Offers a file by HTTP, at a path with its slash.
    pub fn offer(&self, path: impl Into<String>, file: Shelved) {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).insert(path.into(), file);
    }

    /// Whether a phone is registered.
    #[must_use]
    pub fn is_registered(&self, user: &str) -> bool {
        !self.lab.edge.at(user).is_empty()
    }

    /// How many calls are under way.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.desk.lock().open.len()
    }

    /// Decides the fate of all further calls to numbers outside.
    pub fn behave(&self, behaviour: Behaviour) {
        self.lab.outside.behave(behaviour);
    }

    /// The numbers outside that ring answer.
    pub fn answer(&self) {
        self.desk.tell_all(Far::Answers);
    }

    /// The numbers outside that talk or ring hang up.
    pub fn hang_up(&self) {
        self.desk.tell_all(Far::HangsUp);
    }

    /// Someone outside calls a number of the network.
    pub fn call_in(&self, from: &str, to: &str) {
        let called = Called::outside(self.desk.account.clone(), from, to);
        let (number, line) = self.desk.line();
        let teller = self.lab.teller.of(number);
        teller.tell(Kind::Dials, from, format!("{from} calls {to} from outside"));
        let setup = self.desk.setup(called, "/incoming");
        let caller = Caller::Outside { name: from.to_owned() };
        let (lab, desk) = (Arc::clone(&self.lab), Arc::clone(&self.desk));
        tokio::spawn(async move {
            Call::run(lab, teller, caller, setup, line).await;
            desk.lock().open.remove(&number);
        });
    }
}

impl Desk {
    fn lock(&self) -> std::sync::MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_all(&self, far: Far) {
        for call in self.lock().open.values() {
            let _ = call.send(Happening::AllFar(far));
        }
    }

    /// A number for a new call, and how it learns what happens.
    fn line(&self) -> (u32, Line) {
        let (happenings, inbox) = mpsc::unbounded_channel();
        let (sip_inbox, sip) = mpsc::unbounded_channel();
        let mut calls = self.lock();
        calls.count += 1;
        let number = calls.count;
        calls.open.insert(number, happenings.clone());
        (number, Line { happenings, inbox, sip_inbox, sip })
    }

    fn setup(&self, caller: Called, path: &str) -> Setup {
        let url = |path: &str| format!("{}{path}", self.public_url);
        let fallback = self.fallback_url.clone().unwrap_or_else(|| url(path));
        let mut seed = [0_u8; 16];
        let _ = getrandom::fill(&mut seed);
        Setup {
            caller,
            voice: Target::post(url(path)),
            fallback: Some(Target::post(fallback)),
            status_callback: Some(Target::post(url("/status/call"))),
            seed: u128::from_be_bytes(seed),
        }
    }
}

/// Tells who registers.
pub(crate) async fn notice(teller: Teller, mut notices: mpsc::UnboundedReceiver<Noticed>) {
    while let Some(noticed) = notices.recv().await {
        let (flow, registered) = match noticed {
            Noticed::Register { flow, registered } => (flow, registered),
            Noticed::NoTls { peer, why } => {
                let what = format!("no TLS with {peer}, who must trust the lab's certificate: {why}");
                teller.tell(Kind::NotRegistered, "", what);
                continue;
            }
        };
        match registered {
            Registered::Here { user, seconds } => {
                teller.tell(Kind::Registered, user, format!("registered from {flow} for {seconds} s"));
            }
            Registered::Gone { user } => teller.tell(Kind::Gone, user, "unregistered"),
            Registered::Asked { user } => teller.tell(Kind::Registered, user, "asks where it is registered"),
            Registered::Refused(code) => {
                let what = format!("a REGISTER from {flow} is refused");
                teller.tell_code(Kind::NotRegistered, "", what, Some(code.into()));
            }
            // Every registration begins so.
            Registered::Challenged => {}
        }
    }
}

/// Begins the calls of phones.
pub(crate) async fn begin(
    lab: Arc<Lab>,
    desk: Arc<Desk>,
    mut beginnings: mpsc::UnboundedReceiver<Beginning>,
) {
    while let Some(Beginning { calls, inbox, sender }) = beginnings.recv().await {
        let Sip::Calls { dialog, invite, user, flow, offer } = calls else { continue };
        let Some(caller) = caller(&lab, &desk, &invite, &user, flow) else {
            lab.switch.with(|gateway, now| gateway.refuse(dialog, 404, "Not Found", now));
            lab.switch.forget(dialog);
            lab.teller.tell_code(Kind::Rejected, user, "no such SIP domain", Some(404));
            continue;
        };
        if let Some(why) = refusal(lab.is_secure, flow, &offer) {
            lab.switch.with(|gateway, now| gateway.refuse(dialog, 488, "Not Acceptable Here", now));
            lab.switch.forget(dialog);
            lab.teller.tell_code(Kind::Rejected, user, why, Some(488));
            lab.teller.tell(Kind::Assumed, "call.secure", "such a call is refused with 488");
            continue;
        }
        let (lab, desk) = (Arc::clone(&lab), Arc::clone(&desk));
        tokio::spawn(async move {
            let (number, mut line) = desk.line();
            (line.sip, line.sip_inbox) = (inbox, sender);
            run(&lab, &desk, number, line, Phone { dialog, caller, flow, offer }).await;
            desk.lock().open.remove(&number);
        });
    }
}

/// Why a domain does not take a call, if it does not (Twilio's errors 32207 to 32209; a trace of both: eric-brechemier #8).
fn refusal(is_secure: bool, flow: Flow, offer: &Description) -> Option<&'static str> {
    match (is_secure, offer.is_secure, offer.crypto) {
        (true, ..) if !matches!(flow, Flow::Tls(_)) => {
            Some("the domain is secure, and the phone does not use TLS (32207)")
        }
        (true, false, _) => Some("the domain is secure, and the phone does not offer SRTP (32207)"),
        (true, true, None) => Some("the phone offers SRTP, and no key for AES_CM_128_HMAC_SHA1_80 (32207)"),
        (false, true, _) => Some("the phone insists on SRTP, and the domain is not secure (32208)"),
        (true, true, Some(_)) | (false, false, _) => None,
    }
}

/// A phone that calls.
struct Phone {
    dialog: DialogId,
    caller: Called,
    flow: Flow,
    offer: Description,
}

async fn run(lab: &Arc<Lab>, desk: &Desk, number: u32, line: Line, phone: Phone) {
    let Phone { dialog, caller, flow, offer } = phone;
    let teller = lab.teller.of(number);
    let named = |uri: &str| match Address::parse(uri) {
        Address::Sip(uri) => uri.user().unwrap_or_default().to_owned(),
        _ => uri.to_owned(),
    };
    let (name, dialled) = (named(&caller.from), named(&caller.to));
    teller.tell(Kind::Dials, &name, format!("{name} dials {dialled}"));
    let ip = reached_at(lab.edge.address(), flow.peer()).ip();
    let Ok(sound) = Call::sound(lab, &line.happenings, ip, true).await else {
        lab.switch.with(|gateway, now| gateway.refuse(dialog, 503, "Service Unavailable", now));
        lab.switch.forget(dialog);
        return teller.tell(Kind::Note, &name, "no port is free for the sound");
    };
    let setup = desk.setup(caller, "/outgoing");
    let caller = Caller::Phone { dialog, name, sound, offer: Box::new(offer) };
    Call::run(Arc::clone(lab), teller, caller, setup, line).await;
}

/// The calling phone as Twilio would know it; nothing if it calls another domain.
fn caller(lab: &Lab, desk: &Desk, invite: &Message, user: &str, flow: Flow) -> Option<Called> {
    let Address::Sip(to) = Address::parse(invite.uri()) else { return None };
    let is_here = is_same_domain(to.host(), &lab.domain)
        || to.host() == reached_at(lab.edge.address(), flow.peer()).ip().to_string();
    if !is_here {
        return None;
    }
    let from = address(invite.header("From").unwrap_or_default()).0.to_owned();
    let from = match Address::parse(&from) {
        Address::Sip(uri) => uri.user().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let mut caller = Called::phone(desk.account.clone(), &lab.domain, &from, to.user().unwrap_or_default());
    let own = invite.headers.iter().filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-"));
    caller.sip = Some(SipCaller {
        domain: lab.domain.clone(),
        call_id: invite.header("Call-ID").unwrap_or_default().to_owned(),
        source_ip: flow.peer().ip().to_string(),
        username: Some(user.to_owned()),
        headers: own.cloned().collect(),
    });
    Some(caller)
}
