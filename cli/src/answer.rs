//! The one JSON object that a command prints when it is asked for JSON, also when it fails (docs/json.md).

use network::Finding;
use serde::Serialize;

use crate::outcome::Outcome;
use crate::output;

/// `{"ok": …, "errors": […], …}`: the same beginning for every command, then the command's own fields.
#[derive(Serialize)]
struct Answer<'a, Fields> {
    /// Whether the exit code is 0.
    ok: bool,
    errors: &'a [Finding],
    #[serde(flatten)]
    fields: Fields,
}

/// Prints the object of a command that came to this, and returns that.
pub(crate) fn print(outcome: Outcome, fields: impl Serialize) -> Outcome {
    print_with(outcome, &[], fields)
}

/// The same, with what went wrong.
pub(crate) fn print_with(outcome: Outcome, errors: &[Finding], fields: impl Serialize) -> Outcome {
    output::json(&Answer { ok: outcome == Outcome::Done, errors, fields });
    outcome
}
