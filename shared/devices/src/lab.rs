//! Files for the lab, a stand-in of Twilio on a desk.

use network::{Device, DeviceKind, DeviceMode, Extension, Network};
use secret::Secret;

use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::help;
use crate::line::{Line, Proxy};
use crate::profile::Profile;
use crate::service::Service;

/// Settings with which Linphone, on any telephone, becomes this phone of the network in the lab at `place`, an address with
/// its port: that of TLS if the stage is secure, and else that of TCP.
///
/// # Errors
///
/// The phone has a value that the file cannot carry.
pub fn linphone_in_lab(
    network: &Network,
    phone: &Extension,
    password: &Secret,
    service: &dyn Service,
    place: &str,
) -> Result<DeviceFile, DeviceError> {
    let kind = DeviceKind::Linphone;
    let device = Device { kind, mac: None, mode: DeviceMode::Dialtone, edge: None };
    let line = Line::new(network, phone, &device, password, service, Proxy::Lab(place));
    let files = (Profile::of(kind).files)(&line)?;
    let file = marked(files, network, phone).pop().ok_or(DeviceError::NoDevice)?;
    let text = String::from_utf8_lossy(&file.bytes).into_owned();
    let text = if network.stage().secure {
        // Nobody can give Linphone another authority by such a file (liblinphone, its keys verify_server_certs and
        // verify_server_cn): in the lab, who listens is known.
        let trust = ["verify_server_certs", "verify_server_cn"]
            .map(|key| format!("<entry name=\"{key}\" overwrite=\"true\">0</entry>"));
        text.replace("<section name=\"sip\">", &format!("<section name=\"sip\">{}", trust.concat()))
    } else {
        text.replace(";transport=tls", ";transport=tcp")
    };
    Ok(DeviceFile { bytes: text.into_bytes(), ..file })
}

/// Says in each file that it is for the lab alone. Nothing else is changed.
pub(crate) fn marked(files: Vec<DeviceFile>, network: &Network, phone: &Extension) -> Vec<DeviceFile> {
    let numbers = match help::own(network, phone).as_slice() {
        [] => String::new(),
        numbers => format!(" ({})", numbers.join(", ")),
    };
    let warning = format!("For the lab alone. A call for help{numbers} from this telephone reaches nobody.");
    files.into_iter().map(|file| DeviceFile { bytes: with_comment(&file.bytes, &warning), ..file }).collect()
}

/// The file with a comment in the way of its format: behind the first line, if that is the format's own.
fn with_comment(bytes: &[u8], comment: &str) -> Vec<u8> {
    let is_xml = bytes.starts_with(b"<?xml");
    let has_head = is_xml || bytes.starts_with(b"#!");
    let head = bytes.iter().position(|byte| *byte == b'\n').filter(|_| has_head).map_or(0, |end| end + 1);
    let (head, rest) = bytes.split_at_checked(head).unwrap_or((bytes, &[]));
    let line = if is_xml { format!("<!-- {comment} -->\n") } else { format!("# {comment}\n") };
    [head, line.as_bytes(), rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_stands_where_the_format_takes_one() {
        for (before, after) in [
            ("<?xml version=\"1.0\"?>\n<a/>\n", "<?xml version=\"1.0\"?>\n<!-- no -->\n<a/>\n"),
            ("#!version:1.0.0.1\na = b\n", "#!version:1.0.0.1\n# no\na = b\n"),
            ("<sip:a@b>;regint=600\n", "# no\n<sip:a@b>;regint=600\n"),
        ] {
            assert_eq!(String::from_utf8(with_comment(before.as_bytes(), "no")).unwrap(), after);
        }
    }
}
