//! A registrar's answer about a phone.

use sip::{Message, address, parameter};
use webhook::Address;

/// A registrar's answer about a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    /// Where the phone is registered. Empty: nowhere.
    At(Vec<Binding>),
    /// The password is not the phone's: the registrar asked for one again after it had been given.
    WrongPassword,
    /// The registrar refuses to say, with this SIP status.
    Refused {
        /// The SIP status.
        status: u16,
        /// Whether the password had been given. Without it, the password cannot be the reason.
        after_password: bool,
    },
    /// The registrar's challenge cannot be answered: not digest with MD5, or for somebody else's realm.
    Unanswerable,
    /// No answer in time.
    Silent,
}

/// One place where a phone is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The host of the phone's contact. Nothing else of the contact is kept.
    pub host: String,
    /// In how many seconds the binding ends unless the phone renews it; none if the registrar does not say.
    pub expires: Option<u32>,
}

impl Registration {
    /// The meaning of a final response that is no challenge.
    pub(crate) fn of(response: &Message, after_password: bool) -> Self {
        let status = response.status().unwrap_or_default();
        if !(200..300).contains(&status) {
            return Self::Refused { status, after_password };
        }
        let general = response.header("Expires").and_then(|text| text.parse().ok());
        let bindings = response.list("Contact").into_iter().filter_map(|contact| {
            // A binding that ends in this second is none.
            Binding::read(contact, general).filter(|binding| binding.expires != Some(0))
        });
        Self::At(bindings.collect())
    }
}

impl Binding {
    fn read(contact: &str, general: Option<u32>) -> Option<Self> {
        let (uri, _) = address(contact);
        let Address::Sip(uri) = Address::parse(uri) else { return None };
        let expires = parameter(contact, "expires").and_then(|text| text.parse().ok()).or(general);
        Some(Self { host: uri.host().to_owned(), expires })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(response: &str) -> Registration {
        Registration::of(&Message::parse(response.as_bytes()).unwrap(), true)
    }

    #[test]
    fn bindings_are_hosts_and_seconds() {
        let answer = said(
            "SIP/2.0 200 OK\r\nExpires: 50\r\nContact: <sip:lobby@192.0.2.7:5060;transport=tls>;expires=312;q=0.5, \
             \"x\" <sip:lobby@[2001:db8::1]>\r\nm: <sips:a@gone.test>;expires=0\r\n\r\n",
        );
        let binding = |host: &str, expires| Binding { host: host.into(), expires: Some(expires) };
        assert_eq!(answer, Registration::At(vec![binding("192.0.2.7", 312), binding("[2001:db8::1]", 50)]));
        assert_eq!(said("SIP/2.0 200 OK\r\n\r\n"), Registration::At(Vec::new()));
        assert_eq!(
            said("SIP/2.0 405 Method Not Allowed\r\n\r\n"),
            Registration::Refused { status: 405, after_password: true }
        );
    }
}
