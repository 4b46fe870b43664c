//! The network file, as every command takes it.

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Args;
use network::{Finding, Network, NetworkFile, Problems};

use crate::exit::{Failure, Outcome, Result};

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
            Failure::usage(self.config.display(), error, remedy)
        })
    }

    /// Reads the whole file.
    pub(crate) fn file(&self) -> Result<NetworkFile> {
        NetworkFile::parse(&self.text()?).map_err(|problems| self.bad_file(&problems))
    }

    /// The failure of a command whose network file is not good.
    pub(crate) fn bad_file(&self, problems: &Problems) -> Failure {
        let found = problems.0.iter().map(|problem| problem.finding(self.config.display()));
        Failure::found(Outcome::Usage, found)
    }

    /// The stage that was asked for, or the only one.
    pub(crate) fn stage(&self, file: &NetworkFile) -> Result<String> {
        if let Some(wrong) = self.wrong_stage(file) {
            return Err(Failure::found(Outcome::Usage, [wrong]));
        }
        let names: Vec<_> = file.stages().collect();
        match (self.asked(), names.as_slice()) {
            (Some(stage), _) => Ok(stage.to_owned()),
            (None, [only]) => Ok((*only).to_owned()),
            (None, names) => Err(Failure::usage(
                "",
                "the file has several stages",
                format!("choose one: --stage {}", names.join("|")),
            )),
        }
    }

    /// The stage that was asked for. A variable that is set to nothing asks for none.
    pub(crate) fn asked(&self) -> Option<&str> {
        self.stage.as_deref().filter(|stage| !stage.is_empty())
    }

    /// What is wrong with the stage that was asked for. The file is not to blame, so no line of it is named.
    pub(crate) fn wrong_stage(&self, file: &NetworkFile) -> Option<Finding> {
        let stage = self.asked()?;
        let names: Vec<_> = file.stages().collect();
        if names.contains(&stage) {
            return None;
        }
        let is_variable = std::env::var("DIALTONE_STAGE").is_ok_and(|set| set == stage);
        let meant = network::nearest(stage, &names);
        let meant = meant.map(|meant| format!("did you mean {meant}? Otherwise ")).unwrap_or_default();
        Some(Finding::new(
            if is_variable { "DIALTONE_STAGE" } else { "--stage" },
            format!("there is no stage {stage:?}"),
            format!(
                "{meant}choose one of {}, or add [stages.{stage}] to {}",
                names.join(", "),
                self.config.display()
            ),
        ))
    }

    /// The network, from that stage.
    pub(crate) fn network(&self) -> Result<Network> {
        let file = self.file()?;
        let stage = self.stage(&file)?;
        file.into_network(&stage).map_err(|problems| self.bad_file(&problems))
    }
}
