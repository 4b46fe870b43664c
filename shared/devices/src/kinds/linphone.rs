//! Linphone: `<phone>-linphone.xml`, a remote provisioning file, opened by its URL or by a QR code of it.
//!
//! Sources: Linphone's schema of such files (<http://www.linphone.org/xsds/lpconfig.xsd>), liblinphone's keys,
//! FusionPBX's provisioning template.

use md5::{Digest, Md5};

use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::{EXPIRY_SECONDS, Line};
use crate::place::Place;
use crate::profile::{Camera, Profile};
use crate::xml;

pub(crate) const LINPHONE: Profile = Profile {
    is_secure: true,
    has_hot_line: false,
    dialect: None,
    camera: Camera::OfTheProgram,
    sources: &["Linphone's lpconfig schema", "liblinphone's keys", "FusionPBX's template"],
    steps,
    files,
};

/// The realm in which Twilio asks for a password.
const REALM: &str = "sip.twilio.com";

fn steps(place: &Place<'_>) -> Vec<String> {
    let url = place.url();
    let scheme = format!("linphone-config:{url}");
    let what = "Let Linphone scan this code (Assistant, Fetch remote configuration), or open on the device:";
    vec![url, what.into(), scheme]
}

fn files(line: &Line<'_>) -> Result<Vec<DeviceFile>, DeviceError> {
    Ok(vec![DeviceFile::secret(format!("{}-linphone.xml", line.file_name()), settings(line))])
}

fn settings(line: &Line<'_>) -> Vec<u8> {
    let user = webhook::encode_user(line.user);
    let identity = format!("sip:{user}@{}", line.domain);
    // REGISTER goes here, whatever the route says, and names the domain of the identity (seen: Linphone 5.1.65).
    let registrar = format!("<sip:{};transport=tls>", line.registrar);
    let route = format!("<sip:{};transport=tls;lr>", line.proxy);
    let expires = EXPIRY_SECONDS.to_string();
    let ha1 = ha1(line.user, line.password());
    let encryption = if line.secure { ("srtp", "1") } else { ("none", "0") };
    let sections: [(&str, xml::Values<'_>); 4] = [
        (
            "auth_info_0",
            &[
                ("username", line.user),
                ("userid", line.user),
                ("ha1", &ha1),
                ("realm", REALM),
                ("algorithm", "MD5"),
            ],
        ),
        (
            "proxy_0",
            &[
                ("reg_identity", &identity),
                ("reg_proxy", &registrar),
                ("reg_route", &route),
                ("reg_expires", &expires),
                ("reg_sendregister", "1"),
                ("publish", "0"),
                ("avpf", "0"),
            ],
        ),
        (
            "sip",
            &[
                ("default_proxy", "0"),
                // Milliseconds. Older versions send nothing over TLS unless they are told to.
                ("keepalive_period", "30000"),
                ("tcp_tls_keepalive", "1"),
                // Keys in a call: as RTP events (RFC 4733). Both keys are liblinphone's; with neither set, it uses
                // events, but a user's own setting would survive.
                ("use_rfc2833", "1"),
                ("use_info", "0"),
                ("media_encryption", encryption.0),
                ("media_encryption_mandatory", encryption.1),
            ],
        ),
        // The address of this file is good once, so it is not kept. A second call finds the line busy.
        ("misc", &[("transient_provisioning", "1"), ("max_calls", "1")]),
    ];
    xml::document(|xml| {
        xml.create_element("config")
            .with_attribute(("xmlns", "http://www.linphone.org/xsds/lpconfig.xsd"))
            .write_inner_content(|xml| {
            sections.iter().try_for_each(|(name, entries)| section(xml, name, entries))
        })?;
        Ok(())
    })
}

fn section(xml: &mut xml::Xml, name: &str, entries: xml::Values<'_>) -> std::io::Result<()> {
    xml.create_element("section").with_attribute(("name", name)).write_inner_content(|xml| {
        entries.iter().try_for_each(|(name, value)| {
            xml.create_element("entry")
                .with_attributes([("name", *name), ("overwrite", "true")])
                .write_text_content(quick_xml::events::BytesText::new(value))
                .map(|_| ())
        })
    })?;
    Ok(())
}

/// The hash that digest authentication makes of user, realm and password (RFC 2617, section 3.2.2.2): as good as the password
/// to register with Twilio, but nothing can be read from it.
fn ha1(user: &str, password: &str) -> String {
    let mut hash = Md5::new();
    for part in [user, ":", REALM, ":", password] {
        hash.update(part);
    }
    webhook::lower_hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `printf '%s' 'lobby:sip.twilio.com:Tomato-Sandwich-42' | md5sum`.
    #[test]
    fn ha1_is_what_digest_authentication_uses() {
        assert_eq!(ha1("lobby", "Tomato-Sandwich-42"), "e6539bc41b2a4b7746af8ca95e9e6335");
    }
}
