//! The lab as the name server of phones, so that a file that names Twilio's hosts leads to the desk: SRV (RFC 2782) and
//! address records of the SIP domain and of Twilio's edges, and nothing else.

use std::net::IpAddr;

use tokio::net::UdpSocket;
use webhook::is_same_domain;

use crate::proxy::reached_at;

/// For how many seconds an answer may be kept.
const TTL: u32 = 60;

/// Types of records (RFC 1035, RFC 3596, RFC 2782).
const A: u16 = 1;
const AAAA: u16 = 28;
const SRV: u16 = 33;

/// The response code for a question that was answered (RFC 1035, section 4.1.1).
const FINE: u8 = 0;
const NO_SUCH_NAME: u8 = 3;
const REFUSED: u8 = 5;

/// The names that lead to the lab.
pub(crate) struct Names {
    pub(crate) domain: String,
    /// For UDP and TCP, and for TLS.
    pub(crate) port: u16,
    pub(crate) tls_port: u16,
}

/// A question.
struct Question<'a> {
    name: String,
    kind: u16,
    /// As it was asked.
    bytes: &'a [u8],
}

/// An answer to one.
struct Record {
    kind: u16,
    data: Vec<u8>,
}

impl Names {
    /// Answers questions that come to this socket, for ever.
    pub(crate) async fn serve(self, socket: UdpSocket) {
        let Ok(own) = socket.local_addr() else { return };
        let mut buffer = [0; 512];
        loop {
            // An error is a phone that went away (ICMP), not the end of the socket.
            let Ok((length, peer)) = socket.recv_from(&mut buffer).await else {
                tokio::task::yield_now().await;
                continue;
            };
            let here = reached_at(own, peer).ip();
            if let Some(answer) = self.answer(buffer.get(..length).unwrap_or_default(), here) {
                let _ = socket.send_to(&answer, peer).await;
            }
        }
    }

    /// The answer to a query, for a phone that reaches the lab at `here`; nothing if it is no query.
    fn answer(&self, query: &[u8], here: IpAddr) -> Option<Vec<u8>> {
        let [i0, i1, flags, _, 0, 1, ..] = *query.first_chunk::<12>()? else { return None };
        let is_query = flags & 0xf8 == 0;
        let question = Question::read(query.get(12..)?).filter(|_| is_query)?;
        let (code, records) = self.look_up(&question, here);
        let count = u8::try_from(records.len()).ok()?;
        // An answer with authority, and the wish for recursion repeated.
        let mut answer = vec![i0, i1, 0x84 | flags & 1, code, 0, 1, 0, count, 0, 0, 0, 0];
        answer.extend(question.bytes);
        for record in records {
            // The name of the question, which stands at byte 12.
            answer.extend([0xc0, 12]);
            answer.extend(record.kind.to_be_bytes());
            answer.extend([0, 1]);
            answer.extend(TTL.to_be_bytes());
            answer.extend(u16::try_from(record.data.len()).ok()?.to_be_bytes());
            answer.extend(record.data);
        }
        Some(answer)
    }

    fn look_up(&self, question: &Question<'_>, here: IpAddr) -> (u8, Vec<Record>) {
        let name = question.name.as_str();
        let service = [("_sip._udp.", self.port), ("_sip._tcp.", self.port), ("_sips._tcp.", self.tls_port)]
            .into_iter()
            .find_map(|(service, port)| Some((name.strip_prefix(service)?, port)));
        match (service, question.kind, here) {
            (Some((host, _)), ..) if !self.is_ours(host) => (REFUSED, Vec::new()),
            (Some((host, port)), SRV, _) => {
                // Priority and weight, the port, the host: written in full.
                let mut data = vec![0, 0, 0, 0];
                data.extend(port.to_be_bytes());
                for label in host.split('.') {
                    data.extend(u8::try_from(label.len()));
                    data.extend(label.as_bytes());
                }
                data.push(0);
                (FINE, vec![Record { kind: SRV, data }])
            }
            (Some(_), ..) => (FINE, Vec::new()),
            (None, ..) if name.starts_with('_') => {
                let is_known = name.rsplit_once("._tcp.").or_else(|| name.rsplit_once("._udp."));
                let is_ours = is_known.is_some_and(|(_, host)| self.is_ours(host));
                (if is_ours { NO_SUCH_NAME } else { REFUSED }, Vec::new())
            }
            (None, ..) if !self.is_ours(name) => (REFUSED, Vec::new()),
            (None, A, IpAddr::V4(ip)) => (FINE, vec![Record { kind: A, data: ip.octets().to_vec() }]),
            (None, AAAA, IpAddr::V6(ip)) => (FINE, vec![Record { kind: AAAA, data: ip.octets().to_vec() }]),
            // The name is there, and has nothing of this kind. After an empty NAPTR a phone asks for SRV (RFC 3263).
            _ => (FINE, Vec::new()),
        }
    }

    /// The domain in each of its spellings, and the hosts of Twilio's edges (<https://www.twilio.com/docs/global-infrastructure/edge-locations>).
    fn is_ours(&self, name: &str) -> bool {
        let is_edge = |place: &str| !place.is_empty() && !place.contains('.');
        let edge = name.strip_prefix("sip.").and_then(|rest| rest.strip_suffix(".twilio.com"));
        is_same_domain(name, &self.domain) || edge.is_some_and(is_edge)
    }
}

impl<'a> Question<'a> {
    /// Reads the first question of a query; its name in small letters.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (mut rest, mut name) = (bytes, String::new());
        loop {
            let (length, after) = rest.split_first()?;
            if *length == 0 {
                rest = after;
                break;
            }
            // More would be a pointer, which a question has no use for.
            let (label, after) = after.split_at_checked(usize::from(*length)).filter(|_| *length < 64)?;
            let label = std::str::from_utf8(label).ok().filter(|label| !label.contains('.'))?;
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&label.to_ascii_lowercase());
            rest = after;
        }
        let [k0, k1, 0, 1] = *rest.first_chunk::<4>()? else { return None };
        let length = bytes.len() - rest.len() + 4;
        Some(Self { name, kind: u16::from_be_bytes([k0, k1]), bytes: bytes.get(..length)? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> Names {
        Names { domain: "demo.sip.twilio.com".into(), port: 5060, tls_port: 5061 }
    }

    fn query(name: &str, kind: u16) -> Vec<u8> {
        let mut query = vec![0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            query.push(u8::try_from(label.len()).unwrap());
            query.extend(label.as_bytes());
        }
        query.extend([0]);
        query.extend(kind.to_be_bytes());
        query.extend([0, 1]);
        query
    }

    /// The code, and the data of the only record.
    fn asks(name: &str, kind: u16) -> (u8, Option<Vec<u8>>) {
        let query = query(name, kind);
        let answer = names().answer(&query, [192, 0, 2, 1].into()).unwrap();
        assert_eq!(answer[..3], [0xab, 0xcd, 0x85]);
        assert_eq!(answer[12..query.len()], query[12..]);
        let record = (answer[7] == 1).then(|| answer[query.len() + 12..].to_vec());
        (answer[3], record)
    }

    #[test]
    fn the_domain_and_the_edges_lead_here() {
        let here = (FINE, Some(vec![192, 0, 2, 1]));
        for name in ["demo.sip.twilio.com", "DEMO.sip.umatilla.twilio.com", "sip.umatilla.twilio.com"] {
            assert_eq!(asks(name, A), here, "{name}");
            assert_eq!(asks(name, AAAA), (FINE, None), "{name}");
        }
        for name in [
            "other.sip.twilio.com",
            "api.twilio.com",
            "example.org",
            "sip.a.b.twilio.com",
            "_sip._udp.example.org",
        ] {
            assert_eq!(asks(name, A), (REFUSED, None), "{name}");
        }
        assert_eq!(asks("_ntp._udp.demo.sip.twilio.com", SRV), (NO_SUCH_NAME, None));
    }

    #[test]
    fn services_have_a_port_and_a_host() {
        for (service, port) in [("_sip._udp", 5060_u16), ("_sip._tcp", 5060), ("_sips._tcp", 5061)] {
            let (code, data) = asks(&format!("{service}.demo.sip.twilio.com"), SRV);
            let [high, low] = port.to_be_bytes();
            let expected =
                [&[0, 0, 0, 0, high, low], b"\x04demo\x03sip\x06twilio\x03com\0".as_slice()].concat();
            assert_eq!((code, data), (FINE, Some(expected)), "{service}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes: Vec<u8>, rest: Vec<u8>) {
            let _ = names().answer(&bytes, [192, 0, 2, 1].into());
            let _ = names().answer(&[&query("a", A)[..12], &rest].concat(), [192, 0, 2, 1].into());
        }
    }
}
