//! `cargo xtask`: figures of how fast Dialtone is, against the floor and the peers, and the budgets that keep it so.
//!
//! docs/performance.md says what the figures mean.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod budget;
mod build;
mod client;
mod emulator;
mod lab;
mod load;
mod measure;
mod notices;
mod process;
mod report;
mod setup;
mod sns;
mod subjects;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How fast Dialtone is, and that it stays so.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Measures functions and baselines, and prints one table.
    Bench(bench::Options),
    /// Compares what a voice function costs with its budgets, and fails if a figure has risen by more than 10 %.
    Budget(budget::Options),
    /// Puts load on `dialtone serve`, on its peer in Node, and on large network files.
    Load(load::Options),
    /// Rings phones in `dialtone lab`, and has 100 calls talk at once.
    Lab(lab::Options),
    /// Calls 911 on `dialtone serve` while it tells recipients that are good, slow, dead and broken.
    Notices(notices::Options),
    /// Sets up networks of some sizes, and changes a few phones of them, against a stand-in for Twilio.
    Setup(setup::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Task::Bench(options) => bench::run(&options),
        Task::Budget(options) => budget::run(&options),
        Task::Lab(options) => lab::run(&options),
        Task::Load(options) => load::run(&options),
        Task::Notices(options) => notices::run(&options),
        Task::Setup(options) => setup::run(&options),
    };
    let (code, text) = match &done {
        Ok(text) => (ExitCode::SUCCESS, write!(stdout(), "{text}")),
        Err(error) => (ExitCode::FAILURE, writeln!(stderr(), "xtask: {error}")),
    };
    // Nobody listens to a closed pipe.
    text.map_or(ExitCode::FAILURE, |()| code)
}
