//! `dialtone completions`

use clap::{Args, Command};
use clap_complete::Shell;

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
}

impl Completions {
    pub(crate) fn run(self, mut command: Command) -> Result {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "dialtone", &mut script);
        output::line(String::from_utf8_lossy(&script).trim_end());
        Ok(Outcome::Done)
    }
}
