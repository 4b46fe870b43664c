//! Walks a person through the tests.

use std::io::{IsTerminal, stdin};

use dialplan::Network;
use jiff::{SignedDuration, Timestamp};
use twilio::CallRecord;
use webhook::Address;

use super::book::{Book, Entry, Outcome, Standing};
use super::case::Case;
use crate::ask;
use crate::doctor::traces::started;
use crate::exit::{Failure, Result};
use crate::output;

/// Who is guided.
pub(in crate::doctor) trait Person {
    /// Tells.
    fn say(&mut self, text: &str);
    /// Asks, and waits for a line.
    fn ask(&mut self, question: &str) -> Result<String>;
}

/// The person at the terminal.
pub(in crate::doctor) struct Terminal;

impl Person for Terminal {
    fn say(&mut self, text: &str) {
        output::line(text);
    }

    fn ask(&mut self, question: &str) -> Result<String> {
        if !stdin().is_terminal() {
            return Err(Failure::usage(
                "there is no terminal to ask at; write results down with `dialtone doctor --record CASE=pass`",
            ));
        }
        ask::answer(question)
    }
}

/// Everything that the tests need.
pub(in crate::doctor) struct Guide<'a> {
    pub(in crate::doctor) network: &'a Network,
    /// The calls since a day (`YYYY-MM-DD`), the latest first, or why they are not known.
    pub(in crate::doctor) calls: &'a dyn Fn(&str) -> std::result::Result<Vec<CallRecord>, String>,
    pub(in crate::doctor) now: &'a dyn Fn() -> Timestamp,
}

/// What a person wants to do with a test.
enum Wish {
    Done,
    Skip,
    Stop,
}

impl Guide<'_> {
    /// Goes through the tests until they are over or the person wants to stop. Each result is kept at once. Returns
    /// how many passed and failed.
    pub(in crate::doctor) fn walk(&self, book: &mut Book, person: &mut dyn Person) -> Result<(usize, usize)> {
        let cases = Case::all(self.network);
        let stage = self.network.stage().name.clone();
        person.say(
            "The test of 911: dial 933, and a voice reads back the number and the address that 911 would see.\n\
             Dial 933, never 911. This changes nothing in Twilio; where a test wants another set-up, it says so.\n",
        );
        let (mut passed, mut failed) = (0, 0);
        for (index, case) in cases.iter().enumerate() {
            person.say(&format!("Test {} of {}, {}: {}", index + 1, cases.len(), case.id(), case.title()));
            if let Some(latest) = book.latest(&stage, case) {
                let word = match book.standing(&stage, case, self.today()) {
                    Standing::Failed => "failed",
                    _ => "passed",
                };
                person.say(&format!("  last   {word} on {}", latest.date));
            }
            person.say(&format!("  set    {}", case.set_up(self.network)));
            person.say(&format!("  dial   {}", case.dial()));
            person.say("  listen which number and which address are read back");
            let before = (self.now)();
            let entry = match wish(person)? {
                Wish::Stop => break,
                Wish::Skip => continue,
                Wish::Done => self.question(case, before, person)?,
            };
            match entry.verdict {
                Outcome::Pass => passed += 1,
                Outcome::Fail => failed += 1,
            }
            book.add(entry)?;
            person.say("  kept\n");
        }
        person.say(&format!(
            "passed: {passed}, failed: {failed}; the results are in {}",
            book.path().display()
        ));
        Ok((passed, failed))
    }

    fn today(&self) -> jiff::civil::Date {
        jiff::tz::TimeZone::UTC.to_datetime((self.now)()).date()
    }

    fn question(&self, case: &Case, before: Timestamp, person: &mut dyn Person) -> Result<Entry> {
        let phone = match case {
            Case::Phone(name) => name.clone(),
            Case::Corner { .. } => self.which_phone(person)?,
        };
        let outgoing_asked = self.look_up(&phone, before, person);
        let is_right = yes(person, "Did 933 answer, and read back a number and an address?")?
            && yes(person, "Was it the number that 911 should see of this phone?")?
            && yes(person, "Was it the address where the phone stands?")?;
        let note = loop {
            let note = person.ask("A note, without telephone numbers, or just Enter: ")?;
            if !super::book::has_number(&note) {
                break note;
            }
            person.say("That has a telephone number in it; write the phone's name.");
        };
        Ok(Entry {
            date: self.today().to_string(),
            stage: self.network.stage().name.clone(),
            case: case.id(),
            phone: Some(phone),
            verdict: if is_right { Outcome::Pass } else { Outcome::Fail },
            outgoing_asked,
            note,
        })
    }

    fn which_phone(&self, person: &mut dyn Person) -> Result<String> {
        loop {
            let name = person.ask("Which phone dialled? ")?;
            match self.network.extension(&name) {
                Some(phone) => return Ok(phone.name().to_owned()),
                None => person.say("There is no such phone in the file."),
            }
        }
    }

    /// Whether /outgoing was asked, as far as Twilio's log of calls tells.
    fn look_up(&self, phone: &str, before: Timestamp, person: &mut dyn Person) -> Option<bool> {
        // Clocks differ, and a person may dial before reading.
        let since = before - SignedDuration::from_mins(2);
        let calls = match (self.calls)(&since.strftime("%Y-%m-%d").to_string()) {
            Ok(calls) => calls,
            Err(why) => {
                person.say(&format!("  Twilio's log of calls cannot be read: {why}"));
                return None;
            }
        };
        let (answer, words) = match seen(&calls, self.network, phone, since) {
            (_, true) => (Some(true), "/outgoing was asked, and dialled 933 for the phone"),
            (true, false) => (
                Some(false),
                "the phone's call is there, but /outgoing dialled nothing: Twilio answered by itself, or refused",
            ),
            (false, false) => {
                (None, "no call to 933 is there yet, so it cannot tell whether /outgoing was asked")
            }
        };
        person.say(&format!("  Twilio's log of calls: {words}"));
        answer
    }
}

/// Whether there was a call of the phone to 933, and a leg to 933 that TwiML dialled.
fn seen(calls: &[CallRecord], network: &Network, phone: &str, since: Timestamp) -> (bool, bool) {
    let recent = || calls.iter().filter(|call| started(call).is_some_and(|time| time >= since));
    let is_933 = |text: &str| Address::parse(text).dialled().trim_start_matches('+') == "933";
    let is_of_phone = |text: &str| {
        matches!(Address::parse(text), Address::Sip(uri) if uri.is_host(&network.stage().sip_domain)
            && uri.user().and_then(|user| network.extension(user)).is_some_and(|known| known.name() == phone))
    };
    let is_leg = |call: &CallRecord| call.direction.starts_with("outbound") && is_933(&call.to);
    let is_call = |call: &CallRecord| {
        !call.direction.starts_with("outbound") && is_933(&call.to) && is_of_phone(&call.from)
    };
    (recent().any(is_call), recent().any(is_leg))
}

fn wish(person: &mut dyn Person) -> Result<Wish> {
    loop {
        let answer = person.ask("Enter when it is done, s to skip it, q to stop: ")?;
        match answer.to_ascii_lowercase().as_str() {
            "" => return Ok(Wish::Done),
            "s" | "skip" => return Ok(Wish::Skip),
            "q" | "quit" => return Ok(Wish::Stop),
            _ => {}
        }
    }
}

fn yes(person: &mut dyn Person, question: &str) -> Result<bool> {
    loop {
        match person.ask(&format!("{question} [y/n] "))?.to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::doctor::samples::network;

    struct Script {
        answers: VecDeque<&'static str>,
        said: String,
    }

    impl Person for Script {
        fn say(&mut self, text: &str) {
            self.said.push_str(text);
            self.said.push('\n');
        }

        fn ask(&mut self, question: &str) -> Result<String> {
            self.said.push_str(question);
            Ok(self.answers.pop_front().unwrap().to_owned())
        }
    }

    fn call(from: &str, to: &str, direction: &str, time: &str) -> CallRecord {
        CallRecord {
            from: from.into(),
            to: to.into(),
            direction: direction.into(),
            start_time: time.into(),
            ..CallRecord::default()
        }
    }

    /// Goes through a network of one phone with these answers.
    fn walk(answers: &[&'static str], calls: &[CallRecord]) -> (Vec<Entry>, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dialtone.toml");
        let network = network("[extensions.lobby]\nnumber = \"+15035550110\"\n");
        let guide = Guide {
            network: &network,
            calls: &|_| Ok(calls.to_vec()),
            now: &|| "2026-11-08T10:00:00Z".parse().unwrap(),
        };
        let mut person = Script { answers: answers.iter().copied().collect(), said: String::new() };
        let mut book = Book::open(&file).unwrap();
        guide.walk(&mut book, &mut person).unwrap();
        assert!(person.answers.is_empty(), "{:?}", person.answers);
        let text =
            std::fs::read(file.with_file_name("dialtone-933.json")).unwrap_or(b"{\"results\":[]}".into());
        let kept: serde_json::Value = serde_json::from_slice(&text).unwrap();
        (serde_json::from_value(kept["results"].clone()).unwrap(), person.said)
    }

    #[test]
    fn answers_become_results() {
        let calls = [
            call(
                "sip:LOBBY@n-prod.sip.twilio.com",
                "sip:933@n-prod.sip.twilio.com",
                "inbound",
                "Sun, 08 Nov 2026 09:59:30 +0000",
            ),
            call("+15035550110", "933", "outbound-dial", "Sun, 08 Nov 2026 09:59:31 +0000"),
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
        assert!(!said.contains("5550110"), "{said}");
    }

    #[test]
    fn the_log_tells_who_answered() {
        let direct = call(
            "sip:lobby@n-prod.sip.twilio.com",
            "sip:933@n-prod.sip.twilio.com",
            "inbound",
            "Sun, 08 Nov 2026 10:00:00 +0000",
        );
        let old = call("+15035550110", "933", "outbound-dial", "Sun, 08 Nov 2026 08:00:00 +0000");
        let (entries, said) = walk(&["", "lobby", "n", "", "q"], &[direct, old]);
        assert_eq!((entries[0].verdict, entries[0].outgoing_asked), (Outcome::Fail, Some(false)));
        assert!(said.contains("by itself"), "{said}");
        let (entries, _) = walk(&["", "lobby", "n", "", "q"], &[]);
        assert_eq!(entries[0].outgoing_asked, None);
    }

    #[test]
    fn a_person_may_stop_at_once() {
        let (entries, said) = walk(&["what?", "q"], &[]);
        assert!(entries.is_empty() && said.contains("never 911"), "{said}");
    }
}
