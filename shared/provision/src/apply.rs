//! Makes changes, phase by phase, until none is left.

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use network::Finding;
use twilio::Client;

use crate::change::{Change, EmergencyMove, Phase, Summary};
use crate::difference::{difference, unregistered};
use crate::effect::Effects;
use crate::error::ApplyError;
use crate::failures::Failures;
use crate::keyring::Keyring;
use crate::observer::Observer;
use crate::plan::Plan;
use crate::purchase_log::PurchaseLog;
use crate::registration::{Registration, Unregistered};
use crate::run::{Round, Run};
use crate::wishes::Wishes;

/// The first pause before another look; it doubles up to the last.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How an `apply` ended that did not fail.
#[derive(Debug)]
pub enum Applied {
    /// Nothing is left to do, but for what the notes say, and for what [`Observer::unregistered`] said last.
    Done {
        /// Obstacles to a whole network that a person has to mend.
        obstacles: Vec<Finding>,
        /// Further tasks for a person.
        notes: Vec<Finding>,
        /// Resources that were left as they are, because only some phones were asked for.
        left: Vec<Summary>,
    },
    /// The file has changed: it has to be read again.
    FileChanged,
    /// Twilio needs more time for some changes than was allowed.
    Unfinished {
        /// The changes that are left.
        plan: Plan,
    },
}

/// Makes an account match a network file.
///
/// A change that fails holds back only what needs it. It is not tried again by the same applier, also when the file was
/// read again in between; the next run tries only what is left.
pub struct Applier<'a> {
    client: &'a Client,
    keyring: &'a dyn Keyring,
    observer: &'a dyn Observer,
    log: &'a dyn PurchaseLog,
    patience: Duration,
    failures: Failures,
    effects: Effects,
    /// How many numbers were bought, or may have been.
    bought: usize,
    /// The changes that were shown before, by their keys.
    shown: Option<HashSet<String>>,
}

impl<'a> Applier<'a> {
    /// An applier. `patience` is how long Twilio may take with emergency addresses, and with a purchase that it does not
    /// confirm.
    #[must_use]
    pub fn new(
        client: &'a Client,
        keyring: &'a dyn Keyring,
        observer: &'a dyn Observer,
        log: &'a dyn PurchaseLog,
        patience: Duration,
    ) -> Self {
        let (failures, effects) = (Failures::default(), Effects::default());
        Self { client, keyring, observer, log, patience, failures, effects, bought: 0, shown: None }
    }

    /// The same, and makes nothing if the account has changed since this plan was shown so that more would be changed.
    #[must_use]
    pub fn shown(self, plan: &Plan) -> Self {
        Self { shown: Some(plan.changes.iter().map(Change::key).collect()), ..self }
    }

    /// Makes the account match. It is safe to run again after any failure, as often as necessary.
    ///
    /// # Errors
    ///
    /// All changes that failed. Whatever does not need them is made.
    pub fn apply(&mut self, wishes: &Wishes) -> Result<Applied, Vec<ApplyError>> {
        let mut shown = self.shown.take();
        let &mut Self {
            client,
            keyring,
            observer,
            log,
            patience,
            ref mut failures,
            ref mut effects,
            ref mut bought,
            ..
        } = self;
        let mut wishes = wishes.clone();
        let most = &mut wishes.options.max_purchases;
        *most = most.map(|most| most.saturating_sub(*bought));
        let mut run = Run::new(client, keyring, observer, log, failures, effects);
        let (started, mut pause) = (Instant::now(), PAUSE);
        let mut given_up: Vec<Finding> = Vec::new();
        loop {
            let view = run.look(&wishes)?;
            let mut plan = difference(&wishes, &view.account, keyring);
            if let Some(strange) = shown.as_ref().and_then(|shown| first_not_in(shown, &plan)) {
                return Err(run.failures.ended_by(ApplyError::Meanwhile(strange)));
            }
            shown = None;
            // A registration that fails twice in one run needs a person.
            plan.changes.retain(|change| !run.has_asked(change));
            given_up.extend(
                plan.notes_of_given_up().filter(|note| !given_up.contains(note)).cloned().collect::<Vec<_>>(),
            );
            let held = run.hold(&mut plan);
            let helpless = unregistered(&wishes, &view.account);
            let is_coming = |number: &&Unregistered| {
                !number.has_failed() && number.status != Registration::Absent && !is_held(number, &held)
            };
            let pending = helpless.iter().filter(is_coming).count();
            run.tell(|known| *known = helpless);
            run.expect(plan.steps());
            if plan.is_empty() {
                let Some(listed) = &view.listed else {
                    run.forget();
                    continue;
                };
                if run.lists_lag(&wishes, listed) {
                    observer.waiting("Twilio's lists do not show everything yet");
                } else if pending == 0 || started.elapsed() >= patience {
                    if !run.failures.is_empty() {
                        return Err(run.failures.take());
                    }
                    // Once its name is gone, no look shows that the number was ours, but it is still paid for.
                    given_up.retain(|note| !plan.notes.contains(note));
                    plan.notes.extend(given_up);
                    let Plan { obstacles, notes, left, .. } = plan;
                    return Ok(Applied::Done { obstacles, notes, left });
                } else {
                    observer.waiting(&match pending {
                        1 => "Twilio registers 1 emergency address".to_owned(),
                        _ => format!("Twilio registers {pending} emergency addresses"),
                    });
                }
            } else if run.is_too_old_for(&view, &plan) {
                run.forget();
                continue;
            } else {
                let is_buying = plan.changes.first().is_none_or(|change| change.phase() > Phase::Addresses);
                if is_buying && !plan.acquisitions.is_empty() {
                    if run.acquire(&plan, &wishes.names, patience, bought)? {
                        return Ok(Applied::FileChanged);
                    }
                    continue;
                }
                match run.first_phase(&plan, view.account, &wishes)? {
                    Round::Progress => {
                        pause = PAUSE;
                        // Once is enough.
                        wishes.options.set_passwords = false;
                        continue;
                    }
                    Round::Lost => {}
                    Round::Waiting if started.elapsed() < patience => {
                        observer.waiting("Twilio takes the old emergency addresses off their numbers");
                    }
                    Round::Waiting if run.failures.is_empty() => return Ok(Applied::Unfinished { plan }),
                    Round::Waiting => return Err(run.failures.take()),
                }
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// The first change of a plan that was not shown.
fn first_not_in(shown: &HashSet<String>, plan: &Plan) -> Option<String> {
    let new = plan.changes.iter().find(|change| !shown.contains(&change.key()))?.summary();
    Some(format!("since the plan was shown the {} has changed", new.kind_and_name()))
}

/// Whether a number cannot get its address in this run.
fn is_held(number: &Unregistered, held: &[Change]) -> bool {
    held.iter().any(|change| {
        matches!(change, Change::Emergency(EmergencyMove { number: held, .. }) if *held == number.number)
    })
}
