//! The content of an answer: TwiML, sound, text, or nothing that Twilio takes.

use crate::element::Element;
use crate::exchange::Exchange;
use crate::io::{End, Output, Sound};
use crate::place::resolve;
use crate::request::{FetchError, is_audio, is_text, is_twiml};
use crate::rules::Rule;
use crate::state::State;

impl Exchange {
    pub(crate) fn document(&mut self, content_type: &str, body: &str) {
        let State::Fetching { url, is_last } = &self.state else { return };
        let (url, is_last) = (url.clone(), *is_last);
        if is_last {
            return self.over(End::CallerGone);
        }
        self.here.clone_from(&url);
        match (Element::parse(body), content_type) {
            (Ok(root), kind) if is_twiml(kind) || is_text(kind) => {
                self.verbs = root.children.into();
                self.run();
            }
            (_, kind) if is_audio(kind) => self.play_last(Sound::File { url: url.clone(), at: url }),
            (Err(_), kind) if is_text(kind) && !body.trim().is_empty() => {
                self.play_last(Sound::Say { text: body.trim().to_owned(), language: None, voice: None });
            }
            (Err(error), _) => self.failed(FetchError::Document(error), &url, false),
            (Ok(_), kind) => self.failed(FetchError::ContentType(kind.to_owned()), &url, false),
        }
    }

    /// Plays something, and hangs up after it.
    fn play_last(&mut self, sound: Sound) {
        self.verbs.clear();
        self.answer();
        let id = self.play(sound, Some(1));
        self.state = State::Playing { id, is_last: true };
    }

    pub(crate) fn failed(&mut self, error: FetchError, url: &str, is_last: bool) {
        let code = error.code();
        self.push(Output::Failed(error));
        if is_last {
            return self.over(End::CallerGone);
        }
        let is_first = url == self.setup.voice.url;
        match self.setup.fallback.clone().filter(|_| !std::mem::replace(&mut self.fallback_used, true)) {
            Some(fallback) => {
                if !is_first {
                    self.assume(Rule::FetchFallbackAction);
                }
                let more = vec![("ErrorCode".into(), code.to_string()), ("ErrorUrl".into(), url.to_owned())];
                self.fetch(fallback.method, fallback.url, more);
            }
            None => self.play_last(Sound::ApplicationError),
        }
    }

    /// The sound of a `<Say>`, `<Play>` or `<Pause>`, and how often it is heard; `loop="0"` is without end.
    pub(crate) fn sound(&self, verb: &Element) -> (Sound, Option<u32>) {
        let times = match verb.number("loop").unwrap_or(1) {
            0 => None,
            times => Some(times),
        };
        let attribute = |name| verb.attribute(name).map(str::to_owned);
        match verb.name.as_str() {
            "Pause" => (Sound::Silence { seconds: verb.number("length").unwrap_or(1) }, Some(1)),
            "Play" => match (attribute("digits"), verb.content()) {
                (Some(digits), "") => (Sound::Digits(digits), times),
                (_, url) => (Sound::File { url: url.to_owned(), at: resolve(url, &self.here) }, times),
            },
            _ => {
                let text = verb.whole.trim().to_owned();
                (Sound::Say { text, language: attribute("language"), voice: attribute("voice") }, times)
            }
        }
    }

    /// Says which attributes of a Dial and its nouns are passed over, of those that change what people hear.
    pub(crate) fn skip_attributes(&mut self, dial: &Element) {
        let of = |element: &Element, names: &[&str]| -> Vec<String> {
            let has = |name: &&&str| element.attribute(name).is_some_and(|value| !OFF.contains(&value));
            names.iter().filter(has).map(|name| format!("{} {name}", element.name)).collect()
        };
        let nouns = dial.children.iter().flat_map(|noun| of(noun, &["url", "machineDetection"]));
        let names: Vec<_> = of(dial, &["record", "ringTone"]).into_iter().chain(nouns).collect();
        for name in names {
            self.assume(Rule::NotPlayed);
            self.push(Output::Skip { name, why: Rule::NotPlayed });
        }
    }

    /// Passes over an element that cannot be played.
    pub(crate) fn skip(&mut self, name: &str) {
        let why = if KNOWN.contains(&name) { Rule::NotPlayed } else { Rule::UnknownVerb };
        if why.is_assumed() {
            self.assume(why);
        }
        self.push(Output::Skip { name: name.to_owned(), why });
    }
}

/// Values of an attribute that ask for nothing (<https://www.twilio.com/docs/voice/twiml/dial#record>).
const OFF: [&str; 4] = ["", "false", "do-not-record", "automatic"];

/// Verbs that Twilio documents for calls (<https://www.twilio.com/docs/voice/twiml>) and the exchange does not play.
const KNOWN: [&str; 16] = [
    "AddOns",
    "Assistant",
    "Connect",
    "Enqueue",
    "Leave",
    "Message",
    "Pay",
    "Prompt",
    "Queue",
    "Record",
    "Refer",
    "Siprec",
    "Sms",
    "Start",
    "Stop",
    "Stream",
];
