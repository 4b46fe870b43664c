//! `dialtone check`

use std::path::PathBuf;

use clap::Args;
use doctor::{DEBUGGER_HOW, debugger_url};
use network::{Finding, Network, NetworkFile, Problems};
use serde_json::json;

use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::files::NetworkArgs;
use crate::output;

/// Reads the network file and says everything that is wrong with it, each with its line and remedy.
///
/// It refuses a file that would send help to another place than the phone's, and names every phone that cannot call for
/// help. Advice is about what is allowed but most likely not meant.
///
///   dialtone check
///   dialtone check --config street.toml --json
///   generate-my-network | dialtone check -
///
/// Exit codes: 0 the file is good, 2 it is not.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Check {
    /// The network file, instead of --config; - is standard input.
    file: Option<PathBuf>,

    #[command(flatten)]
    network: NetworkArgs,

    /// Prints one JSON object instead, with every problem however many there are.
    #[arg(long)]
    json: bool,
}

/// How many problems a person is shown. More of them have one cause, or are mended in several rounds.
const SHOWN: usize = 50;

impl Check {
    pub(crate) fn run(mut self) -> Result {
        let file = self.file.take();
        let is_standard_input = file.as_deref().is_some_and(|file| file.as_os_str() == "-");
        self.network.config = file.unwrap_or(self.network.config);
        let text = if is_standard_input { self.standard_input() } else { self.network.text() };
        let file = NetworkFile::parse(&text?);
        // A stage that was asked for must be there; otherwise each one is looked at.
        if let Some(wrong) = file.as_ref().ok().and_then(|file| self.network.wrong_stage(file)) {
            return Self::refuse(wrong);
        }
        let checked = file.and_then(|file| {
            let stages: Vec<_> = match self.network.asked() {
                Some(stage) => vec![stage.to_owned()],
                None => file.stages().map(str::to_owned).collect(),
            };
            let networks =
                stages.iter().map(|stage| file.network(stage)).collect::<std::result::Result<Vec<_>, _>>()?;
            Ok((file, networks))
        });
        match checked {
            Ok((file, networks)) => {
                let beside = if is_standard_input { Vec::new() } else { self.beside(&networks) };
                self.praise(&file, &networks, &beside);
                Ok(Outcome::Done)
            }
            Err(problems) => {
                let all = json!({"problems": problems.0});
                let (about, more) = (self.network.config.display().to_string(), and_more(problems.0.len()));
                let shown = if self.json { problems.0.len() } else { SHOWN };
                let shown = self.network.bad_file(&Problems(problems.0.into_iter().take(shown).collect()));
                let more = more.filter(|_| !self.json).map(|more| Finding::new(about, more, SEE_ALL));
                Err(shown.and(more).knowing(all))
            }
        }
    }

    fn standard_input(&self) -> Result<String> {
        std::io::read_to_string(std::io::stdin())
            .map_err(|error| Failure::usage("standard input", error, "write the file to it, as UTF-8"))
    }

    /// What other files say about the same network.
    fn beside(&self, networks: &[Network]) -> Vec<Finding> {
        let path = self.network.config.with_file_name("samconfig.toml");
        let Ok(text) = std::fs::read_to_string(path) else { return Vec::new() };
        networks.iter().filter_map(|network| samconfig::other_caller(&text, network)).collect()
    }

    /// The file is good.
    fn praise(&self, file: &NetworkFile, networks: &[Network], beside: &[Finding]) {
        let path = self.network.config.display();
        let phones = networks.first().map_or(0, |network| network.extensions().len());
        let stages: Vec<_> = networks.iter().map(|network| network.stage().name.clone()).collect();
        // Every stage has the same phones.
        let without_help = networks.first().map(Network::without_help).unwrap_or_default();
        if self.json {
            let beside = beside.iter().map(without_line);
            let advice: Vec<_> = file.advice().iter().map(|advice| json!(advice)).chain(beside).collect();
            answer::print(
                Outcome::Done,
                json!({
                    "phones": phones, "stages": stages, "problems": [], "advice": advice,
                    "without_help": without_help,
                    "by_hand": networks.iter().map(by_hand).collect::<Vec<_>>(),
                }),
            );
            return;
        }
        output::line(&format!("{path}: good: phones: {phones}, stages: {}", stages.join(", ")));
        without_help.iter().take(SHOWN).for_each(|phone| output::aside(&format!("no help: {phone}")));
        and_more(without_help.len()).iter().for_each(|more| output::aside(&format!("{more}; {SEE_ALL}")));
        file.advice()
            .iter()
            .take(SHOWN)
            .for_each(|advice| output::aside(&format!("advice: {path}: {}", advice.in_file())));
        and_more(file.advice().len()).iter().for_each(|more| output::aside(&format!("{more}; {SEE_ALL}")));
        beside.iter().for_each(|advice| output::aside(&format!("advice: {advice}")));
        for network in networks {
            let stage = network.stage();
            let (name, url) = (&stage.name, debugger_url(stage));
            output::aside(&format!("by hand: stage {name}: debugger webhook {url}"));
        }
        output::aside(&format!("by hand: {DEBUGGER_HOW}"));
    }

    /// The stage is no line of the file.
    fn refuse(wrong: Finding) -> Result {
        let fields = json!({"problems": [without_line(&wrong)]});
        Err(Failure::found(Outcome::Usage, [wrong]).knowing(fields))
    }
}

/// What to do about more problems than are shown.
const SEE_ALL: &str = "mend these first, or see all of them with --json";

/// How many more there are than are shown.
fn and_more(count: usize) -> Option<String> {
    let more = count.checked_sub(SHOWN).filter(|more| *more > 0)?;
    Some(format!("and {more} more"))
}

/// What a stage needs that no API can set.
fn by_hand(network: &Network) -> serde_json::Value {
    let stage = network.stage();
    json!({"stage": stage.name, "what": "debugger webhook", "url": debugger_url(stage), "how": DEBUGGER_HOW})
}

/// What is about no line of the file.
fn without_line(Finding { about, what, remedy }: &Finding) -> serde_json::Value {
    json!({"line": null, "key": about, "what": what, "remedy": remedy})
}
