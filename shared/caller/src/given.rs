//! What a walk needs besides a script: a token, an account, the service's URL, a number for the call.

use std::hash::{BuildHasher, Hasher, RandomState};

use network::Finding;
use webhook::{AccountSid, AuthToken, AuthTokens, PublicUrl};

/// The token to sign with, and the account that calls.
///
/// # Errors
///
/// A variable is missing or wrong.
pub fn credentials(variable: impl Fn(&str) -> Option<String>) -> Result<(AuthToken, String), Finding> {
    let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let tokens = variable("TWILIO_AUTH_TOKEN").ok_or_else(|| {
        Finding::new(
            "",
            "TWILIO_AUTH_TOKEN is not set: requests are signed with it",
            "set it to the token that the service runs with",
        )
    })?;
    let tokens = AuthTokens::parse(&tokens).map_err(|error| {
        Finding::new("TWILIO_AUTH_TOKEN", error.to_string(), "separate several by commas")
    })?;
    let account = match variable("TWILIO_ACCOUNT_SID") {
        None => format!("AC{:032}", 0),
        Some(text) => AccountSid::parse(text.trim())
            .ok_or_else(|| Finding::new("TWILIO_ACCOUNT_SID", "write AC and 32 hexadecimal digits", ""))?
            .to_string(),
    };
    Ok((tokens.first().clone(), account))
}

/// A number from the keys that the standard library draws for hash maps: no other run has it, and it is no secret.
#[must_use]
pub fn random() -> u128 {
    let half = || u128::from(RandomState::new().build_hasher().finish());
    half() << 64 | half()
}

/// Where a service listens: `http://127.0.0.1:8080`, perhaps with a path before the routes.
///
/// # Errors
///
/// It is something else; says what to write.
pub fn service_url(text: &str) -> Result<String, String> {
    match PublicUrl::of(text) {
        Some(_) if !text.contains(['?', '#']) => Ok(text.trim_end_matches('/').to_owned()),
        _ => {
            Err("write http:// or https://, the host and perhaps a port, such as http://127.0.0.1:8080"
                .into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_token_signs_and_a_missing_one_is_told() {
        let account = format!("AC{}", "a".repeat(32));
        let found = credentials(|name| match name {
            "TWILIO_AUTH_TOKEN" => Some("12345,old".into()),
            _ => Some(account.clone()),
        });
        let (token, found) = found.unwrap();
        assert_eq!(found, account);
        let first = AuthTokens::parse("12345").unwrap();
        assert_eq!(
            webhook::sign(&token, "https://h/", None),
            webhook::sign(first.first(), "https://h/", None)
        );
        let none = credentials(|_| None).err().unwrap();
        assert!(none.what.contains("TWILIO_AUTH_TOKEN is not set"));
        let (_, zeros) = credentials(|name| (name == "TWILIO_AUTH_TOKEN").then(|| "1".into())).unwrap();
        assert!(AccountSid::parse(&zeros).is_some());
        assert!(credentials(|_| Some("x".into())).is_err());
    }

    #[test]
    fn urls_are_places_to_listen() {
        assert_eq!(service_url("http://127.0.0.1:8080/").as_deref(), Ok("http://127.0.0.1:8080"));
        assert_eq!(service_url("https://h/prod").as_deref(), Ok("https://h/prod"));
        for wrong in ["127.0.0.1:8080", "ftp://h", "http://h?x", "http://h#x", "", "/x"] {
            assert!(service_url(wrong).is_err(), "{wrong}");
        }
    }
}
