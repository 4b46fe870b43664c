//! SIP URIs (RFC 3261, section 19.1), read as leniently as phones and Twilio write them.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The characters that may stand in a user part as they are (RFC 3261, section 25.1): `unreserved`, and `user-unreserved` but for `;` and
/// `?`, at which telephones begin to read parameters and headers. The others must not be encoded: `x&y` and `x%26y` are two
/// users (section 19.1.4), and telephones register as the first.
const USER: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'/');

/// Twilio's SIP domains end in this; localized ones have the name of an edge within it.
const TWILIO: &str = ".sip.twilio.com";

/// The user and host of a `sip:` or `sips:` URI. Password, parameters and headers are dropped.
///
/// `Debug` shows neither user nor host: phones put numbers into both.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SipUri {
    user: Option<String>,
    host: String,
    port: Option<u16>,
    secure: bool,
}

impl SipUri {
    /// The user, percent-decoded once: `#` for `sip:%23@host`. Never blank.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The host in lower case, an IPv6 address in its brackets; blank when there is none.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, if one was written.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the scheme is `sips`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether the host is `domain`, in any case.
    ///
    /// A localized name of the domain counts too: see [`is_same_domain`].
    #[must_use]
    pub fn is_host(&self, domain: &str) -> bool {
        is_same_domain(&self.host, domain)
    }

    /// Reads what follows the scheme. There is nothing in it when the result is none.
    pub(crate) fn parse(rest: &str, secure: bool) -> Option<Self> {
        // A user may contain `?`, `;` and even a bare `#`, so the `@` is looked for before anything is cut.
        let (user, host) = match rest.split_once('@') {
            Some((user, host)) => (user, host),
            None if is_host_like(upto(rest, &[';', '?'])) => ("", rest),
            None => (upto(rest, &['?']), ""),
        };
        let (host, port) = split_port(upto(host, &[';', '?']).trim());
        let user = decode(upto(user, &[';', ':']).trim());
        let uri = Self {
            user: (!user.is_empty()).then_some(user),
            host: host.to_ascii_lowercase(),
            port: port.and_then(|port| port.parse().ok()),
            secure,
        };
        (uri.user.is_some() || !uri.host.is_empty()).then_some(uri)
    }
}

impl fmt::Debug for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SipUri")
            .field("port", &self.port)
            .field("secure", &self.secure)
            .finish_non_exhaustive()
    }
}

/// Whether `host` is the SIP domain `domain`, without regard to case.
///
/// `NAME.sip.EDGE.twilio.com` is the same domain as `NAME.sip.twilio.com`: Twilio's localized names serve
/// the same registrations (<https://www.twilio.com/docs/voice/api/sip-registration>).
#[must_use]
pub fn is_same_domain(host: &str, domain: &str) -> bool {
    if host.eq_ignore_ascii_case(domain) {
        return true;
    }
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    domain
        .strip_suffix(TWILIO)
        .and_then(|name| host.strip_prefix(name)?.strip_prefix(".sip.")?.strip_suffix(".twilio.com"))
        .is_some_and(|edge| !edge.is_empty() && !edge.contains('.'))
}

/// Writes a user for a SIP URI: everything but letters, digits and `-_.!~*'()&=+$,/` is percent-encoded, `#` too.
pub fn encode_user(user: &str) -> impl fmt::Display {
    utf8_percent_encode(user, USER)
}

/// Undoes percent-encoding once. A bad escape stays as it is; bytes that are not UTF-8 are replaced.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The text before the first of these characters.
pub(crate) fn upto<'a>(text: &'a str, ends: &[char]) -> &'a str {
    text.split(ends).next().unwrap_or(text)
}

/// Host and port. The colons of an IPv6 address stand in brackets (RFC 3986, section 3.2.2).
pub(crate) fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// Without an `@`, a dot and a letter make a host of what else is a user; so does an IPv6 address's bracket.
fn is_host_like(text: &str) -> bool {
    text.starts_with('[') || (text.contains('.') && text.contains(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localized_hosts_are_the_same_domain() {
        let is_host =
            |host: &str, domain: &str| SipUri::parse(&format!("u@{host}"), false).unwrap().is_host(domain);
        let domain = "Demo.sip.twilio.com";
        for host in
            ["demo.sip.twilio.com:5061", "DEMO.SIP.umatilla.Twilio.com", "demo.sip.ashburn-ix.twilio.com"]
        {
            assert!(is_host(host, domain), "{host}");
        }
        for host in [
            "demo2.sip.twilio.com",
            "demo.sip.a.b.twilio.com",
            "demo.sip..twilio.com",
            "demo.sip.twilio.com.example.org",
            "demo.sip.umatilla.twilio.com.example.org",
            "sip.twilio.com",
            "x.demo.sip.twilio.com",
            "b@demo.sip.twilio.com",
            "",
        ] {
            assert!(!is_host(host, domain), "{host}");
        }
        // Only the global name stands for its localized ones.
        assert!(!is_host("demo.sip.twilio.com", "demo.sip.umatilla.twilio.com"));
        assert!(!is_host("pbx.sip.umatilla.example.org", "pbx.sip.example.org"));
        assert!(is_host("PBX.example.org", "pbx.Example.org"));
    }

    #[test]
    fn users_are_encoded_for_a_uri() {
        for (user, encoded) in [
            ("#", "%23"),
            ("+1-_.!~*'()", "+1-_.!~*'()"),
            ("street-roots_2", "street-roots_2"),
            ("a b&c", "a%20b&c"),
            ("x&y=$z,/", "x&y=$z,/"),
            ("a@b:c;d?e", "a%40b%3Ac%3Bd%3Fe"),
            ("é %", "%C3%A9%20%25"),
        ] {
            assert_eq!(encode_user(user).to_string(), encoded);
        }
    }
}
