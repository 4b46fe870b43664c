//! Tests of files that would send help to a wrong place, and of advice to the operator.

use crate::{NetworkFile, NoHelp, NoPlace};

const STAGE: &str = "[stages.prod]\nsip_domain = \"n.sip.twilio.com\"\npublic_url = \"https://n.example.org\"\n\
                     fallback_url = \"https://f.example.org\"\n[[notify]]\nmail = \"a@example.org\"\n";
const PLACES: &str = "[addresses.shop]\ncustomer = \"S\"\nstreet = \"100 Main Street\"\ncity = \"Portland\"\nregion = \"OR\"\n\
                      postal_code = \"97201\"\n[addresses.home]\ncustomer = \"S\"\nstreet = \"200 Main Street\"\n\
                      city = \"Portland\"\nregion = \"OR\"\npostal_code = \"97202\"\n";

/// A file: more lines of `[network]`, then the phones, then the rest.
fn file(network: &str, phones: &str) -> String {
    let region = if network.contains("region") { "" } else { "region = \"US\"\n" };
    format!("[network]\nname = \"n\"\n{region}{network}{phones}{PLACES}{STAGE}")
}

/// The problems of a file, each without its remedy.
fn problems(text: &str) -> Vec<String> {
    let found = NetworkFile::parse(text).err().map(|found| found.0).unwrap_or_default();
    found.into_iter().map(|one| format!("{} {}: {}", one.line, one.key, one.what)).collect()
}

/// The advice about a good file: what it is about, and what it says. Strangers' phones, for which the network's number is wanted,
/// are another matter.
fn advice(text: &str) -> Vec<String> {
    let file = NetworkFile::parse(text).unwrap();
    let told = file.advice().iter().filter(|one| !one.what.contains("a phone that is not in this file"));
    told.map(|one| format!("{}: {}", one.key, one.what)).collect()
}

/// The name of a phone that may not call, and why.
fn without_help(text: &str) -> Vec<(String, String, String)> {
    let network = NetworkFile::parse(text).and_then(|file| file.network("prod")).unwrap();
    network.without_help().into_iter().map(|one| (one.about, one.what, one.remedy)).collect()
}

const CALLER: &str = "emergency_caller_id = \"+15035550100\"\n";
const AT_SHOP: &str = "address = \"shop\"\n";

/// A phone without a number shows the network's, so help comes to where that is registered.
#[test]
fn a_phone_without_a_number_must_stand_where_the_networks_number_is() {
    let phone = "[extensions.a]\naddress = \"home\"\n";
    assert_eq!(
        problems(&file(&format!("{CALLER}{AT_SHOP}"), phone)),
        [
            "7 extensions.a: stands at home, but help would come to shop, where emergency_caller_id is registered"
        ]
    );
    // Nobody knows where a number is registered that the file does not place.
    assert_eq!(
        problems(&file(CALLER, phone)),
        ["6 extensions.a: stands at home, but help would come to where emergency_caller_id is registered"]
    );
    for good in [
        "[extensions.a]\naddress = \"shop\"\n",
        "[extensions.a]\n",
        "[extensions.a]\naddress = \"home\"\nemergency = false\n",
        "[extensions.a]\naddress = \"home\"\nnumber = \"+15035550110\"\n",
    ] {
        assert_eq!(problems(&file(&format!("{CALLER}{AT_SHOP}"), good)), [""; 0], "{good}");
    }
    // The network's number is a phone's, and that phone stands elsewhere. The other has no key of its own to blame.
    let shared = "[extensions.b]\n[extensions.c]\nnumber = \"+15035550100\"\naddress = \"home\"\n";
    assert_eq!(
        problems(&file(&format!("{CALLER}{AT_SHOP}"), shared)),
        [
            "6 extensions.b: stands at shop, but help would come to home, where emergency_caller_id is registered"
        ]
    );
}

/// Twilio answers 911 by itself then, and shows the network's number for every phone, with a number or without.
#[test]
fn left_to_twilio_every_phone_shows_the_networks_number() {
    let left = format!("{CALLER}{AT_SHOP}emergency_calling = \"twilio\"\n");
    let at_home = "stands at home, but help would come to shop, where emergency_caller_id is registered";
    for number in ["\"+15035550110\"", "{ buy = \"503\" }"] {
        let phone = format!("[extensions.a]\nnumber = {number}\naddress = \"home\"\n");
        assert_eq!(problems(&file(&left, &phone)), [format!("9 extensions.a: {at_home}")], "{number}");
    }
    assert_eq!(problems(&file(&left, "[extensions.a]\nnumber = \"+15035550110\"\n")), [""; 0]);
    // The phone names no address: it is told where it names its number.
    let other = "[extensions.a]\nnumber = \"+15035550110\"\n[extensions.b]\nnumber = \"+15035550100\"\naddress = \"home\"\n";
    let at_shop = "stands at shop, but help would come to home, where emergency_caller_id is registered";
    let found = NetworkFile::parse(&file(&left, other)).unwrap_err().0;
    assert_eq!(found.iter().map(|one| (one.line, one.what.as_str())).collect::<Vec<_>>(), [(8, at_shop)]);
}

/// One number has one address at Twilio, whichever of its phones calls.
#[test]
fn phones_of_one_number_stand_in_one_place() {
    let two = |second: &str| {
        format!(
            "[extensions.a]\nnumber = \"+15035550110\"\naddress = \"home\"\n[extensions.b]\nnumber = \"+15035550110\"\n{second}"
        )
    };
    // The second stands at the shop by default.
    assert_eq!(
        problems(&file(AT_SHOP, &two(""))),
        [
            "9 extensions.b: stands at shop, but help would come to home, where the phone's number is registered"
        ]
    );
    // It names another address: told once, at that address.
    assert_eq!(
        problems(&file(AT_SHOP, &two("address = \"shop\"\n"))),
        ["10 extensions.b.address: is not home, the address of another phone with the same number"]
    );
    assert_eq!(problems(&file(AT_SHOP, &two("address = \"home\"\n"))), [""; 0]);
    assert_eq!(problems(&file(AT_SHOP, &two("emergency = false\n"))), [""; 0]);
    // Nothing says where the second stands.
    let untold =
        "extensions.b.address: is not set: 911 would send help to home, where its number is registered";
    assert!(advice(&file("", &two(""))).iter().any(|told| told == untold));
}

/// A phone with a number but no place is pointed out where the file knows places at all.
#[test]
fn a_phone_that_stands_nowhere_is_pointed_out() {
    let placed = "[extensions.z]\nnumber = \"+15035550119\"\naddress = \"shop\"\n[extensions.y]\nnumber = \"+15035550118\"\naddress = \"home\"\n";
    let phones = format!("[extensions.a]\nnumber = \"+15035550110\"\n{placed}");
    let unknown = "extensions.a.address: is not set: 911 would not know where the phone stands";
    assert_eq!(advice(&file("", &phones)), [unknown]);
    assert_eq!(
        advice(&file("", &phones.replace("+15035550110\"", "+15035550110\"\nemergency = false"))),
        [""; 0]
    );
    // Without any address in the file, that is said once, for all phones.
    let bare = format!(
        "[network]\nname = \"n\"\nregion = \"US\"\n[extensions.a]\nnumber = \"+15035550110\"\n{STAGE}"
    );
    assert_eq!(advice(&bare), ["addresses: is not there: the file does not say where help is sent"]);
    // A phone that shows the network's number stands where that one does; the number itself has to have a place.
    let shown = format!("[extensions.a]\n{placed}");
    let no_place = "network.emergency_caller_id: has no address in the file: 911 would not know the place";
    assert_eq!(advice(&file(CALLER, &shown)), [no_place]);
    assert_eq!(
        advice(&file(&CALLER.replace("0100", "0118"), &placed.replace("[extensions.z]", "[extensions.x]"))),
        [""; 0]
    );
    // Who may not call is sent no help.
    assert_eq!(advice(&bare.replace("0110\"", "0110\"\nemergency = false")), [""; 0]);
    let nobody = bare.replace("[[notify]]\nmail = \"a@example.org\"\n", "");
    assert_eq!(advice(&nobody)[1..], ["notify: is not there: nobody hears of a call for help"]);
}

/// The emergency number must be valid in the country of the caller id (Twilio's changelog of 2021-12-16), so a number of another
/// country brings the help of that country.
#[test]
fn a_number_of_another_country_brings_its_help_or_none() {
    let phone = |number: &str| format!("[extensions.a]\nnumber = \"{number}\"\n");
    for (number, what) in [
        ("+442079460110", "is a number of GB, but the phone stands in US: help would come elsewhere"),
        ("+525555550110", "is a number of MX, with which Twilio places no emergency calls"),
    ] {
        assert_eq!(problems(&file(AT_SHOP, &phone(number))), [format!("6 extensions.a.number: {what}")]);
        assert_eq!(problems(&file("", &phone(number))), [format!("5 extensions.a.number: {what}")]);
        let kept = format!("{}emergency = false\n", phone(number));
        assert_eq!(problems(&file(AT_SHOP, &kept)), [""; 0]);
        let networks = format!("emergency_caller_id = \"{number}\"\n");
        assert_eq!(problems(&file(&networks, "")), [format!("4 network.emergency_caller_id: {what}")]);
    }
    // One numbering plan, one 911.
    assert_eq!(problems(&file(AT_SHOP, &phone("+16045550110"))), [""; 0]);
    // Where the phone stands counts, not where most phones do.
    let london = "[addresses.london]\ncustomer = \"S\"\nstreet = \"1 High Street\"\ncity = \"London\"\nregion = \"London\"\npostal_code = \"W1\"\ncountry = \"GB\"\n";
    let british = format!("{}address = \"london\"\n{london}", phone("+442079460110"));
    assert_eq!(problems(&file("", &british)), [""; 0]);
    let american = format!("{}address = \"london\"\n{london}", phone("+15035550110"));
    assert!(problems(&file("", &american))[0].contains("is a number of US, but the phone stands in GB"));
}

/// Twilio registers addresses in the US, Canada and the UK (page of 2026-08-24). Elsewhere the caller has to say the place.
#[test]
fn where_no_address_is_registered_callers_are_to_say_the_place() {
    let phone = "[extensions.a]\nnumber = \"+498955501234\"\naddress = \"shop\"\n";
    let told =
        |text: &str| advice(text).iter().any(|told| told.contains("where Twilio registers no addresses"));
    assert!(told(&file("region = \"DE\"\n", phone)));
    assert!(!told(&file(AT_SHOP, "[extensions.a]\nnumber = \"+15035550110\"\n")));
}

#[test]
fn where_twilio_places_no_calls_the_file_must_say_so() {
    let mexico = "region = \"MX\"\n";
    let phone = "[extensions.a]\nnumber = \"+525555550110\"\n";
    assert_eq!(
        problems(&file(mexico, phone)),
        ["3 network.region: is MX, from where Twilio places no emergency calls"]
    );
    let none = format!("{mexico}emergency_calling = \"none\"\n");
    assert_eq!(problems(&file(&none, phone)), [""; 0]);
    let why = "cannot call for help: emergency_calling = \"none\"";
    assert_eq!(without_help(&file(&none, phone)), [("a".into(), why.into(), String::new())]);
}

/// A fault is reported alone, without the faults that follow from it.
#[test]
fn a_slip_is_told_once() {
    let both = format!("{CALLER}{AT_SHOP}");
    for (network, phone, key) in [
        (&both[..], "address = \"hom\"\nnumber = \"+442079460110\"\n", "address"),
        (&both, "address = \"home\"\nnumber = \"5035550110\"\n", "number"),
        (&both, "address = \"home\"\nnumber = { buy = \"911\" }\n", "number.buy"),
    ] {
        let found = problems(&file(network, &format!("[extensions.a]\n{phone}")));
        assert!(found.len() == 1 && found[0].contains(&format!("extensions.a.{key}: ")), "{found:?}");
    }
    // The network's address is misspelt: which country the phone stands in is not known.
    let found = problems(&file("address = \"shp\"\n", "[extensions.a]\nnumber = \"+442079460110\"\n"));
    assert!(found.len() == 1 && found[0].contains("network.address: "), "{found:?}");
    let own = "[extensions.a]\nnumber = \"+442079460110\"\naddress = \"shop\"\n";
    assert_eq!(problems(&file("address = \"shp\"\n", own)).len(), 2, "its own address is known");
}

/// A phone whose number is still to be bought shows the network's number until then, if that leads help to the same place.
#[test]
fn a_phone_waits_for_its_number_where_no_other_leads_to_it() {
    let network = format!("{CALLER}{AT_SHOP}");
    let phone = |address: &str| format!("[extensions.a]\nnumber = {{ buy = \"503\" }}\n{address}");
    let at_home = file(&network, &phone("address = \"home\"\n"));
    let why = "cannot call for help before its number is bought";
    let remedy = "buy its number with `dialtone apply --buy`, then deploy the file";
    assert_eq!(without_help(&at_home), [("a".into(), why.into(), remedy.into())]);
    for address in ["", "address = \"shop\"\n"] {
        assert_eq!(without_help(&file(&network, &phone(address))), [], "{address}");
    }
    // Where nothing is said of places, none is wrong.
    assert_eq!(without_help(&file(CALLER, &phone(""))), []);
    // A number that the phone has keeps it from nothing.
    assert_eq!(
        without_help(&file(&network, "[extensions.a]\nnumber = \"+15035550110\"\naddress = \"home\"\n")),
        []
    );
    // Without the network's number there is nothing to show.
    assert_eq!(without_help(&file(AT_SHOP, &phone("")))[0].1, why);
    let kept = file(&network, &phone("address = \"home\"\nemergency = false\n"));
    assert_eq!(without_help(&kept)[0].1, "cannot call for help: emergency = false");
    let read = NetworkFile::parse(&at_home).and_then(|file| file.network("prod")).unwrap();
    let phone = read.extension("a").unwrap();
    assert_eq!(phone.no_help(), Some(NoHelp::NotBought));
    assert_eq!(read.place_of(phone).map(|place| place.name.as_str()), Some("home"));
}

#[test]
fn a_phone_without_any_number_says_what_to_do() {
    let text = file("", "[extensions.a]\n");
    let remedy = "give it a number, or set network.emergency_caller_id";
    let expected = ("a".into(), "cannot call for help: no number could be called back".into(), remedy.into());
    assert_eq!(without_help(&text), [expected]);
    let read = NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap();
    assert_eq!(read.place_of(read.extension("a").unwrap()), None);
}

/// Where Twilio itself answers it shows one number for all phones, and never the caller id that a phone shows to others.
#[test]
fn help_goes_to_the_address_of_the_number_that_is_seen() {
    let goes = |network: &str, phone: &str| {
        let text = file(network, &format!("[extensions.a]\n{phone}"));
        let network = NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap();
        let phone = network.extension("a").unwrap();
        network.help_goes_to(phone).map(|address| address.name.clone())
    };
    let own = "number = \"+15035550110\"\naddress = \"home\"\n";
    let here = "caller_id = \"+15035550110\"\n";
    let networks = format!("{CALLER}{AT_SHOP}");
    assert_eq!(goes(&networks, own), Ok("home".into()));
    assert_eq!(goes(&networks, here), Ok("shop".into()));
    assert_eq!(goes(CALLER, here), Err(NoPlace::NoAddress));
    assert_eq!(goes("", here), Err(NoPlace::MayNotCall), "no number could be called back");
    assert_eq!(goes(&networks, &format!("{own}emergency = false\n")), Err(NoPlace::MayNotCall));
    let left = format!("{networks}emergency_calling = \"twilio\"\n");
    assert_eq!(goes(&left, "number = \"+15035550110\"\n"), Ok("shop".into()));
}

/// The number on the wall beside the phone, as each country teaches it (sources at `emergency::COUNTRIES`).
#[test]
fn people_know_one_number_for_help() {
    for (region, number) in
        [("US", "911"), ("CA", "911"), ("GB", "999"), ("AU", "000"), ("NZ", "111"), ("FR", "112")]
    {
        let text = format!("[network]\nname = \"n\"\nregion = {region:?}\n[extensions.a]\n{STAGE}");
        let network = NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap();
        assert_eq!(network.help_number(network.extension("a")), number, "{region}");
        assert_eq!(network.help_number(None), number, "{region}");
    }
}
