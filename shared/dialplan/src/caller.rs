//! Recognises the caller: a phone of the network, a stranger, or an impostor.

use network::{Extension, Network};
use webhook::{Address, Call};

use crate::reason::Reason;

/// The phone that makes a call, as far as it can be known, and why it may not make an ordinary one.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'n> {
    /// The phone. A call for help goes on as this phone; events and the language are its own.
    pub(crate) phone: Option<&'n Extension>,
    refusal: Option<Reason>,
}

impl<'n> Caller<'n> {
    /// Reads who calls. `SipUsername`, with which the phone authenticated, decides where Twilio sends it; otherwise the
    /// user of `From` does, which the phone writes itself. If both are there and differ, the call is refused.
    ///
    /// Without `SipUsername`, a phone that knows a password of the domain can pass for another phone of the network: it
    /// gets that phone's caller id and rules. Twilio checks the password, but not that `From` belongs to it
    /// (docs/decisions.md).
    pub(crate) fn of(call: &Call, network: &'n Network) -> Self {
        let domain = &network.stage().sip_domain;
        let stranger = |reason| Self { phone: None, refusal: Some(reason) };
        if call.sip_domain.as_deref().is_some_and(|called| !webhook::is_same_domain(called, domain)) {
            return stranger(Reason::ForeignDomain);
        }
        let shown = match &call.from {
            Address::Sip(uri) if uri.is_host(domain) => Ok(uri.user()),
            Address::Sip(_) => Err(Reason::ForeignDomain),
            _ => Err(Reason::UnknownCaller),
        };
        let Some(proven) = call.sip_username.as_deref() else {
            return match shown {
                Ok(user) => Self::named(user.and_then(|user| network.extension(user))),
                Err(reason) => stranger(reason),
            };
        };
        let phone = network.extension(proven);
        match shown {
            Ok(Some(user)) if is_same_user(user, proven) => Self::named(phone),
            Ok(_) => Self { phone, refusal: Some(Reason::Impostor) },
            Err(reason) => Self { phone, refusal: Some(reason) },
        }
    }

    fn named(phone: Option<&'n Extension>) -> Self {
        Self { phone, refusal: if phone.is_some() { None } else { Some(Reason::UnknownCaller) } }
    }

    /// The phone, if it may make an ordinary call.
    ///
    /// # Errors
    ///
    /// The reason to refuse anybody else.
    pub(crate) fn known(self) -> Result<&'n Extension, Reason> {
        match (self.phone, self.refusal) {
            (Some(phone), None) => Ok(phone),
            (_, refusal) => Err(refusal.unwrap_or(Reason::UnknownCaller)),
        }
    }
}

/// User names compare without case, as in [`Network::extension`].
fn is_same_user(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{call, network};

    fn read(from: &str, username: Option<&str>) -> (Option<String>, Result<String, Reason>) {
        let network = network();
        let mut call = call("lobby", "5035550123");
        call.from = Address::parse(from);
        call.sip_username = username.map(str::to_owned);
        let caller = Caller::of(&call, &network);
        let name = |phone: &Extension| phone.name().to_owned();
        (caller.phone.map(name), caller.known().map(name))
    }

    #[test]
    fn the_authenticated_user_decides() {
        let lobby = "sip:lobby@test-prod.sip.twilio.com";
        let known = |name: &str| (Some(name.to_owned()), Ok(name.to_owned()));
        assert_eq!(read(lobby, None), known("lobby"));
        assert_eq!(read(lobby, Some("lobby")), known("lobby"));
        assert_eq!(read(lobby, Some("LOBBY")), known("lobby"));
        assert_eq!(read(lobby, Some("Porch")), (Some("Porch".into()), Err(Reason::Impostor)));
        assert_eq!(read(lobby, Some("nobody")), (None, Err(Reason::Impostor)));
        assert_eq!(
            read("sip:test-prod.sip.twilio.com", Some("one")),
            (Some("one".into()), Err(Reason::Impostor))
        );
        assert_eq!(
            read("sip:lobby@evil.example.org", Some("one")),
            (Some("one".into()), Err(Reason::ForeignDomain))
        );
        assert_eq!(read("sip:nobody@test-prod.sip.twilio.com", None), (None, Err(Reason::UnknownCaller)));
        assert_eq!(read("anonymous", None), (None, Err(Reason::UnknownCaller)));
    }
}
