//! One file becomes a network, and no more than that.

use serde_json::{Value, json};

use super::{FILE, Said, Setup};
use crate::harness::openapi;

#[test]
fn one_file_becomes_a_network() {
    let setup = Setup::new();
    let plan = setup.run(&["plan"]);
    assert_eq!(plan.code, 1, "{}", plan.err);
    for line in
        ["+ SIP domain", "+ credential                 Porch", "~ phone number               +15035550110"]
    {
        assert!(plan.out.contains(line), "{line}: {}", plan.out);
    }
    assert!(setup.account.mutations().is_empty(), "a plan changes nothing");

    setup.done(&["apply", "--yes", "--buy"]);
    setup.assert_whole();
    let domain = setup.one("domains", "domain_name", "street-prod.sip.twilio.com");
    for (field, value) in [
        ("friendly_name", json!("dialtone:street:prod")),
        ("voice_url", json!("https://prod.example.org/outgoing")),
        ("voice_method", json!("POST")),
        ("voice_fallback_url", json!("https://fallback.example.org/")),
        ("voice_status_callback_url", json!("https://prod.example.org/status/call")),
        ("sip_registration", json!(true)),
        ("emergency_calling_enabled", json!(false)),
        ("secure", json!(false)),
    ] {
        assert_eq!(domain[field], value, "{field}");
    }
    for number in ["+15035550100", "+15035550110"] {
        let number = setup.number(number);
        assert_eq!(number["voice_url"], "https://prod.example.org/incoming");
        assert_eq!(number["voice_fallback_url"], "https://fallback.example.org/");
        assert_eq!(number["status_callback"], "https://prod.example.org/status/call");
        assert_eq!(number["emergency_address_status"], "registered");
    }
    openapi::check(&setup.account.journal());
}

#[test]
fn the_same_command_twice_does_nothing_the_second_time() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let before = setup.account.mutations().len();
    let again = setup.done(&["apply", "--yes", "--buy"]);
    assert!(again.out.contains("nothing had to be changed"), "{}", again.out);
    assert_eq!(setup.account.mutations().len(), before);
    assert_eq!(setup.done(&["plan"]).out, "street, stage prod: nothing to do\n");
}

#[test]
fn phones_are_never_cut_off_on_the_way() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let order = setup.account.mutations();
    let at = |text: &str| {
        order.iter().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {order:#?}"))
    };
    let list = setup.one("credential_lists", "friendly_name", "dialtone:street:prod")["sid"].clone();
    let credential = at(&format!("{}/Credentials", list.as_str().unwrap()));
    assert!(credential < at("/SIP/Domains.json") && at("/SIP/Domains.json") < at("CredentialListMappings"));
    // The numbers that ring already are the last to change hands.
    let sid = setup.number("+15035550110")["sid"].clone();
    let last = order.iter().rposition(|line| line.contains(sid.as_str().unwrap())).unwrap();
    assert!(at("CredentialListMappings") < last, "{order:#?}");

    // A phone that goes, and one that comes: first comes, then goes.
    setup.edit("[extensions.Porch]", "[extensions.Pier]");
    let before = setup.account.mutations().len();
    setup.done(&["apply", "--yes"]);
    let order: Vec<_> = setup.account.mutations().drain(before..).collect();
    assert!(order[0].starts_with("POST") && order[1].starts_with("DELETE"), "{order:#?}");
    assert_eq!(order.len(), 2);
}

#[test]
fn a_phone_may_be_written_differently() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    setup.edit("[extensions.Porch]", "[extensions.porch]");
    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.plan(&[]), [""; 0]);
    assert!(setup.account.passwords("Porch").is_empty() && setup.account.passwords("porch").len() == 1);
}

#[test]
fn an_account_that_drifted_comes_back() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let list = setup.one("credential_lists", "friendly_name", "dialtone:street:prod");
    let domain = setup.one("domains", "domain_name", "street-prod.sip.twilio.com");
    let number = setup.number("+15035550110");
    let lobby =
        list["credentials"].as_array().unwrap().iter().find(|one| one["username"] == "lobby").unwrap();
    setup.account.change(
        "numbers",
        &number["sid"],
        &json!({"voice_url": "https://elsewhere.example.org/", "status_callback": ""}),
    );
    setup.account.change(
        "numbers",
        &setup.number("+15035550100")["sid"],
        &json!({"voice_receive_mode": "fax"}),
    );
    setup.account.change(
        "domains",
        &domain["sid"],
        &json!({"sip_registration": false, "emergency_calling_enabled": true, "registrations": []}),
    );
    setup.account.remove("credentials", &lobby["sid"]);
    assert_eq!(
        setup.plan(&[]),
        [
            "create credential lobby",
            "update SIP domain street-prod.sip.twilio.com",
            "create mapping for registrations dialtone:street:prod",
            "update phone number +15035550110",
            "update phone number +15035550100",
        ]
    );
    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.number("+15035550100")["voice_receive_mode"], "voice");
    setup.assert_whole();
    openapi::check(&setup.account.journal());
}

#[test]
fn what_is_destroyed_is_ours_and_all_of_it() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let said = setup.done(&["destroy", "--yes"]);
    assert!(said.out.contains("- SIP domain"), "{}", said.out);
    setup.assert_others_are_untouched();
    let state = setup.account.state();
    assert_eq!(state["domains"].as_array().unwrap().len(), 1);
    assert_eq!(state["credential_lists"].as_array().unwrap().len(), 3);
    assert_eq!(state["addresses"].as_array().unwrap().len(), 2);
    // Numbers answer nobody, and are still there.
    for number in ["+15035550110", "+15035550100", "+19715550102"].map(str::to_owned) {
        let found = state["numbers"].as_array().unwrap().iter().find(|one| one["phone_number"] == *number);
        let Some(found) = found else { continue };
        assert_eq!(found["voice_url"].as_str().unwrap_or_default(), "", "{number}");
        assert!(!found["friendly_name"].as_str().unwrap().starts_with("dialtone:"), "{number}");
    }
    assert_eq!(state["numbers"].as_array().unwrap().len(), 5);
    assert!(setup.done(&["destroy", "--yes"]).out.contains("nothing to do"));
    openapi::check(&setup.account.journal());
}

#[test]
fn numbers_are_released_only_when_that_is_said() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    setup.done(&["destroy", "--yes", "--release-numbers"]);
    assert_eq!(setup.account.state()["numbers"].as_array().unwrap().len(), 2);
    setup.assert_others_are_untouched();
    openapi::check(&setup.account.journal());
}

#[test]
fn a_domain_made_by_hand_is_adopted_and_keeps_its_phones() {
    let setup = Setup::new();
    setup.account.seed(json!({
        "credential_lists": [{"friendly_name": "by hand", "credentials": [{"username": "old", "password": "Old-passw0rd-1"}]}],
        "domains": [{"domain_name": "street-prod.sip.twilio.com", "friendly_name": "by hand", "calls": ["by hand"], "registrations": ["by hand"]}],
    }));
    let said = setup.done(&["apply", "--yes", "--buy"]);
    assert!(said.err.contains("also admits users of by hand"), "{}", said.err);
    let domain = setup.one("domains", "domain_name", "street-prod.sip.twilio.com");
    assert_eq!(domain["calls"].as_array().unwrap().len(), 2);
    assert_eq!(setup.plan(&[]), [""; 0]);
}

#[test]
fn stages_do_not_take_each_other_s_numbers() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let said = setup.done(&["apply", "--yes", "--stage", "dev"]);
    assert!(said.err.contains("+15035550110 is answered by stage prod"), "{}", said.err);
    assert_eq!(setup.plan(&[]), [""; 0]);
    setup.done(&["apply", "--yes", "--stage", "dev", "--take-over"]);
    assert_eq!(setup.number("+15035550110")["voice_url"], "https://dev.example.org/incoming");
    assert_eq!(setup.plan(&[]), [""; 0], "prod does not fight for them");
}

#[test]
fn a_domain_that_another_customer_has_is_said_plainly() {
    let setup = Setup::new();
    setup.account.seed(json!({"taken": ["street-prod.sip.twilio.com"]}));
    let said = setup.run(&["apply", "--yes"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("21232") && said.err.contains("street-prod.sip.twilio.com"), "{}", said.err);
}

#[test]
fn two_hundred_phones_in_one_go() {
    let mut text = FILE.to_owned();
    for i in 0..200 {
        text.push_str(&format!("[extensions.p{i:03}]\nnumber = \"+1503556{i:04}\"\n"));
    }
    let setup = Setup::with(&text);
    let numbers: Value = (0..200).map(|i| json!({"phone_number": format!("+1503556{i:04}")})).collect();
    setup.account.seed(json!({"numbers": numbers}));
    let said = setup.done(&["apply", "--yes"]);
    // 203 credentials, 202 numbers twice, and what holds them together.
    assert!(said.err.contains("[612/612]") && said.out.contains("done: 612 changes"), "{}", said.err);
    assert_eq!(setup.plan(&[]), [""; 0]);
    let list = setup.one("credential_lists", "friendly_name", "dialtone:street:prod");
    assert_eq!(list["credentials"].as_array().unwrap().len(), 203);
    openapi::check(&setup.account.journal());
}

#[test]
fn more_than_a_thousand_phones_need_a_second_list() {
    let phones: String = (0..998).map(|i| format!("[extensions.p{i:03}]\n")).collect();
    let setup = Setup::with(&format!("{FILE}{phones}"));
    // All but three are there, and so is what a run left over that did not know what to do.
    let credentials: Value =
        (0..998).map(|i| json!({"username": format!("p{i:03}"), "password": "Somebody-e1ses"})).collect();
    let mut lists = vec![json!({"friendly_name": "dialtone:street:prod", "credentials": credentials})];
    lists.extend(vec![json!({"friendly_name": "dialtone:street:prod:list:2"}); 5]);
    setup.account.seed(json!({"credential_lists": lists}));
    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.plan(&[]), [""; 0]);
    let users =
        |name| setup.one("credential_lists", "friendly_name", name)["credentials"].as_array().unwrap().len();
    assert_eq!((users("dialtone:street:prod"), users("dialtone:street:prod:list:2")), (1000, 1));
    let domain = setup.one("domains", "domain_name", "street-prod.sip.twilio.com");
    assert_eq!(domain["calls"].as_array().unwrap().len(), 2);
    assert_eq!(setup.account.state()["credential_lists"].as_array().unwrap().len(), 5, "three are others'");
    openapi::check(&setup.account.journal());
}

#[test]
fn who_is_asked_and_how_it_ends() {
    let setup = Setup::new();
    let asks = setup.run(&["apply"]);
    assert_eq!(asks.code, 2);
    assert!(asks.err.contains("add --yes") && setup.account.mutations().is_empty(), "{}", asks.err);
    assert_eq!(setup.run(&["destroy"]).code, 0, "there is nothing to ask about");

    let with = |name: &str, value: &str| Said::of(setup.command(&["plan"]).env(name, value));
    let refused = with("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef");
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert!(refused.err.contains("TWILIO_AUTH_TOKEN") && refused.err.contains("20003"), "{}", refused.err);
    assert!(!refused.err.contains("0123456789abcdef"), "{}", refused.err);
    let nobody = with("TWILIO_API_BASE", "http://127.0.0.1:9");
    assert_eq!(nobody.code, 3, "{}", nobody.err);
    assert_eq!(with("TWILIO_ACCOUNT_SID", "AC1").code, 2);
    let missing =
        Said::of(setup.command(&["plan"]).env_remove("TWILIO_ACCOUNT_SID").env_remove("TWILIO_AUTH_TOKEN"));
    assert_eq!((missing.code, missing.err.lines().count()), (2, 2), "{}", missing.err);

    // An API key does as well as the token, and --endpoint as well as the variable.
    let mut command = setup.command(&["plan", "--endpoint", &setup.account.base]);
    command.env_remove("TWILIO_AUTH_TOKEN").env_remove("TWILIO_API_BASE");
    command.env("TWILIO_API_KEY", &setup.account.key).env("TWILIO_API_SECRET", &setup.account.secret);
    assert_eq!(Said::of(&mut command).code, 1);
}

#[test]
fn the_json_of_apply_says_what_was_made() {
    let setup = Setup::new();
    let said = setup.done(&["apply", "--yes", "--json"]);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(told["ok"], true);
    assert!(told["made"].as_array().unwrap().len() >= 10, "{told}");
    assert!(told["notes"].as_array().unwrap().iter().any(|note| note["about"] == "bench"), "{told}");
    assert_eq!(said.err, "");
}

#[test]
fn a_domain_that_is_called_differently_leaves_nothing_behind() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    setup.edit("street-prod.sip.twilio.com", "street-new.sip.twilio.com");
    let plan = setup.plan(&[]);
    assert_eq!(
        plan,
        [
            "create SIP domain street-new.sip.twilio.com",
            "create mapping for calls dialtone:street:prod",
            "create mapping for registrations dialtone:street:prod",
            "delete SIP domain street-prod.sip.twilio.com",
        ]
    );
    let said = setup.run(&["plan"]);
    assert!(said.err.contains("warning: street-prod.sip.twilio.com is removed in the end"), "{}", said.err);
    let before = setup.account.mutations().len();
    setup.done(&["apply", "--yes"]);
    let order: Vec<_> = setup.account.mutations().drain(before..).collect();
    assert!(order.len() == 4 && order[3].starts_with("DELETE /SIP/Domains/"), "{order:#?}");
    assert_eq!(setup.plan(&[]), [""; 0]);
    setup.assert_others_are_untouched();

    // Two of them, and both go.
    setup.account.seed(json!({"domains": [{
        "domain_name": "street-older.sip.twilio.com", "friendly_name": "dialtone:street:prod",
        "calls": ["dialtone:street:prod"], "registrations": ["dialtone:street:prod"],
    }]}));
    setup.done(&["destroy", "--yes"]);
    assert_eq!(setup.account.state()["domains"].as_array().unwrap().len(), 1);
    setup.assert_others_are_untouched();
    openapi::check(&setup.account.journal());
}

#[test]
fn destroying_under_a_wrong_name_says_whose_things_are() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    setup.edit("\"street\"", "\"strete\"");
    let said = setup.done(&["destroy", "--yes"]);
    assert!(said.out.contains("nothing to do"), "{}", said.out);
    for about in ["street-prod.sip.twilio.com belongs", "+15035550110, +19715550102, +15035550100 belong"] {
        let note = format!("note: {about} to dialtone:street:prod, not to dialtone:strete:prod");
        assert!(said.err.contains(&note), "{note}: {}", said.err);
    }
}

#[test]
fn what_was_said_is_not_said_again() {
    let setup = Setup::new();
    let said = setup.done(&["apply", "--yes"]);
    assert_eq!(said.err.matches("bench has no number yet").count(), 1, "{}", said.err);
    // A program hears everything at the end, also when it went wrong.
    setup.edit("[extensions.lobby]", "[extensions.shed]\n[extensions.lobby]");
    setup.account.faults(&json!([{
        "effect": "refuse", "of": "mutating", "nth": 1, "status": 400, "code": 20001, "message": "no",
    }]));
    let said = setup.run(&["apply", "--yes", "--json"]);
    assert_eq!(said.code, 3, "{}", said.err);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert!(told["notes"].as_array().unwrap().iter().any(|note| note["about"] == "bench"), "{told}");
}

#[test]
fn waiting_for_twilio_is_not_silent_and_its_trouble_is_not_ours() {
    let setup = Setup::new();
    setup.account.faults(&json!([{"effect": "429", "nth": 1, "retry_after": 2}]));
    let said = setup.run(&["plan"]);
    assert!(said.code == 1 && said.err.matches("Twilio asks us to wait 2 s").count() == 1, "{}", said.err);

    setup.account.faults(&json!([{"effect": "500-before", "path": "/SIP/", "count": 60}]));
    let said = setup.run(&["plan"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(
        said.err.contains("run the same command again later") && !said.err.contains("network connection"),
        "{}",
        said.err
    );

    setup.account.faults(&json!([{
        "effect": "refuse", "status": 403, "code": 20003, "message": "Account is suspended.",
    }]));
    let said = setup.run(&["plan"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("not active") && !said.err.contains("TWILIO_AUTH_TOKEN"), "{}", said.err);
}

#[test]
fn a_program_reads_json_also_when_it_fails() {
    let setup = Setup::new();
    for words in [
        &["plan", "--json"][..],
        &["apply", "--yes", "--json"],
        &["destroy", "--yes", "--json"],
        &["rotate", "lobby", "--yes", "--json"],
    ] {
        let said =
            Said::of(setup.command(words).env("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef"));
        assert_eq!(said.code, 3, "{words:?}: {}", said.err);
        let told: Value = serde_json::from_str(&said.out).unwrap();
        assert!(
            told["ok"] == false && told["errors"][0]["what"].as_str().unwrap().contains("20003"),
            "{words:?}: {told}"
        );
        let nobody = Said::of(setup.command(words).env_remove("TWILIO_ACCOUNT_SID"));
        let told: Value = serde_json::from_str(&nobody.out).unwrap();
        assert!(
            nobody.code == 2 && told["errors"][0]["what"].as_str().unwrap().contains("TWILIO_ACCOUNT_SID"),
            "{told}"
        );
    }
    setup.account.faults(&json!([{
        "effect": "refuse", "of": "mutating", "nth": 1, "status": 400, "code": 20001, "message": "no",
    }]));
    let said = setup.run(&["apply", "--yes", "--json"]);
    assert_eq!((said.code, said.out.lines().count()), (3, 1), "{}", said.out);
}
