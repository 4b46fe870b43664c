//! The ways that messages go.

use std::fmt;
use std::net::SocketAddr;

/// The way to a phone: the one its message came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    /// Datagrams from and to this address.
    Udp(SocketAddr),
    /// A connection, by its peer.
    Tcp(SocketAddr),
    /// An encrypted connection, by its peer.
    Tls(SocketAddr),
}

impl Flow {
    /// The phone's address, as it is seen here.
    #[must_use]
    pub fn peer(self) -> SocketAddr {
        match self {
            Self::Udp(peer) | Self::Tcp(peer) | Self::Tls(peer) => peer,
        }
    }

    /// The transport, as a Via names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Udp(_) => "UDP",
            Self::Tcp(_) => "TCP",
            Self::Tls(_) => "TLS",
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.peer())
    }
}
