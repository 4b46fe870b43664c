//! The stand-in for Twilio's REST API is like Twilio: its own library gets along with it, its OpenAPI knows its
//! answers.

use serde_json::{Value, json};

use crate::harness::peers::Peer;
use crate::harness::{Account, openapi, sha256};

mod emergency;
mod errors;
mod faults;
mod specification;

const PASSWORD: &str = "Correct-horse-9";

/// The credential of a phone, for a seed.
fn lobby() -> Value {
    json!({"username": "lobby", "password": PASSWORD})
}

/// Twilio's own library, signed in to an account.
struct Library(Peer);

impl Library {
    fn of(account: &Account) -> Self {
        Self::signed_in(account, &account.sid, &account.token)
    }

    fn signed_in(account: &Account, username: &str, password: &str) -> Self {
        let mut peer = Peer::start("library.py");
        peer.ask(&json!({
            "do": "connect", "base": account.base, "account": account.sid,
            "username": username, "password": password,
        }));
        Self(peer)
    }

    /// What `client.<at>.<word>(**with)` does: an answer, or a refusal with `status`, `code` and `message`.
    fn tries(&mut self, at: &Value, word: &str, with: &Value) -> Value {
        self.0.ask(&json!({"at": at, "do": word, "with": with}))
    }

    fn does(&mut self, at: &Value, word: &str, with: &Value) -> Value {
        let said = self.tries(at, word, with);
        assert!(said.get("answer").is_some(), "{at} {word} {with}: {said}");
        said["answer"].clone()
    }

    /// Status and code of a refusal.
    fn refused(&mut self, at: &Value, word: &str, with: &Value) -> (u64, u64) {
        let said = self.tries(at, word, with);
        assert!(said.get("answer").is_none(), "{at} {word} {with}: {said}");
        (said["status"].as_u64().unwrap(), said["code"].as_u64().unwrap_or(0))
    }

    /// A request as it is, on any path: status and body.
    fn asks(&mut self, method: &str, path: &str, data: &Value) -> (u64, Value) {
        let uri = format!("https://api.twilio.com{path}");
        let said = self.does(&json!([]), "request", &json!({"method": method, "uri": uri, "data": data}));
        let body = said["content"].as_str().unwrap_or("");
        (said["status_code"].as_u64().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
    }
}

#[test]
fn the_official_library_sets_up_a_phone() {
    let account = Account::new();
    let seeded = account.seed(
        json!({"numbers": [{"phone_number": "+15035550100", "voice_url": "https://old.example.org/"}]}),
    );
    let mut library = Library::of(&account);
    let lists = json!([["sip"], ["credential_lists"]]);
    let list = library.does(&lists, "create", &json!({"friendly_name": "phones"}));
    let credentials = json!([["sip"], ["credential_lists", list["sid"]], ["credentials"]]);
    let created = library.does(&credentials, "create", &json!({"username": "lobby", "password": PASSWORD}));
    assert_eq!(created.get("password"), None, "passwords are never shown");
    let domain = library.does(
        &json!([["sip"], ["domains"]]),
        "create",
        &json!({
            "domain_name": "street.sip.twilio.com", "voice_url": "https://voice.example.org/outgoing",
            "sip_registration": true,
        }),
    );
    for gate in ["calls", "registrations"] {
        let gate =
            json!([["sip"], ["domains", domain["sid"]], ["auth"], [gate], ["credential_list_mappings"]]);
        let mapping = library.does(&gate, "create", &json!({"credential_list_sid": list["sid"]}));
        assert_eq!(mapping["sid"], list["sid"], "a mapping has the sid of its list");
        assert_eq!(library.does(&gate, "list", &json!({})).as_array().unwrap().len(), 1);
    }
    let number = json!([["incoming_phone_numbers", seeded["numbers"][0]]]);
    let url = "https://voice.example.org/incoming#rc=2";
    let wanted = json!({"voice_url": url, "voice_application_sid": "", "trunk_sid": ""});
    library.does(&number, "update", &wanted);

    let state = account.state();
    assert_eq!(state["numbers"][0]["voice_url"], wanted["voice_url"]);
    let there = &state["domains"][0];
    assert_eq!(there["calls"], json!([list["sid"]]));
    assert_eq!(there["registrations"], json!([list["sid"]]));
    assert_eq!((&there["sip_registration"], &there["auth_type"]), (&json!(true), &json!("CREDENTIAL_LIST")));
    assert_eq!(state["credential_lists"][0]["credentials"][0]["username"], "lobby");
    assert_eq!(account.passwords("lobby"), [sha256(PASSWORD.as_bytes())]);

    library.does(
        &json!([["sip"], ["credential_lists", list["sid"]], ["credentials", created["sid"]]]),
        "update",
        &json!({"password": "Another-horse-9"}),
    );
    assert_eq!(account.passwords("lobby"), [sha256(b"Another-horse-9")]);

    let journal = account.journal();
    openapi::check(&journal);
    let written = format!("{journal:?}{state}");
    assert!(!written.contains(PASSWORD) && !written.contains("Another-horse"), "no password is written down");
    let with_password = journal.iter().filter(|entry| entry["password"] == true).count();
    assert_eq!(with_password, 2, "but it is told that there was one");
    let methods: Vec<_> = account.mutations().iter().map(|line| line[line.len() - 3..].to_owned()).collect();
    assert_eq!(methods, ["201", "201", "201", "201", "201", "200", "200"]);
}

#[test]
fn lists_come_page_by_page() {
    let account = Account::new();
    let many: Vec<_> =
        (0..120).map(|n| json!({"username": format!("phone{n}"), "password": PASSWORD})).collect();
    let seeded =
        account.seed(json!({"credential_lists": [{"friendly_name": "phones", "credentials": many}]}));
    let mut library = Library::of(&account);
    let credentials = json!([["sip"], ["credential_lists", seeded["credential_lists"][0]], ["credentials"]]);
    for (with, requests) in [(json!({}), 3), (json!({"page_size": 1000}), 1), (json!({"page_size": 7}), 18)] {
        let before = account.journal().len();
        let found = library.does(&credentials, "list", &with);
        let mut names: Vec<_> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["username"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names.len(), 120, "{with}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 120, "{with}: none comes twice");
        assert_eq!(account.journal().len() - before, requests, "{with}");
    }
    openapi::check(&account.journal());
    let path = format!("/2010-04-01/Accounts/{}/SIP/CredentialLists.json", account.sid);
    for size in ["0", "1001", "x"] {
        let (status, body) = library.asks("GET", &format!("{path}?PageSize={size}"), &Value::Null);
        assert_eq!((status, &body["code"]), (400, &json!(20007)), "{size}");
    }
}

#[test]
fn what_is_made_twice_is_there_twice() {
    let account = Account::new();
    let mut library = Library::of(&account);
    let lists = json!([["sip"], ["credential_lists"]]);
    for _ in 0..2 {
        library.does(&lists, "create", &json!({"friendly_name": "phones"}));
    }
    assert_eq!(account.state()["credential_lists"].as_array().unwrap().len(), 2);
    // There is no filter: what looks like one is no parameter.
    let path = format!("/2010-04-01/Accounts/{}/SIP/CredentialLists.json?FriendlyName=phones", account.sid);
    assert_eq!(library.asks("GET", &path, &Value::Null).0, 400);
}

#[test]
fn numbers_are_bought_and_released() {
    let account = Account::new();
    account.seed(json!({"available": [{"phone_number": "+12125550100", "address_requirements": "any"}]}));
    let mut library = Library::of(&account);
    let offers = json!([["available_phone_numbers", "US"], ["local"]]);
    let found = library.does(&offers, "list", &json!({"area_code": 503, "voice_enabled": true, "limit": 3}));
    assert_eq!(found.as_array().unwrap().len(), 3);
    assert!(found[0]["phone_number"].as_str().unwrap().starts_with("+1503555015"), "{found}");
    let toll_free =
        library.does(&json!([["available_phone_numbers", "US"], ["toll_free"]]), "list", &json!({}));
    assert_eq!(toll_free.as_array().unwrap().len(), 3);
    let numbers = json!([["incoming_phone_numbers"]]);
    let url = "https://voice.example.org/incoming";
    let wanted = json!({"phone_number": found[0]["phone_number"], "voice_url": url});
    let bought = library.does(&numbers, "create", &wanted);
    assert_eq!((&bought["voice_url"], &bought["voice_application_sid"]), (&json!(url), &Value::Null));
    assert_eq!(library.refused(&numbers, "create", &wanted), (400, 21422), "it is gone");
    let by_area_code = library.does(&numbers, "create", &json!({"area_code": "503"}));
    assert_ne!(by_area_code["phone_number"], bought["phone_number"]);
    assert_eq!(library.refused(&numbers, "create", &json!({"area_code": "907"})), (400, 21452));
    assert_eq!(library.refused(&numbers, "create", &json!({"phone_number": "503"})), (400, 21421));
    assert_eq!(library.refused(&numbers, "create", &json!({"phone_number": "+12125550100"})), (400, 21615));
    let bad_url = json!({"phone_number": "+15035550157", "voice_url": "voice.example.org"});
    assert_eq!(library.refused(&numbers, "create", &bad_url), (400, 21402));
    assert_eq!(account.state()["numbers"].as_array().unwrap().len(), 2, "what is refused buys nothing");

    let part = library.does(&numbers, "list", &json!({"phone_number": "503555"}));
    assert_eq!(part.as_array().unwrap().len(), 2);
    let one = json!([["incoming_phone_numbers", bought["sid"]]]);
    library.does(&one, "delete", &json!({}));
    assert_eq!(library.refused(&one, "fetch", &json!({})), (404, 20404));
    assert_eq!(
        library.refused(&json!([["available_phone_numbers", "US"], ["mobile"]]), "list", &json!({})),
        (404, 20404)
    );
    assert_eq!(
        account.mutations().last().unwrap(),
        &format!("DELETE /IncomingPhoneNumbers/{}.json 204", bought["sid"].as_str().unwrap())
    );
}

#[test]
fn an_application_or_a_trunk_takes_precedence_and_excludes_the_other() {
    let account = Account::new();
    let seeded = account.seed(json!({
        "numbers": [{"phone_number": "+15035550100"}],
        "applications": [{"friendly_name": "old"}],
        "trunks": [{}],
    }));
    let mut library = Library::of(&account);
    let number = json!([["incoming_phone_numbers", seeded["numbers"][0]]]);
    let (application, trunk) = (&seeded["applications"][0], &seeded["trunks"][0]);
    let mut after = |with: Value| {
        let said = library.does(&number, "update", &with);
        (said["voice_application_sid"].clone(), said["trunk_sid"].clone(), said["voice_url"].clone())
    };
    let url = json!("https://voice.example.org/incoming");
    assert_eq!(
        after(json!({"voice_application_sid": application})),
        (application.clone(), Value::Null, Value::Null)
    );
    assert_eq!(
        after(json!({"voice_url": url})),
        (application.clone(), Value::Null, url.clone()),
        "both are kept"
    );
    assert_eq!(after(json!({"trunk_sid": trunk})), (Value::Null, trunk.clone(), url.clone()));
    assert_eq!(after(json!({"trunk_sid": ""})), (Value::Null, Value::Null, url));
    let unknown = json!({"voice_application_sid": format!("AP{:032}", 0)});
    assert_eq!(library.refused(&number, "update", &unknown), (400, 21420));
}

#[test]
fn other_hosts_answer_too() {
    let account = Account::new();
    let countries: Vec<_> = (b'A'..=b'Z')
        .flat_map(|a| ["A", "B", "C"].map(|b| json!({"iso_code": format!("{}{b}", char::from(a))})))
        .collect();
    let alerts = ["error", "error", "warning"].map(
        |level| json!({"log_level": level, "error_code": "32009", "request_variables": "From=sip:lobby"}),
    );
    let calls = ["Fri, 20 Nov 2026 01:00:00 +0000", "Sat, 21 Nov 2026 23:00:00 +0000"];
    let calls = calls.map(|when| json!({"start_time": when, "from": "sip:lobby@street.sip.twilio.com"}));
    account.seed(json!({
        "permissions": countries, "alerts": alerts, "calls": calls, "prices": [{"iso_country": "US"}],
    }));
    let mut library = Library::of(&account);
    let found =
        library.does(&json!([["voice"], ["v1"], ["dialing_permissions"], ["countries"]]), "list", &json!({}));
    assert_eq!(found.as_array().unwrap().len(), 78, "two pages");
    let of = json!([["monitor"], ["v1"], ["alerts"]]);
    let errors = library.does(&of, "list", &json!({"log_level": "error"}));
    assert_eq!(errors.as_array().unwrap().len(), 2);
    assert_eq!(errors[0]["request_variables"], Value::Null, "lists are short");
    let one = library.does(&json!([["monitor"], ["v1"], ["alerts", errors[0]["sid"]]]), "fetch", &json!({}));
    assert_eq!(one["request_variables"], "From=sip:lobby");
    let price = json!([["pricing"], ["v1"], ["phone_numbers"], ["countries", "US"]]);
    let price = library.does(&price, "fetch", &json!({}));
    assert_eq!(
        (&price["price_unit"], &price["phone_number_prices"][0]["number_type"]),
        (&json!("USD"), &json!("local"))
    );
    let path = format!("/2010-04-01/Accounts/{}/Calls.json?StartTime%3E=", account.sid);
    for (since, count) in
        [("2026-11-20", 2), ("2026-11-21", 1), ("2026-11-22", 0), ("2026-11-21T23:00:00Z", 1)]
    {
        let (_, body) = library.asks("GET", &format!("{path}{since}"), &Value::Null);
        assert_eq!(body["calls"].as_array().unwrap().len(), count, "{since}");
    }
    openapi::check(&account.journal());
}

#[test]
fn a_key_opens_the_account_and_nothing_else_does() {
    let account = Account::new();
    let lists = json!([["sip"], ["credential_lists"]]);
    Library::signed_in(&account, &account.key, &account.secret).does(&lists, "list", &json!({}));
    for (username, password) in
        [(&account.sid, &account.secret), (&account.key, &account.token), (&account.token, &account.sid)]
    {
        let mut library = Library::signed_in(&account, username, password);
        assert_eq!(library.refused(&lists, "list", &json!({})), (401, 20003));
    }
    let other = format!("/2010-04-01/Accounts/AC{:032}/SIP/Domains.json", 0);
    assert_eq!(Library::of(&account).asks("GET", &other, &Value::Null).0, 401);
}

#[test]
fn a_command_knows_this_account_alone() {
    let account = Account::new();
    let command = account.command(&["plan", "--help"]);
    let mut given: Vec<_> = command.get_envs().map(|(name, _)| name.to_str().unwrap()).collect();
    given.sort_unstable();
    assert_eq!(given, ["HOME", "PATH", "TWILIO_ACCOUNT_SID", "TWILIO_API_BASE", "TWILIO_AUTH_TOKEN"]);
    assert_eq!(command.get_args().collect::<Vec<_>>(), ["plan", "--help"]);
    assert_eq!(std::fs::read_dir(&account.home).unwrap().count(), 0);
}
