//! The secrets that requests are signed with.

use std::fmt;

use hmac::{Hmac, KeyInit};
use sha1::Sha1;

/// HMAC-SHA1 (RFC 2104, FIPS 180-4), Twilio's choice.
pub(crate) type Mac = Hmac<Sha1>;

/// A Twilio auth token, as the keyed state of its HMAC: the text itself is not kept, nor ever shown.
#[derive(Clone)]
pub struct AuthToken(Mac);

impl AuthToken {
    /// Reads one token; blanks around it are dropped.
    ///
    /// # Errors
    ///
    /// Blank, or not printable ASCII: a copying mistake that would otherwise only show as calls that fail.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Malformed);
        }
        // HMAC takes keys of any length, so the second error cannot happen.
        Mac::new_from_slice(text.as_bytes()).map(Self).map_err(|_| TokenError::Malformed)
    }

    /// An HMAC under this token that has read nothing yet.
    pub(crate) fn mac(&self) -> Mac {
        self.0.clone()
    }
}

impl fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthToken(..)")
    }
}

/// The tokens that are valid now, at least one: several while a token is rotated.
#[derive(Clone, Debug)]
pub struct AuthTokens {
    first: AuthToken,
    others: Vec<AuthToken>,
}

impl AuthTokens {
    /// Reads tokens separated by commas; blanks around each, and blank entries, are dropped.
    ///
    /// # Errors
    ///
    /// No token at all, or one that is not printable ASCII.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let mut tokens = text.split(',').filter(|part| !part.trim().is_empty()).map(AuthToken::parse);
        let first = tokens.next().ok_or(TokenError::Empty)??;
        Ok(Self { first, others: tokens.collect::<Result<_, _>>()? })
    }

    /// The token that was named first: the one to sign with.
    #[must_use]
    pub fn first(&self) -> &AuthToken {
        &self.first
    }

    /// All tokens, in order.
    pub fn iter(&self) -> impl Iterator<Item = &AuthToken> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// Why a text is no token. It does not quote the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nothing but blanks and commas.
    #[error("no auth token")]
    Empty,
    /// A token with a space, a control character or a letter outside ASCII in it.
    #[error("auth token is not printable ascii")]
    Malformed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_tokens_are_separated_by_commas() {
        assert_eq!(AuthTokens::parse(" one, two ,,three\n").unwrap().iter().count(), 3);
        assert_eq!(AuthTokens::parse("one").unwrap().iter().count(), 1);
    }

    #[test]
    fn blank_and_mangled_tokens_are_refused() {
        for blank in ["", " ", ",", " , ,\n"] {
            assert_eq!(AuthTokens::parse(blank).unwrap_err(), TokenError::Empty);
        }
        for mangled in ["a b", "ok,\u{201c}quoted\u{201d}", "a\tb"] {
            assert_eq!(AuthTokens::parse(mangled).unwrap_err(), TokenError::Malformed);
        }
        assert_eq!(AuthToken::parse(" ").unwrap_err(), TokenError::Empty);
    }

    #[test]
    fn debug_is_silent() {
        let tokens = AuthTokens::parse("s3cret,t0ken").unwrap();
        let debug = format!("{tokens:?}");
        assert!(!debug.contains("s3cret") && !debug.contains("t0ken"), "{debug}");
    }
}
