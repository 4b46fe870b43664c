//! `dialtone samconfig`

use std::path::PathBuf;

use clap::Args;
use network::Finding;
use samconfig::{Difference, Given, Samconfig, SamconfigError, Wanted};
use serde_json::json;

use crate::exit::{Failure, Outcome, Result};
use crate::files::NetworkArgs;
use crate::{answer, output};

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
    #[arg(long, value_name = "NAME=VALUE", value_parser = samconfig::pair)]
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
        let network = self.network.network()?;
        let stage = &network.stage().name;
        let mut samconfig = Samconfig::open(&self.file).map_err(failure)?;
        let region = self.region(&samconfig, stage)?;
        if !self.json && !self.offline {
            output::aside("asking AWS");
        }
        let given = Given { set: &self.set, region: &region, is_offline: self.offline };
        let wanted = Wanted::of(&network, &given);
        let difference = samconfig.apply(stage, &region, &wanted).map_err(failure)?;
        if !self.check && !difference.changes.is_empty() {
            samconfig.write().map_err(failure)?;
        }
        let outcome = match (difference.missing.is_empty(), wanted.has_aws_failed) {
            (_, true) => Outcome::OtherSide,
            (true, false) if self.check && !difference.changes.is_empty() => Outcome::No,
            (true, false) => Outcome::Done,
            (false, false) => Outcome::No,
        };
        if !self.json {
            self.show(stage, &difference);
            return Ok(outcome);
        }
        let errors = difference.findings(self.check);
        let fields = json!({
            "file": self.file, "stage": stage, "region": region, "changes": difference.changes,
            "parameters": samconfig.parameters(stage),
        });
        Ok(answer::print_with(outcome, &errors, fields))
    }

    /// The region of the stack: as it is given, as the file has it, or as AWS's own variables say.
    fn region(&self, samconfig: &Samconfig, stage: &str) -> Result<String> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let region = self.region.clone().or_else(|| samconfig.region(stage));
        let region = region.or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"));
        region.ok_or_else(|| {
            let what = format!("nobody says in which region the stack of {stage} is");
            Failure::found(Outcome::Usage, vec![Finding::new("", what, "add --region REGION")])
        })
    }

    fn show(&self, stage: &str, difference: &Difference) {
        difference.in_words().iter().for_each(|line| output::line(line));
        let file = self.file.display();
        output::line(&match (difference.changes.is_empty(), self.check) {
            (true, _) => format!("{file}: stage {stage} is as it should be"),
            (false, true) => format!("{file}: stage {stage} differs"),
            (false, false) => format!("{file}: written, stage {stage}"),
        });
        if !difference.missing.is_empty() {
            output::aside("");
            difference.missing.iter().for_each(|finding| output::aside(&format!("missing: {finding}")));
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn failure(error: SamconfigError) -> Failure {
    Failure::found(Outcome::Usage, vec![error.finding()])
}
