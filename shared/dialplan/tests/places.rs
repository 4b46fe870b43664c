//! No file that is called good sends help to another place than the phone's.
//!
//! Networks are made at random, written as files, and judged twice: by the reader of the file, and by an oracle that was
//! written from the fourth rule of help alone. It knows nothing of the reader: it has a model of the network, its own table of
//! countries, and follows a call by hand. `DIALTONE_NETWORKS=100000 cargo test -p dialplan --test places` tries more.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests are tests"
)]

use std::fmt::Write as _;

use dialplan::outgoing;
use network::NetworkFile;
use webhook::{Address, Call};

/// Networks that are tried by default, so that the test takes a few seconds unoptimised.
const NETWORKS: u64 = 4_000;

/// A country: its calling code and a number's beginning, the emergency number that is known best and all that are valid.
/// Source: facts of `phonenumbers` (PyPI); Twilio places no emergency calls from the last two.
struct Land {
    code: &'static str,
    number: &'static str,
    valid: &'static [&'static str],
}

const LANDS: [Land; 6] = [
    Land { code: "US", number: "+1503555010", valid: &["911"] },
    Land { code: "CA", number: "+1613555010", valid: &["911"] },
    Land { code: "GB", number: "+44207946010", valid: &["999", "112"] },
    Land { code: "DE", number: "+4930901820", valid: &["112", "110"] },
    Land { code: "MX", number: "+52555555010", valid: &[] },
    Land { code: "NO", number: "+472200000", valid: &[] },
];

/// 911 is one number for the first two.
fn is_one_help(a: usize, b: usize) -> bool {
    !LANDS[a].valid.is_empty() && (a == b || a < 2 && b < 2)
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Number {
    land: usize,
    last: u8,
}

impl Number {
    fn text(self) -> String {
        format!("{}{}", LANDS[self.land].number, self.last)
    }
}

#[derive(Debug)]
struct Phone {
    number: Option<Number>,
    buys: bool,
    address: Option<usize>,
    emergency: Option<bool>,
}

#[derive(Debug)]
struct Model {
    region: usize,
    calling: &'static str,
    caller: Option<Number>,
    /// The country of each address.
    addresses: Vec<usize>,
    address: Option<usize>,
    phones: Vec<Phone>,
}

/// A small generator (xorshift64*), so that a seed names a network.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end
    }

    fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap()
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

fn model(seed: u64) -> Model {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let home = if random.one_in(4) { random.index(LANDS.len()) } else { 0 };
    // Most are at home, so that many networks are good.
    let land = |random: &mut Random| if random.one_in(8) { random.index(LANDS.len()) } else { home };
    let addresses: Vec<_> = (0..random.index(4)).map(|_| land(&mut random)).collect();
    let address = |random: &mut Random, often: u64| {
        (!addresses.is_empty() && !random.one_in(often)).then(|| random.index(addresses.len()))
    };
    let number =
        |random: &mut Random| Number { land: land(random), last: u8::try_from(random.below(3)).unwrap() };
    Model {
        region: home,
        calling: ["dialtone", "dialtone", "dialtone", "dialtone", "twilio", "none"][random.index(6)],
        caller: (!random.one_in(3)).then(|| number(&mut random)),
        address: address(&mut random, 2),
        phones: (0..1 + random.index(4))
            .map(|_| {
                let buys = random.one_in(10);
                Phone {
                    buys,
                    number: (!buys && !random.one_in(4)).then(|| number(&mut random)),
                    address: if random.one_in(3) { address(&mut random, 6) } else { None },
                    emergency: [None, None, None, Some(true), Some(false)][random.index(5)],
                }
            })
            .collect(),
        addresses,
    }
}

fn file(model: &Model) -> String {
    let mut text = format!("[network]\nname = \"n\"\nregion = \"{}\"\n", LANDS[model.region].code);
    let _ = writeln!(text, "emergency_calling = \"{}\"", model.calling);
    if let Some(number) = model.caller {
        let _ = writeln!(text, "emergency_caller_id = \"{}\"", number.text());
    }
    if let Some(address) = model.address {
        let _ = writeln!(text, "address = \"a{address}\"");
    }
    for (i, land) in model.addresses.iter().enumerate() {
        let _ = writeln!(
            text,
            "[addresses.a{i}]\ncustomer = \"c\"\nstreet = \"{i} Main Street\"\ncity = \"c\"\nregion = \"OR\"\n\
             postal_code = \"97201\"\ncountry = \"{}\"",
            LANDS[*land].code
        );
    }
    text.push_str(
        "[stages.prod]\nsip_domain = \"n.sip.twilio.com\"\npublic_url = \"https://n.example.org\"\n",
    );
    for (i, phone) in model.phones.iter().enumerate() {
        let _ = writeln!(text, "[extensions.p{i}]");
        if let Some(number) = phone.number {
            let _ = writeln!(text, "number = \"{}\"", number.text());
        }
        if phone.buys {
            text.push_str("number = { buy = \"503\" }\n");
        }
        if let Some(address) = phone.address {
            let _ = writeln!(text, "address = \"a{address}\"");
        }
        if let Some(emergency) = phone.emergency {
            let _ = writeln!(text, "emergency = {emergency}");
        }
    }
    text
}

/// The verdict of the fourth rule on a phone.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// The number that is shown, and whether help comes to the right place as far as anyone can tell.
    Calls(Number),
    Refused,
    /// A file that says so must not be called good.
    Wrong(&'static str),
}

impl Model {
    /// Where the emergency centre believes a number to be.
    fn registered(&self, number: Number) -> Option<usize> {
        let named =
            self.phones.iter().filter(|phone| phone.number == Some(number)).find_map(|phone| phone.address);
        named.or(self.address)
    }

    /// Where a phone is.
    fn stands(&self, phone: &Phone) -> Option<usize> {
        phone.address.or(self.address)
    }

    fn land_of(&self, place: Option<usize>) -> usize {
        place.map_or(self.region, |address| self.addresses[address])
    }

    /// Whether a call that shows this number brings help to the phone.
    fn brings_help(&self, phone: &Phone, number: Number) -> bool {
        let here = self.stands(phone);
        (here.is_none() || here == self.registered(number)) && is_one_help(number.land, self.land_of(here))
    }

    fn verdict(&self, phone: &Phone) -> Verdict {
        if self.calling == "none" {
            return Verdict::Refused;
        }
        // Twilio shows the network's number for every phone, and does not ask what the file says of it.
        if self.calling == "twilio" && self.caller.is_some_and(|number| !self.brings_help(phone, number)) {
            return Verdict::Wrong("Twilio shows a number that leads elsewhere");
        }
        if phone.emergency == Some(false) {
            return Verdict::Refused;
        }
        match phone.number.or(self.caller) {
            Some(number) if self.brings_help(phone, number) => Verdict::Calls(number),
            // It has no number yet, and may not be taken for another phone.
            Some(_) if phone.buys => Verdict::Refused,
            Some(_) => Verdict::Wrong("help comes to another place"),
            None if phone.emergency == Some(true) && !phone.buys => {
                Verdict::Wrong("nobody can be called back")
            }
            None => Verdict::Refused,
        }
    }

    /// Why no reader may call the file good.
    fn faults(&self) -> Vec<&'static str> {
        let mut faults = Vec::new();
        if self.calling == "twilio" && self.caller.is_none() {
            faults.push("Twilio has no number to show");
        }
        for (i, phone) in self.phones.iter().enumerate() {
            let is_twin = |other: &Phone| {
                phone.number.is_some()
                    && other.number == phone.number
                    && other.address.is_some()
                    && phone.address.is_some()
                    && other.address != phone.address
            };
            if self.phones[..i].iter().any(is_twin) {
                faults.push("one number is registered at two places");
            }
        }
        if self.calling == "none" {
            let is_promised = |phone: &Phone| phone.emergency == Some(true);
            faults.extend(
                self.phones.iter().any(is_promised).then_some("a phone is promised help, and refused"),
            );
            return faults;
        }
        if LANDS[self.region].valid.is_empty() {
            faults.push("Twilio places no emergency calls there");
        }
        if let Some(number) = self.caller
            && !is_one_help(number.land, self.land_of(self.registered(number)))
        {
            faults.push("a stranger's call for help leads to another country");
        }
        faults.extend(self.phones.iter().filter_map(|phone| match self.verdict(phone) {
            Verdict::Wrong(why) => Some(why),
            _ => None,
        }));
        faults
    }
}

/// The number that is dialled and the caller id, when a phone dials.
fn dials(network: &network::Network, phone: &str, dialled: &str) -> Option<(String, String)> {
    let address = |user: &str| Address::parse(&format!("sip:{user}@n.sip.twilio.com"));
    let call = Call { from: address(phone), to: address(dialled), ..Call::default() };
    let document = outgoing(&call, network, &mut ()).reply.to_string();
    let number = document.split("</Number>").next()?.rsplit('>').next()?;
    let caller = document.split("callerId=\"").nth(1)?.split('"').next()?;
    Some((number.to_owned(), caller.to_owned()))
}

fn judge(seed: u64) -> bool {
    let model = model(seed);
    let text = file(&model);
    let read = NetworkFile::parse(&text).and_then(|file| file.network("prod"));
    let faults = model.faults();
    let said = read.as_ref().err().map(ToString::to_string);
    assert_eq!(read.is_ok(), faults.is_empty(), "seed {seed}: {faults:?}, {said:?}\n{text}");
    let Ok(network) = read else { return false };
    let without: Vec<_> = network.without_help().into_iter().map(|finding| finding.about).collect();
    for (i, phone) in model.phones.iter().enumerate() {
        let name = format!("p{i}");
        for dialled in ["911", "112", "999"] {
            let dialled = dials(&network, &name, dialled);
            match model.verdict(phone) {
                Verdict::Calls(number) => {
                    let (valid, shown) =
                        dialled.unwrap_or_else(|| panic!("seed {seed}: {name} is refused\n{text}"));
                    assert_eq!(shown, number.text(), "seed {seed}: {name}\n{text}");
                    assert!(
                        LANDS[number.land].valid.contains(&valid.as_str()),
                        "seed {seed}: {name}: {valid}\n{text}"
                    );
                    assert!(!without.contains(&name), "seed {seed}\n{text}");
                }
                // No phone is refused by surprise.
                Verdict::Refused => {
                    assert!(dialled.is_none() && without.contains(&name), "seed {seed}: {name}\n{text}");
                }
                Verdict::Wrong(why) => panic!("seed {seed}: {why}\n{text}"),
            }
        }
    }
    true
}

#[test]
fn no_good_file_sends_help_to_another_place() {
    let networks =
        std::env::var("DIALTONE_NETWORKS").ok().and_then(|text| text.parse().ok()).unwrap_or(NETWORKS);
    let good = (0..networks).filter(|seed| judge(*seed)).count() as u64;
    // Both kinds are tried: a generator whose files are all bad would prove nothing.
    assert!(good > networks / 10 && good < networks * 9 / 10, "{good} of {networks} are good");
    println!("{good} of {networks} networks are good");
}
