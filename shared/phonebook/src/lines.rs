//! How lines end.

/// A changed text with its lines ended as they were: TOML's parser ends all lines alike, and drops a byte order mark. A new line
/// ends as the first of the old ones.
pub(crate) fn as_written(old: &str, new: &str) -> String {
    let (mark, old) = old.strip_prefix('\u{feff}').map_or(("", old), |rest| ("\u{feff}", rest));
    let new = new.strip_prefix('\u{feff}').unwrap_or(new);
    let usual = newline(old);
    let mut written = String::with_capacity(mark.len() + new.len());
    written.push_str(mark);
    let mut rest: Vec<&str> = old.split_inclusive('\n').rev().collect();
    for line in new.split_inclusive('\n') {
        let found = rest.iter().rposition(|old| bare(old) == bare(line));
        match found.and_then(|place| rest.drain(place..).next()) {
            Some(old) if old.ends_with('\n') => written.push_str(old),
            _ => {
                written.push_str(bare(line));
                written.push_str(if line.ends_with('\n') { usual } else { "" });
            }
        }
    }
    written
}

/// How the lines of a text end.
pub(crate) fn newline(text: &str) -> &'static str {
    match text.split_inclusive('\n').next() {
        Some(line) if line.ends_with("\r\n") => "\r\n",
        _ => "\n",
    }
}

fn bare(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_they_did() {
        let text = "a = 1\nb = 2\nc = 3\nd = 4\n";
        let changed = text.replace("b = 2\n", "b = 7\n").replace("d = 4\n", "d = 4\ne = 5\n");
        for crlf in [0, 1, 2, 4] {
            let old = text.replacen('\n', "\r\n", crlf);
            let new = as_written(&old, &changed);
            let lines: Vec<_> = new.split_inclusive('\n').collect();
            assert_eq!(new.replace('\r', ""), changed, "{old:?}");
            assert_eq!(lines[2].ends_with("\r\n"), crlf > 2, "{new:?}");
            assert_eq!(lines[1].ends_with("\r\n"), crlf > 0, "{new:?}");
        }
        assert_eq!(as_written("\u{feff}a\r\nb", "a\nc\nb"), "\u{feff}a\r\nc\r\nb");
        assert_eq!(as_written("", "a\n"), "a\n");
    }
}
