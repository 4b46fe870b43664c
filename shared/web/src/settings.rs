//! Settings from the environment, checked before the first request.

use std::io;
use std::path::{Path, PathBuf};

use network::{Finding, Fingerprint, Network, NetworkFile};
use webhook::AuthTokens;

/// The settings that a host needs.
#[derive(Debug)]
pub struct Settings {
    /// The network, from one stage.
    pub network: Network,
    /// Twilio's auth tokens; several while one is rotated.
    pub tokens: AuthTokens,
    /// The SNS topic for events.
    pub topic: Option<String>,
}

/// Why a host refuses to start.
#[derive(Debug, thiserror::Error)]
#[error("settings are missing or wrong ({})", .findings.len())]
pub struct SettingsError {
    /// Everything that is missing or wrong.
    pub findings: Vec<Finding>,
    /// Why the network file cannot be read, if it cannot.
    #[source]
    pub file: Option<io::Error>,
}

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
        let mut findings = Vec::new();
        let tokens = tokens(variable("TWILIO_AUTH_TOKEN")).map_err(|finding| findings.push(finding)).ok();
        let on_lambda = variable("AWS_LAMBDA_FUNCTION_NAME").is_some();
        let path = variable("DIALTONE_CONFIG").map_or_else(|| default_path(on_lambda), PathBuf::from);
        let stage = variable("DIALTONE_STAGE").unwrap_or_default();
        let topic = variable("DIALTONE_TOPIC_ARN");
        findings.extend(topic.as_deref().and_then(topic_problem));
        match (network(&path, &stage, on_lambda), tokens) {
            (Ok(network), Some(tokens)) if findings.is_empty() => Ok(Self { network, tokens, topic }),
            (Ok(_), _) => Err(SettingsError { findings, file: None }),
            (Err(bad), _) => {
                findings.extend(bad.findings);
                Err(SettingsError { findings, file: bad.file })
            }
        }
    }
}

/// The fault in the ARN of a topic, `arn:PARTITION:sns:REGION:ACCOUNT:NAME`, if anything.
#[must_use]
pub fn topic_problem(arn: &str) -> Option<Finding> {
    let parts: Vec<_> = arn.split(':').collect();
    let fits = matches!(parts[..], ["arn", partition, "sns", region, account, name]
        if ![partition, region, account, name].contains(&""));
    (!fits).then(|| {
        let remedy = "write one such as arn:aws:sns:us-west-2:123456789012:events";
        Finding::new("DIALTONE_TOPIC_ARN", "is not the ARN of an SNS topic", remedy)
    })
}

fn tokens(variable: Option<String>) -> Result<AuthTokens, Finding> {
    let text = variable.ok_or_else(|| {
        Finding::new(
            "",
            "TWILIO_AUTH_TOKEN is not set: without it no request can be proven to come from Twilio",
            "copy the account's auth token from the Twilio console",
        )
    })?;
    AuthTokens::parse(&text)
        .map_err(|error| Finding::new("TWILIO_AUTH_TOKEN", error.to_string(), "separate several by commas"))
}

fn network(path: &Path, stage: &str, on_lambda: bool) -> Result<Network, SettingsError> {
    let text = std::fs::read(path).map_err(|error| {
        let what = format!("cannot read {}: {error}", path.display());
        let remedy = "write the path of your network file; examples/dialtone.toml is one";
        SettingsError { findings: vec![Finding::new("DIALTONE_CONFIG", what, remedy)], file: Some(error) }
    })?;
    let noted = if on_lambda { noted_fingerprint(path) } else { None };
    let fingerprint = noted.unwrap_or_else(|| Fingerprint::of(&text));
    NetworkFile::parse_noted(&text, fingerprint).and_then(|file| file.into_network(stage)).map_err(|found| {
        let findings = found.0.iter().map(|problem| problem.finding(path.display())).collect();
        SettingsError { findings, file: None }
    })
}

/// The fingerprint that stands beside the file in the layer. The rule that makes the layer writes both
/// (examples/Makefile), and nothing changes a layer afterwards. To hash the file would be a third of the work of a start on a
/// processor without instructions for it (docs/performance.md).
fn noted_fingerprint(path: &Path) -> Option<Fingerprint> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".sha256");
    std::fs::read_to_string(beside).ok()?.get(..16)?.parse().ok()
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
        let found: Vec<_> = error.findings.iter().map(Finding::to_string).collect();
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("TWILIO_AUTH_TOKEN is not set"), "{found:?}");
        assert!(found[1].starts_with("DIALTONE_CONFIG: cannot read"), "{found:?}");
        // The error is one line, and why the file cannot be read is not lost in words.
        assert_eq!(error.to_string(), "settings are missing or wrong (2)");
        let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref::<io::Error>());
        assert_eq!(cause.map(io::Error::kind), Some(io::ErrorKind::NotFound));
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
        assert!(error.findings[0].what.starts_with("TWILIO_AUTH_TOKEN is not set"), "{error:?}");
    }

    #[test]
    fn where_the_file_lies_by_default() {
        assert_eq!(default_path(true), PathBuf::from("/opt/dialtone.toml"));
        assert_eq!(default_path(false), PathBuf::from("./dialtone.toml"));
    }

    #[test]
    fn a_layer_has_its_fingerprint_beside_it_and_a_folder_is_hashed() {
        let folder = std::env::temp_dir().join(format!("dialtone-settings-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("dialtone.toml");
        let text = "[network]\nname='n'\nregion='US'\n[stages.prod]\nsip_domain='n.sip.twilio.com'\n\
                    public_url='https://n.example.org'\n";
        std::fs::write(&file, text).unwrap();
        let told = |on_lambda| network(&file, "prod", on_lambda).unwrap().fingerprint().to_string();
        let hashed = Fingerprint::of(text).to_string();
        assert_eq!([told(false), told(true)], [hashed.clone(), hashed.clone()]);
        // As sha256sum prints it.
        let noted = format!("0123456789abcdef{}  dialtone.toml\n", "0".repeat(48));
        std::fs::write(folder.join("dialtone.toml.sha256"), noted).unwrap();
        assert_eq!([told(false), told(true)], [hashed.clone(), "0123456789abcdef".to_owned()]);
        std::fs::write(folder.join("dialtone.toml.sha256"), "").unwrap();
        assert_eq!(told(true), hashed);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
