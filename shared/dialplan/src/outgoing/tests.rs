//! The dial plan, tested through its front door.

use proptest::prelude::*;

use webhook::Address;

use super::*;
use crate::testing::{DOMAIN, call, network, network_with, sip};

fn plan(phone: &str, dialled: &str) -> Plan {
    outgoing(&call(phone, dialled), &network(), &mut ())
}

fn target(phone: &str, dialled: &str) -> String {
    let plan = plan(phone, dialled);
    let document = plan.reply.to_string();
    let targets: Vec<_> = document
        .split("statusCallbackEvent=\"completed\">")
        .skip(1)
        .filter_map(|rest| rest.split(['<', '?']).next())
        .collect();
    match plan.decision.reason() {
        Some(reason) => reason.as_str().to_owned(),
        None => targets.join(" ").replace(&format!("@{DOMAIN}"), ""),
    }
}

#[test]
fn numbers_as_people_dial_them() {
    for dialled in [
        "5035550123",
        "15035550123",
        "+15035550123",
        "5550123",
        "95550123",
        "95035550123",
        "915035550123",
        "01115035550123",
        "0015035550123",
        "901115035550123",
        "5035550123#",
        "(503) 555-0123",
        "503.555.0123",
        "503\u{2011}555\u{2011}0123",
        "\u{ff15}\u{ff10}\u{ff13}5550123",
    ] {
        assert_eq!(target("lobby", dialled), "+15035550123", "{dialled}");
    }
    for (dialled, number) in [
        ("1-800-FLOWERS", "+18003569377"),
        ("18003569377", "+18003569377"),
        ("525555550123", "+525555550123"),
        ("011525555550123", "+525555550123"),
        ("+525555550123", "+525555550123"),
        ("9011525555550123", "+525555550123"),
        ("6045550123", "+16045550123"),
        ("9165550123", "+19165550123"),
        ("9995550", "+15039995550"),
    ] {
        assert_eq!(target("lobby", dialled), number, "{dialled}");
    }
}

#[test]
fn what_cannot_be_called_and_why() {
    for (dialled, reason) in [
        ("1", "invalid_number"),
        ("12", "invalid_number"),
        ("150355501234", "invalid_number"),
        ("1503555012", "invalid_number"),
        ("5031550123", "invalid_number"),
        ("5039110123", "invalid_number"),
        ("9111234", "invalid_number"),
        ("9115035550123", "invalid_number"),
        ("442079460123", "invalid_number"),
        ("5035550123w1", "invalid_number"),
        ("flowers", "invalid_number"),
        ("800flower", "invalid_number"),
        ("0#", "invalid_number"),
        ("#0", "invalid_number"),
        ("++5035550123", "invalid_number"),
        ("+", "invalid_number"),
        ("", "invalid_number"),
        ("\u{1f4de}", "invalid_number"),
        ("05035550123", "invalid_number"),
        ("5215550123", "special_service"),
        ("+521555555012", "invalid_number"),
        ("+5215555550123", "invalid_number"),
        ("311", "special_service"),
        ("1311", "special_service"),
        ("9511", "special_service"),
        ("*69", "special_service"),
        ("*", "special_service"),
        ("7005550123", "special_service"),
        ("8225550123", "special_service"),
        ("9005550123", "premium"),
        ("5039760123", "premium"),
        ("8765550123", "country_not_allowed"),
        ("2685550123", "country_not_allowed"),
        ("+442079460123", "country_not_allowed"),
        ("011535550123", "country_not_allowed"),
        ("2469765550", "country_not_allowed"),
        ("5035550166", "blocked"),
        ("5035560123", "blocked"),
        ("*675035550123", "caller_id_block"),
        ("*67", "caller_id_block"),
        ("#31#5035550123", "caller_id_block"),
        ("lobby", "own_number"),
        ("LOBBY", "own_number"),
        ("5035550110", "own_number"),
        ("55", "own_number"),
        ("2469760123", "country_not_allowed"),
    ] {
        assert_eq!(target("lobby", dialled), reason, "{dialled}");
    }
    assert_eq!(target("porch", "5035550177"), "blocked");
    assert_eq!(target("bare", "5035550123"), "blocked");
    assert_eq!(target("two", "911"), "emergency_disabled");
    // It has no number, but the network has one that 911 can call back.
    assert_eq!(target("bare", "911"), "911");
}

#[test]
fn codes_and_names_win_over_numbers() {
    for (phone, dialled, uri) in [
        ("lobby", "411", "sip:operator@pbx-prod.example.org:5061;transport=tls"),
        ("lobby", "1411", "sip:operator@pbx-prod.example.org:5061;transport=tls"),
        ("lobby", "411#", "sip:operator@pbx-prod.example.org:5061;transport=tls"),
        ("lobby", "5551212", "sip:operator@pbx-prod.example.org:5061;transport=tls"),
        ("lobby", "5555551212", "sip:operator@pbx-prod.example.org:5061;transport=tls"),
        ("lobby", "0", "sip:operator@pbx-prod.example.org:5061;transport=tls"),
        ("lobby", "#", "sip:menu@pbx-prod.example.org:5061;transport=tls"),
        ("two", "#", "sip:test@pbx-prod.example.org:5061;transport=tls"),
        ("lobby", "988", "+18002738255"),
        ("lobby", "1211", "+18666986155"),
        ("porch", "55", "sip:lobby"),
        ("lobby", "56", "sip:one sip:two"),
        ("lobby", "porch", "sip:Porch"),
        ("lobby", "5035550111", "sip:Porch"),
        ("lobby", "5550112", "sip:one sip:two"),
        ("one", "5550112", "sip:two"),
        ("lobby", "+15035550114", "sip:+15035550114"),
    ] {
        assert_eq!(target(phone, dialled), uri, "{phone} {dialled}");
    }
}

#[test]
fn a_network_in_another_region_reads_its_own_numbers() {
    let text = "[network]\nname='uk'\nregion='GB'\nallow=['GB']\n[stages.prod]\nsip_domain='test-prod.sip.twilio.com'\n\
                public_url='https://x.org'\n[extensions.lobby]\nnumber='+442079460110'\n";
    let network = crate::NetworkFile::parse(text).and_then(|file| file.network("prod")).unwrap();
    let placed = |dialled: &str| {
        let plan = outgoing(&call("lobby", dialled), &network, &mut ());
        plan.reply.to_string().contains("completed\">+442079460123</Number>")
    };
    for dialled in ["02079460123", "+442079460123", "00442079460123", "902079460123"] {
        assert!(placed(dialled), "{dialled}");
    }
    assert!(!placed("2079460"));
}

#[test]
fn only_phones_of_this_stage_may_call() {
    let network = network();
    let refused = |from: &str, domain: Option<&str>| {
        let from = Address::parse(from);
        let call = Call { from, sip_domain: domain.map(str::to_owned), ..call("lobby", "5035550123") };
        outgoing(&call, &network, &mut ()).decision.reason().map(Reason::as_str)
    };
    let ours = "sip:lobby@test-prod.sip.twilio.com";
    for from in
        [ours, "sips:LOBBY@TEST-prod.sip.twilio.com:5061", "<sip:lobby@test-prod.sip.umatilla.twilio.com>"]
    {
        assert_eq!(refused(from, None), None, "{from}");
        assert_eq!(refused(from, Some("test-prod.sip.umatilla.twilio.com")), None, "{from}");
    }
    assert_eq!(refused(ours, Some("test-dev.sip.twilio.com")), Some("foreign_domain"));
    for (from, reason) in [
        ("", "unknown_caller"),
        ("+15035550199", "unknown_caller"),
        ("sip:nobody@test-prod.sip.twilio.com", "unknown_caller"),
        ("sip:lobby@test-dev.sip.twilio.com", "foreign_domain"),
        ("sip:lobby@evil.example.org", "foreign_domain"),
        ("sip:lobby", "foreign_domain"),
    ] {
        assert_eq!(refused(from, None), Some(reason), "{from}");
    }
}

#[test]
fn help_is_sent_to_whoever_calls() {
    for (from, caller_id) in [
        ("sip:lobby@test-prod.sip.twilio.com", "+15035550110"),
        ("sip:LOBBY@test-prod.sip.twilio.com", "+15035550110"),
        ("sip:nobody@test-prod.sip.twilio.com", "+15035550100"),
        ("sip:two@evil.example.org", "+15035550100"),
        ("", "+15035550100"),
        ("+15035550199", "+15035550100"),
        ("anonymous", "+15035550100"),
    ] {
        let call = Call { from: Address::parse(from), sip_domain: None, ..call("lobby", "9911#") };
        let plan = outgoing(&call, &network(), &mut ());
        let document = plan.reply.to_string();
        assert!(
            document.contains(&format!("callerId=\"{caller_id}\"")) && document.contains(">911</Number>"),
            "{from}: {document}"
        );
        assert!(!document.contains("timeLimit"));
        assert_eq!(plan.decision, Decision::Emergency);
    }
}

#[test]
fn a_refusal_is_told_in_the_phones_language_and_dial_tone_comes_three_times() {
    let network = network();
    let refused = |keys: &str, query: &str| {
        let call = Call { digits: Some(keys.into()), ..call("porch", "x") };
        digits(&call, &network, &DialTone::from_query(query), &mut ()).reply.to_string()
    };
    assert!(refused("5", "").contains("language=\"es-MX\">Ese no es"));
    assert!(refused("5", "").contains("action=\"/outgoing/digits?try=2\""));
    assert!(refused("", "try=2").contains("action=\"/outgoing/digits?try=3\""));
    let last = refused("5", "a=b&try=3");
    assert!(!last.contains("<Gather") && last.ends_with("</Say><Hangup/></Response>"), "{last}");
    for odd in [
        "try=0",
        "try=-1",
        "try=x",
        "try=",
        "try=999999",
        "try=255",
        "try=256",
        "help=911",
        "help=x",
        "help=",
    ] {
        assert!(!refused("", odd).is_empty());
    }
    let reject = network_with("refusal = \"reject\"");
    let document = |dialled| outgoing(&call("two", dialled), &reject, &mut ()).reply.to_string();
    assert!(document("1").ends_with("<Response><Reject/></Response>"));
    assert!(document("911").contains("<Say") && document("911").ends_with("<Hangup/></Response>"));
    // At a dial tone the call is answered already, so it ends with a sentence, and no other dial tone follows.
    let keyed = Call { digits: Some("2".into()), ..call("two", "x") };
    let document = digits(&keyed, &reject, &DialTone::first(), &mut ()).reply.to_string();
    assert!(!document.contains("<Gather") && document.ends_with("</Say><Hangup/></Response>"), "{document}");
}

#[test]
fn the_key_that_sends_is_a_code_when_it_comes_alone() {
    let keyed = |keys: Option<&str>, key: Option<&str>| {
        let call =
            Call { digits: keys.map(Into::into), finished_on: key.map(Into::into), ..call("lobby", "x") };
        digits(&call, &network(), &DialTone::first(), &mut ()).decision
    };
    assert_eq!(keyed(Some(""), Some("#")), Decision::Asterisk);
    assert_eq!(keyed(Some("5035550123"), Some("#")), Decision::Pstn);
    assert_eq!(keyed(Some(""), None), Decision::Silence);
    assert_eq!(keyed(None, None), Decision::Silence);
}

#[test]
fn every_call_is_counted_and_filed_under_its_phone() {
    let names = |phone: &str, dialled: &str| -> Vec<_> {
        let plan = plan(phone, dialled);
        plan.events.iter().map(|event| format!("{} {}", event.name(), event.endpoint())).collect()
    };
    assert_eq!(names("lobby", "5035550123"), ["dial_outgoing lobby", "dial_pstn lobby"]);
    assert_eq!(names("LOBBY", "one"), ["dial_outgoing lobby", "dial_extension lobby"]);
    assert_eq!(names("lobby", "0"), ["dial_outgoing lobby", "dial_sip_asterisk lobby"]);
    assert_eq!(names("lobby", "911"), ["dial_outgoing lobby", "dial_emergency lobby"]);
    assert_eq!(names("+15035550114", "1"), ["dial_outgoing kiosk", "reject kiosk"]);
    assert_eq!(names("nobody", "1"), ["dial_outgoing unknown", "reject unknown"]);
}

proptest! {
    #[test]
    fn nothing_that_is_dialled_panics(text in any::<String>(), phone in "lobby|porch|nobody|\\PC{0,8}") {
        let call = Call { from: sip(&phone), ..call("lobby", &text) };
        let plan = outgoing(&call, &network(), &mut ());
        prop_assert_eq!(plan.events.len(), 2);
    }

    /// Twilio gets the number that the digits spell: completed at the front, never changed. Exchange 555 is left
    /// out, because numbers of this network are in it; so are N11 codes, which no exchange has (NANPA).
    #[test]
    fn north_american_numbers_are_dialled_digit_by_digit(
        prefix in "1?|\\+1|91?|0111|001|90111",
        area in prop::sample::select(vec!["503", "971", "212", "907", "916", "604", "867"]),
        exchange in "[2-4][02-9][0-9]|[6-8][02-9][0-9]",
        line in "[0-9]{4}",
    ) {
        let national = format!("{area}{exchange}{line}");
        prop_assert_eq!(target("lobby", &format!("{prefix}{national}")), format!("+1{national}"));
    }

    /// Any other digits end in a call to that very number, in another call of the network, or in a refusal.
    #[test]
    fn no_digit_is_changed(digits in "[0-9]{7,15}") {
        let plan = plan("lobby", &digits);
        let dialled = target("lobby", &digits);
        match plan.decision {
            Decision::Pstn => prop_assert!(dialled.ends_with(&digits[digits.len() - 7..]), "{} {}", digits, dialled),
            Decision::Refused(reason) => prop_assert_eq!(dialled, reason.as_str()),
            _ => prop_assert!(!dialled.ends_with(&digits), "{} {}", digits, dialled),
        }
    }
}
