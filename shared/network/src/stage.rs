//! One deployment of the network.

use webhook::PublicUrl;

/// One deployment of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// `dev`, `stage`, `prod` or what the file calls it.
    pub name: String,
    /// The SIP domain that this stage's phones register with, in lower case.
    pub sip_domain: String,
    /// The origin that Twilio calls.
    pub public_url: PublicUrl,
    /// `hostname` in metrics. The consumers keep only names that they know.
    pub metrics_host: String,
    /// The URL that Twilio asks when a voice URL fails. Without one it asks the voice URL again.
    pub fallback_url: Option<String>,
    /// Whether the SIP domain requires TLS and SRTP.
    pub secure: bool,
}

impl Stage {
    /// Whether Twilio could have the SIP domain: they are all of the form `NAME.sip.twilio.com`
    /// (<https://www.twilio.com/docs/voice/sip/api/sip-domain-resource>).
    #[must_use]
    pub fn has_domain_of_twilio(&self) -> bool {
        self.sip_domain.strip_suffix(".sip.twilio.com").is_some_and(|name| !name.contains('.'))
    }
}
