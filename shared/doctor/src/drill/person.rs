//! The person who is guided, and the answers.

use std::io;

/// The person who is guided.
pub trait Person {
    /// Shows a text.
    fn say(&mut self, text: &str);

    /// Asks, and waits for a line. None when no more will come.
    ///
    /// # Errors
    ///
    /// The answer cannot be read.
    fn ask(&mut self, question: &str) -> io::Result<Option<String>>;
}

/// Why a test has no result.
#[derive(Debug)]
pub(super) enum Leave {
    /// The person goes on to the next one.
    Skip,
    /// The person stops.
    Stop,
    /// The answer cannot be read.
    Failed(io::Error),
}

impl From<io::Error> for Leave {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Waits until the person has dialled.
pub(super) fn until_done(person: &mut dyn Person) -> Result<(), Leave> {
    loop {
        let answer = person.ask("Enter when it is done, s to skip it, q to stop: ")?;
        if read(answer)?.is_empty() {
            return Ok(());
        }
    }
}

/// Asks yes or no.
pub(super) fn yes(person: &mut dyn Person, question: &str) -> Result<bool, Leave> {
    loop {
        let answer = person.ask(&format!("{question} [y/n] "))?;
        match read(answer)?.to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => person.say("Write y or n; s skips the test, q stops."),
        }
    }
}

/// The answer, unless it skips or stops.
pub(super) fn read(answer: Option<String>) -> Result<String, Leave> {
    let Some(answer) = answer else { return Err(Leave::Stop) };
    match answer.to_ascii_lowercase().as_str() {
        "s" | "skip" => Err(Leave::Skip),
        "q" | "quit" => Err(Leave::Stop),
        _ => Ok(answer),
    }
}
