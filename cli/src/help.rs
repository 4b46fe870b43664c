//! Help that fits the terminal, and usage lines that name only what is needed.

use std::io::{IsTerminal, stdout};

use clap::{Command, Error};

use crate::exit::Outcome;
use crate::output;

/// How wide help is at most, in characters; wider is tiring to read.
const WIDEST: u16 = 100;

/// From this length on, a line of a doc comment goes on in the next one.
const IS_BROKEN: usize = 90;

/// The columns to write in: those of the terminal, but not more than these.
pub(crate) fn columns(most: u16) -> u16 {
    output::columns().map_or(most, |columns| columns.min(most))
}

/// Says how to begin, to somebody who typed the bare name.
///
/// It is on standard error and the exit code is that of wrong usage, since a script that forgets its command must fail.
pub(crate) fn what_next() -> Outcome {
    let has_file = std::path::Path::new("dialtone.toml").exists();
    let next: &[(&str, &str)] = if has_file {
        &[
            ("dialtone check", "is ./dialtone.toml good?"),
            ("dialtone explain PHONE DIALLED", "what would a call do, and why?"),
            ("dialtone serve", "answer Twilio's webhooks"),
            ("dialtone doctor", "is the network healthy?"),
        ]
    } else {
        &[
            ("dialtone init", "write a first network file, dialtone.toml"),
            ("dialtone check --config FILE", "read a file that is there already"),
            ("dialtone --help", "all commands"),
        ]
    };
    let width = next.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    output::aside("What next?\n");
    next.iter().for_each(|(command, what)| output::aside(&format!("  {command:width$}  {what}")));
    Outcome::Usage
}

/// Fixes the usage line of every command. Left to itself, the parser takes options that come from the environment for
/// ones that were typed, and names them when something else is missing.
pub(crate) fn with_usage(mut command: Command) -> Command {
    command.build();
    fixed(command)
}

fn fixed(mut command: Command) -> Command {
    let usage = command.render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned();
    command.override_usage(usage).mut_subcommands(fixed)
}

/// Prints what the parser has to say: help, the version, or what is wrong.
pub(crate) fn print(error: &Error) -> Outcome {
    if error.use_stderr() {
        // Nobody is left to be told when this fails.
        let _ = error.print();
        return Outcome::Usage;
    }
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_none_or(|kind| kind == "dumb");
    let text = error.render();
    let text = if stdout().is_terminal() && !is_dumb && !is_set("NO_COLOR") {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    output::line(wrapped(&text, usize::from(columns(WIDEST))).trim_end());
    Outcome::Done
}

/// Breaks long lines at blanks. What goes on is indented like its beginning, and in lists like the second column.
fn wrapped(text: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len());
    for line in joined(text) {
        let line = line.trim_end();
        if visible(line) <= width {
            wrapped.push_str(line);
            wrapped.push('\n');
            continue;
        }
        let start = start_of(line, width / 2);
        let (head, rest) = line.split_at(line.len().min(bytes_of(line, start)));
        wrapped.push_str(head);
        let mut at = start;
        for (index, word) in rest.split_whitespace().enumerate() {
            if index > 0 && at + 1 + visible(word) > width {
                wrapped.push('\n');
                wrapped.extend(std::iter::repeat_n(' ', start));
                at = start;
            } else if index > 0 {
                wrapped.push(' ');
                at += 1;
            }
            wrapped.push_str(word);
            at += visible(word);
        }
        wrapped.push('\n');
    }
    wrapped
}

/// The lines, with paragraphs that were broken by hand in one again: those before the usage.
fn joined(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut is_over = false;
    let mut is_broken = false;
    for line in text.lines() {
        is_over |= line.contains("Usage:");
        let is_plain = !is_over && line.starts_with(|c: char| !c.is_whitespace());
        match lines.last_mut() {
            Some(last) if is_plain && is_broken => {
                last.push(' ');
                last.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
        is_broken = is_plain && line.chars().count() >= IS_BROKEN;
    }
    lines
}

/// The column where a line's text begins: behind its indent, or behind the first gap of two blanks in a list, if that
/// is not too far to the right.
fn start_of(line: &str, furthest: usize) -> usize {
    let indent = line.chars().take_while(|c| *c == ' ').count();
    if indent == 0 {
        return 0;
    }
    let text = line.get(indent..).unwrap_or_default();
    let Some((name, rest)) = text.split_once("  ") else { return indent };
    let gap = 2 + rest.chars().take_while(|c| *c == ' ').count();
    let column = indent + visible(name) + gap;
    if column > furthest { indent } else { column }
}

/// How many columns a text takes: all of its characters but the escape sequences that colour it.
fn visible(text: &str) -> usize {
    let (mut count, mut is_escape) = (0, false);
    for c in text.chars() {
        match c {
            '\u{1b}' => is_escape = true,
            'm' if is_escape => is_escape = false,
            _ if is_escape => {}
            _ => count += 1,
        }
    }
    count
}

/// How many bytes the first so many columns take.
fn bytes_of(text: &str, columns: usize) -> usize {
    let (mut count, mut is_escape) = (0, false);
    for (at, c) in text.char_indices() {
        if count == columns && !is_escape && c != '\u{1b}' {
            return at;
        }
        match c {
            '\u{1b}' => is_escape = true,
            'm' if is_escape => is_escape = false,
            _ if is_escape => {}
            _ => count += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_keep_their_indent() {
        assert_eq!(wrapped("one two three", 8), "one two\nthree\n");
        assert_eq!(wrapped("    one two three", 11), "    one two\n    three\n");
        assert_eq!(
            wrapped("  serve    answers on one port", 24),
            "  serve    answers on\n           one port\n"
        );
        assert_eq!(wrapped("averyverylongword x", 5), "averyverylongword\nx\n");
        assert_eq!(wrapped("  short\n\n  line", 20), "  short\n\n  line\n");
    }

    #[test]
    fn colours_take_no_place() {
        let bold = "\u{1b}[1mone\u{1b}[0m";
        assert_eq!(visible(bold), 3);
        assert_eq!(wrapped(&format!("{bold} two three"), 8), format!("{bold} two\nthree\n"));
        assert_eq!(wrapped(&format!("  {bold}  two three"), 14), format!("  {bold}  two\n       three\n"));
    }

    #[test]
    fn paragraphs_are_whole_again_and_examples_are_not_touched() {
        let long = "word ".repeat(19);
        let long = long.trim();
        let text = format!("{long}\nmore\n\n  dialtone a\n  dialtone b\n\nUsage: {long}\nnext");
        let lines = joined(&text);
        assert_eq!(lines[0], format!("{long} more"));
        assert_eq!(lines[1..4], ["", "  dialtone a", "  dialtone b"]);
        assert_eq!(lines.last().map(String::as_str), Some("next"));
    }
}
