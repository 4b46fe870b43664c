//! Help: every call for help, drill, refusal and failure.

use ledger::{Filter, Help, Notice, say};
use maud::{Markup, html};
use network::{Network, Way};

use super::parts::{outcome, phone_name};
use crate::layout;
use crate::request::Request;
use crate::view::View;

/// How many are on a page.
const PAGE: usize = 100;

pub(crate) fn help(view: &View<'_>, request: &Request) -> ledger::Result<Markup> {
    let with_drills = request.query("drills").is_none_or(|drills| drills != "no");
    let filter = Filter { help: true, most: PAGE * 3, ..Filter::default() };
    let mut calls = view.ledger.calls(&filter, view.now)?;
    calls.retain(|call| with_drills || call.help != Help::Drill);
    calls.truncate(PAGE);
    let told_of: Vec<_> =
        calls.iter().map(|call| view.ledger.notices(call.id)).collect::<ledger::Result<_>>()?;
    let zone = view.zone();
    Ok(html! {
        p { "Real calls, drills with 933, refusals and failures, the latest first. " (told(view.network)) }
        ul.tabs aria-label="Drills" {
            li { a href="/help" aria-current=[with_drills.then_some("true")] { "with drills" } }
            li { a href="/help?drills=no" aria-current=[(!with_drills).then_some("true")] { "without" } }
        }
        @if calls.is_empty() { p.quiet { "None." } } @else {
            div.scroll tabindex="0" role="region" aria-label="calls for help" {
                table {
                    thead {
                        tr {
                            th scope="col" { "began" }
                            th scope="col" { "what" }
                            th scope="col" { "phone" }
                            th scope="col" { "place" }
                            th scope="col" { "outcome" }
                            th scope="col" { "told" }
                        }
                    }
                    tbody {
                        @for (call, notices) in calls.iter().zip(&told_of) {
                            @let phone = view.network.extensions().iter().find(|phone| phone.endpoint() == call.phone.as_str());
                            tr class=(class(call.help)) {
                                td.nowrap { (layout::time(call.began, view.now, &zone)) br; span.quiet { (layout::age(call.began, view.now, &zone)) } }
                                td { span class=(class(call.help)) { (mark(call.help)) " " (call.help.in_words()) } }
                                td { (phone_name(view, call.phone.as_str())) }
                                td {
                                    @match phone.map(|phone| view.place(phone)) {
                                        Some(Ok(place)) => { (place) }
                                        Some(Err(why)) => { span.warn { (why) } }
                                        None => { span.quiet { "not known" } }
                                    }
                                }
                                td {
                                    (outcome(view, call))
                                    @if let Some(advice) = say::help_advice(call) { br; span.quiet { "To do: " (advice) } }
                                }
                                td {
                                    @if notices.is_empty() {
                                        (recipients(view.network, phone.map(network::Extension::name), call.help == Help::Drill))
                                    } @else {
                                        (told_when(view, notices))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}

fn class(help: Help) -> &'static str {
    match help {
        Help::Failed | Help::Refused => "bad",
        Help::Emergency => "warn",
        Help::Drill | Help::None => "plain",
    }
}

fn mark(help: Help) -> &'static str {
    match help {
        Help::Failed | Help::Refused => "✕",
        Help::Emergency => "▲",
        Help::Drill | Help::None => "○",
    }
}

/// A paragraph on the notices that the page knows, and those that it does not.
fn told(network: &Network) -> Markup {
    html! {
        @if network.notify().is_empty() {
            span.warn { "▲ The file names nobody who hears of a call for help: add [[notify]]." }
        } @else {
            span.quiet { "The last column says who was told and when, as far as the service's journal or the functions' logs say so." }
        }
    }
}

/// The people who were told, and when.
fn told_when(view: &View<'_>, notices: &[Notice]) -> Markup {
    let zone = view.zone();
    html! {
        @for (i, notice) in notices.iter().enumerate() {
            @if i > 0 { br; }
            @if notice.is_sent {
                (notice.channel.in_words()) " " span.quiet { (layout::time(notice.at, view.now, &zone)) }
            } @else {
                span.bad { "✕ " (notice.channel.in_words()) " NOT sent " (layout::time(notice.at, view.now, &zone)) }
            }
        }
    }
}

/// The recipients of such a notice, by the file: the ways, never the numbers.
fn recipients(network: &Network, phone: Option<&str>, is_drill: bool) -> Markup {
    let hear = network.notify().iter().filter(|one| one.hears_of(phone) && (!is_drill || one.drills));
    let ways: Vec<_> = hear
        .map(|one| match &one.way {
            Way::Sms { .. } => "text message",
            Way::Call { .. } => "spoken call",
            Way::Webhook(_) => "webhook",
            Way::Mail(_) => "mail",
        })
        .collect();
    html! {
        @if ways.is_empty() { span.quiet { "nobody is named" } } @else {
            span.quiet { "not known; the file names: " (ways.join(", ")) }
        }
    }
}
