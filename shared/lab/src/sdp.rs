//! Offers and answers of sound (RFC 4566, RFC 3264): what a phone can hear, and where.

use std::net::{IpAddr, SocketAddr};

use crate::srtp::{Crypto, MasterKey};

/// How sound is written on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// G.711 mu-law, payload type 0.
    Pcmu,
    /// G.711 A-law, payload type 8.
    Pcma,
}

impl Codec {
    /// The static payload type (RFC 3551).
    #[must_use]
    pub fn payload(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }
}

/// Where one leg of the lab hears, and how it encrypts what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ear {
    /// Its socket.
    pub address: SocketAddr,
    /// Its key, where the domain is `secure`.
    pub key: Option<MasterKey>,
}

impl From<SocketAddr> for Ear {
    fn from(address: SocketAddr) -> Self {
        Self { address, key: None }
    }
}

/// The media that one side of a call offers or accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Where it wants to hear. Port 0 means: no sound.
    pub address: SocketAddr,
    /// In its order of preference.
    pub codecs: Vec<Codec>,
    /// The payload type of keys (RFC 4733), if it knows them.
    pub keys: Option<u8>,
    /// Whether it wants to hear: false while it holds the call.
    pub hears: bool,
    /// Whether it offers SRTP alone, which a domain that is not `secure` does not take.
    pub is_secure: bool,
    /// The key with which it encrypts, if it names one for a suite of ours.
    pub crypto: Option<Crypto>,
}

impl Description {
    /// Reads a body of type `application/sdp`; nothing if it has no sound with a codec of ours.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let (mut host, mut port, mut payloads, mut is_secure) = (None, None, Vec::new(), false);
        let (mut is_sound, mut keys, mut hears, mut named, mut crypto) = (true, None, true, Vec::new(), None);
        for line in text.lines() {
            let (kind, value) = line.trim_end().split_once('=')?;
            match kind {
                "m" => {
                    // The first one counts; a second stream of sound is another's business.
                    is_sound = value.starts_with("audio ") && port.is_none();
                    if is_sound {
                        let mut words = value.split(' ').skip(1);
                        port = words.next().and_then(|word| word.parse::<u16>().ok());
                        is_secure = words.next().is_some_and(|profile| profile.contains("SAVP"));
                        payloads = words.filter_map(|word| word.parse::<u8>().ok()).collect();
                    }
                }
                "c" if is_sound => {
                    host = value.rsplit(' ').next().and_then(|word| word.parse().ok()).or(host);
                }
                "a" if is_sound => {
                    match value {
                        "sendonly" | "inactive" => hears = false,
                        "recvonly" | "sendrecv" => hears = true,
                        _ => {}
                    }
                    if let Some(line) = value.strip_prefix("crypto:") {
                        crypto = crypto.or_else(|| Crypto::parse(line));
                    }
                    if let Some((payload, name)) =
                        value.strip_prefix("rtpmap:").and_then(|map| map.split_once(' '))
                    {
                        named.extend(
                            payload.parse::<u8>().ok().map(|payload| (payload, name.to_ascii_uppercase())),
                        );
                    }
                }
                _ => {}
            }
        }
        let codecs = payloads.iter().filter_map(|payload| {
            let name = named.iter().find(|(named, _)| named == payload).map(|(_, name)| name.as_str());
            match (payload, name) {
                (0, None) | (_, Some("PCMU/8000" | "PCMU/8000/1")) => Some(Codec::Pcmu),
                (8, None) | (_, Some("PCMA/8000" | "PCMA/8000/1")) => Some(Codec::Pcma),
                _ => None,
            }
        });
        let codecs: Vec<_> = codecs.collect();
        for (payload, name) in &named {
            if name.starts_with("TELEPHONE-EVENT/8000") && payloads.contains(payload) {
                keys = Some(*payload);
            }
        }
        let address = SocketAddr::new(host?, port?);
        // An old way to hold: the address of nobody (RFC 3264, section 8.4).
        let hears = hears && !address.ip().is_unspecified();
        (!codecs.is_empty()).then_some(Self { address, codecs, keys, hears, is_secure, crypto })
    }

    /// The lab's offer to a phone, as Twilio's gateway does (seen in traces): PCMU, PCMA, keys as 101.
    #[must_use]
    pub fn offer(ear: impl Into<Ear>) -> Self {
        let Ear { address, key } = ear.into();
        let codecs = vec![Codec::Pcmu, Codec::Pcma];
        let crypto = key.map(|key| Crypto { tag: 1, key });
        Self { address, codecs, keys: Some(101), hears: true, is_secure: key.is_some(), crypto }
    }

    /// The answer to an offer, heard at `address`: the first codec of the offer.
    #[must_use]
    pub fn answer(&self, ear: impl Into<Ear>) -> Self {
        let Ear { address, key } = ear.into();
        let codecs = self.codecs.iter().take(1).copied().collect();
        // The answer repeats the tag of the line that it takes (RFC 4568, section 5.1.2).
        let crypto = self.crypto.zip(key).map(|(theirs, key)| Crypto { tag: theirs.tag, key });
        let is_secure = self.is_secure;
        Self { address, codecs, keys: self.keys, hears: self.hears, is_secure, crypto }
    }

    /// The text. `version` grows with each description of one call.
    #[must_use]
    pub fn write(&self, version: u64) -> Vec<u8> {
        let kind = if matches!(self.address.ip(), IpAddr::V4(_)) { "IP4" } else { "IP6" };
        let (host, port) = (self.address.ip(), self.address.port());
        let payloads: Vec<_> = self.codecs.iter().map(|codec| codec.payload()).chain(self.keys).collect();
        let list = payloads.iter().map(|payload| format!(" {payload}")).collect::<String>();
        let profile = if self.is_secure { "RTP/SAVP" } else { "RTP/AVP" };
        let mut text = format!(
            "v=0\r\no=root 1 {version} IN {kind} {host}\r\ns=Twilio Media Gateway\r\nc=IN {kind} {host}\r\nt=0 0\r\n\
             m=audio {port} {profile}{list}\r\n"
        );
        if let Some(crypto) = &self.crypto {
            text.push_str(&format!("a=crypto:{crypto}\r\n"));
        }
        for codec in &self.codecs {
            let name = if *codec == Codec::Pcmu { "PCMU" } else { "PCMA" };
            text.push_str(&format!("a=rtpmap:{} {name}/8000\r\n", codec.payload()));
        }
        if let Some(keys) = self.keys {
            text.push_str(&format!("a=rtpmap:{keys} telephone-event/8000\r\na=fmtp:{keys} 0-16\r\n"));
        }
        // Who does not hear is held: it is only listened to (RFC 3264, section 8.4).
        let direction = if self.hears { "sendrecv" } else { "recvonly" };
        text.push_str(&format!("a=ptime:20\r\na={direction}\r\n"));
        text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BARESIP: &[u8] = b"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\na=tool:baresip\r\n\
        m=audio 30150 RTP/AVP 8 0 96\r\nb=AS:125\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
        a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=sendrecv\r\nm=video 3000 RTP/AVP 97\r\na=inactive\r\n";

    #[test]
    fn an_offer_of_a_phone_is_read() {
        let found = Description::parse(BARESIP).unwrap();
        assert_eq!(found.address, "127.0.0.1:30150".parse().unwrap());
        assert_eq!((found.codecs.as_slice(), found.keys), ([Codec::Pcma, Codec::Pcmu].as_slice(), Some(96)));
        assert!(found.hears && !found.is_secure);
        let held = String::from_utf8(BARESIP.to_vec()).unwrap().replace("a=sendrecv", "a=sendonly");
        assert!(!Description::parse(held.as_bytes()).unwrap().hears);
    }

    #[test]
    fn what_is_written_is_read() {
        let offer = Description::offer("192.0.2.1:4000".parse::<SocketAddr>().unwrap());
        assert_eq!(Description::parse(&offer.write(1)), Some(offer.clone()));
        let answer =
            Description::parse(BARESIP).unwrap().answer("192.0.2.1:4000".parse::<SocketAddr>().unwrap());
        let text = String::from_utf8(answer.write(1)).unwrap();
        assert!(text.contains("m=audio 4000 RTP/AVP 8 96\r\n"), "{text}");
    }

    #[test]
    fn a_secure_offer_is_answered_with_a_key_of_our_own_under_its_tag() {
        let text = String::from_utf8(BARESIP.to_vec()).unwrap().replace("RTP/AVP 8", "RTP/SAVP 8").replace(
            "b=AS:125",
            "a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR\r\n\
             a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR",
        );
        let offer = Description::parse(text.as_bytes()).unwrap();
        assert!(offer.is_secure && offer.crypto.is_some_and(|crypto| crypto.tag == 2));
        let key = MasterKey::of([7; 30]);
        let answer = offer.answer(Ear { address: "192.0.2.1:4000".parse().unwrap(), key: Some(key) });
        let written = Description::parse(&answer.write(1)).unwrap();
        assert_eq!(written.crypto, Some(Crypto { tag: 2, key }));
        assert!(written.is_secure);
    }

    #[test]
    fn without_a_codec_of_ours_there_is_no_call() {
        let opus = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\n";
        assert_eq!(Description::parse(opus.as_bytes()), None);
        assert_eq!(Description::parse(b"v=0\r\n"), None);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[vmca=0-9 /:a-zA-Z\r\n.]{0,200}") {
            let _ = Description::parse(text.as_bytes());
        }
    }
}
