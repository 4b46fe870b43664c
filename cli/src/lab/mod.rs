//! `dialtone lab`

mod doors;
mod qr;

use std::collections::{BTreeSet, HashMap};
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lab::{Behaviour, Loss, News, ORDERS, Opening, Order, Plan, Running, Speaker, Told, Voice};
use network::Network;
use tokio::io::AsyncBufReadExt;
use tokio::sync::mpsc::UnboundedReceiver;
use webhook::AuthTokens;

use self::doors::Doors;
use crate::exit::{Failure, Outcome, Result};
use crate::files::NetworkArgs;
use crate::output;
use passwords::Passwords;
use server::stop;

/// Stands in for Twilio's SIP domain: real phones register, dial, and hear what the network answers.
///
/// The service runs inside, so nothing else is needed, and nothing is billed. Phones use the passwords of the network
/// where they are known, and else throw-away ones, which are shown. Calls to numbers outside end in a telephone network
/// of the lab's own, which answers after three seconds and says back what it hears. 911 REACHES NOBODY HERE.
///
///   dialtone lab --config examples/dialtone.toml --stage dev
///
/// Enter the user, password and outbound proxy that it shows into a softphone, register, and dial: the name of
/// another phone, a number, a code, or something wrong. More ways:
///
///   dialtone lab --listen 192.168.1.10 --phones 2     for phones of other machines
///   dialtone lab --listen 192.168.1.10 --qr lobby     a mobile phone with Linphone becomes the lobby
///   dialtone lab --listen 192.168.1.10 --dns 192.168.1.10
///                                                     devices with their files for the street
///   dialtone lab --outside busy --json                for programs
///
/// Orders, one a line, while it runs:
///
///   answers, rings, busy, invalid, not-owned          what numbers outside do from then on
///   answer, hangup                                    those that ring or talk outside
///   call +15035550110                                 a call from outside
///   call +15035550110 anonymous                       the same, of a caller who withholds the number
///   quit
///
/// Where nobody documents what Twilio does, the transcript says `[assumed]`; docs/lab.md lists every such point.
///
/// Exit codes: 0 done, 2 wrong usage or a bad file.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Lab {
    #[command(flatten)]
    network: NetworkArgs,

    /// Where phones connect, over UDP and TCP. Phones of other machines need an address that they can reach.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:5060", value_parser = address)]
    listen: SocketAddr,

    #[command(flatten)]
    doors: Doors,

    /// For how many phones of the file the settings are shown.
    #[arg(long, value_name = "N", default_value_t = 2)]
    phones: usize,

    /// Shows a QR code with which Linphone, on a telephone in the same network, becomes this phone of the file.
    #[arg(long, value_name = "PHONE")]
    qr: Option<String>,

    /// Asks a service that listens at this URL, signed with TWILIO_AUTH_TOKEN, instead of the one inside.
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// What numbers outside do: answers, rings, busy, invalid (the carrier refuses them) or not-owned (Twilio refuses
    /// the number that the phone shows).
    #[arg(long, value_name = "WHAT", default_value_t)]
    outside: Behaviour,

    /// Loses so many of a hundred datagrams each way, up to 50, as a bad network does: SIP over UDP, and sound.
    #[arg(long, value_name = "PERCENT", default_value_t)]
    loss: Loss,

    /// The file with the passwords of the phones. By default that of `dialtone apply`.
    #[arg(long, value_name = "FILE")]
    passwords: Option<PathBuf>,

    /// Speaks in beeps, one for each word, even where a voice is installed.
    #[arg(long)]
    beeps: bool,

    /// Prints one JSON object a line instead.
    #[arg(long)]
    json: bool,
}

impl Lab {
    pub(crate) fn run(self) -> Result {
        self.prepare().and_then(|(lab, network, token)| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(Failure::system)?;
            let ended = runtime.block_on(lab.host(network, token));
            // A reader of standard input cannot be stopped otherwise.
            runtime.shutdown_background();
            ended
        })
    }

    fn prepare(self) -> Result<(Self, Network, AuthTokens)> {
        let network = self.network.network()?;
        let token = match (&self.url, std::env::var("TWILIO_AUTH_TOKEN")) {
            (Some(_), Ok(token)) => token,
            (Some(_), Err(_)) => {
                return Err(Failure::usage(
                    "",
                    "TWILIO_AUTH_TOKEN is not set",
                    "set it to the token that the service at --url runs with",
                ));
            }
            // Nobody else ever sees a request.
            (None, _) => random(),
        };
        let tokens =
            AuthTokens::parse(&token).map_err(|error| Failure::usage("TWILIO_AUTH_TOKEN", error, ""))?;
        Ok((self, network, tokens))
    }

    async fn host(self, network: Network, tokens: AuthTokens) -> Result {
        let passwords = self.passwords(&network)?;
        let (authority, certificate) = doors::authority(&network)?;
        let edges = network.extensions().iter().map(|phone| network.edge_of(phone));
        let hosts = edges.map(|edge| format!("sip.{edge}.twilio.com")).collect::<BTreeSet<_>>();
        let stage = network.stage().clone();
        let names: Vec<_> = network.extensions().iter().map(|phone| phone.name().to_owned()).collect();
        let token = tokens.first().clone();
        // A service elsewhere keeps its events to itself.
        let (inside, events) = lab::inside(network.clone(), tokens);
        let service = match self.url.clone() {
            Some(url) => lab::elsewhere(stage.public_url.to_string(), token, url),
            None => inside,
        };
        let voice = if self.beeps { Voice::with(Speaker::Beeps) } else { Voice::find() };
        let speaker = voice.speaker();
        let plan = Plan {
            domain: stage.sip_domain.clone(),
            is_secure: stage.secure,
            account: format!("AC{:032}", 0),
            passwords: passwords.clone(),
            public_url: stage.public_url.to_string(),
            fallback_url: stage.fallback_url.clone(),
            listen: self.listen,
            tls: Some((self.doors.tls(self.listen), authority.clone())),
            hosts: hosts.into_iter().collect(),
            files: Some(self.doors.files(self.listen)),
            names: self.doors.dns(),
            voice,
            loss: self.loss,
        };
        let started = Running::start(plan, service).await;
        let (lab, news) = started.map_err(|error| self.doors.failure(&error, self.listen))?;
        lab.offer_certificate(&authority);
        let qr = self.qr.as_deref().map(|phone| qr::offer(&lab, &network, &passwords, phone)).transpose()?;
        lab.behave(self.outside);
        let shown: Vec<_> = names.into_iter().take(self.phones).collect();
        let stop = stop::signalled();
        let opening = Opening {
            domain: &stage.sip_domain,
            is_secure: stage.secure,
            shown: &shown,
            passwords: &passwords,
            speaker,
            certificate,
            qr,
            is_watched: std::io::stdin().is_terminal(),
            orders: ORDERS,
        };
        if self.json {
            output::json(&opening.json(&lab));
        } else {
            opening.words(&lab).iter().for_each(|line| output::line(line));
        }
        let tell = |told: Told<'_>| match self.json {
            true => output::json(&told.json(Timestamp::now())),
            false => output::line(&told.words(Timestamp::now(), TimeZone::system())),
        };
        serve(&lab, tell, news, events, stop).await;
        Ok(Outcome::Done)
    }

    /// The passwords that are known, and throw-away ones for the other phones.
    fn passwords(&self, network: &Network) -> Result<HashMap<String, String>> {
        let known = Passwords::open(self.passwords.as_deref(), network.name(), &network.stage().name)?;
        let all = network.extensions().iter().map(|phone| {
            let password = known.of(phone.name());
            // As good as Twilio asks for, so that `devices render` takes it, too.
            let password =
                password.map_or_else(|| format!("Lab{}7", random()), |password| password.expose().to_owned());
            (phone.name().to_owned(), password)
        });
        Ok(all.collect())
    }
}

/// Tells what happens and takes orders, until someone stops it.
async fn serve(
    lab: &Running,
    tell: impl Fn(Told<'_>),
    mut news: UnboundedReceiver<News>,
    mut events: UnboundedReceiver<String>,
    stop: impl Future<Output = ()>,
) {
    tokio::pin!(stop);
    let mut lines = tokio::io::BufReader::new(tokio::io::stdin()).lines();
    // A program that gives no orders leaves the input empty.
    let mut is_open = true;
    loop {
        tokio::select! {
            biased;
            Some(news) = news.recv() => tell(Told::News(&news)),
            Some(event) = events.recv() => tell(Told::Event(&event)),
            line = lines.next_line(), if is_open => match line {
                Ok(Some(line)) => match line.parse() {
                    Ok(Order::Quit) => return,
                    Ok(order) => order.give(lab).iter().for_each(|note| tell(Told::Note(note))),
                    Err(wrong) => tell(Told::WrongOrder(&wrong.to_string())),
                },
                _ => is_open = false,
            },
            () = &mut stop => return,
        }
    }
}

/// An address with or without a port.
fn address(text: &str) -> std::result::Result<SocketAddr, String> {
    let bare = || text.parse().ok().map(|ip| SocketAddr::new(ip, 5060));
    text.parse().ok().or_else(bare).ok_or_else(|| "write an IP address, such as 192.168.1.10:5060".to_owned())
}

/// A password that nobody needs to remember.
fn random() -> String {
    let mut bytes = [0_u8; 9];
    let _ = getrandom::fill(&mut bytes);
    let all = "abcdefghijkmnpqrstuvwxyz23456789".as_bytes();
    let one = |byte: &u8| all.get(usize::from(*byte) % all.len()).copied().map_or('x', char::from);
    bytes.iter().map(one).collect()
}
