//! The sections of a file, each at the borders of what it may say.

use crate::{DeviceMode, Network, NetworkFile, Problem};

const GOOD: &str = "[network]\nname = \"n\"\nregion = \"US\"\n[stages.prod]\nsip_domain = \"n.sip.twilio.com\"\n\
                    public_url = \"https://n.example.org\"\n";

fn read(more: &str) -> Network {
    NetworkFile::parse(&format!("{GOOD}{more}")).and_then(|file| file.network("prod")).unwrap()
}

/// The faults of the good file with more text at its end: line, key and words.
fn problems(more: &str) -> Vec<String> {
    let found = NetworkFile::parse(&format!("{GOOD}{more}")).err().map(|found| found.0).unwrap_or_default();
    found.into_iter().map(|Problem { line, key, what, .. }| format!("{line} {key} {what}")).collect()
}

fn advice(more: &str) -> Vec<String> {
    let file = NetworkFile::parse(&format!("{GOOD}{more}")).unwrap();
    file.advice().iter().map(|Problem { line, key, what, .. }| format!("{line} {key} {what}")).collect()
}

/// A file without `allow` lets phones call where calls are local: around North America for one of its countries, and elsewhere
/// their own country, so that a file written in Germany does not open the United States.
#[test]
fn a_file_without_allow_allows_what_is_near() {
    let neighbours = ["US", "CA", "PR", "MX"];
    for (region, allowed) in [
        ("US", &neighbours[..]),
        ("CA", &neighbours),
        ("MX", &neighbours),
        ("DE", &["DE"]),
        ("GB", &["GB"]),
        ("JM", &["JM"]),
    ] {
        let text = GOOD.replace("\"US\"", &format!("{region:?}\nemergency_calling = \"none\""));
        let network = NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap();
        let found: Vec<_> = network.allow.iter().map(numbers::Region::as_str).collect();
        assert_eq!(found, allowed, "{region}");
    }
}

/// ZIP codes have five digits, or nine with a hyphen behind the fifth (USPS Publication 28, section 22).
#[test]
fn a_zip_code_has_five_digits_or_nine() {
    let advised = |code: &str, state: &str| {
        let address = format!(
            "[addresses.a]\ncustomer = \"S\"\nstreet = \"1\"\ncity = \"C\"\nregion = \"{state}\"\npostal_code = \"{code}\"\n"
        );
        advice(&address).iter().filter(|told| told.contains("what Twilio takes")).count()
    };
    for (code, state, count) in [
        ("97201", "OR", 0),
        ("97201-1234", "OR", 0),
        ("97201-12", "OR", 1),
        ("9720-1234", "OR", 1),
        ("97201-12x4", "OR", 1),
        ("9720x", "OR", 1),
        ("97201", "O", 1),
        ("97201", "O1", 1),
        ("972", "Oregon", 2),
    ] {
        assert_eq!(advised(code, state), count, "{code} {state}");
    }
}

/// No code and no name stands in the way of the country's own emergency numbers.
#[test]
fn emergency_numbers_of_the_country_are_no_codes_and_no_names() {
    let australian = |more: &str| {
        let text = format!("{GOOD}{more}").replace("\"US\"", "\"AU\"\nallow = [\"AU\"]");
        let found = NetworkFile::parse(&text).err().map(|found| found.0).unwrap_or_default();
        found.iter().any(|problem| problem.what.contains("emergency number"))
    };
    for (more, is_refused) in [
        ("[codes]\n\"000\" = { dial = \"+61255501234\" }\n", true),
        ("[codes]\n\"007\" = { dial = \"+61255501234\" }\n", false),
        ("[extensions.000]\n", true),
        ("[extensions.007]\n", false),
    ] {
        assert_eq!(australian(more), is_refused, "{more}");
    }
    assert_eq!(problems("[extensions.000]\n"), [""; 0], "in the United States it is a name like another");
}

#[test]
fn a_device_lifts_to_dial_tone_or_to_the_menu() {
    let mode = |line: &str| {
        let network = read(&format!("[extensions.a]\ndevice = {{ kind = \"linphone\"{line} }}\n"));
        network.extension("a").unwrap().device().unwrap().mode
    };
    assert_eq!(mode(""), DeviceMode::Dialtone);
    assert_eq!(mode(", mode = \"dialtone\""), DeviceMode::Dialtone);
    assert_eq!(mode(", mode = \"menu\""), DeviceMode::Menu);
    let odd = "[extensions.a]\ndevice = { kind = \"linphone\", mode = \"x\" }\n";
    assert_eq!(problems(odd), ["8 extensions.a.device.mode \"x\" is not a mode"]);
}

/// A phone that is named by its number is told so, once, unless it has a label for metrics.
#[test]
fn a_number_for_a_name_wants_a_label() {
    let told = |label: &str| {
        let more = format!("[extensions.\"+15035550110\"]\n{label}");
        advice(&more).iter().any(|told| told.contains("has a number for a name"))
    };
    assert!(told("") && !told("label = \"kiosk\"\n"));
    assert!(!advice("[extensions.lobby]\n").iter().any(|told| told.contains("for a name")));
}

#[test]
fn a_mail_address_has_a_local_part_and_a_host_with_a_domain() {
    let is_good = |mail: &str| problems(&format!("[[notify]]\nmail = \"{mail}\"\n")).is_empty();
    // RFC 5321, 4.5.3.1.1: 64 octets before the at sign.
    let (fits, long) = ("x".repeat(64), "x".repeat(65));
    for (mail, expected) in [
        ("ops@example.org".to_owned(), true),
        ("o'ps+911@example.org".to_owned(), true),
        (format!("{fits}@example.org"), true),
        (format!("{long}@example.org"), false),
        ("@example.org".to_owned(), false),
        ("ops@localhost".to_owned(), false),
        ("ops@example.org:25".to_owned(), false),
        ("ops@exa_mple.org".to_owned(), false),
        ("o,ps@example.org".to_owned(), false),
    ] {
        assert_eq!(is_good(&mail), expected, "{mail}");
    }
    let hook = |url: &str| problems(&format!("[[notify]]\nwebhook = \"{url}\"\n")).is_empty();
    assert!(hook("https://desk.example.org/help") && hook("http://127.0.0.1:9/help"));
    assert!(!hook("http://desk.example.org/help") && !hook("https://desk.example.org/#help"));
}

#[test]
fn what_twilio_sends_needs_a_number_that_sends_it() {
    for way in ["sms", "call"] {
        let without = format!("[[notify]]\n{way} = \"+15035550120\"\n");
        assert_eq!(problems(&without), ["7 notify.from is missing"], "{way}");
    }
    let needless = "[[notify]]\nwebhook = \"https://desk.example.org/\"\nfrom = \"+15035550110\"\n";
    assert_eq!(problems(needless), ["9 notify.from is only for sms and call"]);
    let words: Vec<_> = read(
        "[[notify]]\nsms = \"+15035550120\"\nfrom = \"+15035550110\"\n[[notify]]\ncall = \"+15035550120\"\n\
         from = \"+15035550110\"\n[[notify]]\nwebhook = \"https://d.example.org/\"\n[[notify]]\nmail = \"a@example.org\"\n",
    )
    .notify()
    .iter()
    .map(|one| one.way.as_str())
    .collect();
    assert_eq!(words, ["sms", "call", "webhook", "mail"]);
}

/// A stage is a part of host names, so it has their letters.
#[test]
fn a_stage_has_the_name_of_a_host() {
    let named = |name: &str| {
        let stage = format!(
            "[stages.{name}]\nsip_domain = \"x.sip.twilio.com\"\npublic_url = \"https://x.example.org\"\n"
        );
        problems(&stage).iter().filter(|told| told.contains("is not a name for a stage")).count()
    };
    for (name, count) in [("dev", 0), ("dev-2", 0), ("Dev", 1), ("dev_2", 1), ("\"\"", 1)] {
        assert_eq!(named(name), count, "{name}");
    }
}

/// If the service fails, no call works, not even for help: a stage on the internet is told to have a fallback.
#[test]
fn a_stage_without_a_fallback_is_told_so() {
    let told = |text: &str| {
        let file = NetworkFile::parse(text).unwrap();
        file.advice().iter().filter(|one| one.key == "stages.prod.fallback_url").count()
    };
    assert_eq!(told(GOOD), 1);
    assert_eq!(told(&GOOD.replace("https://n.example.org", "http://10.1.2.3")), 0, "a trial at home");
    assert_eq!(told(&format!("{GOOD}fallback_url = \"https://f.example.org\"\n")), 0);
    let network =
        read("fallback_url = \"https://f.example.org\"\nmetrics_host = \"street\"\nsecure = true\n");
    let stage = network.stage();
    assert_eq!(stage.fallback_url.as_deref(), Some("https://f.example.org"));
    assert_eq!(
        (stage.metrics_host.as_str(), stage.secure, stage.has_domain_of_twilio()),
        ("street", true, true)
    );
    assert!(!read("").stage().secure);
}

#[test]
fn a_problem_without_a_key_has_its_line_alone() {
    let problem = Problem { line: 3, key: String::new(), what: "is odd".into(), remedy: "mend it".into() };
    assert_eq!(problem.to_string(), "line 3: is odd");
    let finding = problem.finding("dialtone.toml");
    assert_eq!(finding.to_string(), "dialtone.toml: line 3: is odd; mend it");
    let keyed = Problem { key: "network.name".into(), ..problem };
    assert_eq!(keyed.to_string(), "line 3: network.name: is odd");
    assert_eq!(keyed.finding("f").about, "f: line 3: network.name");
    assert_eq!(
        crate::Problems(vec![keyed; 5]).to_string(),
        "line 3: network.name: is odd, line 3: network.name: is odd, line 3: network.name: is odd and 2 more"
    );
}

/// Who dials 0-0-0 slowly must not be connected by the first 0.
#[test]
fn a_code_that_begins_an_emergency_number_is_advised_against() {
    let advised = |region: &str, number: &str, codes: &str, own: &str| -> Vec<String> {
        let text = format!(
            "[network]\nname = \"n\"\nregion = \"{region}\"\n[stages.prod]\nsip_domain = \"n.sip.twilio.com\"\n\
             public_url = \"https://n.example.org\"\n[codes]\n{codes}[extensions.a]\nnumber = \"{number}\"\n{own}[extensions.b]\n"
        );
        let file = NetworkFile::parse(&text).unwrap();
        let keys = file.advice().iter().filter(|one| one.what.contains("begins an emergency number"));
        keys.map(|one| one.key.clone()).collect()
    };
    let to_b = |code: &str| format!("\"{code}\" = {{ extension = \"b\" }}\n");
    assert_eq!(advised("AU", "+61255501110", &to_b("0"), ""), ["codes.0"]);
    assert_eq!(advised("US", "+15035550110", &to_b("91"), ""), ["codes.91"]);
    for code in ["0", "100", "411", "#", "5"] {
        assert_eq!(advised("US", "+15035550110", &to_b(code), ""), [""; 0], "{code}");
    }
    let own = format!("codes = {{ {} }}\n", to_b("9").trim_end());
    assert_eq!(advised("GB", "+442079460110", "", &own), ["extensions.a.codes.9"]);
}
