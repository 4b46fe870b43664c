//! A command at a terminal.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use super::peers;

/// What a command came to.
pub(crate) struct Typed {
    pub(crate) code: i32,
    /// Everything that the terminal showed, with what was typed.
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a command at a terminal of its own, of so many columns. Once it has written `question`, does something with
/// what it said so far, and types.
pub(crate) fn at_a_terminal(
    columns: u16,
    command: &Command,
    question: &str,
    meanwhile: impl FnOnce(&str),
    typed: &str,
) -> Typed {
    let script = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    let shell = format!("stty cols {columns}; exec \"$0\" \"$@\"");
    let mut terminal = Command::new(peers::python());
    terminal.args(["-c", script, "sh", "-c", &shell]).arg(command.get_program()).args(command.get_args());
    // As in `dialtone`: `CI` in the developer's own environment, for one, would show colours at a dumb terminal.
    terminal.env_clear();
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    let mut child =
        terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut out, mut piece) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&out).contains(question) {
        let length = stdout.read(&mut piece).unwrap();
        assert!(length > 0, "it does not say {question:?}: {}", String::from_utf8_lossy(&out));
        out.extend_from_slice(&piece[..length]);
    }
    meanwhile(&String::from_utf8_lossy(&out));
    stdin.write_all(typed.as_bytes()).unwrap();
    // The terminal stays open until the command has ended.
    stdout.read_to_end(&mut out).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    Typed {
        code: output.status.code().unwrap(),
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
