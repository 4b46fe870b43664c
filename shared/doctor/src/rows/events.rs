//! Whether what happens gets to those who watch.

use jiff::{SignedDuration, Timestamp};

use crate::report::{Check, Row};
use crate::sources::delivery::Delivery;
use crate::sources::traces::Sightings;

const EVENTS: Check = Check { id: "events-delivered", name: "events reach the topic" };

/// From when on events are late: a service tries again after 30 s at most.
const LATE: u64 = 120;

/// After how many seconds they do not go at once, as they should.
const SLOW: u64 = 5;

/// The hour that AWS counts in, and what its counts take to come.
const LAG: SignedDuration = SignedDuration::from_hours(2);

/// `sightings` says when a phone called last: what happened then must have been published.
pub(crate) fn row(delivery: &Delivery, sightings: Option<&Sightings>) -> Row {
    match delivery {
        Delivery::NotKnown(silence) => Row::unknown(EVENTS, silence),
        Delivery::Server { keeps: false, .. } => Row::fail(
            EVENTS,
            "the service cannot write its journal: events are lost if it is killed",
            "look at the disk, and at the rights of the journal's folder",
        ),
        Delivery::Server { behind, .. } if *behind >= LATE => Row::fail(
            EVENTS,
            format!("nothing has got through for {}", minutes(*behind)),
            "look at the service's log: at the topic, its region and the rights to publish; what waits is delivered later",
        ),
        Delivery::Server { behind, .. } if *behind >= SLOW => Row::warn(
            EVENTS,
            format!("events have waited for {}", minutes(*behind)),
            "ask again in a minute: they are tried every half minute",
        ),
        Delivery::Server { notices, .. } if *notices > 0 => Row::warn(
            EVENTS,
            format!("events get through, but notices of calls for help wait: {notices}"),
            "dialtone doctor --notify-test says which way is closed",
        ),
        Delivery::Server { last: Some(last), .. } => {
            Row::ok(EVENTS, format!("nothing waits; the last went {} ago", minutes(*last)))
        }
        Delivery::Server { last: None, .. } => {
            Row::ok(EVENTS, "nothing waits; there was no event since the service started")
        }
        Delivery::Stack { failed, readers, last } => of_stack(*failed, *readers, *last, sightings),
    }
}

fn of_stack(failed: u64, readers: usize, last: Option<Timestamp>, sightings: Option<&Sightings>) -> Row {
    let called = sightings.and_then(|sightings| sightings.of.values().max().copied());
    if failed > 0 {
        let finding = format!("batches of events that could not be published: {failed}");
        return Row::fail(EVENTS, finding, "mend the topic, then publish them: docs/operations.md, replay");
    }
    if let Some(called) = called.filter(|called| last.is_none_or(|last| last + LAG < *called)) {
        let last = last.map_or_else(|| "in seven days".to_owned(), |last| format!("since {}", day(last)));
        let finding = format!("a phone called on {}, but nothing was published {last}", day(called));
        return Row::fail(
            EVENTS,
            finding,
            "look at the relay's log and its subscription to the functions' logs; then dialtone replay",
        );
    }
    let last =
        last.map_or_else(|| "no event in seven days".to_owned(), |last| format!("the last on {}", day(last)));
    if readers == 0 {
        let finding = format!("events are published ({last}), but nobody subscribes to the topic");
        return Row::warn(EVENTS, finding, "subscribe your monitoring to the stack's output EventsTopic");
    }
    Row::ok(EVENTS, format!("{last}; subscribers: {readers}"))
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d, %H:%M UTC").to_string()
}

fn minutes(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Mark;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_server_says_what_waits() {
        let server =
            |keeps, behind, last, notices| row(&Delivery::Server { keeps, behind, last, notices }, None);
        for (row, mark, words) in [
            (server(true, 0, None, 0), Mark::Ok, "no event"),
            (server(true, 4, Some(600), 0), Mark::Ok, "10 min ago"),
            (server(true, 59, Some(600), 0), Mark::Warn, "waited for"),
            (server(true, 120, Some(600), 0), Mark::Fail, "for 2 min"),
            (server(true, 604_800, None, 0), Mark::Fail, "for 168 h"),
            (server(false, 0, None, 0), Mark::Fail, "journal"),
            (server(true, 0, None, 2), Mark::Warn, "wait: 2"),
        ] {
            assert!(row.mark == mark && row.finding.what.contains(words), "{row:?}");
        }
    }

    /// A topic can be down for a week while every call works.
    #[test]
    fn a_stack_that_publishes_nothing_is_found_by_the_calls() {
        let called =
            |time: &str| Sightings { of: [("lobby".to_owned(), at(time))].into(), ..Sightings::default() };
        let published = Some(at("2026-11-20T10:00:00Z"));
        let stack = |failed, readers, last| Delivery::Stack { failed, readers, last };
        for (delivery, called, mark, words) in [
            (stack(0, 1, published), called("2026-11-20T10:40:00Z"), Mark::Ok, "subscribers: 1"),
            (
                stack(0, 1, published),
                called("2026-11-24T10:40:00Z"),
                Mark::Fail,
                "nothing was published since",
            ),
            (stack(0, 1, None), called("2026-11-24T10:40:00Z"), Mark::Fail, "in seven days"),
            (stack(0, 1, None), Sightings::default(), Mark::Ok, "no event in seven days"),
            (stack(0, 0, published), Sightings::default(), Mark::Warn, "nobody subscribes"),
            (stack(2, 1, published), Sightings::default(), Mark::Fail, "not be published: 2"),
        ] {
            let row = row(&delivery, Some(&called));
            assert!(row.mark == mark && row.finding.what.contains(words), "{row:?}");
        }
    }
}
