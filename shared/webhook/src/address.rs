//! Addresses of callers and of the called.

use std::fmt;

use crate::sip::{SipUri, decode, upto};

/// Words that networks send in place of a withheld number.
const WITHHELD: [&str; 7] =
    ["anonymous", "unknown", "restricted", "unavailable", "private", "blocked", "withheld"];

/// One end of a call, as `From`, `To` or `ReferTransferTarget` name it
/// (<https://www.twilio.com/docs/voice/twiml>).
///
/// `Debug` shows the kind only.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub enum Address {
    /// `sip:` or `sips:`, alone or as a name-addr (RFC 3261, section 25.1).
    Sip(SipUri),
    /// A telephone number as sent: E.164, other digits, star codes, or what a `tel:` URI (RFC 3966) holds.
    Number(String),
    /// `client:`, a Twilio Voice SDK client.
    Client(String),
    /// Blank, or a word such as `anonymous`.
    #[default]
    Withheld,
    /// None of these, such as a user without a scheme: what may have been dialled, without a host and decoded. It
    /// proves nobody's identity.
    Other(String),
}

impl Address {
    /// Reads an address. It is total: whatever the text, there is an answer.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = addr_spec(text).trim();
        if let Some((scheme, rest)) = text.split_once(':') {
            let is = |name: &str| scheme.eq_ignore_ascii_case(name);
            if is("sip") || is("sips") {
                return SipUri::parse(rest.trim(), is("sips"))
                    .map_or_else(|| Self::Other(String::new()), Self::Sip);
            }
            if is("tel") {
                return bare(decode(upto(rest, &[';', '?'])).trim());
            }
            if is("client") && !rest.trim().is_empty() {
                return Self::Client(rest.trim().to_owned());
            }
        }
        bare(text)
    }

    /// The text that was dialled: the user of a SIP URI, the number, or whatever else it may be; often blank.
    #[must_use]
    pub fn dialled(&self) -> &str {
        match self {
            Self::Sip(uri) => uri.user().unwrap_or_default(),
            Self::Number(text) | Self::Other(text) => text,
            Self::Client(_) | Self::Withheld => "",
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sip(uri) => f.debug_tuple("Sip").field(uri).finish(),
            Self::Number(_) => f.write_str("Number(..)"),
            Self::Client(_) => f.write_str("Client(..)"),
            Self::Withheld => f.write_str("Withheld"),
            Self::Other(_) => f.write_str("Other(..)"),
        }
    }
}

/// The content of the angle brackets, if there are any, without display name and header parameters.
fn addr_spec(text: &str) -> &str {
    // A quoted display name may contain brackets. Where quotes are broken, the last bracket is the best guess.
    let Some(open) = bracket_outside_quotes(text).or_else(|| text.rfind('<')) else {
        return text;
    };
    upto(text.get(open + 1..).unwrap_or_default(), &['>'])
}

fn bracket_outside_quotes(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().find_map(|(at, c)| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => return Some(at),
            _ => {}
        }
        None
    })
}

fn bare(text: &str) -> Address {
    match text {
        "" => Address::Withheld,
        _ if is_withheld(text) => Address::Withheld,
        _ if is_number(text) => Address::Number(text.to_owned()),
        _ => Address::Other(decode(upto(text, &['@'])).trim().to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let is_key = |c: char| c.is_numeric() || matches!(c, '*' | '#');
    text.contains(is_key) && text.chars().all(|c| is_key(c) || matches!(c, '+' | '-' | '.' | '(' | ')' | ' '))
}

/// Some networks spell the word on the keys of a telephone: `+266696687` is ANONYMOUS. With the `+`, none of these
/// is a number that exists; without it, one may be.
fn is_withheld(text: &str) -> bool {
    let is_spelled =
        |word: &str| text.strip_prefix('+').is_some_and(|digits| word.bytes().map(key).eq(digits.bytes()));
    WITHHELD.into_iter().any(|word| text.eq_ignore_ascii_case(word) || is_spelled(word))
}

/// The telephone key of a lower-case letter (ITU-T E.161).
fn key(letter: u8) -> u8 {
    match letter {
        b'a'..=b'c' => b'2',
        b'd'..=b'f' => b'3',
        b'g'..=b'i' => b'4',
        b'j'..=b'l' => b'5',
        b'm'..=b'o' => b'6',
        b'p'..=b's' => b'7',
        b't'..=b'v' => b'8',
        _ => b'9',
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sip::encode_user;

    /// Scheme, user, host and port of a SIP address, written as one.
    fn sip(text: &str) -> String {
        match Address::parse(text) {
            Address::Sip(uri) => format!(
                "{} {} {} {}",
                if uri.is_secure() { "sips" } else { "sip" },
                uri.user().unwrap_or("-"),
                uri.host(),
                uri.port().map_or("-".to_owned(), |port| port.to_string()),
            ),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_has_no_scheme_may_still_have_been_dialled() {
        for (text, dialled) in [
            ("911@demo.sip.twilio.com", "911"),
            ("lobby", "lobby"),
            ("%23", "#"),
            ("a%20b@h", "a b"),
            ("@h", ""),
            ("urn:x", "urn:x"),
        ] {
            assert_eq!(Address::parse(text).dialled(), dialled, "{text}");
            assert!(!matches!(Address::parse(text), Address::Sip(_)), "{text}");
        }
    }

    #[test]
    fn sip_uris_in_every_shape() {
        for (text, expected) in [
            ("sip:lobby@demo.sip.twilio.com", "sip lobby demo.sip.twilio.com -"),
            (" \r\n SIP:Lobby@Demo.SIP.Twilio.Com \n", "sip Lobby demo.sip.twilio.com -"),
            ("sips:a@h:5061;transport=tls", "sips a h 5061"),
            ("sip:a@h;transport=tls;lr?x=y&z=w", "sip a h -"),
            ("sip:a@h?Replaces=1%40x", "sip a h -"),
            ("sip:a:secret@h:5060", "sip a h 5060"),
            ("sip:5035550123;phone-context=+1@h", "sip 5035550123 h -"),
            ("sip:+15035550123@h;user=phone", "sip +15035550123 h -"),
            ("sip:a@h:port", "sip a h -"),
            ("sip:a@h:99999", "sip a h -"),
            ("sip:a@[2001:DB8::1]:5060;x=y", "sip a [2001:db8::1] 5060"),
            ("sip:a@[2001:db8::1]", "sip a [2001:db8::1] -"),
            ("sip:[::1]:5060", "sip - [::1] 5060"),
            ("sip:a@192.0.2.1", "sip a 192.0.2.1 -"),
            ("sip:5035550123", "sip 5035550123  -"),
            ("sip:5035550123:5060;x=y?z", "sip 5035550123  -"),
            ("sip:503.555.0123", "sip 503.555.0123  -"),
            ("sip:lobby", "sip lobby  -"),
            ("sip:demo.sip.twilio.com:5060;lr", "sip - demo.sip.twilio.com 5060"),
            ("sip:@h", "sip - h -"),
            ("sip:a@", "sip a  -"),
            ("sip:a@b@h", "sip a b@h -"),
        ] {
            assert_eq!(sip(text), expected, "{text}");
        }
        for nothing in ["sip:", "sips:@", "sip:;x", "<sip:>", "sip::", "sip:?x=y"] {
            assert_eq!(Address::parse(nothing), Address::Other(String::new()), "{nothing}");
        }
    }

    #[test]
    fn keys_of_a_telephone_are_users() {
        for (text, expected) in [
            ("sip:#@h", "sip # h -"),
            ("sip:%23@h", "sip # h -"),
            ("sip:#", "sip #  -"),
            ("sip:*@h", "sip * h -"),
            ("sip:*67#@h", "sip *67# h -"),
            ("sip:%2A69@h", "sip *69 h -"),
            ("sip:(503)%20555-0123@h", "sip (503) 555-0123 h -"),
        ] {
            assert_eq!(sip(text), expected, "{text}");
        }
    }

    #[test]
    fn escapes_are_undone_once_and_bad_ones_kept() {
        for (text, user) in [
            ("sip:%2523@h", "%23"),
            ("sip:%@h", "%"),
            ("sip:%ZZ%4@h", "%ZZ%4"),
            ("sip:%FFa@h", "\u{fffd}a"),
            ("sip:caf%C3%a9@h", "café"),
            ("sip:a%40b%3Bc@h", "a@b;c"),
        ] {
            assert_eq!(Address::parse(text).dialled(), user, "{text}");
        }
    }

    #[test]
    fn name_addrs() {
        for text in [
            "<sip:u@h>",
            "<sip:u@h;transport=tls>;tag=abc",
            "<sip:u@h?x=y>",
            "Lobby Phone <sip:u@h>",
            "\"Lobby\" <sip:u@h>;tag=1",
            "\"Display, <x>\" <sip:u@h;transport=tls>;tag=1",
            "\"<sip:evil@other>\" <sip:u@h>",
            r#""a \" <sip:evil@other> \\" <sip:u@h>"#,
            "\"\"<SIP:u@H>",
            "broken\" <sip:u@h>",
            "\"broken <sip:u@h>",
            "\"broken\\\" <sip:u@h>",
            "<sip:u@h",
            "<sip:u@h>;x=\"<sip:evil@other>\"",
            "\"Lobby\"\r\n <sip:u@h>",
        ] {
            assert_eq!(sip(text), "sip u h -", "{text}");
        }
        assert_eq!(sip("sipout\" <sips:alpha@h>"), "sips alpha h -");
        assert_eq!(
            sip("\"+15035550100\" <sip:+15035550100@demo.sip.twilio.com>;tag=8_4"),
            "sip +15035550100 demo.sip.twilio.com -"
        );
    }

    #[test]
    fn numbers() {
        for (text, number) in [
            ("+15035550100", "+15035550100"),
            (" 5035550100\n", "5035550100"),
            ("*67", "*67"),
            ("#", "#"),
            ("(503) 555-0100", "(503) 555-0100"),
            ("tel:+15035550100;ext=12", "+15035550100"),
            ("TEL:+1-503-555-0100", "+1-503-555-0100"),
            ("tel:%2A67", "*67"),
            ("<tel:+15035550100>", "+15035550100"),
            ("2562533", "2562533"),
        ] {
            assert_eq!(Address::parse(text), Address::Number(number.to_owned()), "{text}");
            assert_eq!(Address::parse(text).dialled(), number);
        }
    }

    #[test]
    fn all_else() {
        for blank in
            ["", "  \n", "<>", "tel:", "Anonymous", "UNKNOWN", "restricted", " unavailable ", "+266696687"]
        {
            assert_eq!(Address::parse(blank), Address::Withheld, "{blank}");
        }
        assert_eq!(Address::parse("client:lobby"), Address::Client("lobby".to_owned()));
        for other in
            ["lobby", "client:", "mailto:a@h", "u@h", "+", "-", "whatsapp:+15035550100", "1-800-FLOWERS"]
        {
            assert!(matches!(Address::parse(other), Address::Other(_)), "{other}");
        }
        assert_eq!(Address::parse("sip:anonymous@anonymous.invalid").dialled(), "anonymous");
    }

    #[test]
    fn debug_shows_kinds_only() {
        for text in [
            "sip:5035550100@5035550100",
            "sip:5035550100",
            "sip:x5035550100.x",
            "+15035550100",
            "client:5035550100",
            "whatsapp:5035550100",
        ] {
            let debug = format!("{:?}", Address::parse(text));
            assert!(!debug.contains("5035550100"), "{debug}");
        }
        assert_eq!(
            format!("{:?}", Address::parse("sip:a@h:5060")),
            "Sip(SipUri { port: Some(5060), secure: false, .. })"
        );
    }

    proptest! {
        #[test]
        fn reading_is_total(text: String, tail in "(sip:|tel:|<|\"|\\\\|@|\\[|\\]|:|;|%|é|#){0,12}") {
            let _ = Address::parse(&text);
            let _ = Address::parse(&tail);
            let _ = Address::parse(&format!("sip:{text}"));
            let _ = Address::parse(&format!("{tail}{text}"));
        }

        #[test]
        fn a_user_survives_the_trip(user in any::<String>().prop_filter("a user", |user| !user.is_empty())) {
            let there = format!("\"x\" <sip:{}@h:5060;transport=tls>", encode_user(&user));
            let back = Address::parse(&there);
            prop_assert_eq!(back.dialled(), user);
        }
    }
}
