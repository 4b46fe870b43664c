//! Rows on the phones that can be reached.

use std::collections::BTreeMap;

use network::{Finding, Network, some_of};

use crate::report::{Check, Phone, Row, Sign, Verdict};
use crate::sources::alerts::Alerts;
use crate::sources::traces::{DAYS_OF_CALLS, Sightings};

const REACHED: Check = Check { id: "phones-reachable", name: "phones can be reached" };
const SEEN: Check = Check { id: "phones-seen", name: "phones give signs of life" };

/// Every phone of the file, in its order. What a ledger knows counts beside Twilio's logs.
pub(crate) fn phones(
    network: &Network,
    signs: &BTreeMap<String, Sign>,
    alerts: Result<&Alerts, &Finding>,
    sightings: Result<&Sightings, &Finding>,
) -> Vec<Phone> {
    let phone = |name: &str| {
        let times =
            alerts.ok().and_then(|alerts| alerts.misses.get(name)).map(Vec::as_slice).unwrap_or_default();
        let known = signs.get(name).copied().unwrap_or_default();
        let last_seen = sightings.ok().and_then(|sightings| sightings.of.get(name)).copied().max(known.life);
        let last_unreachable = times.iter().max().copied().max(known.death);
        let verdict = match (last_unreachable, last_seen) {
            (Some(missed), Some(seen)) if seen > missed => Verdict::Back,
            (Some(_), _) => Verdict::Unreachable,
            (None, _) if alerts.is_err() => Verdict::Unknown,
            (None, Some(_)) => Verdict::Alive,
            (None, None) if sightings.is_err() => Verdict::Unknown,
            (None, None) => Verdict::Quiet,
        };
        Phone { name: name.to_owned(), last_seen, unreachable: times.len(), last_unreachable, verdict }
    };
    network.extensions().iter().map(|extension| phone(extension.name())).collect()
}

/// The rows that judge them together.
pub(crate) fn rows(
    phones: &[Phone],
    alerts: Result<&Alerts, &Finding>,
    sightings: Result<&Sightings, &Finding>,
) -> Vec<Row> {
    vec![reached(phones, alerts), seen(phones, sightings)]
}

fn reached(phones: &[Phone], alerts: Result<&Alerts, &Finding>) -> Row {
    let alerts = match alerts {
        Ok(alerts) => alerts,
        Err(silence) => return Row::unknown(REACHED, silence),
    };
    let lost = of(phones, Verdict::Unreachable);
    let back = of(phones, Verdict::Back);
    let mut words = Vec::new();
    if !lost.is_empty() {
        words.push(format!("no way to {} in the last day", some_of(&told(phones, &lost), 10)));
    }
    if !back.is_empty() {
        words.push(format!("lost for a while, but back: {}", some_of(&told(phones, &back), 10)));
    }
    if alerts.unread > 0 {
        words.push("there are too many alerts to look at all".to_owned());
    }
    if !lost.is_empty() {
        let remedy = "look at power and network of the phone, and at its user name and password; `dialtone devices \
                      render` writes its file anew";
        return Row::fail(REACHED, words.join("; "), remedy).about(lost);
    }
    match words.is_empty() {
        true => Row::ok(REACHED, "no phone was missed in the last day (alerts 32009, 32011, 32022)"),
        false if alerts.unread > 0 => {
            let remedy = "see the rest in Twilio's console (Monitor > Debugger)";
            Row::warn(REACHED, words.join("; "), remedy)
        }
        false => Row::ok(REACHED, words.join("; ")).about(back),
    }
}

fn seen(phones: &[Phone], sightings: Result<&Sightings, &Finding>) -> Row {
    let sightings = match sightings {
        Ok(sightings) => sightings,
        Err(silence) => return Row::unknown(SEEN, silence),
    };
    let silent: Vec<_> =
        phones.iter().filter(|phone| phone.last_seen.is_none()).map(|phone| phone.name.as_str()).collect();
    let span = match sightings.since {
        Some(since) => {
            format!("since {} (there are too many calls to look further back)", since.strftime("%Y-%m-%d"))
        }
        None => format!("in {DAYS_OF_CALLS} days"),
    };
    if silent.is_empty() {
        return Row::ok(SEEN, format!("every phone has made or taken a call {span}"));
    }
    let finding = format!("no call {span}: {}", some_of(&silent, 10));
    let remedy = "call them; a phone that nobody uses may have been dead for long";
    Row::warn(SEEN, finding, remedy).about(silent)
}

fn of(phones: &[Phone], verdict: Verdict) -> Vec<&str> {
    phones.iter().filter(|phone| phone.verdict == verdict).map(|phone| phone.name.as_str()).collect()
}

/// The names, each with how often it was missed.
fn told(phones: &[Phone], names: &[&str]) -> Vec<String> {
    let of_name = |name: &&str| phones.iter().find(|phone| phone.name == **name);
    names.iter().filter_map(of_name).map(|phone| format!("{} ({}x)", phone.name, phone.unreachable)).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::report::Mark;
    use crate::samples::network;

    fn time(hour: u8) -> Timestamp {
        format!("2026-11-08T{hour:02}:00:00Z").parse().unwrap()
    }

    fn misses(of: &[(&str, &[u8])]) -> Alerts {
        let of = of
            .iter()
            .map(|(name, hours)| ((*name).to_owned(), hours.iter().map(|hour| time(*hour)).collect()));
        Alerts { misses: of.collect(), ..Alerts::default() }
    }

    fn sightings(of: &[(&str, u8)]) -> Sightings {
        Sightings {
            of: of.iter().map(|(name, hour)| ((*name).to_owned(), time(*hour))).collect(),
            since: None,
            help: Vec::new(),
        }
    }

    #[test]
    fn a_sign_of_life_must_be_the_later_one() {
        let network = network("[extensions.a]\n[extensions.b]\n[extensions.c]\n[extensions.d]\n");
        let misses = misses(&[("a", &[3, 7, 5]), ("b", &[3])]);
        let sightings = sightings(&[("a", 6), ("b", 4), ("c", 1)]);
        let phones = phones(&network, &BTreeMap::new(), Ok(&misses), Ok(&sightings));
        let verdicts: Vec<_> = phones.iter().map(|phone| phone.verdict).collect();
        assert_eq!(verdicts, [Verdict::Unreachable, Verdict::Back, Verdict::Alive, Verdict::Quiet]);
        assert_eq!((phones[0].unreachable, phones[0].last_unreachable), (3, Some(time(7))));
        let rows = rows(&phones, Ok(&misses), Ok(&sightings));
        assert_eq!((rows[0].mark, &rows[0].phones), (Mark::Fail, &vec!["a".to_owned()]));
        assert!(
            rows[0].finding.what.contains("a (3x)") && rows[0].finding.what.contains("back: b (1x)"),
            "{}",
            rows[0].finding.what
        );
        assert_eq!((rows[1].mark, &rows[1].phones), (Mark::Warn, &vec!["d".to_owned()]));
    }

    #[test]
    fn the_ledger_counts_beside_twilios_logs() {
        let network = network("[extensions.a]\n[extensions.b]\n[extensions.c]\n");
        let sign =
            |life: Option<u8>, death: Option<u8>| Sign { life: life.map(time), death: death.map(time) };
        let signs = [("a", sign(Some(8), None)), ("b", sign(Some(1), Some(9))), ("c", sign(Some(2), None))];
        let signs = signs.map(|(name, sign)| (name.to_owned(), sign)).into();
        let (misses, sightings) = (misses(&[("a", &[7])]), sightings(&[("a", 6), ("b", 4)]));
        let phones = phones(&network, &signs, Ok(&misses), Ok(&sightings));
        let verdicts: Vec<_> = phones.iter().map(|phone| phone.verdict).collect();
        assert_eq!(verdicts, [Verdict::Back, Verdict::Unreachable, Verdict::Alive]);
        assert_eq!((phones[1].last_seen, phones[1].last_unreachable), (Some(time(4)), Some(time(9))));
    }

    #[test]
    fn what_is_not_known_is_not_made_up() {
        let network = network("[extensions.a]\n[extensions.b]\n");
        let silence = Finding::new("", "no", "ask again");
        let missed = misses(&[("a", &[3])]);
        let without_calls = phones(&network, &BTreeMap::new(), Ok(&missed), Err(&silence));
        let verdicts: Vec<_> = without_calls.iter().map(|phone| phone.verdict).collect();
        assert_eq!(verdicts, [Verdict::Unreachable, Verdict::Unknown]);
        let marks = |rows: Vec<Row>| rows.iter().map(|row| row.mark).collect::<Vec<_>>();
        assert_eq!(marks(rows(&without_calls, Ok(&missed), Err(&silence))), [Mark::Fail, Mark::Unknown]);
        let seen = sightings(&[("a", 1), ("b", 1)]);
        let without_alerts = phones(&network, &BTreeMap::new(), Err(&silence), Ok(&seen));
        assert!(without_alerts.iter().all(|phone| phone.verdict == Verdict::Unknown));
        assert_eq!(marks(rows(&without_alerts, Err(&silence), Ok(&seen))), [Mark::Unknown, Mark::Ok]);
    }

    #[test]
    fn what_was_not_looked_at_is_said() {
        let network = network("[extensions.a]\n");
        let many = Alerts { unread: 9, ..Alerts::default() };
        let cut = Sightings { since: Some(time(1)), ..sightings(&[]) };
        let rows = rows(&phones(&network, &BTreeMap::new(), Ok(&many), Ok(&cut)), Ok(&many), Ok(&cut));
        assert!(
            rows[0].mark == Mark::Warn && rows[0].finding.what.contains("too many alerts"),
            "{:?}",
            rows[0]
        );
        assert!(rows[1].finding.what.contains("since 2026-11-08"), "{:?}", rows[1]);
    }
}
