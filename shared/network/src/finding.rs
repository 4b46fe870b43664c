//! A fault, what it is about, and its remedy.

use std::fmt::{self, Display};

use serde::Serialize;

/// One thing that a person should know: what it is about, what is wrong, and what to do.
///
/// Every report is made of these: the problems of a file, the rows of the doctor, the notes of a plan, the errors of a
/// command and their `--json`. None holds a telephone number of a caller or callee, a token or a password.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The key, phone, number of the network or part of the account; empty for the whole.
    pub about: String,
    /// The fault, in the present tense and without a full stop.
    pub what: String,
    /// The remedy, in the imperative; empty if there is nothing to do.
    pub remedy: String,
}

impl Finding {
    /// A finding of these parts.
    #[must_use]
    pub fn new(about: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { about: about.into(), what: what.into(), remedy: remedy.into() }
    }
}

/// On one line: `about: what; remedy`.
impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.about.is_empty() {
            write!(f, "{}: ", self.about)?;
        }
        f.write_str(&self.what)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        Ok(())
    }
}

/// A list of names in a sentence: the first `most` of them, and how many more there are.
#[must_use]
pub fn some_of<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let shown: Vec<_> = names.iter().take(most).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line() {
        assert_eq!(
            Finding::new("lobby", "has no number", "add one").to_string(),
            "lobby: has no number; add one"
        );
        assert_eq!(Finding::new("", "is empty", "").to_string(), "is empty");
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(some_of(&["a", "b"], 2), "a, b");
        assert_eq!(some_of(&["a", "b", "c"], 2), "a, b and 1 more");
        assert_eq!(some_of::<&str>(&[], 2), "");
    }
}
