//! `dialtone samconfig`

mod aws;
mod file;
mod wanted;

use std::path::PathBuf;

use clap::Args;
use network::Finding;
use serde_json::json;

use self::file::Samconfig;
use self::wanted::{Given, Wanted};
use crate::exit::{Failure, Outcome, Result};
use crate::files::NetworkArgs;
use crate::output;

/// Writes a stage's parameters into samconfig.toml, so that nothing is copied by hand.
///
/// From the network file: Stage, EmergencyCallerId, DomainName, NoticeEmail. From AWS, by way of its own command `aws` and
/// your credentials for it: AuthTokenVersion and NotifySecretVersion (Secrets Manager), CertificateArn (ACM), HostedZoneId
/// (Route 53). What only you know is given once with --set, and stays: TopicArn, AlarmEmail, and all others. A parameter that
/// cannot be known yet gets a placeholder that the template refuses.
///
///   dialtone samconfig --stage prod --region us-west-2 --set AlarmEmail=ops@example.org
///   dialtone samconfig --stage prod --check
///
/// Exit codes: 0 complete, 1 something is missing or differs, 2 wrong usage or a bad file, 3 `aws` failed.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct SamconfigCommand {
    #[command(flatten)]
    network: NetworkArgs,

    /// The file of SAM's command line. Other stages and settings in it stay as they are.
    #[arg(long, value_name = "FILE", default_value = "./samconfig.toml")]
    file: PathBuf,

    /// The region of the stack. Default: what the file has for the stage, or else AWS_REGION.
    #[arg(long)]
    region: Option<String>,

    /// A parameter of the template, with its value. May be given several times; wins over what is found.
    #[arg(long, value_name = "NAME=VALUE", value_parser = wanted::pair)]
    set: Vec<(String, String)>,

    /// Compares only, and ends with 1 if anything differs or is missing.
    #[arg(long)]
    check: bool,

    /// Does not ask AWS: what only AWS knows stays as it is in the file.
    #[arg(long)]
    offline: bool,

    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

impl SamconfigCommand {
    pub(crate) fn run(self) -> Result {
        self.answer()
    }

    fn answer(self) -> Result {
        let network = self.network.network()?;
        let stage = network.stage().name.clone();
        let mut samconfig = Samconfig::open(&self.file)?;
        let from_environment = || {
            let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
            read("AWS_REGION").or_else(|| read("AWS_DEFAULT_REGION"))
        };
        let region = self.region.clone().or_else(|| samconfig.region(&stage)).or_else(from_environment);
        let region = region.ok_or_else(|| {
            Failure::usage(format!(
                "nobody says in which region the stack of {stage} is; add --region REGION"
            ))
        })?;
        if !self.json && !self.offline {
            output::aside("asking AWS");
        }
        let given = Given { set: &self.set, region: &region, is_offline: self.offline };
        let wanted = Wanted::of(&network, &given);
        let changes = samconfig.apply(&stage, &region, &wanted)?;
        let mut missing = wanted.missing.clone();
        missing.extend(
            samconfig.placeholders(&stage).into_iter().filter(|name| !wanted.is_missing(name)).map(|name| {
                Finding::new(name.clone(), "is a placeholder", format!("give it with --set {name}=VALUE"))
            }),
        );
        let outcome = match (missing.is_empty(), wanted.has_aws_failed) {
            (_, true) => Outcome::OtherSide,
            (true, false) if self.check && !changes.is_empty() => Outcome::No,
            (true, false) => Outcome::Done,
            (false, false) => Outcome::No,
        };
        if !self.check && !changes.is_empty() {
            samconfig.write(&self.file)?;
        }
        let differing: Vec<_> =
            changes.iter().map(|(name, from, to)| json!({"name": name, "from": from, "to": to})).collect();
        if self.json {
            let mut errors: Vec<Finding> = missing;
            if self.check {
                errors.extend(changes.iter().map(|(name, from, to)| {
                    Finding::new(
                        name,
                        format!("is {}, not {}", shown(from), shown(to)),
                        "run it without --check",
                    )
                }));
            }
            let errors: Vec<_> = errors
                .iter()
                .map(|one| json!({"about": one.about, "what": one.what, "remedy": one.remedy}))
                .collect();
            output::json(&json!({
                "ok": outcome == Outcome::Done, "errors": errors, "file": self.file, "stage": stage, "region": region,
                "changes": differing, "parameters": samconfig.parameters(&stage),
            }));
            return Ok(outcome);
        }
        let width = changes.iter().map(|(name, _, _)| name.len()).max().unwrap_or_default();
        for (name, from, to) in &changes {
            output::line(&format!("~ {name:width$}  {} -> {}", shown(from), shown(to)));
        }
        output::line(&match (changes.len(), self.check) {
            (0, _) => format!("{}: stage {stage} is as it should be", self.file.display()),
            (_, true) => format!("{}: stage {stage} differs", self.file.display()),
            (_, false) => format!("{}: written, stage {stage}", self.file.display()),
        });
        if !missing.is_empty() {
            output::aside("");
            missing.iter().for_each(|finding| output::aside(&format!("missing: {finding}")));
        }
        Ok(outcome)
    }
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "(none)" } else { value }
}
