//! The dial plans of the devices, run by interpreters of their makers' languages: every key reaches the server as it
//! was pressed, 911 at once, and so is every other number whose end is known.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a test that cannot go on says so and stops"
)]

mod at_once;
mod grandstream;
mod linksys;
mod pattern;
mod polycom;
mod snom;
mod world;

use dialplan::Decision;
use network::DeviceKind;
use numbers::emergency::{COUNTRIES, Country, EVERYWHERE};
use pattern::Outcome;
use proptest::prelude::*;
use world::{Phone, STREET, World};

/// One device after the other, each with its dial plan, each in every reading of its language.
fn outcomes<'p>(phone: &'p Phone, keys: &'p str) -> impl Iterator<Item = (&'static str, Outcome)> + 'p {
    use grandstream::Reading;
    [
        ("Grandstream, first that fits", phone.grandstream.dial(keys, Reading::FirstThatFits)),
        ("Grandstream, last that can", phone.grandstream.dial(keys, Reading::LastThatCan)),
        ("Linksys", phone.linksys.dial(keys)),
        ("Polycom", phone.polycom.dial(keys)),
        ("Yealink", phone.yealink.dial(keys)),
        ("Snom", phone.snom.dial(keys)),
    ]
    .into_iter()
}

/// Checks keys: nothing is changed or held back, emergency numbers do not wait, and anything sent before its
/// end leads where the whole would have led.
fn check(phone: &Phone, keys: &str) {
    let answer = phone.accepted(keys);
    for (device, outcome) in outcomes(phone, keys) {
        let is_grandstream = device.starts_with("Grandstream");
        let kind = if is_grandstream { DeviceKind::GrandstreamHt801 } else { DeviceKind::LinksysPap2 };
        let help = || emergency_numbers().filter(|number| phone.plan.sends_at_once(kind, number));
        if let Some(number) = help().find(|number| keys.starts_with(number)) {
            assert_eq!(outcome, Outcome::AtOnce(number.into()), "{device}: {keys}");
        }
        match outcome {
            Outcome::AfterSilence(sent) => assert_eq!(sent, keys, "{device}"),
            Outcome::AtOnce(sent) => {
                assert!(keys.starts_with(&sent), "{device}: {keys} is changed to {sent}");
                if answer.is_some() {
                    assert_eq!(phone.accepted(&sent), answer, "{device}: {keys} is cut to {sent}");
                }
            }
            // The one exception, and it leads nowhere: 91 of 911, see `dialect::GRANDSTREAM`.
            Outcome::Busy => {
                let is_begun = |number: &str| {
                    let rest = number.strip_prefix(keys).unwrap_or_default();
                    !rest.is_empty() && rest.chars().all(|key| keys.ends_with(key))
                };
                assert!(is_grandstream && help().any(is_begun), "{device}: {keys} is kept back");
                assert_eq!(answer, None, "{device}: {keys} is kept from the server");
            }
        }
    }
}

/// Every emergency number of the table, and 911.
fn emergency_numbers() -> impl Iterator<Item = &'static str> {
    COUNTRIES.iter().flat_map(Country::numbers).chain(&EVERYWHERE).copied()
}

/// Each country's emergency numbers go out with their last key, on every kind of device: nothing of its numbering plan is
/// in the way. The oracle is the table in `numbers`, which is compared with PyPI `phonenumbers`.
#[test]
fn every_country_dials_its_own_numbers_at_once() {
    for country in &COUNTRIES {
        let region = country.region();
        for allow in ["# none", &format!("allow = [\"{region}\"]")] {
            let world = World::new(&world::small(region).replace("# allow", allow));
            let phone = world.phone("lobby");
            for kind in DeviceKind::ALL {
                let late = phone.plan.late(*kind).filter(|number| country.numbers().contains(number));
                let late: Vec<_> = late.collect();
                assert!(late.is_empty(), "{region}, {}: {late:?} wait", kind.as_str());
            }
            for number in country.numbers() {
                assert_eq!(phone.decision(number), Decision::Emergency, "{region}: {number}");
                for (device, outcome) in outcomes(&phone, number) {
                    assert_eq!(outcome, Outcome::AtOnce((*number).into()), "{region}, {device}");
                }
                for end in 1..=number.len() {
                    check(&phone, &number[..end]);
                }
            }
            // A number of a foreign country may wait, and is not held back.
            EVERYWHERE.iter().for_each(|number| check(&phone, number));
        }
    }
}

/// Where the file itself has something longer, it is said.
#[test]
fn what_the_file_puts_behind_an_emergency_number() {
    let with = |code: &str| {
        let text = world::small("GB")
            .replace("[codes]", &format!("[codes]\n\"{code}\" = {{ extension = \"garage\" }}"));
        World::new(&text).phone("lobby")
    };
    let late = |phone: &Phone, kind| phone.plan.late(kind).collect::<Vec<_>>();
    let phone = with("9995");
    assert_eq!(late(&phone, DeviceKind::LinksysPap2), ["999"]);
    assert_eq!(late(&phone, DeviceKind::Linphone), [""; 0], "a program sends what it is told to");
    check(&phone, "999");
    check(&phone, "112");
    // 9 itself is a place, and a Grandstream cannot tell it from the beginning of 999.
    let phone = with("9");
    assert_eq!(late(&phone, DeviceKind::GrandstreamHt801), ["999"]);
    assert_eq!(late(&phone, DeviceKind::PolycomSoundpointIp), [""; 0]);
    check(&phone, "9");
    check(&phone, "999");
}

#[test]
fn every_case_of_the_vectors_that_a_keypad_can_dial() {
    let world = World::new(&world::vectors("network.toml"));
    let cases: serde_json::Value = serde_json::from_str(&world::vectors("outgoing.json")).unwrap();
    let phones = ["alpha", "bravo", "nonum", "tone"].map(|name| world.phone(name));
    let mut count = 0;
    for case in cases["cases"].as_array().unwrap() {
        let Some(keys) = world::keys_of(case) else { continue };
        let from = case["fields"]["From"].as_str().unwrap_or_default();
        // Some cases are of callers who are no phone of this network.
        let Some(phone) = phones.iter().find(|phone| from == format!("sip:{}@{}", phone.name, world::DOMAIN))
        else {
            continue;
        };
        check(phone, &keys);
        count += 1;
    }
    assert!(count >= 90, "{count} cases");
}

#[test]
fn what_people_in_need_press() {
    let world = World::new(STREET);
    for phone in world.phones() {
        for keys in [
            "911", "9911", "1911", "91911", "911911", "9111", "911#", "#911", "*911", "**911", "0911",
            "00911", "0111911", "112", "112112", "933", "1933", "9933", "*67911", "#31#911", "99911",
            "91191",
        ] {
            check(&phone, keys);
            let is_refused = matches!(phone.decision(keys), Decision::Refused(_));
            assert!(!is_refused, "{keys} is heard");
        }
    }
}

/// 911 waits only where something else begins with 911. The whole file is asked, not only its codes.
#[test]
fn when_911_waits() {
    let at_once = |network: &str| {
        let world = World::new(network);
        let plan = world.plan("lobby");
        [DeviceKind::GrandstreamHt801, DeviceKind::LinksysPap2, DeviceKind::PolycomSoundpointIp]
            .map(|kind| plan.sends_at_once(kind, "911"))
    };
    let with = |more: &str| at_once(&STREET.replace("# more", more));
    assert_eq!(at_once(STREET), [true; 3]);
    assert_eq!(with("\"9115\" = { extension = \"garage\" }"), [false; 3], "a code");
    assert_eq!(with("\"110\" = { extension = \"garage\" }"), [false; 3], "a code behind an outside line's 9");
    assert_eq!(with("\"111\" = { extension = \"garage\" }"), [true; 3], "9111 is help in any case");
    assert_eq!(with("\"91\" = { extension = \"garage\" }"), [false, true, true], "91 itself");
    assert_eq!(at_once(&STREET.replace("garage", "91155")), [false; 3], "a phone's name");
    assert_eq!(at_once(&STREET.replace("# allow", "allow = [\"US\", \"IN\"]")), [false; 3], "India is 91");
    assert_eq!(
        at_once(
            &STREET
                .replace("\"US\"", "\"DE\"")
                .replace("+150355501", world::numbers_of("DE"))
                .replace("# allow", "allow = [\"DE\"]")
                .replace("area_code = \"503\"", "")
        ),
        [false; 3],
        "911 is Nuremberg"
    );
}

/// A code that begins with 911 and leads nowhere from this phone holds its 911 up on no device.
#[test]
fn a_code_that_leads_nowhere_does_not_delay_911() {
    let more = "\"9115\" = { extension = \"lobby\" }";
    let world = World::new(&STREET.replace("# more", more));
    let lobby = world.phone("lobby");
    assert!(lobby.plan.sends_at_once(DeviceKind::GrandstreamHt801, "911"));
    for keys in ["911", "9115"] {
        check(&lobby, keys);
    }
    // Elsewhere it does lead somewhere.
    let garage = world.phone("garage");
    assert!(!garage.plan.sends_at_once(DeviceKind::GrandstreamHt801, "911"));
    check(&garage, "9115");
}

#[test]
fn a_menu_phone_dials_pound_by_itself() {
    let world = World::new(STREET);
    for phone in world.phones() {
        let is_menu = phone.name == "menu";
        assert_eq!(linksys::hot_line(&phone.linksys_text), is_menu.then_some("#"));
        assert_eq!(phone.auto_dial, [if is_menu { "#" } else { "" }; 3], "{}", phone.name);
    }
}

#[test]
fn every_alternative_of_a_polycom_waits_as_long() {
    let phone = World::new(STREET).phone("lobby");
    let times: Vec<_> = phone.polycom_timeouts.split('|').collect();
    assert_eq!(times, vec![devices::NO_KEY_TIMEOUT.to_string(); phone.polycom.alternatives()]);
}

/// Keys at random, but often such as mean something.
fn keys() -> impl Strategy<Value = String> {
    let number = "(9?)(1|011|00|0111)?(503|971|800|915|911|91)?[2-9][0-9]{2}[0-9]{4}(#?)";
    prop_oneof![
        "[0-9*#]{1,24}",
        "(9|91|911)[0-9*#]{0,14}",
        number,
        "[19]?[2-9][0-9]{2}#?",
        "9?(52|91|911)[0-9]{8,11}",
        "9?1?[2-9][0-9]{9}[0-9*#]{0,4}",
        "[*#]{0,2}(67|31#)?9?(011|00)?1?(911|112){1,6}[91]{0,3}",
        "[0-9*#]{1,3}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_changed_or_kept_back(keys in keys(), network in 0usize..9) {
        thread_local! {
            static PHONES: Vec<Phone> = world::every_sort().iter().map(|network| World::new(network).phone("lobby")).collect();
        }
        PHONES.with(|phones| {
            // A caller who dials slowly, or stops, has dialled every beginning.
            for end in 1..=keys.len() {
                check(&phones[network], &keys[..end]);
            }
        });
    }
}
