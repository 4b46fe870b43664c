//! The answer to 401 and 407: digest authentication with MD5 (RFC 2617), the one that Twilio asks for.

use std::fmt;

use crate::field::digest_field;
use crate::hash::md5;
use crate::message::Message;

/// A server's demand for credentials (RFC 2617, section 3.2.1).
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    /// Whether `qop="auth"` is offered. Without it the older digest of RFC 2069 is meant.
    has_qop: bool,
    /// Whether the last answer was right and only its nonce too old.
    is_stale: bool,
    /// Whether it named its algorithm; Twilio does not.
    names_md5: bool,
    answered_in: &'static str,
}

/// Why a challenge cannot be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// The response has no challenge at all.
    #[error("there is no challenge")]
    Missing,
    /// Another scheme than Digest, another algorithm than MD5, or another quality than `auth`.
    #[error("the challenge is not digest with MD5")]
    Scheme,
    /// The realm or the nonce is missing.
    #[error("the challenge is incomplete")]
    Incomplete,
}

/// The user and password that answer a challenge. It has no `Debug`.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The user name.
    pub user: &'a str,
    /// The password.
    pub password: &'a str,
}

impl Challenge {
    /// The challenge in a 401 or 407. Of several, the first that can be answered is taken (RFC 8760, section 2.4).
    ///
    /// # Errors
    ///
    /// There is none that can be answered.
    pub fn of(response: &Message) -> Result<Self, ChallengeError> {
        let (asked_in, answered_in) = match response.status() {
            Some(407) => ("Proxy-Authenticate", "Proxy-Authorization"),
            _ => ("WWW-Authenticate", "Authorization"),
        };
        let mut found = Err(ChallengeError::Missing);
        for field in response.fields(asked_in) {
            found = Self::read(field, answered_in);
            if found.is_ok() {
                break;
            }
        }
        found
    }

    /// Whose passwords are asked for.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// Whether the last answer was right and only its nonce too old.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// The header field that answers: its name and value. `cnonce` is random text of hexadecimal digits. The answer is
    /// the first one with this nonce.
    #[must_use]
    pub fn answer(
        &self,
        who: Credentials<'_>,
        method: &str,
        uri: &str,
        cnonce: &str,
    ) -> (&'static str, String) {
        const COUNT: &str = "00000001";
        let Self { realm, nonce, .. } = self;
        // The realm is hashed as it was quoted, as kamailio and baresip do.
        let secret = md5(&format!("{}:{realm}:{}", who.user, who.password));
        let asked = md5(&format!("{method}:{uri}"));
        let user = quoted(who.user);
        let mut answer =
            format!("Digest username=\"{user}\",realm=\"{realm}\",nonce=\"{nonce}\",uri=\"{uri}\"");
        let response = if self.has_qop {
            answer.push_str(&format!(",qop=auth,nc={COUNT},cnonce=\"{cnonce}\""));
            md5(&format!("{secret}:{nonce}:{COUNT}:{cnonce}:auth:{asked}"))
        } else {
            md5(&format!("{secret}:{nonce}:{asked}"))
        };
        answer.push_str(&format!(",response=\"{response}\""));
        if self.names_md5 {
            answer.push_str(",algorithm=MD5");
        }
        if let Some(opaque) = &self.opaque {
            answer.push_str(&format!(",opaque=\"{opaque}\""));
        }
        (self.answered_in, answer)
    }

    fn read(field: &str, answered_in: &'static str) -> Result<Self, ChallengeError> {
        let (scheme, rest) = field.trim().split_once(' ').unwrap_or((field, ""));
        let text = |name| digest_field(rest, name).map(str::to_owned);
        let qop = text("qop");
        let offers_auth = |qop: &String| qop.split(',').any(|one| one.trim().eq_ignore_ascii_case("auth"));
        let algorithm = text("algorithm");
        let is_md5 = algorithm.as_ref().is_none_or(|name| name.eq_ignore_ascii_case("MD5"));
        if !scheme.eq_ignore_ascii_case("Digest") || !is_md5 || !qop.as_ref().is_none_or(offers_auth) {
            return Err(ChallengeError::Scheme);
        }
        let (Some(realm), Some(nonce)) = (text("realm"), text("nonce")) else {
            return Err(ChallengeError::Incomplete);
        };
        let is_stale = text("stale").is_some_and(|text| text.eq_ignore_ascii_case("true"));
        Ok(Self {
            realm,
            nonce,
            opaque: text("opaque"),
            has_qop: qop.is_some(),
            is_stale,
            names_md5: algorithm.is_some(),
            answered_in,
        })
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge").field("realm", &self.realm).finish_non_exhaustive()
    }
}

/// A text between quotes (RFC 3261, section 25.1: quoted-pair).
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(status: u16, value: &str) -> Result<Challenge, ChallengeError> {
        let name = if status == 407 { "Proxy-Authenticate" } else { "WWW-Authenticate" };
        let response =
            Message { start: format!("SIP/2.0 {status} x"), headers: Vec::new(), body: Vec::new() };
        Challenge::of(&response.with(name, value))
    }

    /// The example of RFC 2617, section 3.5, whose response others computed.
    #[test]
    fn the_answer_agrees_with_the_rfc() {
        let asked = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
                     nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        let who = Credentials { user: "Mufasa", password: "Circle Of Life" };
        let (name, answer) = challenge(401, asked).unwrap().answer(who, "GET", "/dir/index.html", "0a4f113b");
        assert_eq!(name, "Authorization");
        assert_eq!(digest_field(&answer, "response"), Some("6629fae49393a05397450978507c4ef1"));
        assert_eq!(digest_field(&answer, "opaque"), Some("5ccc069c403ebaf9f0171e9517f40e41"));
    }

    #[test]
    fn only_what_can_be_answered_is_a_challenge() {
        let twilio = "Digest realm=\"sip.twilio.com\",qop=\"auth\",nonce=\"n\",opaque=\"o\"";
        let read = challenge(407, twilio).unwrap();
        assert_eq!((read.realm(), read.is_stale()), ("sip.twilio.com", false));
        assert!(challenge(407, &format!("{twilio},stale=true,algorithm=MD5")).unwrap().is_stale());
        for (other, why) in [
            ("Basic realm=\"x\"", ChallengeError::Scheme),
            ("Digest realm=\"x\",nonce=\"n\",algorithm=SHA-256", ChallengeError::Scheme),
            ("Digest realm=\"x\",nonce=\"n\",qop=\"auth-int\"", ChallengeError::Scheme),
            ("Digest realm=\"x\"", ChallengeError::Incomplete),
            ("", ChallengeError::Scheme),
        ] {
            assert_eq!(challenge(401, other), Err(why), "{other}");
        }
        let two = Message { start: "SIP/2.0 401 x".into(), headers: Vec::new(), body: Vec::new() }
            .with("WWW-Authenticate", "Digest realm=\"x\",nonce=\"n\",algorithm=SHA-256")
            .with("WWW-Authenticate", twilio);
        assert_eq!(Challenge::of(&two).unwrap().realm(), "sip.twilio.com");
    }

    #[test]
    fn a_secret_is_in_no_debug_output() {
        let read = challenge(401, "Digest realm=\"x\",nonce=\"n0nce\"").unwrap();
        assert_eq!(format!("{read:?}"), "Challenge { realm: \"x\", .. }");
    }
}
