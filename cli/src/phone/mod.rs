//! `dialtone phone`

pub(crate) mod drill;
mod screen;
mod service;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use ledger::{Filter, Health, State};
use network::{Extension, Network};
use serde_json::{Value, json};

use self::drill::Drill;
use self::service::Knowledge;
use crate::answer;
use crate::calls;
use crate::exit::{Outcome, Result};
use crate::ledger::{LedgerArgs, failure};
use crate::output;

/// How many of the latest calls are shown.
const CALLS: usize = 10;

/// How far back calls are looked for, in days.
const DAYS_OF_CALLS: i64 = 90;

/// How far back errors are looked for, in days.
const DAYS_OF_ERRORS: i64 = 7;

/// What is known of a phone, on one screen: when it was last heard from and last missed, its latest calls and errors,
/// where 911 sends help, its last drill, whether the running service has this file, and what to do.
///
/// The ledger is filled by `dialtone calls`, by `dialtone switchboard`, or here with --from and --twilio.
///
///   dialtone phone lobby
///   dialtone phone lobby --from events.jsonl --json
///
/// Exit codes: 0 it is alive or was never seen, 1 it is doubtful or unreachable, 2 wrong usage or a bad file, 3 Twilio
/// cannot be asked, or the ledger cannot be used.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Phone {
    /// The phone, by its name in the network file or its label.
    name: String,

    #[command(flatten)]
    ledger: LedgerArgs,

    /// Does not ask the running service which file it has.
    #[arg(long)]
    offline: bool,

    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

/// Everything that the screen shows.
struct Findings<'n> {
    network: &'n Network,
    phone: &'n Extension,
    health: Health,
    calls: Vec<ledger::Call>,
    errors: Vec<(u32, u64, Timestamp)>,
    drill: Option<Drill>,
    knowledge: Knowledge,
    now: Timestamp,
}

impl Phone {
    pub(crate) fn run(self) -> Result {
        let opened = self.ledger.open()?;
        let (network, ledger) = (&opened.network, &opened.ledger);
        let name = calls::phone_name(network, &self.name)?;
        let Some(phone) = network.extensions().iter().find(|phone| phone.endpoint() == name.as_str()) else {
            return Err(crate::exit::Failure::usage(
                "",
                format!("events do not name the phone {:?}", self.name),
                "give it a label in the network file",
            ));
        };
        let now = Timestamp::now();
        let days_ago = |days: i64| now - SignedDuration::from_hours(24 * days);
        let filter = Filter {
            phone: Some(name.clone()),
            since: Some(days_ago(DAYS_OF_CALLS)),
            most: CALLS,
            ..Filter::default()
        };
        let config = &self.ledger.network().config;
        let findings = Findings {
            health: ledger.health(&name, now).map_err(failure)?,
            calls: ledger.calls(&filter, now).map_err(failure)?,
            errors: ledger.errors_of(&name, days_ago(DAYS_OF_ERRORS)).map_err(failure)?,
            drill: Drill::last(config, &network.stage().name, phone.name()),
            knowledge: if self.offline {
                Knowledge::NotAsked
            } else {
                let _under_way = output::Progress::of("asking the service which file it has");
                Knowledge::ask(network.stage(), config)
            },
            network,
            phone,
            now,
        };
        let outcome = match findings.health.state {
            State::Alive | State::NeverSeen => Outcome::Done,
            State::Doubtful | State::Unreachable => Outcome::No,
        };
        if self.json {
            return Ok(answer::print(outcome, findings.as_json()));
        }
        output::line(&screen::of(&findings));
        Ok(outcome)
    }
}

impl Findings<'_> {
    /// Where help is sent, and if it is not, why.
    fn help(&self) -> std::result::Result<String, &'static str> {
        if !self.phone.emergency() {
            return Err("this phone may not call 911");
        }
        let shown = self.phone.number().or(self.phone.caller_id()).or(self.network.emergency_caller_id());
        let number = shown.ok_or("there is no number that 911 could see")?;
        let address = self.network.address_of(number).ok_or("no address in the file")?;
        let unit = address.unit.as_deref().map(|unit| format!(", {unit}")).unwrap_or_default();
        Ok(format!("{}{unit}, {}", address.street, address.city))
    }

    /// What to do, the most urgent first.
    fn advice(&self) -> Vec<String> {
        let mut advice = Vec::new();
        if matches!(self.health.state, State::Doubtful | State::Unreachable)
            && let Some(death) = self.health.death
        {
            advice.push(ledger::say::advice(death.proof.0).to_owned());
        }
        if self.health.state == State::NeverSeen {
            advice.push("lift its handset and dial; then read the events with --from, or Twilio's lists with --twilio".to_owned());
        }
        if self.health.state == State::Doubtful && self.health.misses == 0 {
            advice.push("call it: nobody has heard from it for more than a week".to_owned());
        }
        if self.phone.emergency() && self.help().is_err() {
            advice.push("give it an address in the network file, then: dialtone apply".to_owned());
        }
        if self.phone.emergency() && !self.drill.as_ref().is_some_and(|drill| drill.is_good(self.now)) {
            advice.push("test 911 from it with 933: dialtone doctor --emergency-test".to_owned());
        }
        advice.extend(self.knowledge.advice());
        for (code, ..) in &self.errors {
            let text = ledger::say::advice(*code).to_owned();
            if !matches!(code, 13_224) && !advice.contains(&text) {
                advice.push(text);
            }
        }
        advice
    }

    fn as_json(&self) -> Value {
        let sign = |at: Timestamp, what: Value| json!({"at": at.to_string(), "what": what});
        json!({
            "phone": self.phone.endpoint(),
            "state": self.health.state.as_str(),
            "last_life": self.health.life.map(|life| sign(life.at, match life.proof {
                ledger::Life::Called => "called".into(),
                ledger::Life::Answered => "answered".into(),
                ledger::Life::Registered => "registered".into(),
            })),
            "last_death": self.health.death.map(|death| sign(death.at, death.proof.0.into())),
            "misses_since": self.health.misses,
            "calls": self.calls.iter().map(|call| call.as_json(&[])).collect::<Value>(),
            "errors_of_seven_days": self.errors.iter().map(|(code, count, last)| {
                json!({"error_code": code, "count": count, "last": last.to_string()})
            }).collect::<Value>(),
            "may_call_emergency": self.phone.emergency(),
            "address": self.help().ok(),
            "last_drill": self.drill.as_ref().map(|drill| json!({"date": drill.date, "passed": drill.passed})),
            "service": self.knowledge.as_str(),
            "advice": self.advice(),
        })
    }
}
