//! What every device is told about its line.

use network::{Device, DeviceMode, Extension, Network};

use crate::dial_plan::DialPlan;
use crate::password::Password;

/// How long a registration holds, in seconds. Twilio takes 600 at least
/// (<https://www.twilio.com/docs/voice/api/sip-registration>); the shorter it is, the sooner a phone that lost its
/// registration is back.
pub(crate) const EXPIRY_SECONDS: u32 = 600;

/// The port of SIP over TLS (RFC 3261, section 19.1.2).
pub(crate) const TLS_PORT: u16 = 5061;

/// The port of SIP over UDP and TCP.
pub(crate) const SIP_PORT: u16 = 5060;

/// What every device is told about its line.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    /// The SIP user name in its exact case; digest authentication uses the same.
    pub(crate) user: &'a str,
    /// What the phone calls itself.
    pub(crate) label: &'a str,
    pub(crate) password: Password<'a>,
    /// The registrar: the global domain. A localized one cannot be dialled (32220, 32221).
    pub(crate) domain: &'a str,
    /// The outbound proxy, at Twilio's edge.
    pub(crate) proxy: String,
    pub(crate) mode: DeviceMode,
    /// Whether the domain takes nothing but TLS and SRTP.
    pub(crate) secure: bool,
    /// The longest call, in whole minutes.
    pub(crate) time_limit_minutes: u32,
    network: &'a Network,
    phone: &'a Extension,
}

impl<'a> Line<'a> {
    pub(crate) fn new(
        network: &'a Network,
        phone: &'a Extension,
        device: &Device,
        password: Password<'a>,
    ) -> Self {
        Self {
            user: phone.name(),
            label: phone.endpoint(),
            password,
            domain: &network.stage().sip_domain,
            proxy: format!("sip.{}.twilio.com", network.edge_of(phone)),
            mode: device.mode,
            secure: network.stage().secure,
            time_limit_minutes: network.time_limit().div_ceil(60),
            network,
            phone,
        }
    }

    /// The dial plan. Thousands of sequences are tried for it, so only devices that have one ask.
    pub(crate) fn plan(&self) -> DialPlan {
        DialPlan::of(self.network, self.phone)
    }

    /// What is dialled when the handset is lifted: `#`, which leads to the menu, or nothing.
    pub(crate) fn autodial(&self) -> &'static str {
        match self.mode {
            DeviceMode::Menu => "#",
            DeviceMode::Dialtone => "",
        }
    }
}
