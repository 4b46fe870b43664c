//! Answers to callers who need help, and to those who once met a fault.

use super::*;
use crate::testing::{call, network, network_with};

fn plan(phone: &str, dialled: &str) -> Plan {
    outgoing(&call(phone, dialled), &network(), &mut ())
}

/// The number that is dialled, or the reason why none is.
fn target(phone: &str, dialled: &str) -> String {
    let plan = plan(phone, dialled);
    let document = plan.reply.to_string();
    let number = document.split("</Number>").next().and_then(|text| text.rsplit('>').next());
    match plan.decision.reason() {
        Some(reason) => reason.as_str().to_owned(),
        None => number.unwrap_or_default().to_owned(),
    }
}

/// The two faults that keys pressed during a sentence met: every sentence before a dial tone is inside its Gather.
#[test]
fn keys_count_from_the_first_syllable() {
    let with_tone = network_with("dial_tone = \"https://sounds.example.org/tone.wav\"");
    for network in [network(), with_tone] {
        for phone in ["lobby", "porch"] {
            let pressed = |keys: &str| {
                let call = Call { digits: Some(keys.into()), ..call(phone, "x") };
                digits(&call, &network, &DialTone::first(), &mut ()).reply.to_string()
            };
            let refused = outgoing(&call(phone, "5"), &network, &mut ()).reply.to_string();
            for document in [refused, pressed("5"), pressed("")] {
                assert!(document.contains("<Response><Gather "), "{document}");
                assert!(document.ends_with("</Gather></Response>"), "{document}");
            }
        }
    }
}

#[test]
fn help_in_pieces_arrives() {
    let network = network();
    let action = |document: &str| {
        let action = document.split("/outgoing/digits").nth(1).unwrap();
        action.split('"').next().unwrap().trim_start_matches('?').replace("&amp;", "&")
    };
    for pieces in
        [&["9", "1", "1"][..], &["91", "1"], &["9", "11"], &["1", "1", "2"], &["9", "", "11"], &["99", "11"]]
    {
        let mut plan = outgoing(&call("lobby", pieces[0]), &network, &mut ());
        for piece in &pieces[1..] {
            assert_ne!(plan.decision, Decision::Emergency, "{pieces:?}");
            let query = action(&plan.reply.to_string());
            let call = Call { digits: Some((*piece).into()), ..call("lobby", pieces[0]) };
            plan = digits(&call, &network, &DialTone::from_query(&query), &mut ());
        }
        assert_eq!(plan.decision, Decision::Emergency, "{pieces:?}");
        assert!(plan.reply.to_string().contains(">911</Number>"));
    }
    // What is no call for help is never put together, and nothing else is ever in the URL.
    let keyed = |query: &str, keys: &str| {
        let call = Call { digits: Some(keys.into()), ..call("lobby", "91") };
        digits(&call, &network, &DialTone::from_query(query), &mut ())
    };
    assert!(keyed("help=91", "15035550123").reply.to_string().contains(">+15035550123</Number>"));
    for (query, keys) in [("", "5"), ("help=50", "35550123"), ("help=5", "0"), ("", "12"), ("help=9", "5")] {
        let document = keyed(query, keys).reply.to_string();
        assert!(!document.contains("help="), "{query} {keys}: {document}");
    }
}

/// A slow caller is sent away neither after the last try nor by a file that explains nothing.
#[test]
fn a_call_for_help_that_is_begun_goes_on() {
    let rejecting = network_with("refusal = \"reject\"");
    for network in [network(), rejecting] {
        let keyed = |query: &str, keys: &str| {
            let call = Call { digits: Some(keys.into()), ..call("lobby", "5") };
            digits(&call, &network, &DialTone::from_query(query), &mut ())
        };
        let begun = keyed("try=3", "91").reply.to_string();
        assert!(begun.contains("help=91") && begun.ends_with("</Gather></Response>"), "{begun}");
        assert_eq!(keyed("try=3&help=91", "1").decision, Decision::Emergency);
        // What does not grow is counted, so nobody stays for ever.
        assert!(keyed("try=3&help=91", "91").reply.to_string().contains("<Hangup"));
        // The beginning of 911, and of 112 and 999, which fewer people dial there.
        for begun in ["9", "91", "11", "99"] {
            let dialled = outgoing(&call("lobby", begun), &network, &mut ()).reply.to_string();
            assert!(dialled.contains(&format!("help={begun}")), "{dialled}");
        }
    }
}

#[test]
fn an_impostor_is_refused_but_not_when_help_is_needed() {
    let network = network();
    let decide = |dialled: &str| {
        let call = Call { sip_username: Some("porch".into()), ..call("lobby", dialled) };
        outgoing(&call, &network, &mut ())
    };
    let plan = decide("5035550123");
    assert_eq!(plan.decision, Decision::Refused(Reason::Impostor));
    assert!(plan.events.iter().all(|event| event.endpoint() == "Porch"));
    let help = decide("911");
    assert_eq!(help.decision, Decision::Emergency);
    assert!(
        help.reply.to_string().contains("callerId=\"+15035550111\""),
        "the number of the phone that authenticated"
    );
}

#[test]
fn toll_free_is_seven_area_codes() {
    for (dialled, expected) in [
        ("8005550123", "+18005550123"),
        ("8885550123", "+18885550123"),
        ("8091653377", "country_not_allowed"),
        ("8290001234", "country_not_allowed"),
        ("2423001234", "country_not_allowed"),
        ("8688001234", "country_not_allowed"),
        ("8001412345", "invalid_number"),
    ] {
        assert_eq!(target("lobby", dialled), expected, "{dialled}");
        assert_eq!(target("lobby", &format!("+1{dialled}")), expected, "{dialled}");
    }
}

#[test]
fn what_is_meant_is_dialled_and_what_is_wrong_is_said() {
    for (dialled, number) in [
        ("*825035550123", "+15035550123"),
        ("*31#5035550123", "+15035550123"),
        ("*82 1 503 555 0123", "+15035550123"),
        ("+01115035550123", "+15035550123"),
        ("+0015035550123", "+15035550123"),
    ] {
        assert_eq!(target("lobby", dialled), number, "{dialled}");
    }
    let document = |dialled| plan("lobby", dialled).reply.to_string();
    for (dialled, said) in [
        ("50355501234", "too long"),
        ("15035550123456", "too long"),
        ("+150355501234567890123", "too long"),
        ("503555012", "not a complete phone number"),
        ("711", "dial the whole number"),
        ("211#", ""),
        ("5035550123,12,34", "dial the number alone"),
        ("5035550123,1234", "dial the number alone"),
        ("5035550123x123", "dial the number alone"),
        ("5035550123 ext. 123", "dial the number alone"),
        ("15035550123w456", "dial the number alone"),
        ("555,1234", "dial the number alone"),
        ("*69", "cannot call that service"),
    ] {
        assert!(document(dialled).contains(said), "{dialled}: {}", document(dialled));
    }
}

#[test]
fn a_drill_and_a_refusal_are_events_of_their_own() {
    let names = |phone, dialled| -> Vec<_> {
        plan(phone, dialled).events.iter().map(|event| event.name().to_string()).collect()
    };
    assert_eq!(names("lobby", "911"), ["dial_outgoing", "dial_emergency"]);
    assert_eq!(names("lobby", "933"), ["dial_outgoing", "dial_address_test"]);
    assert_eq!(names("two", "911"), ["dial_outgoing", "reject", "emergency_refused"]);
    assert_eq!(names("two", "933"), ["dial_outgoing", "reject"]);
    // A phone without a number may call, since the network has one that can be shown.
    assert!(plan("bare", "911").reply.to_string().contains("callerId=\"+15035550100\""));
    let none = network_with("emergency_calling = \"none\"");
    let refused = outgoing(&call("lobby", "911"), &none, &mut ());
    assert_eq!(refused.decision, Decision::Refused(Reason::EmergencyDisabled));
    assert!(refused.reply.to_string().contains("This phone cannot call 9 1 1"));
}

#[test]
fn a_british_phone_calls_british_help() {
    let text = "[network]\nname='uk'\nregion='GB'\nallow=['GB']\n[stages.prod]\nsip_domain='test-prod.sip.twilio.com'\n\
                public_url='https://x.org'\n[extensions.lobby]\nnumber='+442079460110'\n[extensions.mute]\nemergency=false\n";
    let network = network::NetworkFile::parse(text).and_then(|file| file.network("prod")).unwrap();
    for (dialled, number) in [("999", "999"), ("112", "112"), ("911", "999"), ("9999", "999")] {
        let document = outgoing(&call("lobby", dialled), &network, &mut ()).reply.to_string();
        assert!(document.contains(&format!(">{number}</Number>")), "{dialled}: {document}");
        assert!(document.contains("callerId=\"+442079460110\""));
    }
    assert!(outgoing(&call("lobby", "933"), &network, &mut ()).decision.reason().is_some());
    let refused = outgoing(&call("mute", "999"), &network, &mut ()).reply.to_string();
    assert!(refused.contains("cannot call 9 9 9"), "{refused}");
}

/// Codes that hide or show the number are each country's own; a number that begins so is that number.
#[test]
fn each_country_hides_and_shows_numbers_by_its_own_codes() {
    for (region, number, dialled, expected) in [
        ("GB", "+442079460110", "14102079460123", "caller_id_block"),
        ("GB", "+442079460110", "141", "caller_id_block"),
        ("GB", "+442079460110", "147002079460123", "+442079460123"),
        ("GB", "+442079460110", "1470", "special_service"),
        // Glasgow without its 0, and 141 before what would be no number.
        ("GB", "+442079460110", "1414960123", "+441414960123"),
        ("GB", "+442079460110", "141999", "999"),
        ("GB", "+442079460110", "1470112", "112"),
        ("AU", "+61255501110", "18320255501234", "+61255501234"),
        ("AU", "+61255501110", "18310255501234", "caller_id_block"),
        ("AU", "+61255501110", "1831000", "000"),
        ("US", "+15035550110", "11825035550123", "+15035550123"),
        ("US", "+15035550110", "11675035550123", "caller_id_block"),
        ("US", "+15035550110", "*82*675035550123", "caller_id_block"),
        ("US", "+15035550110", "1411", "special_service"),
        ("DE", "+493023125110", "*31*03023125123", "special_service"),
        ("AT", "+43155501110", "*31*0155501234", "caller_id_block"),
    ] {
        let text = format!(
            "[network]\nname='n'\nregion='{region}'\nallow=['{region}']\n[stages.prod]\n\
             sip_domain='test-prod.sip.twilio.com'\npublic_url='https://x.org'\n[extensions.lobby]\nnumber='{number}'\n"
        );
        let network = network::NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap();
        let plan = outgoing(&call("lobby", dialled), &network, &mut ());
        let document = plan.reply.to_string();
        let got = plan.decision.reason().map_or(document, |reason| reason.as_str().to_owned());
        assert!(
            got == expected || got.contains(&format!(">{expected}</Number>")),
            "{region} {dialled}: {got}"
        );
    }
}
