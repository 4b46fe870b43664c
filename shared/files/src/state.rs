//! Where a program keeps what it remembers.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The file or folder of a stage in the user's own state: `dialtone/NETWORK/STAGE.KIND` in `XDG_STATE_HOME`, or else in
/// `~/.local/state` (XDG Base Directory Specification). None without a home.
#[must_use]
pub fn state_path(network: &str, stage: &str, kind: &str) -> Option<PathBuf> {
    in_home(|name| std::env::var_os(name), network, stage, kind)
}

/// The same for a service: in the folder that systemd gives it (`StateDirectory=`), if it does.
#[must_use]
pub fn service_path(network: &str, stage: &str, kind: &str) -> Option<PathBuf> {
    of_service(|name| std::env::var_os(name), network, stage, kind)
}

/// A name as a file's, without anything that means something to a shell or a file system.
#[must_use]
pub fn file_word(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect()
}

fn of_service(
    variable: impl Fn(&str) -> Option<OsString>,
    network: &str,
    stage: &str,
    kind: &str,
) -> Option<PathBuf> {
    match absolute(&variable, "STATE_DIRECTORY") {
        Some(folder) => Some(place(&folder, network, stage, kind)),
        None => in_home(variable, network, stage, kind),
    }
}

fn in_home(
    variable: impl Fn(&str) -> Option<OsString>,
    network: &str,
    stage: &str,
    kind: &str,
) -> Option<PathBuf> {
    let home = || absolute(&variable, "HOME").map(|home| home.join(".local/state"));
    let state = absolute(&variable, "XDG_STATE_HOME").or_else(home)?;
    Some(place(&state.join("dialtone"), network, stage, kind))
}

/// The specification ignores relative paths.
fn absolute(variable: &impl Fn(&str) -> Option<OsString>, name: &str) -> Option<PathBuf> {
    variable(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

fn place(folder: &Path, network: &str, stage: &str, kind: &str) -> PathBuf {
    folder.join(file_word(network)).join(format!("{}.{kind}", file_word(stage)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_where_the_specification_says() {
        let path = |variables: &'static [(&str, &str)], is_service| {
            let variable = |name: &str| {
                variables.iter().find(|(one, _)| *one == name).map(|(_, value)| OsString::from(value))
            };
            let found = if is_service {
                of_service(variable, "a b", "prod", "journal")
            } else {
                in_home(variable, "a b", "prod", "journal")
            };
            found.map(|path| path.display().to_string())
        };
        const HOME: (&str, &str) = ("HOME", "/home/a");
        let (home, state) =
            ("/home/a/.local/state/dialtone/a_b/prod.journal", "/s/dialtone/a_b/prod.journal");
        assert_eq!(path(&[HOME], false).as_deref(), Some(home));
        assert_eq!(path(&[HOME, ("XDG_STATE_HOME", "/s")], false).as_deref(), Some(state));
        assert_eq!(path(&[HOME, ("XDG_STATE_HOME", "s")], false).as_deref(), Some(home));
        assert_eq!(path(&[HOME, ("STATE_DIRECTORY", "/v")], false).as_deref(), Some(home));
        assert_eq!(path(&[HOME, ("STATE_DIRECTORY", "/v")], true).as_deref(), Some("/v/a_b/prod.journal"));
        assert_eq!(path(&[HOME], true).as_deref(), Some(home));
        assert_eq!(path(&[], true), None);
    }
}
