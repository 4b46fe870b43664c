//! Tests of the ledger's promises, over random events.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rusqlite::types::Value;
use webhook::{CallSid, ErrorCode};

use crate::*;

fn zone() -> TimeZone {
    TimeZone::get("America/Los_Angeles").unwrap()
}

fn now() -> Timestamp {
    "2026-11-27T12:00:00Z".parse().unwrap()
}

/// One event of a few phones and calls within a few hours, so that they meet.
fn record() -> impl Strategy<Value = Record> {
    let whats = prop::sample::select(What::ALL);
    let endings = prop::sample::select(Ending::ALL);
    let whys = prop::sample::select(Why::ALL);
    (0..4_u8, 0..6_u8, -100_000..100_i64, whats, endings, whys, 0..3_u32, 0..4_u32).prop_map(
        |(phone, call, seconds, what, ending, why, way, detail)| Record {
            at: now() + SignedDuration::from_secs(seconds),
            phone: PhoneName::of_event(["lobby", "cocina", "loft", "unknown"][usize::from(phone)]),
            what,
            call: (call > 0).then(|| sid(u32::from(call))),
            way: Way::ALL[way as usize],
            ending: if what == What::Reject {
                Ending::Refused
            } else if what.is_end() {
                ending
            } else {
                Ending::None
            },
            seconds: what.is_end().then_some(detail * 7),
            why: (what == What::Reject).then_some(why),
            error: what
                .is_error()
                .then(|| ErrorCode::parse(["32009", "32011", "13224", "11200"][detail as usize]).unwrap()),
        },
    )
}

fn sid(number: u32) -> CallSid {
    CallSid::parse(&format!("CA{number:032x}")).unwrap()
}

/// Everything in the ledger, with phones by their names: their numbers depend on who came first.
fn content(ledger: &Ledger) -> BTreeMap<&'static str, Vec<Vec<Value>>> {
    let mut content = BTreeMap::new();
    for (table, columns, join) in [
        ("event", "at, p.name, what, call, detail, proof", "JOIN phone p ON p.id = t.phone"),
        (
            "call",
            "call, p.name, began, last, events, way, destination, seconds, ended_key, why_key, error_key, help",
            "JOIN phone p ON p.id = t.phone",
        ),
        ("hour_tally", "hour, what, detail, n", ""),
        (
            "phone_day",
            "day, p.name, life, death, answered, refused, failed",
            "JOIN phone p ON p.id = t.phone",
        ),
    ] {
        let mut statement =
            ledger.connection.prepare(&format!("SELECT {columns} FROM {table} t {join}")).unwrap();
        let width = statement.column_count();
        let mut rows: Vec<Vec<Value>> = statement
            .query_map([], |row| (0..width).map(|i| row.get(i)).collect())
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        rows.sort_by_cached_key(|row| format!("{row:?}"));
        content.insert(table, rows);
    }
    content
}

fn health(ledger: &Ledger) -> Vec<Health> {
    ["lobby", "cocina", "loft"].map(|name| ledger.health(&PhoneName::of_event(name), now()).unwrap()).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The order makes no difference, nor does it when everything comes twice, in pieces.
    #[test]
    fn any_order_and_repetition_give_the_same_ledger(
        (records, shuffled) in prop::collection::vec(record(), 1..60)
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
        piece in 1..20_usize,
    ) {
        let mut one = Ledger::in_memory(&zone()).unwrap();
        let taken = one.take(records.clone(), None).unwrap();
        let mut other = Ledger::in_memory(&zone()).unwrap();
        for records in shuffled.chunks(piece) {
            other.take(records.to_vec(), None).unwrap();
        }
        let again = other.take(records, None).unwrap();
        prop_assert_eq!(again.new, 0);
        prop_assert_eq!(again.repeated, taken.new + taken.repeated);
        prop_assert_eq!(content(&one), content(&other));
        prop_assert_eq!(health(&one), health(&other));
        // Counting anew gives the counts that were kept.
        let counted = content(&one);
        one.count_anew().unwrap();
        prop_assert_eq!(counted, content(&one));
    }

    /// Proofs only ever get later.
    #[test]
    fn late_events_never_move_time_back(records in prop::collection::vec(record(), 1..40)) {
        let mut ledger = Ledger::in_memory(&zone()).unwrap();
        let mut before = health(&ledger);
        for record in records {
            ledger.take([record], None).unwrap();
            let after = health(&ledger);
            for (before, after) in before.iter().zip(&after) {
                // Only an answer can be taken back: when it turns out that several phones rang.
                let called = |health: &Health| health.life.filter(|sign| sign.proof == Life::Called).map(|sign| sign.at);
                prop_assert!(called(before).is_none() || after.life.map(|sign| sign.at) >= called(before));
                prop_assert!(after.death.map(|sign| sign.at) >= before.death.map(|sign| sign.at));
            }
            before = after;
        }
    }
}

fn event(at: &str, what: What, phone: &str, call: u32) -> Record {
    Record {
        at: at.parse().unwrap(),
        phone: PhoneName::of_event(phone),
        what,
        call: Some(sid(call)),
        way: Way::Outgoing,
        ending: Ending::None,
        seconds: None,
        why: None,
        error: None,
    }
}

fn miss(at: &str, phone: &str, call: u32) -> Record {
    Record { error: ErrorCode::parse("32009"), way: Way::Incoming, ..event(at, What::Error, phone, call) }
}

fn ended(at: &str, way: Way, phone: &str, call: u32, ending: Ending) -> Record {
    let what = if way == Way::Incoming { What::IncomingEnded } else { What::OutgoingEnded };
    Record { ending, way, seconds: Some(61), ..event(at, what, phone, call) }
}

fn ledger(records: Vec<Record>) -> Ledger {
    let mut ledger = Ledger::in_memory(&zone()).unwrap();
    ledger.take(records, None).unwrap();
    ledger
}

#[test]
fn a_phone_dies_by_three_misses_and_lives_by_one_hit() {
    let lobby = PhoneName::of_event("lobby");
    let mut ledger = ledger(vec![event("2026-11-27T08:00:00Z", What::DialOutgoing, "lobby", 1)]);
    let mut state = |record: Record| {
        ledger.take([record], None).unwrap();
        ledger.health(&lobby, now()).unwrap().state
    };
    assert_eq!(state(miss("2026-11-27T09:00:00Z", "lobby", 2)), State::Doubtful);
    // The same attempt, reported by the debugger and for the second ring.
    assert_eq!(state(miss("2026-11-27T09:00:01Z", "lobby", 2)), State::Doubtful);
    assert_eq!(state(miss("2026-11-27T09:00:20Z", "lobby", 3)), State::Doubtful);
    assert_eq!(state(miss("2026-11-27T09:05:00Z", "lobby", 4)), State::Doubtful);
    assert_eq!(state(miss("2026-11-27T09:10:00Z", "lobby", 5)), State::Unreachable);
    // What comes late proves nothing about now.
    assert_eq!(state(event("2026-11-27T08:30:00Z", What::DialOutgoing, "lobby", 6)), State::Unreachable);
    assert_eq!(state(event("2026-11-27T09:11:00Z", What::DialOutgoing, "lobby", 7)), State::Alive);
    // A clock that ran ahead is not believed.
    assert_eq!(state(event("2027-11-27T09:11:00Z", What::DialOutgoing, "lobby", 8)), State::Alive);
    assert_eq!(
        ledger.health(&lobby, now()).unwrap().life.unwrap().at,
        "2026-11-27T09:11:00Z".parse().unwrap()
    );
    assert_eq!(ledger.health(&PhoneName::of_event("nobody"), now()).unwrap().state, State::NeverSeen);
}

#[test]
fn an_answer_counts_for_a_phone_that_rang_alone() {
    let at = "2026-11-27T10:00:00Z";
    let alone = ended(at, Way::Incoming, "lobby", 1, Ending::Completed);
    let shared = ["loft", "cocina"].map(|phone| ended(at, Way::Incoming, phone, 2, Ending::Completed));
    let ledger = ledger(std::iter::once(alone).chain(shared).collect());
    let states: Vec<_> = health(&ledger).into_iter().map(|health| health.state).collect();
    assert_eq!(states, [State::Alive, State::NeverSeen, State::NeverSeen]);
}

#[test]
fn a_call_is_one_row_and_errors_alone_are_none() {
    let ledger = ledger(vec![
        event("2026-11-27T10:00:00Z", What::DialOutgoing, "lobby", 1),
        Record {
            why: Some(Why::InvalidNumber),
            ending: Ending::Refused,
            ..event("2026-11-27T10:00:00.1Z", What::Reject, "lobby", 1)
        },
        event("2026-11-27T10:00:10Z", What::DialOutgoing, "lobby", 1),
        event("2026-11-27T10:00:10.1Z", What::DialEmergency, "lobby", 1),
        ended("2026-11-27T10:02:00Z", Way::Outgoing, "lobby", 1, Ending::NoAnswer),
        miss("2026-11-27T10:02:00Z", "cocina", 1),
    ]);
    let calls = ledger.calls(&Filter { most: 10, ..Filter::default() }, now()).unwrap();
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    assert_eq!(
        (call.destination, call.ending, call.why),
        (Destination::Emergency, Ending::NoAnswer, Some(Why::InvalidNumber))
    );
    assert_eq!((call.help, call.seconds, call.is_unheard), (Help::Failed, Some(61), false));
    for (filter, found) in [
        (Filter { help: true, ..Filter::default() }, 1),
        (Filter { failed: true, ..Filter::default() }, 0),
        (Filter { refused: true, ..Filter::default() }, 1),
        (Filter { ending: Some(Ending::NoAnswer), ..Filter::default() }, 1),
        (Filter { why: Some(Why::Premium), ..Filter::default() }, 0),
        (Filter { phone: Some(PhoneName::of_event("cocina")), ..Filter::default() }, 0),
        (Filter { since: Some("2026-11-27T10:00:01Z".parse().unwrap()), ..Filter::default() }, 0),
        (Filter { behind: Some((call.began, call.id)), ..Filter::default() }, 0),
    ] {
        assert_eq!(
            ledger.calls(&Filter { most: 5, ..filter.clone() }, now()).unwrap().len(),
            found,
            "{filter:?}"
        );
    }
    assert_eq!(ledger.errors_of(&PhoneName::of_event("cocina"), Timestamp::UNIX_EPOCH).unwrap()[0].0, 32_009);
    assert_eq!(ledger.latest(now(), 3).unwrap().len(), 3);
}

#[test]
fn what_was_forgotten_stays_forgotten() {
    let records = vec![
        event("2026-11-20T10:00:00Z", What::DialOutgoing, "lobby", 1),
        event("2026-11-20T11:00:00Z", What::DialOutgoing, "loft", 2),
        event("2026-11-26T10:00:00Z", What::DialOutgoing, "lobby", 3),
    ];
    let mut one = ledger(records.clone());
    let limit = "2026-11-25T12:00:00Z".parse().unwrap();
    assert_eq!(one.forget(limit, Some(&PhoneName::of_event("lobby"))).unwrap(), 1);
    assert_eq!(one.take(records.clone(), None).unwrap(), Taken { new: 0, repeated: 2, forgotten: 1 });
    assert_eq!(one.forget(limit, None).unwrap(), 1);
    assert_eq!(one.take(records, None).unwrap(), Taken { new: 0, repeated: 1, forgotten: 2 });
    // Midnight in Los Angeles.
    assert_eq!(one.forgotten_before().unwrap().unwrap(), "2026-11-25T08:00:00Z".parse().unwrap());
    let content = content(&one);
    assert!(content.values().all(|rows| rows.len() == 1), "{content:?}");
}

#[test]
fn twilios_list_adds_what_only_it_knows() {
    let mut ledger = ledger(vec![event("2026-11-27T10:00:00Z", What::DialOutgoing, "lobby", 1)]);
    let leg = |number, parent: Option<u32>| Leg {
        sid: sid(number),
        parent: parent.map(sid),
        phone: PhoneName::of_event("lobby"),
        began: "2026-11-27T10:00:00Z".parse().unwrap(),
        way: Way::Outgoing,
        destination: Destination::Unknown,
        country: parent.and(numbers::Region::parse("MX")),
        ending: Ending::Completed,
        seconds: Some(30),
        price_micros: Some(8_500),
    };
    for _ in 0..2 {
        ledger.take_legs(&[leg(1, None), leg(10, Some(1)), leg(2, None)]).unwrap();
    }
    let calls = ledger.calls(&Filter { most: 10, ..Filter::default() }, now()).unwrap();
    assert_eq!(calls.len(), 2);
    let [unheard, heard] = [&calls[0], &calls[1]];
    assert!(unheard.is_unheard && !heard.is_unheard);
    assert_eq!(
        (heard.country.as_deref(), heard.price_micros, heard.seconds),
        (Some("MX"), Some(17_000), Some(30))
    );
}

#[test]
fn a_file_is_reopened_in_another_zone_and_by_an_older_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    let mut ledger = Ledger::open(&path, Access::Write, &zone()).unwrap();
    ledger.take([event("2026-11-27T05:00:00Z", What::DialOutgoing, "lobby", 1)], Some(("a", "17"))).unwrap();
    let day = |ledger: &Ledger| {
        ledger.connection.query_row("SELECT day FROM phone_day", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let there = day(&ledger);
    drop(ledger);
    assert_eq!(day(&Ledger::open(&path, Access::Read, &TimeZone::UTC).unwrap()), there);
    let ledger = Ledger::open(&path, Access::Write, &TimeZone::UTC).unwrap();
    assert_eq!((day(&ledger), ledger.cursor("a").unwrap().as_deref()), (there + 1, Some("17")));
    ledger.connection.pragma_update(None, "user_version", 99).unwrap();
    drop(ledger);
    assert!(matches!(Ledger::open(&path, Access::Read, &zone()), Err(Error::Newer { found: 99, .. })));
    assert!(matches!(Ledger::open(folder.path(), Access::Write, &zone()), Err(Error::Open { .. })));
}

#[test]
fn a_registration_that_was_seen_is_a_proof_of_life() {
    let mut ledger = Ledger::in_memory(&zone()).unwrap();
    let lobby = PhoneName::of_event("lobby");
    ledger
        .take([miss("2026-11-20T10:00:00Z", "lobby", 1), miss("2026-11-20T11:00:00Z", "lobby", 2)], None)
        .unwrap();
    ledger.take([miss("2026-11-20T12:00:00Z", "lobby", 3)], None).unwrap();
    let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    assert_eq!(ledger.health(&lobby, now).unwrap().state, State::Unreachable);
    let seen: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
    // The later one first: the order makes no difference.
    for at in [seen, "2026-11-20T13:00:00Z".parse().unwrap(), "2026-11-21T08:00:00Z".parse().unwrap()] {
        ledger.take_registrations(&[lobby.clone(), PhoneName::unknown()], at).unwrap();
    }
    let health = ledger.health(&lobby, now).unwrap();
    assert_eq!((health.state, health.misses), (State::Alive, 0));
    let life = health.life.unwrap();
    assert_eq!((life.at, life.proof), (seen, Life::Registered));
    assert_eq!(health.in_words(now), "registered 3 h ago; not registered 24 h ago");
    let days = ledger.days(now, 30).unwrap();
    let heard: Vec<_> = days[&lobby].iter().map(|day| day.registered).collect();
    assert_eq!(heard.iter().filter(|is_heard| **is_heard).count(), 2);
    assert!(heard[29]);
    // It is forgotten like everything else, and does not come back.
    ledger.forget("2026-11-22T12:00:00Z".parse().unwrap(), None).unwrap();
    ledger.take_registrations(std::slice::from_ref(&lobby), seen).unwrap();
    assert_eq!(ledger.health(&lobby, now).unwrap().life, None);
}

#[test]
fn an_older_file_is_read_as_it_is_and_migrated_by_a_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("schema.sql")).unwrap();
    old.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA user_version = 1; INSERT INTO phone VALUES (1, 'lobby');",
    )
    .unwrap();
    drop(old);
    let lobby = PhoneName::of_event("lobby");
    let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let reader = Ledger::open(&path, Access::Read, &zone()).unwrap();
    assert_eq!(reader.health(&lobby, now).unwrap().state, State::NeverSeen);
    assert!(reader.days(now, 30).unwrap().is_empty() && reader.notices(1).unwrap().is_empty());
    drop(reader);
    let mut writer = Ledger::open(&path, Access::Write, &zone()).unwrap();
    writer.take_registrations(std::slice::from_ref(&lobby), now).unwrap();
    assert_eq!(writer.health(&lobby, now).unwrap().state, State::Alive);
}

#[test]
fn of_several_attempts_to_tell_somebody_the_first_that_went_counts() {
    let at = |minute: u32| format!("2026-11-20T10:{minute:02}:00Z").parse::<Timestamp>().unwrap();
    let attempt = |minute, is_sent| Notice { channel: Channel::Sms, is_sent, at: at(minute) };
    let all = [attempt(1, false), attempt(3, false), attempt(5, true), attempt(7, true)];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let mut ledger = Ledger::in_memory(&zone()).unwrap();
        ledger.take([event("2026-11-20T10:00:00Z", What::DialEmergency, "lobby", 1)], None).unwrap();
        for place in order.into_iter().chain(order) {
            ledger.take_notice(&sid(1), "call_for_help", 0, &all[place]).unwrap();
        }
        assert_eq!(ledger.notices(1).unwrap(), [attempt(5, true)], "{order:?}");
    }
    let mut ledger = Ledger::in_memory(&zone()).unwrap();
    ledger.take([event("2026-11-20T10:00:00Z", What::DialEmergency, "lobby", 1)], None).unwrap();
    for place in [1, 0] {
        ledger.take_notice(&sid(1), "call_for_help", 0, &all[place]).unwrap();
    }
    assert_eq!(ledger.notices(1).unwrap(), [attempt(3, false)]);
}
