//! baresip: `<phone>-baresip-accounts`, one line, to be put into the file `accounts` of its directory.
//!
//! Sources: baresip's wiki page Accounts, its issue 2592 (TCP is the form that is reported to work with Twilio).

use crate::error::DeviceError;
use crate::line::{EXPIRY_SECONDS, Line};
use crate::uri;

pub(crate) fn file(line: &Line<'_>) -> Result<Vec<u8>, DeviceError> {
    let unwritable = |what, remedy| DeviceError::Unwritable { what, kind: "baresip", remedy };
    if !can_hold(line.user) {
        return Err(unwritable("user name", "rename the phone, or use another device"));
    }
    if !can_hold(line.password.reveal()) {
        return Err(unwritable("password", "make a new one with dialtone rotate"));
    }
    let transport = if line.secure { "tls" } else { "tcp" };
    let mut account = format!(
        "<sip:{}@{};transport={transport}>;auth_user={};auth_pass={};outbound=\"sip:{};transport={transport}\";sipnat=outbound;regint={EXPIRY_SECONDS};audio_codecs=pcmu;dtmfmode=rtpevent",
        uri::user(line.user),
        line.domain,
        line.user,
        line.password.reveal(),
        line.proxy,
    );
    if line.secure {
        account.push_str(";mediaenc=srtp-mand");
    }
    account.push('\n');
    Ok(account.into_bytes())
}

/// Whether a parameter of the line can have this value: it ends at a blank or a semicolon, and nothing is escaped.
fn can_hold(value: &str) -> bool {
    !value.is_empty()
        && value.chars().all(|c| c.is_ascii_graphic() && !matches!(c, ';' | '"' | '<' | '>' | ','))
}
