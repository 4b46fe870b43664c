//! Whether events reach the topic: asked of the service, and of AWS by way of a stand-in of its command.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::clinic::{Clinic, Said};
use super::front::Behind;
use crate::harness::scratch;

/// Answers as AWS's command line does (the members are those of its reference).
const AWS: &str = r#"#!/bin/sh
here=$(dirname "$0")
case "$1 $2" in
"cloudformation describe-stacks")
    echo '{"Stacks":[{"Outputs":[{"OutputKey":"EventsTopic","OutputValue":"arn:aws:sns:us-west-2:123456789012:events"},
        {"OutputKey":"RelayFailuresUrl","OutputValue":"https://sqs.us-west-2.amazonaws.com/123456789012/failures"}]}]}' ;;
"sqs get-queue-attributes") echo "{\"Attributes\":{\"ApproximateNumberOfMessages\":\"$(cat "$here/failed")\"}}" ;;
"sns list-subscriptions-by-topic")
    echo '{"Subscriptions":[{"SubscriptionArn":"arn:aws:sns:us-west-2:123456789012:events:a","Protocol":"sqs","Endpoint":"q"}]}' ;;
"cloudwatch get-metric-statistics")
    case "$*" in *"Name=TopicName,Value=events --start-time"*) ;; *) exit 252 ;; esac
    echo "{\"Datapoints\":[{\"Timestamp\":\"$(date -u +%Y-%m-%dT%H:00:00+00:00)\",\"Sum\":3.0}]}" ;;
*) echo "unknown: $*" >&2; exit 252 ;;
esac
"#;

#[test]
fn a_server_says_whether_its_events_are_delivered() {
    let clinic = Clinic::new();
    let row = clinic.doctor().check("events-delivered");
    assert_eq!(row["result"], "ok", "{row:#}");
    clinic.stop();
}

#[test]
fn of_a_stack_aws_knows_it() {
    let clinic = Clinic::new();
    let folder = scratch();
    fs::write(folder.join("aws"), AWS).unwrap();
    fs::set_permissions(folder.join("aws"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.join("failed"), "0").unwrap();
    let samconfig = folder.join("samconfig.toml");
    let stack = "[prod.deploy.parameters]\nstack_name = \"street-prod\"\nregion = \"us-west-2\"\n";
    fs::write(&samconfig, stack).unwrap();
    // API Gateway has no such page.
    clinic.front.put(Behind::Status(404));
    let events = || {
        let mut command = clinic.command(&["doctor", "--json"]);
        command.arg("--samconfig").arg(&samconfig).env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        Said::of(&mut command).check("events-delivered")
    };
    let row = events();
    assert_eq!(row["result"], "ok", "{row:#}");
    assert!(row["finding"].as_str().unwrap().contains("subscribers: 1"), "{row:#}");
    fs::write(folder.join("failed"), "2").unwrap();
    let row = events();
    assert_eq!(row["result"], "fail", "{row:#}");
    assert!(row["remedy"].as_str().unwrap().contains("replay"), "{row:#}");
    // Somewhere without `aws`, and without the file.
    fs::remove_file(folder.join("aws")).unwrap();
    let row = events();
    assert_eq!((&row["result"], row["finding"].as_str()), (&"unknown".into(), Some("cannot run `aws`")));
    fs::remove_file(&samconfig).unwrap();
    let row = events();
    assert!(row["finding"].as_str().unwrap().contains("names no stack"), "{row:#}");
    fs::remove_dir_all(folder).unwrap();
    clinic.stop();
}
