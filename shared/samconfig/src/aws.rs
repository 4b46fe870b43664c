//! Facts that only AWS knows, asked by way of its own command.
//!
//! `aws` is there wherever a stack is deployed from, with the deployer's credentials. An SDK crate for each of the three
//! services would be linked into every `dialtone` for a handful of reads.

use std::process::{Command, Stdio};

use serde_json::Value;

/// Why AWS does not answer, on one line.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// There is no such command.
    #[error("cannot run `aws`")]
    Start(#[source] std::io::Error),
    /// It ended with a failure.
    #[error("`aws {command}` failed: {said}")]
    Refused {
        /// Its first words.
        command: String,
        /// The last line that it said.
        said: String,
    },
    /// It answered something else than JSON.
    #[error("`aws {0}` did not answer in JSON")]
    Answer(String),
}

/// AWS, in a region.
pub struct Aws<'a> {
    /// Such as `us-west-2`.
    pub region: &'a str,
}

impl Aws<'_> {
    /// The current version of a secret.
    pub(crate) fn secret_version(&self, name: &str) -> Result<Option<String>, AwsError> {
        let answer = self.ask(&["secretsmanager", "describe-secret", "--secret-id", name])?;
        let versions = answer.get("VersionIdsToStages").and_then(Value::as_object);
        let is_current = |stages: &Value| {
            stages.as_array().is_some_and(|stages| stages.iter().any(|stage| stage == "AWSCURRENT"))
        };
        let mut versions = versions.into_iter().flatten();
        Ok(versions.find(|(_, stages)| is_current(stages)).map(|(version, _)| version.clone()))
    }

    /// Issued certificates for a host, those for exactly this host first.
    pub(crate) fn certificates(&self, host: &str) -> Result<Vec<String>, AwsError> {
        // Without a list of key types, AWS shows RSA of 2048 bits only.
        let keys = "keyTypes=RSA_2048,RSA_3072,RSA_4096,EC_prime256v1,EC_secp384r1,EC_secp521r1";
        let answer =
            self.ask(&["acm", "list-certificates", "--certificate-statuses", "ISSUED", "--includes", keys])?;
        let all = answer.get("CertificateSummaryList").and_then(Value::as_array);
        let mut found: Vec<(bool, String)> = Vec::new();
        for certificate in all.into_iter().flatten() {
            let names = certificate.get("SubjectAlternativeNameSummaries").and_then(Value::as_array);
            let own = certificate.get("DomainName");
            let names: Vec<_> = names.into_iter().flatten().chain(own).filter_map(Value::as_str).collect();
            let is_exact = names.iter().any(|name| name.eq_ignore_ascii_case(host));
            let is_wild = names.iter().any(|name| covers(name, host));
            if let Some(arn) = certificate.get("CertificateArn").and_then(Value::as_str)
                && (is_exact || is_wild)
            {
                found.push((!is_exact, arn.to_owned()));
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, arn)| arn).collect())
    }

    /// The public zone that a host is in.
    pub(crate) fn hosted_zone(&self, host: &str) -> Result<Option<String>, AwsError> {
        let answer = self.ask(&["route53", "list-hosted-zones"])?;
        let zones = answer.get("HostedZones").and_then(Value::as_array);
        let zones = zones.into_iter().flatten().filter_map(|zone| {
            let is_private = zone.pointer("/Config/PrivateZone").and_then(Value::as_bool).unwrap_or_default();
            let name = zone.get("Name")?.as_str()?.trim_end_matches('.').to_ascii_lowercase();
            let id = zone.get("Id")?.as_str()?.rsplit('/').next()?.to_owned();
            let is_within = host == name || host.ends_with(&format!(".{name}"));
            (is_within && !is_private).then_some((name.len(), id))
        });
        Ok(zones.max().map(|(_, id)| id))
    }

    /// The answer of `aws` to these words.
    ///
    /// # Errors
    ///
    /// It cannot be started, fails, or answers something else than JSON.
    pub fn ask(&self, words: &[&str]) -> Result<Value, AwsError> {
        let mut command = Command::new("aws");
        // Its own limits are a minute each, several times over.
        command.args(words).args(["--cli-connect-timeout", "5", "--cli-read-timeout", "15"]);
        command.args(["--region", self.region, "--output", "json", "--no-cli-pager"]);
        let output = command.stdin(Stdio::null()).output().map_err(AwsError::Start)?;
        let asked = || words.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said =
                said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default().to_owned();
            return Err(AwsError::Refused { command: asked(), said });
        }
        serde_json::from_slice(&output.stdout).map_err(|_| AwsError::Answer(asked()))
    }
}

/// Whether a name with a star covers a host: exactly one label, as in RFC 6125, section 6.4.3.
fn covers(name: &str, host: &str) -> bool {
    let Some(rest) = name.strip_prefix("*.") else { return false };
    host.split_once('.').is_some_and(|(_, parent)| parent.eq_ignore_ascii_case(rest))
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_star_is_one_label() {
        assert!(covers("*.example.org", "voice.example.org"));
        assert!(!covers("*.example.org", "example.org"));
        assert!(!covers("*.example.org", "a.voice.example.org"));
        assert!(!covers("voice.example.org", "voice.example.org"));
    }
}
