//! `dialtone phones`

mod add;
mod list;

use clap::{Args, Subcommand};

use crate::exit::Result;

/// Lists the phones of the network file, and adds phones from a CSV file.
#[derive(Args)]
pub(crate) struct Phones {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::List),
    Add(add::Add),
}

impl Phones {
    pub(crate) fn run(self) -> Result {
        match self.command {
            Command::List(command) => command.run(),
            Command::Add(command) => command.run(),
        }
    }
}
