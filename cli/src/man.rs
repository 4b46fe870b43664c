//! `dialtone man`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use serde_json::json;

use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::output;

/// Prints the manual page, or writes those of all commands into a folder.
///
///   dialtone man | man -l -
///   dialtone man --out /usr/local/share/man/man1
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Man {
    /// Writes one page for each command into this folder: dialtone.1, dialtone-serve.1 and so on.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Prints one JSON object: the page, or how many were written.
    #[arg(long)]
    json: bool,
}

impl Man {
    pub(crate) fn run(self, command: Command) -> Result {
        match self.out {
            None => {
                let mut page = Vec::new();
                render(command, &mut page).map_err(Failure::system)?;
                let page = String::from_utf8_lossy(&page);
                if self.json {
                    return Ok(answer::print(Outcome::Done, json!({"page": page})));
                }
                output::verbatim(page.trim_end());
            }
            Some(folder) => {
                let written = write_all(command, &folder).map_err(|error| {
                    Failure::usage(folder.display(), error, "choose another folder with --out")
                })?;
                if self.json {
                    let fields = json!({"folder": folder, "pages": written});
                    return Ok(answer::print(Outcome::Done, fields));
                }
                output::line(&format!("{}: {written} pages", folder.display()));
            }
        }
        Ok(Outcome::Done)
    }
}

fn render(command: Command, page: &mut impl io::Write) -> io::Result<()> {
    clap_mangen::Man::new(command).render(page)
}

fn write_all(command: Command, folder: &Path) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    write(command, folder, None)
}

/// Writes the page of a command and those of the commands below it, and counts them.
fn write(command: Command, folder: &Path, above: Option<&str>) -> io::Result<usize> {
    let own = command.get_name().to_owned();
    let name = above.map_or_else(|| own.clone(), |above| format!("{above}-{own}"));
    let below: Vec<_> = command.get_subcommands().filter(|one| one.get_name() != "help").cloned().collect();
    let mut page = Vec::new();
    // The builder keeps names for the whole life of the program, so this one is never given back.
    render(command.name(&*name.clone().leak()).disable_help_subcommand(true), &mut page)?;
    fs::write(folder.join(format!("{name}.1")), page)?;
    below.into_iter().try_fold(1, |count, one| Ok(count + write(one, folder, Some(&name))?))
}
