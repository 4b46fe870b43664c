//! How `apply` and `destroy` end.

use network::Finding;
use provision::{Applied, ApplyError, Plan};
use serde_json::json;
use setup::{Watcher, together};

use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::output;

/// What was said before the run, so that its end says only what is new.
pub(super) struct Report<'a> {
    pub(super) network: &'a str,
    pub(super) stage: &'a str,
    pub(super) plan: &'a Plan,
    /// Whether the service runs another file than the one that was applied.
    pub(super) outdated: Option<Finding>,
    pub(super) is_json: bool,
}

impl Report<'_> {
    /// Says how it ended.
    pub(super) fn end(
        &self,
        watcher: &Watcher,
        applied: std::result::Result<Applied, Vec<ApplyError>>,
    ) -> Result {
        let made = watcher.made_so_far();
        let without_help = watcher.without_help();
        let mut left = Vec::new();
        let (mut outcome, mut errors, notes): (_, Vec<Finding>, Vec<Finding>) = match applied {
            Ok(Applied::Done { obstacles, notes, left: others }) => {
                left = others;
                let is_whole = obstacles.is_empty() && without_help.is_empty();
                let errors = together(&obstacles);
                (if is_whole { Outcome::Done } else { Outcome::No }, errors, notes)
            }
            Ok(Applied::FileChanged) => (Outcome::Done, Vec::new(), Vec::new()),
            Ok(Applied::Unfinished { plan }) => {
                let left = setup::count(plan.changes.len());
                let what = format!("Twilio needs more time for {left}");
                (Outcome::No, vec![Finding::new("", what, "run the same command again later")], plan.notes)
            }
            Err(failures) => {
                let outcome = outcome_of(&failures);
                let errors = together(&failures.iter().map(ApplyError::finding).collect::<Vec<_>>());
                // The notes were there before, and still hold.
                (outcome, errors, self.plan.notes.clone())
            }
        };
        errors.extend(setup::help(&without_help));
        if let Some(finding) = &self.outdated {
            errors.push(finding.clone());
            outcome = if outcome == Outcome::Done { Outcome::No } else { outcome };
        }
        let fields = json!({
            "network": self.network, "stage": self.stage, "made": made,
            "warnings": setup::findings(&self.plan.warnings()), "notes": setup::findings(&notes),
            "without_911": without_help, "left": left,
        });
        if !self.is_json {
            // An error says more of a number than its note.
            let is_new = |note: &&Finding| {
                !self.plan.notes.contains(note)
                    && without_help.iter().all(|number| number.number != note.about)
            };
            setup::notes(notes.iter().filter(is_new));
            setup::left(&left);
            match (outcome, made.len()) {
                (Outcome::Done, 0) => output::line("nothing had to be changed"),
                (Outcome::Done, count) => output::line(&format!("done: {}", setup::count(count))),
                (Outcome::No, count) => output::line(&format!("{} made", setup::count(count))),
                (Outcome::Usage | Outcome::OtherSide, _) => {}
            }
        }
        match outcome {
            Outcome::Done if self.is_json => return Ok(answer::print(outcome, fields)),
            Outcome::Done => return Ok(outcome),
            Outcome::No => {}
            Outcome::Usage | Outcome::OtherSide => {
                let what = format!("{} made before", setup::count(made.len()));
                let remedy = "when it is mended, run the same command again: it goes on from here";
                errors.push(Finding::new("", what, remedy));
            }
        }
        Err(Failure::found(outcome, errors).knowing(fields))
    }
}

/// Whose turn it is after failures: the user's, to mend a file or to wait for another machine, or Twilio's.
fn outcome_of(failures: &[ApplyError]) -> Outcome {
    let is_meanwhile = |failure: &ApplyError| matches!(failure, ApplyError::Meanwhile(_));
    if failures.iter().all(is_meanwhile) {
        Outcome::No
    } else if failures.iter().all(|failure| failure.is_local() || is_meanwhile(failure)) {
        Outcome::Usage
    } else {
        Outcome::OtherSide
    }
}
