//! Questions to the person at the terminal.

use std::io::{self, IsTerminal, stdin};

use crate::exit::{Failure, Result};
use crate::output;

/// Asks yes or no. Anything but yes is no.
pub(crate) fn confirm(question: &str) -> Result<bool> {
    let answer = answer(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a name to be typed, where a habit of typing `y` would do harm.
pub(crate) fn confirm_by_name(question: &str, name: &str) -> Result<bool> {
    Ok(answer(&format!("{question} Type {name} to go on: "))? == name)
}

/// One line from the terminal.
pub(crate) fn answer(question: &str) -> Result<String> {
    if !stdin().is_terminal() {
        return Err(Failure::usage(
            "",
            "there is no terminal to ask at",
            "add --yes to go on without asking",
        ));
    }
    Ok(line(question)?.unwrap_or_default())
}

/// A line from the terminal, and none if the person ends the input (Ctrl-D).
pub(crate) fn line(question: &str) -> Result<Option<String>> {
    read_line(question).map_err(|error| Failure::usage("", format!("cannot read the answer: {error}"), ""))
}

/// A line from standard input, and none at its end.
pub(crate) fn read_line(question: &str) -> io::Result<Option<String>> {
    output::prompt(question);
    let mut line = String::new();
    if stdin().read_line(&mut line)? == 0 {
        // The next output begins a line of its own.
        output::aside("");
        return Ok(None);
    }
    Ok(Some(line.trim().to_owned()))
}
