//! The account and the hosts, as variables name them.

use secret::Secret;
use thiserror::Error;

use crate::account::{Account, AccountError};

/// Why variables name no account. No variant holds a value.
#[derive(Debug, Error)]
pub enum EnvironmentError {
    /// These sentences name what is not set.
    #[error("{}", .0.join(", "))]
    Missing(Vec<&'static str>),
    /// What is set is wrong.
    #[error(transparent)]
    Account(#[from] AccountError),
}

/// The account that variables name: `TWILIO_ACCOUNT_SID` with `TWILIO_API_KEY` and `TWILIO_API_SECRET` (or
/// `TWILIO_API_KEY_SECRET`), or else with `TWILIO_AUTH_TOKEN`; that is the token of the parent account if
/// `TWILIO_PARENT_ACCOUNT_SID` is set.
///
/// # Errors
///
/// Something is not set, all of it at once, or is wrong.
pub fn account_of(variable: impl Fn(&str) -> Option<String>) -> Result<Account, EnvironmentError> {
    let read =
        |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let sid = read("TWILIO_ACCOUNT_SID");
    let key = read("TWILIO_API_KEY").zip(read("TWILIO_API_SECRET").or_else(|| read("TWILIO_API_KEY_SECRET")));
    // Several tokens stand there while one is rotated; the first is the one in force.
    let token = read("TWILIO_AUTH_TOKEN").and_then(|tokens| {
        tokens.split(',').map(str::trim).find(|token| !token.is_empty()).map(str::to_owned)
    });
    match (sid, key, token) {
        (Some(sid), Some((key, secret)), _) => Ok(Account::with_key(&sid, &key, Secret::new(secret))?),
        (Some(sid), None, Some(token)) => Ok(match read("TWILIO_PARENT_ACCOUNT_SID") {
            Some(parent) => Account::with_token_of_parent(&sid, &parent, Secret::new(token))?,
            None => Account::with_token(&sid, Secret::new(token))?,
        }),
        (sid, key, token) => {
            let no_sid =
                sid.is_none().then_some("TWILIO_ACCOUNT_SID is not set: the account's SID, AC and 32 digits");
            let no_token = (key.is_none() && token.is_none()).then_some(
                "TWILIO_AUTH_TOKEN is not set: the account's auth token (or TWILIO_API_KEY and TWILIO_API_SECRET)",
            );
            Err(EnvironmentError::Missing(no_sid.into_iter().chain(no_token).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "AC00000000000000000000000000000001";

    fn account(variables: &[(&str, &str)]) -> Result<Account, EnvironmentError> {
        account_of(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_key_comes_before_a_token_and_the_first_token_counts() {
        let token = ("TWILIO_AUTH_TOKEN", " new ,old");
        let found = account(&[("TWILIO_ACCOUNT_SID", SID), token]).unwrap();
        assert!(found == Account::with_token(SID, Secret::new("new")).unwrap());
        let key = "SK00000000000000000000000000000001";
        let keyed =
            [("TWILIO_ACCOUNT_SID", SID), token, ("TWILIO_API_KEY", key), ("TWILIO_API_KEY_SECRET", "s")];
        assert!(account(&keyed).unwrap() == Account::with_key(SID, key, Secret::new("s")).unwrap());
        let parent = "AC00000000000000000000000000000002";
        let of_parent = [("TWILIO_ACCOUNT_SID", SID), token, ("TWILIO_PARENT_ACCOUNT_SID", parent)];
        let expected = Account::with_token_of_parent(SID, parent, Secret::new("new")).unwrap();
        assert!(account(&of_parent).unwrap() == expected);
    }

    #[test]
    fn all_that_is_missing_is_named_at_once() {
        let missing = |variables: &[(&str, &str)]| match account(variables) {
            Err(EnvironmentError::Missing(missing)) => missing.len(),
            _ => 0,
        };
        assert_eq!(missing(&[("TWILIO_ACCOUNT_SID", " ")]), 2);
        assert_eq!(missing(&[("TWILIO_ACCOUNT_SID", SID), ("TWILIO_AUTH_TOKEN", ",")]), 1);
        assert_eq!(missing(&[("TWILIO_API_KEY", "SK1"), ("TWILIO_API_SECRET", "s")]), 1);
        assert!(matches!(
            account(&[("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_AUTH_TOKEN", "t")]),
            Err(EnvironmentError::Account(AccountError::AccountSid))
        ));
    }
}
