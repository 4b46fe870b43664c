//! Hosts that people name: where devices fetch their files, and where the lab is.

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

/// A host, as a device's file takes it: a name or an IPv4 address.
pub(super) fn host(text: &str) -> std::result::Result<String, String> {
    let is_label = |label: &str| {
        let is_inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && is_inside && !label.starts_with('-') && !label.ends_with('-')
    };
    if text.len() <= 253 && text.split('.').all(is_label) {
        Ok(text.to_owned())
    } else {
        Err("write a host without a port, such as 192.168.1.10 or lab.example.org".into())
    }
}
