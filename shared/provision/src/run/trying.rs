//! The changes of one phase, tried side by side, and what to make of those that fail.

use std::time::Instant;

use super::{Round, Run, TRIES};
use crate::change::{Change, EmergencyMove};
use crate::effect::LOOKED_FOR;
use crate::error::ApplyError;
use crate::perform::{Made, Step, is_taken, perform};
use crate::registration::{Registration, Unregistered};

impl Run<'_> {
    /// Judges a change that failed. Returns whether it may have been made all the same.
    pub(super) fn failed(
        &mut self,
        change: &Change,
        error: ApplyError,
        round: &mut Round,
    ) -> Result<bool, Vec<ApplyError>> {
        let is_doubtful = match &error {
            // Whether it was made shows at the next look.
            ApplyError::Twilio { error, .. } if error.is_uncertain() => {
                self.has_doubt = true;
                self.looked_for.insert(change.key(), Instant::now());
                self.may_try(change)
            }
            // It may be of an earlier run, and not be in its list yet.
            ApplyError::Twilio { error, .. } if is_taken(error) => {
                let since = *self.looked_for.entry(change.key()).or_insert_with(Instant::now);
                self.observer.waiting("the name is taken; looking whether what has it is ours");
                since.elapsed() < LOOKED_FOR
            }
            _ => false,
        };
        if is_doubtful {
            if matches!(round, Round::Waiting) {
                *round = Round::Lost;
            }
            return Ok(true);
        }
        if error.is_fatal() {
            return Err(self.failures.ended_by(error));
        }
        self.failures.add(change, error);
        *round = Round::Progress;
        Ok(false)
    }

    /// Moves a number to another address. It counts as unregistered from before the request until the answer shows
    /// otherwise, so that a run that ends in between still reports it.
    pub(super) fn moved(
        &self,
        change: &Change,
        make: impl FnOnce() -> Result<Made, ApplyError>,
    ) -> Result<Made, ApplyError> {
        let Change::Emergency(EmergencyMove { number, to: Some(_), .. }) = change else { return make() };
        let mut is_new = false;
        self.tell(|helpless| {
            is_new = helpless.iter().all(|known| known.number != *number);
            if is_new {
                helpless.push(Unregistered { number: number.clone(), status: Registration::Unregistered });
            }
        });
        let made = make();
        let is_as_before = match &made {
            Ok((step, _)) => matches!(step, Step::NotYet | Step::Found),
            Err(ApplyError::Twilio { error, .. }) => !error.is_uncertain(),
            Err(_) => true,
        };
        if is_new && is_as_before {
            self.tell(|helpless| helpless.retain(|known| known.number != *number));
        }
        made
    }

    /// Makes changes that do not depend on each other. Once none can succeed any more, no other is begun.
    pub(super) fn together(&self, changes: &[&Change]) -> Vec<Option<Result<Made, ApplyError>>> {
        let make = |change: &&Change| {
            let summary = change.summary();
            let result =
                self.watched(&summary, || self.moved(change, || perform(change, self.client, self.keyring)));
            if let Ok((Step::Made, _)) = result {
                self.count(&summary);
            }
            result
        };
        let is_last = |result: &Result<Made, ApplyError>| result.as_ref().is_err_and(ApplyError::is_fatal);
        self.crew.work(changes, || self.client.refusals(), make, is_last)
    }

    pub(super) fn may_try(&mut self, change: &Change) -> bool {
        let tries = self.tries.entry(change.key()).or_default();
        *tries += 1;
        *tries < most_tries(change)
    }
}

/// How often a change is tried while its answers are lost. The client itself repeats whatever is safe to repeat, so only
/// creations need many more tries.
fn most_tries(change: &Change) -> usize {
    match change {
        Change::CreateAddress { .. }
        | Change::CreateList { .. }
        | Change::CreateCredential { .. }
        | Change::CreateDomain { .. }
        | Change::Map { .. } => TRIES,
        _ => 2,
    }
}
