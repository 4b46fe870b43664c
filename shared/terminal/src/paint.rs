//! Colours for what must not be missed. Whether they are shown is decided where they are written: not in a pipe, and as
//! NO_COLOR, CLICOLOR and CLICOLOR_FORCE say.

use anstyle::{AnsiColor, Style};

const BAD: Style = AnsiColor::Red.on_default().bold();
const CAREFUL: Style = AnsiColor::Yellow.on_default().bold();

/// Words at the beginning of a line that say of which kind it is.
const MARKS: [(&str, Style); 7] = [
    ("error:", BAD),
    ("FAIL", BAD),
    ("warning:", CAREFUL),
    ("caution:", CAREFUL),
    ("advice:", CAREFUL),
    ("warn", CAREFUL),
    ("doubtful", CAREFUL),
];

/// Words that say anywhere that something is bad. The house writes them in capitals.
const ALARMS: [&str; 4] = ["FAILED", "REFUSED", "UNREACHABLE", "ANOTHER"];

/// Paints the marks and the alarms of a line.
pub(super) fn marks(line: &str) -> String {
    let text = line.trim_start();
    let is_mark = |mark: &str| {
        text.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    };
    let mut painted = line.to_owned();
    if let Some((mark, style)) = MARKS.iter().find(|(mark, _)| is_mark(mark)) {
        painted = painted.replacen(mark, &in_colour(mark, *style), 1);
    }
    for alarm in ALARMS {
        if text.split(|c: char| !c.is_alphanumeric()).any(|word| word == alarm) {
            painted = painted.replacen(alarm, &in_colour(alarm, BAD), 1);
        }
    }
    painted
}

fn in_colour(word: &str, style: Style) -> String {
    format!("{style}{word}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_painted_at_the_beginning_and_alarms_anywhere() {
        assert_eq!(marks("  FAIL  x"), format!("  {}  x", in_colour("FAIL", BAD)));
        assert_eq!(marks("warn  x warn"), format!("{}  x warn", in_colour("warn", CAREFUL)));
        assert_eq!(marks("lobby  UNREACHABLE"), format!("lobby  {}", in_colour("UNREACHABLE", BAD)));
        for plain in ["warning lights", "FAILURE", "no error: here", "warned"] {
            assert_eq!(marks(plain), plain);
        }
    }
}
