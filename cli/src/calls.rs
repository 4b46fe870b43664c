//! `dialtone calls`

use std::collections::HashMap;
use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::{Call, Ending, Filter, PhoneName, say};
use network::Network;
use serde_json::{Value, json};

use crate::exit::{Failure, Outcome, Result};
use crate::ledger::{LedgerArgs, Opened, failure};
use crate::output;
use crate::{answer, ask};

/// How often --follow looks for more.
const LOOK: Duration = Duration::from_secs(1);

/// How many calls are watched for their end with --follow.
const WATCHED: usize = 500;

/// What calls were there? The latest last, in local time: phone, where the call went, how it ended and why.
///
/// The ledger keeps no numbers. It is filled from the events that `serve` writes, from logs and exports of CloudWatch
/// Logs, and from Twilio's own lists; what it has is not read again.
///
///   dialtone calls --from events.jsonl --since 2h
///   dialtone calls --phone lobby --refused --since 7d
///   dialtone calls --emergency --since 90d --csv
///   aws logs filter-log-events --log-group-name GROUP > export.json && dialtone calls --from export.json
///
/// Exit codes: 0 done, 2 wrong usage or a bad file, 3 Twilio cannot be asked, or the ledger cannot be used.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Calls {
    #[command(flatten)]
    ledger: LedgerArgs,

    /// Calls of this phone only, by its name in the network file.
    #[arg(long, value_name = "NAME")]
    phone: Option<String>,

    /// Calls since then: an age such as 90m, 24h or 7d, or a date such as 2026-06-20.
    #[arg(long, value_name = "TIME", default_value = "24h")]
    since: String,

    /// Calls that could not be placed.
    #[arg(long)]
    failed: bool,

    /// Calls that were refused.
    #[arg(long)]
    refused: bool,

    /// Calls for help and drills, also refused and failed ones.
    #[arg(long)]
    emergency: bool,

    /// Goes on, and shows each call when it begins and when it ends.
    #[arg(long, conflicts_with_all = ["csv", "forget"])]
    follow: bool,

    /// At most so many calls, the latest.
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    most: usize,

    /// Prints CSV with a heading.
    #[arg(long, conflicts_with = "json")]
    csv: bool,

    /// Prints one JSON object; with --follow, one a call.
    #[arg(long)]
    json: bool,

    /// Forgets what happened before then (an age or a date), of --phone or of all phones. It stays forgotten when its
    /// source is read again.
    #[arg(long, value_name = "TIME", conflicts_with_all = ["failed", "refused", "emergency", "csv"])]
    forget: Option<String>,

    /// Forgets without asking.
    #[arg(long, requires = "forget")]
    yes: bool,
}

impl Calls {
    pub(crate) fn run(self) -> Result {
        let now = Timestamp::now();
        let since = time(&self.since, "--since", now)?;
        if let Some(limit) = &self.forget {
            return self.forget(time(limit, "--forget", now)?);
        }
        let opened = if self.follow { self.ledger.open_to_write()? } else { self.ledger.open()? };
        let filter = self.filter(&opened.network, since)?;
        let mut calls = opened.ledger.calls(&filter, now).map_err(failure)?;
        // A person reads downwards, towards now.
        calls.reverse();
        if self.follow {
            return self.follow(opened, &filter, &calls);
        }
        if self.json {
            let calls: Vec<_> = calls.iter().map(as_json).collect();
            answer::print(Outcome::Done, json!({"calls": calls}));
        } else if self.csv {
            output::verbatim(HEADINGS);
            calls.iter().for_each(|call| output::verbatim(&as_csv(call)));
        } else {
            let zone = local();
            calls.iter().for_each(|call| output::line(&row(call, now, &zone)));
            output::aside(&summary(&calls, &filter));
        }
        Ok(Outcome::Done)
    }

    fn filter(&self, network: &Network, since: Timestamp) -> Result<Filter> {
        let phone = self.phone.as_deref().map(|name| phone_name(network, name)).transpose()?;
        Ok(Filter {
            phone,
            since: Some(since),
            failed: self.failed,
            refused: self.refused,
            help: self.emergency,
            most: self.most,
            ..Filter::default()
        })
    }

    fn follow(&self, mut opened: Opened, filter: &Filter, calls: &[Call]) -> Result {
        let zone = local();
        let mut shown: HashMap<i64, Call> = HashMap::new();
        let show = |call: &Call, now| {
            if self.json {
                answer::print(Outcome::Done, as_json(call));
            } else {
                output::line(&row(call, now, &zone));
            }
        };
        for call in calls {
            show(call, Timestamp::now());
            shown.insert(call.id, call.clone());
        }
        loop {
            std::thread::sleep(LOOK);
            let now = Timestamp::now();
            for source in &opened.sources {
                source.read(&mut opened.ledger)?;
            }
            let recent = now - SignedDuration::from_hours(24);
            let filter = Filter {
                since: Some(filter.since.map_or(recent, |since| since.max(recent))),
                most: WATCHED,
                ..filter.clone()
            };
            let mut calls = opened.ledger.calls(&filter, now).map_err(failure)?;
            calls.reverse();
            for call in calls {
                let is_news = shown.get(&call.id).is_none_or(|known| {
                    (known.ending, known.destination, known.why) != (call.ending, call.destination, call.why)
                });
                if is_news {
                    show(&call, now);
                    shown.insert(call.id, call);
                }
            }
            shown.retain(|_, call| call.began >= recent);
        }
    }

    fn forget(&self, before: Timestamp) -> Result {
        let mut opened = self.ledger.open_to_write()?;
        let phone = self.phone.as_deref().map(|name| phone_name(&opened.network, name)).transpose()?;
        let whose = phone.as_ref().map_or_else(|| "every phone".to_owned(), ToString::to_string);
        let day = opened.ledger.start_of_day(before).to_zoned(opened.ledger.zone().clone());
        let question = format!("Forget what happened to {whose} before {}?", day.strftime("%d %B %Y"));
        if !self.yes && !ask::confirm(&question)? {
            return Err(Failure::declined("nothing was forgotten"));
        }
        let forgotten = opened.ledger.forget(before, phone.as_ref()).map_err(failure)?;
        if self.json {
            answer::print(Outcome::Done, json!({"forgotten_events": forgotten}));
        } else {
            output::line(&format!("{forgotten} events were forgotten"));
        }
        Ok(Outcome::Done)
    }
}

/// A phone by its name in the file, or by what events call it.
pub(crate) fn phone_name(network: &Network, name: &str) -> Result<PhoneName> {
    let by_endpoint =
        || network.extensions().iter().find(|phone| phone.endpoint().eq_ignore_ascii_case(name));
    let phone =
        network.extension(name).or_else(by_endpoint).ok_or_else(|| Failure::no_phone(network, name))?;
    Ok(PhoneName::of_event(phone.endpoint()))
}

/// The zone of the person at the terminal.
pub(crate) fn local() -> TimeZone {
    TimeZone::try_system().unwrap_or(TimeZone::UTC)
}

/// A time as a person writes it: `90m`, `24h`, `7d`, or a date.
fn time(text: &str, option: &str, now: Timestamp) -> Result<Timestamp> {
    let wrong = || {
        Failure::usage(
            format!("{option} {text:?}"),
            "write an age such as 90m, 24h or 7d, or a date such as 2026-06-20",
            "",
        )
    };
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        return date.to_zoned(local()).map(|zoned| zoned.timestamp()).map_err(|_| wrong());
    }
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let minutes = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 1_440,
        _ => return Err(wrong()),
    };
    let count: i64 = text.strip_suffix(unit).unwrap_or_default().parse().map_err(|_| wrong())?;
    let age = count.checked_mul(minutes * 60).filter(|seconds| (0..=3_153_600_000).contains(seconds));
    Ok(now - SignedDuration::from_secs(age.ok_or_else(wrong)?))
}

/// A call in 80 columns.
pub(crate) fn row(call: &Call, now: Timestamp, zone: &TimeZone) -> String {
    let at = call.began.to_zoned(zone.clone()).strftime("%d %b %H:%M").to_string();
    let fit = |text: &str, width: usize| -> String {
        if text.chars().count() <= width {
            return text.to_owned();
        }
        text.chars().take(width - 1).chain(['…']).collect()
    };
    let phone = fit(call.phone.as_str(), 13);
    let mark = if call.is_unheard { " (never reached Dialtone)" } else { "" };
    let outcome = fit(&format!("{}{mark}", call.outcome_in_words(now)), 26);
    let destination = fit(&call.destination_in_words(), 14);
    format!("{at} {:>10}  {phone:<13} {destination:<14} {outcome}", say::ago(call.began, now))
        .trim_end()
        .to_owned()
}

fn summary(calls: &[Call], filter: &Filter) -> String {
    let count = |is: fn(&Call) -> bool| calls.iter().filter(|call| is(call)).count();
    let refused = count(|call| call.ending == Ending::Refused);
    let failed = count(|call| call.ending.is_failure());
    let cut = if calls.len() == filter.most { "; there may be more: --most COUNT" } else { "" };
    format!("{} calls, {refused} refused, {failed} could not be placed{cut}", calls.len())
}

/// A call with stable names (docs/ledger.md).
pub(crate) fn as_json(call: &Call) -> Value {
    json!({
        "began": call.began.to_string(),
        "phone": call.phone.as_str(),
        "direction": call.way.as_str(),
        "destination": call.destination.as_str(),
        "country": call.country,
        "ending": call.ending.as_str(),
        "reason": call.why.map(ledger::Why::as_str),
        "error_code": call.error,
        "duration_seconds": call.seconds,
        "price_micros": call.price_micros,
        "help": call.help.as_str(),
        "reached_dialtone": !call.is_unheard,
    })
}

const HEADINGS: &str = "began,phone,direction,destination,country,ending,reason,error_code,duration_seconds,price_micros,help,reached_dialtone";

/// The same members as in JSON, in the same order (RFC 4180).
fn as_csv(call: &Call) -> String {
    let quoted = |text: &str| {
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let value = as_json(call);
    let cells: Vec<_> = HEADINGS
        .split(',')
        .map(|name| match value.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => quoted(text),
            Some(other) => other.to_string(),
        })
        .collect();
    cells.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_ages_or_dates() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let read = |text| time(text, "--since", now).ok();
        assert_eq!(read("90m"), Some("2026-11-27T10:30:00Z".parse().unwrap()));
        assert_eq!(read("7d"), Some("2026-11-20T12:00:00Z".parse().unwrap()));
        assert!(read("2026-06-20").is_some());
        for wrong in
            ["", "d", "7", "-7d", "7w", "7dd", "99999999999999999999d", "999999999d", "2026-13-01", "é"]
        {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
