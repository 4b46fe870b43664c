//! The kinds of devices, each with its profile, and what others ask of a kind.

mod baresip;
mod cisco_phone;
mod grandstream;
mod handytone;
mod linksys;
mod linphone;
mod polycom;
mod snom;
mod yealink;
mod zoiper;

use network::DeviceKind;

use crate::place::Place;
use crate::profile::{Camera, Profile};

/// The camera that can read a QR code of a file's URL for this kind of device.
#[must_use]
pub fn camera(kind: DeviceKind) -> Camera {
    Profile::of(kind).camera
}

/// Where the settings of this kind of device come from: makers' documents, or templates that are in use.
#[must_use]
pub fn sources(kind: DeviceKind) -> &'static [&'static str] {
    Profile::of(kind).sources
}

/// The steps by which a person makes a device of this kind fetch its file, line by line.
#[must_use]
pub fn steps(kind: DeviceKind, place: &Place<'_>) -> Vec<String> {
    (Profile::of(kind).steps)(place)
}

impl Profile {
    /// The profile of a kind: the one `match` on it.
    pub(crate) fn of(kind: DeviceKind) -> &'static Self {
        match kind {
            DeviceKind::GrandstreamHt701 => &grandstream::HT701,
            DeviceKind::GrandstreamHt801 => &grandstream::HT801,
            DeviceKind::GrandstreamHt802 => &handytone::HT802,
            DeviceKind::GrandstreamHt812 => &handytone::HT812,
            DeviceKind::GrandstreamHt814 => &handytone::HT814,
            DeviceKind::LinksysPap2 => &linksys::PAP2,
            DeviceKind::LinksysSpa2102 | DeviceKind::CiscoSpa112 | DeviceKind::CiscoSpa122 => &linksys::SPA,
            DeviceKind::CiscoSpa50x => &cisco_phone::SPA50X,
            DeviceKind::PolycomSoundpointIp => &polycom::SOUNDPOINT_IP,
            DeviceKind::Snom => &snom::SNOM,
            DeviceKind::YealinkT => &yealink::T_SERIES,
            DeviceKind::Linphone => &linphone::LINPHONE,
            DeviceKind::Zoiper => &zoiper::ZOIPER,
            DeviceKind::Baresip => &baresip::BARESIP,
        }
    }
}
