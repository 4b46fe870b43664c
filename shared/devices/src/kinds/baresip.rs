//! baresip: `<phone>-baresip-accounts`, one line, to be put into the file `accounts` of its directory.
//!
//! Sources: baresip's wiki page Accounts, its issue 2592 (TCP is the form that is reported to work with Twilio).

use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::{EXPIRY_SECONDS, Line};
use crate::place::Place;
use crate::profile::{Camera, Profile};

pub(crate) const BARESIP: Profile = Profile {
    is_secure: true,
    has_hot_line: false,
    dialect: None,
    camera: Camera::None,
    sources: &["baresip's wiki page Accounts", "its issue 2592"],
    steps,
    files,
};

fn steps(place: &Place<'_>) -> Vec<String> {
    vec![place.url(), "Save it as the file accounts in baresip's folder, ~/.baresip.".into()]
}

fn files(line: &Line<'_>) -> Result<Vec<DeviceFile>, DeviceError> {
    if !can_hold(line.user) {
        return Err(line.unwritable("user name", "rename the phone, or use another device"));
    }
    if !can_hold(line.password()) {
        return Err(line.unwritable("password", "make a new one with dialtone rotate"));
    }
    let transport = if line.secure { "tls" } else { "tcp" };
    let mut account = format!(
        "<sip:{}@{};transport={transport}>;auth_user={};auth_pass={};outbound=\"sip:{};transport={transport}\";sipnat=outbound;regint={EXPIRY_SECONDS};audio_codecs=pcmu;dtmfmode=rtpevent",
        webhook::encode_user(line.user),
        line.domain,
        line.user,
        line.password(),
        line.proxy,
    );
    if line.secure {
        account.push_str(";mediaenc=srtp-mand");
    }
    account.push('\n');
    let name = format!("{}-baresip-accounts", line.file_name());
    Ok(vec![DeviceFile::secret(name, account.into_bytes())])
}

/// Whether a parameter of the line can have this value: it ends at a blank or a semicolon, and nothing is escaped.
fn can_hold(value: &str) -> bool {
    !value.is_empty()
        && value.chars().all(|c| c.is_ascii_graphic() && !matches!(c, ';' | '"' | '<' | '>' | ','))
}
