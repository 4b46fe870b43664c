//! The requests of a call, with the fields that Twilio sends.

use std::sync::atomic::{AtomicU64, Ordering};

use super::request::Request;
use super::service::Service;

/// A name for a call that no other call has.
pub(crate) fn call_sid() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("CA{:016x}{count:016x}", 0xd1a1_704e_u64)
}

/// A phone that is registered, or claims to be.
pub(crate) struct Phone<'a> {
    service: &'a Service,
    from: String,
}

/// A caller in the telephone network.
pub(crate) struct Outsider<'a> {
    service: &'a Service,
    from: String,
}

impl Service {
    /// The phone with this user name.
    pub(crate) fn phone(&self, name: &str) -> Phone<'_> {
        let user = webhook::encode_user(name);
        self.phone_at(&format!("sip:{user}@{}", self.sip_domain))
    }

    /// A phone by its whole address.
    pub(crate) fn phone_at(&self, address: &str) -> Phone<'_> {
        Phone { service: self, from: address.to_owned() }
    }

    /// Somebody with this number.
    pub(crate) fn outsider(&self, number: &str) -> Outsider<'_> {
        Outsider { service: self, from: number.to_owned() }
    }
}

impl<'a> Phone<'a> {
    /// The phone dials: every key is percent-encoded that must be.
    pub(crate) fn dials(&self, keys: &str) -> Request<'a> {
        self.dials_address(&format!("sip:{}@{}", webhook::encode_user(keys), self.service.sip_domain))
    }

    /// The phone dials a whole address.
    pub(crate) fn dials_address(&self, to: &str) -> Request<'a> {
        self.request("/outgoing", to, "ringing")
    }

    /// The caller presses keys at the dial tone after a refusal, whichever that is; time ran out after them.
    pub(crate) fn presses(&self, dial_tone: usize, keys: &str) -> Request<'a> {
        let path = if dial_tone == 1 {
            "/outgoing/digits".to_owned()
        } else {
            format!("/outgoing/digits?try={dial_tone}")
        };
        let to = format!("sip:5551@{}", self.service.sip_domain);
        self.request(&path, &to, "in-progress").fields([
            ("Digits", keys),
            ("FinishedOnKey", ""),
            ("msg", "Gather End"),
        ])
    }

    /// The Dial ends.
    pub(crate) fn dial_ends(&self, status: &str) -> Request<'a> {
        let to = format!("sip:5035550123@{}", self.service.sip_domain);
        self.request("/status/dial", &to, "in-progress").field("DialCallStatus", status)
    }

    /// Asterisk hands the caller back.
    pub(crate) fn is_referred_to(&self, target: &str) -> Request<'a> {
        let to = format!("sip:%23@{}", self.service.sip_domain);
        self.request("/refer", &to, "in-progress").field("ReferTransferTarget", target)
    }

    fn request(&self, path: &str, to: &str, status: &str) -> Request<'a> {
        let service = self.service;
        begun(service, path, &self.from, to, status).fields([
            ("SipDomain", service.sip_domain.as_str()),
            ("SipDomainSid", "SD00000000000000000000000000000000"),
            ("SipCallId", "8f3c-1a2b@192.0.2.10"),
            ("SipSourceIp", "192.0.2.10"),
        ])
    }
}

impl<'a> Outsider<'a> {
    /// The caller dials one of the network's numbers.
    pub(crate) fn calls(&self, number: &str) -> Request<'a> {
        self.request("/incoming", number, "ringing")
    }

    /// The Dial of that call ends.
    pub(crate) fn dial_ends(&self, number: &str, status: &str) -> Request<'a> {
        self.request("/status/dial", number, "in-progress").field("DialCallStatus", status)
    }

    /// The same, after the phones rang a second time.
    pub(crate) fn second_dial_ends(&self, number: &str, status: &str) -> Request<'a> {
        self.request("/status/dial?again=1", number, "in-progress").field("DialCallStatus", status)
    }

    fn request(&self, path: &str, to: &str, status: &str) -> Request<'a> {
        begun(self.service, path, &self.from, to, status).fields([
            ("FromCity", "PORTLAND"),
            ("FromZip", ""),
            ("CallerZip", ""),
            ("ToCity", ""),
            ("CallToken", "{\"parentCallInfoToken\":\"x\"}"),
        ])
    }
}

/// What every request about a call holds.
fn begun<'a>(service: &'a Service, path: &str, from: &str, to: &str, status: &str) -> Request<'a> {
    service.post(path).fields([
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", &call_sid()),
        ("CallStatus", status),
        ("Direction", "inbound"),
        ("From", from),
        ("Caller", from),
        ("To", to),
        ("Called", to),
    ])
}
