//! Plays Twilio: fetches a document, does what it says, and fetches the next.

use webhook::{Address, CallStatus, Form};

use super::caller::{self, Caller, Fields};
use super::document::{self, Element};
use super::ending::{Ending, Leg};
use super::keys::Gathered;
use super::place::{self, Place};
use super::script::{Script, Turn};
use super::service::{Method, Service, Trouble};
use super::transcript::{Heard, Rings, Transcript};

/// How many documents a call may have: more is a circle.
const MOST_DOCUMENTS: usize = 20;

/// How a walk ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The call is over.
    Over,
    /// Nobody said what is pressed.
    DialTone,
    /// Nobody said how the Dial ends.
    Ringing,
    /// The next document is at a URL of another service.
    Elsewhere(String),
}

impl End {
    /// A word for programs.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::DialTone => "dial_tone",
            Self::Ringing => "ringing",
            Self::Elsewhere(_) => "elsewhere",
        }
    }

    /// How to go on, for people.
    pub(super) fn advice(&self) -> Option<String> {
        match self {
            Self::Over => None,
            Self::DialTone => Some("the phone has dial tone; go on with --digits KEYS".into()),
            Self::Ringing => Some("it rings; go on with --then completed, or busy, no-answer ...".into()),
            Self::Elsewhere(url) => Some(format!("the call goes on at {url}, which is another service")),
        }
    }
}

/// A request for a document.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) place: Place,
    pub(super) fields: Fields,
    /// Whether the caller is gone, so that the answer does not matter any more.
    is_last: bool,
}

enum Next {
    Fetch(Request),
    End(End),
}

/// A call under way.
pub(super) struct Walk<'a> {
    caller: &'a Caller,
    service: &'a Service,
    domain: &'a str,
    script: &'a mut Script,
    transcript: &'a mut Transcript,
    /// Whether the caller's side is answered: Twilio does so before it speaks.
    is_answered: bool,
    /// The first report of a leg that was not taken. Twilio notes that (15003) and goes on with the call.
    trouble: Option<Trouble>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        caller: &'a Caller,
        service: &'a Service,
        domain: &'a str,
        script: &'a mut Script,
        transcript: &'a mut Transcript,
    ) -> Self {
        Self { caller, service, domain, script, transcript, is_answered: false, trouble: None }
    }

    /// Walks through the whole call.
    pub(super) fn run(mut self, method: Method, place: &str) -> Result<End, Trouble> {
        let fields = self.caller.fields(CallStatus::Ringing);
        let mut request = Request { method, place: place.to_owned(), fields, is_last: false };
        for _ in 0..MOST_DOCUMENTS {
            let document = self.fetch(&request)?;
            let next = if request.is_last {
                self.transcript.heard(&Heard::CallerGone);
                Next::End(End::Over)
            } else {
                self.play(&document, &request.place)
            };
            match next {
                Next::Fetch(next) => request = next,
                Next::End(end) => return self.trouble.map_or(Ok(end), Err),
            }
        }
        Err(Trouble::other_side(format!(
            "the call is still not over after {MOST_DOCUMENTS} documents: it goes in circles"
        )))
    }

    fn fetch(&mut self, request: &Request) -> Result<Element, Trouble> {
        let Request { method, ref place, ref fields, .. } = *request;
        let form = Form::from_pairs(fields.iter().cloned());
        let answer = self.service.send(method, place, &form)?;
        self.transcript.request(method, place, &form, answer.status, Some(&answer.body));
        self.service.accept(&answer, method, place)?;
        let wrong =
            |why: &str| Trouble::other_side(format!("{} {place} gives no TwiML: {why}", method.as_str()));
        let document = document::parse(&answer.body).map_err(|error| wrong(&error))?;
        if !answer.is_twiml() {
            return Err(wrong(&format!(
                "its type is {}, where Twilio takes text/xml (12300)",
                answer.content_type()
            )));
        }
        Ok(document)
    }

    fn play(&mut self, document: &Element, here: &str) -> Next {
        for verb in &document.children {
            let next = match verb.name.as_str() {
                "Say" | "Play" | "Pause" => {
                    self.hear(verb);
                    None
                }
                "Gather" => self.gather(verb, here),
                "Dial" => self.dial(verb, here),
                "Redirect" => {
                    self.transcript.heard(&Heard::Redirects { to: verb.text.clone() });
                    Some(self.ask_next(&verb.text, verb.attribute("method"), here, Vec::new()))
                }
                "Reject" => {
                    let reason = verb.attribute("reason").unwrap_or("rejected").to_owned();
                    self.transcript.heard(&Heard::Rejects { reason });
                    Some(Next::End(End::Over))
                }
                "Hangup" => {
                    self.transcript.heard(&Heard::HangsUp);
                    Some(Next::End(End::Over))
                }
                name => {
                    self.transcript.heard(&Heard::Skips { verb: name.to_owned() });
                    None
                }
            };
            if let Some(next) = next {
                return next;
            }
        }
        self.transcript.heard(&Heard::HangsUp);
        Next::End(End::Over)
    }

    fn hear(&mut self, verb: &Element) {
        let text = verb.text.clone();
        let heard = match verb.name.as_str() {
            "Say" => Heard::Says { text, language: verb.attribute("language").map(str::to_owned) },
            "Play" => Heard::Plays { url: text, endlessly: verb.attribute("loop") == Some("0") },
            "Pause" => Heard::Waits { seconds: number(verb, "length").unwrap_or(1) },
            name => Heard::Skips { verb: name.to_owned() },
        };
        // Silence is not worth answering for.
        self.is_answered |= matches!(heard, Heard::Says { .. } | Heard::Plays { .. });
        self.transcript.heard(&heard);
    }

    fn gather(&mut self, gather: &Element, here: &str) -> Option<Next> {
        self.is_answered = true;
        gather.children.iter().for_each(|prompt| self.hear(prompt));
        self.transcript.heard(&Heard::DialTone);
        let Some(keys) = self.script.next_keys() else { return Some(Next::End(End::DialTone)) };
        self.transcript.heard(&Heard::Presses { keys: keys.as_str().to_owned() });
        let gathered = Gathered::from(&keys, gather);
        if gathered.digits.is_empty() && !gather.is_set("actionOnEmptyResult") {
            return None;
        }
        let action = gather.attribute("action").unwrap_or_default();
        Some(self.ask_next(action, gather.attribute("method"), here, caller::gathered(gathered)))
    }

    fn dial(&mut self, dial: &Element, here: &str) -> Option<Next> {
        let legs = Leg::of(dial);
        self.is_answered |= !dial.is_set("answerOnBridge");
        self.transcript.heard(&Heard::Rings(Rings {
            to: legs.iter().map(|leg| leg.target.clone()).collect(),
            names: legs.iter().map(|leg| self.name(leg)).collect(),
            caller_id: dial.attribute("callerId").map(str::to_owned),
            timeout: number(dial, "timeout"),
            time_limit: number(dial, "timeLimit"),
        }));
        let refer_url = dial.attribute("referUrl");
        let ending = match (self.script.next_turn(refer_url.is_some()), refer_url) {
            (Some(Turn::Ends(ending)), _) => ending,
            (Some(Turn::Refers(target)), Some(url)) => {
                self.is_answered = true;
                self.transcript.heard(&Heard::Refers { to: target.clone() });
                // The new document takes the caller over, so the Dial's action is not asked.
                self.report(&legs, Ending::Completed, dial, here);
                let fields = caller::referred(&target, self.domain);
                return Some(self.ask_next(url, dial.attribute("referMethod"), here, fields));
            }
            (None | Some(Turn::Refers(_)), _) => return Some(Next::End(End::Ringing)),
        };
        self.transcript.heard(&Heard::Ends(ending));
        let gone = if self.is_answered { CallStatus::Completed } else { CallStatus::Canceled };
        self.is_answered |= ending == Ending::Completed;
        self.report(&legs, ending, dial, here);
        let is_last = ending == Ending::Canceled;
        let Some(action) = dial.attribute("action") else {
            // The caller who is still there hears the rest of the document.
            return is_last.then(|| {
                self.transcript.heard(&Heard::CallerGone);
                Next::End(End::Over)
            });
        };
        let status = if is_last { gone } else { CallStatus::InProgress };
        let ended = caller::dial_ended(ending, legs.first());
        Some(self.request_at(action, dial.attribute("method"), here, status, ended, is_last))
    }

    /// Reports the end of every leg to whoever asked for it.
    fn report(&mut self, legs: &[Leg], ending: Ending, dial: &Element, here: &str) {
        for (i, leg) in legs.iter().enumerate() {
            let Some(url) = &leg.callback else { continue };
            let place = match place::resolve(url, here, self.service.public_url()) {
                Ok(place) => place,
                Err(url) => {
                    self.transcript.note(&format!("not reported to another service: {url}"));
                    continue;
                }
            };
            let method = Method::of(leg.callback_method.as_deref());
            let fields = self.caller.leg_ended(leg, i == 0, ending, dial.attribute("callerId"));
            let form = Form::from_pairs(fields);
            let taken = self.service.send(method, &place, &form).and_then(|answer| {
                self.transcript.request(method, &place, &form, answer.status, None);
                self.service.accept(&answer, method, &place)
            });
            if let Err(trouble) = taken {
                self.trouble.get_or_insert(trouble);
            }
        }
    }

    fn ask_next(&self, url: &str, method: Option<&str>, here: &str, more: Fields) -> Next {
        let status = if self.is_answered { CallStatus::InProgress } else { CallStatus::Ringing };
        self.request_at(url, method, here, status, more, false)
    }

    fn request_at(
        &self,
        url: &str,
        method: Option<&str>,
        here: &str,
        status: CallStatus,
        more: Fields,
        is_last: bool,
    ) -> Next {
        let place = match place::resolve(url, here, self.service.public_url()) {
            Ok(place) => place,
            Err(url) => return Next::End(End::Elsewhere(url)),
        };
        let mut fields = self.caller.fields(status);
        fields.extend(more);
        Next::Fetch(Request { method: Method::of(method), place, fields, is_last })
    }

    /// What people call someone who rings: a phone of the network goes by its user name.
    fn name(&self, leg: &Leg) -> String {
        match Address::parse(&leg.target) {
            Address::Sip(uri) if leg.is_sip => match uri.user() {
                Some(user) if uri.is_host(self.domain) => user.to_owned(),
                Some(user) => format!("{user}@{}", uri.host()),
                None => uri.host().to_owned(),
            },
            _ => leg.target.clone(),
        }
    }
}

fn number(verb: &Element, attribute: &str) -> Option<u32> {
    verb.attribute(attribute)?.parse().ok()
}

#[cfg(test)]
mod tests;
