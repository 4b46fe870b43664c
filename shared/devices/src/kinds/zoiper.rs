//! Zoiper 5: `<phone>-zoiper.xml`.
//!
//! Sources: FusionPBX's provisioning template for 5.x, and the comments of Zoiper's own sample file.

use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::{EXPIRY_SECONDS, Line, TLS_PORT};
use crate::place::Place;
use crate::profile::{Camera, Profile};
use crate::xml;

pub(crate) const ZOIPER: Profile = Profile {
    is_secure: true,
    has_hot_line: false,
    dialect: None,
    camera: Camera::OfTheTelephone,
    sources: &["FusionPBX's template for 5.x", "the comments of Zoiper's sample file"],
    steps,
    files,
};

fn steps(place: &Place<'_>) -> Vec<String> {
    let what = "Give Zoiper this URL as its provisioning URL, or download the file with it.";
    vec![place.url(), what.into()]
}

fn files(line: &Line<'_>) -> Result<Vec<DeviceFile>, DeviceError> {
    Ok(vec![DeviceFile::secret(format!("{}-zoiper.xml", line.file_name()), settings(line))])
}

fn settings(line: &Line<'_>) -> Vec<u8> {
    let proxy = format!("{}:{TLS_PORT}", line.proxy);
    let expires = EXPIRY_SECONDS.to_string();
    let values = [
        ("name", line.label),
        ("protocol", "sip"),
        ("save_username", "true"),
        ("username", line.user),
        ("save_password", "true"),
        ("password", line.password()),
        ("register_on_startup", "true"),
        ("use_overlap_dialing", "false"),
        ("use_number_rewriting", "false"),
        ("SIP_domain", line.domain),
        ("SIP_use_outbound_proxy", "true"),
        ("SIP_outbound_proxy", &proxy),
        ("SIP_transport_type", "tls"),
        ("SIP_use_auth_username", "false"),
        ("SIP_use_rport", "true"),
        ("SIP_srtp_mode", if line.secure { "sdes" } else { "none" }),
        ("SIP_dtmf_style", "rfc_2833"),
        ("SIP_publish_presence", "false"),
        ("SIP_subscribe_presence", "false"),
        ("SIP_keep_alive_mode", "custom"),
        ("SIP_keep_alive_timeout", "30"),
        ("reregistration_mode", "custom"),
        ("reregistration_time", &expires),
    ];
    // Zoiper's number for PCMU, not RTP's.
    let pcmu = [("codec_id", "0"), ("priority", "0"), ("enabled", "true")];
    xml::document(|xml| {
        xml.create_element("options").write_inner_content(|xml| {
            xml.create_element("accounts").write_inner_content(|xml| {
                xml.create_element("account").write_inner_content(|xml| {
                    values.iter().try_for_each(|(name, value)| xml::element(xml, name, value))?;
                    xml.create_element("codecs").write_inner_content(|xml| {
                        xml.create_element("codec").write_inner_content(|xml| {
                            pcmu.iter().try_for_each(|(name, value)| xml::element(xml, name, value))
                        })?;
                        Ok(())
                    })?;
                    Ok(())
                })?;
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(())
    })
}
