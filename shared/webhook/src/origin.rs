//! The public origin that Twilio calls, and the ways it may have written it when it signed.

use std::fmt;
use std::net::Ipv6Addr;

use crate::sip::split_port;

/// The origins to try for a configured base: as configured, without a port, with the scheme's own; each once.
///
/// Twilio's page says the port is dropped for voice over https; its libraries accept a signature over either
/// form (`request_validator.py`). Each candidate still needs a matching HMAC, so trying them weakens nothing.
pub(crate) fn candidates(base: &str) -> Result<Vec<String>, BaseError> {
    let (scheme, rest) = base.split_once("://").ok_or(BaseError::Scheme)?;
    let (scheme, default_port) = match scheme {
        _ if scheme.eq_ignore_ascii_case("https") => ("https", 443),
        _ if scheme.eq_ignore_ascii_case("http") => ("http", 80),
        _ => return Err(BaseError::Scheme),
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#']) {
        return Err(BaseError::NotAnOrigin);
    }
    if authority.contains('@') {
        return Err(BaseError::Userinfo);
    }
    let (host, port) = host_and_port(authority)?;

    let bare = format!("{scheme}://{host}");
    let with_port = |port| format!("{bare}:{port}");
    let mut origins = vec![port.map_or_else(|| bare.clone(), with_port)];
    for origin in [bare.clone(), with_port(default_port)] {
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

fn host_and_port(authority: &str) -> Result<(&str, Option<u16>), BaseError> {
    let (host, port) = split_port(authority);
    let name = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) if address.parse::<Ipv6Addr>().is_ok() => "",
        _ => host,
    };
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    if host.is_empty() || !is_name {
        return Err(BaseError::Host);
    }
    match port.map(str::parse) {
        None => Ok((host, None)),
        Some(Ok(port)) if port > 0 => Ok((host, Some(port))),
        Some(_) => Err(BaseError::Port),
    }
}

/// Why a text is not the public base of the webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseError {
    /// It does not begin with `https://` or `http://`.
    Scheme,
    /// It has a user name or password: whether Twilio signs those differs between its page and its libraries.
    Userinfo,
    /// The host is missing or has characters that no host name has.
    Host,
    /// The port is not a number from 1 to 65535.
    Port,
    /// It has a path, a query or a fragment.
    NotAnOrigin,
}

impl fmt::Display for BaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "public url must begin with https:// or http://",
            Self::Userinfo => "public url must not contain a user name or password",
            Self::Host => "public url has no valid host name",
            Self::Port => "public url has no valid port",
            Self::NotAnOrigin => "public url must end after the host name",
        })
    }
}

impl std::error::Error for BaseError {}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(candidates(base).unwrap(), origins, "{base}");
        }
        assert_eq!(candidates("http://[::1]").unwrap(), ["http://[::1]", "http://[::1]:80"]);
    }

    #[test]
    fn what_is_not_an_origin_is_refused() {
        for (base, error) in [
            ("", BaseError::Scheme),
            ("voice.example.org", BaseError::Scheme),
            ("ftp://h", BaseError::Scheme),
            (" https://h", BaseError::Scheme),
            ("https://", BaseError::Host),
            ("https:///", BaseError::Host),
            ("https://:443", BaseError::Host),
            ("https://a b", BaseError::Host),
            ("https://::1", BaseError::Host),
            ("https://[::1", BaseError::Host),
            ("https://h:", BaseError::Port),
            ("https://h:0", BaseError::Port),
            ("https://h:65536", BaseError::Port),
            ("https://h:x", BaseError::Port),
            ("https://h/stage", BaseError::NotAnOrigin),
            ("https://h//", BaseError::NotAnOrigin),
            ("https://h?x", BaseError::NotAnOrigin),
            ("https://h#rc=1", BaseError::NotAnOrigin),
            ("https://user:pass@h", BaseError::Userinfo),
            ("https://user@h", BaseError::Userinfo),
        ] {
            assert_eq!(candidates(base), Err(error), "{base}");
        }
    }
}
