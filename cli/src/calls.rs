//! `dialtone calls`

use std::collections::HashMap;
use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::{Call, Filter, Help, Ledger, Notice, PhoneName, show};
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
/// The ledger keeps no numbers. It is filled from the events that `serve` writes, from the logs of the functions on AWS, from
/// files, and from Twilio's own lists; what it has is not read again.
///
///   dialtone calls --from events.jsonl --since 2h
///   dialtone calls --phone lobby --refused --since 7d
///   dialtone calls --emergency --since 90d --csv
///   dialtone calls --aws --since 7d
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
            let calls: Vec<_> = calls
                .iter()
                .map(|call| Ok(call.as_json(&told(&opened.ledger, call)?)))
                .collect::<Result<_>>()?;
            answer::print(Outcome::Done, json!({"calls": Value::Array(calls)}));
        } else if self.csv {
            output::verbatim(show::HEADING);
            calls.iter().for_each(|call| output::verbatim(&call.as_csv()));
        } else {
            let zone = local();
            for call in &calls {
                output::line(&call.row(now, &zone));
                if let Some(told) = show::told(&told(&opened.ledger, call)?, &zone) {
                    output::line(&told);
                }
            }
            output::aside(&show::summary(&calls, &filter));
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
                answer::print(Outcome::Done, call.as_json(&[]));
            } else {
                output::line(&call.row(now, &zone));
            }
        };
        for call in calls {
            show(call, Timestamp::now());
            shown.insert(call.id, call.clone());
        }
        loop {
            std::thread::sleep(LOOK);
            let now = Timestamp::now();
            for source in &mut opened.sources {
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

/// Who was told of a call, if it was one for help.
pub(crate) fn told(ledger: &Ledger, call: &Call) -> Result<Vec<Notice>> {
    if call.help == Help::None { Ok(Vec::new()) } else { ledger.notices(call.id).map_err(failure) }
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
