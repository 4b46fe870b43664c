//! One run over an account: looks, and the changes of one phase side by side.

mod trying;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use twilio::{Client, CountryPermission, PhoneNumber};

use crate::account::Account;
use crate::another::Seen;
use crate::change::{Change, EmergencyMove, Stage, Summary};
use crate::crew::Crew;
use crate::difference::difference;
use crate::effect::{Effect, Effects, LOOKED_FOR};
use crate::error::ApplyError;
use crate::failures::Failures;
use crate::graph::hold;
use crate::keyring::Keyring;
use crate::names::Names;
use crate::observer::Observer;
use crate::perform::Step;
use crate::plan::{Acquisition, Plan};
use crate::purchase_log::PurchaseLog;
use crate::registration::Unregistered;
use crate::settling::attached;
use crate::shop::Shop;
use crate::turn;
use crate::wishes::Wishes;

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

/// The account, as far as it is known.
pub(crate) struct View {
    pub(crate) account: Account,
    /// The account as Twilio's lists show it, if they were asked just now.
    pub(crate) listed: Option<Account>,
}

pub(crate) struct Run<'a> {
    client: &'a Client,
    keyring: &'a dyn Keyring,
    observer: &'a dyn Observer,
    log: &'a dyn PurchaseLog,
    crew: Crew,
    /// Where the account may call. Read once, because no change here touches it.
    permissions: Option<Vec<CountryPermission>>,
    /// The account after the last answers, if all of them came.
    known: Option<Account>,
    /// The stage for which the account was read last.
    stage: Stage,
    seen: Seen,
    has_doubt: bool,
    made: AtomicUsize,
    total: usize,
    /// How often each change was made, or attempted and failed.
    tries: HashMap<String, usize>,
    /// Since when each change may have been made by an earlier request.
    looked_for: HashMap<String, Instant>,
    /// The numbers (`PN…`) whose addresses Twilio was asked to register in this run.
    asked: HashSet<String>,
    /// The numbers (`PN…`) whose emergency addresses this run changes.
    moving: HashSet<String>,
    /// The numbers from which 911 does not work.
    helpless: Mutex<Vec<Unregistered>>,
    pub(crate) failures: &'a mut Failures,
    effects: &'a mut Effects,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        client: &'a Client,
        keyring: &'a dyn Keyring,
        observer: &'a dyn Observer,
        log: &'a dyn PurchaseLog,
        failures: &'a mut Failures,
        effects: &'a mut Effects,
    ) -> Self {
        Self {
            client,
            keyring,
            observer,
            log,
            crew: Crew::new(),
            permissions: client.dialing_permissions().ok(),
            known: None,
            stage: Stage::Make,
            seen: Seen::default(),
            has_doubt: false,
            made: AtomicUsize::new(0),
            total: 0,
            tries: HashMap::new(),
            looked_for: HashMap::new(),
            asked: HashSet::new(),
            moving: HashSet::new(),
            helpless: Mutex::default(),
            failures,
            effects,
        }
    }

    /// So many changes are left.
    pub(crate) fn expect(&mut self, left: usize) {
        self.total = self.total.max(self.made.load(Ordering::Relaxed) + left);
    }

    /// The account after the last answers, or as it is found now.
    pub(crate) fn look(&mut self, wishes: &Wishes) -> Result<View, Vec<ApplyError>> {
        if let Some(account) = self.known.take() {
            return Ok(View { account, listed: None });
        }
        let Wishes { names, domain_name, .. } = wishes;
        let told = |done, total| self.observer.reading(done, total);
        let listed = Account::read(self.client, names, domain_name, &told);
        let mut listed = listed.map_err(|error| self.failures.ended_by(ApplyError::Account(error)))?;
        listed.permissions.clone_from(&self.permissions);
        if let Some(strange) = self.seen.compare(wishes, &listed, self.effects, self.has_doubt) {
            return Err(self.failures.ended_by(ApplyError::Meanwhile(strange)));
        }
        let account = self.effects.over(listed.clone(), names, domain_name);
        let account = self.refreshed(account).and_then(|account| self.with_attached(wishes, account));
        let account = account.map_err(|error| self.failures.ended_by(ApplyError::Account(error)))?;
        Ok(View { account, listed: Some(listed) })
    }

    /// Makes the next look ask Twilio.
    pub(crate) fn forget(&mut self) {
        self.known = None;
    }

    /// Whether the account has to be looked at anew before a change: what takes calls from others, and what takes
    /// something away, is decided by what is there now.
    pub(crate) fn is_too_old_for(&mut self, view: &View, plan: &Plan) -> bool {
        let next = plan.changes.first().map_or(Stage::Make, |change| Stage::of(change.phase()));
        let is_old = view.listed.is_none() && next > self.stage;
        self.stage = self.stage.max(next);
        is_old
    }

    /// Whether Twilio's lists do not show yet what its answers said. A look now would make it again.
    pub(crate) fn lists_lag(&self, wishes: &Wishes, listed: &Account) -> bool {
        if self.effects.recent().next().is_none() {
            return false;
        }
        let mut plan = difference(wishes, listed, self.keyring);
        plan.changes.retain(|change| !self.has_asked(change));
        self.hold(&mut plan);
        !plan.is_empty()
    }

    /// The account with the numbers that this run moves as they are now: where their list says something else than their
    /// last answer did, they are asked themselves.
    fn refreshed(&mut self, mut account: Account) -> twilio::Result<Account> {
        let own = self.effects.numbers();
        let is_certain = |number: &PhoneNumber| {
            own.get(number.sid.as_str()).is_none_or(|own| {
                (&own.emergency_address_sid, &own.emergency_address_status)
                    == (&number.emergency_address_sid, &number.emergency_address_status)
            })
        };
        let mut uncertain: Vec<&mut PhoneNumber> = account
            .numbers
            .iter_mut()
            .filter(|number| self.moving.contains(&number.sid) && !is_certain(number))
            .collect();
        let sids: Vec<String> = uncertain.iter().map(|number| number.sid.clone()).collect();
        let ask = |sid: &String| self.client.number(sid);
        let asked = self.crew.work(&sids, || self.client.refusals(), ask, Result::is_err);
        let mut answers = Vec::new();
        for (number, asked) in uncertain.iter_mut().zip(asked) {
            let Some(asked) = asked.transpose()? else { continue };
            number.clone_from(&asked);
            answers.push(asked);
        }
        answers.into_iter().for_each(|number| self.effects.add(Effect::Number(Box::new(number))));
        Ok(account)
    }

    /// The account with the addresses that its numbers have and its list does not show yet.
    fn with_attached(&mut self, wishes: &Wishes, mut account: Account) -> twilio::Result<Account> {
        for address in attached(self.client, wishes, &account)? {
            let effect = Effect::Address(Box::new(address));
            effect.on(&mut account, &wishes.names, &wishes.domain_name);
            self.effects.add(effect);
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

    /// Buys one number after the other, and writes each down before the next. Counts those that it asks for in `bought`.
    /// Returns whether the file has changed.
    pub(crate) fn acquire(
        &mut self,
        plan: &Plan,
        names: &Names,
        patience: Duration,
        bought: &mut usize,
    ) -> Result<bool, Vec<ApplyError>> {
        let mut has_changed = false;
        for acquisition in &plan.acquisitions {
            if self.failures.has_acquisition(acquisition) {
                continue;
            }
            // Whatever becomes of it: a purchase whose answer is lost may be made.
            *bought += usize::from(matches!(acquisition, Acquisition::Buy(_)));
            match self.acquire_one(acquisition, names, patience) {
                Ok(new) => {
                    has_changed = true;
                    new.into_iter().for_each(|number| self.effects.add(Effect::Number(Box::new(number))));
                }
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
    ) -> Result<Option<PhoneNumber>, ApplyError> {
        let Self { client, observer, log, .. } = *self;
        let shop = Shop { client, observer, log, names, patience };
        let summary = acquisition.summary();
        let (phone, number, bought, summary) = match acquisition {
            Acquisition::Record { phone, number } => (phone, number.clone(), None, summary),
            Acquisition::Buy(purchase) => {
                let bought = self.watched(&summary, || shop.buy(purchase))?;
                let number = bought.phone_number.clone();
                (&purchase.phone, number.clone(), Some(bought), Summary { name: number, ..summary })
            }
        };
        log.bought(phone, &number).map_err(|error| ApplyError::File {
            phone: phone.clone(),
            number: number.clone(),
            error,
        })?;
        shop.is_written_down(phone, &number)?;
        self.count(&summary);
        Ok(bought)
    }

    /// Does something that may take long.
    fn watched<T>(&self, summary: &Summary, make: impl FnOnce() -> T) -> T {
        self.observer.begun(summary);
        let made = make();
        self.observer.ended(summary);
        made
    }

    /// Makes the changes of the first phase in which something can be done.
    pub(crate) fn first_phase(
        &mut self,
        plan: &Plan,
        account: Account,
        wishes: &Wishes,
    ) -> Result<Round, Vec<ApplyError>> {
        let turn = turn::next(plan, &account);
        if turn.is_empty() {
            return Ok(Round::Waiting);
        }
        let is_exhausted = |change: &&&Change| self.tries.get(&change.key()).is_some_and(|&n| n >= TRIES);
        let exhausted: Vec<_> = turn.iter().filter(is_exhausted).collect();
        if !exhausted.is_empty() {
            for change in exhausted {
                self.failures.add(change, ApplyError::NotShown(Box::new(change.summary())));
            }
            return Ok(Round::Progress);
        }
        // One that may be there is looked for before another is made.
        let is_looked_for = |change: &Change| {
            let since = self.looked_for.get(&change.key());
            change.can_be_twin() && since.is_some_and(|since| since.elapsed() < LOOKED_FOR)
        };
        let turn: Vec<_> = turn.into_iter().filter(|change| !is_looked_for(change)).collect();
        let results = self.together(&turn);
        let (mut round, mut is_known) = (if turn.is_empty() { Round::Lost } else { Round::Waiting }, true);
        let mut account = account;
        for (change, result) in turn.iter().zip(results) {
            let (step, effect) = match result {
                None => continue,
                Some(Ok(made)) => made,
                Some(Err(error)) => {
                    is_known &= !self.failed(change, error, &mut round)?;
                    continue;
                }
            };
            if let Some(effect) = effect {
                effect.on(&mut account, &wishes.names, &wishes.domain_name);
                self.effects.add(effect);
            }
            match step {
                Step::NotYet => {}
                Step::Found => {
                    // A list that lags said otherwise; from now on the number itself is asked.
                    if let Change::Emergency(EmergencyMove { number_sid, .. }) = change
                        && self.moving.insert(number_sid.clone())
                    {
                        round = Round::Progress;
                    }
                }
                Step::Made | Step::Begun => {
                    if let Change::Emergency(EmergencyMove { number_sid, to, .. }) = change {
                        self.moving.insert(number_sid.clone());
                        if to.is_some() && step == Step::Made {
                            self.asked.insert(number_sid.clone());
                        }
                    }
                    *self.tries.entry(change.key()).or_default() += 1;
                    round = Round::Progress;
                }
            }
        }
        // Of two lists that two machines make at once, each sees the other's before it puts users into its own.
        let is_list = turn.iter().any(|change| matches!(change, Change::CreateList { .. }));
        if is_known && !is_list && matches!(round, Round::Progress) {
            account.sort_lists(&wishes.names);
            self.known = Some(account);
        }
        Ok(round)
    }
}
