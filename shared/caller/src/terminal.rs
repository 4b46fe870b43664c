//! The person who watches the call.

use std::any::Any;

/// Shows a call to a person while it goes on, and asks what comes next. Texts may hold anything that a service answered.
pub trait Terminal {
    /// Shows a line of the transcript.
    fn line(&self, text: &str);

    /// Shows something beside the transcript.
    fn note(&self, text: &str);

    /// Asks a question; `None` if there is nobody to ask, or no answer.
    fn ask(&self, question: &str) -> Option<String>;

    /// Shows that something is under way, until the value is dropped.
    fn wait(&self, what: &str) -> Box<dyn Any>;
}

/// A terminal without a person.
#[cfg(test)]
pub(crate) struct Nobody;

#[cfg(test)]
impl Terminal for Nobody {
    fn line(&self, _: &str) {}

    fn note(&self, _: &str) {}

    fn ask(&self, _: &str) -> Option<String> {
        None
    }

    fn wait(&self, _: &str) -> Box<dyn Any> {
        Box::new(())
    }
}
