//! Stacked bars over time, as SVG with a table for those who do not see it.

use maud::{Markup, html};

/// The size of the drawing area, in the units of the SVG.
const WIDTH: usize = 720;
const HEIGHT: usize = 200;

/// Room at the left for numbers, and below for days or hours.
const LEFT: usize = 40;
const BELOW: usize = 24;

/// Bars over time.
pub(crate) struct Chart<'c> {
    /// The chart's subject, in a sentence.
    pub(crate) title: &'c str,
    /// The name of each bar, the oldest first; those that are marked stand below the bars.
    pub(crate) bars: Vec<(String, bool)>,
    /// The parts of a bar, from the bottom: their name, and how many for each bar.
    pub(crate) parts: Vec<(&'static str, Vec<u32>)>,
}

impl Chart<'_> {
    /// Draws it.
    pub(crate) fn draw(&self) -> Markup {
        let totals: Vec<u32> = (0..self.bars.len()).map(|bar| self.total(bar)).collect();
        let sum: u32 = totals.iter().sum();
        let top = nice(totals.iter().copied().max().unwrap_or_default());
        let step = (WIDTH - LEFT) / self.bars.len().max(1);
        let y = |count: u32| {
            HEIGHT - usize::try_from(u64::from(count) * HEIGHT as u64 / u64::from(top)).unwrap_or_default()
        };
        html! {
            figure.chart {
                figcaption { (self.title) ": " strong { (sum) } }
                @if sum == 0 {
                    p.quiet { "None in this time." }
                } @else {
                    (self.legend())
                    div.scroll tabindex="0" role="region" aria-label=(format!("{}, drawing", self.title)) {
                        svg viewBox=(format!("0 -8 {WIDTH} {}", HEIGHT + BELOW + 8)) role="img" aria-label=(self.title) {
                            @for line in [0, top / 2, top] {
                                path.grid d=(format!("M{LEFT} {}H{WIDTH}", y(line))) {}
                                text x=(LEFT - 6) y=(y(line) + 4) text-anchor="end" { (line) }
                            }
                            @for (bar, (name, is_named)) in self.bars.iter().enumerate() {
                                @let x = LEFT + bar * step;
                                g {
                                    title { (self.spoken(bar)) }
                                    rect.ground x=(x) y="0" width=(step) height=(HEIGHT) {}
                                    @for (class, from, to) in self.stacked(bar) {
                                        @if y(from) > y(to) {
                                            rect class=(format!("part{class}")) x=(x + 1) y=(y(to)) width=(step.saturating_sub(2)) height=(y(from) - y(to)) {}
                                        }
                                    }
                                }
                                @if *is_named {
                                    text x=(x + step / 2) y=(HEIGHT + 17) text-anchor="middle" { (name) }
                                }
                            }
                        }
                    }
                    (self.table())
                }
            }
        }
    }

    fn total(&self, bar: usize) -> u32 {
        self.parts.iter().filter_map(|(_, counts)| counts.get(bar)).sum()
    }

    /// Each part's place among the colours, and where it begins and ends.
    fn stacked(&self, bar: usize) -> Vec<(usize, u32, u32)> {
        let mut from = 0;
        let parts = self.parts.iter().enumerate().map(|(part, (_, counts))| {
            let to = from + counts.get(bar).copied().unwrap_or_default();
            let stacked = (part, from, to);
            from = to;
            stacked
        });
        parts.collect()
    }

    fn spoken(&self, bar: usize) -> String {
        let name = self.bars.get(bar).map(|(name, _)| name.as_str()).unwrap_or_default();
        let parts = self.parts.iter().filter_map(|(part, counts)| {
            counts.get(bar).filter(|count| **count > 0).map(|count| format!("{count} {part}"))
        });
        format!("{name}: {}", parts.collect::<Vec<_>>().join(", "))
    }

    fn legend(&self) -> Markup {
        html! {
            ul.legend {
                @for (place, (name, counts)) in self.parts.iter().enumerate() {
                    @let sum: u32 = counts.iter().sum();
                    @if sum > 0 {
                        li {
                            svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" {
                                rect class=(format!("part{place}")) width="12" height="12" {}
                            }
                            " " (name) " " span.quiet { (sum) }
                        }
                    }
                }
            }
        }
    }

    /// The same numbers as a table.
    fn table(&self) -> Markup {
        let used: Vec<_> =
            self.parts.iter().filter(|(_, counts)| counts.iter().any(|count| *count > 0)).collect();
        html! {
            details {
                summary { "The numbers" }
                div.scroll tabindex="0" role="region" aria-label=(format!("{}, numbers", self.title)) {
                    table {
                        thead { tr { th scope="col" { "time" } @for (name, _) in &used { th scope="col" { (name) } } } }
                        tbody {
                            @for (bar, (name, _)) in self.bars.iter().enumerate().rev() {
                                @if self.total(bar) > 0 {
                                    tr {
                                        th scope="row" { (name) }
                                        @for (_, counts) in &used { td.number { (counts.get(bar).copied().unwrap_or_default()) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The next even number of the form 2, 4, 10, 20, 40, 100: so that its half is one, too.
fn nice(most: u32) -> u32 {
    let mut power = 1_u32;
    loop {
        for factor in [2, 4, 6, 10] {
            let top = power.saturating_mul(factor);
            if top >= most {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_above_the_highest_bar() {
        for (most, top) in
            [(0, 2), (2, 2), (3, 4), (5, 6), (7, 10), (11, 20), (99, 100), (101, 200), (u32::MAX, u32::MAX)]
        {
            assert_eq!(nice(most), top, "{most}");
        }
    }

    #[test]
    fn bars_are_stacked_and_told() {
        let chart = Chart {
            title: "Refused",
            bars: vec![("Mon".into(), true), ("Tue".into(), false)],
            parts: vec![("premium", vec![1, 0]), ("blocked", vec![2, 4])],
        };
        let html = chart.draw().into_string();
        assert!(
            html.contains("Refused: <strong>7</strong>") && html.contains("Mon: 1 premium, 2 blocked"),
            "{html}"
        );
        assert_eq!(chart.stacked(0), [(0, 0, 1), (1, 1, 3)]);
        assert!(!html.contains("style="), "the policy forbids styles in the page");
    }
}
