//! A host that writes down what the exchange says, one line for each output.

use std::time::Duration;

use exchange::{
    Caller, Exchange, FetchError, Input, LegCause, LegEnd, LegId, Output, Party, PlaybackId, Setup, Sound,
    Target, TimerId,
};
use jiff::Timestamp;
use webhook::Form;

pub(crate) const ORIGIN: &str = "https://voice.example.org";

pub(crate) struct Desk {
    pub(crate) exchange: Exchange,
    pub(crate) now: Timestamp,
    /// The fields of the last request.
    pub(crate) form: Form,
    /// The reports so far: event's CallStatus, of which leg.
    pub(crate) reports: Vec<Form>,
    pub(crate) legs: Vec<LegId>,
    pub(crate) playing: Option<PlaybackId>,
    pub(crate) timer: Option<(TimerId, Duration)>,
}

impl Desk {
    /// The lobby dials 123, and this document comes.
    pub(crate) fn plays(verbs: &str) -> (Self, Vec<String>) {
        Self::of(setup(), verbs)
    }

    pub(crate) fn of(setup: Setup, verbs: &str) -> (Self, Vec<String>) {
        let now = Timestamp::UNIX_EPOCH;
        let mut desk = Self {
            exchange: Exchange::new(setup, now),
            now,
            form: Form::default(),
            reports: Vec::new(),
            legs: Vec::new(),
            playing: None,
            timer: None,
        };
        assert_eq!(desk.said(), ["POST /outgoing"]);
        assert_eq!(desk.form.first("CallStatus"), Some("ringing"));
        let said = desk.document(verbs);
        (desk, said)
    }

    pub(crate) fn document(&mut self, verbs: &str) -> Vec<String> {
        let body = format!("<Response>{verbs}</Response>");
        self.does(Input::Document { content_type: "text/xml", body: &body })
    }

    pub(crate) fn fails(&mut self, status: u16) -> Vec<String> {
        self.does(Input::FetchFailed(FetchError::Status(status)))
    }

    pub(crate) fn presses(&mut self, keys: &str) -> Vec<String> {
        keys.chars().flat_map(|key| self.does(Input::Key(key))).collect()
    }

    /// Waits until everything spoken or played has ended.
    pub(crate) fn hears_out(&mut self) -> Vec<String> {
        let id = self.playing.take().expect("nothing is heard");
        self.does(Input::Played(id))
    }

    /// The timer that was set last fires.
    pub(crate) fn waits(&mut self) -> Vec<String> {
        let (id, after) = self.timer.take().expect("no timer is set");
        self.now += after;
        self.does(Input::Timer(id))
    }

    pub(crate) fn answers(&mut self, leg: usize) -> Vec<String> {
        self.does(Input::LegAnswers(self.legs[leg]))
    }

    pub(crate) fn ends(&mut self, leg: usize, cause: LegCause) -> Vec<String> {
        self.does(Input::LegEnds(self.legs[leg], LegEnd::new(cause)))
    }

    pub(crate) fn refers(&mut self, leg: usize, target: &str) -> Vec<String> {
        self.does(Input::Refer { from: Party::Leg(self.legs[leg]), target })
    }

    pub(crate) fn hangs_up(&mut self) -> Vec<String> {
        self.does(Input::CallerHangsUp)
    }

    pub(crate) fn does(&mut self, input: Input<'_>) -> Vec<String> {
        self.exchange.handle(self.now, input);
        self.said()
    }

    fn said(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(output) = self.exchange.poll() {
            lines.extend(self.line(output));
        }
        lines
    }

    fn line(&mut self, output: Output) -> Option<String> {
        let leg = |desk: &Self, id| desk.legs.iter().position(|leg| *leg == id).unwrap();
        Some(match output {
            Output::Fetch(request) => {
                let url = request.url.strip_prefix(ORIGIN).unwrap_or(&request.url).to_owned();
                self.form = request.form;
                format!("{} {url}", request.method.as_str())
            }
            Output::Report(request) => {
                let status = request.form.first("CallStatus").unwrap().to_owned();
                self.reports.push(request.form);
                format!("report {status}")
            }
            Output::Play(playback) => {
                self.playing = Some(playback.id);
                let times = playback.times.map_or(" endlessly".to_owned(), |times| match times {
                    1 => String::new(),
                    times => format!(" {times} times"),
                });
                match playback.sound {
                    Sound::Say { text, .. } => format!("say {text}{times}"),
                    Sound::File { at, .. } => {
                        format!("play {}{times}", at.strip_prefix(ORIGIN).unwrap_or(&at))
                    }
                    Sound::Digits(keys) => format!("tones {keys}{times}"),
                    Sound::Silence { seconds } => format!("pause {seconds}"),
                    Sound::ApplicationError => "application error".to_owned(),
                }
            }
            Output::Stop(id) => {
                assert_eq!(self.playing.take(), Some(id), "only what is heard is stopped");
                "stop".to_owned()
            }
            Output::Dial(dial) => {
                self.legs.extend(dial.legs.iter().map(|leg| leg.id));
                let targets: Vec<_> = dial.legs.iter().map(|leg| leg.target.as_str()).collect();
                format!("dial {}", targets.join(" "))
            }
            Output::EndLeg(id) => format!("end leg {}", leg(self, id)),
            Output::Bridge(id) => format!("bridge {}", leg(self, id)),
            Output::Timer(id, after) => {
                self.timer = Some((id, after));
                format!("timer {}", after.as_secs())
            }
            Output::Skip { name, why } => format!("skip {name} {}", why.id()),
            Output::Failed(error) => format!("failed {}", error.code()),
            Output::Reject { busy, .. } => format!("reject {}", if busy { "busy" } else { "rejected" }),
            Output::Redirect(to) => format!("redirect {to}"),
            Output::KeyLost(key) => format!("lost {key}"),
            Output::Answer => "answer".to_owned(),
            Output::GatherStarts => "gather".to_owned(),
            Output::GatherStops => "gathered".to_owned(),
            Output::TakeRefer(_) => "take refer".to_owned(),
            Output::RefuseRefer(..) => "refuse refer".to_owned(),
            Output::HangUp => "hang up".to_owned(),
            Output::Over(_) => "over".to_owned(),
            Output::Assumed(rule) => {
                assert!(rule.is_assumed(), "{rule:?} is documented");
                return None;
            }
        })
    }
}

pub(crate) fn setup() -> Setup {
    Setup {
        caller: Caller::phone("AC00000000000000000000000000000000", "demo.sip.twilio.com", "lobby", "123"),
        voice: Target::post(format!("{ORIGIN}/outgoing")),
        fallback: None,
        status_callback: None,
        seed: 0x1000,
    }
}
