//! The sound of one leg: a socket for RTP, what is played into it, and what is heard on it.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::loss::{Loss, Way};
use crate::rtp::{KeyEar, Packet, event_of};
use crate::sdp::{Codec, Description, Ear};
use crate::sound::FRAME;
use crate::srtp::{MasterKey, Opener, Sealer};

/// How often a packet goes out.
const TICK: Duration = Duration::from_millis(20);

/// How much sound of another leg may wait: a fifth of a second. What comes late is not heard at all.
const SOUND_WAITING: usize = 10;

/// How many packets of keys may wait: twenty seconds of them. No key may be lost because the machine is busy.
const KEYS_WAITING: usize = 1_000;

/// How sound goes over the wire.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wire {
    /// The loss of datagrams.
    pub loss: Loss,
    /// The leg's key: with one it speaks SRTP, and hears nothing else.
    pub key: Option<MasterKey>,
}

/// A packet of a key, on its way from one leg to another.
#[derive(Debug, Clone, Copy)]
struct KeyPacket {
    event: [u8; 4],
    marker: bool,
    /// The timestamp on the leg that heard it, which all packets of a key share (RFC 4733, section 2.2).
    name: u32,
}

/// Where a leg takes what another one hears.
#[derive(Clone)]
pub struct Link {
    sound: mpsc::Sender<Vec<i16>>,
    keys: mpsc::Sender<KeyPacket>,
}

/// The other end of a [`Link`].
struct Heard {
    sound: mpsc::Receiver<Vec<i16>>,
    keys: mpsc::Receiver<KeyPacket>,
}

fn link() -> (Link, Heard) {
    let (sounds, keys) = (mpsc::channel(SOUND_WAITING), mpsc::channel(KEYS_WAITING));
    (Link { sound: sounds.0, keys: keys.0 }, Heard { sound: sounds.1, keys: keys.1 })
}

/// Something that a leg noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted<P> {
    /// A key was pressed (RFC 4733).
    Key(char),
    /// A sound was played to its end.
    Played(P),
}

enum Command<P> {
    Remote(Description),
    Play { id: P, samples: Arc<[i16]>, times: Option<u32> },
    Stop(P),
    StopAll,
    Press(String),
    Link(Option<Link>),
}

/// The packets that a leg has sent and received so far.
#[derive(Debug, Default)]
pub struct Counters {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Counters {
    /// Packets that were sent, and received.
    #[must_use]
    pub fn read(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.received.load(Ordering::Relaxed))
    }
}

/// The sound of a leg. Dropping it closes the socket. `P` names what is played.
pub struct Media<P> {
    ear: Ear,
    commands: mpsc::UnboundedSender<Command<P>>,
    link: Link,
    counters: Arc<Counters>,
    task: JoinHandle<()>,
}

impl<P> Drop for Media<P> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<P: Copy + PartialEq + Send + 'static> Media<P> {
    /// Opens a socket at this address; `noted` is told what happens on it.
    ///
    /// # Errors
    ///
    /// No port is free.
    pub async fn open(ip: IpAddr, wire: Wire, noted: impl Fn(Noted<P>) + Send + 'static) -> io::Result<Self> {
        let socket = UdpSocket::bind((ip, 0)).await?;
        let ear = Ear { address: socket.local_addr()?, key: wire.key };
        let (commands, inbox) = mpsc::unbounded_channel();
        let (link, heard) = link();
        let counters = Arc::new(Counters::default());
        let leg = Leg::new(socket, wire, noted, Arc::clone(&counters));
        let task = tokio::spawn(leg.run(inbox, heard));
        Ok(Self { ear, commands, link, counters, task })
    }

    /// Where it hears, and its key.
    #[must_use]
    pub fn ear(&self) -> Ear {
        self.ear
    }

    /// Where other legs put what this one is to say.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link.clone()
    }

    /// The packets counted so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Says where the phone hears, and how. From here on sound goes out.
    pub fn remote(&self, description: Description) {
        self.tell(Command::Remote(description));
    }

    /// Plays samples so often, or without end. What is played is heard instead of another leg.
    pub fn play(&self, id: P, samples: Arc<[i16]>, times: Option<u32>) {
        self.tell(Command::Play { id, samples, times });
    }

    /// Stops it at once.
    pub fn stop(&self, id: P) {
        self.tell(Command::Stop(id));
    }

    /// Stops whatever is played.
    pub fn stop_all(&self) {
        self.tell(Command::StopAll);
    }

    /// Presses keys, as events.
    pub fn press(&self, keys: impl Into<String>) {
        self.tell(Command::Press(keys.into()));
    }

    /// Connects what is heard here with another leg, or with none.
    pub fn connect(&self, link: Option<Link>) {
        self.tell(Command::Link(link));
    }

    fn tell(&self, command: Command<P>) {
        let _ = self.commands.send(command);
    }
}

struct Playing<P> {
    id: P,
    samples: Arc<[i16]>,
    at: usize,
    left: Option<u32>,
}

struct Leg<P, F> {
    socket: UdpSocket,
    noted: F,
    counters: Arc<Counters>,
    remote: Option<Description>,
    to: Option<SocketAddr>,
    playing: VecDeque<Playing<P>>,
    presses: VecDeque<Packet>,
    link: Option<Link>,
    ear: KeyEar,
    relayed: Option<(u32, u32)>,
    sequence: u16,
    timestamp: u32,
    source: u32,
    /// The loss on the way in, and out.
    ways: [Way; 2],
    sealer: Option<Sealer>,
    opener: Option<Opener>,
}

impl<P: Copy + PartialEq, F: Fn(Noted<P>)> Leg<P, F> {
    fn new(socket: UdpSocket, wire: Wire, noted: F, counters: Arc<Counters>) -> Self {
        let mut random = [0_u8; 4];
        let _ = getrandom::fill(&mut random);
        Self {
            socket,
            noted,
            counters,
            remote: None,
            to: None,
            playing: VecDeque::new(),
            presses: VecDeque::new(),
            link: None,
            ear: KeyEar::default(),
            relayed: None,
            sequence: 1,
            timestamp: 0,
            source: u32::from_be_bytes(random),
            ways: [Way::new(wire.loss), Way::new(wire.loss)],
            sealer: wire.key.as_ref().map(Sealer::new),
            opener: None,
        }
    }

    async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command<P>>, mut heard: Heard) {
        let mut clock = tokio::time::interval(TICK);
        let mut buffer = vec![0; 2048];
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.obey(command),
                    None => return,
                },
                received = self.socket.recv_from(&mut buffer) => {
                    // An error is a phone that does not listen any more (ICMP).
                    if let Ok((length, peer)) = received {
                        self.hear(buffer.get(..length).unwrap_or_default(), peer);
                    }
                }
                _ = clock.tick() => self.speak(&mut heard).await,
            }
        }
    }

    fn obey(&mut self, command: Command<P>) {
        match command {
            Command::Remote(description) => {
                self.to = Some(description.address);
                // The same key again, as in a hold, goes on where it was.
                let key = description.crypto.map(|crypto| crypto.key);
                if !self.opener.as_ref().zip(key).is_some_and(|(opener, key)| opener.has(&key)) {
                    self.opener = key.map(Opener::new);
                }
                self.remote = Some(description);
            }
            Command::Play { id, samples, times } => {
                let playing = Playing { id, samples, at: 0, left: times };
                self.playing.push_back(playing);
            }
            Command::Stop(id) => self.playing.retain(|playing| playing.id != id),
            Command::StopAll => self.playing.clear(),
            Command::Press(keys) => keys.chars().for_each(|key| self.queue(key)),
            Command::Link(link) => self.link = link,
        }
    }

    fn hear(&mut self, bytes: &[u8], peer: SocketAddr) {
        let [inwards, _] = &self.ways;
        if inwards.loses() {
            return;
        }
        let packet = match (&self.sealer, &mut self.opener) {
            (None, _) => Packet::parse(bytes),
            (Some(_), Some(opener)) => opener.open(bytes).as_deref().and_then(Packet::parse),
            (Some(_), None) => None,
        };
        let (Some(remote), Some(packet)) = (&self.remote, packet) else { return };
        self.counters.received.fetch_add(1, Ordering::Relaxed);
        // A phone behind NAT hears where it speaks from, whatever its description says.
        self.to = Some(peer);
        let keys = remote.keys;
        let codec =
            [Codec::Pcmu, Codec::Pcma].into_iter().find(|codec| codec.payload() == packet.payload_type);
        if let Some(codec) = codec {
            if let Some(link) = &self.link {
                for frame in codec.decode(&packet.payload).chunks(FRAME) {
                    let _ = link.sound.try_send(frame.to_vec());
                }
            }
        } else if Some(packet.payload_type) == keys {
            if let (Some(link), Some(event)) = (&self.link, packet.payload.first_chunk()) {
                let key = KeyPacket { event: *event, marker: packet.marker, name: packet.timestamp };
                let _ = link.keys.try_send(key);
            }
            if let Some(key) = self.ear.hear(&packet) {
                (self.noted)(Noted::Key(key));
            }
        }
    }

    /// One packet: a key, what is played, what another leg says, or silence.
    async fn speak(&mut self, heard: &mut Heard) {
        let Some(remote) = &self.remote else { return };
        let (codec, hears, keys) = (remote.codecs.first().copied(), remote.hears, remote.keys);
        self.timestamp = self.timestamp.wrapping_add(FRAME as u32);
        if let Some(mut packet) = self.presses.pop_front() {
            packet.timestamp = packet.timestamp.wrapping_add(self.timestamp);
            return self.send(packet, hears).await;
        }
        let played = self.next_frame();
        while let Ok(key) = heard.keys.try_recv() {
            let Some(payload_type) = keys else { continue };
            let timestamp = self.timestamp_of_key(key.name);
            self.send(self.packet(payload_type, key.marker, timestamp, key.event.to_vec()), hears).await;
        }
        let said = heard.sound.try_recv().ok();
        let Some(codec) = codec else { return };
        let samples = played.or(said).unwrap_or_else(|| vec![0; FRAME]);
        let packet = self.packet(codec.payload(), false, self.timestamp, codec.encode(&samples));
        self.send(packet, hears).await;
    }

    /// The timestamp of a key of another leg: that of its first packet here. Keys that come at once, after the machine was busy, are
    /// given different ones, or they would be one key.
    fn timestamp_of_key(&mut self, name: u32) -> u32 {
        let timestamp = match self.relayed {
            Some((known, timestamp)) if known == name => timestamp,
            Some((_, last)) if last.wrapping_sub(self.timestamp) < u32::MAX / 2 => last.wrapping_add(1),
            _ => self.timestamp,
        };
        self.relayed = Some((name, timestamp));
        timestamp
    }

    fn next_frame(&mut self) -> Option<Vec<i16>> {
        loop {
            let playing = self.playing.front_mut()?;
            let rest = playing.samples.get(playing.at..).unwrap_or_default();
            if !rest.is_empty() {
                let mut frame: Vec<_> = rest.iter().take(FRAME).copied().collect();
                frame.resize(FRAME, 0);
                playing.at += FRAME;
                return Some(frame);
            }
            playing.at = 0;
            if let Some(left) = &mut playing.left {
                *left = left.saturating_sub(1);
            }
            if playing.left.is_some_and(|left| left == 0) || playing.samples.is_empty() {
                let id = playing.id;
                self.playing.pop_front();
                (self.noted)(Noted::Played(id));
            }
        }
    }

    /// The packets of a key of 100 ms, its end three times (RFC 4733, section 2.5).
    fn queue(&mut self, key: char) {
        let Some(payload_type) = self.remote.as_ref().and_then(|remote| remote.keys) else { return };
        for step in 1..=7_u16 {
            let Some(event) = event_of(key, 160 * step.min(5), step >= 5) else { return };
            // All have the timestamp of the first, which is known when it goes out.
            let back = u32::from(step - 1) * FRAME as u32;
            let packet = self.packet(payload_type, step == 1, 0_u32.wrapping_sub(back), event.to_vec());
            self.presses.push_back(packet);
        }
    }

    fn packet(&self, payload_type: u8, marker: bool, timestamp: u32, payload: Vec<u8>) -> Packet {
        Packet { payload_type, marker, sequence: 0, timestamp, source: self.source, payload }
    }

    async fn send(&mut self, mut packet: Packet, hears: bool) {
        let Some(to) = self.to.filter(|to| hears && to.port() != 0) else { return };
        self.sequence = self.sequence.wrapping_add(1);
        packet.sequence = self.sequence;
        let [_, outwards] = &self.ways;
        let bytes = packet.write();
        let sealed = match &mut self.sealer {
            Some(sealer) => sealer.seal(bytes),
            None => Some(bytes),
        };
        let Some(bytes) = sealed else { return };
        if outwards.loses() || self.socket.send_to(&bytes, to).await.is_ok() {
            self.counters.sent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
