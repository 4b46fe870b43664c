//! The identity that a service tells to clients who can sign.

use std::fmt;
use std::str::FromStr;

use http::{HeaderName, HeaderValue};
use network::{Fingerprint, Network};

/// The header of every answer to a signed request. Unsigned requests never see it.
pub const IDENTITY_HEADER: HeaderName = HeaderName::from_static("x-dialtone");

/// The version of a running service and the network file that it runs, as `X-Dialtone: VERSION FILE` has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The version of the program.
    pub version: String,
    /// The fingerprint of its network file.
    pub file: Fingerprint,
}

impl Identity {
    /// The identity of this program when it runs a network.
    #[must_use]
    pub fn of(network: &Network) -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), file: network.fingerprint() }
    }

    /// The header's value. A version is visible ASCII, so there always is one.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::try_from(self.to_string()).ok()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.version, self.file)
    }
}

/// A header's value is not one of Dialtone's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a version and the fingerprint of a file")]
pub struct NoIdentity;

impl FromStr for Identity {
    type Err = NoIdentity;

    fn from_str(text: &str) -> Result<Self, NoIdentity> {
        let (version, file) =
            text.split_once(' ').filter(|(version, _)| !version.is_empty()).ok_or(NoIdentity)?;
        Ok(Self { version: version.to_owned(), file: file.parse().map_err(|_| NoIdentity)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        let identity: Identity = "1.2.3 ba7816bf8f01cfea".parse().unwrap();
        assert_eq!((identity.version.as_str(), identity.file), ("1.2.3", Fingerprint::of("abc")));
        assert_eq!(identity.to_string(), "1.2.3 ba7816bf8f01cfea");
        for other in
            ["", "1.2.3", " ba7816bf8f01cfea", "1.2.3 ba7816bf", "1.2.3 ba7816bf8f01cfea x", "Express"]
        {
            assert_eq!(other.parse::<Identity>(), Err(NoIdentity), "{other}");
        }
    }
}
