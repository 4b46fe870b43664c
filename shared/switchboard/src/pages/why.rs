//! Why calls were refused, and how they ended, over time.

use jiff::SignedDuration;
use ledger::{Ending, What, Why};
use maud::{Markup, html};

use crate::chart::Chart;
use crate::layout;
use crate::request::Request;
use crate::view::View;

/// Endings from the bottom of a bar to its top.
const ENDINGS: [Ending; 6] =
    [Ending::Completed, Ending::NoAnswer, Ending::Busy, Ending::Canceled, Ending::Failed, Ending::Unknown];

/// How many hours and how many days are drawn.
const HOURS: i64 = 48;
const DAYS: i64 = 30;

pub(crate) fn why(view: &View<'_>, request: &Request) -> ledger::Result<Markup> {
    let by_hour = request.query("by").as_deref() == Some("hour");
    Ok(html! {
        ul.tabs aria-label="Time" {
            li { a href="/why" aria-current=[(!by_hour).then_some("true")] { (DAYS) " days" } }
            li { a href=(layout::link("/why", &[("by", "hour")])) aria-current=[by_hour.then_some("true")] { (HOURS) " hours" } }
        }
        (charts(view, by_hour)?)
    })
}

/// The plots, for this page and for the public one.
pub(crate) fn charts(view: &View<'_>, by_hour: bool) -> ledger::Result<Markup> {
    let (today, this_hour) = view.ledger.day_and_hour(view.now);
    let (first, count) = if by_hour { (this_hour - HOURS + 1, HOURS) } else { (today - DAYS + 1, DAYS) };
    let counts = view.ledger.counts(if by_hour { first } else { first * 24 }, this_hour)?;
    let bars = bars(view, by_hour, count);
    let size = bars.len();
    let place = |hour: i64| {
        usize::try_from(if by_hour { hour } else { hour.div_euclid(24) } - first).unwrap_or(usize::MAX)
    };
    let sum = |is: &dyn Fn(&ledger::Count) -> bool| {
        let mut bars = vec![0_u32; size];
        for one in counts.iter().filter(|one| is(one)) {
            if let Some(bar) = bars.get_mut(place(one.hour)) {
                *bar += one.n;
            }
        }
        bars
    };
    let refused: Vec<_> =
        Why::ALL.iter().map(|why| (why.in_words(), sum(&|one| one.why == Some(*why)))).collect();
    let ended = |what: What| {
        ENDINGS
            .map(|ending| (ending.in_words(), sum(&|one| one.what == what && one.ending == Some(ending))))
            .to_vec()
    };
    let charts = [
        Chart { title: "Calls refused, by reason", bars: bars.clone(), parts: refused },
        Chart { title: "How outgoing calls ended", bars: bars.clone(), parts: ended(What::OutgoingEnded) },
        Chart {
            title: "How incoming calls ended, for each phone that rang",
            bars,
            parts: ended(What::IncomingEnded),
        },
    ];
    Ok(html! {
        @for (class, chart) in ["reasons", "endings", "endings"].into_iter().zip(&charts) {
            section class=(class) { (chart.draw()) }
        }
    })
}

/// The bars' names. Every sixth hour and every Monday is marked.
fn bars(view: &View<'_>, by_hour: bool, count: i64) -> Vec<(String, bool)> {
    let zone = view.zone();
    (0..count)
        .rev()
        .map(|back| {
            let hours = if by_hour { back } else { back * 24 };
            // On the day of a change of clocks, an hour more or less does not lead to another day at noon.
            let local = (view.now - SignedDuration::from_hours(hours)).to_zoned(zone.clone());
            if by_hour {
                let name = if local.hour() == 0 { local.strftime("%a") } else { local.strftime("%H:00") };
                (name.to_string(), local.hour() % 6 == 0)
            } else {
                (local.strftime("%a %d %b").to_string(), local.weekday() == jiff::civil::Weekday::Monday)
            }
        })
        .collect()
}
