//! The days of a phone as a row of dots.

use std::fmt::Write as _;

use ledger::Day;
use maud::{Markup, html};

/// How many days a row has.
pub(crate) const DAYS: usize = 30;

/// The kind of a day. Each has its own shape as well as its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing happened: a small dot.
    Silent,
    /// It was heard: a bar as high as the row.
    Heard,
    /// It was heard and missed: a bar of half the height.
    Both,
    /// It was missed and not heard: a low line.
    Missed,
}

fn kind(day: &Day) -> Kind {
    match (day.called + day.answered > 0 || day.registered, day.missed > 0) {
        (false, false) => Kind::Silent,
        (true, false) => Kind::Heard,
        (true, true) => Kind::Both,
        (false, true) => Kind::Missed,
    }
}

/// A row for a table, the oldest day first. One path for each kind keeps a page of 500 phones small.
pub(crate) fn row(days: &[Day]) -> Markup {
    let of = |wanted: Kind| days.iter().filter(|day| kind(day) == wanted).count();
    let label = format!(
        "last {} days: heard on {}, heard and missed on {}, only missed on {}, silent on {}",
        days.len(),
        of(Kind::Heard),
        of(Kind::Both),
        of(Kind::Missed),
        of(Kind::Silent)
    );
    let path = |wanted: Kind, shape: &str| {
        let places = days.iter().enumerate().filter(|(_, day)| kind(day) == wanted);
        places.fold(String::new(), |mut path, (place, _)| {
            let _ = write!(path, "M{} {shape}", place * 7);
            path
        })
    };
    html! {
        svg.dots viewBox="0 0 210 16" width="210" height="16" role="img" aria-label=(label) {
            @for (class, kind, shape) in [
                ("heard", Kind::Heard, "1h5v14h-5z"),
                ("both", Kind::Both, "8h5v7h-5z"),
                ("missed", Kind::Missed, "12h5v3h-5z"),
                ("silent", Kind::Silent, "13h5v1h-5z"),
            ] {
                @let path = path(kind, shape);
                @if !path.is_empty() { path class=(class) d=(path) {} }
            }
        }
    }
}

/// The meaning of the shapes.
pub(crate) fn legend() -> Markup {
    let one = |called, missed| [Day { called, missed, ..Day::default() }];
    let sample = |day: [Day; 1]| {
        let path = match kind(day.first().unwrap_or(&Day::default())) {
            Kind::Heard => ("heard", "M0 1h5v14h-5z"),
            Kind::Both => ("both", "M0 8h5v7h-5z"),
            Kind::Missed => ("missed", "M0 12h5v3h-5z"),
            Kind::Silent => ("silent", "M0 13h5v1h-5z"),
        };
        html! { svg.dots viewBox="0 0 5 16" width="5" height="16" aria-hidden="true" { path class=(path.0) d=(path.1) {} } }
    };
    html! {
        p.legend {
            "A day each, today on the right: "
            span { (sample(one(1, 0))) " heard" }
            span { (sample(one(1, 1))) " heard and missed" }
            span { (sample(one(0, 1))) " only missed" }
            span { (sample(one(0, 0))) " silent" }
        }
    }
}
