//! `dialtone completions`

use clap::{Args, Command};
use clap_complete::Shell;
use serde_json::json;

use crate::answer;
use crate::exit::{Outcome, Result};
use crate::output;

/// Prints the completions of a shell, so that the Tab key knows commands and options.
///
///   dialtone completions bash > ~/.local/share/bash-completion/completions/dialtone
///   dialtone completions zsh > ~/.zfunc/_dialtone
///   dialtone completions fish > ~/.config/fish/completions/dialtone.fish
///
/// Start a new shell afterwards. The Debian package brings them.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,

    /// Prints one JSON object that has the script in it.
    #[arg(long)]
    json: bool,
}

impl Completions {
    pub(crate) fn run(self, mut command: Command) -> Result {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "dialtone", &mut script);
        let script = String::from_utf8_lossy(&script);
        if self.json {
            let fields = json!({"shell": self.shell.to_string(), "script": script});
            return Ok(answer::print(Outcome::Done, fields));
        }
        output::verbatim(script.trim_end());
        Ok(Outcome::Done)
    }
}
