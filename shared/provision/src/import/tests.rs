//! No account, however odd, makes a file that `check` refuses.

use network::NetworkFile;
use twilio::{Address, Credential, CredentialList, Mapping, PhoneNumber, SipDomain};

use super::{Before, Choice, DraftError, Found, draft};
use crate::account::{Domain, List};

const NAMES: [&str; 22] = [
    "lobby",
    "Lobby",
    "porch",
    "a b&c",
    "101",
    "911",
    "933",
    "988",
    "999",
    "+15035550110",
    "5035550110",
    "caf\u{e9}",
    "",
    "unknown",
    "a\"b\nc",
    "[x]",
    "x.y",
    "#",
    "followme-operator",
    "this-user-name-is-33-characters-x",
    "a,b",
    "network",
];
const TEXTS: [&str; 12] = [
    "",
    " ",
    "100 Main Street",
    "\"quoted\" \\ 'text'",
    "# no comment",
    "two\nlines",
    "caf\u{e9}",
    "OR",
    "97201",
    "\u{0}",
    "]]",
    "Shop, ground floor of a very long building name",
];
const COUNTRIES: [&str; 7] = ["US", "GB", "DE", "CA", "XX", "", "us"];
const NUMBERS: [&str; 9] = [
    "+15035550110",
    "+15035550111",
    "+442079460123",
    "+493012345678",
    "+18005550110",
    "+1503",
    "101",
    "",
    "+999",
];

/// xorshift64*: the same accounts in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % most
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn account(&mut self) -> Found {
        let lists: Vec<List> = (0..self.below(4))
            .map(|list| List {
                list: CredentialList { sid: format!("CL{list}"), friendly_name: self.one(&TEXTS).into() },
                credentials: (0..self.below(6))
                    .map(|index| Credential {
                        sid: format!("CR{list}{index}"),
                        username: self.one(&NAMES).into(),
                        ..Credential::default()
                    })
                    .collect(),
            })
            .collect();
        let mappings: Vec<Mapping> =
            lists.iter().map(|list| Mapping { sid: list.list.sid.clone(), ..Mapping::default() }).collect();
        let is_there = self.below(4) > 0;
        let domain = SipDomain {
            sid: "SD1".into(),
            domain_name: "Old-Shop.sip.twilio.com".into(),
            secure: self.below(2) == 0,
            emergency_calling_enabled: self.below(3) == 0,
            emergency_caller_sid: "PN0".into(),
            ..SipDomain::default()
        };
        Found {
            domains: is_there
                .then(|| Domain {
                    domain,
                    calls: mappings.clone(),
                    registrations: mappings,
                    addresses: Vec::new(),
                })
                .into_iter()
                .collect(),
            lists,
            numbers: (0..self.below(6)).map(|index| self.number(index)).collect(),
            addresses: (0..3).map(|index| self.address(index)).collect(),
        }
    }

    fn number(&mut self, index: usize) -> PhoneNumber {
        let mut number = PhoneNumber {
            sid: format!("PN{index}"),
            phone_number: self.one(&NUMBERS).into(),
            friendly_name: format!("{} {}", self.one(&TEXTS), self.one(&NAMES)),
            voice_url: format!("https://u:p@old.example.org/{}?{}", self.one(&NAMES), self.one(&NAMES)),
            emergency_address_sid: format!("AD{}", self.below(4)),
            emergency_address_status: self.one(&["registered", "", "pending-registration", "odd"]).into(),
            ..PhoneNumber::default()
        };
        number.capabilities.voice = self.below(5) > 0;
        number
    }

    fn address(&mut self, index: usize) -> Address {
        Address {
            sid: format!("AD{index}"),
            friendly_name: self.one(&TEXTS).into(),
            customer_name: self.one(&TEXTS).into(),
            street: self.one(&TEXTS).into(),
            street_secondary: self.one(&TEXTS).into(),
            city: self.one(&TEXTS).into(),
            region: self.one(&TEXTS).into(),
            postal_code: self.one(&TEXTS).into(),
            iso_country: self.one(&COUNTRIES).into(),
            emergency_enabled: true,
            ..Address::default()
        }
    }
}

fn choice(found: &Found) -> Choice {
    Choice {
        network: "old-shop".into(),
        stage: "prod".into(),
        domain: found.domains.first().map(|known| known.domain.domain_name.clone()),
        new_domain: None,
        public_url: None,
        region: None,
        only: Vec::new(),
        adopt_lists: false,
    }
}

#[test]
fn every_account_becomes_a_good_file() {
    let mut dice = Dice(2026);
    let (mut with_phones, mut with_places) = (0, 0);
    for round in 0..2000 {
        let found = dice.account();
        let draft = match draft(&found, &choice(&found)) {
            Ok(draft) => draft,
            Err(error) => panic!("round {round}: {error}\n{found:?}"),
        };
        let file = NetworkFile::parse(&draft.text).unwrap();
        let network = file.network("prod").unwrap();
        with_phones += usize::from(network.extensions().len() > 1);
        with_places += usize::from(!network.addresses().is_empty());
        assert!(!draft.text.contains("u:p@"), "a URL can hold a password");
        // Everybody is in the file or is named as left over.
        let all: Vec<_> = draft.left_over.iter().map(ToString::to_string).collect();
        for user in
            found.domains.iter().flat_map(|domain| found.lists_of(domain)).flat_map(|list| &list.credentials)
        {
            let is_named = network.extensions().iter().any(|phone| phone.name() == user.username);
            let is_told = all.iter().any(|line| line.contains(&user.username) || line.contains("more"));
            assert!(is_named || is_told, "round {round}: {:?} is lost: {all:?}", user.username);
        }
    }
    assert!(with_phones > 500 && with_places > 50, "{with_phones} {with_places}");
}

#[test]
fn a_list_is_adopted_only_if_the_file_can_name_all_its_users() {
    let mut found = Dice(1).account();
    found.lists = vec![List {
        list: CredentialList { sid: "CL1".into(), friendly_name: "phones".into() },
        credentials: ["lobby", "911"]
            .map(|name| Credential { username: name.into(), ..Credential::default() })
            .into(),
    }];
    let mapping = Mapping { sid: "CL1".into(), ..Mapping::default() };
    let domain = SipDomain { domain_name: "n.sip.twilio.com".into(), ..SipDomain::default() };
    found.domains =
        vec![Domain { domain, calls: vec![mapping], registrations: Vec::new(), addresses: Vec::new() }];
    let adopting = Choice { adopt_lists: true, ..choice(&found) };
    assert!(matches!(draft(&found, &adopting), Err(DraftError::Unnameable(users)) if users == ["911"]));
    found.lists[0].credentials.pop();
    let renames = draft(&found, &adopting).unwrap().renames;
    assert_eq!(renames.len(), 1);
    assert_eq!((renames[0].from.as_str(), renames[0].to.as_str()), ("phones", "dialtone:old-shop:prod"));
}

#[test]
fn the_oldest_look_is_kept() {
    let number = |sid: &str, name: &str, url: &str| PhoneNumber {
        sid: sid.into(),
        friendly_name: name.into(),
        voice_url: url.into(),
        ..PhoneNumber::default()
    };
    let first =
        Found { numbers: vec![number("PN1", "porch", "https://old.example.org/")], ..Found::default() };
    let second = Found {
        numbers: vec![
            number("PN1", "porch", "https://new.example.org/"),
            number("PN2", "dialtone:n:prod:lobby", "https://new.example.org/"),
            number("PN3", "attic", "https://attic.example.org/"),
        ],
        ..Found::default()
    };
    let both = Before::of(&first).with(Before::of(&second));
    let urls: Vec<_> = both.numbers.iter().map(|number| number.voice_url.as_str()).collect();
    assert_eq!(urls, ["https://old.example.org/", "https://attic.example.org/"]);
    assert_eq!(format!("{both:?}"), "Before(0 domains, 0 lists, 2 numbers)", "URLs can hold passwords");
}
