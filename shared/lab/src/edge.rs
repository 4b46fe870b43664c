//! The edge: where phones connect, over UDP and TCP. It stands before everything else, as Twilio's does.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::digest::Verdict;
use crate::loss::{Loss, Way};
use crate::message::{MAX_MESSAGE, Message, parameter};
use crate::proxy::{pop_via, push_via, reached_at, record_route, strip_routes};
use crate::registrar::{Registered, Registrar};

/// How many messages may wait for a phone that does not read.
const WAITING: usize = 64;

/// The way to a phone: the one its message came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    /// Datagrams from and to this address.
    Udp(SocketAddr),
    /// A connection, by its peer.
    Tcp(SocketAddr),
}

impl Flow {
    /// The phone's address, as it is seen here.
    #[must_use]
    pub fn peer(self) -> SocketAddr {
        match self {
            Self::Udp(peer) | Self::Tcp(peer) => peer,
        }
    }

    /// The transport, as a Via names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Udp(_) => "UDP",
            Self::Tcp(_) => "TCP",
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.peer())
    }
}

/// Something that the edge noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// From where.
    pub flow: Flow,
    /// What became of a REGISTER.
    pub registered: Registered,
}

/// A message of a phone that the edge lets through.
#[derive(Debug)]
pub struct Passed {
    /// The message, without what is the edge's own.
    pub message: Message,
    /// From where.
    pub flow: Flow,
    /// For an INVITE that begins a call: who authenticated.
    pub user: Option<String>,
}

/// The edge of one domain, and the tasks that serve its sockets. Dropping it closes them.
pub struct Edge {
    address: SocketAddr,
    desk: Arc<Desk>,
    _tasks: JoinSet<()>,
}

/// What the tasks share.
struct Desk {
    address: SocketAddr,
    udp: UdpSocket,
    gateway: Mutex<Option<mpsc::UnboundedSender<Passed>>>,
    connections: Mutex<HashMap<SocketAddr, mpsc::Sender<Vec<u8>>>>,
    registrar: Mutex<Registrar>,
    notices: mpsc::UnboundedSender<Noticed>,
    /// What gets lost on the way in, and out.
    ways: [Way; 2],
}

impl Edge {
    /// Listens on one port, for UDP and TCP. With port 0, one that is free for both is taken.
    ///
    /// # Errors
    ///
    /// The port is taken, for either.
    pub async fn listen(
        address: SocketAddr,
        registrar: Registrar,
    ) -> io::Result<(Self, mpsc::UnboundedReceiver<Noticed>)> {
        Self::listen_with(address, registrar, Loss::default()).await
    }

    /// The same, where datagrams get lost on the way.
    ///
    /// # Errors
    ///
    /// The port is taken, for either.
    pub async fn listen_with(
        address: SocketAddr,
        registrar: Registrar,
        loss: Loss,
    ) -> io::Result<(Self, mpsc::UnboundedReceiver<Noticed>)> {
        let (tcp, udp) = bind(address).await?;
        let address = tcp.local_addr()?;
        let (notices, noticed) = mpsc::unbounded_channel();
        let (connections, registrar, gateway) = (Mutex::default(), Mutex::new(registrar), Mutex::default());
        let desk = Arc::new(Desk {
            address,
            udp,
            gateway,
            connections,
            registrar,
            notices,
            ways: [Way::new(loss), Way::new(loss)],
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&desk).datagrams());
        tasks.spawn(Arc::clone(&desk).connections(tcp));
        Ok((Self { address, desk, _tasks: tasks }, noticed))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts a gateway behind the edge: it gets every message that belongs to a call. Without one, calls get 503.
    #[must_use]
    pub fn gateway(&self) -> mpsc::UnboundedReceiver<Passed> {
        let (sender, receiver) = mpsc::unbounded_channel();
        *self.desk.gateway.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    /// Sends a message of the gateway to a phone. False if there is no way to it any more.
    pub async fn send(&self, mut message: Message, flow: Flow) -> bool {
        if message.method().is_some() {
            let here = reached_at(self.address, flow.peer());
            strip_routes(&mut message);
            if message.method() == Some("INVITE") {
                record_route(&mut message, here, flow);
            }
            push_via(&mut message, here, flow);
        }
        self.desk.send(&message, flow).await
    }

    /// Where a user is registered.
    #[must_use]
    pub fn at(&self, user: &str) -> Vec<crate::Binding> {
        self.desk.registrar().at(user, Instant::now())
    }
}

/// A port that is free for TCP need not be free for UDP.
async fn bind(address: SocketAddr) -> io::Result<(TcpListener, UdpSocket)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..16 {
        let tcp = TcpListener::bind(address).await?;
        match UdpSocket::bind(tcp.local_addr()?).await {
            Ok(udp) => return Ok((tcp, udp)),
            Err(error) => last = error,
        }
        if address.port() != 0 {
            break;
        }
    }
    Err(last)
}

impl Desk {
    fn registrar(&self) -> std::sync::MutexGuard<'_, Registrar> {
        self.registrar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn datagrams(self: Arc<Self>) {
        let mut buffer = vec![0; MAX_MESSAGE];
        loop {
            // An error is a phone that went away (ICMP), not the end of the socket.
            let Ok((length, peer)) = self.udp.recv_from(&mut buffer).await else {
                tokio::task::yield_now().await;
                continue;
            };
            let [inwards, _] = &self.ways;
            if inwards.loses() {
                continue;
            }
            // Anything else is a keep-alive, or noise.
            if let Ok(message) = Message::parse(buffer.get(..length).unwrap_or_default()) {
                self.receive(message, Flow::Udp(peer)).await;
            }
        }
    }

    async fn connections(self: Arc<Self>, listener: TcpListener) {
        let mut tasks = JoinSet::new();
        loop {
            while tasks.try_join_next().is_some() {}
            match listener.accept().await {
                Ok((stream, peer)) => {
                    tasks.spawn(Arc::clone(&self).connection(stream, peer));
                }
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            }
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        let (mut reader, mut writer) = stream.into_split();
        let (sender, mut outgoing) = mpsc::channel::<Vec<u8>>(WAITING);
        let pong = sender.clone();
        self.lock().insert(peer, sender);
        let writes = async {
            while let Some(bytes) = outgoing.recv().await {
                if writer.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        };
        let reads = async {
            let mut buffer = Vec::new();
            loop {
                // A double line break is a question whether anyone is there, a single one the answer (RFC 5626).
                while buffer.starts_with(b"\r\n") {
                    if buffer.starts_with(b"\r\n\r\n") {
                        let _ = pong.try_send(b"\r\n".to_vec());
                        buffer.drain(..2);
                    }
                    buffer.drain(..2);
                }
                match Message::next(&buffer) {
                    Ok(Some((message, length))) => {
                        buffer.drain(..length);
                        self.receive(message, Flow::Tcp(peer)).await;
                        continue;
                    }
                    Ok(None) => {}
                    Err(_) => return,
                }
                match reader.read_buf(&mut buffer).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
            }
        };
        tokio::select! {
            () = writes => {}
            () = reads => {}
        }
        self.lock().remove(&peer);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SocketAddr, mpsc::Sender<Vec<u8>>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a message of a phone.
    async fn receive(&self, mut message: Message, flow: Flow) {
        let Some(method) = message.method().map(str::to_owned) else {
            if pop_via(&mut message) {
                self.pass(Passed { message, flow, user: None });
            }
            return;
        };
        mark_via(&mut message, flow);
        let is_in_dialog = parameter(message.header("To").unwrap_or_default(), "tag").is_some();
        let is_routed = strip_routes(&mut message);
        let answer = match method.as_str() {
            "REGISTER" => {
                let (answer, registered) = self.registrar().register(&message, flow, Instant::now());
                let _ = self.notices.send(Noticed { flow, registered });
                answer
            }
            "OPTIONS" if !is_in_dialog => Message::response(&message, 200, "OK"),
            // The ACK of a refusal belongs to the hop, and has no Route.
            "ACK" | "CANCEL" => return drop(self.pass(Passed { message, flow, user: None })),
            // Twilio's edge does so when a phone leaves out the Route (seen in a trace: esp-adf #991).
            _ if is_in_dialog && !is_routed => {
                Message::response(&message, 481, "Call leg/transaction does not exist")
            }
            "INVITE" if !is_in_dialog => match self.admit(message, flow) {
                Some(answer) => answer,
                None => return,
            },
            _ => match self.pass(Passed { message, flow, user: None }) {
                Some(message) => Message::response(&message, 503, "Service Unavailable"),
                None => return,
            },
        };
        self.send(&answer, flow).await;
    }

    /// Lets a call through if its caller has the password; else the answer.
    fn admit(&self, mut message: Message, flow: Flow) -> Option<Message> {
        let user = {
            let mut registrar = self.registrar();
            match registrar.judge(&message, Instant::now()) {
                Verdict::User(user) => user,
                Verdict::Ask { stale } => return Some(registrar.ask(&message, stale, Instant::now())),
                Verdict::Wrong => return Some(Message::response(&message, 403, "Forbidden")),
            }
        };
        message.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("Proxy-Authorization"));
        record_route(&mut message, reached_at(self.address, flow.peer()), flow);
        let message = self.pass(Passed { message, flow, user: Some(user) })?;
        Some(Message::response(&message, 503, "Service Unavailable"))
    }

    /// Hands a message on; gives it back if nobody is there.
    fn pass(&self, passed: Passed) -> Option<Message> {
        let gateway = self.gateway.lock().unwrap_or_else(PoisonError::into_inner);
        match gateway.as_ref() {
            Some(gateway) => gateway.send(passed).err().map(|error| error.0.message),
            None => Some(passed.message),
        }
    }

    /// False if there is no connection any more.
    async fn send(&self, message: &Message, flow: Flow) -> bool {
        let bytes = message.to_bytes();
        match flow {
            Flow::Udp(peer) => {
                let [_, outwards] = &self.ways;
                outwards.loses() || self.udp.send_to(&bytes, peer).await.is_ok()
            }
            Flow::Tcp(peer) => {
                // A phone that does not read loses what comes: the edge waits for nobody.
                let connection = self.lock().get(&peer).cloned();
                connection.map(|connection| connection.try_send(bytes)).is_some()
            }
        }
    }
}

/// Notes in the topmost Via where a request really came from (RFC 3261, section 18.2.1; RFC 3581).
fn mark_via(message: &mut Message, flow: Flow) {
    let via = message.headers.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("Via"));
    let Some((_, value)) = via else { return };
    let (first, rest) = match value.split_once(',') {
        Some((first, rest)) => (first.to_owned(), format!(",{rest}")),
        None => (value.clone(), String::new()),
    };
    let peer = flow.peer();
    let mut parts: Vec<_> = first.split(';').map(|part| part.trim().to_owned()).collect();
    for part in &mut parts {
        if part == "rport" {
            *part = format!("rport={}", peer.port());
        }
    }
    parts.push(format!("received={}", peer.ip()));
    *value = format!("{}{rest}", parts.join(";"));
}
