//! Snom: `snom-<mac>.xml`, a settings file by its URL.
//!
//! Sources: Snom's wiki (*Dial Plan - Regular Expressions*), FusionPBX's template for the D785, wazo's for Snom (SRTP,
//! authentication name, keys in a call, call waiting). `assumed` marks what has no source.

use std::io;

use quick_xml::events::BytesText;

use crate::dial_plan::NO_KEY_TIMEOUT;
use crate::dialect;
use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::{EXPIRY_SECONDS, Line, TLS_PORT};
use crate::place::Place;
use crate::profile::{Camera, Profile};
use crate::xml::{self, Xml};

/// No source names a setting that dials when the handset is lifted.
pub(crate) const SNOM: Profile = Profile {
    is_secure: true,
    has_hot_line: false,
    dialect: Some(&dialect::SNOM),
    camera: Camera::None,
    sources: &["Snom's wiki", "FusionPBX's template for the D785", "wazo's for Snom"],
    steps,
    files,
};

fn steps(place: &Place<'_>) -> Vec<String> {
    vec![
        format!("Setting URL   {}", place.url()),
        "Set it on its page Advanced, Update, then reboot it.".into(),
    ]
}

fn files(line: &Line<'_>) -> Result<Vec<DeviceFile>, DeviceError> {
    let bytes = xml::document(|xml| {
        xml.create_element("settings").write_inner_content(|xml| {
            xml.create_element("phone-settings")
                .with_attribute(("e", "2"))
                .write_inner_content(|xml| settings(xml, line))
                .map(|_| ())
        })?;
        Ok(())
    });
    Ok(vec![DeviceFile::secret(format!("snom-{}.xml", line.mac()), bytes)])
}

fn settings(xml: &mut Xml, line: &Line<'_>) -> io::Result<()> {
    let proxy = format!("{}:{TLS_PORT};transport=tls", line.proxy);
    let expires = EXPIRY_SECONDS.to_string();
    let srtp = if line.secure { ("on", "mandatory") } else { ("off", "off") };
    let groups: [(&str, xml::Values<'_>); 4] = [
        (
            "The line, and where it registers.",
            &[
                ("user_active", "on"),
                ("user_realname", line.label),
                ("user_name", line.user),
                ("user_pname", line.user),
                ("user_pass", line.password()),
                ("user_host", line.domain),
                ("user_outbound", &proxy),
                ("user_expiry", &expires),
                ("keepalive_interval", "20"),
            ],
        ),
        // Without user_auth_tag the tag has 80 bits, which Twilio takes.
        ("SRTP.", &[("user_srtp", srtp.0), ("user_savp", srtp.1), ("user_auth_tag", "off")]),
        (
            "Keys in a call: as RTP events (RFC 4733), and not by SIP INFO. First codec PCMU.",
            &[("user_dtmf_info", "off"), ("codec_priority_list", "pcmu,pcma,telephone-event")],
        ),
        ("What is complete is dialled at once.", &[("user_dp_str", &dialect::SNOM.write(&line.plan()))]),
    ];
    for (what, values) in &groups {
        xml::comment(xml, what)?;
        values.iter().try_for_each(|(name, value)| setting(xml, name, Some("1"), value))?;
    }
    xml::comment(xml, "No call waiting. Seconds to wait for another key (assumed: any number of them).")?;
    setting(xml, "call_waiting", None, "off")?;
    setting(xml, "auto_dial", None, &NO_KEY_TIMEOUT.to_string())?;
    setting(xml, "overlap_dialing", None, "off")
}

/// One setting, of an identity or of the telephone. `R`: people do not change it on the telephone.
fn setting(xml: &mut Xml, name: &str, identity: Option<&str>, value: &str) -> io::Result<()> {
    let element = xml.create_element(name);
    let element = match identity {
        Some(identity) => element.with_attribute(("idx", identity)),
        None => element,
    };
    element.with_attribute(("perm", "R")).write_text_content(BytesText::new(value)).map(|_| ())
}
