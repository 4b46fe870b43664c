//! The contents of the ledger, in words for people.

use jiff::{SignedDuration, Timestamp};
use twilio::codes::{self, OfPhone};

use crate::calls::{Call, Happening};
use crate::health::{Health, Life};
use crate::words::{Destination, Ending, Help, Way, What, Why};

/// How long ago something happened, on one scale that is coarse enough to be read at a glance.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(at).as_mins();
    match minutes {
        ..1 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..2_880 => format!("{} h ago", minutes / 60),
        _ => format!("{} d ago", minutes / 1_440),
    }
}

/// A duration in seconds as clocks show it: `4:05`, `1:00:00`.
#[must_use]
pub fn clock(seconds: u32) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

impl Call {
    /// Where the call goes, in words.
    #[must_use]
    pub fn destination_in_words(&self) -> String {
        match (self.destination, self.way) {
            (_, Way::Incoming) => "incoming call".to_owned(),
            (Destination::Pstn | Destination::Unknown, _) if self.country.is_some() => {
                format!("number in {}", self.country.as_deref().unwrap_or_default())
            }
            (Destination::Pstn, _) => "number".to_owned(),
            (Destination::Phone, _) => "another phone".to_owned(),
            (Destination::Asterisk, _) => "menu, operator".to_owned(),
            (Destination::AddressTest, _) => "933, a drill".to_owned(),
            (Destination::Emergency, _) => "call for help".to_owned(),
            (Destination::Unknown, _) => "nowhere".to_owned(),
        }
    }

    /// How the call ended, in words. A call that began too long ago to go on has an end that nobody reported.
    #[must_use]
    pub fn outcome_in_words(&self, now: Timestamp) -> String {
        let age = now.duration_since(self.last);
        if let (true, Some(code)) = (self.ending.is_failure(), self.error) {
            let words = of_phone(code).map_or("could not be placed", |meaning| meaning.what);
            return format!("{words} ({code})");
        }
        let words = match (self.ending, self.why, self.seconds) {
            (Ending::Refused, Some(why), _) => format!("refused: {}", why.in_words()),
            (Ending::Completed, _, Some(seconds)) => format!("talked {}", clock(seconds)),
            (Ending::None, Some(why), _) => format!("refused: {}", why.in_words()),
            (Ending::None, ..) if age > SignedDuration::from_hours(2) => "no end was reported".to_owned(),
            (ending, ..) => ending.in_words().to_owned(),
        };
        match self.error {
            Some(code) => format!("{words}, error {code}"),
            None => words,
        }
    }
}

impl Happening {
    /// The event in words that follow the name of the phone.
    #[must_use]
    pub fn in_words(&self) -> String {
        let words = self.what.in_words();
        match self.what {
            What::Reject => format!("{words}: {}", self.why.unwrap_or(Why::Other).in_words()),
            What::OutgoingEnded | What::IncomingEnded => {
                format!("{words}: {}", self.ending.unwrap_or(Ending::None).in_words())
            }
            What::Error | What::TwilioError => {
                let code = self.error.unwrap_or_default();
                format!("{words} {code}: {}", error_in_words(code))
            }
            _ => words.to_owned(),
        }
    }
}

impl Health {
    /// The last proof of life and the last proof of death, each with its age.
    #[must_use]
    pub fn in_words(&self, now: Timestamp) -> String {
        let life = self.life.map_or_else(
            || "never heard from".to_owned(),
            |sign| {
                let verb = match sign.proof {
                    Life::Called => "called",
                    Life::Answered => "answered",
                    Life::Registered => "registered",
                };
                format!("{verb} {}", ago(sign.at, now))
            },
        );
        match self.death {
            Some(sign) => {
                format!("{life}; {} {}", error_in_words(sign.proof.0), ago(sign.at, now))
            }
            None => format!("{life}; never missed"),
        }
    }
}

/// The meaning of a Twilio error for a phone.
#[must_use]
pub fn error_in_words(code: u32) -> &'static str {
    of_phone(code).map_or("see twilio.com/docs/api/errors", |meaning| meaning.what)
}

/// The remedy for a Twilio error of a phone.
#[must_use]
pub fn advice(code: u32) -> &'static str {
    of_phone(code).map_or("look the code up at twilio.com/docs/api/errors", |meaning| meaning.remedy)
}

fn of_phone(code: u32) -> Option<OfPhone> {
    codes::meaning(code).of_phone
}

/// What to do about a call for help that was refused or failed. Nothing for others.
#[must_use]
pub fn help_advice(call: &Call) -> Option<&'static str> {
    match (call.help, call.why, call.error) {
        (Help::Refused, Some(Why::EmergencyDisabled), _) => {
            Some("give the phone an address and emergency = true in the network file, then: dialtone apply")
        }
        (Help::Refused, Some(Why::UnknownCaller | Why::ForeignDomain | Why::Impostor), _) => Some(
            "put the phone into the network file, or write its configuration anew: dialtone devices render",
        ),
        (Help::Failed, _, Some(code)) if of_phone(code).is_some() => Some(advice(code)),
        (Help::Refused | Help::Failed, ..) => {
            Some("see what stands between this phone and help: dialtone doctor --emergency")
        }
        (Help::None | Help::Drill | Help::Emergency, ..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read_at_a_glance() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        for (seconds, expected) in [
            (-60, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (3_599, "59 min ago"),
            (3_600, "1 h ago"),
            (172_799, "47 h ago"),
            (172_800, "2 d ago"),
        ] {
            assert_eq!(ago(now - SignedDuration::from_secs(seconds), now), expected);
        }
    }

    #[test]
    fn a_clock_has_hours_where_there_are_some() {
        assert_eq!([clock(5), clock(245), clock(3_600)], ["0:05", "4:05", "1:00:00"]);
    }
}
