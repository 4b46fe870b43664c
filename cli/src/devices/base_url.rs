//! Where devices fetch their files.

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
