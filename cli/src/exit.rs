//! How a command ends.

use std::ffi::OsString;
use std::fmt::Display;

use network::{Finding, Network};
use passwords::PasswordsError;
use serde_json::Value;

pub(crate) use crate::outcome::Outcome;
use crate::{answer, output};

/// Why a command could not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    outcome: Outcome,
    findings: Vec<Finding>,
    /// What the command knows all the same, for its JSON.
    fields: Option<Value>,
    /// Whether nothing went wrong: the person said no.
    is_declined: bool,
}

impl Failure {
    /// The user can mend what is wrong. `about` is empty for the whole, and `remedy` where nothing can be advised.
    pub(crate) fn usage(about: impl Display, what: impl Display, remedy: impl Display) -> Self {
        Self::found(Outcome::Usage, [Finding::new(about.to_string(), what.to_string(), remedy.to_string())])
    }

    /// The other side has to.
    pub(crate) fn other_side(about: impl Display, what: impl Display, remedy: impl Display) -> Self {
        Self { outcome: Outcome::OtherSide, ..Self::usage(about, what, remedy) }
    }

    /// This machine refuses something that it grants otherwise, such as a socket.
    pub(crate) fn system(error: impl Display) -> Self {
        Self::usage("", error, "")
    }

    /// Everything that is wrong. The outcome says who can mend it.
    pub(crate) fn found(outcome: Outcome, findings: impl IntoIterator<Item = Finding>) -> Self {
        Self { outcome, findings: findings.into_iter().collect(), fields: None, is_declined: false }
    }

    /// The person at the terminal said no, so that nothing was done.
    pub(crate) fn declined(what: &str) -> Self {
        Self { is_declined: true, ..Self::found(Outcome::No, [Finding::new("", what, "")]) }
    }

    /// A phone that the file does not have.
    pub(crate) fn no_phone(network: &Network, name: &str) -> Self {
        Self::found(Outcome::Usage, [network.no_phone(name)])
    }

    /// The same, with what the command found out before it failed: an object.
    pub(crate) fn knowing(self, fields: Value) -> Self {
        Self { fields: Some(fields), ..self }
    }

    /// The same, and one finding more, if there is one.
    pub(crate) fn and(mut self, finding: Option<Finding>) -> Self {
        self.findings.extend(finding);
        self
    }

    /// Tells a person.
    pub(crate) fn tell(&self) {
        for finding in &self.findings {
            if self.is_declined { output::aside(&finding.what) } else { output::error(finding) }
        }
    }

    /// What went wrong and what to do about it.
    pub(crate) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The same, to be told among others.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

impl From<PasswordsError> for Failure {
    fn from(error: PasswordsError) -> Self {
        let outcome = if error.is_of_the_system() { Outcome::OtherSide } else { Outcome::Usage };
        Self::found(outcome, [error.finding()])
    }
}

/// Every command's result.
pub(crate) type Result<T = Outcome> = std::result::Result<T, Failure>;

/// Both, or everything that keeps one of them from being had, so that a user need not mend one thing after the other.
pub(crate) fn both<One, Other>(one: Result<One>, other: Result<Other>) -> Result<(One, Other)> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(mut first), Err(second)) => {
            first.findings.extend(second.findings);
            Err(first)
        }
        (Err(failure), Ok(_)) | (Ok(_), Err(failure)) => Err(failure),
    }
}

/// Whether these arguments ask for JSON. They may be wrong otherwise: then the answer is JSON, too.
pub(crate) fn asks_for_json(arguments: impl IntoIterator<Item = OsString>) -> bool {
    arguments.into_iter().take_while(|word| word != "--").any(|word| word == "--json")
}

/// The one place that prints errors: for a person always, and for a program that asked for JSON.
pub(crate) fn report(result: Result, is_json: bool) -> Outcome {
    result.unwrap_or_else(|failure| {
        if is_json {
            answer::print_with(failure.outcome, &failure.findings, &failure.fields);
        }
        failure.tell();
        failure.outcome
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_asked_for_among_wrong_arguments_too() {
        let asks = |words: &[&str]| asks_for_json(words.iter().map(OsString::from));
        assert!(asks(&["dialtone", "cal", "--json"]) && !asks(&["dialtone", "call"]));
        assert!(!asks(&["dialtone", "explain", "lobby", "--", "--json"]));
    }
}
