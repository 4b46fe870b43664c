//! Judges the roll call. Pure.

use network::{Finding, some_of};

use super::{Attendance, CALLS, Presence};
use crate::report::{Check, Row};

const REGISTERED: Check = Check { id: "registered", name: "phones are registered" };
const PASSWORDS: Check = Check { id: "registrar-passwords", name: "passwords open the registrar" };
const PLACES: Check = Check { id: "registered-places", name: "places of one phone" };

/// At how many places Twilio takes one user at most (error 32007).
const MOST_PLACES: usize = 10;

/// How many phones a row names.
const NAMED: usize = 10;

/// Said beside every judgement, until somebody has seen what Twilio answers.
const NOT_TRIED: &str = "this question was not tried at Twilio yet";

pub(super) fn rows(phones: &[Attendance]) -> Vec<Row> {
    let mut rows = vec![registered(phones)];
    rows.extend(passwords(phones));
    rows.extend(places(phones));
    rows
}

fn registered(phones: &[Attendance]) -> Row {
    let with = |wanted: fn(&Presence) -> bool| names(phones, wanted);
    let here = with(|presence| matches!(presence, Presence::At(_)));
    let gone = with(|presence| *presence == Presence::Nowhere);
    if here.is_empty() && gone.is_empty() {
        return Row::unknown(REGISTERED, &silence(phones));
    }
    let unknown = with(|presence| matches!(presence, Presence::Refused(_) | Presence::NotAsked(_)));
    let rest = match unknown.as_slice() {
        [] => String::new(),
        _ => format!("; not known of {}", some_of(&unknown, NAMED)),
    };
    let remedy = "see whether the phone has power and a network, and its account the right settings; it cannot ring until it \
                  registers";
    if here.is_empty() {
        // Twilio may not answer this question at all, and an empty list would be how it does not.
        let what = format!("the registrar knows of no phone at all{rest}; {NOT_TRIED}");
        let remedy = format!("if phones do ring, it does not tell, so {CALLS}; if none does, {remedy}");
        return Row::warn(REGISTERED, what, remedy).about(gone);
    }
    if !gone.is_empty() {
        let what = format!("not registered: {}{rest}; {NOT_TRIED}", some_of(&gone, NAMED));
        return Row::fail(REGISTERED, what, remedy).about(gone);
    }
    let what = format!("{}{rest}; {NOT_TRIED}", count(here.len(), "phone is", "phones are"));
    if unknown.is_empty() {
        Row::ok(REGISTERED, what)
    } else {
        Row::warn(REGISTERED, what, CALLS).about(unknown)
    }
}

fn passwords(phones: &[Attendance]) -> Vec<Row> {
    // A registrar that answers some phones does not refuse the question, so 403 is its word for a wrong password.
    let has_answered =
        phones.iter().any(|phone| matches!(phone.presence, Presence::At(_) | Presence::Nowhere));
    let wrong: Vec<_> = phones
        .iter()
        .filter(|phone| match phone.presence {
            Presence::WrongPassword => true,
            Presence::Refused(status) => status == 403 && has_answered,
            _ => false,
        })
        .map(|phone| phone.phone.as_str())
        .collect();
    let missing = names(phones, |presence| *presence == Presence::NoPassword);
    let mut rows = Vec::new();
    if !wrong.is_empty() {
        rows.push(
            Row::fail(
                PASSWORDS,
                format!("the registrar does not take the password that is kept here of {}", some_of(&wrong, NAMED)),
                "`dialtone apply --set-passwords` sets those that are kept here; give the phones their files again",
            )
            .about(wrong),
        );
    }
    if !missing.is_empty() {
        rows.push(
            Row::warn(
                PASSWORDS,
                format!("no password is kept here of {}", some_of(&missing, NAMED)),
                "name the file of passwords with --passwords FILE, or run `dialtone apply`",
            )
            .about(missing),
        );
    }
    rows
}

fn places(phones: &[Attendance]) -> Option<Row> {
    let full =
        names(phones, |presence| matches!(presence, Presence::At(places) if places.len() >= MOST_PLACES));
    if full.is_empty() {
        return None;
    }
    let row = Row::warn(
        PLACES,
        format!("registered at {MOST_PLACES} places, the most that Twilio takes: {}", some_of(&full, NAMED)),
        "a phone whose address changes leaves old places behind, which end within an hour; if they do not, somebody else \
         has its password: `dialtone rotate`",
    );
    Some(row.about(full))
}

/// Why nothing at all is known.
fn silence(phones: &[Attendance]) -> Finding {
    let refusal = phones.iter().find_map(|phone| match phone.presence {
        Presence::Refused(status) => Some(status),
        _ => None,
    });
    let unasked = phones.iter().find_map(|phone| match &phone.presence {
        Presence::NotAsked(why) => Some(why.clone()),
        _ => None,
    });
    if let Some(status) = refusal {
        let what = format!(
            "the registrar does not say which phones are registered (it answers {status}); {NOT_TRIED}"
        );
        return Finding::new("", what, CALLS);
    }
    unasked.unwrap_or_else(|| {
        Finding::new("", "no phone could be asked about", "see the other rows about registering")
    })
}

fn names(phones: &[Attendance], wanted: fn(&Presence) -> bool) -> Vec<&str> {
    phones.iter().filter(|phone| wanted(&phone.presence)).map(|phone| phone.phone.as_str()).collect()
}

fn count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {} registered", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Mark;
    use crate::roll_call::Place;

    fn judged(presences: Vec<Presence>) -> Vec<Row> {
        let phones = presences.into_iter().enumerate();
        let phones: Vec<_> =
            phones.map(|(i, presence)| Attendance { phone: format!("p{i}"), presence }).collect();
        rows(&phones)
    }

    fn at(places: usize) -> Presence {
        Presence::At(vec![Place { host: "192.0.2.1".into(), left: Some(60), renewed: None }; places])
    }

    fn silent() -> Presence {
        Presence::NotAsked(Finding::new("", "the registrar does not answer", "again"))
    }

    #[test]
    fn each_presence_has_its_row() {
        use Presence::{NoPassword, Nowhere, Refused, WrongPassword};
        for (presences, expected) in [
            (vec![at(1), at(2)], &[("registered", Mark::Ok, "2 phones are registered")][..]),
            (vec![at(1), Nowhere], &[("registered", Mark::Fail, "not registered: p1")]),
            (vec![Nowhere, Nowhere], &[("registered", Mark::Warn, "no phone at all")]),
            (vec![Refused(405)], &[("registered", Mark::Unknown, "it answers 405")]),
            (vec![Refused(403)], &[("registered", Mark::Unknown, "it answers 403")]),
            (vec![silent()], &[("registered", Mark::Unknown, "does not answer")]),
            (vec![at(1), silent()], &[("registered", Mark::Warn, "1 phone is registered; not known of p1")]),
            (
                vec![at(1), WrongPassword],
                &[("registered", Mark::Ok, "1 phone"), ("registrar-passwords", Mark::Fail, "of p1")],
            ),
            (
                vec![Nowhere, at(1), Refused(403)],
                &[("registered", Mark::Fail, "p0"), ("registrar-passwords", Mark::Fail, "of p2")],
            ),
            (
                vec![NoPassword],
                &[
                    ("registered", Mark::Unknown, "no phone could"),
                    ("registrar-passwords", Mark::Warn, "of p0"),
                ],
            ),
            (vec![at(10)], &[("registered", Mark::Ok, ""), ("registered-places", Mark::Warn, "p0")]),
        ] {
            let rows = judged(presences);
            assert_eq!(rows.len(), expected.len(), "{rows:?}");
            for (row, (id, mark, words)) in rows.iter().zip(expected) {
                assert_eq!((row.check.id, row.mark), (*id, *mark), "{row:?}");
                assert!(row.finding.what.contains(words), "{row:?}");
                assert_eq!(row.finding.remedy.is_empty(), row.mark == Mark::Ok, "{row:?}");
            }
        }
    }
}
