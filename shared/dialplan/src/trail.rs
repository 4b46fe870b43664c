//! How a decision came about, for `explain`.

use crate::reason::Reason;

/// A rule of the dial plan, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Emergency numbers, before anything that can fail.
    Emergency,
    /// The caller's identity.
    Caller,
    /// Keys and short codes.
    Codes,
    /// User names of phones.
    Names,
    /// Reading a telephone number.
    Number,
    /// Phones of this network by their number.
    Ours,
    /// The network's policy.
    Policy,
}

impl Rule {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Caller => "caller",
            Self::Codes => "codes",
            Self::Names => "names",
            Self::Number => "number",
            Self::Ours => "ours",
            Self::Policy => "policy",
        }
    }
}

/// Why a call is refused, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) rule: Rule,
    pub(crate) reason: Reason,
    /// More than the reason, where the caller hears more.
    pub(crate) detail: Option<Detail>,
}

/// More about a refusal than its reason, for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// The number is longer than any number.
    TooLong,
    /// The service has a whole number.
    ShortCode,
    /// The extension behind the number cannot be told from it.
    Extension,
    /// The caller's number is shown in any case.
    Shown,
}

impl Rule {
    /// A refusal by this rule.
    pub(crate) fn refuses(self, reason: Reason) -> Refusal {
        Refusal { rule: self, reason, detail: None }
    }

    /// A refusal by this rule, of which the caller is told more than the reason.
    pub(crate) fn refuses_because(self, reason: Reason, detail: Detail) -> Refusal {
        Refusal { rule: self, reason, detail: Some(detail) }
    }
}

/// The finding of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The rule.
    pub rule: Rule,
    /// The finding, in words. It contains the dialled digits: show it to the person who asked, never log it.
    pub finding: String,
}

/// Takes down the steps of a decision.
///
/// `()` takes none, and costs nothing on the call path: the words are only made when somebody wants them.
pub trait Trail {
    /// Takes down what a rule found.
    fn note(&mut self, rule: Rule, finding: impl FnOnce() -> String);
}

impl Trail for () {
    fn note(&mut self, _: Rule, _: impl FnOnce() -> String) {}
}

impl Trail for Vec<Step> {
    fn note(&mut self, rule: Rule, finding: impl FnOnce() -> String) {
        self.push(Step { rule, finding: finding() });
    }
}
