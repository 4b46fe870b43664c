//! The frame of every page.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ledger::{Call, say};
use maud::{DOCTYPE, Markup, html};

use crate::view::View;

/// The style of all pages.
pub(crate) const STYLE: &str = include_str!("board.css");

/// The script of all pages: it fetches the page anew when the ledger has changed. Everything works without it.
pub(crate) const SCRIPT: &str = include_str!("board.js");

/// The icon.
pub(crate) const ICON: &str = include_str!("icon.svg");

/// The pages, in the order of the menu.
const MENU: [(&str, &str); 6] = [
    ("/", "Now"),
    ("/phones", "Phones"),
    ("/calls", "Calls"),
    ("/why", "Why"),
    ("/help", "Help"),
    ("/explain", "Explain"),
];

/// A page and what stands around it.
pub(crate) struct Frame<'v> {
    pub(crate) view: &'v View<'v>,
    pub(crate) title: &'v str,
    /// The entry of the menu that it belongs to.
    pub(crate) place: &'v str,
    pub(crate) content: Markup,
    /// The token of the form with which one leaves, where a password is needed to come in.
    pub(crate) token: Option<String>,
    /// Calls for help of the last day.
    pub(crate) latest: Vec<Call>,
}

/// A whole page.
pub(crate) fn page(frame: &Frame<'_>) -> Markup {
    let View { network, now, .. } = frame.view;
    let zone = frame.view.zone();
    let newest = frame.latest.first();
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&format!("{} · {}", frame.title, network.name()), true))
            // What the script compares to know whether a new call for help has come.
            body data-help=[newest.map(|call| call.id)] {
                a.skip href="#main" { "Skip to the content" }
                header.top {
                    p.brand { (network.name()) " " span.stage { (network.stage().name) } }
                    nav aria-label="Pages" {
                        ul {
                            @for (path, name) in MENU {
                                li {
                                    a href=(path) aria-current=[(frame.place == path).then_some("page")] {
                                        (name)
                                        @if path == "/help" && !frame.latest.is_empty() {
                                            " " span.badge title="calls for help in 24 hours" { (frame.latest.len()) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                    p.bell { label title="Rings on this page when a phone calls for help" { input #sound type="checkbox"; " bell for help" } }
                    @if let Some(token) = &frame.token {
                        form.leave method="post" action="/leave" {
                            input type="hidden" name="token" value=(token);
                            button { "Leave" }
                        }
                    }
                }
                main #main tabindex="-1" data-live {
                    h1 { (frame.title) }
                    (frame.content)
                }
                p.visually-hidden #news role="status" aria-live="polite" {}
                footer {
                    p {
                        "As of " (time(*now, *now, &zone)) ", times in " (zone.iana_name().unwrap_or("local time")) ". "
                        span #link data-state="still" { "This page does not update by itself." }
                    }
                }
            }
        }
    }
}

/// A page for those who have not come in.
pub(crate) fn bare(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title, false))
            body.bare { main #main { h1 { (title) } (content) } }
        }
    }
}

/// The head of a page. Style and script are files, since the policy forbids them in a page.
pub(crate) fn head(title: &str, has_script: bool) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) }
            link rel="icon" href=(if has_script { "/icon.svg" } else { "icon.svg" }) type="image/svg+xml";
            link rel="stylesheet" href=(if has_script { "/board.css" } else { "board.css" });
            @if has_script {
                script src="/board.js" defer {}
                noscript { meta http-equiv="refresh" content="30"; }
            }
        }
    }
}

/// A time for people and for programs: the hour of today, or the day and the hour.
pub(crate) fn time(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Markup {
    let (local, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let form = match (local.date() == today.date(), local.year() == today.year()) {
        (true, _) => "%H:%M:%S",
        (false, true) => "%a %d %b %H:%M",
        (false, false) => "%d %b %Y %H:%M",
    };
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) { (local.strftime(form)) } }
}

/// The age of something, with the time itself behind it for who points at it.
pub(crate) fn age(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Markup {
    let title = at.to_zoned(zone.clone()).strftime("%a %d %b %Y %H:%M:%S").to_string();
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) title=(title) { (say::ago(at, now)) } }
}

/// An address with a query.
pub(crate) fn link(path: &str, query: &[(&str, &str)]) -> String {
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        serializer.append_pair(name, value);
    }
    let query = serializer.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The page of a phone.
pub(crate) fn phone_link(name: &str) -> String {
    // A user name may hold a slash, and a segment of a path may not.
    format!("/phones/{}", webhook::encode_user(name).to_string().replace('/', "%2F"))
}
