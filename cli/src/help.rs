//! Help that fits the terminal, and usage lines that name only what is needed.

use std::io::stderr;

use clap::{Command, Error};
use network::Finding;

use crate::answer;
use crate::exit::Outcome;
use crate::output::{self, rejoined, wrapped};

/// How wide help is at most, in characters; wider is tiring to read.
const WIDEST: u16 = 100;

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
pub(crate) fn print(error: &Error, is_json: bool) -> Outcome {
    let is_wrong = error.use_stderr();
    if is_wrong && is_json {
        answer::print_with(Outcome::Usage, &[finding(&error.render().to_string())], None::<()>);
    }
    let width = if is_wrong { output::columns_of(&stderr()) } else { output::columns() };
    let width = width.map_or(WIDEST, |columns| columns.min(WIDEST));
    let text = rejoined(&error.render().ansi().to_string());
    let lines: Vec<_> = text.iter().map(|line| wrapped(line, usize::from(width))).collect();
    output::painted(lines.join("\n").trim_end(), is_wrong);
    if is_wrong { Outcome::Usage } else { Outcome::Done }
}

/// What is wrong with the arguments, from the parser's paragraphs: what is wrong, perhaps a tip, and the usage.
fn finding(text: &str) -> Finding {
    let paragraphs = text.split("\n\n").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let (mut what, mut remedy) = (String::new(), String::new());
    for paragraph in paragraphs {
        if let Some(wrong) = paragraph.strip_prefix("error: ") {
            wrong.clone_into(&mut what);
        } else if let Some(tip) = paragraph.strip_prefix("tip: ") {
            tip.clone_into(&mut remedy);
        } else if let (Some(usage), true) = (paragraph.strip_prefix("Usage: "), remedy.is_empty()) {
            remedy = format!("write {usage}");
        }
    }
    Finding::new("", what, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_arguments_are_a_finding() {
        let text = "error: the following required arguments were not provided:\n  <PHONE>\n  <DIALLED>\n\nUsage: dialtone explain <PHONE> <DIALLED>\n\nFor more information, try '--help'.\n";
        let what = "the following required arguments were not provided: <PHONE> <DIALLED>";
        assert_eq!(finding(text), Finding::new("", what, "write dialtone explain <PHONE> <DIALLED>"));
        let text = "error: unexpected argument '--jsn' found\n\n  tip: a similar argument exists: '--json'\n\nUsage: dialtone check [OPTIONS]\n";
        let tip = "a similar argument exists: '--json'";
        assert_eq!(finding(text), Finding::new("", "unexpected argument '--jsn' found", tip));
    }
}
