//! The error codes of Twilio's debugger: their meaning for a network of phones, and the remedies.
//!
//! The meanings are those of Twilio's error dictionary (<https://www.twilio.com/docs/api/errors>); the remedies are ours.

/// The meaning of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Whether calls do not work because of it. The others are about one call, or one phone.
    pub is_failure: bool,
    /// The event, in a sentence without a full stop.
    pub what: &'static str,
    /// The remedy, in the imperative.
    pub remedy: &'static str,
    /// What it says of the one phone that it happened to, if it says anything.
    pub of_phone: Option<OfPhone>,
}

/// The meaning of a code for the phone that it happened to, where a line has room for a few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfPhone {
    /// The event in a few words.
    pub what: &'static str,
    /// The remedy at the phone, in the imperative.
    pub remedy: &'static str,
}

/// The codes whose meaning is known here, in order.
const KNOWN: &[(u32, Meaning)] = &[
    (11200, failure("the service answered a webhook with an error, or not within 15 s", SERVICE).unheard()),
    (11205, failure("Twilio could not connect to the service", REACH).unheard()),
    (11206, failure("the service's answer was not HTTP", REACH).unheard()),
    (11210, failure("the name of the service is not in the DNS", REACH).unheard()),
    (11215, failure("the service sent Twilio on to other URLs too often", REACH).unheard()),
    (11220, failure("Twilio and the service could not agree on TLS", CERTIFICATE).unheard()),
    (11235, failure("the service's certificate is for another name", CERTIFICATE).unheard()),
    (11236, failure("the service's certificate has expired", CERTIFICATE).unheard()),
    (
        11237,
        failure("the service's certificate has no chain to an authority that Twilio trusts", CERTIFICATE)
            .unheard(),
    ),
    (11750, failure("an answer of the service was larger than Twilio reads", SERVICE)),
    (11770, failure("an answer of the service was empty", SERVICE)),
    (12100, failure("what answers at public_url does not send TwiML", STRANGER)),
    (12101, failure("what answers at public_url does not send TwiML", STRANGER)),
    (12102, failure("what answers at public_url does not send TwiML", STRANGER)),
    (12200, warning("Twilio found a verb or an attribute that it does not know", REPORT)),
    (12300, failure("what answers at public_url sends something else than XML", STRANGER)),
    (
        13214,
        failure(
            "a caller id is neither a number of the account nor a verified one, so the call was not placed",
            "see that the account has the number of each phone (`dialtone plan`), and its caller_id",
        ),
    ),
    (13223, warning("a number that was dialled is not one in the world's numbering plan", EXPLAIN)),
    (
        13224,
        warning("a number that was dialled does not exist, or Twilio cannot reach it", EXPLAIN)
            .of_phone(
                "the number does not exist",
                "a caller dialled a number that does not exist; nothing to do",
            ),
    ),
    (
        13225,
        warning(
            "Twilio itself blocks a number that was dialled",
            "ask Twilio's support to lift the block if the call is wanted",
        )
        .of_phone("Twilio blocks the number", "ask Twilio's support why the number is blocked"),
    ),
    (13226, warning("a number that was dialled has a country code that Twilio does not know", EXPLAIN)),
    (
        13227,
        failure(
            "the account may not call a country that the file allows",
            "open the country in Twilio's console (Voice > Settings > Geo permissions), or take it out of allow",
        )
        .of_phone(
            "the account may not call that country",
            "allow the country at Twilio, or take it out of `allow`",
        ),
    ),
    (
        13243,
        warning(
            "the SIP address of a phone or of Asterisk is not valid",
            "correct the host in [asterisk], or the phone's name in the file",
        ),
    ),
    (
        13247,
        warning(
            "Twilio does not show a caller id to a SIP phone, because it is not valid or must not originate calls",
            EXPLAIN,
        ),
    ),
    (15003, failure("the service did not take word of a call's progress: events are missing", SERVICE)),
    (
        21216,
        failure(
            "the account may not call the number: it is blocked, or the account has no Primary Customer Profile",
            "complete the Primary Customer Profile in Twilio's console (Trust Hub); a new account cannot call North America without",
        ),
    ),
    (
        32002,
        failure(
            "a phone uses a SIP domain that Twilio does not have",
            "run `dialtone apply`, and compare the phone's domain with sip_domain in the file",
        ),
    ),
    (
        32007,
        warning(
            "a phone has registered from more than ten places",
            "find the devices that use the same user name, and give each its own",
        ),
    ),
    (
        32008,
        warning(
            "a phone registers too often",
            "set its expiry to 600 s; `dialtone devices render --all --out DIR` writes that",
        ),
    ),
    (
        32009,
        warning("a phone was rung that is not registered", PHONE)
            .of_phone(
                "not registered",
                "look at power, cable and network at the phone, then at its user name and password",
            ),
    ),
    (
        32011,
        warning("a registered phone did not answer Twilio's ring, or answered with an error", PHONE)
            .of_phone(
                "no answer from the phone",
                "let the phone register every 600 s and send keep-alives; look at its router",
            ),
    ),
    (
        32013,
        warning(
            "more calls were begun in a second than Twilio allows the account",
            "ask Twilio for more calls per second, if it was no mischief",
        ),
    ),
    (
        32014,
        warning(
            "a call was ended because no sound came from the phone for a minute",
            "turn off silence suppression (VAD) on the phone, and let its router pass UDP 10000 to 60000",
        )
        .of_phone("no audio", "look at the router at the phone: it lets no audio through"),
    ),
    (
        32015,
        warning(
            "a call was ended because it lasted too long",
            "raise time_limit in the file if such calls are wanted",
        ),
    ),
    (
        32016,
        warning(
            "nothing rang for too long after dialling",
            "try the number from another telephone; if it works there, ask Twilio's support",
        ),
    ),
    (
        32022,
        warning(
            "a phone took a call and then fell silent: Twilio never got its confirmation (ACK)",
            "turn off SIP ALG in the phone's router, or let the phone use TLS",
        )
        .of_phone("no acknowledgement from the phone", "turn off SIP ALG in the router at the phone"),
    ),
    (32100, failure("a trial account may call verified numbers only", "upgrade the account")),
    (
        32201,
        failure(
            "a call came from an address that the SIP domain does not let in",
            "remove the IP access list from the SIP domain; `dialtone plan` shows what differs",
        ),
    ),
    (
        32202,
        warning("a phone, or a stranger, tried to call with a wrong user name or password", PASSWORD)
            .of_phone("wrong password", "write the phone's configuration anew: dialtone devices render"),
    ),
    (
        32203,
        warning(
            "Twilio itself blocks a number that was dialled",
            "ask Twilio's support to lift the block if the call is wanted",
        ),
    ),
    (
        32205,
        failure(
            "the account may not call a country that the file allows",
            "open the country in Twilio's console (Voice > Settings > Geo permissions), or take it out of allow",
        ),
    ),
    (
        32207,
        warning("a phone called without encryption, but the SIP domain demands it", SECURE)
            .of_phone(
                "encrypted audio was refused",
                "let the phone offer SRTP, or set `secure` in the file as the phone is",
            ),
    ),
    (32208, warning("a phone called without encryption, but the SIP domain demands it", SECURE)),
    (32209, warning("a phone called without encryption, but the SIP domain demands it", SECURE)),
    (
        32210,
        failure(
            "a phone tried to register, but the SIP domain takes no registrations",
            "run `dialtone apply`, which turns registration on",
        ),
    ),
    (
        32212,
        warning("a phone, or a stranger, tried to register with a wrong user name or password", PASSWORD),
    ),
    (
        32214,
        failure(
            "a SIP domain of another account was used",
            "compare sip_domain in the file with the account's domains",
        ),
    ),
    (
        32220,
        failure(
            "a phone is rung at a regional name of the SIP domain",
            "write sip_domain as NAME.sip.twilio.com in the file",
        ),
    ),
    (
        32221,
        failure(
            "a phone is rung at a regional name of the SIP domain",
            "write sip_domain as NAME.sip.twilio.com in the file",
        ),
    ),
];

const SERVICE: &str =
    "look into the service's log at that time, and run `dialtone call PHONE DIALLED` against the service";
const REACH: &str =
    "see that the service runs, that its name is in the DNS, and that its firewall lets Twilio in";
const CERTIFICATE: &str = "renew the certificate, with its whole chain, for the name in public_url";
const STRANGER: &str =
    "see what answers at public_url: it is not Dialtone, or something in between changes its answers";
const REPORT: &str = "report it to the makers of Dialtone, with the code and the time";
const EXPLAIN: &str =
    "see what was dialled with `dialtone explain PHONE DIALLED`; a mistake in dialling needs no remedy";
const PHONE: &str =
    "look at the phone's power, network and password; `dialtone doctor --phones` shows which it is";
const PASSWORD: &str = "give the phone its password anew with `dialtone rotate PHONE`, if it is ours; strangers try such things every day";
const SECURE: &str = "give the phone TLS and SRTP; `dialtone devices render --all --out DIR` writes that";

/// The meaning of a code, also of an unknown one.
#[must_use]
pub fn meaning(code: u32) -> Meaning {
    if let Ok(index) = KNOWN.binary_search_by_key(&code, |(code, _)| *code)
        && let Some((_, meaning)) = KNOWN.get(index)
    {
        return *meaning;
    }
    // The families of the dictionary: webhooks (11xxx), those by HTTP (112xx) among them, and TwiML (12xxx).
    match code {
        11_200..=11_299 => failure("Twilio could not get an answer of the service", UNKNOWN).unheard(),
        11_000..=11_999 => failure("Twilio could not get an answer of the service", UNKNOWN),
        12_000..=12_999 => failure("Twilio could not read an answer of the service", UNKNOWN),
        _ => warning("Twilio reported an error", UNKNOWN),
    }
}

/// The page of a code in Twilio's dictionary.
#[must_use]
pub fn page(code: u32) -> String {
    format!("https://www.twilio.com/docs/api/errors/{code}")
}

const UNKNOWN: &str = "read Twilio's page on the code";

/// A webhook of a phone's call that failed, for any reason.
const UNHEARD: OfPhone = OfPhone {
    what: "Twilio got no good answer from Dialtone",
    remedy: "look whether the service runs: dialtone doctor",
};

const fn failure(what: &'static str, remedy: &'static str) -> Meaning {
    Meaning { is_failure: true, what, remedy, of_phone: None }
}

const fn warning(what: &'static str, remedy: &'static str) -> Meaning {
    Meaning { is_failure: false, what, remedy, of_phone: None }
}

impl Meaning {
    const fn of_phone(self, what: &'static str, remedy: &'static str) -> Self {
        Self { of_phone: Some(OfPhone { what, remedy }), ..self }
    }

    const fn unheard(self) -> Self {
        Self { of_phone: Some(UNHEARD), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_and_families_too() {
        assert!(KNOWN.is_sorted_by_key(|(code, _)| *code));
        for (code, _) in KNOWN {
            assert_ne!(meaning(*code).remedy, UNKNOWN, "{code}");
        }
        for code in [11200, 11205, 11237, 12100, 11999, 12999] {
            assert!(meaning(code).is_failure, "webhook failures are failures: {code}");
        }
        for code in [13224, 32009, 32011, 32014, 32022, 32202, 32207, 1, 99_999] {
            assert!(!meaning(code).is_failure, "{code}");
        }
        assert_eq!(meaning(99_999).what, "Twilio reported an error");
    }

    #[test]
    fn what_a_phone_may_meet_has_few_words() {
        for code in [11_200, 11_205, 11_237, 11_299] {
            assert_eq!(meaning(code).of_phone, Some(UNHEARD), "{code}");
        }
        for code in [11_750, 12_100, 13_214, 99_999] {
            assert_eq!(meaning(code).of_phone, None, "{code}");
        }
        assert_eq!(meaning(32_009).of_phone.map(|one| one.what), Some("not registered"));
    }
}
