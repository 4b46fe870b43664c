//! A difference in words.

use network::Finding;

use crate::{Change, Difference};

impl Difference {
    /// What is missing, and if nothing is to be written what differs, too.
    #[must_use]
    pub fn findings(&self, is_only_checked: bool) -> Vec<Finding> {
        let mut findings = self.missing.clone();
        if is_only_checked {
            findings.extend(self.changes.iter().map(|Change { name, from, to }| {
                Finding::new(name, format!("is {}, not {}", shown(from), shown(to)), "run it without --check")
            }));
        }
        findings
    }

    /// A line for each change.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let width = self.changes.iter().map(|change| change.name.len()).max().unwrap_or_default();
        let line =
            |Change { name, from, to }: &Change| format!("~ {name:width$}  {} -> {}", shown(from), shown(to));
        self.changes.iter().map(line).collect()
    }
}

/// Reads `NAME=VALUE`.
///
/// # Errors
///
/// It is something else; says what to write.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("write NAME=VALUE, such as AlarmEmail=ops@example.org".into()),
    }
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "(none)" } else { value }
}
