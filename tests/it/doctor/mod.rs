//! `dialtone doctor`, against a stand-in for Twilio and a real service.

mod clinic;
mod clock;
mod delivery;
mod emergency_test;
mod front;
mod help;
mod reception;

use std::fs;

use serde_json::{Value, json};

use self::clinic::{CALLERS_OF_911, Clinic, Said};
use self::clock::{call_hours_ago, hours_ago};
use self::front::Behind;
use crate::harness::{at_a_terminal, dialtone, openapi, repository};

fn sip(user: &str) -> String {
    format!("sip:{user}@street-prod.sip.twilio.com")
}

fn phone<'r>(report: &'r Value, name: &str) -> &'r Value {
    report["phones"].as_array().unwrap().iter().find(|phone| phone["name"] == name).unwrap()
}

#[test]
fn a_healthy_network_is_healthy_and_no_call_was_made_of_it() {
    let clinic = Clinic::new();
    clinic.test_911();
    let calls = ["lobby", "plaza", "closet"].map(|name| {
        json!({"from": sip(name), "to": sip("5035550199"), "direction": "inbound", "start_time": call_hours_ago(2)})
    });
    clinic.account.seed(json!({"calls": calls}));
    let said = clinic.doctor();
    let report = said.json();
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{report:#}");
    assert_eq!(said.with_result("fail"), Vec::<String>::new());
    assert_eq!(said.with_result("unknown"), Vec::<String>::new());
    // The service of a test has no TLS, one phone has no number, and most phones have not called.
    assert_eq!(said.with_result("warn"), ["phones-without-number", "phones-seen", "certificate"]);
    assert_eq!(said.with_result("manual"), ["debugger-webhook"]);
    assert_eq!((&report["network"], &report["stage"]), (&json!("street"), &json!("prod")));
    assert_eq!((&report["healthy"], report["phones"].as_array().unwrap().len()), (&json!(true), 11));
    assert_eq!(said.check("phones-without-number")["phones"], json!(["inside"]));
    for check in report["checks"].as_array().unwrap() {
        let is_ok = check["result"] == "ok";
        assert_eq!(check["remedy"].as_str().unwrap().is_empty(), is_ok, "{check:#}");
        assert!(
            !check["finding"].as_str().unwrap().is_empty() && !check["name"].as_str().unwrap().is_empty()
        );
    }
    assert_eq!(phone(&report, "lobby")["verdict"], "alive");
    assert_eq!(phone(&report, "strict")["verdict"], "quiet");
    // Where the passwords are not, a person has to see to them.
    let elsewhere = clinic.file.with_file_name("other.json");
    let said_elsewhere = Said::of(clinic.command(&["doctor", "--json"]).arg("--passwords").arg(elsewhere));
    assert_eq!((said_elsewhere.code, said_elsewhere.check("note")["result"].as_str()), (0, Some("warn")));
    // The same for a person.
    let told = Said::of(&mut clinic.command(&["doctor", "--phones"]));
    assert_eq!(told.code, 0);
    for words in ["by hand", "-> ", "last seen", "closet", "street, stage prod: healthy (warnings: 3"] {
        assert!(told.out.contains(words), "{words}:\n{}", told.out);
    }
    // Whom the phones called is nobody's business, and the secrets neither.
    for secret in ["5550199", &clinic.account.token, &clinic.account.sid] {
        assert!(!format!("{}{}{}", said.out, told.out, told.err).contains(secret), "{secret}");
    }
    // It changed nothing, and was no call.
    let record = clinic.stop();
    assert_eq!(record.events, Vec::<String>::new());
    let answers = |status: u64| record.parsed_log().iter().filter(|line| line["status"] == status).count();
    assert_eq!((answers(403), answers(405), answers(204)), (6, 8, 4), "{:#?}", record.log);
}

#[test]
fn the_doctor_changes_nothing_in_twilio() {
    let clinic = Clinic::new();
    let before = (clinic.account.mutations(), clinic.account.state());
    clinic.set_domain(&json!({"voice_url": "https://other.example.org/outgoing"}));
    let drifted = clinic.account.state();
    clinic.doctor();
    assert_eq!((clinic.account.mutations(), clinic.account.state()), (before.0, drifted));
    openapi::check(&clinic.account.journal());
}

#[test]
fn what_is_wrong_in_the_account_is_found() {
    let clinic = Clinic::new();
    clinic.test_911();
    let fails = |expected: &[(&str, &[&str])]| {
        let said = clinic.doctor();
        assert_eq!(said.code, i32::from(!expected.is_empty()), "{:#}", said.json());
        let ids: Vec<_> = expected.iter().map(|(id, _)| *id).collect();
        assert_eq!(said.with_result("fail"), ids, "{:#}", said.json());
        for (id, phones) in expected {
            assert_eq!(said.check(id)["phones"], json!(phones), "{id}");
            assert!(!said.check(id)["remedy"].as_str().unwrap().is_empty());
        }
        said
    };
    fails(&[]);

    let [lobby, caller] = [0, 8].map(|index| clinic.numbers[index].clone());
    let status = |sid: &Value, status: &str| {
        clinic.account.change("numbers", sid, &json!({"emergency_address_status": status}));
    };
    status(&lobby, "pending-registration");
    let said = fails(&[("emergency-addresses", &["lobby"])]);
    assert!(said.check("emergency-addresses")["remedy"].as_str().unwrap().contains("wait"));
    status(&lobby, "registered");
    status(&caller, "unregistered");
    // A phone without a number shows it.
    fails(&[("emergency-addresses", &["inside"]), ("emergency-caller", &[])]);
    status(&caller, "registered");

    clinic.set_domain(&json!({"emergency_calling_enabled": true}));
    fails(&[("drift", &[]), ("emergency-domain", &[])]);
    clinic.set_domain(&json!({"emergency_calling_enabled": false}));

    clinic.account.change("permissions", &json!("CA"), &json!({"low_risk_numbers_enabled": false}));
    clinic
        .account
        .seed(json!({"permissions": [{"iso_code": "JM", "high_risk_tollfraud_numbers_enabled": true}]}));
    let said = fails(&[("countries-closed", &[])]);
    assert!(said.check("countries-closed")["finding"].as_str().unwrap().contains("CA"));
    assert!(said.check("countries-open")["finding"].as_str().unwrap().contains("JM"));
    assert!(said.check("countries-high-risk")["finding"].as_str().unwrap().contains("fraudsters like: JM"));
    clinic.account.change("permissions", &json!("CA"), &json!({"low_risk_numbers_enabled": true}));

    clinic.account.remove("numbers", &lobby);
    fails(&[("whole", &[]), ("emergency-addresses", &["lobby"]), ("numbers-in-account", &["lobby"])]);
}

#[test]
fn phones_that_cannot_be_reached_are_found() {
    let clinic = Clinic::new();
    clinic.test_911();
    let missed = |url: Value, hours: u64| json!({"error_code": "32009", "log_level": "warning", "request_url": url, "date_created": hours_ago(hours)});
    let named = |to: &str, level: &str| {
        let variables = format!("From=%2B15035550199&To=%3Csip%3A{to}%3A5060%3E");
        json!({"error_code": "32011", "log_level": level, "request_url": null, "request_variables": variables,
               "date_created": hours_ago(3)})
    };
    let call = |from: &str, to: &str, status: &str, hours: u64| json!({"from": from, "to": to, "status": status, "direction": "inbound", "start_time": call_hours_ago(hours)});
    let latest = missed(json!(sip("lobby")), 2);
    clinic.account.seed(json!({
        "alerts": [
            missed(json!(sip("LOBBY")), 5), latest.clone(),
            missed(json!(sip("plaza")), 40), missed(json!("sip:strict@other.sip.twilio.com"), 2),
            named("Kitchen%40street-prod.sip.ashburn.twilio.com", "error"), named("x%40other.sip.twilio.com", "warning"),
            {"error_code": "11200", "request_url": sip("closet"), "date_created": hours_ago(1)},
            missed(json!(sip("porch")), 4),
        ],
        "calls": [
            call(&sip("porch"), &sip("5035550199"), "completed", 1), call(&sip("lobby"), &sip("5035550199"), "completed", 4),
            call("+15035550199", &sip("kitchen"), "no-answer", 1), call("+15035550199", &sip("armario"), "completed", 30),
        ],
    }));
    let said = clinic.doctor();
    let report = said.json();
    let fails = ["phones-reachable", "alerts"].map(str::to_owned);
    assert_eq!((said.code, said.with_result("fail")), (1, fails.to_vec()), "{report:#}");
    let check = said.check("phones-reachable");
    assert_eq!(check["phones"], json!(["lobby", "kitchen"]));
    assert!(check["finding"].as_str().unwrap().contains("lobby (2x), kitchen (1x)"), "{check:#}");
    for (name, count, verdict) in [
        ("lobby", 2, "unreachable"),
        ("kitchen", 1, "unreachable"),
        ("porch", 1, "back"),
        ("plaza", 0, "quiet"),
        ("closet", 0, "quiet"),
        ("strict", 0, "quiet"),
        ("armario", 0, "alive"),
    ] {
        let phone = phone(&report, name);
        assert_eq!((&phone["unreachable"], &phone["verdict"]), (&json!(count), &json!(verdict)), "{phone:#}");
    }
    assert_eq!(phone(&report, "lobby")["last_unreachable"], latest["date_created"]);
    assert_eq!(phone(&report, "kitchen")["last_seen"], Value::Null);
    assert!(!said.out.contains("5550199"));
}

#[test]
fn what_twilio_reported_in_a_week_is_found_code_by_code() {
    let clinic = Clinic::new();
    clinic.test_911();
    let url = format!("{}/outgoing", clinic.front.url);
    let alert = |code: u32, level: &str, url: &str, hours: u64| json!({"error_code": code.to_string(), "log_level": level, "request_url": url, "date_created": hours_ago(hours)});
    let codes =
        [11200, 11205, 11237, 12100, 13214, 13224, 21216, 32009, 32011, 32014, 32022, 32202, 32207, 99_001];
    let of_ours = codes.map(|code| {
        let is_webhook = code < 13_000;
        alert(code, if is_webhook { "error" } else { "warning" }, if is_webhook { &url } else { "" }, 100)
    });
    let mut alerts = of_ours.to_vec();
    alerts.push(alert(30007, "error", "", 2));
    alerts.push(alert(11210, "error", "https://elsewhere.example.org/sms", 2));
    alerts.push(alert(11220, "error", &url, 200));
    alerts.push(alert(32014, "warning", "", 3));
    clinic.account.seed(json!({"alerts": alerts}));
    let said = clinic.doctor();
    let report = said.json();
    let rows: Vec<_> =
        report["checks"].as_array().unwrap().iter().filter(|check| check["id"] == "alerts").collect();
    let told = |check: &&Value| check["finding"].as_str().unwrap().split(',').next().unwrap().to_owned();
    let with = |result: &str| -> Vec<String> {
        rows.iter().filter(|check| check["result"] == result).map(told).collect()
    };
    assert_eq!(with("fail"), ["11200", "11205", "11237", "12100", "13214", "21216"], "{report:#}");
    assert_eq!(with("warn"), ["13224", "32009", "32011", "32014", "32022", "32202", "32207"]);
    let silent = rows.iter().find(|check| told(check) == "32014").unwrap();
    assert!(silent["finding"].as_str().unwrap().contains("2x in 7 days"), "{silent:#}");
    for check in rows {
        assert!(check["remedy"].as_str().unwrap().contains("/docs/api/errors/"), "{check:#}");
    }
    assert_eq!(said.code, 1);
}

#[test]
fn calls_for_help_that_did_not_go_through_are_found() {
    let clinic = Clinic::new();
    clinic.test_911();
    let phone = |sid: &str, from: &str, to: &str, hours: u64| {
        json!({"sid": format!("CA{sid:0>32}"), "from": sip(from), "to": sip(to), "direction": "inbound", "status": "completed",
               "start_time": call_hours_ago(hours)})
    };
    let leg = |parent: &str, status: &str, hours: u64| {
        json!({"parent_call_sid": format!("CA{parent:0>32}"), "from": "+15035550110", "to": "911", "direction": "outbound-dial",
               "status": status, "start_time": call_hours_ago(hours)})
    };
    clinic.account.seed(json!({"calls": [
        phone("1", "lobby", "911", 5), leg("1", "completed", 5),
        phone("2", "porch", "911", 20), leg("2", "busy", 20),
        phone("3", "kitchen", "0", 30), leg("3", "failed", 30),
        phone("4", "closet", "911", 40),
        phone("5", "plaza", "933", 50), phone("6", "plaza", "5035550123", 60),
    ]}));
    let said = clinic.doctor();
    let check = said.check("emergency-calls");
    assert_eq!((said.code, check["result"].as_str()), (1, Some("fail")), "{check:#}");
    assert_eq!(check["phones"], json!(["porch", "kitchen", "closet"]));
    let finding = check["finding"].as_str().unwrap();
    assert!(finding.starts_with("3 of 4 in 7 days did not: porch, "), "{finding}");
    assert!(finding.contains("(nobody answered)") && finding.contains("(refused, or"), "{finding}");
    assert!(!said.out.contains("5550123"));
}

#[test]
fn what_is_wrong_with_the_service_is_found() {
    let clinic = Clinic::new();
    clinic.test_911();
    for (behind, fails) in [
        (Behind::Status(200), &["webhook-refuses", "webhook-accepts"][..]),
        (Behind::Status(403), &["webhook-accepts", "fallback"]),
        (Behind::Status(502), &["webhook-refuses", "webhook-accepts", "fallback"]),
        (Behind::Nothing, &["webhook-refuses", "webhook-accepts", "fallback"]),
    ] {
        clinic.front.put(behind);
        let said = clinic.doctor();
        assert_eq!(
            (said.code, said.with_result("fail")),
            (1, fails.iter().map(|id| (*id).to_owned()).collect())
        );
    }

    let other = Clinic::with_token("another-token-than-the-accounts");
    other.test_911();
    let said = other.doctor();
    let fails = ["webhook-accepts", "fallback"].map(str::to_owned);
    assert_eq!((said.code, said.with_result("fail")), (1, fails.to_vec()));
    let remedy = said.check("webhook-accepts")["remedy"].as_str().unwrap().to_owned();
    assert!(remedy.contains("the auth token that signs here"), "{remedy}");
    assert!(!said.out.contains(&other.account.token));
}

#[test]
fn a_source_that_is_silent_is_unknown_and_no_more() {
    let clinic = Clinic::new();
    clinic.test_911();
    let refuse = |path: &str| json!([{"effect": "refuse", "path": path, "status": 403, "code": 20003, "message": "no", "count": 1000}]);
    for (path, unknown) in [
        ("^/v1/Alerts", &["phones-reachable", "alerts"][..]),
        ("/Calls.json", &["emergency-calls", "phones-seen"]),
        ("^/v1/DialingPermissions", &["countries-closed", "countries-open", "countries-high-risk"]),
        ("/SIP/CredentialLists.json", &["drift"]),
        (
            "/IncomingPhoneNumbers.json",
            &["drift", "emergency-addresses", "emergency-caller", "numbers-in-account"],
        ),
    ] {
        clinic.account.faults(&refuse(path));
        let said = clinic.doctor();
        assert_eq!(
            (said.code, said.with_result("unknown")),
            (0, unknown.iter().map(|id| (*id).to_owned()).collect()),
            "{path}"
        );
        assert!(!said.check(unknown[0])["remedy"].as_str().unwrap().is_empty());
    }
    clinic.account.faults(&json!([]));

    // An API key signs nothing.
    let mut command = clinic.command(&["doctor", "--json"]);
    command.env_remove("TWILIO_AUTH_TOKEN");
    command.env("TWILIO_API_KEY", &clinic.account.key).env("TWILIO_API_SECRET", &clinic.account.secret);
    let said = Said::of(&mut command);
    let unsigned = ["webhook-accepts", "service-file"].map(str::to_owned);
    assert_eq!((said.code, said.with_result("unknown")), (0, unsigned.to_vec()));
    assert_eq!(said.check("webhook-refuses")["result"], "ok");
}

#[test]
fn whoever_waits_is_told_for_what() {
    let clinic = Clinic::new();
    clinic.account.faults(&json!([{"effect": "slow", "path": "^/v1/Alerts", "seconds": 3}]));
    let said = clinic.doctor();
    assert!(said.err.contains("waiting for") && said.err.contains("its alerts"), "{}", said.err);
}

#[test]
fn the_report_fits_the_terminal() {
    let clinic = Clinic::new();
    for columns in [64, 90] {
        let mut command = clinic.command(&["doctor", "--phones"]);
        command.env("NO_COLOR", "1");
        let said = at_a_terminal(columns, &command, "street, stage prod:", |_| (), "");
        let table = said.out.split("street, stage prod:").next().unwrap();
        let long: Vec<_> = table
            .lines()
            .filter(|line| without_progress(line).chars().count() > usize::from(columns))
            .collect();
        assert!(long.is_empty() && table.contains("last seen"), "{columns}: {long:#?}");
    }
}

/// What is left of a line when the word about what is under way is wiped.
fn without_progress(line: &str) -> &str {
    line.trim_end().rsplit("\u{1b}[K").next().unwrap()
}

#[test]
fn without_twilio_there_is_no_verdict() {
    let clinic = Clinic::new();
    let mut wrong = clinic.command(&["doctor", "--json"]);
    wrong.env("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef");
    let mut away = clinic.command(&["doctor", "--json"]);
    away.env("TWILIO_API_BASE", "http://127.0.0.1:1");
    for command in [&mut wrong, &mut away] {
        let said = Said::of(command);
        assert_eq!((said.code, &said.json()["healthy"]), (3, &json!(false)));
        assert!(said.err.contains("error: Twilio cannot be asked"), "{}", said.err);
        // What can be found out without it still is.
        assert_eq!(said.check("webhook-refuses")["result"], "ok");
    }
    // People are told once why, and not in every row.
    let mut wrong = clinic.command(&["doctor"]);
    wrong.env("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef");
    let said = Said::of(&mut wrong);
    let once = |words: &str| said.out.matches(words).count() + said.err.matches(words).count() == 1;
    assert!(said.code == 3 && once("20003") && once("TWILIO_ACCOUNT_SID"), "{}\n{}", said.out, said.err);
    assert!(said.out.matches("for the same reason as").count() >= 8, "{}", said.out);
    assert!(said.err.contains("error: Twilio cannot be asked; the table says why"), "{}", said.err);
    let bad = Said::of(dialtone().args(["doctor", "--config", "/no/such/dialtone.toml"]));
    assert_eq!(bad.code, 2);
    fs::write(clinic.file.with_file_name("dialtone-933.json"), "{").unwrap();
    let said = clinic.doctor();
    assert!(said.code == 2 && said.err.contains("dialtone-933.json"), "{}", said.err);
}

#[test]
fn check_says_what_is_to_be_done_by_hand() {
    let file = repository().join("tests/networks/street.toml");
    let run = |words: &[&str]| Said::of(dialtone().arg("check").arg("--config").arg(&file).args(words));
    let stages = run(&["--json"]).json()["by_hand"].clone();
    let urls: Vec<_> = stages.as_array().unwrap().iter().map(|hint| hint["url"].as_str().unwrap()).collect();
    assert_eq!(
        urls,
        ["https://dev.street.example.org/status/error", "https://street.example.org/status/error"]
    );
    assert!(stages[0]["how"].as_str().unwrap().contains("Monitor"));
    let said = run(&["--stage", "prod"]);
    assert!(
        said.err.contains("by hand: stage prod: debugger webhook https://street.example.org/status/error"),
        "{}",
        said.err
    );
    assert!(!said.err.contains("dev.street"));
    assert_eq!(CALLERS_OF_911.len(), 9);
}
