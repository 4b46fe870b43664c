//! Legs that lead out of the lab, as far as anything does: to numbers and to Asterisk.

use exchange::{Input, LegCause, LegEnd, LegId, Party, refer_to};

use super::legs::{Far as LegFar, Leg};
use super::{Call, Caller, Played};
use crate::news::Kind;
use crate::outside::{Behaviour, Far, is_help};

/// The sentence that a call for help hears, again and again.
const NOBODY: &str = "This is a test laboratory. Nobody has heard this call for help. Nobody is coming. \
                      Hang up, and use a real telephone.";

/// How long it takes until something rings, and until it is answered, in milliseconds.
const RINGS_AFTER: u64 = 200;
const ANSWERS_AFTER: u64 = 3_000;

impl Call {
    /// Calls a number. Of a phone, Twilio takes a number of the account for a caller id and nothing else: the caller's own
    /// address is none (<https://www.twilio.com/docs/api/errors/13214>).
    pub(super) fn ring_number(&mut self, id: LegId, number: &str, caller_id: Option<&str>) {
        let is_help = is_help(number);
        let leg = Leg { name: number.to_owned(), far: LegFar::Number { number: number.to_owned() } };
        self.legs.insert(id, leg);
        if is_help {
            let what = "*** NOBODY HEARS THIS CALL FOR HELP: the lab reaches no emergency service ***";
            self.teller.tell(Kind::Help, number, what);
            self.happens_later(id, RINGS_AFTER, Far::Rings);
            return self.happens_later(id, 2 * RINGS_AFTER, Far::Answers);
        }
        self.teller.tell(Kind::Calls, number, format!("{number} is called, in the lab's telephone network"));
        let is_phone = matches!(self.caller, Caller::Phone { .. });
        if is_phone && !caller_id.is_some_and(|shown| shown.starts_with('+')) {
            return self.happens_later(id, RINGS_AFTER, Far::NotOwned);
        }
        match self.lab.outside.behaviour() {
            Behaviour::Answers => {
                self.happens_later(id, RINGS_AFTER, Far::Rings);
                self.happens_later(id, ANSWERS_AFTER, Far::Answers);
            }
            Behaviour::Rings => self.happens_later(id, RINGS_AFTER, Far::Rings),
            Behaviour::Busy => self.happens_later(id, RINGS_AFTER, Far::Busy),
            Behaviour::Invalid => self.happens_later(id, RINGS_AFTER, Far::Invalid),
            Behaviour::NotOwned => self.happens_later(id, RINGS_AFTER, Far::NotOwned),
        }
    }

    pub(super) fn ring_asterisk(
        &mut self,
        id: LegId,
        context: String,
        uri: &str,
        headers: &[(String, String)],
    ) {
        let leg = Leg {
            name: format!("Asterisk {context}"),
            far: LegFar::Asterisk { context, keys: String::new() },
        };
        self.teller.tell(Kind::Calls, &leg.name, format!("{uri} is called, which is the lab's Asterisk"));
        for (name, value) in headers {
            self.teller.tell(Kind::Note, &leg.name, format!("it gets {name}: {value}"));
        }
        self.legs.insert(id, leg);
        self.happens_later(id, RINGS_AFTER, Far::Rings);
        self.happens_later(id, 2 * RINGS_AFTER, Far::Answers);
    }

    /// Someone outside does something.
    pub(super) fn far(&mut self, id: LegId, far: Far) {
        let Some(leg) = self.legs.get(&id) else { return };
        let name = leg.name.clone();
        match far {
            Far::Rings => {
                self.teller.tell(Kind::Rings, name, "it rings");
                self.ring_back();
                self.input(Input::LegRings(id));
            }
            Far::Answers => {
                if self.bridged != Some(id) {
                    self.teller.tell(Kind::Picks, name, "someone answers");
                    self.input(Input::LegAnswers(id));
                }
            }
            Far::Busy => self.leg_is_over(id, LegEnd::new(LegCause::Busy)),
            Far::Invalid => {
                self.teller.tell_code(Kind::Failed, name, "the carrier refuses this number", Some(13224));
                // The code was seen where Twilio told of 13224.
                self.leg_is_over(id, LegEnd::with_code(LegCause::NoSuchNumber, 400));
            }
            Far::NotOwned => {
                let what = "the account does not own the number that is shown";
                self.teller.tell_code(Kind::Failed, name, what, Some(13214));
                self.leg_is_over(id, LegEnd::new(LegCause::NotOwned));
            }
            Far::HangsUp => {
                self.teller.tell(Kind::HangsUp, name, "the other side hangs up");
                let cause = if self.bridged == Some(id) { LegCause::Released } else { LegCause::NoAnswer };
                self.leg_is_over(id, LegEnd::new(cause));
            }
        }
    }

    /// The legs that someone outside can answer or end.
    pub(super) fn outside_legs(&self) -> Vec<LegId> {
        let outside = self.legs.iter().filter(|(_, leg)| !matches!(leg.far, LegFar::Phone { .. }));
        outside.map(|(id, _)| *id).collect()
    }

    /// Plays the greeting on a leg that the lab itself answers.
    pub(super) fn greet(&self, id: LegId) {
        let Some(sound) = self.caller.sound() else { return };
        let (text, times) = match self.legs.get(&id).map(|leg| &leg.far) {
            Some(LegFar::Number { number }) if is_help(number) => (NOBODY.to_owned(), None),
            Some(LegFar::Number { number }) => {
                let digits: Vec<_> = number.chars().filter(char::is_ascii_digit).map(String::from).collect();
                sound.connect(Some(sound.link()));
                let text = format!(
                    "This is the telephone network of the lab. You have reached {}. Say something, and you hear it.",
                    digits.join(" ")
                );
                (text, Some(1))
            }
            Some(LegFar::Asterisk { context, .. }) => {
                let text = format!(
                    "This is the Asterisk of the lab. You have reached {context}. Press a number and the pound key, \
                     and you are sent there."
                );
                (text, Some(1))
            }
            _ => return,
        };
        self.speak(Played::Own, text, "en-US".to_owned(), times);
    }

    /// Plays to a phone the greeting of a caller who is not there.
    pub(super) fn greet_from_outside(&self) {
        let text = "This is a call from outside, in the lab. Say something, and you hear it.";
        self.speak(Played::Own, text.to_owned(), "en-US".to_owned(), Some(1));
    }

    /// Keys that the caller presses while Asterisk listens: a number and # sends the caller there.
    pub(super) fn key_on_bridge(&mut self, key: char) {
        let Some(id) = self.bridged else { return };
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let LegFar::Asterisk { keys, .. } = &mut leg.far else { return };
        self.teller.tell(Kind::Key, &leg.name, key);
        // A # alone is a code of its own.
        if key != '#' || keys.is_empty() {
            keys.push(key);
            if key != '#' {
                return;
            }
        }
        let target = refer_to(&std::mem::take(keys), &self.lab.domain);
        self.teller.tell(Kind::Refers, &leg.name, target.clone());
        self.input(Input::Refer { from: Party::Leg(id), target: &target });
    }
}
