//! The service's answers, as far as a device's dial plan is concerned.

/// The outcome of keys that a phone dials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A telephone rings, or a menu answers.
    Connected,
    /// Emergency services are called.
    Emergency,
    /// The test of 911 is called.
    AddressTest,
    /// Nobody is called: the keys are refused, or are no number yet.
    Nobody,
}

/// The service that a phone calls. Devices need its answers, and nothing of how it decides, so it is passed in.
pub trait Service {
    /// The service's answer when the phone with this SIP user name dials these keys: digits, `*` and `#`.
    fn answer(&self, user: &str, keys: &str) -> Answer;
}

impl<F: Fn(&str, &str) -> Answer> Service for F {
    fn answer(&self, user: &str, keys: &str) -> Answer {
        self(user, keys)
    }
}
