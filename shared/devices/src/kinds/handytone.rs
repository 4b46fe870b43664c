//! Grandstream HT802, HT812 and HT814, with one telephone on the first port: `cfg<mac>.xml`, as for the HT801.
//!
//! Sources: FusionPBX's templates for HT802 and HT814 (firmware 1.0.63 of HT81x). On an HT802 each port has an account of its
//! own. HT812 and HT814 have profiles, and each port names one: the keys of the ports are those of other public templates
//! and of their tests (`P4060` user, `P4090` authentication id, `P4120` password, `P4180` name, `P4150` profile, `P4595`
//! enable). That TLS and SRTP are those of the HT801 is assumed: the templates have the same keys.

use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::Line;
use crate::profile::Profile;

use super::grandstream::{self, FIRST_PORT, HT801, Model};

/// The keys of the first port, where ports share profiles.
const PORT_1: [&str; 4] = ["P4060", "P4090", "P4120", "P4180"];

/// HandyTone 802: two ports, two accounts.
pub(crate) const HT802: Profile = Profile {
    sources: &["FusionPBX's template for HT802"],
    files: |line| {
        let more: &[(&str, &[(&str, &str)])] = &[("The second port has no account.", &[("P401", "0")])];
        grandstream::files(line, &Model { transport: "2", user: FIRST_PORT, more })
    },
    ..HT801
};

/// HandyTone 812: two ports, profiles.
pub(crate) const HT812: Profile = Profile { files: |line| with_profile(line, &["P4596"]), ..HT814 };

/// HandyTone 814: four ports, profiles.
pub(crate) const HT814: Profile = Profile {
    sources: &["FusionPBX's template for HT81x", "public templates that name the keys of the ports"],
    files: |line| with_profile(line, &["P4596", "P4597", "P4598"]),
    ..HT801
};

fn with_profile(line: &Line<'_>, other_ports: &[&str]) -> Result<Vec<DeviceFile>, DeviceError> {
    let others: Vec<_> = other_ports.iter().map(|key| (*key, "0")).collect();
    let more: [(&str, &[(&str, &str)]); 3] = [
        ("The first port uses profile 1; the other ports are off.", &[("P4595", "1"), ("P4150", "0")]),
        ("The other ports.", &others),
        // FusionPBX's template for HT81x has the outbound proxy here, and not in P48. That the other is ignored is assumed.
        ("The outbound proxy by another name.", &[("P2312", &line.proxy)]),
    ];
    grandstream::files(line, &Model { transport: "2", user: PORT_1, more: &more })
}
