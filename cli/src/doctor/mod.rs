//! `dialtone doctor`

mod certificate;
mod probe;
mod report;
mod rows;
#[cfg(test)]
mod samples;
mod sources;
mod test_933;
mod traces;
mod waiting;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use network::{Network, Stage};
use serde_json::json;

use self::report::Report;
use self::sources::Sources;
use self::test_933::{Book, Case, Entry, Guide, Outcome as Verdict, Terminal};
use crate::exit::{Failure, Outcome, Result, both};
use crate::output;
use crate::setup::{Connection, Session};

/// How the account's debugger webhook is set: Twilio's API has no property for it
/// (<https://www.twilio.com/docs/usage/troubleshooting/debugging-event-webhooks>).
pub(crate) const DEBUGGER_HOW: &str = "in Twilio's console, Monitor > Debugger (legacy console: Monitor > Logs > \
                                       Errors > Error logs), open Webhook & email triggers and set the webhook to \
                                       this URL; there is one for the whole account, so choose the stage that matters";

/// The URL that belongs there.
pub(crate) fn debugger_url(stage: &Stage) -> String {
    format!("{}{}", stage.public_url, web::Route::Alert.path())
}

/// Is this network healthy? Looks at Twilio, at the service and at the phones, and changes nothing.
///
/// Twilio against the file; emergency addresses of all phones that may call 911; phones without numbers; whether the
/// service takes Twilio's signature and no other; the certificate; phones that could not be reached in the last day;
/// where the account may call; and the tests of 911 with 933. Each row that is not ok has its remedy.
///
///   dialtone doctor --stage prod --phones
///   dialtone doctor --stage prod --emergency-test
///   dialtone doctor --stage prod --record phone:lobby=pass --record "off-menu-number=fail:old address"
///
/// TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or TWILIO_API_KEY and TWILIO_API_SECRET) name the account. Requests are
/// signed with TWILIO_AUTH_TOKEN.
///
/// Exit codes: 0 nothing fails (there may be warnings), 1 something does, 2 wrong usage or a bad file, 3 Twilio cannot
/// be asked.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Doctor {
    #[command(flatten)]
    connection: Connection,

    /// Shows every phone: last seen, and how often it could not be reached.
    #[arg(long)]
    phones: bool,

    /// Goes through the tests of 911 with the person at the terminal, and keeps the results in dialtone-933.json
    /// beside the network file.
    #[arg(long, conflicts_with_all = ["record", "json", "phones"])]
    emergency_test: bool,

    /// Keeps the result of a test without asking: CASE is such as off-direct-number or phone:lobby, RESULT is pass or
    /// fail. May be given several times. The network is not looked at.
    #[arg(long, value_name = "CASE=RESULT[:NOTE]", conflicts_with = "phones")]
    record: Vec<String>,

    /// The phone that dialled, for --record.
    #[arg(long, value_name = "PHONE", requires = "record")]
    from: Option<String>,

    /// Prints one JSON object instead.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(crate) fn run(self) -> Result {
        if !self.record.is_empty() {
            return self.write_down();
        }
        let book = Book::open(&self.connection.network.config);
        let (session, mut book) = both(self.connection.open(), book)?;
        if self.emergency_test {
            return guide(&session, &mut book);
        }
        let passwords = self.connection.passwords(&session.network)?;
        let now = Timestamp::now();
        let sources = Sources::ask(&session, &passwords, now);
        let report = examine(&session.network, &sources, &book, now);
        if self.json {
            output::json(&report.as_json());
        } else {
            report.print(self.phones);
        }
        match sources.trouble() {
            Some(_) if !self.json => Err(Failure::other_side("Twilio cannot be asked; the table says why")),
            Some(silence) => Err(Failure::other_side(format!(
                "Twilio cannot be asked: {}\n{}",
                silence.what, silence.remedy
            ))),
            None if report.is_healthy() => Ok(Outcome::Done),
            None => Ok(Outcome::No),
        }
    }

    /// Keeps results that were found without us.
    fn write_down(&self) -> Result {
        let (_, network) = self.connection.read()?;
        let mut book = Book::open(&self.connection.network.config)?;
        let from = match &self.from {
            None => None,
            Some(name) => match network.extension(name) {
                Some(phone) => Some(phone.name().to_owned()),
                None => return Err(Failure::usage(format!("there is no phone {name:?} in the file"))),
            },
        };
        let date = today(Timestamp::now()).to_string();
        let entries: Vec<_> = self
            .record
            .iter()
            .map(|text| entry(text, &network, from.as_deref(), &date))
            .collect::<Result<_>>()?;
        for entry in &entries {
            book.add(entry.clone())?;
        }
        let path = book.path().display().to_string();
        if self.json {
            output::json(&json!({"recorded": entries, "file": path}));
        } else {
            entries.iter().for_each(|entry| output::line(&format!("kept: {} in {path}", entry.case)));
        }
        Ok(Outcome::Done)
    }
}

/// From what was found to a report. Pure.
fn examine(network: &Network, sources: &Sources, book: &Book, now: Timestamp) -> Report {
    let stage = network.stage();
    let (misses, sightings) = (sources.misses.as_ref(), sources.sightings.as_ref());
    let phones = rows::phones::phones(network, misses, sightings);
    let mut rows = rows::account::rows(sources.plan.as_ref());
    let numbers = sources.numbers.as_deref();
    let domain = sources.domain.as_ref().map(Option::as_ref);
    rows.extend(rows::emergency::rows(network, numbers, domain));
    rows.extend(rows::tests_933::rows(network, book, today(now)));
    rows.extend(rows::numbers::rows(network, numbers));
    rows.extend(rows::phones::rows(&phones, misses, sightings));
    rows.extend(rows::web::rows(&stage.public_url, &sources.probe));
    rows.push(rows::web::certificate(sources.certificate.as_ref(), now));
    rows.extend(rows::countries::rows(network, sources.permissions.as_deref()));
    rows.push(rows::web::debugger(stage));
    let has_asked = sources.trouble().is_none();
    Report { network: network.name().to_owned(), stage: stage.name.clone(), rows, phones, has_asked }
}

fn today(now: Timestamp) -> jiff::civil::Date {
    TimeZone::UTC.to_datetime(now).date()
}

/// How many of the day's calls are looked at for one to 933.
const RECENT_CALLS: usize = 1000;

fn guide(session: &Session, book: &mut Book) -> Result {
    let calls = |since: &str| session.client.calls(since, RECENT_CALLS).map_err(|error| error.to_string());
    let guide = Guide { network: &session.network, calls: &calls, now: &Timestamp::now };
    let (_, failed) = guide.walk(book, &mut Terminal)?;
    Ok(if failed == 0 { Outcome::Done } else { Outcome::No })
}

/// A result as `--record` names it.
fn entry(text: &str, network: &Network, from: Option<&str>, date: &str) -> Result<Entry> {
    let cases = Case::all(network);
    // Names of phones may have an equals sign in them, so the tests that there are decide where theirs ends.
    let found = cases.iter().find_map(|case| {
        let result = text.strip_prefix(&case.id())?.strip_prefix('=')?;
        let (word, note) = result.split_once(':').unwrap_or((result, ""));
        let verdict = match word {
            "pass" => Verdict::Pass,
            "fail" => Verdict::Fail,
            _ => return None,
        };
        Some((case, verdict, note.trim()))
    });
    let Some((case, verdict, note)) = found else {
        let ids: Vec<_> = cases.iter().map(Case::id).collect();
        return Err(Failure::usage(format!(
            "--record {text:?}: write CASE=pass or CASE=fail, and after a colon a note; the cases are {}",
            output::some_of(&ids, 30)
        )));
    };
    let phone = match case {
        Case::Phone(name) => Some(name.clone()),
        Case::Corner { .. } => from.map(str::to_owned),
    };
    Ok(Entry {
        date: date.to_owned(),
        stage: network.stage().name.clone(),
        case: case.id(),
        phone,
        verdict,
        outgoing_asked: None,
        note: note.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::samples::network;

    #[test]
    fn results_are_read_with_any_name_of_a_phone() {
        let network = network("[extensions.\"x=pass\"]\nnumber = \"+15035550110\"\n");
        let read = |text| entry(text, &network, Some("x=pass"), "2026-11-08").ok();
        let one = read("phone:x=pass=fail:other address").unwrap();
        assert_eq!(
            (one.case.as_str(), one.verdict, one.note.as_str()),
            ("phone:x=pass", Verdict::Fail, "other address")
        );
        let other = read("off-menu-number=pass").unwrap();
        assert_eq!((other.phone.as_deref(), other.verdict), (Some("x=pass"), Verdict::Pass));
        for text in ["", "off-menu-number", "off-menu-number=maybe", "phone:porch=pass", "off=pass"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
