//! Lines that fit: broken at blanks, and what goes on is indented like the column it belongs to.

use textwrap::core::display_width;
use textwrap::{Options, WordSplitter, WrapAlgorithm};

/// From this length on, a line of a doc comment goes on in the next one.
const IS_BROKEN: usize = 90;

/// Breaks a line at blanks. Its rest is indented like its beginning, and in lists like their second column. A word that
/// is longer than the line stays whole, so that an address or a command can be copied.
pub fn wrapped(line: &str, width: usize) -> String {
    let line = line.trim_end();
    if display_width(line) <= width {
        return line.to_owned();
    }
    let indent = " ".repeat(start_of(line, width / 2));
    let options = Options::new(width)
        .subsequent_indent(&indent)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
        .break_words(false);
    textwrap::fill(line, options)
}

/// The column where a line's text begins: behind its indent, behind the first gap of two blanks in a list if that is not
/// too far to the right, or two to the right of a mark such as `error:`.
fn start_of(line: &str, furthest: usize) -> usize {
    let indent = line.chars().take_while(|c| *c == ' ').count();
    let text = line.get(indent..).unwrap_or_default();
    let first = text.split(' ').next().unwrap_or_default();
    if indent == 0 && first.ends_with(':') {
        return 2;
    }
    let Some((name, rest)) = text.split_once("  ") else { return indent };
    let gap = 2 + rest.chars().take_while(|c| *c == ' ').count();
    let column = indent + display_width(name) + gap;
    if column > furthest || rest.trim().is_empty() { indent } else { column }
}

/// The lines, with paragraphs that were broken by hand in one again: those before the usage.
#[must_use]
pub fn rejoined(text: &str) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_keep_their_indent() {
        assert_eq!(wrapped("one two three", 8), "one two\nthree");
        assert_eq!(wrapped("    one two three", 11), "    one two\n    three");
        assert_eq!(
            wrapped("  serve    answers on one port", 24),
            "  serve    answers on\n           one port"
        );
        assert_eq!(wrapped("averyverylongword x", 5), "averyverylongword\nx");
        assert_eq!(
            wrapped("error: lobby has no-hyphen-breaks", 15),
            "error: lobby\n  has\n  no-hyphen-breaks"
        );
        assert_eq!(wrapped("  short", 20), "  short");
    }

    #[test]
    fn colours_take_no_place_and_wide_letters_take_two() {
        let bold = "\u{1b}[1mone\u{1b}[0m";
        assert_eq!(wrapped(&format!("{bold} two three"), 8), format!("{bold} two\nthree"));
        assert_eq!(wrapped(&format!("  {bold}  two three"), 14), format!("  {bold}  two\n       three"));
        assert_eq!(wrapped("日本 日本", 6), "日本\n日本");
    }

    #[test]
    fn paragraphs_are_whole_again_and_examples_are_not_touched() {
        let long = "word ".repeat(19);
        let long = long.trim();
        let text = format!("{long}\nmore\n\n  dialtone a\n  dialtone b\n\nUsage: {long}\nnext");
        let lines = rejoined(&text);
        assert_eq!(lines[0], format!("{long} more"));
        assert_eq!(lines[1..4], ["", "  dialtone a", "  dialtone b"]);
        assert_eq!(lines.last().map(String::as_str), Some("next"));
    }
}
