//! The faults of a network file, with their remedies.

use std::fmt::{self, Display};

use serde::Serialize;

use crate::Finding;

/// One thing that is wrong with the file.
///
/// A value that could be a telephone number is not repeated, since this text reaches logs: the line says where to
/// look. A phone whose user name is a number appears by that name in the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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
        Finding::new(format!("{file}: {}", self.place()), &self.what, &self.remedy)
    }

    /// The same where the file needs no name.
    #[must_use]
    pub fn in_file(&self) -> Finding {
        Finding::new(self.place(), &self.what, &self.remedy)
    }

    /// The line, and the key if there is one.
    fn place(&self) -> String {
        match self.key.as_str() {
            "" => format!("line {}", self.line),
            key => format!("line {}: {key}", self.line),
        }
    }
}

/// Where and what, on one line. The remedy is in the finding.
impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.what)
    }
}

/// How many problems fit into the one line of an error.
const SHOWN: usize = 3;

/// Everything that is wrong with the file, in the order of its lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

/// The first of them on one line, and how many more there are.
impl Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<_> = self.0.iter().take(SHOWN).map(ToString::to_string).collect();
        f.write_str(&shown.join(", "))?;
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
