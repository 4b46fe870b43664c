//! Plays a call without sound: everything is heard at once, and people do what the script says.

use std::collections::VecDeque;
use std::time::Duration;

use exchange::{
    Dial, Exchange, Input, LegEnd, Method, Noun, Output, Party, Request, Setup, Sound, TimerId, place_at,
    refer_to,
};
use jiff::Timestamp;
use webhook::{Address, Form};

use crate::script::Turn;
use crate::service::Answer;
use crate::transcript::{Heard, Rings};
use crate::{CallError, Ending, Script, Service, Transcript};

/// How many documents a call may have: more is a circle.
const MOST_DOCUMENTS: usize = 20;

/// How long an answered call lasts.
const TALK: Duration = Duration::from_secs(14);

/// How a walk ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
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
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::DialTone => "dial_tone",
            Self::Ringing => "ringing",
            Self::Elsewhere(_) => "elsewhere",
        }
    }

    /// How to go on, for people; nothing if the call is over.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Over => None,
            Self::DialTone => Some("the phone has dial tone; go on with --digits KEYS".into()),
            Self::Ringing => Some("it rings; go on with --then completed, or busy, no-answer ...".into()),
            Self::Elsewhere(url) => Some(format!("the call goes on at {url}, which is another service")),
        }
    }
}

/// A call under way.
pub struct Walk<'a, 't> {
    exchange: Exchange,
    service: &'a Service,
    domain: &'a str,
    script: &'a mut Script,
    transcript: &'a mut Transcript<'t>,
    /// The call's own time: only a conversation takes some.
    now: Timestamp,
    documents: usize,
    /// The exchange's outputs that are not done yet.
    pending: VecDeque<Output>,
    /// The Dial that rings, until the script decides its outcome.
    dial: Option<Dial>,
    /// The timer that was set last, which is the one that runs.
    timer: Option<TimerId>,
    /// The first report of a leg that was not taken. Twilio notes that (15003) and goes on with the call.
    trouble: Option<CallError>,
}

impl<'a, 't> Walk<'a, 't> {
    /// A call that has not begun. `domain` is the SIP domain, whose phones go by their user names.
    #[must_use]
    pub fn new(
        setup: Setup,
        service: &'a Service,
        domain: &'a str,
        script: &'a mut Script,
        transcript: &'a mut Transcript<'t>,
    ) -> Self {
        let now = Timestamp::now();
        Self {
            exchange: Exchange::new(setup, now),
            service,
            domain,
            script,
            transcript,
            now,
            documents: 0,
            pending: VecDeque::new(),
            dial: None,
            timer: None,
            trouble: None,
        }
    }

    /// The SID of the call.
    #[must_use]
    pub fn sid(&self) -> &str {
        self.exchange.sid()
    }

    /// Walks through the whole call.
    ///
    /// # Errors
    ///
    /// The service turned a request away, cannot be reached, fails, or answers something other than TwiML. The transcript has everything before that.
    pub fn run(mut self) -> Result<End, CallError> {
        loop {
            let end = match self.pending.pop_front().or_else(|| self.exchange.poll()) {
                Some(output) => self.perform(output)?,
                None => self.act(),
            };
            if let Some(end) = end {
                return self.trouble.map_or(Ok(end), Err);
            }
        }
    }

    /// Does what the exchange says.
    fn perform(&mut self, output: Output) -> Result<Option<End>, CallError> {
        match output {
            Output::Fetch(request) => return self.fetch(&request),
            Output::Report(request) => self.report(&request),
            Output::Play(playback) => {
                self.transcript.heard(&heard(playback.sound, playback.times.is_none()));
                self.exchange.handle(self.now, Input::Played(playback.id));
            }
            Output::Dial(dial) => {
                self.transcript.heard(&Heard::Rings(self.rings(&dial)));
                // Nobody to ring: the exchange goes on by itself.
                self.dial = Some(dial).filter(|dial| !dial.legs.is_empty());
            }
            Output::Timer(id, _) => self.timer = Some(id),
            Output::Redirect(to) => self.transcript.heard(&Heard::Redirects { to }),
            Output::Skip { name, .. } => self.transcript.heard(&Heard::Skips { verb: name }),
            Output::Reject { reason, .. } => self.transcript.heard(&Heard::Rejects { reason }),
            Output::HangUp => self.transcript.heard(&Heard::HangsUp),
            Output::RefuseRefer(..) => {
                self.transcript.terminal().note("the REFER is refused: a call takes five");
            }
            Output::Failed(error) => return Err(error.into()),
            Output::Over(end) => {
                if end == exchange::End::CallerGone {
                    self.transcript.heard(&Heard::CallerGone);
                }
                return Ok(Some(End::Over));
            }
            // Nothing that a reader of the transcript has to know.
            Output::Answer
            | Output::Stop(_)
            | Output::GatherStarts
            | Output::GatherStops
            | Output::KeyLost(_)
            | Output::EndLeg(_)
            | Output::Bridge(_)
            | Output::TakeRefer(_)
            | Output::Assumed(_) => {}
        }
        Ok(None)
    }

    /// The exchange waits: somebody does something.
    fn act(&mut self) -> Option<End> {
        if let Some(dial) = self.dial.take() {
            return self.dialled(&dial);
        }
        if self.exchange.is_gathering() {
            return self.gather();
        }
        // Every other wait is answered where it begins.
        Some(End::Over)
    }

    fn fetch(&mut self, request: &Request) -> Result<Option<End>, CallError> {
        let Request { method, url, form } = request;
        let Some(place) = place_at(url, self.service.public_url()) else {
            return Ok(Some(End::Elsewhere(url.clone())));
        };
        if self.documents == MOST_DOCUMENTS {
            return Err(CallError::Circle(MOST_DOCUMENTS));
        }
        self.documents += 1;
        let answer = self.send(*method, &place, form)?;
        self.transcript.request(*method, &place, form, answer.status, Some(&answer.body));
        self.service.accept(&answer, *method, &place)?;
        answer.check_twiml(&format!("{} {place}", method.as_str()))?;
        let (content_type, body) = (answer.content_type(), answer.body.as_str());
        self.exchange.handle(self.now, Input::Document { content_type, body });
        Ok(None)
    }

    fn report(&mut self, request: &Request) {
        let Request { method, url, form } = request;
        let Some(place) = place_at(url, self.service.public_url()) else {
            self.transcript.terminal().note(&format!("not reported to another service: {url}"));
            return;
        };
        let taken = self.send(*method, &place, form).and_then(|answer| {
            self.transcript.request(*method, &place, form, answer.status, None);
            self.service.accept(&answer, *method, &place)
        });
        if let Err(trouble) = taken {
            self.trouble.get_or_insert(trouble);
        }
    }

    fn send(&self, method: Method, place: &str, form: &Form) -> Result<Answer, CallError> {
        let _under_way = self.transcript.terminal().wait(&format!("waiting for {}", self.service.url()));
        self.service.send(method, place, form)
    }

    fn gather(&mut self) -> Option<End> {
        self.transcript.heard(&Heard::DialTone);
        let Some(keys) = self.script.next_keys(self.transcript.terminal()) else {
            return Some(End::DialTone);
        };
        self.transcript.heard(&Heard::Presses { keys: keys.as_str().to_owned() });
        for key in keys.as_str().chars() {
            self.exchange.handle(self.now, Input::Key(key));
            if self.gather_stops() {
                // What is pressed after the end is not heard.
                return None;
            }
        }
        // Then time runs out.
        if let Some(timer) = self.timer.take() {
            self.exchange.handle(self.now, Input::Timer(timer));
        }
        None
    }

    /// Whether the Gather is over, as the outputs so far say. They are kept.
    fn gather_stops(&mut self) -> bool {
        let mut stops = false;
        while let Some(output) = self.exchange.poll() {
            match output {
                Output::Timer(id, _) => self.timer = Some(id),
                Output::GatherStops => stops = true,
                _ => {}
            }
            self.pending.push_back(output);
        }
        stops
    }

    fn dialled(&mut self, dial: &Dial) -> Option<End> {
        let legs: Vec<_> = dial.legs.iter().map(|leg| leg.id).collect();
        let first = *legs.first()?;
        let (ending, refer) = match self.script.next_turn(self.transcript.terminal(), dial.takes_refer) {
            None => return Some(End::Ringing),
            Some(Turn::Ends(ending)) => {
                self.transcript.heard(&Heard::Ends(ending));
                (ending, None)
            }
            Some(Turn::Refers(target)) => {
                self.transcript.heard(&Heard::Refers { to: target.clone() });
                (Ending::Completed, Some(refer_to(&target, self.domain)))
            }
        };
        match ending {
            Ending::Completed => {
                self.exchange.handle(self.now, Input::LegAnswers(first));
                self.now += TALK;
                if let Some(target) = &refer {
                    self.exchange.handle(self.now, Input::Refer { from: Party::Leg(first), target });
                }
            }
            Ending::NoAnswer => {
                if let Some(timer) = self.timer.take() {
                    self.exchange.handle(self.now, Input::Timer(timer));
                }
            }
            Ending::Canceled => self.exchange.handle(self.now, Input::CallerHangsUp),
            Ending::Busy | Ending::Failed | Ending::Unreachable => {}
        }
        for (i, leg) in legs.into_iter().enumerate() {
            // Only one can be answered: the others are given up.
            let ended = if i == 0 || ending != Ending::Completed { ending } else { Ending::Canceled };
            let end: LegEnd = ended.of_a_leg();
            self.exchange.handle(self.now, Input::LegEnds(leg, end));
        }
        None
    }

    fn rings(&self, dial: &Dial) -> Rings {
        Rings {
            to: dial.legs.iter().map(|leg| leg.target.clone()).collect(),
            names: dial.legs.iter().map(|leg| self.name(&leg.noun, &leg.target)).collect(),
            caller_id: dial.caller_id.clone(),
            timeout: dial.timeout,
            time_limit: dial.time_limit,
        }
    }

    /// The name of a leg that rings, for people: a phone of the network goes by its user name.
    fn name(&self, noun: &Noun, target: &str) -> String {
        match Address::parse(target) {
            Address::Sip(uri) if *noun == Noun::Sip => match uri.user() {
                Some(user) if uri.is_host(self.domain) => user.to_owned(),
                Some(user) => format!("{user}@{}", uri.host()),
                None => uri.host().to_owned(),
            },
            _ => target.to_owned(),
        }
    }
}

fn heard(sound: Sound, endlessly: bool) -> Heard {
    match sound {
        Sound::Say { text, language, .. } => Heard::Says { text, language },
        Sound::File { url, .. } => Heard::Plays { url, endlessly },
        Sound::Digits(keys) => Heard::Plays { url: keys, endlessly },
        Sound::Silence { seconds } => Heard::Waits { seconds },
        Sound::ApplicationError => {
            Heard::Says { text: "An application error has occurred.".to_owned(), language: None }
        }
    }
}

#[cfg(test)]
mod tests;
