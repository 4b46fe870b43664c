//! Questions to the person at the terminal.

use std::io::{IsTerminal, stdin};

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
        return Err(Failure::usage("there is no terminal to ask at; add --yes to go on without asking"));
    }
    Ok(line(question)?.unwrap_or_default())
}

/// The same, and none where the person ends the input (Ctrl-D).
pub(crate) fn line(question: &str) -> Result<Option<String>> {
    output::prompt(question);
    let mut line = String::new();
    let length = stdin()
        .read_line(&mut line)
        .map_err(|error| Failure::usage(format!("cannot read the answer: {error}")))?;
    if length == 0 {
        // What comes next begins a line of its own.
        output::aside("");
        return Ok(None);
    }
    Ok(Some(line.trim().to_owned()))
}
