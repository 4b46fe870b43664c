//! The socket that requests come in by.

use std::io;
use std::net::SocketAddr;

use listenfd::ListenFd;
use network::Finding;
use tokio::net::TcpListener;

/// Why there is no socket to listen on. `Display` is one line.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// systemd passed something else than one TCP socket that listens.
    #[error("the socket of LISTEN_FDS cannot be used: {0}")]
    Passed(#[source] io::Error),
    /// The address is taken, or may not be used.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Where it should listen.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

impl ListenError {
    /// The same for a person, with what to do.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let remedy = match self {
            Self::Passed(_) => "pass one TCP socket that listens",
            Self::Bind { .. } => "choose another with --listen",
        };
        Finding::new("", self.to_string(), remedy)
    }
}

/// The socket that systemd holds for this process, if it does (sd_listen_fds(3)), and otherwise one of its own. While the service is
/// replaced, new connections wait in systemd's.
///
/// # Errors
///
/// Neither can be used.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    match passed().map_err(ListenError::Passed)? {
        Some(listener) => Ok(listener),
        None => bind(address).await,
    }
}

/// A socket of this process's own.
///
/// # Errors
///
/// The address is in use, or not this machine's.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| ListenError::Bind { address, source })
}

fn passed() -> io::Result<Option<TcpListener>> {
    let mut sockets = ListenFd::from_env();
    if sockets.len() == 0 {
        return Ok(None);
    }
    let Some(socket) = sockets.take_tcp_listener(0)? else { return Ok(None) };
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket).map(Some)
}
