//! The state machine.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use webhook::{CallStatus, Form};

use crate::element::Element;
use crate::fields::{Caller, Fields, progress, seconds};
use crate::io::{End, Input, Output, Playback, PlaybackId, Sound, TimerId};
use crate::leg::LegId;
use crate::place::resolve;
use crate::request::{Method, Request, Target};
use crate::rules::Rule;
use crate::state::State;

/// The facts that Twilio knows before a call begins.
#[derive(Clone)]
pub struct Setup {
    /// The caller.
    pub caller: Caller,
    /// `VoiceUrl`.
    pub voice: Target,
    /// `VoiceFallbackUrl`.
    pub fallback: Option<Target>,
    /// Where the end of the whole call is reported: `StatusCallback` of a number, `VoiceStatusCallbackUrl` of a domain.
    pub status_callback: Option<Target>,
    /// A random number: the SIDs of the call and its legs are made from it.
    pub seed: u128,
}

/// A call at Twilio, from its first request on. It has no clock and no socket: a host tells it what happened and when,
/// and does what it says.
pub struct Exchange {
    pub(crate) setup: Setup,
    pub(crate) sid: String,
    pub(crate) now: Timestamp,
    answered: Option<Timestamp>,
    /// Whether the caller has hung up.
    pub(crate) is_gone: bool,
    pub(crate) has_dialled: bool,
    pub(crate) fallback_used: bool,
    pub(crate) refers: u32,
    /// The URL of the document that runs, and what is left of it.
    pub(crate) here: String,
    pub(crate) verbs: VecDeque<Element>,
    pub(crate) state: State,
    outputs: VecDeque<Output>,
    ids: u32,
}

impl Exchange {
    /// A call comes in, and rings. The first document is asked for.
    #[must_use]
    pub fn new(setup: Setup, now: Timestamp) -> Self {
        let sid = format!("CA{:032x}", setup.seed);
        let voice = setup.voice.clone();
        let mut exchange = Self {
            setup,
            sid,
            now,
            answered: None,
            is_gone: false,
            has_dialled: false,
            fallback_used: false,
            refers: 0,
            here: voice.url.clone(),
            verbs: VecDeque::new(),
            state: State::Idle,
            outputs: VecDeque::new(),
            ids: 0,
        };
        exchange.fetch(voice.method, voice.url, Vec::new());
        exchange
    }

    /// `CallSid`.
    #[must_use]
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// Whether the caller is answered.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.answered.is_some()
    }

    /// Whether a key that is pressed now counts.
    #[must_use]
    pub fn is_gathering(&self) -> bool {
        matches!(self.state, State::Gathering(_))
    }

    /// Whether the call is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// The next thing to do, until there is none.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Takes in what happened, at a time that is never earlier than the one before. What does not fit, such as a timer
    /// that no longer matters, changes nothing.
    pub fn handle(&mut self, now: Timestamp, input: Input<'_>) {
        self.now = self.now.max(now);
        if self.is_over() {
            return;
        }
        match input {
            Input::Document { content_type, body } => self.document(content_type, body),
            Input::FetchFailed(error) => {
                if let State::Fetching { url, is_last } = &self.state {
                    let (url, is_last) = (url.clone(), *is_last);
                    self.failed(error, &url, is_last);
                }
            }
            Input::Key(key) if crate::keys::is_key(key) => self.key(key),
            Input::Key(_) => {}
            Input::Played(id) => self.played(id),
            Input::Timer(id) => self.timer(id),
            Input::CallerHangsUp => self.caller_hangs_up(),
            Input::LegRings(_) | Input::LegAnswers(_) | Input::LegEnds(..) | Input::Refer { .. } => {
                self.dial_input(input);
            }
        }
    }

    pub(crate) fn push(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(crate) fn assume(&mut self, rule: Rule) {
        debug_assert!(rule.is_assumed(), "{rule:?}");
        self.push(Output::Assumed(rule));
    }

    pub(crate) fn answer(&mut self) {
        if self.answered.is_none() {
            self.answered = Some(self.now);
            self.push(Output::Answer);
        }
    }

    pub(crate) fn next_id(&mut self) -> u32 {
        self.ids = self.ids.wrapping_add(1);
        self.ids
    }

    /// A leg's name, and its SID: the call's own, counted on.
    pub(crate) fn next_leg(&mut self) -> (LegId, String) {
        let id = self.next_id();
        (LegId(id), format!("CA{:032x}", self.setup.seed.wrapping_add(id.into())))
    }

    pub(crate) fn set_timer(&mut self, seconds: u32) -> TimerId {
        let id = TimerId(self.next_id());
        self.push(Output::Timer(id, Duration::from_secs(seconds.into())));
        id
    }

    pub(crate) fn play(&mut self, sound: Sound, times: Option<u32>) -> PlaybackId {
        let id = PlaybackId(self.next_id());
        self.push(Output::Play(Playback { id, sound, times }));
        id
    }

    pub(crate) fn status(&self) -> CallStatus {
        if self.is_answered() { CallStatus::InProgress } else { CallStatus::Ringing }
    }

    /// Asks for a document at an absolute URL; what is said of the call besides is `more`.
    pub(crate) fn fetch(&mut self, method: Method, url: String, more: Fields) {
        self.fetch_as(self.status(), method, url, more, false);
    }

    pub(crate) fn fetch_as(
        &mut self,
        status: CallStatus,
        method: Method,
        url: String,
        more: Fields,
        is_last: bool,
    ) {
        let mut fields = self.setup.caller.fields(&self.sid, status);
        fields.extend(more);
        self.push(Output::Fetch(Request { method, url: url.clone(), form: Form::from_pairs(fields) }));
        self.state = State::Fetching { url, is_last };
    }

    /// Goes on in the document, up to a verb that takes time.
    pub(crate) fn run(&mut self) {
        self.state = State::Idle;
        while let Some(verb) = self.verbs.pop_front() {
            self.begin(&verb);
            if !matches!(self.state, State::Idle) {
                return;
            }
        }
        self.hang_up();
    }

    fn begin(&mut self, verb: &Element) {
        match verb.name.as_str() {
            "Say" | "Play" | "Pause" => {
                if verb.name != "Pause" {
                    self.answer();
                }
                let (sound, times) = self.sound(verb);
                let id = self.play(sound, times);
                self.state = State::Playing { id, is_last: false };
            }
            "Gather" => self.begin_gather(verb),
            "Dial" => self.begin_dial(verb),
            "Redirect" => {
                self.push(Output::Redirect(verb.content().to_owned()));
                let url = resolve(verb.content(), &self.here);
                self.fetch(Method::of(verb.attribute("method")), url, Vec::new());
            }
            "Reject" => {
                if self.is_answered() {
                    self.assume(Rule::RejectAnswered);
                }
                let reason = verb.attribute("reason").unwrap_or("rejected").to_owned();
                let busy = reason == "busy";
                self.push(Output::Reject { reason, busy });
                self.over_as(End::Rejected, if busy { CallStatus::Busy } else { CallStatus::NoAnswer });
            }
            "Hangup" => self.hang_up(),
            name => self.skip(name),
        }
    }

    pub(crate) fn hang_up(&mut self) {
        if !self.is_answered() {
            if self.has_dialled { self.assume(Rule::HangupAfterDial) } else { self.answer() }
        }
        self.push(Output::HangUp);
        self.over(End::HungUp);
    }

    pub(crate) fn over(&mut self, end: End) {
        let unanswered = if end == End::CallerGone { CallStatus::Canceled } else { CallStatus::NoAnswer };
        self.over_as(end, unanswered);
    }

    /// The call is over; `unanswered` is how a caller who was never answered is reported.
    fn over_as(&mut self, end: End, unanswered: CallStatus) {
        if let Some(target) = self.setup.status_callback.clone() {
            let status = if self.is_answered() { CallStatus::Completed } else { unanswered };
            let mut fields = self.setup.caller.fields(&self.sid, status);
            fields.push(("CallDuration".into(), seconds(self.answered, self.now).to_string()));
            fields.extend(progress(self.now, 0));
            let form = Form::from_pairs(fields);
            self.push(Output::Report(Request { method: target.method, url: target.url, form }));
        }
        self.state = State::Over;
        self.verbs.clear();
        self.push(Output::Over(end));
    }

    fn key(&mut self, key: char) {
        match &self.state {
            State::Gathering(_) => self.gather_key(key),
            State::Dialling(dialling) if dialling.hangs_up_on(key) => self.end_talk(),
            _ => self.push(Output::KeyLost(key)),
        }
    }

    fn played(&mut self, id: PlaybackId) {
        match &self.state {
            State::Playing { id: playing, is_last } if *playing == id => {
                if *is_last {
                    self.hang_up();
                } else {
                    self.run();
                }
            }
            State::Gathering(_) => self.gather_played(id),
            _ => {}
        }
    }

    fn timer(&mut self, id: TimerId) {
        match &self.state {
            State::Gathering(_) => self.gather_timer(id),
            State::Dialling(_) => self.dial_timer(id),
            _ => {}
        }
    }

    fn caller_hangs_up(&mut self) {
        if std::mem::replace(&mut self.is_gone, true) {
            return;
        }
        match &mut self.state {
            State::Fetching { is_last, .. } => *is_last = true,
            State::Playing { id, .. } => {
                let id = *id;
                self.push(Output::Stop(id));
                self.over(End::CallerGone);
            }
            State::Gathering(_) => {
                self.stop_gather();
                self.over(End::CallerGone);
            }
            State::Dialling(_) => self.give_up_dial(),
            State::Idle | State::Over => {}
        }
    }
}
