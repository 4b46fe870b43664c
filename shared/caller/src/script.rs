//! The acts of the people on the phones: written beforehand, or chosen by the person at the terminal.

use std::collections::VecDeque;

use exchange::Keys;

use crate::{Ending, Terminal};

/// The acts, in order. The person at the terminal is asked for what is not written here.
#[derive(Debug, Default)]
pub struct Script {
    /// The keys pressed at each dial tone.
    pub keys: VecDeque<Keys>,
    /// How each Dial ends.
    pub endings: VecDeque<Ending>,
    /// Where each Dial that takes a REFER sends the caller.
    pub refers: VecDeque<String>,
}

/// The outcome of a Dial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    Ends(Ending),
    /// The other side sends the caller there.
    Refers(String),
}

impl Turn {
    /// Reads what a person answers.
    fn read(text: &str, takes_refer: bool) -> Result<Self, String> {
        let refer = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        if takes_refer && refer.0.eq_ignore_ascii_case("refer") {
            return match refer.1.trim() {
                "" => Err("write where to, such as refer 5035550123".to_owned()),
                target => Ok(Self::Refers(target.to_owned())),
            };
        }
        let more = if takes_refer { ", or refer and a target" } else { "" };
        let words = format!("completed, busy, no-answer, failed, canceled or unreachable{more}");
        text.parse().map(Self::Ends).map_err(|_| format!("write {words}"))
    }
}

impl Script {
    /// The keys pressed at the next dial tone.
    pub(crate) fn next_keys(&mut self, terminal: &dyn Terminal) -> Option<Keys> {
        self.keys.pop_front().or_else(|| {
            ask(terminal, "keys? ", |text| text.parse().map_err(|error: exchange::NoKey| error.to_string()))
        })
    }

    /// The outcome of the next Dial, which may take a REFER.
    pub(crate) fn next_turn(&mut self, terminal: &dyn Terminal, takes_refer: bool) -> Option<Turn> {
        if let Some(target) = takes_refer.then(|| self.refers.pop_front()).flatten() {
            return Some(Turn::Refers(target));
        }
        if let Some(ending) = self.endings.pop_front() {
            return Some(Turn::Ends(ending));
        }
        let question = if takes_refer {
            "how does it end? [completed], or refer TARGET: "
        } else {
            "how does it end? [completed] "
        };
        ask(terminal, question, |text| Turn::read(text, takes_refer))
    }

    /// The acts that the call was too short for, as `dialtone call` takes it: `--then busy`.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        let keys = self.keys.iter().map(|keys| format!("--digits '{}'", keys.as_str()));
        let endings = self.endings.iter().map(|ending| format!("--then {}", ending.as_str()));
        let refers = self.refers.iter().map(|target| format!("--refer {target}"));
        keys.chain(endings).chain(refers).collect()
    }
}

/// Asks until the answer can be read.
fn ask<T>(terminal: &dyn Terminal, question: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
    let mut question = question.to_owned();
    loop {
        match read(terminal.ask(&question)?.trim()) {
            Ok(value) => return Some(value),
            Err(error) => question = format!("{error}: "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Nobody;

    #[test]
    fn what_is_written_comes_in_order_and_the_rest_is_told() {
        let mut script = Script {
            keys: VecDeque::from(["1".parse().unwrap(), "#".parse().unwrap()]),
            endings: VecDeque::from([Ending::Busy, Ending::NoAnswer]),
            refers: VecDeque::from(["911".to_owned()]),
        };
        assert_eq!(script.next_keys(&Nobody), "1".parse().ok());
        assert_eq!(script.next_turn(&Nobody, false), Some(Turn::Ends(Ending::Busy)));
        assert_eq!(script.unused(), ["--digits '#'", "--then no-answer", "--refer 911"]);
        assert_eq!(script.next_turn(&Nobody, true), Some(Turn::Refers("911".to_owned())));
        assert_eq!(script.next_turn(&Nobody, true), Some(Turn::Ends(Ending::NoAnswer)));
        assert_eq!(script.next_turn(&Nobody, true), None);
    }

    #[test]
    fn a_person_may_refer_where_a_refer_is_taken() {
        let refers = |target: &str| Ok(Turn::Refers(target.to_owned()));
        assert_eq!(Turn::read("refer 503 555 0123", true), refers("503 555 0123"));
        assert_eq!(Turn::read("Refer  #", true), refers("#"));
        assert!(Turn::read("refer", true).unwrap_err().contains("refer 5035550123"));
        assert!(Turn::read("refer 911", false).is_err(), "a phone sends nobody elsewhere");
        for takes_refer in [true, false] {
            assert_eq!(Turn::read("", takes_refer), Ok(Turn::Ends(Ending::Completed)));
            assert_eq!(Turn::read("busy", takes_refer), Ok(Turn::Ends(Ending::Busy)));
        }
        assert!(Turn::read("x", true).unwrap_err().ends_with("or refer and a target"));
    }
}
