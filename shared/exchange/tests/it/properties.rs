//! Properties that hold for any input.

use std::collections::BTreeSet;
use std::time::Duration;

use exchange::{Exchange, FetchError, Input, LegCause, LegEnd, LegId, Output, Party, PlaybackId, TimerId};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::desk::setup;

/// Something that happens; indices choose among what there is.
#[derive(Debug, Clone)]
enum Event {
    Document(String),
    Fails(u16),
    Key(char),
    Played(usize),
    Rings(usize),
    Answers(usize),
    Ends(usize, LegCause),
    Refer(usize),
    CallerRefers,
    Timer(usize),
    HangsUp,
}

fn verb() -> impl Strategy<Value = String> {
    let attributes = prop::sample::select(vec![
        "",
        " timeout=\"0\"",
        " action=\"/a\"",
        " action=\"\" actionOnEmptyResult=\"true\"",
        " numDigits=\"1\" action=\"/a\"",
        " answerOnBridge=\"true\" action=\"/a\" referUrl=\"/r\"",
        " sequential=\"true\" hangupOnStar=\"true\"",
        " loop=\"0\"",
        " reason=\"busy\"",
        " timeLimit=\"99999999999\"",
    ]);
    let inside = prop::sample::select(vec![
        "",
        "text",
        "<Say>x</Say><Play loop=\"0\">y</Play>",
        "<Sip statusCallback=\"/c\" statusCallbackEvent=\"ringing answered completed\">sip:a@h?x-a=1</Sip>\
         <Number statusCallback=\"/c\">+15035550123</Number>",
        "<Conference>c</Conference><Bogus/>",
    ]);
    let name = prop::sample::select(vec![
        "Say", "Play", "Pause", "Gather", "Gather", "Dial", "Dial", "Redirect", "Reject", "Hangup", "Bogus",
        "Record",
    ]);
    (name, attributes, inside)
        .prop_map(|(name, attributes, inside)| format!("<{name}{attributes}>{inside}</{name}>"))
}

fn event() -> impl Strategy<Value = Event> {
    let cause = prop::sample::select(vec![
        LegCause::Released,
        LegCause::Busy,
        LegCause::NoAnswer,
        LegCause::Failed,
        LegCause::Unregistered,
        LegCause::Silent,
        LegCause::NoSuchNumber,
        LegCause::NotOwned,
    ]);
    prop_oneof![
        6 => prop::collection::vec(verb(), 0..4).prop_map(|verbs| Event::Document(format!("<Response>{}</Response>", verbs.concat()))),
        1 => ".{0,20}".prop_map(Event::Document),
        1 => (100_u16..600).prop_map(Event::Fails),
        4 => prop::char::any().prop_map(Event::Key),
        4 => prop::sample::select(vec!['1', '#', '*', '9']).prop_map(Event::Key),
        6 => (0_usize..4).prop_map(Event::Played),
        2 => (0_usize..8).prop_map(Event::Rings),
        4 => (0_usize..8).prop_map(Event::Answers),
        6 => ((0_usize..8), cause).prop_map(|(leg, cause)| Event::Ends(leg, cause)),
        2 => (0_usize..8).prop_map(Event::Refer),
        1 => Just(Event::CallerRefers),
        4 => (0_usize..6).prop_map(Event::Timer),
        1 => Just(Event::HangsUp),
    ]
}

/// A host that keeps the books: what is under way, and what must not happen.
struct Books {
    exchange: Exchange,
    now: Timestamp,
    is_asking: bool,
    gathers: bool,
    is_over: bool,
    /// Keys that were pressed while a Gather ran, since it began.
    pressed: String,
    legs: Vec<LegId>,
    alive: BTreeSet<LegId>,
    bridged: usize,
    playbacks: Vec<PlaybackId>,
    timers: Vec<TimerId>,
}

/// The item that is `at` places from the newest.
fn recent<T: Copy>(all: &[T], at: usize) -> Option<T> {
    all.iter().rev().nth(at).copied()
}

impl Books {
    fn new() -> Self {
        let now = Timestamp::UNIX_EPOCH;
        let mut books = Self {
            exchange: Exchange::new(setup(), now),
            now,
            is_asking: false,
            gathers: false,
            is_over: false,
            pressed: String::new(),
            legs: Vec::new(),
            alive: BTreeSet::new(),
            bridged: 0,
            playbacks: Vec::new(),
            timers: Vec::new(),
        };
        books.pump();
        books
    }

    fn happens(&mut self, event: Event) {
        self.now += Duration::from_secs(1);
        if let Event::Key(key) = event
            && self.gathers
            && exchange::is_key(key)
        {
            self.pressed.push(key);
        }
        let xml = "text/xml";
        match event {
            // A host answers only what was asked.
            Event::Document(body) if self.is_asking => {
                self.is_asking = false;
                self.handle(Input::Document { content_type: xml, body: &body });
            }
            Event::Fails(status) if self.is_asking => {
                self.is_asking = false;
                self.handle(Input::FetchFailed(FetchError::Status(status)));
            }
            Event::Document(_) | Event::Fails(_) => {}
            Event::Key(key) => self.handle(Input::Key(key)),
            Event::Played(at) => recent(&self.playbacks, at).map_or((), |id| self.handle(Input::Played(id))),
            Event::Rings(at) => recent(&self.legs, at).map_or((), |id| self.handle(Input::LegRings(id))),
            Event::Answers(at) => recent(&self.legs, at).map_or((), |id| self.handle(Input::LegAnswers(id))),
            Event::Ends(at, cause) => {
                if let Some(id) = recent(&self.legs, at) {
                    self.alive.remove(&id);
                    self.handle(Input::LegEnds(id, LegEnd::new(cause)));
                }
            }
            Event::Refer(at) => {
                if let Some(id) = recent(&self.legs, at) {
                    self.handle(Input::Refer { from: Party::Leg(id), target: "sip:a@h" });
                }
            }
            Event::CallerRefers => self.handle(Input::Refer { from: Party::Caller, target: "" }),
            Event::Timer(at) => recent(&self.timers, at).map_or((), |id| self.handle(Input::Timer(id))),
            Event::HangsUp => self.handle(Input::CallerHangsUp),
        }
    }

    fn handle(&mut self, input: Input<'_>) {
        self.exchange.handle(self.now, input);
        self.pump();
    }

    fn pump(&mut self) {
        while let Some(output) = self.exchange.poll() {
            assert!(!self.is_over, "nothing follows the end: {output:?}");
            match output {
                Output::Fetch(request) => {
                    assert!(!self.is_asking, "one request at a time");
                    assert!(self.alive.is_empty(), "legs end before the next document");
                    self.is_asking = true;
                    if request.form.first("msg") == Some("Gather End") {
                        let mut sent = request.form.first("Digits").unwrap().to_owned();
                        sent.push_str(request.form.first("FinishedOnKey").unwrap());
                        assert_eq!(sent, self.pressed, "exactly what was pressed in the Gather");
                    }
                }
                Output::GatherStarts => {
                    assert!(!std::mem::replace(&mut self.gathers, true));
                    self.pressed.clear();
                }
                Output::GatherStops => assert!(std::mem::replace(&mut self.gathers, false)),
                Output::KeyLost(_) => assert!(!self.gathers, "a key in a Gather for keys counts"),
                Output::Play(playback) => self.playbacks.push(playback.id),
                Output::Timer(id, _) => self.timers.push(id),
                Output::Dial(dial) => {
                    self.bridged = 0;
                    for leg in dial.legs {
                        self.legs.push(leg.id);
                        assert!(self.alive.insert(leg.id), "every leg is another");
                    }
                }
                Output::EndLeg(id) => assert!(self.alive.contains(&id), "only what lives is ended"),
                Output::Bridge(id) => {
                    assert!(self.alive.contains(&id));
                    self.bridged += 1;
                    assert_eq!(self.bridged, 1, "one leg wins");
                }
                Output::Over(_) => {
                    assert!(self.alive.is_empty(), "every leg is over");
                    assert!(!self.is_asking, "no request is left");
                    self.is_over = true;
                }
                _ => {}
            }
        }
        assert_eq!(self.gathers, self.exchange.is_gathering());
        assert_eq!(self.is_over, self.exchange.is_over());
    }

    /// The caller hangs up, and the host does its duty: it answers what is asked and ends what lives.
    fn finish(&mut self) {
        self.handle(Input::CallerHangsUp);
        for _ in 0..3 {
            for id in std::mem::take(&mut self.alive) {
                self.handle(Input::LegEnds(id, LegEnd::new(LegCause::Released)));
            }
            if std::mem::take(&mut self.is_asking) {
                self.handle(Input::Document {
                    content_type: "text/xml",
                    body: "<Response><Gather/></Response>",
                });
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_happens_the_books_are_right_and_the_call_ends(
        events in prop::collection::vec(event(), 0..60),
    ) {
        let mut books = Books::new();
        for event in events {
            books.happens(event);
        }
        books.finish();
        prop_assert!(books.is_over, "a caller who hangs up ends the call");
    }
}
