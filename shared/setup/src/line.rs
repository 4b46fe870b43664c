//! A change in a line, and its values.

use provision::{Action, Summary};

/// One change on one line.
pub(crate) fn line_of(summary: &Summary) -> String {
    format!("{} {:<26} {}", mark_of(summary.action), summary.kind, summary.name)
}

/// How a line of a plan begins.
pub(crate) fn mark_of(action: Action) -> char {
    match action {
        Action::Create => '+',
        Action::Update => '~',
        Action::Delete => '-',
        Action::Buy => '$',
    }
}

/// A value as people read it.
pub(crate) fn shown(value: &str) -> &str {
    if value.is_empty() { "(none)" } else { value }
}
