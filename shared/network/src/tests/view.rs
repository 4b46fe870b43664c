//! The network and its phones say what the file says, each thing under its own name.

use numbers::{E164, Region};

use crate::{EmergencyCalling, Fingerprint, Language, Network, NetworkFile, RefusalStyle, Target};

const FILE: &str = r##"
[network]
name = "street"
region = "US"
area_code = "503"
language = "es"
allow = ["CA", "US"]
block = ["+1503556"]
time_limit = "45m"
ring_timeout = "40s"
refusal = "reject"
dial_tone = "https://sounds.example.org/tone.wav"
emergency_caller_id = "+15035550100"
edge = "umatilla"
address = "shop"

[asterisk]
host = "pbx-{stage}.example.org"
params = ";transport=tls"

[codes]
"0" = { asterisk = "operator" }
"5" = { dial = "+15035550123" }

[addresses.shop]
customer = "Shop"
street = "100 Main Street"
city = "Portland"
region = "OR"
postal_code = "97201"

[addresses.home]
customer = "Shop"
street = "200 Main Street"
city = "Portland"
region = "OR"
postal_code = "97202"

[[notify]]
mail = "desk@example.org"

[stages.dev]
sip_domain = "street-dev.sip.twilio.com"
public_url = "https://dev.example.org"

[stages.prod]
sip_domain = "street-prod.sip.twilio.com"
public_url = "https://prod.example.org"

[extensions.Lobby]
number = "+15035550110"
caller_id = "+15035550119"
language = "en"
area_code = "971"
block = ["+15035550177"]
address = "home"
device = { kind = "linphone", edge = "dublin" }

[extensions.Lobby.codes]
"5" = { extension = "porch" }
"7" = { dial = "+15035550124" }

[extensions.porch]
number = { buy = "971" }

[extensions.north]
number = "+16045550110"

[extensions.attic]
number = { buy = "971" }
address = "home"

[extensions.mute]
number = { buy = "503" }
emergency = false

[extensions."+15035550114"]
number = "+15035550114"
label = "kiosk"

[extensions."+15035550115"]
number = "+15035550114"
"##;

fn network() -> Network {
    NetworkFile::parse(FILE).and_then(|file| file.network("prod")).unwrap()
}

fn number(text: &str) -> E164 {
    E164::parse(text).unwrap()
}

#[test]
fn a_network_says_what_its_file_says() {
    let network = network();
    assert_eq!((network.name(), network.stage().name.as_str()), ("street", "prod"));
    assert_eq!(network.other_domains(), ["street-dev.sip.twilio.com"]);
    assert_eq!(network.region().as_str(), "US");
    assert_eq!(network.allow().iter().map(Region::as_str).collect::<Vec<_>>(), ["CA", "US"]);
    assert!(matches!(network.block(), [prefix] if number("+15035560123").starts_with(prefix)));
    assert_eq!((network.time_limit(), network.ring_timeout()), (45 * 60, 40));
    assert_eq!((network.language(), network.refusal()), (Language::Spanish, RefusalStyle::Reject));
    assert_eq!(network.dial_tone(), Some("https://sounds.example.org/tone.wav"));
    let asterisk = network.asterisk().unwrap();
    assert_eq!(
        (asterisk.host.as_str(), asterisk.params.as_str()),
        ("pbx-prod.example.org", ";transport=tls")
    );
    assert_eq!(network.emergency_calling(), EmergencyCalling::Dialtone);
    assert_eq!(network.addresses().iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["shop", "home"]);
    assert_eq!(network.notify().len(), 1);
    assert_eq!(network.fingerprint(), Fingerprint::of(FILE));
    let names: Vec<_> = network.extensions().iter().map(crate::Extension::name).collect();
    assert_eq!(names, ["Lobby", "porch", "north", "attic", "mute", "+15035550114", "+15035550115"]);
}

#[test]
fn a_phone_says_what_its_table_says() {
    let network = network();
    let lobby = network.extension("LOBBY").unwrap();
    assert_eq!(lobby.number(), Some(&number("+15035550110")));
    assert_eq!(lobby.caller_id(), Some(&number("+15035550119")));
    assert_eq!(lobby.language(), Language::English);
    assert_eq!(network.extension("porch").unwrap().language(), Language::Spanish, "the network's");
    assert_eq!(lobby.area_code().unwrap().as_str(), "971");
    assert!(matches!(lobby.block(), [prefix] if number("+15035550177").starts_with(prefix)));
    assert_eq!((lobby.buy(), network.extension("porch").unwrap().buy()), (None, Some("971")));
    assert!(lobby.device().is_some() && network.extension("porch").unwrap().device().is_none());
    assert_eq!(network.edge_of(lobby), "dublin");
    assert_eq!(network.edge_of(network.extension("porch").unwrap()), "umatilla");
    assert!(network.extension("nobody").is_none());
    let phones = |text| network.phones_of(&number(text)).map(crate::Extension::name).collect::<Vec<_>>();
    assert_eq!(phones("+15035550110"), ["Lobby"]);
    assert_eq!(phones("+15035550114"), ["+15035550114", "+15035550115"]);
    assert_eq!(phones("+15035550119"), [""; 0]);
}

/// A person who mistypes a phone's name is told the one that was probably meant, as the file writes it, or the names there are.
#[test]
fn a_slip_in_a_phones_name_is_understood() {
    let network = network();
    for (wrong, meant) in [("loby", Some("Lobby")), ("PORCHH", Some("porch")), ("garage", None)] {
        assert_eq!(network.nearest_phone(wrong), meant, "{wrong}");
    }
    assert_eq!(network.no_phone("loby").remedy, "did you mean Lobby?");
    let odd = network.no_phone("garage");
    assert_eq!((odd.about.as_str(), odd.what.as_str()), ("garage", "there is no such phone in the file"));
    assert!(odd.remedy.starts_with("choose one of Lobby, porch, north"), "{odd}");
}

/// A number of seven digits is completed only where the file says with which area code.
#[test]
fn without_an_area_code_there_is_none() {
    let text = FILE.replace("area_code = \"503\"\n", "");
    let network = NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap();
    let has = |name| network.extension(name).unwrap().has_area_code();
    assert!(has("lobby") && !has("porch"));
}

/// No metric and no event may carry a telephone number, so a phone that is named by one has a label or no name.
#[test]
fn metrics_call_no_phone_by_a_number() {
    let network = network();
    let endpoint = |name| network.extension(name).unwrap().endpoint();
    assert_eq!(["lobby", "+15035550114", "+15035550115"].map(endpoint), ["Lobby", "kiosk", crate::UNKNOWN]);
}

#[test]
fn a_phones_own_codes_stand_before_the_networks() {
    let network = network();
    let (lobby, porch) = (network.extension("lobby").unwrap(), network.extension("porch").unwrap());
    assert_eq!(network.code(lobby, "5"), Some(&Target::Extension("porch".into())));
    assert_eq!(network.code(porch, "5"), Some(&Target::Dial(number("+15035550123"))));
    assert_eq!(network.code(lobby, "0"), Some(&Target::Asterisk("operator".into())));
    assert_eq!(network.code(porch, "7"), None);
    let codes = |phone| network.codes_of(phone).filter(|keys| keys.len() == 1).collect::<Vec<_>>();
    assert_eq!(codes(lobby), ["5", "7", "0"]);
    assert_eq!(codes(porch), ["0", "5"]);
}

/// An emergency centre calls back the phone itself where it has a number, and the network's number otherwise.
#[test]
fn help_is_called_with_a_number_that_can_be_called_back() {
    let network = network();
    let phone = |name| network.extension(name);
    assert_eq!(network.emergency_caller_id(), Some(&number("+15035550100")));
    assert_eq!(network.help_caller_id(phone("lobby")), Some(&number("+15035550110")));
    assert_eq!(network.help_caller_id(phone("porch")), Some(&number("+15035550100")));
    assert_eq!(network.help_caller_id(None), Some(&number("+15035550100")));
    let regions = |name| network.help_regions(phone(name)).iter().map(Region::to_string).collect::<Vec<_>>();
    assert_eq!(regions("lobby"), ["US"]);
    assert_eq!(regions("north"), ["CA", "US"]);
    let may_call = |name| network.extension(name).unwrap().emergency();
    assert!(may_call("lobby") && may_call("porch") && !may_call("mute") && !may_call("attic"));
}

#[test]
fn help_comes_to_the_address_of_the_number() {
    let network = network();
    let name = |address: Option<&crate::PostalAddress>| address.map(|address| address.name.clone());
    assert_eq!(name(network.address_of(&number("+15035550110"))).as_deref(), Some("home"));
    assert_eq!(name(network.address_of(&number("+15035550100"))).as_deref(), Some("shop"));
    let bought = |phone| name(network.address_when_bought(network.extension(phone).unwrap()));
    assert_eq!(bought("porch").as_deref(), Some("shop"));
    assert_eq!(bought("attic").as_deref(), Some("home"));
    // It may not call even then.
    assert_eq!(bought("mute"), None);
}
