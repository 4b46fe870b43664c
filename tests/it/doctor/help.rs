//! `doctor --emergency` and `--notify-test`.

use std::fs;

use numbers::emergency::{COUNTRIES, Service};
use serde_json::{Value, json};

use super::clinic::{CALLERS_OF_911, Clinic, Said};
use super::{hours_ago, phone};
use crate::harness::peers::Peer;
use crate::harness::repository;

const WEBHOOK: &str = "[[notify]]\nwebhook = \"http://127.0.0.1:1/help\"\n\n[asterisk]";

fn emergency(clinic: &Clinic) -> Said {
    Said::of(&mut clinic.command(&["doctor", "--emergency", "--json"]))
}

#[test]
fn each_phone_says_what_happens_when_it_calls_for_help() {
    let clinic = Clinic::with("[asterisk]", WEBHOOK);
    let said = emergency(&clinic);
    let report = said.json();
    assert_eq!((said.code, &report["ok"], &report["errors"]), (0, &json!(true), &json!([])), "{report:#}");
    let callers: Vec<_> =
        report["phones"].as_array().unwrap().iter().filter(|one| one["may_call"] == true).collect();
    assert_eq!(callers.len(), CALLERS_OF_911.len());
    let of = |report: &Value, name: &str| {
        report["phones"].as_array().unwrap().iter().find(|one| one["phone"] == name).unwrap().clone()
    };
    let lobby = of(&report, "lobby");
    assert_eq!(lobby["caller_id"], "+15035550110");
    assert_eq!(lobby["registration"], "registered");
    assert_eq!(lobby["dials"][0], json!({"pressed": "911", "dialled": "911"}));
    assert_eq!(lobby["told"], json!([{"recipient": 1, "way": "webhook"}]));
    assert_eq!(lobby["last_drill"], Value::Null);
    assert_eq!(
        of(&report, "inside")["caller_id"],
        "+15035550190",
        "a phone without a number shows the network's"
    );
    assert_eq!(of(&report, "closet")["may_call"], false);

    clinic.test_911();
    assert_eq!(of(&emergency(&clinic).json(), "lobby")["last_drill"]["passed"], true);
    let told = Said::of(&mut clinic.command(&["doctor", "--emergency"]));
    assert!(
        told.out.contains("lobby: may call for help") && told.out.contains("closet: may NOT call"),
        "{}",
        told.out
    );
    assert!(told.out.lines().all(|line| line.chars().count() <= 80), "{}", told.out);

    // An address that 911 does not know, and a network whose people hear nothing.
    clinic.account.change(
        "numbers",
        &clinic.numbers[0],
        &json!({"emergency_address_status": "pending-registration"}),
    );
    let text = fs::read_to_string(&clinic.file).unwrap();
    fs::write(&clinic.file, text.replace("[[notify]]\nwebhook = \"http://127.0.0.1:1/help\"", "")).unwrap();
    let said = emergency(&clinic);
    let whats: Vec<_> =
        said.json()["errors"].as_array().unwrap().iter().map(|error| error["what"].to_string()).collect();
    assert_eq!(said.code, 1);
    assert!(whats[0].contains("pending-registration") && whats[1].contains("nobody hears"), "{whats:?}");

    let mut away = clinic.command(&["doctor", "--emergency", "--json"]);
    let said = Said::of(away.env("TWILIO_API_BASE", "http://127.0.0.1:1"));
    assert_eq!((said.code, of(&said.json(), "lobby")["registration"].as_str()), (3, Some("not asked")));
}

#[test]
fn the_ledger_counts_where_there_is_one() {
    let clinic = Clinic::with("[asterisk]", WEBHOOK);
    let event = |name: &str, sid: u32, hours: u64| {
        format!(
            "{{\"timestamp\":\"{}\",\"hostname\":\"dialplan-functions-prod\",\"event\":{{\"Event\":\"UserEvent\",\
             \"UserEvent\":\"{name}\",\"endpoint\":\"lobby\",\"Channel\":\"lobby\"}},\"call\":{{\"sid\":\"CA{sid:032}\",\
             \"direction\":\"outgoing\"}}}}\n",
            hours_ago(hours).replace('Z', ".000000Z")
        )
    };
    // Longer ago than Twilio's list of calls is looked through.
    let lines = [event("dial_outgoing", 1, 300), event("dial_address_test", 1, 300)].concat();
    let events = clinic.file.with_file_name("events.jsonl");
    fs::write(&events, lines).unwrap();
    assert_eq!(phone(&clinic.doctor().json(), "lobby")["verdict"], "quiet");
    let said = Said::of(clinic.command(&["calls", "--json"]).arg("--from").arg(&events));
    assert_eq!(said.code, 0, "{}", said.err);
    let report = clinic.doctor().json();
    let lobby = phone(&report, "lobby");
    assert_eq!(lobby["verdict"], "alive", "{lobby:#}");
    assert_eq!(&lobby["last_seen"].as_str().unwrap()[..13], &hours_ago(300)[..13]);
    let drills = emergency(&clinic).json();
    let lobby = drills["phones"].as_array().unwrap().iter().find(|one| one["phone"] == "lobby").unwrap();
    let expected = json!({"date": &hours_ago(300)[..10], "passed": null});
    assert_eq!(lobby["last_drill"], expected);
}

#[test]
fn trial_notices_arrive_and_what_does_not_is_named() {
    let mut sinks = Peer::start("sinks.py");
    let ports = sinks.hear();
    let notify = format!(
        "[[notify]]\nwebhook = \"http://127.0.0.1:{}/help\"\n[[notify]]\nmail = \"ops@example.org\"\n\
         [[notify]]\nwebhook = \"http://127.0.0.1:1/help\"\n[[notify]]\nsms = \"+15035550150\"\n\
         from = \"+15035550110\"\n\n[asterisk]",
        ports["webhook"]
    );
    let clinic = Clinic::with("[asterisk]", &notify);
    let mut command = clinic.command(&["doctor", "--notify-test", "--json", "--wait", "1"]);
    command
        .env("DIALTONE_NOTIFY_SECRET", "a secret of the tests")
        .env("DIALTONE_SMTP_URL", format!("smtp://localhost:{}", ports["smtp"]))
        .env("DIALTONE_SMTP_FROM", "Dialtone <phones@example.org>");
    // Nobody listens at the second webhook, and the stand-in for Twilio sends no messages.
    clinic.account.faults(&json!([{"effect": "refuse", "path": "/Messages.json", "status": 400, "code": 21606, "message": "no", "count": 9}]));
    let said = Said::of(&mut command);
    let results: Vec<_> =
        said.json()["notices"].as_array().unwrap().iter().map(|notice| notice["result"].clone()).collect();
    assert_eq!(
        (said.code, results),
        (1, vec![json!("arrived"), json!("arrived"), json!("failed"), json!("failed")]),
        "{}",
        said.out
    );
    let heard = sinks.ask(&json!({"ask": "heard"}));
    assert_eq!(heard["webhook"].as_array().unwrap().len(), 1);
    let notice = &heard["webhook"][0];
    assert_eq!((&notice["is_signed"], &notice["is_trial"]), (&json!(true), &json!(true)), "{notice:#}");
    assert!(heard["mail"][0]["subject"].as_str().unwrap().contains("NO CALL WAS MADE"), "{heard:#}");
    for secret in ["5550150", "ops@example", "127.0.0.1:1"] {
        assert!(!format!("{}{}", said.out, said.err).contains(secret), "{secret}: {}", said.out);
    }
    for error in said.json()["errors"].as_array().unwrap() {
        assert!(!error["remedy"].as_str().unwrap().is_empty(), "{error:#}");
    }
    // Without what it needs, a way fails by its variable's name.
    let said = Said::of(&mut clinic.command(&["doctor", "--notify-test"]));
    assert!(said.code == 1 && said.err.contains("DIALTONE_NOTIFY_SECRET is not set"), "{}", said.err);
    // Nobody is named.
    let said = Said::of(&mut Clinic::new().command(&["doctor", "--notify-test"]));
    assert!(said.code == 1 && said.err.contains("[[notify]]"), "{}", said.err);
}

/// The table of countries in `docs/emergency.md` is the table that calls are decided by.
#[test]
fn the_countries_of_the_document_are_those_of_the_code() {
    let document = fs::read_to_string(repository().join("docs/emergency.md")).unwrap();
    let section = document.split("## Countries").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let expected: Vec<_> = COUNTRIES
        .iter()
        .map(|country| {
            let mut dialled: Vec<String> =
                country.numbers().iter().map(|number| country.dial(Service::Emergency(number))).collect();
            dialled.dedup();
            let address = if country.registers_addresses() { "registered" } else { "cannot be registered" };
            let test = if country.has_address_test() { "933" } else { "none" };
            let pressed = country.numbers().join(", ");
            format!("| {} | {pressed} | {} | {address} | {test} |", country.region(), dialled.join(", "))
        })
        .collect();
    assert_eq!(rows, expected);
}
