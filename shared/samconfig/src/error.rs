//! How `samconfig.toml` fails.

use std::io;
use std::path::PathBuf;

use network::Finding;

/// Why the file cannot be read, changed or written. `Display` is one line; the cause is its `source()`.
#[derive(Debug, thiserror::Error)]
pub enum SamconfigError {
    /// The file cannot be read or written.
    #[error("{} cannot be read or written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("{} is no TOML", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line of the first mistake, from 1; none if the parser does not say.
        line: Option<usize>,
        /// The parser's error.
        source: Box<toml_edit::TomlError>,
    },
    /// A stage has its parameters in another form than a list.
    #[error("{}: the parameters of {stage} are no list", path.display())]
    NoList {
        /// The file.
        path: PathBuf,
        /// The stage.
        stage: String,
    },
    /// A stage is something else than tables.
    #[error("{}: {stage}.deploy.parameters is no table", path.display())]
    NoTable {
        /// The file.
        path: PathBuf,
        /// The stage.
        stage: String,
    },
}

impl SamconfigError {
    /// The fault in the file, and its remedy.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let (path, what, remedy) = match self {
            Self::Io { path, source } => (path, source.to_string(), "choose another with --file FILE"),
            Self::Syntax { path, line, .. } => {
                let line = line.map(|line| format!(" in line {line}")).unwrap_or_default();
                (path, format!("is no TOML{line}"), "mend it there")
            }
            Self::NoList { path, stage } => (
                path,
                format!("{stage}.deploy.parameters.parameter_overrides is no list"),
                "write it as [\"NAME=VALUE\", …]",
            ),
            Self::NoTable { path, stage } => {
                (path, format!("{stage}.deploy.parameters is no table"), "make it one")
            }
        };
        Finding::new(path.display().to_string(), what, remedy)
    }
}
