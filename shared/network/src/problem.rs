//! The faults of a network file, with their remedies.

use std::fmt::{self, Display};

use crate::Finding;

/// One thing that is wrong with the file.
///
/// A value that could be a telephone number is not repeated, since this text reaches logs: the line says where to
/// look. A phone whose user name is a number appears by that name in the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The line in the file, from 1.
    pub line: usize,
    /// The key, by its dotted path; empty for the file as a whole.
    pub key: String,
    /// The fault.
    pub what: String,
    /// The remedy.
    pub remedy: String,
}

impl Problem {
    /// The same as a finding about a file of this name.
    #[must_use]
    pub fn finding(&self, file: impl Display) -> Finding {
        let Self { line, key, what, remedy } = self;
        let key = if key.is_empty() { String::new() } else { format!(": {key}") };
        Finding::new(format!("{file}: line {line}{key}"), what, remedy)
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

/// Everything that is wrong with the file, in the order of its lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
