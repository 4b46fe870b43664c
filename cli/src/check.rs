//! `dialtone check`

use clap::Args;
use doctor::{DEBUGGER_HOW, debugger_url};
use network::Network;
use serde_json::json;

use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::files::{NetworkArgs, WrongStage};
use crate::output;

/// Reads the network file and says everything that is wrong with it, each with its line and remedy.
///
/// Exit codes: 0 the file is good, 2 it is not.
#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    network: NetworkArgs,

    /// Prints one JSON object instead.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(crate) fn run(self) -> Result {
        let text = self.network.text()?;
        let file = network::NetworkFile::parse(&text);
        // A stage that was asked for must be there; otherwise each one is looked at.
        if let Some(wrong) = file.as_ref().ok().and_then(|file| self.network.wrong_stage(file)) {
            return self.refuse(&wrong);
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
        let path = self.network.config.display();
        match checked {
            Ok((file, networks)) => {
                let phones = networks.first().map_or(0, |network| network.extensions().len());
                let stages: Vec<_> = networks.iter().map(|network| network.stage().name.clone()).collect();
                if self.json {
                    let by_hand: Vec<_> = networks.iter().map(by_hand).collect();
                    answer::print(
                        Outcome::Done,
                        json!({
                            "phones": phones, "stages": stages, "problems": [],
                            "advice": listed(file.advice()), "by_hand": by_hand,
                        }),
                    );
                } else {
                    output::line(&format!("{path}: good: phones: {phones}, stages: {}", stages.join(", ")));
                    file.advice()
                        .iter()
                        .for_each(|advice| output::aside(&format!("advice: {path}: {advice}")));
                    for network in &networks {
                        let stage = network.stage();
                        let (name, url) = (&stage.name, debugger_url(stage));
                        output::aside(&format!("by hand: stage {name}: debugger webhook {url}"));
                    }
                    output::aside(&format!("by hand: {DEBUGGER_HOW}"));
                }
                Ok(Outcome::Done)
            }
            Err(problems) => {
                Err(self.network.bad_file(&problems).knowing(json!({"problems": listed(&problems.0)})))
            }
        }
    }

    /// The stage is no line of the file.
    fn refuse(&self, wrong: &WrongStage) -> Result {
        let WrongStage { key, what, remedy } = wrong;
        let problem = json!({"line": null, "key": key, "what": what, "remedy": remedy});
        Err(Failure::usage(wrong).knowing(json!({"problems": [problem]})))
    }
}

/// What a stage needs that no API can set.
fn by_hand(network: &Network) -> serde_json::Value {
    let stage = network.stage();
    json!({"stage": stage.name, "what": "debugger webhook", "url": debugger_url(stage), "how": DEBUGGER_HOW})
}

fn listed(problems: &[network::Problem]) -> serde_json::Value {
    problems
        .iter()
        .map(|p| json!({"line": p.line, "key": p.key, "what": p.what, "remedy": p.remedy}))
        .collect()
}
