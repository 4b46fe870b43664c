//! Walks a person through the tests.

use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use network::{Extension, Network, some_of};

use super::book::{Book, BookError, Entry, Outcome, Standing};
use super::case::{Case, is_answered};
use super::evidence::{Before, Calls};
use super::expected::Expected;
use super::person::{Leave, Person, read, until_done, yes};
use crate::day::day_of;

/// How many phones are listed.
const MOST_PHONES: usize = 40;

/// Everything that the drill needs.
pub struct Guide<'a> {
    /// The network whose phones dial.
    pub network: &'a Network,
    /// Twilio's log of calls.
    pub calls: &'a Calls<'a>,
    /// The clock.
    pub now: &'a dyn Fn() -> Timestamp,
}

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// 933 read back what it should.
    pub passed: usize,
    /// It did not.
    pub failed: usize,
}

/// Why the drill ended early.
#[derive(Debug, thiserror::Error)]
pub enum GuideError {
    /// A result cannot be kept.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The person's answer cannot be read.
    #[error("cannot read the answer: {0}")]
    Person(#[from] io::Error),
}

impl Guide<'_> {
    /// Goes through the tests until they are over or the person stops. Each result is kept at once.
    ///
    /// # Errors
    ///
    /// An answer cannot be read, or a result cannot be kept.
    pub fn walk(&self, book: &mut Book, person: &mut dyn Person) -> Result<Tally, GuideError> {
        let cases = Case::all(self.network);
        if cases.is_empty() {
            person.say(
                "There is nothing to try: 933 answers North American numbers alone, and no phone calls for help with one.\n\
                 See with `dialtone doctor --emergency` what each phone dials and shows.",
            );
            return Ok(Tally::default());
        }
        person.say(
            "The test of 911: dial 933, and a voice reads back the number and the address that 911 would see.\n\
             Dial 933, never 911. This changes nothing in Twilio; where a test wants another set-up, it says so.\n\
             q at any question stops; what was kept until then stays.\n",
        );
        let mut tally = Tally::default();
        for (index, case) in cases.iter().enumerate() {
            person.say(&format!("Test {} of {}, {}: {}", index + 1, cases.len(), case.id(), case.title()));
            let (entry, goes_on) = match self.test(case, book, person) {
                Ok(result) => result,
                Err(Leave::Skip) => continue,
                Err(Leave::Stop) => break,
                Err(Leave::Failed(error)) => return Err(error.into()),
            };
            match entry.verdict {
                Outcome::Pass => tally.passed += 1,
                Outcome::Fail => tally.failed += 1,
            }
            book.add(entry)?;
            person.say("  kept\n");
            if !goes_on {
                break;
            }
        }
        let Tally { passed, failed } = tally;
        let path = book.path().display();
        person.say(&format!("passed: {passed}, failed: {failed}; the results are in {path}"));
        Ok(tally)
    }

    fn today(&self) -> Date {
        day_of((self.now)())
    }

    /// One test: its result, and whether the person goes on afterwards.
    fn test(&self, case: &Case, book: &Book, person: &mut dyn Person) -> Result<(Entry, bool), Leave> {
        let stage = &self.network.stage().name;
        let before = Before::at((self.now)(), self.calls);
        if let Some(latest) = book.latest(stage, case) {
            let word = match book.standing(stage, case, self.today()) {
                Standing::Failed => "failed",
                _ => "passed",
            };
            person.say(&format!("  last   {word} on {}", latest.date));
        }
        person.say(&format!("  set    {}", case.set_up(self.network)));
        person.say(&format!("  dial   {}", case.dial()));
        person.say("  listen which number and which address are read back");
        until_done(person)?;
        let phone = match case {
            Case::Phone(name) => self.network.extension(name),
            Case::Corner { .. } => None,
        };
        let phone = match phone {
            Some(phone) => phone,
            None => self.which_phone(person)?,
        };
        let outgoing_asked = self.look_up(phone.name(), &before, person);
        let Expected { number, address } = Expected::of(case, self.network, phone);
        person.say(&format!("  right is\n    number  {number}\n    address {address}"));
        let is_right = yes(person, "Did 933 answer, and read back a number and an address?")?
            && yes(person, "Was it that number?")?
            && yes(person, "Was it that address, and does the phone stand there?")?;
        let (note, goes_on) = note(person)?;
        let entry = Entry {
            date: self.today().to_string(),
            stage: stage.clone(),
            case: case.id(),
            phone: Some(phone.name().to_owned()),
            verdict: if is_right { Outcome::Pass } else { Outcome::Fail },
            outgoing_asked,
            note,
        };
        Ok((entry, goes_on))
    }

    /// Asks for a phone, by its name. Nothing, like q, stops.
    fn which_phone(&self, person: &mut dyn Person) -> Result<&Extension, Leave> {
        let phones: Vec<_> = self
            .network
            .extensions()
            .iter()
            .filter(|phone| is_answered(self.network, phone))
            .map(Extension::name)
            .collect();
        person.say(&format!("  phones {}", some_of(&phones, MOST_PHONES)));
        loop {
            let answer = person.ask("Which phone dialled? (s skips the test, q stops) ")?;
            // A phone may be called q.
            let known = answer.as_deref().and_then(|name| self.network.extension(name));
            if let Some(phone) = known {
                return Ok(phone);
            }
            if read(answer)?.is_empty() {
                return Err(Leave::Stop);
            }
            person.say("There is no such phone in the file.");
        }
    }

    /// Whether /outgoing was asked, as far as Twilio's log of calls tells.
    fn look_up(&self, phone: &str, before: &Before, person: &mut dyn Person) -> Option<bool> {
        match before.look(self.calls, self.network, phone) {
            Ok(evidence) => {
                person.say(&format!("  Twilio's log of calls: {}", evidence.words()));
                evidence.outgoing_asked()
            }
            Err(error) => {
                person.say(&format!("  Twilio's log of calls cannot be read: {error}"));
                None
            }
        }
    }
}

/// Asks for a note. A person who stops here has already said how the test ended, so that is kept without a note.
fn note(person: &mut dyn Person) -> io::Result<(String, bool)> {
    loop {
        let answer = person.ask("A note, without telephone numbers, or just Enter: ")?;
        let Some(note) = answer.filter(|note| !matches!(note.as_str(), "q" | "quit")) else {
            return Ok((String::new(), false));
        };
        if !numbers::has_number(&note) {
            return Ok((note, true));
        }
        person.say("That has a telephone number in it; write the phone's name.");
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::VecDeque;

    use twilio::CallRecord;

    use super::*;
    use crate::samples::network;

    /// `^D` ends the input.
    struct Script {
        answers: VecDeque<&'static str>,
        said: String,
    }

    impl Person for Script {
        fn say(&mut self, text: &str) {
            self.said.push_str(text);
            self.said.push('\n');
        }

        fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
            self.said.push_str(question);
            let answer = self.answers.pop_front().unwrap();
            Ok((answer != "^D").then(|| answer.to_owned()))
        }
    }

    fn call(from: &str, to: &str, direction: &str) -> CallRecord {
        CallRecord {
            from: from.into(),
            to: to.into(),
            direction: direction.into(),
            start_time: "Sun, 08 Nov 2026 10:00:30 +0000".into(),
            ..CallRecord::default()
        }
    }

    /// Goes through a network of two phones with these answers. The calls come anew after every test has begun.
    fn walk(answers: &[&'static str], calls: &[CallRecord]) -> (Vec<Entry>, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dialtone.toml");
        let network = network(
            "[extensions.lobby]\nnumber = \"+15035550110\"\naddress = \"shop\"\n[extensions.q]\nemergency = false\n\
             [addresses.shop]\ncustomer = \"Shop\"\nstreet = \"100 SE Main St\"\ncity = \"Portland\"\n\
             region = \"OR\"\npostal_code = \"97214\"\n",
        );
        let asked = Cell::new(0);
        let log = |_: &str| {
            let count = asked.get();
            asked.set(count + 1);
            // Each test reads the log when it begins, and again when the phone is known.
            let sid = |nth: usize| format!("CA{count}-{nth}");
            let seen =
                calls.iter().enumerate().map(|(nth, call)| CallRecord { sid: sid(nth), ..call.clone() });
            Ok(seen.collect())
        };
        let guide =
            Guide { network: &network, calls: &log, now: &|| "2026-11-08T10:00:00Z".parse().unwrap() };
        let mut person = Script { answers: answers.iter().copied().collect(), said: String::new() };
        let mut book = Book::open(&file).unwrap();
        guide.walk(&mut book, &mut person).unwrap();
        assert!(person.answers.is_empty(), "{:?}", person.answers);
        let text =
            std::fs::read(file.with_file_name("dialtone-933.json")).unwrap_or(b"{\"results\":[]}".into());
        assert!(!String::from_utf8_lossy(&text).contains("5550110"), "numbers are for the person alone");
        let kept: serde_json::Value = serde_json::from_slice(&text).unwrap();
        (serde_json::from_value(kept["results"].clone()).unwrap(), person.said)
    }

    const DIRECT: &str = "sip:933@n-prod.sip.twilio.com";

    #[test]
    fn answers_become_results() {
        let calls = [
            call("sip:LOBBY@n-prod.sip.twilio.com", DIRECT, "inbound"),
            call("+15035550110", "933", "outbound-dial"),
        ];
        // Direct, then skip the menu, then the phone itself, then stop.
        let answers = [
            "",
            "porch",
            "Lobby",
            "y",
            "maybe",
            "y",
            "y",
            "503 555 0110",
            "all right",
            "s",
            "",
            "y",
            "y",
            "n",
            "",
            "q",
        ];
        let (entries, said) = walk(&answers, &calls);
        let told: Vec<_> =
            entries.iter().map(|e| (e.case.as_str(), e.verdict, e.outgoing_asked, e.note.as_str())).collect();
        assert_eq!(
            told,
            [
                ("off-direct-number", Outcome::Pass, Some(true), "all right"),
                ("phone:lobby", Outcome::Fail, Some(true), ""),
            ]
        );
        assert!(entries.iter().all(|e| e.phone.as_deref() == Some("lobby") && e.date == "2026-11-08"));
        assert!(said.contains("no such phone") && said.contains("telephone number in it"), "{said}");
        // What is right stands before the question whether it was.
        let (number, question) = (said.find("number  +15035550110"), said.find("Was it that number?"));
        assert!(number.unwrap() < question.unwrap(), "{said}");
        assert!(said.contains("address 100 SE Main St, Portland (shop in the file)"), "{said}");
        assert!(said.contains("phones lobby\n"), "{said}");
    }

    #[test]
    fn the_log_tells_who_answered() {
        let direct = call("sip:lobby@n-prod.sip.twilio.com", DIRECT, "inbound");
        let (entries, said) = walk(&["", "lobby", "n", "", "q"], &[direct]);
        assert_eq!((entries[0].verdict, entries[0].outgoing_asked), (Outcome::Fail, Some(false)));
        assert!(said.contains("by itself"), "{said}");
        let (entries, _) = walk(&["", "lobby", "n", "", "q"], &[]);
        assert_eq!(entries[0].outgoing_asked, None);
    }

    #[test]
    fn a_person_may_stop_at_any_question() {
        let (entries, said) = walk(&["what?", "q"], &[]);
        assert!(entries.is_empty() && said.contains("never 911"), "{said}");
        for answers in [
            &["^D"][..],
            &["", ""],
            &["", "quit"],
            &["", "^D"],
            &["", "lobby", "q"],
            &["", "lobby", "y", "^D"],
            &["", "lobby", "y", "y", "Q"],
            // A test that is skipped in the middle has no result, and the next one follows.
            &["", "s", "q"],
            &["", "lobby", "s", "^D"],
        ] {
            assert!(walk(answers, &[]).0.is_empty(), "{answers:?}");
        }
        // What is known by then is kept.
        for last in ["q", "^D"] {
            let (entries, said) = walk(&["", "lobby", "n", "", "", "lobby", "y", "y", "y", last], &[]);
            let told: Vec<_> =
                entries.iter().map(|e| (e.case.as_str(), e.verdict, e.note.as_str())).collect();
            assert_eq!(
                told,
                [("off-direct-number", Outcome::Fail, ""), ("off-menu-number", Outcome::Pass, "")]
            );
            assert!(said.contains("passed: 1, failed: 1"), "{said}");
        }
    }

    #[test]
    fn a_phone_may_be_called_like_a_command() {
        let (entries, _) = walk(&["", "q", "n", "", "^D"], &[]);
        assert_eq!(entries[0].phone.as_deref(), Some("q"));
    }
}
