//! Events in the proportions of Futel's year (2025-06-14 to 2026-06-13, counted in their public metrics): half of all
//! calls come from one phone; of attempts to call 8.3 % are refused; of attempts to ring a phone 35.9 % fail, 59.8 % are
//! not answered and 2.1 % are; twelve phones of 51 cannot be reached on most days; 310 calls for help in 58,460 attempts.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::harness::Random;

/// A number that older systems published where a phone belongs. It must never be seen again.
pub(crate) const LEAKED: &str = "+15035557391";

/// Who calls, how much, and until when.
pub(crate) struct Year {
    pub(crate) phones: usize,
    pub(crate) events: usize,
    pub(crate) days: i64,
    pub(crate) end: Timestamp,
}

impl Year {
    /// A network file with these phones.
    pub(crate) fn network(&self) -> String {
        let mut text = String::from(
            "[network]\nname = \"year\"\nregion = \"US\"\narea_code = \"503\"\naddress = \"shop\"\n\n\
             [addresses.shop]\ncustomer = \"Example Bookshop\"\nstreet = \"100 Main Street\"\ncity = \"Portland\"\n\
             region = \"OR\"\npostal_code = \"97201\"\n\n\
             [stages.prod]\nsip_domain = \"year.sip.twilio.com\"\npublic_url = \"http://127.0.0.1:9\"\n",
        );
        for phone in 0..self.phones {
            // Every tenth has a number of its own: there are not enough fictional ones.
            let number = if phone % 10 == 0 && phone < 1000 {
                format!("number = \"+1503555{:04}\"\n", 100 + phone / 10)
            } else {
                String::new()
            };
            write!(text, "\n[extensions.{}]\n{number}", name(phone)).unwrap();
        }
        text
    }

    /// Writes the events, one a line, as `serve --events` does.
    pub(crate) fn write(&self, path: &Path) -> usize {
        let mut file = BufWriter::new(File::create(path).unwrap());
        let mut random = Random::seeded(11);
        let mut written = 0;
        let start = self.end - SignedDuration::from_hours(24 * self.days);
        let span = self.days * 86_400;
        let events = i64::try_from(self.events).unwrap();
        let now = format!(r#"{{"timestamp":"{:.6}"#, self.end);
        let mut call = 0;
        while written < self.events {
            // The last of them are happening now.
            let place = i64::try_from(written).unwrap();
            let at = start + SignedDuration::from_millis(span * 1000 / events * place);
            let mut lines = self.call(&mut random, at, call);
            // What is to come of the last calls has not happened yet. All lines begin alike, so text is compared.
            lines.retain(|line| line[..now.len()] <= now[..]);
            written += lines.len();
            lines.iter().for_each(|line| writeln!(file, "{line}").unwrap());
            call += 1;
        }
        file.flush().unwrap();
        written
    }

    fn call(&self, random: &mut Random, at: Timestamp, number: i64) -> Vec<String> {
        let dead = (self.phones * 12 / 51).max(1);
        let sid = format!("CA{:032x}", u128::try_from(number).unwrap() * 0x9e37_79b9_7f4a_7c15_u128);
        let phone = if random.one_in(2) { 0 } else { random.below(self.phones) };
        let event = |seconds: i64, what: &str, endpoint: &str, way: &str, rest: &str| {
            let at = at
                + SignedDuration::from_secs(seconds)
                + SignedDuration::from_micros(seconds + number % 1000);
            format!(
                r#"{{"timestamp":"{at:.6}","hostname":"dialtone-prod","event":{{"Event":"UserEvent","UserEvent":"{what}","endpoint":"{endpoint}","Channel":"{endpoint}"}},"call":{{"sid":"{sid}","direction":"{way}",{rest}}}}}"#
            )
        };
        const NOTHING: &str = r#""status":null,"duration_seconds":null,"reason":null,"error_code":null"#;
        if random.one_in(330) {
            // Older systems published numbers.
            return vec![event(0, "twilio-error-13224", LEAKED, "outgoing", NOTHING)];
        }
        if random.below(103) < 45 && number % 2 == 0 {
            let phone = random.below(self.phones);
            return self.ring(random, &event, phone, phone % self.phones < dead);
        }
        let phone = name(phone.max(if phone < dead { dead } else { 0 }).min(self.phones - 1));
        let out = |seconds, what: &str, rest: &str| event(seconds, what, &phone, "outgoing", rest);
        let mut lines = vec![out(0, "dial_outgoing", NOTHING)];
        if random.below(1000) < 83 {
            let why = random.of(&[
                "invalid_number",
                "invalid_number",
                "invalid_number",
                "premium",
                "country_not_allowed",
                "blocked",
                "special_service",
                "unknown_caller",
            ]);
            lines.push(out(
                1,
                "reject",
                &NOTHING.replace("\"reason\":null", &format!("\"reason\":\"{why}\"")),
            ));
            return lines;
        }
        let what = match random.below(58_460) {
            0..310 => "dial_emergency",
            310..400 => "dial_address_test",
            400..12_000 => "dial_sip_asterisk",
            12_000..16_000 => "dial_extension",
            _ => "dial_pstn",
        };
        lines.push(out(1, what, NOTHING));
        let (status, seconds) = match random.below(100) {
            0..8 => ("no-answer", 0),
            8..14 => ("failed", 0),
            14..19 => ("busy", 0),
            19..25 => ("canceled", 0),
            _ => ("completed", 10 + random.below(900)),
        };
        let rest =
            format!(r#""status":"{status}","duration_seconds":{seconds},"reason":null,"error_code":null"#);
        let end = 20 + i64::try_from(seconds).unwrap();
        lines.push(out(end, "outgoing_call", &rest));
        lines.push(out(end, &format!("outgoing_dialstatus_{status}"), &rest));
        if status == "failed" && random.one_in(2) {
            lines.push(out(end, "error-13224", &rest));
        }
        lines
    }

    fn ring(
        &self,
        random: &mut Random,
        event: &impl Fn(i64, &str, &str, &str, &str) -> String,
        phone: usize,
        is_dead: bool,
    ) -> Vec<String> {
        let phone = name(phone);
        let (status, error) = match random.below(100) {
            0..3 if !is_dead => ("completed", None),
            3..5 if !is_dead => ("busy", None),
            5..8 if !is_dead => ("no-answer", Some("32009")),
            _ if is_dead => ("no-answer", Some(random.of(&["32009", "32011", "32022"]))),
            _ => ("no-answer", None),
        };
        let rest = format!(
            r#""status":"{status}","duration_seconds":{},"reason":null,"error_code":{}"#,
            if status == "completed" { 95 } else { 0 },
            error.map_or("null".to_owned(), |code| format!("\"{code}\""))
        );
        let ring = |seconds, what: &str| event(seconds, what, &phone, "incoming", &rest);
        let mut lines = vec![
            ring(0, "dial_sip_e164"),
            ring(30, "incoming_call"),
            ring(30, &format!("incoming_dialstatus_{status}")),
        ];
        if let Some(code) = error {
            lines.push(ring(30, &format!("error-{code}")));
            lines.push(ring(32, &format!("twilio-error-{code}")));
        }
        lines
    }
}

/// The name of a phone.
pub(crate) fn name(phone: usize) -> String {
    const PLACES: [&str; 10] =
        ["shop", "lobby", "kitchen", "library", "garden", "clinic", "school", "depot", "market", "harbor"];
    format!("{}-{}", PLACES[phone % 10], phone / 10 + 1)
}
