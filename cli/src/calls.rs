//! `dialtone calls`

use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ledger::{Call, Filter, News, PhoneName, show};
use network::Network;
use serde_json::{Value, json};

use crate::exit::{Failure, Outcome, Result};
use crate::ledger::{LedgerArgs, Opened, failure};
use crate::output;
use crate::{answer, ask};

/// How often --follow looks for more.
const LOOK: Duration = Duration::from_secs(1);

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
            return self.follow(opened, &filter, calls);
        }
        if self.json {
            let calls: Vec<_> = calls
                .iter()
                .map(|call| Ok(call.as_json(&opened.ledger.told_of(call).map_err(failure)?)))
                .collect::<Result<_>>()?;
            answer::print(Outcome::Done, json!({"calls": Value::Array(calls)}));
        } else if self.csv {
            output::verbatim(show::HEADING);
            calls.iter().for_each(|call| output::verbatim(&call.as_csv()));
        } else {
            let zone = local();
            for call in &calls {
                output::line(&call.row(now, &zone));
                let told = opened.ledger.told_of(call).map_err(failure)?;
                show::below(call, &told, &zone).iter().for_each(|line| output::line(line));
            }
            output::aside(&show::summary(&calls, &filter));
            opened.ledger.silence(now).map_err(failure)?.iter().for_each(|silence| output::aside(silence));
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

    fn follow(&self, opened: Opened, filter: &Filter, calls: Vec<Call>) -> Result {
        let zone = local();
        let Opened { mut ledger, mut sources, .. } = opened;
        let mut news = News::since(filter, &calls);
        let mut calls = calls;
        loop {
            let now = Timestamp::now();
            for call in calls {
                if self.json {
                    let told = ledger.told_of(&call).map_err(failure)?;
                    answer::print(Outcome::Done, call.as_json(&told));
                } else {
                    output::line(&call.row(now, &zone));
                }
            }
            std::thread::sleep(LOOK);
            for source in &mut sources {
                source.read(&mut ledger)?;
            }
            calls = news.next(&ledger, Timestamp::now()).map_err(failure)?;
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

/// A time as a person writes it.
fn time(text: &str, option: &str, now: Timestamp) -> Result<Timestamp> {
    show::time(text, now, &local()).ok_or_else(|| {
        let what = "write an age such as 90m, 24h or 7d, or a date such as 2026-06-20";
        Failure::usage(format!("{option} {text:?}"), what, "")
    })
}
