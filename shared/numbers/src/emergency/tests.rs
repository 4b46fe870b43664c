//! Every spelling that gets through, and what is none.

use proptest::prelude::*;

use super::*;

mod around;

fn regions(names: &[&str]) -> Vec<Region> {
    names.iter().map(|name| Region::parse(name).unwrap()).collect()
}

/// The service that a text asks for in the United States.
fn us(text: &str) -> Option<Service> {
    recognize(text, &regions(&["US"]))
}

fn is_help(text: &str) -> bool {
    matches!(us(text), Some(Service::Emergency(_)))
}

#[test]
fn every_spelling_of_911_gets_through() {
    for text in [
        "911",
        "9911",
        "1911",
        "91911",
        "+911",
        "+1911",
        "0111911",
        "011911",
        "00911",
        "001911",
        "9011911",
        "900911",
        "9+1911",
        "911#",
        "911##",
        "#911",
        "*911",
        "*911#",
        "**911",
        "911*",
        "911911",
        "911911911",
        "9111",
        "91111",
        "99111",
        "9 1 1",
        " 9 1 1",
        "9-1-1",
        "9.1.1",
        "(911)",
        "911\n",
        "112",
        "1112",
        "9112",
        "+112",
        "112112",
        "112#",
        "\u{ff19}\u{ff11}\u{ff11}",
        "\u{669}\u{661}\u{661}",
        "\u{96f}\u{967}\u{967}",
        "9\u{20e3}1\u{20e3}1\u{20e3}",
        "*67911",
        "*67 911",
        "#31#911",
        "*31#911",
        "*82911",
        "*671911",
        "911,",
        "911\u{ff0c}",
        "\u{1f198}911",
        "9,1,1",
        "911!",
        "\"911\"",
        "9w911",
        "911p",
        "9~1~1",
        "911111",
        "9111111",
        "99911",
        "0911",
        "01911",
        "911112",
        "112911",
        "9119",
        "91191",
        "9119119",
        "999",
        "9999",
        "999#",
        "0999",
        "sos",
        "SOS",
        "urn:service:sos",
        "urn:service:sos.police",
        "+\u{ff11}\u{ff19}\u{ff11}\u{ff11}",
    ] {
        assert!(is_help(text), "{text:?}");
    }
}

#[test]
fn every_spelling_of_933_is_the_test() {
    for text in ["933", "1933", "9933", "+1933", "933#", "*933", "0111933", "9-3-3"] {
        assert_eq!(us(text), Some(Service::AddressTest), "{text:?}");
    }
}

#[test]
fn other_numbers_are_not() {
    for text in [
        "",
        "9",
        "91",
        "11",
        "1",
        "0",
        "#",
        "*",
        "411",
        "211",
        "988",
        "119",
        "110",
        "91",
        "19",
        "9115",
        "91150",
        "9115551212",
        "9115035550123",
        "91115035550123",
        "5039110123",
        "5550911",
        "9111234",
        "9911111",
        "9991111",
        "9331234",
        "9935550123",
        "9933933",
        "933933",
        "1122",
        "nine11",
        "911a",
        "9a11",
        "911\u{e9}",
        "sosa",
        "99911111",
        "9995550123",
        "operator",
        "p112",
        "W911",
        "0911 911 911 0",
    ] {
        assert_eq!(us(text), None, "{text:?}");
    }
}

#[test]
fn each_country_has_its_own_numbers() {
    for (region, pressed, dialled) in [
        ("US", "911", "911"),
        ("US", "112", "911"),
        ("US", "999", "911"),
        ("CA", "9911", "911"),
        ("GB", "999", "999"),
        ("GB", "112", "112"),
        ("GB", "911", "999"),
        ("GB", "9999", "999"),
        // A key that is held: no local number of North America.
        ("GB", "9999999", "999"),
        ("DE", "9112112", "112"),
        ("IE", "999", "999"),
        ("AU", "000", "000"),
        ("AU", "0000", "000"),
        ("AU", "0 000", "000"),
        ("AU", "911", "000"),
        ("NZ", "111", "111"),
        ("NZ", "911", "111"),
        ("DE", "110", "110"),
        ("DE", "0112", "112"),
        ("DE", "911", "112"),
        ("FR", "15", "+3315"),
        ("FR", "17#", "+3317"),
        ("FR", "112", "112"),
        ("AT", "144", "144"),
        ("IT", "118", "118"),
        ("MY", "999", "999"),
        ("TH", "191", "191"),
        ("TH", "911", "191"),
        ("TH", "1669", "1669"),
        ("TH", "1669#", "1669"),
        ("TH", "91669", "1669"),
        ("TH", "16691669", "1669"),
        ("PH", "117", "117"),
    ] {
        let here = Region::parse(region).unwrap();
        let service = recognize(pressed, &[here]).unwrap_or_else(|| panic!("{region} {pressed}"));
        assert_eq!(Country::of(here).unwrap().dial(service), dialled, "{region} {pressed}");
    }
    for (region, pressed) in [
        ("GB", "933"),
        ("FR", "115"),
        ("FR", "1515"),
        ("FR", "118"),
        ("FR", "915"),
        ("US", "000"),
        ("US", "110"),
        ("DE", "1110"),
        ("US", "1669"),
        ("TH", "669"),
        ("TH", "11669"),
        ("TH", "16691"),
        ("AU", "0011"),
        ("MX", "000"),
    ] {
        assert_eq!(recognize(pressed, &regions(&[region])), None, "{region} {pressed}");
    }
    // Help is spelt the same where Twilio places no call.
    assert!(recognize("911", &regions(&["MX"])).is_some());
    assert_eq!(Country::of(Region::parse("MX").unwrap()), None);
}

/// Twilio registers addresses in the US, Canada and the UK alone, and 933 is North America's (pages named at [`COUNTRIES`] and
/// [`ADDRESS_TEST`]).
#[test]
fn a_place_is_known_where_twilio_registers_addresses() {
    let country = |name: &str| Country::of(Region::parse(name).unwrap()).unwrap();
    let with = |fits: fn(&Country) -> bool| -> Vec<_> {
        COUNTRIES.iter().filter(|country| fits(country)).map(Country::region).collect()
    };
    assert_eq!(with(Country::registers_addresses), ["US", "CA", "GB"]);
    assert_eq!(with(Country::has_address_test), ["US", "CA"]);
    for territory in ["PR", "VI", "GU", "AS", "MP"] {
        assert_eq!(country(territory).region(), "US", "{territory} is of the United States");
    }
}

/// The number that people know best comes first, as on the wall beside the phone; the others work, too.
#[test]
fn every_emergency_number_of_a_country_reaches_help_there() {
    for (name, numbers) in [
        ("US", &["911", "112"][..]),
        ("GB", &["999", "112"]),
        ("AU", &["000", "106", "112"]),
        ("FR", &["112", "15", "17", "18"]),
        ("TH", &["191", "199", "1669"]),
    ] {
        assert_eq!(Country::of(Region::parse(name).unwrap()).unwrap().numbers(), numbers, "{name}");
    }
    for country in &COUNTRIES {
        let here = Region::parse(country.region()).unwrap();
        assert_eq!(country.primary(), country.numbers()[0]);
        for number in country.numbers() {
            assert_eq!(recognize(number, &[here]), Some(Service::Emergency(number)), "{here} {number}");
        }
    }
}

/// A number of Toronto may be shown by a phone in Detroit: 911 is dialled from both. 112 in two countries of Europe leads to two
/// centres.
#[test]
fn only_one_numbering_plan_shares_help() {
    let country = |name: &str| Country::of(Region::parse(name).unwrap()).unwrap();
    for (one, other, shares) in [
        ("US", "CA", true),
        ("CA", "US", true),
        ("US", "US", true),
        ("DE", "DE", true),
        ("PR", "US", true),
        ("DE", "FR", false),
        ("GB", "IE", false),
        ("US", "PH", false),
        ("PH", "CA", false),
    ] {
        assert_eq!(country(one).shares_help_with(country(other)), shares, "{one} {other}");
    }
}

#[test]
fn a_beginning_of_a_call_for_help_is_one_until_it_is_whole() {
    for (text, begun) in [
        ("9", Some("9")),
        ("91", Some("91")),
        ("1", Some("1")),
        ("11", Some("11")),
        ("99", Some("99")),
        ("991", Some("991")),
        ("91#", Some("91")),
        ("\u{ff19}1", Some("91")),
        ("911", None),
        ("112", None),
        ("", None),
        ("#", None),
        ("2", None),
        ("12", None),
        ("915", None),
        ("5035550123", None),
        ("9w", None),
        ("lobby", None),
    ] {
        assert_eq!(beginning(text, &regions(&["US"])).as_deref(), begun, "{text:?}");
    }
    assert_eq!(beginning("00", &regions(&["AU"])).as_deref(), Some("00"));
    assert_eq!(beginning("00", &regions(&["US"])), None);
    assert_eq!(beginning("15", &regions(&["FR"])), None, "it is whole");
    assert_eq!(beginning("915", &regions(&["FR"])), None, "two digits are not dialled behind a 9");
    for text in ["16", "166", "9166"] {
        assert_eq!(beginning(text, &regions(&["TH"])).as_deref(), Some(text));
        assert_eq!(beginning(text, &regions(&["US"])), None);
    }
}

/// A phone with a button for help, which sends RFC 5031's name in place of a number.
#[test]
fn the_name_of_help_is_the_number_that_people_know_best() {
    for (region, number) in [("US", "911"), ("GB", "999"), ("FR", "112"), ("AU", "000"), ("JP", "112")] {
        let here = regions(&[region]);
        assert_eq!(recognize("urn:service:sos", &here), Some(Service::Emergency(number)), "{region}");
    }
}

proptest! {
    /// A beginning goes on to a call for help, and holds nothing but the digits of one.
    #[test]
    fn a_beginning_is_short_and_can_be_completed(text in "[0-9*#]{0,6}") {
        let here = regions(&["US"]);
        if let Some(begun) = beginning(&text, &here) {
            prop_assert!(begun.len() <= 3 && begun.bytes().all(|key| key.is_ascii_digit()));
            let whole = EVERYWHERE.iter().flat_map(|number| [(*number).to_owned(), format!("9{number}")]);
            prop_assert!(whole.into_iter().any(|number| number.starts_with(&begun)));
        } else {
            prop_assert!(!["9", "91", "1", "11"].contains(&text.as_str()));
        }
    }
}

/// Of all local numbers that could exist, these alone are counted as emergency calls: an outside line's 9 and
/// 911 behind an international prefix, or pressed twice. No prefix begins with another digit than 9, so
/// neither does any of them.
#[test]
fn which_local_numbers_are_given_up() {
    let locals = (900..1000)
        .filter(|exchange| exchange % 100 != 11)
        .flat_map(|exchange| (0..10_000).map(move |line| format!("{exchange}{line:04}")));
    let given_up: Vec<_> = locals.filter(|number| us(number).is_some()).collect();
    assert_eq!(given_up, ["9001911", "9011911", "9911911"]);
}

proptest! {
    #[test]
    fn separators_and_trailing_keys_never_matter(
        before in "[*#+ ]{0,3}", gap in "[-. ()\n]{0,3}", after in "[*# ]{0,3}", service in "911|1911|9911|112|911911",
    ) {
        let spelt: Vec<_> = service.chars().map(String::from).collect();
        let text = format!("{before}{}{after}", spelt.join(&gap));
        prop_assert!(is_help(&text));
    }

    #[test]
    fn no_ten_digit_number_is_taken_for_help(npa in 200u16..1000, exchange in 200u16..1000, line in 0u16..10_000) {
        prop_assume!(npa % 100 != 11);
        for prefix in ["", "1", "+1", "9", "91", "011"] {
            let number = format!("{prefix}{npa}{exchange:03}{line:04}");
            prop_assert_eq!(us(&number), None);
        }
    }

    #[test]
    fn never_panics(text in any::<String>()) {
        let _ = us(&text);
        let _ = beginning(&text, &regions(&["FR"]));
    }
}
