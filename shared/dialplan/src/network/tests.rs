//! Files, good and bad.

use super::{NetworkFile, RefusalStyle};
use crate::testing;

const GOOD: &str = "[network]\nname = \"n\"\nregion = \"US\"\n\n[stages.prod]\nsip_domain = \"n.sip.twilio.com\"\npublic_url = \"https://n.example.org\"\n";

fn problems(text: &str) -> Vec<String> {
    NetworkFile::parse(text)
        .err()
        .map(|found| found.0.iter().map(ToString::to_string).collect())
        .unwrap_or_default()
}

/// Problems of the good file with more at its end.
fn problems_with(more: &str) -> Vec<String> {
    problems(&format!("{GOOD}{more}"))
}

#[test]
fn defaults() {
    let network = NetworkFile::parse(GOOD).and_then(|file| file.network("prod")).unwrap();
    assert_eq!(network.stage().metrics_host, "dialtone-prod");
    assert_eq!((network.time_limit, network.ring_timeout), (3600, 30));
    assert_eq!(network.refusal, RefusalStyle::Explain);
    assert_eq!(
        network.allow.iter().map(numbers::Region::as_str).collect::<Vec<_>>(),
        ["US", "CA", "PR", "MX"]
    );
    assert!(network.codes.contains_key("988"));
}

#[test]
fn a_phone_takes_what_the_network_has() {
    let network = testing::network_with("language = \"es\"");
    let lobby = network.extension("LOBBY").unwrap();
    assert_eq!(lobby.language.code(), "es");
    assert_eq!(lobby.caller_id, lobby.number);
    assert!(lobby.emergency);
    assert!(!network.extension("bare").unwrap().emergency);
    assert_eq!(network.extension("+15035550114").unwrap().endpoint(), "kiosk");
    assert_eq!(network.asterisk.unwrap().host, "pbx-prod.example.org:5061");
}

#[test]
fn every_problem_at_once_each_with_its_line() {
    let text = "[network]\nname = \"\"\nregion = \"UK\"\nare_code = \"503\"\nblock = [\"503\", \"+1503\", 7]\ntime_limit = \"1\"\n\
                language = \"fr\"\n\n[codes]\n\"911\" = { dial = \"+15035550123\" }\n\"5\" = { asterisk = \"x\" }\n\"6\" = {}\n\"7\" = \
                { extension = \"nobody\" }\n\"x\" = { dial = \"+15035550123\" }\n\n[stages.prod]\nsip_domain = \"n.sip.us1.twilio.com\"\n\n\
                [extensions.lobby]\nnumber = \"5035550177\"\n\n[extensions.Lobby]\nnumber = \"+1503555011\"\nemergency = \"yes\"\n";
    let found = problems(text);
    let lines: Vec<_> = found
        .iter()
        .filter_map(|p| p.strip_prefix("line ")?.split(':').next()?.parse::<usize>().ok())
        .collect();
    assert_eq!(lines, [2, 3, 4, 5, 5, 6, 7, 10, 11, 12, 13, 14, 16, 17, 20, 22, 23, 24], "{found:#?}");
    let has = |text: &str| assert!(found.iter().any(|problem| problem.contains(text)), "{text}: {found:#?}");
    has("did you mean area_code?");
    has("the United Kingdom is \"GB\"");
    has("is the same user name as extensions.lobby");
    has("is a localized SIP domain");
    has("stages.prod.public_url: is missing");
    assert!(!found.iter().any(|problem| problem.contains("5550177")), "a number is repeated");
}

#[test]
fn what_a_file_must_have() {
    assert_eq!(problems("").len(), 2, "{:?}", problems(""));
    assert!(problems(&GOOD.replace("[stages.prod]", "[stages]"))[0].contains("stages"));
    assert!(problems("[network\nname = 1")[0].starts_with("line 1: "));
    assert!(problems_with("[extra]\n")[0].contains("extra: is not a key"));
    assert!(
        problems_with("[network]\n").iter().any(|p| p.contains("duplicate")),
        "{:?}",
        problems_with("[network]\n")
    );
}

#[test]
fn names_that_would_not_work() {
    for name in ["unknown", "UNKNOWN", "911", "\"a@b\"", "\"5035550110\"", "988", "followme-operator", "\"\""]
    {
        assert_eq!(problems_with(&format!("[extensions.{name}]\n")).len(), 1, "{name}");
    }
    let label = "[extensions.a]\nlabel = \"x\"\n[extensions.b]\nlabel = \"X\"\n";
    assert!(problems_with(label)[0].contains("goes by the same name in metrics"));
}

#[test]
fn one_number_rings_ten_phones_at_most() {
    let phones = |count: usize| {
        (0..count).map(|i| format!("[extensions.p{i}]\nnumber = \"+15035550110\"\n")).collect::<String>()
    };
    assert_eq!(problems_with(&phones(10)), [""; 0]);
    assert!(problems_with(&phones(11))[0].contains("more than ten phones"));
}

#[test]
fn emergency_needs_a_number_to_call_back() {
    assert!(problems_with("[extensions.a]\nemergency = true\n")[0].contains("needs a number"));
    let with_caller = GOOD.replace("region", "emergency_caller_id = \"+15035550100\"\nregion");
    assert_eq!(problems(&format!("{with_caller}[extensions.a]\nemergency = true\n")), [""; 0]);
}

#[test]
fn stages_have_their_own_domains_and_must_exist() {
    let twin = "[stages.dev]\nsip_domain = \"N.sip.twilio.com\"\npublic_url = \"https://d.example.org\"\n";
    assert!(problems_with(twin)[0].contains("is the domain of stage"));
    let file = NetworkFile::parse(GOOD).unwrap();
    assert!(file.network("dev").unwrap_err().to_string().contains("choose one of prod"));
    assert!(file.network("").unwrap_err().to_string().contains("no stage is chosen"));
}

#[test]
fn advice_is_given_but_stops_nothing() {
    let file = NetworkFile::parse(&format!("{GOOD}[extensions.\"+15035550110\"]\n")).unwrap();
    let advice: Vec<_> = file.advice().iter().map(ToString::to_string).collect();
    assert_eq!(advice.len(), 2, "{advice:?}");
}
