//! The kinds of devices, each with its profile.

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

use crate::profile::Profile;

impl Profile {
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
