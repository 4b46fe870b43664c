//! Calls as the commands show them: a line of 80 columns, JSON, CSV. docs/ledger.md has the names.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::calls::{Call, Filter, Happening};
use crate::error::Result;
use crate::notices::Notice;
use crate::open::Ledger;
use crate::record::Record;
use crate::say;
use crate::words::{Ending, Why};

/// The heading of CSV: the members of the JSON in their order, without who was told.
pub const HEADING: &str = "began,phone,direction,destination,country,ending,reason,error_code,duration_seconds,price_micros,help,reached_dialtone";

impl Call {
    /// The call in 80 columns: when, which phone, where to, how it ended.
    #[must_use]
    pub fn row(&self, now: Timestamp, zone: &TimeZone) -> String {
        let at = self.began.to_zoned(zone.clone()).strftime("%d %b %H:%M").to_string();
        let phone = fit(self.phone.as_str(), 13);
        let mark = if self.is_unheard { " (never reached Dialtone)" } else { "" };
        let outcome = fit(&format!("{}{mark}", self.outcome_in_words(now)), 26);
        let destination = fit(&self.destination_in_words(), 14);
        format!("{at} {:>10}  {phone:<13} {destination:<14} {outcome}", say::ago(self.began, now))
            .trim_end()
            .to_owned()
    }

    /// The call with stable names, and who was told of it.
    #[must_use]
    pub fn as_json(&self, told: &[Notice]) -> Value {
        let told: Vec<_> = told
            .iter()
            .map(|one| json!({"way": one.channel.as_str(), "sent": one.is_sent, "at": one.at.to_string()}))
            .collect();
        json!({
            "began": self.began.to_string(),
            "phone": self.phone.as_str(),
            "direction": self.way.as_str(),
            "destination": self.destination.as_str(),
            "country": self.country,
            "ending": self.ending.as_str(),
            "reason": self.why.map(Why::as_str),
            "error_code": self.error,
            "duration_seconds": self.seconds,
            "price_micros": self.price_micros,
            "help": self.help.as_str(),
            "reached_dialtone": !self.is_unheard,
            "told": told,
        })
    }

    /// A row of CSV (RFC 4180), as [`HEADING`] says.
    #[must_use]
    pub fn as_csv(&self) -> String {
        let value = self.as_json(&[]);
        let cell = |name| match value.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if text.contains([',', '"', '\n', '\r']) => {
                format!("\"{}\"", text.replace('"', "\"\""))
            }
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        HEADING.split(',').map(cell).collect::<Vec<_>>().join(",")
    }
}

/// What stands below a call for help, in lines of 80 columns: who was told, and what to do if it was refused or failed.
#[must_use]
pub fn below(call: &Call, notices: &[Notice], zone: &TimeZone) -> Vec<String> {
    let to_do = say::help_advice(call).into_iter().flat_map(|advice| wrapped("to do: ", advice));
    told(notices, zone).into_iter().chain(to_do).collect()
}

/// Breaks a text into lines that stand below a call.
fn wrapped(name: &str, text: &str) -> Vec<String> {
    let mut lines = vec![format!("{:25}{name}", "")];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 80 => {
                if !line.ends_with(' ') {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(format!("{:25}{:width$}{word}", "", "", width = name.len())),
        }
    }
    lines
}

/// Who was told of a call, in one line of 80 columns that stands below it. Nothing, if nobody was.
fn told(notices: &[Notice], zone: &TimeZone) -> Option<String> {
    let one = |notice: &Notice| {
        let at = notice.at.to_zoned(zone.clone()).strftime("%H:%M");
        let what = if notice.is_sent { "" } else { " NOT sent" };
        format!("{}{what} {at}", notice.channel.in_words())
    };
    let all: Vec<_> = notices.iter().map(one).collect();
    (!all.is_empty()).then(|| format!("{:25}told: {}", "", fit(&all.join(", "), 49)))
}

impl Ledger {
    /// What keeps a list of calls from being the whole truth: the ledger is empty, or has heard nothing for a day.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn silence(&self, now: Timestamp) -> Result<Option<String>> {
        let Some(last) = self.latest(now, 1)?.first().map(|event| event.at) else {
            return Ok(Some("the ledger is empty: read events with --from, --aws or --twilio".to_owned()));
        };
        let is_old = now.duration_since(last) > SignedDuration::from_hours(24);
        Ok(is_old.then(|| {
            let ago = say::ago(last, now);
            format!("the last event is of {ago}: does the service run, and are its events read? Ask dialtone doctor")
        }))
    }
}

/// What a list of calls amounts to.
#[must_use]
pub fn summary(calls: &[Call], filter: &Filter) -> String {
    let count = |is: fn(&Call) -> bool| calls.iter().filter(|call| is(call)).count();
    let refused = count(|call| call.ending == Ending::Refused);
    let failed = count(|call| call.ending.is_failure());
    let cut = if calls.len() == filter.most { "; there may be more: --most COUNT" } else { "" };
    format!("{} calls, {refused} refused, {failed} could not be placed{cut}", calls.len())
}

/// A time as a person writes it: an age such as `90m`, `24h` or `7d`, or a date, which begins on the clocks of a zone. Nothing, if it is
/// neither.
#[must_use]
pub fn time(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        return date.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).ok();
    }
    let unit = text.chars().next_back()?;
    let minutes = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 1_440,
        _ => return None,
    };
    let count: i64 = text.strip_suffix(unit)?.parse().ok()?;
    let age = count.checked_mul(minutes * 60).filter(|seconds| (0..=3_153_600_000).contains(seconds))?;
    Some(now - SignedDuration::from_secs(age))
}

/// An event as a line that a person watches: the local time, the phone, and what happened to it. Nothing, if it says nothing to a person.
#[must_use]
pub fn live(event: &str, zone: &TimeZone) -> Option<String> {
    let record = Record::parse(event).filter(|record| !record.what.is_noise())?;
    let time = record.at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
    let talked = record.seconds.filter(|_| record.ending == Ending::Completed);
    let talked = talked.map_or_else(String::new, |seconds| format!(", {}", say::clock(seconds)));
    let phone = record.phone.to_string();
    let what = Happening::from(record).in_words();
    Some(format!("{time}  {phone:<12}  {what}{talked}"))
}

fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Channel;

    #[test]
    fn who_was_told_fits_a_line() {
        let at: Timestamp = "2026-06-20T18:04:05Z".parse().unwrap();
        let notice = |channel, is_sent| Notice { channel, is_sent, at };
        assert_eq!(told(&[], &TimeZone::UTC), None);
        let some = [notice(Channel::Sms, true), notice(Channel::Mail, false)];
        let line = told(&some, &TimeZone::UTC).unwrap();
        assert_eq!(line.trim(), "told: text message 18:04, mail NOT sent 18:04");
        let many = [notice(Channel::Call, false), notice(Channel::Sms, false), notice(Channel::Mail, false)];
        assert!(told(&many, &TimeZone::UTC).unwrap().chars().count() <= 80);
    }

    #[test]
    fn long_advice_is_broken_into_lines() {
        let lines = wrapped("to do: ", &"word ".repeat(30));
        assert!(lines.len() > 2 && lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
        assert!(lines[0].trim().starts_with("to do: word word"), "{lines:#?}");
        assert!(lines[1].starts_with(&" ".repeat(32)), "{lines:#?}");
    }

    #[test]
    fn times_are_ages_or_dates() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let read = |text| time(text, now, &TimeZone::UTC);
        assert_eq!(read("90m"), Some("2026-11-27T10:30:00Z".parse().unwrap()));
        assert_eq!(read("7d"), Some("2026-11-20T12:00:00Z".parse().unwrap()));
        assert_eq!(read("2026-06-20"), Some("2026-06-20T00:00:00Z".parse().unwrap()));
        for wrong in
            ["", "d", "7", "-7d", "7w", "7dd", "99999999999999999999d", "999999999d", "2026-13-01", "é"]
        {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
