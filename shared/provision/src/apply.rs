//! Changes made, phase by phase, until none is left.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use twilio::{Client, CountryPermission};

use crate::account::Account;
use crate::change::{Change, EmergencyMove, Phase, Summary};
use crate::difference::difference;
use crate::emergency::{Unregistered, unregistered};
use crate::keyring::Keyring;
use crate::names::Names;
use crate::perform::{Step, Trouble, perform};
use crate::plan::{Note, Plan};
use crate::shop::Shop;
use crate::wishes::Wishes;

/// How many changes of one phase are made at once. Twilio counts concurrent requests of a whole account and answers
/// 429 (20429) beyond its limit; four are a fraction of that and make two hundred phones a matter of seconds.
const WORKERS: usize = 4;
/// How often a change is tried whose answers are lost, and how often one is made that does not show.
const TRIES: usize = 5;
/// The first pause before another look; it doubles up to the last.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Who watches, and writes numbers down.
pub trait Progress: Sync {
    /// A change is about to be made.
    fn begun(&self, summary: &Summary);
    /// The request for that change is over, whatever came of it.
    fn ended(&self, summary: &Summary);
    /// A change was made: the how-manieth, of how many.
    fn made(&self, count: usize, total: usize, summary: &Summary);
    /// Something is waited for.
    fn waiting(&self, what: &str);
    /// The numbers from which 911 does not work, as far as is known now. However the run ends, the last word holds.
    fn unregistered(&self, numbers: &[Unregistered]);
    /// Writes a number that was bought into the file.
    ///
    /// # Errors
    ///
    /// Why it cannot be written.
    fn bought(&self, phone: &str, number: &str) -> Result<(), String>;
    /// The number that is being bought for a phone, as this run or one before noted it.
    ///
    /// # Errors
    ///
    /// Why the note cannot be read.
    fn asked_for(&self, phone: &str) -> Result<Option<String>, String>;
    /// Notes which number is about to be bought for a phone, or that there is no doubt about any. The note outlives the
    /// run: a purchase may be made long after its answer was lost.
    ///
    /// # Errors
    ///
    /// Why it cannot be noted.
    fn ask_for(&self, phone: &str, number: Option<&str>) -> Result<(), String>;
}

/// How an `apply` ended that did not fail.
#[derive(Debug)]
pub enum Applied {
    /// Nothing is left to do, but for what the notes say, and for what [`Progress::unregistered`] said last.
    Done {
        /// What a person has to see to.
        notes: Vec<Note>,
    },
    /// The file has changed: it has to be read again.
    FileChanged,
    /// Twilio needs more time for some changes than was allowed.
    Unfinished {
        /// What is left.
        plan: Plan,
    },
}

/// Makes an account match. Safe to run again after any failure, as often as necessary.
///
/// `patience` is how long Twilio may take with emergency addresses, and with a purchase that it does not confirm.
///
/// # Errors
///
/// What could not be made. Everything before it is made; what comes after is not begun.
pub fn apply(
    client: &Client,
    wishes: &Wishes,
    keyring: &dyn Keyring,
    progress: &dyn Progress,
    patience: Duration,
) -> Result<Applied, Vec<Trouble>> {
    let mut wishes = wishes.clone();
    let permissions = client.dialing_permissions().ok();
    let (made, tries) = (AtomicUsize::new(0), HashMap::new());
    let (asked, helpless) = (HashSet::new(), Mutex::default());
    let mut run = Run { client, keyring, progress, permissions, made, total: 0, tries, asked, helpless };
    let (started, mut pause) = (Instant::now(), PAUSE);
    let mut given_up: Vec<Note> = Vec::new();
    loop {
        let account = run.look(&wishes)?;
        let mut plan = difference(&wishes, &account, keyring);
        // What fails again in the same run needs a person.
        plan.changes.retain(|change| !run.has_asked(change));
        given_up.extend(
            plan.notes_of_given_up().filter(|note| !given_up.contains(note)).cloned().collect::<Vec<_>>(),
        );
        let helpless = unregistered(&wishes, &account);
        let pending = helpless.iter().filter(|number| !number.has_failed()).count();
        run.tell(|known| *known = helpless);
        run.total = run.total.max(run.made.load(Ordering::Relaxed) + plan.changes.len());
        if plan.is_empty() {
            if pending == 0 || started.elapsed() >= patience {
                // A number without its name is nobody's any more, and is paid for all the same.
                given_up.retain(|note| !plan.notes.contains(note));
                plan.notes.extend(given_up);
                return Ok(Applied::Done { notes: plan.notes });
            }
            progress.waiting(&match pending {
                1 => "Twilio registers 1 emergency address".to_owned(),
                _ => format!("Twilio registers {pending} emergency addresses"),
            });
        } else {
            if plan.first_phase() == Some(Phase::Buy) {
                run.buy(&plan, &wishes.names, patience).map_err(|trouble| vec![trouble])?;
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
                    progress.waiting("Twilio takes the old emergency addresses off their numbers");
                }
            }
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// What came of a phase.
enum Round {
    /// Something was made.
    Progress,
    /// Answers were lost, and nothing is known to be made.
    Lost,
    /// Only changes are left for which Twilio is not ready.
    Waiting,
}

struct Run<'a> {
    client: &'a Client,
    keyring: &'a dyn Keyring,
    progress: &'a dyn Progress,
    /// Where the account may call. Looked at once, since no change here changes it.
    permissions: Option<Vec<CountryPermission>>,
    made: AtomicUsize,
    total: usize,
    /// How often each change has been made, or has been tried in vain.
    tries: HashMap<String, usize>,
    /// The numbers (`PN…`) whose addresses Twilio was asked to register in this run.
    asked: HashSet<String>,
    /// The numbers from which 911 does not work.
    helpless: Mutex<Vec<Unregistered>>,
}

impl Run<'_> {
    fn look(&self, wishes: &Wishes) -> Result<Account, Vec<Trouble>> {
        let seen = Account::read(self.client, &wishes.names, &wishes.domain_name);
        seen.map(|account| Account { permissions: self.permissions.clone(), ..account }).map_err(|error| {
            let summary = Summary {
                action: crate::Action::Update,
                kind: "account",
                name: "cannot read the account".into(),
                fields: Vec::new(),
            };
            vec![Trouble::Twilio { summary: Box::new(summary), error }]
        })
    }

    /// Whether a change asks Twilio for a second time to register an address.
    fn has_asked(&self, change: &Change) -> bool {
        matches!(change, Change::Emergency(EmergencyMove { number_sid, is_again: true, .. })
            if self.asked.contains(number_sid))
    }

    fn tell(&self, change: impl FnOnce(&mut Vec<Unregistered>)) {
        let mut helpless = self.helpless.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut helpless);
        self.progress.unregistered(&helpless);
    }

    fn count(&self, summary: &Summary) {
        let count = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        self.progress.made(count, self.total.max(count), summary);
    }

    /// Buys one after the other, and writes each down before the next.
    fn buy(&self, plan: &Plan, names: &Names, patience: Duration) -> Result<(), Trouble> {
        let shop = Shop { client: self.client, progress: self.progress, names, patience };
        for change in &plan.changes {
            let (phone, number) = match change {
                Change::Record { phone, number } => (phone, number.clone()),
                Change::Buy(purchase) => (&purchase.phone, self.watched(change, || shop.buy(purchase))?),
                _ => continue,
            };
            self.progress.bought(phone, &number).map_err(|why| Trouble::File {
                phone: phone.clone(),
                number: number.clone(),
                why,
            })?;
            shop.is_written_down(phone, &number)?;
            let summary = match change {
                Change::Buy(_) => Summary { name: number, ..change.summary() },
                _ => change.summary(),
            };
            self.count(&summary);
        }
        Ok(())
    }

    /// Does something that may take long.
    fn watched<T>(&self, change: &Change, make: impl FnOnce() -> T) -> T {
        let summary = change.summary();
        self.progress.begun(&summary);
        let made = make();
        self.progress.ended(&summary);
        made
    }

    /// Makes the changes of the first phase in which something can be done.
    fn first_phase(&mut self, plan: &Plan, account: &Account) -> Result<Round, Vec<Trouble>> {
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
            return Err(vec![Trouble::NotShown(Box::new(change.summary()))]);
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
                Some(Err(Trouble::Twilio { ref error, .. }))
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

    /// Moves a number, of which nobody must hope for help meanwhile: not if the run ends before the answer is there, and
    /// not if the answer is lost.
    fn moved(&self, change: &Change, make: impl FnOnce() -> Result<Step, Trouble>) -> Result<Step, Trouble> {
        let Change::Emergency(EmergencyMove { number, to: Some(_), .. }) = change else { return make() };
        let mut is_new = false;
        self.tell(|helpless| {
            is_new = helpless.iter().all(|known| known.number != *number);
            if is_new {
                helpless.push(Unregistered { number: number.clone(), status: "unregistered".to_owned() });
            }
        });
        let made = make();
        let is_as_before = match &made {
            Ok(step) => *step == Step::NotYet,
            Err(Trouble::Twilio { error, .. }) => !error.is_uncertain(),
            Err(_) => true,
        };
        if is_new && is_as_before {
            self.tell(|helpless| helpless.retain(|known| known.number != *number));
        }
        made
    }

    /// Makes changes that do not depend on each other. After one that failed for good no other is begun.
    fn together(&self, changes: &[&Change]) -> Vec<Option<Result<Step, Trouble>>> {
        let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let results = Mutex::new(changes.iter().map(|_| None).collect::<Vec<_>>());
        let work = || {
            while !is_over.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(change) = changes.get(index) else { break };
                let make = || perform(change, self.client, self.keyring);
                let result = self.watched(change, || self.moved(change, make));
                match &result {
                    Ok(Step::Made) => self.count(&change.summary()),
                    Err(Trouble::Twilio { error, .. }) if error.is_uncertain() => {}
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

/// What makes two changes the same, from one look to the next.
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
                && number.emergency_address_status == "pending-unregistration"
        })
}
