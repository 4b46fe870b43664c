//! A notice of a call for help.

use std::fmt;

use network::{Extension, Network, PostalAddress};
use numbers::E164;
use serde_json::Value;

/// The four kinds of event that people are told of. A person must be able to tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A call for help is being connected.
    Help,
    /// A call for help was connected to nobody.
    Failed,
    /// A phone that may not call for help tried to.
    Refused,
    /// A test with 933.
    Drill,
}

impl Kind {
    /// The kind that an event stands for, by its `UserEvent`; other events are no notices.
    #[must_use]
    pub fn of_event(user_event: &str) -> Option<Self> {
        match user_event {
            "dial_emergency" => Some(Self::Help),
            "emergency_failed" => Some(Self::Failed),
            "emergency_refused" => Some(Self::Refused),
            "dial_address_test" => Some(Self::Drill),
            _ => None,
        }
    }

    /// The word for it in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Help => "call_for_help",
            Self::Failed => "failed_call_for_help",
            Self::Refused => "refused_call_for_help",
            Self::Drill => "drill",
        }
    }
}

/// A notice to a person about one call. Its `Debug` output has neither the number nor the place.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// The kind of event.
    pub kind: Kind,
    /// Twilio's name of the call, if it is known.
    pub call_sid: Option<String>,
    /// The user name of the phone; none for a phone that is not in the file.
    pub phone: Option<String>,
    /// The number that the emergency centre calls back.
    pub callback: Option<E164>,
    /// Where the emergency centre was told that the phone stands.
    pub place: Option<PostalAddress>,
    /// When, as the event has it: ISO 8601 in UTC.
    pub at: String,
    /// How many calls of this phone came shortly before and were not told one by one.
    pub held_back: u32,
    /// Whether somebody only tries whether notices arrive.
    pub is_trial: bool,
}

impl Notice {
    /// The notice of an event, in the JSON that consumers of the topic parse. None if the event calls for none.
    #[must_use]
    pub fn of(event: &str, network: &Network) -> Option<Self> {
        let event: Value = serde_json::from_str(event).ok()?;
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
        let kind = Kind::of_event(text("/event/UserEvent")?)?;
        let endpoint = text("/event/endpoint")?;
        let phone = network.extensions().iter().find(|phone| phone.endpoint() == endpoint);
        let sid = text("/call/sid").map(str::to_owned);
        Some(Self::about(kind, phone, network, sid, text("/timestamp")?.to_owned()))
    }

    /// A notice that only tries whether notices arrive, of a phone.
    #[must_use]
    pub fn trial(phone: &Extension, network: &Network, at: String) -> Self {
        Self { is_trial: true, ..Self::about(Kind::Drill, Some(phone), network, None, at) }
    }

    fn about(
        kind: Kind,
        phone: Option<&Extension>,
        network: &Network,
        call_sid: Option<String>,
        at: String,
    ) -> Self {
        let callback = network.help_caller_id(phone).copied();
        let place = callback.and_then(|number| network.address_of(&number).cloned());
        let phone = phone.map(|phone| phone.name().to_owned());
        Self { kind, call_sid, phone, callback, place, at, held_back: 0, is_trial: false }
    }

    /// The identity of this notice: the call and the kind of event. A webhook that Twilio repeats gives the same.
    #[must_use]
    pub fn id(&self) -> String {
        let call = self.call_sid.as_deref().unwrap_or(&self.at);
        format!("{call}-{}", self.kind.as_str())
    }
}

impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notice")
            .field("kind", &self.kind)
            .field("call_sid", &self.call_sid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use network::NetworkFile;

    use super::*;

    pub(crate) fn network(notify: &str) -> Network {
        let file = "[network]\nname = \"n\"\nregion = \"US\"\nemergency_caller_id = \"+15035550100\"\naddress = \"hq\"\n\
            [addresses.hq]\ncustomer = \"Example Phones\"\nstreet = \"1 Oak Street\"\ncity = \"Portland\"\nregion = \"OR\"\n\
            postal_code = \"97201\"\n[addresses.shop]\ncustomer = \"Example Bookshop\"\nstreet = \"100 Main Street\"\n\
            unit = \"Suite 2\"\ncity = \"Portland\"\nregion = \"OR\"\npostal_code = \"97205\"\n[stages.prod]\n\
            sip_domain = \"n.sip.twilio.com\"\npublic_url = \"https://n.example.org\"\n\
            [extensions.lobby]\nnumber = \"+15035550110\"\naddress = \"shop\"\n[extensions.attic]\nemergency = true\n\
            [extensions.\"+15035550114\"]\nnumber = \"+15035550114\"\nlabel = \"kiosk\"\n";
        NetworkFile::parse(&format!("{file}{notify}")).and_then(|file| file.network("prod")).unwrap()
    }

    pub(crate) fn event(name: &str, endpoint: &str, sid: &str) -> String {
        format!(
            "{{\"timestamp\":\"2026-06-20T18:04:05.123456Z\",\"hostname\":\"h\",\"event\":{{\"Event\":\"UserEvent\",\
             \"UserEvent\":\"{name}\",\"endpoint\":\"{endpoint}\",\"Channel\":\"{endpoint}\"}},\"call\":{{\"sid\":\"{sid}\"}}}}"
        )
    }

    #[test]
    fn a_notice_has_what_the_emergency_centre_sees() {
        let network = network("");
        let told = |endpoint| {
            let notice = Notice::of(&event("dial_emergency", endpoint, "CA1"), &network).unwrap();
            let place = notice.place.map(|place| place.street).unwrap_or_default();
            (
                notice.phone,
                notice.callback.map(|number| number.as_str().to_owned()).unwrap_or_default(),
                place,
            )
        };
        let expected = |phone: &str, number: &str, street: &str| {
            (Some(phone.to_owned()).filter(|phone| !phone.is_empty()), number.to_owned(), street.to_owned())
        };
        assert_eq!(told("lobby"), expected("lobby", "+15035550110", "100 Main Street"));
        assert_eq!(told("attic"), expected("attic", "+15035550100", "1 Oak Street"));
        assert_eq!(told("kiosk"), expected("+15035550114", "+15035550114", "1 Oak Street"));
        assert_eq!(told("unknown"), expected("", "+15035550100", "1 Oak Street"));
    }

    #[test]
    fn only_what_concerns_help_is_told() {
        let network = network("");
        let kind = |name| Notice::of(&event(name, "lobby", "CA1"), &network).map(|notice| notice.kind);
        assert_eq!(kind("dial_emergency"), Some(Kind::Help));
        assert_eq!(kind("emergency_failed"), Some(Kind::Failed));
        assert_eq!(kind("emergency_refused"), Some(Kind::Refused));
        assert_eq!(kind("dial_address_test"), Some(Kind::Drill));
        for other in ["dial_outgoing", "dial_pstn", "reject", "outgoing_call", "error-32009"] {
            assert_eq!(kind(other), None, "{other}");
        }
        for broken in ["", "{}", "[]", "{\"event\":{\"UserEvent\":\"dial_emergency\"}}"] {
            assert_eq!(Notice::of(broken, &network), None);
        }
    }

    #[test]
    fn debug_hides_the_number_and_the_place() {
        let notice = Notice::of(&event("dial_emergency", "lobby", "CA1"), &network("")).unwrap();
        let shown = format!("{notice:?}");
        assert!(!shown.contains("555") && !shown.contains("Main"), "{shown}");
    }
}
