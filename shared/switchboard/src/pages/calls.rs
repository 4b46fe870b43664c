//! Calls, by phone, day, end and reason.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use ledger::{Ending, Filter, PhoneName, Why};
use maud::{Markup, html};

use super::parts::call_table;
use crate::layout;
use crate::request::Request;
use crate::view::View;

/// How many calls a page has.
const PAGE: usize = 100;

pub(crate) fn calls(view: &View<'_>, request: &Request) -> ledger::Result<Markup> {
    let phone = request.query("phone");
    let day: Option<Date> = request.query("day").and_then(|day| day.parse().ok());
    let ending = request.query("ending").and_then(|ending| Ending::parse(&ending));
    let why = request.query("why").and_then(|why| Why::parse(&why));
    let behind = request.query("behind").and_then(|behind| {
        let (at, id) = behind.split_once('_')?;
        Some((at.parse::<Timestamp>().ok()?, id.parse().ok()?))
    });
    let start = |day: Date| day.to_zoned(view.zone()).ok().map(|zoned| zoned.timestamp());
    let filter = Filter {
        phone: phone.as_deref().map(PhoneName::of_event),
        since: day.and_then(start),
        until: day.and_then(|day| day.checked_add(1.day()).ok()).and_then(start),
        ending,
        why,
        most: PAGE,
        behind,
        ..Filter::default()
    };
    let calls = view.ledger.calls(&filter, view.now)?;
    let day = day.map(|day| day.to_string()).unwrap_or_default();
    let next = calls.last().filter(|_| calls.len() == PAGE).map(|last| {
        layout::link(
            "/calls",
            &[
                ("phone", phone.as_deref().unwrap_or_default()),
                ("day", &day),
                ("ending", ending.map_or("", Ending::as_str)),
                ("why", why.map_or("", Why::as_str)),
                ("behind", &format!("{}_{}", last.began, last.id)),
            ],
        )
    });
    Ok(html! {
        form.filter method="get" action="/calls" {
            label {
                "Phone "
                select name="phone" {
                    option value="" { "all" }
                    @for (name, _) in view.phones() {
                        option value=(name) selected[phone.as_deref() == Some(name.as_str())] { (name) }
                    }
                    option value="unknown" selected[phone.as_deref() == Some("unknown")] { "unknown" }
                }
            }
            label { "Day " input type="date" name="day" value=(day); }
            label {
                "Ended "
                select name="ending" {
                    option value="" { "in any way" }
                    @for one in Ending::ALL {
                        option value=(one) selected[ending == Some(*one)] { (one.in_words()) }
                    }
                }
            }
            label {
                "Refused "
                select name="why" {
                    option value="" { "or not" }
                    @for one in Why::ALL {
                        option value=(one) selected[why == Some(*one)] { (one.in_words()) }
                    }
                }
            }
            button { "Show" }
        }
        @if calls.is_empty() {
            p.quiet { "No such calls." }
        } @else {
            (call_table(view, "calls", &calls, false))
        }
        @if let Some(next) = next { p { a href=(next) rel="next" { "Older calls" } } }
    })
}
