//! The documents keep their promises: commands, options and links in them exist.

use std::fs;

use crate::harness::{dialtone, repository};

/// What `dialtone ... --help` says.
fn help(words: &[&str]) -> Option<String> {
    let output = dialtone().args(words).arg("--help").output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

/// The `dialtone` command lines of a document, each as words: in its fenced blocks, where lines that end in `\` go on,
/// and in its prose between backticks.
fn command_lines(document: &str) -> Vec<Vec<String>> {
    let (fenced, prose): (Vec<_>, Vec<_>) =
        document.split("```").enumerate().partition(|(index, _)| index % 2 == 1);
    // A picture names the package, and no command.
    let fenced: Vec<_> = fenced.into_iter().filter(|(_, text)| !text.starts_with("mermaid")).collect();
    let fenced: Vec<_> = fenced.into_iter().map(|(_, text)| text.replace("\\\n", " ")).collect();
    let spans: Vec<_> = prose
        .into_iter()
        .flat_map(|(_, text)| text.split('`').skip(1).step_by(2))
        .map(|span| span.replace('\n', " "))
        .collect();
    let text = fenced.into_iter().chain(spans).collect::<Vec<_>>().join("\n");
    text.lines()
        .filter_map(|line| {
            let line = line.split(" #").next().unwrap().trim_start().trim_start_matches("$ ");
            let line =
                line.replace("cargo run -p dialtone --", "dialtone").replace("cargo run --", "dialtone");
            let mut words = line.split_whitespace().map(str::to_owned).peekable();
            // Variables may be set before the command.
            while words.next_if(|word| word.contains('=') && !word.starts_with('-')).is_some() {}
            let is_command = words.next().is_some_and(|word| word.rsplit('/').next() == Some("dialtone"));
            is_command.then(|| {
                words.take_while(|word| !matches!(word.as_str(), "|" | "&&" | ";" | ">" | "&")).collect()
            })
        })
        .collect()
}

/// What is wrong with a command line: no such command, or no such option of it.
fn fault(line: &[String]) -> Option<String> {
    let words: Vec<_> = line
        .iter()
        .map(String::as_str)
        .take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect();
    // `devices render lobby` has two words that are commands, `explain lobby` one, `--version` none.
    let Some(help) = (0..=words.len()).rev().find_map(|count| help(&words[..count])) else {
        return Some(format!("{line:?}: dialtone has no help"));
    };
    let is_general = help.contains("\nCommands:\n") && !words.is_empty();
    if is_general && !help.contains(&format!("dialtone {}", words[0])) {
        return Some(format!("{line:?}: no such command"));
    }
    let options =
        line.iter().flat_map(|word| word.split('/')).filter(|word| word.starts_with("--") && word.len() > 2);
    options
        .map(|word| word.split(['=', '…', ',']).next().unwrap())
        .find(|name| !help.split([' ', ',', '\n', '=', '[']).any(|word| word == *name))
        .map(|name| format!("{line:?}: there is no {name}"))
}

/// The documents that people read: those at the top, and those of docs/.
fn documents() -> Vec<(String, String)> {
    let folders = [repository().to_path_buf(), repository().join("docs")];
    let paths =
        folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let markdown = paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    markdown
        .map(|path| {
            let name = path.strip_prefix(repository()).unwrap().display().to_string();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn every_command_in_the_documents_exists() {
    let mut faults = Vec::new();
    for (name, text) in documents() {
        // A changelog and a record of decisions also name what is no more.
        if ["CHANGELOG.md", "docs/decisions.md"].contains(&name.as_str()) {
            continue;
        }
        let lines = command_lines(&text);
        assert!(!lines.is_empty() || !["README.md", "docs/operations.md"].contains(&name.as_str()), "{name}");
        faults.extend(lines.iter().filter_map(|line| fault(line)).map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The table of commands names an option of each only if that command has it, and has every command.
#[test]
fn the_table_of_commands_is_true() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let table = readme.split("\n## Commands\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<_> = table.lines().filter_map(|line| line.strip_prefix("| `dialtone ")).collect();
    for row in &rows {
        let (command, what) = row.split_once("` |").unwrap();
        let mut line: Vec<_> = command.split_whitespace().map(str::to_owned).collect();
        line.extend(
            what.split('`')
                .skip(1)
                .step_by(2)
                .flat_map(str::split_whitespace)
                .filter(|word| word.starts_with("--"))
                .map(str::to_owned),
        );
        assert_eq!(fault(&line), None);
    }
    let general = help(&[]).unwrap();
    let commands = general.split("\nCommands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    // What a command does goes on in further lines, which are indented more.
    let commands =
        commands.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    for command in commands.filter_map(|line| line.split(' ').next()).filter(|word| *word != "help") {
        assert!(
            rows.iter().any(|row| row.split([' ', '`']).next() == Some(command)),
            "{command} is not in the table"
        );
    }
}

/// Files that the documents link to are there.
#[test]
fn every_link_within_the_repository_leads_somewhere() {
    let mut checked = 0;
    for (name, text) in documents() {
        let folder = repository().join(&name);
        let prose: Vec<_> = text.split("```").step_by(2).collect();
        for target in prose.join("\n").split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap();
            if path.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            assert!(folder.parent().unwrap().join(path).exists(), "{name} links to {target}");
            checked += 1;
        }
    }
    assert!(checked >= 10, "{checked} links");
}

#[test]
fn a_command_or_an_option_that_is_not_there_is_found() {
    let fault = |line: &str| fault(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(fault("explain lobby 911 --json"), None);
    assert_eq!(fault("devices render --all"), None);
    assert!(fault("explian lobby").unwrap().contains("no such command"));
    assert!(fault("explain lobby --buy").unwrap().contains("there is no --buy"));
    assert!(fault("apply --bu").unwrap().contains("there is no --bu"));
}

#[test]
fn command_lines_are_found() {
    let document = "dialtone no\n```sh\n$ TOKEN=x dialtone serve --stage prod \\\n  --listen 1 # why\nls\n./target/debug/dialtone check | cat\n```\ndialtone no `dialtone plan\n--buy` `no`";
    let expected = [vec!["serve", "--stage", "prod", "--listen", "1"], vec!["check"], vec!["plan", "--buy"]];
    assert_eq!(command_lines(document), expected);
}
