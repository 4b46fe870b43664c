//! One run over an account: looks, and the changes of one phase side by side.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use twilio::{Client, CountryPermission};

use crate::account::Account;
use crate::change::{Change, EmergencyMove, Phase, Summary};
use crate::error::ApplyError;
use crate::failures::Failures;
use crate::graph::hold;
use crate::keyring::Keyring;
use crate::names::Names;
use crate::observer::Observer;
use crate::perform::{Step, perform};
use crate::plan::{Acquisition, Plan};
use crate::purchase_log::PurchaseLog;
use crate::registration::{Registration, Unregistered};
use crate::shop::Shop;
use crate::wishes::Wishes;

/// How many changes of one phase are made at once. Twilio counts concurrent requests of a whole account and answers
/// 429 (20429) beyond its limit; four are a fraction of that and make two hundred phones a matter of seconds.
const WORKERS: usize = 4;
/// How often a change is tried while its answers are lost, and how often one is made again that does not show.
const TRIES: usize = 5;

/// How a phase ended.
pub(crate) enum Round {
    /// Something was made.
    Progress,
    /// Answers were lost, and no change is known to be made.
    Lost,
    /// Only changes are left for which Twilio is not ready.
    Waiting,
}

pub(crate) struct Run<'a> {
    client: &'a Client,
    keyring: &'a dyn Keyring,
    observer: &'a dyn Observer,
    log: &'a dyn PurchaseLog,
    /// Where the account may call. Read once, because no change here touches it.
    permissions: Option<Vec<CountryPermission>>,
    made: AtomicUsize,
    total: usize,
    /// How often each change was made, or attempted and failed.
    tries: HashMap<String, usize>,
    /// The numbers (`PN…`) whose addresses Twilio was asked to register in this run.
    asked: HashSet<String>,
    /// The numbers (`PN…`) whose emergency addresses this run changes.
    moving: HashSet<String>,
    /// The numbers from which 911 does not work.
    helpless: Mutex<Vec<Unregistered>>,
    pub(crate) failures: &'a mut Failures,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        client: &'a Client,
        keyring: &'a dyn Keyring,
        observer: &'a dyn Observer,
        log: &'a dyn PurchaseLog,
        failures: &'a mut Failures,
    ) -> Self {
        let permissions = client.dialing_permissions().ok();
        let (made, tries) = (AtomicUsize::new(0), HashMap::new());
        let (asked, moving, helpless) = (HashSet::new(), HashSet::new(), Mutex::default());
        Self {
            client,
            keyring,
            observer,
            log,
            permissions,
            made,
            total: 0,
            tries,
            asked,
            moving,
            helpless,
            failures,
        }
    }

    /// So many changes are left.
    pub(crate) fn expect(&mut self, left: usize) {
        self.total = self.total.max(self.made.load(Ordering::Relaxed) + left);
    }

    pub(crate) fn look(&mut self, wishes: &Wishes) -> Result<Account, Vec<ApplyError>> {
        let seen = Account::read(self.client, &wishes.names, &wishes.domain_name);
        seen.and_then(|account| self.refreshed(account))
            .map(|account| Account { permissions: self.permissions.clone(), ..account })
            .map_err(|error| self.failures.ended_by(ApplyError::Account(error)))
    }

    /// The account with the numbers that this run moves as they are now: lists may lag, so the numbers are asked.
    fn refreshed(&self, mut account: Account) -> twilio::Result<Account> {
        for number in account.numbers.iter_mut().filter(|number| self.moving.contains(&number.sid)) {
            *number = self.client.number(&number.sid)?;
        }
        Ok(account)
    }

    /// Takes out of a plan what failed, and what needs it.
    pub(crate) fn hold(&self, plan: &mut Plan) -> Vec<Change> {
        plan.acquisitions.retain(|acquisition| !self.failures.has_acquisition(acquisition));
        hold(plan, |change| self.failures.has(change))
    }

    /// Whether a change asks Twilio for a second time to register an address.
    pub(crate) fn has_asked(&self, change: &Change) -> bool {
        matches!(change, Change::Emergency(EmergencyMove { number_sid, is_again: true, .. })
            if self.asked.contains(number_sid))
    }

    pub(crate) fn tell(&self, change: impl FnOnce(&mut Vec<Unregistered>)) {
        let mut helpless = self.helpless.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut helpless);
        self.observer.unregistered(&helpless);
    }

    fn count(&self, summary: &Summary) {
        let count = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        self.observer.made(count, self.total.max(count), summary);
    }

    /// Buys one number after the other, and writes each down before the next. Returns whether the file has changed.
    pub(crate) fn acquire(
        &mut self,
        plan: &Plan,
        names: &Names,
        patience: Duration,
    ) -> Result<bool, Vec<ApplyError>> {
        let mut has_changed = false;
        for acquisition in &plan.acquisitions {
            if self.failures.has_acquisition(acquisition) {
                continue;
            }
            match self.acquire_one(acquisition, names, patience) {
                Ok(()) => has_changed = true,
                Err(error) if error.is_fatal() => return Err(self.failures.ended_by(error)),
                Err(error) => self.failures.add_acquisition(acquisition, error),
            }
        }
        Ok(has_changed)
    }

    fn acquire_one(
        &self,
        acquisition: &Acquisition,
        names: &Names,
        patience: Duration,
    ) -> Result<(), ApplyError> {
        let Self { client, observer, log, .. } = *self;
        let shop = Shop { client, observer, log, names, patience };
        let summary = acquisition.summary();
        let (phone, number, summary) = match acquisition {
            Acquisition::Record { phone, number } => (phone, number.clone(), summary),
            Acquisition::Buy(purchase) => {
                let number = self.watched(&summary, || shop.buy(purchase))?;
                (&purchase.phone, number.clone(), Summary { name: number, ..summary })
            }
        };
        log.bought(phone, &number).map_err(|error| ApplyError::File {
            phone: phone.clone(),
            number: number.clone(),
            error,
        })?;
        shop.is_written_down(phone, &number)?;
        self.count(&summary);
        Ok(())
    }

    /// Does something that may take long.
    fn watched<T>(&self, summary: &Summary, make: impl FnOnce() -> T) -> T {
        self.observer.begun(summary);
        let made = make();
        self.observer.ended(summary);
        made
    }

    /// Makes the changes of the first phase in which something can be done.
    pub(crate) fn first_phase(&mut self, plan: &Plan, account: &Account) -> Result<Round, Vec<ApplyError>> {
        let mut ready: Vec<_> = plan.changes.iter().filter(|change| !waits(change, account)).collect();
        place_by_place(&mut ready, plan, account);
        let is_waiting = ready.len() < plan.changes.len();
        // An address that a number is leaving is still in use.
        ready.retain(|change| !(is_waiting && change.phase() == Phase::RemoveAddresses));
        let Some(phase) = ready.first().map(|change| change.phase()) else { return Ok(Round::Waiting) };
        let turn: Vec<_> = ready.into_iter().filter(|change| change.phase() == phase).collect();
        let is_exhausted = |change: &&&Change| self.tries.get(&change.key()).is_some_and(|&n| n >= TRIES);
        let exhausted: Vec<_> = turn.iter().filter(is_exhausted).collect();
        if !exhausted.is_empty() {
            for change in exhausted {
                self.failures.add(change, ApplyError::NotShown(Box::new(change.summary())));
            }
            return Ok(Round::Progress);
        }

        let results = self.together(&turn);
        let mut round = Round::Waiting;
        for (change, result) in turn.iter().zip(results) {
            match result {
                None | Some(Ok(Step::NotYet)) => {}
                Some(Ok(Step::Found)) => {
                    // A list that lags said otherwise; from now on the number itself is asked.
                    if let Change::Emergency(EmergencyMove { number_sid, .. }) = change
                        && self.moving.insert(number_sid.clone())
                    {
                        round = Round::Progress;
                    }
                }
                Some(Ok(step)) => {
                    if let Change::Emergency(EmergencyMove { number_sid, to, .. }) = change {
                        self.moving.insert(number_sid.clone());
                        if to.is_some() && step == Step::Made {
                            self.asked.insert(number_sid.clone());
                        }
                    }
                    *self.tries.entry(change.key()).or_default() += 1;
                    round = Round::Progress;
                }
                // Whether it was made shows at the next look.
                Some(Err(ApplyError::Twilio { ref error, .. }))
                    if error.is_uncertain() && self.may_try(change) =>
                {
                    if !matches!(round, Round::Progress) {
                        round = Round::Lost;
                    }
                }
                Some(Err(error)) if error.is_fatal() => return Err(self.failures.ended_by(error)),
                Some(Err(error)) => {
                    self.failures.add(change, error);
                    round = Round::Progress;
                }
            }
        }
        Ok(round)
    }

    /// Moves a number to another address. It counts as unregistered from before the request until the answer shows
    /// otherwise, so that a run that ends in between still reports it.
    fn moved(
        &self,
        change: &Change,
        make: impl FnOnce() -> Result<Step, ApplyError>,
    ) -> Result<Step, ApplyError> {
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
            Ok(step) => matches!(step, Step::NotYet | Step::Found),
            Err(ApplyError::Twilio { error, .. }) => !error.is_uncertain(),
            Err(_) => true,
        };
        if is_new && is_as_before {
            self.tell(|helpless| helpless.retain(|known| known.number != *number));
        }
        made
    }

    /// Makes changes that do not depend on each other. Once none can succeed any more, no other is begun.
    fn together(&self, changes: &[&Change]) -> Vec<Option<Result<Step, ApplyError>>> {
        let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let results = Mutex::new(changes.iter().map(|_| None).collect::<Vec<_>>());
        let work = || {
            while !is_over.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(change) = changes.get(index) else { break };
                let make = || perform(change, self.client, self.keyring);
                let summary = change.summary();
                let result = self.watched(&summary, || self.moved(change, make));
                match &result {
                    Ok(Step::Made) => self.count(&summary),
                    Err(error) if error.is_fatal() => is_over.store(true, Ordering::Relaxed),
                    Ok(_) | Err(_) => {}
                }
                let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(place) = results.get_mut(index) {
                    *place = Some(result);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..WORKERS.min(changes.len()) {
                scope.spawn(work);
            }
        });
        results.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn may_try(&mut self, change: &Change) -> bool {
        let tries = self.tries.entry(change.key()).or_default();
        *tries += 1;
        *tries < most_tries(change)
    }
}

/// Whether Twilio is not ready for a change: it takes an address off a number within half an hour.
fn waits(change: &Change, account: &Account) -> bool {
    let Change::Emergency(step) = change else { return false };
    step.to.is_some()
        && account.numbers.iter().any(|number| {
            number.sid == step.number_sid && Registration::of(number) == Registration::PendingUnregistration
        })
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

/// Leaves only the moves of one place among those that take a registered address off a number, so that never more than one
/// place is without one. The moves of numbers that have nothing to lose all stay.
fn place_by_place(ready: &mut Vec<&Change>, plan: &Plan, account: &Account) {
    let is_losing = |step: &EmergencyMove| step.status == Registration::Registered;
    let moves = || plan.changes.iter().filter_map(destination);
    let name_of = |sid: &str| {
        let address = account.addresses.iter().find(|address| address.sid == sid)?;
        Some(address.friendly_name.as_str())
    };
    let registering =
        account.numbers.iter().filter(|number| Registration::of(number) == Registration::PendingRegistration);
    let mut busy: Vec<&str> =
        registering.filter_map(|number| name_of(&number.emergency_address_sid)).collect();
    busy.extend(moves().filter(|(step, _)| !is_losing(step)).map(|(_, to)| to));
    busy.sort_unstable();
    busy.dedup();
    let allowed = match busy.as_slice() {
        [] => moves().find(|(step, _)| is_losing(step)).map(|(_, to)| to),
        [place] => Some(*place),
        _ => None,
    };
    ready.retain(|change| {
        destination(change).is_none_or(|(step, to)| !is_losing(step) || Some(to) == allowed)
    });
}

/// A number's move to an address, and that address's name in Twilio.
fn destination(change: &Change) -> Option<(&EmergencyMove, &str)> {
    let Change::Emergency(step) = change else { return None };
    Some((step, step.to.as_ref()?.friendly_name.as_str()))
}
