//! The parameters that a stage should have.

use std::collections::BTreeMap;

use network::{Finding, Network, Way};

use crate::EMERGENCY_CALLER_ID;
use crate::aws::{Aws, AwsError};

/// The values from the command line.
pub struct Given<'a> {
    /// Parameters and their values, which win over what is found; an empty value takes the parameter out.
    pub set: &'a [(String, String)],
    /// The region of the stack, such as `us-west-2`.
    pub region: &'a str,
    /// Whether AWS is not asked.
    pub is_offline: bool,
}

/// The parameters that a stage should have. Those that are not named stay as they are in the file.
#[derive(Debug, Default)]
pub struct Wanted {
    /// A value, or none where the parameter must not be there.
    pub values: BTreeMap<String, Option<String>>,
    /// Values that cannot be known yet, each about a parameter.
    pub missing: Vec<Finding>,
    /// Whether `aws` did not answer.
    pub has_aws_failed: bool,
}

impl Wanted {
    /// Collects what the network file, AWS and the command line say. Runs `aws` up to four times, unless it must not.
    #[must_use]
    pub fn of(network: &Network, given: &Given<'_>) -> Self {
        let mut wanted = Self::default();
        wanted.of_the_file(network, given);
        if !given.is_offline {
            wanted.of_aws(network, given);
        }
        for (name, value) in given.set {
            wanted.missing.retain(|finding| finding.about != *name);
            wanted.set(name, value);
        }
        wanted
    }

    /// Whether a parameter cannot be known yet.
    pub(crate) fn is_missing(&self, name: &str) -> bool {
        self.missing.iter().any(|finding| finding.about == name)
    }

    fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), Some(value.to_owned()).filter(|value| !value.is_empty()));
    }

    fn miss(&mut self, name: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.missing.push(Finding::new(name, what, remedy));
    }

    fn of_the_file(&mut self, network: &Network, given: &Given<'_>) {
        let stage = network.stage();
        self.set("Stage", &stage.name);
        match network.emergency_caller_id() {
            Some(number) => self.set(EMERGENCY_CALLER_ID, number.as_str()),
            None => self.miss(
                EMERGENCY_CALLER_ID,
                "is not known: the network file has no emergency_caller_id",
                "write it into [network]: what 911 sees when the fallback answers",
            ),
        }
        match host(stage.public_url.as_str()) {
            // A stack without a name of its own tells its URL after the first deploy (output PublicUrl).
            Some(host) if is_of_aws(host, given.region) || is_not_known(stage.public_url.as_str()) => {
                for name in ["DomainName", "CertificateArn", "HostedZoneId"] {
                    self.values.insert(name.into(), None);
                }
            }
            Some(host) => self.set("DomainName", host),
            None => self.miss(
                "DomainName",
                format!("cannot be made of public_url {}", stage.public_url),
                "write https:// and a host of your own into public_url",
            ),
        }
        let mails: Vec<_> = network
            .notify()
            .iter()
            .filter_map(|one| match &one.way {
                Way::Mail(mail) => Some(mail.as_str()),
                Way::Sms { .. } | Way::Call { .. } | Way::Webhook(_) => None,
            })
            .collect();
        match mails.as_slice() {
            [] => {
                self.values.insert("NoticeEmail".into(), None);
            }
            [first, ..] => self.set("NoticeEmail", first),
        }
    }

    fn of_aws(&mut self, network: &Network, given: &Given<'_>) {
        let aws = Aws { region: given.region };
        let stage = &network.stage().name;
        let is_given = |name: &str| given.set.iter().any(|(set, _)| set == name);
        if !is_given("AuthTokenVersion") {
            let secret = format!("dialtone/{stage}/twilio");
            let version = aws.secret_version(&secret);
            self.take(
                "AuthTokenVersion",
                version,
                &format!("the secret {secret} has no current version"),
                "create it (docs/operations.md)",
            );
        }
        if !network.notify().is_empty() && !is_given("NotifySecretVersion") {
            let secret = format!("dialtone/{stage}/notify");
            let version = aws.secret_version(&secret);
            self.take(
                "NotifySecretVersion",
                version,
                &format!("the secret {secret} has no current version"),
                "create it (docs/operations.md), or nobody is told of a call for help",
            );
        }
        let host = self.values.get("DomainName").cloned().flatten();
        let Some(host) = host else { return };
        if !is_given("CertificateArn") {
            let certificate = aws.certificates(&host).map(|found| found.into_iter().next());
            let what = format!("there is no issued certificate for {host} in {}", given.region);
            self.take(
                "CertificateArn",
                certificate,
                &what,
                "request one, set its DNS record, and wait until it is issued",
            );
        }
        // Without a zone the operator sets the DNS record, which is as good.
        if !is_given("HostedZoneId")
            && let Ok(Some(zone)) = aws.hosted_zone(&host)
        {
            self.set("HostedZoneId", &zone);
        }
    }

    fn take(&mut self, name: &str, found: Result<Option<String>, AwsError>, nothing: &str, remedy: &str) {
        match found {
            Ok(Some(value)) => self.set(name, &value),
            Ok(None) => self.miss(name, nothing, remedy),
            Err(error) => {
                self.has_aws_failed = true;
                let cause =
                    std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                self.miss(
                    name,
                    format!("is not known: {error}{cause}"),
                    format!("{remedy}; or give it with --set {name}=VALUE"),
                );
            }
        }
    }
}

/// The host of a URL that AWS can answer.
fn host(url: &str) -> Option<&str> {
    let host = url.strip_prefix("https://")?;
    (!host.contains(':') && host.contains('.')).then_some(host)
}

/// Whether a URL stands for one that nobody knows yet: a name that never exists (RFC 2606, section 2).
fn is_not_known(url: &str) -> bool {
    url.ends_with(".invalid")
}

/// Whether a host is the name that AWS gives an API: then the stack needs none.
fn is_of_aws(host: &str, region: &str) -> bool {
    host.split_once('.').is_some_and(|(_, rest)| rest == format!("execute-api.{region}.amazonaws.com"))
}
