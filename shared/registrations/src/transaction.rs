//! One request until its final response (RFC 3261, section 17.1.2), without clock or socket.

use std::time::{Duration, Instant};

use sip::{Message, parameter};

/// The usual time to the registrar and back, and the longest pause between two copies of a request (section 17.1.1.1).
const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);

/// How long a final response is waited for. The RFC allows 32 s (timer F); a person at a terminal has less patience, and
/// a copy is still sent 5 times.
const DEADLINE: Duration = Duration::from_secs(16);

/// A request under way.
pub(crate) struct Transaction {
    branch: String,
    bytes: Vec<u8>,
    /// When the next copy is sent. None over a connection, which loses nothing.
    repeat: Option<(Instant, Duration)>,
    deadline: Instant,
}

impl Transaction {
    /// The transaction of a request with this branch, which is sent now.
    pub(crate) fn new(branch: String, request: &Message, is_reliable: bool, now: Instant) -> Self {
        let repeat = (!is_reliable).then(|| (now + T1, T1));
        Self { branch, bytes: request.to_bytes(), repeat, deadline: now + DEADLINE }
    }

    /// The request as it is sent.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether a response belongs to it (section 17.1.3).
    pub(crate) fn is_answered_by(&self, response: &Message) -> bool {
        let branch = response.list("Via").first().and_then(|via| parameter(via, "branch"));
        let method = response.header("CSeq").and_then(|text| text.split_whitespace().nth(1));
        branch == Some(&self.branch) && method == Some("REGISTER")
    }

    /// The registrar has it and is at work: copies get rare.
    pub(crate) fn proceed(&mut self) {
        if let Some((_, pause)) = &mut self.repeat {
            *pause = T2;
        }
    }

    /// Whether another copy is due now.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        match &mut self.repeat {
            Some((at, pause)) if *at <= now => {
                *pause = (*pause * 2).min(T2);
                *at = now + *pause;
                true
            }
            _ => false,
        }
    }

    /// Whether the wait for a response is over.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.deadline <= now
    }

    /// When something has to be done next, if nothing is heard.
    pub(crate) fn next(&self) -> Instant {
        self.repeat.map_or(self.deadline, |(at, _)| at.min(self.deadline))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_sent_at_growing_distances_over_datagrams_alone() {
        let start = Instant::now();
        let request = Message::request("REGISTER", "sip:demo.test");
        let copies = |mut transaction: Transaction| {
            let mut sent = Vec::new();
            let mut now = start;
            while !transaction.is_over(now) {
                now = transaction.next();
                if transaction.is_due(now) {
                    sent.push((now - start).as_millis());
                }
            }
            assert_eq!(now - start, DEADLINE);
            sent
        };
        let new = |is_reliable| Transaction::new("b".into(), &request, is_reliable, start);
        assert_eq!(copies(new(false)), [500, 1500, 3500, 7500, 11500, 15500]);
        assert!(copies(new(true)).is_empty());
        let mut proceeding = new(false);
        proceeding.proceed();
        assert_eq!(copies(proceeding), [500, 4500, 8500, 12500]);
    }

    #[test]
    fn a_response_belongs_to_one_request() {
        let transaction =
            Transaction::new("z9hG4bK1".into(), &Message::request("REGISTER", "sip:x"), true, Instant::now());
        let response = |branch: &str, method: &str| {
            Message::parse(
                format!("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch={branch}\r\nCSeq: 1 {method}\r\n\r\n")
                    .as_bytes(),
            )
            .unwrap()
        };
        assert!(transaction.is_answered_by(&response("z9hG4bK1", "REGISTER")));
        assert!(!transaction.is_answered_by(&response("z9hG4bK2", "REGISTER")));
        assert!(!transaction.is_answered_by(&response("z9hG4bK1", "OPTIONS")));
    }
}
