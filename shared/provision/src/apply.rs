//! Makes changes, phase by phase, until none is left.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use network::Finding;
use twilio::{Client, CountryPermission};

use crate::account::Account;
use crate::change::{Change, EmergencyMove, Phase, Summary};
use crate::difference::{difference, unregistered};
use crate::error::ApplyError;
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
/// The first pause before another look; it doubles up to the last.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How an `apply` ended that did not fail.
#[derive(Debug)]
pub enum Applied {
    /// Nothing is left to do, but for what the notes say, and for what [`Observer::unregistered`] said last.
    Done {
        /// What a person has to see to.
        notes: Vec<Finding>,
    },
    /// The file has changed: it has to be read again.
    FileChanged,
    /// Twilio needs more time for some changes than was allowed.
    Unfinished {
        /// What is left.
        plan: Plan,
    },
}

/// What a run works with.
pub struct Applier<'a> {
    /// The account.
    pub client: &'a Client,
    /// The phones' passwords.
    pub keyring: &'a dyn Keyring,
    /// Who watches.
    pub observer: &'a dyn Observer,
    /// Where purchases are written down.
    pub log: &'a dyn PurchaseLog,
    /// How long Twilio may take with emergency addresses, and with a purchase that it does not confirm.
    pub patience: Duration,
}

impl Applier<'_> {
    /// Makes the account match. It is safe to run again after any failure, as often as necessary.
    ///
    /// # Errors
    ///
    /// The changes that failed. Everything before them is made.
    pub fn apply(&self, wishes: &Wishes) -> Result<Applied, Vec<ApplyError>> {
        apply(self, wishes)
    }
}

fn apply(with: &Applier<'_>, wishes: &Wishes) -> Result<Applied, Vec<ApplyError>> {
    let &Applier { client, keyring, observer, log, patience } = with;
    let mut wishes = wishes.clone();
    let permissions = client.dialing_permissions().ok();
    let (made, tries) = (AtomicUsize::new(0), HashMap::new());
    let (asked, helpless) = (HashSet::new(), Mutex::default());
    let mut run = Run { client, keyring, observer, log, permissions, made, total: 0, tries, asked, helpless };
    let (started, mut pause) = (Instant::now(), PAUSE);
    let mut given_up: Vec<Finding> = Vec::new();
    loop {
        let account = run.look(&wishes)?;
        let mut plan = difference(&wishes, &account, keyring);
        // A registration that fails twice in one run needs a person.
        plan.changes.retain(|change| !run.has_asked(change));
        given_up.extend(
            plan.notes_of_given_up().filter(|note| !given_up.contains(note)).cloned().collect::<Vec<_>>(),
        );
        let helpless = unregistered(&wishes, &account);
        let pending = helpless.iter().filter(|number| !number.has_failed()).count();
        run.tell(|known| *known = helpless);
        run.total = run.total.max(run.made.load(Ordering::Relaxed) + plan.len());
        if plan.is_empty() {
            if pending == 0 || started.elapsed() >= patience {
                // Once its name is gone, no look shows that the number was ours, but it is still paid for.
                given_up.retain(|note| !plan.notes.contains(note));
                plan.notes.extend(given_up);
                return Ok(Applied::Done { notes: plan.notes });
            }
            observer.waiting(&match pending {
                1 => "Twilio registers 1 emergency address".to_owned(),
                _ => format!("Twilio registers {pending} emergency addresses"),
            });
        } else {
            let is_buying = plan.changes.first().is_none_or(|change| change.phase() > Phase::Addresses);
            if is_buying && !plan.acquisitions.is_empty() {
                run.acquire(&plan, &wishes.names, patience).map_err(|error| vec![error])?;
                return Ok(Applied::FileChanged);
            }
            match run.first_phase(&plan, &account)? {
                Round::Progress => {
                    pause = PAUSE;
                    // Once is enough.
                    wishes.options.set_passwords = false;
                    continue;
                }
                Round::Lost => {}
                Round::Waiting if started.elapsed() >= patience => return Ok(Applied::Unfinished { plan }),
                Round::Waiting => {
                    observer.waiting("Twilio takes the old emergency addresses off their numbers");
                }
            }
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// How a phase ended.
enum Round {
    /// Something was made.
    Progress,
    /// Answers were lost, and no change is known to be made.
    Lost,
    /// Only changes are left for which Twilio is not ready.
    Waiting,
}

struct Run<'a> {
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
    /// The numbers from which 911 does not work.
    helpless: Mutex<Vec<Unregistered>>,
}

impl Run<'_> {
    fn look(&self, wishes: &Wishes) -> Result<Account, Vec<ApplyError>> {
        let seen = Account::read(self.client, &wishes.names, &wishes.domain_name);
        seen.map(|account| Account { permissions: self.permissions.clone(), ..account })
            .map_err(|error| vec![ApplyError::Account(error)])
    }

    /// Whether a change asks Twilio for a second time to register an address.
    fn has_asked(&self, change: &Change) -> bool {
        matches!(change, Change::Emergency(EmergencyMove { number_sid, is_again: true, .. })
            if self.asked.contains(number_sid))
    }

    fn tell(&self, change: impl FnOnce(&mut Vec<Unregistered>)) {
        let mut helpless = self.helpless.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut helpless);
        self.observer.unregistered(&helpless);
    }

    fn count(&self, summary: &Summary) {
        let count = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        self.observer.made(count, self.total.max(count), summary);
    }

    /// Buys one number after the other, and writes each down before the next.
    fn acquire(&self, plan: &Plan, names: &Names, patience: Duration) -> Result<(), ApplyError> {
        let Self { client, observer, log, .. } = *self;
        let shop = Shop { client, observer, log, names, patience };
        for acquisition in &plan.acquisitions {
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
        }
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
    fn first_phase(&mut self, plan: &Plan, account: &Account) -> Result<Round, Vec<ApplyError>> {
        let is_waiting = plan.changes.iter().any(|change| waits(change, account));
        let ready: Vec<_> = plan
            .changes
            .iter()
            .filter(|change| !waits(change, account))
            // An address that a number is leaving is still in use.
            .filter(|change| !(is_waiting && change.phase() == Phase::RemoveAddresses))
            .collect();
        let Some(phase) = ready.first().map(|change| change.phase()) else { return Ok(Round::Waiting) };
        let turn: Vec<_> = ready.into_iter().filter(|change| change.phase() == phase).collect();
        if let Some(change) =
            turn.iter().find(|change| self.tries.get(&key(change)).is_some_and(|&n| n >= TRIES))
        {
            return Err(vec![ApplyError::NotShown(Box::new(change.summary()))]);
        }

        let results = self.together(&turn);
        let (mut round, mut troubles) = (Round::Waiting, Vec::new());
        for (change, result) in turn.iter().zip(results) {
            match result {
                None | Some(Ok(Step::NotYet)) => {}
                Some(Ok(step)) => {
                    if let (Step::Made, Change::Emergency(EmergencyMove { number_sid, to: Some(_), .. })) =
                        (step, change)
                    {
                        self.asked.insert(number_sid.clone());
                    }
                    *self.tries.entry(key(change)).or_default() += 1;
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
                Some(Err(trouble)) => troubles.push(trouble),
            }
        }
        if troubles.is_empty() { Ok(round) } else { Err(troubles) }
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
            Ok(step) => *step == Step::NotYet,
            Err(ApplyError::Twilio { error, .. }) => !error.is_uncertain(),
            Err(_) => true,
        };
        if is_new && is_as_before {
            self.tell(|helpless| helpless.retain(|known| known.number != *number));
        }
        made
    }

    /// Makes changes that do not depend on each other. After one has failed for good, no other is begun.
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
                    Err(ApplyError::Twilio { error, .. }) if error.is_uncertain() => {}
                    Err(_) => is_over.store(true, Ordering::Relaxed),
                    Ok(_) => {}
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
        let tries = self.tries.entry(key(change)).or_default();
        *tries += 1;
        *tries < TRIES
    }
}

/// Identifies a change from one look to the next.
fn key(change: &Change) -> String {
    let Summary { kind, name, fields, .. } = change.summary();
    format!("{:?} {kind} {name} {fields:?}", change.phase())
}

/// Whether Twilio is not ready for a change: it takes an address off a number within half an hour.
fn waits(change: &Change, account: &Account) -> bool {
    let Change::Emergency(step) = change else { return false };
    step.to.is_some()
        && account.numbers.iter().any(|number| {
            number.sid == step.number_sid
                && number.emergency_address_sid.is_empty()
                && Registration::of(number) == Registration::PendingUnregistration
        })
}
