//! One item that Twilio refuses stops only what needs it, and is named with its phones and its remedy.

use serde_json::{Value, json};

use super::Setup;

/// Twenty phones, each with a number of its own, at eight addresses.
fn street() -> Setup {
    let mut text = String::from(
        r#"
[network]
name                = "street"
region              = "US"
emergency_caller_id = "+15035550100"
[stages.prod]
sip_domain = "street-prod.sip.twilio.com"
public_url = "https://prod.example.org"
"#,
    );
    for place in 0..8 {
        text.push_str(&format!(
            "[addresses.a{place}]\ncustomer = \"Shop\"\nstreet = \"{place}00 Main Street\"\ncity = \"Portland\"\n\
             region = \"OR\"\npostal_code = \"97201\"\n"
        ));
    }
    for phone in 0..20 {
        text.push_str(&format!(
            "[extensions.p{phone:02}]\nnumber = \"{}\"\naddress = \"a{}\"\n",
            number_of(phone),
            phone % 8
        ));
    }
    let setup = Setup::with(&text);
    let numbers: Value = (0..20).map(|phone| json!({"phone_number": number_of(phone)})).collect();
    setup.account.seed(json!({"numbers": numbers}));
    setup
}

fn number_of(phone: usize) -> String {
    format!("+1503555{:04}", 120 + phone)
}

/// The phones whose numbers ring here, and those from whose numbers 911 works.
fn working(setup: &Setup) -> (Vec<usize>, Vec<usize>) {
    let of = |is: &dyn Fn(&Value) -> bool| {
        (0..20).filter(|&phone| is(&setup.number(&number_of(phone)))).collect::<Vec<_>>()
    };
    let rings = |number: &Value| number["voice_url"] == "https://prod.example.org/incoming";
    let has_help = |number: &Value| number["emergency_address_status"] == "registered";
    (of(&rings), of(&has_help))
}

fn all_but(some: &[usize]) -> Vec<usize> {
    (0..20).filter(|phone| !some.contains(phone)).collect()
}

/// How many requests that change something a run makes.
fn changes_of(setup: &Setup, words: &[&str]) -> usize {
    let before = setup.account.mutations().len();
    setup.done(words);
    setup.account.mutations().len() - before
}

fn refuse(path: &str, form: &Value) -> Value {
    json!({"effect": "refuse", "method": "POST", "path": path, "form": form, "count": 1000, "status": 400,
        "code": 20001, "message": "no"})
}

#[test]
fn refused_addresses_are_all_named_and_stop_only_their_numbers() {
    let setup = street();
    let bad =
        |places: &str| refuse("/Addresses.json$", &json!({"Street": format!("[{places}]00 Main Street")}));
    setup.account.faults(&json!([bad("1356")]));
    let said = setup.run(&["apply", "--yes"]);
    assert_eq!(said.code, 3, "{}", said.err);
    for (place, phones) in
        [("a1", "p01, p09, p17"), ("a3", "p03, p11, p19"), ("a5", "p05, p13"), ("a6", "p06, p14")]
    {
        assert!(said.err.contains(&format!("{place} ({phones})")), "{place}: {}", said.err);
    }
    assert!(said.err.contains("20001") && said.err.contains("run the same command again"), "{}", said.err);
    assert!(said.err.contains("do not rely on 911 from +15035550121"), "{}", said.err);
    let without = [1, 3, 5, 6, 9, 11, 13, 14, 17, 19];
    assert_eq!(working(&setup), (all_but(&[]), all_but(&without)));
    setup.one("domains", "domain_name", "street-prod.sip.twilio.com");

    // The next run tries only what is left: four addresses, ten numbers.
    setup.account.faults(&json!([]));
    assert_eq!(changes_of(&setup, &["apply", "--yes"]), 14);
    assert_eq!(working(&setup), (all_but(&[]), all_but(&[])));
    assert_eq!(setup.plan(&[]), [""; 0]);
}

#[test]
fn a_refused_credential_keeps_only_its_own_number_where_it_rings() {
    let setup = street();
    setup.account.faults(&json!([refuse("/Credentials.json$", &json!({"Username": "p05"}))]));
    let said = setup.run(&["apply", "--yes"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("p05: ") && said.err.contains("20001"), "{}", said.err);
    assert_eq!(working(&setup).0, all_but(&[5]), "a number changes hands only when its phone can ring");
    assert!(setup.account.passwords("p05").is_empty());
    setup.account.faults(&json!([]));
    assert_eq!(changes_of(&setup, &["apply", "--yes"]), 2);
    assert_eq!(working(&setup).0, all_but(&[]));
}

#[test]
fn a_phone_whose_new_credential_is_refused_keeps_its_old_one() {
    let setup = street();
    setup.done(&["apply", "--yes"]);
    setup.edit("[extensions.p05]", "[extensions.pier]");
    setup.edit("[extensions.p06]", "[extensions.pond]");
    setup.account.faults(&json!([refuse("/Credentials.json$", &json!({"Username": "pier"}))]));
    assert_eq!(setup.run(&["apply", "--yes"]).code, 3);
    // Nobody can say which of the old ones belongs to the phone that has no new one.
    for user in ["p05", "p06", "pond"] {
        assert_eq!(setup.account.passwords(user).len(), 1, "{user}");
    }
    setup.account.faults(&json!([]));
    setup.done(&["apply", "--yes"]);
    assert!(setup.account.passwords("p05").is_empty() && setup.account.passwords("pier").len() == 1);
}

#[test]
fn an_area_code_that_is_sold_out_stops_no_other_phone() {
    let setup = street();
    setup.edit(
        "[extensions.p00]",
        "[extensions.late]\nnumber = { buy = \"971\" }\naddress = \"a0\"\n[extensions.none]\n\
         number = { buy = \"458\" }\naddress = \"a0\"\n[extensions.p00]",
    );
    let said = setup.run(&["apply", "--yes", "--buy"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("none: no number is for sale in area code 458"), "{}", said.err);
    assert_eq!(working(&setup), (all_but(&[]), all_but(&[])));
    let late = setup.one("numbers", "friendly_name", "dialtone:street:prod:late");
    assert_eq!(late["emergency_address_status"], "registered");
    setup.account.seed(json!({"available": [{"phone_number": "+14585550101"}]}));
    setup.done(&["apply", "--yes", "--buy"]);
    assert_eq!(setup.plan(&["--buy"]), [""; 0]);
}

#[test]
fn a_refused_domain_leaves_all_numbers_where_they_ring() {
    let setup = street();
    setup.account.faults(&json!([refuse("/SIP/Domains.json$", &json!({}))]));
    let said = setup.run(&["apply", "--yes"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert_eq!(working(&setup), (Vec::new(), all_but(&[])));
    setup.account.faults(&json!([]));
    setup.done(&["apply", "--yes"]);
    assert_eq!(working(&setup), (all_but(&[]), all_but(&[])));
}

#[test]
fn a_refused_mapping_leaves_all_numbers_where_they_ring() {
    for gate in ["Calls", "Registrations"] {
        let setup = street();
        setup
            .account
            .faults(&json!([refuse(&format!("/Auth/{gate}/CredentialListMappings.json$"), &json!({}))]));
        let said = setup.run(&["apply", "--yes"]);
        assert_eq!(said.code, 3, "{gate}: {}", said.err);
        assert!(
            said.err.contains("dialtone:street:prod: cannot create the mapping for"),
            "{gate}: {}",
            said.err
        );
        assert!(
            said.err.contains("20001") && said.err.contains("run the same command again"),
            "{}",
            said.err
        );
        // Phones have their users and help its addresses; no number leads to a phone that cannot register.
        assert_eq!(working(&setup), (Vec::new(), all_but(&[])), "{gate}");
        assert_eq!(setup.account.passwords("p19").len(), 1, "{gate}");
        setup.account.faults(&json!([]));
        // The other gate is open already. The network has a number of its own, too.
        assert_eq!(changes_of(&setup, &["apply", "--yes"]), 1 + 21, "{gate}");
        assert_eq!(working(&setup), (all_but(&[]), all_but(&[])), "{gate}");
        assert_eq!(setup.plan(&[]), [""; 0], "{gate}");
    }
}

#[test]
fn a_number_that_fails_for_ever_does_not_keep_others_from_their_settings() {
    let setup = street();
    let sid = setup.number(&number_of(7))["sid"].as_str().unwrap().to_owned();
    setup.account.faults(&json!([{
        "effect": "500-before", "method": "POST", "path": sid, "form": {"VoiceUrl": ".*"}, "count": 1000,
    }]));
    let said = setup.run(&["apply", "--yes"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("+15035550127 (p07): "), "{}", said.err);
    assert_eq!(working(&setup), (all_but(&[7]), all_but(&[])));
}

#[test]
fn credentials_of_the_account_that_are_rejected_end_the_run_at_once() {
    let setup = street();
    setup.account.faults(&json!([{
        "effect": "refuse", "of": "mutating", "nth": 3, "count": 1000, "status": 401, "code": 20003,
        "message": "Authenticate",
    }]));
    let said = setup.run(&["apply", "--yes"]);
    assert_eq!(said.code, 3, "{}", said.err);
    // Four are under way at once.
    assert!(setup.account.mutations().len() <= 2 + 4, "{:#?}", setup.account.mutations());
}
