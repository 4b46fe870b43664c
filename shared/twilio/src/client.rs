//! The client for Twilio's REST API.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::hosts::Host;
use crate::patience::Kind;
use crate::transport::{Body, Call, Transport};
use crate::{Account, Error, Fields, Hosts, Patience, Refusal, Result, Wait};

/// A client for one account of Twilio. It blocks; threads share one by reference.
///
/// Each function that returns a list follows all its pages. A function that takes a SID asks for exactly that
/// resource; text that cannot be a SID or a country is refused before anything is sent.
pub struct Client {
    transport: Transport,
}

impl Client {
    /// A client with the default [`Patience`]. Nothing is sent yet.
    pub fn new(account: Account, hosts: Hosts) -> Self {
        Self { transport: Transport::new(account, hosts, Patience::default()) }
    }

    /// A client over a transport that a test has set up.
    #[cfg(test)]
    pub(crate) fn over(transport: Transport) -> Self {
        Self { transport }
    }

    /// The same with another patience.
    #[must_use]
    pub fn patience(self, patience: Patience) -> Self {
        Self { transport: self.transport.patience(patience) }
    }

    /// The same, and calls `tell` before each pause of two seconds or more.
    #[must_use]
    pub fn on_wait(self, tell: impl Fn(Wait) + Send + Sync + 'static) -> Self {
        Self { transport: self.transport.on_wait(Box::new(tell)) }
    }

    /// How many answers have come so far, of any kind.
    pub fn answers(&self) -> usize {
        self.transport.answers()
    }

    /// How often Twilio has answered that it is busy (429): fewer requests at once go faster then.
    pub fn refusals(&self) -> usize {
        self.transport.refusals()
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// One resource, at a place in the account such as `/SIP/Domains/SD...json`.
    pub(crate) fn read<T: DeserializeOwned>(&self, host: Host, place: &str) -> Result<T> {
        self.transport.json(&Call::new(Kind::Read, host, place, Body::None))
    }

    pub(crate) fn create<T: DeserializeOwned>(&self, place: &str, fields: &Fields) -> Result<T> {
        self.transport.json(&Call::new(Kind::Create, Host::Api, place, Body::Form(fields.encode())))
    }

    pub(crate) fn update<T: DeserializeOwned>(&self, place: &str, fields: &Fields) -> Result<T> {
        self.transport.json(&Call::new(Kind::Settle, Host::Api, place, Body::Form(fields.encode())))
    }

    /// Deletes. A resource that is not there counts as deleted: an earlier attempt may have done it, or somebody else.
    pub(crate) fn delete(&self, place: &str) -> Result<()> {
        match self.transport.send(&Call::new(Kind::Settle, Host::Api, place, Body::Delete)) {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("hosts", self.transport.hosts()).finish_non_exhaustive()
    }
}

/// A path from a pattern and the parts that go into it, each of which stands for `{}`.
///
/// # Errors
/// As Twilio would refuse it, when a part is not made of letters, digits, `-` and `_`: it would make another path than the one meant. An
/// empty SID would even turn the deletion of a resource into one of something else.
pub(crate) fn place(pattern: &str, parts: &[&str]) -> Result<String> {
    let mut place = String::new();
    let mut parts = parts.iter();
    for (index, piece) in pattern.split("{}").enumerate() {
        if index > 0 {
            let part = parts.next().copied().unwrap_or_default();
            if part.is_empty() || !part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
                return Err(Error::Refused(Refusal {
                    request: pattern.to_owned(),
                    status: 400,
                    code: None,
                    message: "what is to go into the path is not a SID or a country, so nothing was sent"
                        .to_owned(),
                    more_info: String::new(),
                }));
            }
            place.push_str(part);
        }
        place.push_str(piece);
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_its_parts_or_is_none() {
        assert_eq!(place("/A/{}/B/{}.json", &["SD1", "CL_2-x"]).unwrap(), "/A/SD1/B/CL_2-x.json");
        assert_eq!(place("/A.json", &[]).unwrap(), "/A.json");
        for part in ["", "../x", "a/b", "a?b", "a b", "a#", "%2e", "é"] {
            let error = place("/A/{}.json", &[part]).unwrap_err();
            assert_eq!(error.request(), "/A/{}.json", "{part}");
            assert!(!error.is_uncertain() && !error.is_not_found());
        }
        assert!(place("/A/{}/{}.json", &["a"]).is_err());
    }
}
