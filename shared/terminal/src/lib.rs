//! Output of commands: for people wrapped, painted and without control characters, for programs as it is.
//!
//! Standard output has the answer ([`line()`], [`json`], [`verbatim`]), standard error everything beside it ([`aside`], [`error`],
//! [`Progress`]). Text for people may hold anything that another side said: it cannot move the cursor or begin a line of its own.

mod paint;
mod progress;
mod wrap;

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

use network::Finding;
use rustix::termios::tcgetwinsize;
use serde::Serialize;

pub use progress::{Progress, about, time_left};
pub use wrap::{rejoined, wrapped};

/// The narrowest terminal that anything is fitted to.
const NARROWEST: u16 = 40;

/// Prints lines for the person who reads standard output. A reader who has gone away is no error.
pub fn line(text: &str) {
    progress::wipe();
    let _ = write!(anstream::stdout(), "{}", for_people(text, columns()));
}

/// Prints lines beside the output proper.
pub fn aside(text: &str) {
    progress::wipe();
    let _ = write!(anstream::stderr(), "{}", for_people(text, columns_of(&io::stderr())));
}

/// Prints a line for a program: nothing is broken or changed.
pub fn verbatim(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Asks a person at a terminal, on the line where the answer will stand.
pub fn prompt(question: &str) {
    progress::wipe();
    let _ = write!(io::stderr(), "{}", shown(question)).and_then(|()| io::stderr().flush());
}

/// Prints what went wrong, with its mark.
pub fn error(finding: &Finding) {
    aside(&format!("error: {}", plain(&finding.to_string())));
}

/// Prints a value as one line of JSON.
pub fn json(value: &impl Serialize) {
    // What is printed are strings, numbers and lists of them.
    verbatim(&serde_json::to_string(value).unwrap_or_default());
}

/// Prints text that is painted already: help and the complaints of the parser.
pub fn painted(text: &str, is_error: bool) {
    let _ = match is_error {
        true => writeln!(anstream::stderr(), "{text}"),
        false => writeln!(anstream::stdout(), "{text}"),
    };
}

/// How many columns to write in on standard output: the terminal's, or in a pipe those of COLUMNS. None means that
/// lines may be as long as they are.
pub fn columns() -> Option<u16> {
    columns_of(&io::stdout())
}

/// The same for any stream.
pub fn columns_of(stream: &(impl IsTerminal + AsFd)) -> Option<u16> {
    let of_terminal = || tcgetwinsize(stream).ok().map(|size| size.ws_col).filter(|columns| *columns > 0);
    let asked = || std::env::var("COLUMNS").ok()?.trim().parse().ok();
    let columns = if stream.is_terminal() { of_terminal() } else { None };
    columns.or_else(asked).filter(|columns| *columns > 0).map(|columns| columns.max(NARROWEST))
}

/// One line whatever is in it: a foreign text cannot move the cursor, change colours or begin a line of its own.
pub fn plain(text: &str) -> String {
    escaped(text, |_| false)
}

fn shown(text: &str) -> String {
    escaped(text, |c| c == '\n')
}

fn escaped(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmful(c) && !is_kept(c) {
            escaped.extend(c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Control characters, and those that turn the direction of writing (Unicode Standard Annex 9, 2.1 to 2.6).
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Lines that end in a line feed each.
pub fn for_people(text: &str, columns: Option<u16>) -> String {
    let text = shown(text);
    let mut lines = String::with_capacity(text.len() + 1);
    for line in text.split('\n') {
        let line = match columns {
            Some(columns) => wrapped(line, usize::from(columns)),
            None => line.to_owned(),
        };
        lines.push_str(&paint::marks(&line));
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_on_its_line_and_moves_nothing() {
        let hostile = "a\u{1b}[2Jb\r\nPOST /x  200\u{7}\u{9b}1m\u{202e}c\u{7f}";
        assert_eq!(plain(hostile), "a\\u{1b}[2Jb\\r\\nPOST /x  200\\u{7}\\u{9b}1m\\u{202e}c\\u{7f}");
        assert_eq!(plain("¿Qué? \"ok\" 日本"), "¿Qué? \"ok\" 日本");
        assert_eq!(for_people("a\nb\u{1b}", None), "a\nb\\u{1b}\n");
    }

    #[test]
    fn people_read_lines_that_fit() {
        let long = "note: one two three four five six seven eight nine";
        let lines = for_people(long, Some(40));
        assert!(
            anstream::adapter::strip_str(&lines).to_string().lines().all(|line| line.chars().count() <= 40)
        );
        assert!(lines.lines().nth(1).is_some_and(|line| line.starts_with("  ")), "{lines}");
    }
}
