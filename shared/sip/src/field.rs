//! The parts of a header field's value.

/// The URI of a name-addr or addr-spec, and the parameters of the header field behind it (RFC 3261, section 20.10).
#[must_use]
pub fn address(value: &str) -> (&str, &str) {
    match behind_name(value).split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        Some((uri, rest)) => (uri, rest),
        None => value.split_at(value.find(';').unwrap_or(value.len())),
    }
}

/// A parameter of a header field's value, behind its URI. A parameter without a value is blank.
#[must_use]
pub fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    address(value).1.split(';').find_map(|part| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// A field of a digest header: `name="value"` or `name=value`, after the word `Digest`. What is quoted is given as
/// written, with its backslashes.
#[must_use]
pub fn digest_field<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    split(header, ',').into_iter().find_map(|part| {
        let (key, value) = part.split_once('=')?;
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(value);
        key.trim().eq_ignore_ascii_case(name).then_some(value)
    })
}

/// The parts of a list. Separators between quotes or brackets do not count.
pub(crate) fn split(value: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut escaped, mut deep, mut from) = (false, false, false, 0);
    let mut parts = Vec::new();
    for (at, c) in value.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '<' => deep = true,
            '>' => deep = false,
            c if c == separator && !deep => {
                parts.extend(value.get(from..at));
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.extend(value.get(from..));
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The value behind a quoted display name, which may have brackets in it.
fn behind_name(value: &str) -> &str {
    let Some(rest) = value.trim_start().strip_prefix('"') else { return value };
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return rest.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_uri_and_parameters() {
        for (value, uri, rest) in [
            ("<sip:a@h;transport=tcp>;expires=60", "sip:a@h;transport=tcp", ";expires=60"),
            ("\"a <b> \\\" c\" <sip:a@h>", "sip:a@h", ""),
            ("sip:a@h;expires=60", "sip:a@h", ";expires=60"),
            ("*", "*", ""),
        ] {
            assert_eq!(address(value), (uri, rest), "{value}");
        }
        assert_eq!(parameter("<sip:a@h;expires=1>;Expires=60;x", "expires"), Some("60"));
        assert_eq!(parameter("<sip:a@h>;x", "x"), Some(""));
        assert_eq!(parameter("SIP/2.0/UDP h:5060;branch=z9hG4bK1;rport", "branch"), Some("z9hG4bK1"));
    }

    #[test]
    fn fields_are_quoted_or_not() {
        let header = "username=\"a,b=c\\\"\", realm=\"r\",nc=0000000a, qop=auth";
        assert_eq!(digest_field(header, "username"), Some("a,b=c\\\""));
        assert_eq!(
            (digest_field(header, "NC"), digest_field(header, "qop")),
            (Some("0000000a"), Some("auth"))
        );
        assert_eq!(digest_field(header, "x"), None);
    }
}
