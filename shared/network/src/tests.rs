//! Files, good and bad.

mod sections;
mod view;

use crate::{NetworkFile, Problem, RefusalStyle};

const GOOD: &str = "[network]\nname = \"n\"\nregion = \"US\"\n\n[stages.prod]\nsip_domain = \"n.sip.twilio.com\"\npublic_url = \"https://n.example.org\"\n";

/// With its remedy.
fn told(problem: &Problem) -> String {
    problem.in_file().to_string()
}

fn problems(text: &str) -> Vec<String> {
    NetworkFile::parse(text).err().map(|found| found.0.iter().map(told).collect()).unwrap_or_default()
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
    let text =
        include_str!("../tests/small.toml").replacen("[network]\n", "[network]\nlanguage = \"es\"\n", 1);
    let network = NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap();
    let lobby = network.extension("LOBBY").unwrap();
    assert_eq!(lobby.language.code(), "es");
    assert_eq!(lobby.caller_id, lobby.number);
    assert!(lobby.emergency());
    // It has no number of its own, but the network has one that 911 can call back.
    assert!(network.extension("bare").unwrap().emergency());
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
    let named = "[extensions.a]\n[extensions.b]\nlabel = \"A\"\n";
    assert!(
        problems_with(named)[0]
            .starts_with("line 9: extensions.b: goes by the same name in metrics as extensions.a")
    );
    let named_later = "[extensions.b]\nlabel = \"A\"\n[extensions.a]\n[extensions.c]\nlabel = \"c\"\n";
    assert!(
        problems_with(named_later)[0]
            .starts_with("line 10: extensions.a: goes by the same name in metrics as extensions.b")
    );
    assert_eq!(problems_with(named_later).len(), 1);
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
    assert!(file.network("dev").unwrap_err().0[0].remedy.contains("choose one of prod"));
    assert!(file.network("").unwrap_err().to_string().contains("no stage is chosen"));
}

#[test]
fn advice_is_given_but_stops_nothing() {
    let file = NetworkFile::parse(&format!("{GOOD}[extensions.\"+15035550110\"]\n")).unwrap();
    let advice: Vec<_> = file.advice().iter().map(told).collect();
    assert_eq!(advice.len(), 3, "{advice:?}");
}

const ADDRESS: &str = "customer = \"Shop\"\nstreet = \"100 Main Street\"\ncity = \"Portland\"\nregion = \"OR\"\npostal_code = \"97201\"\n";

#[test]
fn a_number_may_be_a_wish() {
    let file = NetworkFile::parse(&format!(
        "{GOOD}[extensions.a]\nnumber = {{ buy = \"503\" }}\nemergency = true\n"
    ));
    let file = file.unwrap();
    assert!(
        file.advice().iter().any(|advice| advice.line == 9 && advice.remedy.contains("--buy")),
        "{:?}",
        file.advice()
    );
    let network = file.network("prod").unwrap();
    let phone = network.extension("a").unwrap();
    assert_eq!((phone.buy(), phone.number()), (Some("503"), None));
    assert!(problems_with("[extensions.a]\nnumber = { buy = \"911\" }\n")[0].contains("is not an area code"));
    assert!(problems_with("[extensions.a]\nnumber = { by = \"503\" }\n")[1].contains("did you mean buy?"));
}

#[test]
fn numbers_have_one_address_each() {
    let phones = "[extensions.a]\nnumber = \"+15035550110\"\naddress = \"shop\"\n[extensions.b]\nnumber = \"+15035550110\"\n[extensions.c]\nnumber = \"+15035550112\"\n";
    let text = format!(
        "{GOOD}[addresses.shop]\n{ADDRESS}[addresses.home]\n{ADDRESS}unit = \"2\"\ncountry = \"CA\"\n{phones}"
    );
    let file = NetworkFile::parse(&text).unwrap();
    let network = file.network("prod").unwrap();
    let address_of =
        |number| network.address_of(&numbers::E164::parse(number).unwrap()).map(|a| a.name.as_str());
    assert_eq!((address_of("+15035550110"), address_of("+15035550112")), (Some("shop"), None));
    assert_eq!(network.addresses()[0].country.as_str(), "US");
    assert!(file.advice().iter().any(|advice| advice.key == "extensions.c.address"), "{:?}", file.advice());
    let everywhere = text.replace("region = \"US\"", "region = \"US\"\naddress = \"home\"");
    // The second phone would stand at home by default, and help would come to the shop.
    assert!(problems(&everywhere)[0].contains("extensions.b: stands at home, but help would come to shop"));
    let everywhere = everywhere.replace("[extensions.c]", "address = \"shop\"\n[extensions.c]");
    let network = NetworkFile::parse(&everywhere).unwrap().network("prod").unwrap();
    assert_eq!(network.address_of(&numbers::E164::parse("+15035550112").unwrap()).unwrap().name, "home");

    let two = text.replace("[extensions.c]", "address = \"home\"\n[extensions.c]");
    assert!(problems(&two)[0].contains("the address of another phone"), "{:?}", problems(&two));
    assert!(
        problems(&text.replace("address = \"shop\"", "address = \"shed\""))[0]
            .contains("there is no address")
    );
    assert!(
        problems(&everywhere.replace("address = \"home\"", "address = \"x\""))[0]
            .starts_with("line 4: network.address")
    );
    assert!(
        problems(&text.replace("city = \"Portland\"\n", "")).iter().any(|p| p.contains("city: is missing"))
    );
}

#[test]
fn what_twilio_would_not_take_is_advised_against() {
    let advice = |text: &str| -> Vec<String> {
        NetworkFile::parse(text).unwrap().advice().iter().map(|advice| advice.key.clone()).collect()
    };
    let good = GOOD.replace("region", "emergency_caller_id = \"+15035550110\"\nregion");
    let good =
        format!("{good}fallback_url = \"https://f.example.org\"\n[[notify]]\nmail = \"a@example.org\"\n");
    assert_eq!(advice(&good), [""; 0]);
    for domain in ["voice.example.org", "street", "a.b.example.sip.twilio.com.evil"] {
        assert_eq!(advice(&good.replace("n.sip.twilio.com", domain)), ["stages.prod.sip_domain"], "{domain}");
    }
    assert_eq!(advice(&good.replace("https://", "http://")), ["stages.prod.public_url"]);
    for local in ["http://127.0.0.1:8080", "http://localhost"] {
        assert_eq!(
            advice(&good.replace("https://n.example.org", local)),
            ["stages.prod.public_url"],
            "{local}"
        );
    }
    let address = |text: &str| {
        format!(
            "{good}[addresses.shop]\n{text}[extensions.a]\nnumber = \"+15035550110\"\naddress = \"shop\"\n"
        )
    };
    assert_eq!(advice(&address(ADDRESS)), [""; 0]);
    assert_eq!(advice(&address(&ADDRESS.replace("97201", "97201-1234"))), [""; 0]);
    assert_eq!(
        advice(&address(&ADDRESS.replace("OR", "Oregon").replace("97201", "9720"))),
        ["addresses.shop.region", "addresses.shop.postal_code"]
    );
    assert_eq!(
        advice(&address(&format!("{}country = \"CA\"\n", ADDRESS.replace("97201", "K1A 0B1")))),
        [""; 0]
    );
    let unused = address(ADDRESS).replace("address = \"shop\"\n", "");
    assert!(advice(&unused).contains(&"addresses.shop".to_owned()), "{:?}", advice(&unused));
}

#[test]
fn devices_are_what_dialtone_can_set_up() {
    let phone = |device: &str| format!("[extensions.a]\ndevice = {device}\n");
    let good = phone(
        "{ kind = \"grandstream-ht801\", mac = \"00:0B:82:12:34:56\", mode = \"menu\", edge = \"umatilla\" }",
    );
    let network = NetworkFile::parse(&format!("{GOOD}{good}")).unwrap().network("prod").unwrap();
    let phone_a = network.extension("a").unwrap();
    assert_eq!(network.edge_of(phone_a), "umatilla");
    assert_eq!(phone_a.device().unwrap().mac.unwrap().hex(), "000b82123456");
    assert_eq!(problems_with(&phone("{ kind = \"linphone\" }")), [""; 0]);
    assert!(problems_with(&phone("{ kind = \"grandstream-ht801\" }"))[0].contains("mac: is missing"));
    assert!(problems_with(&phone("{ kind = \"ht801\" }"))[0].contains("grandstream-ht801"));
    assert!(problems_with(&phone("{ kind = \"linphone\", edge = \"us1\" }"))[0].contains("is not an edge"));
    let twin = "[extensions.b]\ndevice = { kind = \"linksys-pap2\", mac = \"000b82123456\" }\n";
    assert!(problems_with(&format!("{good}{twin}"))[0].contains("is the address of extensions.a.device too"));
}

#[test]
fn emergency_calls_left_to_twilio_need_a_number() {
    let twilio = GOOD.replace("region", "emergency_calling = \"twilio\"\nregion");
    assert!(problems(&twilio)[0].contains("leaves 911 to Twilio"));
    assert_eq!(
        problems(&twilio.replace("region", "emergency_caller_id = \"+15035550100\"\nregion")),
        [""; 0]
    );
    assert!(problems(&GOOD.replace("region", "edge = \"us1\"\nregion"))[0].contains("is not an edge"));
    let fallback = GOOD.replace(
        "sip_domain",
        "fallback_url = \"https://abc.lambda-url.us-west-2.on.aws/\"\nsecure = true\nsip_domain",
    );
    assert!(NetworkFile::parse(&fallback).unwrap().network("prod").unwrap().stage().secure);
    assert!(problems(&fallback.replace("https://abc", "abc"))[0].contains("is not a URL"));
}

/// A broken line hides what stands below it, and gives keys to another table. Only the line itself is reported.
#[test]
fn a_broken_line_is_one_problem() {
    let example = include_str!("../../../examples/dialtone.toml");
    let lines: Vec<_> = example.lines().collect();
    let mut broken = 0;
    for (i, line) in lines.iter().enumerate() {
        let (code, _) = line.split_once(" #").unwrap_or((line, ""));
        let code = code.trim_end();
        let is_mark = |c: char| matches!(c, '[' | ']' | '"' | '=' | '{' | '}');
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        // Its first and its last mark are each left out.
        for at in [code.find(is_mark), code.rfind(is_mark)].into_iter().flatten() {
            let mut torn = lines.clone();
            let text = format!("{}{}", &code[..at], &code[at + 1..]);
            torn[i] = &text;
            let found = problems(&torn.join("\n"));
            if text.starts_with('#') {
                continue; // Now a comment.
            }
            let own = format!("line {}: ", i + 1);
            // A list that does not end is missed where the next line begins something else.
            let is_there = !line.starts_with('[') || found.iter().all(|one| one.starts_with(&own));
            let is_one = found.len() == 1 && is_there;
            assert!(is_one, "{text}: {found:#?}");
            broken += 1;
        }
    }
    assert!(broken > 100, "{broken}");
}

#[test]
fn sip_uris_are_short_enough_for_twilio() {
    let file = |host: usize, context: usize| {
        let host = format!("{}.example.org", vec!["a".repeat(9); host / 10].join("."));
        let context = "%".repeat(context);
        problems_with(&format!(
            "[asterisk]\nhost = \"{host}\"\n[codes]\n\"0\" = {{ asterisk = \"{context}\" }}\n"
        ))
    };
    assert_eq!(file(50, 20), [""; 0]);
    let found = file(50, 64);
    assert!(found[0].contains("asterisk.host: makes SIP URIs of "), "{found:?}");
    assert!(file(150, 20)[0].contains("asterisk.host"));
    let domain = format!("sip_domain = \"{}.sip.twilio.com\"", vec!["a".repeat(55); 4].join("."));
    let text = GOOD.replace("sip_domain = \"n.sip.twilio.com\"", &domain);
    assert!(problems(&text)[0].contains("too long for a SIP URI"), "{:?}", problems(&text));
}
