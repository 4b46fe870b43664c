//! A file without its comments.

/// The text without the lines that hold nothing but a comment. What is left means the same, on other lines.
///
/// None if a string may go over several lines: there a line that begins with `#` is not a comment (TOML 1.0, "String").
///
/// It takes bytes, since most of what would have to be proven to be UTF-8 goes. None if what is left is not.
pub(crate) fn without(text: &[u8]) -> Option<String> {
    let mut kept = Vec::with_capacity(text.len());
    let mut start = 0;
    // The end of the text ends a line, too.
    for end in memchr::memchr_iter(b'\n', text).map(|end| end + 1).chain([text.len()]) {
        let line = text.get(start..end)?;
        start = end;
        let first = line.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
        if first != Some(&b'#') {
            kept.extend_from_slice(line);
        }
    }
    // Such a string begins on a line that was kept: nothing before it was taken for a comment wrongly.
    let kept = String::from_utf8(kept).ok()?;
    (!has_three(&kept, b'"') && !has_three(&kept, b'\'')).then_some(kept)
}

/// Whether a quote stands three times in a row.
fn has_three(text: &str, quote: u8) -> bool {
    let (mut last, mut row) = (None, 0);
    memchr::memchr_iter(quote, text.as_bytes()).any(|at| {
        row = if at > 0 && last == Some(at - 1) { row + 1 } else { 1 };
        last = Some(at);
        row == 3
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fingerprint, NetworkFile};

    #[test]
    fn only_comments_go() {
        for (text, kept) in [
            ("", Some("")),
            ("# a\nb = 1 # c\n \t# d\n\n#e", Some("b = 1 # c\n\n")),
            ("# a\r\nb = [\r\n# c\r\n1]\r\n", Some("b = [\r\n1]\r\n")),
            ("a = \"#\"\n\"#\" = 1\n", Some("a = \"#\"\n\"#\" = 1\n")),
            ("a = \"\"\"\n# text\n\"\"\"\n", None),
            ("a = '''\n# text\n'''\n", None),
            ("# \"\"\"\na = 1\n", Some("a = 1\n")),
            // A key in quotes at the very beginning.
            ("# a\n\"b\" = 1\n", Some("\"b\" = 1\n")),
        ] {
            assert_eq!(without(text.as_bytes()).as_deref(), kept, "{text:?}");
        }
    }

    /// A function reads every file as `check` does, to the last phone.
    #[test]
    fn a_file_means_the_same_without_its_comments() {
        let example = include_str!("../../../examples/dialtone.toml");
        for text in [
            example,
            include_str!("../tests/small.toml"),
            include_str!("../../../tests/vectors/network.toml"),
        ] {
            let whole = NetworkFile::parse(text).unwrap();
            let noted = NetworkFile::parse_noted(text.as_bytes(), Fingerprint::of(text)).unwrap();
            for stage in whole.stages() {
                let shown = |file: &NetworkFile| {
                    let network = file.network(stage).unwrap();
                    // Maps have no order.
                    let phones = format!("{:?} {:?}", network.extensions(), network.notify());
                    format!(
                        "{phones} {:?} {:?} {:?}",
                        network.codes,
                        network.addresses,
                        network.fingerprint()
                    )
                };
                assert!(shown(&noted) == shown(&whole), "{stage}");
            }
        }
        assert!(without(example.as_bytes()).unwrap().len() < example.len() / 2, "there is nothing to gain");
    }

    #[test]
    fn a_problem_has_its_line_in_the_whole_file() {
        let text = "# one\n# two\n[network]\nname = \"n\"\n# five\nregion = \"??\"\n";
        let found = NetworkFile::parse_noted(text.as_bytes(), Fingerprint::of(text)).unwrap_err();
        assert!(found.to_string().contains("line 6: network.region"), "{found}");
    }

    #[test]
    fn what_is_not_text_is_said() {
        let mut file = include_bytes!("../tests/small.toml").to_vec();
        file.extend_from_slice(b"a = \"\xff\"\n");
        let found = NetworkFile::parse_noted(&file, Fingerprint::of(&file)).unwrap_err();
        assert_eq!(found.0[0].what, "is not text in UTF-8");
    }
}
