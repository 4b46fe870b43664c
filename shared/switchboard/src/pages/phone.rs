//! One phone.

use ledger::{Day, Filter, PhoneName, say};
use maud::{Markup, html};
use network::Extension;

use super::parts::call_table;
use super::phones::{drill, state};
use crate::dots;
use crate::layout;
use crate::view::View;

/// How many of its latest calls are shown.
const CALLS: usize = 20;

/// How far back errors are counted, in hours.
const ERRORS: i64 = 7 * 24;

pub(crate) fn phone(view: &View<'_>, phone: &Extension) -> ledger::Result<Markup> {
    let name = PhoneName::of_event(phone.endpoint());
    let health = view.ledger.health(&name, view.now)?;
    let days = view.ledger.days(view.now, dots::DAYS)?;
    let days = days.get(&name).cloned().unwrap_or_else(|| vec![Day::default(); dots::DAYS]);
    let errors = view.ledger.errors_of(&name, view.hours_ago(ERRORS))?;
    let filter = Filter { phone: Some(name.clone()), most: CALLS, ..Filter::default() };
    let calls = view.ledger.calls(&filter, view.now)?;
    let zone = view.zone();
    let device = phone.device().map(|device| device.kind.as_str());
    Ok(html! {
        p.lead { (state::badge(health.state)) @if health.life.is_some() || health.death.is_some() { " · " (health.in_words(view.now)) } }
        @if health.misses > 0 {
            p.quiet { "Missed " (if health.misses > 2 { "three times or more" } else if health.misses > 1 { "twice" } else { "once" }) " since it was heard." }
        }
        @if let Some(death) = health.death.filter(|_| health.misses > 0) {
            p.advice { strong { "What to do: " } (say::advice(death.proof.0)) "." }
        }
        (dots::row(&days))
        (dots::legend())
        dl.facts {
            dt { "Rings for" }
            dd { (if phone.number().is_some() { "a number of its own" } else { "calls of the other phones only" }) }
            dt { "911 sends help to" }
            dd { @match view.place(phone) { Ok(place) => { (place) } Err(why) => { span.warn { (why) } } } }
            dt { "Last drill" }
            dd { (drill(view, phone)) }
            @if let Some(device) = device { dt { "Device" } dd { (device) } }
            dt { "Try a call" }
            dd { a href=(layout::link("/explain", &[("phone", phone.name())])) { "Explain what it may dial" } }
        }
        section {
            h2 { "Errors of seven days" }
            @if errors.is_empty() { p.quiet { "None." } } @else {
                ul.plain {
                    @for (code, count, last) in &errors {
                        li {
                            strong { (count) " × " (code) } " " (say::error_in_words(*code)) ", last "
                            (layout::age(*last, view.now, &zone)) ". " span.quiet { (say::advice(*code)) "." }
                        }
                    }
                }
            }
        }
        section {
            h2 { "Latest calls" }
            @if calls.is_empty() { p.quiet { "None." } } @else {
                (call_table(view, "calls", &calls, true))
                p { a href=(layout::link("/calls", &[("phone", name.as_str())])) { "All its calls" } }
            }
        }
    })
}
