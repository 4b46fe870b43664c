//! Hosts that only this machine, or only a local network, can reach.

use std::net::{IpAddr, Ipv4Addr};

/// The host of a URL, without its port and without brackets; blank if there is none.
#[must_use]
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    }
}

/// Whether a host is this machine: `localhost` (RFC 6761, 6.3) or a loopback address, and nothing that only begins so.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let name = host.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Whether a URL is on this machine. A proxy, which the environment may name, has another idea of what that is.
#[must_use]
pub fn is_local(url: &str) -> bool {
    is_loopback(host_of(url))
}

/// Whether the internet, and so Twilio, cannot reach a host: a loopback, private, shared or link-local address (RFC 1918,
/// 6598, 3927, 4193), a name without a dot, or a name that is never public (RFC 6761, 6762, 9476).
#[must_use]
pub fn is_private(host: &str) -> bool {
    if is_loopback(host) {
        return true;
    }
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            let [a, b, ..] = address.octets();
            address.is_private()
                || address.is_link_local()
                || address == Ipv4Addr::UNSPECIFIED
                || a == 100 && (64..128).contains(&b)
        }
        Ok(IpAddr::V6(address)) => {
            let [first, ..] = address.segments();
            first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || address.is_unspecified()
        }
        Err(_) => {
            let name = host.trim_end_matches('.').to_ascii_lowercase();
            let last = name.rsplit_once('.').map(|(_, last)| last);
            last.is_none_or(|last| {
                matches!(last, "local" | "localhost" | "internal" | "test" | "invalid" | "lan")
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for url in [
            "http://127.0.0.1:8080",
            "http://127.9.0.1/x",
            "https://LOCALHOST:1?x",
            "http://[::1]:1/x",
            "localhost",
        ] {
            assert!(is_loopback(host_of(url)), "{url}");
        }
        for url in [
            "http://127.example.org",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
            "http://10.0.0.1",
            "http://localhost@example.org",
            "",
        ] {
            assert!(!is_loopback(host_of(url)), "{url}");
        }
    }

    #[test]
    fn what_twilio_cannot_reach_is_private() {
        for host in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "fd00::1",
            "fe80::1",
            "pbx",
            "a.local",
        ] {
            assert!(is_private(host), "{host}");
        }
        for host in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:db8::1", "voice.example.org"] {
            assert!(!is_private(host), "{host}");
        }
    }
}
