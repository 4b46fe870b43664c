//! The line, as every device is told of it.

use network::{Device, DeviceKind, DeviceMode, Extension, Mac, Network};
use secret::Secret;

use crate::dial_plan::DialPlan;
use crate::error::DeviceError;
use crate::file::file_name;
use crate::service::Service;

/// How long a registration holds, in seconds. Twilio takes 600 at least
/// (<https://www.twilio.com/docs/voice/api/sip-registration>); the shorter it is, the sooner a phone that lost its
/// registration is back.
pub const EXPIRY_SECONDS: u32 = 600;

/// The port of SIP over TLS (RFC 3261, section 19.1.2).
pub(crate) const TLS_PORT: u16 = 5061;

/// The port of SIP over UDP and TCP.
pub(crate) const SIP_PORT: u16 = 5060;

/// Where a device sends its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxy<'a> {
    /// Twilio's edge: the phone's, or the network's.
    Edge,
    /// The lab on this host. Calls for help reach nobody from there, and each file says so.
    Lab(&'a str),
}

/// The line, as every device is told of it.
pub(crate) struct Line<'a> {
    pub(crate) kind: DeviceKind,
    /// The SIP user name in its exact case; digest authentication uses the same.
    pub(crate) user: &'a str,
    /// The name that the phone shows for itself.
    pub(crate) label: &'a str,
    password: &'a Secret,
    /// The registrar: the global domain. A localized one cannot be dialled (32220, 32221).
    pub(crate) domain: &'a str,
    /// The outbound proxy: Twilio's edge, or the lab.
    pub(crate) proxy: String,
    /// Where a program sends its REGISTER that asks no outbound proxy for it: to the domain, or to the lab.
    pub(crate) registrar: &'a str,
    pub(crate) mode: DeviceMode,
    /// Whether the domain takes nothing but TLS and SRTP.
    pub(crate) secure: bool,
    /// The longest call, in whole minutes.
    pub(crate) time_limit_minutes: u32,
    mac: Option<Mac>,
    network: &'a Network,
    phone: &'a Extension,
    service: &'a dyn Service,
}

impl<'a> Line<'a> {
    pub(crate) fn new(
        network: &'a Network,
        phone: &'a Extension,
        device: &Device,
        password: &'a Secret,
        service: &'a dyn Service,
        proxy: Proxy<'a>,
    ) -> Self {
        Self {
            kind: device.kind,
            user: phone.name(),
            label: phone.endpoint(),
            password,
            domain: &network.stage().sip_domain,
            proxy: match proxy {
                Proxy::Edge => format!("sip.{}.twilio.com", network.edge_of(phone)),
                Proxy::Lab(host) => host.to_owned(),
            },
            registrar: match proxy {
                Proxy::Edge => &network.stage().sip_domain,
                Proxy::Lab(host) => host,
            },
            mode: device.mode,
            secure: network.stage().secure,
            time_limit_minutes: network.time_limit().div_ceil(60),
            mac: device.mac,
            network,
            phone,
            service,
        }
    }

    /// The password itself, to be written into a file.
    pub(crate) fn password(&self) -> &'a str {
        self.password.expose()
    }

    /// The hardware address as file names have it. `render` refuses hardware without one.
    pub(crate) fn mac(&self) -> String {
        self.mac.as_ref().map(Mac::hex).unwrap_or_default()
    }

    /// The phone's name as the beginning of a file's name.
    pub(crate) fn file_name(&self) -> String {
        file_name(self.user)
    }

    /// The dial plan. Thousands of sequences are tried for it, so only devices that have one ask.
    pub(crate) fn plan(&self) -> DialPlan {
        DialPlan::of(self.network, self.phone, self.service)
    }

    /// The keys dialled when the handset is lifted: `#`, which leads to the menu, or nothing.
    pub(crate) fn autodial(&self) -> &'static str {
        match self.mode {
            DeviceMode::Menu => "#",
            DeviceMode::Dialtone => "",
        }
    }

    /// The error for a value that the format of the file has no way to write down.
    pub(crate) fn unwritable(&self, what: &'static str, remedy: &'static str) -> DeviceError {
        DeviceError::Unwritable { what, kind: self.kind.as_str(), remedy }
    }
}
