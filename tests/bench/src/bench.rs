//! `cargo xtask bench`: functions and baselines in turn, one table.

use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Result;
use crate::measure::{self, Cold};
use crate::report::Row;
use crate::sns::Sns;
use crate::subjects::{self, Subject};
use crate::{build, report};

/// What to do how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Cold starts of each program.
    #[arg(long, default_value_t = 40)]
    cold: usize,
    /// Warm invokes of each program.
    #[arg(long, default_value_t = 5000)]
    warm: usize,
    /// Leave Node and Python out.
    #[arg(long)]
    no_peers: bool,
    /// Do not count instructions (it needs valgrind and a minute).
    #[arg(long)]
    no_instructions: bool,
    /// Let SNS be plain HTTP.
    #[arg(long)]
    no_tls: bool,
    /// Also the functions in this folder, built before some change.
    #[arg(long)]
    before: Option<PathBuf>,
    /// Only programs whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Write the figures as JSON.
    #[arg(long)]
    json: bool,
}

struct Figures {
    colds: Vec<Cold>,
    warm: Vec<Duration>,
    rss: u64,
}

pub(crate) fn run(options: &Options) -> Result<String> {
    let folder = build::folder()?;
    note("building")?;
    let sns = Sns::start(!options.no_tls, &folder)?;
    let mut subjects =
        subjects::all(&sns.endpoint(), sns.certificate(), options.before.as_deref(), !options.no_peers)?;
    if let Some(part) = &options.only {
        subjects.retain(|subject| subject.name.contains(part.as_str()));
    }
    let mut figures: Vec<_> =
        subjects.iter().map(|_| Figures { colds: Vec::new(), warm: Vec::new(), rss: 0 }).collect();
    note(&format!("{} cold starts of each, in turn", options.cold))?;
    // The first round finds nothing in the page cache, and is not counted.
    for round in 0..=options.cold {
        for (subject, figures) in subjects.iter().zip(&mut figures) {
            let cold = measure::cold(subject, &folder, Some(&sns))?;
            if round > 0 {
                figures.colds.push(cold);
            }
        }
    }
    const BLOCKS: usize = 5;
    note(&format!("{} warm invokes of each, in turn", options.warm))?;
    for _ in 0..BLOCKS {
        for (subject, figures) in subjects.iter().zip(&mut figures) {
            let (latencies, rss) = measure::warm(subject, &folder, options.warm / BLOCKS)?;
            figures.warm.extend(latencies);
            figures.rss = figures.rss.max(rss);
        }
    }
    let mut rows = Vec::new();
    for (subject, mut figures) in subjects.iter().zip(figures) {
        let instructions = instructions(subject, &folder, options)?;
        let size = subject.size()?;
        rows.push(Row::new(subject, &figures.colds, &mut figures.warm, figures.rss, instructions, size));
    }
    if rows.iter().any(|row| row.name == "status" && row.publish_ms.is_none()) {
        return Err("status has published nothing".into());
    }
    if options.json { Ok(serde_json::to_string_pretty(&rows)? + "\n") } else { Ok(report::markdown(&rows)) }
}

fn instructions(subject: &Subject, folder: &Path, options: &Options) -> Result<Option<(u64, u64)>> {
    if options.no_instructions || !subject.is_native() {
        return Ok(None);
    }
    note(&format!("instructions of {}", subject.name))?;
    measure::instructions(subject, folder).map(Some)
}

/// Says on standard error what takes so long.
pub(crate) fn note(what: &str) -> Result<()> {
    Ok(writeln!(stderr(), "{what} ...")?)
}
