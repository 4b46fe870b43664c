//! `dialtone`: runs, explains and tests a Dialtone network.

mod answer;
mod ask;
mod call;
mod calls;
mod check;
mod completions;
mod devices;
mod doctor;
mod exit;
mod explain;
mod files;
mod help;
mod import;
mod init;
mod lab;
mod ledger;
mod man;
mod outcome;
mod phone;
mod phones;
mod replay;
mod samconfig;
mod serve;
mod setup;
mod switchboard;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use terminal as output;

use crate::exit::Outcome;

/// SIP phones get dial tone straight from Twilio, with no VoIP server to run.
///
/// One file, dialtone.toml, describes the network. `check` reads it, `explain` says what a call would do, `serve`
/// answers Twilio's webhooks, and `call` plays Twilio, so that a whole call can be walked through without it. `plan`
/// and `apply` make Twilio match the file, and `doctor` says whether the network is healthy.
///
/// Exit codes: 0 done, 1 the answer is no, 2 wrong usage or a bad file, 3 the other side failed.
#[derive(Parser)]
#[command(name = "dialtone", version = env!("DIALTONE_VERSION"))]
struct Dialtone {
    #[command(subcommand)]
    command: Option<Command>,
}

/// In the order of the README's table.
#[derive(Subcommand)]
enum Command {
    Init(init::Init),
    Import(import::Import),
    Samconfig(samconfig::SamconfigCommand),
    Serve(serve::Serve),
    Call(call::Call),
    Lab(lab::Lab),
    Explain(explain::Explain),
    Check(check::Check),
    Phones(phones::Phones),
    Plan(setup::Plan),
    Apply(setup::Apply),
    Destroy(setup::Destroy),
    Rotate(setup::Rotate),
    Doctor(doctor::Doctor),
    Devices(devices::Devices),
    Phone(phone::Phone),
    Calls(calls::Calls),
    Switchboard(switchboard::Switchboard),
    Replay(replay::Replay),
    Completions(completions::Completions),
    Man(man::Man),
}

fn main() -> Outcome {
    let is_json = exit::asks_for_json(std::env::args_os());
    let parsed = help::with_usage(Dialtone::command())
        .try_get_matches()
        .and_then(|matches| Dialtone::from_arg_matches(&matches));
    let command = match parsed {
        Ok(Dialtone { command: Some(command) }) => command,
        Ok(Dialtone { command: None }) => return help::what_next(),
        Err(error) => return help::print(&error, is_json),
    };
    let result = match command {
        Command::Init(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Samconfig(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Call(command) => command.run(),
        Command::Lab(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Phones(command) => command.run(),
        Command::Plan(command) => command.run(),
        Command::Apply(command) => command.run(),
        Command::Destroy(command) => command.run(),
        Command::Rotate(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::Devices(command) => command.run(),
        Command::Phone(command) => command.run(),
        Command::Calls(command) => command.run(),
        Command::Switchboard(command) => command.run(),
        Command::Replay(command) => command.run(),
        Command::Completions(command) => command.run(Dialtone::command()),
        Command::Man(command) => command.run(Dialtone::command()),
    };
    exit::report(result, is_json)
}
