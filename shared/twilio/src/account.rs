//! An account and its credentials.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::Secret;

/// An account of Twilio with its credentials.
///
/// Either the account's own auth token, or an API key
/// (<https://www.twilio.com/docs/iam/api-keys>) that can be withdrawn without touching the account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    sid: String,
    user: String,
    secret: Secret,
}

/// Why credentials cannot be right. It never contains them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AccountError {
    /// Not `AC` and 32 hexadecimal digits.
    #[error("the account SID is not AC and 32 hexadecimal digits")]
    AccountSid,
    /// Not `SK` and 32 hexadecimal digits.
    #[error("the API key SID is not SK and 32 hexadecimal digits")]
    KeySid,
    /// Empty, or with a space or a line break in it.
    #[error("the auth token, or API key secret, is empty or has spaces in it")]
    Secret,
}

impl AccountError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::AccountSid | Self::KeySid => "copy it from the Twilio Console",
            Self::Secret => "copy it again from the Twilio Console",
        }
    }
}

impl Account {
    /// The account with its auth token.
    ///
    /// # Errors
    /// When the SID is not `AC` and 32 hexadecimal digits, or the token is empty or has spaces in it.
    pub fn with_token(sid: &str, token: Secret) -> Result<Self, AccountError> {
        Self::new(sid, sid, token)
    }

    /// The account with an API key of it: the key's SID (`SK` and 32 hexadecimal digits) and its secret.
    ///
    /// # Errors
    /// When a SID does not look like one, or the secret is empty or has spaces in it.
    pub fn with_key(sid: &str, key_sid: &str, secret: Secret) -> Result<Self, AccountError> {
        if is_sid(key_sid, "SK") { Self::new(sid, key_sid, secret) } else { Err(AccountError::KeySid) }
    }

    /// A subaccount with the auth token of its parent. Twilio takes it for numbers, SIP and addresses; permissions and prices
    /// it tells only to credentials of the subaccount (<https://www.twilio.com/docs/iam/api/subaccounts>).
    ///
    /// # Errors
    /// When a SID does not look like one, or the token is empty or has spaces in it.
    pub fn with_token_of_parent(sid: &str, parent: &str, token: Secret) -> Result<Self, AccountError> {
        if is_sid(parent, "AC") { Self::new(sid, parent, token) } else { Err(AccountError::AccountSid) }
    }

    fn new(sid: &str, user: &str, secret: Secret) -> Result<Self, AccountError> {
        if !is_sid(sid, "AC") {
            return Err(AccountError::AccountSid);
        }
        let text = secret.expose();
        if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(AccountError::Secret);
        }
        Ok(Self { sid: sid.to_owned(), user: user.to_owned(), secret })
    }

    /// The account's SID, `AC...`.
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// The `Authorization` header (RFC 7617).
    pub(crate) fn authorization(&self) -> Secret {
        let pair = format!("{}:{}", self.user, self.secret.expose());
        Secret::new(format!("Basic {}", STANDARD.encode(pair)))
    }

    /// A text from outside without this account's SID, key and secret.
    pub(crate) fn scrub(&self, text: &str) -> String {
        text.replace(self.secret.expose(), "(secret)")
            .replace(&self.sid, "(account)")
            .replace(&self.user, "(key)")
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

/// Two letters and 32 hexadecimal digits of any case.
fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AC: &str = "AC0123456789abcdefABCDEF0123456789";
    const SK: &str = "SK0123456789abcdefABCDEF0123456789";

    #[test]
    fn sids_are_checked() {
        let token = || Secret::new("t0ken");
        assert!(Account::with_token(AC, token()).is_ok() && Account::with_key(AC, SK, token()).is_ok());
        for sid in [
            "",
            "AC",
            SK,
            &AC[..33],
            "AC0123456789abcdefABCDEF01234567890",
            "ac0123456789abcdefABCDEF0123456789",
        ] {
            assert_eq!(Account::with_token(sid, token()).unwrap_err(), AccountError::AccountSid, "{sid}");
        }
        assert_eq!(Account::with_key(AC, AC, token()).unwrap_err(), AccountError::KeySid);
        for secret in ["", " ", "t0ken\n", "a b"] {
            assert_eq!(Account::with_token(AC, Secret::new(secret)).unwrap_err(), AccountError::Secret);
        }
    }

    #[test]
    fn a_key_is_the_user_of_basic_authentication() {
        let with_token = Account::with_token(AC, Secret::new("t0ken")).unwrap().authorization();
        let with_key = Account::with_key(AC, SK, Secret::new("t0ken")).unwrap().authorization();
        let decoded = |secret: &Secret| {
            let text = secret.expose().strip_prefix("Basic ").unwrap();
            String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
        };
        assert_eq!(decoded(&with_token), format!("{AC}:t0ken"));
        assert_eq!(decoded(&with_key), format!("{SK}:t0ken"));
    }

    #[test]
    fn a_scrubbed_text_has_nothing_of_the_account() {
        let account = Account::with_key(AC, SK, Secret::new("t0ken")).unwrap();
        assert_eq!(account.scrub(&format!("{AC} {SK} t0ken CA1")), "(account) (key) (secret) CA1");
        let account = Account::with_token(AC, Secret::new("t0ken")).unwrap();
        assert_eq!(account.scrub(&format!("/Accounts/{AC}/x")), "/Accounts/(account)/x");
    }
}
