//! How a run ends: what was made, what is missing, and whose turn it is.

use network::Finding;
use provision::{Applied, ApplyError, Plan, Summary};
use serde_json::{Value, json};
use terminal as output;

use crate::{Watcher, count, help, left, notes, together};

/// What was said before the run, so that its end says only what is new.
pub struct Report<'a> {
    /// The network's name.
    pub network: &'a str,
    /// The stage's name.
    pub stage: &'a str,
    /// What was shown.
    pub plan: &'a Plan,
    /// Whether the service runs another file than the one that was applied.
    pub outdated: Option<Finding>,
}

/// Whose turn it is after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nobody's: everything is as the file wants it.
    Over,
    /// The network is not whole, or Twilio needs more time.
    Open,
    /// The user's, to mend a file.
    User,
    /// Twilio's: it failed.
    Twilio,
}

/// How a run ended.
pub struct Ending {
    /// Whose turn it is.
    pub turn: Turn,
    /// What is wrong.
    pub errors: Vec<Finding>,
    /// What a program reads of it.
    pub fields: Value,
    made: usize,
    notes: Vec<Finding>,
    left: Vec<Summary>,
}

impl Report<'_> {
    /// How the run ended that this watcher has watched.
    #[must_use]
    pub fn end(&self, watcher: &Watcher, applied: Result<Applied, Vec<ApplyError>>) -> Ending {
        let made = watcher.made_so_far();
        let without_help = watcher.without_help();
        let mut left = Vec::new();
        let (mut turn, mut errors, notes): (_, Vec<Finding>, Vec<Finding>) = match applied {
            Ok(Applied::Done { obstacles, notes, left: others }) => {
                left = others;
                let is_whole = obstacles.is_empty() && without_help.is_empty();
                (if is_whole { Turn::Over } else { Turn::Open }, together(&obstacles), notes)
            }
            Ok(Applied::FileChanged) => (Turn::Over, Vec::new(), Vec::new()),
            Ok(Applied::Unfinished { plan }) => {
                let what = format!("Twilio needs more time for {}", count(plan.changes.len()));
                let finding = Finding::new("", what, "run the same command again later");
                (Turn::Open, vec![finding], plan.notes)
            }
            Err(failures) => {
                let errors = together(&failures.iter().map(ApplyError::finding).collect::<Vec<_>>());
                // The notes were there before, and still hold.
                (turn_after(&failures), errors, self.plan.notes.clone())
            }
        };
        errors.extend(help(&without_help));
        if let Some(finding) = &self.outdated {
            errors.push(finding.clone());
            turn = if turn == Turn::Over { Turn::Open } else { turn };
        }
        let fields = json!({
            "network": self.network, "stage": self.stage, "made": made,
            "warnings": self.plan.warnings(), "notes": notes,
            "without_911": without_help, "left": left,
        });
        if matches!(turn, Turn::User | Turn::Twilio) {
            let what = format!("{} made before", count(made.len()));
            let remedy = "when it is mended, run the same command again: it goes on from here";
            errors.push(Finding::new("", what, remedy));
        }
        // An error says more of a number than its note.
        let is_new = |note: &Finding| {
            !self.plan.notes.contains(note) && without_help.iter().all(|number| number.number != note.about)
        };
        let notes = notes.into_iter().filter(is_new).collect();
        Ending { turn, errors, fields, made: made.len(), notes, left }
    }
}

impl Ending {
    /// Tells a person what is new, but for the errors.
    pub fn tell(&self) {
        notes(&self.notes);
        left(&self.left);
        match (self.turn, self.made) {
            (Turn::Over, 0) => output::line("nothing had to be changed"),
            (Turn::Over, made) => output::line(&format!("done: {}", count(made))),
            (Turn::Open, made) => output::line(&format!("{} made", count(made))),
            (Turn::User | Turn::Twilio, _) => {}
        }
    }
}

/// Whose turn it is after failures: the user's, to mend a file or to wait for another machine, or Twilio's.
fn turn_after(failures: &[ApplyError]) -> Turn {
    let is_meanwhile = |failure: &ApplyError| matches!(failure, ApplyError::Meanwhile(_));
    if failures.iter().all(is_meanwhile) {
        Turn::Open
    } else if failures.iter().all(|failure| failure.is_local() || is_meanwhile(failure)) {
        Turn::User
    } else {
        Turn::Twilio
    }
}
