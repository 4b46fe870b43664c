//! The way to a registrar: a socket of one of three kinds.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{InvalidDnsNameError, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sip::{Inbox, MAX_MESSAGE, Message, MessageError, Next};

use crate::authority::Authority;
use crate::registrar::{Registrar, Transport};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(8);

/// The shortest wait: a socket takes no time-out of zero.
const SHORTEST: Duration = Duration::from_millis(1);

/// Why there is no way to a registrar.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Why {
    #[error("the name has no address")]
    NoAddress,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Name(#[from] InvalidDnsNameError),
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    #[error("there is no randomness: {0}")]
    Random(getrandom::Error),
    #[error("what it says is not SIP: {0}")]
    NotSip(#[from] MessageError),
}

/// A socket to a registrar.
pub(crate) struct Connection {
    socket: Socket,
    inbox: Inbox,
    local: SocketAddr,
}

enum Socket {
    Udp(UdpSocket),
    Tcp(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Connection {
    /// Opens one. `authority` is trusted besides Mozilla's.
    pub(crate) fn open(registrar: &Registrar, authority: Option<&Authority>) -> Result<Self, Why> {
        let host = registrar.host.trim_matches(['[', ']']);
        let mut last = Why::NoAddress;
        for address in (host, registrar.port).to_socket_addrs()? {
            match Self::open_to(address, host, registrar.transport, authority) {
                Ok(connection) => return Ok(connection),
                Err(why) => last = why,
            }
        }
        Err(last)
    }

    /// This side's address.
    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> Result<(), Why> {
        match &mut self.socket {
            Socket::Udp(socket) => match socket.send(bytes) {
                // The answer to an earlier datagram: nobody listens there. Perhaps somebody will.
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                result => drop(result?),
            },
            Socket::Tcp(stream) => stream.write_all(bytes)?,
            Socket::Tls(stream) => stream.write_all(bytes)?,
        }
        Ok(())
    }

    /// The next message, if one comes in time.
    pub(crate) fn receive(&mut self, wait: Duration) -> Result<Option<Message>, Why> {
        if let Some(message) = self.next()? {
            return Ok(Some(message));
        }
        let wait = Some(wait.max(SHORTEST));
        let mut buffer = vec![0; MAX_MESSAGE];
        let read = match &mut self.socket {
            Socket::Udp(socket) => {
                socket.set_read_timeout(wait)?;
                let length = match socket.recv(&mut buffer) {
                    Err(error) if is_nothing(&error) => return Ok(None),
                    result => result?,
                };
                // What is not SIP is noise.
                return Ok(Message::parse(buffer.get(..length).unwrap_or_default()).ok());
            }
            Socket::Tcp(stream) => {
                stream.set_read_timeout(wait)?;
                stream.read(&mut buffer)
            }
            Socket::Tls(stream) => {
                stream.sock.set_read_timeout(wait)?;
                stream.read(&mut buffer)
            }
        };
        match read {
            Ok(0) => Err(io::Error::from(ErrorKind::UnexpectedEof).into()),
            Ok(length) => {
                self.inbox.push(buffer.get(..length).unwrap_or_default());
                self.next()
            }
            Err(error) if is_nothing(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn next(&mut self) -> Result<Option<Message>, Why> {
        loop {
            match self.inbox.take()? {
                Some(Next::Message(message)) => return Ok(Some(message)),
                Some(Next::Ping) => self.send(b"\r\n")?,
                None => return Ok(None),
            }
        }
    }

    fn open_to(
        address: SocketAddr,
        host: &str,
        transport: Transport,
        authority: Option<&Authority>,
    ) -> Result<Self, Why> {
        if transport == Transport::Udp {
            let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let socket = UdpSocket::bind(any)?;
            socket.connect(address)?;
            let local = socket.local_addr()?;
            return Ok(Self { socket: Socket::Udp(socket), inbox: Inbox::default(), local });
        }
        let stream = TcpStream::connect_timeout(&address, CONNECT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(CONNECT))?;
        stream.set_write_timeout(Some(CONNECT))?;
        let local = stream.local_addr()?;
        let socket = match transport {
            Transport::Tls => Socket::Tls(Box::new(shake_hands(stream, host, authority)?)),
            Transport::Udp | Transport::Tcp => Socket::Tcp(stream),
        };
        Ok(Self { socket, inbox: Inbox::default(), local })
    }
}

fn shake_hands(
    mut stream: TcpStream,
    host: &str,
    authority: Option<&Authority>,
) -> Result<StreamOwned<ClientConnection, TcpStream>, Why> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(authority) = authority {
        roots.add(authority.certificate().clone())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned())?;
    let mut connection = ClientConnection::new(Arc::new(config), name)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(connection, stream))
}

/// Whether an error only says that nothing came: a time-out, or over UDP that nobody listens yet.
fn is_nothing(error: &io::Error) -> bool {
    use ErrorKind::{ConnectionRefused, Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted | ConnectionRefused)
}
