//! The contents of the ledger, in words for people.

use jiff::{SignedDuration, Timestamp};

use crate::calls::{Call, Happening};
use crate::health::{Health, Life};
use crate::words::{Channel, Destination, Ending, Help, Way, What, Why};

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

impl Why {
    /// The reason in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Other => "another reason",
            Self::InvalidNumber => "no valid number",
            Self::CountryNotAllowed => "foreign country",
            Self::Premium => "premium number",
            Self::SpecialService => "special service",
            Self::Blocked => "on a block list",
            Self::OwnNumber => "its own number",
            Self::CallerIdBlock => "hides its number",
            Self::EmergencyDisabled => "may not call help",
            Self::UnknownCaller => "unknown phone",
            Self::ForeignDomain => "other SIP domain",
            Self::Impostor => "impostor",
        }
    }
}

impl Ending {
    /// The ending in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::None => "under way",
            Self::Unknown => "ended, Twilio did not say how",
            Self::Canceled => "caller hung up",
            Self::Busy => "busy",
            Self::NoAnswer => "no answer",
            Self::Failed => "could not be placed",
            Self::Completed => "answered",
            Self::Refused => "refused",
        }
    }
}

impl Channel {
    /// How a person is told, in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Sms => "text message",
            Self::Call => "spoken call",
            Self::Webhook => "webhook",
            Self::Mail => "mail",
        }
    }
}

impl Help {
    /// The name in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::None => "no call for help",
            Self::Drill => "drill (933)",
            Self::Emergency => "call for help",
            Self::Refused => "call for help REFUSED",
            Self::Failed => "call for help FAILED",
        }
    }
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
            let words = known_error(code).unwrap_or("could not be placed");
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
        let ending = self.ending.unwrap_or(Ending::None).in_words();
        let why = self.why.unwrap_or(Why::Other).in_words();
        match self.what {
            What::DialOutgoing => "asked for a call".to_owned(),
            What::DialPstn => "dials a number".to_owned(),
            What::DialExtension => "calls another phone".to_owned(),
            What::DialAsterisk => "reaches the menu or operator".to_owned(),
            What::DialEmergency => "CALLS FOR HELP".to_owned(),
            What::DialAddressTest => "makes a drill with 933".to_owned(),
            What::Reject => format!("was refused: {why}"),
            What::DialIncoming => "rings".to_owned(),
            What::OutgoingCall | What::IncomingCall => "call has ended".to_owned(),
            What::OutgoingEnded => format!("outgoing call: {ending}"),
            What::IncomingEnded => format!("incoming call: {ending}"),
            What::Error | What::TwilioError => {
                let code = self.error.unwrap_or_default();
                format!("error {code}: {}", error_in_words(code))
            }
            What::EmergencyRefused => format!("was REFUSED a call for help: {why}"),
            What::EmergencyFailed => "called for help and REACHED NOBODY".to_owned(),
            What::Answered => "answered".to_owned(),
            What::Other => "something else happened".to_owned(),
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

/// The meaning of a Twilio error for a phone (<https://www.twilio.com/docs/api/errors>).
#[must_use]
pub fn error_in_words(code: u32) -> &'static str {
    known_error(code).unwrap_or("see twilio.com/docs/api/errors")
}

fn known_error(code: u32) -> Option<&'static str> {
    Some(match code {
        11_200..=11_299 => "Twilio got no good answer from Dialtone",
        13_224 => "the number does not exist",
        13_225 => "Twilio blocks the number",
        13_227 => "the account may not call that country",
        32_009 => "not registered",
        32_011 => "no answer from the phone",
        32_014 => "no audio",
        32_022 => "no acknowledgement from the phone",
        32_202 => "wrong password",
        32_207 => "encrypted audio was refused",
        _ => return None,
    })
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
        (Help::Failed, _, Some(code)) if known_error(code).is_some() => Some(advice(code)),
        (Help::Refused | Help::Failed, ..) => {
            Some("see what stands between this phone and help: dialtone doctor --emergency")
        }
        (Help::None | Help::Drill | Help::Emergency, ..) => None,
    }
}

/// The remedy for a Twilio error of a phone.
#[must_use]
pub fn advice(code: u32) -> &'static str {
    match code {
        11_200..=11_299 => "look whether the service runs: dialtone doctor",
        32_009 => "look at power, cable and network at the phone, then at its user name and password",
        32_011 => "let the phone register every 600 s and send keep-alives; look at its router",
        32_014 => "look at the router at the phone: it lets no audio through",
        32_022 => "turn off SIP ALG in the router at the phone",
        32_202 => "write the phone's configuration anew: dialtone devices render",
        32_207 => "let the phone offer SRTP, or set `secure` in the file as the phone is",
        13_224 => "a caller dialled a number that does not exist; nothing to do",
        13_225 => "ask Twilio's support why the number is blocked",
        13_227 => "allow the country at Twilio, or take it out of `allow`",
        _ => "look the code up at twilio.com/docs/api/errors",
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
