//! Where Twilio's API is.

use thiserror::Error;
use webhook::PublicUrl;

/// The hosts of Twilio's API, each as scheme and host without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    /// Numbers, SIP, addresses, calls.
    pub api: String,
    /// The log of errors.
    pub monitor: String,
    /// The host for countries that may be called.
    pub voice: String,
    /// The host for prices.
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

    /// The hosts of one of Twilio's regions, `PRODUCT.EDGE.REGION.twilio.com`
    /// (<https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region>). An edge without a
    /// region is one of the United States (`us1`); a region without an edge has the edge next to it.
    ///
    /// # Errors
    /// When a name has anything but small letters, digits and hyphens, or the region has no edge that is known.
    pub fn of_region(region: Option<&str>, edge: Option<&str>) -> Result<Self, RegionError> {
        let (region, edge) = match (region, edge) {
            (None, None) => return Ok(Self::default()),
            (Some(region), Some(edge)) => (region, edge),
            (None, Some(edge)) => ("us1", edge),
            (Some(region), None) => {
                let known = EDGES.iter().find(|(known, _)| *known == region);
                (region, known.ok_or_else(|| RegionError::NoEdge(region.to_owned()))?.1)
            }
        };
        for name in [region, edge] {
            if !is_label(name) {
                return Err(RegionError::Name(name.to_owned()));
            }
        }
        let at =
            |host: Host| host.of_twilio().replacen(".twilio.com", &format!(".{edge}.{region}.twilio.com"), 1);
        let [api, monitor, voice, pricing] = [Host::Api, Host::Monitor, Host::Voice, Host::Pricing].map(at);
        Ok(Self { api, monitor, voice, pricing })
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

/// Why a region and an edge make no host.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RegionError {
    /// Not the name of a region or an edge.
    #[error("{0:?} is not the name of a region or an edge")]
    Name(String),
    /// The region's edge is not known.
    #[error("region {0} needs an edge as well")]
    NoEdge(String),
}

/// The edge next to each region, as in Twilio's own libraries
/// (<https://github.com/twilio/twilio-java/pull/928>).
const EDGES: [(&str, &str); 9] = [
    ("au1", "sydney"),
    ("br1", "sao-paulo"),
    ("de1", "frankfurt"),
    ("ie1", "dublin"),
    ("jp1", "tokyo"),
    ("jp2", "osaka"),
    ("sg1", "singapore"),
    ("us1", "ashburn"),
    ("us2", "umatilla"),
];

fn is_label(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !name.is_empty() && !name.starts_with('-') && !name.ends_with('-') && name.bytes().all(is_plain)
}

/// The host that a request is for.
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

fn is_base(text: &str) -> bool {
    PublicUrl::parse(text).is_ok_and(|origin| origin.as_str() == text)
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
    fn a_region_has_hosts_of_its_own() {
        let api = |region, edge| Hosts::of_region(region, edge).map(|hosts| hosts.api);
        assert_eq!(api(None, None).unwrap(), "https://api.twilio.com");
        assert_eq!(api(Some("ie1"), Some("dublin")).unwrap(), "https://api.dublin.ie1.twilio.com");
        assert_eq!(api(Some("au1"), None).unwrap(), "https://api.sydney.au1.twilio.com");
        assert_eq!(api(None, Some("umatilla")).unwrap(), "https://api.umatilla.us1.twilio.com");
        assert_eq!(Hosts::of_region(Some("ie1"), None).unwrap().voice, "https://voice.dublin.ie1.twilio.com");
        assert_eq!(api(Some("xx1"), None), Err(RegionError::NoEdge("xx1".into())));
        for name in ["", "evil.example.org/", "a b", "-a", "IE1"] {
            assert!(
                api(Some(name), Some("dublin")).is_err() && api(Some("ie1"), Some(name)).is_err(),
                "{name}"
            );
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
}
