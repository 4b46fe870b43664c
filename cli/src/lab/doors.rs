//! Where the lab listens beside UDP and TCP, and the certificate that it shows there.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use files::state_path;
use lab::{Authority, StartError};
use network::Network;

use crate::exit::{Failure, Result};

/// Where the lab listens beside `--listen`.
#[derive(Args)]
pub(super) struct Doors {
    /// Where phones connect over TLS. By default the port after that of --listen, 5061.
    #[arg(long, value_name = "ADDRESS", value_parser = super::address)]
    tls: Option<SocketAddr>,

    /// Where the lab's certificate and settings for Linphone are fetched by HTTP. By default 20 ports on, 5080.
    #[arg(long, value_name = "ADDRESS", value_parser = super::address)]
    files: Option<SocketAddr>,

    /// Answers phones that ask for Twilio's names here, so that files for the street lead to the lab. Port 53 is what most
    /// phones ask, and needs the rights of root.
    #[arg(long, value_name = "ADDRESS", value_parser = names)]
    dns: Option<SocketAddr>,
}

impl Doors {
    pub(super) fn tls(&self, listen: SocketAddr) -> SocketAddr {
        self.tls.unwrap_or_else(|| after(listen, 1))
    }

    pub(super) fn files(&self, listen: SocketAddr) -> SocketAddr {
        self.files.unwrap_or_else(|| after(listen, 20))
    }

    pub(super) fn dns(&self) -> Option<SocketAddr> {
        self.dns
    }

    /// What to do about a lab that does not start.
    pub(super) fn failure(&self, error: &StartError, listen: SocketAddr) -> Failure {
        let option = match error {
            StartError::Listen { address, .. } if *address == listen => "--listen",
            StartError::Listen { address, .. } if Some(*address) == self.dns => "--dns",
            StartError::Listen { address, .. } if *address == self.tls(listen) => "--tls",
            StartError::Listen { .. } => "--files",
            StartError::Authority(why) => return Failure::usage("", format!("{error}: {why}"), ""),
        };
        let why = std::error::Error::source(error).map_or_else(String::new, |why| format!(": {why}"));
        Failure::usage("", format!("{error}{why}"), format!("choose another address with {option}"))
    }
}

/// The lab's authority, kept in the home of its user, if there is one; and where its certificate is.
pub(super) fn authority(network: &Network) -> Result<(Authority, Option<PathBuf>)> {
    let place = |kind| state_path(network.name(), &network.stage().name, kind);
    let (Some(path), Some(shown)) = (place("lab-authority.pem"), place("lab-ca.pem")) else {
        return Authority::create()
            .map(|authority| (authority, None))
            .map_err(|error| Failure::usage("", error, ""));
    };
    match Authority::keep(&path, &shown) {
        Ok(authority) => Ok((authority, Some(shown))),
        Err(error) => Err(Failure::usage(path.display(), error, "remove it for a new one")),
    }
}

/// Some ports on. Port 0 stays: any that is free.
fn after(listen: SocketAddr, ports: u16) -> SocketAddr {
    let port = if listen.port() == 0 { 0 } else { listen.port().saturating_add(ports) };
    SocketAddr::new(listen.ip(), port)
}

/// An address with or without a port.
fn names(text: &str) -> std::result::Result<SocketAddr, String> {
    match text.parse() {
        Ok(ip) => Ok(SocketAddr::new(ip, 53)),
        Err(_) => super::address(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_follow_that_of_sip() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert_eq!(after(at("192.0.2.1:5060"), 20), at("192.0.2.1:5080"));
        assert_eq!(after(at("127.0.0.1:0"), 1), at("127.0.0.1:0"));
        assert_eq!(after(at("127.0.0.1:65535"), 1), at("127.0.0.1:65535"));
        assert_eq!(names("192.0.2.1"), Ok(at("192.0.2.1:53")));
        assert_eq!(names("127.0.0.1:5353"), Ok(at("127.0.0.1:5353")));
    }
}
