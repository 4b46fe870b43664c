//! What a good password is.

use provision::KeyringError;

/// Twilio's rule for passwords (<https://www.twilio.com/docs/voice/sip/api/sip-credential-resource>).
pub(super) fn is_strong(password: &str) -> bool {
    password.chars().count() >= 12
        && password.chars().any(|c| c.is_ascii_digit())
        && password.chars().any(|c| c.is_ascii_uppercase())
        && password.chars().any(|c| c.is_ascii_lowercase())
}

/// Letters and digits that nobody mistakes for one another: some telephones want their password typed in.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/// How many of them: 24 of 57 are 139 bits.
const LENGTH: usize = 24;

pub(super) fn generate() -> Result<String, KeyringError> {
    loop {
        let mut bytes = [0; 128];
        getrandom::fill(&mut bytes).map_err(|error| {
            KeyringError::new(
                format!("no password can be made, the system has no random numbers: {error}"),
                "",
            )
        })?;
        // Bytes beyond the last whole multiple would make the first letters likelier.
        let fair = usize::from(u8::MAX) / LETTERS.len() * LETTERS.len();
        let letters = bytes.iter().map(|&byte| usize::from(byte)).filter(|&byte| byte < fair);
        let password: String = letters
            .filter_map(|byte| LETTERS.get(byte % LETTERS.len()))
            .map(|&b| char::from(b))
            .take(LENGTH)
            .collect();
        if password.len() == LENGTH && is_strong(&password) {
            return Ok(password);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_strong_and_all_different() {
        let made: std::collections::HashSet<_> = (0..1000).map(|_| generate().unwrap()).collect();
        assert_eq!(made.len(), 1000);
        assert!(made.iter().all(|password| password.len() == LENGTH && is_strong(password)));
        for weak in ["", "Short1a", "alllowercase1", "ALLUPPERCASE1", "NoDigitsAtAll"] {
            assert!(!is_strong(weak), "{weak}");
        }
    }
}
