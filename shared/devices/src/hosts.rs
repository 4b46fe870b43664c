//! Hosts that people name: where devices fetch their files, and where the lab is.

/// Where devices fetch files: scheme, host and perhaps a path, without a slash at its end.
///
/// # Errors
///
/// It is something else; says what to write.
pub fn base_url(text: &str) -> Result<String, String> {
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
///
/// # Errors
///
/// It is something else; says what to write.
pub fn host(text: &str) -> Result<String, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_hosts_are_told_from_other_words() {
        assert_eq!(base_url("https://files.example.org/a/").as_deref(), Ok("https://files.example.org/a"));
        for wrong in ["files.example.org", "https://", "http://h?x", "http://u@h", "https://h h"] {
            assert!(base_url(wrong).is_err(), "{wrong}");
        }
        assert!(host("192.168.1.10").is_ok() && host("lab.example.org").is_ok());
        for wrong in ["", "h:5060", "-h", "h-", "a..b", "[::1]"] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }
}
