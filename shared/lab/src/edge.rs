//! The edge: where phones connect, over UDP, TCP and TLS. It stands before everything else, as Twilio's does.

mod stream;

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::digest::Verdict;
use crate::flow::Flow;
use crate::loss::{Loss, Way};
use crate::message::{MAX_MESSAGE, Message, parameter};
use crate::proxy::{Side, pop_via, push_via, reached_at, record_route, strip_routes};
use crate::registrar::{Registered, Registrar};

/// Something that the edge noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// A REGISTER.
    Register {
        /// From where.
        flow: Flow,
        /// The outcome.
        registered: Registered,
    },
    /// A phone and the edge do not agree on TLS, as when the phone does not trust the lab's authority.
    NoTls {
        /// From where.
        peer: SocketAddr,
        /// In words.
        why: String,
    },
}

/// Where an edge listens.
pub(crate) struct Listening {
    /// For UDP and TCP.
    pub(crate) address: SocketAddr,
    /// For TLS.
    pub(crate) tls: Option<(TcpListener, TlsAcceptor)>,
    /// How many datagrams get lost.
    pub(crate) loss: Loss,
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

/// The state that the tasks share.
struct Desk {
    address: SocketAddr,
    /// Where it takes TLS, or nowhere.
    tls: Option<SocketAddr>,
    udp: UdpSocket,
    gateway: Mutex<Option<mpsc::UnboundedSender<Passed>>>,
    connections: Mutex<HashMap<Flow, mpsc::Sender<Vec<u8>>>>,
    registrar: Mutex<Registrar>,
    notices: mpsc::UnboundedSender<Noticed>,
    /// The loss on the way in, and out.
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
        Self::listen_with(Listening { address, tls: None, loss: Loss::default() }, registrar).await
    }

    /// The same, also for TLS, and where datagrams get lost on the way.
    pub(crate) async fn listen_with(
        listening: Listening,
        registrar: Registrar,
    ) -> io::Result<(Self, mpsc::UnboundedReceiver<Noticed>)> {
        let Listening { address, tls, loss } = listening;
        let (tcp, udp) = bind(address).await?;
        let address = tcp.local_addr()?;
        let tls_address = tls.as_ref().map(|(listener, _)| listener.local_addr()).transpose()?;
        let (notices, noticed) = mpsc::unbounded_channel();
        let desk = Arc::new(Desk {
            address,
            tls: tls_address,
            udp,
            gateway: Mutex::default(),
            connections: Mutex::default(),
            registrar: Mutex::new(registrar),
            notices,
            ways: [Way::new(loss), Way::new(loss)],
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&desk).datagrams());
        tasks.spawn(stream::accept(Arc::clone(&desk), tcp, None));
        if let Some((listener, acceptor)) = tls {
            tasks.spawn(stream::accept(Arc::clone(&desk), listener, Some(acceptor)));
        }
        Ok((Self { address, desk, _tasks: tasks }, noticed))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it takes TLS, if it does.
    #[must_use]
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.desk.tls
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
            strip_routes(&mut message);
            if message.method() == Some("INVITE") {
                record_route(&mut message, &self.desk.sides(flow));
            }
            push_via(&mut message, self.desk.here(flow), flow);
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

    /// Where a phone reaches the edge by this way.
    fn here(&self, flow: Flow) -> SocketAddr {
        let listening = match flow {
            Flow::Tls(_) => self.tls.unwrap_or(self.address),
            Flow::Udp(_) | Flow::Tcp(_) => self.address,
        };
        reached_at(listening, flow.peer())
    }

    /// The entries of Record-Route on the way to a phone: the phone's side, and over TLS the gateway's, too.
    fn sides(&self, flow: Flow) -> Vec<Side> {
        let phones =
            Side { here: self.here(flow), transport: flow.name(), peer: flow.peer(), is_one_of_two: false };
        match flow {
            Flow::Tls(_) => {
                let inner = Side { here: reached_at(self.address, flow.peer()), transport: "UDP", ..phones };
                [phones, inner].map(|side| Side { is_one_of_two: true, ..side }).into()
            }
            Flow::Udp(_) | Flow::Tcp(_) => vec![phones],
        }
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

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Flow, mpsc::Sender<Vec<u8>>>> {
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
                let _ = self.notices.send(Noticed::Register { flow, registered });
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
        let mut sides = self.sides(flow);
        // The one that the message goes to comes first.
        sides.reverse();
        record_route(&mut message, &sides);
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
            Flow::Tcp(_) | Flow::Tls(_) => {
                // A phone that does not read loses what comes: the edge waits for nobody.
                let connection = self.lock().get(&flow).cloned();
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
