//! What several pages show.

use ledger::{Call, Ending, Help, say};
use maud::{Markup, html};

use crate::layout;
use crate::view::View;

/// A table of calls. `name` tells it from other tables of the page to those who hear the page read; `is_of_phone` leaves the
/// phone's name out.
pub(crate) fn call_table(view: &View<'_>, name: &str, calls: &[Call], is_of_phone: bool) -> Markup {
    let zone = view.zone();
    html! {
        div.scroll tabindex="0" role="region" aria-label=(name) {
            table {
                thead {
                    tr {
                        th scope="col" { "began" }
                        @if !is_of_phone { th scope="col" { "phone" } }
                        th scope="col" { "to" }
                        th scope="col" { "how it ended" }
                        th scope="col" { "talked" }
                    }
                }
                tbody {
                    @for call in calls {
                        tr class=[(call.help != Help::None).then_some("help")] {
                            td.nowrap { (layout::time(call.began, view.now, &zone)) " " span.quiet { (layout::age(call.began, view.now, &zone)) } }
                            @if !is_of_phone { td { (phone_name(view, call.phone.as_str())) } }
                            td { (call.destination_in_words()) }
                            td { (outcome(view, call)) }
                            td.number { @if call.ending == Ending::Completed { (call.seconds.map(say::clock).unwrap_or_default()) } }
                        }
                    }
                }
            }
        }
    }
}

/// How a call ended, with a mark where somebody should look.
pub(crate) fn outcome(view: &View<'_>, call: &Call) -> Markup {
    // How long they talked has a column of its own.
    let words = match (call.ending, call.error) {
        (Ending::Completed, None) => call.ending.in_words().to_owned(),
        _ => call.outcome_in_words(view.now),
    };
    let class = match call.ending {
        Ending::Completed => "good",
        Ending::Refused => "warn",
        ending if ending.is_failure() => "bad",
        _ => "plain",
    };
    html! {
        span class=(class) {
            @match class { "warn" => { "▲ " } "bad" => { "✕ " } _ => {} }
            (words)
        }
        @if call.is_unheard { " " span.warn { "never reached Dialtone" } }
    }
}

/// A phone's name, which leads to its page if the file has it.
pub(crate) fn phone_name(view: &View<'_>, name: &str) -> Markup {
    let is_known = view.network.extensions().iter().any(|phone| phone.endpoint() == name);
    html! {
        @if is_known { a href=(layout::phone_link(name)) { (name) } } @else { span.quiet { (name) } }
    }
}
