//! Settings from the environment, checked before the first request.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};

use network::{Network, NetworkFile};
use webhook::AuthTokens;

/// What a host needs to know.
#[derive(Debug)]
pub struct Settings {
    /// The network, from one stage.
    pub network: Network,
    /// Twilio's auth tokens; several while one is rotated.
    pub tokens: AuthTokens,
    /// The SNS topic for events.
    pub topic: Option<String>,
}

/// Why a host refuses to start: every problem, by the name of its variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(pub Vec<String>);

impl Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    ///
    /// Everything that is missing or wrong, at once.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads variables by their names, and the network file that they name.
    ///
    /// # Errors
    ///
    /// Everything that is missing or wrong, at once.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let mut problems = Vec::new();
        let mut keep = |problem: String| problems.push(problem);
        let tokens = tokens(variable("TWILIO_AUTH_TOKEN")).map_err(&mut keep).ok();
        let path = variable("DIALTONE_CONFIG")
            .map_or_else(|| default_path(variable("AWS_LAMBDA_FUNCTION_NAME").is_some()), PathBuf::from);
        let stage = variable("DIALTONE_STAGE").unwrap_or_default();
        let topic = variable("DIALTONE_TOPIC_ARN");
        if let Some(problem) = topic.as_deref().and_then(topic_problem) {
            keep(problem);
        }
        let network = network(&path, &stage).map_err(|found| found.into_iter().for_each(&mut keep)).ok();
        match (network, tokens) {
            (Some(network), Some(tokens)) if problems.is_empty() => Ok(Self { network, tokens, topic }),
            _ => Err(SettingsError(problems)),
        }
    }
}

/// What is wrong with the ARN of a topic, `arn:PARTITION:sns:REGION:ACCOUNT:NAME`, if anything.
#[must_use]
pub fn topic_problem(arn: &str) -> Option<String> {
    let parts: Vec<_> = arn.split(':').collect();
    let fits = matches!(parts[..], ["arn", partition, "sns", region, account, name]
        if ![partition, region, account, name].contains(&""));
    (!fits).then(|| {
        "DIALTONE_TOPIC_ARN: is not the ARN of an SNS topic, such as arn:aws:sns:us-west-2:123456789012:events".into()
    })
}

fn tokens(variable: Option<String>) -> Result<AuthTokens, String> {
    let text = variable.ok_or(
        "TWILIO_AUTH_TOKEN is not set: without it no request can be proven to come from Twilio; \
         copy the account's auth token from the Twilio console",
    )?;
    AuthTokens::parse(&text)
        .map_err(|error| format!("TWILIO_AUTH_TOKEN: {error}; separate several by commas"))
}

fn network(path: &Path, stage: &str) -> Result<Network, Vec<String>> {
    let path_name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| vec![format!("DIALTONE_CONFIG: cannot read {path_name}: {error}")])?;
    NetworkFile::parse(&text)
        .and_then(|file| file.into_network(stage))
        .map_err(|found| found.0.iter().map(|problem| format!("{path_name}: {problem}")).collect())
}

/// On Lambda the file comes as a layer, elsewhere it lies in the working directory.
fn default_path(on_lambda: bool) -> PathBuf {
    if on_lambda { "/opt/dialtone.toml".into() } else { "./dialtone.toml".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_missing_is_named_at_once() {
        let error =
            Settings::read(|name| (name == "DIALTONE_CONFIG").then(|| "/no/such/file".into())).unwrap_err();
        assert_eq!(error.0.len(), 2);
        assert!(error.0[0].starts_with("TWILIO_AUTH_TOKEN is not set"), "{error}");
        assert!(error.0[1].starts_with("DIALTONE_CONFIG: cannot read"), "{error}");
    }

    #[test]
    fn an_arn_is_looked_at_before_events_are_lost_to_it() {
        assert_eq!(topic_problem("arn:aws:sns:us-west-2:123456789012:events"), None);
        for arn in [
            "",
            "events",
            "arn:aws:sqs:us-west-2:123456789012:events",
            "arn:aws:sns:us-west-2:123456789012:",
            "arn:aws:sns",
        ] {
            assert!(topic_problem(arn).is_some(), "{arn}");
        }
    }

    #[test]
    fn a_blank_token_is_none() {
        let error = Settings::read(|name| (name == "TWILIO_AUTH_TOKEN").then(|| "  ".into())).unwrap_err();
        assert!(error.0[0].starts_with("TWILIO_AUTH_TOKEN is not set"), "{error}");
    }

    #[test]
    fn where_the_file_lies_by_default() {
        assert_eq!(default_path(true), PathBuf::from("/opt/dialtone.toml"));
        assert_eq!(default_path(false), PathBuf::from("./dialtone.toml"));
    }
}
