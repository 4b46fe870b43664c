//! What goes wrong, goes wrong as it was ordered.

use super::*;

fn lists(account: &Account) -> usize {
    account.state()["credential_lists"].as_array().unwrap().len()
}

#[test]
fn faults_happen_before_or_after_what_was_asked() {
    let account = Account::new();
    let mut library = Library::of(&account);
    let path = format!("/2010-04-01/Accounts/{}/SIP/CredentialLists.json", account.sid);
    let mut create = || library.asks("POST", &path, &json!({"FriendlyName": "phones"}));
    for (rule, status, code, made) in [
        (json!({"effect": "429", "retry_after": 1}), 429, json!(20429), 0),
        (json!({"effect": "500-before"}), 500, json!(20500), 0),
        (json!({"effect": "500-after", "status": 503}), 503, json!(20500), 1),
        (
            json!({"effect": "refuse", "status": 403, "code": 20008, "message": "Test credentials"}),
            403,
            json!(20008),
            0,
        ),
        (json!({"effect": "garbage"}), 201, Value::Null, 1),
        (json!({"effect": "slow", "seconds": 0.2}), 201, Value::Null, 1),
    ] {
        let before = lists(&account);
        account.faults(&json!([rule]));
        let (answered, body) = create();
        assert_eq!((answered, &body["code"]), (status, &code), "{rule}");
        assert_eq!(lists(&account) - before, made, "{rule}");
        let last = account.journal().pop().unwrap();
        assert_eq!((&last["fault"], &last["processed"]), (&rule["effect"], &json!(made == 1)), "{rule}");
        assert_eq!(create().0, 201, "{rule}: once");
    }
}

#[test]
fn a_429_may_say_when_to_come_back() {
    let account = Account::new();
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let rule = json!({"effect": "429", "retry_after": 2});
    account.faults(&json!([rule, {"effect": "429", "nth": 2}]));
    let ask = || {
        let answer = agent.get(format!("{}/v1/Alerts", account.base)).call().unwrap();
        let after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), after)
    };
    assert_eq!([ask(), ask(), ask()], [(429, Some("2".into())), (429, None), (401, None)]);
}

#[test]
fn a_connection_is_closed_without_an_answer() {
    let account = Account::new();
    for (effect, made) in [("drop-before", 0), ("drop-after", 1)] {
        let before = lists(&account);
        account.faults(&json!([{"effect": effect}]));
        let agent = ureq::Agent::new_with_defaults();
        let base = account.base.strip_prefix("http://").unwrap();
        let (sid, token) = (&account.sid, &account.token);
        let url = format!("http://{sid}:{token}@{base}/2010-04-01/Accounts/{sid}/SIP/CredentialLists.json");
        agent.post(&url).send_form([("FriendlyName", "phones")]).unwrap_err();
        assert_eq!(lists(&account) - before, made, "{effect}");
        let last = account.journal().pop().unwrap();
        assert_eq!((&last["status"], &last["processed"]), (&Value::Null, &json!(made == 1)), "{effect}");
        assert!(account.mutations().last().unwrap().ends_with(effect));
    }
}

#[test]
fn a_rule_falls_on_the_requests_it_names() {
    let account = Account::new();
    let mut library = Library::of(&account);
    let (lists, domains) = (json!([["sip"], ["credential_lists"]]), json!([["sip"], ["domains"]]));
    account.faults(&json!([
        {"effect": "500-before", "of": "mutating", "nth": 2, "count": 2},
        {"effect": "429", "method": "GET", "path": "Domains"},
    ]));
    library.does(&lists, "list", &json!({}));
    assert_eq!(library.refused(&domains, "list", &json!({})), (429, 20429));
    library.does(&domains, "list", &json!({}));
    let create = json!({"friendly_name": "phones"});
    library.does(&lists, "create", &create);
    assert_eq!(library.refused(&lists, "create", &create).0, 500);
    library.does(&lists, "list", &json!({}));
    assert_eq!(library.refused(&lists, "create", &create).0, 500);
    library.does(&lists, "create", &create);
}

#[test]
fn somebody_else_changes_things() {
    let account = Account::new();
    let seeded = account.seed(json!({
        "credential_lists": [{"friendly_name": "phones", "credentials": [lobby()]}],
        "domains": [{"domain_name": "street.sip.twilio.com", "calls": ["phones"]}],
        "numbers": [{"phone_number": "+15035550100"}],
    }));
    let (domain, number) = (&seeded["domains"][0], &seeded["numbers"][0]);
    account.change("domains", domain, &json!({"voice_url": "https://elsewhere.example.org/", "calls": []}));
    account.change("numbers", number, &json!({"voice_url": "https://elsewhere.example.org/"}));
    let credential = account.state()["credential_lists"][0]["credentials"][0]["sid"].clone();
    account.change("credentials", &credential, &json!({"password": "Not-the-same-9"}));
    let state = account.state();
    assert_eq!(state["domains"][0]["voice_url"], "https://elsewhere.example.org/");
    assert_eq!((&state["domains"][0]["calls"], &state["domains"][0]["auth_type"]), (&json!([]), &json!("")));
    assert_eq!(account.passwords("lobby"), [sha256(b"Not-the-same-9")]);
    account.remove("numbers", number);
    assert_eq!(account.state()["numbers"], json!([]));
    assert_eq!(account.journal(), Vec::<Value>::new(), "these are no requests");
}
