//! What callers hear. The words themselves are in `golden/script.txt`.

mod lines;
mod playing;

use std::collections::BTreeSet;

use crate::harness::{Element, Service, dial, golden};

const STREET: &str = "networks/street.toml";

/// The language of the one voice that speaks in it.
#[track_caller]
fn language(heard: &Element) -> &str {
    let mut languages: Vec<_> = Vec::new();
    let prompts = heard.children.iter().flat_map(|verb| std::iter::once(verb).chain(&verb.children));
    languages.extend(prompts.filter(|verb| verb.name == "Say").filter_map(|say| say.attribute("language")));
    assert!(languages.windows(2).all(|pair| pair[0] == pair[1]), "{languages:?}");
    languages.first().copied().unwrap_or_default()
}

/// A dial tone that sends what was dialled to `action`.
#[track_caller]
fn is_dial_tone(gather: &Element, action: &str) {
    assert_eq!(gather.name, "Gather");
    assert_eq!(gather.attribute("action"), Some(action));
    assert_eq!(gather.attribute("finishOnKey").unwrap_or("#"), "#");
    assert_eq!(gather.attribute("actionOnEmptyResult"), Some("true"), "silence is answered too");
    let timeout: u32 = gather.attribute("timeout").unwrap().parse().unwrap();
    assert!(timeout >= 8, "public phones have slow dialers: {timeout} s");
}

#[test]
fn a_refusal_says_why_and_gives_dial_tone() {
    let service = Service::on(STREET).start();
    for (name, tag) in [("lobby", "en-US"), ("plaza", "es-MX")] {
        let heard = service.phone(name).dials("123456").hears();
        assert_eq!(heard.verbs(), ["Gather"], "{heard}");
        assert_eq!(heard.said().len(), 2, "why, and what now: {heard}");
        assert_eq!(language(&heard), tag);
        is_dial_tone(&heard.children[0], "/outgoing/digits");
    }
}

#[test]
fn every_reason_has_its_own_words_in_both_languages() {
    let service = Service::on(STREET).but("emergency_caller_id = \"+15035550190\"", "").start();
    let mut heard = BTreeSet::new();
    // Invalid, abroad, premium, service, blocked, caller id: six reasons that any phone can meet.
    let keys = ["123456", "011442079460123", "9005550123", "511", "5035550166", "*675035550123"];
    for (name, own) in [("lobby", "5550110"), ("plaza", "5035550111")] {
        for keys in keys.into_iter().chain([own]) {
            heard.insert(service.phone(name).dials(keys).hears().said()[0].to_owned());
        }
    }
    for name in ["closet", "armario", "nobody"] {
        heard.insert(service.phone(name).dials("911").hears().said()[0].to_owned());
    }
    heard.insert(service.phone("nobody").dials("1").hears().said()[0].to_owned());
    heard.insert(service.phone_at("sip:a@example.com").dials("1").hears().said()[0].to_owned());
    // The stranger who dials 911 hears what closet hears.
    assert_eq!(heard.len(), 7 + 7 + 2 + 2, "{heard:#?}");
    let digits = heard.iter().find(|sentence| sentence.contains("911"));
    assert_eq!(digits, None, "digits that stand together are read as a number");
}

#[test]
fn three_dial_tones_then_goodbye() {
    let service = Service::on(STREET).start();
    let phone = service.phone("lobby");
    let first = phone.dials("5").hears();
    is_dial_tone(&first.children[0], "/outgoing/digits");
    let second = phone.presses(1, "5").hears();
    is_dial_tone(&second.children[0], "/outgoing/digits?try=2");
    // Whether it was a wrong number or silence.
    let third = phone.presses(2, "").hears();
    is_dial_tone(&third.children[0], "/outgoing/digits?try=3");
    for keys in ["5", ""] {
        let last = phone.presses(3, keys).hears();
        assert_eq!(last.verbs(), ["Say", "Say", "Hangup"], "{last}");
        assert!(last.said()[1].contains("Goodbye"), "{last}");
    }
    // A good number gets through on the last.
    assert_eq!(phone.presses(3, "5035550123").hears().dialled(), ["+15035550123"]);
}

#[test]
fn keys_at_the_dial_tone() {
    let service = Service::on(STREET).start();
    let phone = service.phone("plaza");
    let silence = phone.presses(1, "").hears();
    assert_eq!(silence.verbs(), ["Gather"], "{silence}");
    assert_eq!(language(&silence), "es-MX");
    // The key that ends the input, alone, is what was dialled.
    let pound = phone.presses(1, "").set("FinishedOnKey", "#").hears();
    assert!(pound.dialled()[0].starts_with("sip:menu@pbx-prod.example.org"), "{pound}");
    let sent = phone.presses(1, "5550123").set("FinishedOnKey", "#").hears();
    assert_eq!(sent.dialled(), ["+19715550123"], "the phone has an area code of its own");
    assert_eq!(phone.presses(2, "911").set("FinishedOnKey", "#").hears().dialled(), ["911"]);
}

#[test]
fn a_network_may_reject_instead() {
    let service = Service::on(STREET).but("name          =", "refusal = \"reject\"\nname =").start();
    for keys in ["1", "9005550123", "+442079460123", "*67", "lobby", "5035550166"] {
        let answer = service.phone("lobby").dials(keys).send();
        let heard = answer.twiml();
        assert_eq!(heard.verbs(), ["Reject"], "{keys}");
        assert!(
            heard.children[0].attributes.is_empty() && heard.children[0].children.is_empty(),
            "{}",
            answer.body
        );
    }
    // A caller who needs help hears why there is none.
    let heard = service.phone("armario").dials("911").hears();
    assert_eq!(heard.verbs(), ["Say", "Hangup"], "{heard}");
    assert!(heard.said()[0].contains("9 1 1") && language(&heard) == "es-MX", "{heard}");
}

#[test]
fn a_call_to_the_network_is_limited_and_reported() {
    let service = Service::on(STREET).start();
    let heard = service.phone("plaza").dials("5035550123").hears();
    let dial = dial(&heard);
    for (name, value) in [
        ("answerOnBridge", "true"),
        ("callerId", "+15035550119"),
        ("timeLimit", "2700"),
        ("timeout", "25"),
        ("action", "/status/dial"),
    ] {
        assert_eq!(dial.attribute(name), Some(value), "{name}: {heard}");
    }
    let [number] = dial.children.as_slice() else { panic!("{heard}") };
    assert_eq!((number.name.as_str(), number.text.as_str()), ("Number", "+15035550123"));
    assert_eq!(number.attribute("statusCallback"), Some("/status/call"));

    // 13214: the phone has no caller id that Twilio would take.
    assert!(service.phone("inside").dials("5035550123").hears().child("Dial").is_none());
    assert_eq!(
        service.phone("inside").dials("42").hears().dialled(),
        ["sip:lobby@street-prod.sip.twilio.com"]
    );
}

#[test]
fn a_dial_tone_may_be_a_sound() {
    let sound = "https://example.org/tone.wav?a=1&b='2'";
    let setting = format!("dial_tone = \"{sound}\"\nname =");
    let service = Service::on(STREET).but("name          =", &setting).start();
    let heard = service.phone("lobby").dials("5").hears();
    let [gather] = heard.children.as_slice() else { panic!("{heard}") };
    is_dial_tone(gather, "/outgoing/digits");
    // The sentence comes first, and inside: a key cuts it, and counts.
    let [say, play] = gather.children.as_slice() else { panic!("{heard}") };
    assert_eq!(say.name, "Say");
    assert_eq!((play.name.as_str(), play.text.as_str()), ("Play", sound));
}

#[test]
fn help_has_no_time_limit() {
    let service = Service::on(STREET).start();
    for (keys, action) in [("911", "/status/dial?help=1"), ("933", "/status/dial")] {
        let heard = service.phone("lobby").dials(keys).hears();
        assert_eq!(dial(&heard).attribute("timeLimit"), None, "{keys}");
        assert_eq!(dial(&heard).attribute("action"), Some(action));
    }
}

#[test]
fn phones_are_called_by_names_that_are_encoded() {
    let service = Service::on(STREET).start();
    let heard = service.phone("lobby").dials("5550114").hears();
    assert_eq!(
        heard.dialled(),
        [
            "sip:kitchen@street-prod.sip.twilio.com",
            "sip:porch@street-prod.sip.twilio.com",
            "sip:x&y='z'$@street-prod.sip.twilio.com",
        ]
    );
    assert_eq!(dial(&heard).attribute("callerId"), Some("+15035550110"));
    // Never the caller itself.
    let others = service.phone("porch").dials("5550114").hears();
    assert_eq!(others.dialled().len(), 2);
    let number = service.phone("lobby").dials("5035550115").hears();
    assert_eq!(number.dialled(), ["sip:+15035550115@street-prod.sip.twilio.com"]);
    let odd = service.phone("x&y='z'$").dials("lobby").hears();
    assert_eq!(odd.dialled(), ["sip:lobby@street-prod.sip.twilio.com"]);
}

#[test]
fn asterisk_is_told_who_calls() {
    let service = Service::on(STREET).start();
    let heard = service.phone("plaza").dials("#").hears();
    assert_eq!(
        heard.dialled(),
        ["sip:menu@pbx-prod.example.org;transport=tls\
        ?x-callerid=%2B15035550119&x-enableemergency=true&x-language=es"]
    );
    assert_eq!(dial(&heard).attribute("referUrl"), Some("/refer"));
    assert!(heard.dialled()[0].len() < 255, "Twilio takes no longer URI");
    let own = service.phone("strict").dials("#").hears();
    assert!(own.dialled()[0].starts_with("sip:outgoing_test@"), "{own}");
    let without = service.phone("inside").dials("0").hears();
    assert_eq!(
        without.dialled(),
        ["sip:operator@pbx-prod.example.org;transport=tls\
        ?x-enableemergency=true&x-language=en"]
    );
    assert_eq!(dial(&without).attribute("callerId"), None);
}

#[test]
fn asterisk_hands_back_to_the_dial_plan() {
    let service = Service::on(STREET).start();
    let phone = service.phone("lobby");
    for (target, dialled) in [
        ("sip:5035550123@pbx-prod.example.org", "+15035550123"),
        ("<sip:5035550123@pbx-prod.example.org:5061;transport=tls>", "+15035550123"),
        ("sip:plaza@street-prod.sip.twilio.com", "sip:plaza@street-prod.sip.twilio.com"),
        (
            "sip:%23@pbx-prod.example.org",
            "sip:menu@pbx-prod.example.org;transport=tls\
            ?x-callerid=%2B15035550110&x-enableemergency=true&x-language=en",
        ),
    ] {
        assert_eq!(phone.is_referred_to(target).hears().dialled(), [dialled], "{target}");
    }
    // A REFER can do nothing that the phone may not.
    for target in ["sip:5035550123@example.com", "sip:9005550123@pbx-prod.example.org", "sip:x@y", "", "sip:"]
    {
        assert!(phone.is_referred_to(target).hears().child("Dial").is_none(), "{target}");
    }
    let stranger = service.phone("nobody").is_referred_to("sip:5035550123@pbx-prod.example.org");
    assert!(stranger.hears().child("Dial").is_none());
}

#[test]
fn after_a_call_that_was_not_connected_a_phone_gets_dial_tone() {
    let service = Service::on(STREET).start();
    let mut said = BTreeSet::new();
    for (name, tag) in [("lobby", "en-US"), ("plaza", "es-MX")] {
        for status in ["busy", "no-answer", "failed", "weird value", ""] {
            let heard = service.phone(name).dial_ends(status).hears();
            assert_eq!(heard.verbs(), ["Gather"], "{status}: {heard}");
            assert_eq!(language(&heard), tag);
            is_dial_tone(&heard.children[0], "/outgoing/digits");
            said.insert(heard.said()[0].to_owned());
        }
    }
    assert_eq!(said.len(), 6, "what Twilio does not say has failed: {said:#?}");
    for code in ["32009", "32011"] {
        let heard = service.phone("lobby").dial_ends("no-answer").field("ErrorCode", code).hears();
        assert_eq!(heard.verbs(), ["Gather"], "{heard}");
        assert!(said.insert(heard.said()[0].to_owned()) || code == "32011", "{said:#?}");
    }
}

#[test]
fn after_a_conversation_the_call_is_over() {
    let service = Service::on(STREET).start();
    let phone = service.phone("lobby");
    let outsider = service.outsider("+15035550100");
    for status in ["completed", "answered", "canceled"] {
        assert_eq!(phone.dial_ends(status).send().twiml().children, [], "{status}");
        assert_eq!(outsider.dial_ends("+15035550110", status).hears().children, [], "{status}");
    }
    // Somebody was spoken with, whatever the status says.
    assert_eq!(phone.dial_ends("failed").field("DialBridged", "true").hears().children, []);
}

#[test]
fn a_caller_from_outside_rings_all_phones_of_the_number() {
    let service = Service::on(STREET).start();
    let heard = service.outsider("+15035550100").calls("+15035550114").hears();
    assert_eq!(heard.dialled().len(), 3);
    let dial = dial(&heard);
    for (name, value) in [
        ("callerId", "+15035550100"),
        ("answerOnBridge", "true"),
        ("action", "/status/dial"),
        ("timeout", "25"),
    ] {
        assert_eq!(dial.attribute(name), Some(value), "{name}: {heard}");
    }
    assert!(dial.attribute("timeLimit").is_some());
    for noun in &dial.children {
        assert_eq!((noun.name.as_str(), noun.attribute("statusCallback")), ("Sip", Some("/status/call")));
    }
    let nobody = service.outsider("+15035550100").calls("+15035550177").hears();
    assert_eq!(nobody.verbs(), ["Say", "Hangup"]);
}

#[test]
fn the_number_that_a_phone_shows_is_one_that_twilio_takes() {
    let service = Service::on(STREET).start();
    for from in ["+15035550100", "+442079460123", "+525555550123"] {
        let heard = service.outsider(from).calls("+15035550110").hears();
        assert_eq!(dial(&heard).attribute("callerId"), Some(from));
    }
    for from in [
        "anonymous",
        "unknown",
        "",
        "+266696687",
        "266696687",
        "123",
        "+123",
        "sip:joe@example.com",
        "client:joe",
        "+",
        "5035550100 or so",
        "\u{1f4de}",
        "+1503555010012345678",
    ] {
        let heard = service.outsider(from).calls("+15035550110").hears();
        let shown = dial(&heard).attribute("callerId");
        assert_eq!(shown, Some("anonymous"), "{from:?}: a word is shown in its place");
    }
}

#[test]
fn phones_that_cannot_be_reached_ring_once_more() {
    let service = Service::on(STREET).start();
    let outsider = service.outsider("+15035550100");
    let first = outsider.dial_ends("+15035550114", "no-answer").field("ErrorCode", "32009").hears();
    assert_eq!(first.verbs(), ["Pause", "Dial"], "{first}");
    assert_eq!(first.dialled().len(), 3);
    assert_eq!(dial(&first).attribute("action"), Some("/status/dial?again=1"));
    assert_eq!(dial(&first).attribute("callerId"), Some("+15035550100"));
    let second = outsider.second_dial_ends("+15035550114", "no-answer").field("ErrorCode", "32009").hears();
    assert_eq!(second.verbs(), ["Say", "Say", "Hangup"], "{second}");
    assert_eq!(
        second.said(),
        ["That phone cannot be reached right now.", "Please call again later. Goodbye."]
    );

    let spanish = outsider.dial_ends("+15035550111", "busy").hears();
    assert_eq!(spanish.said(), ["La línea está ocupada.", "Por favor llame más tarde. Adiós."]);
    assert_eq!(spanish.verbs().last(), Some(&"Hangup"));
}

#[test]
fn every_document_is_small_and_not_kept() {
    let service = Service::on(STREET).start();
    let answer = service.phone("lobby").dials("5035550123").method("GET").send();
    // A GET may be cached, and the next call is another.
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.body.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{}", answer.body);
}

/// One golden file holds what callers hear, for whoever wants to read it through.
#[test]
fn the_script() {
    let service = Service::on(STREET).start();
    let (lobby, plaza, outsider) =
        (service.phone("lobby"), service.phone("plaza"), service.outsider("+15035550100"));
    let scenes = [
        ("lobby dials a number", lobby.dials("5035550123")),
        ("lobby dials 911", lobby.dials("911")),
        ("lobby dials plaza by name", lobby.dials("plaza")),
        ("lobby dials a number that three phones share", lobby.dials("5550114")),
        ("lobby dials #", lobby.dials("#")),
        ("lobby dials 988", lobby.dials("988")),
        ("lobby dials one digit too few", lobby.dials("503555012")),
        ("lobby dials abroad", lobby.dials("011442079460123")),
        ("lobby dials a premium number", lobby.dials("9005550123")),
        ("lobby dials 511", lobby.dials("511")),
        ("lobby dials a blocked number", lobby.dials("5035550166")),
        ("lobby dials itself", lobby.dials("5550110")),
        ("lobby hides its number", lobby.dials("*675035550123")),
        ("closet, which may not, dials 911", service.phone("closet").dials("911")),
        ("a stranger dials a number", service.phone("nobody").dials("5035550123")),
        ("another network's phone dials a number", service.phone_at("sip:a@example.com").dials("5035550123")),
        ("plaza dials one digit too few", plaza.dials("503555012")),
        ("plaza presses nothing at the second dial tone", plaza.presses(2, "")),
        ("plaza presses nothing at the third", plaza.presses(3, "")),
        ("plaza's call finds the line busy", plaza.dial_ends("busy")),
        ("lobby's call is over", lobby.dial_ends("completed")),
        ("somebody calls kitchen, porch and the third", outsider.calls("+15035550114")),
        ("somebody calls a number that no phone has", outsider.calls("+15035550177")),
        (
            "lobby is not registered when somebody calls",
            outsider.dial_ends("+15035550110", "no-answer").field("ErrorCode", "32009"),
        ),
        (
            "nor five seconds later",
            outsider.second_dial_ends("+15035550110", "no-answer").field("ErrorCode", "32009"),
        ),
        ("nobody answers at plaza", outsider.dial_ends("+15035550111", "no-answer")),
    ];
    let script: Vec<_> =
        scenes.into_iter().map(|(title, request)| format!("## {title}\n\n{}", request.hears())).collect();
    golden("script.txt", &script.join("\n"));
}
