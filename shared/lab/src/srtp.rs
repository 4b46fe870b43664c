//! Sound that nobody else hears: SRTP (RFC 3711) with AES_CM_128_HMAC_SHA1_80 and keys in the description (RFC 4568), the
//! one suite that Twilio offers to phones (seen in a trace: eric-brechemier).

use std::fmt;

use aes::Aes128;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// The name of the one suite.
const SUITE: &str = "AES_CM_128_HMAC_SHA1_80";

/// The bytes of a tag.
const TAG: usize = 10;

/// How many packets that come late are still taken, each once (section 3.3.2).
const WINDOW: u64 = 64;

/// A master key and its salt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MasterKey([u8; 30]);

impl MasterKey {
    /// A new one; nothing without randomness.
    #[must_use]
    pub fn random() -> Option<Self> {
        let mut bytes = [0; 30];
        getrandom::fill(&mut bytes).ok().map(|()| Self(bytes))
    }

    /// This one.
    #[must_use]
    pub fn of(bytes: [u8; 30]) -> Self {
        Self(bytes)
    }

    /// The keys of packets: for their sound, their tag, and the salt (section 4.3.1).
    fn derive(&self) -> ([u8; 16], [u8; 20], [u8; 14]) {
        let (mut cipher, mut tag, mut salt) = ([0; 16], [0; 20], [0; 14]);
        for (label, out) in [(0, cipher.as_mut_slice()), (1, &mut tag), (2, &mut salt)] {
            let [key @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.0;
            let [_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, start @ ..] = self.0;
            let mut counter = [0; 16];
            for (to, from) in counter.iter_mut().zip(start) {
                *to = from;
            }
            counter[7] ^= label;
            ctr::Ctr128BE::<Aes128>::new(&key.into(), &counter.into()).apply_keystream(out);
        }
        (cipher, tag, salt)
    }
}

/// Shows nothing of it.
impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

/// A line of a description that offers or accepts a key (RFC 4568, section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crypto {
    /// Names the line: the answer repeats it.
    pub tag: u32,
    /// With this key its sender will encrypt.
    pub key: MasterKey,
}

impl Crypto {
    /// Reads what follows `crypto:`; nothing if it is another suite, or a key with more than a lifetime beside it.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next()?.parse().ok()?;
        if words.next()? != SUITE {
            return None;
        }
        let mut parts = words.next()?.strip_prefix("inline:")?.split('|');
        let key = STANDARD.decode(parts.next()?).ok()?.try_into().ok().map(MasterKey)?;
        // A third part, or one with a colon, is an identifier of a master key in each packet, which nobody uses.
        let is_plain = parts.all(|part| !part.contains(':'));
        // A parameter may switch off encryption or authentication.
        (is_plain && words.next().is_none()).then_some(Self { tag, key })
    }
}

impl fmt::Display for Crypto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {SUITE} inline:{}", self.tag, STANDARD.encode(self.key.0))
    }
}

/// The keys of one direction.
struct Keys {
    cipher: [u8; 16],
    tag: [u8; 20],
    salt: [u8; 14],
}

impl Keys {
    fn new(key: &MasterKey) -> Self {
        let (cipher, tag, salt) = key.derive();
        Self { cipher, tag, salt }
    }

    /// Encrypts and decrypts (section 4.1.1).
    fn apply(&self, source: u32, index: u64, payload: &mut [u8]) {
        let mut counter = [0; 16];
        for (to, from) in counter.iter_mut().zip(self.salt) {
            *to = from;
        }
        let [_, _, number @ ..] = index.to_be_bytes();
        let more = source.to_be_bytes().into_iter().chain(number);
        for (to, from) in counter.iter_mut().skip(4).zip(more) {
            *to ^= from;
        }
        ctr::Ctr128BE::<Aes128>::new(&self.cipher.into(), &counter.into()).apply_keystream(payload);
    }

    /// The whole tag over a packet and how often its number has begun anew (section 4.2).
    fn authenticate(&self, packet: &[u8], rounds: u32) -> Option<Hmac<Sha1>> {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.tag).ok()?;
        mac.update(packet);
        mac.update(&rounds.to_be_bytes());
        Some(mac)
    }
}

/// Reads a packet's header: its source, its number, and where its payload begins.
fn read(packet: &[u8]) -> Option<(u32, u16, usize)> {
    let [first, _, s0, s1, _, _, _, _, c0, c1, c2, c3] = *packet.first_chunk::<12>()?;
    let mut start = 12 + usize::from(first & 0x0f) * 4;
    if first & 0x10 != 0 {
        let [_, _, high, low] = *packet.get(start..)?.first_chunk::<4>()?;
        start += 4 + usize::from(u16::from_be_bytes([high, low])) * 4;
    }
    let is_rtp = first >> 6 == 2 && packet.len() >= start;
    is_rtp.then(|| (u32::from_be_bytes([c0, c1, c2, c3]), u16::from_be_bytes([s0, s1]), start))
}

/// Encrypts the packets of one source.
pub struct Sealer {
    keys: Keys,
    rounds: u32,
    last: Option<u16>,
}

impl Sealer {
    /// With this key.
    #[must_use]
    pub fn new(key: &MasterKey) -> Self {
        Self { keys: Keys::new(key), rounds: 0, last: None }
    }

    /// Encrypts a packet; nothing if it is no RTP.
    #[must_use]
    pub fn seal(&mut self, mut packet: Vec<u8>) -> Option<Vec<u8>> {
        let (source, number, start) = read(&packet)?;
        if self.last.is_some_and(|last| last > number) {
            self.rounds = self.rounds.wrapping_add(1);
        }
        self.last = Some(number);
        let index = u64::from(self.rounds) << 16 | u64::from(number);
        self.keys.apply(source, index, packet.get_mut(start..)?);
        let tag = self.keys.authenticate(&packet, self.rounds)?.finalize().into_bytes();
        packet.extend(tag.iter().take(TAG));
        Some(packet)
    }
}

/// Decrypts the packets of a phone.
pub struct Opener {
    key: MasterKey,
    keys: Keys,
    /// The source, its highest index, and which of the packets before were taken.
    heard: Option<(u32, u64, u64)>,
}

impl Opener {
    /// With this key.
    #[must_use]
    pub fn new(key: MasterKey) -> Self {
        Self { key, keys: Keys::new(&key), heard: None }
    }

    /// Whether it has this key.
    #[must_use]
    pub fn has(&self, key: &MasterKey) -> bool {
        self.key == *key
    }

    /// Decrypts a packet; nothing if it is not from who has the key, or was taken already.
    #[must_use]
    pub fn open(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let (body, tag) = packet.split_at_checked(packet.len().checked_sub(TAG)?)?;
        let (source, number, start) = read(body)?;
        let known = self.heard.filter(|(known, ..)| *known == source);
        let index = known.map_or(u64::from(number), |(_, highest, _)| nearest(highest, number));
        let (highest, taken) = known.map_or((index, 0), |(_, highest, taken)| (highest, taken));
        let back = highest.saturating_sub(index);
        if index <= highest && known.is_some() && (back >= WINDOW || taken >> back & 1 == 1) {
            return None;
        }
        let rounds = u32::try_from(index >> 16).ok()?;
        self.keys.authenticate(body, rounds)?.verify_truncated_left(tag).ok()?;
        let taken = match index.checked_sub(highest) {
            Some(ahead) => taken.checked_shl(u32::try_from(ahead).unwrap_or(u32::MAX)).unwrap_or(0) | 1,
            None => taken | 1 << back,
        };
        self.heard = Some((source, highest.max(index), taken));
        let mut body = body.to_vec();
        self.keys.apply(source, index, body.get_mut(start..)?);
        Some(body)
    }
}

/// The index that ends in this number and is nearest to the highest so far (section 3.3.1).
fn nearest(highest: u64, number: u16) -> u64 {
    let round = highest & !0xffff;
    let here = round | u64::from(number);
    let (before, after) = (here.checked_sub(0x1_0000), here + 0x1_0000);
    let far = |index: u64| index.abs_diff(highest);
    let best = if far(after) < far(here) { after } else { here };
    before.filter(|before| far(*before) < far(best)).unwrap_or(best)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rtp::Packet;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        let all: Vec<_> =
            (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
        all.try_into().unwrap()
    }

    /// RFC 3711, appendix B.3.
    #[test]
    fn keys_are_derived_as_in_the_rfc() {
        let master = MasterKey(bytes("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6"));
        let (cipher, tag, salt) = master.derive();
        assert_eq!(cipher, bytes("c61e7a93744f39ee10734afe3ff7a087"));
        assert_eq!(salt, bytes("30cbbc08863d8c85d49db34a9ae1"));
        assert_eq!(tag, bytes("cebe321f6ff7716b6fd4ab49af256a156d38baa4"));
    }

    /// RFC 3711, appendix B.2.
    #[test]
    fn the_key_stream_is_that_of_the_rfc() {
        let keys = Keys {
            cipher: bytes("2b7e151628aed2a6abf7158809cf4f3c"),
            tag: [0; 20],
            salt: bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfd"),
        };
        let mut stream = [0; 32];
        keys.apply(0, 0, &mut stream);
        assert_eq!(stream, bytes("e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab"));
    }

    fn packet(sequence: u16) -> Packet {
        Packet {
            payload_type: 0,
            marker: false,
            sequence,
            timestamp: 160,
            source: 7,
            payload: vec![0xd5; 160],
        }
    }

    fn key(byte: u8) -> MasterKey {
        MasterKey([byte; 30])
    }

    #[test]
    fn a_packet_is_taken_once_and_only_with_the_key() {
        let (mut sealer, mut opener) = (Sealer::new(&key(1)), Opener::new(key(1)));
        let sealed = sealer.seal(packet(9).write()).unwrap();
        assert_eq!(sealed.len(), 12 + 160 + TAG);
        assert_eq!(Opener::new(key(2)).open(&sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(opener.open(&changed), None, "{at}");
        }
        assert_eq!(opener.open(&sealed), Some(packet(9).write()));
        assert_eq!(opener.open(&sealed), None, "again");
    }

    #[test]
    fn numbers_begin_anew_and_packets_come_late() {
        let (mut sealer, mut opener) = (Sealer::new(&key(1)), Opener::new(key(1)));
        let mut sealed: Vec<_> =
            (0..300_u16).map(|n| sealer.seal(packet(65_400_u16.wrapping_add(n)).write()).unwrap()).collect();
        sealed.swap(135, 137);
        for one in &sealed {
            assert!(opener.open(one).is_some());
        }
        assert!(sealed.iter().all(|one| opener.open(one).is_none()), "each once");
        assert_eq!(opener.heard.unwrap().1 >> 16, 1, "one round");
    }

    #[test]
    fn a_key_is_read_and_written() {
        let text = "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";
        // RFC 4568, section 9.1, with its lifetime.
        let found = Crypto::parse(&format!("{text}|2^20")).unwrap();
        assert_eq!((found.tag, found.to_string().as_str()), (1, text));
        assert_eq!(Crypto::parse(&text.replace("_80", "_32")), None);
        assert_eq!(Crypto::parse(&format!("{text} UNENCRYPTED_SRTP")), None);
        assert_eq!(Crypto::parse(&format!("{text}|2^20|1:4")), None);
        assert_eq!(Crypto::parse("1 AES_CM_128_HMAC_SHA1_80 inline:AAAA"), None);
        assert!(!format!("{found:?}").contains("PS1u"));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes: Vec<u8>, text in "[0-9a-zA-Z_:| +/]{0,80}") {
            let _ = (Opener::new(key(1)).open(&bytes), Sealer::new(&key(1)).seal(bytes), Crypto::parse(&text));
        }

        #[test]
        fn what_is_sealed_opens(payload: Vec<u8>, sequence: u16, source: u32) {
            let packet = Packet { payload, sequence, source, ..packet(0) };
            let sealed = Sealer::new(&key(1)).seal(packet.write()).unwrap();
            prop_assert_eq!(Opener::new(key(1)).open(&sealed), Some(packet.write()));
        }
    }
}
