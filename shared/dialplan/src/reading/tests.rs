//! How keys are read, before anything is decided.

use super::*;
use crate::testing::{call, network, network_with};

const BRITAIN: &str = "[network]\nname='uk'\nregion='GB'\nallow=['GB']\n[stages.prod]\nsip_domain='test-prod.sip.twilio.com'\n\
     public_url='https://x.org'\n[extensions.lobby]\nnumber='+442079460110'\n";

fn britain() -> Network {
    network::NetworkFile::parse(BRITAIN).and_then(|file| file.network("prod")).unwrap()
}

fn is_too_long(keys: &str, network: &Network) -> bool {
    super::is_too_long(keys, network, network.extension("lobby").unwrap())
}

/// A caller who pressed a key too many is told so; one who pressed too few must not be. A number has ten digits in North
/// America, and fifteen at most in the world (ITU-T E.164, 6.1), behind 9 and 011.
#[test]
fn a_number_is_too_long_from_its_first_key_too_many() {
    for (keys, expected) in [
        ("5035550123", false),
        ("50355501234", true),
        ("15035550123", false),
        ("150355501234", true),
        ("95035550123", false),
        // One digit is missing behind 9 and 1.
        ("91503555012", false),
        ("915035550123", false),
        ("9150355501234", true),
        ("9503555", false),
        // Two digits of ten are missing, rather than one too many behind a local number.
        ("55501234", false),
        ("9035550123", false),
        // Abroad: what is missing after 011, 00, + and 9011 is no key too many.
        ("0111503555012", false),
        ("001503555012", false),
        ("+1503555012", false),
        ("9011150355501", false),
        ("9011150355501234567", true),
        ("90111503555012345678", true),
        ("+1503555012345678901", false),
        ("+15035550123456789012", true),
        ("01115035550123456789", true),
        // Not all of it is digits.
        ("50355501234*", false),
        ("503555FLOWER", false),
    ] {
        assert_eq!(is_too_long(keys, &network()), expected, "{keys}");
    }
    // Elsewhere numbers of one country differ in length: too long is what would be a number without its last keys, and is
    // none with more.
    let britain = britain();
    for (keys, expected) in [
        ("020794601234", true),
        ("0207946012", false),
        ("08001111", false),
        ("080011112", false),
        ("0800111123456", true),
        ("2079460123456789", false),
        ("1234567890123456789", false),
        ("12345678901234567890", true),
    ] {
        assert_eq!(is_too_long(keys, &britain), expected, "{keys}");
    }
}

/// ITU-T's list of dialling procedures: 0011 in Australia, 001 in Thailand, 011 in North America and 00 nearly everywhere. People
/// know 011 and 00 from home and from films, so they work everywhere.
#[test]
fn each_country_has_its_own_way_abroad() {
    for (region, dialled, expected) in [
        ("AU", "0011442079460123", Some("442079460123")),
        ("TH", "001442079460123", Some("442079460123")),
        ("TH", "00442079460123", Some("442079460123")),
        ("US", "011442079460123", Some("442079460123")),
        ("GB", "0015035550123", Some("15035550123")),
        ("GB", "01115035550123", Some("15035550123")),
        ("US", "5035550123", None),
        ("GB", "02079460123", None),
    ] {
        assert_eq!(abroad(dialled, Region::parse(region).unwrap()), expected, "{region} {dialled}");
    }
}

/// 116 123 is a helpline (Commission decision 2007/698/EC), 118 712 a directory, 3699 was France's speaking clock: nobody reaches them
/// behind a country code, so the caller hears that they cannot be dialled, and not that the number is wrong.
#[test]
fn short_numbers_are_told_from_wrong_ones() {
    let britain = britain();
    let outcome = |network: &Network, dialled: &str| {
        crate::outgoing(&call("lobby", dialled), network, &mut ()).decision.reason()
    };
    for (keys, is_short) in [
        ("116123", true),
        ("118712", true),
        ("3699", true),
        ("116123#", true),
        ("12", false),
        ("1234567", false),
        ("11612a", false),
        ("+44116", false),
        ("", false),
    ] {
        assert_eq!(is_short_number(keys, &britain), is_short, "{keys}");
        // North America's short numbers have three digits and are codes of the file, such as 211 and 411.
        assert!(!is_short_number(keys, &network()), "{keys}");
    }
    assert_eq!(outcome(&britain, "116123"), Some(Reason::SpecialService));
    assert_eq!(outcome(&britain, "1234567"), Some(Reason::InvalidNumber));
    assert_eq!(outcome(&network(), "116123"), Some(Reason::InvalidNumber));
}

/// Letters spell a number behind an area code that was dialled in digits, with or without what comes before it. What merely looks
/// like a name must ring no stranger, even if its letters spell a number that exists (563 is in Iowa).
#[test]
fn letters_spell_a_number_behind_an_area_code() {
    let network = network();
    let spelt = |keys: &str| -> Vec<String> {
        let numbers = read(keys, &network, network.extension("lobby").unwrap()).numbers;
        numbers.iter().map(|number| number.as_str().to_owned()).collect()
    };
    for keys in ["800flowers", "1800flowers", "+1800flowers", "91800flowers#"] {
        let expected: &[&str] = if keys.starts_with("91") { &[] } else { &["+18003569377"] };
        assert_eq!(spelt(keys), expected, "{keys}");
    }
    for keys in ["jod5550123", "5jod550123", "56d5550123", "800flower", "800flowersnow"] {
        assert_eq!(spelt(keys), [""; 0], "{keys}");
    }
}

/// A telephone that sends a pause behind the number, and nothing after it, means the number. Digits behind the pause could be an
/// extension.
#[test]
fn a_pause_at_the_end_is_no_extension() {
    let network = network();
    let lobby = network.extension("lobby").unwrap();
    for (keys, has_extension) in [
        ("5035550123,", false),
        ("5035550123w", false),
        ("5035550123pp#", false),
        ("5035550123,1", true),
        ("5035550123w1", true),
        ("5550123x1", true),
        // Fewer digits than any number has, and then letters: they may spell one.
        ("503xyz1234", false),
        ("503,1", true),
        (",1", false),
        ("*5035550123,1", false),
    ] {
        let reading = read(keys, &network, lobby);
        assert_eq!(reading.has_extension, has_extension, "{keys}");
        assert_eq!(
            reading.numbers.is_empty(),
            has_extension || keys.len() < 4 || keys.starts_with('*'),
            "{keys}"
        );
    }
}

/// Why the lobby may not call a number; nothing if it may.
fn refused(dialled: &str, allow: &str) -> Option<Reason> {
    let network = network_with(&format!("allow = {allow}"));
    crate::outgoing(&call("lobby", dialled), &network, &mut ()).decision.reason()
}

/// Toll-free codes are shared by all of North America, whichever of its countries a network allows, and by nobody else.
#[test]
fn toll_free_numbers_belong_to_all_of_north_america() {
    for (allow, expected) in [
        ("['US']", None),
        ("['CA']", None),
        ("['PR', 'MX']", None),
        ("['MX']", Some(Reason::CountryNotAllowed)),
        ("['GB']", Some(Reason::CountryNotAllowed)),
    ] {
        assert_eq!(refused("8005550123", allow), expected, "{allow}");
    }
    // 976 costs extra and 911 is no exchange in an area code; behind a toll-free code they are digits like any other.
    for (dialled, expected) in [
        ("8009760123", None),
        ("8009110123", None),
        ("5039760123", Some(Reason::Premium)),
        ("5039110123", Some(Reason::InvalidNumber)),
    ] {
        assert_eq!(refused(dialled, "['US']"), expected, "{dialled}");
    }
}

/// A number's price and purpose do not depend on where it is: 900 costs extra though its exchange cannot be dialled, pagers of
/// Antigua (268 406) and Canada's code of no place (600) are no telephones, and a mobile telephone of Jamaica is one.
#[test]
fn what_a_number_is_for_counts_in_every_country() {
    for (dialled, allow, expected) in [
        ("9001550123", "['US']", Some(Reason::Premium)),
        ("2684061234", "['US', 'AG']", Some(Reason::SpecialService)),
        ("6002345678", "['US', 'CA']", Some(Reason::SpecialService)),
        ("8762101234", "['US', 'JM']", None),
        ("2469761234", "['US', 'BB']", Some(Reason::Premium)),
    ] {
        assert_eq!(refused(dialled, allow), expected, "{dialled}");
    }
}
