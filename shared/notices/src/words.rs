//! The words of a notice, for each way to a person.

use network::PostalAddress;
use serde_json::{Value, json};
use twiml::{Response, Say};

use crate::notice::{Kind, Notice};

impl Notice {
    /// The event in capitals: the first thing that a person sees.
    #[must_use]
    pub fn headline(&self) -> &'static str {
        match self.kind {
            _ if self.is_trial => "TRIAL NOTICE, NO CALL WAS MADE",
            Kind::Help => "CALL FOR HELP",
            Kind::Failed => "CALL FOR HELP FAILED",
            Kind::Refused => "CALL FOR HELP REFUSED",
            Kind::Drill => "TEST OF EMERGENCY CALLS",
        }
    }

    fn sentence(&self) -> &'static str {
        match self.kind {
            _ if self.is_trial => "Somebody tries whether notices arrive.",
            Kind::Help => "The phone is calling the emergency number now.",
            Kind::Failed => "The call to the emergency number did not go through.",
            Kind::Refused => {
                "The phone is not allowed to call the emergency number, and the call was refused."
            }
            Kind::Drill => "Somebody dialed the test number. Nobody needs help.",
        }
    }

    /// The phone, as people call it.
    fn name(&self) -> &str {
        self.phone.as_deref().unwrap_or("a phone that is not in the file")
    }

    /// Everything on one line, for a text message and the subject of a mail.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = format!("{}: {}.", self.headline(), self.name());
        if let Some(number) = &self.callback {
            line.push_str(&format!(" Call back {}.", number.as_str()));
        }
        line.push_str(&format!(" {}.", self.place.as_ref().map_or_else(|| "Place unknown".into(), place)));
        line.push_str(&format!(" {}.", self.time()));
        if let Some(sid) = &self.call_sid {
            line.push_str(&format!(" {sid}"));
        }
        if let Some(more) = self.more() {
            line.push_str(&format!(" ({more})"));
        }
        line
    }

    /// The body of a mail.
    #[must_use]
    pub fn mail(&self) -> String {
        let unknown = "unknown".to_owned();
        let mut text = format!("{}\n\n{}\n\n", self.headline(), self.sentence());
        let callback = self.callback.map_or_else(|| unknown.clone(), |number| number.as_str().to_owned());
        let place = self.place.as_ref().map_or(unknown, place);
        for (name, value) in [
            ("Phone", self.name()),
            ("Call back", &callback),
            ("Place", &place),
            ("Time", &self.time()),
            ("Call", self.call_sid.as_deref().unwrap_or("unknown")),
        ] {
            text.push_str(&format!("{name:<10} {value}\n"));
        }
        if let Some(more) = self.more() {
            text.push_str(&format!("\n{more}\n"));
        }
        text
    }

    /// The TwiML of a spoken call: the words twice, with digits one by one (Twilio reads a run of digits as a number).
    #[must_use]
    pub fn twiml(&self) -> String {
        let name = self.name();
        let callback = self.callback.map_or_else(|| "unknown".into(), |number| one_by_one(number.digits()));
        let place = self.place.as_ref().map_or_else(|| "unknown".into(), place);
        let more = self.more().map(|more| format!(" {more}.")).unwrap_or_default();
        let text = format!(
            "{}. {} The phone is {name}. The number to call back is {callback}. The place is {place}.{more}",
            self.headline().to_lowercase(),
            self.sentence()
        );
        let say = || Say::new(text.clone(), "en-US");
        Response::new().say(say()).pause(2).say(say()).hangup().to_string()
    }

    /// The body of a webhook.
    #[must_use]
    pub fn json(&self) -> Value {
        let place = self.place.as_ref().map(|place| {
            json!({
                "customer": place.customer, "street": place.street, "unit": place.unit, "city": place.city,
                "region": place.region, "postal_code": place.postal_code, "country": place.country.as_str(),
            })
        });
        json!({
            "id": self.id(),
            "kind": self.kind.as_str(),
            "is_trial": self.is_trial,
            "phone": self.phone,
            "callback_number": self.callback.as_ref().map(numbers::E164::as_str),
            "address": place,
            "time": self.at,
            "call_sid": self.call_sid,
            "held_back": self.held_back,
            "text": self.line(),
        })
    }

    /// `2026-06-20 18:04:05 UTC`, without the fraction that tells events apart.
    fn time(&self) -> String {
        let seconds = self.at.get(..19).unwrap_or(&self.at);
        format!("{} UTC", seconds.replace('T', " "))
    }

    fn more(&self) -> Option<String> {
        match self.held_back {
            0 => None,
            1 => Some("One more call of this phone came in the 30 seconds before".into()),
            many => Some(format!("{many} more calls of this phone came in the 30 seconds before")),
        }
    }
}

/// An address on one line. The unit comes before the city, because help must find the door.
fn place(place: &PostalAddress) -> String {
    let unit = place.unit.as_ref().map(|unit| format!(", {unit}")).unwrap_or_default();
    format!(
        "{}, {}{unit}, {} {} {}",
        place.customer, place.street, place.city, place.region, place.postal_code
    )
}

fn one_by_one(digits: &str) -> String {
    digits.chars().map(|digit| digit.to_string()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::tests::{event, network};

    fn notice(name: &str) -> Notice {
        Notice::of(&event(name, "lobby", "CA00000000000000000000000000000001"), &network("")).unwrap()
    }

    #[test]
    fn a_line_has_it_all() {
        assert_eq!(
            notice("dial_emergency").line(),
            "CALL FOR HELP: lobby. Call back +15035550110. Example Bookshop, 100 Main Street, Suite 2, Portland OR 97205. \
             2026-06-20 18:04:05 UTC. CA00000000000000000000000000000001"
        );
        let stormy = Notice { held_back: 3, ..notice("dial_emergency") };
        assert!(stormy.line().ends_with("(3 more calls of this phone came in the 30 seconds before)"));
    }

    #[test]
    fn the_four_kinds_cannot_be_taken_for_each_other() {
        let names = ["dial_emergency", "emergency_failed", "emergency_refused", "dial_address_test"];
        let told: Vec<_> = names.map(notice).into();
        let mut headlines: Vec<_> = told.iter().map(Notice::headline).collect();
        headlines.sort_unstable();
        headlines.dedup();
        assert_eq!(headlines.len(), 4);
        assert!(told[3].mail().contains("Nobody needs help"));
        let trial = Notice { is_trial: true, ..notice("dial_address_test") };
        assert!(trial.line().starts_with("TRIAL NOTICE") && trial.twiml().contains("tries whether"));
    }

    #[test]
    fn a_voice_says_digits_one_by_one_and_everything_twice() {
        let twiml = notice("dial_emergency").twiml();
        assert_eq!(twiml.matches("1 5 0 3 5 5 5 0 1 1 0").count(), 2, "{twiml}");
        // https://www.twilio.com/docs/voice/api/call-resource: `Twiml` has 4,000 characters at most.
        assert!(twiml.len() < 4_000);
    }

    #[test]
    fn json_is_for_programs() {
        let json = notice("emergency_refused").json();
        assert_eq!(json["kind"], "refused_call_for_help");
        assert_eq!(json["callback_number"], "+15035550110");
        assert_eq!(json["address"]["unit"], "Suite 2");
        assert_eq!(json["id"], "CA00000000000000000000000000000001-refused_call_for_help");
    }
}
