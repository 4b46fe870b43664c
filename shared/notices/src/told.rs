//! The outcome of a delivery, as a line of the file of what was done.

use std::fmt;

use jiff::Timestamp;

/// When somebody was told, or given up. It holds no number and no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The delivery: call, kind and the place of the recipient in the network file.
    pub key: String,
    /// `sms`, `call`, `webhook` or `mail`, as the file has it.
    pub way: String,
    /// Whether it was sent. Otherwise it was given up, after an hour of attempts.
    pub is_sent: bool,
    /// When.
    pub at: Timestamp,
}

impl Told {
    /// The call's SID and the kind of notice, as in `CA…-call_for_help-0`.
    #[must_use]
    pub fn call_and_kind(&self) -> Option<(&str, &str)> {
        let (rest, _) = self.key.rsplit_once('-')?;
        rest.rsplit_once('-')
    }

    /// The place of the recipient in the network file, from 0.
    #[must_use]
    pub fn recipient(&self) -> Option<u32> {
        self.key.rsplit_once('-')?.1.parse().ok()
    }

    /// Reads a line. Nothing, if it is torn, or of a version that noted the key alone.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (key, way) = (words.next()?.to_owned(), words.next()?.to_owned());
        let is_sent = match words.next()? {
            "sent" => true,
            "given_up" => false,
            _ => return None,
        };
        Some(Self { key, way, is_sent, at: words.next()?.parse().ok()? })
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, way, is_sent, at } = self;
        let word = if *is_sent { "sent" } else { "given_up" };
        write!(f, "{key} {way} {word} {}", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let at = "2026-11-27T10:20:30Z".parse().unwrap();
        for is_sent in [true, false] {
            let told = Told { key: "CA12-call_for_help-3".into(), way: "mail".into(), is_sent, at };
            assert_eq!(Told::parse(&told.to_string()), Some(told.clone()));
            assert_eq!((told.call_and_kind(), told.recipient()), (Some(("CA12", "call_for_help")), Some(3)));
        }
        let line = "CA12-drill-0 sms sent 2026-11-27T10:20:30Z";
        for torn in (1..line.len()).map(|end| &line[..end]) {
            assert_eq!(Told::parse(torn), None, "{torn}");
        }
        assert_eq!(Told::parse("CA12-drill-0"), None);
    }
}
