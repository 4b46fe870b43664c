//! Grandstream HT701 and HT801: `cfg<mac>.xml`.
//!
//! Sources: the provisioning templates of FusionPBX for the HT701 and HT801 (firmware 1.0.10), FS PBX's for the HT80x
//! (V2), Futel's client.md, PhilTel's pages on the HT801.

use std::io;

use crate::dial_plan::NO_KEY_TIMEOUT;
use crate::dialect;
use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::{EXPIRY_SECONDS, Line};
use crate::place::Place;
use crate::profile::{Camera, Profile};
use crate::xml::{self, Xml};

const SOURCES: &[&str] = &[
    "FusionPBX's templates for HT801 and HT701 (firmware 1.0.10)",
    "FS PBX's template for HT80x V2",
    "a capture of the newer web page",
    "Futel's client.md",
    "PhilTel's HT801 pages",
    "Grandstream's manuals of HT502, HT70x and HT81x",
];

/// HandyTone 701. It is too old for TLS 1.2.
pub(crate) const HT701: Profile = Profile {
    is_secure: false,
    has_hot_line: true,
    dialect: Some(&dialect::GRANDSTREAM),
    camera: Camera::None,
    sources: SOURCES,
    steps,
    files: |line| files(line, &HANDYTONE_701),
};

/// HandyTone 801.
pub(crate) const HT801: Profile =
    Profile { is_secure: true, files: |line| files(line, &HANDYTONE_801), ..HT701 };

/// How the files of the models differ.
pub(crate) struct Model<'a> {
    /// `P130`: 0 UDP, 1 TCP, 2 TLS.
    pub(crate) transport: &'static str,
    /// The keys of user, authentication id, password and name.
    pub(crate) user: [&'static str; 4],
    /// Further settings: why, the keys, and their values.
    pub(crate) more: &'a [(&'a str, xml::Values<'a>)],
}

/// The keys of the first port, where each port has an account of its own.
pub(crate) const FIRST_PORT: [&str; 4] = ["P35", "P36", "P34", "P3"];

const HANDYTONE_701: Model<'static> = Model { transport: "1", user: FIRST_PORT, more: &[] };

const HANDYTONE_801: Model<'static> = Model { transport: "2", ..HANDYTONE_701 };

/// The longest limit that `P4420` takes, in minutes; 0 is none.
const LONGEST_LIMIT: u32 = 180;

pub(crate) fn steps(place: &Place<'_>) -> Vec<String> {
    let (scheme, path) = place.scheme_and_path();
    vec![
        format!("Upgrade via (P212)          {}", scheme.to_uppercase()),
        format!("Config server path (P237)   {path}"),
        "Set both on its page Advanced Settings, then reboot it.".into(),
    ]
}

pub(crate) fn files(line: &Line<'_>, model: &Model<'_>) -> Result<Vec<DeviceFile>, DeviceError> {
    let mac = line.mac();
    let bytes = xml::document(|xml| {
        xml.create_element("gs_provision").with_attribute(("version", "1")).write_inner_content(|xml| {
            xml::element(xml, "mac", &mac)?;
            xml.create_element("config")
                .with_attribute(("version", "1"))
                .write_inner_content(|xml| settings(xml, line, model))
                .map(|_| ())
        })?;
        Ok(())
    });
    Ok(vec![DeviceFile::secret(format!("cfg{mac}.xml"), bytes)])
}

fn settings(xml: &mut Xml, line: &Line<'_>, model: &Model<'_>) -> io::Result<()> {
    let [user, id, password, name] = model.user;
    let limit = if line.time_limit_minutes > LONGEST_LIMIT { 0 } else { line.time_limit_minutes };
    let mut group = |what: &str, values: xml::Values<'_>| {
        xml::comment(xml, what)?;
        values.iter().try_for_each(|(name, value)| xml::element(xml, name, value))
    };
    group(
        "Account active; registrar; outbound proxy at Twilio's edge.",
        &[("P271", "1"), ("P47", line.domain), ("P48", &line.proxy)],
    )?;
    group("Transport: 0 UDP, 1 TCP, 2 TLS.", &[("P130", model.transport)])?;
    group(
        "User, authentication id, password, name.",
        &[(user, line.user), (id, line.user), (password, line.password()), (name, line.label)],
    )?;
    model.more.iter().try_for_each(|(what, values)| group(what, values))?;
    group(
        "Register; do not unregister at a restart; call even when not registered.",
        &[("P31", "1"), ("P81", "0"), ("P109", "1")],
    )?;
    group(
        "Registrations last so many minutes (not seconds), renewed so many seconds before their end.",
        &[("P32", &(EXPIRY_SECONDS / 60).to_string()), ("P2330", "300")],
    )?;
    group(
        "Behind NAT: keep-alive every 20 seconds, SIP OPTIONS every 30. DNS: A records.",
        &[("P52", "2"), ("P84", "20"), ("P2397", "1"), ("P2398", "30"), ("P103", "0")],
    )?;
    group(
        "Dialled when the handset is lifted, and after how many seconds.",
        &[("P71", line.autodial()), ("P4045", "0")],
    )?;
    group(
        "Dial plan; seconds to wait for another key; # is a key like others; * codes are the server's.",
        &[
            ("P4200", &dialect::GRANDSTREAM.write(&line.plan())),
            ("P85", &NO_KEY_TIMEOUT.to_string()),
            ("P72", "0"),
            ("P191", "0"),
        ],
    )?;
    group(
        "Whether # is sent as %23. Firmware differs in what 0 means; Dialtone takes both.",
        &[("P1406", "0")],
    )?;
    group(
        "Call waiting, its caller id and its tone: off. Newer firmware words these as \"enable\": check its page.",
        &[("P91", "1"), ("P714", "1"), ("P186", "1")],
    )?;
    group("Hook flash, least and most milliseconds.", &[("P251", "500"), ("P252", "500")])?;
    group(
        "Calls out end after so many minutes; 0 is never. Twilio has the same limit.",
        &[("P4420", &limit.to_string())],
    )?;
    group(
        "First codec PCMU; keys as RTP events (101) rather than in the sound (100) or by SIP INFO (102).",
        &[("P57", "0"), ("P850", "101"), ("P851", "100"), ("P852", "102")],
    )?;
    group("SRTP: 0 none, 2 always.", &[("P183", if line.secure { "2" } else { "0" })])?;
    group("No telnet, no SSH.", &[("P276", "1")])?;
    group(
        "Later files by HTTPS alone, from nowhere until it is set, not by DHCP. No firmware check, no upgrades.",
        &[("P212", "2"), ("P237", ""), ("P145", "0"), ("P238", "2"), ("P194", "0"), ("P22296", "0")],
    )
}
