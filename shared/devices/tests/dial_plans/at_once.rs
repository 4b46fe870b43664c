//! Complete numbers go out with their last key, and not after a silence.

use proptest::prelude::*;

use crate::pattern::Outcome;
use crate::world::{Phone, STREET, World};
use crate::{check, outcomes};

/// Every device that can know sends these keys with the last of them, and waits for more after every key before it.
fn assert_at_once(phone: &Phone, keys: &str) {
    for end in 1..=keys.len() {
        check(phone, &keys[..end]);
    }
    for (device, outcome) in outcomes(phone, keys) {
        // In this reading of the Grandstream's manuals everything that can go on waits. See `dialect::GRANDSTREAM`.
        // A Snom is told nothing of `#`. See `dialect::SNOM`.
        let is_exempt = device == "Grandstream, last that can" || device == "Snom" && keys.contains('#');
        if !is_exempt {
            assert_eq!(outcome, Outcome::AtOnce(keys.to_owned()), "{device}");
        }
    }
}

fn assert_waits(phone: &Phone, keys: &str) {
    for (device, outcome) in outcomes(phone, keys) {
        assert_eq!(outcome, Outcome::AfterSilence(keys.to_owned()), "{device}");
    }
}

#[test]
fn what_goes_out_with_its_last_key() {
    let phone = World::new(STREET).phone("lobby");
    for keys in [
        "911",
        "211",
        "311",
        "411",
        "511",
        "611",
        "711",
        "811",
        "*5",
        "15035550123",
        "19715550123",
        "5035550123",
        "8005550123",
        "915035550123",
        "919715550123",
        "95035550123",
        "99715550123",
    ] {
        assert_at_once(&phone, keys);
    }
}

#[test]
fn what_may_go_on_waits() {
    let phone = World::new(STREET).phone("lobby");
    for keys in [
        // 011 and 00 begin so, and so do *911 and #911.
        "0",
        "00",
        "011",
        "*",
        "#",
        "#31#",
        "*67",
        // Exchanges, and 9 and a toll-free number.
        "988",
        "9411",
        "9211",
        // Seven digits may be the first of ten, and these ten the first of eleven.
        "5550123",
        "9715550123",
        "95550123",
        // Numbers that nobody knows the end of, and such as the server has to say something about.
        "01152155501234567",
        "525550123456",
        "5205550123",
        "5",
        "50355",
        "50355501",
        "1503555",
        "9503555012",
        "0115",
        "1411",
        "12",
        "1035550123",
        "5035550#",
        "503#",
        "503*55",
        "1503*",
    ] {
        assert_waits(&phone, keys);
    }
}

/// The file decides: the same keys wait where something longer leads somewhere.
#[test]
fn what_the_file_changes() {
    let lobby = |from: &str, to: &str| World::new(&STREET.replace(from, to)).phone("lobby");
    let garage = |code: &str| format!("\"{code}\" = {{ extension = \"garage\" }}");

    assert_waits(&lobby("# more", &garage("2115")), "211");
    assert_waits(&lobby("# more", &garage("*55")), "*5");
    assert_at_once(&lobby("# more", &garage("*55")), "*55");
    assert_waits(&lobby("# end", "[extensions.\"21155\"]"), "211");
    let no_help = "[extensions.lobby]\nemergency = false";
    let world = World::new(&STREET.replace("[extensions.lobby]", no_help));
    assert_at_once(&world.phone("lobby"), "#");
    let world = World::new(&STREET.replace("[extensions.lobby]", no_help).replace("# more", &garage("##")));
    assert_waits(&world.phone("lobby"), "#");

    let north_america = lobby("# allow", "allow = [\"US\", \"CA\"]");
    assert_at_once(&north_america, "5205550123");
    let sudan = lobby("# allow", "allow = [\"US\", \"SS\"]");
    assert_waits(&sudan, "211");
    assert_at_once(&sudan, "311");
    let india = lobby("# allow", "allow = [\"US\", \"IN\"]");
    assert_waits(&india, "915035550123");
    assert_at_once(&india, "5035550123");

    let britain = World::new(&crate::world::every_sort()[5]).phone("lobby");
    for keys in ["15035550123", "5035550123", "211", "02079460123"] {
        assert_waits(&britain, keys);
    }
    assert_at_once(&britain, "*5");
}

/// Patterns that a plan cannot hold wait; help and whole numbers are the last to be given up.
#[test]
fn a_full_plan() {
    let phone = World::new(&crate::world::every_sort()[8]).phone("lobby");
    for keys in ["911", "15035550123", "8005550123"] {
        let (_, linksys) = outcomes(&phone, keys).nth(2).unwrap();
        assert_eq!(linksys, Outcome::AtOnce(keys.to_owned()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whole numbers with an area code. Those that begin with 52 may be Mexican.
    #[test]
    fn numbers_of_north_america(number in "(1|91)[2-9][0-9]{9}|[2-8][02-9][0-9]{8}|[2-8]1[02-9][0-9]{7}|9[2-9][0-9]{9}") {
        thread_local! {
            static PHONE: Phone = World::new(STREET).phone("lobby");
        }
        prop_assume!(!number.starts_with("52"));
        PHONE.with(|phone| assert_at_once(phone, &number));
    }

    /// Keys that the server accepts and a device sends at once are never the start of a longer number.
    #[test]
    fn no_accepted_number_is_cut(start in "1?[2-9][0-9]{2}[2-9][0-9]{6}|[2-8]11|9?1?[2-9][0-9]{9}", more in "[0-9*#]{1,6}") {
        thread_local! {
            static PHONES: Vec<Phone> =
                crate::world::every_sort().iter().map(|network| World::new(network).phone("lobby")).collect();
        }
        PHONES.with(|phones| phones.iter().for_each(|phone| check(phone, &format!("{start}{more}"))));
    }
}
