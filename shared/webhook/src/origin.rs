//! The public origin that Twilio calls, and the ways Twilio may have written it when it signed.

use std::fmt;
use std::net::Ipv6Addr;

use crate::host::{host_of, is_loopback, is_private};
use crate::sip::split_port;

/// The public origin of a stage: scheme, host and perhaps a port. Twilio calls it, and signs over it.
///
/// The network file and the check of signatures read it by this one grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// Without a slash at its end; the scheme in lower case, the host as it was written.
    text: String,
    /// The lengths of the scheme and of the host in `text`.
    scheme: usize,
    host: usize,
}

impl PublicUrl {
    /// Reads `http://` or `https://`, a host and perhaps a port, with or without a slash at the end.
    ///
    /// # Errors
    ///
    /// Which of its parts is wrong. A user name is refused as well: whether Twilio signs it differs between its page and
    /// its libraries.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(PublicUrlError::Scheme)?;
        let scheme = ["https", "http"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known));
        let scheme = scheme.ok_or(PublicUrlError::Scheme)?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#']) {
            return Err(PublicUrlError::NotAnOrigin);
        }
        if authority.contains('@') {
            return Err(PublicUrlError::Userinfo);
        }
        let (host, port) = split_port(authority);
        if host.contains('_') {
            return Err(PublicUrlError::Underscore);
        }
        if !is_host(host) {
            return Err(PublicUrlError::Host);
        }
        let port_fits = |port: &str| {
            port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
        };
        if !port.is_none_or(port_fits) {
            return Err(PublicUrlError::Port);
        }
        Ok(Self { text: format!("{scheme}://{authority}"), scheme: scheme.len(), host: host.len() })
    }

    /// The origin of a URL, with or without a path and a query; none if it is no URL of http or https.
    #[must_use]
    pub fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let is_plain = url.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\'));
        Self::parse(&format!("{scheme}://{authority}")).ok().filter(|_| is_plain)
    }

    /// The origin, without a slash at its end: a path can follow.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, without a port and without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        host_of(&self.text)
    }

    /// Whether it is https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.scheme == "https".len()
    }

    /// Whether it is this machine, see [`is_loopback`].
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// Whether Twilio cannot reach it, see [`is_private`].
    #[must_use]
    pub fn is_private(&self) -> bool {
        is_private(self.host())
    }

    /// The ways that Twilio may have written it when it signed: as configured, without a port, with the scheme's own; each
    /// once.
    ///
    /// Twilio's page says the port is dropped for voice over https; its libraries accept a signature over either
    /// form (`request_validator.py`). Each candidate still needs a matching HMAC, so trying them weakens nothing.
    pub(crate) fn candidates(&self) -> Vec<String> {
        let bare = self.text.get(..self.scheme + "://".len() + self.host).unwrap_or(&self.text);
        let default_port = if self.is_secure() { 443 } else { 80 };
        let mut origins = vec![self.text.clone()];
        for origin in [bare.to_owned(), format!("{bare}:{default_port}")] {
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        origins
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An address of IPv6 in brackets, an address of IPv4, or a name of DNS: labels of letters, digits and inner hyphens.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    host.len() <= 253 && host.split('.').all(is_label)
}

/// One label of a name of DNS (RFC 1123, 2.1).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Why a text is not the public origin of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// It does not begin with `https://` or `http://`.
    #[error("does not begin with https:// or http://")]
    Scheme,
    /// It has a user name or password: whether Twilio signs those differs between its page and its libraries.
    #[error("has a user name or password")]
    Userinfo,
    /// The host is missing or is no name of a host.
    #[error("has no valid host name")]
    Host,
    /// The host has an underscore: Twilio rejects such callbacks (<https://www.twilio.com/docs/voice/twiml/number>).
    #[error("has an underscore in its host name, which Twilio rejects")]
    Underscore,
    /// The port is not a number from 1 to 65535.
    #[error("has no valid port")]
    Port,
    /// It has a path, a query or a fragment.
    #[error("has more than scheme, host and port")]
    NotAnOrigin,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(base: &str) -> Vec<String> {
        PublicUrl::parse(base).unwrap().candidates()
    }

    #[test]
    fn origins_are_tried_as_configured_first_and_once_each() {
        let cases: [(&str, &[&str]); 6] = [
            ("https://v.example.org", &["https://v.example.org", "https://v.example.org:443"]),
            ("HTTPS://v.example.org/", &["https://v.example.org", "https://v.example.org:443"]),
            ("https://v.example.org:443", &["https://v.example.org:443", "https://v.example.org"]),
            ("http://h:80/", &["http://h:80", "http://h"]),
            ("http://h:1234", &["http://h:1234", "http://h", "http://h:80"]),
            ("http://[::1]:3000", &["http://[::1]:3000", "http://[::1]", "http://[::1]:80"]),
        ];
        for (base, origins) in cases {
            assert_eq!(candidates(base), origins, "{base}");
        }
        assert_eq!(candidates("http://[::1]"), ["http://[::1]", "http://[::1]:80"]);
    }

    #[test]
    fn what_is_not_an_origin_is_refused() {
        for (base, error) in [
            ("", PublicUrlError::Scheme),
            ("voice.example.org", PublicUrlError::Scheme),
            ("ftp://h", PublicUrlError::Scheme),
            (" https://h", PublicUrlError::Scheme),
            ("https://", PublicUrlError::Host),
            ("https:///", PublicUrlError::Host),
            ("https://:443", PublicUrlError::Host),
            ("https://a b", PublicUrlError::Host),
            ("https://::1", PublicUrlError::Host),
            ("https://[::1", PublicUrlError::Host),
            ("https://h:", PublicUrlError::Port),
            ("https://h:0", PublicUrlError::Port),
            ("https://h:65536", PublicUrlError::Port),
            ("https://h:x", PublicUrlError::Port),
            ("https://h:+1", PublicUrlError::Port),
            ("https://a_b.org", PublicUrlError::Underscore),
            ("https://-a.org", PublicUrlError::Host),
            ("https://a-.org", PublicUrlError::Host),
            ("https://a..org", PublicUrlError::Host),
            ("https://h/stage", PublicUrlError::NotAnOrigin),
            ("https://h//", PublicUrlError::NotAnOrigin),
            ("https://h?x", PublicUrlError::NotAnOrigin),
            ("https://h#rc=1", PublicUrlError::NotAnOrigin),
            ("https://user:pass@h", PublicUrlError::Userinfo),
            ("https://user@h", PublicUrlError::Userinfo),
        ] {
            assert_eq!(PublicUrl::parse(base), Err(error), "{base}");
        }
        for (host, fits) in [("a".repeat(63), true), ("a".repeat(64), false), (["abc"; 64].join("."), false)]
        {
            assert_eq!(PublicUrl::parse(&format!("https://{host}")).is_ok(), fits, "{host}");
        }
    }

    #[test]
    fn a_url_has_an_origin() {
        let origin = |url| PublicUrl::of(url).map(|origin| origin.to_string());
        assert_eq!(origin("https://a.org/b?c=d#e").as_deref(), Some("https://a.org"));
        assert_eq!(origin("http://a.org:81?c").as_deref(), Some("http://a.org:81"));
        for url in [
            "a.org",
            "ftp://a.org/",
            "https:///b",
            "https://a.org/b c",
            "https://a.org/\"",
            "https://u@a.org/",
        ] {
            assert_eq!(origin(url), None, "{url}");
        }
    }

    #[test]
    fn an_origin_knows_where_it_is() {
        let read = |text| {
            let url = PublicUrl::parse(text).unwrap();
            (url.to_string(), url.host().to_owned(), url.is_secure(), url.is_loopback(), url.is_private())
        };
        let of = |text: &str, host: &str, secure, loopback, private| {
            (text.to_owned(), host.to_owned(), secure, loopback, private)
        };
        for (text, expected) in [
            ("HTTPS://v.example.org/", of("https://v.example.org", "v.example.org", true, false, false)),
            ("http://127.0.0.1:8080", of("http://127.0.0.1:8080", "127.0.0.1", false, true, true)),
            ("http://[::1]:3000", of("http://[::1]:3000", "::1", false, true, true)),
            ("https://10.0.0.1", of("https://10.0.0.1", "10.0.0.1", true, false, true)),
            ("http://127.example.org", of("http://127.example.org", "127.example.org", false, false, false)),
            (
                "http://localhost.example.org",
                of("http://localhost.example.org", "localhost.example.org", false, false, false),
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
