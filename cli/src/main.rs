//! `dialtone`: runs, explains and tests a Dialtone network.

mod ask;
mod call;
mod check;
mod devices;
mod doctor;
mod exit;
mod explain;
mod files;
mod output;
mod passwords;
mod replay;
mod serve;
mod setup;

use clap::{Parser, Subcommand};

use crate::exit::Outcome;

/// SIP phones get dial tone straight from Twilio, with no VoIP server to run.
///
/// One file, dialtone.toml, describes the network. `check` reads it, `explain` says what a call would do, `serve`
/// answers Twilio's webhooks, and `call` plays Twilio, so that a whole call can be walked through without it. `plan`
/// and `apply` make Twilio match the file, and `doctor` says whether the network is healthy.
///
/// Exit codes: 0 done, 1 the answer is no, 2 wrong usage or a bad file, 3 the other side failed.
#[derive(Parser)]
#[command(name = "dialtone", version, max_term_width = 100)]
struct Dialtone {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    Explain(explain::Explain),
    Call(call::Call),
    Check(check::Check),
    Replay(replay::Replay),
    Devices(devices::Devices),
    Plan(setup::Plan),
    Apply(setup::Apply),
    Destroy(setup::Destroy),
    Rotate(setup::Rotate),
    Doctor(doctor::Doctor),
}

fn main() -> Outcome {
    let result = match Dialtone::parse().command {
        Command::Serve(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Call(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Replay(command) => command.run(),
        Command::Devices(command) => command.run(),
        Command::Plan(command) => command.run(),
        Command::Apply(command) => command.run(),
        Command::Destroy(command) => command.run(),
        Command::Rotate(command) => command.run(),
        Command::Doctor(command) => command.run(),
    };
    exit::report(result)
}
