//! The network file, as every command takes it.

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Args;
use dialplan::{Network, NetworkFile};

use crate::exit::{Failure, Result};

/// Which network, and which stage of it.
#[derive(Args, Clone)]
pub(crate) struct NetworkArgs {
    /// The network file.
    #[arg(long, value_name = "FILE", env = "DIALTONE_CONFIG", default_value = "./dialtone.toml")]
    pub(crate) config: PathBuf,

    /// The stage: dev, stage, prod or what the file calls it. May be left out where the file has just one.
    #[arg(long, value_name = "STAGE", env = "DIALTONE_STAGE")]
    pub(crate) stage: Option<String>,
}

impl NetworkArgs {
    /// The text of the file.
    pub(crate) fn text(&self) -> Result<String> {
        std::fs::read_to_string(&self.config).map_err(|error| {
            let remedy = match error.kind() {
                ErrorKind::InvalidData => "save it as UTF-8",
                _ => "name the network file with --config FILE",
            };
            Failure::usage(format!("{}: {error}; {remedy}", self.config.display()))
        })
    }

    /// Reads the whole file.
    pub(crate) fn file(&self) -> Result<NetworkFile> {
        let path = self.config.display();
        let text = std::fs::read_to_string(&self.config).map_err(|error| {
            Failure::usage(format!("{path}: {error}; name the network file with --config FILE"))
        })?;
        NetworkFile::parse(&text).map_err(|problems| {
            let lines: Vec<_> = problems.0.iter().map(|problem| format!("{path}: {problem}")).collect();
            Failure::usage(lines.join("\n"))
        })
    }

    /// The stage that was asked for, or the only one.
    pub(crate) fn stage(&self, file: &NetworkFile) -> Result<String> {
        let mut stages = file.stages();
        match (&self.stage, stages.next(), stages.next()) {
            (Some(stage), ..) => Ok(stage.clone()),
            (None, Some(only), None) => Ok(only.to_owned()),
            _ => {
                let names: Vec<_> = file.stages().collect();
                Err(Failure::usage(format!(
                    "the file has several stages; choose one: --stage {}",
                    names.join("|")
                )))
            }
        }
    }

    /// The network, from that stage.
    pub(crate) fn network(&self) -> Result<Network> {
        let file = self.file()?;
        let stage = self.stage(&file)?;
        let path = self.config.display();
        file.network(&stage).map_err(|problems| Failure::usage(format!("{path}: {problems}")))
    }
}
