//! The registrar to ask, and the way to it.

use std::fmt;
use std::str::FromStr;

/// How messages travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Datagrams. Requests are repeated until they are answered.
    Udp,
    /// A connection.
    Tcp,
    /// A connection that nobody else can read.
    Tls,
}

impl Transport {
    /// The word in a Via (RFC 3261, section 20.42).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }

    /// The usual port (RFC 3261, section 19.1.2).
    #[must_use]
    pub fn port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
        }
    }
}

/// A place where phones register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registrar {
    /// A name or an address; IPv6 in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// How to get there.
    pub transport: Transport,
}

/// Why a text names no registrar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrarError {
    /// It does not begin with `sip:` or `sips:`.
    #[error("is no SIP URI")]
    Scheme,
    /// There is no host, or something that is neither host nor port.
    #[error("has no host and port")]
    Host,
    /// Another transport than UDP, TCP and TLS.
    #[error("has a transport other than udp, tcp and tls")]
    Transport,
}

impl Registrar {
    /// Twilio's registrar at an edge, over TLS (<https://www.twilio.com/docs/voice/api/sip-registration>; every SIP domain
    /// takes TLS, and only `secure` ones insist on it).
    #[must_use]
    pub fn at_edge(edge: &str) -> Self {
        let transport = Transport::Tls;
        Self { host: format!("sip.{edge}.twilio.com"), port: transport.port(), transport }
    }
}

/// `sip:HOST:PORT;transport=udp`, or `sips:HOST`.
impl FromStr for Registrar {
    type Err = RegistrarError;

    fn from_str(text: &str) -> Result<Self, RegistrarError> {
        let (rest, usual) = match (text.strip_prefix("sip:"), text.strip_prefix("sips:")) {
            (Some(rest), _) => (rest, Transport::Udp),
            (None, Some(rest)) => (rest, Transport::Tls),
            (None, None) => return Err(RegistrarError::Scheme),
        };
        let (place, parameters) = rest.split_once(';').unwrap_or((rest, ""));
        let transport = match parameters.strip_prefix("transport=").unwrap_or(parameters) {
            "" => usual,
            "udp" => Transport::Udp,
            "tcp" => Transport::Tcp,
            "tls" => Transport::Tls,
            _ => return Err(RegistrarError::Transport),
        };
        let (host, port) = match place.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
            Some((host, port)) => (host, port.parse().map_err(|_| RegistrarError::Host)?),
            None => (place, transport.port()),
        };
        let is_host = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        if host.is_empty() || !host.chars().all(is_host) {
            return Err(RegistrarError::Host);
        }
        Ok(Self { host: host.to_owned(), port, transport })
    }
}

impl fmt::Display for Registrar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, transport } = self;
        write!(f, "sip:{host}:{port};transport={}", transport.as_str().to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registrar_is_a_uri_without_a_user() {
        for (text, read) in [
            ("sip:127.0.0.1:5070;transport=tcp", "sip:127.0.0.1:5070;transport=tcp"),
            ("sip:lab.test", "sip:lab.test:5060;transport=udp"),
            ("sips:lab.test", "sip:lab.test:5061;transport=tls"),
            ("sip:[::1]:5061;transport=tls", "sip:[::1]:5061;transport=tls"),
        ] {
            assert_eq!(text.parse::<Registrar>().unwrap().to_string(), read, "{text}");
        }
        for (text, why) in [
            ("lab.test", RegistrarError::Scheme),
            ("sip:", RegistrarError::Host),
            ("sip:lobby@lab.test", RegistrarError::Host),
            ("sip:lab.test:x", RegistrarError::Host),
            ("sip:lab.test;transport=ws", RegistrarError::Transport),
        ] {
            assert_eq!(text.parse::<Registrar>(), Err(why), "{text}");
        }
        assert_eq!(
            Registrar::at_edge("umatilla").to_string(),
            "sip:sip.umatilla.twilio.com:5061;transport=tls"
        );
    }
}
