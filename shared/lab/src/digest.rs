//! Digest authentication as Twilio asks for it: 407, `qop="auth"`, no `algorithm`, which means MD5 (RFC 2617).
//!
//! Source: published traces of the challenge (zoftko's blog, Meta's SIP guide).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::message::{Message, digest_field, md5};

/// Twilio's realm for every domain.
const REALM: &str = "sip.twilio.com";

/// How long a nonce is taken. Twilio's own time is not documented.
const NONCE: Duration = Duration::from_secs(3600);

/// The verdict on an answer to the challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// This user has the password.
    User(String),
    /// There is no answer, or one to an old challenge.
    Ask {
        /// Whether the password was right and the challenge old: the phone need not ask its owner.
        stale: bool,
    },
    /// The user or the password is wrong.
    Wrong,
}

/// The challenges that were made.
#[derive(Default)]
pub struct Challenges {
    nonces: HashMap<String, Instant>,
}

impl Challenges {
    /// A response that asks for a password.
    pub fn ask(&mut self, request: &Message, stale: bool, now: Instant) -> Message {
        self.nonces.retain(|_, made| now.saturating_duration_since(*made) < NONCE);
        let nonce = random();
        self.nonces.insert(nonce.clone(), now);
        let stale = if stale { ",stale=true" } else { "" };
        let challenge =
            format!("Digest realm=\"{REALM}\",qop=\"auth\",nonce=\"{nonce}\",opaque=\"{}\"{stale}", random());
        Message::response(request, 407, "Proxy Authentication required").with("Proxy-Authenticate", challenge)
    }

    /// Judges the answer in a request. The password of a user is looked up by its name, exactly as written.
    pub fn judge(
        &self,
        request: &Message,
        password: impl Fn(&str) -> Option<String>,
        now: Instant,
    ) -> Verdict {
        let Some(answer) =
            request.header("Proxy-Authorization").and_then(|value| value.strip_prefix("Digest "))
        else {
            return Verdict::Ask { stale: false };
        };
        let get = |name: &str| digest_field(answer, name).unwrap_or_default();
        let (user, nonce) = (get("username"), get("nonce"));
        let Some(password) = password(user).filter(|_| get("realm") == REALM) else { return Verdict::Wrong };
        let secret = md5(&format!("{user}:{REALM}:{password}"));
        let asked = md5(&format!("{}:{}", request.method().unwrap_or_default(), get("uri")));
        // `nc` stays the text that the phone wrote: eight hexadecimal digits.
        let expected = match get("qop") {
            "" => md5(&format!("{secret}:{nonce}:{asked}")),
            qop => md5(&format!("{secret}:{nonce}:{}:{}:{qop}:{asked}", get("nc"), get("cnonce"))),
        };
        if expected != get("response") {
            return Verdict::Wrong;
        }
        match self.nonces.get(nonce) {
            Some(made) if now.saturating_duration_since(*made) < NONCE => Verdict::User(user.to_owned()),
            _ => Verdict::Ask { stale: true },
        }
    }
}

pub(crate) fn random() -> String {
    let mut bytes = [0_u8; 16];
    // Without randomness a nonce is only easier to guess: nothing here is worth more than a phone on a desk.
    let _ = getrandom::fill(&mut bytes);
    webhook::lower_hex(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_challenge_is_stale_and_a_wrong_password_is_wrong() {
        let now = Instant::now();
        let request = Message::parse(b"REGISTER sip:d SIP/2.0\r\nVia: x\r\nTo: <sip:a@d>\r\n\r\n").unwrap();
        let mut challenges = Challenges::default();
        let challenge = challenges.ask(&request, false, now);
        let header = challenge.header("Proxy-Authenticate").unwrap();
        assert!(!header.contains("algorithm"));
        let nonce = digest_field(header.strip_prefix("Digest ").unwrap(), "nonce").unwrap();
        // The tenth request with one nonce is counted in hexadecimal.
        for (nc, password, later, expected) in [
            ("00000001", "right", 0, Verdict::User("a".into())),
            ("0000000a", "right", 0, Verdict::User("a".into())),
            ("00000001", "wrong", 0, Verdict::Wrong),
            ("00000002", "right", 3600, Verdict::Ask { stale: true }),
        ] {
            let secret = md5(&format!("a:{REALM}:{password}"));
            let response = md5(&format!("{secret}:{nonce}:{nc}:c:auth:{}", md5("REGISTER:sip:d")));
            let answer = format!(
                "Digest username=\"a\",realm=\"{REALM}\",nonce=\"{nonce}\",uri=\"sip:d\",nc={nc},cnonce=\"c\",qop=auth,response=\"{response}\""
            );
            let request = request.clone().with("Proxy-Authorization", answer);
            let found = challenges.judge(
                &request,
                |user| (user == "a").then(|| "right".to_owned()),
                now + Duration::from_secs(later),
            );
            assert_eq!(found, expected, "{nc} {password}");
        }
        assert_eq!(challenges.judge(&request, |_| None, now), Verdict::Ask { stale: false });
    }
}
