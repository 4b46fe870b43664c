//! What commands print.

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};

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

/// The narrowest terminal that anything is fitted to.
const NARROWEST: u16 = 40;

/// How many columns the terminal has that standard output is; none if it is no terminal, or does not say.
pub(crate) fn columns() -> Option<u16> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let set = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    set.or_else(asked).filter(|columns| *columns > 0).map(|columns| columns.max(NARROWEST))
}

/// The standard library has no way to ask a terminal for its size; `stty` does, of its own standard input.
fn asked() -> Option<u16> {
    let terminal = io::stdout().as_fd().try_clone_to_owned().ok()?;
    let output = Command::new("stty").arg("size").stdin(terminal).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.split_whitespace().nth(1)?.parse().ok()
}
