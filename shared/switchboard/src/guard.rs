//! The guard of the pages: the password, sessions, tokens of forms, and the rate of attempts.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use webhook::lower_hex;

use crate::request::Request;

/// The cookie: a session, or before that a visitor, so that forms can be told from those of other sites.
const COOKIE: &str = "switchboard";

/// For how long a session lasts.
const SESSION: Duration = Duration::from_secs(12 * 3600);

/// How many wrong passwords are looked at within [`WINDOW`], from all sides together. One costs some 20 MB and 30 ms.
const ATTEMPTS: usize = 5;

/// See [`ATTEMPTS`].
const WINDOW: Duration = Duration::from_secs(60);

/// How many sessions there are at most; the oldest gives way.
const SESSIONS: usize = 100;

/// Why a password cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It is shorter than twelve characters.
    #[error("the password is shorter than 12 characters")]
    Short,
    /// It cannot be hashed.
    #[error("the password cannot be hashed")]
    Hash(#[source] argon2::password_hash::Error),
}

/// The hash of a password, as the file has it: a PHC string, Argon2id with the parameters that RFC 9106 recommends
/// second, which OWASP lists too (19 MiB, two passes).
///
/// # Errors
///
/// The password is too short.
pub fn hash_password(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < 12 {
        return Err(PasswordError::Short);
    }
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(PasswordError::Hash)
}

/// Whether a text is such a hash.
fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| hash.algorithm.as_str().starts_with("argon2"))
}

/// Reads the hash of a password from its file.
///
/// # Errors
///
/// The file cannot be read, or holds something else.
pub fn read_hash(path: &Path) -> io::Result<String> {
    let text = std::fs::read_to_string(path)?;
    let hash = text.trim();
    if is_hash(hash) {
        Ok(hash.to_owned())
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, "this is not the hash of a password"))
    }
}

/// Decides who may look.
pub struct Guard {
    /// The hash of the password. None on loopback.
    password: Option<String>,
    /// Signs the tokens of forms.
    key: [u8; 32],
    sessions: HashMap<String, Instant>,
    failures: Vec<Instant>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("sessions", &self.sessions.len()).finish_non_exhaustive()
    }
}

/// The guard's verdict on a request.
pub(crate) enum Verdict {
    /// Go on, as this visitor.
    Pass(String),
    /// Ask for the password; the visitor needs this cookie.
    Ask { visitor: String },
    /// Not this way: another host's name, which is how another site would reach a page on loopback.
    Refuse,
}

impl Guard {
    /// A guard that asks for the password with this hash; with none, only this machine may look.
    #[must_use]
    pub fn new(password: Option<String>) -> Self {
        let mut key = [0; 32];
        // A machine without randomness serves no pages: tokens of a known key would prove nothing.
        let _ = getrandom::fill(&mut key).inspect_err(|_| std::process::abort());
        Self { password, key, sessions: HashMap::new(), failures: Vec::new() }
    }

    pub(crate) fn needs_password(&self) -> bool {
        self.password.is_some()
    }

    pub(crate) fn judge(&mut self, request: &Request, now: Instant) -> Verdict {
        self.sessions.retain(|_, end| *end > now);
        let visitor = request.cookie(COOKIE).filter(|cookie| is_token(cookie));
        if self.password.is_none() {
            return if is_loopback(&request.host) {
                Verdict::Pass(visitor.map_or_else(random, str::to_owned))
            } else {
                Verdict::Refuse
            };
        }
        // The map is keyed by 32 random bytes: how long a look-up takes tells nothing of use.
        match visitor {
            Some(session) if self.sessions.contains_key(session) => Verdict::Pass(session.to_owned()),
            visitor => Verdict::Ask { visitor: visitor.map_or_else(random, str::to_owned) },
        }
    }

    /// The token of a visitor's forms.
    pub(crate) fn token(&self, visitor: &str) -> String {
        self.mac(visitor).map(|mac| lower_hex(&mac.finalize().into_bytes())).unwrap_or_default()
    }

    /// Whether a form has its visitor's token. The comparison takes the same time for every wrong one.
    pub(crate) fn is_own_form(&self, request: &Request, visitor: &str) -> bool {
        let given = request.field("token").and_then(|token| unhex(&token));
        self.mac(visitor).zip(given).is_some_and(|(mac, given)| mac.verify_slice(&given).is_ok())
    }

    fn mac(&self, visitor: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(visitor.as_bytes());
        Some(mac)
    }

    /// Whether another password may be tried now.
    pub(crate) fn may_try(&mut self, now: Instant) -> bool {
        self.failures.retain(|at| now.duration_since(*at) < WINDOW);
        self.failures.len() < ATTEMPTS
    }

    /// Looks at a password, and begins a session. `argon2` compares in constant time.
    pub(crate) fn log_in(&mut self, password: &str, now: Instant) -> Option<String> {
        let hash = self.password.as_deref().and_then(|hash| PasswordHash::new(hash).ok());
        let is_right =
            hash.is_some_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        if !is_right {
            self.failures.push(now);
            return None;
        }
        if self.sessions.len() >= SESSIONS
            && let Some(oldest) =
                self.sessions.iter().min_by_key(|(_, end)| **end).map(|(session, _)| session.clone())
        {
            self.sessions.remove(&oldest);
        }
        // A new one, so that a stolen visitor's cookie does not open the session.
        let session = random();
        self.sessions.insert(session.clone(), now + SESSION);
        Some(session)
    }

    pub(crate) fn log_out(&mut self, session: &str) {
        self.sessions.remove(session);
    }

    /// The header that gives a visitor the cookie. On loopback there is no TLS, and `Secure` would keep it away.
    pub(crate) fn cookie(&self, value: &str) -> String {
        let secure = if self.needs_password() { "; Secure" } else { "" };
        format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict{secure}")
    }
}

/// Whether `Host` names this machine itself, so that no other site's name can lead here (DNS rebinding).
fn is_loopback(host: &str) -> bool {
    !host.contains(['@', '/']) && webhook::is_loopback(webhook::host_of(host))
}

fn random() -> String {
    let mut bytes = [0; 32];
    let _ = getrandom::fill(&mut bytes).inspect_err(|_| std::process::abort());
    lower_hex(&bytes)
}

fn is_token(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |index| u8::from_str_radix(text.get(index..index + 2)?, 16).ok();
    is_token(text).then(|| (0..32).map_while(|byte| pair(byte * 2)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "correct horse battery";

    fn request(host: &str, cookie: &str, body: String) -> Request {
        Request { host: host.into(), cookies: format!("a=b; {COOKIE}={cookie}"), body, ..Request::default() }
    }

    #[test]
    fn on_loopback_no_other_name_leads_in() {
        let mut guard = Guard::new(None);
        let now = Instant::now();
        for host in ["localhost", "localhost:8090", "127.0.0.1:8090", "[::1]:8090", "127.0.0.2"] {
            assert!(
                matches!(guard.judge(&request(host, "", String::new()), now), Verdict::Pass(_)),
                "{host}"
            );
        }
        for host in ["", "evil.example.org", "127.0.0.1.example.org:8090", "10.0.0.1", "[::2]:8090"] {
            assert!(matches!(guard.judge(&request(host, "", String::new()), now), Verdict::Refuse), "{host}");
        }
    }

    #[test]
    fn the_password_opens_a_session_that_ends() {
        let mut guard = Guard::new(Some(hash_password(PASSWORD).unwrap()));
        let now = Instant::now();
        let Verdict::Ask { visitor } = guard.judge(&request("x", "", String::new()), now) else { panic!() };
        assert!(guard.log_in("wrong", now).is_none());
        let session = guard.log_in(PASSWORD, now).unwrap();
        assert_ne!(session, visitor);
        let ask = |guard: &mut Guard, cookie: &str, now| {
            matches!(guard.judge(&request("x", cookie, String::new()), now), Verdict::Ask { .. })
        };
        assert!(!ask(&mut guard, &session, now) && ask(&mut guard, &visitor, now));
        assert!(ask(&mut guard, &session, now + SESSION));
        let session = guard.log_in(PASSWORD, now).unwrap();
        guard.log_out(&session);
        assert!(ask(&mut guard, &session, now));
        assert!(guard.cookie(&session).ends_with("; HttpOnly; SameSite=Strict; Secure"));
    }

    #[test]
    fn guesses_are_counted() {
        let mut guard = Guard::new(Some(hash_password(PASSWORD).unwrap()));
        let now = Instant::now();
        for _ in 0..ATTEMPTS {
            assert!(guard.may_try(now));
            guard.log_in("wrong", now);
        }
        assert!(!guard.may_try(now) && guard.may_try(now + WINDOW));
        assert!(hash_password("short").is_err());
        assert!(is_hash(&hash_password(PASSWORD).unwrap()) && !is_hash(PASSWORD) && !is_hash("$2b$12$x"));
    }

    #[test]
    fn a_form_of_another_site_has_no_token() {
        let guard = Guard::new(None);
        let visitor = random();
        let token = guard.token(&visitor);
        let own = |token: &str, visitor: &str| {
            guard.is_own_form(&request("localhost", visitor, format!("token={token}")), visitor)
        };
        assert!(own(&token, &visitor));
        assert!(!own(&token, &random()) && !own("", &visitor) && !own(&random(), &visitor));
        assert!(
            !Guard::new(None)
                .is_own_form(&request("localhost", &visitor, format!("token={token}")), &visitor)
        );
    }
}
