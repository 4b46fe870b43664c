//! What `apply` would do.

use serde::Serialize;

use crate::change::{Change, Phase};

/// The changes that make an account match, and what no change can mend.
#[derive(Debug, Default)]
pub struct Plan {
    /// In the order in which they are made.
    pub changes: Vec<Change>,
    /// What the user should know.
    pub notes: Vec<Note>,
}

/// Something that is not as it should be, and that a person has to see to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it is about, such as a number or a domain.
    pub about: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Plan {
    /// Whether the account is as the file wants it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What the changes themselves do to phones and to emergency calls, to be read before they are made.
    #[must_use]
    pub fn warnings(&self) -> Vec<Note> {
        crate::warnings::of(&self.changes)
    }

    /// What is said of the numbers that these changes give up.
    pub(crate) fn notes_of_given_up(&self) -> impl Iterator<Item = &Note> {
        let is_given_up = |about: &str| {
            self.changes.iter().any(|change| {
                matches!(change, Change::UpdateNumber { number, gives_up: true, .. } if number == about)
            })
        };
        self.notes.iter().filter(move |note| is_given_up(&note.about))
    }

    pub(crate) fn add(&mut self, change: Change) {
        self.changes.push(change);
    }

    pub(crate) fn note(
        &mut self,
        about: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.notes.push(Note { about: about.into(), what: what.into(), remedy: remedy.into() });
    }

    /// Puts the changes in the order of their phases.
    pub(crate) fn sorted(mut self) -> Self {
        self.changes.sort_by_key(Change::phase);
        self
    }

    /// The phase that comes first.
    pub(crate) fn first_phase(&self) -> Option<Phase> {
        self.changes.first().map(Change::phase)
    }
}

/// Names, but not two hundred of them.
pub(crate) fn some_of(names: &[&str]) -> String {
    match names {
        [first, second, third, _, rest @ ..] => {
            format!("{first}, {second}, {third} and {} more", rest.len() + 1)
        }
        few => few.join(", "),
    }
}
