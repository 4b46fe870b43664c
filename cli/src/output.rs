//! What commands print.

use std::io::{self, Write};

use serde::Serialize;

/// Prints a line for the person, or the program, that reads standard output. A reader who has gone away is no error.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Prints a line beside the output proper.
pub(crate) fn aside(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Asks a person at a terminal, on the line where the answer will stand.
pub(crate) fn prompt(question: &str) {
    let _ = write!(io::stderr(), "{question}").and_then(|()| io::stderr().flush());
}

/// Prints what went wrong, each line with its mark.
pub(crate) fn error(text: &str) {
    text.lines().for_each(|line| aside(&format!("error: {line}")));
}

/// Prints a value as one line of JSON.
pub(crate) fn json(value: &impl Serialize) {
    // What is printed are strings, numbers and lists of them.
    line(&serde_json::to_string(value).unwrap_or_default());
}
