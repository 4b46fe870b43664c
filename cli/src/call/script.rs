//! What the people on the phones do: as the command line says, or as the person at the terminal says.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use super::ending::Ending;
use super::keys::Keys;
use crate::output;

/// What happens, in order.
pub(super) struct Script {
    pub(super) keys: VecDeque<Keys>,
    pub(super) endings: VecDeque<Ending>,
    pub(super) refers: VecDeque<String>,
    /// Whether there is a person to ask for what is not written here.
    pub(super) asks: bool,
}

impl Script {
    /// What is pressed at a dial tone.
    pub(super) fn next_keys(&mut self) -> Option<Keys> {
        self.keys.pop_front().or_else(|| self.ask("keys? ", str::parse))
    }

    /// How a Dial ends.
    pub(super) fn next_ending(&mut self) -> Option<Ending> {
        self.endings.pop_front().or_else(|| {
            self.ask("how does it end? [completed] ", |text| {
                let words = "completed, busy, no-answer, failed, canceled or unreachable";
                Ending::read(text).map_err(|_| format!("write {words}"))
            })
        })
    }

    /// Where the other side of a Dial sends the caller.
    pub(super) fn next_refer(&mut self) -> Option<String> {
        self.refers.pop_front()
    }

    /// What the call was too short for, as it stands on the command line.
    pub(super) fn unused(&self) -> Vec<String> {
        let keys = self.keys.iter().map(|keys| format!("--digits '{}'", keys.as_str()));
        let endings = self.endings.iter().map(|ending| format!("--then {}", ending.as_str()));
        let refers = self.refers.iter().map(|target| format!("--refer {target}"));
        keys.chain(endings).chain(refers).collect()
    }

    fn ask<T>(&self, question: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        if !self.asks {
            return None;
        }
        let mut question = question.to_owned();
        loop {
            let mut answer = String::new();
            // The answer belongs on the same line; a terminal that cannot be written to has no answer either.
            output::prompt(&question);
            if io::stdin().lock().read_line(&mut answer).ok()? == 0 {
                return None;
            }
            match read(answer.trim()) {
                Ok(value) => return Some(value),
                Err(error) => question = format!("{error}: "),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_comes_in_order_and_the_rest_is_told() {
        let mut script = Script {
            keys: VecDeque::from(["1".parse().unwrap(), "#".parse().unwrap()]),
            endings: VecDeque::from([Ending::Busy, Ending::NoAnswer]),
            refers: VecDeque::from(["911".to_owned()]),
            asks: false,
        };
        assert_eq!(script.next_keys(), "1".parse().ok());
        assert_eq!(script.next_ending(), Some(Ending::Busy));
        assert_eq!(script.unused(), ["--digits '#'", "--then no-answer", "--refer 911"]);
        assert_eq!(script.next_refer().as_deref(), Some("911"));
        assert_eq!(script.next_refer(), None);
    }
}
