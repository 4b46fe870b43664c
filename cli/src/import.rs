//! `dialtone import`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use network::NetworkFile;
use numbers::Region;
use provision::{Before, Choice, Draft, Found, draft, finding_of};
use twilio::Client;

use crate::answer;
use crate::ask::confirm;
use crate::exit::{Failure, Outcome, Result};
use crate::output::{self, Progress};
use crate::setup::client_of_environment;
use passwords::{BeforeFile, Passwords};

/// Writes the network file of a Twilio account that was set up by hand.
///
/// It reads SIP domains, credential lists, numbers and addresses. Twilio does not know which number rings which phone: where
/// the account does not say, the file has a comment that begins with DECIDE. What it finds is also kept beside the
/// passwords, so that `dialtone destroy --restore` can put the old URLs back.
///
/// Nothing in Twilio is changed, unless you give --adopt-lists: then the domain's credential lists get this network's name
/// after you are asked. Their users and passwords stay, and phones notice nothing.
///
/// To move one phone first, give it a SIP domain of its own: --only PHONE --new-domain NAME.sip.twilio.com --stage trial.
/// docs/migration.md has the order in which no call is lost, and the way back.
///
/// Exit codes: 0 written, 1 not confirmed, 2 wrong usage or a file that is there already, 3 Twilio failed.
#[derive(Args)]
pub(crate) struct Import {
    /// The file to write. It must not exist.
    #[arg(long, value_name = "FILE", default_value = "./dialtone.toml")]
    out: PathBuf,

    /// The stage that the file begins with.
    #[arg(long, value_name = "STAGE", default_value = "prod")]
    stage: String,

    /// What the network is called. Default: the SIP domain's name, without the stage at its end.
    #[arg(long)]
    name: Option<String>,

    /// The SIP domain whose phones are read. May be left out where the account has just one.
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,

    /// A SIP domain to be made, instead of taking the old one over.
    #[arg(long, value_name = "DOMAIN", conflicts_with = "adopt_lists")]
    new_domain: Option<String>,

    /// Only this phone. May be given several times; needs --new-domain, because a SIP domain has one voice URL for all.
    #[arg(long, value_name = "PHONE", requires = "new_domain")]
    only: Vec<String>,

    /// Where Twilio will call Dialtone.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// The country, by its two letters of ISO 3166. Default: that of most numbers.
    #[arg(long, value_name = "COUNTRY")]
    region: Option<String>,

    /// Makes the domain's credential lists this stage's, so that all phones keep their passwords.
    #[arg(long)]
    adopt_lists: bool,

    /// Where Twilio's API is, all of its hosts. Only tests and proxies need it.
    #[arg(long, value_name = "URL", env = "TWILIO_API_BASE")]
    endpoint: Option<String>,

    /// The file of the phones' passwords. What was there before is kept beside it.
    #[arg(long, value_name = "FILE", env = "DIALTONE_PASSWORDS_FILE")]
    passwords: Option<PathBuf>,

    /// Does not ask.
    #[arg(long, short)]
    yes: bool,

    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(crate) fn run(self) -> Result {
        let path = self.out.display();
        if self.out.exists() {
            return Err(Failure::usage(
                "",
                format!("{path} exists already"),
                "choose another file with --out FILE",
            ));
        }
        let client = client_of_environment(self.endpoint.as_deref())?;
        let under_way = Progress::of("reading the account at Twilio");
        let found = Found::read(&client)
            .map_err(|error| Failure::found(Outcome::OtherSide, [finding_of("", &error)]))?;
        drop(under_way);
        let choice = self.choice(&found)?;
        let draft =
            draft(&found, &choice).map_err(|error| Failure::found(Outcome::Usage, [error.finding()]))?;
        if !draft.renames.is_empty() && !self.yes {
            for rename in &draft.renames {
                output::aside(&format!("~ credential list {} -> {}", output::plain(&rename.from), rename.to));
            }
            if !confirm("Rename in Twilio? Users and passwords stay.")? {
                return Err(Failure::declined("nothing was written"));
            }
        }
        let passwords = Passwords::open_to_write(self.passwords.as_deref(), &choice.network, &choice.stage)?;
        // What was there is on disk before anything changes.
        let record = BeforeFile::beside(passwords.path());
        record.add(Before::of(&found))?;
        rename(&client, &draft)?;
        let written = std::fs::OpenOptions::new().write(true).create_new(true).open(&self.out);
        written
            .and_then(|mut file| file.write_all(draft.text.as_bytes()))
            .map_err(|error| Failure::usage(path, error, "choose another file with --out FILE"))?;
        self.tell(&choice, &draft, record.path());
        Ok(Outcome::Done)
    }

    fn choice(&self, found: &Found) -> Result<Choice> {
        let region = match &self.region {
            Some(text) => Some(Region::parse(text).filter(Region::is_known).ok_or_else(|| {
                Failure::usage("--region", format!("{text:?} is no country"), "write two letters, such as US")
            })?),
            None => None,
        };
        let domain = found
            .chosen_domain(self.domain.as_deref())
            .map_err(|finding| Failure::found(Outcome::Usage, [finding]))?;
        let label = |domain: &str| domain.split('.').next().unwrap_or_default().to_owned();
        let named = domain
            .as_deref()
            .map(label)
            .map(|label| label.strip_suffix(&format!("-{}", self.stage)).map(str::to_owned).unwrap_or(label));
        let network = self.name.clone().or(named).ok_or_else(|| {
            Failure::usage(
                "",
                "the account has no SIP domain to name the network after",
                "name it with --name NAME",
            )
        })?;
        Ok(Choice {
            network,
            stage: self.stage.clone(),
            domain,
            new_domain: self.new_domain.clone(),
            public_url: self.public_url.clone(),
            region,
            only: self.only.clone(),
            adopt_lists: self.adopt_lists,
        })
    }

    fn tell(&self, choice: &Choice, draft: &Draft, record: &std::path::Path) {
        let path = self.out.display();
        let parsed = NetworkFile::parse(&draft.text).ok();
        let parsed = parsed.and_then(|file| file.into_network(&choice.stage).ok());
        let phones = parsed.map(|network| network.extensions().len()).unwrap_or_default();
        if self.json {
            let renamed: Vec<_> = draft
                .renames
                .iter()
                .map(|rename| serde_json::json!({"sid": rename.sid, "from": rename.from, "to": rename.to}))
                .collect();
            let fields = serde_json::json!({
                "file": self.out, "before": record, "network": choice.network, "stage": choice.stage,
                "phones": phones, "decisions": draft.decisions,
                "left_over": draft.left_over, "renamed": renamed,
            });
            answer::print(Outcome::Done, fields);
            return;
        }
        output::line(&format!(
            "{path}: written, with {phones} phones and {} things to decide",
            draft.decisions.len()
        ));
        output::line(&format!("{}: what was there before, for `destroy --restore`", record.display()));
        for rename in &draft.renames {
            output::line(&format!("credential list {} is now {}", output::plain(&rename.from), rename.to));
        }
        for (head, findings) in [("To decide", &draft.decisions), ("Left over", &draft.left_over)] {
            if findings.is_empty() {
                continue;
            }
            output::aside(&format!("\n{head}:"));
            findings
                .iter()
                .for_each(|finding| output::aside(&format!("  {}", output::plain(&finding.to_string()))));
        }
        let config = match self.out.as_path() == std::path::Path::new("./dialtone.toml") {
            true => String::new(),
            false => format!(" --config {path}"),
        };
        output::aside(&format!(
            "\nWhat next?\n\n  dialtone check{config}\n  dialtone plan{config}   # changes nothing"
        ));
    }
}

fn rename(client: &Client, draft: &Draft) -> Result<()> {
    for rename in &draft.renames {
        client.rename_credential_list(&rename.sid, &rename.to).map_err(|error| {
            let about = format!("credential list {}", rename.from);
            Failure::found(Outcome::OtherSide, [finding_of(&about, &error)])
        })?;
    }
    Ok(())
}
