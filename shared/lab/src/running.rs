//! The lab as a whole: an edge, a gateway, and calls.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use exchange::{Caller as Called, Setup, SipCaller, Target};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use webhook::{Address, is_same_domain};

use crate::call::{Call, Caller, Happening, Lab, Line};
use crate::edge::{Edge, Flow, Noticed};
use crate::gateway::{DialogId, Sip};
use crate::loss::Loss;
use crate::message::{Message, address};
use crate::news::{Kind, News, Teller};
use crate::outside::{Behaviour, Far, Outside};
use crate::proxy::reached_at;
use crate::registrar::{Registered, Registrar};
use crate::sdp::Description;
use crate::service::Service;
use crate::switch::{Beginning, Switch};
use crate::voice::Voice;

/// What the lab stands in for.
pub struct Plan {
    /// The SIP domain, such as `demo.sip.twilio.com`.
    pub domain: String,
    /// `AccountSid`.
    pub account: String,
    /// The phones: passwords by user name.
    pub passwords: HashMap<String, String>,
    /// Where Twilio would ask: scheme and host of the service.
    pub public_url: String,
    /// What Twilio would ask if that fails; by default the same again, as `dialtone apply` sets it.
    pub fallback_url: Option<String>,
    /// Where phones connect.
    pub listen: SocketAddr,
    /// What speaks.
    pub voice: Voice,
    /// How many datagrams get lost on the way.
    pub loss: Loss,
}

/// A lab that runs. Dropping it ends it.
pub struct Running {
    lab: Arc<Lab>,
    desk: Arc<Desk>,
    _tasks: JoinSet<()>,
}

/// The calls under way.
struct Desk {
    account: String,
    public_url: String,
    fallback_url: Option<String>,
    calls: Mutex<Calls>,
}

#[derive(Default)]
struct Calls {
    count: u32,
    open: HashMap<u32, mpsc::UnboundedSender<Happening>>,
}

impl Running {
    /// Starts a lab. What happens comes out of the second part.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub async fn start(
        plan: Plan,
        service: Arc<dyn Service>,
    ) -> io::Result<(Self, mpsc::UnboundedReceiver<News>)> {
        let registrar = Registrar::new(plan.domain.clone(), plan.passwords);
        let (edge, notices) = Edge::listen_with(plan.listen, registrar, plan.loss).await?;
        let edge = Arc::new(edge);
        let (sender, news) = mpsc::unbounded_channel();
        let teller = Teller::new(sender);
        let mut tasks = JoinSet::new();
        let (switch, beginnings) = Switch::start(&edge, &mut tasks);
        let lab = Arc::new(Lab {
            edge,
            switch,
            service,
            voice: Arc::new(plan.voice),
            outside: Outside::default(),
            domain: plan.domain,
            teller: teller.clone(),
            loss: plan.loss,
        });
        let desk = Arc::new(Desk {
            account: plan.account,
            public_url: plan.public_url,
            fallback_url: plan.fallback_url,
            calls: Mutex::default(),
        });
        tasks.spawn(notice(teller, notices));
        tasks.spawn(begin(Arc::clone(&lab), Arc::clone(&desk), beginnings));
        Ok((Self { lab, desk, _tasks: tasks }, news))
    }

    /// Where phones connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.lab.edge.address()
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

    /// What happens from here on to calls to numbers outside.
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
async fn notice(teller: Teller, mut notices: mpsc::UnboundedReceiver<Noticed>) {
    while let Some(Noticed { flow, registered }) = notices.recv().await {
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
async fn begin(lab: Arc<Lab>, desk: Arc<Desk>, mut beginnings: mpsc::UnboundedReceiver<Beginning>) {
    while let Some(Beginning { calls, inbox, sender }) = beginnings.recv().await {
        let Sip::Calls { dialog, invite, user, flow, offer } = calls else { continue };
        let Some(caller) = caller(&lab, &desk, &invite, &user, flow) else {
            lab.switch.with(|gateway, now| gateway.refuse(dialog, 404, "Not Found", now));
            lab.switch.forget(dialog);
            lab.teller.tell_code(Kind::Rejected, user, "no such SIP domain", Some(404));
            continue;
        };
        if offer.is_secure {
            // Twilio's error 32208: SRTP on a domain that is not secure (eric-brechemier #8).
            lab.switch.with(|gateway, now| gateway.refuse(dialog, 488, "Not Acceptable Here", now));
            lab.switch.forget(dialog);
            lab.teller.tell_code(Kind::Rejected, user, "SRTP, and the domain is not secure", Some(488));
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
    let Ok(sound) = Call::sound(&line.happenings, ip, true, lab.loss).await else {
        lab.switch.with(|gateway, now| gateway.refuse(dialog, 503, "Service Unavailable", now));
        lab.switch.forget(dialog);
        return teller.tell(Kind::Note, &name, "no port is free for the sound");
    };
    let setup = desk.setup(caller, "/outgoing");
    let caller = Caller::Phone { dialog, name, sound, offer };
    Call::run(Arc::clone(lab), teller, caller, setup, line).await;
}

/// What Twilio would know of a phone that calls; nothing if it calls another domain.
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
