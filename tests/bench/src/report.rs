//! The table: for people, for machines, and for docs/performance.md.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use crate::measure::Cold;
use crate::subjects::{HELLO, Subject};

/// All figures of one subject.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// Milliseconds, medians of cold starts.
    pub(crate) next_ms: f64,
    pub(crate) cold_ms: f64,
    /// None for those that do not publish.
    pub(crate) publish_ms: Option<f64>,
    pub(crate) cpu_ms: f64,
    /// KiB after the first answer.
    pub(crate) cold_rss_kib: u64,
    /// Microseconds.
    pub(crate) warm_p50_us: f64,
    pub(crate) warm_p99_us: f64,
    /// KiB after the last answer.
    pub(crate) warm_rss_kib: u64,
    /// Bytes.
    pub(crate) size: u64,
    /// In user mode: until the first answer, and of each further one. None where nobody can count them.
    pub(crate) start_instructions: Option<u64>,
    pub(crate) invoke_instructions: Option<u64>,
}

impl Row {
    pub(crate) fn new(
        subject: &Subject,
        colds: &[Cold],
        warm: &mut [Duration],
        warm_rss_kib: u64,
        instructions: Option<(u64, u64)>,
        size: u64,
    ) -> Self {
        let median = |mut all: Vec<Duration>| percentile(&mut all, 50).as_secs_f64() * 1e3;
        let milliseconds = |of: fn(&Cold) -> Duration| median(colds.iter().map(of).collect());
        let publishes: Option<Vec<_>> = colds.iter().map(|cold| cold.publish).collect();
        Self {
            name: subject.name.to_owned(),
            next_ms: milliseconds(|cold| cold.next),
            cold_ms: milliseconds(|cold| cold.total),
            publish_ms: publishes.map(median),
            cpu_ms: milliseconds(|cold| cold.cpu),
            cold_rss_kib: colds.iter().map(|cold| cold.rss).max().unwrap_or_default(),
            warm_p50_us: percentile(warm, 50).as_secs_f64() * 1e6,
            warm_p99_us: percentile(warm, 99).as_secs_f64() * 1e6,
            warm_rss_kib,
            size,
            start_instructions: instructions.map(|(start, _)| start),
            invoke_instructions: instructions.map(|(_, invoke)| invoke),
        }
    }
}

/// The value that so many percent of all do not exceed.
pub(crate) fn percentile(all: &mut [Duration], percent: usize) -> Duration {
    all.sort_unstable();
    let index = (all.len() * percent).div_ceil(100).saturating_sub(1);
    all.get(index).copied().unwrap_or_default()
}

const HEAD: [&str; 11] = [
    "",
    "next ms",
    "answer ms",
    "publish ms",
    "CPU ms",
    "p50 us",
    "p99 us",
    "peak MiB",
    "size MB",
    "start Minstr",
    "invoke kinstr",
];

fn cells(row: &Row) -> [String; 11] {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let scaled = |value: u64, by: f64, digits: usize| format!("{:.digits$}", value as f64 / by);
    let counted = |value: Option<u64>, by: f64, digits| {
        value.map_or_else(String::new, |value| scaled(value, by, digits))
    };
    [
        row.name.clone(),
        format!("{:.2}", row.next_ms),
        format!("{:.2}", row.cold_ms),
        row.publish_ms.map_or_else(String::new, |value| format!("{value:.2}")),
        format!("{:.2}", row.cpu_ms),
        format!("{:.0}", row.warm_p50_us),
        format!("{:.0}", row.warm_p99_us),
        scaled(row.warm_rss_kib.max(row.cold_rss_kib), 1024.0, 1),
        scaled(row.size, 1e6, 2),
        counted(row.start_instructions, 1e6, 2),
        counted(row.invoke_instructions, 1e3, 1),
    ]
}

/// Each subject's figures over those of hello world: answer, CPU, p50, peak memory.
fn ratios(rows: &[Row]) -> Vec<[String; 5]> {
    let Some(hello) = rows.iter().find(|row| row.name == HELLO) else { return Vec::new() };
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let rss = |row: &Row| row.warm_rss_kib.max(row.cold_rss_kib) as f64;
    let ratio = |a: f64, b: f64| if a / b < 10.0 { format!("{:.2}", a / b) } else { format!("{:.0}", a / b) };
    let of = |row: &Row| {
        [
            row.name.clone(),
            ratio(row.cold_ms, hello.cold_ms),
            ratio(row.cpu_ms, hello.cpu_ms),
            ratio(row.warm_p50_us, hello.warm_p50_us),
            ratio(rss(row), rss(hello)),
        ]
    };
    rows.iter().map(of).collect()
}

/// Two tables in Markdown: figures, and ratios to hello world.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let mut text = table(&HEAD, &rows.iter().map(cells).collect::<Vec<_>>());
    text.push_str("\nAs multiples of `lambda_http` hello world:\n\n");
    text.push_str(&table(&["", "answer", "CPU", "p50", "peak memory"], &ratios(rows)));
    text
}

/// A table in Markdown that can be read as it is.
pub(crate) fn table<const N: usize>(head: &[&str; N], rows: &[[String; N]]) -> String {
    let mut widths = head.map(str::len);
    for row in rows {
        widths.iter_mut().zip(row).for_each(|(width, cell)| *width = cell.len().max(*width));
    }
    let mut text = String::new();
    let mut line = |cells: Vec<&str>| {
        for (i, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let _ = if i == 0 { write!(text, "| {cell:width$} ") } else { write!(text, "| {cell:>width$} ") };
        }
        text.push_str("|\n");
    };
    line(head.to_vec());
    let rules: Vec<_> = widths
        .iter()
        .enumerate()
        .map(|(i, width)| if i == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) })
        .collect();
    line(rules.iter().map(String::as_str).collect());
    rows.iter().for_each(|row| line(row.iter().map(String::as_str).collect()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_values() {
        let mut all: Vec<_> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut all, 50), Duration::from_millis(100));
        assert_eq!(percentile(&mut all, 99), Duration::from_millis(198));
        assert_eq!(percentile(&mut [], 99), Duration::ZERO);
    }

    #[test]
    fn a_table_is_aligned() {
        let rows = [["hello".to_owned(), "1.5".to_owned()]];
        assert_eq!(table(&["", "ms"], &rows), "|       |  ms |\n| ----- | --: |\n| hello | 1.5 |\n");
    }
}
