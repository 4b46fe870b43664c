//! Where Twilio's API is.

use thiserror::Error;

/// The hosts of Twilio's API, each as scheme and host without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    /// Numbers, SIP, addresses, calls.
    pub api: String,
    /// The log of errors.
    pub monitor: String,
    /// Which countries may be called.
    pub voice: String,
    /// What things cost.
    pub pricing: String,
}

/// Why a text is not the base of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "not the address of an API: write http:// or https://, the host and, if need be, a port, and nothing more"
)]
pub struct HostsError;

impl Default for Hosts {
    fn default() -> Self {
        let [api, monitor, voice, pricing] =
            [Host::Api, Host::Monitor, Host::Voice, Host::Pricing].map(|host| host.of_twilio().to_owned());
        Self { api, monitor, voice, pricing }
    }
}

impl Hosts {
    /// One place that stands for all of Twilio's hosts, such as `http://127.0.0.1:4010`: for tests. The
    /// credentials are sent there; over `http` everyone on the way can read them.
    ///
    /// # Errors
    /// When the text is anything but `http://` or `https://`, a host and maybe a port.
    pub fn all_at(base: &str) -> Result<Self, HostsError> {
        if !is_base(base) {
            return Err(HostsError);
        }
        let base = || base.to_owned();
        Ok(Self { api: base(), monitor: base(), voice: base(), pricing: base() })
    }

    pub(crate) fn at(&self, host: Host) -> &str {
        match host {
            Host::Api => &self.api,
            Host::Monitor => &self.monitor,
            Host::Voice => &self.voice,
            Host::Pricing => &self.pricing,
        }
    }

    /// The path and query of a URL that a list names as its next page, if it leads to the same service: relative
    /// to the host, at the place configured, or at Twilio's own. Whatever it is, only the path is used.
    pub(crate) fn same_service<'a>(&self, host: Host, next: &'a str) -> Option<&'a str> {
        let of = |base: &str| next.strip_prefix(base).filter(|rest| rest.starts_with('/'));
        if next.starts_with('/') && !next.starts_with("//") {
            return Some(next);
        }
        of(self.at(host)).or_else(|| of(host.of_twilio()))
    }
}

/// Which of the hosts a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    Api,
    Monitor,
    Voice,
    Pricing,
}

impl Host {
    fn of_twilio(self) -> &'static str {
        match self {
            Self::Api => "https://api.twilio.com",
            Self::Monitor => "https://monitor.twilio.com",
            Self::Voice => "https://voice.twilio.com",
            Self::Pricing => "https://pricing.twilio.com",
        }
    }
}

/// Whether a URL is on this machine. A proxy, which the environment may name, has another idea of what that is.
pub(crate) fn is_local(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split_once('/').map_or(authority, |(authority, _)| authority);
    let host = authority.split_once(':').map_or(authority, |(host, _)| host);
    host == "localhost"
        || authority.starts_with("[::1]")
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

fn is_base(text: &str) -> bool {
    let authority =
        text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_name = |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let is_v6 = |host: &str| {
        let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
    };
    !host.is_empty()
        && (is_name(host) || is_v6(host))
        && port.is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_a_scheme_a_host_and_maybe_a_port() {
        for base in ["http://127.0.0.1:4010", "https://twilio.example.org", "http://[::1]:1", "http://[::1]"]
        {
            assert_eq!(Hosts::all_at(base).unwrap().monitor, base);
        }
        for base in [
            "",
            "http://",
            "https://:1",
            "ftp://a",
            "a.example.org",
            "http://a/",
            "http://a/x",
            "http://a?x",
            "http://a:",
            "http://u:p@a",
            "http://a:99999",
            "http://a:+1",
            "http://a b",
            "http://[::1",
        ] {
            assert_eq!(Hosts::all_at(base), Err(HostsError), "{base}");
        }
    }

    #[test]
    fn a_next_page_is_at_the_same_service_or_refused() {
        let hosts = Hosts::all_at("http://127.0.0.1:4010").unwrap();
        let next = |url: &'static str| hosts.same_service(Host::Monitor, url);
        for url in [
            "/v1/Alerts?Page=1",
            "http://127.0.0.1:4010/v1/Alerts?Page=1",
            "https://monitor.twilio.com/v1/Alerts?Page=1",
        ] {
            assert_eq!(next(url), Some("/v1/Alerts?Page=1"), "{url}");
        }
        for url in [
            "",
            "v1/Alerts",
            "//evil.example.org/v1",
            "https://evil.example.org/v1/Alerts",
            "https://monitor.twilio.com.evil.example.org/v1/Alerts",
            "https://monitor.twilio.com@evil.example.org/v1/Alerts",
            "http://127.0.0.1:40100/v1/Alerts",
            "https://api.twilio.com/v1/Alerts",
        ] {
            assert_eq!(next(url), None, "{url}");
        }
    }

    #[test]
    fn what_is_local_is_known() {
        for url in [
            "http://127.0.0.1:8080/x",
            "http://localhost",
            "http://localhost:1/x",
            "http://[::1]:1",
            "http://127.9.0.1",
        ] {
            assert!(is_local(url), "{url}");
        }
        for url in [
            "https://api.twilio.com/x",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
            "http://10.0.0.1",
        ] {
            assert!(!is_local(url), "{url}");
        }
    }
}
