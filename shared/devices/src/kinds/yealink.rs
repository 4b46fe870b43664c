//! Yealink T series: `<mac>.cfg`, lines of `key = value`.
//!
//! Sources: Yealink's Administrator's Guide for SIP-T2, T4 and T5 (digit maps pages 284 to 291 and 358, emergency calls,
//! hot line), FusionPBX's templates for the T series, public templates of firmware 8x for keys with `sip_server.1` and
//! `outbound_proxy.1`. `assumed` marks what has no source.

use crate::dial_plan::NO_KEY_TIMEOUT;
use crate::dialect;
use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::{EXPIRY_SECONDS, Line, TLS_PORT};
use crate::place::Place;
use crate::profile::{Camera, Profile};

pub(crate) const T_SERIES: Profile = Profile {
    is_secure: true,
    has_hot_line: true,
    dialect: Some(&dialect::YEALINK),
    camera: Camera::None,
    sources: &[
        "Yealink's Administrator's Guide for SIP-T2, T4 and T5",
        "FusionPBX's templates for the T series",
        "public templates of firmware 8x",
    ],
    steps,
    files,
};

/// How long to wait for another key where nothing is complete, in seconds. The guide wants it longer than the other timer;
/// with this plan it never runs.
const LONG_TIMER: u8 = NO_KEY_TIMEOUT + 1;

fn steps(place: &Place<'_>) -> Vec<String> {
    vec![
        format!("Server URL   {}", place.base()),
        "Set it on its page Settings, Auto Provision, then press Auto Provision Now.".into(),
    ]
}

fn files(line: &Line<'_>) -> Result<Vec<DeviceFile>, DeviceError> {
    if !can_hold(line.password()) {
        return Err(line.unwritable("password", "make a new one with dialtone rotate"));
    }
    if !can_hold(line.label) {
        return Err(line.unwritable("label", "choose another label in the network file"));
    }
    if !can_hold(line.user) {
        return Err(line.unwritable("user name", "rename the phone, or use another device"));
    }
    Ok(vec![DeviceFile::secret(format!("{}.cfg", line.mac()), settings(line).into_bytes())])
}

/// Whether a line can have this value. Quotes and blanks around it may be taken off, `%NULL%` empties a setting, and a
/// phone's own variables begin with `$`: what becomes of these is not documented.
fn can_hold(value: &str) -> bool {
    let is_quoted = value.starts_with(['"', '\'']) || value.ends_with(['"', '\'']);
    value.trim() == value
        && !is_quoted
        && !value.contains('%')
        && !value.contains('$')
        && !value.contains('#')
}

fn settings(line: &Line<'_>) -> String {
    // The first line is the format's own (FusionPBX's templates).
    let mut text = "#!version:1.0.0.1\n".to_owned();
    let mut group = |what: &str, values: &[(&str, &str)]| {
        text.push_str(&format!("\n# {what}\n"));
        for (key, value) in values {
            text.push_str(format!("{key} = {value}").trim_end());
            text.push('\n');
        }
    };
    let (port, expires) = (TLS_PORT.to_string(), EXPIRY_SECONDS.to_string());
    group(
        "The line, and where it registers. Transport: 0 UDP, 1 TCP, 2 TLS.",
        &[
            ("account.1.enable", "1"),
            ("account.1.label", line.label),
            ("account.1.display_name", line.label),
            ("account.1.user_name", line.user),
            ("account.1.auth_name", line.user),
            ("account.1.password", line.password()),
            ("account.1.sip_server.1.address", line.domain),
            ("account.1.sip_server.1.port", &port),
            ("account.1.sip_server.1.transport_type", "2"),
            ("account.1.sip_server.1.expires", &expires),
            ("account.1.outbound_proxy_enable", "1"),
            ("account.1.outbound_proxy.1.address", &line.proxy),
            ("account.1.outbound_proxy.1.port", &port),
        ],
    );
    // assumed: 2 is "compulsory", as in the maker's table of the three; the older firmware of some templates has 1 for it.
    group(
        "SRTP: 0 off, 1 optional, 2 compulsory.",
        &[("account.1.srtp_encryption", if line.secure { "2" } else { "0" })],
    );
    group(
        "Keys in a call: as RTP events (RFC 4733). 0 is sound, 2 SIP INFO.",
        &[("account.1.dtmf.type", "1"), ("account.1.dtmf.dtmf_payload", "101")],
    );
    group(
        "First codec PCMU.",
        &[
            ("account.1.codec.pcmu.enable", "1"),
            ("account.1.codec.pcmu.priority", "1"),
            ("account.1.codec.pcma.enable", "1"),
            ("account.1.codec.pcma.priority", "2"),
        ],
    );
    group(
        "Behind NAT: a packet every 30 seconds.",
        &[
            ("account.1.nat.rport", "1"),
            ("account.1.nat.udp_update_enable", "1"),
            ("account.1.nat.udp_update_time", "30"),
        ],
    );
    group("No call waiting.", &[("call_waiting.enable", "0")]);
    group(
        "Dialled when the handset is lifted, and after how many seconds. # and * are keys like others.",
        &[
            ("features.hotline_number", line.autodial()),
            ("features.hotline_delay", "0"),
            ("features.key_as_send", "0"),
        ],
    );
    group(
        "What is dialled, and how many seconds to wait for another key. What fits nothing is dialled.",
        &[
            ("dialplan.digitmap.enable", "1"),
            ("dialplan.digitmap.string", &dialect::YEALINK.write(&line.plan())),
            ("dialplan.digitmap.interdigit_short_timer", &NO_KEY_TIMEOUT.to_string()),
            ("dialplan.digitmap.interdigit_long_timer", &LONG_TIMER.to_string()),
            ("dialplan.digitmap.no_match_action", "0"),
        ],
    );
    group(
        "Calls for help go the way of all calls, and to no server of the maker's.",
        &[("dialplan.emergency.enable", "0")],
    );
    group(
        "Files are read when the telephone is told to, and not by DHCP.",
        &[
            ("static.auto_provision.power_on", "0"),
            ("static.auto_provision.pnp_enable", "0"),
            ("static.auto_provision.dhcp_option.enable", "0"),
        ],
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_line_as_it_is() {
        for value in ["lobby", "Tomato-Sandwich-42", "a b=c", "Ann's", "<Tom & Ann>"] {
            assert!(can_hold(value), "{value}");
        }
        for value in [" a", "a ", "\"a\"", "%NULL%", "a$MAC", "a#b"] {
            assert!(!can_hold(value), "{value}");
        }
    }
}
