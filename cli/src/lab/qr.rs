//! A QR code with which Linphone, on a telephone in the same network, becomes a phone of the lab.

use std::collections::HashMap;
use std::net::SocketAddr;

use devices::{QrCode, linphone_in_lab};
use lab::{Offer, Running, Shelved, reached_at};
use network::Network;
use twilio::Secret;

use crate::devices::decisions::Decisions;
use crate::exit::{Failure, Outcome, Result};

/// Offers settings for a phone of the network.
pub(super) fn offer(
    lab: &Running,
    network: &Network,
    passwords: &HashMap<String, String>,
    name: &str,
) -> Result<Offer> {
    let unknown = || Failure::usage(format!("--qr {name}"), "the file has no such phone", "");
    let phone = network.extensions().iter().find(|phone| phone.name() == name).ok_or_else(unknown)?;
    let password = Secret::new(passwords.get(name).cloned().unwrap_or_default());
    // Of a lab that listens everywhere, the address towards the Internet.
    let nobody = SocketAddr::from(([192, 0, 2, 1], 9));
    let secure = lab.tls_address().filter(|_| network.stage().secure);
    let sip = reached_at(secure.unwrap_or_else(|| lab.address()), nobody);
    let files = reached_at(lab.files_address().unwrap_or(sip), nobody);
    let decisions = Decisions(network);
    let file = linphone_in_lab(network, phone, &password, &decisions, &sip.to_string())
        .map_err(|error| Failure::found(Outcome::Usage, [error.finding(&format!("--qr {name}"))]))?;
    let path = format!("/{}/{}", super::random(), file.name);
    let url = format!("http://{files}{path}");
    lab.offer(path, Shelved { content_type: "application/xml", bytes: file.bytes });
    let code = QrCode::new(&url).map_err(|error| Failure::usage(format!("--qr {name}"), error, ""))?.text();
    Ok(Offer { phone: name.to_owned(), url, code, is_local: files.ip().is_loopback() })
}
