//! The person who is guided, and what they answer.

use std::io::{IsTerminal, stdin};

use crate::ask;
use crate::exit::{Failure, Result};
use crate::output;

/// Who is guided.
pub(in crate::doctor) trait Person {
    /// Tells.
    fn say(&mut self, text: &str);
    /// Asks, and waits for a line. None when no more will come.
    fn ask(&mut self, question: &str) -> Result<Option<String>>;
}

/// The person at the terminal.
pub(in crate::doctor) struct Terminal;

impl Person for Terminal {
    fn say(&mut self, text: &str) {
        output::line(text);
    }

    fn ask(&mut self, question: &str) -> Result<Option<String>> {
        if !stdin().is_terminal() {
            return Err(Failure::usage(
                "there is no terminal to ask at; write results down with `dialtone doctor --record CASE=pass`",
            ));
        }
        ask::line(question)
    }
}

/// Why a test has no result.
#[derive(Debug)]
pub(super) enum Leave {
    /// The person goes on to the next one.
    Skip,
    /// The person has had enough.
    Stop,
    Failed(Failure),
}

impl From<Failure> for Leave {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Waits until the person has dialled.
pub(super) fn until_done(person: &mut dyn Person) -> std::result::Result<(), Leave> {
    loop {
        let answer = person.ask("Enter when it is done, s to skip it, q to stop: ")?;
        if read(answer)?.is_empty() {
            return Ok(());
        }
    }
}

/// Asks yes or no.
pub(super) fn yes(person: &mut dyn Person, question: &str) -> std::result::Result<bool, Leave> {
    loop {
        let answer = person.ask(&format!("{question} [y/n] "))?;
        match read(answer)?.to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => person.say("Write y or n; s skips the test, q stops."),
        }
    }
}

/// The answer, unless it is to leave.
pub(super) fn read(answer: Option<String>) -> std::result::Result<String, Leave> {
    let Some(answer) = answer else { return Err(Leave::Stop) };
    match answer.to_ascii_lowercase().as_str() {
        "s" | "skip" => Err(Leave::Skip),
        "q" | "quit" => Err(Leave::Stop),
        _ => Ok(answer),
    }
}
