//! Networks, their phones, and the dial plans that were written for them.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use devices::{Answer, DialPlan, Proxy, Service, render};
use dialplan::{Decision, Plan, outgoing};
use network::{Network, NetworkFile};
use quick_xml::Reader;
use quick_xml::events::Event;
use secret::Secret;
use webhook::{Address, Call};

use crate::{grandstream, linksys, polycom, snom};

pub(crate) const STREET: &str = r##"
[network]
name   = "street"
region = "US"
area_code = "503"
emergency_caller_id = "+15035550110"
# allow

[codes]
"211" = { dial = "+18002738255" }
"0"   = { extension = "garage" }
"#"   = { extension = "garage" }
"*5"  = { extension = "garage" }
# more

[stages.prod]
sip_domain = "street.sip.twilio.com"
public_url = "https://street.example.org"

[extensions.lobby]
number = "+15035550110"

[extensions.menu]
number = "+15035550111"

[extensions.garage]
number = "+15035550112"
# end
"##;

/// A network of one country.
pub(crate) fn small(region: &str) -> String {
    STREET
        .replace("\"US\"", &format!("\"{region}\""))
        .replace("area_code = \"503\"", "")
        .replace("\"0\"   = { extension = \"garage\" }", "")
        .replace("+150355501", numbers_of(region))
}

/// The beginning of numbers of that country, as long as two digits follow: a phone shows a number of where it stands.
/// Numbers for drama where a regulator names some (Ofcom, ACMA, Bundesnetzagentur, Arcep), and otherwise numbers of the
/// right length in the capital's range.
pub(crate) fn numbers_of(region: &str) -> &'static str {
    match region {
        "GB" => "+4420794601",
        "IE" => "+353123456",
        "AU" => "+612555001",
        "NZ" => "+64449901",
        "FR" => "+331990000",
        "DE" => "+4930231251",
        "AT" => "+4315130",
        "IT" => "+390612345",
        "MY" => "+603212345",
        "TH" => "+66223456",
        "PH" => "+632812345",
        _ => "+150355501",
    }
}

/// Where the phones of the vectors register.
pub(crate) const DOMAIN: &str = "direct-futel-prod.sip.twilio.com";

/// Networks in which 911 is alone, and in which it is not; with countries whose codes begin other numbers, and without.
pub(crate) fn every_sort() -> [String; 9] {
    [
        STREET.to_owned(),
        STREET.replace("# allow", "allow = [\"US\", \"IN\"]"),
        STREET.replace("# more", "\"9115\" = { extension = \"garage\" }"),
        STREET.replace("# more", "\"91\" = { extension = \"garage\" }\n\"9\" = { extension = \"garage\" }"),
        STREET.replace("area_code = \"503\"", ""),
        STREET
            .replace("\"US\"", "\"GB\"")
            .replace("+150355501", numbers_of("GB"))
            .replace("# allow", "allow = [\"GB\"]")
            .replace("area_code = \"503\"", ""),
        STREET.replace("# allow", "allow = [\"US\"]"),
        STREET.replace("# allow", "allow = [\"US\", \"MX\", \"GB\", \"DE\", \"KE\", \"TR\", \"EG\"]"),
        crowded(),
    ]
}

/// More codes than a device's plan can hold, and codes and names that begin like numbers.
fn crowded() -> String {
    let codes = (200..330)
        .filter(|code| code % 7 > 1 && code % 11 > 2)
        .map(|code| format!("\"*{code}\" = {{ extension = \"garage\" }}\n"));
    let odd = ["411", "##", "5035", "988", "1234"]
        .map(|code| format!("\"{code}\" = {{ extension = \"garage\" }}\n"));
    let names = ["21155", "*7777", "50355"].map(|name| format!("\n[extensions.\"{name}\"]\n"));
    STREET.replace("# more", &codes.chain(odd).collect::<String>()) + &names.concat()
}

/// A file of the tests' vectors.
pub(crate) fn vectors(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The keys dialled in a case, if a keypad can dial them.
pub(crate) fn keys_of(case: &serde_json::Value) -> Option<String> {
    let to = case["fields"]["To"].as_str()?.strip_prefix("sip:")?.split('@').next()?;
    let keys = to.replace("%23", "#").replace("%2A", "*").replace("%2a", "*");
    (!keys.is_empty() && keys.chars().all(crate::pattern::is_key)).then_some(keys)
}

pub(crate) struct World {
    text: String,
}

/// A phone, and what its device would be told, for one device after the other.
pub(crate) struct Phone {
    network: Network,
    pub(crate) name: String,
    pub(crate) plan: DialPlan,
    pub(crate) grandstream: grandstream::Plan,
    pub(crate) linksys: linksys::Plan,
    pub(crate) linksys_text: String,
    pub(crate) polycom: polycom::Plan,
    pub(crate) polycom_timeouts: String,
    pub(crate) yealink: polycom::Plan,
    pub(crate) snom: snom::Plan,
    /// The keys that a Grandstream, a Polycom and a Yealink dial when the handset is lifted.
    pub(crate) auto_dial: [String; 3],
}

impl World {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    pub(crate) fn phones(&self) -> Vec<Phone> {
        ["lobby", "menu"].map(|name| self.phone(name)).into()
    }

    pub(crate) fn plan(&self, name: &str) -> DialPlan {
        let network = network(&self.text);
        let phone = network.extension(name).unwrap_or_else(|| panic!("no phone {name}"));
        DialPlan::of(&network, phone, &Remembering::new(network.clone()))
    }

    /// A phone by its name.
    pub(crate) fn phone(&self, name: &str) -> Phone {
        let mode = if name == "menu" { "menu" } else { "dialtone" };
        let service = Remembering::new(network(&self.text));
        let file = |kind: &str| {
            let device = format!(
                "[extensions.{name}]\ndevice = {{ kind = \"{kind}\", mac = \"00:0b:82:12:34:56\", mode = \"{mode}\" }}"
            );
            let text = self.text.replace(&format!("[extensions.{name}]"), &device);
            let network = network(&text);
            let phone = network.extension(name).unwrap();
            let files =
                render(&network, phone, &Secret::new("Tomato-Sandwich-42"), &service, Proxy::Edge).unwrap();
            files.last().unwrap().bytes.clone()
        };
        let values = |kind: &str| read(&file(kind));
        let plan = DialPlan::of(&service.network, service.network.extension(name).unwrap(), &service);
        let (handytone, spa) = (values("grandstream-ht801"), values("linksys-spa2102"));
        let soundpoint = values("polycom-soundpoint-ip");
        // No menu phone is a Snom; what it would have otherwise is the other phones'.
        let snom = match mode {
            "menu" => self.phone("lobby").snom,
            _ => snom::Plan::parse(&values("snom")["user_dp_str"]),
        };
        let yealink = read_lines(&file("yealink-t"));
        // A menu phone has a hot line for a plan; what it would have otherwise is the other phones'.
        let linksys_text = spa["Dial_Plan_1_"].clone();
        let linksys =
            if mode == "menu" { self.phone("lobby").linksys } else { linksys::Plan::parse(&linksys_text) };
        Phone {
            name: name.to_owned(),
            plan,
            grandstream: grandstream::Plan::parse(&handytone["P4200"]),
            linksys,
            linksys_text,
            polycom: polycom::Plan::parse(&soundpoint["dialplan.digitmap"]),
            polycom_timeouts: soundpoint["dialplan.digitmap.timeOut"].clone(),
            snom,
            yealink: polycom::Plan::parse_yealink(&yealink["dialplan.digitmap.string"]),
            auto_dial: [
                handytone["P71"].clone(),
                soundpoint["call.autoOffHook.1.contact"].clone(),
                yealink["features.hotline_number"].clone(),
            ],
            network: network(&self.text),
        }
    }
}

impl Phone {
    /// The server's decision.
    pub(crate) fn decision(&self, keys: &str) -> Decision {
        self.answer(keys).decision
    }

    /// The number that Twilio is told to dial, if the server accepts the keys.
    pub(crate) fn accepted(&self, keys: &str) -> Option<String> {
        let plan = self.answer(keys);
        (!matches!(plan.decision, Decision::Refused(_))).then(|| plan.reply.to_string())
    }

    fn answer(&self, keys: &str) -> Plan {
        decide(&self.network, &self.name, keys)
    }
}

/// The server's decision on keys that a phone dials.
fn decide(network: &Network, name: &str, keys: &str) -> Plan {
    let domain = &network.stage().sip_domain;
    let address = |user: &str| Address::parse(&format!("sip:{}@{domain}", webhook::encode_user(user)));
    let call = Call { from: address(name), to: address(keys), ..Call::default() };
    outgoing(&call, network, &mut ())
}

/// The service, as `render` asks it. It remembers its answers: several devices ask for one phone.
struct Remembering {
    network: Network,
    answers: RefCell<HashMap<String, Answer>>,
}

impl Remembering {
    fn new(network: Network) -> Self {
        Self { network, answers: RefCell::default() }
    }
}

impl Service for Remembering {
    fn answer(&self, user: &str, keys: &str) -> Answer {
        let known = self.answers.borrow().get(keys).copied();
        known.unwrap_or_else(|| {
            let answer = match decide(&self.network, user, keys).decision {
                Decision::Pstn | Decision::Extension | Decision::Asterisk => Answer::Connected,
                Decision::Emergency => Answer::Emergency,
                Decision::AddressTest => Answer::AddressTest,
                _ => Answer::Nobody,
            };
            self.answers.borrow_mut().insert(keys.to_owned(), answer);
            answer
        })
    }
}

fn network(text: &str) -> Network {
    let file = NetworkFile::parse(text).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    file.network("prod").unwrap_or_else(|problems| panic!("{problems}"))
}

/// The values of a file of lines.
fn read_lines(bytes: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let values = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" ="));
    values.map(|(key, value)| (key.to_owned(), value.trim_start().to_owned())).collect()
}

/// The values of a device's file: of elements by their names, and of attributes.
fn read(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut reader = Reader::from_reader(bytes);
    let (mut values, mut element) = (BTreeMap::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return values,
            Event::Start(start) => {
                element = String::from_utf8(start.name().as_ref().to_vec()).unwrap();
                values.insert(element.clone(), String::new());
            }
            Event::Empty(empty) => {
                for attribute in empty.attributes() {
                    let attribute = attribute.unwrap();
                    let name = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                    let value = String::from_utf8(attribute.value.into_owned()).unwrap();
                    assert!(!value.contains('&'), "no value of these tests is escaped");
                    values.insert(name, value);
                }
            }
            Event::Text(text) if !text.is_empty() => {
                let text = String::from_utf8(text.to_vec()).unwrap();
                values.entry(element.clone()).or_default().push_str(text.trim());
            }
            Event::GeneralRef(escaped) => {
                let escaped = format!("&{};", String::from_utf8(escaped.to_vec()).unwrap());
                let text = quick_xml::escape::unescape(&escaped).unwrap().into_owned();
                values.entry(element.clone()).or_default().push_str(&text);
            }
            _ => {}
        }
    }
}
