//! What a person has to do so that a device fetches its file.

use devices::QrCode;
use network::DeviceKind;

use super::phones::Phone;

/// Where a phone's files are: `http://host:port/token`, without a slash at its end.
pub(super) struct Place<'a>(pub(super) &'a str);

impl Place<'_> {
    /// The URL of the file that matters: the one with the password.
    pub(super) fn url(&self, phone: &Phone) -> String {
        let file = phone.files.iter().rev().find(|file| file.is_secret);
        format!("{}/{}", self.0, file.map(|file| file.name.as_str()).unwrap_or_default())
    }

    /// What to do, line by line.
    pub(super) fn steps(&self, phone: &Phone) -> Vec<String> {
        let (scheme, path) = self.0.split_once("://").unwrap_or(("http", self.0));
        let url = self.url(phone);
        match phone.kind {
            DeviceKind::GrandstreamHt701 | DeviceKind::GrandstreamHt801 => vec![
                format!("Upgrade via (P212)          {}", scheme.to_uppercase()),
                format!("Config server path (P237)   {path}"),
                "Set both on its page Advanced Settings, then reboot it.".into(),
            ],
            DeviceKind::LinksysPap2
            | DeviceKind::LinksysSpa2102
            | DeviceKind::CiscoSpa112
            | DeviceKind::CiscoSpa122 => vec![
                format!("Profile Rule   {}/spa$MA.xml", self.0),
                format!("or open        http://ADAPTER/admin/resync?{url}"),
                "Write the adapter's own address for ADAPTER.".into(),
            ],
            DeviceKind::PolycomSoundpointIp => vec![
                format!("Server type      {}", scheme.to_uppercase()),
                format!("Server address   {path}"),
                "Set both in its menu Server Menu (or DHCP menu: Boot Server static), then restart it."
                    .into(),
            ],
            DeviceKind::Linphone => vec![
                url.clone(),
                "Let Linphone scan this code (Assistant, Fetch remote configuration), or open on the device:"
                    .into(),
                format!("linphone-config:{url}"),
            ],
            DeviceKind::Zoiper => vec![
                url,
                "Give Zoiper this URL as its provisioning URL, or download the file with it.".into(),
            ],
            DeviceKind::Baresip => {
                vec![url, "Save it as the file accounts in baresip's folder, ~/.baresip.".into()]
            }
        }
    }

    /// The QR code of the URL, for devices with a camera.
    pub(super) fn code(&self, phone: &Phone) -> Option<QrCode> {
        let has_camera = matches!(phone.kind, DeviceKind::Linphone | DeviceKind::Zoiper);
        has_camera.then(|| QrCode::new(&self.url(phone)).ok()).flatten()
    }
}

/// Where devices fetch files: scheme, host and perhaps a path, without a slash at its end.
pub(super) fn base_url(text: &str) -> std::result::Result<String, String> {
    let url = text.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host)
            if !host.is_empty()
                && host.chars().all(|c| c.is_ascii_graphic())
                && !host.contains(['?', '#', '@']) =>
        {
            Ok(url.to_owned())
        }
        _ => Err("write where devices fetch their files, such as https://files.example.org".into()),
    }
}
