//! Phones: one row each.

use ledger::{Day, Health, State, say};
use maud::{Markup, html};
use network::Extension;

use crate::dots;
use crate::layout;
use crate::request::Request;
use crate::view::View;

/// How states look: a shape, a word and a colour.
pub(crate) mod state {
    use ledger::State;
    use maud::{Markup, html};

    pub(crate) fn class(state: State) -> &'static str {
        match state {
            State::Alive => "good",
            State::Doubtful => "warn",
            State::Unreachable => "bad",
            State::NeverSeen => "plain",
        }
    }

    pub(crate) fn mark(state: State) -> &'static str {
        match state {
            State::Alive => "●",
            State::Doubtful => "▲",
            State::Unreachable => "✕",
            State::NeverSeen => "○",
        }
    }

    pub(crate) fn badge(state: State) -> Markup {
        html! { span class={ "state " (class(state)) } { (mark(state)) " " (state.as_str()) } }
    }
}

struct Row<'n> {
    phone: &'n Extension,
    health: Health,
}

pub(crate) fn phones(view: &View<'_>, request: &Request) -> ledger::Result<Markup> {
    let wanted = request.query("state");
    let search = request.query("name").unwrap_or_default().to_lowercase();
    let zone = view.zone();
    let mut rows = Vec::new();
    for (name, phone) in view.phones() {
        if !name.as_str().to_lowercase().contains(&search) {
            continue;
        }
        let health = view.ledger.health(&name, view.now)?;
        if wanted.as_deref().is_none_or(|wanted| wanted == health.state.as_str()) {
            rows.push(Row { phone, health });
        }
    }
    // Those that need a look come first.
    rows.sort_by(|one, other| {
        (one.health.state, &one.health.phone).cmp(&(other.health.state, &other.health.phone))
    });
    let days = view.ledger.days(view.now, dots::DAYS)?;
    let silent = vec![Day::default(); dots::DAYS];
    let today = view.ledger.calls_since(view.ledger.start_of_day(view.now), view.now)?;
    Ok(html! {
        form.filter method="get" action="/phones" {
            label { "Name " input type="search" name="name" value=(search); }
            label {
                "State "
                select name="state" {
                    option value="" { "all" }
                    @for state in [State::Unreachable, State::Doubtful, State::NeverSeen, State::Alive] {
                        option value=(state.as_str()) selected[wanted.as_deref() == Some(state.as_str())] { (state.as_str()) }
                    }
                }
            }
            button { "Show" }
            span.quiet { (rows.len()) " phones" }
        }
        (dots::legend())
        div.scroll tabindex="0" role="region" aria-label="phones" {
            table.phones {
                thead {
                    tr {
                        th scope="col" { "phone" }
                        th scope="col" { "state" }
                        th scope="col" { "last " (dots::DAYS) " days" }
                        th scope="col" { "calls today" }
                        th scope="col" { "last failure" }
                        th scope="col" { "911 sends help to" }
                        th scope="col" { "last drill" }
                    }
                }
                tbody {
                    @for Row { phone, health } in &rows {
                        tr {
                            th scope="row" { a href=(layout::phone_link(health.phone.as_str())) { (health.phone) } }
                            td.nowrap {
                                (state::badge(health.state)) br;
                                span.quiet {
                                    @match health.life {
                                        Some(life) => { "heard " (layout::age(life.at, view.now, &zone)) }
                                        None => { "never heard" }
                                    }
                                }
                            }
                            td { (dots::row(days.get(&health.phone).unwrap_or(&silent))) }
                            td.number { (today.get(&health.phone).copied().unwrap_or_default()) }
                            td {
                                @if let Some(death) = health.death {
                                    (say::error_in_words(death.proof.0)) " " span.quiet.nowrap { (layout::age(death.at, view.now, &zone)) }
                                }
                            }
                            td { @match view.place(phone) { Ok(place) => { (place) } Err(why) => { span.warn { (why) } } } }
                            td.nowrap { (drill(view, phone)) }
                        }
                    }
                }
            }
        }
    })
}

/// The last test of 911 with 933.
pub(super) fn drill(view: &View<'_>, phone: &Extension) -> Markup {
    html! {
        @match view.beside.drills.get(phone.name()) {
            Some(drill) if drill.passed => { span.good { (drill.date) ", passed" } }
            Some(drill) => { span.bad { "✕ " (drill.date) ", failed" } }
            None => { span.quiet { "never" } }
        }
    }
}
