//! How a lab starts.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::authority::{Authority, AuthorityError};
use crate::call::Lab;
use crate::edge::{Edge, Listening};
use crate::loss::Loss;
use crate::names::Names;
use crate::news::{News, Teller};
use crate::outside::Outside;
use crate::proxy::reached_at;
use crate::registrar::Registrar;
use crate::running::{Desk, Doors, Running, begin, notice};
use crate::service::Service;
use crate::shelf;
use crate::switch::Switch;
use crate::voice::Voice;

/// The network and account that the lab stands in for.
pub struct Plan {
    /// The SIP domain, such as `demo.sip.twilio.com`.
    pub domain: String,
    /// Whether the domain takes TLS and SRTP alone.
    pub is_secure: bool,
    /// `AccountSid`.
    pub account: String,
    /// The phones: passwords by user name.
    pub passwords: HashMap<String, String>,
    /// Where Twilio would ask: scheme and host of the service.
    pub public_url: String,
    /// The URL that Twilio would ask if that fails; by default the same again, as `dialtone apply` sets it.
    pub fallback_url: Option<String>,
    /// Where phones connect.
    pub listen: SocketAddr,
    /// Where they connect over TLS, under names that this authority signs for.
    pub tls: Option<(SocketAddr, Authority)>,
    /// More names that phones may use over TLS: hosts of Twilio's edges.
    pub hosts: Vec<String>,
    /// Where files are fetched by HTTP.
    pub files: Option<SocketAddr>,
    /// Where phones may ask for names.
    pub names: Option<SocketAddr>,
    /// The voice that speaks.
    pub voice: Voice,
    /// How many datagrams get lost on the way.
    pub loss: Loss,
}

/// Why a lab does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port is taken, or not for us.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// There is no certificate.
    #[error("cannot take TLS")]
    Authority(#[from] AuthorityError),
}

impl Running {
    /// Starts a lab. What happens comes out of the second part.
    ///
    /// # Errors
    ///
    /// A port is taken, or there is no certificate.
    pub async fn start(
        plan: Plan,
        service: Arc<dyn Service>,
    ) -> Result<(Self, mpsc::UnboundedReceiver<News>), StartError> {
        let at = |address| move |source| StartError::Listen { address, source };
        let mut names = vec![plan.domain.clone(), "localhost".to_owned()];
        names.extend(plan.hosts);
        // Of a lab that listens everywhere, the address towards the Internet: a datagram socket sends nothing.
        let nobody = SocketAddr::from(([192, 0, 2, 1], 9));
        let own = [reached_at(plan.listen, nobody).ip(), [127, 0, 0, 1].into()];
        names.extend(own.map(|ip| ip.to_string()));
        let tls = match plan.tls {
            None => None,
            Some((address, authority)) => {
                let listener = TcpListener::bind(address).await.map_err(at(address))?;
                Some((listener, authority.acceptor(&names)?))
            }
        };
        let registrar = Registrar::new(plan.domain.clone(), plan.passwords);
        let listening = Listening { address: plan.listen, tls, loss: plan.loss };
        let (edge, notices) = Edge::listen_with(listening, registrar).await.map_err(at(plan.listen))?;
        let edge = Arc::new(edge);
        let (sender, news) = mpsc::unbounded_channel();
        let teller = Teller::new(sender);
        let (mut tasks, mut doors) = (JoinSet::new(), Doors::default());
        let shelf = Arc::new(Mutex::default());
        if let Some(address) = plan.files {
            let listener = TcpListener::bind(address).await.map_err(at(address))?;
            doors.files = listener.local_addr().ok();
            tasks.spawn(shelf::serve(listener, Arc::clone(&shelf)));
        }
        if let Some(address) = plan.names {
            let socket = UdpSocket::bind(address).await.map_err(at(address))?;
            doors.names = socket.local_addr().ok();
            let port = edge.address().port();
            let tls_port = edge.tls_address().map_or(0, |tls| tls.port());
            tasks.spawn(Names { domain: plan.domain.clone(), port, tls_port }.serve(socket));
        }
        let (switch, beginnings) = Switch::start(&edge, &mut tasks);
        let lab = Arc::new(Lab {
            edge,
            switch,
            service,
            voice: Arc::new(plan.voice),
            outside: Outside::default(),
            domain: plan.domain,
            teller: teller.clone(),
            loss: plan.loss,
            account: plan.account.clone(),
            debugger: format!("{}/status/error", plan.public_url),
            is_secure: plan.is_secure,
        });
        let desk = Arc::new(Desk {
            account: plan.account,
            public_url: plan.public_url,
            fallback_url: plan.fallback_url,
            calls: Mutex::default(),
        });
        tasks.spawn(notice(teller, notices));
        tasks.spawn(begin(Arc::clone(&lab), Arc::clone(&desk), beginnings));
        Ok((Self { lab, desk, shelf, doors, _tasks: tasks }, news))
    }
}
