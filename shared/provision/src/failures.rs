//! Changes that failed for good in a run, so that they are not tried again in the same run.

use std::collections::HashSet;

use crate::change::Change;
use crate::error::ApplyError;
use crate::plan::Acquisition;

/// The failures of a run.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    errors: Vec<ApplyError>,
    changes: HashSet<String>,
    phones: HashSet<String>,
    /// A purchase is in doubt, or cannot be written down: no other number is bought.
    is_buying_over: bool,
}

impl Failures {
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    pub(crate) fn add(&mut self, change: &Change, error: ApplyError) {
        self.changes.insert(change.key());
        self.errors.push(error);
    }

    pub(crate) fn add_acquisition(&mut self, acquisition: &Acquisition, error: ApplyError) {
        self.phones.insert(acquisition.phone().to_owned());
        self.is_buying_over |= !matches!(
            error,
            ApplyError::SoldOut { .. } | ApplyError::SoldToAnother { .. } | ApplyError::Twilio { .. }
        );
        self.errors.push(error);
    }

    pub(crate) fn has(&self, change: &Change) -> bool {
        self.changes.contains(&change.key())
    }

    pub(crate) fn has_acquisition(&self, acquisition: &Acquisition) -> bool {
        self.is_buying_over || self.phones.contains(acquisition.phone())
    }

    /// All errors, with one that ended the run.
    pub(crate) fn ended_by(&mut self, error: ApplyError) -> Vec<ApplyError> {
        self.errors.push(error);
        self.take()
    }

    pub(crate) fn take(&mut self) -> Vec<ApplyError> {
        std::mem::take(&mut self.errors)
    }
}
