//! A call to a running service: the second host of `exchange`. It signs and sends, and the test is the people.

use std::collections::VecDeque;

use exchange::{
    Caller, Element, Exchange, Input, LegCause, LegEnd, LegId, Output, Party, PlaybackId, Request, Setup,
    Sound, Target, TimerId, is_twiml, place_at, refer_to,
};
use jiff::Timestamp;

use super::service::Service;

/// The TwiML of an answer. Dialtone writes elements and text, so anything else in it is a mistake.
pub(crate) fn twiml(body: &str) -> Result<Element, String> {
    let rest = body.trim_start().strip_prefix("<?xml ").unwrap_or(body);
    match ["<!", "<?"].into_iter().find(|start| rest.contains(start)) {
        Some(start) => Err(format!("{start} has no place in TwiML")),
        None => Element::parse(body).map_err(|error| error.to_string()),
    }
}

/// The one `Dial`.
#[track_caller]
pub(crate) fn dial(heard: &Element) -> &Element {
    heard.child("Dial").unwrap_or_else(|| panic!("nothing is dialled:\n{heard}"))
}

/// A call under way. Each act returns what came of it, one line for each thing that people or the service notice.
pub(crate) struct Line<'a> {
    service: &'a Service,
    exchange: Exchange,
    now: Timestamp,
    /// What is heard at this moment.
    playing: Option<PlaybackId>,
    timer: Option<TimerId>,
    legs: Vec<LegId>,
    lines: VecDeque<String>,
}

impl Service {
    /// A phone dials, at Twilio.
    pub(crate) fn line_of(&self, phone: &str, dialled: &str) -> Line<'_> {
        self.line(Caller::phone(format!("AC{:032}", 0), &self.sip_domain, phone, dialled), "/outgoing")
    }

    /// Somebody outside calls a number of the network, at Twilio.
    pub(crate) fn line_to(&self, from: &str, number: &str) -> Line<'_> {
        self.line(Caller::outside(format!("AC{:032}", 0), from, number), "/incoming")
    }

    fn line(&self, caller: Caller, path: &str) -> Line<'_> {
        let sid = super::call_sid();
        let setup = Setup {
            caller,
            voice: Target::post(format!("{}{path}", self.public_url)),
            fallback: None,
            status_callback: None,
            // Room for the legs, which are counted on from it.
            seed: u128::from_str_radix(&sid[2..], 16).unwrap() << 16,
        };
        let now = Timestamp::UNIX_EPOCH;
        let mut line = Line {
            service: self,
            exchange: Exchange::new(setup, now),
            now,
            playing: None,
            timer: None,
            legs: Vec::new(),
            lines: VecDeque::new(),
        };
        line.pump();
        line
    }
}

impl Line<'_> {
    /// What happened since the test last asked.
    pub(crate) fn told(&mut self) -> Vec<String> {
        self.lines.drain(..).collect()
    }

    pub(crate) fn presses(&mut self, keys: &str) -> Vec<String> {
        for key in keys.chars() {
            self.happens(Input::Key(key));
        }
        self.told()
    }

    /// What is spoken or played ends; the next is heard.
    pub(crate) fn hears_out(&mut self) -> Vec<String> {
        let id = self.playing.take().unwrap();
        self.happens(Input::Played(id));
        self.told()
    }

    /// The time runs out that runs.
    pub(crate) fn waits(&mut self) -> Vec<String> {
        let id = self.timer.take().unwrap();
        self.happens(Input::Timer(id));
        self.told()
    }

    pub(crate) fn answers(&mut self, leg: usize) -> Vec<String> {
        self.happens(Input::LegAnswers(self.legs[leg]));
        self.told()
    }

    pub(crate) fn ends(&mut self, leg: usize, cause: LegCause) -> Vec<String> {
        self.happens(Input::LegEnds(self.legs[leg], LegEnd::new(cause)));
        self.told()
    }

    pub(crate) fn refers(&mut self, leg: usize, target: &str) -> Vec<String> {
        let target = refer_to(target, &self.service.sip_domain);
        self.happens(Input::Refer { from: Party::Leg(self.legs[leg]), target: &target });
        self.told()
    }

    fn happens(&mut self, input: Input<'_>) {
        self.exchange.handle(self.now, input);
        self.pump();
    }

    fn pump(&mut self) {
        while let Some(output) = self.exchange.poll() {
            if let Some(line) = self.line(output) {
                self.lines.push_back(line);
            }
        }
    }

    fn line(&mut self, output: Output) -> Option<String> {
        Some(match output {
            Output::Fetch(request) => {
                let (line, answer) = self.send(&request);
                assert_eq!(answer.status, 200, "{line}: {}", answer.body);
                twiml(&answer.body).unwrap_or_else(|error| panic!("{error}:\n{}", answer.body));
                let content_type = answer.header("content-type").to_owned();
                assert!(is_twiml(&content_type), "{content_type}");
                let body = &answer.body;
                self.exchange.handle(self.now, Input::Document { content_type: &content_type, body });
                line
            }
            Output::Report(request) => {
                let (line, answer) = self.send(&request);
                assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{line}");
                line
            }
            Output::Play(playback) => {
                self.playing = Some(playback.id);
                match playback.sound {
                    Sound::Say { text, .. } => format!("say {text}"),
                    Sound::File { url, .. } => format!("play {url}"),
                    Sound::Silence { seconds } => format!("pause {seconds}"),
                    Sound::Digits(keys) => format!("tones {keys}"),
                    Sound::ApplicationError => panic!("an application error has occurred"),
                }
            }
            Output::Dial(dial) => {
                self.legs.extend(dial.legs.iter().map(|leg| leg.id));
                let uris: Vec<_> = dial.legs.iter().map(|leg| leg.uri.as_str()).collect();
                format!("dial {}", uris.join(" "))
            }
            Output::Timer(id, _) => {
                self.timer = Some(id);
                return None;
            }
            // The network does as it is told at once.
            Output::EndLeg(id) => {
                self.exchange.handle(self.now, Input::LegEnds(id, LegEnd::new(LegCause::Released)));
                let leg = self.legs.iter().position(|leg| *leg == id);
                format!("end leg {}", leg.unwrap())
            }
            Output::Bridge(_) => "bridge".to_owned(),
            Output::Answer => "answer".to_owned(),
            Output::Stop(_) => "stop".to_owned(),
            Output::GatherStarts => "gather".to_owned(),
            Output::KeyLost(key) => format!("lost {key}"),
            Output::TakeRefer(_) => "take refer".to_owned(),
            Output::RefuseRefer(..) => "refuse refer".to_owned(),
            Output::Reject { reason, .. } => format!("reject {reason}"),
            Output::HangUp => "hang up".to_owned(),
            Output::Redirect(to) => format!("redirect {to}"),
            Output::GatherStops | Output::Over(_) | Output::Assumed(_) => return None,
            other @ (Output::Skip { .. } | Output::Failed(_)) => {
                panic!("Dialtone writes what is played: {other:?}")
            }
        })
    }

    fn send(&self, request: &Request) -> (String, super::Answer) {
        let place = place_at(&request.url, &self.service.public_url)
            .unwrap_or_else(|| panic!("{} is another service", request.url));
        let line = format!("{} {place}", request.method.as_str());
        let sent = self.service.post(&place).method(request.method.as_str()).fields(request.form.iter());
        (line, sent.send())
    }
}
