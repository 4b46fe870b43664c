//! Cells as spreadsheets leave them.

use std::borrow::Cow;

/// A cell that begins with one of these is a formula to a spreadsheet (OWASP, *CSV Injection*), and `+15035550110` becomes the
/// amount 15035550110.
fn begins_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A text as a cell that every spreadsheet takes for text: an apostrophe before what would be a formula. What begins like a
/// cell that was so guarded is guarded, too, so that [`unguarded`] gives back every text.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if begins_a_formula(text) || is_guarded(text) { format!("'{text}").into() } else { text.into() }
}

/// The text of a cell: without the apostrophe of [`guarded`], and without `="…"`, by which people keep a number whole.
pub(crate) fn unguarded(cell: &str) -> &str {
    let quoted = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        Some(text) => text,
        None if is_guarded(cell) => cell.strip_prefix('\'').unwrap_or(cell),
        None => cell,
    }
}

fn is_guarded(text: &str) -> bool {
    text.strip_prefix('\'').is_some_and(|rest| begins_a_formula(rest) || rest.starts_with('\''))
}

/// What is wrong with a cell, and what to do.
pub(crate) type Wrong = (&'static str, &'static str);

/// What a spreadsheet did to a telephone number.
pub(crate) fn mangled(cell: &str) -> Option<Wrong> {
    const AS_TEXT: &str =
        "write it again with + and its country code, in a column whose format is Text or after an apostrophe";
    if is_scientific(cell) {
        return Some(("was shortened by a spreadsheet, and its last digits are lost", AS_TEXT));
    }
    // Also as programs write an amount: 15035550110.0
    let whole = cell.strip_suffix(".0").unwrap_or(cell);
    let is_digits = (7..=15).contains(&whole.len()) && whole.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then_some(("has no +, which spreadsheets take away from a number", AS_TEXT))
}

/// Whether a cell is an amount in scientific notation: `1.50356E+10`, in much of Europe `1,50356E+10`.
pub(crate) fn is_scientific(cell: &str) -> bool {
    let Some((mantissa, exponent)) = cell.split_once(['E', 'e']) else { return false };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_mantissa = mantissa.split(['.', ',']).all(is_digits) && mantissa.split(['.', ',']).count() <= 2;
    is_mantissa && exponent.strip_prefix('+').is_some_and(is_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_formula_is_text_and_comes_back() {
        for text in [
            "+15035550110",
            "=1+1",
            "-x",
            "@x",
            "'x",
            "''x",
            "'=x",
            "'",
            "''",
            "x",
            "",
            "\tx",
            "#=dial:+1503",
        ] {
            let cell = guarded(text);
            assert!(!begins_a_formula(&cell), "{cell}");
            assert_eq!(unguarded(&cell), text);
        }
        assert_eq!(guarded("+15035550110"), "'+15035550110");
        assert_eq!(guarded("lobby"), "lobby");
        // As people and programs write them.
        assert_eq!(unguarded("+15035550110"), "+15035550110");
        assert_eq!(unguarded("=\"+15035550110\""), "+15035550110");
    }

    #[test]
    fn numbers_that_a_spreadsheet_changed_are_known() {
        for cell in ["1.50356E+10", "1,50356E+10", "1E+10", "1.50356e+10"] {
            assert!(mangled(cell).is_some_and(|(what, _)| what.contains("lost")), "{cell}");
        }
        for cell in ["15035550110", "5035550110", "15035550110.0"] {
            assert!(mangled(cell).is_some_and(|(what, _)| what.contains("no +")), "{cell}");
        }
        for cell in ["+15035550110", "lobby", "100", "E+5", "1E10", "e", "1.2.3E+4", "(503) 555-0110", "é"] {
            assert_eq!(mangled(cell), None, "{cell}");
        }
    }
}
