//! `dialtone devices render`

use clap::Args;
use serde_json::json;

use super::folder::DeviceFolder;
use super::phones::Phones;
use crate::exit::{Outcome, Result};
use crate::output;

/// Writes the files that set up phones' devices, under the names that the devices ask for.
///
/// docs/devices.md says for each device what to do with its file. Nothing is written unless all files can be made.
///
/// Exit codes: 0 done, 2 wrong usage, no device or no password.
#[derive(Args)]
pub(crate) struct Render {
    #[command(flatten)]
    phones: Phones,

    #[command(flatten)]
    folder: DeviceFolder,

    /// Prints one JSON object instead.
    #[arg(long)]
    json: bool,
}

impl Render {
    pub(crate) fn run(self) -> Result {
        let chosen = self.phones.choose()?;
        let mut files = Vec::new();
        for phone in &chosen.phones {
            for file in &phone.files {
                let path = self.folder.write(file)?;
                if !self.json {
                    output::line(&format!("{}: {path}", phone.name));
                }
                files.push(json!({"phone": phone.name, "file": path, "secret": file.is_secret}));
            }
        }
        if self.json {
            output::json(&json!({"files": files, "skipped": chosen.skipped}));
        }
        Ok(Outcome::Done)
    }
}
