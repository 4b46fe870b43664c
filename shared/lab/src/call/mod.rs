//! One call: the third host of `exchange`. It has sound, sockets and a clock, and no opinion on what Twilio does.

mod alert;
mod answering;
mod legs;
mod outside;
mod playing;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use exchange::{
    Exchange, FetchError, Input, LegCause, LegEnd, LegId, Output, Party, PlaybackId, Request, Rule, Setup,
    TimerId,
};
use jiff::Timestamp;
use tokio::sync::mpsc;

use self::alert::About;
use self::legs::{Far as LegFar, Leg};
use crate::edge::Edge;
use crate::gateway::{DialogId, Sip};
use crate::loss::Loss;
use crate::media::{Media, Noted, Wire};
use crate::news::{Kind, Teller};
use crate::outside::{Far, Outside};
use crate::sdp::Description;
use crate::service::{Answer, Service};
use crate::srtp::MasterKey;
use crate::switch::Switch;
use crate::voice::Voice;

/// The state that all calls share.
pub(crate) struct Lab {
    pub(crate) edge: Arc<Edge>,
    pub(crate) switch: Arc<Switch>,
    pub(crate) service: Arc<dyn Service>,
    pub(crate) voice: Arc<Voice>,
    pub(crate) outside: Outside,
    pub(crate) domain: String,
    pub(crate) teller: Teller,
    /// The loss of datagrams between phones and the lab.
    pub(crate) loss: Loss,
    /// `AccountSid`.
    pub(crate) account: String,
    /// The URL of the account's debugger webhook.
    pub(crate) debugger: String,
    /// Whether the domain takes TLS and SRTP alone.
    pub(crate) is_secure: bool,
}

impl Lab {
    /// How the sound of a new leg goes over the wire.
    ///
    /// # Errors
    ///
    /// There is no randomness for its key.
    pub(crate) fn wire(&self) -> std::io::Result<Wire> {
        let key = || MasterKey::random().ok_or_else(|| std::io::Error::other("there is no randomness"));
        let key = if self.is_secure { Some(key()?) } else { None };
        Ok(Wire { loss: self.loss, key })
    }
}

/// A sound that is played on a leg: for the exchange, or the lab's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Played {
    Exchange(PlaybackId),
    /// Ring-back, greetings.
    Own,
}

pub(crate) type Sound = Media<Played>;

/// Something that happened to a call.
pub(crate) enum Happening {
    /// A sound is made, and can be played.
    Made {
        id: Played,
        samples: Arc<[i16]>,
        times: Option<u32>,
    },
    Played(PlaybackId),
    Key(char),
    Fetched(Result<Answer, FetchError>),
    Timer(TimerId),
    /// Someone in the telephone network does something.
    Far(LegId, Far),
    /// The same on every leg that leads outside.
    AllFar(Far),
}

/// The caller.
pub(crate) enum Caller {
    /// A phone.
    Phone { dialog: DialogId, name: String, sound: Sound, offer: Box<Description> },
    /// Someone outside, who hears nothing.
    Outside { name: String },
}

impl Caller {
    fn name(&self) -> &str {
        match self {
            Self::Phone { name, .. } | Self::Outside { name } => name,
        }
    }

    fn sound(&self) -> Option<&Sound> {
        match self {
            Self::Phone { sound, .. } => Some(sound),
            Self::Outside { .. } => None,
        }
    }
}

/// The ways by which a call learns what happens.
pub(crate) struct Line {
    pub(crate) happenings: mpsc::UnboundedSender<Happening>,
    pub(crate) inbox: mpsc::UnboundedReceiver<Happening>,
    pub(crate) sip_inbox: mpsc::UnboundedSender<Sip>,
    pub(crate) sip: mpsc::UnboundedReceiver<Sip>,
}

/// A call under way.
pub(crate) struct Call {
    pub(crate) lab: Arc<Lab>,
    pub(crate) teller: Teller,
    pub(crate) caller: Caller,
    pub(crate) exchange: Exchange,
    pub(crate) happenings: mpsc::UnboundedSender<Happening>,
    /// Where the dialogs of this call tell what happens.
    pub(crate) sip_inbox: mpsc::UnboundedSender<Sip>,
    /// The URL that was asked last for a document.
    asked: String,
    /// The requests to make, in order, and whether the answer matters.
    questions: mpsc::UnboundedSender<(Request, bool)>,
    pub(crate) legs: HashMap<LegId, Leg>,
    pub(crate) bridged: Option<LegId>,
    /// Playbacks that were stopped before their sound was made.
    stopped: HashSet<PlaybackId>,
    is_over: bool,
}

impl Call {
    /// Takes a call through to its end.
    pub(crate) async fn run(lab: Arc<Lab>, teller: Teller, caller: Caller, setup: Setup, line: Line) {
        let Line { happenings, mut inbox, sip_inbox, mut sip } = line;
        let (questions, asked) = mpsc::unbounded_channel();
        tokio::spawn(ask(Arc::clone(&lab.service), teller.clone(), asked, happenings.clone()));
        let exchange = Exchange::new(setup, Timestamp::now());
        let mut call = Self {
            lab,
            teller,
            caller,
            exchange,
            happenings,
            sip_inbox,
            asked: String::new(),
            questions,
            legs: HashMap::new(),
            bridged: None,
            stopped: HashSet::new(),
            is_over: false,
        };
        loop {
            while let Some(output) = call.exchange.poll() {
                call.perform(output).await;
            }
            if call.is_over {
                break;
            }
            tokio::select! {
                Some(event) = sip.recv() => call.sip(event),
                Some(happening) = inbox.recv() => call.take(happening),
                else => break,
            }
        }
        call.close();
    }

    fn input(&mut self, input: Input<'_>) {
        self.exchange.handle(Timestamp::now(), input);
    }

    fn take(&mut self, happening: Happening) {
        match happening {
            Happening::Made { id, samples, times } => self.made(id, samples, times),
            Happening::Played(id) => self.input(Input::Played(id)),
            Happening::Key(key) => self.key(key),
            Happening::Fetched(answer) => self.fetched(answer),
            Happening::Timer(id) => self.input(Input::Timer(id)),
            Happening::Far(leg, far) => self.far(leg, far),
            Happening::AllFar(Far::HangsUp) if matches!(self.caller, Caller::Outside { .. }) => {
                self.caller_hangs_up();
            }
            Happening::AllFar(far) => self.outside_legs().into_iter().for_each(|leg| self.far(leg, far)),
        }
    }

    fn fetched(&mut self, answer: Result<Answer, FetchError>) {
        match answer {
            Ok(answer) if (200..300).contains(&answer.status) => {
                let Answer { content_type, body, .. } = &answer;
                self.input(Input::Document { content_type, body });
            }
            Ok(answer) => self.input(Input::FetchFailed(FetchError::Status(answer.status))),
            Err(error) => self.input(Input::FetchFailed(error)),
        }
    }

    fn key(&mut self, key: char) {
        if self.exchange.is_gathering() {
            self.teller.tell(Kind::Key, self.caller.name(), key);
        }
        self.key_on_bridge(key);
        self.input(Input::Key(key));
    }

    fn caller_hangs_up(&mut self) {
        self.teller.tell(Kind::HangsUp, self.caller.name(), "the caller hangs up");
        self.input(Input::CallerHangsUp);
    }

    /// Handles an event in a dialog: the caller's, or a leg's.
    fn sip(&mut self, event: Sip) {
        let is_callers = |id: DialogId| matches!(self.caller, Caller::Phone { dialog, .. } if dialog == id);
        match event {
            Sip::Ends(id, _) if is_callers(id) => self.caller_hangs_up(),
            Sip::Changes(id, description) if is_callers(id) => {
                let word = if description.hears { "resumes" } else { "holds" };
                self.teller.tell(Kind::Holds, self.caller.name(), word);
                if let Some(sound) = self.caller.sound() {
                    sound.remote(description);
                }
            }
            Sip::Refers(id, target) if is_callers(id) => {
                self.input(Input::Refer { from: Party::Caller, target: &target });
            }
            Sip::Info(id) if is_callers(id) => {
                let what = "a SIP INFO is no key for Twilio; set the phone to RFC 4733";
                self.teller.tell(Kind::Note, self.caller.name(), what);
            }
            event => self.leg_sip(event),
        }
    }

    /// Does what the exchange says.
    async fn perform(&mut self, output: Output) {
        match output {
            Output::Fetch(request) => {
                self.asked.clone_from(&request.url);
                let _ = self.questions.send((request, true));
            }
            Output::Report(request) => drop(self.questions.send((request, false))),
            Output::Answer => self.answer(),
            Output::Play(playback) => self.play(playback),
            Output::Stop(id) => {
                self.stopped.insert(id);
                if let Some(sound) = self.caller.sound() {
                    sound.stop(Played::Exchange(id));
                }
            }
            Output::GatherStarts => {
                self.teller.tell(Kind::Listens, self.caller.name(), "keys count from here on");
            }
            Output::GatherStops => {}
            Output::KeyLost(key) => {
                if self.bridged.is_none() {
                    self.teller.tell(Kind::KeyLost, self.caller.name(), key);
                }
            }
            Output::Dial(dial) => self.dial(dial).await,
            Output::EndLeg(id) => self.end_leg(id),
            Output::Bridge(id) => self.bridge(id),
            Output::TakeRefer(party) => self.answer_refer(party, true),
            Output::RefuseRefer(party, why) => {
                if why == Some(Rule::ReferWithoutUrl) {
                    self.alert(&About::Refer);
                }
                self.answer_refer(party, false);
            }
            Output::Redirect(to) => {
                self.teller.tell(Kind::Note, self.caller.name(), format!("goes on at {to}"));
            }
            Output::Timer(id, after) => self.later(after, Happening::Timer(id)),
            Output::Skip { name, .. } => {
                self.teller.tell(Kind::Note, self.caller.name(), format!("<{name}> is passed over"));
            }
            Output::Failed(error) => {
                self.alert(&About::Document { url: &self.asked, code: error.code() });
                self.teller.tell_code(Kind::Failed, "service", error.to_string(), Some(error.code()));
            }
            Output::Assumed(rule) => self.teller.tell(Kind::Assumed, rule.id(), rule.text()),
            Output::Reject { busy, .. } => self.reject(busy),
            Output::HangUp => self.hang_up(),
            Output::Over(_) => self.is_over = true,
        }
    }

    /// Lets something happen after a while.
    pub(crate) fn later(&self, after: Duration, happening: Happening) {
        let happenings = self.happenings.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let _ = happenings.send(happening);
        });
    }

    /// The sound of a leg, whose keys and playbacks come in here.
    pub(crate) async fn sound(
        lab: &Lab,
        happenings: &mpsc::UnboundedSender<Happening>,
        ip: std::net::IpAddr,
        is_callers: bool,
    ) -> std::io::Result<Sound> {
        let happenings = happenings.clone();
        Sound::open(ip, lab.wire()?, move |noted| {
            let happening = match noted {
                Noted::Key(key) if is_callers => Happening::Key(key),
                Noted::Played(Played::Exchange(id)) => Happening::Played(id),
                // Twilio hears the keys of the caller alone.
                Noted::Key(_) | Noted::Played(Played::Own) => return,
            };
            let _ = happenings.send(happening);
        })
        .await
    }

    fn close(&mut self) {
        let ids: Vec<_> = self.legs.keys().copied().collect();
        ids.into_iter().for_each(|id| self.drop_leg(id));
        let what = match self.caller.sound() {
            Some(sound) => {
                let (sent, received) = sound.counters().read();
                format!("{sent} packets of sound to the caller, {received} from the caller")
            }
            None => String::new(),
        };
        if let Caller::Phone { dialog, .. } = &self.caller {
            self.lab.switch.forget(*dialog);
        }
        self.teller.tell(Kind::Over, self.caller.name(), what);
    }

    /// Tells the exchange that a leg is over.
    pub(crate) fn leg_is_over(&mut self, id: LegId, end: LegEnd) {
        if let Some(leg) = self.legs.remove(&id) {
            match (&leg.far, end.cause) {
                (LegFar::Phone { .. }, LegCause::Unregistered) => {
                    self.alert(&About::Unregistered { user: &leg.name });
                }
                (LegFar::Phone { contact, .. }, LegCause::Silent) => self.alert(&About::Silent { contact }),
                (LegFar::Number { number }, LegCause::NoSuchNumber) => self.alert(&About::Invalid { number }),
                (LegFar::Number { number }, LegCause::NotOwned) => self.alert(&About::NotOwned { number }),
                _ => {}
            }
            leg.dialogs().for_each(|dialog| self.lab.switch.forget(dialog));
            let code = end.sip_code.map(u32::from);
            self.teller.tell_code(Kind::LegOver, leg.name, format!("{:?}", end.cause).to_lowercase(), code);
        }
        if self.bridged == Some(id) {
            self.bridged = None;
            if let Some(sound) = self.caller.sound() {
                sound.connect(None);
            }
        }
        self.input(Input::LegEnds(id, end));
    }
}

/// Asks the service, one question after the other.
async fn ask(
    service: Arc<dyn Service>,
    teller: Teller,
    mut questions: mpsc::UnboundedReceiver<(Request, bool)>,
    happenings: mpsc::UnboundedSender<Happening>,
) {
    while let Some((request, matters)) = questions.recv().await {
        let what = format!("{} {}", request.method.as_str(), request.url);
        let asked = Instant::now();
        let answer = service.ask(request).await;
        let code = match &answer {
            Ok(answer) => u32::from(answer.status),
            Err(error) => error.code(),
        };
        teller.tell_asked("service", what, code, asked.elapsed());
        if matters {
            let _ = happenings.send(Happening::Fetched(answer));
        }
    }
}
