//! Everything that is known of one phone: from the ledger, the network file, the results of drills and the running service.

mod screen;
mod service;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::{Call, Filter, Health, Ledger, Life, Notice, PhoneName, State, say};
use network::{Extension, Network, NoPlace, PostalAddress};
use serde_json::{Value, json};

use crate::drill::{Book, Case, Entry, Outcome, Standing};

pub use service::Service;

/// How many of the latest calls are shown.
const CALLS: usize = 10;

/// How far back calls are looked for, in days.
const DAYS_OF_CALLS: i64 = 90;

/// How far back errors are looked for, in days.
const DAYS_OF_ERRORS: i64 = 7;

/// What is known of a phone.
pub struct Dossier<'n> {
    network: &'n Network,
    phone: &'n Extension,
    health: Health,
    /// The latest calls, and who was told of each that was for help.
    calls: Vec<(Call, Vec<Notice>)>,
    errors: Vec<(u32, u64, Timestamp)>,
    drill: Option<Entry>,
    is_drilled: bool,
    service: Service,
    now: Timestamp,
}

impl<'n> Dossier<'n> {
    /// Gathers it. `book` has the results of drills.
    ///
    /// # Errors
    ///
    /// The ledger cannot be read.
    pub fn of(
        network: &'n Network,
        phone: &'n Extension,
        ledger: &Ledger,
        book: &Book,
        service: Service,
        now: Timestamp,
    ) -> ledger::Result<Self> {
        let name = PhoneName::of_event(phone.endpoint());
        let days_ago = |days: i64| now - SignedDuration::from_hours(24 * days);
        let filter = Filter {
            phone: Some(name.clone()),
            since: Some(days_ago(DAYS_OF_CALLS)),
            most: CALLS,
            ..Filter::default()
        };
        let (stage, case) = (&network.stage().name, Case::Phone(phone.name().to_owned()));
        let today = TimeZone::UTC.to_datetime(now).date();
        let calls = ledger.calls(&filter, now)?.into_iter();
        let calls = calls.map(|call| ledger.told_of(&call).map(|told| (call, told)));
        Ok(Self {
            network,
            phone,
            health: ledger.health(&name, now)?,
            calls: calls.collect::<ledger::Result<_>>()?,
            errors: ledger.errors_of(&name, days_ago(DAYS_OF_ERRORS))?,
            drill: book.latest(stage, &case).cloned(),
            is_drilled: book.standing(stage, &case, today) == Standing::Passed,
            service,
            now,
        })
    }

    /// Whether nothing says that the phone cannot be reached.
    #[must_use]
    pub fn is_well(&self) -> bool {
        matches!(self.health.state, State::Alive | State::NeverSeen)
    }

    /// One screen of 80 columns, with times in a zone.
    #[must_use]
    pub fn screen(&self, zone: &TimeZone) -> String {
        screen::of(self, zone)
    }

    /// The same with stable names (docs/ledger.md).
    #[must_use]
    pub fn as_json(&self) -> Value {
        let sign = |at: Timestamp, what: Value| json!({"at": at.to_string(), "what": what});
        let life = |life| match life {
            Life::Called => "called",
            Life::Answered => "answered",
            Life::Registered => "registered",
        };
        json!({
            "phone": self.phone.endpoint(),
            "state": self.health.state.as_str(),
            "last_life": self.health.life.map(|sign_of| sign(sign_of.at, life(sign_of.proof).into())),
            "last_death": self.health.death.map(|death| sign(death.at, death.proof.0.into())),
            "misses_since": self.health.misses,
            "calls": self.calls.iter().map(|(call, told)| call.as_json(told)).collect::<Value>(),
            "errors_of_seven_days": self.errors.iter().map(|(code, count, last)| {
                json!({"error_code": code, "count": count, "last": last.to_string()})
            }).collect::<Value>(),
            "may_call_emergency": self.phone.emergency(),
            "address": self.help().ok(),
            "last_drill": self.drill.as_ref().map(|drill| json!({"date": drill.date, "passed": drill.verdict == Outcome::Pass})),
            "service": self.service.as_str(),
            "advice": self.advice(),
        })
    }

    /// Where help is sent, and if it is not, why.
    fn help(&self) -> Result<String, NoPlace> {
        self.network.help_goes_to(self.phone).map(PostalAddress::in_short)
    }

    /// What to do, the most urgent first.
    fn advice(&self) -> Vec<String> {
        let mut advice = Vec::new();
        if matches!(self.health.state, State::Doubtful | State::Unreachable)
            && let Some(death) = self.health.death
        {
            advice.push(say::advice(death.proof.0).to_owned());
        }
        if self.health.state == State::NeverSeen {
            advice.push(
                "lift its handset and dial; then read the events: --from, --aws or --twilio".to_owned(),
            );
        }
        if self.health.state == State::Doubtful && self.health.misses == 0 {
            advice.push("call it: nobody has heard from it for more than a week".to_owned());
        }
        if self.phone.emergency() && self.help().is_err() {
            advice.push("give it an address in the network file, then: dialtone apply".to_owned());
        }
        if self.phone.emergency() && !self.is_drilled {
            advice.push("test 911 from it with 933: dialtone doctor --emergency-test".to_owned());
        }
        advice.extend(self.service.advice().map(str::to_owned));
        for (code, ..) in &self.errors {
            let text = say::advice(*code).to_owned();
            if !matches!(code, 13_224) && !advice.contains(&text) {
                advice.push(text);
            }
        }
        advice
    }
}
