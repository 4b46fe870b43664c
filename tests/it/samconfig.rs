//! `samconfig` writes a stage's parameters, with a stand-in of AWS's own command.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::harness::peers::python;
use crate::harness::{dialtone, repository, scratch};

/// Answers as AWS's command line does (the members are those of its reference), for secrets, certificates and zones.
const AWS: &str = r#"#!/bin/sh
echo "$*" >> "$HOME/asked"
case "$*" in
*"--region us-west-2 --output json --no-cli-pager") ;;
*) echo "no region" >&2; exit 252 ;;
esac
case "$1 $2 $4" in
"secretsmanager describe-secret dialtone/prod/twilio")
    echo '{"ARN":"arn:aws:secretsmanager:us-west-2:123456789012:secret:x","Name":"dialtone/prod/twilio","VersionIdsToStages":{
        "11111111-1111-1111-1111-111111111111":["AWSPREVIOUS"],"22222222-2222-2222-2222-222222222222":["AWSCURRENT"]}}' ;;
"secretsmanager describe-secret dialtone/prod/notify")
    if [ -e "$HOME/notify" ]; then
        echo '{"VersionIdsToStages":{"33333333-3333-3333-3333-333333333333":["AWSCURRENT","AWSPENDING"]}}'
    else
        printf '\nAn error occurred (ResourceNotFoundException) when calling the DescribeSecret operation: none\n' >&2; exit 254
    fi ;;
"acm list-certificates ISSUED")
    echo '{"CertificateSummaryList":[
        {"CertificateArn":"arn:aws:acm:us-west-2:123456789012:certificate/aaaa","DomainName":"*.example.org"},
        {"CertificateArn":"arn:aws:acm:us-west-2:123456789012:certificate/bbbb","DomainName":"other.org",
         "SubjectAlternativeNameSummaries":["other.org","prod.dialtone.example.org"]}]}' ;;
"route53 list-hosted-zones "*)
    echo '{"HostedZones":[{"Id":"/hostedzone/Z0PRIVATE","Name":"dialtone.example.org.","Config":{"PrivateZone":true}},
        {"Id":"/hostedzone/Z0ORG","Name":"org.","Config":{}},{"Id":"/hostedzone/Z0EXAMPLE","Name":"example.org.","Config":{"PrivateZone":false}}]}' ;;
*) echo "unknown: $*" >&2; exit 252 ;;
esac
"#;

/// Says which parameters of a stage the template refuses: Python's `re` is the oracle.
const REFUSED: &str = r#"
import re, sys, tomllib, yaml
class Loader(yaml.SafeLoader): pass
Loader.add_multi_constructor("!", lambda loader, tag, node: None)
declared = yaml.load(open(sys.argv[1]), Loader)["Parameters"]
section = tomllib.load(open(sys.argv[2], "rb"))[sys.argv[3]]["deploy"]["parameters"]
values = dict(one.split("=", 1) for one in section["parameter_overrides"])
for name, value in sorted(values.items()):
    if not re.fullmatch(declared[name].get("AllowedPattern", ".*"), value):
        print(name)
for name, one in declared.items():
    if "Default" not in one and name not in values:
        print("lacks", name)
"#;

struct Place {
    home: PathBuf,
}

impl Place {
    fn new() -> Self {
        let home = scratch();
        let network = fs::read_to_string(repository().join("examples/dialtone.toml")).unwrap();
        fs::write(home.join("dialtone.toml"), network).unwrap();
        fs::copy(repository().join("samconfig.toml"), home.join("samconfig.toml")).unwrap();
        fs::create_dir(home.join("bin")).unwrap();
        fs::write(home.join("bin/aws"), AWS).unwrap();
        fs::set_permissions(home.join("bin/aws"), fs::Permissions::from_mode(0o755)).unwrap();
        Self { home }
    }

    /// Exit code, standard output and standard error.
    fn run(&self, words: &[&str]) -> (i32, String, String) {
        let path = format!("{}:/usr/bin:/bin", self.home.join("bin").display());
        let mut command = dialtone();
        command.args(["samconfig", "--stage", "prod"]).args(words).env("HOME", &self.home).env("PATH", path);
        let output = command.current_dir(&self.home).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn file(&self) -> String {
        fs::read_to_string(self.home.join("samconfig.toml")).unwrap()
    }

    fn refused(&self, stage: &str) -> Vec<String> {
        let mut oracle = Command::new(python());
        oracle.args(["-c", REFUSED]).arg(repository().join("template.yaml"));
        let output = oracle.arg(self.home.join("samconfig.toml")).arg(stage).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.home);
        }
    }
}

#[test]
fn a_stage_is_written_and_then_agrees() {
    let place = Place::new();
    let forgotten = place.refused("prod");
    assert_eq!(
        forgotten,
        ["AlarmEmail", "AuthTokenVersion", "CertificateArn", "DomainName", "EmergencyCallerId"],
        "a placeholder fails at once"
    );
    let before = place.file();
    let (code, out, err) = place.run(&["--check"]);
    assert_eq!((code, place.file()), (3, before.clone()), "no secret for notices: {out}{err}");

    // The example names people to be told, so there must be a secret; and only a person knows where alarms go.
    let (code, out, err) = place.run(&[]);
    assert_eq!(code, 3, "{out}{err}");
    assert!(
        err.contains("NotifySecretVersion: is not known") && err.contains("ResourceNotFoundException"),
        "{err}"
    );
    assert!(err.contains("AlarmEmail: is a placeholder; give it with --set AlarmEmail=VALUE"), "{err}");
    assert_eq!(place.refused("prod"), ["AlarmEmail", "NotifySecretVersion"], "{}", place.file());

    fs::write(place.home.join("notify"), "").unwrap();
    let (code, out, err) = place.run(&["--set", "AlarmEmail=ops@example.org", "--json"]);
    assert_eq!(code, 0, "{out}{err}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    let parameters = &answer["parameters"];
    for (name, value) in [
        ("Stage", "prod"),
        ("EmergencyCallerId", "+15035550110"),
        ("DomainName", "prod.dialtone.example.org"),
        ("AuthTokenVersion", "22222222-2222-2222-2222-222222222222"),
        ("NotifySecretVersion", "33333333-3333-3333-3333-333333333333"),
        ("CertificateArn", "arn:aws:acm:us-west-2:123456789012:certificate/bbbb"),
        ("HostedZoneId", "Z0EXAMPLE"),
        ("NoticeEmail", "operator@example.org"),
        ("AlarmEmail", "ops@example.org"),
    ] {
        assert_eq!(parameters[name], value, "{name}: {parameters}");
    }
    assert_eq!(place.refused("prod"), [""; 0], "{}", place.file());
    let kept = |text: &str| text.split("\n[prod.").next().unwrap().to_owned();
    assert_eq!(kept(&place.file()), kept(&before), "other stages and all comments stay");
    assert!(place.file().contains("# \"TopicArn="), "{}", place.file());

    let (code, out, _) = place.run(&["--check"]);
    assert_eq!(code, 0, "{out}");
    let network = fs::read_to_string(place.home.join("dialtone.toml")).unwrap();
    let moved =
        network.replace("emergency_caller_id = \"+15035550110\"", "emergency_caller_id = \"+15035550112\"");
    fs::write(place.home.join("dialtone.toml"), moved).unwrap();
    let (code, out, _) = place.run(&["--check", "--json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &answer["ok"]), (1, &Value::Bool(false)));
    assert_eq!(answer["changes"][0]["name"], "EmergencyCallerId");
    assert_eq!(answer["errors"][0]["what"], "is +15035550110, not +15035550112");
}

#[test]
fn without_aws_what_it_knows_stays_as_it_is() {
    let place = Place::new();
    fs::remove_file(place.home.join("bin/aws")).unwrap();
    let (code, _, err) = place.run(&[]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("cannot run `aws`") && err.contains("--set AuthTokenVersion=VALUE"), "{err}");
    let (code, out, err) = place.run(&["--offline", "--json"]);
    assert_eq!(code, 1, "{err}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    let missing: Vec<_> =
        answer["errors"].as_array().unwrap().iter().map(|one| one["about"].as_str().unwrap()).collect();
    assert_eq!(missing, ["AlarmEmail", "AuthTokenVersion", "CertificateArn", "NotifySecretVersion"]);
    assert!(!place.home.join("asked").exists());
}

#[test]
fn a_stage_that_is_new_and_a_file_that_is_bad() {
    let place = Place::new();
    fs::remove_file(place.home.join("samconfig.toml")).unwrap();
    let (code, _, err) = place.run(&["--offline"]);
    assert_eq!(code, 2, "nobody says where: {err}");
    let (code, _, err) = place.run(&["--region", "us-west-2"]);
    assert_eq!(code, 3, "{err}");
    let text = place.file();
    assert!(
        text.contains("stack_name = \"dialtone-prod\"") && text.contains("region = \"us-west-2\""),
        "{text}"
    );
    fs::write(place.home.join("samconfig.toml"), "[prod\n").unwrap();
    let (code, out, _) = place.run(&["--json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &answer["ok"]), (2, &Value::Bool(false)));
}
