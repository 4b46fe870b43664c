//! `dialtone doctor`

mod emergency;
mod registrations;
mod trial;

use std::io::{self, IsTerminal, stdin};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use doctor::drill::{Book, BookError, Guide, GuideError, Person, Record};
use doctor::{Known, Report, RollCall, Sources, examine};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use network::{Finding, Network};
use provision::Options;
use samconfig::Samconfig;
use serde_json::json;

use self::registrations::Registrations;
use crate::exit::{Failure, Outcome, Result, both};
use crate::help::columns;
use crate::ledger::failure;
use crate::setup::{Connection, Session, token, wishes};
use crate::{answer, ask, output};

/// How many of the day's calls are searched for one to 933.
const RECENT_CALLS: usize = 1000;

/// Is this network healthy? Looks at Twilio, at the service and at the phones, and changes nothing.
///
/// Twilio against the file; emergency addresses of all phones that may call 911; phones without numbers; whether the
/// service takes Twilio's signature and no other; the certificate; phones that could not be reached in the last day;
/// where the account may call; and the tests of 911 with 933. Each row that is not ok has its remedy.
///
///   dialtone doctor --stage prod --phones
///   dialtone doctor --stage prod --registrations
///   dialtone doctor --stage prod --emergency
///   dialtone doctor --stage prod --notify-test
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

    #[command(flatten)]
    registrations: Registrations,

    /// Shows for each phone whether it may call for help, what is dialled, the number and the address that are shown, its last
    /// drill, and who is told. Ends with 1 if one that may call would not be found, or if nobody is told.
    #[arg(long, conflicts_with_all = ["phones", "emergency_test", "record"])]
    emergency: bool,

    /// Sends everybody in `[[notify]]` a notice that is marked as a trial, and says what became of each. Uses the variables of
    /// `serve`: TWILIO_ACCOUNT_SID with a key or token, DIALTONE_NOTIFY_SECRET, DIALTONE_SMTP_URL, DIALTONE_SMTP_FROM.
    #[arg(long, conflicts_with_all = ["phones", "emergency", "emergency_test", "record"])]
    notify_test: bool,

    /// For how many seconds --notify-test waits for a message to be delivered or a call to be taken.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "notify_test")]
    wait: u64,

    /// The ledger, which is read where there is one. Default: as for `dialtone calls`.
    #[arg(long, value_name = "FILE", env = "DIALTONE_LEDGER")]
    ledger: Option<PathBuf>,

    /// The file of SAM's command line, which names the stack that publishes events, if the service is on AWS.
    #[arg(long, value_name = "FILE", default_value = "./samconfig.toml")]
    samconfig: PathBuf,

    /// Goes through the tests of 911 with the person at the terminal, and keeps the results in dialtone-933.json
    /// beside the network file.
    #[arg(long, conflicts_with_all = ["record", "json", "phones", "registrations"])]
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
        if self.emergency || self.notify_test {
            return self.about_help();
        }
        if !self.record.is_empty() {
            return self.write_down();
        }
        let book = Book::open(&self.connection.network.config).map_err(|error| cannot_keep(&error));
        let (session, mut book) = both(self.connection.open(), book)?;
        if self.emergency_test {
            return drill(&session, &mut book);
        }
        let passwords = self.connection.passwords(&session.network)?;
        let way = self.registrations.way()?;
        let now = Timestamp::now();
        let Session { file, network, client, .. } = &session;
        let wishes = wishes(file, network, Options::default());
        let token = token();
        // One that cannot be read names no stack; `dialtone samconfig --check` says why.
        let stack = Samconfig::open(&self.samconfig).ok().and_then(|file| file.stack(&network.stage().name));
        let service = (token.as_ref(), stack.as_ref());
        let sources = Sources::ask(client, network, &wishes, &passwords, service, now, &output::aside);
        let signs = self.known(network)?.signs(network, now).map_err(failure)?;
        let mut report = examine(network, &sources, &book, &signs, now);
        let password = |user: &str| passwords.of(user);
        let roll = way.map(|way| RollCall::ask(network, &password, &way, &output::aside));
        if let Some(roll) = &roll {
            // What was seen is worth a report also where there is no place for a ledger.
            if let Err(failure) = self.registrations.note(roll, network, self.ledger.as_deref(), now) {
                let findings = failure.findings().iter();
                findings.for_each(|finding| output::aside(&format!("not noted in the ledger: {finding}")));
            }
        }
        report.rows.extend(roll.iter().flat_map(RollCall::rows));
        let mut fields = report.as_json();
        if let (Some(roll), Some(members)) = (&roll, fields.as_object_mut()) {
            members.insert("registrations".to_owned(), roll.as_json());
        }
        if !self.json {
            print(&report, self.phones, roll.as_ref());
        }
        match sources.silence() {
            Some(_) if !self.json => {
                Err(Failure::other_side("", "Twilio cannot be asked", "the table says why"))
            }
            Some(silence) => {
                let what = format!("Twilio cannot be asked: {}", silence.what);
                let errors = vec![Finding::new("", what, &silence.remedy)];
                Err(Failure::found(Outcome::OtherSide, errors).knowing(fields))
            }
            None => {
                let outcome = if report.is_healthy() { Outcome::Done } else { Outcome::No };
                Ok(if self.json { answer::print(outcome, fields) } else { outcome })
            }
        }
    }

    fn known(&self, network: &Network) -> Result<Known> {
        Known::open(self.ledger.as_deref(), network).map_err(failure)
    }

    /// What is about calls for help alone.
    fn about_help(&self) -> Result {
        if self.notify_test {
            let (_, network) = self.connection.read()?;
            return trial::send(&network, Duration::from_secs(self.wait), self.json);
        }
        let book = Book::open(&self.connection.network.config).map_err(|error| cannot_keep(&error));
        let (session, book) = both(self.connection.open(), book)?;
        let known = self.known(&session.network)?;
        let drills = known.drills(&session.network, Timestamp::now()).map_err(failure)?;
        emergency::show(&session, &book, &drills, self.json)
    }

    /// Keeps results that were found without the guide.
    fn write_down(&self) -> Result {
        let (_, network) = self.connection.read()?;
        let mut book = Book::open(&self.connection.network.config).map_err(|error| cannot_keep(&error))?;
        let from = match &self.from {
            None => None,
            Some(name) => match network.extension(name) {
                Some(phone) => Some(phone.name()),
                None => return Err(Failure::no_phone(&network, name)),
            },
        };
        let date = TimeZone::UTC.to_datetime(Timestamp::now()).date().to_string();
        let record = Record { network: &network, from, date: &date };
        let entries: Vec<_> = self
            .record
            .iter()
            .map(|text| {
                record.entry(text).map_err(|error| {
                    Failure::usage(
                        "",
                        format!("--record {error}"),
                        "write CASE=pass or CASE=fail, and a note after a colon",
                    )
                })
            })
            .collect::<Result<_>>()?;
        for entry in &entries {
            book.add(entry.clone()).map_err(|error| cannot_keep(&error))?;
        }
        let path = book.path().display().to_string();
        if self.json {
            return Ok(answer::print(Outcome::Done, json!({"recorded": entries, "file": path})));
        }
        entries.iter().for_each(|entry| output::line(&format!("kept: {} in {path}", entry.case)));
        Ok(Outcome::Done)
    }
}

/// How wide a table is at most, in characters. Longer findings go on in the next line.
const WIDTH: u16 = 110;

/// Prints a table of the checks, tables of the phones and of their registrations if they are wanted, and the verdict.
fn print(report: &Report, with_phones: bool, roll: Option<&RollCall>) {
    let now = Timestamp::now();
    output::line(&table(["", "check", "finding"], report.check_cells()));
    if with_phones {
        output::line("");
        let head = ["phone", "last seen", "unreachable", "last unreachable", "verdict"];
        output::line(&table(head, report.phone_cells(now, &TimeZone::system())));
    }
    if let Some(roll) = roll {
        output::line("");
        output::line(&table(["phone", "registration", "until", "renewed", "at"], roll.cells(now)));
    }
    output::line("");
    output::line(&report.summary());
}

fn table<const N: usize>(head: [&str; N], rows: Vec<[String; N]>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(columns(WIDTH))
        .set_header(head)
        .add_rows(rows);
    table.trim_fmt()
}

fn drill(session: &Session, book: &mut Book) -> Result {
    if !stdin().is_terminal() {
        return Err(Failure::usage(
            "",
            "there is no terminal to ask at",
            "write results down with `dialtone doctor --record CASE=pass`",
        ));
    }
    let calls = |since: &str| session.client.calls(since, RECENT_CALLS);
    let guide = Guide { network: &session.network, calls: &calls, now: &Timestamp::now };
    let tally = guide.walk(book, &mut Terminal).map_err(|error| match error {
        GuideError::Book(error) => cannot_keep(&error),
        error @ GuideError::Person(_) => Failure::system(error),
    })?;
    Ok(if tally.failed == 0 { Outcome::Done } else { Outcome::No })
}

/// The person at the terminal.
struct Terminal;

impl Person for Terminal {
    fn say(&mut self, text: &str) {
        output::line(text);
    }

    fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        ask::read_line(question)
    }
}

fn cannot_keep(error: &BookError) -> Failure {
    Failure::found(Outcome::Usage, [error.finding()])
}
