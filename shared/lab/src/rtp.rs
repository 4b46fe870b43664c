//! Packets of sound (RFC 3550) and of keys (RFC 4733).

/// A packet, as far as the lab looks into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// The payload type.
    pub payload_type: u8,
    /// The first packet after silence, or of a key.
    pub marker: bool,
    /// Counts packets.
    pub sequence: u16,
    /// Counts samples.
    pub timestamp: u32,
    /// Names the stream.
    pub source: u32,
    /// Its payload.
    pub payload: Vec<u8>,
}

impl Packet {
    /// Reads a datagram; nothing if it is no RTP.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<12>()?;
        let [first, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *head;
        if first >> 6 != 2 {
            return None;
        }
        let mut rest = rest.get(usize::from(first & 0x0f) * 4..)?;
        if first & 0x10 != 0 {
            let (head, after) = rest.split_first_chunk::<4>()?;
            rest = after.get(usize::from(u16::from_be_bytes([head[2], head[3]])) * 4..)?;
        }
        if first & 0x20 != 0 {
            let padding = usize::from(*rest.last()?);
            rest = rest.get(..rest.len().checked_sub(padding)?)?;
        }
        Some(Self {
            payload_type: second & 0x7f,
            marker: second & 0x80 != 0,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            source: u32::from_be_bytes([c0, c1, c2, c3]),
            payload: rest.to_vec(),
        })
    }

    /// The datagram.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(12 + self.payload.len());
        bytes.extend([0x80, self.payload_type | if self.marker { 0x80 } else { 0 }]);
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.timestamp.to_be_bytes());
        bytes.extend(self.source.to_be_bytes());
        bytes.extend(&self.payload);
        bytes
    }
}

/// The order of events 0 to 11 (RFC 4733, section 3.2).
const KEYS: &str = "0123456789*#";

/// The key of an event's payload; nothing for other events, such as A to D.
#[must_use]
pub fn key_of(payload: &[u8]) -> Option<char> {
    KEYS.chars().nth(usize::from(*payload.first()?))
}

/// The event of a key, `duration` samples after its beginning.
#[must_use]
pub fn event_of(key: char, duration: u16, is_end: bool) -> Option<[u8; 4]> {
    let event = u8::try_from(KEYS.find(key)?).ok()?;
    let [high, low] = duration.to_be_bytes();
    // The volume that phones send, -10 dBm0.
    Some([event, if is_end { 0x8a } else { 0x0a }, high, low])
}

/// Hears each key once, however many packets say it: an event is known by its timestamp.
#[derive(Debug, Default)]
pub struct KeyEar {
    last: Option<(u32, u32)>,
}

impl KeyEar {
    /// Takes in a packet of the event type.
    pub fn hear(&mut self, packet: &Packet) -> Option<char> {
        let key = key_of(&packet.payload)?;
        let this = (packet.source, packet.timestamp);
        (self.last.replace(this) != Some(this)).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_heard_once_and_pressed_again_twice() {
        let mut ear = KeyEar::default();
        let packet = |timestamp, key, end| Packet {
            payload_type: 101,
            marker: false,
            sequence: 1,
            timestamp,
            source: 7,
            payload: event_of(key, 160, end).unwrap().to_vec(),
        };
        let heard: Vec<_> = [
            packet(1, '9', false),
            packet(1, '9', true),
            packet(1, '9', true),
            packet(801, '9', false),
            packet(1601, '#', true),
        ]
        .iter()
        .filter_map(|packet| ear.hear(packet))
        .collect();
        assert_eq!(heard, ['9', '9', '#']);
        assert_eq!(key_of(&[12, 0, 0, 0]), None, "A has no key on a telephone");
    }

    proptest! {
        #[test]
        fn packets_are_read_as_written(payload_type in 0_u8..128, marker: bool, sequence: u16, timestamp: u32, source: u32, payload: Vec<u8>) {
            let packet = Packet { payload_type, marker, sequence, timestamp, source, payload };
            prop_assert_eq!(Packet::parse(&packet.write()), Some(packet));
        }

        #[test]
        fn nothing_makes_it_panic(bytes: Vec<u8>) {
            let _ = Packet::parse(&bytes);
        }
    }
}
