//! Polycom SoundPoint IP: the boot file `<mac>.cfg`, and the phone's own settings, which it names.
//!
//! Sources: Polycom's administrator's guides for SIP 3.1 and 3.2, Futel's files for the IP 501, FusionPBX's provisioning
//! templates for 3.x and 4.x.

use network::DeviceMode;

use crate::dial_plan::NO_KEY_TIMEOUT;
use crate::dialect;
use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::{EXPIRY_SECONDS, Line, SIP_PORT};
use crate::place::Place;
use crate::profile::{Camera, Profile};
use crate::xml;

/// The SoundPoint IP 501 and its like. It is too old for TLS 1.2.
pub(crate) const SOUNDPOINT_IP: Profile = Profile {
    is_secure: false,
    has_hot_line: true,
    dialect: Some(&dialect::POLYCOM),
    camera: Camera::None,
    sources: &[
        "Futel's files for the IP 501 (firmware 3.2.7)",
        "FusionPBX's templates for 3.x and 4.x",
        "Polycom's administrator's guides for SIP 2.1 and 3.1",
        "RFC 3435 for digit maps",
    ],
    steps,
    files,
};

/// How often a packet keeps the way through a NAT open, in seconds.
const KEEP_ALIVE_SECONDS: &str = "30";

/// The RTP payload type of key presses: the phone's default (administrator's guide for SIP 3.1, page A-29). The SDP
/// names it, so any dynamic type would do (RFC 4733, section 2.4).
const DTMF_PAYLOAD_TYPE: &str = "101";

fn steps(place: &Place<'_>) -> Vec<String> {
    let (scheme, path) = place.scheme_and_path();
    vec![
        format!("Server type      {}", scheme.to_uppercase()),
        format!("Server address   {path}"),
        "Set both in its menu Server Menu (or DHCP menu: Boot Server static), then restart it.".into(),
    ]
}

fn files(line: &Line<'_>) -> Result<Vec<DeviceFile>, DeviceError> {
    let name = format!("{}.cfg", line.file_name());
    let boot = DeviceFile { name: format!("{}.cfg", line.mac()), bytes: boot_file(&name), is_secret: false };
    Ok(vec![boot, DeviceFile::secret(name, settings(line))])
}

/// The file that names the others. It holds no secret.
fn boot_file(settings: &str) -> Vec<u8> {
    xml::document(|xml| {
        let files = format!("{settings}, sip.cfg");
        xml.create_element("APPLICATION")
            .with_attributes([
                ("APP_FILE_PATH", "sip.ld"),
                ("CONFIG_FILES", files.as_str()),
                ("MISC_FILES", ""),
                ("LOG_FILE_DIRECTORY", ""),
            ])
            .write_empty()?;
        Ok(())
    })
}

/// The phone's own settings. Of two files in the boot file's list, the first wins.
fn settings(line: &Line<'_>) -> Vec<u8> {
    let expires = EXPIRY_SECONDS.to_string();
    let port = SIP_PORT.to_string();
    let plan = dialect::POLYCOM.write(&line.plan());
    let timeout = NO_KEY_TIMEOUT.to_string();
    let timeouts = vec![timeout.as_str(); plan.split('|').count()].join("|");
    let is_menu = if line.mode == DeviceMode::Menu { "1" } else { "0" };
    // An IP 501 speaks no TLS 1.2, and Twilio takes nothing less.
    let transport = "TCPOnly";
    let groups: [(&str, &str, xml::Values<'_>); 8] = [
        (
            "The line, and where it registers. One call at a time, so no call waiting.",
            "reg",
            &[
                ("reg.1.displayName", line.label),
                ("reg.1.label", line.label),
                ("reg.1.address", line.user),
                ("reg.1.auth.userId", line.user),
                ("reg.1.auth.password", line.password()),
                ("reg.1.type", "private"),
                ("reg.1.callsPerLineKey", "1"),
                ("reg.1.outboundProxy.address", &line.proxy),
                ("reg.1.outboundProxy.port", &port),
                ("reg.1.outboundProxy.transport", transport),
                ("reg.1.server.1.address", line.domain),
                ("reg.1.server.1.port", &port),
                ("reg.1.server.1.transport", transport),
                ("reg.1.server.1.expires", &expires),
                ("reg.1.server.1.register", "1"),
            ],
        ),
        (
            "The same for all lines, as firmware 3.x reads it.",
            "voIpProt",
            &[
                ("voIpProt.server.1.address", line.domain),
                ("voIpProt.server.1.port", &port),
                ("voIpProt.server.1.transport", transport),
                ("voIpProt.server.1.expires", &expires),
                ("voIpProt.server.1.register", "1"),
                ("voIpProt.SIP.outboundProxy.address", &line.proxy),
                ("voIpProt.SIP.outboundProxy.port", &port),
                ("voIpProt.SIP.outboundProxy.transport", transport),
            ],
        ),
        (
            "What is dialled, and how many seconds to wait for another key. A final # is sent too.",
            "dialplan",
            &[
                ("dialplan.digitmap", &plan),
                ("dialplan.digitmap.timeOut", &timeouts),
                ("dialplan.impossibleMatchHandling", "0"),
                ("dialplan.removeEndOfDial", "0"),
            ],
        ),
        (
            "Dialled when the handset is lifted.",
            "call",
            &[("call.autoOffHook.1.enabled", is_menu), ("call.autoOffHook.1.contact", line.autodial())],
        ),
        ("First codec PCMU.", "voice", &[("voice.codecPref.G711Mu", "1"), ("voice.codecPref.G711A", "2")]),
        (
            "Keys in a call: as RTP events (RFC 4733).",
            "DTMF",
            &[
                ("tone.dtmf.viaRtp", "1"),
                ("tone.dtmf.rfc2833Control", "1"),
                ("tone.dtmf.rfc2833Payload", DTMF_PAYLOAD_TYPE),
            ],
        ),
        ("Behind NAT.", "nat", &[("nat.keepalive.interval", KEEP_ALIVE_SECONDS)]),
        ("Files are read at a restart alone.", "prov", &[("prov.polling.enabled", "0")]),
    ];
    xml::document(|xml| {
        xml.create_element("phone1").write_inner_content(|xml| {
            groups.iter().try_for_each(|(what, name, values)| {
                xml::comment(xml, what)?;
                xml.create_element(*name).with_attributes(values.iter().copied()).write_empty().map(|_| ())
            })
        })?;
        Ok(())
    })
}
