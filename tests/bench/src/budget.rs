//! `cargo xtask budget`: what a voice function costs may not rise unnoticed.
//!
//! Figures that do not depend on how busy a machine is: size, crates, instructions. Times are reported by
//! `cargo xtask bench`, and asserted nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::note;
use crate::subjects::Subject;
use crate::{Result, build, measure, report, subjects};

/// What to do with the budgets.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Write what is measured as the new budgets.
    #[arg(long)]
    write: bool,
}

/// Figures by name, of one function.
type Figures = BTreeMap<String, u64>;

/// How much more a figure may be than its budget.
const TOLERANCE_PERCENT: u64 = 10;

const HEADER: &str = "\
# What a voice function may cost: `cargo xtask budget` fails if a figure is more than 10 % above. After a rise that is\n\
# worth it, `cargo xtask budget --write` writes this file anew; say why in the commit.\n\
# size: bytes of the binary. crates: what it links. libraries: what the dynamic linker loads. start, invoke: instructions in user mode until the first answer,\n\
# and of each further one.\n\
# Compilers, C libraries and processors differ: these are of x86-64.\n";

/// One figure against its budget.
struct Line<'a> {
    function: &'a str,
    figure: &'a str,
    budget: Option<u64>,
    measured: Option<u64>,
}

pub(crate) fn run(options: &Options) -> Result<String> {
    // Before anything is built: a budget of which a part is not measured says nothing.
    demand("valgrind")?;
    note("building the voice functions")?;
    let voice = subjects::voice()?;
    let measured = voice.iter().map(|subject| Ok((subject.name.to_owned(), measure(subject)?)));
    let measured = measured.collect::<Result<BTreeMap<_, _>>>()?;
    if options.write {
        fs::write(path(), format!("{HEADER}\n{}", toml::to_string(&measured)?))?;
        return Ok(format!("{} is written\n", path().display()));
    }
    let budgets: BTreeMap<String, Figures> = toml::from_str(&fs::read_to_string(path())?)?;
    let lines = compare(&budgets, &measured);
    let text =
        report::table(&["figure", "budget", "measured"], &lines.iter().map(Line::cells).collect::<Vec<_>>());
    let complaints: Vec<_> = lines.iter().filter_map(Line::complaint).collect();
    if complaints.is_empty() {
        Ok(text)
    } else {
        Err(format!("over budget\n\n{text}\n{}", complaints.join("\n")).into())
    }
}

fn path() -> PathBuf {
    build::root().join("tests/bench/budgets.toml")
}

/// Fails unless a tool can be run.
fn demand(tool: &str) -> Result<()> {
    match Command::new(tool).arg("--version").output() {
        Ok(told) if told.status.success() => Ok(()),
        Ok(told) => Err(format!("{tool} --version failed ({}); install {tool}", told.status).into()),
        Err(error) => Err(format!("{tool} cannot be run ({error}); install {tool}").into()),
    }
}

fn measure(subject: &Subject) -> Result<Figures> {
    note(&format!("counting instructions of {}", subject.name))?;
    let (start, invoke) = measure::instructions(subject, &build::folder()?)?;
    let figures = [
        ("size", subject.size()?),
        ("crates", crates(subject.name)?),
        ("libraries", libraries(&subject.program)?),
        ("start", start),
        ("invoke", invoke),
    ];
    Ok(figures.map(|(figure, value)| (figure.to_owned(), value)).into())
}

/// How many crates a function links, itself included.
fn crates(function: &str) -> Result<u64> {
    let output = build::cargo("tree")
        .args(["--package", function, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .output()?;
    if !output.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let names: BTreeSet<_> =
        text.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
    Ok(names.len().try_into()?)
}

/// How many shared libraries the dynamic linker must load for it, before `main`.
fn libraries(program: &Path) -> Result<u64> {
    let output = Command::new("readelf").arg("--dynamic").arg(program).output()?;
    if !output.status.success() {
        return Err(format!("readelf: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().filter(|line| line.contains("(NEEDED)")).count().try_into()?)
}

/// Every figure that is measured or has a budget.
fn compare<'a>(
    budgets: &'a BTreeMap<String, Figures>,
    measured: &'a BTreeMap<String, Figures>,
) -> Vec<Line<'a>> {
    let of = |all: &'a BTreeMap<String, Figures>| {
        all.iter().flat_map(|(function, figures)| figures.keys().map(move |figure| (function, figure)))
    };
    let keys: BTreeSet<_> = of(budgets).chain(of(measured)).collect();
    let value = |all: &BTreeMap<String, Figures>, function, figure| all.get(function)?.get(figure).copied();
    keys.into_iter()
        .map(|(function, figure)| Line {
            function,
            figure,
            budget: value(budgets, function, figure),
            measured: value(measured, function, figure),
        })
        .collect()
}

impl Line<'_> {
    fn cells(&self) -> [String; 3] {
        let shown = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        [format!("{} {}", self.function, self.figure), shown(self.budget), shown(self.measured)]
    }

    /// What is wrong, if anything.
    fn complaint(&self) -> Option<String> {
        let Self { function, figure, .. } = self;
        match (self.budget, self.measured) {
            (Some(budget), Some(measured)) if measured * 100 > budget * (100 + TOLERANCE_PERCENT) => {
                let percent = measured * 100 / budget.max(1) - 100;
                Some(format!("{function}: {figure} has risen by {percent} %, from {budget} to {measured}"))
            }
            (Some(_), Some(_)) => None,
            (None, _) => Some(format!("{function}: {figure} has no budget; cargo xtask budget --write")),
            (_, None) => Some(format!("{function}: {figure} has a budget and is not measured")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(function: &str, size: u64, invoke: u64) -> BTreeMap<String, Figures> {
        let figures = Figures::from([("size".into(), size), ("invoke".into(), invoke)]);
        BTreeMap::from([(function.to_owned(), figures)])
    }

    fn complaints(budgets: &BTreeMap<String, Figures>, measured: &BTreeMap<String, Figures>) -> Vec<String> {
        compare(budgets, measured).iter().filter_map(Line::complaint).collect()
    }

    #[test]
    fn the_figure_that_rose_is_named() {
        let budgets = figures("outgoing", 2_000_000, 100_000);
        assert_eq!(complaints(&budgets, &figures("outgoing", 2_200_000, 110_000)), [""; 0]);
        assert_eq!(complaints(&budgets, &figures("outgoing", 1_000, 10)), [""; 0]);
        assert_eq!(
            complaints(&budgets, &figures("outgoing", 2_200_001, 100_000)),
            ["outgoing: size has risen by 10 %, from 2000000 to 2200001"]
        );
        assert_eq!(
            complaints(&budgets, &figures("outgoing", 2_000_000, 150_000)),
            ["outgoing: invoke has risen by 50 %, from 100000 to 150000"]
        );
    }

    #[test]
    fn a_missing_tool_is_an_error() {
        let error = demand("no-tool-of-this-name").unwrap_err().to_string();
        assert!(error.ends_with("install no-tool-of-this-name"), "{error}");
    }

    #[test]
    fn every_figure_has_a_budget() {
        let (budgets, measured) = (figures("outgoing", 1, 1), figures("incoming", 1, 1));
        assert_eq!(complaints(&budgets, &measured).len(), 4);
    }

    #[test]
    fn the_file_has_every_figure_of_the_voice_functions() {
        let budgets: BTreeMap<String, Figures> =
            toml::from_str(&fs::read_to_string(path()).unwrap()).unwrap();
        for function in ["outgoing", "incoming"] {
            let names: Vec<_> = budgets[function].keys().map(String::as_str).collect();
            assert_eq!(names, ["crates", "invoke", "libraries", "size", "start"], "{function}");
        }
    }
}
