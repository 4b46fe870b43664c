//! `dialtone devices`

pub(crate) mod decisions;
mod folder;
mod phones;
mod render;
mod serve;

use clap::{Args, Subcommand};

use crate::exit::Result;

pub(crate) use folder::DeviceFolder;

/// Writes the configuration files of phones' devices, or hands them to the devices themselves.
///
/// A phone's device stands in its section of the network file, such as device = { kind = "grandstream-ht801", mac =
/// "00:0b:82:12:34:56" }. Its password is the one that `dialtone apply` made.
#[derive(Args)]
pub(crate) struct Devices {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Render(render::Render),
    Serve(serve::Serve),
}

impl Devices {
    pub(crate) fn run(self) -> Result {
        match self.command {
            Command::Render(command) => command.run(),
            Command::Serve(command) => command.run(),
        }
    }
}
