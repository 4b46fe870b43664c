//! Now: is everything well, and what goes on.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use ledger::{Ending, Filter, Health, Help, State, What};
use maud::{Markup, html};

use super::parts::{call_table, phone_name};
use super::phones::state;
use crate::layout;
use crate::view::View;

/// How many of the latest events are shown.
const EVENTS: usize = 25;

/// After how many hours without any event the page asks whether events still arrive.
const QUIET: i64 = 24;

/// For how long an event may wait for the topic before the page says so: what SNS refuses is tried again within half a minute.
const LATE: SignedDuration = SignedDuration::from_mins(2);

/// How many calls for help that went wrong are shown.
const UNHELPED: usize = 5;

/// How many phones that need a look are named.
const PHONES: usize = 12;

/// Phones that somebody has to look at: those that were missed, before those that were only not heard; the latest first.
fn worrying<'h>(states: &BTreeMap<State, Vec<&'h Health>>) -> Vec<&'h Health> {
    let all = [State::Unreachable, State::Doubtful].iter().filter_map(|state| states.get(state));
    let mut worrying: Vec<_> = all.flatten().copied().collect();
    let last = |health: &Health| health.life.map(|life| life.at).max(health.death.map(|death| death.at));
    worrying.sort_by_key(|health| (health.state, health.misses == 0, std::cmp::Reverse(last(health))));
    worrying
}

pub(crate) fn now(view: &View<'_>) -> ledger::Result<Markup> {
    let zone = view.zone();
    let health: Vec<Health> = view
        .phones()
        .iter()
        .map(|(name, _)| view.ledger.health(name, view.now))
        .collect::<ledger::Result<_>>()?;
    let mut states: BTreeMap<State, Vec<&Health>> = BTreeMap::new();
    for health in &health {
        states.entry(health.state).or_default().push(health);
    }
    let under_way = view.ledger.under_way(view.now, view.network.time_limit() + 120, 50)?;
    let events = view.ledger.latest(view.now, EVENTS)?;
    let midnight = view.ledger.start_of_day(view.now);
    let today = Filter { since: Some(midnight), most: 100_000, ..Filter::default() };
    let calls = view.ledger.calls(&today, view.now)?;
    let count = |ending: Ending| calls.iter().filter(|call| call.ending == ending).count();
    let help = calls.iter().filter(|call| !matches!(call.help, Help::None | Help::Drill)).count();
    let week = Filter { help: true, since: Some(view.hours_ago(7 * 24)), most: 1_000, ..Filter::default() };
    let mut unhelped = view.ledger.calls(&week, view.now)?;
    unhelped.retain(|call| matches!(call.help, Help::Refused | Help::Failed));
    unhelped.truncate(UNHELPED);
    let silence = events.first().map(|event| view.now.duration_since(event.at));
    Ok(html! {
        @match silence {
            None => p.alarm { "▲ The ledger is empty. Give `dialtone switchboard` the events to read with --from, --aws or --twilio." },
            Some(silence) if silence > SignedDuration::from_hours(QUIET) => p.alarm {
                "▲ Nothing was heard since " (events.first().map(|event| layout::time(event.at, view.now, &zone)).unwrap_or_default())
                ". Does the service run, and are its events read? Ask `dialtone doctor`."
            },
            Some(_) => {}
        }
        @if let Some(since) = view.beside.unpublished_since.filter(|since| view.now.duration_since(*since) > LATE) {
            p.alarm {
                "▲ Events since " (layout::time(since, view.now, &zone)) " (" (layout::age(since, view.now, &zone))
                ") wait for the topic, so metrics are missing. No call waits for them: the journal keeps them until a service with the topic publishes them. Look at the log of `dialtone serve`."
            }
        }
        ul.tiles {
            @for (state_, word) in [(State::Alive, "alive"), (State::Doubtful, "doubtful"), (State::Unreachable, "unreachable"), (State::NeverSeen, "never seen")] {
                @let count = states.get(&state_).map_or(0, Vec::len);
                li class=(state::class(state_)) {
                    a href=(layout::link("/phones", &[("state", word)])) {
                        span.big { (state::mark(state_)) " " (count) } " " span { "phones " (word) }
                    }
                }
            }
            li { a href="/calls" { span.big { (calls.len()) } " " span { "calls today" } } }
            li { a href=(layout::link("/calls", &[("ending", "refused")])) { span.big { (count(Ending::Refused)) } " " span { "refused today" } } }
            li { a href=(layout::link("/calls", &[("ending", "failed")])) { span.big { (count(Ending::Failed)) } " " span { "not placed today" } } }
            li class=[(help > 0).then_some("bad")] { a href="/help" { span.big { (help) } " " span { "for help today" } } }
        }
        @let worrying = worrying(&states);
        @if !worrying.is_empty() {
            section {
                h2 { "Phones to look at" }
                ul.plain {
                    @for health in worrying.iter().take(PHONES) {
                        li {
                            (state::badge(health.state)) " " (phone_name(view, health.phone.as_str())) " "
                            span.quiet { "· " (health.in_words(view.now)) }
                        }
                    }
                    @if worrying.len() > PHONES {
                        li { a href="/phones" { "and " (worrying.len() - PHONES) " more" } }
                    }
                }
            }
        }
        @if !unhelped.is_empty() {
            section {
                h2 { "Calls for help that were refused or failed, of seven days" }
                (call_table(view, "calls for help that went wrong", &unhelped, false))
                p { a href="/help" { "What to do, and who was told" } }
            }
        }
        section {
            h2 { "Calls under way" }
            @if under_way.is_empty() { p.quiet { "None." } } @else { (call_table(view, "calls under way", &under_way, false)) }
        }
        section {
            h2 { "Latest events" }
            ul.events {
                @for event in &events {
                    @let is_help = matches!(event.what, What::DialEmergency | What::EmergencyRefused | What::EmergencyFailed);
                    li class=[is_help.then_some("help")] {
                        span.when { (layout::time(event.at, view.now, &zone)) }
                        span { (phone_name(view, event.phone.as_str())) " " (event.in_words()) }
                    }
                }
            }
        }
    })
}
